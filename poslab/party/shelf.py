"""Records at rest: many, seldom looked at, and found by name.

An institution remembers hundreds of thousands of finished things for a day or two. Kept as they are they would fill the
memory; so they are packed in blocks, and only who asks for one has a block unpacked. Where there are many blocks the
older ones are compressed as well.
"""

import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec

Record = TypeVar("Record", bound=msgspec.Struct)

_A_BLOCK = 256
_LOOSE = 24
"""So many blocks, the newest, are not compressed: what a small shop's institutions ever have."""
_TAIL = 3
"""Names whose ends are numbers of so many digits are found by number: attempts, retrieval references."""


_NOWHERE = (1 << 32) - 1
"""Stands for the block of a name that is in none."""

_pack = msgspec.msgpack.Encoder().encode


class _Run:
    """Names that differ only in the number at their end: in which block each was put last, by number."""

    __slots__ = ("blocks", "first", "highest")

    def __init__(self, first: int) -> None:
        self.first = first
        """The number at the head of ``blocks``."""
        self.highest = ""
        """The highest number, as it is written."""
        self.blocks = array("I")

    def note(self, number: int, block: int) -> None:
        """The name with this number is in ``block`` from now on."""
        place = number - self.first
        if place < 0:
            self.blocks = array("I", [_NOWHERE]) * -place + self.blocks
            self.first = number
            place = 0
        missing = place - len(self.blocks)
        if missing >= 0:
            self.blocks.extend(array("I", [_NOWHERE]) * (missing + 1))
        self.blocks[place] = block

    def block(self, number: int) -> int:
        """In which block the name with this number is, or ``_NOWHERE``."""
        place = number - self.first
        return self.blocks[place] if 0 <= place < len(self.blocks) else _NOWHERE

    def forget(self, number: int) -> None:
        """The name with this number is nowhere any more."""
        place = number - self.first
        if 0 <= place < len(self.blocks):
            self.blocks[place] = _NOWHERE


