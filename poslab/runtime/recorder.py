"""Writes a run's history as it happens, and hashes every byte of it."""

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
    """A sink that encodes each line once: into the hash, and into a file where one is wanted.

    The hash is of the full history, whatever is written: ``sample`` writes one purchase in a hundred (the same ones in
    every run) and all lines about none, ``none`` writes nothing.
    """

    def __init__(self, header: bytes, file: BinaryIO | None = None, keep: str = FULL) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._hash = sha256(header + b"\n")
        self._update = self._hash.update
        self._sampled = keep == SAMPLE
        self._write = file.write if file is not None and keep != NONE else None
        self.lines = 0
        if self._write is not None:
            self._write(header + b"\n")

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        self.lines += 1
        written = self._encode(line) + b"\n"
        self._update(written)
        if self._write is not None and (not self._sampled or _in_sample(given.about)):
            self._write(written)

    def digest(self) -> str:
        """SHA-256 of everything so far, in hexadecimal."""
        return self._hash.hexdigest()


def _in_sample(about: str) -> bool:
    return not about or crc32(about.encode()) % _ONE_IN == 0
