"""The platform as a gateway: every message of a terminal passes it on the way to the acquirer, and back.

It never answers by itself. It takes connections only while its own way onward is open, so that a terminal which cannot
reach the acquirer learns so before it sends a byte; and its timer only frees the slot of an exchange, whose answer is
then dropped: the terminal waits a little longer, and reverses.
"""

from collections.abc import Callable
from typing import ClassVar

import msgspec
from msgspec import Struct

from acquirer.order_notices import NoticeOverdue, OrderNotices, Unheard
from acquirer.platform.ledger import HeldLedger, Ledger
from acquirer.platform.orders import MOVING, STATES, Orders
from acquirer.remembered import Pairs
from poslab.messages.batch import SettlementRequest, SettlementResponse, UploadRequest, UploadResponse
from poslab.messages.card import (
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    ManagementRequest,
    ManagementResponse,
    NoticeResponse,
    OrderHeard,
    OrderNotice,
    QueryRequest,
    QueryResponse,
    ReversalRequest,
    ReversalResponse,
    SignOnRequest,
    SignOnResponse,
)
from poslab.party.contract import Accept, Effect, Input, Logged, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Restarted, Started
from poslab.party.time import Instant
from poslab.world.world import World

Request = (
    FinancialRequest
    | AuthorisationRequest
    | FinancialNotice
    | ReversalRequest
    | QueryRequest
    | SignOnRequest
    | ManagementRequest
    | SettlementRequest
    | UploadRequest
)
Response = (
    FinancialResponse
    | AuthorisationResponse
    | NoticeResponse
    | ReversalResponse
    | QueryResponse
    | SignOnResponse
    | ManagementResponse
    | SettlementResponse
    | UploadResponse
)

ANSWERED_BY: dict[type[Input], str] = {
    FinancialRequest: FinancialResponse.kind,
    FinancialNotice: NoticeResponse.kind,
    AuthorisationRequest: AuthorisationResponse.kind,
    ReversalRequest: ReversalResponse.kind,
    QueryRequest: QueryResponse.kind,
    SignOnRequest: SignOnResponse.kind,
    ManagementRequest: ManagementResponse.kind,
    SettlementRequest: SettlementResponse.kind,
    UploadRequest: UploadResponse.kind,
}
"""The kind of message that answers each."""

ANSWERS: tuple[type[Input], ...] = (
    FinancialResponse, AuthorisationResponse, NoticeResponse, ReversalResponse, QueryResponse, SignOnResponse,
    ManagementResponse, SettlementResponse, UploadResponse,
)  # fmt: skip


class SlotOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The ``use``-th exchange of a slot has had no answer."""

    kind: ClassVar[str] = "slot-overdue"

    slot: str
    use: int


class Held(Struct, array_like=True):
    """The whole state of a gateway, as its snapshot keeps it."""

    open: bool
    uses: int
    slots: list[tuple[str, int]]
    orders: tuple[tuple[str, int, int], tuple[Pairs, Pairs, Pairs]]
    notices: list[Unheard] = []
    ledger: HeldLedger | None = None


class Gateway:
    """The payment platform. Slots live in memory only; orders, and the ledger where it keeps one, are durable."""

    def __init__(self, world: World) -> None:
        if world.platform is None:
            raise ValueError("this world has no platform")
        self._onward = world.platform.onward
        self._slot_us = world.platform.slot_us
        self._shops = {terminal.tid: world.merchant(terminal.mid).address for terminal in world.terminals}
        self._terminals = {terminal.tid: terminal.address for terminal in world.terminals}
        self._open = True
        self._uses = 0
        self._slots: dict[str, int] = {}
        self.orders = Orders(world.calendar)
        self.notices = OrderNotices()
        """What merchants have not heard of their orders."""
        self._hears: dict[type[Input], Callable[..., bool]] = {
            OrderNotice: self._order,
            OrderHeard: self._order_heard,
            NoticeOverdue: self._order_unheard,
            SlotOverdue: self._slot_overdue,
            Connected: self._connected,
            Disconnected: self._closed,
            ConnectFailed: self._closed,
            Restarted: self._restarted,
        }
        self.ledger = Ledger(world) if world.platform.keeps_ledger else None
        if self.ledger is not None:
            for told in (*self.ledger.HEARS, *self.ledger.REMINDERS):
                self._hears[told] = self._to_ledger
            self._hears[Started] = self._started
        self._hears.update((kind, self._pass_on) for kind in ANSWERED_BY)
        for kind in ANSWERS:
            self._hears[kind] = self._pass_back

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Answer an input; what a gateway does not hear at all is survived without a trace of its own."""
        hear = self._hears.get(type(given))
        out: list[Effect] = []
        if hear is not None and not hear(given, at, out):
            return None
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether the slot still waits in the same use, or a merchant has not heard of its order."""
        if type(of) is NoticeOverdue:
            return self.notices.awaits(of)
        if self.ledger is not None and isinstance(of, self.ledger.REMINDERS):
            return self.ledger.awaits(of)
        return type(of) is SlotOverdue and self._slots.get(of.slot) == of.use

    def snapshot(self) -> bytes:
        """The whole state."""
        held = Held(self._open, self._uses, list(self._slots.items()), self.orders.state(), self.notices.state())
        if self.ledger is not None:
            held.ledger = self.ledger.state()
        return msgspec.msgpack.encode(held)

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot of a gateway of the same world."""
        held = msgspec.msgpack.decode(kept, type=Held)
        self._open = held.open
        self._uses = held.uses
        self._slots = dict(held.slots)
        self.orders.restore(held.orders)
        self.notices.restore(held.notices)
        if self.ledger is not None and held.ledger is not None:
            self.ledger.restore(held.ledger)

    # --- what passes

    def _pass_on(self, given: Request, at: Instant, out: list[Effect]) -> bool:
        slot = f"{ANSWERED_BY[type(given)]}/{given.key}"
        self._uses += 1
        self._slots[slot] = self._uses
        out.append(Logged(given.about, "passed-on", {"mti": given.kind, "key": given.key}))
        out.append(Send(self._onward, given))
        out.append(Remind(self._slot_us, SlotOverdue(given.about, slot, self._uses)))
        return True

    def _pass_back(self, given: Response, at: Instant, out: list[Effect]) -> bool:
        terminal = self._terminals.get(given.key.partition("-")[0])
        if self._slots.pop(f"{given.kind}/{given.key}", None) is None or terminal is None:
            out.append(Logged(given.about, "late-answer", {"mti": given.kind, "key": given.key}))
            return True
        out.append(Logged(given.about, "passed-back", {"mti": given.kind, "key": given.key}))
        out.append(Send(terminal, given))
        return True

    def _slot_overdue(self, given: SlotOverdue, at: Instant, out: list[Effect]) -> bool:
        if not self.awaits(given):
            return False
        del self._slots[given.slot]
        out.append(Logged(given.about, "slot-freed", {"slot": given.slot}))
        return True

    def _order(self, given: OrderNotice, at: Instant, out: list[Effect]) -> bool:
        """Follow a notice, and say that it was heard; a merchant is told of an order's end."""
        if given.state not in STATES:
            return True
        before = self.orders.state_of(given.key)
        self.orders.take(given, at, out)
        out.append(Send(self._onward, OrderHeard(given.about, given.key, given.state)))
        shop = self._shops.get(given.key.partition("-")[0])
        now = self.orders.state_of(given.key)
        if shop is not None and now not in (before, *MOVING):
            self.notices.tell(shop, given, out)
        return True

    def _order_heard(self, given: OrderHeard, at: Instant, out: list[Effect]) -> bool:
        self.notices.heard(given)
        return True

    def _order_unheard(self, given: NoticeOverdue, at: Instant, out: list[Effect]) -> bool:
        if not self.notices.awaits(given):
            return False
        self.notices.overdue(given, out)
        return True

    # --- its ledger

    def _to_ledger(self, given: Input, at: Instant, out: list[Effect]) -> bool:
        if self.ledger is None or (isinstance(given, Reminder) and not self.ledger.awaits(given)):
            return False
        self.ledger.hear(given, at, out)
        return True

    def _started(self, given: Started, at: Instant, out: list[Effect]) -> bool:
        if self.ledger is not None:
            self.ledger.start(at, out)
        return True

    # --- its way onward

    def _closed(self, given: Disconnected | ConnectFailed, at: Instant, out: list[Effect]) -> bool:
        if given.peer == self._onward and self._open:
            self._open = False
            out.append(Logged("", "closed", {"peer": given.peer, "reason": given.reason}))
            out.append(Accept(False))
        return True

    def _connected(self, given: Connected, at: Instant, out: list[Effect]) -> bool:
        if given.peer == self._onward and not self._open:
            self._open = True
            out.append(Logged("", "open", {"peer": given.peer}))
            out.append(Accept(True))
        return True

    def _restarted(self, given: Restarted, at: Instant, out: list[Effect]) -> bool:
        # Its lines are taken to be up until one is told to be down, as when the world began.
        self._slots.clear()
        self._open = True
        out.append(Logged("", "restarted"))
        out.append(Accept(True))
        self.notices.resume(out)
        if self.ledger is not None:
            self.ledger.restarted(at, out)
        return True
