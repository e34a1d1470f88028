"""What every journal promises, asked of each of them; and what SQLite's does about torn ends and other owners."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from poslab.runtime.journals.journal import BadJournal, Journal, MemoryJournal, Record, Snapshot
from poslab.runtime.journals.sqlite import SYNCED, SqliteJournal, cut_to_sync

Reopen = Callable[[], Journal]


def record(seq: int, heard: bool = False) -> Record:
    return Record(
        seq, "host", 1_000 * seq, 1_000 * seq + 5, b'["Started",""]', ("T1", seq, 0, 0, False) if heard else None
    )


@pytest.fixture(params=["memory", "sqlite"])
async def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Reopen]:
    """The same journal again, as after a restart."""
    memory = MemoryJournal()
    opened: list[Journal] = []

    def again() -> Journal:
        if request.param == "memory":
            return memory
        opened.append(SqliteJournal(tmp_path / "bank.sqlite", "bank", "world-1"))
        return opened[-1]

    yield again
    for journal in opened:
        await journal.close()


async def test_a_new_journal_holds_nothing(reopen: Reopen) -> None:
    journal = reopen()
    kept = await journal.open()
    assert (kept.snapshot, kept.confirmed, kept.dropped) == (None, 0, "")
    assert list(journal.tail(0)) == []
    await journal.close()


async def test_what_was_appended_is_there_again_in_order(reopen: Reopen) -> None:
    journal = reopen()
    await journal.open()
    written = [record(1), record(2, heard=True), record(3)]
    await journal.append(written[:2], 0)
    await journal.append(written[2:], 2)
    await journal.close()
    journal = reopen()
    kept = await journal.open()
    assert kept.confirmed == 2
    assert list(journal.tail(0)) == written
    await journal.close()


async def test_a_later_opening_begins_at_the_snapshot(reopen: Reopen) -> None:
    journal = reopen()
    await journal.open()
    await journal.append([record(n) for n in range(1, 6)], 5)
    await journal.keep(Snapshot(5, b"state at five"))
    await journal.append([record(6)], 5)
    await journal.close()
    journal = reopen()
    kept = await journal.open()
    assert kept.snapshot == Snapshot(5, b"state at five")
    assert [r.seq for r in journal.tail(5)] == [6]
    await journal.close()


# --- SQLite


async def filled(path: Path, count: int = 10, *, durable: bool = True) -> SqliteJournal:
    journal = SqliteJournal(path, "bank", "world-1", durable=durable)
    await journal.open()
    for n in range(1, count + 1):
        await journal.append([record(n)], n - 1)
    return journal


async def test_nobody_else_may_have_it_meanwhile(tmp_path: Path) -> None:
    journal = await filled(tmp_path / "bank.sqlite")
    with pytest.raises(BadJournal, match="in use by another process"):
        await SqliteJournal(tmp_path / "bank.sqlite", "bank", "world-1").open()
    await journal.close()


@pytest.mark.parametrize(("service", "world"), [("acquirer", "world-1"), ("bank", "world-2")])
async def test_it_is_of_one_service_and_one_world(tmp_path: Path, service: str, world: str) -> None:
    await (await filled(tmp_path / "bank.sqlite")).close()
    other = SqliteJournal(tmp_path / "bank.sqlite", service, world)
    with pytest.raises(BadJournal, match="belongs to"):
        await other.open()
    await other.close()


async def test_one_from_the_future_is_refused(tmp_path: Path) -> None:
    await (await filled(tmp_path / "bank.sqlite")).close()
    with closing(sqlite3.connect(tmp_path / "bank.sqlite", isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 99")
    journal = SqliteJournal(tmp_path / "bank.sqlite", "bank", "world-1")
    with pytest.raises(BadJournal, match="newer poslab"):
        await journal.open()
    await journal.close()


async def test_a_torn_end_is_dropped_and_said(tmp_path: Path) -> None:
    await (await filled(tmp_path / "bank.sqlite")).close()
    with closing(sqlite3.connect(tmp_path / "bank.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE record SET given = x'00' WHERE seq = 10")
    journal = SqliteJournal(tmp_path / "bank.sqlite", "bank", "world-1")
    kept = await journal.open()
    assert "after record 9" in kept.dropped
    assert [r.seq for r in journal.tail(0)] == list(range(1, 10))
    await journal.append([record(10)], 9)
    await journal.close()


async def test_one_torn_in_the_middle_is_refused(tmp_path: Path) -> None:
    await (await filled(tmp_path / "bank.sqlite")).close()
    with closing(sqlite3.connect(tmp_path / "bank.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE record SET given = x'00' WHERE seq = 5")
    journal = SqliteJournal(tmp_path / "bank.sqlite", "bank", "world-1")
    with pytest.raises(BadJournal, match="record 5 is damaged"):
        await journal.open()
    await journal.close()


@pytest.mark.parametrize("content", [b"", b"this is no database at all, only text" * 100])
async def test_a_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bank.sqlite").write_bytes(content)
    journal = SqliteJournal(tmp_path / "bank.sqlite", "bank", "world-1")
    if content:
        with pytest.raises(BadJournal, match="is no journal"):
            await journal.open()
    else:
        assert (await journal.open()).confirmed == 0
    await journal.close()


def cut_power(journal: SqliteJournal, copy: Path) -> Path:
    """What another machine would find on the disk: the files as they are, without what was not synced."""
    copy.mkdir()
    for suffix in ("", "-wal", SYNCED):
        source = Path(f"{journal.path}{suffix}")
        if source.exists():
            (copy / f"bank.sqlite{suffix}").write_bytes(source.read_bytes())
    cut_to_sync(copy / "bank.sqlite")
    return copy / "bank.sqlite"


async def test_a_power_cut_costs_nothing_that_was_appended(tmp_path: Path) -> None:
    journal = await filled(tmp_path / "bank.sqlite")
    after = SqliteJournal(cut_power(journal, tmp_path / "after"), "bank", "world-1")
    await after.open()
    assert [r.seq for r in after.tail(0)] == list(range(1, 11))
    await journal.close()
    await after.close()


async def test_without_syncs_it_costs_everything(tmp_path: Path) -> None:
    journal = await filled(tmp_path / "bank.sqlite", durable=False)
    after = SqliteJournal(cut_power(journal, tmp_path / "after"), "bank", "world-1")
    await after.open()
    assert list(after.tail(0)) == []
    await journal.close()
    await after.close()
