"""0200 and 0210: a request goes to the bank that issued the card, its answer goes back to the acquirer.

Where the issuer stays silent the switch answers 98 and owns the undoing, until the issuer and then the acquirer have
confirmed it.
"""

from typing import ClassVar

import msgspec

from acquirer.switch.exchange import GONE, Exchange
from acquirer.switch.passages import (
    ANSWERED,
    FORWARDED,
    IN_DOUBT,
    NONE,
    REFUSED,
    Passage,
    advice_of,
    answer_of,
    passage_of,
)
from poslab.messages.card import BALANCE, FinancialRequest, FinancialResponse
from poslab.party.contract import Became, Effect, Kept, Logged, Remind, Reminder, Send
from poslab.party.time import Instant

NO_ANSWER = "98"


class SwitchAnswerOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The issuer has not answered the request of this RRN in time."""

    kind: ClassVar[str] = "answer-overdue"

    rrn: str


# --- the request


def has_route(exchange: Exchange, given: FinancialRequest, at: Instant) -> bool:
    """Some bank issued the card, and the line to it is up."""
    issuer = exchange.routes.get(given.card)
    return issuer is not None and issuer not in exchange.down


def forward(exchange: Exchange, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Pass a request to the issuer and wait for its answer."""
    day = exchange.day
    if not day.begins <= at < day.ends:
        exchange.turn_day(at)
    rrn = given.rrn
    about = given.about
    issuer = exchange.routes[given.card]
    exchange.passages.open[rrn] = passage_of(given, issuer, FORWARDED)
    exchange.forwarded_last = rrn
    exchange.forwarded_last_at = at
    out += (
        Became(about, rrn, NONE, FORWARDED),
        Kept(about, "request"),
        Send(issuer, given),
        Remind(exchange.answer_timeout_us, SwitchAnswerOverdue(about, rrn)),
    )
    return FORWARDED


def refuse(exchange: Exchange, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """No bank issued the card, or the bank is gone or out of reach; nothing is forwarded."""
    issuer = exchange.routes.get(given.card, "")
    return _refuse(exchange, NONE, passage_of(given, issuer, REFUSED, _why(exchange, issuer)), out)


def refuse_unsent(exchange: Exchange, passage: Passage, out: list[Effect]) -> None:
    """The line turned out to be broken when the request was to leave: it never did."""
    code = _why(exchange, passage.issuer)
    _refuse(exchange, passage.word, msgspec.structs.replace(passage, state=REFUSED, code=code), out)


def _why(exchange: Exchange, issuer: str) -> str:
    if not issuer:
        return "15"
    return "91" if exchange.down[issuer] == GONE else "92"


def _refuse(exchange: Exchange, before: str, passage: Passage, out: list[Effect]) -> str:
    out.append(Logged(passage.about, "refused", {"code": passage.code, "rrn": passage.rrn}))
    exchange.move(before, passage, out)
    out.append(Send(exchange.acquirer, answer_of(passage)))
    return REFUSED


def swallow(exchange: Exchange, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A copy of a request that is under way: the answer will serve both."""
    out.append(Logged(given.about, "duplicate", {"how": "swallowed", "rrn": given.rrn}))
    return FORWARDED


def answer_again(exchange: Exchange, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A copy of an answered request is answered from the store; the issuer is not asked again."""
    passage = exchange.passage
    out.append(Logged(given.about, "duplicate", {"how": "answered-again", "rrn": given.rrn}))
    out.append(Send(exchange.acquirer, answer_of(passage)))
    return passage.state


def answer_duplicate(exchange: Exchange, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A copy of what was undone must not look approved."""
    out.append(Logged(given.about, "duplicate", {"how": "refused-with-94", "rrn": given.rrn}))
    passage = exchange.passage
    out.append(Send(exchange.acquirer, answer_of(msgspec.structs.replace(passage, code="94", auth=""))))
    return passage.state


# --- the answer


def answers(exchange: Exchange, given: FinancialResponse, at: Instant) -> bool:
    """It answers what was asked, and the acquirer still waits."""
    passage = exchange.passage
    return (
        passage.amount_fen == given.amount_fen
        and passage.what == given.what
        and passage.key == given.key
        and not passage.undoing
    )


def pass_back(exchange: Exchange, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Pass the issuer's answer to the acquirer."""
    rrn = given.rrn
    asked = exchange.passage
    about = asked.about
    passage = Passage(
        rrn,
        about,
        asked.key,
        asked.mid,
        asked.what,
        asked.amount_fen,
        asked.card,
        asked.issuer,
        ANSWERED,
        given.code,
        given.auth,
        given.balance_fen,
    )
    exchange.passages.close(rrn, passage)
    out += (Became(about, rrn, FORWARDED, ANSWERED), Kept(about, "answer"), Send(exchange.acquirer, given))
    return ANSWERED


def note_late_answer(exchange: Exchange, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Too late, or not what was asked: whoever stopped waiting undoes it."""
    out.append(Logged(given.about, "late-answer", {"code": given.code, "rrn": given.rrn}))
    return exchange.passage.state


def note_repeated_answer(exchange: Exchange, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """A copy of an answer that was passed back already."""
    out.append(Logged(given.about, "duplicate", {"how": "answer-ignored", "rrn": given.rrn}))
    return exchange.passage.state


# --- silence


def no_answer(exchange: Exchange, given: SwitchAnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """The switch's own timer: answer 98, and own the undoing. An inquiry leaves nothing to undo."""
    waiting = exchange.passage
    state = REFUSED if waiting.what == BALANCE else IN_DOUBT
    passage = msgspec.structs.replace(waiting, state=state, code=NO_ANSWER)
    out.append(Logged(given.about, "no-answer", {"rrn": given.rrn}))
    exchange.move(waiting.word, passage, out)
    if state == IN_DOUBT:
        exchange.advices.store_for_later(passage.issuer, advice_of(passage, NO_ANSWER), at, out)
    out.append(Logged(given.about, "answered", {"code": NO_ANSWER}))
    out.append(Send(exchange.acquirer, answer_of(passage)))
    return state
