"""The acquirer's host: the door through which everything comes in, and to which desk it goes.

An attempt is finished when it is declined, reversed, voided or cleared. It is remembered for its business day and the
next; one that is still forwarded, in doubt or being voided is never forgotten, and one that holds money not as long as
it could be completed.
"""

from collections.abc import Callable
from typing import ClassVar

import msgspec

from acquirer.host import advice, authorisation, batches, error_cases, missing, query, session
from acquirer.host.attempts import FORWARDED, NONE
from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.clearing import MatchDue
from acquirer.host.office import Held, Office
from acquirer.host.table import ATTEMPTS
from acquirer.order_notices import NoticeOverdue
from acquirer.store_and_forward import AdviceOverdue
from poslab.messages.batch import SettlementRequest, UploadRequest
from poslab.messages.card import (
    NOTICES,
    AdviceResponse,
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    ManagementRequest,
    NoticeResponse,
    OrderHeard,
    QueryRequest,
    QueryResponse,
    ReversalAdvice,
    ReversalRequest,
    SignOnRequest,
)
from poslab.messages.facts import (
    AdjustmentStopped,
    AnswersWith,
    BatchMovedOn,
    ClaimFiled,
    CorrectionOrdered,
    FreezeOrdered,
    KeyInjected,
    KeyReplaced,
    ParametersChanged,
    RecordLost,
)
from poslab.party.contract import Effect, Input, Logged, Remind, Reminder
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Restarted, Started
from poslab.party.table import Table
from poslab.party.time import Instant
from poslab.world.world import World

Hearing = Callable[[Input, Instant, list[Effect]], bool]
"""Answers whether the input was for the host, still."""

FromTerminal = FinancialRequest | FinancialNotice | ReversalRequest
FromNetwork = FinancialResponse | NoticeResponse | ReversalAdvice | AdviceResponse | QueryResponse


