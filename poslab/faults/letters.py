"""A letter to oneself goes astray: a timer that never fires, a hand-over that a desk forgets."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LETTER, MANUAL, RECOVERS, Passing
from poslab.party.time import Duration


class LetterLoss(Struct, frozen=True):
    """The letter never comes back."""

    handle: ClassVar[str] = LETTER
    heals: ClassVar[str] = MANUAL

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """Nothing is left of it."""
        return ()


class LetterDelay(Struct, frozen=True):
    """The letter comes back ``by_us`` microseconds late."""

    handle: ClassVar[str] = LETTER
    heals: ClassVar[str] = RECOVERS

    by_us: Duration

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """The same, later."""
        return (Passing(passing.delay + self.by_us, passing.copy),)
