"""The issuer's no: a request is refused for good."""

from bank.card_accounts import DECLINED, CardAccounts, Request
from poslab.messages.card import FinancialRequest
from poslab.party.contract import Effect, Kept, Logged


def decline(desk: CardAccounts, given: FinancialRequest, code: str, out: list[Effect]) -> str:
    """Refuse a request for good; nothing is posted."""
    out.append(Kept(given.about, "decline"))
    request = Request(DECLINED, given.card, given.amount_fen, code)
    desk.move(given.about, given.rrn, request, f"{DECLINED}:{code}", out)
    out.append(Logged(given.about, "declined", {"rrn": given.rrn, "code": code}))
    desk.answer(given, out, code)
    return DECLINED
