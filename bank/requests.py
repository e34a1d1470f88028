"""What the issuer does with a 0200 or 0100: decide it, carry it out or refuse it, answer it again when it is repeated.

A payment by code is asked of its payer first; what becomes of it then stands in ``bank.code_payments``.
"""

from collections.abc import Callable, Mapping

from bank import holds
from bank.authorisation import (
    APPROVED,
    INVALID,
    ISSUER_DOWN,
    NO_SUCH_CARD,
    NOT_FOUND,
    NOT_SUPPORTED,
    OTHER_AMOUNT,
    PIN_TRIES,
    PROCESSING,
    SILENT_ROLE,
    WRONG_PIN,
    refusal,
)
from bank.card_accounts import (
    CARDHOLDER,
    CLEARING_PAYABLE,
    DEBITED,
    DECIDING,
    DECLINED,
    INQUIRED,
    NONE,
    PENDING,
    REVERSAL_ONLY,
    VOIDED,
    CardAccounts,
    CoreDecided,
    Request,
    auth_of,
)
from bank.declining import decline
from poslab.messages.card import (
    BALANCE,
    COMPLETION,
    COMPLETION_VOID,
    PIN_RIGHT,
    PIN_WRONG,
    PREAUTH,
    PREAUTH_VOID,
    SALE,
    VOID,
    FinancialRequest,
    FinancialResponse,
)
from poslab.messages.people import PaymentAsked, Sms
from poslab.party.contract import Became, Effect, Kept, Logged, Posted, Send
from poslab.party.time import DAY, Instant
from poslab.world.cards import Card


