"""撤销: the menus' voids of a stored sale, hold or completion, with the supervisor's password."""

from collections.abc import Mapping

import msgspec

from poslab.messages.card import (
    COMPLETION_VOID,
    COMPLETIONS,
    PIN_ABSENT,
    PREAUTH,
    PREAUTH_VOID,
    QR,
    SALE,
    SALES,
    VOID,
    AuthorisationRequest,
    FinancialRequest,
    FinancialResponse,
)
from poslab.messages.codes import APPROVALS
from poslab.messages.people import VoidKeyed
from poslab.party.contract import Effect, Kept, Logged
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Instant
from terminal import merchant_book, storage
from terminal.attempts import APPROVED, COMPLETED, HELD, OFFLINE_UNSENT, SENT, VOIDED, moved
from terminal.device import IDLE, Device
from terminal.errands import Voiding
from terminal.flash import STANDS, Attempt, Entry, Record, attempt_of
from terminal.keys import agrees
from terminal.line import ask, not_connected, rest
from terminal.printing import printed_soon, slip_of
from terminal.request import announced, broken_mac, misfit, not_approved, refused_answer, sent

_OF: Mapping[str, tuple[str, ...]] = {VOID: SALES, PREAUTH_VOID: (PREAUTH,), COMPLETION_VOID: COMPLETIONS}
"""Which menu takes what back."""
_STOOD: Mapping[str, str] = {VOID: APPROVED, PREAUTH_VOID: HELD, COMPLETION_VOID: APPROVED}
"""How it stood before."""


def in_hand(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with a void."""
    return type(t.errand) is Voiding


def awaited(t: Device, given: FinancialResponse, at: Instant) -> bool:
    """Whether this answers the void in hand."""
    return given.key == t.key and type(t.errand) is Voiding


def keyed(t: Device, given: VoidKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Refuse here what the terminal itself knows to be impossible; else dial for it."""
    found = t.flash.to_take_back(given.voucher, given.about, _OF[given.what])
    why = _refusal(t, given, found)
    if why or found is None:
        out.append(Logged(given.about, "void-refused", {"why": why}))
        t.show(out, given.about, "void-refused", why)
        return IDLE
    sale = found[1]
    if found[0] == OFFLINE_UNSENT:
        return _on_the_spot(t, sale, out)
    if t.flash.shut or t.flash.log.left <= t.look_left:
        why = storage.objection(t, sale.about, out)
        if why:
            out.append(Logged(sale.about, "void-refused", {"why": why}))
            t.show(out, sale.about, "void-refused", why)
            return IDLE
    return ask(t, Voiding(sale.about, sale, what=given.what), out)


def _refusal(t: Device, given: VoidKeyed, found: Entry | None) -> str:
    if found is None:
        return "unknown-voucher"
    state, sale = found
    if state == VOIDED:
        return "already-voided"
    if state == COMPLETED:
        return "already-completed"
    if state == OFFLINE_UNSENT:
        if t.flash.notices[sale.key].sent:
            return "upload-first"
    elif state not in STANDS:
        return "not-approved"
    if found[1].entry == QR:
        return "by-code"
    return "" if given.supervisor else "supervisor"


def _on_the_spot(t: Device, sale: Attempt, out: list[Effect]) -> str:
    """A sale that was stored offline and never sent is taken out of the queue; nobody else ever hears of it."""
    about, key = sale.about, sale.key
    del t.flash.notices[key]
    t.flash.finish(VOIDED, sale)
    out.append(Kept(about, "notice-withdrawn"))
    moved(out, about, key, OFFLINE_UNSENT, VOIDED)
    merchant_book.taken_back("P6", sale, out)
    out.append(Logged(about, "voided-here", {"key": key}))
    t.show(out, about, "void-done", "", key, sale.amount_fen)
    return printed_soon(t, slip_of(t, VOID, sale), out)


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) A void is a request of its own: own STAN, own reversal record."""
    errand = t.errand
    assert type(errand) is Voiding
    sale = errand.sale
    about = sale.about
    what = errand.what
    key = announced(t, about, what, out)
    request = AuthorisationRequest if what == PREAUTH_VOID else FinancialRequest
    return sent(
        t,
        Record(about, key, what, sale.amount_fen, sale.card, sale.entry, errand.operator, sale.key),
        request(
            about, key, t.mid, what, sale.amount_fen, sale.card, sale.entry, PIN_ABSENT, sale.key, sale.rrn,
            sale.auth, t.flash.key_version,
        ),
        out,
    )  # fmt: skip


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Nothing was sent: the sale stands."""
    not_connected(t, given, out)
    errand = t.errand
    assert type(errand) is Voiding
    t.show(out, errand.about, "connect-failed", "", "", errand.sale.amount_fen)
    return rest(t, out)


def answered(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Voided, refused, in doubt, or no answer to this request at all."""
    errand = t.errand
    assert type(errand) is Voiding
    field = misfit(t, given, errand.what, errand.sale.amount_fen)
    if field:
        return refused_answer(t, given, field, out)
    if given.code not in APPROVALS:
        return not_approved(t, given, at, out)
    if not agrees(t, given):
        return broken_mac(t, given, out, at)
    if t.store:
        return storage.not_stored(t, given, at, out)
    record = t.flash.records.pop(given.key)
    kept = attempt_of(record, given.host_at or at, given.rrn)
    out.append(Kept(record.about, "approval"))
    return carried_out(t, kept, SENT, out)


def carried_out(t: Device, void: Attempt, before: str, out: list[Effect]) -> str:
    """The void is approved: its sale is voided, and a slip says so. Behind a completion the hold stands again."""
    about = void.about
    flash = t.flash
    stood = flash.attempt(void.original)
    flash.finish(APPROVED, void)
    moved(out, about, void.key, before, APPROVED)
    moved(out, about, void.original, flash.rewrite(void.original, VOIDED, _STOOD[void.what]), VOIDED)
    if void.what != PREAUTH_VOID:
        # What has left the log is known from the void alone, which is always for all of it.
        gone = msgspec.structs.replace(void, key=void.original, what=SALE)
        merchant_book.taken_back("P6", stood or gone, out)
    if void.what == COMPLETION_VOID:
        _hold_again(t, void, out)
    flash.recent.pop((void.card, void.amount_fen), None)
    out.append(Logged(about, "voided", {"original": void.original, "key": void.key}))
    t.show(out, about, "void-done", "00", void.key, void.amount_fen)
    return printed_soon(t, slip_of(t, void.what, void, "00"), out)


def _hold_again(t: Device, void: Attempt, out: list[Effect]) -> None:
    flash = t.flash
    held = next((attempt.original for _, attempt in flash.entries() if attempt.key == void.original), "")
    if held:
        moved(out, void.about, held, flash.rewrite(held, HELD, COMPLETED), HELD)
