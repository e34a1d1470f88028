"""冲正: the reversal of a request whose outcome is unknown, delivered until somebody has heard it."""

from poslab.messages.card import VOIDS, QueryResponse, ReversalRequest, ReversalResponse
from poslab.messages.people import CancelPressed, CodeScanned, PreauthKeyed, SaleKeyed, SettleKeyed
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Instant
from terminal.attempts import CLOSED, DROPPED, REVERSED, UNKNOWN, moved
from terminal.device import WAITING, Device
from terminal.errands import AnswerOverdue, Completing, Querying, Reversing, Uploading, Voiding
from terminal.flash import Record, attempt_of
from terminal.keys import SIGN_ON_AGAIN, agrees, sign_on_next, sign_on_now
from terminal.line import carry_out, dial, not_connected, proceed, rest
from terminal.printing import put, slip_of
from terminal.settlement import may_close
from terminal.settlement import refused as settle_refused

DONE = "00"
ENDS_THE_DUTY = ("25", "12")
"""Original not found, nothing to undo: the terminal need not repeat, and asks what the host knows."""


def in_hand(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with a reversal."""
    return type(t.errand) is Reversing


def goes_on(t: Device, given: object, at: Instant) -> bool:
    """Whether what is in hand must be brought to its end: a reversal, the query that follows it, a stored notice."""
    errand = t.errand
    return isinstance(errand, (Reversing, Uploading)) or (type(errand) is Querying and bool(errand.closed_by))


def awaited(t: Device, given: ReversalResponse, at: Instant) -> bool:
    """Whether this answers the reversal in hand; an answer to an earlier sending of it is as good."""
    return given.key == t.key and type(t.errand) is Reversing


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Send the 0400 under the request's own key, batch and STAN."""
    record = _record(t)
    key = record.key
    attempt = record.sent + 1
    flash = t.flash
    flash.records[key] = _counted(record, attempt, record.failed)
    flash.number += 1
    t.key = key
    flash.in_hand = record.about
    out.append(Kept(record.about, "reversal-count"))
    out.append(Logged(record.about, "reversal-sent", {"attempt": attempt, "key": key, "reason": record.reason}))
    request = ReversalRequest(
        record.about, key, t.mid, record.what, record.amount_fen, record.card, record.reason, record.entry,
        record.auth, flash.key_version,
    )  # fmt: skip
    out.append(Send(t.route, request, attempt))
    out.append(Remind(t.timeout_us, AnswerOverdue(record.about, flash.number)))
    return WAITING


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) A failed connect counts as a failed attempt."""
    not_connected(t, given, out)
    return failed(t, at, out)


def silent(t: Device, given: AnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """(waiting) A reversal without an answer is a failed attempt."""
    return failed(t, at, out)


def answered(t: Device, given: ReversalResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) 00 is reversed; 25 and 12 end the duty to repeat; anything else is a failed attempt."""
    code = given.code
    about = given.about
    key = given.key
    if given.mid != t.mid or (code == DONE and not agrees(t, given)):
        out.append(Logged(about, "answer-refused", {"field": "mac" if given.mid == t.mid else "mid", "key": key}))
        return WAITING
    out.append(Logged(about, "reversal-answered", {"code": code, "key": key}))
    if code == DONE:
        return _reversed(t, given, at, out)
    if code in ENDS_THE_DUTY:
        record = t.flash.records.pop(key)
        attempt = attempt_of(record, given.host_at or at, given.rrn)
        t.flash.finish(CLOSED + code, attempt)
        out.append(Kept(about, "reversal-settled"))
        moved(out, about, key, UNKNOWN, CLOSED + code)
        return dial(t, Querying(about, attempt, code), out)
    if code in SIGN_ON_AGAIN:
        sign_on_next(t, about, out)
        if not t.resigned:
            _count_failure(t, out)
            return sign_on_now(t, about, t.wish, out)
    return failed(t, at, out)


def _reversed(t: Device, given: ReversalResponse, at: Instant, out: list[Effect]) -> str:
    record = t.flash.records.pop(given.key)
    about = record.about
    attempt = attempt_of(record, given.host_at or at, given.rrn)
    t.flash.finish(REVERSED, attempt)
    out.append(Kept(about, "reversal-settled"))
    moved(out, about, record.key, UNKNOWN, REVERSED)
    if record.what in VOIDS:
        out.append(Logged(about, "void-undone", {"key": record.key, "original": record.original}))
    t.show(out, about, "reversal-done", DONE, record.key, record.amount_fen)
    put(t, slip_of(t, "reversal-done", attempt, DONE), out)
    return proceed(t, out)


