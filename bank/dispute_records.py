"""What the card's bank knows of a case, and the letters that its dispute desk writes to itself."""

from collections.abc import Mapping
from typing import ClassVar, Final

from msgspec import Struct

from poslab.messages.disputes import DisputeStep
from poslab.party.contract import Reminder
from poslab.party.time import DAY, Duration, Instant

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
_BUT_NONE: Final = STATES[1:]

REACHED: Final[Mapping[str, tuple[str, ...]]] = {
    "confirmed": _BUT_NONE,
    "no-answer": _BUT_NONE,
    "slip": _BUT_NONE,
    "no-slip": _BUT_NONE,
    "refunded": _BUT_NONE,
    "accepted": (ACCEPTED,),
    "representment": (REPRESENTMENT, WON, ARBITRATION, LOST),
    "ruled-won": (WON,),
    "ruled-lost": (LOST,),
}
"""A step of the acquirer → the states in which it has been heard."""

REVIEW_US: Duration = 5 * DAY
"""How long the bank looks at slip and evidence before it closes a retrieval by itself."""
SECOND_US: Duration = 30 * DAY
"""How long it may speak against a representment."""


class IssuerStepOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The acquirer has not heard a step."""

    kind: ClassVar[str] = "issuer-step-overdue"

    rrn: str
    step: str
    attempt: int


class DecisionDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The time in which the bank could have said something else is over."""

    kind: ClassVar[str] = "dispute-decision-due"

    rrn: str
    state: str


class DisputeCase(Struct, frozen=True):
    """One case, as the bank sees it. The amounts, in fen, and the key are the acquirer's word about the payment."""

    state: str = NONE
    about: str = ""
    key: str = ""
    card: str = ""
    amount_fen: int = 0
    charged_fen: int = 0
    """How much of it was taken back."""
    due: Instant = 0


class Untold(Struct, frozen=True):
    """A step that the acquirer has not heard."""

    step: DisputeStep
    attempt: int = 1


class HeldDisputes(Struct):
    """A snapshot."""

    cases: dict[str, DisputeCase] = {}
    untold: dict[str, Untold] = {}
