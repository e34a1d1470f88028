"""A journal as it stands, for people and programs: read whole, and nothing of it changed.

A damaged record does not stop the reading; whoever judges a journal is told of it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from poslab.runtime.journals.journal import BadJournal, Record, Snapshot, in_use
from poslab.runtime.journals.postgres import Database, reading
from poslab.runtime.journals.rows import record_of, sum_of
from poslab.text import Text

SCHEMA: Final = "poslab-journal/1"

_RECORDS = "SELECT seq, party, at, own, given, heard, crc, {written} FROM record ORDER BY seq"


class Entry(Struct, frozen=True):
    """A record, or (``None``) that what stands there is not what was written; and when that was, if it is known."""

    seq: int
    record: Record | None
    written_us: int | None


class Contents(Struct, frozen=True):
    """Everything that one journal holds. ``snapshots`` are those that are whole, in order; ``torn`` are the others."""

    where: str
    service: str
    world: str
    """A digest of the world that it belongs to."""
    version: int
    confirmed: int
    snapshots: tuple[Snapshot, ...]
    torn: tuple[int, ...]
    entries: tuple[Entry, ...]

    @property
    def first(self) -> int:
        """The record before which nothing is there any more: what lies before it is in a snapshot."""
        return self.entries[0].seq if self.entries else (self.snapshots[-1].seq + 1 if self.snapshots else 1)


def in_folder(folder: Path) -> list[Path]:
    """The journals of the services of a world in a folder."""
    return sorted(folder.glob("*.sqlite"))


def read_file(path: Path) -> Contents:
    """What a file holds; ``BadJournal`` where it is none, or in use."""
    if not path.is_file():
        remedy = Text("请指定一份日志，或世界的日志目录", "name a journal, or the folder of a world's journals")
        raise BadJournal(Text(f"找不到 {path}", f"{path} is not there"), remedy)
    try:
        with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as db:
            return _read_file(path, db)
    except sqlite3.Error as error:
        what = str(error)
        if "locked" in what:
            raise BadJournal(in_use(path), Text("请先停止它", "stop that one first")) from None
        damaged = Text(f"{path} 不是日志，或已损坏（{what}）", f"{path} is no journal, or is damaged ({what})")
        raise BadJournal(damaged, Text("请换一个文件", "name another file")) from None


def _read_file(path: Path, db: sqlite3.Connection) -> Contents:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    meta = dict(db.execute("SELECT key, value FROM meta"))
    rows = db.execute(_RECORDS.format(written="written" if version >= 2 else "NULL"))
    return _contents(str(path), meta, version, rows, db.execute("SELECT seq, state, crc FROM snapshot ORDER BY seq"))


async def read_database(database: Database, called: str = "") -> list[Contents]:
    """What a database holds of the world of that name, or of all worlds; ``BadJournal`` where it cannot be read."""
    async with reading(database) as db:
        version = await db.fetchval("SELECT max(version) FROM poslab_version")
        owners = "SELECT DISTINCT world, service FROM poslab_meta WHERE $1 IN ('', world) ORDER BY world, service"
        found = []
        for key in await db.fetch(owners, called):
            of = "world = $1 AND service = $2"
            meta = dict(await db.fetch(f"SELECT key, value FROM poslab_meta WHERE {of}", *key))
            rows = await db.fetch(
                f"SELECT seq, party, at, own, given, heard, crc, written FROM poslab_record WHERE {of} ORDER BY seq",
                *key,
            )
            snapshots = await db.fetch(f"SELECT seq, state, crc FROM poslab_snapshot WHERE {of} ORDER BY seq", *key)
            where = f"{database.shown} ({'/'.join(key)})"
            told = [tuple(row) for row in rows]
            kept = [(row[0], bytes(row[1]), row[2]) for row in snapshots]
            found.append(_contents(where, {**meta, "service": key[1]}, version, told, kept))
    return found


def _contents(
    where: str,
    meta: dict[str, str],
    version: int,
    rows: Iterable[Any],
    snapshots: Iterable[tuple[int, bytes, int]],
) -> Contents:
    whole, torn = [], []
    for seq, state, crc in snapshots:
        snapshot = Snapshot(seq, bytes(state))
        if sum_of(snapshot) == crc:
            whole.append(snapshot)
        else:
            torn.append(seq)
    entries = tuple(Entry(row[0], record_of(row[:7]), row[7]) for row in rows)
    return Contents(
        where=where,
        service=meta.get("service", ""),
        world=meta.get("world", ""),
        version=version,
        confirmed=int(meta.get("confirmed", "0")),
        snapshots=tuple(whole),
        torn=tuple(torn),
        entries=entries,
    )


def exported(contents: Contents, stamp: Callable[[int], str]) -> Iterator[bytes]:
    """A line of JSON that says what this is, and one for every record; ``stamp`` writes an instant for people."""
    yield msgspec.json.encode(
        {
            "schema": SCHEMA,
            "service": contents.service,
            "world": contents.world,
            "version": contents.version,
            "confirmed": contents.confirmed,
            "snapshots": [snapshot.seq for snapshot in contents.snapshots],
            "records": len(contents.entries),
        }
    )
    for entry in contents.entries:
        record = entry.record
        if record is None:
            yield msgspec.json.encode({"seq": entry.seq, "damaged": True})
            continue
        yield msgspec.json.encode(
            {
                "seq": record.seq,
                "party": record.party,
                "at": stamp(record.at),
                "own": stamp(record.own),
                "given": msgspec.Raw(record.given),
                "heard": record.heard,
                "written_us": entry.written_us,
            }
        )
