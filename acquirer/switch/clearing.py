"""The network's clearing desk: it takes the acquirers' files, passes each issuer its lines, and settles between banks.

Positions are booked part by part (P2). On the settlement date, once a file is whole, each issuer's position in it is
drawn at the rail; when all have paid, its acquirer is paid (P3). Each acquirer's file is settled by itself, so that one
that is late keeps nobody else waiting. Files to issuers and orders to the rail are repeated until they are answered.
"""

from typing import ClassVar, Final

import msgspec
from msgspec import Struct

from poslab.ledger.book import Book
from poslab.messages.funding import (
    ClearingFile,
    ClearingLine,
    FileAccepted,
    TransferDone,
    TransferOrder,
    acquirer_of_file,
    issuer_file_no_of,
    transfer_in_no,
    transfer_out_no,
)
from poslab.party.contract import Address, Effect, Input, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.time import Instant, midnight
from poslab.world.calendar import day_of_word
from poslab.world.rail_accounts import NETWORK, of_issuer
from poslab.world.world import Acquirer, World

FILES_REMEMBERED: Final = 40
"""How many files back a repeated part is recognised."""


class IssuerFileOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """An issuer has not accepted its lines."""

    kind: ClassVar[str] = "issuer-file-overdue"

    file_no: str
    part: int
    attempt: int


class SettlementDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The hour of settlement of a file has come."""

    kind: ClassVar[str] = "settlement-due"

    file_no: str


class TransferOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The rail has not said that a transfer is done."""

    kind: ClassVar[str] = "transfer-overdue"

    transfer_no: str
    attempt: int


class Passed(Struct, frozen=True):
    """Lines that an issuer has not accepted yet."""

    issuer: Address
    file: ClearingFile
    attempt: int = 1


class Ordered(Struct, frozen=True):
    """A transfer that the rail has not confirmed yet."""

    file_no: str
    order: TransferOrder
    attempt: int = 1


class Taken(Struct):
    """A file of an acquirer, as far as it has come."""

    business_date: str
    settlement_date: str
    parts: dict[str, int] = {}
    """Part's name → how many lines it had."""
    last_part: int = 0
    """0 as long as the last part has not come."""
    owed_fen: dict[Address, int] = {}
    """Issuer → what it pays."""
    due_fen: int = 0
    """What its acquirer gets."""
    is_due: bool = False
    stage: str = "open"
    """``open``, ``drawing`` (issuers pay), ``paying`` (the acquirer is paid), ``settled``."""


class HeldClearing(Struct):
    """A snapshot."""

    files: dict[str, Taken]
    passed: dict[str, Passed]
    ordered: dict[str, Ordered]


