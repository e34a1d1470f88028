"""A live world outlives its broker's accidents: restarts with and without memory, what it kept of old, a name taken."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from brokers import Mosquitto

from poslab.party.time import DAY
from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.clock import Tempo
from poslab.runtime.live.envelope import PRESENCE, TEMPO, Present, control_topic, message_topic
from scenarios.schema.load import load
from scenarios.stage.comparing import differences
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import BANK, SERVICES, homes
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import conducted, service_of
from scenarios.stage.play import play

SPEED = 5
NAME = "net-response-lost"
SCENARIO = load(NAME)
KEEPS = (
    "persistence true\nautosave_on_changes true\nautosave_interval 1\npersistence_location {}/\nallow_anonymous true"
)

Accident = Callable[[Conductor], Awaitable[None]]


@pytest.fixture
def make(program: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    started: list[Mosquitto] = []

    def a_broker(*, keeps: bool = False) -> Mosquitto:
        extra = KEEPS.format(tmp_path) if keeps else "allow_anonymous true"
        started.append(Mosquitto(program("mosquitto"), tmp_path, extra))
        started[-1].start()
        return started[-1]

    yield a_broker
    for each in started:
        each.kill()


async def played(broker: Mosquitto, accident: Accident | None = None) -> Played:
    """The scenario in one process, every service a member of the broker."""

    def bus(name: str) -> MqttBus:
        return MqttBus(broker_at(broker.url), f"w-{name}")

    world = SCENARIO.world
    services = [service_of(name, world, "w", bus(name), MemoryJournal(), wire=True) for name in SERVICES]

    async def meanwhile(conductor: Conductor) -> None:
        assert accident is not None
        await accident(conductor)

    await asyncio.gather(*(service.start() for service in services))
    try:
        judging = Judging(SCENARIO, keep=True)
        return await conducted(judging, bus("stage"), "w", SPEED, meanwhile if accident else None)
    finally:
        await asyncio.gather(*(service.stop() for service in services))


async def logged(conductor: Conductor, word: str) -> None:
    """Returns when somebody has logged this."""
    heard = asyncio.Event()
    conductor.hears_lines = lambda payload: heard.set() if f'"{word}"'.encode() in payload else None
    await asyncio.wait_for(heard.wait(), 300)


def as_in_virtual_time(live: Played) -> None:
    broken = {check.id: check.breaches for check in live.result.invariants if check.verdict == "broken"}
    assert not broken
    end = live.result.purchases[0].end
    assert (end.truth, end.views.terminal, end.views.issuer) == ("M1", "reversed", "debited-back")
    assert (end.charged_net, end.credited) == (0, 0)


@pytest.mark.parametrize("keeps", [True, False], ids=["with-its-memory", "without"])
async def test_a_broker_that_is_killed_in_mid_sale_and_comes_back(keeps: bool, make: Callable[..., Mosquitto]) -> None:
    broker = make(keeps=keeps)

    async def killed(conductor: Conductor) -> None:
        await logged(conductor, "reversal-stored")
        await asyncio.to_thread(broker.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.start)

    as_in_virtual_time(await played(broker, killed))


async def test_what_was_meant_for_one_who_is_away_waits_in_a_broker_that_keeps_it(
    make: Callable[..., Mosquitto],
) -> None:
    broker = make(keeps=True)
    topic, heard = message_topic("w", BANK, "issuer", "acquirer", "switch"), asyncio.Queue[bytes]()

    async def bank() -> MqttBus:
        bus = MqttBus(broker_at(broker.url), "w-bank")
        await bus.start()
        await bus.subscribe("poslab/w/bank/#", lambda _, payload: heard.put_nowait(payload))
        return bus

    await (await bank()).close()
    acquirer = MqttBus(broker_at(broker.url), "w-acquirer")
    await acquirer.start()
    await acquirer.publish([Out(topic, b"waits")])
    await asyncio.sleep(1.5)  # it is saved within a second
    broker.kill()
    broker.start()
    again = await bank()
    assert await asyncio.wait_for(heard.get(), 300) == b"waits"
    await again.close()
    await acquirer.close()


async def keep(broker: Mosquitto, *outs: Out) -> None:
    """Leave something behind that the broker keeps."""
    bus = MqttBus(broker_at(broker.url), "before")
    await bus.start()
    await bus.publish(outs)
    await bus.close()


async def test_yesterdays_tempo_is_no_time_for_a_world_that_has_not_begun(make: Callable[..., Mosquitto]) -> None:
    broker = make()
    stale = Tempo(SCENARIO.begins + 3 * DAY, time.time_ns() - 86_400 * 10**9, 60_000)
    await keep(broker, Out(control_topic("w", TEMPO), msgspec.json.encode(stale), keep=True))
    live = await played(broker)
    as_in_virtual_time(live)
    assert differences(live, play(SCENARIO)) == []


async def test_presence_of_those_who_are_gone_is_put_right_by_those_who_are_there(
    make: Callable[..., Mosquitto],
) -> None:
    broker = make()
    home = homes(SCENARIO.world)
    up = {address: True for address, service in home.items() if service == BANK}
    await keep(
        broker,
        Out(control_topic("w", PRESENCE, BANK), msgspec.json.encode(Present(1, up)), keep=True),
        Out(control_topic("w", PRESENCE, "acquirer"), b"{}", keep=True),
        Out(control_topic("w", PRESENCE, "terminal"), b"\xff no presence", keep=True),
    )
    live = await played(broker)
    as_in_virtual_time(live)
    assert differences(live, play(SCENARIO)) == []


async def test_another_client_takes_a_services_name_for_a_while(make: Callable[..., Mosquitto]) -> None:
    broker = make()

    async def taken(conductor: Conductor) -> None:
        await logged(conductor, "reversal-stored")
        thief = MqttBus(broker_at(broker.url), "w-acquirer")
        await thief.start()
        await asyncio.sleep(0.5)
        await thief.close()

    as_in_virtual_time(await played(broker, taken))
