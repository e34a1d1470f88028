"""What a service says, handed to the bus in order, and how much of it the bus has taken.

While the bus takes something, more gathers; what has gathered then goes out in as few pieces as can be: messages for
one service together, and lines of the history together. So a busy service says more at once, and an idle one says
everything at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.live.envelope import LINES, Posted, Said, control_topic, message_topic, parcel_topic
from poslab.runtime.live.recent import in_pieces

_MOST_AT_ONCE: Final = 1_024
MOST_WAITING: Final = 100_000
"""So much may wait for a bus that takes nothing. Messages and lines beyond that are lost and counted, as on a bad link:
the payment protocol repeats what matters, and a stretch of lines that is gone is a gap that checks are told of."""
_PARCEL: Final = 64
"""So many messages go together at most."""
_PARCEL_BYTES: Final = 256 << 10


class _Parcel(Struct):
    """Messages for one service, in order."""

    posted: list[Posted]
    size: int = 0


class Outbox:
    """Everything said stands here until the bus has taken it. ``confirmed`` is the last record of which all was.

    ``emptied`` is called whenever nothing waits any more.
    """

    def __init__(
        self, bus: Bus, world: str, service: str, emptied: Callable[[], None], most: int = MOST_WAITING
    ) -> None:
        self._bus = bus
        self._world = world
        self._service = service
        self._emptied = emptied
        self._waiting: deque[tuple[int, str, Out | Posted | Said]] = deque()
        """Record, service where it is a message, and what is said."""
        self._stir = asyncio.Event()
        self._publishing = 0
        self._most = most
        self.confirmed = 0
        self.lost = 0
        """Messages and lines for which there was no room."""

    def __len__(self) -> int:
        return len(self._waiting) + self._publishing

    def put(self, seq: int, out: Out) -> None:
        """Say something that record ``seq`` made a party say."""
        self._waiting.append((seq, "", out))
        self._stir.set()

    def post(self, seq: int, service: str, posted: Posted) -> None:
        """Send a message that record ``seq`` made a party send."""
        if len(self._waiting) >= self._most:
            self.lost += 1
            return
        self._waiting.append((seq, service, posted))
        self._stir.set()

    def say(self, seq: int, lines: Sequence[Said]) -> None:
        """Publish lines of the history, the last of them of record ``seq``."""
        room = max(self._most - len(self._waiting), 0)
        self.lost += max(len(lines) - room, 0)
        if lines and room:
            self._waiting.extend((seq, "", line) for line in lines[:room])
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
                await self._bus.publish(self._packed(batch))
                self._publishing = 0
                # More of the same record may still wait.
                self.confirmed = max(self.confirmed, batch[-1][0] - (1 if self._waiting else 0))
                if not self._waiting:
                    self._emptied()
            elif ended():
                return
            else:
                await self._stir.wait()

    def _packed(self, batch: Sequence[tuple[int, str, Out | Posted | Said]]) -> list[Out]:
        """The fewest pieces: nothing overtakes what is said to the same service, nor what is to be kept, and an answer
        none of the lines before it: whoever has the answer counts on them."""
        topic = control_topic(self._world, LINES, self._service)
        outs: list[Out] = []
        parcels: dict[str, _Parcel] = {}
        lines: list[Said] = []
        for _, service, what in batch:
            if type(what) is Posted:
                parcel = parcels.get(service)
                size = len(memoryview(what.envelope.message)) + 2 * len(what.envelope.frame) + 200
                if parcel is not None and (len(parcel.posted) >= _PARCEL or parcel.size + size > _PARCEL_BYTES):
                    outs.append(self._sealed(service, parcel))
                    parcel = None
                if parcel is None:
                    parcel = parcels[service] = _Parcel([])
                parcel.posted.append(what)
                parcel.size += size
            elif type(what) is Said:
                lines.append(what)
            elif type(what) is Out:
                if what.keep:
                    outs += [self._sealed(to, parcel) for to, parcel in parcels.items()]
                    parcels.clear()
                outs += [Out(topic, _encode(piece)) for piece in in_pieces(lines)]
                lines.clear()
                outs.append(what)
        outs += [self._sealed(to, parcel) for to, parcel in parcels.items()]
        outs += [Out(topic, _encode(piece)) for piece in in_pieces(lines)]
        return outs

    def _sealed(self, service: str, parcel: _Parcel) -> Out:
        if len(parcel.posted) == 1:
            (only,) = parcel.posted
            topic = message_topic(self._world, service, only.to, self._service, only.sender)
            return Out(topic, _encode(only.envelope))
        return Out(parcel_topic(self._world, service, self._service), _encode(parcel.posted))


_encode = msgspec.json.Encoder().encode
