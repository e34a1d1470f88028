"""The terminal's table: what it hears in which state, what it then does, and where that leads.

One sale, read downwards: idle hears the keyed sale and dials; connecting hears that the line stands, takes the STAN,
keeps the reversal record and sends; waiting hears an answer or the timer; printing hears that the slip is out.
"""

from collections.abc import Iterator

from poslab.messages.batch import SettlementResponse, UploadResponse
from poslab.messages.card import (
    AuthorisationResponse,
    FinancialResponse,
    ManagementResponse,
    NoticeResponse,
    QueryResponse,
    ReversalResponse,
    SignOnResponse,
)
from poslab.messages.facts import (
    CardRemoved,
    ChipDeclined,
    KeyInjected,
    KeyReplaced,
    PaperLoaded,
    PaperOut,
    StoreFailing,
    StoreMended,
    TotalsDamaged,
)
from poslab.messages.people import (
    AdjustmentKeyed,
    BalanceKeyed,
    CancelPressed,
    CodeScanned,
    CompletionKeyed,
    EchoKeyed,
    OfflineSaleKeyed,
    PreauthKeyed,
    QueryKeyed,
    RefundKeyed,
    ReprintKeyed,
    SaleKeyed,
    SettleKeyed,
    SignOffKeyed,
    SignOnKeyed,
    VoidKeyed,
)
from poslab.party.contract import Input
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted, Started
from poslab.party.table import Ignored, Row, Table
from terminal import (
    chip,
    inquiry,
    keys,
    line,
    management,
    notices,
    power,
    preauth,
    printing,
    qr,
    refund,
    request,
    reversal,
    sale,
    settlement,
    storage,
    void,
)
from terminal.device import CONNECTING, IDLE, OFF, PRINTING, SESSION_STATES, WAITING, Device
from terminal.errands import AnswerOverdue, PollDue, RetryDue, SettleDue, SlipPrinted

KEYED: tuple[type[Input], ...] = (
    SaleKeyed, CodeScanned, OfflineSaleKeyed, PreauthKeyed, CompletionKeyed, AdjustmentKeyed, VoidKeyed, RefundKeyed,
    BalanceKeyed, QueryKeyed, ReprintKeyed, EchoKeyed, SignOnKeyed, SignOffKeyed, SettleKeyed,
)  # fmt: skip
ANSWERS: tuple[type[Input], ...] = (
    FinancialResponse, AuthorisationResponse, NoticeResponse, ReversalResponse, QueryResponse, SignOnResponse,
    ManagementResponse, SettlementResponse, UploadResponse,
)  # fmt: skip
KEYS: tuple[type[Input], ...] = (*KEYED, CancelPressed)
REMINDERS: tuple[type[Input], ...] = (AnswerOverdue, SlipPrinted, RetryDue, PollDue, SettleDue)
FACTS: tuple[type[Input], ...] = (
    Started, Restarted, PowerCut, PowerRestored, PaperOut, PaperLoaded, StoreFailing, StoreMended, TotalsDamaged,
    CardRemoved, ChipDeclined, Connected, ConnectFailed, Disconnected, KeyReplaced, KeyInjected,
)  # fmt: skip
HEARS = (*KEYS, *ANSWERS, *REMINDERS, *FACTS)
"""Everything that a terminal can be told."""

MANAGEMENT: tuple[type[Input], ...] = (SignOnKeyed, SignOffKeyed, EchoKeyed)
ON = (IDLE, CONNECTING, WAITING, PRINTING)
FREE = (IDLE, CONNECTING)
"""The line is free; where a reversal or another errand waits, the terminal dials at once."""
SLIP = (PRINTING, IDLE, CONNECTING)
"""Print, or where that fails go on as if it were free."""


