"""The issuer: the bank that gave the cardholder the card, and the truth about whether the cardholder was charged.

Every request is one small machine, named by its RRN. It moves once for good: a debit can be given back, and what was
given back can be debited again only by the reversal of the void that gave it back. An undoing that comes before its
request is remembered, so that the late request is refused.

A request is finished when its clearing file is in. It is remembered until the next business date's file has come (at
least a day after its own cut-off), and then forgotten.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from bank import code_payments, holds, notices, refunds, requests, undoing
from bank.card_accounts import (
    ADJUSTED,
    COMPLETED,
    DEBITED,
    DECIDING,
    DECLINED,
    EXPIRED,
    HELD,
    INQUIRED,
    NONE,
    NOTED,
    PENDING,
    RELEASED,
    RETURNED,
    REVERSAL_ONLY,
    VOID_UNDONE,
    VOIDED,
    CardAccounts,
    CoreDecided,
    CreditDue,
    HeldAccounts,
    HoldEnds,
    Request,
)
from bank.dispute_records import HeldDisputes
from bank.disputes import DisputeDesk
from bank.issuer_clearing import HeldClearing, IssuerClearing, SettlementOverdue
from poslab.ledger.book import Book
from poslab.messages.card import (
    AuthorisationRequest,
    FinancialNotice,
    FinancialRequest,
    QueryRequest,
    ReversalAdvice,
)
from poslab.messages.facts import AnswersWith, CreditBooked, DayEnd
from poslab.messages.funding import ClearingFile, TransferDone
from poslab.messages.people import PaymentConfirmed
from poslab.party.contract import Effect, Input, Logged, Remind, Reminder
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted, Started
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import Instant
from poslab.world import world as worlds

Told = FinancialRequest | FinancialNotice | ReversalAdvice | QueryRequest | PaymentConfirmed | CreditBooked

_ASKED = (FinancialRequest, AuthorisationRequest)
_DECIDED = (DEBITED, HELD, DECLINED, INQUIRED, VOIDED)
_UNDONE = (RETURNED, REVERSAL_ONLY, VOID_UNDONE, RELEASED, EXPIRED, ADJUSTED, NOTED)
_NOTHING_LEFT = (DECLINED, RETURNED, REVERSAL_ONLY, INQUIRED, VOID_UNDONE, RELEASED, EXPIRED, ADJUSTED, NOTED)
_NOTICED = (DEBITED, DECLINED, RETURNED, ADJUSTED, NOTED)
"""What a notice may have come to."""
_HOLDS = (HELD, COMPLETED, RELEASED)
_OPEN = (DECIDING, PENDING)
_STATES = (
    NONE, *_OPEN, DEBITED, DECLINED, RETURNED, REVERSAL_ONLY, INQUIRED, VOIDED, VOID_UNDONE, HELD, COMPLETED,
    RELEASED, EXPIRED, ADJUSTED, NOTED,
)  # fmt: skip

REQUESTS: Table[CardAccounts] = Table(
    "a request at the issuer",
    _STATES,
    (
        *(Row(NONE, asked, requests.authorise, (DECIDING, PENDING, *_DECIDED)) for asked in _ASKED),
        *(Row(DECIDING, asked, requests.swallow, (DECIDING,)) for asked in _ASKED),
        *(Row(PENDING, asked, code_payments.answer_pending, (PENDING,)) for asked in _ASKED),
        *(Row(state, asked, requests.answer_again, (state,)) for asked in _ASKED for state in (*_DECIDED, COMPLETED)),
        *(Row(state, asked, requests.refuse_undone, (state,)) for asked in _ASKED for state in _UNDONE),
        Row(NONE, FinancialNotice, notices.take, (DEBITED, DECLINED, ADJUSTED, NOTED, NONE)),
        *(Row(known, FinancialNotice, notices.answer_again, (known,)) for known in _NOTICED),
        *(
            Row(other, FinancialNotice, notices.refuse_other, (other,))
            for other in _STATES
            if other not in (NONE, *_NOTICED)
        ),
        Row(DECIDING, CoreDecided, requests.core_decided, (PENDING, *_DECIDED)),
        Row(PENDING, PaymentConfirmed, code_payments.confirmed, (DEBITED, DECLINED)),
        *(
            Row(state, PaymentConfirmed, code_payments.refuse_confirmation, (state,))
            for state in _STATES
            if state != PENDING
        ),
        Row(NONE, QueryRequest, code_payments.close_unheard, (DECLINED,)),
        *(Row(state, QueryRequest, code_payments.close, (DECLINED,)) for state in _OPEN),
        *(Row(state, QueryRequest, code_payments.tell, (state,)) for state in _STATES if state not in (NONE, *_OPEN)),
        *(Row(state, ReversalAdvice, undoing.ignore, (state,), undoing.is_ignored) for state in _STATES),
        Row(NONE, ReversalAdvice, undoing.refuse, (NONE,), undoing.is_day_end),
        Row(NONE, ReversalAdvice, undoing.remember, (REVERSAL_ONLY,)),
        Row(DECIDING, ReversalAdvice, undoing.remember, (REVERSAL_ONLY,)),
        Row(PENDING, ReversalAdvice, undoing.remember, (REVERSAL_ONLY,)),
        Row(DEBITED, ReversalAdvice, undoing.refuse, (DEBITED,), undoing.cannot_undo),
        Row(DEBITED, ReversalAdvice, undoing.reverse, (RETURNED,)),
        Row(VOIDED, ReversalAdvice, undoing.refuse, (VOIDED,), undoing.cannot_undo),
        Row(VOIDED, ReversalAdvice, holds.undo_void, (VOID_UNDONE,), holds.is_of_a_hold),
        Row(VOIDED, ReversalAdvice, undoing.undo_void, (VOID_UNDONE,)),
        Row(DEBITED, CreditBooked, undoing.book_credit, (RETURNED,)),
        Row(HELD, ReversalAdvice, undoing.refuse, (HELD,), undoing.cannot_undo),
        Row(HELD, ReversalAdvice, holds.undo, (RELEASED,)),
        Row(COMPLETED, ReversalAdvice, holds.refuse_ended, (COMPLETED,)),
        *(Row(state, ReversalAdvice, undoing.acknowledge_again, (state,)) for state in _NOTHING_LEFT),
        Row(HELD, HoldEnds, holds.ends, (EXPIRED,)),
        *(Row(state, HoldEnds, holds.ends, (state,)) for state in (COMPLETED, RELEASED)),
    ),
    (
        Ignored(
            tuple(state for state in _STATES if state != DECIDING),
            CoreDecided,
            "the request was decided or undone before; awaits() says so",
        ),
        Ignored(
            tuple(state for state in _STATES if state not in _HOLDS),
            HoldEnds,
            "there is no hold whose life could be over; awaits() says so",
        ),
        Ignored(
            tuple(state for state in _STATES if state != DEBITED),
            CreditBooked,
            "nothing stands that could be given back",
        ),
    ),
)


class _Held(Struct):
    """A snapshot."""

    accounts: HeldAccounts
    clearing: HeldClearing
    disputes: HeldDisputes


class Issuer:
    """One issuer and its book ``I``. Amounts in fen; a request's key is its RRN."""

    def __init__(self, world: worlds.World, settings: worlds.Issuer) -> None:
        self.settings = settings
        self.desk = CardAccounts(world, settings)
        self._calendar = world.calendar
        self._clearing = IssuerClearing(world, settings, self.desk.book)
        self.disputes = DisputeDesk(self.desk, world.network.file_repeat_us)

    @property
    def book(self) -> Book:
        """The issuer's book."""
        return self.desk.book

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        """Answer one input. Unknown types are passed over; a stale letter is ``None``."""
        out: list[Effect] = []
        hear = _HEARS.get(type(given))
        if hear is not None:
            hear(self, given, at, out)
        elif isinstance(given, DisputeDesk.REMINDERS):
            if not self.disputes.awaits(given):
                return None
            self.disputes.handle(given, at, out)
        elif isinstance(given, CoreDecided | SettlementOverdue | HoldEnds | CreditDue):
            if not self.awaits(given):
                return None
            if isinstance(given, CoreDecided):
                REQUESTS.step(self.desk, DECIDING, given, at, out)
            elif isinstance(given, CreditDue):
                refunds.credit(self.desk, given, at, out)
            elif isinstance(given, HoldEnds):
                REQUESTS.step(self.desk, self.desk.holds[given.rrn].state, given, at, out)
            else:
                self._clearing.overdue(given, out)
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether the letter's request is being decided, its hold remembered, or its settlement not heard of yet."""
        if type(of) is CoreDecided:
            return of.rrn in self.desk.deciding
        if type(of) is HoldEnds:
            return of.rrn in self.desk.holds
        if type(of) is CreditDue:
            return of.rrn in self.desk.credits
        if isinstance(of, DisputeDesk.REMINDERS):
            return self.disputes.awaits(of)
        return type(of) is SettlementOverdue and self._clearing.awaits(of)

    def snapshot(self) -> bytes:
        """The whole state."""
        held = _Held(self.desk.held(), self._clearing.held(), self.disputes.held())
        return msgspec.msgpack.encode(held, order="deterministic")

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        held = msgspec.msgpack.decode(kept, type=_Held)
        self.desk.restore(held.accounts)
        self._clearing.restore(held.clearing)
        self.disputes.restore(held.disputes)

    def known(self, rrn: str) -> Request | None:
        """What is remembered of a request."""
        return self.desk.known(rrn)

    def _hear_request(self, given: Told, at: Instant, out: list[Effect]) -> None:
        desk = self.desk
        known = desk.young.get(given.rrn) or desk.old.get(given.rrn)
        REQUESTS.step(desk, NONE if known is None else known.state, given, at, out)

    def _hear_day_end(self, given: DayEnd, at: Instant, out: list[Effect]) -> None:
        code = given.code if given.running else ""
        if code != self.desk.day_end:
            self.desk.day_end = code
            out.append(Logged(given.about, "day-end" if given.running else "day-open"))

    def _hear_file(self, given: ClearingFile, at: Instant, out: list[Effect]) -> None:
        is_new = self._clearing.is_new(given)
        if self._clearing.take(given, at, out):
            self.desk.forget()
        if is_new:
            refunds.owe(self.desk, given.lines, given.business_date, self._calendar, at, out)

    def _hear_settled(self, given: TransferDone, at: Instant, out: list[Effect]) -> None:
        self._clearing.settled(given, out)

    def _hear_restarted(self, given: Restarted, at: Instant, out: list[Effect]) -> None:
        out.append(Logged("", "restarted"))
        for _, request in sorted(self.desk.deciding.items()):
            self.desk.await_core(request, out)
        for rrn, held in sorted(self.desk.holds.items()):
            out.append(Remind(max(0, held.ends - at), HoldEnds(held.about, rrn)))
        for rrn in sorted(self.desk.credits):
            refunds.await_credit(self.desk, rrn, at, out)
        self._clearing.restarted(at, out)
        self.disputes.restarted(at, out)

    def _hear_dispute(self, given: Input, at: Instant, out: list[Effect]) -> None:
        self.disputes.handle(given, at, out)


