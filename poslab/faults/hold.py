"""Messages pile up on a link and are let go together."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LINK, RECOVERS, Passing


class Hold(Struct, frozen=True):
    """What passes is kept back until the fault ends; then all of it arrives, the last one first."""

    handle: ClassVar[str] = LINK
    heals: ClassVar[str] = RECOVERS

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """Kept back."""
        return (Passing(passing.delay, passing.copy, held=True),)
