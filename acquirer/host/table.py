"""The host's table of an attempt: what is heard in which state, and where it may lead."""

from collections.abc import Iterator

from acquirer.host import advice, authorisation, code_payments, notice, reversal
from acquirer.host.attempts import (
    APPROVED,
    COMPLETED,
    COMPLETING,
    DECLINED,
    FORWARDED,
    HELD,
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
    AuthorisationRequest,
    AuthorisationResponse,
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

_ASKED = (FinancialRequest, AuthorisationRequest)
_ANSWERED = (FinancialResponse, AuthorisationResponse)

HEARD = (
    *_ASKED, *_ANSWERED, HostAnswerOverdue, FinancialNotice, NoticeResponse, ReversalRequest, ReversalAdvice,
    AdviceResponse, QueryRequest, QueryResponse,
)  # fmt: skip
"""What an attempt hears; of queries only those that close."""

_KNOWN = tuple(state for state in STATES if state not in (NONE, REVERSAL_ONLY))
"""States in which the host has the attempt itself."""
_STANDS = (PENDING, APPROVED, HELD, COMPLETING, COMPLETED, DECLINED, IN_DOUBT)
"""An answer was given, and it still holds."""
_TAKEN_BACK = (REVERSED, VOIDING, VOIDED)


def _requests() -> Iterator[Row]:
    for asked in _ASKED:
        yield Row(NONE, asked, authorisation.forward, (FORWARDED,), authorisation.goes_upstream)
        yield Row(NONE, asked, authorisation.refuse, (DECLINED, NONE))
        yield Row(REVERSAL_ONLY, asked, authorisation.refuse_reversed, (REVERSAL_ONLY,))
        yield Row(DECLINED, asked, code_payments.refuse_closed, (DECLINED,), code_payments.closed_unheard)
        yield Row(FORWARDED, asked, authorisation.swallow, (FORWARDED,), authorisation.same_request)
        for state in _STANDS:
            yield Row(state, asked, authorisation.answer_again, (state,), authorisation.answer_is_stored)
        for state in (FORWARDED, *_STANDS, *_TAKEN_BACK):
            yield Row(state, asked, authorisation.answer_duplicate, (state,))


def _answers() -> Iterator[Row]:
    for answered in _ANSWERED:
        yield Row(FORWARDED, answered, authorisation.approve, (APPROVED,), authorisation.approves_sale)
        yield Row(FORWARDED, answered, authorisation.approve, (APPROVED, HELD), authorisation.approves)
        yield Row(FORWARDED, answered, authorisation.decline, (DECLINED,), authorisation.declines)
        yield Row(FORWARDED, answered, code_payments.wait, (PENDING,), code_payments.undecided)
        yield Row(FORWARDED, answered, authorisation.doubt, (IN_DOUBT, DECLINED), authorisation.doubts)
        yield Row(FORWARDED, answered, authorisation.refuse_answer, (FORWARDED,))
        yield Row(PENDING, answered, code_payments.paid, (APPROVED,), code_payments.pays)
        yield Row(PENDING, answered, code_payments.unpaid, (DECLINED,), code_payments.refuses)
        for state in (PENDING, APPROVED, HELD, COMPLETING, COMPLETED, DECLINED, VOIDING, VOIDED):
            yield Row(state, answered, authorisation.note_repeated_answer, (state,))
        for state in (NONE, REVERSAL_ONLY, IN_DOUBT, REVERSED):
            yield Row(state, answered, authorisation.note_late_answer, (state,))
    yield Row(FORWARDED, HostAnswerOverdue, code_payments.no_answer, (PENDING,), code_payments.is_code)
    yield Row(FORWARDED, HostAnswerOverdue, authorisation.no_answer, (IN_DOUBT, DECLINED))






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
    Row(HELD, ReversalRequest, reversal.undo_approved, (REVERSED,)),
    *(Row(state, ReversalRequest, reversal.confirm, (state,)) for state in (DECLINED, REVERSED)),
    *(
        Row(state, ReversalRequest, reversal.decline_voided, (state,))
        for state in (VOIDING, VOIDED, COMPLETING, COMPLETED)
    ),
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
    *(
        Row(state, ReversalAdvice, advice.open_case, (state,))
        for state in (APPROVED, VOIDING, VOIDED, HELD, COMPLETING, COMPLETED)
    ),
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
    (*_requests(), *_answers(), *_NOTICE, *_REVERSAL, *_ADVICE, *_CLOSING),
    (
        Ignored(
            tuple(state for state in STATES if state != FORWARDED),
            HostAnswerOverdue,
            "the answer came, or the attempt was undone: nobody waits any more",
        ),
    ),
)
