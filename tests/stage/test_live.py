"""The same scenarios live: what comes of them is what comes of them in virtual time.

A keyed third is played here, another one whenever the library grows, and a few of it over a broker; all of them both
ways with ``make live``.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import msgspec
import pytest
from brokers import Mosquitto
from conftest import TOLD

from poslab.faults.delay import Delay
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.party.time import MILLISECOND, SECOND
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.schema.story import Scenario
from scenarios.stage.comparing import differences
from scenarios.stage.live import play_live, play_live_again
from scenarios.stage.margin import smallest_gap
from scenarios.stage.play import play

NAMES = [f"{name}/{variant}" for name in library_ids() for variant in variants_of(name)]
KEY = crc32(" ".join(NAMES).encode())
ALL = os.environ.get("POSLAB_LIVE") == "all"
CHOSEN = [name for name in NAMES if ALL or crc32(name.encode(), KEY) % 3 == 0]
OVER_A_BROKER = CHOSEN if ALL else CHOSEN[:: max(len(CHOSEN) // 4, 1)]


@pytest.fixture(scope="module")
def broker(program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    started = Mosquitto(program("mosquitto"), tmp_path_factory.mktemp("broker"))
    started.start()
    yield started
    started.kill()


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """What it hears stands in the closing lines."""
    return lambda what: record_property(TOLD, what)


def test_a_third_is_played(told: Callable[[str], None]) -> None:
    told(f"{len(CHOSEN)} of {len(NAMES)} scenarios are played live: {' '.join(CHOSEN)}")
    assert len(CHOSEN) >= len(NAMES) // 5
    assert OVER_A_BROKER


@pytest.mark.parametrize("name", CHOSEN)
def test_live_as_virtual(name: str, told: Callable[[str], None]) -> None:
    assert differences(play_live_again(load(name), told), play(load(name))) == []


@pytest.mark.parametrize("name", OVER_A_BROKER)
def test_over_a_broker_and_in_bytes_as_virtual(name: str, broker: Mosquitto, told: Callable[[str], None]) -> None:
    at = broker_at(broker.url)
    called = f"w{crc32(name.encode())}"
    buses = {"n": 0}

    def bus(member: str) -> MqttBus:
        buses["n"] += 1
        return MqttBus(at, f"{called}-{member}-{buses['n']}")

    live = play_live_again(load(name), told, buses=bus, called=called, wire=True)
    assert differences(live, play(load(name))) == []


def test_what_is_used_up_on_one_way_and_waits_on_the_other_is_over_as_in_virtual_time(
    told: Callable[[str], None],
) -> None:
    ways = (("T1", "host"), ("host", "T1"))  # the answer goes one of them, and each begins in another service
    lost = Injection("lost", Loss(), links=ways, match=Match("0210"), nth=1)
    scenario = msgspec.structs.replace(load("net-response-lost"), injections=(lost,))
    for played in (play_live_again(scenario, told), play(scenario)):
        (band,) = played.truth.bands
        assert band.end == played.truth.strikes[-1].at


@pytest.mark.parametrize(
    "name", ["op-double-swipe/other-acquirer", "acq-host-down/other-acquirer", "bank-maintenance-window/other-bank"]
)
def test_with_two_acquirers_in_bytes_as_virtual(name: str, told: Callable[[str], None]) -> None:
    assert differences(play_live_again(load(name), told, wire=True), play(load(name))) == []


def with_a_delay(by_us: int) -> Scenario:
    slow = Injection("slow", Delay(by_us), links=(("issuer", "switch"),), match=Match("0210"), nth=1)
    return msgspec.structs.replace(load("net-response-lost"), injections=(slow,))


def test_a_delay_is_held_against_the_timers() -> None:
    assert smallest_gap(load("net-response-lost")) == 10 * SECOND
    assert smallest_gap(with_a_delay(39 * SECOND)) == SECOND - 380 * MILLISECOND
    assert smallest_gap(with_a_delay(41 * SECOND)) == SECOND


def test_what_no_clock_can_keep_apart_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"net-response-lost.* cannot be played live: what decides in it is 20 ms apart"):
        play_live(with_a_delay(40 * SECOND - 400 * MILLISECOND))


def test_too_fast_for_this_machine_is_said_and_played_again() -> None:
    heard: list[str] = []
    played = play_live_again(load("ok-slow"), heard.append, speed=100_000)
    assert heard and "too slow for speed 100000" in heard[0]
    assert played.slower or differences(played, play(load("ok-slow"))) == []
