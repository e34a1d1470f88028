"""A message is overtaken by the one behind it."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LINK, RECOVERS, Passing
from poslab.party.time import SECOND, Duration


class Overtaken(Struct, frozen=True):
    """What passes stays back until the next message on the link has passed it, at most ``wait_us`` microseconds."""

    handle: ClassVar[str] = LINK
    heals: ClassVar[str] = RECOVERS

    wait_us: Duration = 120 * SECOND

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """The same, behind the next one."""
        return (Passing(passing.delay, passing.copy, behind_us=self.wait_us),)
