"""Plays a scenario live: every service with a bus, a journal and the world's clock, and the stage conducting."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, BinaryIO

import msgspec

from poslab.faults.broker import BrokerHandle
from poslab.history.line import Line
from poslab.history.reading import decoded_effects, decoded_input
from poslab.party.contract import Address, Input, Party
from poslab.party.facts import Started
from poslab.party.time import Instant
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.journal import Journal, MemoryJournal
from poslab.runtime.live.broker_seat import NAME as BROKER_SEAT
from poslab.runtime.live.broker_seat import BrokerSeat
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.envelope import WORLD, control_topic
from poslab.runtime.live.logs import Log
from poslab.runtime.live.orders import Status
from poslab.runtime.live.service import Service
from poslab.runtime.recorder import FULL
from poslab.world.world import World
from scenarios.schema.story import Scenario
from scenarios.stage.broker_faults import healed_at, of_the_broker, refuse_without_broker, silences, to_be_told_at
from scenarios.stage.casting import behaviours, links, parties, wakes
from scenarios.stage.conducting import Conductor, truth_of
from scenarios.stage.homes import SERVICES, homes
from scenarios.stage.interrupts import finished
from scenarios.stage.judging import HEAL, Judging, Played, agenda
from scenarios.stage.margin import refuse_what_cannot_live, slowest_fit, too_slow
from scenarios.stage.wire import Wire

SPEED = 60
"""World seconds in a real one, unless another speed is asked for."""
_TRIES = 5

Through = Callable[[Scenario, Conductor, str], Coroutine[Any, Any, list[Status]]]
"""Leads a world through a scenario, with a seed, and answers how everybody stands at its end."""


def world_said(world: World, called: str, service: str) -> Out:
    """What a service keeps on the bus for whoever wants to know which world this is."""
    return Out(control_topic(called, WORLD, service), msgspec.json.encode(world), keep=True)


def service_of(
    name: str, world: World, called: str, bus: Bus, journal: Journal, *, log: Log | None = None, wire: bool = False
) -> Service:
    """One service of a world, ready to be started; ``called`` is the world's name on the bus.

    With ``wire`` the messages of the card leg are real bytes on their way; all services of a world do the same.
    """
    home, specs = homes(world), links(world)

    def recast(address: Address, word: str) -> Party:
        return parties(world, {address: word} if word else {})[address]

    here = {address: party for address, party in parties(world, {}).items() if home[address] == name}
    return Service(
        name,
        called,
        here,
        specs,
        home,
        bus=bus,
        journal=journal,
        clock=WorldClock(),
        wakes=wakes(world),
        recast=recast,
        log=log,
        greets=(world_said(world, called, name),),
        wire=(lambda party_at: Wire(world, specs, party_at)) if wire else None,
    )


def play_live(
    scenario: Scenario,
    *,
    seed: str = "1",
    speed: int = SPEED,
    history: BinaryIO | None = None,
    history_kind: str = FULL,
    keep: bool = False,
    journal: Callable[[str], Journal] = lambda name: MemoryJournal(),
    buses: Callable[[str], Bus] | None = None,
    called: str = "",
    wire: bool = False,
    broker: BrokerHandle | None = None,
) -> Played:
    """Play a scenario live in this process to its end, over a bus in memory or, by member, over ``buses``.

    ``broker`` is the one of ``buses`` where that is ours to restart.
    ``called`` is the world's name there, its own unless another one is given; with ``wire`` the messages of the card
    leg are real bytes on their way.
    """
    judging = Judging(scenario, seed=seed, history=history, history_kind=history_kind, keep=keep)
    exchange = Exchange()
    bus = buses or exchange.bus
    ours = exchange if buses is None else broker
    return finished(_in_one_process(judging, speed, journal, bus, called or scenario.world.name, wire, ours))


def play_live_again(scenario: Scenario, said: Callable[[str], None], *, speed: int = SPEED, **how: Any) -> Played:
    """As ``play_live``; where the machine is too slow for the speed, once more at the one that the margin rule names.

    ``said`` is told of it. What a broker kept of the first time is not met again: ``called`` gets a number.
    """
    played = play_live(scenario, speed=speed, **how)
    for number in range(2, _TRIES + 1):
        if not played.slower:
            break
        speed = max(min(played.slower, speed // 2), 1)
        said(f"{scenario.name}: {played.result.reason}; played again at speed {speed}")
        if how.get("called"):
            how["called"] = f"{how['called']}-{number}"
        played = play_live(scenario, speed=speed, **how)
    return played


async def _in_one_process(
    judging: Judging,
    speed: int,
    journal: Callable[[str], Journal],
    buses: Callable[[str], Bus],
    called: str,
    wire: bool,
    broker: BrokerHandle | None,
) -> Played:
    world = judging.scenario.world
    services = [service_of(name, world, called, buses(name), journal(name), wire=wire) for name in SERVICES]
    seat = None if broker is None else BrokerSeat(broker, buses(BROKER_SEAT), called)
    for service in services:
        await service.start()
    if seat is not None:
        await seat.start()
    spoken_to = SERVICES if seat is None else (*SERVICES, BROKER_SEAT)
    try:
        return await conducted(judging, buses("stage"), called, speed, spoken_to=spoken_to)
    finally:
        if seat is not None:
            await seat.stop()
        for service in services:
            await service.stop()


async def conducted(
    judging: Judging,
    bus: Bus,
    called: str,
    speed: int,
    meanwhile: Callable[[Conductor], Coroutine[Any, Any, None]] | None = None,
    through: Through | None = None,
    spoken_to: Sequence[str] = SERVICES,
) -> Played:
    """Conduct a scenario in a world whose services are there and have not begun, and judge what they said.

    ``meanwhile`` may do something else to the world at the same time, and must have done it by its end. ``through``
    leads the world from the beginning to the end in another way than by telling everything at its instant.
    ``spoken_to`` are the services, and the broker where it is one that can be told to fail. ``BadInput`` for what
    cannot be played live.
    """
    scenario = judging.scenario
    refuse_what_cannot_live(scenario)
    if BROKER_SEAT not in spoken_to:
        refuse_without_broker(scenario, bus)
    conductor = Conductor(bus, called, spoken_to, WorldClock(), speed * 1_000)
    try:
        await conductor.start(scenario.begins)
        other = None if meanwhile is None else asyncio.create_task(meanwhile(conductor))
        standing = await (through or _through)(scenario, conductor, judging.seed)
        if other is not None:
            await other
        owed = {address: n for status in standing for address, n in status.lines.items()}
        judging.lost = await conductor.lines_until(owed)
    finally:
        await conductor.close()
    points = iter(agenda(scenario))
    point = next(points, None)
    line: Line
    given: Input
    for line, given in conductor.gathered.merged(decoded_input, decoded_effects):
        while point is not None and point[0] < line.at:
            judging.at(*point)
            point = next(points, None)
        judging.see(line, given)
    while point is not None:
        judging.at(*point)
        point = next(points, None)
    injected = [injection.id for injection in scenario.injections]
    optional = [injection.id for injection in scenario.injections if injection.optional]
    truth = truth_of(standing, list(conductor.strikes), injected, optional)
    reproduce = f"poslab run {scenario.name} --live --speed {speed} --seed {judging.seed}"
    slower = slowest_fit(scenario, standing, speed)
    played = judging.conclude(truth, "live", reproduce, too_slow(standing, speed, slower) if slower else None)
    return msgspec.structs.replace(played, slower=slower)


async def _through(scenario: Scenario, conductor: Conductor, seed: str) -> list[Status]:
    """From the beginning to the end: everything is told at its instant."""
    await begun(scenario, conductor, seed)
    return await told_from(scenario, conductor, scenario.begins)


async def begun(scenario: Scenario, conductor: Conductor, seed: str) -> None:
    """Let people behave as they should, things go wrong, and the world begin."""
    home = homes(scenario.world)
    for address, way in behaviours(scenario).items():
        await conductor.behave(home[address], address, str(way))
    for injection in scenario.injections:
        await conductor.inject(injection, seed)
    for address in home:
        await conductor.tell(home[address], address, Started(), scenario.begins)


async def told_from(scenario: Scenario, conductor: Conductor, begin: Instant) -> list[Status]:
    """Tell everything from an instant on, and go on to the end."""
    home = homes(scenario.world)
    silent = silences(of_the_broker(scenario))
    acts: list[tuple[Instant, int, Instant, Address, Input | None]] = [
        (to_be_told_at(told.at, silent), 0, told.at, told.to, told.given) for told in scenario.told if told.at >= begin
    ]
    acts += [(healed_at(at, silent), 1, at, "", None) for at, what, _ in agenda(scenario) if what == HEAL]
    for when, _, at, address, given in sorted(acts, key=lambda act: act[:3]):
        await conductor.quiet(when)
        if given is None:
            await conductor.everybody("heal")
        else:
            await conductor.tell(home[address], address, given, at)
    return await conductor.quiet(scenario.until)
