"""The host's table of an attempt: what is heard in which state, and where it may lead."""

from acquirer.host import advice, authorisation, code_payments, notice, reversal
from acquirer.host.attempts import (
    APPROVED,
    DECLINED,
    FORWARDED,
    IN_DOUBT,
    NONE,
    PENDING,
    REVERSAL_ONLY,
    REVERSED,
    STATES,
    VOIDED,
    VOIDING,
)
from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.office import Office
from poslab.messages.card import (
    AdviceResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    NoticeResponse,
    QueryRequest,
    QueryResponse,
    ReversalAdvice,
    ReversalRequest,
)
from poslab.party.table import Ignored, Row, Table

HEARD = (
    FinancialRequest, FinancialResponse, HostAnswerOverdue, FinancialNotice, NoticeResponse, ReversalRequest,
    ReversalAdvice, AdviceResponse, QueryRequest, QueryResponse,
)  # fmt: skip
"""What an attempt hears; of queries only those that close."""

_KNOWN = tuple(state for state in STATES if state not in (NONE, REVERSAL_ONLY))
"""States in which the host has the attempt itself."""

_REQUEST = (
    Row(NONE, FinancialRequest, authorisation.forward, (FORWARDED,), authorisation.goes_upstream),
    Row(NONE, FinancialRequest, authorisation.refuse, (DECLINED, NONE)),
    Row(REVERSAL_ONLY, FinancialRequest, authorisation.refuse_reversed, (REVERSAL_ONLY,)),
    Row(DECLINED, FinancialRequest, code_payments.refuse_closed, (DECLINED,), code_payments.closed_unheard),
    Row(FORWARDED, FinancialRequest, authorisation.swallow, (FORWARDED,), authorisation.same_request),
    *(
        Row(state, FinancialRequest, authorisation.answer_again, (state,), authorisation.answer_is_stored)
        for state in (PENDING, APPROVED, DECLINED, IN_DOUBT)
    ),
    *(
        Row(state, FinancialRequest, authorisation.answer_duplicate, (state,))
        for state in (FORWARDED, PENDING, APPROVED, DECLINED, IN_DOUBT, REVERSED, VOIDING, VOIDED)
    ),
)

_ANSWER = (
    Row(FORWARDED, FinancialResponse, authorisation.approve, (APPROVED,), authorisation.approves_sale),
    Row(FORWARDED, FinancialResponse, authorisation.approve, (APPROVED,), authorisation.approves),
    Row(FORWARDED, FinancialResponse, authorisation.decline, (DECLINED,), authorisation.declines),
    Row(FORWARDED, FinancialResponse, code_payments.wait, (PENDING,), code_payments.undecided),
    Row(FORWARDED, FinancialResponse, authorisation.doubt, (IN_DOUBT, DECLINED), authorisation.doubts),
    Row(FORWARDED, FinancialResponse, authorisation.refuse_answer, (FORWARDED,)),
    Row(PENDING, FinancialResponse, code_payments.paid, (APPROVED,), code_payments.pays),
    Row(PENDING, FinancialResponse, code_payments.unpaid, (DECLINED,), code_payments.refuses),
    *(
        Row(state, FinancialResponse, authorisation.note_repeated_answer, (state,))
        for state in (PENDING, APPROVED, DECLINED, VOIDING, VOIDED)
    ),
    *(
        Row(state, FinancialResponse, authorisation.note_late_answer, (state,))
        for state in (NONE, REVERSAL_ONLY, IN_DOUBT, REVERSED)
    ),
    Row(FORWARDED, HostAnswerOverdue, code_payments.no_answer, (PENDING,), code_payments.is_code),
    Row(FORWARDED, HostAnswerOverdue, authorisation.no_answer, (IN_DOUBT, DECLINED)),
)

_NOTICE = (
    Row(NONE, FinancialNotice, notice.take, (FORWARDED,), notice.acceptable),
    Row(NONE, FinancialNotice, notice.refuse, (DECLINED, NONE)),
    Row(REVERSAL_ONLY, FinancialNotice, notice.refuse_reversed, (REVERSAL_ONLY,)),
    *(
        Row(state, FinancialNotice, notice.answer_again, (state,), notice.same_notice)
        for state in (FORWARDED, APPROVED, DECLINED, VOIDING, VOIDED)
    ),
    *(Row(state, FinancialNotice, notice.answer_duplicate, (state,)) for state in _KNOWN),
    Row(FORWARDED, NoticeResponse, notice.approve, (APPROVED,), notice.approves),
    Row(FORWARDED, NoticeResponse, notice.decline, (DECLINED,), notice.refuses),
    *(Row(state, NoticeResponse, notice.note, (state,)) for state in STATES),
)

