"""Hosts that give a cleared sale back more often than it was paid, each caught."""

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from poslab.messages.facts import CorrectionOrdered
from poslab.party.contract import Effect, Input, Logged, Party, Posted
from poslab.party.time import HOUR, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told


def corrected(*hours: int) -> Scenario:
    """A clerk has a sale of the first day given back, at these hours after its midnight."""
    base = story(sales=2, days=4)
    told = tuple(Told(base.begins + hour * HOUR, "host", CorrectionOrdered("victim")) for hour in hours)
    return msgspec.structs.replace(base, told=(*base.told, *told))


class DoesNotCount(Host):
    """Forgets that a sale is being given back."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.refunded_fen = lambda rrn: 0  # type: ignore[method-assign]


def adjusts(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts adjustments that are due."""
    return list(effects) if any(type(e) is Logged and e.word == "adjustment-due" for e in effects) else None


def test_a_host_that_gives_a_sale_back_as_often_as_a_clerk_says() -> None:
    caught(Build("host", DoesNotCount, bend=adjusts), corrected(30, 31), "refunds-within-sale")


def books_one_twice(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """The line is in the file once, and is booked once more."""
    made = [e for e in effects if type(e) is Posted and e.entry.startswith("P13b/")]
    return [*effects, *(Posted(e.about, e.entry, e.postings) for e in made)] if made else None


def test_a_host_that_books_one_adjustment_twice() -> None:
    caught(Build("host", Host, bend=books_one_twice), corrected(30), "books-balance")
