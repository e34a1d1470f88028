"""扫码消费: a QR sale, from the code that is read to a result that is certain.

The payer confirms on a phone, at a moment that the terminal cannot see; so an unknown result is asked about and never
reversed. What is kept before sending is a *query duty*: the terminal polls the host until the answer is final, and when
the payer has had her time it has the payment closed by the query, 查询并关单. Then it is paid or closed, and nothing
else. The duty survives a power cut.
"""

from poslab.messages.card import PIN_ABSENT, QR, SALE, FinancialRequest, FinancialResponse, QueryRequest, QueryResponse
from poslab.messages.codes import APPROVALS, Outcome, outcome_of
from poslab.messages.people import CancelPressed, CodeScanned
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Duration, Instant
from terminal import merchant_book, storage
from terminal.attempts import APPROVED_UNPRINTED, DECLINED, IN_DOUBT, NONE, SENT, moved
from terminal.device import IDLE, WAITING, Device
from terminal.errands import AnswerOverdue, PollDue, Polling
from terminal.flash import Attempt, Entry
from terminal.keys import SIGN_ON_AGAIN, agrees, sign_on_next, sign_on_now
from terminal.line import ask, dial, not_connected, rest
from terminal.printing import print_sale, put, slip_of
from terminal.request import announced, misfit, refused_answer

PROCESSING = "09"
CLOSED = "12"


