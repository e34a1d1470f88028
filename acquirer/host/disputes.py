"""The host's dispute desk: cases about cleared payments, by their RRN.

An inquiry is answered by the acquirer's own clerks, from their record, and moves nothing. What a retrieval asks for is
held, or kept from later settlements where the sale is paid. A chargeback, of all or a part, is taken from the merchant
at once (P10a, P10b), who may owe it then; representment that is won gives it back (P10c). Clearing lines of a case ride
in the next file, without fees. A deadline that passes without an answer loses. Who gives all of a payment back ends its
inquiry or retrieval; a payment that its till has voided or reversed ends it at the deadline. The card's bank cannot
know what is on its way back: so a chargeback takes what is left, and where nothing is left it is not taken.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

from acquirer.host.clearing import ClearingDesk, Found
from acquirer.host.dispute_records import (
    ARBITRATION,
    CHARGEBACK,
    CHARGED,
    INQUIRY,
    NONE,
    OVER,
    RETRIEVAL,
    AnswerDue,
    DisputeCase,
    HeldDisputes,
    SaleRefunded,
    StepOverdue,
    Untold,
)
from acquirer.host.dispute_steps import CASES, OnDesk
from acquirer.host.holds import HoldDesk
from acquirer.host.payout import PayoutDesk
from acquirer.merchant_notices import MerchantNotices
from poslab.ledger.book import Book
from poslab.messages.disputes import (
    ArbitrationRuled,
    DisputeAnswered,
    DisputeNotice,
    DisputeStep,
    DisputeStepHeard,
    case_no_of,
    line_no_of,
)
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.time import DAY, Instant, midnight
from poslab.world.calendar import day_of_word, day_word
from poslab.world.world import World

ACQUIRER = "acquirer"
ISSUER = "issuer"
CHARGEBACK_NETTED = "chargeback-netted"


class DisputeDesk:
    """Hears the card's bank, the merchant and the network; tells them; posted in the host's book ``A``."""

    HEARS: ClassVar[tuple[type[Input], ...]] = (DisputeStep, DisputeStepHeard, DisputeAnswered, ArbitrationRuled)
    REMINDERS: ClassVar[tuple[type[Reminder], ...]] = (StepOverdue, AnswerDue)

    def __init__(
        self, world: World, book: Book, clearing: ClearingDesk, payouts: PayoutDesk, holds: HoldDesk,
        notices: MerchantNotices,
    ) -> None:  # fmt: skip
        self.calendar = world.calendar
        self.acquirer = world.acquirer
        self._switch = world.network.address
        self._issuers = {ref: issuer.address for issuer in reversed(world.issuers) for ref in issuer.cards}
        self._notices = notices
        self._credit = frozenset(ref for ref, card in world.cards.items() if card.product == "credit")
        self._book = book
        self.clearing = clearing
        self.payouts = payouts
        self.holds = holds
        self.refunded_fen: Callable[[str], int] = _nothing
        """How much of the payment of an RRN is given back otherwise, or on its way back."""
        self.cases: dict[str, DisputeCase] = {}
        self._untold: dict[str, Untold] = {}

    # --- what the desk is told

    def handle(self, given: Input, at: Instant, out: list[Effect]) -> None:
        """Hear an input of ``HEARS`` or ``REMINDERS``."""
        if isinstance(given, DisputeStepHeard):
            self._untold.pop(f"{given.rrn}/{given.step}", None)
        elif isinstance(given, StepOverdue):
            untold = self._untold[f"{given.rrn}/{given.step}"]
            self._say(untold.step, untold.attempt + 1, out)
        elif isinstance(given, DisputeStep):
            self._hear(given, at, out)
        elif isinstance(given, AnswerDue) and given.state in _OPEN and self.clearing.by_rrn(given.rrn) is None:
            self.refunded(given.rrn, at, out)
        elif isinstance(given, DisputeAnswered | ArbitrationRuled | AnswerDue) and given.rrn in self.cases:
            self._step(given.rrn, given, at, out)

    def refunded(self, rrn: str, at: Instant, out: list[Effect]) -> None:
        """A payment was given back in full, and not by a chargeback."""
        if rrn in self.cases:
            self._step(rrn, SaleRefunded("", rrn), at, out)

    def kept(self, rrn: str, out: list[Effect]) -> None:
        """It is not given back after all: if the time for an answer is over, the card's bank is told so once more.

        It may have tried to charge back meanwhile, and was refused.
        """
        case = self.cases.get(rrn)
        if case is not None and case.state == RETRIEVAL and case.too_late:
            self.tell(rrn, "no-slip", out)
        elif case is not None and case.state == INQUIRY and not case.due and not case.answered:
            self.tell(rrn, "no-answer", out)

    def charged_fen(self, rrn: str) -> int:
        """How much of a payment the card's bank has taken back, and not lost again."""
        case = self.cases.get(rrn)
        return 0 if case is None or case.state not in CHARGED else case.charged_fen

    def left_fen(self, found: Found) -> int:
        """What of a payment could still be taken back."""
        return found.amount_fen - self.refunded_fen(found.rrn)

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm what was lost, and say again what was not heard."""
        for rrn, case in sorted(self.cases.items()):
            if case.due:
                out.append(Remind(max(0, case.due - at), AnswerDue(case.found.about, rrn, case.state)))
        for _, untold in sorted(self._untold.items()):
            self._say(untold.step, untold.attempt + 1, out)

    def awaits(self, of: Reminder) -> bool:
        """Whether a letter of ``REMINDERS`` would still be heard."""
        if isinstance(of, StepOverdue):
            untold = self._untold.get(f"{of.rrn}/{of.step}")
            return untold is not None and untold.attempt == of.attempt
        if isinstance(of, AnswerDue):
            case = self.cases.get(of.rrn)
            return case is not None and case.due > 0 and case.state == of.state
        return False

    def held(self) -> HeldDisputes:
        """The state."""
        return HeldDisputes(self.cases, self._untold)

    def restore(self, held: HeldDisputes) -> None:
        """Take a state."""
        self.cases, self._untold = held.cases, held.untold

    def _hear(self, given: DisputeStep, at: Instant, out: list[Effect]) -> None:
        """A step of the card's bank: taken once, answered however often it comes, with our record of the payment."""
        rrn = given.rrn
        case = self.cases.get(rrn)
        code = "00"
        if case is not None and case.state == INQUIRY and given.step != INQUIRY:
            code = self._objection(case, given, at)
        elif case is not None and case.state == RETRIEVAL and given.step == CHARGEBACK:
            code = self._too_much(case.found, given)
        if case is None:
            found = self.clearing.by_rrn(rrn)
            if found is None or self._issuers.get(found.card) != given.bank:
                out.append(Send(self._switch, DisputeStepHeard(given.about, ISSUER, rrn, given.step, given.bank, "25")))
                return
            case = DisputeCase(found, given.bank, found.card in self._credit)
            code = self._objection(case, given, at)
            if code == "00":
                self.cases[rrn] = case
        if code == "00":
            before = self.cases[rrn].state
            after = self._step(rrn, given, at, out)
            code = "00" if after != before or after == given.step or after in _REACHED.get(given.step, ()) else "12"
        found = case.found
        now = self.cases.get(rrn, case)
        heard = DisputeStepHeard(
            found.about, ISSUER, rrn, given.step, given.bank, code, found.key, found.card, found.amount_fen,
            now.charged_fen,
        )  # fmt: skip
        out.append(Send(self._switch, heard))

    def _objection(self, case: DisputeCase, given: DisputeStep, at: Instant) -> str:
        """Why no case is opened, or an inquiry goes no further.

        12 it does not begin so, nothing is cleared, or all is given back; 22 the payment is too old; 64 more than is
        left of it.
        """
        if given.step == "closed" and case.state == INQUIRY:
            return "00"
        if given.step not in _BEGINS or (given.step == CHARGEBACK and not case.found.cleared):
            return "12"
        if given.step == INQUIRY:
            return "00"
        days = self.acquirer.retrieval_days if given.step == RETRIEVAL else self.acquirer.chargeback_days
        age = at - midnight(day_of_word(case.found.business_date))
        if age > days * DAY:
            return "22"
        return self._too_much(case.found, given)

    def _too_much(self, found: Found, given: DisputeStep) -> str:
        left_fen = self.left_fen(found)
        if left_fen <= 0:
            return "12"
        return "64" if given.amount_fen > left_fen else "00"

    def _step(self, rrn: str, given: Input, at: Instant, out: list[Effect]) -> str:
        return CASES.step(OnDesk(self, rrn), self.cases[rrn].state, given, at, out)

    # --- what the rows of the table ask for

    def move(self, rrn: str, state: str, at: Instant, out: list[Effect], *, answer_days: int = 0, **more: Any) -> str:
        """Bring a case into a state; the merchant is told, and has so many days to answer, 0 for nothing wanted."""
        before = self.cases[rrn]
        due = at + answer_days * DAY if answer_days else 0
        case = msgspec.structs.replace(before, state=state, due=due, **more)
        self.cases[rrn] = case
        found = case.found
        out.append(Kept(found.about, "dispute"))
        out.append(Became(found.about, case_no_of(rrn), before.state, state))
        details: dict[str, str | int] = {
            "case_no": case_no_of(rrn), "key": found.key, "rrn": rrn, "state": state, "reason": case.reason,
            "amount_fen": case.charged_fen or found.amount_fen, "due": due, "closed_by": case.closed_by,
        }  # fmt: skip
        out.append(Logged(found.about, "dispute", details))
        if due:
            out.append(Remind(due - at, AnswerDue(found.about, rrn, state)))
        amount_fen = case.charged_fen or found.amount_fen
        notice = DisputeNotice(found.about, case_no_of(rrn), rrn, state, case.reason, amount_fen, due)
        self._notices.tell(found.mid, notice, out)
        return state

    def change(self, rrn: str, **changes: Any) -> None:
        """Note something about a case that stays in its state."""
        self.cases[rrn] = msgspec.structs.replace(self.cases[rrn], **changes)

    def inquiry_days(self, rrn: str, at: Instant) -> int:
        """How many days there are to answer an inquiry: more for an old payment."""
        age = at - midnight(day_of_word(self.cases[rrn].found.business_date))
        old = age > self.acquirer.old_after_days * DAY
        return self.acquirer.old_inquiry_days if old else self.acquirer.inquiry_days

    def note(self, rrn: str, word: str, out: list[Effect], **details: str | int) -> None:
        """Write about a case into the log."""
        found = self.cases[rrn].found
        out.append(Logged(found.about, word, {"case_no": case_no_of(rrn), "key": found.key, "rrn": rrn, **details}))

    def tell(self, rrn: str, step: str, out: list[Effect]) -> None:
        """Tell the card's bank of a step, until it has heard it."""
        case = self.cases[rrn]
        self._say(DisputeStep(case.found.about, ACQUIRER, rrn, step, case.bank), 1, out)

    def _say(self, step: DisputeStep, attempt: int, out: list[Effect]) -> None:
        self._untold[f"{step.rrn}/{step.step}"] = Untold(step, attempt)
        out.append(Send(self._switch, step, attempt))
        out.append(Remind(self.acquirer.file_repeat_us, StepOverdue(step.about, step.rrn, step.step, attempt)))

    def charge(self, rrn: str, at: Instant, out: list[Effect]) -> tuple[int, int]:
        """Book a chargeback (P10a) and recover it from the merchant (P10b); what came from held, and from available."""
        found, charged_fen = self.cases[rrn].found, self.cases[rrn].charged_fen
        held_fen = self.holds.use(rrn, charged_fen, at, out)
        rest_fen = charged_fen - held_fen
        self._post(rrn, "P10a", (("A.dispute_suspense", "A.scheme_receivable", charged_fen),), out)
        self._post(rrn, "P10b", self._from_merchant(rrn, held_fen, rest_fen), out)
        if rest_fen:
            self.payouts.owes_refund(found.mid, case_no_of(rrn), found.about, rest_fen, CHARGEBACK_NETTED)
        self._claim(rrn, 1, -charged_fen, at)
        return held_fen, rest_fen

    def give_back(self, rrn: str, at: Instant, out: list[Effect]) -> None:
        """Representment is won: mirror both entries (P10c), and pay the merchant what was taken from it."""
        case = self.cases[rrn]
        found = case.found
        available = f"A.merchant_payable.{found.mid}.available"
        postings = (
            ("A.scheme_receivable", "A.dispute_suspense", case.charged_fen),
            ("A.dispute_suspense", available, case.charged_fen),
        )
        self._post(rrn, "P10c", postings, out)
        self._claim(rrn, 2, case.charged_fen, at)
        back_fen = case.charged_fen
        date = day_word(self.calendar.business_day(at))  # whose settlement brings it
        if self.payouts.owes_no_more(found.mid, case_no_of(rrn), date):
            back_fen -= case.from_available_fen
        if case.from_held_fen and self.payouts.owes_less(found.mid, found.key, case.from_held_fen, date):
            back_fen -= case.from_held_fen
        details: dict[str, str | int] = {"amount_fen": back_fen}
        if back_fen:
            day = f"{found.mid}-{found.business_date}"
            details["payout_no"] = self.payouts.restore_to(found.mid, day, back_fen, at, out, date)
        self.note(rrn, "chargeback-returned", out, **details)

    def _from_merchant(self, rrn: str, held_fen: int, rest_fen: int) -> tuple[Posting, ...]:
        payable = f"A.merchant_payable.{self.cases[rrn].found.mid}"
        parts = ((f"{payable}.held", held_fen), (f"{payable}.available", rest_fen))
        return tuple((account, "A.dispute_suspense", amount_fen) for account, amount_fen in parts if amount_fen)

    def _post(self, rrn: str, kind: str, postings: tuple[Posting, ...], out: list[Effect]) -> None:
        found = self.cases[rrn].found
        entry = f"{kind}/{found.key}/{case_no_of(rrn)}"
        if self._book.post(entry, postings):
            out.append(Posted(found.about, entry, postings))

    def _claim(self, rrn: str, number: int, amount_fen: int, at: Instant) -> None:
        """A clearing line of the case for the next file; its fees are none."""
        found = self.cases[rrn].found
        date = day_word(self.calendar.business_day(at))
        line_no = line_no_of(rrn, number)
        self.clearing.capture(found.about, date, line_no, case_no_of(rrn), found.mid, found.card, amount_fen)


def _nothing(rrn: str) -> int:
    return 0


_OPEN = (INQUIRY, RETRIEVAL)
"""States in which nothing is taken back yet."""
_BEGINS = (*_OPEN, CHARGEBACK)
_REACHED = {
    "inquiry": (INQUIRY, RETRIEVAL, CHARGEBACK, *OVER, "representment", ARBITRATION),
    "retrieval": (RETRIEVAL, CHARGEBACK, *OVER, "representment", ARBITRATION),
    "chargeback": (CHARGEBACK, "accepted", "representment", "won", "lost", ARBITRATION),
    "closed": ("closed",),
    "second-chargeback": (ARBITRATION, "won", "lost"),
    "representment-accepted": ("won",),
    NONE: (),
}
"""A step of the card's bank → the states that it led to, in which a copy of it is heard again."""
