"""结算: the batch is compared with the host's, uploaded where it differs, and closed.

The host says *equal*, and the terminal says that it has heard; or *unequal*, and the terminal names its transactions
one after the other, and says that it is through. Either way the answer to that end closes the batch: its log is emptied
and the next one begins. From the comparison on until then no sale is taken, and whatever breaks off goes on where it
stopped, after a lost line as after a power cut.
"""

from collections.abc import Iterator

import msgspec

from poslab.messages import batch
from poslab.messages.batch import (
    EQUAL,
    RECORDS_A_MESSAGE,
    UNEQUAL,
    Detail,
    SettlementRequest,
    SettlementResponse,
    Totals,
    UploadRequest,
    UploadResponse,
    totals_of,
)
from poslab.messages.card import CHIP_OFFLINE_SALE, COMPLETION_NOTICE, OFFLINE_SALE, PAYS, QR, REFUND, SALE, parts_of
from poslab.messages.facts import TotalsDamaged
from poslab.messages.people import SettleKeyed, SettlementSlip
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import DAY, MINUTE, Duration, Instant
from terminal.attempts import APPROVED, APPROVED_UNPRINTED, DECLINED, REVERSED, VOIDED
from terminal.device import WAITING, Device
from terminal.errands import AnswerOverdue, Closing, SettleDue
from terminal.flash import Attempt, Entry, Flash, Settlement
from terminal.keys import SIGN_ON_AGAIN, agrees, sign_on_next, sign_on_now
from terminal.line import ask, dial, not_connected, proceed, rest, settle_later
from terminal.notices import FORGETS, purge

DONE = "00"
NOT_ALL_THERE = "79"
SETTLE_FIRST = "settle-first"
FULL = "full"
AFTER_CUT_OFF: Duration = 30 * MINUTE
"""So long after the cut-off of its day a supervisor may close a batch though a reversal waits."""
TIMES_IN_A_ROW = 3
"""How often one upload begins anew because the host missed something."""

FLAGS = {EQUAL: "equal", UNEQUAL: "unequal"}
_CHIP = ("chip", "contactless")
_STORED = (APPROVED, APPROVED_UNPRINTED)
_FAILED = (DECLINED, REVERSED)


