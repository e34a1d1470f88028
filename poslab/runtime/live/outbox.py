"""What a service says, handed to the bus in order, and how much of it the bus has taken."""

import asyncio
from collections import deque
from collections.abc import Callable

from poslab.runtime.buses.bus import Bus, Out

_MOST_AT_ONCE = 256


class Outbox:
    """Everything said stands here until the bus has taken it. ``confirmed`` is the last record of which all was.

    ``emptied`` is called whenever nothing waits any more.
    """

    def __init__(self, bus: Bus, emptied: Callable[[], None]) -> None:
        self._bus = bus
        self._emptied = emptied
        self._waiting: deque[tuple[int, Out]] = deque()
        self._stir = asyncio.Event()
        self._publishing = 0
        self.confirmed = 0

    def __len__(self) -> int:
        return len(self._waiting) + self._publishing

    def put(self, seq: int, out: Out) -> None:
        """Say something that record ``seq`` made a party say."""
        self._waiting.append((seq, out))
        self._stir.set()

    def stir(self) -> None:
        """Look again whether there is an end."""
        self._stir.set()

    async def publish(self, ended: Callable[[], bool]) -> None:
        """Until it is empty and ``ended``."""
        while True:
            self._stir.clear()
            if self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
                self._publishing = len(batch)
                await self._bus.publish([out for _, out in batch])
                self._publishing = 0
                # More of the same record may still wait.
                self.confirmed = max(self.confirmed, batch[-1][0] - (1 if self._waiting else 0))
                if not self._waiting:
                    self._emptied()
            elif ended():
                return
            else:
                await self._stir.wait()
