"""A broker that restarts, says everything twice or lets somebody else in costs time and connections, and no money."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from brokers import OurMosquitto

from poslab.runtime.buses.mqtt import MqttBus, broker_at
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load
from scenarios.schema.story import Scenario
from scenarios.stage.comparing import differences
from scenarios.stage.judging import Played
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


Play = Callable[..., Played]
"""Plays a scenario live over one of the buses; the broker is ours where that is said."""


@pytest.fixture(params=["memory", "mqtt"])
def over(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Play]:
    if request.param == "memory":
        yield lambda scenario, ours=False: play_live_again(scenario, print)
        return
    broker = OurMosquitto(request.getfixturevalue("program")("mosquitto"), tmp_path)
    broker.start()
    at, members = broker_at(broker.url), itertools.count()

    def bus(member: str) -> MqttBus:
        return MqttBus(at, f"{member}-{next(members)}")

    yield lambda scenario, ours=False: play_live_again(
        scenario, print, buses=bus, called="w", wire=True, broker=broker if ours else None
    )
    broker.kill()


@pytest.mark.parametrize("keeps", ["everything", "nothing"])
def test_a_restart_in_the_middle_of_a_sale_changes_nothing_but_its_time(keeps: str, over: Play, tmp_path: Path) -> None:
    """Over one that forgets who listens, what is said before the other listens again is held."""
    is_the_same_but_for_a_restart(over(story(tmp_path, {**AWAY, "keeps": keeps}), ours=True), tmp_path)


def test_nor_does_one_that_comes_back_with_what_it_had_kept_before(tmp_path: Path) -> None:
    played = play_live_again(story(tmp_path, {**AWAY, "keeps": "old-retained"}), print)
    is_the_same_but_for_a_restart(played, tmp_path)


def is_the_same_but_for_a_restart(played: Played, tmp_path: Path) -> None:
    assert differences(played, play(story(tmp_path))) == []
    assert [(strike.fault, strike.where) for strike in played.truth.strikes] == [("fault-0", "broker")]
    (band,) = played.truth.bands
    assert band.end is not None and band.end > band.start


def test_what_is_said_twice_is_heard_once(over: Play, tmp_path: Path) -> None:
    played = over(story(tmp_path, TWICE))
    assert differences(played, play(story(tmp_path))) == []
    assert [(strike.fault, strike.where) for strike in played.truth.strikes] == [("fault-0", "broker")]


@pytest.mark.parametrize("service", ["acquirer", "terminal", "bank"])
def test_whoever_is_cut_off_is_gone_to_the_others_and_no_money_with_him(
    service: str, over: Play, tmp_path: Path
) -> None:
    taken = {"fault": "session-takeover", "service": service, "at": "10:15:29", "for": "90s"}
    result = over(story(tmp_path, taken)).result
    assert result.verdict == "pass", result.reason
    first, second = result.purchases
    assert second.end.credited == 1, "once it is back all is well"
    assert first.end.charged_net == first.end.credited, "and nobody has paid for nothing"
    if service == "acquirer":
        assert first.end.charged_peak == 0, "the terminal could not connect"


def test_a_fault_ends_when_the_world_heals(over: Play, tmp_path: Path) -> None:
    played = over(story(tmp_path, {**TWICE, "at": "10:20:00", "for": "20h"}))
    assert played.result.verdict == "pass"
    (band,) = played.truth.bands
    assert band.end is not None


def test_without_a_broker_of_ours_it_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"fault-0 breaks the broker, and in virtual time there is none.*--live"):
        play(story(tmp_path, TWICE))


def test_a_broker_that_is_not_ours_is_not_restarted(program: Callable[[str], Path], tmp_path: Path) -> None:
    broker = OurMosquitto(program("mosquitto"), tmp_path)
    broker.start()
    told = r"fault-0 restarts the broker, and the one over there is not ours.*without --mqtt and --join"
    with pytest.raises(BadInput, match=told):
        play_live(story(tmp_path, AWAY), buses=lambda name: MqttBus(broker_at(broker.url), name))
    broker.kill()


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
