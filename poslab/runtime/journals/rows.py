"""Records as rows of a table, each with a sum that tells whether it is whole."""

from collections.abc import Iterable
from typing import Final
from zlib import crc32

import msgspec

from poslab.runtime.journals.journal import BadJournal, Name, Record, Snapshot
from poslab.text import Text

Row = tuple[int, str, int, int, bytes, str | None, int]

NOTED: Final = "noted"
"""Keys of notes begin so."""

_NAMES = msgspec.json.Decoder(Name)


def key_of(name: str) -> str:
    """Under which key the note of a name stands."""
    return f"{NOTED}:{name}" if name else NOTED


def notes_of(meta: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """The notes among keys and values."""
    return {key.partition(":")[2]: value.encode() for key, value in meta if key.partition(":")[0] == NOTED}


def row_of(record: Record) -> Row:
    """A record as it is stored."""
    heard = None if record.heard is None else msgspec.json.encode(record.heard).decode()
    return (record.seq, record.party, record.at, record.own, record.given, heard, _sum(record, heard))


def record_of(row: Row) -> Record | None:
    """The record of a row; nothing where the row is not what was written."""
    seq, party, at, own, given, heard, crc = row
    try:
        record = Record(seq, party, at, own, bytes(given), None if heard is None else _NAMES.decode(heard))
    except (msgspec.DecodeError, TypeError):
        return None
    return record if _sum(record, heard) == crc else None


def sum_of(snapshot: Snapshot) -> int:
    """What tells whether a snapshot is whole."""
    return crc32(snapshot.state, snapshot.seq & 0xFFFFFFFF)


class Tail:
    """Holds a journal's rows against what must be true of them, in order.

    What is torn at the end is dropped, and said; what is torn in the middle makes the journal useless.
    """

    def __init__(self, where: str, after: int) -> None:
        self._where = where
        self._next = after + 1
        self._torn = 0
        self.last = after

    def take(self, row: Row) -> Record | None:
        """The record of the next row; nothing once something is torn. ``BadJournal`` if whole ones follow that."""
        record = record_of(row)
        if self._torn:
            if record is None:
                return None
            raise BadJournal(
                Text(
                    f"{self._where}：第 {self._torn} 条记录已损坏，而其后仍有完整的记录",
                    f"{self._where}: record {self._torn} is damaged and whole ones follow",
                ),
                Text(
                    "请用副本恢复，或在另一目录重新开始这个世界",
                    "restore it from a copy, or begin the world anew in another folder",
                ),
            )
        if record is None or record.seq != self._next:
            self._torn = self._next
            return None
        self.last = record.seq
        self._next += 1
        return record

    @property
    def torn_from(self) -> int:
        """The first record that is dropped, 0 if none is."""
        return self._torn

    def said(self) -> str:
        """What was dropped, in words."""
        if not self._torn:
            return ""
        return f"the journal's end was torn: what came after record {self.last} was never durable and is dropped;"


def _sum(record: Record, heard: str | None) -> int:
    head = f"{record.seq}\x00{record.party}\x00{record.at}\x00{record.own}\x00{heard}\x00"
    return crc32(record.given, crc32(head.encode()))
