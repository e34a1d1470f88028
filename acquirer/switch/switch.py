"""The card network's switch: the door through which everything comes in, and what it leads to.

A request is finished when it is answered, refused or undone. It is remembered for its business day and the next; one
that is still forwarded or in doubt is never forgotten.
"""

from collections.abc import Callable
from typing import ClassVar

import msgspec

from acquirer.store_and_forward import AdviceOverdue
from acquirer.switch import advice, routing
from acquirer.switch.exchange import Exchange, Held
from acquirer.switch.passages import FORWARDED
from acquirer.switch.routing import SwitchAnswerOverdue
from acquirer.switch.table import PASSAGES
from poslab.messages.card import (
    NOTICES,
    AdviceResponse,
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    NoticeResponse,
    QueryRequest,
    QueryResponse,
    ReversalAdvice,
)
from poslab.messages.disputes import DisputeStep, DisputeStepHeard
from poslab.party.contract import Effect, Input, Logged, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Restarted, Started
from poslab.party.table import Table
from poslab.party.time import Instant
from poslab.world.world import World

Passing = (
    FinancialRequest | FinancialResponse | FinancialNotice | NoticeResponse | ReversalAdvice | AdviceResponse
    | QueryRequest | QueryResponse
)  # fmt: skip


class Switch:
    """The card network's switch, with the clearing desk behind it."""

    table: ClassVar[Table[Exchange]] = PASSAGES

    def __init__(self, world: World) -> None:
        self.exchange = Exchange(world)
        self._hears: dict[type[Input], Callable[..., bool]] = {
            FinancialRequest: self._passing,
            FinancialResponse: self._passing,
            FinancialNotice: self._passing,
            NoticeResponse: self._passing,
            AuthorisationRequest: self._passing,
            AuthorisationResponse: self._passing,
            ReversalAdvice: self._passing,
            AdviceResponse: self._passing,
            QueryRequest: self._passing,
            QueryResponse: self._passing,
            DisputeStep: self._dispute,
            DisputeStepHeard: self._dispute,
            SwitchAnswerOverdue: self._answer_overdue,
            AdviceOverdue: self._advice_overdue,
            Connected: self._connected,
            Disconnected: self._disconnected,
            ConnectFailed: self._connect_failed,
            Started: self._started,
            Restarted: self._restarted,
        }
        clearing = self.exchange.clearing
        for kind in (*clearing.HEARS, *clearing.REMINDERS):
            self._hears.setdefault(kind, self._clearing)

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Answer an input; what a switch does not hear at all is survived without a trace of its own."""
        hear = self._hears.get(type(given))
        out: list[Effect] = []
        if hear is not None and not hear(given, at, out):
            return None
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether somebody still waits for this reminder."""
        if type(of) is SwitchAnswerOverdue:
            passage = self.exchange.passages.open.get(of.rrn)
            return passage is not None and passage.state == FORWARDED and not passage.undoing
        if type(of) is AdviceOverdue:
            return self.exchange.advices.awaits(of)
        return self.exchange.clearing.awaits(of)

    def snapshot(self) -> bytes:
        """The whole state."""
        return msgspec.msgpack.encode(self.exchange.state())

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot of a switch of the same world."""
        self.exchange.restore(msgspec.msgpack.decode(kept, type=Held))

    def _passing(self, given: Passing, at: Instant, out: list[Effect]) -> bool:
        exchange = self.exchange
        self.table.step(exchange, exchange.open_file(given.rrn), given, at, out)
        return True

    def _answer_overdue(self, given: SwitchAnswerOverdue, at: Instant, out: list[Effect]) -> bool:
        if not self.awaits(given):
            return False
        self.table.step(self.exchange, self.exchange.open_file(given.rrn), given, at, out)
        return True

    def _advice_overdue(self, given: AdviceOverdue, at: Instant, out: list[Effect]) -> bool:
        if not self.exchange.advices.awaits(given):
            return False
        advice.repeat(self.exchange, given, at, out)
        return True

    def _clearing(self, given: Input, at: Instant, out: list[Effect]) -> bool:
        if isinstance(given, Reminder) and not self.exchange.clearing.awaits(given):
            return False
        self.exchange.clearing.handle(given, at, out)
        return True

    def _dispute(self, given: DisputeStep | DisputeStepHeard, at: Instant, out: list[Effect]) -> bool:
        """Cases are between the card's bank and the acquirer, who repeat what was not heard: it is passed on."""
        to_issuer = (given.by == "acquirer") == (type(given) is DisputeStep)
        if to_issuer and given.bank not in self.exchange.routes.values():
            return True  # nobody's
        out.append(Logged(given.about, "dispute-passed", {"rrn": given.rrn, "step": given.step}))
        out.append(Send(given.bank if to_issuer else self.exchange.acquirer_of(given.rrn), given))
        return True

    # --- its lines and beginnings

    def _connected(self, given: Connected, at: Instant, out: list[Effect]) -> bool:
        if self.exchange.down.pop(given.peer, None) is not None:
            out.append(Logged("", "line-up", {"peer": given.peer}))
            self.exchange.advices.resume(out, given.peer)
        return True

    def _disconnected(self, given: Disconnected, at: Instant, out: list[Effect]) -> bool:
        self._line_lost(given.peer, given.reason, out)
        return True

    def _connect_failed(self, given: ConnectFailed, at: Instant, out: list[Effect]) -> bool:
        exchange = self.exchange
        self._line_lost(given.peer, given.reason, out)
        unsent = exchange.passages.open.get(exchange.forwarded_last)
        just_now = at == exchange.forwarded_last_at  # a request forwarded earlier did leave
        if (
            just_now
            and unsent is not None
            and unsent.state == FORWARDED
            and unsent.issuer == given.peer
            and unsent.about == given.about
        ):
            exchange.open_file(unsent.rrn)
            routing.refuse_unsent(exchange, unsent, out)
        return True

    def _line_lost(self, peer: str, reason: str, out: list[Effect]) -> None:
        if peer not in self.exchange.down:
            out.append(Logged("", "line-lost", {"peer": peer, "reason": reason}))
        self.exchange.down[peer] = reason

    def _started(self, given: Started, at: Instant, out: list[Effect]) -> bool:
        self.exchange.clearing.start(at, out)
        return True

    def _restarted(self, given: Restarted, at: Instant, out: list[Effect]) -> bool:
        exchange = self.exchange
        exchange.down.clear()
        out.append(Logged("", "restarted"))
        out.extend(
            Remind(exchange.answer_timeout_us, SwitchAnswerOverdue(passage.about, passage.rrn))
            for passage in exchange.passages.open.values()
            if passage.state == FORWARDED and not passage.undoing and passage.what not in NOTICES
        )
        exchange.advices.resume(out)
        exchange.clearing.restarted(at, out)
        return True
