"""What the issuer does with a 0220: post it when it hears of it (P17a), or refuse to pay; and answer it again."""

from bank import holds, refunds
from bank.authorisation import APPROVED, INVALID, NO_SUCH_CARD, NOT_FOUND, refusal
from bank.card_accounts import (
    ADJUSTED,
    CLEARING_PAYABLE,
    DEBITED,
    DECLINED,
    NONE,
    CardAccounts,
    Request,
    auth_of,
)
from poslab.messages.card import (
    ADJUSTMENTS,
    COMPLETION_NOTICE,
    OFFLINE_SALES,
    PIN_ABSENT,
    REFUND,
    SALE,
    FinancialNotice,
    FinancialRequest,
    NoticeResponse,
)
from poslab.messages.codes import settles
from poslab.party.contract import Effect, Kept, Logged, Posted, Posting, Send
from poslab.party.time import Instant
from poslab.world.cards import Card


def take(desk: CardAccounts, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """Post a new notice, refuse it for good, or (day-end work, bank down) not for now, of which nothing is kept."""
    code = _objection(desk, given)
    if code == APPROVED and given.what == REFUND:
        noted = refunds.note(desk, given, out)
        _answer(desk, given, APPROVED, out)
        return noted
    if code == APPROVED and given.what == COMPLETION_NOTICE:
        holds.debit(desk, given, at, out)
        _answer(desk, given, APPROVED, out)
        return DEBITED
    if code == APPROVED:
        return _adjust(desk, given, at, out) if given.what in ADJUSTMENTS else _debit(desk, given, at, out)
    out.append(Logged(given.about, "notice-refused", {"rrn": given.rrn, "code": code}))
    if settles(code):
        out.append(Kept(given.about, "decline"))
        request = Request(DECLINED, given.card, given.amount_fen, code)
        desk.move(given.about, given.rrn, request, f"{DECLINED}:{code}", out)
    _answer(desk, given, code, out)
    return DECLINED if settles(code) else NONE


def _objection(desk: CardAccounts, given: FinancialNotice) -> str:
    card = desk.cards.get(given.card)
    if desk.day_end:
        return desk.day_end
    if card is None:
        return NO_SUCH_CARD
    if given.what in OFFLINE_SALES:
        return _refusal(desk, given, card, given.amount_fen)
    if given.what == REFUND:
        return APPROVED
    if given.what == COMPLETION_NOTICE:
        return holds.objection(desk, given)
    if given.what not in ADJUSTMENTS:
        return INVALID
    sale = desk.known(given.original_rrn)
    if sale is None:
        return NOT_FOUND
    if sale.state != DEBITED or sale.card != given.card:
        return INVALID
    more_fen = given.amount_fen - sale.amount_fen
    if more_fen <= 0:
        return APPROVED
    return _refusal(desk, given, card, more_fen)


def _refusal(desk: CardAccounts, given: FinancialNotice, card: Card, amount_fen: int) -> str:
    """As of a sale without PIN."""
    sale = FinancialRequest(given.about, given.key, given.mid, SALE, amount_fen, given.card, pin=PIN_ABSENT)
    return refusal(sale, card, 0, desk.pin_tries, desk.free_fen[given.card], desk.sale_limit_fen)


def _debit(desk: CardAccounts, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    about, rrn, ref, amount_fen = given.about, given.rrn, given.card, given.amount_fen
    sale = Request(DEBITED, ref, amount_fen)
    out.append(Kept(about, "debit"))
    desk.move(about, rrn, sale, DEBITED, out)
    _post(desk, given, (desk.names[ref], CLEARING_PAYABLE, amount_fen), amount_fen, out)
    out.append(Logged(about, "debited", {"rrn": rrn}))
    out.append(desk.sms(about, "spent", sale, at))
    _answer(desk, given, APPROVED, out)
    return DEBITED


def _adjust(desk: CardAccounts, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """A debited sale has another amount from now on: the difference is posted."""
    about, ref = given.about, given.card
    sale = desk.found(given.original_rrn)
    more_fen = given.amount_fen - sale.amount_fen
    out.append(Kept(about, "debit"))
    desk.young.put(given.rrn, Request(ADJUSTED, ref, given.amount_fen, given.original_rrn))
    desk.young.put(given.original_rrn, Request(DEBITED, ref, given.amount_fen))
    if more_fen > 0:
        _post(desk, given, (desk.names[ref], CLEARING_PAYABLE, more_fen), more_fen, out)
        out.append(desk.sms(about, "spent", Request(DEBITED, ref, more_fen), at))
    elif more_fen < 0:
        _post(desk, given, (CLEARING_PAYABLE, desk.names[ref], -more_fen), more_fen, out)
        out.append(desk.sms(about, "returned", Request(DEBITED, ref, -more_fen), at))
    out.append(Logged(about, "adjusted", {"rrn": given.rrn, "original": given.original_rrn}))
    _answer(desk, given, APPROVED, out)
    return ADJUSTED


def _post(desk: CardAccounts, given: FinancialNotice, posting: Posting, more_fen: int, out: list[Effect]) -> None:
    desk.free_fen[given.card] -= more_fen
    entry = f"P17a/{given.key}/{given.rrn}"
    desk.enter(entry, (posting,))
    out.append(Posted(given.about, entry, (posting,)))


def answer_again(desk: CardAccounts, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """A repeated notice: the answer it got, whatever became of the sale since."""
    known = desk.found(given.rrn)
    out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "answered-again"}))
    _answer(desk, given, known.detail if known.state == DECLINED else APPROVED, out)
    return known.state


def refuse_other(desk: CardAccounts, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """The RRN is that of something else."""
    out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "undone"}))
    _answer(desk, given, INVALID, out)
    return desk.found(given.rrn).state


def _answer(desk: CardAccounts, given: FinancialNotice, code: str, out: list[Effect]) -> None:
    answer = NoticeResponse(
        given.about, given.key, given.mid, given.what, given.amount_fen, code, given.rrn,
        auth_of(given.rrn) if code == APPROVED else "",
    )  # fmt: skip
    out.append(Send(desk.switch, answer))
