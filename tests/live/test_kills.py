"""A hundred processes are killed under load; after that every sale is final, no fen is lost and none moved twice.

``make soak`` goes on for as long as is asked, another crowd each time.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from brokers import Mosquitto
from databases import Postgres
from forked import unsynced
from kills import BROKER, LONGEST_S, Kills, crowd, stand

KILLED_AT_LEAST = 100


@pytest.fixture
def broker(program: Callable[[str], Path], tmp_path: Path) -> Iterator[Mosquitto]:
    started = Mosquitto(program("mosquitto"), tmp_path)
    started.start()
    yield started
    started.kill()


async def test_a_hundred_kills(broker: Mosquitto, tmp_path: Path) -> None:
    kills = Kills(crowd("hundred", 130), broker, tmp_path, "hundred", rounds=32)
    played = await stand(kills)
    paid = [purchase for purchase in played.result.purchases if purchase.end.credited]
    assert len(paid) > len(played.result.purchases) // 10, "under all that killing some still paid"
    assert kills.kills >= KILLED_AT_LEAST
    assert min(kills.killed.values()) >= 4, "everybody was killed, the broker too"


async def test_with_journals_in_a_database(broker: Mosquitto, program: Callable[[str], Path], tmp_path: Path) -> None:
    database = Postgres(program("postgres"))
    database.start()
    try:
        kills = Kills(crowd("database", 20), broker, tmp_path, "database", rounds=4, database=database.url)
        await stand(kills)
    finally:
        database.remove()
    assert kills.kills - kills.killed[BROKER] >= 8


async def test_journals_that_are_not_synced_are_caught(broker: Mosquitto, tmp_path: Path) -> None:
    kills = Kills(crowd("unsynced", 20), broker, tmp_path, "unsynced", rounds=6, until_caught=True, kept=unsynced)
    played = await asyncio.wait_for(kills.play(), LONGEST_S)
    broken = {check.id: check.breaches for check in played.result.invariants if check.verdict == "broken"}
    assert kills.cut_bytes > 0
    assert any("died as" in breach.en for breach in broken["restart-same-state"])
