"""The printer: slips 签购单, reprints, and what happens when nothing comes out.

Where a terminal has no printer its slips are shown and signed on the screen. That takes its time like printing, and
cannot run out.
"""

from poslab.messages.card import (
    ADJUSTMENT,
    CHIP_OFFLINE_SALE,
    COMPLETION,
    COMPLETION_NOTICE,
    COMPLETION_VOID,
    OFFLINE_SALE,
    PREAUTH,
    PREAUTH_VOID,
    QR,
    REFUND,
    SALE,
    TIP,
    VOID,
)
from poslab.messages.facts import PaperLoaded, PaperOut
from poslab.messages.people import ReprintKeyed, Slip
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.time import Instant
from terminal import merchant_book
from terminal.attempts import (
    APPROVED,
    APPROVED_UNPRINTED,
    CLOSED,
    COMPLETED,
    DECLINED,
    DROPPED,
    HELD,
    OFFLINE_UNSENT,
    REVERSED,
    UNKNOWN,
    VOIDED,
    code_of,
    moved,
    word_of,
)
from terminal.device import IDLE, PRINTING, Device
from terminal.errands import SlipPrinted
from terminal.flash import Attempt, Record
from terminal.line import rest

REPRINTS = {
    APPROVED: "sale",
    APPROVED_UNPRINTED: "sale",
    VOIDED: "sale",
    HELD: "sale",
    COMPLETED: "sale",
    DECLINED: "decline",
    REVERSED: "reversal-done",
    CLOSED: "reversal-closed",
    DROPPED: "reversal-warning",
    OFFLINE_UNSENT: "sale",
}
"""Which slip tells of an attempt in this state; of the others there is none. For the good ones ``SLIP_OF`` knows."""

SLIP_OF = {
    SALE: "sale",
    VOID: "void",
    OFFLINE_SALE: "offline",
    CHIP_OFFLINE_SALE: "offline",
    TIP: "adjustment",
    ADJUSTMENT: "adjustment",
    PREAUTH: "preauth",
    PREAUTH_VOID: "preauth-void",
    COMPLETION: "completion",
    COMPLETION_NOTICE: "completion",
    COMPLETION_VOID: "completion-void",
    REFUND: "refund",
}
"""What an attempt was → its slip."""


def print_sale(t: Device, attempt: Attempt, out: list[Effect], announce: bool = False) -> str:
    """Print the slip of a stored approval for the first time; ``announce`` if it is wanted later than usual."""
    return printed_soon(t, slip_of(t, "sale", attempt), out, announce)


def slip_of(t: Device, slip: str, attempt: Attempt, code: str = "", duplicate: bool = False, state: str = "") -> Slip:
    """The slip of an attempt."""
    return Slip(
        attempt.about, t.address, slip, attempt.key, t.mid, attempt.card, attempt.entry, attempt.amount_fen,
        attempt.rrn, attempt.auth, attempt.at, code, attempt.expected_date, attempt.original, state, duplicate,
        attempt.operator, told(attempt.what),
    )  # fmt: skip


_OF_A_HOLD = (PREAUTH, PREAUTH_VOID, COMPLETION, COMPLETION_NOTICE, COMPLETION_VOID)


def told(what: str) -> str:
    """What a slip says that it is about, where it is a hold or follows on one; else that goes without saying."""
    return what if what in _OF_A_HOLD else ""


def printed_soon(t: Device, slip: Slip, out: list[Effect], announce: bool = False) -> str:
    """Begin to print; nobody can key anything until it is done."""
    if t.paper:
        return not_printed(t, slip, out, announce)
    t.slip = slip
    t.announce = announce
    t.flash.number = number = t.flash.number + 1
    out.append(Remind(t.parameters.print_us, SlipPrinted(slip.about, number)))
    return PRINTING


