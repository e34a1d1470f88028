"""What an institution remembers of its attempts, and on which business day it works.

Records that still move are kept as they are; records at rest are packed to bytes and forgotten two days' turns later,
so that a long life does not grow the memory.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from poslab.party.time import DAY, Instant, midnight
from poslab.world.calendar import Calendar, day_word

Record = TypeVar("Record", bound=msgspec.Struct)

Pairs = list[tuple[str, bytes]]


class Remembered(Generic[Record]):
    """Records by name. ``open`` holds those that still move; a record at rest is found until two turns have passed."""

    def __init__(self, kind: type[Record]) -> None:
        self.open: dict[str, Record] = {}
        self._young: dict[str, bytes] = {}
        self._old: dict[str, bytes] = {}
        self._pack = msgspec.msgpack.Encoder().encode
        self._unpack = msgspec.msgpack.Decoder(kind).decode

    def __contains__(self, name: str) -> bool:
        return name in self.open or name in self._young or name in self._old

    def find(self, name: str) -> Record | None:
        """The record of a name, moving or at rest."""
        record = self.open.get(name)
        if record is not None:
            return record
        packed = self._young.get(name) or self._old.get(name)
        return None if packed is None else self._unpack(packed)

    def reopen(self, name: str, record: Record) -> None:
        """Keep a record that moves (again)."""
        self._young.pop(name, None)
        self._old.pop(name, None)
        self.open[name] = record

    def close(self, name: str, record: Record) -> None:
        """Keep a record at rest."""
        self.open.pop(name, None)
        if self._old:
            self._old.pop(name, None)
        self._young[name] = self._pack(record)

    def turn(self) -> None:
        """A day is over: forget the records that came to rest before the turn before this one."""
        self._old = self._young
        self._young = {}

    def state(self) -> tuple[Pairs, Pairs, Pairs]:
        """Everything, oldest first within each part."""
        moving = [(name, self._pack(record)) for name, record in self.open.items()]
        return moving, list(self._young.items()), list(self._old.items())

    def restore(self, moving: Pairs, young: Pairs, old: Pairs) -> None:
        """Take the state that ``state`` gave."""
        self.open = {name: self._unpack(packed) for name, packed in moving}
        self._young = dict(young)
        self._old = dict(old)


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
