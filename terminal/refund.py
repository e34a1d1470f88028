"""退货: all or part of a payment is given back once its batch is closed, with the supervisor's password.

The log of a closed batch is empty, so the payment is keyed in from its slip. A refund is a notice: kept before it is
sent, repeated under its own STAN until it is answered, and never reversed. Until then no second one is taken for the
same payment.
"""

from poslab.messages.card import QR, REFUND, NoticeResponse, parts_of
from poslab.messages.codes import APPROVALS
from poslab.messages.people import RefundKeyed
from poslab.party.contract import Effect, Kept, Logged
from poslab.party.time import DAY, Instant
from terminal import merchant_book, storage
from terminal.attempts import APPROVED, APPROVED_UNPRINTED, NONE, OFFLINE_UNSENT, moved
from terminal.device import IDLE, Device
from terminal.errands import Uploading
from terminal.flash import Attempt, Notice
from terminal.line import ask
from terminal.printing import put, slip_of
from terminal.request import announced

_STANDS = (APPROVED, APPROVED_UNPRINTED)


def keyed(t: Device, given: RefundKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Refuse here what the terminal itself knows to be impossible; else keep the refund and dial for it."""
    about = given.about
    why = _refusal(t, given, at) or storage.objection(t, about, out)
    if why:
        out.append(Logged(about, "refund-refused", {"why": why}))
        t.show(out, about, "refund-refused", why, "", given.amount_fen)
        return IDLE
    key = announced(t, about, REFUND, out)
    told = Attempt(
        about, key, REFUND, given.amount_fen, given.card, given.entry, given.operator, at=at, original=given.original
    )
    t.flash.notices[key] = Notice(told, given.original_rrn)
    out.append(Kept(about, "notice"))
    moved(out, about, key, NONE, OFFLINE_UNSENT)
    out.append(Logged(about, "notice-stored", {"key": key, "unsent": t.flash.unsent}))
    return ask(t, Uploading(about, key), out)


def _refusal(t: Device, given: RefundKeyed, at: Instant) -> str:
    if not given.supervisor:
        return "supervisor"
    if given.amount_fen <= 0:
        return "amount"
    if given.entry == QR:
        return "by-code"
    tid, batch, _ = parts_of(given.original)
    if tid != t.flash.tid:
        return "other-terminal"
    if any(notice.attempt.original == given.original for notice in t.flash.notices.values()):
        return "refund-waits"
    return "void-instead" if batch == t.flash.batch and _can_be_voided(t, given.original, at) else ""


def _can_be_voided(t: Device, key: str, at: Instant) -> bool:
    """Whether the payment stands in the open batch and its day is not over."""
    found = next((entry for entry in t.flash.entries() if entry[1].key == key), None)
    if found is None or found[0] not in _STANDS:
        return False
    sold = found[1].at
    cut_off = sold - sold % DAY + t.cut_off
    return at < (cut_off if sold < cut_off else cut_off + DAY)


def is_one(notice: Notice) -> bool:
    """Whether a stored notice is a refund."""
    return notice.attempt.what == REFUND


def waits(t: Device, told: Attempt, out: list[Effect]) -> None:
    """It was not answered: the customer must not be refunded a second time."""
    t.show(out, told.about, "refund-waiting", "", told.key, told.amount_fen)


def answered(t: Device, kept: Attempt, given: NoticeResponse, out: list[Effect]) -> None:
    """The host has taken it: it is booked, and a slip tells the customer."""
    merchant_book.refunded(kept, out)
    out.append(Logged(kept.about, "refunded", {"original": kept.original, "key": kept.key}))
    t.show(out, kept.about, "refund-done", given.code, kept.key, kept.amount_fen)
    assert given.code in APPROVALS
    put(t, slip_of(t, REFUND, kept, given.code), out)
