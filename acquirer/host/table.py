"""The host's table of an attempt: what is heard in which state, and where it may lead."""

from acquirer.host import advice, authorisation, notice, reversal
from acquirer.host.attempts import (
    APPROVED,
    DECLINED,
    FORWARDED,
    IN_DOUBT,
    NONE,
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
    ReversalAdvice,
    ReversalRequest,
)
from poslab.party.table import Ignored, Row, Table

HEARD = (
    FinancialRequest, FinancialResponse, HostAnswerOverdue, FinancialNotice, NoticeResponse, ReversalRequest,
    ReversalAdvice, AdviceResponse,
)  # fmt: skip
"""What an attempt hears."""

_KNOWN = tuple(state for state in STATES if state not in (NONE, REVERSAL_ONLY))
"""States in which the host has the attempt itself."""

_REQUEST = (
    Row(NONE, FinancialRequest, authorisation.forward, (FORWARDED,), authorisation.goes_upstream),
    Row(NONE, FinancialRequest, authorisation.refuse, (DECLINED, NONE)),
    Row(REVERSAL_ONLY, FinancialRequest, authorisation.refuse_reversed, (REVERSAL_ONLY,)),
    Row(FORWARDED, FinancialRequest, authorisation.swallow, (FORWARDED,), authorisation.same_request),
    *(
        Row(state, FinancialRequest, authorisation.answer_again, (state,), authorisation.answer_is_stored)
        for state in (APPROVED, DECLINED, IN_DOUBT)
    ),
    *(
        Row(state, FinancialRequest, authorisation.answer_duplicate, (state,))
        for state in (FORWARDED, APPROVED, DECLINED, IN_DOUBT, REVERSED, VOIDING, VOIDED)
    ),
)

_ANSWER = (
    Row(FORWARDED, FinancialResponse, authorisation.approve, (APPROVED,), authorisation.approves_sale),
    Row(FORWARDED, FinancialResponse, authorisation.approve, (APPROVED,), authorisation.approves),
    Row(FORWARDED, FinancialResponse, authorisation.decline, (DECLINED,), authorisation.declines),
    Row(FORWARDED, FinancialResponse, authorisation.doubt, (IN_DOUBT, DECLINED), authorisation.doubts),
    Row(FORWARDED, FinancialResponse, authorisation.refuse_answer, (FORWARDED,)),
    *(
        Row(state, FinancialResponse, authorisation.note_repeated_answer, (state,))
        for state in (APPROVED, DECLINED, VOIDING, VOIDED)
    ),
    *(
        Row(state, FinancialResponse, authorisation.note_late_answer, (state,))
        for state in (NONE, REVERSAL_ONLY, IN_DOUBT, REVERSED)
    ),
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
    Row(FORWARDED, ReversalRequest, reversal.undo_unanswered, (REVERSED,)),
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
    Row(IN_DOUBT, ReversalAdvice, advice.take_undone, (REVERSED,)),
    Row(REVERSED, ReversalAdvice, advice.answer_known, (REVERSED,)),
    Row(DECLINED, ReversalAdvice, advice.answer_unknown, (DECLINED,)),
    *(Row(state, ReversalAdvice, advice.open_case, (state,)) for state in (APPROVED, VOIDING, VOIDED)),
    Row(IN_DOUBT, AdviceResponse, advice.take_confirmation, (REVERSED,), advice.undoes),
    *(Row(state, AdviceResponse, advice.note_confirmation, (state,)) for state in STATES),
)

ATTEMPTS: Table[Office] = Table(
    "host attempt",
    STATES,
    (*_REQUEST, *_ANSWER, *_NOTICE, *_REVERSAL, *_ADVICE),
    (
        Ignored(
            tuple(state for state in STATES if state != FORWARDED),
            HostAnswerOverdue,
            "the answer came, or the attempt was undone: nobody waits any more",
        ),
    ),
)
