"""扫码: payments by code on their way through the network. Nobody here ever undoes one.

09 is an answer like any other, and the payer's is still to come: it is passed back when it does. Where the bank behind
the code stays silent the switch answers 09 itself. Only a closing, cancel-by-query, ends such a payment unpaid.
"""

import msgspec

from acquirer.switch.exchange import Exchange
from acquirer.switch.passages import ANSWERED, NONE, REFUSED, Passage, answer_of
from acquirer.switch.routing import SwitchAnswerOverdue
from poslab.messages.card import SALE, FinancialResponse, QueryRequest, QueryResponse
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import Instant

PROCESSING = "09"
CLOSED = "12"


def is_code(exchange: Exchange, given: object, at: Instant) -> bool:
    """Whether what is on the desk is a payment by code."""
    return exchange.passage.card in exchange.codes


def no_answer(exchange: Exchange, given: SwitchAnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """The switch's own timer: 09, for the payer may yet confirm, or has."""
    waiting = exchange.passage
    passage = msgspec.structs.replace(waiting, state=ANSWERED, code=PROCESSING)
    out.append(Logged(given.about, "no-answer", {"rrn": given.rrn}))
    exchange.move(waiting.word, passage, out)
    out.append(Kept(given.about, "answer"))
    out.append(Logged(given.about, "answered", {"code": PROCESSING}))
    out.append(Send(exchange.acquirer, answer_of(passage)))
    return ANSWERED


def decides(exchange: Exchange, given: FinancialResponse, at: Instant) -> bool:
    """The payment was answered 09, and this is its result."""
    passage = exchange.passage
    return (
        passage.code == PROCESSING
        and passage.card in exchange.codes
        and passage.amount_fen == given.amount_fen
        and passage.what == given.what
        and passage.key == given.key
    )


def pass_result(exchange: Exchange, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """The payer confirmed, or could not pay: pass it to the acquirer."""
    _remember(exchange, given.code, given.auth)
    out.append(Kept(given.about, "answer"))
    out.append(Send(exchange.acquirer, given))
    return ANSWERED


# --- cancel-by-query


def close_unheard(exchange: Exchange, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """The request never came here: remembered, so that it is refused should it still come."""
    passage = Passage(given.rrn, given.about, given.key, given.mid, SALE, 0, "", "", REFUSED, CLOSED)
    exchange.move(NONE, passage, out)
    out.append(Kept(given.about, "closing"))
    out.append(Logged(given.about, "closed", {"rrn": given.rrn}))
    return _tell(exchange, given, passage, out)


def pass_on(exchange: Exchange, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """The bank behind the code decides. Where its line is down the acquirer asks again later."""
    passage = exchange.passage
    if passage.issuer not in exchange.down:
        out.append(Logged(given.about, "close-passed", {"rrn": given.rrn}))
        out.append(Send(passage.issuer, given))
    return passage.state


def tell(exchange: Exchange, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """It never went further than the switch."""
    return _tell(exchange, given, exchange.passage, out)


def _tell(exchange: Exchange, given: QueryRequest, passage: Passage, out: list[Effect]) -> str:
    answer = QueryResponse(
        given.about, given.key, given.mid, given.asked, passage.code, "declined", given.rrn, close=True
    )  # fmt: skip
    out.append(Send(exchange.acquirer, answer))
    return passage.state


def pass_back(exchange: Exchange, given: QueryResponse, at: Instant, out: list[Effect]) -> str:
    """The bank's word, which is final: pass it to the acquirer."""
    passage = exchange.passage
    if passage.state != ANSWERED:
        exchange.move(passage.word, msgspec.structs.replace(passage, state=ANSWERED), out)
    _remember(exchange, given.code, given.auth)
    out.append(Kept(given.about, "answer"))
    out.append(Send(exchange.acquirer, given))
    return ANSWERED


def pass_by(exchange: Exchange, given: QueryResponse, at: Instant, out: list[Effect]) -> str:
    """It moves nothing here; the acquirer hears what it asked."""
    out.append(Send(exchange.acquirer, given))
    return exchange.passage.state


def _remember(exchange: Exchange, code: str, auth: str) -> None:
    passage = exchange.passage
    exchange.passages.close(
        passage.rrn, msgspec.structs.replace(passage, state=ANSWERED, code=code, auth=auth)
    )  # fmt: skip
