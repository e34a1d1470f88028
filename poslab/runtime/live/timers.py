"""What is to happen at which instant of a live world."""

import heapq
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from poslab.party.contract import Reminder
from poslab.party.time import Instant
from poslab.runtime.seats import Seat


class Event:
    """What is handed to whoever is called back, as in the virtual runtime: something with a value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Letter(Struct, frozen=True, gc=False):
    """A letter to oneself, in the life of the process in which it was written."""

    seat: Seat
    of: Reminder
    boots: int

    def is_awaited(self) -> bool:
        """Whether anybody would still hear it."""
        return self.boots == self.seat.boots and self.seat.awaits(self.of)


class Timers:
    """In order of their instants; those of one instant in the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, Callable[[Any], None], Any]] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, at: Instant, call: Callable[[Any], None], value: Any) -> None:
        """Call back with an event that has the value."""
        self._number += 1
        heapq.heappush(self._heap, (at, self._number, call, value))

    def due(self, now: Instant, most: int) -> Iterator[Instant]:
        """Call back whatever is due, so many at most; answers the instant of each before it is called."""
        heap = self._heap
        for _ in range(most):
            if not heap or heap[0][0] > now:
                return
            at, _, call, value = heapq.heappop(heap)
            yield at
            call(Event(value))

    def next(self) -> Instant:
        """The next instant at which something happens, below zero if nothing does; letters nobody awaits are gone."""
        heap = self._heap
        while heap:
            value = heap[0][3]
            if type(value) is not Letter or value.is_awaited():
                return heap[0][0]
            heapq.heappop(heap)
        return -1
