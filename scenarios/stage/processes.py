"""Live worlds whose services are processes of their own, over a broker."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from poslab.runtime.buses.mqtt import Broker, MqttBus
from poslab.world.world import World
from scenarios.stage.homes import SERVICES
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import conducted

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 10.0

Said = Callable[[str], None]


class NotReady(Exception):
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
    ) -> None:
        self.service = service
        self.journal = folder / f"{service}.sqlite"
        self._ready = folder / f"{service}.ready"
        self._command = [
            sys.executable, "-I", "-m", "poslab", "serve", service, "--world", str(world), "--called", called,
            "--mqtt", url, "--ready-file", str(self._ready),
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
                raise NotReady(f"{self.service}: {await self.last_words()}")
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

    async def last_words(self) -> str:
        """What it wrote on standard error, its last line."""
        if self._process is None or self._process.stderr is None:
            return "it never began"
        told = (await self._process.stderr.read()).decode(errors="replace").strip()
        return told.splitlines()[-1] if told else "it said nothing"


def fresh_name(world: World) -> str:
    """A name for a world on a broker that nobody else has."""
    return f"{world.name}-{os.getpid()}-{time.time_ns() // 1_000_000 % 100_000_000}"


async def play_in_processes(judging: Judging, broker: Broker, folder: Path, speed: int, said: Said) -> Played:
    """Start a process for every service, play, stop them."""
    called = fresh_name(judging.scenario.world)
    written = folder / "world.json"
    written.write_bytes(msgspec.json.encode(judging.scenario.world))
    children = [Child(service, broker.address, called, written, folder, broker.environment) for service in SERVICES]
    try:
        await asyncio.gather(*(child.start() for child in children))
        return await conducted(judging, MqttBus(broker, f"{called}-stage", said), called, speed)
    finally:
        await asyncio.gather(*(child.stop() for child in children))


async def play_joined(judging: Judging, broker: Broker, called: str, speed: int, said: Said) -> Played:
    """Play in a world whose services are there already, and have not begun."""
    return await conducted(judging, MqttBus(broker, f"{called}-stage", said), called, speed)
