"""What the rail remembers of a payout, the letters it writes to itself, and the words of its states."""

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from poslab.messages.funding import BEING_RECALLED, PayoutOrder, TransferOrder
from poslab.party.contract import Input, Reminder
from poslab.party.time import DAY, HOUR, MINUTE, Duration, Instant

NONE = "none"
QUEUED = "queued"
WAITING = "waiting"
TAKEN = "taken"
HANDED_OVER = "handed-over"
"""The account bank has the money and has not applied it."""
DELIVERED = "delivered"
RECALLED = "recalled"
"""Its payer asks it back, and the account bank has not said that it heard of that."""
OWNER_ASKED = "owner-asked"
"""Its payer asks it back, and the account bank waits for what the account's owner says."""
RETURNED = "returned"
REFUSED = "refused"
DONE = "done"

CREDIT_REPEAT_US: Duration = 10 * MINUTE
"""How long the account bank may be silent before the same credit order, or recall, is sent again."""

APPLIED_REPEAT_US: Duration = 6 * HOUR
"""How often the account bank is asked about money that it has not applied yet, or that it asks an owner for."""

RECALL_ENDS_US: Duration = 10 * DAY
"""How long a recall is repeated; then its payer has to ask once more."""

MAINTENANCE = "BANK_MAINTENANCE"

ORDERS_REMEMBERED = 10_000

STATES_TOLD: Mapping[str, str] = {
    NONE: "unheard",
    WAITING: WAITING,
    QUEUED: TAKEN,
    TAKEN: TAKEN,
    HANDED_OVER: "credited",
    DELIVERED: "credited",
    RECALLED: "credited",
    OWNER_ASKED: "credited",
    RETURNED: RETURNED,
    REFUSED: REFUSED,
}
"""State of a payout here → what its sender is told."""


class CreditOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The account bank has not answered a credit order."""

    kind: ClassVar[str] = "credit-overdue"

    payout_no: str
    try_no: int
    attempt: int


class RecallOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The account bank has not said what became of a recall."""

    kind: ClassVar[str] = "recall-overdue"

    payout_no: str
    try_no: int
    attempt: int


class BankBack(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the rail to each order of an account bank: its window is over."""

    kind: ClassVar[str] = "bank-back"

    payout_no: str
    try_no: int


class LargeValueOpens(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The large-value system takes orders again: one waits for it."""

    kind: ClassVar[str] = "large-value-opens"

    payout_no: str
    try_no: int


class Payout(Struct, frozen=True):
    """One try of a payout, as it stands."""

    order: PayoutOrder
    state: str
    reason: str = ""
    attempt: int = 1
    recall: int = 0
    """How often its payer asked it back: if ever, it may still be returned."""
    recall_ends: Instant = 0
    """Until when the last recall is repeated."""

    @property
    def told_reason(self) -> str:
        """The reason that goes with what its payer is told."""
        return BEING_RECALLED if self.state in (RECALLED, OWNER_ASKED) else self.reason


class Held(Struct):
    """A snapshot. Finished orders stand in the order in which they were finished."""

    open: dict[str, Payout]
    finished: list[tuple[str, Payout]]
    transfers: list[tuple[str, TransferOrder]]
    closed: list[str]
    book: tuple[Any, Any, Any]


def in_flight(payout_no: str) -> str:
    """The account of book R where a payout's money is between payer and receiver."""
    return f"R.in_flight.{payout_no}"
