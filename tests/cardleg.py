"""Sayings that the stories of host, switch and gateway share."""

from collections.abc import Sequence

from poslab.messages.card import (
    FinancialRequest,
    FinancialResponse,
    QueryRequest,
    ReversalRequest,
    key_of,
)
from poslab.party.contract import Became, Effect, Logged, Send
from poslab.party.time import HOUR, MINUTE, SECOND, Instant, midnight
from poslab.world.calendar import Calendar

MONDAY = midnight(Calendar().first_day)
MORNING: Instant = MONDAY + 10 * HOUR + 15 * MINUTE + 30 * SECOND + 250_000

TID = "90000001"
MID = "999000054110001"
KEY = key_of(TID, "000001", "000017")
VOID_KEY = key_of(TID, "000001", "000018")
RRN = "260000000001"
PAYABLE = f"A.merchant_payable.{MID}.pending"


def sale(key: str = KEY, amount_fen: int = 12_800, about: str = "victim", card: str = "good-debit") -> FinancialRequest:
    """0200 of a sale, as the terminal sends it."""
    return FinancialRequest(about, key, MID, "sale", amount_fen, card)


def void(key: str = VOID_KEY, original: str = KEY, amount_fen: int = 12_800) -> FinancialRequest:
    """0200 of a void."""
    return FinancialRequest("victim", key, MID, "void", amount_fen, "good-debit", original=original)


def balance(key: str = KEY) -> FinancialRequest:
    """0200 of a balance inquiry."""
    return FinancialRequest("victim", key, MID, "balance", 0, "good-debit")


def reversal(key: str = KEY, what: str = "sale", amount_fen: int = 12_800, mac: int = 1) -> ReversalRequest:
    """0400, reason: no answer."""
    return ReversalRequest("victim", key, MID, what, amount_fen, "good-debit", "98", mac=mac)


def query(asked: str = KEY, key: str = key_of(TID, "000001", "000099")) -> QueryRequest:
    """0600."""
    return QueryRequest("victim", key, MID, asked)


def answered(request: FinancialRequest, code: str = "00") -> FinancialResponse:
    """0210 to a request as it went upstream."""
    return FinancialResponse(
        request.about,
        request.key,
        request.mid,
        request.what,
        request.amount_fen,
        code,
        request.rrn,
        "123456" if code == "00" else "",
    )


def moves(effects: Sequence[Effect]) -> list[str]:
    """How the small machines moved: ``"victim: none > forwarded"`` without the name."""
    return [f"{e.before} > {e.after}" for e in effects if type(e) is Became]


def words(effects: Sequence[Effect]) -> list[str]:
    """The words logged."""
    return [e.word for e in effects if type(e) is Logged]


def receivers(effects: Sequence[Effect]) -> list[tuple[str, str]]:
    """Who was sent what kind of message."""
    return [(e.to, e.message.kind) for e in effects if type(e) is Send]
