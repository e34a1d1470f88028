"""A broker that restarts, says everything twice or lets somebody else in costs time and connections, and no money."""

import json
from pathlib import Path
from typing import Any

import pytest

from poslab.runtime.buses.memory import Exchange
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load
from scenarios.schema.story import Scenario
from scenarios.stage.comparing import differences
from scenarios.stage.live import play_live, play_live_again
from scenarios.stage.play import play


def story(folder: Path, *faults: dict[str, Any]) -> Scenario:
    path = folder / "broker.yaml"
    said = {
        "schema": "poslab/1", "id": "broker", "world": {"preset": "corner-shop"},
        "workload": [
            {"order": "first", "at": "10:15:30", "terminal": "T1", "amount": "128.00", "card": "good-debit"},
            {"order": "second", "at": "10:25:30", "terminal": "T2", "amount": "28.00", "card": "good-debit"},
        ],
        "faults": [{"id": f"fault-{n}", **fault} for n, fault in enumerate(faults)],
        "complaint": {"order": "first", "at": "+5m"}, "heal": {"at": "+12m", "converge_within": "24h"},
        "until": "2026-01-07 12:00", "expect": {},
    }  # fmt: skip
    path.write_text(json.dumps(said), encoding="utf-8")
    return load(str(path))


AWAY = {"fault": "broker-restart", "at": "10:15:29", "for": "20s"}
TWICE = {"fault": "broker-redelivery", "at": "10:15:00", "for": "15m"}


@pytest.mark.parametrize("keeps", ["everything", "nothing", "old-retained"])
def test_a_restart_in_the_middle_of_a_sale_changes_nothing_but_its_time(keeps: str, tmp_path: Path) -> None:
    played = play_live_again(story(tmp_path, {**AWAY, "keeps": keeps}), print)
    assert differences(played, play(story(tmp_path))) == []
    assert [(strike.fault, strike.where) for strike in played.truth.strikes] == [("fault-0", "broker")]
    (band,) = played.truth.bands
    assert band.end is not None and band.end > band.start


def test_what_is_said_twice_is_heard_once(tmp_path: Path) -> None:
    assert differences(play_live_again(story(tmp_path, TWICE), print), play(story(tmp_path))) == []


@pytest.mark.parametrize("service", ["acquirer", "terminal", "bank"])
def test_whoever_is_cut_off_is_gone_to_the_others_and_no_money_with_him(service: str, tmp_path: Path) -> None:
    taken = {"fault": "session-takeover", "service": service, "at": "10:15:29", "for": "90s"}
    result = play_live_again(story(tmp_path, taken), print).result
    assert result.verdict == "pass", result.reason
    first, second = result.purchases
    assert second.end.credited == 1, "once it is back all is well"
    assert first.end.charged_net == first.end.credited, "and nobody has paid for nothing"
    if service == "acquirer":
        assert first.end.charged_peak == 0, "the terminal could not connect"


def test_a_fault_ends_when_the_world_heals(tmp_path: Path) -> None:
    played = play_live_again(story(tmp_path, {**TWICE, "at": "10:20:00", "for": "20h"}), print)
    assert played.result.verdict == "pass"
    (band,) = played.truth.bands
    assert band.end is not None


def test_without_a_broker_of_ours_it_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"fault-0 breaks the broker, and in virtual time there is none.*--live"):
        play(story(tmp_path, TWICE))
    exchange = Exchange()
    with pytest.raises(BadInput, match=r"fault-0 breaks the broker, and the one over there is not ours to break"):
        play_live(story(tmp_path, TWICE), buses=exchange.bus)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"fault": "broker-redelivery", "at": "10:15:00"}, "nothing says when 'fault-0' ends"),
        ({"fault": "broker-redelivery", "for": "1m"}, "nothing says when 'fault-0' begins"),
        (
            {"fault": "broker-redelivery", "on": {"word": "approved"}, "for": "1m"},
            "waits for something that is said in the world, and a broker hears nothing of that",
        ),
        ({"fault": "session-takeover", "at": "10:15:00", "for": "1m", "service": "host"}, "service"),
        ({"fault": "store-old-copy", "process": "host", "at": "10:15:00", "down_for": "1m"}, "nothing says when"),
        ({"fault": "store-full", "process": "nobody", "at": "10:15:00"}, "there is no 'nobody'"),
    ],
)
def test_a_fault_that_says_too_little_is_refused_by_name(fault: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        story(tmp_path, fault)
    assert told.replace("'", "") in str(refused.value).replace("'", "").replace('"', "")
