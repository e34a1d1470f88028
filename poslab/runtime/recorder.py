"""Writes a run's history as it happens, and hashes every byte of it."""

from collections.abc import Sequence
from hashlib import sha256
from typing import BinaryIO
from zlib import crc32

import msgspec

from poslab.history.line import Line
from poslab.party.contract import Input

FULL = "full"
SAMPLE = "sample"
NONE = "none"

_ONE_IN = 100

_BLOCK = 1 << 16
"""So many bytes are gathered before they are hashed and written."""


class Recorder:
    """A sink that encodes each line: into the hash, and into a file where one is wanted.

    The hash is of the full history, whatever is written: ``sample`` writes one purchase in a hundred (the same ones in
    every run) and all lines about none, ``none`` writes nothing. What is written is complete after ``flush``.
    """

    def __init__(self, header: bytes, file: BinaryIO | None = None, keep: str = FULL) -> None:
        self._encode_lines = msgspec.json.Encoder().encode_lines
        self._hash = sha256()
        self._write = file.write if file is not None and keep != NONE else None
        self._sampled = keep == SAMPLE
        self._gathered = bytearray(header + b"\n")
        self._sample = bytearray(self._gathered)
        self.lines = 0

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        self.see_many((line,), (given,))

    def see_many(self, lines: Sequence[Line], given: Sequence[Input]) -> None:
        """Take the next lines, each with its input."""
        self.lines += len(lines)
        self._gathered += self._encode_lines(lines)
        if self._sampled:
            kept = [line for line, heard in zip(lines, given, strict=True) if _in_sample(heard.about)]
            self._sample += self._encode_lines(kept)
        if len(self._gathered) > _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Hash and write what was gathered."""
        self._hash.update(self._gathered)
        if self._write is not None:
            self._write(self._sample if self._sampled else self._gathered)
        self._gathered.clear()
        self._sample.clear()

    def digest(self) -> str:
        """SHA-256 of everything so far, in hexadecimal; everything so far is written, too."""
        self.flush()
        return self._hash.hexdigest()


def _in_sample(about: str) -> bool:
    return not about or crc32(about.encode()) % _ONE_IN == 0
