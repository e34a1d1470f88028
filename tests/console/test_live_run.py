"""``poslab run --live`` over a broker: whoever is waited for is named at once, and nothing is left behind."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from brokers import Mosquitto, free_port

from poslab.console.cli import BAD_INPUT, answer
from scenarios.schema.load import load
from scenarios.stage import processes
from scenarios.stage.homes import SERVICES
from scenarios.stage.processes import Child

STORY = "net-response-lost"


@pytest.fixture
def broker(program: Callable[[str], Path], tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(program("mosquitto"), tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not much of it."""
    monkeypatch.setattr(processes, "READY_WITHIN_S", 1.0)


def kept_by(broker: Mosquitto) -> set[str]:
    """The topics on which a broker keeps something."""

    async def listen() -> set[str]:
        topics: set[str] = set()
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            await client.subscribe("#", qos=1)
            await client.publish("that-was-all", b"!", qos=1)
            async for message in client.messages:
                if str(message.topic) == "that-was-all":
                    break
                topics.add(str(message.topic))
        return topics

    return asyncio.run(listen())


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    out, err = capsys.readouterr()
    assert out == ""
    lines: list[str] = err.splitlines()
    return lines


@pytest.mark.parametrize("more", [[], ["--join", "shop"]])
def test_a_broker_that_is_not_there(more: list[str], patience: None, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    assert answer(["run", STORY, "--live", "--mqtt", f"mqtt://127.0.0.1:{port}", *more]) == BAD_INPUT
    first, *_, last = told(capsys)
    assert first.startswith(
        f"poslab: stage: no connection to mqtt://127.0.0.1:{port} (connection refused: does a broker"
    )
    assert first.endswith("trying again")
    assert last.startswith(f"poslab: run, --mqtt: no connection to mqtt://127.0.0.1:{port} came about in 1 s")
    assert last.endswith("; start a broker there, or name another one")


def test_a_world_that_nobody_serves(broker: Mosquitto, patience: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["run", STORY, "--live", "--mqtt", broker.url, "--join", "nosuch"]) == BAD_INPUT
    nobody = f"nobody serves terminal, acquirer, bank, people of the world nosuch on {broker.url}"
    assert told(capsys) == [
        f"poslab: stage: {nobody}; waiting for poslab serve … --called nosuch",
        f"poslab: run, --join: {nobody}; start it with poslab serve, or name another world",
    ]
    assert answer(["run", STORY, "--live", "--mqtt", broker.url, "--join", "nosuch", "--lang", "zh"]) == BAD_INPUT
    assert told(capsys)[-1] == (
        f"poslab: run，--join：{broker.url} 上没有世界 nosuch 的 terminal、acquirer、bank、people 服务；"
        "请用 poslab serve 启动，或指定别的世界"
    )


@pytest.mark.parametrize("interrupted", [False, True])
def test_nothing_of_a_run_is_kept_by_the_broker(broker: Mosquitto, interrupted: bool) -> None:
    command = [sys.executable, "-m", "poslab", "run", STORY, "--live", "--speed", "600", "--mqtt", broker.url]
    playing = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while interrupted and not any(topic.endswith("/_/tempo") for topic in kept_by(broker)):
        assert playing.poll() is None
    if interrupted:
        playing.send_signal(signal.SIGINT)
    _, err = playing.communicate(timeout=60)
    assert kept_by(broker) == set()
    assert (playing.returncode, err) == (130, "poslab: interrupted\n") if interrupted else playing.returncode in (0, 1)


def test_a_world_that_was_joined_stays_as_it_is(broker: Mosquitto, tmp_path: Path) -> None:
    world = tmp_path / "world.json"
    world.write_bytes(msgspec.json.encode(load(STORY).world))

    async def served() -> int:
        children = [Child(service, broker.url, "shop", world, tmp_path) for service in SERVICES]
        await asyncio.gather(*(child.start() for child in children))
        try:
            joined = ["run", STORY, "--live", "--speed", "600", "--mqtt", broker.url, "--join", "shop"]
            return await asyncio.to_thread(answer, joined)
        finally:
            await asyncio.gather(*(child.stop() for child in children))

    assert asyncio.run(served()) in (0, 1)
    assert {f"poslab/shop/_/{what}/{service}" for what in ("world", "presence") for service in SERVICES} < kept_by(
        broker
    )
