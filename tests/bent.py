"""Broken builds of single parties, played in real scenarios, to show that the checks bite.

A build is a real party bent in one place. It counts how often it was *provoked*, that is, how often the scenario made
it do its wrong thing; a build that was never provoked proves nothing.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest

from poslab.faults.injection import Injection
from poslab.party.contract import Address, Effect, Input, Party, Reminder
from poslab.party.time import HOUR, MINUTE, SECOND, Instant, midnight
from poslab.world.world import World
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.casting import Instead
from scenarios.stage.play import Played, play

Bend = Callable[[Party, Input, Instant, Sequence[Effect]], Sequence[Effect] | None]
"""What becomes of an answer: the party, the input, its time, its effects; ``None`` where nothing is bent."""
Before = Callable[[Party, Input, Instant], bool]
"""What is done to a party before it hears an input; whether anything was."""
Name = Callable[[Input], str]
"""What an input is about, for a party that forgets; empty for what it never forgets."""


class Provoked:
    """How often a build did its wrong thing, over all its lives."""

    def __init__(self) -> None:
        self.times = 0


class Bent:
    """A party that is bent before it hears, in what it answers, or in what it remembers."""

    def __init__(self, inner: Party, provoked: Provoked, build: "Build") -> None:
        self.inner = inner
        self.provoked = provoked
        self.before = build.before
        self.bend = build.bend
        self.forgets = build.forgets
        self.states: dict[str, bytes] = {}

    def forget(self, given: Input) -> None:
        """Hearing of the same thing again, be as before it was heard of for the first time."""
        name = "" if self.forgets is None else self.forgets(given)
        if name in self.states:
            self.inner.restore(self.states[name])
            self.provoked.times += 1
        elif name:
            self.states[name] = self.inner.snapshot()

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        self.forget(given)
        if self.before is not None and self.before(self.inner, given, at):
            self.provoked.times += 1
        effects = self.inner.handle(given, at)
        if effects is None or self.bend is None:
            return effects
        bent = self.bend(self.inner, given, at, effects)
        if bent is None:
            return effects
        self.provoked.times += 1
        return bent

    def awaits(self, of: Reminder) -> bool:
        return self.inner.awaits(of)

    def versions(self) -> Mapping[str, int]:
        """Asked of those who have keys only."""
        return self.inner.versions()  # type: ignore[attr-defined,no-any-return]

    def snapshot(self) -> bytes:
        return self.inner.snapshot()

    def restore(self, kept: bytes) -> None:
        self.inner.restore(kept)


class Build:
    """A broken build: who plays whom, and how it is bent."""

    def __init__(
        self,
        address: Address,
        make: Callable[[World], Party],
        *,
        before: Before | None = None,
        bend: Bend | None = None,
        forgets: Name | None = None,
    ) -> None:
        self.address = address
        self.make = make
        self.before = before
        self.bend = bend
        self.forgets = forgets

    def tried(self, scenario: Scenario, beside: Instead | None = None) -> tuple[Played, int]:
        """The scenario played with this build, others ``beside`` it, and how often it was provoked."""
        provoked = Provoked()
        return play(scenario, instead={**(beside or {}), **self.instead(provoked)}), provoked.times

    def instead(self, provoked: Provoked) -> dict[Address, Callable[[World], Party]]:
        """What puts this build in place; ``provoked`` counts over all runs that it is in."""
        return {self.address: lambda world: Bent(self.make(world), provoked, self)}


def caught(build: Build, scenario: Scenario, *checks: str, beside: Instead | None = None) -> None:
    """Want the build to be provoked and the checks to fire, and none of them to fire for the sound build."""
    sound = verdicts(play(scenario))
    fired = [check for check in checks if sound[check] == "broken"]
    assert not fired, f"{fired} fire for the sound build, too"
    played, times = build.tried(scenario, beside)
    if not times:
        pytest.fail("provoked 0 times: this scenario is no evidence")
    found = verdicts(played)
    missed = [check for check in checks if found[check] != "broken"]
    assert not missed, (missed, {check: word for check, word in found.items() if word == "broken"})


def verdicts(played: Played) -> Mapping[str, str]:
    """Check → verdict."""
    return {check.id: check.verdict for check in played.result.invariants}


def story(*faults: Injection, amount_fen: int = 12_800, sales: int = 1, days: int = 2, name: str = "") -> Scenario:
    """A good sale at 10:15:30, and more hourly, with these faults; or a scenario of the library with its own."""
    base = load(name or "ok-not-due/t-plus-1")
    if name:
        return msgspec.structs.replace(base, expect=Expectations())
    start = base.begins + 10 * HOUR + 15 * MINUTE + 30 * SECOND
    orders = ["victim", *(f"order-{number}" for number in range(2, sales + 1))]
    purchases = tuple(
        Purchase(order, start + number * HOUR, "T1", "cashier", amount_fen, "good-debit")
        for number, order in enumerate(orders)
    )
    calendar = base.world.calendar
    return msgspec.structs.replace(
        base,
        purchases=purchases,
        told=tuple(Told(purchase.at, purchase.cashier, purchase.given) for purchase in purchases),
        injections=faults,
        complaints=(),
        heal=Heal(midnight(calendar.first_day) + days * 24 * HOUR, HOUR),
        until=midnight(calendar.first_day) + days * 24 * HOUR + 6 * HOUR,
        expect=Expectations(),
    )