def _rows() -> Iterator[Row]:
    yield Row(IDLE, SaleKeyed, sale.keyed, FREE)
    yield Row(CONNECTING, Connected, sale.connected, (WAITING,), sale.in_hand)
    yield Row(WAITING, FinancialResponse, sale.answered, (WAITING, *SLIP), sale.awaited)
    yield Row(PRINTING, SlipPrinted, printing.printed, FREE)
    yield Row(CONNECTING, ConnectFailed, sale.unconnected, FREE, sale.in_hand)
    yield Row(WAITING, AnswerOverdue, request.silent, FREE, sale.in_hand)
    yield Row(WAITING, CancelPressed, request.cancelled, FREE, sale.in_hand)

    yield Row(CONNECTING, Connected, reversal.connected, (WAITING,), reversal.in_hand)
    yield Row(CONNECTING, ConnectFailed, reversal.unconnected, FREE, reversal.in_hand)
    yield Row(WAITING, ReversalResponse, reversal.answered, (WAITING, *FREE), reversal.awaited)
    yield Row(WAITING, AnswerOverdue, reversal.silent, FREE, reversal.in_hand)
    yield Row(CONNECTING, CancelPressed, reversal.cancel, (CONNECTING,), reversal.goes_on)
    yield Row(WAITING, CancelPressed, reversal.cancel, (WAITING,), reversal.goes_on)
    yield Row(IDLE, RetryDue, line.retry_due, FREE)
    for state in (CONNECTING, WAITING, PRINTING):
        yield Row(state, RetryDue, line.retry_later, (state,))

    yield Row(IDLE, CodeScanned, qr.keyed, FREE)
    yield Row(CONNECTING, Connected, qr.connected, (WAITING,), qr.in_hand)
    yield Row(CONNECTING, ConnectFailed, qr.unconnected, FREE, qr.in_hand)
    yield Row(WAITING, FinancialResponse, qr.answered, (WAITING, *SLIP), qr.awaited)
    yield Row(WAITING, AnswerOverdue, qr.silent, (CONNECTING,), qr.in_hand)
    yield Row(WAITING, CancelPressed, qr.cancelled, (CONNECTING,), qr.in_hand)
    yield Row(IDLE, PollDue, qr.poll_due, FREE)
    for state in (CONNECTING, WAITING, PRINTING):
        yield Row(state, PollDue, qr.poll_later, (state,))
    yield Row(CONNECTING, Connected, qr.poll_connected, (WAITING,), qr.polling)
    yield Row(CONNECTING, ConnectFailed, qr.poll_unconnected, FREE, qr.polling)
    yield Row(WAITING, QueryResponse, qr.poll_answered, (WAITING, *SLIP), qr.poll_awaited)
    yield Row(WAITING, AnswerOverdue, qr.poll_silent, FREE, qr.polling)
    yield Row(CONNECTING, CancelPressed, reversal.cancel, (CONNECTING,), qr.polling)
    yield Row(WAITING, CancelPressed, reversal.cancel, (WAITING,), qr.polling)
    yield Row(IDLE, QueryResponse, qr.told_late, SLIP, qr.still_open)

    yield Row(IDLE, VoidKeyed, void.keyed, SLIP)
    yield Row(CONNECTING, Connected, void.connected, (WAITING,), void.in_hand)
    yield Row(CONNECTING, ConnectFailed, void.unconnected, FREE, void.in_hand)
    yield Row(WAITING, FinancialResponse, void.answered, (WAITING, *SLIP), void.awaited)
    yield Row(WAITING, AnswerOverdue, request.silent, FREE, void.in_hand)
    yield Row(WAITING, CancelPressed, request.cancelled, FREE, void.in_hand)

    yield Row(IDLE, OfflineSaleKeyed, notices.sale_keyed, (IDLE, PRINTING))
    yield Row(IDLE, RefundKeyed, refund.keyed, FREE)
    yield Row(IDLE, AdjustmentKeyed, notices.adjustment_keyed, (IDLE, PRINTING))
    yield Row(CONNECTING, Connected, notices.connected, (WAITING,), notices.in_hand)
    yield Row(CONNECTING, ConnectFailed, notices.unconnected, FREE, notices.in_hand)
    yield Row(WAITING, NoticeResponse, notices.answered, (WAITING, *FREE), notices.awaited)
    yield Row(WAITING, AnswerOverdue, notices.silent, FREE, notices.in_hand)

    yield Row(WAITING, AuthorisationResponse, void.answered, (WAITING, *SLIP), void.awaited)

    yield Row(IDLE, PreauthKeyed, preauth.keyed, FREE)
    yield Row(IDLE, CompletionKeyed, preauth.completion_keyed, SLIP)
    yield Row(CONNECTING, Connected, preauth.connected, (WAITING,), preauth.in_hand)
    yield Row(CONNECTING, ConnectFailed, preauth.unconnected, FREE, preauth.in_hand)
    yield Row(WAITING, AuthorisationResponse, preauth.answered, (WAITING, *SLIP), preauth.awaited)
    yield Row(WAITING, FinancialResponse, preauth.answered, (WAITING, *SLIP), preauth.awaited)
    yield Row(WAITING, AnswerOverdue, request.silent, FREE, preauth.in_hand)
    yield Row(WAITING, CancelPressed, request.cancelled, FREE, preauth.in_hand)

    yield Row(IDLE, BalanceKeyed, inquiry.balance_keyed, FREE)
    yield Row(CONNECTING, Connected, inquiry.balance_connected, (WAITING,), inquiry.asking_balance)
    yield Row(CONNECTING, ConnectFailed, inquiry.unconnected, FREE, inquiry.asking_balance)
    yield Row(WAITING, FinancialResponse, inquiry.balance_answered, (WAITING, *FREE), inquiry.balance_awaited)
    yield Row(WAITING, AnswerOverdue, inquiry.silent, FREE, inquiry.asking_balance)

    yield Row(IDLE, QueryKeyed, inquiry.query_keyed, FREE)
    yield Row(CONNECTING, Connected, inquiry.query_connected, (WAITING,), inquiry.querying)
    yield Row(CONNECTING, ConnectFailed, inquiry.unconnected, FREE, inquiry.querying)
    yield Row(WAITING, QueryResponse, inquiry.query_answered, (WAITING, *SLIP), inquiry.query_awaited)
    yield Row(WAITING, AnswerOverdue, inquiry.silent, FREE, inquiry.querying)

    for keyed in MANAGEMENT:
        yield Row(IDLE, keyed, management.keyed, (CONNECTING,))
    yield Row(CONNECTING, Connected, management.connected, (WAITING,), management.in_hand)
    yield Row(CONNECTING, ConnectFailed, management.unconnected, FREE, management.in_hand)
    yield Row(WAITING, SignOnResponse, management.signed_on, FREE, management.awaited)
    yield Row(WAITING, ManagementResponse, management.managed, FREE, management.awaited)
    yield Row(WAITING, AnswerOverdue, management.silent, FREE, management.in_hand)

    yield Row(IDLE, SettleKeyed, settlement.keyed, FREE)
    yield Row(IDLE, SettleDue, settlement.due, FREE)
    for state in (CONNECTING, WAITING, PRINTING):
        yield Row(state, SettleDue, settlement.due_later, (state,))
    yield Row(CONNECTING, Connected, settlement.connected, (WAITING, *FREE), settlement.settling)
    yield Row(WAITING, SettlementResponse, settlement.answered, (WAITING, *FREE), settlement.compared)
    yield Row(CONNECTING, Connected, settlement.upload_connected, (WAITING,), settlement.uploading)
    yield Row(WAITING, UploadResponse, settlement.upload_answered, (WAITING, *FREE), settlement.heard)
    for busy_with in (settlement.settling, settlement.uploading):
        yield Row(CONNECTING, ConnectFailed, settlement.unconnected, FREE, busy_with)
        yield Row(WAITING, AnswerOverdue, settlement.silent, FREE, busy_with)

    # After the rows of those who may not be given up.
    yield Row(CONNECTING, CancelPressed, line.given_up, FREE)
    yield Row(WAITING, CancelPressed, line.given_up, FREE)

    yield Row(IDLE, ReprintKeyed, printing.reprint, SLIP)
    yield Row(PRINTING, PaperOut, printing.paper_out_printing, (PRINTING, *FREE))
    for state in (OFF, IDLE, CONNECTING, WAITING):
        yield Row(state, PaperOut, printing.paper_out, (state,))
    for state in ON:
        yield Row(state, PaperLoaded, printing.paper_loaded, (state,))
    yield Row(OFF, PaperLoaded, printing.paper_loaded_dark, (OFF,))
    for state in SESSION_STATES:
        yield Row(state, StoreFailing, storage.failing, (state,))
        yield Row(state, StoreMended, storage.mended, (state,))
        yield Row(state, TotalsDamaged, settlement.damaged, (state,))
        yield Row(state, KeyReplaced, keys.replaced, (state,))
        yield Row(state, KeyInjected, keys.injected, (state,))

    yield Row(CONNECTING, CardRemoved, chip.removed_unsent, FREE, chip.in_reader)
    yield Row(WAITING, CardRemoved, chip.removed, (WAITING, *FREE), chip.in_reader)
    yield Row(WAITING, ChipDeclined, chip.will_decline, (WAITING,), chip.in_reader)
    yield Row(CONNECTING, CardRemoved, chip.of_no_use, (CONNECTING,))
    for fact in (CardRemoved, ChipDeclined):
        yield Row(WAITING, fact, chip.of_no_use, (WAITING,))

    for state in ON:
        yield Row(state, PowerCut, power.cut, (OFF,))
        yield Row(state, Restarted, power.restart, (IDLE,))
    yield Row(OFF, PowerRestored, power.boot, (IDLE,))
    yield Row(OFF, Restarted, power.boot, (IDLE,))

    for state in (CONNECTING, WAITING, PRINTING):
        for busy in KEYED:
            yield Row(state, busy, line.busy, (state,))
    for state in ON:
        yield Row(state, FinancialResponse, request.late, (state,))
        yield Row(state, NoticeResponse, notices.late, (state,))
        yield Row(state, AuthorisationResponse, request.late, (state,))
        yield Row(state, ReversalResponse, reversal.late, (state,))
        yield Row(state, QueryResponse, inquiry.late, (state,))
        yield Row(state, SignOnResponse, management.late, (state,))
        yield Row(state, ManagementResponse, management.late, (state,))
        yield Row(state, SettlementResponse, settlement.late, (state,))
        yield Row(state, UploadResponse, settlement.late, (state,))


