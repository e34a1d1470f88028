"""The log of finished sales and voids, as a terminal's flash holds it: the last ones, packed, the oldest dropped.

It is long and seldom looked at, so each entry is packed as it comes, and where there is a block of them it is
squeezed; they are unpacked for a look.
"""

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import msgspec

Entry = TypeVar("Entry")

A_BLOCK = 25

_WINDOW_BITS = 12
_MEMORY_LEVEL = 5

_pack_into = msgspec.msgpack.Encoder().encode_into
_AT_THE_END = -1


def _headed(entries: bytearray, count: int) -> bytes:
    """Packed entries, one after the other, as one packed list."""
    return b"\xdc" + count.to_bytes(2, "big") + entries


def _squeezed(packed: bytes) -> bytes:
    # A block is a few kilobytes: with the usual quarter of a megabyte of tables, setting up costs more than squeezing.
    squeeze = zlib.compressobj(1, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    return squeeze.compress(packed) + squeeze.flush()


class Log(Generic[Entry]):
    """The last ``capacity`` entries, oldest first."""

    __slots__ = ("_blocks", "_capacity", "_latest", "_loose", "_unpack", "left")

    def __init__(self, kind: Any, capacity: int) -> None:
        self._capacity = capacity
        self.left = capacity
        """How many more entries there is room for; below zero old ones were dropped."""
        self._latest = bytearray()
        """Entries that fill no block yet."""
        self._loose = 0
        """How many they are."""
        self._blocks: deque[bytes] = deque()
        self._unpack = msgspec.msgpack.Decoder(list[kind]).decode

    def add(self, entry: Entry) -> None:
        """Write an entry at the end; the oldest one is dropped where there are too many."""
        self.left -= 1
        _pack_into(entry, self._latest, _AT_THE_END)
        self._loose += 1
        if self._loose >= A_BLOCK:
            self._blocks.append(_squeezed(_headed(self._latest, self._loose)))
            self._latest = bytearray()
            self._loose = 0
            if len(self._blocks) * A_BLOCK >= self._capacity + A_BLOCK:
                self._blocks.popleft()

    def __iter__(self) -> Iterator[Entry]:
        known = [entry for block in self._blocks for entry in self._open(block)]
        known += self._unpack(_headed(self._latest, self._loose))
        return iter(known[max(0, len(known) - self._capacity) :])

    def replace(self, other: Callable[[Entry], Entry | None]) -> None:
        """Write ``other(entry)`` in place of the first entry for which it answers one."""
        for place, block in enumerate(self._blocks):
            entries = self._open(block)
            if _replace(entries, other):
                self._blocks[place] = _squeezed(_headed(_packed(entries), len(entries)))
                return
        entries = self._unpack(_headed(self._latest, self._loose))
        _replace(entries, other)
        self._latest = _packed(entries)

    def fill(self, entries: Iterable[Entry]) -> None:
        """Hold these, and only these."""
        self._blocks.clear()
        self._latest = bytearray()
        self._loose = 0
        self.left = self._capacity
        for entry in entries:
            self.add(entry)

    def _open(self, block: bytes) -> list[Entry]:
        entries: list[Entry] = self._unpack(zlib.decompress(block))
        return entries


def _packed(entries: Iterable[object]) -> bytearray:
    packed = bytearray()
    for entry in entries:
        _pack_into(entry, packed, _AT_THE_END)
    return packed


def _replace(entries: list[Entry], other: Callable[[Entry], Entry | None]) -> bool:
    for place, entry in enumerate(entries):
        instead = other(entry)
        if instead is not None:
            entries[place] = instead
            return True
    return False
