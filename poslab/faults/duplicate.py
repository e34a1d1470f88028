"""A message is delivered twice."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LINK, RECOVERS, Passing
from poslab.party.time import Duration


class Duplicate(Struct, frozen=True):
    """What passes arrives, and once more ``gap_us`` microseconds after that."""

    handle: ClassVar[str] = LINK
    heals: ClassVar[str] = RECOVERS

    gap_us: Duration = 1_000

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """Itself and its copy."""
        return (passing, Passing(passing.delay + self.gap_us, passing.copy + 1))
