"""What was injected into a run, written apart from its history: only the grader, the stage and the console read it."""

from typing import Final

from msgspec import Struct

from poslab.party.time import Instant

BROKER: Final = "broker"
"""Where a fault of the broker strikes, which is on everybody's way."""


class Struck(Struct, frozen=True):
    """A fault struck: which one, when, where, and the purchase it met (``""``: none in particular)."""

    fault: str
    at: Instant
    where: str
    what: str
    about: str = ""


class Band(Struct, frozen=True):
    """A fault was in force from ``start`` to ``end`` (``None``: to the end of the run).

    One that was to strike the n-th of something ends with that one.
    """

    fault: str
    where: str
    start: Instant
    end: Instant | None


class Truth(Struct, frozen=True):
    """Everything that was done to a run from outside the parties."""

    strikes: tuple[Struck, ...]
    bands: tuple[Band, ...]
    never_struck: tuple[str, ...]
    """Faults that were neither optional nor ever met anything: the run is invalid."""


USED_UP: Final = "used-up"
"""A fault that was to strike the n-th of something, which has come: it can never strike again."""


class FaultNow(Struct, frozen=True):
    """A fault of a world that still lives: ``state`` is ``waits``, ``in-force``, ``used-up`` or ``over``; ``fault`` is
    the word that people use for it.
    """

    id: str
    fault: str
    where: str
    state: str
    struck: int
    """How often it has struck."""
