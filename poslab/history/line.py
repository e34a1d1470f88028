"""One line of a run's history: what a party was told and what it answered. Append-only, one JSON array a line.

A message is written once, by its sender; the line of whoever heard it names the sender's line (``Heard``). Lines are
numbered from 1; the first line of a file is a header object instead.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from poslab.party.contract import Address, Effect, Input
from poslab.party.time import Instant

SCHEMA = "poslab-history/1"


class Heard(Struct, frozen=True, gc=False, array_like=True, tag="@"):
    """The message that effect number ``effect`` (from 0) of line ``line`` sent."""

    line: int
    effect: int
    copy: int = 0
    """0 for what was sent, from 1 for a second delivery of the same message."""


class Garbled(Heard, frozen=True, gc=False, array_like=True, tag="~"):
    """The same, with bytes that were damaged on the way: what was heard is what that message leaves of itself."""


class Line(Struct, frozen=True, gc=False, array_like=True):
    """``n``, true time, party, what it was told, what it answered."""

    n: int
    at: Instant
    party: Address
    given: Heard | Input
    effects: Sequence[Effect]


class Sink(Protocol):
    """Whoever follows a run. ``given`` is the input itself, also where the line only names it.

    Lines come in their order, but some at a time: whoever drives a run hands over what it still has before it stops. A
    sink that can take many at once has ``see_many`` as well.
    """

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        ...


@runtime_checkable
class ManySink(Sink, Protocol):
    """A sink that takes many lines with less ado."""

    def see_many(self, lines: Sequence[Line], given: Sequence[Input]) -> None:
        """Take the next lines, each with its input."""
        ...
