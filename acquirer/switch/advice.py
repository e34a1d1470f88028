"""0420 and 0430: the acquirer's advices pass through, the switch's own are repeated until both neighbours know.

An advice of the acquirer is repeated by the acquirer; the switch passes each copy on and each answer back. Its own
goes to the issuer first; once that has undone the request the acquirer is told in the same way.
"""

import msgspec

from acquirer.store_and_forward import UNDONE as CONFIRMED
from acquirer.store_and_forward import AdviceOverdue
from acquirer.switch.exchange import Exchange
from acquirer.switch.passages import UNDONE, advice_of
from poslab.messages.card import AdviceResponse, ReversalAdvice
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import Instant

# --- the acquirer's


def pass_on(exchange: Exchange, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Pass an advice on where a line is up; the acquirer repeats it until it is answered."""
    issuer = exchange.routes.get(given.card)
    if issuer is not None and issuer not in exchange.down:
        exchange.passed_advices[given.rrn] = None
        out.append(Logged(given.about, "advice-passed", {"rrn": given.rrn}))
        out.append(Send(issuer, given))
    return exchange.passage.state


def pass_on_early(exchange: Exchange, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """The request is not answered yet: nobody waits for that answer from now on."""
    passage = exchange.passage
    exchange.passages.open[given.rrn] = msgspec.structs.replace(passage, undoing=True)
    return pass_on(exchange, given, at, out)


def answer_refused(exchange: Exchange, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """The request never left the switch, so there is nothing to undo."""
    out.append(Logged(given.about, "answered", {"code": "25"}))
    out.append(Send(exchange.acquirer, AdviceResponse(given.about, given.key, given.rrn, "25")))
    return exchange.passage.state


def answer_undone(exchange: Exchange, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """The issuer has undone it before."""
    out.append(Logged(given.about, "answered", {"code": "00"}))
    out.append(Send(exchange.acquirer, AdviceResponse(given.about, given.key, given.rrn, "00")))
    return UNDONE


# --- the answers


def from_acquirer(exchange: Exchange, given: AdviceResponse, at: Instant) -> bool:
    """The acquirer confirms the switch's own advice."""
    return bool(given.forwarder)


def take_acquirer(exchange: Exchange, given: AdviceResponse, at: Instant, out: list[Effect]) -> str:
    """The acquirer knows: the undoing is complete, whatever it has to say about it."""
    out.append(Logged(given.about, "advice-answered", {"code": given.code, "rrn": given.rrn}))
    if exchange.advices.waiting(given.rrn) == exchange.acquirer:
        exchange.advices.heard(given.rrn)
    return exchange.passage.state


def confirms(exchange: Exchange, given: AdviceResponse, at: Instant) -> bool:
    """The issuer has undone the request, or has nothing to undo."""
    return given.code in CONFIRMED


def take_issuer(exchange: Exchange, given: AdviceResponse, at: Instant, out: list[Effect]) -> str:
    """The request is undone: whoever asked for that is told."""
    passage = exchange.passage
    out.append(Logged(given.about, "advice-answered", {"code": given.code, "rrn": given.rrn}))
    exchange.move(passage.word, msgspec.structs.replace(passage, state=UNDONE, undoing=False), out)
    if exchange.advices.waiting(given.rrn) == passage.issuer:
        exchange.advices.heard(given.rrn)
        exchange.advices.store(exchange.acquirer, advice_of(passage, "98"), at, out)
        _pass_back(exchange, given, out)
    else:
        # Also where it was asked for long ago, and refused then: the acquirer may have an open item about it.
        out.append(Kept(given.about, "advice"))
        exchange.passed_advices.pop(given.rrn, None)
        out.append(Send(exchange.acquirer, given))
    return UNDONE


def note_issuer(exchange: Exchange, given: AdviceResponse, at: Instant, out: list[Effect]) -> str:
    """It moves nothing here: a copy, a refusal, or a request that never passed. The acquirer hears what it asked."""
    out.append(Logged(given.about, "advice-answered", {"code": given.code, "rrn": given.rrn}))
    _pass_back(exchange, given, out)
    return exchange.passage.state


def _pass_back(exchange: Exchange, given: AdviceResponse, out: list[Effect]) -> None:
    if given.rrn in exchange.passed_advices:
        del exchange.passed_advices[given.rrn]
        out.append(Send(exchange.acquirer, given))


def repeat(exchange: Exchange, of: AdviceOverdue, at: Instant, out: list[Effect]) -> None:
    """Say an unanswered advice again, or leave it to error handling."""
    exchange.advices.overdue(of, at, out)
