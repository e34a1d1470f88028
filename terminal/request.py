"""A request that may move money: how it is sent, and every end it can come to short of an approval.

The order is: connect, take the STAN, keep the reversal record, send. From then on everything is possible until an
answer is accepted, and silence is never a decline.
"""

from poslab.messages.card import FinancialRequest, FinancialResponse, NoticeResponse
from poslab.messages.codes import Outcome, outcome_of
from poslab.messages.people import CancelPressed, Slip
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.time import Instant
from terminal.attempts import DECLINED, IN_DOUBT, NONE, SENT, UNKNOWN, moved
from terminal.device import WAITING, Device
from terminal.errands import AnswerOverdue
from terminal.flash import Record, attempt_of
from terminal.keys import DOWNLOAD_FIRST, SIGN_ON_AGAIN, download_now, sign_on_next, sign_on_now
from terminal.line import rest
from terminal.printing import put, told

NO_ANSWER = "98"
BAD_MAC = "A0"
NOT_COMPLETED = "96"
CANCELLED = "06"
OTHERWISE = "06"


def announced(t: Device, about: str, what: str, out: list[Effect]) -> str:
    """Take the STAN and announce the attempt's key, once."""
    flash = t.flash
    key = flash.take_stan()
    tid = flash.tid
    out.append(
        Logged(
            about,
            "attempt",
            {"key": key, "what": what, "stan": key[-6:], "batch": flash.batch, "tid": tid, "mid": t.mid},
        )
    )
    return key


def sent(t: Device, record: Record, message: FinancialRequest, out: list[Effect]) -> str:
    """Keep the record, then send: whatever happens now, the request can be undone."""
    flash = t.flash
    key = record.key
    about = record.about
    t.key = key
    flash.number = number = flash.number + 1
    flash.records[key] = record
    flash.in_hand = about
    out.append(Kept(about, "reversal-record"))
    moved(out, about, key, NONE, SENT)
    out += (Send(t.route, message), Remind(t.timeout_us, AnswerOverdue(about, number)))
    return WAITING


def misfit(t: Device, given: FinancialResponse | NoticeResponse, what: str, amount_fen: int) -> str:
    """The first field of an answer that does not match its request, or ``""``."""
    if given.mid != t.mid:
        return "mid"
    if given.amount_fen != amount_fen:
        return "amount"
    return "" if given.what == what else "what"


def refused_answer(t: Device, given: FinancialResponse | NoticeResponse, field: str, out: list[Effect]) -> str:
    """An answer that does not match is no answer: the timer goes on."""
    out.append(Logged(given.about, "answer-refused", {"field": field, "key": given.key}))
    return WAITING


def not_approved(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Answered with a code that is no approval: declined, or in doubt. The record is settled either way."""
    flash = t.flash
    code = given.code
    t.chip = ""
    record = flash.records.pop(t.key)
    about = record.about
    attempt = attempt_of(record, given.host_at or at, given.rrn)
    out.append(Logged(about, "answered", {"code": code, "key": record.key}))
    if outcome_of(code, not given.not_forwarded) is Outcome.UNKNOWN:
        state = IN_DOUBT + code
        flash.open[record.key] = (state, attempt)
        out.append(Kept(about, "query-duty"))
        moved(out, about, record.key, SENT, state)
        t.show(out, about, "in-doubt", code, record.key, record.amount_fen)
        return rest(t, out)
    state = DECLINED + code
    flash.finish(state, attempt)
    out.append(Kept(about, "decline"))
    moved(out, about, record.key, SENT, state)
    if code == DOWNLOAD_FIRST and not t.resigned:
        return download_now(t, about, out)
    t.show(out, about, "declined", code, record.key, record.amount_fen)
    put(
        t,
        Slip(
            about, t.address, "decline", record.key, t.mid, record.card, record.entry, record.amount_fen,
            given.rrn, "", attempt.at, code, "", record.original, operator=record.operator, what=told(record.what),
        ),
        out,
    )  # fmt: skip
    if code in SIGN_ON_AGAIN:
        sign_on_next(t, about, out)
        return sign_on_now(t, about, None, out)
    return rest(t, out)


def owed(t: Device, key: str, reason: str, out: list[Effect], auth: str = "", at: Instant = 0) -> None:
    """The request must be undone: write the reason into its record."""
    record = t.flash.records[key]
    t.chip = ""
    t.flash.records[key] = Record(
        record.about, key, record.what, record.amount_fen, record.card, record.entry, record.operator,
        record.original, reason, auth, since=at,
    )  # fmt: skip
    out.append(Kept(record.about, "reversal-reason"))
    out.append(Logged(record.about, "reversal-stored", {"reason": reason, "key": key}))
    moved(out, record.about, key, SENT, UNKNOWN)


def silent(t: Device, given: AnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """No answer in time. Somebody may have posted, so it is undone."""
    key = t.key
    out.append(Logged(given.about, "no-answer", {"key": key}))
    owed(t, key, NO_ANSWER, out, at=at)
    t.show(out, given.about, "no-answer", "", key, t.flash.records[key].amount_fen)
    return rest(t, out)


def cancelled(t: Device, given: CancelPressed, at: Instant, out: list[Effect]) -> str:
    """Key 取消 while waiting: it cancels nothing by itself, it only starts a reversal."""
    key = t.key
    record = t.flash.records[key]
    out.append(Logged(record.about, "cancel-pressed", {"key": key}))
    owed(t, key, CANCELLED, out, at=at)
    t.show(out, record.about, "cancelled", CANCELLED, key, record.amount_fen)
    return rest(t, out)


def broken_mac(t: Device, given: FinancialResponse, out: list[Effect], at: Instant = 0) -> str:
    """An approval that cannot be believed is undone, and new keys are fetched at once."""
    about = given.about
    out.append(Logged(about, "answer-refused", {"field": "mac", "key": given.key}))
    owed(t, given.key, BAD_MAC, out, given.auth, at)
    sign_on_next(t, about, out)
    t.show(out, about, "answer-refused", BAD_MAC, given.key, given.amount_fen)
    return sign_on_now(t, about, None, out)


def late(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Nobody waits for this answer any more: it is written down and must never resurrect a sale."""
    out.append(Logged(given.about, "late-answer-discarded", {"mti": given.kind, "code": given.code, "key": given.key}))
    return t.session
