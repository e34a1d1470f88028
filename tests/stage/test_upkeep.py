"""A world that is kept up: a full disk ends it in words, and its customers follow from seed and hour."""

import asyncio
from pathlib import Path

import pytest

from poslab.party.time import HOUR, midnight
from poslab.runtime.journals.journal import BadJournal, Journal
from poslab.runtime.journals.sqlite import SqliteJournal
from scenarios.schema.load import load_world
from scenarios.stage.customers import Customers
from scenarios.stage.serving import journal_in
from scenarios.stage.upkeep import Wanted, keep_up

WORLD = load_world("corner-shop")
NINE = midnight(WORLD.calendar.first_day) + 9 * HOUR


def test_a_full_disk_ends_it_in_words(tmp_path: Path) -> None:
    """SQLite itself says that the disk is full: it is allowed no more pages."""
    kept: dict[str, SqliteJournal] = {}

    def journal(service: str) -> Journal:
        made = journal_in(tmp_path, WORLD, service)
        assert isinstance(made, SqliteJournal)
        kept[service] = made
        return made

    def fill(where: object) -> None:
        for each in kept.values():
            assert each._db is not None
            each._thread.submit(each._db.execute, "PRAGMA max_page_count = 1").result()

    wanted = Wanted(WORLD, "full", tmp_path, 3_600, 3_600, "1", None, journal)
    with pytest.raises(BadJournal, match="the disk is full: make room; nothing that was confirmed is lost"):
        asyncio.run(asyncio.wait_for(keep_up(wanted, fill, print), 300))


def test_customers_follow_from_seed_and_hour() -> None:
    first = list(Customers(WORLD, 40, "1").of_hour(NINE))
    assert first == list(Customers(WORLD, 40, "1").of_hour(NINE))
    assert first != list(Customers(WORLD, 40, "2").of_hour(NINE))
    more = list(Customers(WORLD, 41, "1").of_hour(NINE))
    assert more[:40] == first, "one more changes nobody else"
    assert {NINE <= at < NINE + HOUR for at, _, _ in first} == {True}
    assert {given.terminal for _, _, given in first} == {"T1", "T2", "T3"}
    assert len({given.about for _, _, given in first}) == 40
