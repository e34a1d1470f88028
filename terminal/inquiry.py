"""查询: inquiries that move no money: the balance, and what the host knows of an attempt."""

from poslab.messages.card import (
    BALANCE,
    KNOWN_STATES,
    PIN_RIGHT,
    QR,
    SALE,
    VOIDS,
    FinancialRequest,
    FinancialResponse,
    QueryRequest,
    QueryResponse,
)
from poslab.messages.codes import APPROVALS
from poslab.messages.people import BalanceKeyed, QueryKeyed
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Instant
from terminal import merchant_book, preauth, qr, storage
from terminal.attempts import APPROVED_UNPRINTED, DECLINED, IN_DOUBT, REVERSED, VOIDED, code_of, moved
from terminal.device import IDLE, WAITING, Device
from terminal.errands import AnswerOverdue, Querying
from terminal.flash import Attempt
from terminal.keys import SIGN_ON_AGAIN, agrees, pin_under, sign_on_next, sign_on_now
from terminal.line import ask, not_connected, rest
from terminal.printing import print_sale
from terminal.request import announced, misfit, refused_answer
from terminal.reversal import closed
from terminal.void import carried_out

UNDECIDED = ("pending", "error-case")
"""What a host may say that decides nothing here: nobody knows yet, or it is about to be given back."""


