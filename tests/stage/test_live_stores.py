"""Stores that fail: live as in virtual time, and whoever lost something comes back without it, however often."""

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.contents import in_folder, read_file
from poslab.runtime.journals.journal import MemoryJournal, Snapshot
from poslab.runtime.live.standing import Standing
from scenarios.schema.load import load
from scenarios.schema.story import Scenario
from scenarios.stage.comparing import differences
from scenarios.stage.homes import SERVICES
from scenarios.stage.live import play_live, play_live_again, service_of
from scenarios.stage.play import play
from scenarios.stage.rerunning import rerun, world_of
from scenarios.stage.serving import journal_in

FAULTS = {
    "the-hosts-tail": {
        "fault": "store-lost-tail", "process": "host", "match": {"kind": "0210", "order": "victim"}, "nth": 1,
        "records": 2, "down_for": "30s",
    },
    "a-terminals-old-copy": {
        "fault": "store-old-copy", "process": "T1", "at": "10:14:00", "until": "10:17:00", "down_for": "20s",
    },
    "a-full-host": {"fault": "store-full", "process": "host", "at": "10:15:29", "for": "3m"},
    "a-full-terminal": {"fault": "store-full", "process": "T1", "at": "10:15:20", "for": "40s"},
}  # fmt: skip


@pytest.fixture(params=list(FAULTS))
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> Scenario:
    return story(request.param, tmp_path)


def story(name: str, folder: Path) -> Scenario:
    path = folder / f"{name}.yaml"
    said = {
        "schema": "poslab/1", "id": name, "world": {"preset": "corner-shop"},
        "workload": [
            {"order": "victim", "at": "10:15:30", "terminal": "T1", "amount": "128.00", "card": "good-debit"},
            {"order": "later", "at": "10:45:30", "terminal": "T1", "amount": "28.00", "card": "good-debit"},
        ],
        "faults": [{"id": "store", **FAULTS[name]}],
        "complaint": {"order": "victim", "at": "+20m"}, "heal": {"at": "+25m", "converge_within": "24h"},
        "until": "2026-01-07 12:00", "expect": {},
    }  # fmt: skip
    path.write_text(json.dumps(said), encoding="utf-8")
    return load(str(path))


def test_what_comes_of_it_is_the_same(scenario: Scenario) -> None:
    assert differences(play_live_again(scenario, print), play(scenario)) == []


def test_nothing_is_lost_silently(tmp_path: Path) -> None:
    """A disk that only said it had written: the check of restarts names who came back as somebody else."""
    broken = {name: broken_checks(story(name, tmp_path)) for name in FAULTS}
    assert broken["a-full-host"] == broken["a-full-terminal"] == []
    assert "restart-same-state" in broken["the-hosts-tail"] and "restart-same-state" in broken["a-terminals-old-copy"]


def broken_checks(scenario: Scenario) -> list[str]:
    return [invariant.id for invariant in play(scenario).result.invariants if invariant.verdict == "broken"]


def test_while_a_hosts_store_is_full_terminals_connect_and_hear_nothing(tmp_path: Path) -> None:
    (victim, later) = play(story("a-full-host", tmp_path)).result.purchases
    assert victim.end.views.terminal == "reversal-closed:25", "it timed out, and nobody knows of any sale"
    assert victim.end.charged_peak == 0
    assert later.end.credited == 1, "from then on all is well"


def test_journals_of_it_can_be_run_again(tmp_path: Path) -> None:
    scenario = story("the-hosts-tail", tmp_path)
    play_live(scenario, speed=60, journal=lambda name: journal_in(tmp_path, scenario.world, name))
    found = [read_file(path) for path in in_folder(tmp_path)]
    world = world_of(found[0].world)
    assert world is not None
    looked = rerun(found, world)
    assert looked.wrong == () and looked.messages > 20


class Forgetful(MemoryJournal):
    """Whoever is killed before the next snapshot finds none; ``offered`` is the last one that was to be kept."""

    async def keep(self, snapshot: Snapshot) -> None:
        self.offered = snapshot


def test_a_kill_before_the_next_snapshot_brings_nothing_lost_back(tmp_path: Path) -> None:
    scenario = story("the-hosts-tail", tmp_path)
    journals = {name: Forgetful() for name in SERVICES}
    play_live(scenario, speed=60, journal=journals.__getitem__)

    async def again(name: str) -> dict[str, bytes]:
        service = service_of(name, scenario.world, "w", Exchange().bus(name), journals[name])
        await service.start()
        states = {address: seat.party.snapshot() for address, seat in service.floor.seats.items()}
        await asyncio.sleep(0)
        service.kill()
        await asyncio.sleep(0)
        return states

    for name in SERVICES:
        before = msgspec.json.decode(journals[name].offered.state, type=Standing).parties
        assert asyncio.run(again(name)) == {address: party.state for address, party in before.items()}
