"""The world's clock: the same in every service, because it follows from the real one and a tempo that all are told."""

import time
from collections.abc import Callable
from typing import Annotated, Final

from msgspec import Meta, Struct

from poslab.party.time import SECOND, Duration, Instant
from poslab.runtime.live.inputs import Number

FASTEST_MILLI: Final = 1_000_000_000
"""A million world seconds in a real one: faster than any machine."""

_MILLI, _NS = 1_000, 1_000


class Tempo(Struct, frozen=True, array_like=True):
    """At real time ``real_ns`` it was ``world_at``; since then world time runs ``speed_milli`` thousandths as fast.

    ``limit``: the clock stands still there until the next tempo; below zero there is none.
    """

    world_at: Number
    real_ns: Number
    speed_milli: Annotated[int, Meta(ge=0, le=FASTEST_MILLI)]
    limit: Number = -1


class WorldClock:
    """Never goes backwards, whatever it is told, once something has happened.

    ``real_ns`` is the machine's clock, shared by all its processes.
    """

    def __init__(self, real_ns: Callable[[], int] = time.time_ns) -> None:
        self._real_ns = real_ns
        self.tempo = Tempo(0, real_ns(), 0)
        self._last: Instant = 0

    def now(self) -> Instant:
        """The world's time."""
        tempo = self.tempo
        at = tempo.world_at + (self._real_ns() - tempo.real_ns) * tempo.speed_milli // (_NS * _MILLI)
        if 0 <= tempo.limit < at:
            at = tempo.limit
        if at > self._last:
            self._last = at
        return self._last

    def set(self, tempo: Tempo) -> None:
        """Go on at another tempo."""
        self.tempo = tempo

    def begin_anew(self, tempo: Tempo) -> None:
        """Forget what it showed: nobody has been told any time yet."""
        self._last = 0
        self.tempo = tempo

    def changed(self, *, world_at: Instant, speed_milli: int, limit: Instant = -1) -> Tempo:
        """A tempo that begins now."""
        return Tempo(world_at, self._real_ns(), speed_milli, limit)

    def real_s(self, length: Duration) -> float:
        """How long a world duration takes in real seconds; for ever while the clock stands still."""
        if self.tempo.speed_milli <= 0:
            return float("inf")
        return max(length, 0) * _MILLI / (self.tempo.speed_milli * 1_000_000)

    def surely_s(self, length: Duration) -> float:
        """As ``real_s``; where the clock stands still as if it went at the real one's speed."""
        return self.real_s(length) if self.tempo.speed_milli > 0 else max(length, 0) / SECOND