def authorise(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Decide a new request at once, or hand it to core banking where that takes its time."""
    if desk.settings.authorise_us == 0 or desk.day_end:
        return decide(desk, given, at, out)
    out.append(Kept(given.about, "request"))
    out.append(Logged(given.about, "deciding", {"rrn": given.rrn}))
    desk.deciding[given.rrn] = given
    desk.young.put(given.rrn, Request(DECIDING, given.card, given.amount_fen))
    desk.await_core(given, out)
    return DECIDING


def core_decided(desk: CardAccounts, given: CoreDecided, at: Instant, out: list[Effect]) -> str:
    """Core banking answered in its time; a decision that takes longer than its limit is a refusal."""
    request = desk.deciding.pop(given.rrn)
    if desk.settings.authorise_us > desk.settings.core_limit_us:
        return decline(desk, request, ISSUER_DOWN, out)
    return decide(desk, request, at, out)


def decide(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Carry out or refuse a request: the whole path of a sale, read downwards."""
    ref, what = given.card, given.what
    card = desk.cards.get(ref)
    if desk.day_end:
        return decline(desk, given, desk.day_end, out)
    if card is None:
        return decline(desk, given, NO_SUCH_CARD, out)
    follow = _FOLLOWS.get(what)
    if follow is not None:
        return follow(desk, given, at, out)
    wrong_pins = desk.wrong_pins_today(ref, at) if desk.wrong_pins else 0
    code = refusal(given, card, wrong_pins, desk.pin_tries, desk.free_fen[ref], desk.sale_limit_fen)
    if code in (WRONG_PIN, PIN_TRIES) and given.pin == PIN_WRONG and wrong_pins < desk.pin_tries:
        desk.wrong_pins[ref] = (at // DAY, wrong_pins + 1)
    elif given.pin == PIN_RIGHT and 0 < wrong_pins < desk.pin_tries:
        del desk.wrong_pins[ref]
    if code != APPROVED:
        if code == PROCESSING:
            return _ask_payer(desk, given, out)
        return decline(desk, given, desk.settings.pin_exceeded if code == PIN_TRIES else code, out)
    if what == SALE:
        return pay(desk, given, card, at, out)
    if what == BALANCE:
        return _tell_balance(desk, given, out)
    if what == PREAUTH:
        return holds.hold(desk, given, at, out)
    return decline(desk, given, NOT_SUPPORTED, out)


def _ask_payer(desk: CardAccounts, given: FinancialRequest, out: list[Effect]) -> str:
    """A payment by code: the payer is asked on the phone, and the request answered 09 meanwhile."""
    if given.what != SALE:
        return decline(desk, given, NOT_SUPPORTED, out)
    about, rrn = given.about, given.rrn
    desk.pending[rrn] = given
    desk.young.put(rrn, Request(PENDING, given.card, given.amount_fen))
    out.append(Kept(about, "request"))
    out.append(Logged(about, "payer-asked", {"rrn": rrn}))
    asked = PaymentAsked(about, rrn, given.card, given.amount_fen, desk.settings.address)
    out.append(Send(CARDHOLDER, asked))
    desk.answer(given, out, PROCESSING)
    return PENDING


def pay(desk: CardAccounts, given: FinancialRequest, card: Card, at: Instant, out: list[Effect]) -> str:
    """Debit the cardholder (P1). Written out, because every healthy sale of a world passes here."""
    about, rrn, ref, amount_fen = given.about, given.rrn, given.card, given.amount_fen
    entry = f"P1/{given.key}/{rrn}"
    postings = ((desk.names[ref], CLEARING_PAYABLE, amount_fen),)
    free_fen = desk.free_fen[ref] - amount_fen
    desk.free_fen[ref] = free_fen
    desk.young.put(rrn, Request(DEBITED, ref, amount_fen))
    desk.enter(entry, postings)
    out += (
        Kept(about, "debit"),
        Became(about, rrn, NONE, DEBITED),
        Posted(about, entry, postings),
        Logged(about, "debited", {"rrn": rrn}),
        Send(CARDHOLDER, Sms(about, "spent", ref, amount_fen, at, free_fen)),
    )
    if card.role != SILENT_ROLE:
        answer = FinancialResponse(about, given.key, given.mid, SALE, amount_fen, APPROVED, rrn, auth_of(rrn))
        out.append(Send(desk.switch, answer))
    return DEBITED


def _tell_balance(desk: CardAccounts, given: FinancialRequest, out: list[Effect]) -> str:
    desk.move(given.about, given.rrn, Request(INQUIRED, given.card, 0), INQUIRED, out)
    out.append(Logged(given.about, "balance", {"rrn": given.rrn}))
    desk.answer(given, out)
    return INQUIRED


def _void(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Cancel a sale (P6). Its amount must be whole; a sale that was undone already cannot be voided."""
    sale = desk.known(given.original_rrn)
    if sale is None or sale.state == REVERSAL_ONLY:
        return decline(desk, given, NOT_FOUND, out)
    if sale.state != DEBITED or sale.detail or sale.card != given.card:
        return decline(desk, given, INVALID, out)
    if sale.amount_fen != given.amount_fen:
        return decline(desk, given, OTHER_AMOUNT, out)
    about = given.about
    out.append(Kept(about, "void"))
    desk.young.put(given.rrn, Request(VOIDED, given.card, given.amount_fen, given.original_rrn))
    desk.give_back(about, given.original_rrn, sale, f"P6/{given.key}/{given.rrn}", out)
    out.append(Logged(about, "voided", {"rrn": given.rrn, "original": given.original_rrn}))
    out.append(desk.sms(about, "returned", sale, at))
    desk.answer(given, out)
    return VOIDED


_FOLLOWS: Mapping[str, Callable[[CardAccounts, FinancialRequest, Instant, list[Effect]], str]] = {
    VOID: _void,
    PREAUTH_VOID: holds.void,
    COMPLETION: holds.complete,
    COMPLETION_VOID: holds.void_completion,
}
"""What follows on an earlier request; its card and PIN were looked at then."""


def answer_again(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A repeated request: the answer it got, from the store."""
    known = desk.found(given.rrn)
    out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "answered-again"}))
    desk.answer(given, out, known.detail if known.state == DECLINED else APPROVED)
    return known.state


def refuse_undone(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A request that was undone before or after it came: refused for good, nothing is posted."""
    out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "undone"}))
    desk.answer(given, out, INVALID)
    return desk.found(given.rrn).state


def swallow(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A repeated request while core banking decides: one answer is enough."""
    out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "swallowed"}))
    return DECIDING
