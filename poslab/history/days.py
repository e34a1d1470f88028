"""Whose money is where, day by day: of all that was charged, what has arrived, what is on its way, what is at risk.

Looked at every day at noon, when the day's payouts are over. At risk is whatever was charged and is neither with the
merchant who is owed it, nor anybody's fee, nor on its way to her before its due day: stuck, going back, with a
stranger, or charged once too often.
"""

from typing import Final, NamedTuple

from msgspec import Struct

from poslab.history.line import Line
from poslab.history.outcome import Outcome, outcome
from poslab.history.purchases import Purchase, Purchases
from poslab.messages.facts import AccountSet
from poslab.party.contract import Input
from poslab.party.time import DAY, HOUR, Instant

NOON: Final = 12 * HOUR
_FEES: Final = ("I.interchange_income", "N.fee_income", "A.fee_income", "A.instant_fee_income", "P.fee_income")
_GOOD: Final = ("credited", "credited-net", "credited-twice")


class Standing(Struct, frozen=True):
    """All purchases at one noon. Amounts in fen."""

    at: Instant
    swiped: int
    """How many were swiped so far."""
    on_its_way_fen: int
    at_risk_fen: int
    arrived_fen: int
    """With the merchants, and what was taken off as fees, since the beginning."""
    at_risk: tuple[str, ...]
    """The orders behind ``at_risk_fen``, oldest first."""


class _Shares(NamedTuple):
    on_its_way_fen: int
    at_risk_fen: int
    arrived_fen: int


class Days:
    """Feeds a fold over the purchases, and looks at it whenever a noon is over.

    A purchase whose money has arrived is looked at again only when something is said about it, or an account changes.
    """

    def __init__(self, fold: Purchases, begins: Instant) -> None:
        self._fold = fold
        self._next = begins + NOON
        self._arrived: dict[str, int] = {}
        """Order → fen, of those that need no second look."""
        self._told: list[Standing] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line, and hand it on."""
        while line.at > self._next:
            self._look()
        if self._arrived:
            self._mind(line, given)
        self._fold.see(line, given)

    def end(self, until: Instant) -> tuple[Standing, ...]:
        """The run is over: every noon up to ``until``."""
        while self._next <= until:
            self._look()
        return tuple(self._told)

    def _mind(self, line: Line, given: Input) -> None:
        if type(given) is AccountSet:
            self._arrived.clear()
        elif given.about in self._arrived:
            del self._arrived[given.about]
        for effect in line.effects:
            about = getattr(effect, "about", "")
            if about in self._arrived:
                del self._arrived[about]

    def _look(self) -> None:
        fold, at = self._fold, self._next
        fold.now = at
        on_its_way_fen, at_risk_fen, arrived_fen = 0, 0, sum(self._arrived.values())
        swiped, risky = 0, []
        for order, purchase in fold.purchases.items():
            if not purchase.attempts:
                continue
            swiped += 1
            if not purchase.charges or order in self._arrived:
                continue
            found = outcome(fold, purchase)
            shares = _shares(fold, purchase, found)
            on_its_way_fen += shares.on_its_way_fen
            at_risk_fen += shares.at_risk_fen
            arrived_fen += shares.arrived_fen
            if shares.at_risk_fen:
                risky.append(order)
            elif found.views.merchant in _GOOD:
                self._arrived[order] = shares.arrived_fen
        self._told.append(Standing(at, swiped, on_its_way_fen, at_risk_fen, arrived_fen, tuple(risky)))
        self._next += DAY


def _shares(fold: Purchases, purchase: Purchase, found: Outcome) -> _Shares:
    own = {f"B.account.{fold.world.merchant(attempt.mid).account_no}" for attempt in purchase.charges}
    with_merchant = found.views.merchant in _GOOD
    arrived_fen = away_fen = surplus_fen = 0
    for place in found.places:
        if place.place in _FEES or (place.place in own and with_merchant):
            arrived_fen += place.amount
        else:
            away_fen += place.amount
    if found.charged_net > 1:  # one too many is at risk, wherever it is
        owed_fen = purchase.due_fen or purchase.charges[0].amount_fen
        surplus_fen = max(0, arrived_fen + away_fen - owed_fen)
        arrived_fen = min(arrived_fen, owed_fen)
        away_fen = min(away_fen, owed_fen - arrived_fen)
    if found.views.merchant == "not-due":
        return _Shares(away_fen, surplus_fen, arrived_fen)
    return _Shares(0, away_fen + surplus_fen, arrived_fen)
