"""A message takes longer."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LINK, RECOVERS, Passing
from poslab.party.time import Duration


class Delay(Struct, frozen=True):
    """What passes arrives ``by_us`` microseconds later than it would have."""

    handle: ClassVar[str] = LINK
    heals: ClassVar[str] = RECOVERS

    by_us: Duration

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """The same, later."""
        return (Passing(passing.delay + self.by_us, passing.copy),)
