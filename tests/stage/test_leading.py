"""Whoever leads a live world's clock to an instant leads it at the speed that was said, and lets it go on as before."""

import asyncio

import msgspec

from poslab.party.time import HOUR, MINUTE, midnight
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.clock import Tempo, WorldClock
from poslab.runtime.live.envelope import TEMPO, control_topic
from poslab.world.presets import corner_shop
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES
from scenarios.stage.live import service_of
from scenarios.stage.looking import Leader


async def test_a_clock_is_led_at_the_speed_that_was_said() -> None:
    world, exchange = corner_shop(), Exchange()
    services = [service_of(name, world, "w", exchange.bus(name), MemoryJournal()) for name in SERVICES]
    for service in services:
        await service.start()
    nine = midnight(world.calendar.first_day) + 9 * HOUR
    conductor = Conductor(exchange.bus(), "w", SERVICES, WorldClock(), 60_000)
    await conductor.start(nine)
    await conductor.set_tempo(nine, 7_000)
    heard: list[int] = []
    ear = exchange.bus()
    await ear.start()
    await ear.subscribe(
        control_topic("w", TEMPO),
        lambda _, payload: heard.append(msgspec.json.decode(payload, type=Tempo).speed_milli),
    )
    leader = Leader(exchange.bus(), "w", SERVICES, WorldClock(), 60_000)
    await leader.lead(nine + 10 * MINUTE, 900_000)
    await asyncio.sleep(0.05)
    for bus in (leader, conductor, ear):
        await bus.close()
    for service in services:
        await service.stop()
    assert heard[0] == 7_000 and heard[-1] == 7_000
    assert set(heard[1:-1]) == {900_000}
