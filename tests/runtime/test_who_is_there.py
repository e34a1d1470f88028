"""Who comes to serve asks first whether somebody does: one that lives says so, what is kept of a dead one does not."""

import asyncio

import msgspec

from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.memory import Exchange, MemoryBus
from poslab.runtime.live.envelope import PRESENCE, Present, control_topic
from poslab.runtime.live.presence import is_served

TOPIC = control_topic("w", PRESENCE, "bank")
EARLIER, NOW = 1_000, 2_000


async def kept(exchange: Exchange, present: Present) -> MemoryBus:
    """A service that said so of itself."""
    bus = exchange.bus()
    await bus.start()
    await bus.publish([Out(TOPIC, msgspec.json.encode(present), keep=True)])
    return bus


async def test_nobody_was_ever_there() -> None:
    assert not await is_served(Exchange().bus(), "w", "bank", NOW)


async def test_one_that_lives_says_again_that_it_is_there() -> None:
    exchange, here = Exchange(), Present(EARLIER, {"issuer": True})
    lives, heard = await kept(exchange, here), asyncio.Queue[Present]()

    async def says_again() -> None:
        while (await heard.get()).born == EARLIER:
            continue
        await lives.publish([Out(TOPIC, msgspec.json.encode(here), keep=True)])

    await lives.subscribe(TOPIC, lambda topic, payload: heard.put_nowait(msgspec.json.decode(payload, type=Present)))
    answering = asyncio.create_task(says_again())
    assert await is_served(exchange.bus(), "w", "bank", NOW)
    await answering


async def test_nobody_else_hears_anything_new_by_the_question() -> None:
    exchange, here = Exchange(), Present(EARLIER, {"issuer": True, "rail": False})
    await kept(exchange, here)
    other, heard = exchange.bus(), list[Present]()
    await other.start()
    await other.subscribe(TOPIC, lambda topic, payload: heard.append(msgspec.json.decode(payload, type=Present)))
    assert not await is_served(exchange.bus(), "w", "bank", NOW), "it is dead, and only the broker remembers it"
    assert {tuple(sorted(present.up.items())) for present in heard} == {tuple(sorted(here.up.items()))}


async def test_who_left_in_good_order_is_not_asked() -> None:
    exchange = Exchange()
    await kept(exchange, Present())
    assert not await is_served(exchange.bus(), "w", "bank", NOW)
