"""What a journal promises to a service, whatever it is written on.

A service's state follows from what its parties were told, in order. So a record is one input; whoever replays the
records on the last snapshot has the very parties that died. An input is in the journal, and durable, before its party
is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from msgspec import Struct

from poslab.party.contract import Address
from poslab.party.time import Instant
from poslab.text import Text

Name = tuple[Address, int, int, int, bool]
"""Which message was heard: its sender, the sender's line, the effect on it, the copy, and whether it was garbled."""

Notes = Mapping[str, bytes]
"""Texts that are kept beside the records, by name."""

NO_NOTES: Final[Notes] = MappingProxyType({})


class Record(Struct, frozen=True, gc=False, array_like=True):
    """One input: ``seq`` counts from 1, ``at`` is true time, ``own`` the party's clock, ``given`` the input as JSON."""

    seq: int
    party: Address
    at: Instant
    own: Instant
    given: bytes
    heard: Name | None = None


class Snapshot(Struct, frozen=True):
    """Everything a service needs to go on after record ``seq``; ``state`` is its own affair."""

    seq: int
    state: bytes


class Kept(Struct, frozen=True):
    """What a journal holds when it is opened."""

    snapshot: Snapshot | None
    confirmed: int
    """Everything that records up to this one made the parties say was taken by the bus."""
    dropped: str = ""
    """What was found torn at the end and left out, in words; empty if nothing was."""
    noted: dict[str, bytes] = {}
    """The last note that was appended under each name."""


class BadJournal(Exception):
    """A journal cannot be used: what is wrong, and what to do."""

    def __init__(self, what: Text, remedy: Text) -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what.en}: {self.remedy.en}"


def in_use(where: object) -> Text:
    """What is wrong with a journal that somebody else has open."""
    return Text(f"{where} 正被另一进程使用", f"{where} is in use by another process")


def disk_full(where: object) -> BadJournal:
    """A journal to which nothing more can be written."""
    remedy = Text("请腾出空间；已确认的内容没有丢失", "make room; nothing that was confirmed is lost")
    return BadJournal(Text(f"{where}：磁盘已满", f"{where}: the disk is full"), remedy)


def too_new(where: object, version: int, known: int) -> Text:
    """What is wrong with a journal whose form nobody here knows yet."""
    return Text(
        f"{where} 由更新的 poslab 写成（日志版本 {version}，本程序只支持到 {known}）",
        f"{where} was written by a newer poslab (journal version {version}, this one knows {known})",
    )


ANOTHER_FOLDER = Text("请换一个目录", "name another folder")
ANOTHER_DATABASE = Text("请换一个数据库", "name another database")


class Journal(Protocol):
    """One service's journal. Only one process may have it open."""

    async def open(self) -> Kept:
        """Take it, mend its tail; ``BadJournal`` where it cannot be used."""
        ...

    def tail(self, after: int) -> Iterator[Record]:
        """The records after this one, in order. Only between ``open`` and the first ``append``."""
        ...

    async def append(self, records: Sequence[Record], confirmed: int, notes: Notes = NO_NOTES) -> None:
        """Returns when they are durable, and with them that all up to record ``confirmed`` was said.

        ``notes`` are texts in UTF-8, the service's own affair; each takes the place of the last one of its name, and an
        empty one forgets that.
        """
        ...

    async def keep(self, snapshot: Snapshot) -> None:
        """A later opening begins here. Records before it may be forgotten."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


class MemoryJournal:
    """A journal for worlds that end with their process: it survives a restart within the process, and no more."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._snapshot: Snapshot | None = None
        self._confirmed = 0
        self._noted: dict[str, bytes] = {}

    async def open(self) -> Kept:
        """What was kept."""
        return Kept(self._snapshot, self._confirmed, noted=dict(self._noted))

    def tail(self, after: int) -> Iterator[Record]:
        """The records after this one."""
        return (record for record in self._records if record.seq > after)

    async def append(self, records: Sequence[Record], confirmed: int, notes: Notes = NO_NOTES) -> None:
        """Kept at once."""
        self._records += records
        self._noted = {name: note for name, note in {**self._noted, **notes}.items() if note}
        self._confirmed = max(self._confirmed, confirmed)

    async def keep(self, snapshot: Snapshot) -> None:
        """What comes before it is forgotten."""
        self._snapshot = snapshot
        self._records = [record for record in self._records if record.seq > snapshot.seq]

    async def close(self) -> None:
        """Nothing to let go of."""
