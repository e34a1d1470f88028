"""Messages for a service that is there and does not listen yet, kept until it does.

A broker that comes back and has kept nothing knows nobody who listens. Who is back first speaks before the others have
subscribed again: the broker takes the message, says that nobody listens, and drops it. A service that left or was cut
off left word that it is gone, and whoever has not come yet has said nothing at all; for neither is anything held.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from poslab.runtime.buses.bus import Out

FIRST_WAIT_S, LONGEST_WAIT_S = 0.02, 0.2
MOST_TRIES: Final = 150
"""So often, half a minute over a broker that answers: far longer than anybody waits before he connects again."""


class Piece(Struct, frozen=True):
    """Something to publish. ``service`` is empty where it is for nobody in particular."""

    out: Out
    service: str = ""
    messages: int = 0


class _Held(Struct):
    """What is kept for one service, in order, and when it is tried again."""

    pieces: deque[Piece]
    due: float
    tries: int = 0


class Holding:
    """``is_there`` answers whether a service is known to be there."""

    def __init__(self, is_there: Callable[[str], bool]) -> None:
        self._is_there = is_there
        self._held: dict[str, _Held] = {}
        self._messages = 0
        self.lost = 0
        """So many messages were for somebody who was there, and never listened."""

    def __len__(self) -> int:
        return self._messages

    def behind(self, piece: Piece) -> bool:
        """Keep it if something for the same service is kept already, so that it does not overtake that."""
        held = self._held.get(piece.service)
        if held is None:
            return False
        held.pieces.append(piece)
        self._messages += piece.messages
        return True

    def unheard(self, piece: Piece) -> None:
        """Nobody listened to it; keep it for somebody who is there."""
        if piece.service and not self.behind(piece) and self._is_there(piece.service):
            self._held[piece.service] = _Held(deque([piece]), _now() + FIRST_WAIT_S)
            self._messages += piece.messages

    def wait_s(self) -> float | None:
        """So long nothing is to be tried again; for ever where nothing is kept."""
        if not self._held:
            return None
        return max(min(held.due for held in self._held.values()) - _now(), 0)

    def due(self) -> list[tuple[str, Piece]]:
        """The first piece of each service whose time it is, to be tried; what is for those that are gone is dropped."""
        if not self._held:
            return []
        for service in [service for service in self._held if not self._is_there(service)]:
            self._let_go(service)
        now = _now()
        return [(service, held.pieces[0]) for service, held in self._held.items() if held.due <= now]

    def still_unheard(self, service: str) -> None:
        """It does not listen yet."""
        held = self._held[service]
        held.tries += 1
        held.due = _now() + min(FIRST_WAIT_S * (1 << min(held.tries, 10)), LONGEST_WAIT_S)
        if held.tries == MOST_TRIES:
            self.lost += sum(piece.messages for piece in self._let_go(service))

    def heard(self, service: str) -> list[Piece]:
        """It listens; answers what is to be said after the first piece."""
        _, *rest = self._let_go(service)
        return rest

    def _let_go(self, service: str) -> deque[Piece]:
        pieces = self._held.pop(service).pieces
        self._messages -= sum(piece.messages for piece in pieces)
        return pieces


def _now() -> float:
    return asyncio.get_running_loop().time()
