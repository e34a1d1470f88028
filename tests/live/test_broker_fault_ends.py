"""When a fault of the broker ends, where the world's clock goes on otherwise than when it began."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from poslab.faults.broker import BrokerRedelivery, SessionTakeover
from poslab.faults.injection import Injection
from poslab.party.time import HOUR, MINUTE
from poslab.runtime.buses.edge import Edge
from poslab.runtime.buses.memory import Exchange, MemoryBus
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.broker_seat import NAME as BROKER
from poslab.runtime.live.broker_seat import BrokerSeat
from poslab.runtime.live.clock import FASTEST_MILLI, WorldClock
from poslab.world.presets import corner_shop
from scenarios.stage.asking import Asker
from scenarios.stage.homes import BANK
from scenarios.stage.live import service_of

WORLD = corner_shop()
OPENS = 10 * HOUR
AS_IN_LIFE = 1_000

Fault = BrokerRedelivery | SessionTakeover
Make = Callable[[], Awaitable[Asker]]
"""Whoever the faults strike; answers somebody who may ask him."""


class AtAnEnd(MemoryBus):
    """A way to the bus that can fail at its own end, as one to a broker that is not ours can."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._end = Edge(asyncio.Event().wait, lambda: None)  # type: ignore[arg-type]

    @property
    def edge(self) -> Edge:  # type: ignore[override]
        return self._end


async def looking(exchange: Exchange, whom: str) -> Asker:
    asker = Asker(exchange.bus(), WORLD.name, (whom,), WorldClock())
    await asker.join()
    await asker.set_tempo(OPENS, AS_IN_LIFE)
    return asker


async def a_broker() -> Asker:
    """In memory, and its clock goes as ours."""
    exchange = Exchange()
    asker = await looking(exchange, BROKER)
    await BrokerSeat(exchange, exchange.bus(BROKER), WORLD.name).start()
    return asker


async def a_service() -> Asker:
    """The bank, to which things are done at its end of the bus."""
    exchange = Exchange()
    asker = await looking(exchange, BANK)
    await service_of(BANK, WORLD, WORLD.name, AtAnEnd(exchange), MemoryJournal()).start()
    return asker


async def state(asker: Asker) -> str:
    (status,) = await asker.everybody("status", word="full")
    assert status.full is not None
    (fault,) = status.full.faults
    return fault.state


async def is_over(asker: Asker) -> bool:
    async with asyncio.timeout(300):
        while await state(asker) != "over":
            await asyncio.sleep(0.005)
    return True


WHERE = pytest.mark.parametrize("where", [a_broker, a_service])
FAULTS = pytest.mark.parametrize("fault", [BrokerRedelivery(), SessionTakeover(BANK)])


@WHERE
@FAULTS
async def test_whose_end_the_clock_leaps_over_is_over(where: Make, fault: Fault) -> None:
    asker = await where()
    await asker.inject(Injection("fault", fault, lasts=HOUR))
    assert await state(asker) == "in-force"
    await asker.set_tempo(OPENS + HOUR, AS_IN_LIFE)
    assert await is_over(asker)


@WHERE
async def test_what_cuts_nobody_off_ends_when_the_clock_shows_it(where: Make) -> None:
    asker = await where()
    await asker.set_tempo(OPENS, FASTEST_MILLI, OPENS + MINUTE)
    await asker.inject(Injection("fault", BrokerRedelivery(), lasts=HOUR))
    await asyncio.sleep(0.1)
    assert await state(asker) == "in-force", "an hour would be over by far; the clock stands at a minute"
    await asker.set_tempo(OPENS + MINUTE, FASTEST_MILLI)
    assert await is_over(asker)


@WHERE
async def test_who_is_cut_off_is_back_also_where_the_clock_stands(where: Make) -> None:
    """It might stand because nobody hears how it goes on. What was heard last tells how long to wait."""
    asker = await where()
    await asker.inject(Injection("fault", SessionTakeover(BANK), lasts=HOUR))
    await asker.set_tempo(OPENS, FASTEST_MILLI, OPENS + MINUTE)
    assert await is_over(asker)


@WHERE
async def test_a_world_that_is_slowed_down_keeps_him_out_for_longer(where: Make) -> None:
    asker = await where()
    await asker.set_tempo(OPENS, 3_600 * AS_IN_LIFE)
    await asker.inject(Injection("fault", SessionTakeover(BANK), lasts=2 * HOUR))
    await asker.set_tempo(asker.clock.now(), AS_IN_LIFE)
    if asker.clock.now() < OPENS + HOUR:  # else this machine stood still for a second
        await asyncio.sleep(2.2)
        assert await state(asker) == "in-force"


@WHERE
@FAULTS
async def test_one_of_the_same_name_has_its_own_beginning_and_end(where: Make, fault: Fault) -> None:
    asker = await where()
    await asker.inject(Injection("fault", fault, start=OPENS + HOUR, lasts=HOUR))
    await asker.everybody("end", word="fault")
    await asker.inject(Injection("fault", fault, start=OPENS + 3 * HOUR, lasts=HOUR))
    await asker.set_tempo(OPENS + 90 * MINUTE, AS_IN_LIFE)
    await asyncio.sleep(0.1)
    assert await state(asker) == "waits"
    await asker.everybody("end", word="fault")
    for lasts in (HOUR, 3 * HOUR):
        await asker.everybody("end", word="fault")
        await asker.inject(Injection("fault", fault, lasts=lasts))
    await asker.set_tempo(OPENS + 4 * HOUR, AS_IN_LIFE)
    await asyncio.sleep(0.1)
    assert await state(asker) == "in-force"
