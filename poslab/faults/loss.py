"""A message is lost on its link."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LINK, RECOVERS, Passing


class Loss(Struct, frozen=True):
    """What passes does not arrive."""

    handle: ClassVar[str] = LINK
    heals: ClassVar[str] = RECOVERS

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """Nothing is left of it."""
        return ()
