"""消费: a sale, from the keyed amount to the stored approval."""

from poslab.messages.card import SALE, FinancialRequest, FinancialResponse
from poslab.messages.codes import APPROVALS
from poslab.messages.people import SaleKeyed
from poslab.party.contract import Connect, Effect, Kept, Logged
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Instant
from terminal import chip, merchant_book, storage
from terminal.attempts import APPROVED_UNPRINTED, SENT, moved
from terminal.device import CONNECTING, IDLE, Device
from terminal.flash import Attempt, Record
from terminal.keys import pin_under
from terminal.line import ask, not_connected, rest
from terminal.printing import print_sale
from terminal.request import announced, broken_mac, misfit, not_approved, refused_answer, sent


def in_hand(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with a sale."""
    return type(t.errand) is SaleKeyed


def awaited(t: Device, given: FinancialResponse, at: Instant) -> bool:
    """Whether this answers the sale in hand."""
    return given.key == t.key and type(t.errand) is SaleKeyed


def keyed(t: Device, given: SaleKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Dial; but not for what is in doubt, and not before what waits to be undone."""
    flash = t.flash
    if flash.open and flash.doubted(given.card, given.amount_fen) is not None:
        out.append(Logged(given.about, "doubt-blocked"))
        t.show(out, given.about, "doubt-blocked", "", "", given.amount_fen)
        return IDLE
    if flash.shut or flash.log.left <= t.look_left:
        why = storage.objection(t, given.about, out)
        if why:
            out.append(Logged(given.about, why))
            t.show(out, given.about, why, "", "", given.amount_fen)
            return IDLE
    last = flash.recent.get((given.card, given.amount_fen))
    if last is not None and 0 <= at - last <= t.parameters.same_sale_warning_us:
        out.append(Logged(given.about, "same-sale-warning"))
        t.show(out, given.about, "same-sale-warning", "", "", given.amount_fen)
    if flash.records or flash.notices or not flash.signed_on:
        return ask(t, given, out)
    # The way of nearly every sale, without the detour.
    t.errand = given
    out.append(Connect(t.route, given.about))
    return CONNECTING


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Take the STAN, keep the reversal record, send the 0200."""
    sale = t.errand
    assert type(sale) is SaleKeyed
    about = sale.about
    key = announced(t, about, SALE, out)
    return sent(
        t,
        Record(about, key, SALE, sale.amount_fen, sale.card, sale.entry, sale.operator),
        FinancialRequest(
            about, key, t.mid, SALE, sale.amount_fen, sale.card, sale.entry,
            sale.pin if t.flash.pin_key else pin_under(t, sale.pin), mac=t.flash.key_version,
        ),
        out,
    )


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Nothing was sent, so nothing happened: no STAN, no record."""
    not_connected(t, given, out)
    sale = t.errand
    assert type(sale) is SaleKeyed
    t.show(out, sale.about, "connect-failed", "", "", sale.amount_fen)
    return rest(t, out)


def answered(t: Device, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Approved, declined, in doubt, or no answer to this request at all."""
    sale = t.errand
    assert type(sale) is SaleKeyed
    field = misfit(t, given, SALE, sale.amount_fen)
    if field:
        return refused_answer(t, given, field, out)
    if given.code not in APPROVALS:
        return not_approved(t, given, at, out)
    if given.mac != t.flash.key_version or not given.mac:
        return broken_mac(t, given, out, at)
    if t.chip:
        return chip.uncompleted(t, given, out)
    if t.store:
        return storage.not_stored(t, given, at, out)
    return approved(t, sale, given, at, out)


def approved(t: Device, sale: SaleKeyed, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Store the approval and clear the record in one write; the sale is good, printed or not, and booked with it."""
    flash = t.flash
    key = given.key
    about = sale.about
    attempt = Attempt(
        about, key, SALE, sale.amount_fen, sale.card, sale.entry, sale.operator, given.rrn, given.auth,
        given.host_at or at, given.expected_date,
    )  # fmt: skip
    del flash.records[key]
    flash.open[key] = (APPROVED_UNPRINTED, attempt)
    flash.remember(sale.card, sale.amount_fen, at, t.parameters.same_sale_warning_us)
    out.append(Kept(about, "approval"))
    moved(out, about, key, SENT, APPROVED_UNPRINTED)
    merchant_book.sold(attempt, out)
    return print_sale(t, attempt, out)
