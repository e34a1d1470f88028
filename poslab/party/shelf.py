"""Records at rest: many, seldom looked at, and found by name.

An institution remembers hundreds of thousands of finished things for a day or two. Kept as they are they would fill the
memory; so they are packed in blocks, and only who asks for one has a block unpacked.
"""

import zlib
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec

Record = TypeVar("Record", bound=msgspec.Struct)

_A_BLOCK = 256
_TAIL = 3
"""Names whose ends are numbers of so many digits are found by number: attempts, retrieval references."""


_pack = msgspec.msgpack.Encoder().encode


class _Run:
    """Names that differ only in the number at their end, and in which block each was put last."""

    __slots__ = ("blocks", "highest", "numbers")

    def __init__(self) -> None:
        self.highest = ""
        self.numbers = array("H")
        self.blocks = array("L")

    def note_again(self, number: int, block: int) -> None:
        """The name with this number, which is not the highest, is in ``block`` from now on."""
        if number in self.numbers:
            self.blocks[self.numbers.index(number)] = block
        else:
            self.numbers.append(number)
            self.blocks.append(block)

    def block(self, tail: str) -> int:
        """In which block the name with this end is; -1 if there is none."""
        number = int(tail)
        return self.blocks[self.numbers.index(number)] if number in self.numbers else -1

    def forget(self, number: int) -> None:
        """The name with this number is nowhere any more."""
        if number in self.numbers:
            place = self.numbers.index(number)
            del self.numbers[place]
            del self.blocks[place]


class Shelf(Generic[Record]):
    """Records of one kind by name, in the order in which they were put there. The last one put under a name counts."""

    __slots__ = ("_blocks", "_decode", "_first", "_fresh", "_odd", "_opened", "_runs")

    def __init__(self, kind: type[Record]) -> None:
        self._fresh: dict[str, Record] = {}
        self._blocks: list[bytes] = []
        self._first = 0
        """The first block that was not taken away."""
        self._runs: dict[str, _Run] = {}
        self._odd: dict[str, Record] = {}
        """Records whose names do not end in a number."""
        self._opened: tuple[int, dict[str, Record]] = (-1, {})
        pairs: Any = list[tuple[str, kind]]  # type: ignore[valid-type]
        self._decode = msgspec.msgpack.Decoder(pairs).decode

    def put(self, name: str, record: Record) -> None:
        """Put a record there."""
        self._fresh[name] = record
        if len(self._fresh) >= _A_BLOCK:
            self._seal()

    def get(self, name: str) -> Record | None:
        """The record of a name."""
        record = self._fresh.get(name)
        if record is not None or not self._blocks:
            return record
        tail = name[-_TAIL:]
        run = self._runs.get(name[:-_TAIL])
        if run is None or tail > run.highest:  # what is asked for most: a name that is new
            return self._odd.get(name) if self._odd else None
        return self._open(run.block(tail)).get(name) if _is_number(tail) else self._odd.get(name)

    def is_empty(self) -> bool:
        """Whether nothing is there."""
        return next(self.items(), None) is None

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def drop(self, name: str) -> None:
        """Take a record away, if there is one."""
        self._fresh.pop(name, None)
        self._odd.pop(name, None)
        tail = name[-_TAIL:]
        run = self._runs.get(name[:-_TAIL])
        if run is not None and _is_number(tail):
            run.forget(int(tail))

    def take(self, count: int) -> list[tuple[str, Record]]:
        """Take away the oldest records, so many at most."""
        taken = list(islice(self.items(), count))
        for name, _ in taken:
            self.drop(name)
        while self._first < len(self._blocks) and not any(self._held_by(self._first)):
            self._blocks[self._first] = b""
            self._first += 1
        return taken

    def items(self) -> Iterator[tuple[str, Record]]:
        """All names and records, the one put last under each; put on another shelf they come in the same order."""
        fresh = self._fresh
        odd = {name: record for name, record in fresh.items() if not _is_number(name[-_TAIL:])}
        yield from (self._odd | odd).items()
        for block in range(self._first, len(self._blocks)):
            yield from ((name, record) for name, record in self._held_by(block) if name not in fresh)
        yield from ((name, record) for name, record in fresh.items() if name not in odd)

    def _seal(self) -> None:
        fresh = self._fresh
        self._fresh = {}
        tails = "".join([name[-_TAIL:] for name in fresh])
        if not (tails.isdecimal() and tails.isascii() and len(tails) == _TAIL * len(fresh)):
            for name in [name for name in fresh if not _is_number(name[-_TAIL:])]:
                self._odd[name] = fresh.pop(name)
        block = len(self._blocks)
        self._blocks.append(zlib.compress(_pack(list(fresh.items())), 1))
        runs = self._runs
        for name in fresh:
            tail = name[-_TAIL:]
            run = runs.get(name[:-_TAIL])
            if run is None:
                run = runs[name[:-_TAIL]] = _Run()
            if tail > run.highest:
                run.highest = tail
                run.numbers.append(int(tail))
                run.blocks.append(block)
            else:
                run.note_again(int(tail), block)

    def _held_by(self, block: int) -> Iterator[tuple[str, Record]]:
        """What was put last in this block."""
        for name, record in self._open(block).items():
            if self._runs[name[:-_TAIL]].block(name[-_TAIL:]) == block:
                yield name, record

    def _open(self, block: int) -> dict[str, Record]:
        if block < 0:
            return {}
        if self._opened[0] != block:
            self._opened = (block, dict(self._decode(zlib.decompress(self._blocks[block]))))
        return self._opened[1]


def _is_number(tail: str) -> bool:
    return len(tail) == _TAIL and tail.isdecimal() and tail.isascii()


def shelf_of(kind: type[Record], records: Iterable[tuple[str, Record]]) -> Shelf[Record]:
    """A shelf on which these were put, one after the other."""
    shelf = Shelf(kind)
    for name, record in records:
        shelf.put(name, record)
    return shelf
