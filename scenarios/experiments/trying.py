"""Plays one scenario with some faults and acts, and asks at some instants what everybody would say."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from poslab.faults.injection import Injection
from poslab.party.time import HOUR, Instant, date_of, midnight
from poslab.runtime.virtual import Fact
from scenarios.experiments.ordering import Ending, Exposure
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario
from scenarios.stage.casting import Instead
from scenarios.stage.play import Act, Played, Run, play
from scenarios.stage.result import InvariantResult, Moment, Result

HEALS_AFTER_US = 2 * HOUR
"""Faults that still last end so long after the sale; that much time again, and everything is at rest."""

WORKING_DAYS = 3
"""So long after the due day is a run watched in which the funding leg is struck: two more payout runs."""
RESTS_US = 12 * HOUR
"""In its last hours nothing is wrong any more, and everything comes to rest."""


class Tried(Struct, frozen=True):
    """A run that is over: what it came to, what was said when it was asked, and how its purchase ended."""

    result: Result
    asked: tuple[Moment, ...]
    end: Moment
    ending: Ending
    struck: frozenset[str]
    """The faults that met something."""

    @property
    def broken(self) -> tuple[InvariantResult, ...]:
        """The checks that found something broken."""
        return tuple(check for check in self.result.invariants if check.verdict == "broken")


class Asking:
    """Somebody asks where the money of a purchase is."""

    def __init__(self, at: Instant, order: str) -> None:
        self.at = at
        self._order = order
        self.said: list[Moment] = []

    def done(self, run: Run) -> Sequence[Fact]:
        """Nobody is told anything."""
        self.said.append(run.moment(self._order, self.at)[1])
        return ()


def bare(scenario: Scenario) -> Scenario:
    """A scenario that expects nothing, so that its run says of itself what it is; in the end faults are healed."""
    first = scenario.purchases[0]
    heal = scenario.heal or Heal(first.at + HEALS_AFTER_US, HEALS_AFTER_US)
    return msgspec.structs.replace(scenario, complaints=(), heal=heal, expect=Expectations(), cause=None)


def watched_longer(scenario: Scenario) -> Scenario:
    """The same story, to noon of a later working day; its faults are healed the night before."""
    calendar = scenario.world.calendar
    day = max(calendar.due_day(calendar.business_day(scenario.purchases[0].at)), date_of(scenario.until))
    for _ in range(WORKING_DAYS):
        day = calendar.next_working(day)
    until = max(scenario.until, midnight(day) + RESTS_US)
    return msgspec.structs.replace(scenario, until=until, heal=Heal(until - RESTS_US, RESTS_US))


def with_faults(scenario: Scenario, injections: Sequence[Injection]) -> Scenario:
    """The same scenario with more going wrong."""
    return msgspec.structs.replace(scenario, injections=(*scenario.injections, *injections))


def tried(
    scenario: Scenario,
    purchase: Purchase,
    *,
    seed: str,
    asked_at: Sequence[Instant] = (),
    acts: Sequence[Act] = (),
    instead: Instead | None = None,
) -> Tried:
    """Play it, doing these acts and asking at these instants."""
    order = purchase.order
    exposure = Exposure(scenario.world, order, purchase.at)
    asking = [Asking(at, order) for at in asked_at]
    played: Played = play(scenario, seed=seed, acts=[*asking, *acts], also=[exposure], instead=instead)
    bought = next(found for found in played.result.purchases if found.order == order)
    return Tried(
        played.result,
        tuple(ask.said[0] for ask in asking),
        bought.end,
        exposure.ending(bought, scenario.until),
        frozenset(strike.fault for strike in played.truth.strikes),
    )