def printed(t: Device, given: SlipPrinted, at: Instant, out: list[Effect]) -> str:
    """(printing) The slip is out: to the cashier with it."""
    slip = t.slip
    assert slip is not None
    t.slip = None
    out.append(Send(t.cashier, slip))
    key = slip.key
    if slip.slip == SALE and key in t.flash.open:
        moved(out, slip.about, key, APPROVED_UNPRINTED, APPROVED)
        t.flash.finish(APPROVED, t.flash.open.pop(key)[1])
    if t.announce or slip.duplicate:
        out.append(Logged(slip.about, "reprinted" if slip.duplicate else "printed", {"key": key}))
        if t.announce:
            t.show(out, slip.about, "approved", "", key, slip.amount_fen)
    return rest(t, out)


def put(t: Device, slip: Slip, out: list[Effect]) -> None:
    """A short slip beside a screen that says the same; without paper the screen must do."""
    if not t.paper:
        out.append(Send(t.cashier, slip))


def not_printed(t: Device, slip: Slip, out: list[Effect], announce: bool) -> str:
    """Nothing came out. What is stored stays as it is, unless the acquirer wants a failed print to reverse."""
    out.append(Logged(slip.about, "print-failed", {"how": t.paper, "key": slip.key}))
    t.show(out, slip.about, "load-paper" if t.paper == "out" else "print-failed", "", slip.key, slip.amount_fen)
    may_reverse = t.parameters.print_fail == "reverse" and slip.entry != QR
    if may_reverse and slip.slip == SALE and not announce and not slip.duplicate:
        _undo(t, t.flash.open.pop(slip.key)[1], out)
    return rest(t, out)


def _undo(t: Device, attempt: Attempt, out: list[Effect]) -> None:
    reason = "96"
    about = attempt.about
    t.flash.records[attempt.key] = Record(
        about, attempt.key, SALE, attempt.amount_fen, attempt.card, attempt.entry, attempt.operator, "", reason,
        attempt.auth, since=attempt.at,
    )  # fmt: skip
    t.flash.recent.pop((attempt.card, attempt.amount_fen), None)
    out.append(Kept(about, "reversal-reason"))
    out.append(Logged(about, "reversal-stored", {"reason": reason, "key": attempt.key}))
    moved(out, about, attempt.key, APPROVED_UNPRINTED, UNKNOWN)
    merchant_book.taken_back("P7", attempt, out)


def paper_out(t: Device, given: PaperOut, at: Instant, out: list[Effect]) -> str:
    """(any state) From now on the printer prints nothing; where there is none, nothing happens."""
    if t.parameters.prints:
        t.paper = given.how
    return t.session


def paper_out_printing(t: Device, given: PaperOut, at: Instant, out: list[Effect]) -> str:
    """(printing) The slip on its way does not come out, unless it is on the screen."""
    if not t.parameters.prints:
        return t.session
    t.paper = given.how
    slip = t.slip
    assert slip is not None
    t.slip = None
    return not_printed(t, slip, out, t.announce)


def paper_loaded(t: Device, given: PaperLoaded, at: Instant, out: list[Effect]) -> str:
    """(any state) The printer is in order again; what did not come out waits for 重打印."""
    if t.paper:
        t.paper = ""
        out.append(Logged(given.about, "paper-loaded"))
        if t.session == IDLE:
            t.show(out, given.about, "ready")
    return t.session


def paper_loaded_dark(t: Device, given: PaperLoaded, at: Instant, out: list[Effect]) -> str:
    """(off) The printer is in order again, and nothing says so."""
    t.paper = ""
    return t.session


def reprint(t: Device, given: ReprintKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) 重打印: what never came out is printed for the first time, everything else as a duplicate."""
    found = t.flash.to_print(given.voucher, given.about)
    if found is None:
        t.show(out, given.about, "query-result", "none")
        return IDLE
    state, attempt = found
    if state == APPROVED_UNPRINTED:
        return print_sale(t, attempt, out, announce=True)
    kind = REPRINTS.get(word_of(state))
    if kind is None:
        t.show(out, given.about, "query-result", state, attempt.key, attempt.amount_fen)
        return IDLE
    if kind == "sale":
        kind = SLIP_OF[attempt.what]
    return printed_soon(t, slip_of(t, kind, attempt, code_of(state), duplicate=True), out)
