"""A journal in one SQLite file: write-ahead log, a full sync at every commit, one commit for all that waits.

Work is done in a thread of its own, so that nobody waits for the disk but who must. Only one process may have a file.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from poslab.runtime.journals.journal import (
    ANOTHER_FOLDER,
    NO_NOTES,
    BadJournal,
    Kept,
    Notes,
    Record,
    Snapshot,
    disk_full,
    in_use,
    too_new,
)
from poslab.runtime.journals.rows import Tail, key_of, notes_of, row_of, sum_of
from poslab.runtime.journals.steps import SQLITE
from poslab.text import Text

SYNCED: Final = ".synced"
"""Beside a file ``x``: ``x.synced`` says how long its write-ahead log was when the last sync was complete."""

_CHECKPOINT_FROM_BYTES: Final = 16 << 20

_INSERT: Final = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_TAIL: Final = "SELECT seq, party, at, own, given, heard, crc FROM record WHERE seq > ? ORDER BY seq"

Found = TypeVar("Found")


class SqliteJournal:
    """``world`` names the world (a digest of it) that the journal belongs to; another world's is refused.

    ``durable=False`` leaves the syncs out. It is there to be caught.
    """

    def __init__(self, path: Path, service: str, world: str, *, durable: bool = True) -> None:
        self.path = path
        self._service = service
        self._world = world
        self._durable = durable
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"journal {service}")
        self._db: sqlite3.Connection | None = None
        self._note = -1
        self._confirmed = 0
        self._tail: list[Record] = []

    async def open(self) -> Kept:
        """Take the file, made if it is not there; ``BadJournal`` where it cannot be used."""
        return await self._away(self._open)

    def tail(self, after: int) -> Iterator[Record]:
        """The records after this one, as they were when it was opened."""
        tail, self._tail = self._tail, []
        return (record for record in tail if record.seq > after)

    async def append(self, records: Sequence[Record], confirmed: int, notes: Notes = NO_NOTES) -> None:
        """One commit, synced to the disk."""
        await self._away(lambda: self._append(records, confirmed, notes))

    async def keep(self, snapshot: Snapshot) -> None:
        """Write it, forget the one before it and what lies before that."""
        await self._away(lambda: self._keep(snapshot))

    async def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            await self._away(self._db.close)
            self._db = None
        if self._note >= 0:
            os.pwrite(self._note, b"%020d" % 0, 0)  # there is no log any more
            os.close(self._note)
            self._note = -1
        self._thread.shutdown()

    async def _away(self, work: Callable[[], Found]) -> Found:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            raise self._said(error) from None

    # --- in the thread --------------------------------------------------------------------------------------------

    def _open(self) -> Kept:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=0.2, isolation_level=None, check_same_thread=False)
        self._db = db
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'OFF'}")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("BEGIN EXCLUSIVE")
        self._migrate(db)
        self._claim(db)
        db.execute("COMMIT")
        snapshot = self._snapshot(db)
        after = snapshot.seq if snapshot is not None else 0
        tail = Tail(str(self.path), after)
        rows = db.execute(_TAIL, (after,))
        self._tail = [record for row in rows if (record := tail.take(row)) is not None]
        if tail.torn_from:
            db.execute("DELETE FROM record WHERE seq >= ?", (tail.torn_from,))
        self._confirmed = min(int(self._meta(db, "confirmed") or 0), tail.last)
        if self._durable:
            self._note = os.open(f"{self.path}{SYNCED}", os.O_RDWR | os.O_CREAT, 0o600)
        self._note_sync()
        return Kept(snapshot, self._confirmed, tail.said(), notes_of(db.execute("SELECT key, value FROM meta")))

    def _migrate(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > len(SQLITE):
            remedy = Text("请用那个版本，或换一个目录", "use that one, or another folder")
            raise BadJournal(too_new(self.path, version, len(SQLITE)), remedy)
        for number, step in enumerate(SQLITE[version:], start=version + 1):
            for statement in step.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")

    def _claim(self, db: sqlite3.Connection) -> None:
        service, world = Text("服务", "the service"), Text("世界", "the world")
        for key, ours, what in (("service", self._service, service), ("world", self._world, world)):
            theirs = self._meta(db, key)
            if theirs is None:
                db.execute("INSERT INTO meta VALUES (?, ?)", (key, ours))
            elif theirs != ours:
                why = Text(
                    f"{self.path} 属于{what.zh} {theirs}，而不是 {ours}",
                    f"{self.path} belongs to {what.en} {theirs}, not {ours}",
                )
                raise BadJournal(why, ANOTHER_FOLDER)

    def _meta(self, db: sqlite3.Connection, key: str) -> str | None:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def _snapshot(self, db: sqlite3.Connection) -> Snapshot | None:
        """The last one that is whole."""
        for seq, state, crc in db.execute("SELECT seq, state, crc FROM snapshot ORDER BY seq DESC"):
            snapshot = Snapshot(seq, bytes(state))
            if sum_of(snapshot) == crc:
                return snapshot
        return None

    def _append(self, records: Sequence[Record], confirmed: int, notes: Notes) -> None:
        db = self._opened()
        db.execute("BEGIN")
        written = time.time_ns() // 1_000
        db.executemany(_INSERT, [(*row_of(record), written) for record in records])
        if confirmed > self._confirmed:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('confirmed', ?)", (str(confirmed),))
            self._confirmed = confirmed
        for name, note in notes.items():
            if note:
                db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key_of(name), note.decode()))
            else:
                db.execute("DELETE FROM meta WHERE key = ?", (key_of(name),))
        db.execute("COMMIT")
        self._note_sync()

    def _keep(self, snapshot: Snapshot) -> None:
        db = self._opened()
        db.execute("BEGIN")
        db.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?)", (snapshot.seq, snapshot.state, sum_of(snapshot)))
        rows = db.execute("SELECT seq FROM snapshot ORDER BY seq DESC LIMIT 2").fetchall()
        oldest = rows[-1][0]
        db.execute("DELETE FROM snapshot WHERE seq < ?", (oldest,))
        if len(rows) == 2:
            db.execute("DELETE FROM record WHERE seq <= ?", (oldest,))
        db.execute("COMMIT")
        if self._log_bytes() >= _CHECKPOINT_FROM_BYTES:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._note_sync()

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            raise BadJournal(Text(f"{self.path} 已关闭", f"{self.path} is closed"), Text("请先打开", "open it first"))
        return self._db

    def _log_bytes(self) -> int:
        try:
            return Path(f"{self.path}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def _note_sync(self) -> None:
        """A sync is complete: everything written so far survives a power cut."""
        if self._durable:
            os.pwrite(self._note, b"%020d" % self._log_bytes(), 0)  # one write: a kill leaves the old one or the new

    def _said(self, error: Exception) -> BadJournal:
        what = str(error)
        if "locked" in what:
            return BadJournal(
                in_use(self.path), Text("请停止它，或换一个目录", "stop that one, or name another folder")
            )
        if "full" in what or "No space" in what:
            return disk_full(self.path)
        if "readonly" in what or "unable to open" in what or "denied" in what:
            remedy = Text("请检查权限，或换一个目录", "check its rights, or name another folder")
            return BadJournal(Text(f"{self.path} 无法写入", f"{self.path} cannot be written"), remedy)
        if "not a database" in what or "malformed" in what:
            remedy = Text("请用副本恢复，或换一个目录", "restore it from a copy, or name another folder")
            damaged = Text(f"{self.path} 不是日志，或已损坏", f"{self.path} is no journal, or is damaged")
            return BadJournal(damaged, remedy)
        return BadJournal(Text(f"{self.path}：{what}", f"{self.path}: {what}"), ANOTHER_FOLDER)


def cut_to_sync(path: Path) -> int:
    """Do to a journal what a power cut may do: forget all that was not synced. Answers how many bytes are gone."""
    log, note = Path(f"{path}-wal"), Path(f"{path}{SYNCED}")
    if not log.exists():
        return 0
    kept = int(note.read_text(encoding="ascii") or 0) if note.exists() else 0
    size = log.stat().st_size
    if size > kept:
        os.truncate(log, kept)
    return max(size - kept, 0)
