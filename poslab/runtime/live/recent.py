"""The lines that a service said lately, for recorders that come late or lack a stretch."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from poslab.party.contract import Address
from poslab.runtime.live.envelope import Said

KEPT: Final = 20_000
_PIECE_LINES: Final = 256
_PIECE_BYTES: Final = 256 << 10
_SEALED_FROM_BYTES: Final = 64 << 10

_encode_lines = msgspec.json.Encoder().encode_lines
_decode_lines = msgspec.json.Decoder(Said).decode_lines


class Recent:
    """The last ``most`` lines; what is older cannot be said again, and is a gap for whoever lacks it.

    They are kept as they are said, many in one piece: tens of thousands of small things that live long, strewn between
    those of a moment, would make everything slower that is done in the same memory.
    """

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._sealed: deque[tuple[int, bytes]] = deque()
        """How many lines, and the lines."""
        self._open = bytearray()
        self._open_lines = 0
        self._lines = 0
        """How many are in all of it."""

    def add(self, lines: Sequence[Said]) -> None:
        """Remember them."""
        for first in range(0, len(lines), _PIECE_LINES):
            some = lines[first : first + _PIECE_LINES]
            self._open += _encode_lines(some)
            self._open_lines += len(some)
            self._lines += len(some)
            if len(self._open) >= _SEALED_FROM_BYTES or self._open_lines >= self._most:
                self._sealed.append((self._open_lines, bytes(self._open)))
                self._open, self._open_lines = bytearray(), 0
            while self._sealed and self._lines - self._sealed[0][0] >= self._most:
                self._lines -= self._sealed.popleft()[0]

    def since(self, wanted: Mapping[Address, int]) -> list[Said]:
        """The lines of these parties from a number on; of all parties where none is named."""
        pieces = (*(piece for _, piece in self._sealed), bytes(self._open))  # lines hold on to the piece they are of
        kept = [line for piece in pieces for line in _decode_lines(piece)][-self._most :]
        return [line for line in kept if not wanted or (line.party in wanted and line.n >= wanted[line.party])]


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
