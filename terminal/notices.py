"""通知类交易: what the terminal stored without asking anybody, and tells until somebody has heard it.

A sale stored offline is kept before its slip comes out. It waits for its occasion; then it is sent, oldest first, under
the key that it got when it was stored. From then on the terminal repeats it by itself under the same key until it is
answered: there is no reversal of a notice. While it was not sent it can be voided on the terminal itself.
"""

from poslab.messages.card import (
    ADJUSTMENT,
    ADJUSTMENTS,
    CHIP_OFFLINE_SALE,
    COMPLETION_NOTICE,
    OFFLINE_SALE,
    QR,
    REFUND,
    TIP,
    FinancialNotice,
    NoticeResponse,
)
from poslab.messages.codes import APPROVALS, settles
from poslab.messages.people import AdjustmentKeyed, OfflineSaleKeyed, Slip
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Instant
from terminal import merchant_book, refund, storage
from terminal.attempts import (
    APPROVED,
    APPROVED_UNPRINTED,
    COMPLETED,
    DECLINED,
    HELD,
    NONE,
    OFFLINE_UNSENT,
    PURGED,
    moved,
)
from terminal.device import IDLE, WAITING, Device
from terminal.errands import AnswerOverdue, Uploading
from terminal.flash import Attempt, Entry, Notice
from terminal.line import not_connected, tell_again, upload
from terminal.printing import printed_soon, put, slip_of
from terminal.request import announced, misfit, refused_answer

WRONG_KEYS = "A0"
RESENDS = "resend-as-new"
FORGETS = "forget"


