"""Where every fen of a purchase is: named places, at one instant.

Only money that left the cardholder has a place; the places of a purchase add up to the debits that stand. Cash is where
issuer, rail and account bank say it is; while it is with the acquirer, its own accounts tell what it waits for.
Incomes are net of what their earner pays on: the issuer's share of its network fee, the acquirer's of interchange.
"""

from msgspec import Struct

from poslab.history.purchases import Attempt, Payout, Purchase, Purchases, Refund, account_of_payout
from poslab.history.records import RECEIVED_AT_RAIL


class Place(Struct, frozen=True):
    """An account of the chart, and how much of a purchase is there."""

    place: str
    amount: int
    """Fen."""


def places(fold: Purchases, purchase: Purchase) -> tuple[Place, ...]:
    """The places of a purchase's money; empty where nothing is away from the cardholder."""
    total: dict[str, int] = {}
    for attempt in purchase.charges:
        if attempt.issuer == "debited":
            for place, amount in _of(fold, attempt):
                total[place] = total.get(place, 0) + amount
    return tuple(Place(place, amount) for place, amount in total.items() if amount)


def _of(fold: Purchases, attempt: Attempt) -> list[tuple[str, int]]:
    refunds = fold.refunds_of(attempt)
    disputed = fold.cases.of.get(attempt.key)
    back_fen = 0 if disputed is None else disputed.charged_fen
    if not refunds and not back_fen:
        return _of_sale(fold, attempt)
    found = _left_of(_of_sale(fold, attempt), sum(refund.amount_fen for refund in refunds) + back_fen)
    left_fen = attempt.amount_fen - fold.given_back_fen(attempt)
    for refund in refunds:
        if not refund.credited:  # what is given back twice is the merchant's money and not the cardholder's
            found.append((_refund_place(fold, refund), max(0, min(refund.amount_fen, left_fen))))
            left_fen -= refund.amount_fen
    return found


def _left_of(places: list[tuple[str, int]], refunded_fen: int) -> list[tuple[str, int]]:
    """Where the rest of a payment is: refunds take what the merchant has of it first, then the fees.

    A fee that is not returned is the merchant's loss and none of the cardholder's money.
    """
    left = []
    for place, amount in places:
        taken_fen = min(amount, refunded_fen)
        refunded_fen -= taken_fen
        left.append((place, amount - taken_fen))
    return left


def _refund_place(fold: Purchases, refund: Refund) -> str:
    """The acquirer owes it to the network until that is settled; then the issuer has it for the cardholder."""
    attempt = refund.attempt
    settled = attempt.line is not None and attempt.booked and fold.is_settled(attempt)
    return "I.clearing_payable" if settled else "A.scheme_receivable"


def _of_sale(fold: Purchases, attempt: Attempt) -> list[tuple[str, int]]:
    amount = attempt.amount_fen
    line = attempt.line
    if line is None or not attempt.booked:
        return [("I.clearing_payable", amount)]
    issuer_income = line.interchange_fen - line.issuer_fee_fen
    if not fold.is_settled(attempt):
        return [("I.clearing_payable", amount - issuer_income), ("I.interchange_income", issuer_income)]
    network_income = line.issuer_fee_fen + line.acquirer_fee_fen
    acquirer_income = line.merchant_fee_fen - line.interchange_fen - line.acquirer_fee_fen
    payout = fold.payout(attempt)
    fee = 0 if payout is None else payout.fee_fen
    net = amount - line.merchant_fee_fen - fee
    return [
        (_payout_place(fold, attempt), net),
        ("A.instant_fee_income", fee),
        ("I.interchange_income", issuer_income),
        ("N.fee_income", network_income),
        ("A.fee_income", acquirer_income),
    ]


def _platform_place(fold: Purchases, attempt: Attempt, payout: Payout | None) -> str:
    """With a platform that keeps wallets, once the acquirer has paid it."""
    if payout is None:
        return "P.unallocated" if attempt.ledger == "missing" else f"P.wallet.{attempt.mid}"
    if payout.bank == "credited":
        return f"B.account.{account_of_payout(fold.world, payout)}"
    if payout.bank == "suspense":
        return "B.suspense"
    in_flight = payout.host in ("taken", "credited")
    return f"R.in_flight.{payout.number}" if in_flight else f"P.wallet.{attempt.mid}"


def _payout_place(fold: Purchases, attempt: Attempt) -> str:
    if attempt.parked_fen:
        return "A.long_suspense"
    payout = fold.payout(attempt)
    if fold.has_reached_platform(attempt):
        return _platform_place(fold, attempt, payout)
    if payout is None:
        return f"A.merchant_payable.{attempt.mid}.available"
    held = f"A.merchant_payable.{attempt.mid}.held"
    kept = fold.kept_back.of.get(attempt.key)
    if kept is not None and kept.reasons and kept.netted_fen:
        return held  # it was paid, and a later payout is less by it
    ordered = fold.paid_with(payout)
    if ordered.bank == "credited":
        return f"B.account.{account_of_payout(fold.world, ordered)}"
    if ordered.bank == "suspense":
        return "B.suspense"
    state = payout.host.partition(":")[0]
    if state in ("instructed", "unknown"):  # whatever the host has heard of it
        state = "taken" if ordered.rail in ("taken", *RECEIVED_AT_RAIL) else "instructed"
    return {
        "instructed": "A.payout_in_transit",
        "taken": f"R.in_flight.{ordered.number}",
        "credited": f"R.in_flight.{ordered.number}",
        "held": held,
        "returned": "A.payout_returned",
        "given-up": "A.payout_returned",
    }.get(state, f"A.merchant_payable.{attempt.mid}.available")
