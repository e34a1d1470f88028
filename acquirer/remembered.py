"""What an institution remembers of its attempts, and on which business day it works.

Records that still move are kept as they are; records at rest are packed to bytes and forgotten two days' turns later,
so that a long life does not grow the memory.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

from poslab.party.shelf import Shelf, shelf_of
from poslab.party.time import DAY, Instant, midnight
from poslab.world.calendar import Calendar, day_word

Record = TypeVar("Record", bound=msgspec.Struct)

Pairs = list[tuple[str, bytes]]


class Remembered(Generic[Record]):
    """Records by name. ``open`` holds those that still move; a record at rest is found until two turns have passed."""

    def __init__(self, kind: type[Record]) -> None:
        self.open: dict[str, Record] = {}
        self._kind = kind
        self._young = Shelf(kind)
        self._old = Shelf(kind)
        self._kept = Shelf(kind)
        """Older ones that are never forgotten."""
        self._pack = msgspec.msgpack.Encoder().encode
        self._unpack = msgspec.msgpack.Decoder(kind).decode

    def __contains__(self, name: str) -> bool:
        return name in self.open or name in self._young or name in self._old or name in self._kept

    def find(self, name: str) -> Record | None:
        """The record of a name, moving or at rest."""
        record = self.open.get(name)
        if record is not None:
            return record
        return self._young.get(name) or self._old.get(name) or self._kept.get(name)

    def reopen(self, name: str, record: Record) -> None:
        """Keep a record that moves (again); it hides what stands at rest under its name."""
        self.open[name] = record

    def close(self, name: str, record: Record) -> None:
        """Keep a record at rest."""
        self.open.pop(name, None)
        self._young.put(name, record)

    def under(self, prefix: str) -> Iterator[Record]:
        """Every record whose name is this prefix and a number of six digits, the newest word of each."""
        told: set[str] = set()
        for name, record in self.open.items():
            if name.startswith(prefix) and "/" not in name:
                told.add(name)
                yield record
        for shelf in (self._young, self._old, self._kept):
            for name, record in shelf.under(prefix):
                if name not in told:
                    told.add(name)
                    yield record

    def everything(self) -> Iterator[Record]:
        """Every record, the newest word of each."""
        told = set(self.open)
        yield from self.open.values()
        for shelf in (self._young, self._old, self._kept):
            for name, record in shelf.items():
                if name not in told:
                    told.add(name)
                    yield record

    def turn(self, keeps: Callable[[str], bool] | None = None) -> None:
        """A day is over: forget the records that came to rest before the turn before this one.

        ``keeps`` says of the part of a name before its last dash whether such records are never forgotten.
        """
        if keeps is not None:
            kept = Shelf(self._kind)
            for shelf in (self._kept, self._old):
                for name, record in shelf.chosen(lambda head: keeps(head.rpartition("-")[0])):
                    kept.put(name, record)
            self._kept = kept
        self._old = self._young
        self._young = Shelf(self._kind)

    def state(self) -> tuple[Pairs, Pairs, Pairs]:
        """Everything, oldest first within each part; of what was put to rest again the newest word alone."""
        kept = [(name, packed) for name, packed in self._packed(self._kept) if name not in self._old]
        return self._packed(self.open), self._packed(self._young), [*kept, *self._packed(self._old)]

    def restore(self, moving: Pairs, young: Pairs, old: Pairs) -> None:
        """Take the state that ``state`` gave."""
        self.open = {name: self._unpack(packed) for name, packed in moving}
        self._young = shelf_of(self._kind, ((name, self._unpack(packed)) for name, packed in young))
        self._old = shelf_of(self._kind, ((name, self._unpack(packed)) for name, packed in old))
        self._kept = Shelf(self._kind)

    def _packed(self, records: "dict[str, Record] | Shelf[Record]") -> Pairs:
        return [(name, self._pack(record)) for name, record in records.items()]


class BusinessDay:
    """The business day at an institution's own clock. While ``begins <= at < ends`` its ``word`` stands."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.word = ""
        self.begins: Instant = 0
        self.ends: Instant = 0

    def turn(self, at: Instant) -> int:
        """Make the day of ``at`` the present one; how many days it lies after the one before (0 for the first)."""
        day = self._calendar.business_day(at)
        ends = midnight(day) + self._calendar.cut_off
        passed = (ends - self.ends) // DAY if self.word else 0
        self.word = day_word(day)
        self.begins = ends - DAY
        self.ends = ends
        return passed

    def state(self) -> tuple[str, int, int]:
        """Everything."""
        return self.word, self.begins, self.ends

    def restore(self, kept: Sequence[str | int]) -> None:
        """Take the state that ``state`` gave."""
        word, begins, ends = kept
        self.word, self.begins, self.ends = str(word), int(begins), int(ends)