def in_hand(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with a stored notice."""
    return type(t.errand) is Uploading


def awaited(t: Device, given: NoticeResponse, at: Instant) -> bool:
    """Whether this answers the notice in hand; an answer to an earlier sending of it is as good."""
    return given.key == t.key and type(t.errand) is Uploading


# --- what happens at the till


def sale_keyed(t: Device, given: OfflineSaleKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Store a sale without asking anybody, as far as the floor limit permits."""
    about = given.about
    why = _refusal(t, given) or storage.objection(t, about, out)
    if why:
        out.append(Logged(about, "offline-refused", {"why": why}))
        t.show(out, about, "offline-refused", why, "", given.amount_fen)
        return IDLE
    what = CHIP_OFFLINE_SALE if given.entry == "chip" else OFFLINE_SALE
    key = announced(t, about, what, out)
    sale = Attempt(about, key, what, given.amount_fen, given.card, given.entry, given.operator, auth=given.auth, at=at)
    return stored(t, Notice(sale), "offline", out)


def _refusal(t: Device, given: OfflineSaleKeyed) -> str:
    if t.flash.open and t.flash.doubted(given.card, given.amount_fen) is not None:
        return "doubt"
    limit_fen = t.parameters.floor_limit_fen
    if not limit_fen:
        return "not-permitted"
    return "over-limit" if given.amount_fen > limit_fen else ""


def adjustment_keyed(t: Device, given: AdjustmentKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) 小费, 结算调整: an approved sale of the open batch has another amount from now on."""
    found = t.flash.to_take_back(given.voucher, given.about)
    why = _not_adjustable(t, given, found)
    if why or found is None:
        out.append(Logged(given.about, "adjustment-refused", {"why": why}))
        t.show(out, given.about, "adjustment-refused", why, "", given.amount_fen)
        return IDLE
    sale = found[1]
    what = TIP if given.tip else ADJUSTMENT
    key = announced(t, sale.about, what, out)
    told = Attempt(
        sale.about, key, what, given.amount_fen, sale.card, sale.entry, given.operator, auth=sale.auth, at=at,
        original=sale.key,
    )  # fmt: skip
    return stored(t, Notice(told, sale.rrn), "adjustment", out)


def _not_adjustable(t: Device, given: AdjustmentKeyed, found: Entry | None) -> str:
    if found is None:
        return "unknown-voucher"
    state, sale = found
    if state not in (APPROVED, APPROVED_UNPRINTED):
        return "not-approved"
    if sale.entry == QR:
        return "by-code"
    if not sale.key.startswith(t.flash.prefix):
        return "batch-closed"
    if any(notice.attempt.original == sale.key for notice in t.flash.notices.values()):
        return "adjusted-already"
    return "amount" if given.amount_fen <= 0 or (given.tip and given.amount_fen < sale.amount_fen) else ""


def stored(t: Device, notice: Notice, slip: str, out: list[Effect]) -> str:
    """Keep a notice in the queue, then print its slip."""
    told = notice.attempt
    about, key = told.about, told.key
    t.flash.notices[key] = notice
    t.flash.in_hand = about
    out.append(Kept(about, "notice"))
    moved(out, about, key, NONE, OFFLINE_UNSENT)
    merchant_book.sold(told, out)
    out.append(Logged(about, "notice-stored", {"key": key, "unsent": t.flash.unsent}))
    t.show(out, about, "offline-stored", "", key, told.amount_fen)
    return printed_soon(t, slip_of(t, slip, told), out)


# --- sending


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Send the 0220 under its own key; a queue at fault takes a new STAN for what was answered already."""
    errand = t.errand
    assert type(errand) is Uploading
    notice = t.flash.notices[errand.key]
    if notice.heard:
        notice = _as_new(t, notice, out)
    told = notice.attempt
    about, key = told.about, told.key
    flash = t.flash
    sent = notice.sent + 1
    flash.notices[key] = Notice(told, notice.original_rrn, sent)
    flash.number += 1
    flash.in_hand = about
    t.key = key
    out.append(Kept(about, "notice-count"))
    out.append(Logged(about, "notice-sent", {"attempt": sent, "key": key}))
    message = FinancialNotice(
        about, key, t.mid, told.what, told.amount_fen, told.card, told.entry, told.original, notice.original_rrn,
        told.auth, flash.key_version,
    )  # fmt: skip
    out.append(Send(t.route, message, sent))
    out.append(Remind(t.timeout_us, AnswerOverdue(about, flash.number)))
    return WAITING


def _as_new(t: Device, notice: Notice, out: list[Effect]) -> Notice:
    told = notice.attempt
    key = announced(t, told.about, told.what, out)
    del t.flash.notices[told.key]
    again = Attempt(
        told.about, key, told.what, told.amount_fen, told.card, told.entry, told.operator, auth=told.auth, at=told.at,
        original=told.original,
    )  # fmt: skip
    out.append(Kept(told.about, "notice"))
    moved(out, told.about, key, NONE, OFFLINE_UNSENT)
    merchant_book.sold(again, out)
    out.append(Logged(told.about, "notice-renumbered", {"key": key, "original": told.key}))
    return Notice(again, notice.original_rrn)


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Nothing was sent; what waits behind the notices tries for itself."""
    not_connected(t, given, out)
    _tell_of_refund(t, out)
    tell_again(t, out)
    return upload(t, (), out)


def silent(t: Device, given: object, at: Instant, out: list[Effect]) -> str:
    """(waiting) No answer: it stays in the queue as it is and is told again, and what waits behind it goes on."""
    errand = t.errand
    assert type(errand) is Uploading
    out.append(Logged(errand.about, "no-answer", {"key": t.key}))
    _tell_of_refund(t, out)
    tell_again(t, out)
    return upload(t, (), out)


def _tell_of_refund(t: Device, out: list[Effect]) -> None:
    errand = t.errand
    assert type(errand) is Uploading
    notice = t.flash.notices[errand.key]
    if refund.is_one(notice) and not t.background:
        refund.waits(t, notice.attempt, out)


def answered(t: Device, given: NoticeResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Taken, refused for good, or not for now, in which case it stays in the queue."""
    errand = t.errand
    assert type(errand) is Uploading
    notice = t.flash.notices[given.key]
    told = notice.attempt
    field = misfit(t, given, told.what, told.amount_fen)
    if not field and given.code in APPROVALS and (given.mac != t.flash.key_version or not given.mac):
        field = "mac"
    if field:
        return refused_answer(t, given, field, out)
    out.append(Logged(told.about, "notice-answered", {"code": given.code, "key": told.key}))
    if not settles(given.code):
        if given.code == WRONG_KEYS:
            t.flash.signed_on = False
        _tell_of_refund(t, out)
        tell_again(t, out)
        return upload(t, (), out)
    _settled(t, notice, given, at, out)
    return upload(t, errand.left, out)


def _settled(t: Device, notice: Notice, given: NoticeResponse, at: Instant, out: list[Effect]) -> None:
    told = notice.attempt
    about, key = told.about, told.key
    kept = Attempt(
        about, key, told.what, told.amount_fen, told.card, told.entry, told.operator, given.rrn,
        told.auth or given.auth, told.at, "", told.original,
    )  # fmt: skip
    if t.parameters.offline_queue == RESENDS:
        t.flash.notices[key] = Notice(told, notice.original_rrn, notice.sent, heard=True)
    else:
        del t.flash.notices[key]
    out.append(Kept(about, "notice-settled"))
    if given.code in APPROVALS:
        t.flash.finish(APPROVED, kept)
        moved(out, about, key, OFFLINE_UNSENT, APPROVED)
        if told.what in ADJUSTMENTS:
            _repriced(t, told, out)
        if told.what == COMPLETION_NOTICE:
            moved(out, about, told.original, t.flash.rewrite(told.original, COMPLETED, HELD), COMPLETED)
        if told.what == REFUND:
            refund.answered(t, kept, given, out)
            return
        t.show(out, about, "notice-taken", given.code, key, told.amount_fen)
        return
    t.flash.finish(DECLINED + given.code, kept)
    moved(out, about, key, OFFLINE_UNSENT, DECLINED + given.code)
    merchant_book.refused(told, out)
    refused = "refund-declined" if told.what == REFUND else "notice-refused"
    t.show(out, about, refused, given.code, key, told.amount_fen)
    put(
        t,
        Slip(
            about, t.address, "decline", key, t.mid, told.card, told.entry, told.amount_fen, given.rrn, "",
            given.host_at or at, given.code, "", told.original, operator=told.operator,
        ),
        out,
    )  # fmt: skip


def _repriced(t: Device, told: Attempt, out: list[Effect]) -> None:
    sale = t.flash.attempt(told.original)
    if sale is not None and t.flash.stored_as_approved(sale.key):
        merchant_book.repriced(sale, told, out)
    t.flash.reprice(told.original, told.amount_fen)


def late(t: Device, given: NoticeResponse, at: Instant, out: list[Effect]) -> str:
    """Nobody waits for this answer any more; the notice is repeated until one comes in time."""
    out.append(Logged(given.about, "late-answer-discarded", {"mti": "0230", "code": given.code, "key": given.key}))
    return t.session


# --- a queue that is not kept


def purge(t: Device, out: list[Effect]) -> None:
    """Lose everything that was stored and not sent, as no terminal may."""
    for key, notice in t.flash.notices.items():
        about = notice.attempt.about
        out.append(Logged(about, "notice-lost", {"key": key}))
        moved(out, about, key, OFFLINE_UNSENT, PURGED)
    t.flash.notices.clear()