class Shelf(Generic[Record]):
    """Records of one kind by name, in the order in which they were put there. The last one put under a name counts."""

    __slots__ = ("_blocks", "_compressed", "_decode", "_first", "_fresh", "_last", "_odd", "_opened", "_runs")

    def __init__(self, kind: type[Record]) -> None:
        self._fresh: dict[str, Record] = {}
        self._last = ""
        """The last name in alphabetical order that ever was here: numbers rise, so a new one comes after it."""
        self._blocks: list[bytes] = []
        self._first = 0
        """The first block that was not taken away."""
        self._compressed = 0
        """The first block that is not compressed."""
        self._runs: dict[str, _Run] = {}
        self._odd: dict[str, Record] = {}
        """Records whose names do not end in a number."""
        self._opened: tuple[int, dict[str, Record]] = (-1, {})
        pairs: Any = list[tuple[str, kind]]  # type: ignore[valid-type]
        self._decode = msgspec.msgpack.Decoder(pairs).decode

    def put(self, name: str, record: Record) -> None:
        """Put a record there."""
        self._fresh[name] = record
        if name > self._last:
            self._last = name
        if len(self._fresh) >= _A_BLOCK:
            self._seal()

    def get(self, name: str) -> Record | None:
        """The record of a name."""
        if name > self._last:  # what is asked for most: a name that is new
            return None
        record = self._fresh.get(name)
        if record is not None or not self._blocks:
            return record
        tail = name[-_TAIL:]
        run = self._runs.get(name[:-_TAIL])
        if run is None or tail > run.highest:  # new among those of its kind
            return self._odd.get(name) if self._odd else None
        return self._open(run.block(int(tail))).get(name) if _is_number(tail) else self._odd.get(name)

    def is_empty(self) -> bool:
        """Whether nothing is there."""
        blocks = range(self._first, len(self._blocks))
        return not self._fresh and not self._odd and not any(any(self._held_by(block)) for block in blocks)

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
        taken = list(islice(self._unnumbered().items(), count))
        for name, _ in taken:
            self.drop(name)
        while self._first < len(self._blocks) and len(taken) < count:
            self._take_from(self._first, count, taken)
            if len(taken) < count or not any(self._held_by(self._first)):
                self._blocks[self._first] = b""
                self._first += 1
        for name in list(islice(self._fresh, count - len(taken))):
            taken.append((name, self._fresh[name]))
            self.drop(name)
        return taken

    def items(self) -> Iterator[tuple[str, Record]]:
        """All names and records, the one put last under each; put on another shelf they come in the same order."""
        fresh = self._fresh
        unnumbered = self._unnumbered()
        yield from unnumbered.items()
        for block in range(self._first, len(self._blocks)):
            yield from ((name, record) for name, record in self._held_by(block) if name not in fresh)
        yield from ((name, record) for name, record in fresh.items() if name not in unnumbered)

    def _unnumbered(self) -> dict[str, Record]:
        return self._odd | {name: record for name, record in self._fresh.items() if not _is_number(name[-_TAIL:])}

    def under(self, prefix: str) -> Iterator[tuple[str, Record]]:
        """Names that are this prefix and six digits, and their records; only the blocks that have some are unpacked."""
        heads = {f"{prefix}{number:03d}" for number in range(1000)}
        yield from self._of(heads.intersection(self._runs), lambda name: name[:-_TAIL] in heads)

    def chosen(self, choose: Callable[[str], bool]) -> Iterator[tuple[str, Record]]:
        """Those whose names are chosen by all but their last three characters, likewise."""
        yield from self._of({head for head in self._runs if choose(head)}, lambda name: choose(name[:-_TAIL]))

    def _of(self, heads: set[str], is_meant: Callable[[str], bool]) -> Iterator[tuple[str, Record]]:
        fresh = self._fresh
        yield from ((name, record) for name, record in self._odd.items() if is_meant(name) and name not in fresh)
        for block in sorted({block for head in heads for block in self._runs[head].blocks} - {_NOWHERE}):
            for name, record in self._open(block).items():
                run = self._runs[name[:-_TAIL]] if name[:-_TAIL] in heads else None
                if run is not None and run.block(int(name[-_TAIL:])) == block and name not in fresh:
                    yield name, record
        yield from ((name, record) for name, record in fresh.items() if is_meant(name))

    def _seal(self) -> None:
        fresh = self._fresh
        self._fresh = {}
        tails = [name[-_TAIL:] for name in fresh]
        joined = "".join(tails)
        if not (joined.isdecimal() and joined.isascii() and len(joined) == _TAIL * len(fresh)):
            for name in [name for name in fresh if not _is_number(name[-_TAIL:])]:
                self._odd[name] = fresh.pop(name)
            tails = [name[-_TAIL:] for name in fresh]
        block = len(self._blocks)
        self._blocks.append(_pack(list(fresh.items())))
        old = block - _LOOSE
        if old >= self._first:  # one at a time: those before it were compressed in their turn, or taken away
            self._blocks[old] = zlib.compress(self._blocks[old], 1)
            self._compressed = old + 1
        runs = self._runs
        for name, tail in zip(fresh, tails, strict=True):
            number = int(tail)
            run = runs.get(name[:-_TAIL])
            if run is None:
                run = runs[name[:-_TAIL]] = _Run(number)
            if tail > run.highest:
                run.highest = tail
            if number - run.first == len(run.blocks):  # as in nearly every run: one after the other
                run.blocks.append(block)
            else:
                run.note(number, block)

    def _held_by(self, block: int) -> Iterator[tuple[str, Record]]:
        """What was put last in this block."""
        for name, record in self._open(block).items():
            if self._runs[name[:-_TAIL]].block(int(name[-_TAIL:])) == block:
                yield name, record

    def _take_from(self, block: int, count: int, taken: list[tuple[str, Record]]) -> None:
        """Move records from a block to ``taken`` until there are ``count``; those that were put again stay."""
        runs = self._runs
        for name, record in self._open(block).items():
            if len(taken) == count:
                return
            run = runs[name[:-_TAIL]]
            number = int(name[-_TAIL:]) - run.first
            if run.blocks[number] == block and name not in self._fresh:
                taken.append((name, record))
                run.blocks[number] = _NOWHERE

    def _open(self, block: int) -> dict[str, Record]:
        if block == _NOWHERE:
            return {}
        if self._opened[0] != block:
            packed = self._blocks[block]
            self._opened = (block, dict(self._decode(zlib.decompress(packed) if block < self._compressed else packed)))
        return self._opened[1]


def _is_number(tail: str) -> bool:
    return len(tail) == _TAIL and tail.isdecimal() and tail.isascii()


def shelf_of(kind: type[Record], records: Iterable[tuple[str, Record]]) -> Shelf[Record]:
    """A shelf on which these were put, one after the other."""
    shelf = Shelf(kind)
    for name, record in records:
        shelf.put(name, record)
    return shelf
