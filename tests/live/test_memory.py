"""However many sales a live world has seen, its runtime holds no more than before: what is finished is let go of."""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from poslab.party.facts import Started
from poslab.party.time import HOUR, MINUTE, midnight
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.live import keeping, standing
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.recent import Recent
from poslab.runtime.live.recorder import Gathered
from poslab.runtime.live.service import Service
from poslab.runtime.live.timers import Letter, Timers
from poslab.world.presets import market
from scenarios.schema.story import Purchase
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES, homes
from scenarios.stage.live import service_of
from scenarios.stage.serving import journal_in

TILLS = 40
ROUNDS = 20
WINDOW = 2
"""Every window is made this small, so that it is full after a sale, and always as full as it can be."""
LEAST = TILLS * ROUNDS // 4 // 4
"""A leak of one thing in four sales holds so many more after a quarter of the rounds."""


class Deaf(Gathered):
    """A recorder that keeps nothing: what it would hold is not the services' memory."""

    def take(self, payload: bytes) -> None:
        return


async def test_many_sales_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "REMEMBERED", WINDOW)
    monkeypatch.setattr(keeping, "SNAPSHOT_EVERY", 2_000)
    world = market(TILLS)
    home = homes(world)
    exchange = Exchange()
    services: list[Service] = []
    for name in SERVICES:
        service = service_of(name, world, world.name, exchange.bus(), journal_in(tmp_path, world, name))
        service.lines.recent = Recent(WINDOW)
        services.append(service)
        await service.start()
    conductor = Conductor(exchange.bus(), world.name, SERVICES, WorldClock(), 300_000)
    conductor.gathered = Deaf()
    begins = midnight(world.calendar.first_day)
    await conductor.start(begins)
    for address in home:
        await conductor.tell(home[address], address, Started(), begins)
    at = begins + 8 * HOUR
    began = time.monotonic()
    held: list[int] = []
    for n in range(ROUNDS):
        at += 20 * MINUTE
        await conductor.quiet(at)
        for till, terminal in enumerate(world.terminals):
            sale = Purchase(f"{n}-{till}", at, terminal.address, terminal.cashier, 100 + n, "good-debit")
            await conductor.tell(home[terminal.cashier], terminal.cashier, sale.given, at)
        await conductor.quiet(at + 10 * MINUTE)  # nothing is under way any more
        held.append(sum(map(holds, services)))
    print(f"{ROUNDS * TILLS} sales in {time.monotonic() - began:.0f} s; held after each round: {held}")
    for service in services:
        assert not len(service.out) and not service.obeying.waits and not service.floor.soon
    for service in services:  # the others hear that one leaves, and have something to tell again
        await service.stop()
    assert services[1].progress.seq > 2 * ROUNDS * TILLS, "they were really told"
    quarter = ROUNDS // 4
    assert max(held[-quarter:]) < max(held[-2 * quarter : -quarter]) + LEAST
    await conductor.close()


def holds(service: Service) -> int:
    """How many things a service's runtime holds, wherever it holds them: all but its parties' own state."""
    waiting: list[object] = [service]
    seen: set[int] = set()
    entries = 0
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen and not isinstance(thing, int | str | bytes):
            seen.add(id(thing))
            waiting += inside(thing)
            entries += len(thing) if isinstance(thing, dict | list | set | deque) else 0
    return len(seen) + entries


def inside(thing: object) -> Iterator[object]:
    """What it holds directly; parties, the world and what Python itself made of them are looked into by nobody."""
    if isinstance(thing, Mapping):
        yield from thing.keys()
        yield from thing.values()
    elif isinstance(thing, Timers):
        # Letters that nobody awaits any more are let go of when they are due.
        for _, _, _, value in thing._heap:
            if not isinstance(value, Letter) or value.is_awaited():
                yield value
    elif isinstance(thing, list | tuple | set | frozenset | deque):
        yield from thing
    elif type(thing).__module__.startswith("poslab.runtime.") or isinstance(thing, msgspec.Struct):
        for kind in type(thing).__mro__:
            names = kind.__dict__.get("__slots__", ())
            yield from (getattr(thing, name) for name in names if hasattr(thing, name))
        yield from getattr(thing, "__dict__", {}).values()
