"""The table of a case at the acquirer: what is heard in which state, and where it may lead."""

from typing import TYPE_CHECKING, NamedTuple

from acquirer.host.dispute_records import (
    ACCEPTED,
    ARBITRATION,
    CHARGEBACK,
    CHARGED,
    CLOSED,
    INQUIRY,
    LOST,
    NONE,
    REPRESENTMENT,
    RETRIEVAL,
    STATES,
    WON,
    AnswerDue,
    DisputeCase,
    SaleRefunded,
)
from acquirer.host.holds import CASE
from poslab.messages.disputes import ArbitrationRuled, DisputeAnswered, DisputeStep, case_no_of
from poslab.party.contract import Effect, Input
from poslab.party.table import Guard, Ignored, Row, Table
from poslab.party.time import Instant

if TYPE_CHECKING:
    from acquirer.host.disputes import DisputeDesk


class OnDesk(NamedTuple):
    """A case on the desk."""

    desk: "DisputeDesk"
    rrn: str

    @property
    def case(self) -> DisputeCase:
        """How it stands."""
        return self.desk.cases[self.rrn]


# --- from the card's bank


def open_inquiry(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """It asks whether the payment is as booked (确认查询): nothing is kept back."""
    return of.desk.move(of.rrn, INQUIRY, at, out, answer_days=of.desk.inquiry_days(of.rrn, at), reason=given.reason)


def open_retrieval(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """It wants to see the slip: the money is kept back meanwhile."""
    days = of.desk.acquirer.merchant_answer_days
    of.desk.move(of.rrn, RETRIEVAL, at, out, answer_days=days, reason=given.reason)
    of.desk.holds.place(of.case.found, CASE, case_no_of(of.rrn), at, out)
    return RETRIEVAL


def charge_back(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """It takes the money back. Who did not answer the retrieval in time has lost already."""
    case, desk = of.case, of.desk
    reason = given.reason or case.reason
    days = 0 if case.too_late else desk.acquirer.representment_days
    charged_fen = given.amount_fen or desk.left_fen(case.found)
    desk.move(of.rrn, CHARGEBACK, at, out, answer_days=days, reason=reason, charged_fen=charged_fen)
    held_fen, rest_fen = desk.charge(of.rrn, at, out)
    desk.holds.lift(of.rrn, CASE, at, out)
    desk.change(of.rrn, from_held_fen=held_fen, from_available_fen=rest_fen)
    return accept(of, given, at, out) if case.too_late else CHARGEBACK


def close(of: OnDesk, given: Input, at: Instant, out: list[Effect]) -> str:
    """The complaint is over, and what was kept back is released."""
    of.desk.move(of.rrn, CLOSED, at, out, closed_by=_closed_by(of, given))
    of.desk.holds.lift(of.rrn, CASE, at, out)
    return CLOSED


def _closed_by(of: OnDesk, given: Input) -> str:
    if isinstance(given, SaleRefunded):
        return "refund"
    if isinstance(given, DisputeAnswered):
        return "confirmation"
    return "slip" if of.case.answered else "agreement"


def second_chargeback(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """It does not accept the representment: the network will rule, unless the merchant gives in or says nothing."""
    return of.desk.move(of.rrn, ARBITRATION, at, out, answer_days=of.desk.acquirer.representment_days)


def win(of: OnDesk, given: Input, at: Instant, out: list[Effect]) -> str:
    """The money is the merchant's again (P10c)."""
    of.desk.move(of.rrn, WON, at, out)
    of.desk.give_back(of.rrn, at, out)
    return WON


def pass_over(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """A step that is known already, or that leads nowhere from here."""
    of.desk.note(of.rrn, "dispute-passed-over", out, step=given.step)
    return of.case.state


# --- from the merchant


def confirm(of: OnDesk, given: DisputeAnswered, at: Instant, out: list[Effect]) -> str:
    """The payment is as booked: the inquiry is answered, and over."""
    of.desk.note(of.rrn, "dispute-answered", out, answer=given.answer)
    of.desk.tell(of.rrn, "confirmed", out)
    return close(of, given, at, out)


def hand_in(of: OnDesk, given: DisputeAnswered, at: Instant, out: list[Effect]) -> str:
    """Slip and evidence go to the card's bank; what is kept back waits for its word."""
    if not of.case.answered:
        of.desk.change(of.rrn, answered=True, due=0)
        of.desk.note(of.rrn, "dispute-answered", out, answer=given.answer)
        of.desk.tell(of.rrn, "slip", out)
    return RETRIEVAL


def accept(of: OnDesk, given: Input, at: Instant, out: list[Effect]) -> str:
    """The chargeback stands."""
    of.desk.move(of.rrn, ACCEPTED, at, out)
    of.desk.tell(of.rrn, "accepted", out)
    return ACCEPTED


def represent(of: OnDesk, given: DisputeAnswered, at: Instant, out: list[Effect]) -> str:
    """The money is claimed again, with evidence (再请款)."""
    of.desk.move(of.rrn, REPRESENTMENT, at, out)
    of.desk.tell(of.rrn, "representment", out)
    return REPRESENTMENT


def lose(of: OnDesk, given: Input, at: Instant, out: list[Effect]) -> str:
    """The chargeback stands for good."""
    of.desk.move(of.rrn, LOST, at, out)
    of.desk.tell(of.rrn, "ruled-lost", out)
    return LOST


def refuse_answer(of: OnDesk, given: DisputeAnswered, at: Instant, out: list[Effect]) -> str:
    """Not the answer that is wanted here, or one that a debit card's case does not know."""
    of.desk.note(of.rrn, "dispute-answer-refused", out, answer=given.answer)
    return of.case.state


# --- time, the network, the refund desk


def miss_inquiry(of: OnDesk, given: AnswerDue, at: Instant, out: list[Effect]) -> str:
    """Nobody has answered the inquiry in time: the card's bank may take the money back, unless that is too late."""
    of.desk.change(of.rrn, due=0)
    of.desk.note(of.rrn, "dispute-deadline-missed", out, state=INQUIRY)
    of.desk.tell(of.rrn, "no-answer", out)
    return INQUIRY


def miss(of: OnDesk, given: AnswerDue, at: Instant, out: list[Effect]) -> str:
    """No slip came in time: the card's bank is told so, and will take the money back."""
    of.desk.change(of.rrn, too_late=True, due=0)
    of.desk.note(of.rrn, "dispute-deadline-missed", out, state=RETRIEVAL)
    of.desk.tell(of.rrn, "no-slip", out)
    return RETRIEVAL


def miss_representment(of: OnDesk, given: AnswerDue, at: Instant, out: list[Effect]) -> str:
    """Nobody spoke against the chargeback in time: it stands."""
    of.desk.note(of.rrn, "dispute-deadline-missed", out, state=CHARGEBACK)
    return accept(of, given, at, out)


def miss_arbitration(of: OnDesk, given: AnswerDue, at: Instant, out: list[Effect]) -> str:
    """Nothing was ruled and nobody spoke in time: lost."""
    of.desk.note(of.rrn, "dispute-deadline-missed", out, state=ARBITRATION)
    return lose(of, given, at, out)


def ruled(of: OnDesk, given: ArbitrationRuled, at: Instant, out: list[Effect]) -> str:
    """The network has ruled."""
    if not given.won:
        return lose(of, given, at, out)
    of.desk.tell(of.rrn, "ruled-won", out)
    return win(of, given, at, out)


def refund(of: OnDesk, given: SaleRefunded, at: Instant, out: list[Effect]) -> str:
    """The money goes back without a chargeback: the case is over."""
    of.desk.tell(of.rrn, "refunded", out)
    return close(of, given, at, out)


def _is(step: str) -> Guard:
    def guard(of: OnDesk, given: DisputeStep, at: Instant) -> bool:
        return given.step == step

    return guard


def _answers(answer: str) -> Guard:
    def guard(of: OnDesk, given: DisputeAnswered, at: Instant) -> bool:
        return given.answer == answer and (answer != "represent" or of.case.credit)

    return guard


def _charges_back(of: OnDesk, given: DisputeStep, at: Instant) -> bool:
    found = of.desk.clearing.by_rrn(of.rrn)
    return given.step == "chargeback" and found is not None and found.cleared


HEARD = (DisputeStep, DisputeAnswered, AnswerDue, ArbitrationRuled, SaleRefunded)
"""What a case hears."""


def _but(*states: str) -> tuple[str, ...]:
    return tuple(state for state in STATES if state not in states)


CASES: Table[OnDesk] = Table(
    "a dispute at the acquirer",
    STATES,
    (
        Row(NONE, DisputeStep, open_inquiry, (INQUIRY,), _is("inquiry")),
        Row(INQUIRY, DisputeStep, open_retrieval, (RETRIEVAL,), _is("retrieval")),
        Row(INQUIRY, DisputeStep, charge_back, (CHARGEBACK, ACCEPTED), _charges_back),
        Row(INQUIRY, DisputeStep, close, (CLOSED,), _is("closed")),
        Row(NONE, DisputeStep, open_retrieval, (RETRIEVAL,), _is("retrieval")),
        Row(NONE, DisputeStep, charge_back, (CHARGEBACK,), _is("chargeback")),
        Row(RETRIEVAL, DisputeStep, charge_back, (CHARGEBACK, ACCEPTED), _charges_back),
        Row(RETRIEVAL, DisputeStep, close, (CLOSED,), _is("closed")),
        Row(REPRESENTMENT, DisputeStep, second_chargeback, (ARBITRATION,), _is("second-chargeback")),
        Row(REPRESENTMENT, DisputeStep, win, (WON,), _is("representment-accepted")),
        *(Row(state, DisputeStep, pass_over, (state,)) for state in STATES),
        Row(INQUIRY, DisputeAnswered, confirm, (CLOSED,), _answers("confirm")),
        Row(RETRIEVAL, DisputeAnswered, hand_in, (RETRIEVAL,), _answers("slip")),
        Row(CHARGEBACK, DisputeAnswered, accept, (ACCEPTED,), _answers("accept")),
        Row(CHARGEBACK, DisputeAnswered, represent, (REPRESENTMENT,), _answers("represent")),
        Row(ARBITRATION, DisputeAnswered, lose, (LOST,), _answers("accept")),
        *(Row(state, DisputeAnswered, refuse_answer, (state,)) for state in STATES),
        Row(INQUIRY, AnswerDue, miss_inquiry, (INQUIRY,)),
        Row(RETRIEVAL, AnswerDue, miss, (RETRIEVAL,)),
        Row(CHARGEBACK, AnswerDue, miss_representment, (ACCEPTED,)),
        Row(ARBITRATION, AnswerDue, miss_arbitration, (LOST,)),
        Row(ARBITRATION, ArbitrationRuled, ruled, (WON, LOST)),
        *(Row(state, SaleRefunded, refund, (CLOSED,)) for state in (INQUIRY, RETRIEVAL)),
    ),
    (
        Ignored(_but(INQUIRY, RETRIEVAL, CHARGEBACK, ARBITRATION), AnswerDue, "nothing is wanted; awaits() says so"),
        Ignored(_but(ARBITRATION), ArbitrationRuled, "nothing was put before the network"),
        Ignored((NONE, CLOSED, WON), SaleRefunded, "a sale like any other is given back"),
        Ignored(CHARGED, SaleRefunded, "who charges back less than all leaves only the rest to be given back"),
    ),
)