_REVERSAL = (
    *(Row(state, ReversalRequest, reversal.refuse, (state,), reversal.refused) for state in STATES),
    *(Row(state, ReversalRequest, reversal.refuse_notice, (state,), notice.is_one) for state in _KNOWN),
    Row(NONE, ReversalRequest, reversal.remember, (REVERSAL_ONLY,)),
    Row(REVERSAL_ONLY, ReversalRequest, reversal.remember_still, (REVERSAL_ONLY,)),
    *(Row(state, ReversalRequest, reversal.refuse_different, (state,), reversal.differs) for state in _KNOWN),
    *(Row(state, ReversalRequest, reversal.undo_unanswered, (REVERSED,)) for state in (FORWARDED, PENDING)),
    Row(IN_DOUBT, ReversalRequest, reversal.undo_doubt, (REVERSED,)),
    Row(APPROVED, ReversalRequest, reversal.refuse_late, (APPROVED,), reversal.comes_too_late),
    Row(APPROVED, ReversalRequest, reversal.undo_approved, (REVERSED, APPROVED)),
    *(Row(state, ReversalRequest, reversal.confirm, (state,)) for state in (DECLINED, REVERSED)),
    *(Row(state, ReversalRequest, reversal.decline_voided, (state,)) for state in (VOIDING, VOIDED)),
)

_ADVICE = (
    *(Row(state, ReversalAdvice, advice.answer_unknown, (state,)) for state in (NONE, REVERSAL_ONLY)),
    *(Row(state, ReversalAdvice, advice.answer_unknown, (state,), advice.other_rrn) for state in _KNOWN),
    *(Row(state, ReversalAdvice, advice.answer_unknown, (state,), notice.is_one) for state in _KNOWN),
    Row(FORWARDED, ReversalAdvice, advice.take_undone_unanswered, (REVERSED,)),
    Row(PENDING, ReversalAdvice, advice.open_case, (PENDING,)),
    Row(IN_DOUBT, ReversalAdvice, advice.take_undone, (REVERSED,)),
    Row(REVERSED, ReversalAdvice, advice.answer_known, (REVERSED,)),
    Row(DECLINED, ReversalAdvice, advice.answer_unknown, (DECLINED,)),
    *(Row(state, ReversalAdvice, advice.open_case, (state,)) for state in (APPROVED, VOIDING, VOIDED)),
    Row(IN_DOUBT, AdviceResponse, advice.take_confirmation, (REVERSED,), advice.undoes),
    *(Row(state, AdviceResponse, advice.note_confirmation, (state,)) for state in STATES),
)

_CLOSING = (
    Row(NONE, QueryRequest, code_payments.close_unheard, (DECLINED, NONE)),
    Row(FORWARDED, QueryRequest, code_payments.close_upstream, (FORWARDED,), code_payments.is_code),
    Row(PENDING, QueryRequest, code_payments.close_upstream, (PENDING,)),
    *(Row(state, QueryRequest, code_payments.tell, (state,)) for state in STATES if state not in (NONE, PENDING)),
    *(
        row
        for state in (FORWARDED, PENDING)
        for row in (
            Row(state, QueryResponse, code_payments.paid, (APPROVED,), code_payments.pays),
            Row(state, QueryResponse, code_payments.unpaid, (DECLINED,), code_payments.refuses),
        )
    ),
    *(Row(state, QueryResponse, code_payments.note, (state,)) for state in STATES),
)

ATTEMPTS: Table[Office] = Table(
    "host attempt",
    STATES,
    (*_REQUEST, *_ANSWER, *_NOTICE, *_REVERSAL, *_ADVICE, *_CLOSING),
    (
        Ignored(
            tuple(state for state in STATES if state != FORWARDED),
            HostAnswerOverdue,
            "the answer came, or the attempt was undone: nobody waits any more",
        ),
    ),
)
