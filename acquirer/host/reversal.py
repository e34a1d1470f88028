"""0400: the terminal undoes a request whose outcome it does not know.

Only 00 says *reversed*. 25 and 12 end the terminal's duty to repeat, not its doubt. What is undone here is undone
upstream by an advice that is stored in the same step, so that the terminal need not wait for it.
"""

from acquirer.host import error_cases, follows
from acquirer.host.attempts import APPROVED, REVERSAL_ONLY, REVERSED, Attempt, advice_of, moved
from acquirer.host.office import Office, whole_seconds
from poslab.messages.card import BALANCE, PAYS, QR, SALE, ReversalRequest, ReversalResponse
from poslab.party.contract import Became, Effect, Kept, Logged, Send
from poslab.party.time import Instant

DONE = "00"
NOTHING_TO_REVERSE = "12"
NO_ORIGINAL = "25"
NOT_SUPPORTED = "40"
"""A payment by code is closed by query; a reversal would be blind."""


def objection(office: Office, given: ReversalRequest) -> str:
    """The code with which a reversal is refused unread, so that the terminal repeats it; empty if it is read."""
    code = office.unread(given.key, given.mid, given.mac)
    if code:
        return code
    return NOT_SUPPORTED if given.entry == QR else ""


def refused(office: Office, given: ReversalRequest, at: Instant) -> bool:
    """The host does not read it."""
    return bool(objection(office, given))


def refuse(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """Refuse a reversal unread; nothing is undone."""
    code = objection(office, given)
    out.append(Logged(given.about, "refused", {"code": code, "key": given.key}))
    if given.key.partition("-")[0] in office.terminals:
        _answer(office, given, code, "", at, out)
    return office.attempt.state


# --- nothing known, nothing left to undo


def remember(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """No original: remember the reversal, so that a late original is refused."""
    _forget_orphans(office, at)
    office.orphans[given.key] = at
    out.append(Became(given.about, given.key, "none", REVERSAL_ONLY))
    out.append(Logged(given.about, "reversal-unknown", {"key": given.key}))
    out.append(Kept(given.about, "reversal"))
    _answer(office, given, NO_ORIGINAL, "", at, out)
    return REVERSAL_ONLY


def remember_still(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """The same reversal without original, repeated."""
    _answer(office, given, NO_ORIGINAL, "", at, out)
    return REVERSAL_ONLY


def _forget_orphans(office: Office, at: Instant) -> None:
    oldest = at - office.world.acquirer.orphan_memory_us
    while office.orphans:
        key = next(iter(office.orphans))
        if office.orphans[key] > oldest:
            return
        del office.orphans[key]


def differs(office: Office, given: ReversalRequest, at: Instant) -> bool:
    """It names another amount or kind than the original: somebody's mistake, for people to look at."""
    attempt = office.attempt
    return attempt.amount_fen != given.amount_fen or attempt.what != given.what


def refuse_different(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """Undo nothing that is not the original."""
    attempt = office.attempt
    out.append(Logged(given.about, "error-case", {"why": "reversal-differs", "key": given.key}))
    _answer(office, given, NOTHING_TO_REVERSE, attempt.rrn, at, out)
    return attempt.state


def confirm(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """Declined or reversed before: a no-op that is answered 00, however often it comes."""
    attempt = office.attempt
    out.append(Logged(given.about, "reversal-not-needed", {"code": DONE, "key": given.key}))
    office.settle_order(attempt, out)
    _answer(office, given, DONE, attempt.rrn, at, out)
    return attempt.state


def decline_voided(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """A void has taken, or is taking, the sale back already."""
    attempt = office.attempt
    out.append(Logged(given.about, "reversal-not-needed", {"code": NOTHING_TO_REVERSE, "key": given.key}))
    _answer(office, given, NOTHING_TO_REVERSE, attempt.rrn, at, out)
    return attempt.state


def refuse_notice(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """Nobody reverses a notice."""
    attempt = office.attempt
    out.append(Logged(given.about, "reversal-not-needed", {"code": NOTHING_TO_REVERSE, "key": given.key}))
    _answer(office, given, NOTHING_TO_REVERSE, attempt.rrn, at, out)
    return attempt.state


# --- something to undo


def comes_too_late(office: Office, given: ReversalRequest, at: Instant) -> bool:
    """The sale is cleared or given back, or the void's day is over."""
    attempt = office.attempt
    if attempt.what in follows.ENDS_WITH_THE_DAY:
        return attempt.business_date != office.business_date(at)
    return attempt.what in PAYS and (office.is_cleared(attempt) or office.given_back_fen(attempt.rrn) > 0)


def refuse_late(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """Too late for a reversal. A cleared sale becomes an error case; a void of yesterday is final."""
    attempt = office.attempt
    out.append(Logged(given.about, "reversal-too-late", {"key": given.key}))
    if attempt.what in PAYS:
        error_cases.open_case(office, attempt, error_cases.REVERSED_LATE, at, out)
    _answer(office, given, NOTHING_TO_REVERSE, attempt.rrn, at, out)
    return attempt.state


def undo_approved(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """Take an approval back here and now, and upstream by advice."""
    attempt = office.attempt
    _received(given, out)
    if attempt.what == BALANCE:
        _answer(office, given, DONE, attempt.rrn, at, out)
        return APPROVED
    after = moved(attempt, REVERSED)
    if attempt.what == SALE:
        office.unclaim(attempt, "P7/" + attempt.name, out)
    office.move(attempt.word, after, out)
    if attempt.original:
        follows.undo(office, after, out)
    return _undone(office, given, after, at, True, out)


def undo_unanswered(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """The answer is not in yet: reversed at once, so that the answer, when it comes, is too late."""
    return _undo_unbooked(office, given, at, True, out)


def undo_doubt(office: Office, given: ReversalRequest, at: Instant, out: list[Effect]) -> str:
    """Whoever answered with a code of doubt is undoing it already."""
    return _undo_unbooked(office, given, at, False, out)


def _undo_unbooked(office: Office, given: ReversalRequest, at: Instant, own: bool, out: list[Effect]) -> str:
    attempt = office.attempt
    after = moved(attempt, REVERSED)
    _received(given, out)
    office.move(attempt.word, after, out)
    if attempt.original:
        follows.give_up(office, after, out)
    return _undone(office, given, after, at, own and attempt.what != BALANCE, out)


def _undone(
    office: Office, given: ReversalRequest, attempt: Attempt, at: Instant, own: bool, out: list[Effect]
) -> str:
    out.append(Logged(given.about, "reversed", {"key": given.key}))
    if own:
        office.advices.store(office.switch, advice_of(attempt, given.reason), at, out)
    else:
        out.append(Kept(given.about, "reversal"))
    _answer(office, given, DONE, attempt.rrn, at, out)
    office.tell_order(attempt, "failed", out)
    return REVERSED


def _received(given: ReversalRequest, out: list[Effect]) -> None:
    out.append(Logged(given.about, "reversal-received", {"reason": given.reason, "key": given.key}))


def _answer(office: Office, given: ReversalRequest, code: str, rrn: str, at: Instant, out: list[Effect]) -> None:
    seat = office.seat_of(given.key)
    answer = ReversalResponse(given.about, given.key, given.mid, code, rrn, whole_seconds(at), seat.key_version)
    out.append(Send(seat.route, answer))
