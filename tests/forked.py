"""A service's process that begins as a copy of one which has loaded everything: a hundred of them start in no time."""

import asyncio
import multiprocessing
import os
import time
from multiprocessing.process import BaseProcess
from typing import Final

from poslab.__main__ import main
from scenarios.stage.processes import READY_WITHIN_S, STOP_WITHIN_S, Child, NotReady

_COPIES: Final = multiprocessing.get_context("forkserver")
_COPIES.set_forkserver_preload(["poslab.console.cli_live", "scenarios.stage.serving"])


def _serve(command: list[str], environment: dict[str, str]) -> None:
    os.environ.update(environment)
    raise SystemExit(main(command))


class Forked(Child):
    """The same service, told the same on its command line; it dies of the same signals."""

    _copy: BaseProcess | None = None

    async def start(self) -> None:
        """Returns when it serves; ``NotReady`` if it ends before."""
        self._ready.unlink(missing_ok=True)
        command = self._command[self._command.index("poslab") + 1 :]
        self._copy = _COPIES.Process(target=_serve, args=(command, {**os.environ, **self._environment}))
        await asyncio.to_thread(self._copy.start)
        until = time.monotonic() + READY_WITHIN_S
        while not self._ready.exists():
            if not self._copy.is_alive() or time.monotonic() > until:
                self.kill()
                raise NotReady(f"{self.service}: its process ended")
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
