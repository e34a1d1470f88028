"""The switch's table of a passage: what is heard in which state, and where it may lead."""

from collections.abc import Iterator

from acquirer.switch import advice, code_payments, notice, routing
from acquirer.switch.exchange import Exchange
from acquirer.switch.passages import ANSWERED, FORWARDED, IN_DOUBT, NONE, REFUSED, STATES, UNDONE
from acquirer.switch.routing import SwitchAnswerOverdue
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
)
from poslab.party.table import Ignored, Row, Table

_ASKED = (FinancialRequest, AuthorisationRequest)
_ANSWERED = (FinancialResponse, AuthorisationResponse)

HEARD = (
    *_ASKED, *_ANSWERED, SwitchAnswerOverdue, FinancialNotice, NoticeResponse, ReversalAdvice, AdviceResponse,
    QueryRequest, QueryResponse,
)  # fmt: skip
"""What a passage hears."""


def _exchanged() -> Iterator[Row]:
    """Requests and their answers: of payments and of pre-authorisations alike."""
    for asked in _ASKED:
        yield Row(NONE, asked, routing.forward, (FORWARDED,), routing.has_route)
        yield Row(NONE, asked, routing.refuse, (REFUSED,))
        yield Row(FORWARDED, asked, routing.swallow, (FORWARDED,))
        for state in (ANSWERED, REFUSED, IN_DOUBT):
            yield Row(state, asked, routing.answer_again, (state,))
        yield Row(UNDONE, asked, routing.answer_duplicate, (UNDONE,))
    for answered in _ANSWERED:
        yield Row(FORWARDED, answered, routing.pass_back, (ANSWERED,), routing.answers)
        yield Row(ANSWERED, answered, code_payments.pass_result, (ANSWERED,), code_payments.decides)
        yield Row(ANSWERED, answered, routing.note_repeated_answer, (ANSWERED,))
        for state in (NONE, FORWARDED, REFUSED, IN_DOUBT, UNDONE):
            yield Row(state, answered, routing.note_late_answer, (state,))


PASSAGES: Table[Exchange] = Table(
    "switch passage",
    STATES,
    (
        *_exchanged(),
        Row(FORWARDED, SwitchAnswerOverdue, code_payments.no_answer, (ANSWERED,), code_payments.is_code),
        Row(FORWARDED, SwitchAnswerOverdue, routing.no_answer, (IN_DOUBT, REFUSED)),
        Row(NONE, FinancialNotice, notice.pass_on, (FORWARDED,), notice.has_issuer),
        Row(NONE, FinancialNotice, notice.refuse, (REFUSED,)),
        Row(FORWARDED, FinancialNotice, notice.pass_on, (FORWARDED,), notice.is_same),
        *(Row(state, FinancialNotice, notice.answer_again, (state,), notice.is_same) for state in (ANSWERED, REFUSED)),
        *(Row(state, FinancialNotice, notice.pass_over, (state,)) for state in STATES if state != NONE),
        Row(FORWARDED, NoticeResponse, notice.pass_back, (FORWARDED, ANSWERED), notice.answers),
        *(Row(state, NoticeResponse, notice.pass_over, (state,)) for state in STATES),
        Row(FORWARDED, ReversalAdvice, advice.pass_on_early, (FORWARDED,)),
        *(Row(state, ReversalAdvice, advice.pass_on, (state,)) for state in (NONE, ANSWERED, IN_DOUBT)),
        Row(REFUSED, ReversalAdvice, advice.answer_refused, (REFUSED,)),
        Row(UNDONE, ReversalAdvice, advice.answer_undone, (UNDONE,)),
        *(Row(state, AdviceResponse, advice.take_acquirer, (state,), advice.from_acquirer) for state in STATES),
        *(
            Row(state, AdviceResponse, advice.take_issuer, (UNDONE,), advice.confirms)
            for state in (FORWARDED, ANSWERED, IN_DOUBT)
        ),
        *(Row(state, AdviceResponse, advice.note_issuer, (state,)) for state in STATES),
        Row(NONE, QueryRequest, code_payments.close_unheard, (REFUSED,)),
        *(Row(state, QueryRequest, code_payments.pass_on, (state,)) for state in (FORWARDED, ANSWERED)),
        *(Row(state, QueryRequest, code_payments.tell, (state,)) for state in (REFUSED, IN_DOUBT, UNDONE)),
        *(Row(state, QueryResponse, code_payments.pass_back, (ANSWERED,)) for state in (FORWARDED, ANSWERED)),
        *(Row(state, QueryResponse, code_payments.pass_by, (state,)) for state in (NONE, REFUSED, IN_DOUBT, UNDONE)),
    ),
    (
        Ignored(
            tuple(state for state in STATES if state != FORWARDED),
            SwitchAnswerOverdue,
            "the issuer answered, or the request was undone: nobody waits any more",
        ),
    ),
)
