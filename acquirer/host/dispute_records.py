"""What the dispute desk knows of a case, and the letters that it writes to itself."""

from typing import ClassVar, Final

from msgspec import Struct

from acquirer.host.clearing import Found
from poslab.messages.disputes import DisputeStep
from poslab.party.contract import Input, Reminder
from poslab.party.time import Instant

NONE: Final = "none"
INQUIRY: Final = "inquiry"
RETRIEVAL: Final = "retrieval"
CLOSED: Final = "closed"
CHARGEBACK: Final = "chargeback"
ACCEPTED: Final = "accepted"
REPRESENTMENT: Final = "representment"
WON: Final = "won"
LOST: Final = "lost"
ARBITRATION: Final = "arbitration"

STATES: Final = (NONE, INQUIRY, RETRIEVAL, CLOSED, CHARGEBACK, ACCEPTED, REPRESENTMENT, WON, LOST, ARBITRATION)
OVER: Final = (CLOSED, ACCEPTED, WON, LOST)
"""States from which nothing leads on."""
CHARGED: Final = (CHARGEBACK, ACCEPTED, REPRESENTMENT, ARBITRATION, LOST)
"""States in which the cardholder has the money again, though the merchant may still win it back."""


class StepOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The card's bank has not heard a step."""

    kind: ClassVar[str] = "dispute-step-overdue"

    rrn: str
    step: str
    attempt: int


class AnswerDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The time for the merchant's answer in a state of a case is over."""

    kind: ClassVar[str] = "dispute-answer-due"

    rrn: str
    state: str


class SaleRefunded(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desks that give back: a payment was given back in full, by refund, reversal or adjustment.

    The desk tells itself so at a deadline, of a payment that its till has voided or reversed meanwhile.
    """

    kind: ClassVar[str] = "disputed-sale-refunded"

    rrn: str


class DisputeCase(Struct, frozen=True):
    """One case. Amounts in fen."""

    found: Found
    bank: str
    """The card's."""
    credit: bool
    """A credit card's: the whole ladder. Of a debit card there are inquiry and first chargeback only."""
    state: str = NONE
    reason: str = ""
    due: Instant = 0
    """By when the merchant must answer; 0 where nothing is wanted of it."""
    answered: bool = False
    """Slip and evidence were handed in."""
    too_late: bool = False
    """They were not, in time: a chargeback that follows is lost."""
    closed_by: str = ""
    """Of a closed one: ``refund``, ``agreement`` or ``slip``."""
    charged_fen: int = 0
    """How much of the payment the card's bank has taken back."""
    from_held_fen: int = 0
    """What of a chargeback was taken from what was held of the sale."""
    from_available_fen: int = 0
    """And what from the merchant's available money, which may go below zero by it."""


class Untold(Struct, frozen=True):
    """A step that the card's bank has not heard."""

    step: DisputeStep
    attempt: int = 1


class HeldDisputes(Struct):
    """A snapshot."""

    cases: dict[str, DisputeCase] = {}
    untold: dict[str, Untold] = {}
