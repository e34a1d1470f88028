"""The issuer's share of clearing and settlement: fees by the file (P2), the payment to the network (P3).

Each acquirer's file comes in parts, each booked once and acknowledged however often it comes. The network draws the
position of each file at the rail; should the rail's word of it be lost, the issuer asks.
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.ledger.book import Book
from poslab.messages.funding import (
    ClearingFile,
    ClearingLine,
    FileAccepted,
    TransferDone,
    TransferQuery,
    file_no_of,
    transfer_in_no,
)
from poslab.party.contract import Effect, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.time import Instant, midnight
from poslab.world import world as worlds
from poslab.world.calendar import day_of_word
from poslab.world.rail_accounts import of_issuer

DATES_REMEMBERED = 10
"""How many business dates back a repeated part or a late word of settlement is recognised."""

TAG_AT = 9
"""Where a file's name goes on after its business date, if it is not the first acquirer's: ``20260105-host-b``."""


class SettlementOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The day's payment to the network should be known by now."""

    kind: ClassVar[str] = "settlement-overdue"

    business_date: str
    """And where there are several acquirers, whose file it is: ``20260105-host-b``."""
    attempt: int


class TakenFile(Struct):
    """What is known of an acquirer's file of a business date."""

    settlement_date: str
    parts: dict[str, int] = {}
    """Parts booked, and how many lines each had."""
    owed_fen: int = 0
    """What the parts so far make the issuer pay; below zero it is paid."""
    settled: bool = False
    attempt: int = 1


class HeldClearing(Struct):
    """A snapshot: name → file."""

    files: dict[str, TakenFile]


class IssuerClearing:
    """Books the issuer's lines of clearing files and the settlement that follows."""

    def __init__(self, world: worlds.World, settings: worlds.Issuer, book: Book) -> None:
        self._calendar = world.calendar
        self._network = world.network
        self._rail = world.rail.address
        self._address = settings.address
        self._account = of_issuer(world, settings.address)
        self._names = {
            file_no_of(acquirer.address, ""): f"-{acquirer.tag}" if acquirer.tag else ""
            for acquirer in world.acquirers
        }
        self._book = book
        self._files: dict[str, TakenFile] = {}

    def take(self, given: ClearingFile, at: Instant, out: list[Effect]) -> bool:
        """Book a part and acknowledge it; whether it is the first that is heard of its business date."""
        date = self._name(given)
        taken = self._files.get(date)
        first = not any(known.startswith(given.business_date) for known in self._files)
        if taken is None:
            taken = self._files[date] = TakenFile(given.settlement_date)
            self._forget_oldest()
        part = f"{given.file_no}/{given.part}"
        if part in taken.parts:
            out.append(Logged("", "duplicate", {"file_no": given.file_no, "part": given.part, "how": "answered-again"}))
        else:
            out.append(Kept("", "clearing-file"))
            taken.parts[part] = len(given.lines)
            postings = fee_postings(given.lines)
            if postings and self._book.post(f"P2/{part}", postings):
                out.append(Posted("", f"P2/{part}", postings))
            out.append(Logged("", "file-taken", {"file_no": given.file_no, "part": given.part}))
            owed_before_fen = taken.owed_fen
            taken.owed_fen += sum(ln.amount_fen - ln.interchange_fen + ln.issuer_fee_fen for ln in given.lines)
            if taken.owed_fen and not owed_before_fen:
                self._await_settlement(date, at, out)
        out.append(Send(self._network.address, FileAccepted("", given.file_no, given.part)))
        return first

    def is_new(self, given: ClearingFile) -> bool:
        """Whether this part was never booked."""
        taken = self._files.get(self._name(given))
        return taken is None or f"{given.file_no}/{given.part}" not in taken.parts

    def settled(self, given: TransferDone, out: list[Effect]) -> None:
        """The rail moved the day's position to the network (P3)."""
        date = next((d for d in self._files if self._transfer_no(d) == given.transfer_no), None)
        if date is None or self._files[date].settled:
            return
        taken = self._files[date]
        out.append(Kept("", "settlement"))
        taken.settled = True
        entry = f"P3/{given.transfer_no}"
        paid = given.payer == self._account
        cash = ("I.clearing_payable", "I.cash") if paid else ("I.cash", "I.clearing_payable")
        postings = ((*cash, given.amount_fen),)
        if self._book.post(entry, postings):
            out.append(Posted("", entry, postings))
        out.append(Logged("", "settled", {"transfer_no": given.transfer_no}))

    def overdue(self, given: SettlementOverdue, out: list[Effect]) -> None:
        """Nothing was heard of the settlement: ask the rail, and again until it is known."""
        date = given.business_date
        taken = self._files[date]
        taken.attempt += 1
        transfer_no = self._transfer_no(date)
        out.append(Logged("", "settlement-asked", {"transfer_no": transfer_no}))
        out.append(Send(self._rail, TransferQuery("", transfer_no)))
        out.append(Remind(self._network.file_repeat_us, SettlementOverdue("", date, taken.attempt)))

    def awaits(self, of: SettlementOverdue) -> bool:
        """Whether this letter is the latest about a settlement not heard of."""
        taken = self._files.get(of.business_date)
        return taken is not None and not taken.settled and taken.owed_fen != 0 and taken.attempt == of.attempt

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm what was lost."""
        for date, taken in sorted(self._files.items()):
            if taken.owed_fen and not taken.settled:
                taken.attempt += 1
                self._await_settlement(date, at, out)

    def held(self) -> HeldClearing:
        """The state."""
        return HeldClearing(self._files)

    def restore(self, held: HeldClearing) -> None:
        """Take a state."""
        self._files = held.files

    def _await_settlement(self, date: str, at: Instant, out: list[Effect]) -> None:
        taken = self._files[date]
        due = midnight(day_of_word(taken.settlement_date)) + self._calendar.payout_at
        out.append(Remind(max(0, due - at), SettlementOverdue("", date, taken.attempt)))

    def _name(self, given: ClearingFile) -> str:
        """The name of a file here: its business date, and whose it is if it is not the first acquirer's."""
        whose = given.file_no.removeprefix(given.business_date).removesuffix(f"-{self._address}")
        return given.business_date + self._names.get(whose, "")

    def _transfer_no(self, name: str) -> str:
        return transfer_in_no(name[: TAG_AT - 1], self._address, name[TAG_AT:])

    def _forget_oldest(self) -> None:
        if len(self._files) > DATES_REMEMBERED * len(self._names):
            del self._files[min(self._files)]


def fee_postings(lines: Sequence[ClearingLine]) -> tuple[Posting, ...]:
    """The issuer's lines of P2 for a part: its interchange kept back, its network fee added; sums of the lines."""
    interchange_fen = sum(line.interchange_fen for line in lines)
    network_fee_fen = sum(line.issuer_fee_fen for line in lines)
    postings: list[Posting] = []
    if interchange_fen:
        postings.append(("I.clearing_payable", "I.interchange_income", interchange_fen))
    if network_fee_fen:
        postings.append(("I.network_fee", "I.clearing_payable", network_fee_fen))
    return tuple(postings)
