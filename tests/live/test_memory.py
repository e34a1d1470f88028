"""However many sales a live world has seen, its runtime holds no more than before: what is finished is let go of."""

import time
from pathlib import Path

import pytest

from poslab.party.facts import Started
from poslab.party.time import HOUR, SECOND, midnight
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.live import keeping, standing
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.recent import Recent
from poslab.runtime.live.recorder import Gathered
from poslab.runtime.live.service import Service
from poslab.world.presets import market
from scenarios.schema.story import Purchase
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES, homes
from scenarios.stage.live import service_of
from scenarios.stage.serving import journal_in

TILLS = 100
ROUNDS = 20
WINDOW = 16
"""Every window is made this small, so that the sales of one till fill it many times."""


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
        at += 30 * SECOND
        await conductor.quiet(at)
        for till, terminal in enumerate(world.terminals):
            sale = Purchase(f"{n}-{till}", at, terminal.address, terminal.cashier, 100 + n, "good-debit")
            await conductor.tell(home[terminal.cashier], terminal.cashier, sale.given, at)
        await conductor.quiet(at + 20 * SECOND)
        held.append(sum(map(holds, services)))
    print(f"{ROUNDS * TILLS} sales in {time.monotonic() - began:.0f} s; held after each round: {held}")
    for service in services:
        assert not len(service.out) and not service.obeying.waits and not service.floor.soon
        await service.stop()
    assert services[1].progress.seq > 2 * ROUNDS * TILLS, "they were really told"
    # How much is under way changes with the machine's load; what stays of every sale would grow past all of that.
    assert min(held[-ROUNDS // 4 :]) <= max(held[: ROUNDS // 2])
    await conductor.close()


def holds(service: Service) -> int:
    """How many things a service's runtime holds that come with sales: names, lines, letters, strikes."""
    progress = service.progress
    windows = [*progress.arrived.values(), *(party.heard for party in progress.parties.values())]
    names = sum(len(window.young) + len(window.old) for window in windows)
    letters = sum(1 for _, _, _, value in service.floor.timers._heap if not hasattr(value, "is_awaited"))
    awaited = sum(1 for *_, value in service.floor.timers._heap if hasattr(value, "is_awaited") and value.is_awaited())
    return names + len(service.lines.recent.since({})) + letters + awaited
