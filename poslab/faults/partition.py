"""A link is down: connections fail, permanent lines break, what is on its way is lost."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LINK, RECOVERS, Passing


class Partition(Struct, frozen=True):
    """No way through while it lasts; what would arrive meanwhile is lost. On one direction only nobody is told:
    messages just vanish there.
    """

    handle: ClassVar[str] = LINK
    heals: ClassVar[str] = RECOVERS

    closes: ClassVar[bool] = True
    """Both ends notice that the link is down, where the fault covers both directions."""

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """Lost."""
        return ()
