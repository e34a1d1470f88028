"""退货 at the host: whether a payment can be given back, and what is booked when it is (P8a).

A refund is taken from where its payment is: from what is not cleared yet, else from what the merchant is owed for
cleared sales, and no further below zero than the contract's refund credit. What it takes from the merchant is kept
until a payout is lessened by it. The merchant's fee is not given back.
"""

from typing import NamedTuple

from acquirer.host import adjustment
from acquirer.host.attempts import APPROVED, Attempt
from acquirer.host.office import Office
from poslab.messages.card import PAYS, FinancialNotice, OrderNotice, parts_of
from poslab.party.contract import Effect, Logged
from poslab.party.time import DAY, Instant, midnight
from poslab.world.calendar import day_of_word

_RECEIVABLE = "A.scheme_receivable"


class Paid(NamedTuple):
    """The payment that is to be given back, as the host still knows it."""

    what: str
    stands: bool
    business_date: str
    card: str
    amount_fen: int
    cleared: bool


def objection(office: Office, given: FinancialNotice, at: Instant) -> str:
    """Why a payment cannot be given back, empty if it can.

    25 no such payment of this terminal and card, 12 it does not stand, is no payment or is given back already, 40 it
    was paid by code, 22 it can still be voided, or is too old, 64 more than is left of it, 93 an authority has frozen
    it, 61 more than the merchant is owed.
    """
    paid = _paid(office, given)
    if paid is None or paid.card != given.card:
        return "25"
    if paid.what not in PAYS or not paid.stands:
        return "12"
    if any(attempt.rrn == given.original_rrn for attempt in office.lost.missing.values()):
        return "12"  # nobody has the money yet: it is claimed, and given back after that
    if paid.card in office.codes:
        return "40"
    today = office.business_date(at)
    tid, batch, _ = parts_of(given.original)
    if f"{tid}-{batch}" in office.open_batches and paid.business_date == today:
        return "22"
    age = midnight(day_of_word(today)) - midnight(day_of_word(paid.business_date))
    if age > office.world.acquirer.refund_days * DAY:
        return "22"
    left_fen = paid.amount_fen - office.given_back_fen(given.original_rrn)
    if left_fen <= 0:
        return "12"
    if given.amount_fen > left_fen:
        return "64"
    if office.funding.holds.is_frozen(given.original_rrn):
        return "93"
    if not paid.cleared:
        return ""
    owed_fen = office.book.standing(available_of(given.mid)) + office.funding.holds.held_fen(given.original_rrn)
    credit_fen = office.world.merchant(given.mid).refund_credit_fen
    return "61" if given.amount_fen > owed_fen + credit_fen else ""


def available_of(mid: str) -> str:
    """What is owed to a merchant for cleared sales."""
    return f"A.merchant_payable.{mid}.available"


def _paid(office: Office, given: FinancialNotice) -> Paid | None:
    key, rrn = given.original, given.original_rrn
    if key.partition("-")[0] != given.key.partition("-")[0]:
        return None
    attempt = office.attempts.find(office.name_of(key, rrn))
    if attempt is not None and attempt.rrn == rrn:
        if attempt.mid != given.mid:
            return None
        stands = attempt.state == APPROVED and not adjustment.is_under_way(office, attempt)
        cleared = office.is_cleared(attempt)
        return Paid(attempt.what, stands, attempt.business_date, attempt.card, attempt.amount_fen, cleared)
    found = office.funding.payment(key, rrn)
    if found is None or found[1].mid != given.mid:
        return None
    date, payment, cleared = found
    return Paid(PAYS[0], True, date, payment.card, payment.amount_fen, cleared)


def book(office: Office, given: FinancialNotice, attempt: Attempt, out: list[Effect]) -> None:
    """Take it from the merchant (P8a), and tell the platform that the order is given back."""
    paid = _paid(office, given)
    assert paid is not None
    payable = available_of(attempt.mid) if paid.cleared else office.payables[attempt.mid]
    held_fen = office.funding.holds.use(given.original_rrn, attempt.amount_fen, attempt.host_at, out)
    rest_fen = attempt.amount_fen - held_fen
    held = f"A.merchant_payable.{attempt.mid}.held"
    parts = ((held, _RECEIVABLE, held_fen), (payable, _RECEIVABLE, rest_fen))
    office.post(attempt.about, "P8a/" + attempt.name, tuple(part for part in parts if part[2]), out)
    office.note_refund(given.original_rrn, attempt)
    if office.refunded_fen(given.original_rrn) >= paid.amount_fen:
        office.funding.disputes.refunded(given.original_rrn, attempt.host_at, out)
    if rest_fen:
        office.funding.owes_refund(attempt.mid, attempt.name, attempt.about, rest_fen)
    if paid.cleared:
        office.funding.taken_from_available(attempt.name)
    details: dict[str, str | int] = {
        "key": attempt.name, "original": given.original, "amount_fen": attempt.amount_fen,
    }  # fmt: skip
    out.append(Logged(attempt.about, "refunded", details))
    if office.platform is not None:
        told = OrderNotice(attempt.about, given.original, "refunded", paid.amount_fen, given.original_rrn)
        office.orders.tell(office.platform, told, out)
