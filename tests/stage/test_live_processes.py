"""First light of the live runtime: every service a process of its own over a real broker, and one of them killed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from brokers import Mosquitto

from poslab.runtime.buses.mqtt import MqttBus, broker_at
from scenarios.schema.load import load
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import conducted
from scenarios.stage.processes import Child, NotReady, fresh_name

SPEED = 10
"""Slow enough for a machine that others use as well."""


async def played_with_a_kill(name: str, broker: Mosquitto, folder: Path, victim: str, after: str) -> tuple[Played, int]:
    """Play; SIGKILL one service as soon as the line that ``after`` names was said, and start it again."""
    judging = Judging(load(name), keep=True)
    called = fresh_name(judging.scenario.world)
    world = folder / "world.json"
    world.write_bytes(msgspec.json.encode(judging.scenario.world))
    children = {service: Child(service, broker.url, called, world, folder) for service in SERVICES}
    kills = 0

    async def kill(conductor: Conductor) -> None:
        nonlocal kills
        heard = asyncio.Event()
        conductor.hears_lines = lambda payload: heard.set() if after.encode() in payload else None
        await heard.wait()
        children[victim].kill()
        await children[victim].gone()
        kills += 1
        await asyncio.sleep(0.3)
        await children[victim].start()

    await asyncio.gather(*(child.start() for child in children.values()))
    try:
        bus = MqttBus(broker_at(broker.url), f"{called}-stage")
        return await conducted(judging, bus, called, SPEED, kill), kills
    finally:
        await asyncio.gather(*(child.stop() for child in children.values()))


@pytest.fixture
def broker(program: Callable[[str], Path], tmp_path: Path) -> Mosquitto:
    started = Mosquitto(program("mosquitto"), tmp_path)
    started.start()
    return started


async def test_a_second_service_of_one_name_leaves_and_says_why(broker: Mosquitto, tmp_path: Path) -> None:
    """It has a journal of its own, so that only the broker can tell."""
    scenario = load("net-response-lost")
    judging = Judging(scenario, keep=True)
    called = fresh_name(scenario.world)
    world, elsewhere = tmp_path / "world.json", tmp_path / "elsewhere"
    world.write_bytes(msgspec.json.encode(scenario.world))
    children = {service: Child(service, broker.url, called, world, tmp_path) for service in SERVICES}
    second = Child("bank", broker.url, called, world, elsewhere)
    elsewhere.mkdir()
    ended: list[str] = []

    async def comes(conductor: Conductor) -> None:
        try:
            await second.start()
        except NotReady as told:
            ended.append(str(told).removeprefix("bank: "))
            return
        await second.gone()
        ended.append((await second.last_words()).en)

    await asyncio.gather(*(child.start() for child in children.values()))
    try:
        bus = MqttBus(broker_at(broker.url), f"{called}-stage")
        played = await conducted(judging, bus, called, SPEED, comes)
    finally:
        await asyncio.gather(*(child.stop() for child in children.values()))
        broker.kill()
    (told,) = ended
    assert told.startswith(f"poslab: serve, --called: another process serves bank of the world {called} on mqtt://")
    assert told.endswith("stop one of the two, or give the world another name")
    end = played.result.purchases[0].end
    assert (end.truth, end.views.terminal, end.charged_net) == ("M1", "reversed", 0)
    assert "broken" not in {check.verdict for check in played.result.invariants}


@pytest.mark.parametrize(
    ("victim", "after"),
    [("acquirer", '"reversal-stored"'), ("bank", '"debited"'), ("terminal", '"reversal-stored"')],
)
async def test_a_lost_answer_and_a_killed_service(victim: str, after: str, broker: Mosquitto, tmp_path: Path) -> None:
    try:
        played, kills = await played_with_a_kill("net-response-lost", broker, tmp_path, victim, after)
    finally:
        broker.kill()
    end = played.result.purchases[0].end
    broken = {check.id: check.breaches for check in played.result.invariants if check.verdict == "broken"}
    assert kills == 1 and not broken
    assert (end.truth, end.views.terminal, end.views.issuer) == ("M1", "reversed", "debited-back")
    assert (end.charged_net, end.credited) == (0, 0)
    assert any(type(given).__name__ == "Recovered" for _, given in played.pairs)
