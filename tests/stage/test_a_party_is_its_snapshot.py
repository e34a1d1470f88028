"""Whoever is made anew from its snapshot after each step goes on as if nothing had happened, in every story.

So a snapshot holds all that decides: a process that comes back from its journal, or a service that is moved to another
machine between two messages, answers as the old one would have answered.
"""

import io
from collections.abc import Callable, Sequence

import pytest

from poslab.party.contract import Effect, Input, Party, Reminder
from poslab.party.time import Instant
from poslab.world.world import World
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.schema.story import Scenario
from scenarios.stage.casting import behaviours, parties
from scenarios.stage.play import play

NAMES = [
    f"{name}/{variant}" for name in library_ids() if name != "month-of-a-corner-shop" for variant in variants_of(name)
]
"""A month has the same parties and nothing that the others have not, and takes longest by far."""


class BornAgain:
    """A party that is thrown away after each step, and made anew from its snapshot."""

    def __init__(self, address: str, scenario: Scenario) -> None:
        self._address = address
        self._scenario = scenario
        self._party = self._newborn()

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        answer = self._party.handle(given, at)
        kept = self._party.snapshot()
        self._party = self._newborn()
        self._party.restore(kept)
        assert self._party.snapshot() == kept
        return answer

    def awaits(self, of: Reminder) -> bool:
        return self._party.awaits(of)

    def snapshot(self) -> bytes:
        return self._party.snapshot()

    def restore(self, kept: bytes) -> None:
        self._party.restore(kept)

    def _newborn(self) -> Party:
        return parties(self._scenario.world, behaviours(self._scenario))[self._address]


def history(scenario: Scenario, *, born_again: bool) -> list[bytes]:
    def build(address: str) -> Callable[[World], Party]:
        return lambda _: BornAgain(address, scenario)

    addresses = parties(scenario.world, behaviours(scenario)) if born_again else ()
    written = io.BytesIO()
    play(scenario, history=written, instead={address: build(address) for address in addresses})
    return written.getvalue().splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_the_history_is_the_same_to_the_byte(name: str) -> None:
    scenario = load(name)
    once, anew = (history(scenario, born_again=born_again) for born_again in (False, True))
    for number, (here, there) in enumerate(zip(once, anew, strict=False), start=1):
        assert here == there, f"line {number}"
    assert len(once) == len(anew)
