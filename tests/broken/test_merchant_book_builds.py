"""Broken builds of those who keep a merchant's book: tills and merchants that book too much, or not at all."""

from collections.abc import Sequence

from bent import Build, caught, story

from poslab.messages.people import Slip
from poslab.party.contract import Effect, Input, Party, Posted, Send
from poslab.party.time import Instant
from poslab.world.world import World
from terminal.machine import Terminal


def till(world: World) -> Terminal:
    return Terminal(world.terminal("T1"))


def books_again_when_it_prints(
    party: Party, given: Input, at: Instant, effects: Sequence[Effect]
) -> list[Effect] | None:
    """A till that books a sale when its slip is out, as well."""
    for effect in effects:
        if type(effect) is Send and type(effect.message) is Slip and effect.message.slip == "sale":
            slip = effect.message
            entry = Posted(slip.about, "P1/" + slip.key, (("M.card_receivable", "M.sales", slip.amount_fen),))
            return [*effects, entry]
    return None


def test_a_till_that_books_a_sale_twice() -> None:
    caught(Build("T1", till, bend=books_again_when_it_prints), story(), "books-balance")
