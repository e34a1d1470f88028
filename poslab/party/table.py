"""State tables: which input a machine hears in which state, what it then does, and where that may lead.

A table is *total*: every pair of a state and an input type is a row or is listed as ignored with its reason; a test
holds each party to that. Rows of one pair are tried in order; the first whose guard agrees is taken. A row's ``do``
answers the next state, and the door refuses one that the row does not list.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from poslab.party.contract import Effect, Input

Owner = TypeVar("Owner")

Do = Callable[[Any, Any, int, list[Effect]], str]
Guard = Callable[[Any, Any, int], bool]

_Way = tuple[Guard | None, Do, tuple[str, ...]]


class Row(NamedTuple):
    """In ``state``, hearing ``given``: if ``guard`` agrees, ``do`` it and be in one of ``next``."""

    state: str
    given: type[Input]
    do: Do
    next: tuple[str, ...]
    guard: Guard | None = None


class Ignored(NamedTuple):
    """In these states an input of this type is heard and changes nothing, because …"""

    states: tuple[str, ...]
    given: type[Input]
    because: str


class IllegalNext(AssertionError):
    """A row led where it must not: our own bug."""


class Unlisted(AssertionError):
    """No row of the table and no reason to ignore: our own bug."""


class Table(Generic[Owner]):
    """The rows of one machine. ``step`` finds the row; the owner keeps the state."""

    def __init__(self, name: str, states: Sequence[str], rows: Iterable[Row], ignored: Iterable[Ignored] = ()) -> None:
        self.name = name
        self.states = tuple(states)
        self.rows = tuple(rows)
        self.ignored = tuple(ignored)
        self._rows: dict[str, dict[type[Input], list[_Way]]] = {state: {} for state in self.states}
        for row in self.rows:
            unknown = {row.state, *row.next} - set(self.states)
            if unknown:
                raise IllegalNext(f"{name}: {sorted(unknown)} are no states of this table")
            self._rows[row.state].setdefault(row.given, []).append((row.guard, row.do, row.next))
        self._ignored = {(state, entry.given) for entry in self.ignored for state in entry.states}
        both = sorted(f"{state}/{given.__name__}" for state, given in self._ignored if given in self._rows[state])
        if both:
            raise IllegalNext(f"{name}: both a row and ignored: {both}")

    def step(self, owner: Owner, state: str, given: Input, at: int, out: list[Effect]) -> str:
        """Do what the table says and answer the next state; the same state where the input is ignored.

        Raises ``Unlisted`` where the table says nothing and ``IllegalNext`` where a row breaks its own promise.
        """
        ways = self._rows[state].get(type(given))
        if ways is None:
            if (state, type(given)) in self._ignored:
                return state
            raise Unlisted(f"{self.name}: nothing is said about {type(given).__name__} in {state!r}")
        for guard, do, nexts in ways:
            if guard is None or guard(owner, given, at):
                after = do(owner, given, at, out)
                if after in nexts:
                    return after
                raise IllegalNext(f"{self.name}: {do.__name__} led from {state!r} to {after!r}")
        raise Unlisted(f"{self.name}: no guard agrees about {type(given).__name__} in {state!r}")

    def missing(self, inputs: Iterable[type[Input]]) -> list[str]:
        """Pairs that are neither a row nor ignored, as ``state/Input``; a table that is total answers none."""
        return [
            f"{state}/{given.__name__}"
            for state in self.states
            for given in inputs
            if given not in self._rows[state] and (state, given) not in self._ignored
        ]
