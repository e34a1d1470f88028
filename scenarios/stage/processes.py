"""Live worlds whose services are processes of their own, over a broker."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.mqtt import Broker, MqttBus
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.envelope import PRESENCE, TEMPO, WORLD, control_topic
from poslab.text import Language, Text, Unusable
from poslab.world.world import World
from scenarios.schema.errors import BadInput
from scenarios.stage.asking import Asker, NoAnswer
from scenarios.stage.homes import SERVICES
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import conducted

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 10.0
_PRESENCE_WITHIN_S = 0.5
"""Sooner it is heard who is there, where somebody is."""

Said = Callable[[str], None]


class NotReady(Unusable):
    """A service's process did not come up: what it said."""


class Child:
    """A service's process; it can be killed and started again on what it kept.

    ``environment`` is what it is told besides, such as a password, which a command line would show to everybody.
    """

    def __init__(
        self,
        service: str,
        url: str,
        called: str,
        world: Path,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        database: str = "",
        language: Language = "en",
    ) -> None:
        self.service = service
        self.journal = folder / f"{service}.sqlite"
        self._ready = folder / f"{service}.ready"
        self._command = [
            sys.executable, "-I", "-m", "poslab", "serve", service, "--world", str(world), "--called", called,
            "--mqtt", url, "--ready-file", str(self._ready), "--lang", language,
            *(("--database", database) if database else ("--journal", str(folder))),
        ]  # fmt: skip
        self._environment = dict(environment or {})
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it serves; ``NotReady`` if it ends before."""
        self._ready.unlink(missing_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stderr=asyncio.subprocess.PIPE, env={**os.environ, **self._environment}
        )
        until = time.monotonic() + READY_WITHIN_S
        while not self._ready.exists():
            if self._process.returncode is not None or time.monotonic() > until:
                self.kill()
                words = await self.last_words()
                raise NotReady(Text(f"{self.service}：{words.zh}", f"{self.service}: {words.en}"))
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def gone(self) -> None:
        """Returns when the process is no more."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL if that takes too long."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            self.kill()
            await self._process.wait()

    async def last_words(self) -> Text:
        """What it wrote on standard error, its last line, in the language that it was told to speak."""
        if self._process is None or self._process.stderr is None:
            return Text("没有启动", "it never began")
        told = (await self._process.stderr.read()).decode(errors="replace").strip()
        if not told:
            return Text("未给出原因", "it said nothing")
        return Text(told.splitlines()[-1], told.splitlines()[-1])


def fresh_name(world: World) -> str:
    """A name for a world on a broker that nobody else has."""
    return f"{world.name}-{os.getpid()}-{time.time_ns() // 1_000_000 % 100_000_000}"


async def play_in_processes(
    judging: Judging, broker: Broker, folder: Path, speed: int, said: Said, language: Language = "en"
) -> Played:
    """Start a process for every service, play, stop them, and leave nothing on the broker. ``BadInput`` where nobody
    answers.
    """
    called = fresh_name(judging.scenario.world)
    await _found(broker, called, (), said)
    written = folder / "world.json"
    written.write_bytes(msgspec.json.encode(judging.scenario.world))
    children = [
        Child(service, broker.address, called, written, folder, broker.environment, language=language)
        for service in SERVICES
    ]
    try:
        await asyncio.gather(*(child.start() for child in children))
        return await _conducted(judging, _stage(broker, called, said), called, speed, "--mqtt")
    except NotReady as wrong:
        what = Text(f"有服务没有启动（{wrong.why.zh}）", f"a service did not come up ({wrong.why.en})")
        raise BadInput("run", 0, "--mqtt", what, Text("请解决后再试", "mend that, and try again")) from None
    finally:
        await asyncio.gather(*(child.stop() for child in children))
        await _forgotten(broker, called)


async def play_joined(judging: Judging, broker: Broker, called: str, speed: int, said: Said) -> Played:
    """Play in a world whose services are there already, and have not begun; ``BadInput`` where nobody answers."""
    await _found(broker, called, SERVICES, said)
    return await _conducted(judging, _stage(broker, called, said), called, speed, "--join")


def _stage(broker: Broker, called: str, said: Said) -> MqttBus:
    return MqttBus(broker, f"{called}-stage", lambda what: said(f"stage: {what}"))


async def _conducted(judging: Judging, bus: MqttBus, called: str, speed: int, option: str) -> Played:
    try:
        return await conducted(judging, bus, called, speed)
    except NoAnswer as wrong:
        what = Text(
            f"世界 {called} 的服务 {wrong} 不再应答", f"the service {wrong} of the world {called} answers no more"
        )
        remedy = Text("请查看它与 MQTT 服务器的状况", "look what became of it and of the broker")
        raise BadInput("run", 0, option, what, remedy) from None


async def _found(broker: Broker, called: str, wanted: Sequence[str], said: Said) -> None:
    """Returns when the broker lets us in and these services are there; who is waited for is said at once."""
    asker = Asker(_stage(broker, called, said), called, wanted, WorldClock())
    joining = asyncio.ensure_future(asker.join())
    try:
        _, waits = await asyncio.wait((joining,), timeout=READY_WITHIN_S)
        if waits:
            what = Text(
                f"{READY_WITHIN_S:g} 秒内未能连上 {broker.shown}",
                f"no connection to {broker.shown} came about in {READY_WITHIN_S:g} s",
            )
            remedy = Text("请在那里启动 MQTT 服务器，或换一个", "start a broker there, or name another one")
            raise BadInput("run", 0, "--mqtt", what, remedy)
        await joining
        begun = time.monotonic()
        told = False
        while missing := [service for service in wanted if not asker.present.get(service)]:
            waited_s = time.monotonic() - begun
            nobody = Text(
                f"{broker.shown} 上没有世界 {called} 的 {'、'.join(missing)} 服务",
                f"nobody serves {', '.join(missing)} of the world {called} on {broker.shown}",
            )
            if waited_s > READY_WITHIN_S:
                remedy = Text(
                    "请用 poslab serve 启动，或指定别的世界", "start it with poslab serve, or name another world"
                )
                raise BadInput("run", 0, "--join", nobody, remedy)
            if waited_s > _PRESENCE_WITHIN_S and not told:
                told = True
                said(f"stage: {nobody.en}; waiting for poslab serve … --called {called}")
            await asyncio.sleep(0.02)
    finally:
        joining.cancel()
        await asker.close()


async def _forgotten(broker: Broker, called: str) -> None:
    """A broker keeps for ever what was kept on it of a world that will never be there again."""
    bus = MqttBus(broker, f"{called}-stage")
    kept = [control_topic(called, TEMPO)]
    kept += [control_topic(called, what, service) for what in (WORLD, PRESENCE) for service in SERVICES]
    with suppress(TimeoutError):  # a broker that is not there keeps nothing, or cannot be told
        async with asyncio.timeout(STOP_WITHIN_S):
            await bus.start()
            await bus.publish([Out(topic, b"", keep=True) for topic in kept])
    await bus.close()