def _ignored() -> Iterator[Ignored]:
    for dead in KEYS:
        yield Ignored((OFF,), dead, "the keys of a dark device are dead")
    for unheard in ANSWERS:
        yield Ignored((OFF,), unheard, "a dark device hears no answer")
    for reminder in REMINDERS:
        yield Ignored((OFF,), reminder, "a dark device has no timers")
    yield Ignored((OFF, IDLE, PRINTING), CardRemoved, "no card is needed before a sale, nor once it is stored")
    yield Ignored((OFF, IDLE, CONNECTING, PRINTING), ChipDeclined, "the chip speaks only when an approval came")
    yield Ignored((IDLE, PRINTING), CancelPressed, "nothing is on the line that could be cancelled")
    yield Ignored((IDLE, CONNECTING, PRINTING), AnswerOverdue, "no answer is waited for")
    yield Ignored((IDLE, CONNECTING, WAITING), SlipPrinted, "nothing is being printed")
    yield Ignored((OFF,), PowerCut, "it is dark already")
    yield Ignored(ON, PowerRestored, "it is on already")
    yield Ignored(SESSION_STATES, Started, "a terminal has no daily jobs; it comes signed on, with its first batch")
    yield Ignored(SESSION_STATES, Disconnected, "it dials for each request and has no permanent line")
    yield Ignored((OFF, IDLE, WAITING, PRINTING), Connected, "what it dialled for is over, or sent already")
    yield Ignored((OFF, IDLE, WAITING, PRINTING), ConnectFailed, "once sent is sent: its timer decides")


SESSION: Table[Device] = Table("terminal", SESSION_STATES, _rows(), _ignored())
