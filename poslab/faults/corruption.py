"""A message is damaged on its way."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LINK, RECOVERS, Passing


class Corruption(Struct, frozen=True):
    """What passes arrives garbled: with a broken MAC where it has one, and otherwise as nothing that can be used."""

    handle: ClassVar[str] = LINK
    heals: ClassVar[str] = RECOVERS

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """The same, garbled."""
        return (Passing(passing.delay, passing.copy, garbled=True),)
