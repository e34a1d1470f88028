"""A door into a process's bus: a Unix socket through which other processes of the same user are members, too."""

import asyncio
import os
import socket
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from poslab.runtime.buses.frames import BadFrame, Heard, Join, Leave, Listen, Say, Taken, framed, of_member
from poslab.runtime.buses.memory import Exchange, MemoryBus

NAME: Final = "world.sock"
MOST_WAITING_BYTES: Final = 64 << 20
"""A member that reads so slowly that more than this waits for it is cut off; it may come back and ask again."""
_LONGEST_PATH: Final = 100
"""Longer paths are no addresses of sockets."""


class InUse(Exception):
    """Somebody answers at that door already: where."""


class Door:
    """Opened in a folder; ``path`` says where it really is, as a socket's path must be short."""

    def __init__(self, exchange: Exchange, folder: Path) -> None:
        self._exchange = exchange
        self._own_folder: Path | None = None
        self.path = folder / NAME
        if len(os.fsencode(self.path.absolute())) > _LONGEST_PATH:
            self._own_folder = Path(tempfile.mkdtemp(prefix="poslab-"))
            self.path = self._own_folder / NAME
        self._server: asyncio.Server | None = None
        self._members: dict[asyncio.Task[None], _Member] = {}
        self._shown_out = 0
        self._shut = False

    async def open(self) -> None:
        """Let members in. A socket that a killed process left behind is taken away; ``InUse`` if it is alive."""
        if is_answered(self.path):
            raise InUse(str(self.path))
        self.path.unlink(missing_ok=True)
        before = os.umask(0o177)  # nobody else may enter, not even for a moment
        try:
            self._server = await asyncio.start_unix_server(self._enter, self.path)
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Show everybody out and lock up."""
        self._shut = True
        if self._server is not None:
            self._server.close()
            for member in tuple(self._members):
                member.cancel()
            await asyncio.gather(*self._members, return_exceptions=True)
            self._server = None
            self.path.unlink(missing_ok=True)
        if self._own_folder is not None:
            with suppress(OSError):
                self._own_folder.rmdir()

    @property
    def waiting_bytes(self) -> int:
        """So much waits for members that do not read it."""
        return sum(member.waiting_bytes for member in self._members.values())

    @property
    def shown_out(self) -> int:
        """So many members were cut off because too much waited for them."""
        return self._shown_out + sum(member.shown_out for member in self._members.values())

    def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:  # he was on the threshold
            writer.close()
            return
        member = _Member(self._exchange.bus(), reader, writer)
        task = asyncio.create_task(member.stay(), name="a member at the door")
        self._members[task] = member
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._shown_out += self._members.pop(task).shown_out


class _Member:
    """One connection."""

    def __init__(self, bus: MemoryBus, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._bus = bus
        self._reader = reader
        self._writer = writer
        self.shown_out = False

    @property
    def waiting_bytes(self) -> int:
        """So much it has not read."""
        return self._writer.transport.get_write_buffer_size()

    async def stay(self) -> None:
        """Until it leaves, is cut off, or sends what is no frame."""
        joined = left = False
        places: set[int] = set()
        try:
            while not left:
                frame = await of_member(self._reader)
                if isinstance(frame, Join) and not joined:
                    joined = True
                    await self._bus.start(frame.will)
                elif frame is None or not joined or isinstance(frame, Join):
                    return
                elif isinstance(frame, Listen):
                    self._write(framed(Taken(frame.number)))
                    if frame.place not in places:
                        places.add(frame.place)
                        await self._bus.subscribe(frame.topics, partial(self._hear, frame.place))
                elif isinstance(frame, Say):
                    await self._bus.publish(frame.outs)
                    self._write(framed(Taken(frame.number)))
                elif isinstance(frame, Leave):
                    left = True
                    await self._bus.close()
        except (BadFrame, ValueError, ConnectionError):
            return
        finally:
            if joined and not left:
                self._bus.cut_off()
            self._writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await self._writer.wait_closed()

    def _hear(self, place: int, topic: str, payload: bytes) -> None:
        self._write(framed(Heard(place, topic, payload)))

    def _write(self, data: bytes) -> None:
        if self.waiting_bytes > MOST_WAITING_BYTES:
            self.shown_out = True
            self._writer.transport.abort()
        elif not self._writer.is_closing():
            self._writer.write(data)


def is_answered(path: Path) -> bool:
    """Whether somebody is behind a door."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
