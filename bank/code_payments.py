"""扫码: payments by a code on the payer's phone. The payer confirms at a moment that nobody at the till can see.

Until then a payment is *pending* here and to others nothing has happened. It ends paid or closed, whichever comes
first, and stays so: what was closed cannot be paid any more, and what was paid cannot be closed. A closing that comes
before its request is remembered, so that the late request is refused.
"""

from bank.authorisation import APPROVED, INSUFFICIENT, INVALID, LIMIT, PROCESSING
from bank.card_accounts import CARDHOLDER, DEBITED, DECLINED, NONE, PENDING, CardAccounts, Request, auth_of
from bank.declining import decline
from bank.requests import pay
from poslab.messages.card import FinancialRequest, QueryRequest, QueryResponse
from poslab.messages.people import PaymentClosed, PaymentConfirmed
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import Instant


def answer_pending(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A repeated request while the payer makes up her mind: 09 again."""
    out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "answered-again"}))
    desk.answer(given, out, PROCESSING)
    return PENDING


def confirmed(desk: CardAccounts, given: PaymentConfirmed, at: Instant, out: list[Effect]) -> str:
    """The payer says yes: debit her (P1), unless the money is not there now."""
    request = desk.pending.pop(given.rrn)
    code = _refusal(desk, request)
    if code != APPROVED:
        return decline(desk, request, code, out)
    return pay(desk, request, desk.cards[request.card], at, out)


def _refusal(desk: CardAccounts, request: FinancialRequest) -> str:
    if desk.day_end:
        return desk.day_end
    if request.amount_fen > desk.sale_limit_fen:
        return LIMIT
    return INSUFFICIENT if request.amount_fen > desk.free_fen[request.card] else APPROVED


def refuse_confirmation(desk: CardAccounts, given: PaymentConfirmed, at: Instant, out: list[Effect]) -> str:
    """Paid, closed or refused before: nothing moves, and the phone says so."""
    known = desk.known(given.rrn)
    out.append(Logged(given.about, "confirmation-refused", {"rrn": given.rrn}))
    if known is None or known.state != DEBITED:
        out.append(Send(CARDHOLDER, PaymentClosed(given.about, given.rrn)))
    return NONE if known is None else known.state


# --- cancel-by-query


def close(desk: CardAccounts, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """Not paid yet: from now on it never will be."""
    desk.deciding.pop(given.rrn, None)
    if desk.pending.pop(given.rrn, None) is not None:
        out.append(Send(CARDHOLDER, PaymentClosed(given.about, given.rrn)))
    known = desk.found(given.rrn)
    return _closed(desk, given, Request(DECLINED, known.card, known.amount_fen, INVALID), out)


def close_unheard(desk: CardAccounts, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """The request never came: remembered, so that it is refused should it still come."""
    return _closed(desk, given, Request(DECLINED, "", 0, INVALID), out)


def _closed(desk: CardAccounts, given: QueryRequest, request: Request, out: list[Effect]) -> str:
    out.append(Kept(given.about, "closing"))
    desk.move(given.about, given.rrn, request, f"{DECLINED}:{INVALID}", out)
    out.append(Logged(given.about, "closed", {"rrn": given.rrn}))
    _tell(desk, given, INVALID, out)
    return DECLINED


def tell(desk: CardAccounts, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """Decided before: the same answer however often it is asked."""
    known = desk.found(given.rrn)
    code = APPROVED if known.state == DEBITED else known.detail if known.state == DECLINED else INVALID
    _tell(desk, given, code, out)
    return known.state


def _tell(desk: CardAccounts, given: QueryRequest, code: str, out: list[Effect]) -> None:
    paid = code == APPROVED
    state, auth = ("approved", auth_of(given.rrn)) if paid else ("declined", "")
    answer = QueryResponse(
        given.about, given.key, given.mid, given.asked, code, state, given.rrn, auth, close=True
    )  # fmt: skip
    out.append(Send(desk.switch, answer))
