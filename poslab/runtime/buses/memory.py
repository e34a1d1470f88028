"""A bus within one process: no port, no broker. What is published is heard in the next turn of the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from poslab.runtime.buses.bus import LARGEST_BYTES, Connection, Hear, Out, fits


class Exchange:
    """Where the members of one process meet; each service has a ``MemoryBus`` to it."""

    def __init__(self) -> None:
        self._members: list[MemoryBus] = []
        self._kept: dict[str, bytes] = {}

    def bus(self) -> "MemoryBus":
        """A way to it."""
        return MemoryBus(self)

    def join(self, member: "MemoryBus") -> None:
        """Deliver to this member from now on."""
        self._members.append(member)

    def leave(self, member: "MemoryBus") -> None:
        """Deliver nothing more to it."""
        if member in self._members:
            self._members.remove(member)

    def carry(self, out: Out) -> None:
        """Give it to everybody who subscribed."""
        if out.keep:
            self._kept[out.topic] = out.payload
        for member in self._members:
            member.offer(out.topic, out.payload)

    def kept(self, topics: str) -> list[tuple[str, bytes]]:
        """What was published to be kept, on the topics of a filter."""
        return [(topic, payload) for topic, payload in self._kept.items() if fits(topics, topic)]


class MemoryBus:
    """One member's way to the exchange of its process."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._subscriptions: list[tuple[str, Hear]] = []
        self._hears: dict[str, tuple[Hear, ...]] = {}
        self._waiting: deque[tuple[Hear, str, bytes]] = deque()
        self._open = False
        self._will: Out | None = None

    @property
    def connection(self) -> Connection:
        """Up from ``start`` to ``close``."""
        return Connection(self._open)

    async def start(self, will: Out | None = None, hello: Callable[[], Out | None] | None = None) -> None:
        """Join."""
        self._open = True
        self._will = will
        self._exchange.join(self)
        if hello is not None and (said := hello()) is not None:
            self._exchange.carry(said)

    def cut_off(self) -> None:
        """Be gone without leaving, as a process is that was killed."""
        self._open = False
        self._exchange.leave(self)
        self._waiting.clear()
        if self._will is not None:
            self._exchange.carry(self._will)

    async def subscribe(self, topics: str, hear: Hear) -> None:
        """Hear what fits from now on, and what was kept."""
        self._subscriptions.append((topics, hear))
        self._hears.clear()
        for topic, payload in self._exchange.kept(topics):
            self._put(hear, topic, payload)

    async def publish(self, outs: Sequence[Out]) -> None:
        """Hand over to all who subscribed; ``ConnectionError`` after ``close``."""
        if not self._open:
            raise ConnectionError("this bus was left")
        for out in outs:
            if len(out.payload) > LARGEST_BYTES:
                raise ValueError(f"{out.topic}: {len(out.payload)} bytes, at most {LARGEST_BYTES} are carried")
            self._exchange.carry(out)

    async def close(self) -> None:
        """Leave; what was not heard yet is gone."""
        self._open = False
        self._exchange.leave(self)
        self._waiting.clear()

    def offer(self, topic: str, payload: bytes) -> None:
        """Take something that was published."""
        hears = self._hears.get(topic)
        if hears is None:
            hears = tuple(hear for topics, hear in self._subscriptions if fits(topics, topic))
            self._hears[topic] = hears
        for hear in hears:
            self._put(hear, topic, payload)

    def _put(self, hear: Hear, topic: str, payload: bytes) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._deliver)
        self._waiting.append((hear, topic, payload))

    def _deliver(self) -> None:
        for _ in range(len(self._waiting)):
            if not self._waiting:
                return
            hear, topic, payload = self._waiting.popleft()
            hear(topic, payload)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._deliver)
