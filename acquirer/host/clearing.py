"""The host's clearing desk: which sales are captured, and the file that claims them after the cut-off.

Sales are captured under their business date in the order of their approval, each packed into a few dozen bytes: a day
may hold a million of them. Until the day is cut a sale can be withdrawn; from then on it is *cleared*. The file is made
in parts of at most ``LINES_A_PART`` lines, one a letter to oneself, so that no answer is huge; a part is repeated until
the network has accepted it. Cleared sales leave memory with their part. A run that fails has done nothing: the next
night's makes up for it, or somebody by hand.
"""

from collections.abc import Callable, Container, Mapping
from typing import ClassVar, Final, NamedTuple, TypeAlias

from msgspec import Struct

from acquirer.host.archive import Archive, Part
from acquirer.host.fees import NO_FEES, Tariff
from acquirer.host.payout_records import Apart
from poslab.ledger.book import Book
from poslab.messages.disputes import is_case
from poslab.messages.facts import JobFailed, JobRerun
from poslab.messages.funding import (
    ClearingFile,
    ClearingLine,
    FileAccepted,
    LedgerFile,
    LedgerLine,
    file_no_of,
    ledger_file_no_of,
)
from poslab.party.contract import Effect, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.shelf import Shelf, shelf_of
from poslab.party.time import DAY, HOUR, SECOND, Duration, Instant, date_of, midnight, time_of_day
from poslab.world.calendar import EARLY, day_of_word, day_word
from poslab.world.world import World

LINES_A_PART = 500
PART_GAP_US: Duration = SECOND

SETTLED_UNTIL: Duration = 17 * HOUR
"""Until then on a working day, a file that comes after its hour of settlement is settled at once."""

NONE_ADVANCED: Final[Mapping[str, int]] = {}
PER_SALE = "per-sale"
"""The contract's payout mode by which each sale is paid by itself."""

DOUBLE = "/"
"""Between a key and an RRN: of an earlier sale, where the host took the key twice, or of its adjustment."""


GivenBack: TypeAlias = Callable[[ClearingLine, Instant, list[Effect]], None]
"""Told of each line below zero that is in a file now."""


class Sale(Struct, frozen=True, gc=False, array_like=True):
    """A captured sale; a refund, where the amount is below zero."""

    about: str
    rrn: str
    mid: str
    card: str
    amount_fen: int


class Found(Struct, frozen=True):
    """A payment by its RRN, long after. Amounts in fen."""

    about: str
    key: str
    rrn: str
    mid: str
    card: str
    amount_fen: int
    business_date: str
    cleared: bool
    net_fen: int = 0
    """What it left its merchant; 0 as long as it is not cleared."""


class ClearingDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The business date is over: cut it and make its file."""

    kind: ClassVar[str] = "clearing-due"

    business_date: str


class PartDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """Make the next part of the file."""

    kind: ClassVar[str] = "clearing-part-due"

    business_date: str
    part: int


class MatchDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The file of a business date has fewer lines than sales were approved: find out which are missing."""

    kind: ClassVar[str] = "file-match-due"

    business_date: str


class FileOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The network has not accepted a part."""

    kind: ClassVar[str] = "clearing-file-overdue"

    file_no: str
    part: int
    attempt: int


class Sent(Struct, frozen=True):
    """A part that was sent and not accepted yet."""

    file: ClearingFile | LedgerFile
    attempt: int = 1


class Cleared(NamedTuple):
    """A business date that is cleared."""

    business_date: str
    nets_fen: dict[str, int]
    """Merchant → what its sales leave it together."""
    due_fen: int
    """What the network owes for the date, less refunds."""
    apart: list[Apart]
    """Sales beside those sums, in the order of the file."""
    fees_fen: Mapping[str, int] = {}
    """Merchant → what is kept of the sales of its sum."""


class Cut(Struct):
    """A business date whose file is being made."""

    business_date: str
    settlement_date: str
    part: int = 1
    nets_fen: dict[str, int] = {}
    """Merchant → what the sales of the parts so far leave it."""
    lines: int = 0
    """Sales in the parts so far."""
    due_fen: int = 0
    """What the network owes for them, less refunds."""
    apart: list[Apart] = []
    """Sales that are paid each by itself."""
    fees_fen: dict[str, int] = {}
    """Merchant → what is kept of the others."""


class HeldClearing(Struct):
    """A snapshot. Captured sales stand in the order of their capture."""

    captured: list[tuple[str, list[tuple[str, Sale]]]]
    next_date: str
    cutting: Cut | None
    sent: dict[str, Sent]
    archive: list[Part] = []
    from_available: list[str] = []
    fails: bool = False
    expected: dict[str, int] = {}
    losing: list[str] = []
    unmatched: list[str] = []


class ClearingDesk:
    """Captures sales, cuts the day, makes the file and books its fees (P2) in the host's book ``A``."""

    def __init__(self, world: World, book: Book, given_back: GivenBack) -> None:
        self._world = world
        self._calendar = world.calendar
        self._acquirer = world.acquirer
        self._switch = world.network.address
        platform = world.platform
        self._ledger = platform.address if platform is not None and platform.keeps_ledger else ""
        """A platform that is told what the payouts are for."""
        self._tariff = Tariff(world)
        self._sale_by_sale = frozenset(
            m.mid for m in world.merchants if m.payout_mode == PER_SALE or m.product in EARLY
        )
        self.advanced_fen: Callable[[str], int] = _nothing
        """What was advanced for the sale of an RRN, in fen."""
        self.fee_back_fen: Callable[[str], tuple[int, int]] = _no_fee
        """What of a merchant's fee goes back with the line of an RRN, and of how much of it she is told by a notice, in
        fen: of an adjustment its sale's, of a refund nothing."""
        self._book = book
        self._given_back = given_back
        self._captured: dict[str, Shelf[Sale]] = {}
        self._next_date = ""
        """The business date whose file comes next; every earlier one is cut. Empty until the world begins."""
        self._cutting: Cut | None = None
        self._sent: dict[str, Sent] = {}
        acquirer = self._acquirer
        self._archive = Archive(max(acquirer.refund_days, acquirer.chargeback_days, acquirer.slips_days))
        self._expected: dict[str, int] = {}
        """Business date → how many sales its file should have."""
        self._losing: dict[str, None] = {}
        """Purchases whose line will be lost when the file is made."""
        self._unmatched: dict[str, None] = {}
        """Business dates whose file lacks sales, and nobody has looked which."""
        self._fails = False
        """Whether the next run will end in an error."""
        self._from_available: dict[str, None] = {}
        """Refunds of payments that were cleared before: what they took was available already."""

    # --- what the card leg asks for

    def capture(self, about: str, business_date: str, key: str, rrn: str, mid: str, card: str, amount_fen: int) -> None:
        """Claim a sale in its business date's file; in the next one, should that date be cut already.

        The same sale (key and RRN) is captured once; two sales under one key are two lines.
        """
        if business_date < self._next_date:
            business_date = self._next_date
        day = self._captured.get(business_date)
        if day is None:
            day = self._captured[business_date] = Shelf(Sale)
        earlier = day.get(key)
        if earlier is not None:
            if earlier.rrn == rrn:
                return
            day.put(key + DOUBLE + earlier.rrn, earlier)
        day.put(key, Sale(about, rrn, mid, card, amount_fen))

    def expect(self, business_date: str, by: int) -> None:
        """So many sales more or less are approved, and should stand in the file of their business date."""
        if business_date < self._next_date:
            business_date = self._next_date
        self._expected[business_date] = self._expected.get(business_date, 0) + by

    def lose_line(self, about: str) -> None:
        """The line of a purchase will be left out of the file."""
        self._losing[about] = None

    def matched(self, business_date: str) -> frozenset[str]:
        """The references of the payments in a business date's file, which is now compared."""
        self._unmatched.pop(business_date, None)
        return self._archive.references(business_date)

    def taken_from_available(self, key: str) -> None:
        """A refund took what was available, not what waits for its clearing."""
        self._from_available[key] = None

    def not_given_back(self, key: str, rrn: str) -> None:
        """An adjustment of a cleared sale is taken out of the file to come."""
        self._from_available.pop(key, None)
        self.withdraw("", key + DOUBLE + rrn)

    def payment(self, key: str, rrn: str) -> tuple[str, Sale | ClearingLine, bool] | None:
        """A payment by its attempt's key and RRN, long after: business date, what it was, and whether it is cleared."""
        for date, day in self._captured.items():
            sale = day.get(key)
            if sale is not None and sale.rrn == rrn and sale.amount_fen > 0:
                return date, sale, False
        found = self._archive.find(key, rrn)
        return None if found is None else (*found, True)

    def line_of(self, key: str, rrn: str) -> tuple[str, ClearingLine] | None:
        """Business date and line of a payment, whether its file is made or not."""
        found = self.payment(key, rrn)
        if found is None:
            return None
        date, payment, _ = found
        return date, payment if isinstance(payment, ClearingLine) else self._line(key, payment)

    def by_rrn(self, rrn: str) -> Found | None:
        """A payment that is captured, or cleared not too long ago; ``None`` where there is none of that RRN."""
        for date, day in self._captured.items():
            for key, sale in day.items():
                if sale.rrn == rrn and sale.amount_fen > 0:
                    key = key.partition(DOUBLE)[0]
                    return Found(sale.about, key, rrn, sale.mid, sale.card, sale.amount_fen, date, cleared=False)
        found = self._archive.by_rrn(rrn)
        if found is None:
            return None
        date, line = found
        net_fen = line.amount_fen - line.merchant_fee_fen
        return Found(line.about, line.key, rrn, line.mid, line.card, line.amount_fen, date, True, net_fen)

    def rrn_of(self, business_date: str, key: str) -> str:
        """The RRN of a captured sale; empty if it is not there."""
        day = self._captured.get(max(business_date, self._next_date))
        sale = None if day is None else day.get(key)
        return "" if sale is None else sale.rrn

    def claimed_on(self, business_date: str) -> str:
        """The business date whose file would have a sale that is captured now."""
        return max(business_date, self._next_date)

    def withdraw(self, business_date: str, key: str) -> bool:
        """Take a sale out of the file to come; ``False`` if it is not there (never captured, withdrawn, cleared)."""
        day = self._captured.get(max(business_date, self._next_date))
        if day is None or key not in day:
            return False
        day.drop(key)
        return True

    def is_cleared(self, business_date: str, key: str) -> bool:
        """Whether an approved sale's date is cut, so that it can be neither withdrawn, voided nor reversed."""
        if business_date >= self._next_date:
            return False
        day = self._captured.get(self._next_date)
        return day is None or key not in day

    # --- the day

    def start(self, at: Instant, out: list[Effect]) -> None:
        """Arm the first clearing of the world."""
        self._next_date = day_word(date_of(self._calendar.next_time(at, self._calendar.clearing_at)))
        self._await_clearing(at, out)

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm what was lost, and say again what was not accepted."""
        if self._cutting is not None:
            out.append(Remind(0, PartDue("", self._cutting.business_date, self._cutting.part)))
        self._await_clearing(at, out)
        for _, sent in sorted(self._sent.items()):
            self._send(sent.file, sent.attempt + 1, out)
        for date in self._unmatched:
            self._await_match(date, at, out)

    def awaits(self, of: Reminder) -> bool:
        """Whether a letter is about a day not cut, a part not made or not accepted."""
        if isinstance(of, ClearingDue):
            return of.business_date == self._next_date
        if isinstance(of, MatchDue):
            return of.business_date in self._unmatched
        if isinstance(of, PartDue):
            cutting = self._cutting
            return cutting is not None and cutting.business_date == of.business_date and cutting.part == of.part
        if isinstance(of, FileOverdue):
            sent = self._sent.get(_name(of.file_no, of.part))
            return sent is not None and sent.attempt == of.attempt
        return False

    def cut(self, given: ClearingDue, at: Instant, out: list[Effect]) -> None:
        """The day is over. A day without sales makes no file."""
        if self._cutting is not None:
            # The day before is still being cut, as after a long standstill: one file after the other.
            out.append(Remind(PART_GAP_US, given))
            return
        date = given.business_date
        if self._fails:
            self._fails = False
            out.append(Kept("", "job"))
            out.append(Logged("", "job-failed", {"job": "clearing", "date": date}))
            out.append(Remind(self._calendar.next_time(at, self._calendar.clearing_at) - at, given))
            return
        self._next_date = day_word(date_of(midnight(day_of_word(date)) + DAY))
        self._await_clearing(at, out)
        captured = self._captured.get(date)
        if captured is None or captured.is_empty():
            self._captured.pop(date, None)
            self._count(date, 0, at, out)
            return
        out.append(Kept("", "cut"))
        self._cutting = Cut(date, self._settlement_date(date, at))
        out.append(Remind(0, PartDue("", date, 1)))

    def fail(self, given: JobFailed, out: list[Effect]) -> None:
        """Let the next run end in an error."""
        out.append(Kept("", "job"))
        self._fails = True

    def rerun(self, given: JobRerun, at: Instant, out: list[Effect]) -> None:
        """Somebody starts the clearing by hand: of a business date whose hour is over, and of no other."""
        date = self._next_date
        if date and at >= self._due(date):
            self._fails = False
            out.append(Kept("", "job"))
            out.append(Logged("", "job-rerun", {"job": "clearing", "date": date}))
            self.cut(ClearingDue("", date), at, out)

    def make_part(self, at: Instant, out: list[Effect]) -> Cleared | None:
        """Make, book and send the next part; after the last one, the date, what is to be paid, and what is due."""
        cutting = self._cutting
        if cutting is None:
            return None
        date = cutting.business_date
        captured = self._captured[date]
        lines = tuple(self._line(key, sale) for key, sale in captured.take(LINES_A_PART))
        if self._losing:
            lines = self._without_lost(lines)
        last = captured.is_empty()
        file_no = file_no_of(self._acquirer.address, date)
        out.append(Kept("", "clearing-file"))
        out.extend(Logged(line.about, "cleared", {"file_no": file_no, "rrn": line.rrn}) for line in lines)
        self._book_fees(f"P2/{_name(file_no, cutting.part)}", lines, out)
        self._archive.keep(date, lines)
        nets = self._nets(lines)  # before an adjustment is made, and forgotten
        for line in lines:
            cutting.due_fen += line.amount_fen - line.interchange_fen - line.acquirer_fee_fen
            if is_case(line.key):
                continue  # booked by the dispute desk
            if line.amount_fen < 0:
                self._from_available.pop(line.key, None)
                self._given_back(line, at, out)
                continue  # taken from a payout, not from the day
            cutting.lines += 1
            net_fen = line.amount_fen - line.merchant_fee_fen
            if line.mid in self._sale_by_sale:
                cutting.apart.append(Apart(line.about, line.rrn, line.mid, net_fen, line.merchant_fee_fen))
            else:
                cutting.nets_fen[line.mid] = cutting.nets_fen.get(line.mid, 0) + net_fen
                cutting.fees_fen[line.mid] = cutting.fees_fen.get(line.mid, 0) + line.merchant_fee_fen
        self._send(ClearingFile("", file_no, cutting.part, last, date, cutting.settlement_date, lines), 1, out)
        if self._ledger:
            ledger_no = ledger_file_no_of(self._acquirer.address, date)
            self._send(LedgerFile("", ledger_no, cutting.part, nets), 1, out)
        if last:
            del self._captured[date]
            self._cutting = None
            self._count(date, cutting.lines, at, out)
            nets_fen = dict(sorted(cutting.nets_fen.items()))
            return Cleared(date, nets_fen, cutting.due_fen, cutting.apart, cutting.fees_fen)
        cutting.part += 1
        out.append(Remind(PART_GAP_US, PartDue("", date, cutting.part)))
        return None

    def tell_ledger(self, line: LedgerLine, out: list[Effect]) -> None:
        """Tell a platform that keeps wallets, if there is one, what is kept back of a sale or let go again."""
        if self._ledger:
            self._send(LedgerFile("", line.rrn, 1, (line,)), 1, out)

    def accepted(self, given: FileAccepted) -> None:
        """The network or the platform booked a part."""
        self._sent.pop(_name(given.file_no, given.part), None)

    def overdue(self, given: FileOverdue, out: list[Effect]) -> None:
        """A part was not accepted: the same part again."""
        sent = self._sent[_name(given.file_no, given.part)]
        self._send(sent.file, sent.attempt + 1, out)

    def held(self) -> HeldClearing:
        """The state."""
        captured = [(date, list(self._captured[date].items())) for date in sorted(self._captured)]
        return HeldClearing(
            captured,
            self._next_date,
            self._cutting,
            self._sent,
            self._archive.held(),
            list(self._from_available),
            self._fails,
            self._expected,
            list(self._losing),
            list(self._unmatched),
        )

    def restore(self, held: HeldClearing) -> None:
        """Take a state."""
        self._captured = {date: shelf_of(Sale, sales) for date, sales in held.captured}
        self._next_date = held.next_date
        self._cutting = held.cutting
        self._sent = held.sent
        self._archive.restore(held.archive)
        self._from_available = dict.fromkeys(held.from_available)
        self._fails = held.fails
        self._expected = held.expected
        self._losing = dict.fromkeys(held.losing)
        self._unmatched = dict.fromkeys(held.unmatched)

    def _line(self, key: str, sale: Sale) -> ClearingLine:
        fees = NO_FEES if sale.amount_fen < 0 or is_case(key) else self._tariff.of(sale.mid, sale.card, sale.amount_fen)
        key = key.partition(DOUBLE)[0]
        return ClearingLine(sale.about, key, sale.rrn, sale.mid, sale.card, sale.amount_fen, *fees)

    def _without_lost(self, lines: tuple[ClearingLine, ...]) -> tuple[ClearingLine, ...]:
        left = tuple(line for line in lines if line.about not in self._losing)
        for line in lines:
            self._losing.pop(line.about, None)
        return left

    def _book_fees(self, entry: str, lines: tuple[ClearingLine, ...], out: list[Effect]) -> None:
        advanced = {line.rrn: fen for line in lines if line.amount_fen > 0 and (fen := self.advanced_fen(line.rrn))}
        postings = fee_postings(lines, self._from_available, advanced)
        if postings and self._book.post(entry, postings):
            out.append(Posted("", entry, postings))

    def _nets(self, lines: tuple[ClearingLine, ...]) -> tuple[LedgerLine, ...]:
        """What each line leaves its merchant, and what is kept of it: for a platform that keeps wallets."""
        if not self._ledger:
            return ()
        found = []
        for line in lines:
            back_fen, told_fen = self.fee_back_fen(line.rrn)
            fee_fen = line.merchant_fee_fen - back_fen
            net_fen = line.amount_fen - fee_fen
            found.append(LedgerLine(line.about, line.key, line.rrn, line.mid, net_fen, fee_fen + told_fen))
        return tuple(found)

    def _send(self, file: ClearingFile | LedgerFile, attempt: int, out: list[Effect]) -> None:
        self._sent[_name(file.file_no, file.part)] = Sent(file, attempt)
        out.append(Send(self._switch if isinstance(file, ClearingFile) else self._ledger, file, attempt))
        out.append(Remind(self._acquirer.file_repeat_us, FileOverdue("", file.file_no, file.part, attempt)))

    def _await_clearing(self, at: Instant, out: list[Effect]) -> None:
        out.append(Remind(max(0, self._due(self._next_date) - at), ClearingDue("", self._next_date)))

    def _count(self, date: str, lines: int, at: Instant, out: list[Effect]) -> None:
        """The file of a date is made: where it lacks sales, they are looked for once it is out."""
        if self._expected.pop(date, 0) > lines and self._acquirer.file_match:
            self._unmatched[date] = None
            self._await_match(date, at, out)

    def _await_match(self, date: str, at: Instant, out: list[Effect]) -> None:
        due = midnight(day_of_word(date)) + DAY + self._calendar.file_at
        out.append(Remind(max(0, due - at), MatchDue("", date)))

    def _due(self, date: str) -> Instant:
        return midnight(day_of_word(date)) + self._calendar.clearing_at

    def _settlement_date(self, date: str, at: Instant) -> str:
        """When the network settles a file: on the next working day, or as soon as it can where that hour is over."""
        day = self._calendar.next_working(day_of_word(date))
        if at > midnight(day) + self._calendar.settlement_at:
            today = date_of(at)
            at_once = self._calendar.is_working(today) and time_of_day(at) < SETTLED_UNTIL
            day = today if at_once else self._calendar.next_working(today)
        return day_word(day)


def _nothing(rrn: str) -> int:
    return 0


def _no_fee(rrn: str) -> tuple[int, int]:
    return 0, 0


def fee_postings(
    lines: tuple[ClearingLine, ...], from_available: Container[str] = (), advanced: Mapping[str, int] = NONE_ADVANCED
) -> tuple[Posting, ...]:
    """P2 of a part: each merchant's fee and what becomes available to it, then interchange and network fee; sums.

    What was ``advanced`` for a sale, by its RRN and in fen, is set off and becomes available to nobody (P11d).
    Refunds of ``from_available`` are booked already; the others were taken from what becomes available only now.
    """
    fees_fen: dict[str, int] = {}
    nets_fen: dict[str, int] = {}
    set_off_fen: dict[str, int] = {}
    interchange_fen = network_fen = 0
    for line in lines:
        if is_case(line.key) or (line.amount_fen < 0 and line.key in from_available):
            continue
        fees_fen[line.mid] = fees_fen.get(line.mid, 0) + line.merchant_fee_fen
        nets_fen[line.mid] = nets_fen.get(line.mid, 0) + line.amount_fen - line.merchant_fee_fen
        if line.amount_fen > 0 and line.rrn in advanced:
            nets_fen[line.mid] -= advanced[line.rrn]
            set_off_fen[line.mid] = set_off_fen.get(line.mid, 0) + advanced[line.rrn]
        interchange_fen += line.interchange_fen
        network_fen += line.acquirer_fee_fen
    postings: list[Posting] = []
    for mid, fee_fen in fees_fen.items():
        pending = f"A.merchant_payable.{mid}.pending"
        postings.append((pending, "A.fee_income", fee_fen))
        available = f"A.merchant_payable.{mid}.available"
        net_fen = nets_fen[mid]
        postings.append((pending, f"A.merchant_advance.{mid}", set_off_fen.get(mid, 0)))
        postings.append((available, pending, -net_fen) if net_fen < 0 else (pending, available, net_fen))
    postings.append(("A.interchange_expense", "A.scheme_receivable", interchange_fen))
    postings.append(("A.network_fee_expense", "A.scheme_receivable", network_fen))
    return tuple(posting for posting in postings if posting[2] > 0)


def _name(file_no: str, part: int) -> str:
    return f"{file_no}/{part}"