class Host:
    """The acquirer's host: authorisation, reversal, void, query and sign-on, with the funding desk behind them."""

    table: ClassVar[Table[Office]] = ATTEMPTS

    def __init__(self, world: World) -> None:
        self.office = Office(world)
        self._notices = self.office.funding.notices
        self._hears: dict[type[Input], Callable[..., bool]] = {
            FinancialRequest: self._from_terminal,
            AuthorisationRequest: self._from_terminal,
            ReversalRequest: self._from_terminal,
            FinancialNotice: self._from_terminal,
            FinancialResponse: self._from_network,
            NoticeResponse: self._from_network,
            AuthorisationResponse: self._from_network,
            ReversalAdvice: self._from_network,
            AdviceResponse: self._from_network,
            QueryResponse: self._from_network,
            HostAnswerOverdue: self._answer_overdue,
            AdviceOverdue: self._advice_overdue,
            NoticeOverdue: self._order_unheard,
            OrderHeard: self._order_heard,
            QueryRequest: self._query,
            SignOnRequest: self._sign_on,
            ManagementRequest: self._manage,
            SettlementRequest: self._settle,
            UploadRequest: self._upload,
            AnswersWith: self._out_of_order,
            KeyReplaced: self._key_replaced,
            KeyInjected: self._key_injected,
            BatchMovedOn: self._batch_moved_on,
            ParametersChanged: self._parameters_changed,
            RecordLost: self._record_lost,
            MatchDue: self._match,
            ClaimFiled: self._claim,
            CorrectionOrdered: self._correct,
            AdjustmentStopped: self._stop_adjustment,
            FreezeOrdered: self._freeze,
            Connected: self._connected,
            Disconnected: self._disconnected,
            ConnectFailed: self._connect_failed,
            Started: self._started,
            Restarted: self._restarted,
        }
        funding = self.office.funding
        for kind in (*funding.HEARS, *funding.REMINDERS):
            self._hears.setdefault(kind, self._funding)

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Answer an input; what a host does not hear at all is survived without a trace of its own."""
        hear = self._hears.get(type(given))
        out: list[Effect] = []
        self._notices.at = at
        if hear is not None and not hear(given, at, out):
            return None
        self.office.funding.attend(at, out)
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether somebody still waits for this reminder."""
        if type(of) is HostAnswerOverdue:
            attempt = self.office.attempts.open.get(of.name)
            return attempt is not None and attempt.state == FORWARDED and attempt.rrn == of.rrn
        if type(of) is AdviceOverdue:
            return self.office.advices.awaits(of) or self.office.notices.awaits(of)
        if type(of) is NoticeOverdue:
            return self.office.orders.awaits(of)
        return self.office.funding.awaits(of)

    def versions(self) -> dict[str, int]:
        """The version of the working keys in force, by terminal: with which it seals and verifies."""
        return {tid: seat.key_version for tid, seat in self.office.terminals.items()}

    def snapshot(self) -> bytes:
        """The whole state."""
        return msgspec.msgpack.encode(self.office.state())

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot of a host of the same world."""
        self.office.restore(msgspec.msgpack.decode(kept, type=Held))

    # --- the card leg

    def _from_terminal(self, given: FromTerminal, at: Instant, out: list[Effect]) -> bool:
        office = self.office
        state = office.open_file(given.key, at)
        if type(given) is FinancialRequest and not office.dedupes:
            state = NONE  # every copy is a new request to it
        self.table.step(office, state, given, at, out)
        return True

    def _from_network(self, given: FromNetwork, at: Instant, out: list[Effect]) -> bool:
        office = self.office
        name = office.name_of(given.key, given.rrn) if office.twins else given.key
        self.table.step(office, office.open_file(name, at), given, at, out)
        return True

    def _answer_overdue(self, given: HostAnswerOverdue, at: Instant, out: list[Effect]) -> bool:
        if not self.awaits(given):
            return False
        self.table.step(self.office, self.office.open_file(given.name, at), given, at, out)
        return True

    def _advice_overdue(self, given: AdviceOverdue, at: Instant, out: list[Effect]) -> bool:
        if self.office.advices.awaits(given):
            advice.repeat(self.office, given, at, out)
        elif self.office.notices.awaits(given):
            self.office.notices.overdue(given, at, out)
        else:
            return False
        return True

    def _order_unheard(self, given: NoticeOverdue, at: Instant, out: list[Effect]) -> bool:
        if not self.office.orders.awaits(given):
            return False
        self.office.orders.overdue(given, out)
        return True

    def _order_heard(self, given: OrderHeard, at: Instant, out: list[Effect]) -> bool:
        self.office.orders.heard(given)
        return True

    def _query(self, given: QueryRequest, at: Instant, out: list[Effect]) -> bool:
        office = self.office
        seat = office.terminals.get(given.key.partition("-")[0])
        if given.close and seat is not None and given.mac == seat.key_version:
            self.table.step(office, office.open_file(given.asked, at), given, at, out)
        else:
            query.answer(office, given, at, out)
        return True

    def _settle(self, given: SettlementRequest, at: Instant, out: list[Effect]) -> bool:
        batches.settle(self.office, given, at, out)
        return True

    def _upload(self, given: UploadRequest, at: Instant, out: list[Effect]) -> bool:
        batches.upload(self.office, given, at, out)
        return True

    def _sign_on(self, given: SignOnRequest, at: Instant, out: list[Effect]) -> bool:
        session.sign_on(self.office, given, at, out)
        return True

    def _manage(self, given: ManagementRequest, at: Instant, out: list[Effect]) -> bool:
        session.manage(self.office, given, at, out)
        return True

    def _funding(self, given: Input, at: Instant, out: list[Effect]) -> bool:
        if isinstance(given, Reminder) and not self.office.funding.awaits(given):
            return False
        self.office.funding.handle(given, at, out)
        if self.office.funding.adjustments.made:
            error_cases.tell_orders(self.office, out)
        return True

    # --- what no file has

    def _record_lost(self, given: RecordLost, at: Instant, out: list[Effect]) -> bool:
        missing.lose(self.office, given, at, out)
        return True

    def _match(self, given: MatchDue, at: Instant, out: list[Effect]) -> bool:
        if not self.office.funding.awaits(given):
            return False
        missing.match(self.office, given, at, out)
        return True

    def _claim(self, given: ClaimFiled, at: Instant, out: list[Effect]) -> bool:
        missing.claim(self.office, given, at, out)
        return True

    # --- what is taken back by hand

    def _correct(self, given: CorrectionOrdered, at: Instant, out: list[Effect]) -> bool:
        error_cases.correct(self.office, given, at, out)
        return True

    def _stop_adjustment(self, given: AdjustmentStopped, at: Instant, out: list[Effect]) -> bool:
        error_cases.stop(self.office, given, at, out)
        return True

    def _freeze(self, given: FreezeOrdered, at: Instant, out: list[Effect]) -> bool:
        error_cases.freeze(self.office, given, at, out)
        return True

    # --- the host itself and its lines

    def _out_of_order(self, given: AnswersWith, at: Instant, out: list[Effect]) -> bool:
        if given.code:
            self.office.refusing = given
            out.append(Logged(given.about, "out-of-order", {"code": given.code}))
        elif self.office.refusing is not None:
            self.office.refusing = None
            out.append(Logged(given.about, "in-order"))
        return True

    def _key_replaced(self, given: KeyReplaced, at: Instant, out: list[Effect]) -> bool:
        session.replace_key(self.office, given, at, out)
        return True

    def _key_injected(self, given: KeyInjected, at: Instant, out: list[Effect]) -> bool:
        session.inject_key(self.office, given, at, out)
        return True

    def _batch_moved_on(self, given: BatchMovedOn, at: Instant, out: list[Effect]) -> bool:
        session.open_next_batch(self.office, given, at, out)
        return True

    def _parameters_changed(self, given: ParametersChanged, at: Instant, out: list[Effect]) -> bool:
        session.change_parameters(self.office, given, at, out)
        return True

    def _connected(self, given: Connected, at: Instant, out: list[Effect]) -> bool:
        if self.office.down.pop(given.peer, None) is not None:
            out.append(Logged("", "line-up", {"peer": given.peer}))
            self.office.advices.resume(out, given.peer)
            self.office.notices.resume(out, given.peer)
            self.office.orders.resume(out, given.peer)
        return True

    def _disconnected(self, given: Disconnected, at: Instant, out: list[Effect]) -> bool:
        self._line_lost(given.peer, given.reason, out)
        return True

    def _connect_failed(self, given: ConnectFailed, at: Instant, out: list[Effect]) -> bool:
        office = self.office
        if given.peer != office.switch:
            return True  # an answer or a notice was lost: the terminal reverses, the platform asks
        self._line_lost(given.peer, given.reason, out)
        unsent = office.attempts.open.get(office.forwarded_last)
        just_now = at == office.forwarded_last_at  # a request forwarded earlier did leave
        if just_now and unsent is not None and unsent.state == FORWARDED and unsent.about == given.about:
            authorisation.refuse_unsent(office, unsent, at, out)
        return True

    def _line_lost(self, peer: str, reason: str, out: list[Effect]) -> None:
        if peer not in self.office.down:
            self.office.down[peer] = reason
            out.append(Logged("", "line-lost", {"peer": peer, "reason": reason}))

    # --- beginnings

    def _started(self, given: Started, at: Instant, out: list[Effect]) -> bool:
        self.office.funding.start(at, out)
        return True

    def _restarted(self, given: Restarted, at: Instant, out: list[Effect]) -> bool:
        # What was forwarded is not forwarded again: it may have been posted, and nobody at the till waits for it. Its
        # timer starts anew; silence then ends as silence always does.
        office = self.office
        office.down.clear()
        out.append(Logged("", "restarted"))
        for attempt in office.attempts.open.values():
            if attempt.state == FORWARDED and attempt.what not in NOTICES:
                overdue = HostAnswerOverdue(attempt.about, attempt.name, attempt.rrn)
                out.append(Remind(office.answer_timeout_us, overdue))
        office.advices.resume(out)
        office.notices.resume(out)
        office.orders.resume(out)
        office.funding.restarted(at, out)
        return True
