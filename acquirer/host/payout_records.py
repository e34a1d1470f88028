"""What the payout desk knows of a payout, and what it tells one."""

from typing import ClassVar, Final

from msgspec import Struct

from poslab.party.contract import Input, Reminder
from poslab.party.time import Instant
from poslab.world.world import Payee

NONE = "none"
SCHEDULED = "scheduled"
INSTRUCTED = "instructed"
TAKEN = "taken"
UNKNOWN = "unknown"
"""Ordered, and the rail gives no answer: asked for under its number, never sent under another one."""
CREDITED = "credited"
RETURNED = "returned"
GIVEN_UP = "given-up"
HELD = "held"
SUSPENDED = "suspended"
WITHDRAWN = "withdrawn"
"""Not paid and never to be: the money was given back, or taken for something else."""


class StatusOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The rail has not said how an order stands."""

    kind: ClassVar[str] = "payout-status-overdue"

    payout_no: str
    try_no: int
    attempt: int


class RunReached(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk to each payout that takes part in a payout run."""

    kind: ClassVar[str] = "payout-run-reached"


class HoldPlaced(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk: it is kept back."""

    kind: ClassVar[str] = "payout-hold-placed"


class HoldLifted(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk: it may be paid."""

    kind: ClassVar[str] = "payout-hold-lifted"


class ReviewBegun(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk: its merchant is under review."""

    kind: ClassVar[str] = "payout-review-begun"


class ReviewOver(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk: its merchant is paid again."""

    kind: ClassVar[str] = "payout-review-over"


class SaleUndone(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk: the sale that it is for came to nothing before it was paid."""

    kind: ClassVar[str] = "payout-sale-undone"


class MoneyUsed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk: what was kept back went elsewhere."""

    kind: ClassVar[str] = "payout-money-used"


class Payout(Struct, frozen=True):
    """A merchant's net payout for a business date. Amounts in fen."""

    payout_no: str
    mid: str
    business_date: str
    due_date: str
    amount_fen: int
    state: str = NONE
    try_no: int = 0
    attempt: int = 0
    """How often an order was sent, over all tries."""
    netted_fen: int = 0
    """Refunds and other debits that it is lessened by."""
    riders: tuple[str, ...] = ()
    """Payouts below the minimum that are paid with this one."""
    ridden_fen: int = 0
    reason: str = ""
    taken: bool = False
    """The rail has said of the present try that it took the money (P4b)."""
    asked: bool = False
    """The rail was asked about it and has said nothing since."""
    fee_fen: int = 0
    """What the merchant pays for having it at once."""
    uncleared: bool = False
    """It was advanced before its sale was cleared."""
    own: bool = False
    """It goes out of own cash, before the network has paid for it."""
    applied: bool = False
    """The merchant has applied for another try."""
    credited_at: Instant = 0
    payee: Payee | None = None
    """Whom the present try is made to: its order stays the same, however often it is sent."""
    fees_fen: int = 0
    """What was kept of its sales and of those that ride with it, as its merchant is told; not ``fee_fen``."""

    @property
    def word(self) -> str:
        """The state as others see it."""
        return f"{RETURNED}:{self.reason}" if self.state == RETURNED else self.state

    @property
    def pays_fen(self) -> int:
        """What the order pays: this payout and those that ride with it, less refunds and fee."""
        return self.amount_fen + self.ridden_fen - self.netted_fen - self.fee_fen


REFUND_NETTED: Final = "refund-netted"
ADVANCE_NETTED: Final = "advance-netted"
"""What is logged when a payout is lessened by what was advanced for a sale that came to nothing."""


class Apart(Struct, frozen=True, array_like=True):
    """A cleared sale whose merchant is paid sale by sale, and what it leaves the merchant in fen."""

    about: str
    rrn: str
    mid: str
    net_fen: int
    fee_fen: int = 0


class OwedDebit(Struct, frozen=True, array_like=True):
    """A refund, chargeback or hold of what is paid already, that no payout was lessened by yet; in fen."""

    key: str
    about: str
    amount_fen: int
    word: str = REFUND_NETTED
    """What is logged when a payout is lessened by it."""
    lent_fen: int = 0
    """What own cash is out for it."""

    @property
    def is_advance(self) -> bool:
        """Whether it went out of own cash from the first, for a sale that came to nothing."""
        return self.word == ADVANCE_NETTED


class HeldPayouts(Struct):
    """A snapshot."""

    payouts: list[Payout]
    owed: dict[str, list[OwedDebit]]
    suspended: dict[str, str] = {}
    numbered: list[str] = []
    paid: list[Payout] = []
    untold_fen: dict[str, int] = {}
