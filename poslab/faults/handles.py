"""The handles that a runtime offers to faults, and what a fault of each kind looks like.

A fault knows neither clock nor runtime nor why a message matters: it says which handle it needs and what it does to
what passes. *Whether* it strikes (which message, how often, by chance) is its injection's concern, not its own.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from msgspec import Struct

from poslab.party.contract import Input
from poslab.party.time import Duration

LINK = "link"
LETTER = "letter"
PROCESS = "process"
CLOCK = "clock"
FACT = "fact"
STORE = "store"
BROKER = "broker"

RECOVERS = "R"
"""Heals by itself."""
MANUAL = "M"
"""Needs a person."""
LOST = "U"
"""Information is lost; the run must end with an open item that names the loss."""


class Passing(Struct, frozen=True, gc=False):
    """Something on its way: a message on a link, or a letter to oneself. Faults answer with none, one or several."""

    delay: Duration
    """How long it still takes."""
    copy: int = 0
    held: bool = False
    """Kept back until the fault ends."""
    behind_us: Duration = 0
    """Kept back until the next message of the link has passed it, at most so long."""
    garbled: bool = False
    """Arrives with bytes that are not those that were sent."""


class Fault(Protocol):
    """What every fault states of itself."""

    handle: ClassVar[str]
    heals: ClassVar[str]


class LinkFault(Fault, Protocol):
    """Does something to one message that passes a link."""

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """What becomes of it."""
        ...


class LetterFault(Fault, Protocol):
    """Does something to one letter to oneself: a timer, or a hand-over between desks of one institution."""

    def strike(self, passing: Passing) -> Sequence[Passing]:
        """What becomes of it."""
        ...


class ProcessFault(Fault, Protocol):
    """Takes a party's process away for a while."""

    @property
    def point(self) -> str:
        """Where it strikes: ``now``, or one of the points of ``poslab.faults.process``."""
        ...


class StoreFault(Fault, Protocol):
    """Keeps a party's durable store from taking something, or takes from it what it has."""


class ClockFault(Fault, Protocol):
    """Bends the clock that a party reads."""

    def shift(self, elapsed: Duration) -> Duration:
        """How far off the clock is, ``elapsed`` after the fault began."""
        ...


class FactFault(Fault, Protocol):
    """Hands a fact of life to a party, and another one when it ends."""

    @property
    def given(self) -> Input:
        """What is handed over when it begins."""
        ...

    @property
    def inverse(self) -> Input | None:
        """What is handed over when it ends."""
        ...