class ClearingDesk:
    """Clearing and settlement of the network, posted in the book ``N`` that the switch hands over."""

    HEARS: ClassVar[tuple[type[Input], ...]] = (ClearingFile, FileAccepted, TransferDone)
    REMINDERS: ClassVar[tuple[type[Reminder], ...]] = (IssuerFileOverdue, SettlementDue, TransferOverdue)

    def __init__(self, world: World, book: Book) -> None:
        self._calendar = world.calendar
        self._network = world.network
        self._first = world.acquirer
        self._acquirers = {acquirer.address: acquirer for acquirer in world.acquirers}
        self._accounts = {issuer.address: of_issuer(world, issuer.address) for issuer in world.issuers}
        self._issuers = tuple(issuer.address for issuer in world.issuers)
        self._issuer_of = {ref: issuer.address for issuer in reversed(world.issuers) for ref in issuer.cards}
        self._book = book
        self._files: dict[str, Taken] = {}
        self._passed: dict[str, Passed] = {}
        self._ordered: dict[str, Ordered] = {}

    def start(self, at: Instant, out: list[Effect]) -> None:
        """Nothing to arm: the acquirer's file comes by itself."""

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm everything anew and say again what is unconfirmed."""
        for file_no, taken in sorted(self._files.items()):
            if not taken.is_due:
                self._await_settlement(file_no, taken, at, out)
        for _, passed in sorted(self._passed.items()):
            self._pass_on(passed.issuer, passed.file, passed.attempt + 1, out)
        for _, ordered in sorted(self._ordered.items()):
            self._order(ordered.file_no, ordered.order, ordered.attempt + 1, out)

    def awaits(self, of: Reminder) -> bool:
        """Whether a letter of ``REMINDERS`` would still be heard."""
        if isinstance(of, IssuerFileOverdue):
            passed = self._passed.get(_name(of.file_no, of.part))
            return passed is not None and passed.attempt == of.attempt
        if isinstance(of, TransferOverdue):
            ordered = self._ordered.get(of.transfer_no)
            return ordered is not None and ordered.attempt == of.attempt
        if isinstance(of, SettlementDue):
            taken = self._files.get(of.file_no)
            return taken is not None and not taken.is_due
        return False

    def handle(self, given: Input, at: Instant, out: list[Effect]) -> None:
        """Hear an input of ``HEARS`` or ``REMINDERS``; effects are appended to ``out``. A stale letter adds nothing."""
        if isinstance(given, ClearingFile):
            self._take(given, at, out)
        elif isinstance(given, FileAccepted):
            self._passed.pop(_name(given.file_no, given.part), None)
        elif isinstance(given, TransferDone):
            self._done(given, out)
        elif isinstance(given, Reminder) and self.awaits(given):
            self._hear_letter(given, out)

    def snapshot(self) -> bytes:
        """The whole state; equal states, equal bytes."""
        held = HeldClearing(self._files, self._passed, self._ordered)
        return msgspec.msgpack.encode(held, order="deterministic")

    def restore(self, kept: object) -> None:
        """Take the state that ``snapshot`` gave."""
        if not isinstance(kept, bytes):
            raise TypeError(f"a clearing snapshot is bytes, not {type(kept).__name__}")
        held = msgspec.msgpack.decode(kept, type=HeldClearing)
        self._files = held.files
        self._passed = held.passed
        self._ordered = held.ordered

    # --- the file

    def _take(self, given: ClearingFile, at: Instant, out: list[Effect]) -> None:
        """Book a part once, acknowledge it however often it comes, and pass it on."""
        file_no, part = given.file_no, given.part
        acquirer = self._whose(file_no).address
        taken = self._files.get(file_no)
        if taken is None:
            taken = self._files[file_no] = Taken(given.business_date, given.settlement_date)
            self._forget_oldest()
            self._await_settlement(file_no, taken, at, out)
        name = _name(file_no, part)
        if taken.stage == "settled" or name in taken.parts:
            out.append(Logged("", "duplicate", {"file_no": file_no, "part": part, "how": "answered-again"}))
            out.append(Send(acquirer, FileAccepted("", file_no, part)))
            return
        out.append(Kept("", "clearing-file"))
        taken.parts[name] = len(given.lines)
        if given.last:
            taken.last_part = part
        entry = f"P2/{name}"
        postings = position_postings(given.lines)
        if postings and self._book.post(entry, postings):
            out.append(Posted("", entry, postings))
        out.append(Logged("", "file-taken", {"file_no": file_no, "part": part}))
        out.append(Send(acquirer, FileAccepted("", file_no, part)))
        for issuer in self._issuers:
            lines = tuple(line for line in given.lines if self._issuer_of.get(line.card) == issuer)
            if lines:
                owed_fen = sum(issuer_pays_fen(line) for line in lines)
                taken.owed_fen[issuer] = taken.owed_fen.get(issuer, 0) + owed_fen
            if lines or given.last:
                # Each issuer's file has a number of its own: its acknowledgement names no sender.
                theirs = ClearingFile(
                    "", issuer_file_no_of(file_no, issuer), part, given.last, given.business_date,
                    given.settlement_date, lines,
                )
                self._pass_on(issuer, theirs, 1, out)
        taken.due_fen += sum(acquirer_gets_fen(line) for line in given.lines)
        self._settle(file_no, taken, out)

    def _pass_on(self, issuer: Address, file: ClearingFile, attempt: int, out: list[Effect]) -> None:
        self._passed[_name(file.file_no, file.part)] = Passed(issuer, file, attempt)
        out.append(Send(issuer, file, attempt))
        out.append(Remind(self._network.file_repeat_us, IssuerFileOverdue("", file.file_no, file.part, attempt)))

    def _forget_oldest(self) -> None:
        settled = [file_no for file_no, taken in self._files.items() if taken.stage == "settled"]
        if len(self._files) > FILES_REMEMBERED and settled:
            del self._files[settled[0]]
            self._book.forget()

    # --- settlement

    def _hear_letter(self, given: Reminder, out: list[Effect]) -> None:
        if isinstance(given, IssuerFileOverdue):
            passed = self._passed[_name(given.file_no, given.part)]
            self._pass_on(passed.issuer, passed.file, passed.attempt + 1, out)
        elif isinstance(given, TransferOverdue):
            ordered = self._ordered[given.transfer_no]
            self._order(ordered.file_no, ordered.order, ordered.attempt + 1, out)
        elif isinstance(given, SettlementDue):
            taken = self._files[given.file_no]
            taken.is_due = True
            self._settle(given.file_no, taken, out)

    def _await_settlement(self, file_no: str, taken: Taken, at: Instant, out: list[Effect]) -> None:
        due = midnight(day_of_word(taken.settlement_date)) + self._calendar.settlement_at
        out.append(Remind(max(0, due - at), SettlementDue("", file_no)))

    def _settle(self, file_no: str, taken: Taken, out: list[Effect]) -> None:
        """Draw the issuers' positions, when the hour has come and no part is missing."""
        if taken.stage != "open" or not taken.is_due or not 0 < taken.last_part == len(taken.parts):
            return
        out.append(Kept("", "settlement"))
        taken.stage = "drawing"
        for issuer, owed_fen in sorted(taken.owed_fen.items()):
            transfer_no = transfer_in_no(taken.business_date, issuer, self._whose(file_no).tag)
            self._transfer(file_no, transfer_no, self._accounts[issuer], NETWORK, owed_fen, out)
        if not any(ordered.file_no == file_no for ordered in self._ordered.values()):
            self._pay(file_no, taken, out)  # refunds have used the day's sales up

    def _pay(self, file_no: str, taken: Taken, out: list[Effect]) -> None:
        """Every issuer is through: pay the acquirer, or be paid by it."""
        taken.stage = "paying"
        acquirer = self._whose(file_no)
        transfer_no = transfer_out_no(taken.business_date, acquirer.address)
        if taken.due_fen:
            self._transfer(file_no, transfer_no, NETWORK, acquirer.reserve_account, taken.due_fen, out)
        else:
            self._settled(taken)

    def _whose(self, file_no: str) -> Acquirer:
        return self._acquirers.get(acquirer_of_file(file_no), self._first)

    def _settled(self, taken: Taken) -> None:
        taken.stage = "settled"
        taken.parts = {}

    def _transfer(
        self, file_no: str, transfer_no: str, payer: str, payee: str, amount_fen: int, out: list[Effect]
    ) -> None:
        """Order a transfer; one below zero goes the other way (P8c), one of nothing is none."""
        if amount_fen < 0:
            payer, payee, amount_fen = payee, payer, -amount_fen
        if amount_fen:
            self._order(file_no, TransferOrder("", transfer_no, payer, payee, amount_fen), 1, out)

    def _order(self, file_no: str, order: TransferOrder, attempt: int, out: list[Effect]) -> None:
        self._ordered[order.transfer_no] = Ordered(file_no, order, attempt)
        out.append(Logged("", "settlement-ordered", {"transfer_no": order.transfer_no}))
        out.append(Send(self._network.rail, order, attempt))
        out.append(Remind(self._network.file_repeat_us, TransferOverdue("", order.transfer_no, attempt)))

    def _done(self, given: TransferDone, out: list[Effect]) -> None:
        """A transfer is done (P3); after the last issuer's the acquirer is paid. Said again, it changes nothing."""
        ordered = self._ordered.pop(given.transfer_no, None)
        if ordered is None:
            return
        taken = self._files[ordered.file_no]
        out.append(Kept("", "settlement"))
        paying = taken.stage == "paying"
        receives = ordered.order.payee == NETWORK
        owing = "N.due_to_acquirer" if paying else "N.due_from_issuer"
        posting = ("N.cash", owing) if receives else (owing, "N.cash")
        entry = f"P3/{given.transfer_no}"
        postings = ((*posting, ordered.order.amount_fen),)
        if self._book.post(entry, postings):
            out.append(Posted("", entry, postings))
        out.append(Logged("", "settled", {"transfer_no": given.transfer_no}))
        if paying:
            self._settled(taken)
        elif not any(other.file_no == ordered.file_no for other in self._ordered.values()):
            self._pay(ordered.file_no, taken, out)


def issuer_pays_fen(line: ClearingLine) -> int:
    """What the issuer pays for a line: the sale without its interchange, and its network fee."""
    return line.amount_fen - line.interchange_fen + line.issuer_fee_fen


def acquirer_gets_fen(line: ClearingLine) -> int:
    """What the acquirer gets for a line: the sale without interchange and without its network fee."""
    return line.amount_fen - line.interchange_fen - line.acquirer_fee_fen


def position_postings(lines: tuple[ClearingLine, ...]) -> tuple[Posting, ...]:
    """The network's lines of P2 for a part: due from the issuers, due to the acquirer, and its fee from both."""
    due_fen = sum(acquirer_gets_fen(line) for line in lines)
    fee_fen = sum(issuer_pays_fen(line) for line in lines) - due_fen
    postings: list[Posting] = []
    if due_fen > 0:
        postings.append(("N.due_from_issuer", "N.due_to_acquirer", due_fen))
    elif due_fen:
        postings.append(("N.due_to_acquirer", "N.due_from_issuer", -due_fen))
    if fee_fen:
        postings.append(("N.due_from_issuer", "N.fee_income", fee_fen))
    return tuple(postings)


def _name(file_no: str, part: int) -> str:
    return f"{file_no}/{part}"
