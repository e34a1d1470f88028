"""A bus through the door of another process: a member of its exchange, as if it sat there."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from poslab.runtime.buses.bus import Connection, Hear, Out
from poslab.runtime.buses.frames import BadFrame, Heard, Join, Leave, Listen, Say, Taken, framed, in_pieces, to_member

FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 2.0


class SocketBus:
    """``said`` is told of breaks, in words. Where nobody has opened for ``patience_s``, nothing is waited for any more:
    ``ConnectionError``.
    """

    def __init__(
        self, path: Path, said: Callable[[str], None] = lambda what: None, patience_s: float = float("inf")
    ) -> None:
        self._path = path
        self._said = said
        self._patience_s = patience_s
        self._nobody = False
        """Whether it has lost its patience."""
        self._subscriptions: list[tuple[str, Hear]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._up = asyncio.Event()
        self._closing = False
        self._will: Out | None = None
        self._hello: Callable[[], Sequence[Out]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._number = 0
        self._waiting: dict[int, asyncio.Future[bool]] = {}
        self.breaks = 0

    @property
    def connection(self) -> Connection:
        """How the way to it stands now."""
        return Connection(self._writer is not None, self.breaks)

    @property
    def edge(self) -> None:
        """The exchange fails, and all of it."""
        return None

    async def start(self, will: Out | None = None, hello: Callable[[], Sequence[Out]] | None = None) -> None:
        """Join, and go on trying until somebody opens, or patience ends."""
        self._will, self._hello = will, hello
        self._task = asyncio.create_task(self._stay_connected(), name="door: connection")
        await self._up.wait()
        self._raise_if_nobody()

    async def subscribe(self, topics: str, hear: Hear) -> None:
        """Now, and after every break."""
        place = len(self._subscriptions)
        self._subscriptions.append((topics, hear))
        await self._handed_over(lambda number: Listen(number, place, topics))

    async def publish(self, outs: Sequence[Out]) -> Sequence[Out]:
        """In order; what was not taken when the connection broke is said again. ``ConnectionError`` after ``close``.

        The door does not tell what nobody listens to.
        """
        for piece in in_pieces(outs):
            await self._handed_over(lambda number, piece=piece: Say(number, piece))  # type: ignore[misc]
        return ()

    async def close(self) -> None:
        """Leave in good order: no will is published."""
        self._closing = True
        self._up.set()
        if self._writer is not None:
            with suppress(ConnectionError):
                self._writer.write(framed(Leave()))
                await self._writer.drain()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _handed_over(self, frame: Callable[[int], Struct]) -> None:
        while True:
            if self._closing:
                raise ConnectionError("this bus was left")
            await self._up.wait()
            self._raise_if_nobody()
            if self._writer is None:
                continue
            self._number += 1
            taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._waiting[self._number] = taken
            number = self._number
            try:
                self._writer.write(framed(frame(number)))
                if await taken:
                    return
            finally:
                self._waiting.pop(number, None)

    def _raise_if_nobody(self) -> None:
        if self._nobody:
            raise ConnectionError(f"nobody opens at {self._path}")

    # --- the connection -------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        attempt, shut_since = 0, 0.0
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path)
            except OSError:
                attempt += 1
                if attempt == 1:
                    shut_since = time.monotonic()
                    self._said(f"nobody opens at {self._path}; trying again")
                if time.monotonic() - shut_since >= self._patience_s:
                    self._nobody = True
                    self._up.set()
                    return
                await asyncio.sleep(min(FIRST_WAIT_S * (1 << min(attempt - 1, 10)), LONGEST_WAIT_S))
                continue
            if attempt:
                self._said(f"joined at {self._path} again")
            attempt = 0
            try:
                await self._stay(reader, writer)
            finally:
                self._up.clear()
                self._writer = None
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()
                for taken in self._waiting.values():
                    if not taken.done():
                        taken.set_result(False)
            self.breaks += 1
            await asyncio.sleep(FIRST_WAIT_S)

    async def _stay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the connection breaks."""
        writer.write(framed(Join(self._will)))
        for place, (topics, _) in enumerate(self._subscriptions):
            writer.write(framed(Listen(0, place, topics)))
        hello = None if self._hello is None else self._hello()
        if hello:
            writer.write(framed(Say(0, tuple(hello))))
        self._writer = writer
        self._up.set()
        while True:
            try:
                frame = await to_member(reader)
            except BadFrame:
                return
            if frame is None:
                return
            if isinstance(frame, Taken):
                taken = self._waiting.get(frame.number)
                if taken is not None and not taken.done():
                    taken.set_result(True)
            elif isinstance(frame, Heard):
                _, hear = self._subscriptions[frame.place]
                hear(frame.topic, frame.payload)
