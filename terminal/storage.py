"""The log's store: room for one more sale, a warning in time, and an approval that cannot be stored.

An approval that is not stored is as good as none, so it is undone with reason 96. Before anything is sent the terminal
refuses what it knows that it could not store.
"""

from poslab.messages.card import FinancialResponse
from poslab.messages.facts import StoreFailing, StoreMended
from poslab.party.contract import Effect, Logged
from poslab.party.time import Instant
from terminal.device import Device
from terminal.flash import Attempt
from terminal.line import rest
from terminal.request import NOT_COMPLETED, owed

FULL = "full"
LOG_FULL = "log-full"
NEARLY_FULL = "log-nearly-full"


def objection(t: Device, about: str, out: list[Effect]) -> str:
    """Why nothing more can be taken into the log, ``""`` if it can; with little room left the screen warns.

    Whatever is not finished yet will want room, too.
    """
    flash = t.flash
    if flash.shut:
        return flash.shut
    left = flash.log.left - len(flash.records) - len(flash.notices) - len(flash.open)
    if left <= 0:
        return LOG_FULL
    if left * 5 <= t.parameters.log_capacity:
        out.append(Logged(about, NEARLY_FULL, {"left": left}))
        t.show(out, about, NEARLY_FULL)
    return ""


def refuses(t: Device, about: str, amount_fen: int, out: list[Effect]) -> bool:
    """Whether nothing can be taken for want of room, or before a settlement; the screen says which."""
    if not t.flash.shut and t.flash.log.left > t.look_left:
        return False
    why = objection(t, about, out)
    if why:
        out.append(Logged(about, why))
        t.show(out, about, why, "", "", amount_fen)
    return bool(why)


def not_stored(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Approved, and the log does not take it: undo it. A log that is full takes no further sale either."""
    key = given.key
    record = t.flash.records[key]
    out.append(Logged(record.about, "store-failed", {"how": t.store, "key": key}))
    if t.store == FULL:
        t.flash.shut = t.flash.shut or LOG_FULL
    owed(t, key, NOT_COMPLETED, out, given.auth, at)
    t.show(out, record.about, "store-failed", NOT_COMPLETED, key, record.amount_fen)
    return rest(t, out)


def not_taken(t: Device, attempt: Attempt, out: list[Effect]) -> str:
    """(waiting) A query says that it is approved, and the log does not take it: it stays in doubt."""
    out.append(Logged(attempt.about, "store-failed", {"how": t.store, "key": attempt.key}))
    t.show(out, attempt.about, "store-failed", "", attempt.key, attempt.amount_fen)
    return rest(t, out)


def failing(t: Device, given: StoreFailing, at: Instant, out: list[Effect]) -> str:
    """(any state) Nobody notices before the next write."""
    t.store = given.how
    return t.session


def mended(t: Device, given: StoreMended, at: Instant, out: list[Effect]) -> str:
    """(any state) The log takes approvals again; what was refused for want of it may be keyed in again."""
    t.store = ""
    if t.flash.shut == LOG_FULL:
        t.flash.shut = ""
    return t.session
