"""What a service says, handed to the bus in order, and how much of it the bus has taken.

While the bus takes something, more gathers; what has gathered then goes out in as few pieces as can be: messages for
one service together, and lines of the history together. So a busy service says more at once, and an idle one says
everything at once. Messages that nobody listened to are said again for as long as their service is there.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import Struct

from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.live.envelope import LINES, Posted, Said, control_topic, message_topic, parcel_topic
from poslab.runtime.live.holding import Holding, Piece
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

    ``emptied`` is called whenever nothing waits any more; ``is_there`` answers whether a service is known to be there.
    """

    def __init__(
        self,
        bus: Bus,
        world: str,
        service: str,
        emptied: Callable[[], None],
        is_there: Callable[[str], bool] = lambda service: False,
        most: int = MOST_WAITING,
    ) -> None:
        self._bus = bus
        self._world = world
        self._service = service
        self._emptied = emptied
        self._waiting: deque[tuple[int, str, Out | Posted | Said]] = deque()
        """Record, service where it is a message, and what is said."""
        self._stir = asyncio.Event()
        self._publishing = 0
        self._holding = Holding(is_there)
        self._said = 0
        """The last record of which all was said, or is held."""
        self._most = most
        self._no_room = 0
        self.confirmed = 0

    def __len__(self) -> int:
        return len(self._waiting) + self._publishing + len(self._holding)

    @property
    def lost(self) -> int:
        """Messages and lines for which there was no room, or to which nobody ever listened who was there."""
        return self._no_room + self._holding.lost

    def put(self, seq: int, out: Out) -> None:
        """Say something that record ``seq`` made a party say."""
        self._waiting.append((seq, "", out))
        self._stir.set()

    def post(self, seq: int, service: str, posted: Posted) -> None:
        """Send a message that record ``seq`` made a party send."""
        if len(self._waiting) + len(self._holding) >= self._most:
            self._no_room += 1
            return
        self._waiting.append((seq, service, posted))
        self._stir.set()

    def say(self, seq: int, lines: Sequence[Said]) -> None:
        """Publish lines of the history, the last of them of record ``seq``."""
        room = max(self._most - len(self._waiting), 0)
        self._no_room += max(len(lines) - room, 0)
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
                await self._hand_over(self._packed(batch))
                self._publishing = 0
                # More of the same record may still wait.
                self._said = max(self._said, batch[-1][0] - (1 if self._waiting else 0))
                self._settle()
            elif ended() and not self._holding:
                return
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stir.wait(), self._holding.wait_s())
            if self._holding:
                await self._try_again()
                self._settle()

    async def _hand_over(self, pieces: Sequence[Piece]) -> None:
        """All but what has to wait behind what is held for its service."""
        if self._holding:
            pieces = [piece for piece in pieces if not self._holding.behind(piece)]
        unheard = await self._bus.publish([piece.out for piece in pieces])
        if unheard:
            for piece in pieces:
                if piece.out in unheard:
                    self._holding.unheard(piece)

    async def _try_again(self) -> None:
        for service, first in self._holding.due():
            if await self._bus.publish([first.out]):
                self._holding.still_unheard(service)
            else:
                await self._hand_over(self._holding.heard(service))

    def _settle(self) -> None:
        """What is held is not said yet: whoever comes after us has to say it."""
        if not self._holding:
            self.confirmed = max(self.confirmed, self._said)
            if not self._waiting:
                self._emptied()

    def _packed(self, batch: Sequence[tuple[int, str, Out | Posted | Said]]) -> list[Piece]:
        """The fewest pieces: nothing overtakes what is said to the same service, nor what is to be kept, and an answer
        none of the lines before it: whoever has the answer counts on them."""
        topic = control_topic(self._world, LINES, self._service)
        pieces: list[Piece] = []
        parcels: dict[str, _Parcel] = {}
        lines: list[Said] = []
        for _, service, what in batch:
            if type(what) is Posted:
                parcel = parcels.get(service)
                size = len(memoryview(what.envelope.message)) + 2 * len(what.envelope.frame) + 200
                if parcel is not None and (len(parcel.posted) >= _PARCEL or parcel.size + size > _PARCEL_BYTES):
                    pieces.append(self._sealed(service, parcel))
                    parcel = None
                if parcel is None:
                    parcel = parcels[service] = _Parcel([])
                parcel.posted.append(what)
                parcel.size += size
            elif type(what) is Said:
                lines.append(what)
            elif type(what) is Out:
                if what.keep:
                    pieces += [self._sealed(to, parcel) for to, parcel in parcels.items()]
                    parcels.clear()
                pieces += [Piece(Out(topic, _encode(some))) for some in in_pieces(lines)]
                lines.clear()
                pieces.append(Piece(what))
        pieces += [self._sealed(to, parcel) for to, parcel in parcels.items()]
        pieces += [Piece(Out(topic, _encode(some))) for some in in_pieces(lines)]
        return pieces

    def _sealed(self, service: str, parcel: _Parcel) -> Piece:
        if len(parcel.posted) == 1:
            (only,) = parcel.posted
            topic = message_topic(self._world, service, only.to, self._service, only.sender)
            return Piece(Out(topic, _encode(only.envelope)), service, 1)
        topic = parcel_topic(self._world, service, self._service)
        return Piece(Out(topic, _encode(parcel.posted)), service, len(parcel.posted))


_encode = msgspec.json.Encoder().encode
