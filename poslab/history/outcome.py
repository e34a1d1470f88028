"""The truth of the money of a purchase, M0 to M4, and how often it was charged and credited."""

from msgspec import Struct

from poslab.history.places import Place, places
from poslab.history.purchases import Attempt, Purchase, Purchases
from poslab.history.views import (
    OFFLINE_UNSENT,
    Views,
    being_undone,
    charged_back,
    credited,
    given_back_twice,
    left_out,
    views,
    waits_for_its_batch,
)

TRIED_AGAIN = "BANK_MAINTENANCE"
"""A payout that came back for this reason is tried again at the next run, whatever the contract says."""


class Outcome(Struct, frozen=True):
    """Everything that a result says of a purchase at one instant."""

    truth: str
    claim_open: bool
    views: Views
    places: tuple[Place, ...]
    charged_peak: int
    """Most debits that stood at one moment so far."""
    charged_net: int
    """Debits that stand now."""
    credited: int


def outcome(fold: Purchases, purchase: Purchase) -> Outcome:
    """The outcome of a purchase as of the last line that the fold has seen."""
    seen = views(fold, purchase)
    return Outcome(
        truth=truth(fold, purchase, seen),
        claim_open=claim_open(purchase),
        views=seen,
        places=places(fold, purchase),
        charged_peak=purchase.peak,
        charged_net=purchase.standing,
        credited=len(credited(fold, purchase)),
    )


def claim_open(purchase: Purchase) -> bool:
    """Whether somebody may still charge the cardholder.

    A hold stands, or what was stored offline still waits in its terminal and nobody has been charged for it.
    """
    return bool(purchase.holds) or any(
        attempt.terminal == OFFLINE_UNSENT and attempt.issuer == "none" for attempt in purchase.sales
    )


def truth(fold: Purchases, purchase: Purchase, seen: Views) -> str:
    """M0 never charged · M1 going back · M2 on its way or there · M3 stuck · M4 in the wrong place."""
    if any(given_back_twice(fold, attempt) for attempt in purchase.sales):
        return "M4"
    if purchase.standing <= 0:
        if purchase.mistaken:
            return "M4"
        return "M1" if purchase.returned_ever or purchase.debits else "M0"
    if purchase.standing > 1:
        return "M4"
    if fold.refunds and any(fold.refunds_of(attempt) for attempt in purchase.sales):
        return "M1"
    standing = next((a for a in purchase.sales if a.issuer == "debited"), None)
    if standing is None or being_undone(standing) or charged_back(fold, standing):
        return "M1"
    if standing.given_up:
        return "M3"
    if standing.terminal in ("dropped", "closed:12") and not standing.kept:
        return "M4"
    if standing.adjustment_due:
        return "M1"
    due = fold.due(standing)
    if due is not None and fold.now >= due and waits_for_its_batch(fold, standing):
        return "M3"
    if left_out(fold, standing):
        return "M3"
    if purchase.due_fen and standing.amount_fen != purchase.due_fen:
        return "M4"
    if seen.merchant == "elsewhere":
        return "M4"
    return _of_its_payout(fold, standing, seen)


def _of_its_payout(fold: Purchases, standing: Attempt, seen: Views) -> str:
    """Of a good sale: whether it is on its way to the merchant, or stuck."""
    payout = fold.payout(standing)
    if payout is None and fold.has_reached_platform(standing):
        return "M3"  # nobody pays it out: not booked, or waits in a wallet for its merchant
    if payout is not None and payout.host == f"returned:{TRIED_AGAIN}":
        return "M2"
    if payout is not None and (payout.host.startswith("returned") or payout.host == "given-up"):
        return "M3"
    if seen.payout == "unknown" and seen.merchant == "not-credited":
        return "M3"
    if seen.payout in ("held", "suspended") or seen.merchant == "debited":
        return "M3"
    return "M3" if seen.merchant in ("credited-unusable", "suspense") else "M2"
