"""Customers of a live world: who comes to which till and when follows from a seed and the hour, and from nothing else.

So a world that was down goes on with the customers that it would have had.
"""

from collections.abc import Iterator

from poslab.messages.people import CustomerAtTill
from poslab.party.contract import Address
from poslab.party.time import HOUR, Instant, clock_text, day_text
from poslab.runtime.chance import Chance
from poslab.world.world import World

_CHEAPEST_FEN, _DEAREST_FEN = 500, 30_000
MOST_AN_HOUR = 3_600


class Customers:
    """``per_hour`` of them come in every hour of the world, to one till or another, with cards that are good."""

    def __init__(self, world: World, per_hour: int, seed: str) -> None:
        self._terminals = world.terminals
        self._per_hour = per_hour
        self._chance = Chance(seed)
        issued = [ref for issuer in world.issuers for ref in issuer.cards]
        good = [ref for ref in issued if world.cards[ref].role == "good" and not world.cards[ref].is_code]
        self._cards = good or issued

    def of_hour(self, begins: Instant) -> Iterator[tuple[Instant, Address, CustomerAtTill]]:
        """Who comes in the hour that begins then: when, to which cashier, and with what."""
        hour = f"{day_text(begins)[5:7]}{day_text(begins)[8:]}-{clock_text(begins)[:2]}"
        for number in range(1, self._per_hour + 1):
            order = f"c{hour}-{number:03d}"
            at = begins + self._draw("at", order) % HOUR
            terminal = self._terminals[self._draw("till", order) % len(self._terminals)]
            card = self._cards[self._draw("card", order) % len(self._cards)]
            amount_fen = _CHEAPEST_FEN + self._draw("amount", order) % (_DEAREST_FEN - _CHEAPEST_FEN)
            yield at, terminal.cashier, CustomerAtTill(order, terminal.address, amount_fen, card)

    def _draw(self, what: str, order: str) -> int:
        return self._chance.draw("customers", what, order, CustomerAtTill.kind)
