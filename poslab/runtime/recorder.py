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


class Recorder:
    """A sink that encodes each line: into the hash, and into a file where one is wanted.

    The hash is of the full history, whatever is written: ``sample`` writes one purchase in a hundred (the same ones in
    every run) and all lines about none, ``none`` writes nothing.
    """

    def __init__(self, header: bytes, file: BinaryIO | None = None, keep: str = FULL) -> None:
        self._encode_lines = msgspec.json.Encoder().encode_lines
        self._hash = sha256()
        self._write = file.write if file is not None and keep != NONE else None
        self._sampled = keep == SAMPLE
        self.lines = 0
        self._take(header + b"\n")

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        self.see_many((line,), (given,))

    def see_many(self, lines: Sequence[Line], given: Sequence[Input]) -> None:
        """Take the next lines, each with its input."""
        self.lines += len(lines)
        written = self._encode_lines(lines)
        if self._sampled:
            kept = [line for line, heard in zip(lines, given, strict=True) if _in_sample(heard.about)]
            self._take(written, self._encode_lines(kept))
        else:
            self._take(written)

    def _take(self, written: bytes, sample: bytes | None = None) -> None:
        """Hash what was written, and hand it to the file, or only ``sample``."""
        self._hash.update(written)
        if self._write is not None:
            self._write(written if sample is None else sample)

    def digest(self) -> str:
        """SHA-256 of everything so far, in hexadecimal."""
        return self._hash.hexdigest()


def _in_sample(about: str) -> bool:
    return not about or crc32(about.encode()) % _ONE_IN == 0