def settling(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with comparing its batch."""
    return type(t.errand) is SettleKeyed


def uploading(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with an upload, or with its end."""
    return type(t.errand) is Closing


def compared(t: Device, given: SettlementResponse, at: Instant) -> bool:
    """Whether this answers the comparison in hand."""
    return given.key == t.key and type(t.errand) is SettleKeyed


def heard(t: Device, given: UploadResponse, at: Instant) -> bool:
    """Whether this answers the message of the upload in hand."""
    return given.key == t.key and type(t.errand) is Closing


# --- keyed


def keyed(t: Device, given: SettleKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Reversals go first, and whatever was stored and not sent; then the batch, from where it stopped."""
    t.settle = given
    t.settle_due = False
    t.settle_step = 0
    return _begun(t, given, out)


def due(t: Device, given: SettleDue, at: Instant, out: list[Effect]) -> str:
    """(idle) What was left for later."""
    t.settle_due = False
    return _begun(t, t.settle, out)


def due_later(t: Device, given: SettleDue, at: Instant, out: list[Effect]) -> str:
    """(busy) Not now."""
    settle_later(t, out)
    return t.session


def _begun(t: Device, given: SettleKeyed, out: list[Effect]) -> str:
    if _is_compared(t.flash) and t.flash.signed_on:
        t.show(out, given.about, "batch-uploading")
        return dial(t, Closing(given.about), out)
    return ask(t, given, out)


def may_close(t: Device, wish: SettleKeyed, at: Instant) -> bool:
    """Whether the batch may be closed though reversals wait: by a supervisor, long after the cut-off of their day."""
    if not wish.supervisor:
        return False
    return all(_next_cut_off(t, record.since) + AFTER_CUT_OFF <= at for record in t.flash.records.values())


def _next_cut_off(t: Device, since: Instant) -> Instant:
    today = since - since % DAY + t.cut_off
    return today if today > since else today + DAY


def refused(t: Device, why: str, out: list[Effect]) -> str:
    """The batch stays open."""
    out.append(Logged("", "settle-refused", {"why": why, "key": t.flash.prefix}))
    t.show(out, "", "settle-refused", why)
    return rest(t, out)


# --- the comparison


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Send the totals of everything that the log has of the open batch, if they were not compared yet."""
    about = given.about
    flash = t.flash
    if _is_compared(flash):
        t.errand = Closing(about)
        return upload_connected(t, given, at, out)
    if flash.unsent and t.parameters.offline_queue != FORGETS:
        settle_later(t, out)
        return refused(t, "unsent", out)
    key = _next_key(t)
    mine = totals(flash)
    flash.settling = Settlement(mine, 0)
    out.append(Kept(about, "settlement"))
    out.append(Logged(about, "sent", {"mti": SettlementRequest.kind, "key": key}))
    return _sent(t, SettlementRequest(about, key, t.mid, mine, flash.key_version), out)


def _is_compared(flash: Flash) -> bool:
    return flash.settling is not None and flash.settling.flag != 0


def closed_unheard(flash: Flash, batch: str) -> bool:
    """Whether a sign-on that names this batch tells that the one before was closed, which nobody had heard."""
    return bool(batch) and batch != flash.batch and _is_compared(flash)


def answered(t: Device, given: SettlementResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Equal or unequal: from here on the batch is on its way to be closed. Anything else: not compared."""
    if given.mid != t.mid or not agrees(t, given):
        return _not_believed(given, "mac" if given.mid == t.mid else "mid", out)
    about = given.about
    flag = FLAGS.get(given.flag)
    out.append(Logged(about, "settle-answered", {"how": flag or "error", "code": given.code, "key": given.key}))
    flash = t.flash
    if flag is None:
        return _turned_down(t, given, out)
    assert flash.settling is not None
    mine = flash.settling.totals
    flash.settling = Settlement(mine, given.flag)
    flash.shut = SETTLE_FIRST
    out.append(Kept(about, "settlement"))
    if not t.paper:
        slip = SettlementSlip(about, t.address, given.key, t.mid, mine, given.totals, given.flag, given.host_at or at)
        out.append(Send(t.cashier, slip))
    if given.flag == UNEQUAL:
        t.show(out, about, "batch-uploading")
    return dial(t, Closing(about), out)


def totals(flash: Flash) -> Totals:
    """The totals of the open batch: what was approved and stored, voided later or not."""
    found = totals_of((attempt.what, attempt.amount_fen) for state, attempt in flash.of_batch() if _counts(state))
    if flash.off_fen:
        found = msgspec.structs.replace(found, debit_fen=found.debit_fen + flash.off_fen)
    return found


def damaged(t: Device, given: TotalsDamaged, at: Instant, out: list[Effect]) -> str:
    """(any state) Nobody sees it before the host compares."""
    t.flash.off_fen += given.by_fen
    return t.session


def _counts(state: str) -> bool:
    return state in _STORED or state == VOIDED


# --- the upload


def upload_connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) The next message of the upload, or its end."""
    key = _next_key(t)
    request = _next_message(t.flash, given.about, key, t.mid)
    out.append(Logged(given.about, "sent", {"mti": UploadRequest.kind, "key": key, "what": request.what}))
    return _sent(t, request, out)


def upload_answered(t: Device, given: UploadResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Heard: the next one. After the end the batch is closed, or begins anew where the host missed some."""
    if given.mid != t.mid or not agrees(t, given):
        return _not_believed(given, "mac" if given.mid == t.mid else "mid", out)
    flash = t.flash
    before = flash.settling
    errand = t.errand
    assert before is not None
    assert type(errand) is Closing
    about = given.about
    if given.code == DONE:
        if given.what in batch.ENDS:
            return closed(t, given.batch, given.key, about, out)
        flash.settling = Settlement(before.totals, before.flag, before.heard + 1)
        out.append(Kept(about, "upload"))
        return dial(t, Closing(about, errand.in_a_row), out)
    out.append(Logged(about, "upload-refused", {"code": given.code, "key": given.key}))
    if given.code == NOT_ALL_THERE:
        flash.settling = Settlement(before.totals, UNEQUAL)
        out.append(Kept(about, "upload"))
        if errand.in_a_row < TIMES_IN_A_ROW:
            return dial(t, Closing(about, errand.in_a_row + 1), out)
    return _turned_down(t, given, out)


def closed(t: Device, next_batch: str, key: str, about: str, out: list[Effect]) -> str:
    """The host has closed the batch: empty the log, which is in order again if it was full, and go on in the next."""
    flash = t.flash
    settled = flash.settling
    assert settled is not None
    old = flash.batch
    if t.parameters.offline_queue == FORGETS:
        purge(t, out)
    flash.close(next_batch)
    if not next_batch:
        flash.signed_on = False  # the sign-on names it
    if t.store == FULL:
        t.store = ""
    t.settle_due = False
    if type(t.wish) is SettleKeyed:
        t.wish = None  # a sign-on told that it is done already
    out.append(Kept(about, "batch-closed"))
    out.append(Logged(about, "batch-settled", {"batch": old, "how": FLAGS[settled.flag], "key": key}))
    t.show(out, about, "settled", FLAGS[settled.flag], "", settled.totals.debit_fen - settled.totals.credit_fen)
    return proceed(t, out)


def _next_message(flash: Flash, about: str, key: str, mid: str) -> UploadRequest:
    settled = flash.settling
    assert settled is not None
    if settled.flag == EQUAL:
        count = settled.totals.debits + settled.totals.credits
        return UploadRequest(about, key, mid, batch.END_EQUAL, count=count, mac=flash.key_version)
    messages = list(messages_of(flash.of_batch()))
    if settled.heard < len(messages):
        what, details = messages[settled.heard]
        return UploadRequest(about, key, mid, what, details, mac=flash.key_version)
    count = sum(len(details) for _, details in messages)
    return UploadRequest(about, key, mid, batch.END_UNEQUAL, count=count, mac=flash.key_version)


def messages_of(entries: list[Entry]) -> Iterator[tuple[str, tuple[Detail, ...]]]:
    """The messages in which the transactions of a batch are uploaded, in their order."""
    groups: dict[str, list[Detail]] = {what: [] for what in batch.UPLOAD_ORDER}
    for state, attempt in entries:
        what = group_of(state, attempt)
        if what:
            card = "" if attempt.entry == QR else attempt.card
            groups[what].append(Detail(parts_of(attempt.key)[2], card, attempt.amount_fen))
    for what, found in groups.items():
        size = RECORDS_A_MESSAGE if what == batch.ONLINE else 1
        for at in range(0, len(found), size):
            yield what, tuple(found[at : at + size])


def group_of(state: str, attempt: Attempt) -> str:
    """How a transaction is uploaded, ``""`` if it is not: what stands, and what failed with a chip."""
    if attempt.what == REFUND:
        return batch.REFUND if state in _STORED else ""
    if attempt.what not in PAYS:
        return ""
    if state in _STORED:
        if attempt.what == COMPLETION_NOTICE:
            return batch.COMPLETION
        if attempt.what == OFFLINE_SALE:
            return batch.OFFLINE
        if attempt.what == CHIP_OFFLINE_SALE:
            return batch.CHIP_OFFLINE
        return batch.CHIP_ONLINE if attempt.entry in _CHIP else batch.ONLINE
    failed = attempt.what == SALE and attempt.entry in _CHIP and state.startswith(_FAILED)
    return batch.CHIP_FAILED if failed else ""


# --- what both have in common


def _next_key(t: Device) -> str:
    t.key = t.flash.take_stan()
    t.flash.number += 1
    return t.key


def _sent(t: Device, request: SettlementRequest | UploadRequest, out: list[Effect]) -> str:
    t.flash.in_hand = ""
    out.append(Send(t.route, request))
    out.append(Remind(t.timeout_us, AnswerOverdue(request.about, t.flash.number)))
    return WAITING


def _not_believed(given: SettlementResponse | UploadResponse, field: str, out: list[Effect]) -> str:
    out.append(Logged(given.about, "answer-refused", {"field": field, "key": given.key}))
    return WAITING


def _turned_down(t: Device, given: SettlementResponse | UploadResponse, out: list[Effect]) -> str:
    """The host does not do it now: later, and with a sign-on first where it asks for one."""
    if given.code in SIGN_ON_AGAIN:
        sign_on_next(t, given.about, out)
        if not t.resigned:
            return sign_on_now(t, given.about, t.settle, out)
    t.show(out, given.about, "settle-failed", given.code)
    settle_later(t, out)
    return rest(t, out)


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Left for later."""
    not_connected(t, given, out)
    return _left(t, given.about, out)


def silent(t: Device, given: AnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """(waiting) No answer: left for later. What was said is said again, and the host knows it again."""
    out.append(Logged(given.about, "no-answer", {"key": t.key}))
    return _left(t, given.about, out)


def _left(t: Device, about: str, out: list[Effect]) -> str:
    out.append(Logged(about, "settle-failed", {"key": t.flash.prefix}))
    t.show(out, about, "settle-failed")
    settle_later(t, out)
    return rest(t, out)


def late(t: Device, given: SettlementResponse | UploadResponse, at: Instant, out: list[Effect]) -> str:
    """Nobody waits for this answer any more."""
    out.append(Logged(given.about, "late-answer-discarded", {"mti": given.kind, "code": given.code}))
    return t.session