def in_hand(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with sending a QR sale."""
    return type(t.errand) is CodeScanned


def awaited(t: Device, given: FinancialResponse, at: Instant) -> bool:
    """Whether this answers the QR sale in hand."""
    return given.key == t.key and type(t.errand) is CodeScanned


def polling(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with asking about a QR sale."""
    return type(t.errand) is Polling


def poll_awaited(t: Device, given: QueryResponse, at: Instant) -> bool:
    """Whether this tells of the QR sale that is asked about; the answer to an earlier poll is as good."""
    return type(t.errand) is Polling and given.asked == t.errand.asked.key


def undecided(entry: Entry) -> bool:
    """Whether a QR sale still has its query duty."""
    state, attempt = entry
    return attempt.entry == QR and (state == SENT or state.startswith(IN_DOUBT))


# --- the sale


def keyed(t: Device, given: CodeScanned, at: Instant, out: list[Effect]) -> str:
    """(idle) Dial, if there is a reader; but not for what is in doubt, and not before what waits to be undone."""
    flash = t.flash
    about, amount_fen = given.about, given.amount_fen
    if not t.parameters.reads_codes:
        out.append(Logged(about, "code-refused"))
        t.show(out, about, "no-reader", "", "", amount_fen)
        return IDLE
    if flash.doubted(given.card, amount_fen) is not None:
        out.append(Logged(about, "doubt-blocked"))
        t.show(out, about, "doubt-blocked", "", "", amount_fen)
        return IDLE
    if flash.shut or flash.log.left <= t.look_left:
        why = storage.objection(t, about, out)
        if why:
            out.append(Logged(about, why))
            t.show(out, about, why, "", "", amount_fen)
            return IDLE
    last = flash.recent.get((given.card, amount_fen))
    if last is not None and 0 <= at - last <= t.parameters.same_sale_warning_us:
        out.append(Logged(about, "same-sale-warning"))
        t.show(out, about, "same-sale-warning", "", "", amount_fen)
    return ask(t, given, out)


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Take the STAN, keep the query duty, send the 0200."""
    sale = t.errand
    assert type(sale) is CodeScanned
    flash = t.flash
    about, amount_fen = sale.about, sale.amount_fen
    t.key = key = announced(t, about, SALE, out)
    flash.number += 1
    flash.in_hand = about
    flash.open[key] = (SENT, Attempt(about, key, SALE, amount_fen, sale.card, QR, sale.operator, at=at))
    out.append(Kept(about, "query-duty"))
    moved(out, about, key, NONE, SENT)
    request = FinancialRequest(
        about, key, t.mid, SALE, amount_fen, sale.card, QR, PIN_ABSENT, mac=flash.key_version
    )  # fmt: skip
    out.append(Send(t.route, request))
    out.append(Remind(t.timeout_us, AnswerOverdue(about, flash.number)))
    return WAITING


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Nothing was sent, so nothing happened: no STAN, no duty."""
    not_connected(t, given, out)
    sale = t.errand
    assert type(sale) is CodeScanned
    t.show(out, sale.about, "connect-failed", "", "", sale.amount_fen)
    return rest(t, out)


def answered(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Paid at once, refused, or 09: the payer has to confirm. What does not fit is no answer."""
    state, attempt = t.flash.open[t.key]
    code = given.code
    field = misfit(t, given, SALE, attempt.amount_fen) or ("" if code not in APPROVALS or agrees(t, given) else "mac")
    if field:
        return refused_answer(t, given, field, out)
    out.append(Logged(attempt.about, "answered", {"code": code, "key": attempt.key}))
    if code in APPROVALS:
        good = _good(attempt, given.rrn, given.auth, given.host_at or at, given.expected_date)
        return _paid(t, state, good, at, out, announce=False)
    if outcome_of(code, not given.not_forwarded) is Outcome.DECLINED:
        _not_paid(t, state, attempt, code, out)
        if code in SIGN_ON_AGAIN:
            sign_on_next(t, attempt.about, out)
            return sign_on_now(t, attempt.about, None, out)
        return rest(t, out)
    _in_doubt(t, state, attempt, code, out)
    _poll_in(t, attempt, t.parameters.poll_us, out)
    return rest(t, out)


def silent(t: Device, given: AnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """(waiting) No answer in time. Somebody may have paid, so it is asked about; it is not reversed."""
    _, attempt = t.flash.open[t.key]
    out.append(Logged(attempt.about, "no-answer", {"key": attempt.key}))
    t.show(out, attempt.about, "asking", "", attempt.key, attempt.amount_fen)
    return dial(t, Polling(attempt.about, attempt), out)


def cancelled(t: Device, given: CancelPressed, at: Instant, out: list[Effect]) -> str:
    """Key 取消 while waiting: it cancels nothing by itself, it only asks for the payment to be closed."""
    _, attempt = t.flash.open[t.key]
    out.append(Logged(attempt.about, "cancel-pressed", {"key": attempt.key}))
    t.show(out, attempt.about, "asking", "", attempt.key, attempt.amount_fen)
    return dial(t, Polling(attempt.about, attempt, close=True), out)


# --- asking for the result


def resume(t: Device, out: list[Effect]) -> None:
    """After a boot: every query duty goes on."""
    for entry in t.flash.open.values():
        if undecided(entry):
            _, attempt = entry
            t.show(out, attempt.about, "asking", "", attempt.key, attempt.amount_fen)
            _poll_in(t, attempt, t.parameters.poll_us, out)


def _poll_in(t: Device, attempt: Attempt, after: Duration, out: list[Effect]) -> None:
    t.flash.polls = number = t.flash.polls + 1
    t.polls[attempt.key] = (number, after)
    out.append(Remind(after, PollDue(attempt.about, attempt.key, number)))


def poll_due(t: Device, given: PollDue, at: Instant, out: list[Effect]) -> str:
    """(idle) Ask again."""
    entry = t.flash.open.get(given.key)
    if entry is None or not undecided(entry):
        t.polls.pop(given.key, None)
        return IDLE
    poll = Polling(given.about, entry[1])
    return dial(t, poll, out) if t.flash.signed_on else sign_on_now(t, given.about, poll, out)


def poll_later(t: Device, given: PollDue, at: Instant, out: list[Effect]) -> str:
    """(busy) Ask when the line may be free."""
    _poll_in(t, t.flash.open[given.key][1], t.parameters.poll_us, out)
    return t.session


def poll_connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Ask under a STAN of its own."""
    errand = t.errand
    assert type(errand) is Polling
    flash = t.flash
    about, asked = errand.about, errand.asked.key
    t.key = flash.take_stan()
    flash.number += 1
    flash.in_hand = about
    out.append(Logged(about, "sent", {"mti": "0600", "key": t.key, "asked": asked}))
    out.append(Send(t.route, QueryRequest(about, t.key, t.mid, asked, flash.key_version, errand.close)))
    out.append(Remind(t.parameters.poll_us, AnswerOverdue(about, flash.number)))
    return WAITING


def poll_unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Not asked."""
    not_connected(t, given, out)
    return _ask_later(t, out)


def poll_silent(t: Device, given: AnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """(waiting) Not answered, or not yet."""
    errand = t.errand
    assert type(errand) is Polling
    out.append(Logged(errand.about, "poll-unanswered", {"key": errand.asked.key}))
    return _ask_later(t, out)


def _ask_later(t: Device, out: list[Effect]) -> str:
    """Ask again, after a longer pause each time, up to that between two background reversals."""
    errand = t.errand
    assert type(errand) is Polling
    parameters = t.parameters
    _, pause_us = t.polls.get(errand.asked.key, (0, parameters.poll_us))
    _poll_in(t, errand.asked, min(2 * pause_us, max(parameters.retry_max_us, parameters.poll_us)), out)
    return rest(t, out)


def poll_answered(t: Device, given: QueryResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Paid, closed, or not decided yet."""
    errand = t.errand
    assert type(errand) is Polling
    asked = errand.asked
    if given.mid == t.mid and given.code in SIGN_ON_AGAIN and given.state != "declined":
        # The host could not verify the question, so its answer says nothing: ask again under new keys, once. Where
        # it says that the sale was declined, the code is the sale's.
        out.append(Logged(asked.about, "answered", {"code": given.code, "key": given.key}))
        sign_on_next(t, asked.about, out)
        return _ask_later(t, out) if t.resigned else sign_on_now(t, asked.about, errand, out)
    if given.mid != t.mid or not agrees(t, given):
        field = "mac" if given.mid == t.mid else "mid"
        out.append(Logged(given.about, "answer-refused", {"field": field, "key": given.key}))
        return WAITING
    out.append(Logged(asked.about, "query-answered", {"state": given.state, "code": given.code, "key": asked.key}))
    entry = t.flash.open.get(asked.key)
    if entry is None or not undecided(entry):
        return rest(t, out)
    return told(t, entry, given, errand.close, at, out)


def told(t: Device, entry: Entry, given: QueryResponse, closing: bool, at: Instant, out: list[Effect]) -> str:
    """What the host says of an undecided QR sale; when the payer has had her time, what is not decided is closed."""
    if not undecided(entry):
        return rest(t, out)
    state, attempt = entry
    said = given.state
    if said in ("approved", "cleared"):
        good = _good(attempt, given.rrn or attempt.rrn, given.auth, given.host_at or at)
        return _paid(t, state, good, at, out, announce=True)
    if said == "declined":
        _not_paid(t, state, attempt, given.code, out)
        return rest(t, out)
    if said == "pending" and state == SENT:
        _in_doubt(t, state, attempt, PROCESSING, out)
    had_time = not 0 <= at - attempt.at < t.parameters.close_after_us
    if had_time and not closing:
        return dial(t, Polling(attempt.about, attempt, close=True), out)
    _poll_in(t, attempt, t.parameters.poll_us, out)
    return rest(t, out)


def still_open(t: Device, given: QueryResponse, at: Instant) -> bool:
    """Whether an answer that nobody waits for any more decides a QR sale all the same."""
    entry = t.flash.open.get(given.asked)
    decides = given.state in ("approved", "cleared", "declined")
    return entry is not None and undecided(entry) and decides and given.mid == t.mid and agrees(t, given)


def told_late(t: Device, given: QueryResponse, at: Instant, out: list[Effect]) -> str:
    """(idle) It came after its poll was given up. Paid is paid and closed is closed, however late it is told."""
    entry = t.flash.open[given.asked]
    out.append(Logged(entry[1].about, "query-answered", {"state": given.state, "code": given.code, "key": given.asked}))
    return told(t, entry, given, True, at, out)


# --- the ends


def _in_doubt(t: Device, before: str, attempt: Attempt, code: str, out: list[Effect]) -> None:
    """Answered, and not decided: the duty stays."""
    about, key = attempt.about, attempt.key
    t.flash.open[key] = (IN_DOUBT + code, attempt)
    out.append(Kept(about, "query-duty"))
    moved(out, about, key, before, IN_DOUBT + code)
    t.show(out, about, "await-payer" if code == PROCESSING else "asking", code, key, attempt.amount_fen)


def _good(attempt: Attempt, rrn: str, auth: str, at: Instant, expected_date: str = "") -> Attempt:
    return Attempt(
        attempt.about, attempt.key, SALE, attempt.amount_fen, attempt.card, QR, attempt.operator, rrn, auth, at,
        expected_date,
    )  # fmt: skip


def _paid(t: Device, before: str, good: Attempt, at: Instant, out: list[Effect], announce: bool) -> str:
    """Store the approval in place of the duty; the sale is good, printed or not.

    Where the log does not take it the duty stays: what is paid by code is not undone, so it is asked about again.
    """
    flash = t.flash
    about, key = good.about, good.key
    if t.store:
        out.append(Logged(about, "store-failed", {"how": t.store, "key": key}))
        t.show(out, about, "asking", "", key, good.amount_fen)
        _poll_in(t, flash.open[key][1], t.parameters.poll_us, out)
        return rest(t, out)
    flash.open[key] = (APPROVED_UNPRINTED, good)
    flash.remember(good.card, good.amount_fen, at, t.parameters.same_sale_warning_us)
    t.polls.pop(key, None)
    out.append(Kept(about, "approval"))
    moved(out, about, key, before, APPROVED_UNPRINTED)
    merchant_book.sold(good, out)
    return print_sale(t, good, out, announce)


def _not_paid(t: Device, before: str, attempt: Attempt, code: str, out: list[Effect]) -> None:
    """Refused or closed: nobody was charged, and nobody will be."""
    flash = t.flash
    about, key = attempt.about, attempt.key
    del flash.open[key]
    t.polls.pop(key, None)
    flash.finish(DECLINED + code, attempt)
    out.append(Kept(about, "query-settled"))
    moved(out, about, key, before, DECLINED + code)
    out.append(Logged(about, "payment-closed", {"code": code, "key": key}))
    t.show(out, about, "closed" if code == CLOSED else "declined", code, key, attempt.amount_fen)
    put(t, slip_of(t, "decline", attempt, code), out)
