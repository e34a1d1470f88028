"""A bus within one process: no port, no broker. What is published is heard in the next turn of the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from poslab.faults.broker import NOTHING, OLD_RETAINED
from poslab.runtime.buses.bus import LARGEST_BYTES, Connection, Hear, Out, fits


class Exchange:
    """Where the members of one process meet; each service has a ``MemoryBus`` to it. It can fail as brokers do."""

    def __init__(self) -> None:
        self._members: list[MemoryBus] = []
        self._kept: dict[str, bytes] = {}
        self._before: dict[str, bytes] = {}
        """Of each topic what was kept before the last."""
        self._down = 0
        """So many faults keep it down …"""
        self._twice = 0
        """… so many make it say everything once more …"""
        self._taken: dict[str, int] = {}
        """… and so many connect somebody else under a name."""

    def bus(self, name: str = "") -> "MemoryBus":
        """A way to it, under a name."""
        return MemoryBus(self, name)

    def join(self, member: "MemoryBus") -> None:
        """Deliver to this member from now on."""
        self._members.append(member)
        if self._down or self._taken.get(member.name):
            member.lose(queue=False)

    def leave(self, member: "MemoryBus") -> None:
        """Deliver nothing more to it."""
        if member in self._members:
            self._members.remove(member)

    def carry(self, out: Out) -> None:
        """Give it to everybody who subscribed."""
        if out.keep:
            if out.topic in self._kept:
                self._before[out.topic] = self._kept[out.topic]
            self._kept[out.topic] = out.payload
        for _ in range(2 if self._twice else 1):
            for member in self._members:
                member.offer(out.topic, out.payload)

    def kept(self, topics: str) -> list[tuple[str, bytes]]:
        """What was published to be kept, on the topics of a filter."""
        return [(topic, payload) for topic, payload in self._kept.items() if fits(topics, topic)]

    # --- how it fails ---------------------------------------------------------------------------------------------

    def go_down(self, *, keeps_queues: bool) -> None:
        """Everybody's connection breaks; who has a will is not spoken for, for there is nobody to say it."""
        self._down += 1
        for member in self._members:
            member.lose(queue=not keeps_queues)

    def come_back(self, keeps: str) -> None:
        """Everybody connects again, subscribes, says hello; ``keeps`` as ``poslab.faults.broker`` names it."""
        if keeps == NOTHING:
            self._kept.clear()
        elif keeps == OLD_RETAINED:
            self._kept |= self._before
        self._down -= 1
        self._connect(list(self._members))

    def deliver_twice(self, *, twice: bool) -> None:
        """Whatever is carried comes once more, or no more."""
        self._twice += 1 if twice else -1

    def take_session(self, member: str) -> None:
        """Somebody else connects under a name: whoever has it is cut off, and what waits for him goes there."""
        self._taken[member] = self._taken.get(member, 0) + 1
        for other in self._named(member):
            other.lose(queue=True)
            if other.will is not None:
                self.carry(other.will)

    def give_session_back(self, member: str) -> None:
        """Whoever has the name connects again."""
        self._taken[member] -= 1
        self._connect(self._named(member))

    def _named(self, name: str) -> "list[MemoryBus]":
        return [member for member in self._members if member.name == name]

    def _connect(self, members: "Sequence[MemoryBus]") -> None:
        """Let those in whom nothing keeps out any more."""
        if not self._down:
            for member in members:
                if not self._taken.get(member.name):
                    member.find()


class MemoryBus:
    """One member's way to the exchange of its process."""

    def __init__(self, exchange: Exchange, name: str = "") -> None:
        self.name = name
        self.will: Out | None = None
        self._exchange = exchange
        self._subscriptions: list[tuple[str, Hear]] = []
        self._hears: dict[str, tuple[Hear, ...]] = {}
        self._waiting: deque[tuple[Hear, str, bytes]] = deque()
        self._open = False
        self._breaks = 0
        self._lost = False
        self._found = asyncio.Event()
        self._hello: Callable[[], Sequence[Out]] | None = None

    @property
    def connection(self) -> Connection:
        """Up from ``start`` to ``close``, but for breaks."""
        return Connection(self._open and not self._lost, self._breaks)

    @property
    def edge(self) -> None:
        """The exchange fails, and all of it."""
        return None

    async def start(self, will: Out | None = None, hello: Callable[[], Sequence[Out]] | None = None) -> None:
        """Join."""
        self._open = True
        self.will, self._hello = will, hello
        self._exchange.join(self)
        if self._lost:
            await self._found.wait()
        else:
            self._say_hello()

    def lose(self, *, queue: bool) -> None:
        """The connection breaks; with ``queue`` what was on its way to here is gone, too."""
        self._lost = True
        self._found.clear()
        self._breaks += 1
        if queue:
            self._waiting.clear()

    def find(self) -> None:
        """Connect and subscribe again: hear what was kept, say hello."""
        if not self._lost:
            return
        self._lost = False
        for topics, hear in self._subscriptions:
            for topic, payload in self._exchange.kept(topics):
                self._put(hear, topic, payload)
        self._say_hello()
        self._found.set()

    def _say_hello(self) -> None:
        for said in () if self._hello is None else self._hello():
            self._exchange.carry(said)

    def cut_off(self) -> None:
        """Be gone without leaving, as a process is that was killed."""
        self._open = False
        self._found.set()
        self._exchange.leave(self)
        self._waiting.clear()
        if self.will is not None:
            self._exchange.carry(self.will)

    async def subscribe(self, topics: str, hear: Hear) -> None:
        """Hear what fits from now on, and what was kept."""
        self._subscriptions.append((topics, hear))
        self._hears.clear()
        if self._lost:
            return
        for topic, payload in self._exchange.kept(topics):
            self._put(hear, topic, payload)

    async def publish(self, outs: Sequence[Out]) -> Sequence[Out]:
        """Hand over to all who subscribed, as soon as there is a way; ``ConnectionError`` after ``close``.

        It names nothing that nobody listened to: whoever is a member of it listens, all again at the same time.
        """
        while self._open and self._lost:
            await self._found.wait()
        if not self._open:
            raise ConnectionError("this bus was left")
        for out in outs:
            if len(out.payload) > LARGEST_BYTES:
                raise ValueError(f"{out.topic}: {len(out.payload)} bytes, at most {LARGEST_BYTES} are carried")
            self._exchange.carry(out)
        return ()

    async def close(self) -> None:
        """Leave; what was not heard yet is gone."""
        self._open = False
        self._found.set()
        self._exchange.leave(self)
        self._waiting.clear()

    def offer(self, topic: str, payload: bytes) -> None:
        """Take something that was published."""
        if self._lost:
            return
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
