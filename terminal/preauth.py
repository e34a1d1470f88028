"""预授权: holds, from the keyed amount to the stored approval, and their completion into a payment.

A hold pays nobody. Its completion is a request of its own, with its own STAN and reversal record, for an amount that
may differ; the host and the card's bank say how far.
"""

from poslab.messages.card import (
    COMPLETION,
    COMPLETION_NOTICE,
    PIN_ABSENT,
    PREAUTH,
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialRequest,
    FinancialResponse,
)
from poslab.messages.codes import APPROVALS
from poslab.messages.people import CompletionKeyed, PreauthKeyed
from poslab.party.contract import Effect, Kept, Logged
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Instant
from terminal import merchant_book, storage
from terminal.attempts import APPROVED, COMPLETED, HELD, SENT, moved
from terminal.device import IDLE, Device
from terminal.errands import Completing
from terminal.flash import Attempt, Entry, Notice, Record, attempt_of
from terminal.keys import agrees
from terminal.line import ask, not_connected, rest
from terminal.notices import stored
from terminal.printing import printed_soon, slip_of
from terminal.request import announced, broken_mac, misfit, not_approved, refused_answer, sent

_MINE = (PreauthKeyed, Completing)


def in_hand(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with a hold or a completion."""
    return type(t.errand) in _MINE


def awaited(t: Device, given: FinancialResponse, at: Instant) -> bool:
    """Whether this answers the hold or the completion in hand."""
    asked = PreauthKeyed if type(given) is AuthorisationResponse else Completing
    return given.key == t.key and type(t.errand) is asked


def keyed(t: Device, given: PreauthKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Dial for a hold, but not while the same card and amount are in doubt."""
    if t.flash.doubted(given.card, given.amount_fen) is not None:
        out.append(Logged(given.about, "doubt-blocked"))
        t.show(out, given.about, "doubt-blocked", "", "", given.amount_fen)
        return IDLE
    if storage.refuses(t, given.about, given.amount_fen, out):
        return IDLE
    return ask(t, given, out)


def completion_keyed(t: Device, given: CompletionKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Refuse here what the terminal itself knows to be impossible; else dial for the completion."""
    found = t.flash.to_take_back(given.voucher, given.about, (PREAUTH,))
    why = _refusal(t, found, given)
    if why or found is None:
        out.append(Logged(given.about, "completion-refused", {"why": why}))
        t.show(out, given.about, "completion-refused", why)
        return IDLE
    hold = found[1]
    amount_fen = given.amount_fen or hold.amount_fen
    if storage.refuses(t, hold.about, amount_fen, out):
        return IDLE
    if not given.notice:
        return ask(t, Completing(hold.about, hold, amount_fen), out)
    key = announced(t, hold.about, COMPLETION_NOTICE, out)
    told = Attempt(
        hold.about, key, COMPLETION_NOTICE, amount_fen, hold.card, hold.entry, auth=hold.auth, at=at, original=hold.key
    )
    return stored(t, Notice(told, hold.rrn), "completion", out)


def _refusal(t: Device, found: Entry | None, given: CompletionKeyed) -> str:
    if found is None:
        return "unknown-voucher"
    if any(notice.attempt.original == found[1].key for notice in t.flash.notices.values()):
        return "already-completed"
    if found[0] == HELD:
        return ""
    return _REFUSED.get(found[0], "not-approved" if given.notice else "")


_REFUSED = {"voided": "already-voided", COMPLETED: "already-completed"}
"""Whatever else keeps a hold from being completed, the host says."""


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Take the STAN, keep the reversal record, send the 0100 or the completion's 0200."""
    errand = t.errand
    if type(errand) is Completing:
        return _complete(t, errand, out)
    assert type(errand) is PreauthKeyed
    about = errand.about
    key = announced(t, about, PREAUTH, out)
    return sent(
        t,
        Record(about, key, PREAUTH, errand.amount_fen, errand.card, errand.entry, errand.operator),
        AuthorisationRequest(
            about, key, t.mid, PREAUTH, errand.amount_fen, errand.card, errand.entry, errand.pin,
            mac=t.flash.key_version,
        ),
        out,
    )  # fmt: skip


def _complete(t: Device, errand: Completing, out: list[Effect]) -> str:
    hold = errand.hold
    about = hold.about
    key = announced(t, about, COMPLETION, out)
    return sent(
        t,
        Record(about, key, COMPLETION, errand.amount_fen, hold.card, hold.entry, errand.operator, hold.key),
        FinancialRequest(
            about, key, t.mid, COMPLETION, errand.amount_fen, hold.card, hold.entry, PIN_ABSENT, hold.key, hold.rrn,
            hold.auth, t.flash.key_version,
        ),
        out,
    )  # fmt: skip


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Nothing was sent, so nothing happened."""
    not_connected(t, given, out)
    errand = t.errand
    assert isinstance(errand, _MINE)
    t.show(out, errand.about, "connect-failed", "", "", errand.amount_fen)
    return rest(t, out)


def answered(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Approved, declined, in doubt, or no answer to this request at all."""
    errand = t.errand
    assert isinstance(errand, _MINE)
    what = PREAUTH if type(errand) is PreauthKeyed else COMPLETION
    field = misfit(t, given, what, errand.amount_fen)
    if field:
        return refused_answer(t, given, field, out)
    if given.code not in APPROVALS:
        return not_approved(t, given, at, out)
    if not agrees(t, given):
        return broken_mac(t, given, out, at)
    if t.store:
        return storage.not_stored(t, given, at, out)
    record = t.flash.records.pop(given.key)
    kept = attempt_of(record, given.host_at or at, given.rrn, given.auth, given.expected_date)
    out.append(Kept(record.about, "approval"))
    return approved(t, kept, SENT, out)


def approved(t: Device, attempt: Attempt, before: str, out: list[Effect]) -> str:
    """Store the approval; a completion is a payment from now on, and its hold is used up. A slip says which."""
    about = attempt.about
    if attempt.what == PREAUTH:
        t.flash.finish(HELD, attempt)
        moved(out, about, attempt.key, before, HELD)
        t.show(out, about, "held", "00", attempt.key, attempt.amount_fen)
    else:
        t.flash.finish(APPROVED, attempt)
        moved(out, about, attempt.key, before, APPROVED)
        merchant_book.sold(attempt, out)
        moved(out, about, attempt.original, t.flash.rewrite(attempt.original, COMPLETED, HELD), COMPLETED)
        t.show(out, about, "completed", "00", attempt.key, attempt.amount_fen)
    return printed_soon(t, slip_of(t, attempt.what, attempt, "00"), out)
