"""A world that is kept up: a full disk ends it in words, and its customers follow from seed and hour."""

import asyncio
import gc
from pathlib import Path

import pytest

from poslab.party.facts import Started
from poslab.party.time import HOUR, midnight
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.journal import BadJournal, Journal
from poslab.runtime.journals.sqlite import SqliteJournal
from scenarios.schema.load import load_world
from scenarios.stage.customers import Customers
from scenarios.stage.live import service_of
from scenarios.stage.serving import journal_in
from scenarios.stage.upkeep import Wanted, keep_up

WORLD = load_world("corner-shop")
LAST_STRAW = """\
CREATE TRIGGER last_straw BEFORE INSERT ON snapshot BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"""
NINE = midnight(WORLD.calendar.first_day) + 9 * HOUR


@pytest.mark.parametrize("at_the_end", [False, True])
def test_a_full_disk_ends_it_in_words(tmp_path: Path, caplog: pytest.LogCaptureFixture, *, at_the_end: bool) -> None:
    """SQLite itself says that the disk is full: it is allowed no more pages, or nothing more at the end."""
    kept: dict[str, SqliteJournal] = {}

    def journal(service: str) -> Journal:
        made = journal_in(tmp_path, WORLD, service)
        assert isinstance(made, SqliteJournal)
        kept[service] = made
        return made

    def told(each: SqliteJournal, statement: str) -> None:
        assert each._db is not None
        each._thread.submit(each._db.execute, statement).result()

    def fill(where: object) -> None:
        full = {"terminal"} if at_the_end else set()
        for name, each in kept.items():
            told(each, LAST_STRAW if name in full else "PRAGMA max_page_count = 1")

    wanted = Wanted(WORLD, "full", tmp_path, 3_600, 3_600, "1", None, journal)
    with pytest.raises(BadJournal, match="the disk is full: make room; nothing that was confirmed is lost"):
        asyncio.run(asyncio.wait_for(keep_up(wanted, fill, print), 300))
    gc.collect()
    assert [record.getMessage() for record in caplog.records] == [], "there is no failure that nobody asked for"
    assert [each._db for each in kept.values()] == [None] * 4, "every journal is closed"


async def test_a_service_whose_disk_is_full_while_it_stops_leaves_all_the_same(tmp_path: Path) -> None:
    journal = journal_in(tmp_path, WORLD, "bank")
    assert isinstance(journal, SqliteJournal)
    service = service_of("bank", WORLD, "full", Exchange().bus(), journal)
    await service.start()
    assert journal._db is not None
    journal._thread.submit(journal._db.execute, "PRAGMA max_page_count = 1").result()
    for seat in service.floor.seats.values():
        for _ in range(1_000):
            service.floor.offer(seat, Started())
    async with asyncio.timeout(60):
        await service.stop()
    assert isinstance(service.failure, BadJournal) and journal._db is None


def test_customers_follow_from_seed_and_hour() -> None:
    first = list(Customers(WORLD, 40, "1").of_hour(NINE))
    assert first == list(Customers(WORLD, 40, "1").of_hour(NINE))
    assert first != list(Customers(WORLD, 40, "2").of_hour(NINE))
    more = list(Customers(WORLD, 41, "1").of_hour(NINE))
    assert more[:40] == first, "one more changes nobody else"
    assert {NINE <= at < NINE + HOUR for at, _, _ in first} == {True}
    assert {given.terminal for _, _, given in first} == {"T1", "T2", "T3"}
    assert len({given.about for _, _, given in first}) == 40