_HEARS: dict[type[Input], Any] = {
    FinancialRequest: Issuer._hear_request,
    FinancialNotice: Issuer._hear_request,
    AuthorisationRequest: Issuer._hear_request,
    ReversalAdvice: Issuer._hear_request,
    QueryRequest: Issuer._hear_request,
    PaymentConfirmed: Issuer._hear_request,
    CreditBooked: Issuer._hear_request,
    DayEnd: Issuer._hear_day_end,
    ClearingFile: Issuer._hear_file,
    TransferDone: Issuer._hear_settled,
    Restarted: Issuer._hear_restarted,
    **dict.fromkeys(DisputeDesk.HEARS, Issuer._hear_dispute),
}

PASSED_OVER: Mapping[type[Input], str] = {
    Started: "an issuer has no daily job of its own: the clearing file comes to it",
    Connected: "an answer that was lost is asked for again, or undone, by whoever asked",
    Disconnected: "an answer that was lost is asked for again, or undone, by whoever asked",
    ConnectFailed: "an answer that was lost is asked for again, or undone, by whoever asked",
    AnswersWith: "a bank out of order is a stopped process, or its day-end work",
    PowerCut: "a bank's process dies and restarts: Restarted tells of it",
    PowerRestored: "a bank's process dies and restarts: Restarted tells of it",
}
"""Inputs that change nothing here, and why."""