def failed(t: Device, at: Instant, out: list[Effect]) -> str:
    """One more attempt failed; the terminal's policy says what becomes of the record and of whoever waits."""
    record = _count_failure(t, out)
    if t.background:
        t.show(out, record.about, "reversal-failed", record.reason, record.key, record.amount_fen)
        return rest(t, out)
    if t.parameters.policy == "drop":
        return _again_or_dropped(t, record, at, out)
    t.show(out, record.about, "reversal-failed", record.reason, record.key, record.amount_fen)
    return _wish_behind_it(t, at, out)


def _count_failure(t: Device, out: list[Effect]) -> Record:
    record = _record(t)
    count = record.failed + 1
    record = _counted(record, record.sent, count)
    t.flash.records[record.key] = record
    out.append(Logged(record.about, "reversal-failed", {"attempt": count, "key": record.key}))
    return record


def _again_or_dropped(t: Device, record: Record, at: Instant, out: list[Effect]) -> str:
    errand = t.errand
    assert type(errand) is Reversing
    if errand.in_a_row < t.parameters.drop_limit:
        t.show(out, record.about, "reversal-failed", record.reason, record.key, record.amount_fen)
        return dial(t, Reversing(record.about, record.key, errand.in_a_row + 1), out)
    about = record.about
    del t.flash.records[record.key]
    attempt = attempt_of(record, at)
    t.flash.finish(DROPPED, attempt)
    out.append(Kept(about, "record-deleted"))
    out.append(Logged(about, "reversal-dropped", {"key": record.key}))
    moved(out, about, record.key, UNKNOWN, DROPPED)
    t.show(out, about, "reversal-dropped", record.reason, record.key, record.amount_fen)
    put(t, slip_of(t, "reversal-warning", attempt, record.reason), out)
    return proceed(t, out)


def _wish_behind_it(t: Device, at: Instant, out: list[Effect]) -> str:
    """Park: what moves money waits, or goes on while there is room for one more record; the rest goes on.

    A settlement waits, too, until a supervisor may close the batch without it.
    """
    wish = t.wish
    if wish is None:
        return rest(t, out)
    if isinstance(wish, SettleKeyed) and not may_close(t, wish, at):
        return settle_refused(t, "reversal", out)
    parameters = t.parameters
    queued = parameters.park == "queue" and len(t.flash.records) < parameters.queue_limit
    if isinstance(wish, (SaleKeyed, CodeScanned, PreauthKeyed, Completing, Voiding)) and not queued:
        out.append(Logged(wish.about, "sale-blocked"))
        t.show(out, wish.about, "blocked", "", "", (wish.sale if isinstance(wish, Voiding) else wish).amount_fen)
        return rest(t, out)
    return carry_out(t, wish, out)


def closed(t: Device, given: QueryResponse | None, query: Querying, at: Instant, out: list[Effect]) -> str:
    """After 25 or 12: what the host knows stands on the slip 冲正已受理，结果待查; empty if it could not be asked."""
    state = "" if given is None else given.state
    asked = query.asked
    t.show(out, asked.about, "reversal-closed", query.closed_by, asked.key, asked.amount_fen)
    put(t, slip_of(t, "reversal-closed", asked, query.closed_by, state=state), out)
    return proceed(t, out)


def cancel(t: Device, given: CancelPressed, at: Instant, out: list[Effect]) -> str:
    """A reversal or a notice cannot be cancelled; what waits behind it can, for nothing of it was sent."""
    if t.wish is not None:
        out.append(Logged(t.wish.about, "cancelled"))
        t.show(out, t.wish.about, "cancelled")
        t.wish = None
    return t.session


def late(t: Device, given: ReversalResponse, at: Instant, out: list[Effect]) -> str:
    """Nobody waits for this answer any more; the reversal is repeated until one comes in time."""
    out.append(Logged(given.about, "late-answer-discarded", {"mti": "0410", "code": given.code, "key": given.key}))
    return t.session


def _record(t: Device) -> Record:
    errand = t.errand
    assert type(errand) is Reversing
    return t.flash.records[errand.key]


def _counted(record: Record, sent: int, failed: int) -> Record:
    return Record(
        record.about, record.key, record.what, record.amount_fen, record.card, record.entry, record.operator,
        record.original, record.reason, record.auth, sent, failed, record.since,
    )  # fmt: skip
