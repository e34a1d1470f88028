"""What every journal promises, asked of each of them; and what SQLite's does about torn ends and other owners."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from databases import Postgres

from poslab.runtime.journals.journal import BadJournal, Journal, MemoryJournal, Record, Snapshot
from poslab.runtime.journals.postgres import BadDatabase, PostgresJournal, database_at
from poslab.runtime.journals.sqlite import SYNCED, SqliteJournal, cut_to_sync
from poslab.runtime.journals.steps import SQLITE

Reopen = Callable[[], Journal]


def record(seq: int, heard: bool = False) -> Record:
    return Record(
        seq, "host", 1_000 * seq, 1_000 * seq + 5, b'["Started",""]', ("T1", seq, 0, 0, False) if heard else None
    )


@pytest.fixture(scope="module")
def postgres(program: Callable[[str], Path]) -> Iterator[Postgres]:
    if "postgres" not in os.environ.get("POSLAB_REQUIRE", "").split():
        pytest.importorskip("asyncpg", reason="asyncpg is not installed")
    started = Postgres(program("postgres"))
    started.start()
    yield started
    started.remove()


NUMBERS = count(1)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Reopen]:
    """The same journal again, as after a restart."""
    memory = MemoryJournal()
    database = request.getfixturevalue("postgres") if request.param == "postgres" else None
    called = f"world-{next(NUMBERS)}"
    opened: list[Journal] = []

    def again() -> Journal:
        if request.param == "memory":
            return memory
        if database is not None:
            opened.append(PostgresJournal(database_at(database.url), called, "bank", "digest-1"))
        else:
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


async def test_a_snapshot_lets_what_lies_before_the_last_one_be_forgotten(reopen: Reopen) -> None:
    journal = reopen()
    await journal.open()
    for n in range(1, 7):
        await journal.append([record(n)], n)
        await journal.keep(Snapshot(n, f"state at {n}".encode()))
    await journal.append([], 6)
    await journal.close()
    journal = reopen()
    kept = await journal.open()
    assert kept.snapshot == Snapshot(6, b"state at 6") and kept.confirmed == 6
    assert list(journal.tail(6)) == []
    await journal.append([record(7)], 6)
    await journal.close()


async def test_what_was_noted_last_is_there_again_beside_the_records(reopen: Reopen) -> None:
    journal = reopen()
    assert (await journal.open()).noted == {}
    await journal.append([], 0, {"": b'{"first": 1}', "copy:old": b"old", "copy:gone": b"gone"})
    await journal.append([record(1)], 0, {"": '{"second": "二"}'.encode(), "copy:gone": b""})
    await journal.append([record(2)], 1)
    await journal.keep(Snapshot(2, b"state at two"))
    await journal.close()
    journal = reopen()
    kept = await journal.open()
    assert (kept.noted, kept.confirmed) == ({"": '{"second": "二"}'.encode(), "copy:old": b"old"}, 1)
    await journal.close()


# --- SQLite


async def test_what_an_older_poslab_wrote_is_read_and_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "bank.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"{SQLITE[0]} PRAGMA user_version = 1;")
        told = ("host", 1_000, 1_005, b'["Started",""]', None)
        crc = crc32(told[3], crc32(b"1\x00host\x001000\x001005\x00None\x00"))
        db.execute("INSERT INTO record VALUES (1, ?, ?, ?, ?, ?, ?)", (*told, crc))
        db.executemany("INSERT INTO meta VALUES (?, ?)", [("service", "bank"), ("world", "world-1")])
        db.commit()
    journal = SqliteJournal(path, "bank", "world-1")
    await journal.open()
    assert list(journal.tail(0)) == [record(1)]
    await journal.append([record(2)], 1)
    await journal.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(SQLITE),)
        written = dict(db.execute("SELECT seq, written FROM record").fetchall())
    assert written[1] is None and written[2] > 1_700_000_000_000_000
    again = SqliteJournal(path, "bank", "world-1")
    await again.open()
    assert list(again.tail(0)) == [record(1), record(2)]
    await again.close()


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


# --- PostgreSQL


def in_database(postgres: Postgres, called: str, service: str = "bank", **more: Any) -> PostgresJournal:
    return PostgresJournal(database_at(postgres.url), called, service, **{"world": "digest-1", **more})


async def test_nobody_else_may_have_it_there_and_others_have_theirs(postgres: Postgres) -> None:
    journal, other, second = (
        in_database(postgres, "own"), in_database(postgres, "own", "acquirer"), in_database(postgres, "own")
    )  # fmt: skip
    await journal.open()
    await other.open()
    await journal.append([record(1)], 0)
    await other.append([record(1), record(2)], 0)
    with pytest.raises(BadJournal, match="in use by another process"):
        await second.open()
    await journal.close()
    await second.open()
    assert [r.seq for r in second.tail(0)] == [1]
    for each in (second, other):
        await each.close()


async def test_another_world_of_the_same_name_is_refused(postgres: Postgres) -> None:
    journal = in_database(postgres, "twice")
    await journal.open()
    await journal.close()
    other = in_database(postgres, "twice", world="digest-2")
    with pytest.raises(BadJournal, match="belongs to the world digest-1, not digest-2"):
        await other.open()
    await other.close()


async def test_a_database_that_dies_is_come_back_to_and_nothing_is_lost(postgres: Postgres) -> None:
    said: list[str] = []
    journal = in_database(postgres, "killed", said=said.append)
    await journal.open()
    await journal.append([record(1)], 0)
    postgres.kill()
    appending = asyncio.create_task(journal.append([record(2)], 1))
    await asyncio.sleep(0.5)
    assert not appending.done(), "nothing is durable while there is no database"
    postgres.start()
    await asyncio.wait_for(appending, 300)
    await journal.append([record(3)], 2)
    await journal.close()
    assert said[0].startswith("no connection to postgresql://127.0.0.1:") and "again" in said[-1]
    journal = in_database(postgres, "killed")
    assert (await journal.open()).confirmed == 2
    assert [r.seq for r in journal.tail(0)] == [1, 2, 3]
    await journal.close()


async def test_the_first_notices_when_it_was_taken_while_its_connection_was_broken(postgres: Postgres) -> None:
    first, second = in_database(postgres, "taken"), in_database(postgres, "taken")
    await first.open()
    first._db.terminate()
    await second.open()
    await second.append([record(1)], 0)
    await second.close()
    with pytest.raises(BadJournal, match="was taken by another process"):
        await first.append([record(1)], 0)
    await first.close()


async def test_a_torn_end_is_dropped_there_too(postgres: Postgres) -> None:
    journal = in_database(postgres, "torn")
    await journal.open()
    await journal.append([record(1), record(2), record(3)], 3)
    await journal._db.execute("UPDATE poslab_record SET given = 'x' WHERE world = 'torn' AND seq = 3")
    await journal.close()
    journal = in_database(postgres, "torn")
    kept = await journal.open()
    assert "after record 2" in kept.dropped and kept.confirmed == 2
    await journal.append([record(3)], 3)
    await journal.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [(("only-for", "not-for"), "does not let the user 'poslab' in"), (("/postgres", "/none"), "no such database")],
)
async def test_what_no_patience_helps_against_is_said(postgres: Postgres, change: tuple[str, str], told: str) -> None:
    journal = PostgresJournal(database_at(postgres.url.replace(*change)), "w", "bank", "digest-1")
    with pytest.raises(BadJournal, match=told):
        await journal.open()
    await journal.close()


async def test_a_database_that_is_not_there_is_waited_for(postgres: Postgres) -> None:
    said: list[str] = []
    journal = PostgresJournal(database_at("postgresql://u:s3cret@127.0.0.1:1/x"), "w", "bank", "d", said.append)
    opening = asyncio.create_task(journal.open())
    await asyncio.sleep(0.3)
    assert not opening.done() and said and "no connection to postgresql://127.0.0.1:1/x" in said[0]
    opening.cancel()
    assert "s3cret" not in f"{said}"


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "postgresql://", "postgresql://x", "postgresql://x:port/y", "postgresql://x/y?a=b"]
)
def test_what_is_no_databases_address(url: str) -> None:
    with pytest.raises(BadDatabase):
        database_at(url)


def test_a_databases_address_does_not_show_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    database = database_at("postgresql://bank:s3%20cret@db.example:5433/pos?sslmode=require")
    assert (database.user, database.password, database.port, database.ssl) == ("bank", "s3 cret", 5433, "require")
    assert "cret" not in f"{database} {database!r} {database.shown}"
    monkeypatch.setenv("POSLAB_DATABASE_PASSWORD", "from outside")
    assert database_at("postgresql://db.example/pos").password == "from outside"
