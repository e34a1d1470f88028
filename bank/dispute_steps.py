"""The table of a case at the card's bank: what is heard in which state, and where it may lead."""

from typing import TYPE_CHECKING, NamedTuple

from bank.dispute_records import (
    ACCEPTED,
    ARBITRATION,
    CHARGEBACK,
    CLOSED,
    INQUIRY,
    LOST,
    NONE,
    REPRESENTMENT,
    RETRIEVAL,
    REVIEW_US,
    SECOND_US,
    STATES,
    WON,
    DecisionDue,
    DisputeCase,
)
from poslab.messages.disputes import (
    ChargebackRaised,
    ComplaintDropped,
    DisputeStep,
    DisputeStepHeard,
    InquiryRaised,
    RetrievalRaised,
    SecondChargebackRaised,
)
from poslab.party.contract import Effect, Input
from poslab.party.table import Guard, Ignored, Row, Table
from poslab.party.time import Instant

if TYPE_CHECKING:
    from bank.disputes import DisputeDesk


class OnDesk(NamedTuple):
    """A case on the desk, or an RRN of which nothing is known yet."""

    desk: "DisputeDesk"
    rrn: str

    @property
    def case(self) -> DisputeCase:
        """How it stands."""
        return self.desk.cases.get(self.rrn, DisputeCase())


# --- clerks


def inquire(of: OnDesk, given: InquiryRaised, at: Instant, out: list[Effect]) -> str:
    """Ask the acquirer whether the payment is as booked; the case begins when it has heard that."""
    of.desk.tell(of.rrn, "inquiry", out, given.reason)
    return of.case.state


def ask(of: OnDesk, given: RetrievalRaised, at: Instant, out: list[Effect]) -> str:
    """Ask the acquirer for the slip; the case begins when it has heard that."""
    of.desk.tell(of.rrn, "retrieval", out, given.reason)
    return of.case.state


def charge(of: OnDesk, given: ChargebackRaised, at: Instant, out: list[Effect]) -> str:
    """Take the money back; nothing is posted before the acquirer has taken it."""
    of.desk.tell(of.rrn, "chargeback", out, given.reason, given.amount_fen)
    return of.case.state


def charge_again(of: OnDesk, given: SecondChargebackRaised, at: Instant, out: list[Effect]) -> str:
    """Do not accept the representment."""
    of.desk.tell(of.rrn, "second-chargeback", out)
    return of.case.state


def drop(of: OnDesk, given: Input, at: Instant, out: list[Effect]) -> str:
    """The cardholder is content, or the evidence was good."""
    of.desk.move(of.rrn, CLOSED, out)
    of.desk.tell(of.rrn, "closed", out)
    return CLOSED


def accept(of: OnDesk, given: DecisionDue, at: Instant, out: list[Effect]) -> str:
    """Nobody spoke against the representment in time: the cardholder pays."""
    of.desk.tell(of.rrn, "representment-accepted", out)
    return pay(of, given, at, out)


# --- the acquirer has heard a step


def refused(of: OnDesk, given: DisputeStepHeard, at: Instant, out: list[Effect]) -> str:
    """It did not take it."""
    of.desk.note(of.rrn, "dispute-refused", out, step=given.step, code=given.code)
    return of.case.state


def begin_inquiry(of: OnDesk, given: DisputeStepHeard, at: Instant, out: list[Effect]) -> str:
    """It is asked whether the payment is as booked."""
    of.desk.learn(of.rrn, given)
    return of.desk.move(of.rrn, INQUIRY, out)


def begin(of: OnDesk, given: DisputeStepHeard, at: Instant, out: list[Effect]) -> str:
    """It is asked for the slip."""
    of.desk.learn(of.rrn, given)
    return of.desk.move(of.rrn, RETRIEVAL, out)


def charged(of: OnDesk, given: DisputeStepHeard, at: Instant, out: list[Effect]) -> str:
    """It has taken the chargeback: the cardholder is credited."""
    of.desk.learn(of.rrn, given)
    of.desk.move(of.rrn, CHARGEBACK, out)
    of.desk.credit(of.rrn, at, out)
    return CHARGEBACK


def arbitrate(of: OnDesk, given: DisputeStepHeard, at: Instant, out: list[Effect]) -> str:
    """It has taken the second chargeback: the network will rule."""
    return of.desk.move(of.rrn, ARBITRATION, out)


def stay(of: OnDesk, given: Input, at: Instant, out: list[Effect]) -> str:
    """It has heard what needed no more than that."""
    return of.case.state


# --- steps of the acquirer


