"""Plays a scenario in virtual time: casts the world, lets things go wrong, asks at the complaint, heals, judges."""

import heapq
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Protocol

from poslab.history.line import Sink
from poslab.party.facts import Started
from poslab.party.time import Instant
from poslab.runtime.recorder import FULL
from poslab.runtime.virtual import Fact, Virtual
from poslab.runtime.wired import Wired
from scenarios.schema.story import Scenario
from scenarios.stage.broker_faults import refuse_in_virtual_time
from scenarios.stage.casting import Instead, behaviours, links, parties, wakes
from scenarios.stage.judging import HEAL, REST, Judging, Played, agenda
from scenarios.stage.wire import Wire

__all__ = ["Act", "Played", "Run", "play"]


class Act(Protocol):
    """Something that is done to a run while it goes on: it may look at the run, and tell people things."""

    @property
    def at(self) -> Instant:
        """When; never before the run begins."""
        ...

    def done(self, run: "Run") -> Sequence[Fact]:
        """What is told to whom, in the order of their instants, none of them before ``at``."""
        ...


class Run(Judging):
    """One scenario on its way in virtual time; ``play`` drives it from beginning to end."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: str = "1",
        history: BinaryIO | None = None,
        history_kind: str = FULL,
        keep: bool = False,
        instead: Instead | None = None,
        wire: bool = False,
        also: Sequence[Sink] = (),
    ) -> None:
        super().__init__(scenario, seed=seed, history=history, history_kind=history_kind, keep=keep)
        self.sinks += also
        world = scenario.world
        people = behaviours(scenario)
        cast = parties(world, people, instead)
        specs = links(world)
        bytes_: dict[str, Any] = {}
        if wire:
            bytes_["wire"] = Wire(world, specs, lambda address: self.virtual.seats[address].party)
        self.virtual = (Wired if wire else Virtual)(
            cast,
            specs,
            start=scenario.begins,
            seed=seed,
            sinks=self.sinks,
            injections=scenario.injections,
            wakes=wakes(world),
            fresh=lambda address: parties(world, people, instead)[address],
            **bytes_,
        )
        self.virtual.feed(self._facts(list(cast)))

    def _facts(self, addresses: list[str]) -> Iterator[Fact]:
        opening = [(self.scenario.begins, address, Started()) for address in addresses]
        told = [(told.at, told.to, told.given) for told in self.scenario.told]
        yield from heapq.merge(opening, told, key=lambda fact: fact[0])


def play(
    scenario: Scenario,
    *,
    seed: str = "1",
    history: BinaryIO | None = None,
    history_kind: str = FULL,
    keep: bool = False,
    instead: Instead | None = None,
    wire: bool = False,
    acts: Sequence[Act] = (),
    also: Sequence[Sink] = (),
) -> Played:
    """Play a scenario to its end.

    ``history`` takes the lines as they are written (``history_kind``: full, sample, none); ``keep`` keeps them in
    memory; ``instead`` puts other builds of single parties in place; with ``wire`` the messages of the card leg are
    real bytes on their way; ``acts`` are done while it goes on, and leave everything before them as it was; ``also``
    sees every line. ``BadInput`` for a scenario that breaks a broker; raises else only for our own bugs.
    """
    refuse_in_virtual_time(scenario)
    run = Run(
        scenario,
        seed=seed,
        history=history,
        history_kind=history_kind,
        keep=keep,
        instead=instead,
        wire=wire,
        also=also,
    )
    steps: list[tuple[Instant, int, str, Act | None]] = [(*entry, None) for entry in agenda(scenario)]
    steps += [(act.at, REST, "", act) for act in acts]
    for at, what, order, act in sorted(steps, key=lambda step: (step[0], step[3] is not None)):
        run.virtual.run(at)
        if act is not None:
            run.virtual.feed(act.done(run))
        elif what == HEAL:
            run.virtual.heal()
        else:
            run.at(at, what, order)
    run.virtual.run(scenario.until)
    return run.conclude(run.virtual.truth(), "virtual", f"poslab run {scenario.name} --seed {seed}")