def asking_balance(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with a balance inquiry."""
    return type(t.errand) is BalanceKeyed


def balance_awaited(t: Device, given: FinancialResponse, at: Instant) -> bool:
    """Whether this answers the balance inquiry in hand."""
    return given.key == t.key and type(t.errand) is BalanceKeyed


def querying(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with a query."""
    return type(t.errand) is Querying


def query_awaited(t: Device, given: QueryResponse, at: Instant) -> bool:
    """Whether this answers the query in hand."""
    return given.key == t.key and type(t.errand) is Querying


def balance_keyed(t: Device, given: BalanceKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) 余额查询: being an online transaction it sends a waiting reversal first."""
    return ask(t, given, out)


def balance_connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) No reversal record: there is nothing to undo."""
    errand = t.errand
    assert type(errand) is BalanceKeyed
    about = errand.about
    t.key = key = announced(t, about, BALANCE, out)
    pin = pin_under(t, PIN_RIGHT)
    request = FinancialRequest(about, key, t.mid, BALANCE, 0, errand.card, pin=pin, mac=t.flash.key_version)
    return _sent(t, about, request, out)


def balance_answered(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) The balance, or a code."""
    field = misfit(t, given, BALANCE, 0) or ("" if given.code not in APPROVALS or agrees(t, given) else "mac")
    if field:
        return refused_answer(t, given, field, out)
    out.append(Logged(given.about, "answered", {"code": given.code, "key": given.key}))
    if given.code in APPROVALS:
        t.show(out, given.about, "balance", given.code, given.key, given.balance_fen or 0)
    else:
        t.show(out, given.about, "declined", given.code, given.key)
    if given.code in SIGN_ON_AGAIN:
        sign_on_next(t, given.about, out)
        return sign_on_now(t, given.about, None, out)
    return rest(t, out)


def query_keyed(t: Device, given: QueryKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) 查询: about the sale or void with this voucher number, by default the last one of the order."""
    found = t.flash.found(given.voucher, given.about)
    if found is None:
        t.show(out, given.about, "query-result", "none")
        return IDLE
    return ask(t, Querying(found[1].about, found[1]), out)


def query_connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Ask under a STAN of its own."""
    errand = t.errand
    assert type(errand) is Querying
    t.key = t.flash.take_stan()
    out.append(Logged(errand.about, "sent", {"mti": "0600", "key": t.key, "asked": errand.asked.key}))
    request = QueryRequest(errand.about, t.key, t.mid, errand.asked.key, t.flash.key_version)
    return _sent(t, errand.about, request, out)


def query_answered(t: Device, given: QueryResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Show it; where the attempt is in doubt, the answer decides."""
    errand = t.errand
    assert type(errand) is Querying
    asked = errand.asked
    if given.mid != t.mid or given.asked != asked.key or not agrees(t, given):
        field = "mid" if given.mid != t.mid else "asked" if given.asked != asked.key else "mac"
        out.append(Logged(given.about, "answer-refused", {"field": field, "key": given.key}))
        return WAITING
    if given.code in SIGN_ON_AGAIN and given.state != "declined":  # of a declined sale the code is the sale's
        return _not_read(t, given, errand, at, out)
    state = given.state if given.state in KNOWN_STATES else "pending"
    out.append(Logged(asked.about, "query-answered", {"state": state, "code": given.code, "key": asked.key}))
    if errand.closed_by:
        return closed(t, given, errand, at, out)
    t.show(out, asked.about, "query-result", state, asked.key, asked.amount_fen)
    known = t.flash.open.get(asked.key)
    if asked.entry == QR:
        return rest(t, out) if known is None else qr.told(t, known, given, False, at, out)
    if known is None or not known[0].startswith(IN_DOUBT) or state in UNDECIDED:
        return rest(t, out)
    return _decided(t, known[0], known[1], state, given, at, out)


def _not_read(t: Device, given: QueryResponse, errand: Querying, at: Instant, out: list[Effect]) -> str:
    """The host could not verify the question, so its answer says nothing: ask again under new keys, once."""
    about = errand.about
    out.append(Logged(about, "answered", {"code": given.code, "key": given.key}))
    sign_on_next(t, about, out)
    if not t.resigned:
        return sign_on_now(t, about, errand, out)
    if errand.closed_by:
        return closed(t, None, errand, at, out)
    t.show(out, about, "query-result", "", errand.asked.key, errand.asked.amount_fen)
    return rest(t, out)


def _decided(
    t: Device, doubt: str, attempt: Attempt, state: str, given: QueryResponse, at: Instant, out: list[Effect]
) -> str:
    """The doubt is over, and with it the block on this card and amount."""
    about = attempt.about
    flash = t.flash
    if state in ("approved", "cleared") and t.store:
        return storage.not_taken(t, attempt, out)
    if state in ("approved", "cleared"):
        good = Attempt(
            about, attempt.key, attempt.what, attempt.amount_fen, attempt.card, attempt.entry, attempt.operator,
            given.rrn or attempt.rrn, given.auth, given.host_at or at, "", attempt.original,
        )  # fmt: skip
        out.append(Kept(about, "approval"))
        if attempt.what != SALE:
            del flash.open[attempt.key]
            return (carried_out if attempt.what in VOIDS else preauth.approved)(t, good, doubt, out)
        flash.open[attempt.key] = (APPROVED_UNPRINTED, good)
        moved(out, about, attempt.key, doubt, APPROVED_UNPRINTED)
        merchant_book.sold(good, out)
        return print_sale(t, good, out, announce=True)
    after = {"reversed": REVERSED, "voided": VOIDED}.get(state, DECLINED + code_of(doubt))
    del flash.open[attempt.key]
    flash.finish(after, attempt)
    out.append(Kept(about, "query-settled"))
    moved(out, about, attempt.key, doubt, after)
    if attempt.what in VOIDS:
        out.append(Logged(about, "void-undone", {"key": attempt.key, "original": attempt.original}))
    return rest(t, out)


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Not asked: nothing is known that was not known before."""
    not_connected(t, given, out)
    return _without_answer(t, "connect-failed", at, out)


def silent(t: Device, given: AnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """(waiting) No answer, and no reversal: an inquiry moves nothing."""
    out.append(Logged(given.about, "no-answer", {"key": t.key}))
    return _without_answer(t, "no-answer", at, out)


def _without_answer(t: Device, word: str, at: Instant, out: list[Effect]) -> str:
    errand = t.errand
    assert errand is not None
    if type(errand) is Querying:
        if errand.closed_by:
            return closed(t, None, errand, at, out)
        t.show(out, errand.about, word, "", errand.asked.key)
    else:
        t.show(out, errand.about, word)
    return rest(t, out)


def _sent(t: Device, about: str, request: FinancialRequest | QueryRequest, out: list[Effect]) -> str:
    t.flash.number += 1
    t.flash.in_hand = about
    out.append(Send(t.route, request))
    out.append(Remind(t.timeout_us, AnswerOverdue(about, t.flash.number)))
    return WAITING


def late(t: Device, given: QueryResponse, at: Instant, out: list[Effect]) -> str:
    """Nobody waits for this answer any more."""
    out.append(Logged(given.about, "late-answer-discarded", {"mti": "0610", "code": given.code, "key": given.key}))
    return t.session
