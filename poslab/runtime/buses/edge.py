"""What a broker does to one of its members when it fails, brought about at that member's own end.

A broker that is not ours cannot be told to fail, and need not be: it lets in whoever comes last under a name, and
whoever hears something a second time cannot tell who said it again.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any


class Edge:
    """One member's end. ``usurp`` is somebody else under its name, for as long as he is let; ``free`` is called when
    the name is the member's alone again.
    """

    def __init__(self, usurp: Callable[[], Coroutine[Any, Any, None]], free: Callable[[], None]) -> None:
        self._usurp = usurp
        self._free = free
        self._twice = 0
        """So many faults make it hear everything once more …"""
        self._taken = 0
        """… and so many let somebody else in under its name."""
        self._usurper: asyncio.Task[None] | None = None

    @property
    def times(self) -> int:
        """How often everything that comes is heard."""
        return 2 if self._twice else 1

    def deliver_twice(self, *, twice: bool) -> None:
        """Whatever comes is heard once more, or no more."""
        self._twice += 1 if twice else -1

    def take_session(self, member: str) -> None:
        """Somebody else connects under this member's name, and again whenever he is thrown out."""
        self._taken += 1
        if self._usurper is None:
            self._usurper = asyncio.get_running_loop().create_task(self._usurp(), name=f"{member}: somebody else")

    def give_session_back(self, member: str) -> None:
        """He leaves."""
        self._taken -= 1
        if not self._taken and self._usurper is not None:
            self._usurper.add_done_callback(lambda _: self._free())
            self._usurper.cancel()
            self._usurper = None

    async def close(self) -> None:
        """Whatever is at fault stays behind: the member leaves."""
        if self._usurper is not None:
            self._usurper.cancel()
            with suppress(asyncio.CancelledError):
                await self._usurper
            self._usurper = None