def confirmed(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """The payment is as booked, and the cardholder remembers."""
    return of.desk.move(of.rrn, CLOSED, out)


def unanswered(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """Nobody answered in time: the money is taken back, unless the acquirer says that it is too late for that."""
    of.desk.note(of.rrn, "dispute-no-answer", out)
    of.desk.tell(of.rrn, "chargeback", out)
    return INQUIRY


def look_at_slip(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """Slip and evidence are there: without another word of a clerk the case is closed."""
    of.desk.note(of.rrn, "dispute-slip", out)
    of.desk.decide_later(of.rrn, REVIEW_US, at, out)
    return RETRIEVAL


def no_slip(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """Nothing came in time: the money is taken back."""
    of.desk.note(of.rrn, "dispute-no-slip", out)
    of.desk.tell(of.rrn, "chargeback", out)
    return RETRIEVAL


def refunded(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """The merchant gives the money back by refund."""
    return of.desk.move(of.rrn, CLOSED, out)


def accepted(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """The merchant accepts the chargeback."""
    return of.desk.move(of.rrn, ACCEPTED, out)


def represented(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """The money is claimed again."""
    of.desk.move(of.rrn, REPRESENTMENT, out)
    of.desk.decide_later(of.rrn, SECOND_US, at, out)
    return REPRESENTMENT


def pay(of: OnDesk, given: Input, at: Instant, out: list[Effect]) -> str:
    """Representment is won: the cardholder is debited again."""
    of.desk.move(of.rrn, WON, out)
    of.desk.debit_again(of.rrn, at, out)
    return WON


def lost(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """The chargeback stands for good."""
    return of.desk.move(of.rrn, LOST, out)


def pass_over(of: OnDesk, given: DisputeStep, at: Instant, out: list[Effect]) -> str:
    """A step that is known already, or that leads nowhere from here."""
    of.desk.note(of.rrn, "dispute-passed-over", out, step=given.step)
    return of.case.state


def _is(step: str) -> Guard:
    def guard(of: OnDesk, given: DisputeStep | DisputeStepHeard, at: Instant) -> bool:
        return given.step == step

    return guard


def _is_refused(of: OnDesk, given: DisputeStepHeard, at: Instant) -> bool:
    return given.code != "00"


HEARD = (
    InquiryRaised, RetrievalRaised, ChargebackRaised, SecondChargebackRaised, ComplaintDropped, DisputeStep,
    DisputeStepHeard, DecisionDue,
)  # fmt: skip
"""What a case hears."""


def _but(*states: str) -> tuple[str, ...]:
    return tuple(state for state in STATES if state not in states)


CASES: Table[OnDesk] = Table(
    "a dispute at the card's bank",
    STATES,
    (
        Row(NONE, InquiryRaised, inquire, (NONE,)),
        *(Row(state, RetrievalRaised, ask, (state,)) for state in (NONE, INQUIRY)),
        *(Row(state, ChargebackRaised, charge, (state,)) for state in (NONE, INQUIRY, RETRIEVAL)),
        Row(REPRESENTMENT, SecondChargebackRaised, charge_again, (REPRESENTMENT,)),
        *(Row(state, ComplaintDropped, drop, (CLOSED,)) for state in (INQUIRY, RETRIEVAL)),
        *(Row(state, DisputeStepHeard, refused, (state,), _is_refused) for state in STATES),
        Row(NONE, DisputeStepHeard, begin_inquiry, (INQUIRY,), _is("inquiry")),
        *(Row(state, DisputeStepHeard, begin, (RETRIEVAL,), _is("retrieval")) for state in (NONE, INQUIRY)),
        *(
            Row(state, DisputeStepHeard, charged, (CHARGEBACK,), _is("chargeback"))
            for state in (NONE, INQUIRY, RETRIEVAL)
        ),
        Row(REPRESENTMENT, DisputeStepHeard, arbitrate, (ARBITRATION,), _is("second-chargeback")),
        *(Row(state, DisputeStepHeard, stay, (state,)) for state in STATES),
        Row(INQUIRY, DisputeStep, confirmed, (CLOSED,), _is("confirmed")),
        Row(INQUIRY, DisputeStep, unanswered, (INQUIRY,), _is("no-answer")),
        Row(INQUIRY, DisputeStep, refunded, (CLOSED,), _is("refunded")),
        Row(RETRIEVAL, DisputeStep, look_at_slip, (RETRIEVAL,), _is("slip")),
        Row(RETRIEVAL, DisputeStep, no_slip, (RETRIEVAL,), _is("no-slip")),
        Row(RETRIEVAL, DisputeStep, refunded, (CLOSED,), _is("refunded")),
        Row(CHARGEBACK, DisputeStep, accepted, (ACCEPTED,), _is("accepted")),
        Row(CHARGEBACK, DisputeStep, represented, (REPRESENTMENT,), _is("representment")),
        Row(ARBITRATION, DisputeStep, pay, (WON,), _is("ruled-won")),
        Row(ARBITRATION, DisputeStep, lost, (LOST,), _is("ruled-lost")),
        *(Row(state, DisputeStep, pass_over, (state,)) for state in STATES),
        Row(RETRIEVAL, DecisionDue, drop, (CLOSED,)),
        Row(REPRESENTMENT, DecisionDue, accept, (WON,)),
    ),
    (
        Ignored(_but(NONE), InquiryRaised, "the case has begun"),
        Ignored(_but(NONE, INQUIRY), RetrievalRaised, "the slip is asked for, or the case is over"),
        Ignored(_but(NONE, INQUIRY, RETRIEVAL), ChargebackRaised, "the money is back, or the case is over"),
        Ignored(_but(REPRESENTMENT), SecondChargebackRaised, "there is no representment to speak against"),
        Ignored(_but(INQUIRY, RETRIEVAL), ComplaintDropped, "there is no complaint that could be dropped"),
        Ignored(_but(RETRIEVAL, REPRESENTMENT), DecisionDue, "nothing is left to decide; awaits() says so"),
    ),
)
