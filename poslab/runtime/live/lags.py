"""How late a live world is: every timer and message is told a little after its instant."""

from poslab.party.time import Duration
from poslab.runtime.live.clock import WorldClock

_BUCKETS = 24
"""Bucket n counts lags of up to 2ⁿ real microseconds."""


class Lags:
    """Counts, so that memory stays as it is however long a world lives."""

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self.refused = 0
        self.refused_last = ""
        self.raised = 0

    def note(self, clock: WorldClock, late: Duration) -> None:
        """Something was told ``late`` in world time."""
        speed = clock.tempo.speed_milli
        real_us = late * 1_000 // speed if speed > 0 else 0
        self._counts[min(max(real_us, 0).bit_length(), _BUCKETS - 1)] += 1

    def p99_us(self) -> Duration:
        """99 of 100 were no later than this, in real microseconds, rounded up to a power of two."""
        return self.within_us(99)

    def within_us(self, percent: int) -> Duration:
        """So many of 100 were no later than this, in real microseconds, rounded up to a power of two."""
        left = sum(self._counts) * (100 - percent) // 100
        for bucket in range(_BUCKETS - 1, -1, -1):
            left -= self._counts[bucket]
            if left < 0:
                return 1 << bucket
        return 0
