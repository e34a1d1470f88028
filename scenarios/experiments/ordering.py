"""Which of two ends of a purchase is the better one: one order, the same for every remedy and every *never*.

Two ends are compared by these questions, in this order; the first that tells them apart decides, and less is better:

1. **overcharged** — debits that stand beyond the one that is owed;
2. **adrift** — debits that stand and whose money is not with the merchant;
3. **unpaid** — the merchant was not paid for the purchase;
4. **charged twice meanwhile** — the most debits that stood at one moment, beyond one;
5. **hours at risk** — whole hours for which the amount was away from the cardholder and never reached the merchant;
6. **hours to final** — whole hours from the sale until the purchase's money moved for the last time.
"""

from typing import NamedTuple

from poslab.history.line import Line
from poslab.messages.funding import StatementLine
from poslab.party.contract import Became, Input
from poslab.party.time import HOUR, Duration, Instant
from poslab.world.world import World
from scenarios.stage.result import PurchaseResult


class Ending(NamedTuple):
    """How a purchase ended; of two the smaller one is better."""

    overcharged: int
    adrift: int
    unpaid: int
    twice_meanwhile: int
    hours_at_risk: int
    hours_to_final: int

    @property
    def good(self) -> bool:
        """Paid once, or not charged at all."""
        return not self.overcharged and not self.adrift

    @property
    def money(self) -> tuple[int, int, int]:
        """Where it is in the end, whatever happened meanwhile and however long it took."""
        return self.overcharged, self.adrift, self.unpaid


class Exposure:
    """Follows the debits of one purchase: how many stood for how long, and when its money moved for the last time."""

    def __init__(self, world: World, order: str, since: Instant) -> None:
        self._roles = world.roles()
        self._order = order
        self._since = since
        self._standing = 0
        self._from = since
        self._stood: dict[int, Duration] = {}
        """Debits → how long so many stood."""
        self._moved = since

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        role = self._roles.get(line.party, "")
        if role == "issuer":
            for effect in line.effects:
                if type(effect) is Became and effect.about == self._order:
                    if effect.after == "debited":
                        self._step(line.at, 1)
                    elif effect.before == "debited":
                        self._step(line.at, -1)
        elif role == "merchant" and type(given) is StatementLine and self._standing:
            self._moved = line.at

    def _step(self, at: Instant, by: int) -> None:
        self._stood[self._standing] = self._stood.get(self._standing, 0) + at - self._from
        self._standing += by
        self._from = self._moved = at

    def ending(self, purchase: PurchaseResult, until: Instant) -> Ending:
        """The end of the purchase that was followed."""
        end = purchase.end
        if self._standing > end.credited:  # it is still on its way, or stuck
            self._step(until, 0)
        without = sum(
            max(0, standing - min(standing, end.credited)) * how_long for standing, how_long in self._stood.items()
        )
        return Ending(
            overcharged=max(0, end.charged_net - 1),
            adrift=max(0, end.charged_net - end.credited),
            unpaid=int(end.credited == 0),
            twice_meanwhile=max(0, end.charged_peak - 1),
            hours_at_risk=without // HOUR,
            hours_to_final=(self._moved - self._since) // HOUR,
        )
