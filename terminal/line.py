"""The line to the host: one errand at a time, reversals first, and what comes after it."""

from poslab.messages.card import REFUND
from poslab.messages.people import (
    BalanceKeyed,
    CancelPressed,
    CodeScanned,
    PreauthKeyed,
    SaleKeyed,
    SettleKeyed,
    SignOnKeyed,
)
from poslab.party.contract import Connect, Effect, Input, Logged, Remind
from poslab.party.facts import ConnectFailed
from poslab.party.time import Duration, Instant
from terminal.device import CONNECTING, IDLE, Device
from terminal.errands import Completing, Errand, Querying, RetryDue, Reversing, SettleDue, Uploading, Voiding

FLUSHING = (SaleKeyed, CodeScanned, Voiding, BalanceKeyed, Querying, SettleKeyed, PreauthKeyed, Completing, Uploading)
"""Online transactions: each sends waiting reversals first, then itself. Management of the terminal does not."""


NEXT_ONLINE = "next-online"


def ask(t: Device, wish: Errand, out: list[Effect]) -> str:
    """Take a keyed request: sign on first where that is wanted, then deliver what waits, reversals first, then it."""
    t.wish = wish
    t.show(out, wish.about, "processing")
    if not t.flash.signed_on:
        return dial(t, SignOnKeyed(wish.about), out)
    return proceed(t, out)


def dial(t: Device, errand: Errand, out: list[Effect]) -> str:
    """Open a connection for an errand; nothing is sent before it stands."""
    t.errand = errand
    t.key = ""
    out.append(Connect(t.route, errand.about))
    return CONNECTING


def proceed(t: Device, out: list[Effect]) -> str:
    """An errand ended well: the next waiting reversal, then stored notices, then the wish behind them, else rest."""
    wish = t.wish
    records = t.flash.records
    if records and (t.background or isinstance(wish, FLUSHING)):
        oldest = next(iter(records.values()))
        if not t.background:
            t.show(out, oldest.about, "reversing", oldest.reason, oldest.key, oldest.amount_fen)
        return dial(t, Reversing(oldest.about, oldest.key), out)
    if wish is None:
        return upload(t, tried(t), out) if t.background else rest(t, out)
    if t.flash.notices:
        along = _taken_along(t, wish)
        if along:
            return upload(t, along, out)
    return carry_out(t, wish, out)


def _taken_along(t: Device, wish: Errand) -> tuple[str, ...]:
    """Stored notices that are sent before this wish is carried out: all of them, or the refunds that are waiting."""
    if type(wish) is Uploading or not isinstance(wish, FLUSHING):
        return ()
    notices = t.flash.notices
    if type(wish) is SettleKeyed or t.parameters.offline_send == NEXT_ONLINE:
        return tuple(notices)
    return tuple(key for key, notice in notices.items() if notice.attempt.what == REFUND)


def upload(t: Device, keys: tuple[str, ...], out: list[Effect]) -> str:
    """Dial for the notices with these keys, one after the other; with none left, for the wish behind them."""
    if keys:
        first = t.flash.notices[keys[0]].attempt
        t.show(out, first.about, "uploading", "", first.key, first.amount_fen)
        return dial(t, Uploading(first.about, first.key, keys[1:]), out)
    return rest(t, out) if t.wish is None else carry_out(t, t.wish, out)


def carry_out(t: Device, wish: Errand, out: list[Effect]) -> str:
    """Dial for the wish itself."""
    t.wish = None
    return dial(t, wish, out)


def rest(t: Device, out: list[Effect]) -> str:
    """Nothing is on the line any more; see to what is left for the background."""
    left = t.background
    t.errand = None
    t.key = ""
    t.wish = None
    t.background = False
    t.resigned = False
    t.flash.in_hand = ""
    if t.flash.records or t.armed or t.retry_due or left:
        return _look_after_what_is_left(t, out)
    return IDLE


def tried(t: Device) -> tuple[str, ...]:
    """The stored notices that are told by themselves until somebody hears: what was sent before, and refunds."""
    notices = t.flash.notices.items()
    return tuple(key for key, notice in notices if not notice.heard and (notice.sent or notice.attempt.what == REFUND))


def tell_again(t: Device, out: list[Effect]) -> None:
    """A notice that was sent was not answered, or not for good: it goes again by itself, in a background round."""
    if not t.armed and tried(t):
        arm(t, out)


def _look_after_what_is_left(t: Device, out: list[Effect]) -> str:
    again = tried(t)
    if not t.flash.records and not again:
        t.armed = t.retry_due = False
        t.step = 0
        return IDLE
    if t.retry_due:
        t.retry_due = False
        return in_background(t, out)
    if not t.armed and (again or t.parameters.policy == "park"):
        arm(t, out)
    return IDLE


def arm(t: Device, out: list[Effect]) -> None:
    """Let the next background round come: after 30 s, 60 s, 120 s … by the terminal's parameters, without limit."""
    t.flash.round += 1
    t.armed = True
    out.append(Remind(_pause_us(t, t.step), RetryDue(_oldest(t), t.flash.round)))
    t.step += 1


def _oldest(t: Device) -> str:
    """What a background round is about: the oldest record, else the oldest notice that was sent."""
    record = next(iter(t.flash.records.values()), None)
    return record.about if record is not None else t.flash.notices[tried(t)[0]].attempt.about


def settle_later(t: Device, out: list[Effect]) -> None:
    """Let the batch be settled again after a while, with the same pauses, without limit."""
    t.flash.settle_round += 1
    t.settle_due = True
    out.append(Remind(_pause_us(t, t.settle_step), SettleDue("", t.flash.settle_round)))
    t.settle_step += 1


def _pause_us(t: Device, step: int) -> Duration:
    parameters = t.parameters
    pause_us = parameters.retry_first_us
    for _ in range(step):
        if pause_us >= parameters.retry_max_us:
            break
        pause_us *= 2
    return min(pause_us, parameters.retry_max_us)


def in_background(t: Device, out: list[Effect]) -> str:
    """Deliver waiting reversals, then notices that were not heard, oldest first, though nobody keyed anything."""
    t.background = True
    if not t.flash.signed_on:
        return dial(t, SignOnKeyed(_oldest(t)), out)
    return proceed(t, out)


def retry_due(t: Device, given: RetryDue, at: Instant, out: list[Effect]) -> str:
    """(idle) The background round begins."""
    t.armed = False
    return in_background(t, out) if t.flash.records or tried(t) else IDLE


def retry_later(t: Device, given: RetryDue, at: Instant, out: list[Effect]) -> str:
    """(busy) The round begins as soon as the line is free."""
    t.armed = False
    t.retry_due = True
    return t.session


def not_connected(t: Device, given: ConnectFailed, out: list[Effect]) -> None:
    """Log that a dial failed: nothing was sent, no STAN taken."""
    out.append(Logged(given.about, "connect-failed", {"reason": given.reason}))


def given_up(t: Device, given: CancelPressed, at: Instant, out: list[Effect]) -> str:
    """(connecting, or waiting for what moves no money) Key 取消: it is over, and what waited behind it too."""
    errand = t.wish or t.errand
    assert errand is not None
    out.append(Logged(errand.about, "cancelled"))
    t.show(out, errand.about, "cancelled")
    return rest(t, out)


def busy(t: Device, given: Input, at: Instant, out: list[Effect]) -> str:
    """(not idle) One transaction at a time: a keyed request is not taken."""
    out.append(Logged(given.about, "busy"))
    t.show(out, given.about, "busy")
    return t.session
