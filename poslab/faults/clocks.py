"""A party's own clock is wrong. Reminders run on elapsed time and are not touched by a step, only by drift."""

from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import CLOCK, RECOVERS
from poslab.party.time import Duration


class ClockOffset(Struct, frozen=True):
    """The clock jumps by ``by_us`` microseconds when the fault begins, and back when it ends."""

    handle: ClassVar[str] = CLOCK
    heals: ClassVar[str] = RECOVERS

    by_us: Duration

    def shift(self, elapsed: Duration) -> Duration:
        """Always the same."""
        return self.by_us


class ClockDrift(Struct, frozen=True):
    """The clock runs ``ppm`` parts per million fast (below zero: slow) while the fault lasts."""

    handle: ClassVar[str] = CLOCK
    heals: ClassVar[str] = RECOVERS

    ppm: int

    def shift(self, elapsed: Duration) -> Duration:
        """Grows with time."""
        return elapsed * self.ppm // 1_000_000
