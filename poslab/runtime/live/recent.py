"""The lines that a service said lately, for recorders that come late or lack a stretch."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from poslab.party.contract import Address
from poslab.runtime.live.envelope import Said

KEPT: Final = 20_000
_PIECE_LINES: Final = 256
_PIECE_BYTES: Final = 256 << 10


class Recent:
    """The last ``most`` lines; what is older cannot be said again, and is a gap for whoever lacks it."""

    def __init__(self, most: int = KEPT) -> None:
        self._lines: deque[Said] = deque(maxlen=most)

    def add(self, lines: Iterable[Said]) -> None:
        """Remember them."""
        self._lines.extend(lines)

    def since(self, wanted: Mapping[Address, int]) -> list[Said]:
        """The lines of these parties from a number on; of all parties where none is named."""
        if not wanted:
            return list(self._lines)
        return [line for line in self._lines if line.party in wanted and line.n >= wanted[line.party]]


def in_pieces(lines: Sequence[Said]) -> Iterator[Sequence[Said]]:
    """Lines in pieces that a bus takes."""
    first = size = 0
    for place, line in enumerate(lines):
        length = len(memoryview(line.given)) + len(memoryview(line.effects)) + 100
        if place > first and (place - first >= _PIECE_LINES or size + length > _PIECE_BYTES):
            yield lines[first:place]
            first, size = place, 0
        size += length
    if first < len(lines):
        yield lines[first:]
