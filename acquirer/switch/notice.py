"""0220 and 0230: notices pass through. They are repeated until answered, so nothing is undone for silence."""

import msgspec

from acquirer.switch.exchange import Exchange
from acquirer.switch.passages import ANSWERED, FORWARDED, NONE, REFUSED, Passage, passage_of
from poslab.messages.card import FinancialNotice, NoticeResponse
from poslab.messages.codes import settles
from poslab.party.contract import Became, Effect, Kept, Logged, Send
from poslab.party.time import Instant

NO_ISSUER = "15"


def has_issuer(exchange: Exchange, given: FinancialNotice, at: Instant) -> bool:
    """Some bank issued the card."""
    return given.card in exchange.routes


def is_same(exchange: Exchange, given: FinancialNotice, at: Instant) -> bool:
    """It is what passed under this RRN, said again."""
    return exchange.passage.what == given.what and exchange.passage.amount_fen == given.amount_fen


def pass_on(exchange: Exchange, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """Pass a notice to the issuer; over a broken line nothing is sent, and the acquirer says it again."""
    day = exchange.day
    if not day.begins <= at < day.ends:
        exchange.turn_day(at)
    about, rrn = given.about, given.rrn
    issuer = exchange.routes[given.card]
    if exchange.passage.state == NONE:
        exchange.passages.reopen(rrn, passage_of(given, issuer, FORWARDED))
        out.append(Became(about, rrn, NONE, FORWARDED))
        out.append(Kept(about, "request"))
    if issuer in exchange.down:
        out.append(Logged(about, "notice-held", {"rrn": rrn}))
    else:
        out.append(Logged(about, "notice-passed", {"rrn": rrn}))
        out.append(Send(issuer, given))
    return FORWARDED


def refuse(exchange: Exchange, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """No bank issued the card."""
    passage = passage_of(given, "", REFUSED, NO_ISSUER)
    out.append(Logged(given.about, "refused", {"code": NO_ISSUER, "rrn": given.rrn}))
    exchange.move(NONE, passage, out)
    out.append(Send(exchange.acquirer, answer_of(passage)))
    return REFUSED


def answer_again(exchange: Exchange, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """A repeated notice that was answered before is answered from the store."""
    passage = exchange.passage
    out.append(Logged(given.about, "duplicate", {"how": "answered-again", "rrn": given.rrn}))
    out.append(Send(exchange.acquirer, answer_of(passage)))
    return passage.state


def pass_over(exchange: Exchange, given: FinancialNotice | NoticeResponse, at: Instant, out: list[Effect]) -> str:
    """It belongs to nothing that passed here."""
    out.append(Logged(given.about, "duplicate", {"how": "ignored", "rrn": given.rrn}))
    return exchange.passage.state


def answers(exchange: Exchange, given: NoticeResponse, at: Instant) -> bool:
    """It answers what was told."""
    passage = exchange.passage
    return passage.amount_fen == given.amount_fen and passage.what == given.what and passage.key == given.key


def pass_back(exchange: Exchange, given: NoticeResponse, at: Instant, out: list[Effect]) -> str:
    """Pass the issuer's answer to the acquirer. A refusal that passes is no end: the notice comes again."""
    out.append(Send(exchange.acquirer, given))
    if not settles(given.code):
        return FORWARDED
    passage = exchange.passage
    exchange.move(
        FORWARDED, msgspec.structs.replace(passage, state=ANSWERED, code=given.code, auth=given.auth), out
    )
    out.append(Kept(given.about, "answer"))
    return ANSWERED


def answer_of(passage: Passage) -> NoticeResponse:
    """The answer that belongs to a notice's passage."""
    return NoticeResponse(
        passage.about, passage.key, passage.mid, passage.what, passage.amount_fen, passage.code, passage.rrn,
        passage.auth,
    )  # fmt: skip
