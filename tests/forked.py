"""A service's process that begins as a copy of one which has loaded everything: a hundred of them start in no time."""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from poslab.__main__ import main
from poslab.console.cli_live import world_named
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from poslab.runtime.journals.journal import Journal
from poslab.runtime.journals.sqlite import SqliteJournal
from poslab.text import Text
from poslab.world.world import World
from scenarios.stage.processes import READY_WITHIN_S, STOP_WITHIN_S, Child, NotReady
from scenarios.stage.serving import digest_of, serve

_COPIES: Final = multiprocessing.get_context("forkserver")
_COPIES.set_forkserver_preload(["poslab.console.cli_live", "scenarios.stage.serving"])

Kept = Callable[[Path, World, str], Journal]
"""Folder, world and service → the service's journal."""


def unsynced(folder: Path, world: World, service: str) -> Journal:
    """A journal that leaves out every sync: it is there to be caught."""
    return SqliteJournal(folder / f"{service}.sqlite", service, digest_of(world), durable=False)


def _serve(command: list[str], environment: dict[str, str]) -> None:
    os.environ.update(environment)
    raise SystemExit(main(command))


def _serve_on(kept: Kept, service: str, url: str, called: str, world_file: Path, folder: Path, ready: Path) -> None:
    world, broker = world_named(str(world_file)), broker_at(url)
    asyncio.run(
        serve(
            [service],
            world,
            called,
            lambda part: MqttBus(broker, f"{called}-{part}"),
            lambda part: kept(folder, world, part),
            ready.touch,
            print,
        )
    )


class Forked(Child):
    """The same service, told the same on its command line; it dies of the same signals. ``kept`` makes its journal,
    where it is another one than a command line can name.
    """

    def __init__(self, service: str, url: str, called: str, world: Path, folder: Path, **more: Any) -> None:
        kept: Kept | None = more.pop("kept", None)
        super().__init__(service, url, called, world, folder, **more)
        self._copy: BaseProcess | None = None
        self._work: Callable[..., None] = _serve
        self._told: Sequence[Any] = (
            self._command[self._command.index("poslab") + 1 :],
            {**os.environ, **self._environment},
        )
        if kept is not None:
            self._work, self._told = _serve_on, (kept, service, url, called, world, folder, self._ready)

    async def start(self) -> None:
        """Returns when it serves; ``NotReady`` if it ends before."""
        self._ready.unlink(missing_ok=True)
        self._copy = _COPIES.Process(target=self._work, args=tuple(self._told))
        await asyncio.to_thread(self._copy.start)
        until = time.monotonic() + READY_WITHIN_S
        while not self._ready.exists():
            if not self._copy.is_alive() or time.monotonic() > until:
                self.kill()
                raise NotReady(Text(f"{self.service}：进程已结束", f"{self.service}: its process ended"))
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL."""
        if self._copy is not None:
            self._copy.kill()

    async def gone(self) -> None:
        """Returns when the process is no more."""
        if self._copy is not None:
            await asyncio.to_thread(self._copy.join)

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL if that takes too long."""
        if self._copy is None or not self._copy.is_alive():
            return
        self._copy.terminate()
        await asyncio.to_thread(self._copy.join, STOP_WITHIN_S)
        if self._copy.is_alive():
            self.kill()
            await self.gone()
