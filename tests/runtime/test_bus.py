"""What every bus promises, asked of each of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from brokers import Mosquitto, OurMosquitto

from poslab.faults.broker import EVERYTHING, NOTHING, BrokerRedelivery, BrokerRestart, EdgeHandle, SessionTakeover
from poslab.runtime.buses.bus import LARGEST_BYTES, Bus, Out, fits
from poslab.runtime.buses.door import Door, InUse
from poslab.runtime.buses.frames import LARGEST_FRAME, Join, framed
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.buses.mqtt import BadAddress, MqttBus, broker_at
from poslab.runtime.buses.sockets import SocketBus

Make = Callable[[], Bus]


@pytest.fixture
def broker(program: Callable[[str], Path], tmp_path: Path) -> Iterator[Mosquitto]:
    started = Mosquitto(program("mosquitto"), tmp_path)
    started.start()
    yield started
    started.kill()


@pytest.fixture(params=["memory", "door", "mqtt"])
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Make]:
    """Another member of one and the same bus at each call."""
    exchange = Exchange()
    broker: Mosquitto | None = request.getfixturevalue("broker") if request.param == "mqtt" else None
    door = Door(exchange, tmp_path)
    await door.open()
    made: list[Bus] = []

    def another() -> Bus:
        if broker is not None:
            made.append(MqttBus(broker_at(broker.url), f"member-{len(made)}"))
        else:
            made.append(SocketBus(door.path) if request.param == "door" else exchange.bus())
        return made[-1]

    yield another
    for bus in made:
        await bus.close()
    await door.close()


class Ear:
    """Hears, and can be waited for."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def __call__(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))

    async def has(self, count: int) -> list[tuple[str, bytes]]:
        async with asyncio.timeout(300):
            while len(self.heard) < count:
                await asyncio.sleep(0.005)
        return self.heard


async def joined(make: Make, topics: str = "") -> tuple[Bus, Ear]:
    bus, ear = make(), Ear()
    await bus.start()
    if topics:
        await bus.subscribe(topics, ear)
    return bus, ear


async def test_what_one_publishes_another_hears_in_order(make: Make) -> None:
    _, ear = await joined(make, "poslab/w/bank/+/+/+")
    one, _ = await joined(make)
    await one.publish([Out("poslab/w/bank/issuer/acquirer/switch", str(n).encode()) for n in range(200)])
    heard = await ear.has(200)
    assert [payload for _, payload in heard] == [str(n).encode() for n in range(200)]
    assert {topic for topic, _ in heard} == {"poslab/w/bank/issuer/acquirer/switch"}


async def test_nobody_hears_what_is_for_others(make: Make) -> None:
    _, ear = await joined(make, "poslab/w/bank/+/+/+")
    one, _ = await joined(make)
    await one.publish([Out("poslab/w/terminal/T1/acquirer/host", b"no"), Out("poslab/v/bank/issuer/a/b", b"no")])
    await one.publish([Out("poslab/w/bank/rail/acquirer/host", b"yes")])
    assert [payload for _, payload in await ear.has(1)] == [b"yes"]


async def test_who_comes_later_is_told_what_was_to_be_kept(make: Make) -> None:
    one, _ = await joined(make)
    await one.publish([Out("poslab/w/_/tempo", b"old", keep=True), Out("poslab/w/_/tempo", b"new", keep=True)])
    await one.publish([Out("poslab/w/_/lines/bank", b"gone")])
    await asyncio.sleep(0.05)
    _, ear = await joined(make, "poslab/w/_/#")
    assert [payload for _, payload in await ear.has(1)] == [b"new"]


async def test_one_who_left_hears_nothing_any_more(make: Make) -> None:
    leaving, gone = await joined(make, "poslab/w/a/+/+/+")
    _, ear = await joined(make, "poslab/w/a/+/+/+")
    one, _ = await joined(make)
    await leaving.close()
    await one.publish([Out("poslab/w/a/b/c/d", b"x")])
    await ear.has(1)
    assert gone.heard == []


async def test_what_is_too_large_is_refused(make: Make) -> None:
    one, _ = await joined(make)
    with pytest.raises(ValueError, match="at most"):
        await one.publish([Out("poslab/w/a/b/c/d", bytes(LARGEST_BYTES + 1))])


@pytest.mark.parametrize(
    ("topics", "topic", "agrees"),
    [
        ("a/+/c", "a/b/c", True), ("a/+/c", "a/b/d", False), ("a/#", "a/b/c", True), ("a/#", "a", True),
        ("a/+", "a/b/c", False), ("a/b", "a/b", True), ("a/b", "a", False), ("+/+", "a/b", True),
    ],
)  # fmt: skip
def test_filters(topics: str, topic: str, agrees: bool) -> None:
    assert fits(topics, topic) is agrees


# --- the door by itself


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    opened = Door(Exchange(), tmp_path)
    await opened.open()
    yield opened
    await opened.close()


async def test_members_inside_and_outside_hear_each_other(tmp_path: Path) -> None:
    exchange = Exchange()
    opened = Door(exchange, tmp_path)
    await opened.open()
    (inside, inside_ear), (outside, outside_ear) = (
        await joined(exchange.bus, "a/+"), await joined(lambda: SocketBus(opened.path), "a/+"),
    )  # fmt: skip
    await inside.publish([Out("a/b", b"in")])
    await outside_ear.has(1)
    await outside.publish([Out("a/b", b"out")])
    assert [payload for _, payload in await inside_ear.has(2)] == [b"in", b"out"]
    assert [payload for _, payload in await outside_ear.has(2)] == [b"in", b"out"]
    await outside.close()
    await opened.close()


async def test_only_its_owner_may_enter(door: Door) -> None:
    assert door.path.stat().st_mode & 0o777 == 0o600


async def test_a_second_door_in_the_same_place_is_refused_and_a_dead_one_replaced(tmp_path: Path) -> None:
    first, second = Door(Exchange(), tmp_path), Door(Exchange(), tmp_path)
    await first.open()
    if first.path != second.path:  # a long folder: each has a place of its own
        second.path = first.path
    with pytest.raises(InUse):
        await second.open()
    await first.close()
    first.path.touch()
    await second.open()
    await second.close()


async def test_a_door_in_a_deep_folder_is_put_where_its_name_is_short(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    opened = Door(Exchange(), deep)
    await opened.open()
    bus, ear = await joined(lambda: SocketBus(opened.path), "a")
    await bus.publish([Out("a", b"x")])
    await ear.has(1)
    await bus.close()
    await opened.close()
    assert not opened.path.parent.exists()


async def test_a_door_that_was_shut_is_come_back_to(tmp_path: Path) -> None:
    first = Door(Exchange(), tmp_path)
    await first.open()
    said: list[str] = []
    bus, ear = SocketBus(first.path, said.append), Ear()
    await bus.start(hello=lambda: [Out("hello", b"I")])
    await bus.subscribe("a", ear)
    await first.close()
    sending = asyncio.create_task(bus.publish([Out("a", b"x")]))
    await asyncio.sleep(0.15)
    assert not sending.done()
    second = Door(Exchange(), tmp_path)
    second.path = first.path
    first.path.parent.mkdir(exist_ok=True)
    await second.open()
    await asyncio.wait_for(sending, 300)
    assert await ear.has(1) == [("a", b"x")]
    assert "nobody opens" in said[0] and "again" in said[-1]
    await bus.close()
    await second.close()


async def test_patience_before_a_door_that_stays_shut_ends(tmp_path: Path) -> None:
    opened = Door(Exchange(), tmp_path)
    await opened.open()
    bus = SocketBus(opened.path, patience_s=0.1)
    await bus.start()
    await opened.close()
    async with asyncio.timeout(20):
        with pytest.raises(ConnectionError, match="nobody opens at"):
            await bus.publish([Out("a", b"x")])
    await bus.close()


async def test_who_is_cut_off_at_the_door_leaves_a_will(tmp_path: Path) -> None:
    exchange = Exchange()
    opened = Door(exchange, tmp_path)
    await opened.open()
    _, ear = await joined(exchange.bus, "will/+")
    leaving, cut = SocketBus(opened.path), SocketBus(opened.path)
    await leaving.start(Out("will/no", b""))
    await cut.start(Out("will/yes", b""))
    await leaving.close()
    assert cut._writer is not None and cut._task is not None
    cut._task.cancel()
    cut._writer.transport.abort()
    assert [topic for topic, _ in await ear.has(1)] == ["will/yes"]
    await cut.close()
    await opened.close()


@pytest.mark.parametrize(
    "said", [b"garbage at the door", framed(Join())[:-1], (LARGEST_FRAME + 1).to_bytes(4, "big"), b"\0\0\0\1\xc1"]
)
async def test_what_is_no_frame_ends_that_connection_and_no_other(door: Door, said: bytes) -> None:
    other, ear = await joined(lambda: SocketBus(door.path), "a")
    _, writer = await asyncio.open_unix_connection(door.path)
    writer.write(said)
    await writer.drain()
    writer.close()
    await other.publish([Out("a", b"x")])
    await ear.has(1)
    await other.close()


# --- MQTT by itself


async def member(broker: Mosquitto, name: str, topics: str = "", said: list[str] | None = None) -> tuple[MqttBus, Ear]:
    bus, ear = MqttBus(broker_at(broker.url), name, (said if said is not None else []).append), Ear()
    will = Out(f"poslab/w/_/presence/{name}", b"{}", keep=True)
    await bus.start(will, lambda: [Out("poslab/w/_/hello", name.encode())])
    if topics:
        await bus.subscribe(topics, ear)
    return bus, ear


async def test_a_killed_broker_is_come_back_to_and_what_was_not_taken_is_said_again(broker: Mosquitto) -> None:
    said: list[str] = []
    listening, ear = await member(broker, "bank", "poslab/w/bank/#", said)
    one, _ = await member(broker, "acquirer")
    await one.publish([Out("poslab/w/bank/issuer/acquirer/switch", b"before")])
    await ear.has(1)
    broker.kill()
    await asyncio.sleep(0.2)
    sending = asyncio.create_task(one.publish([Out("poslab/w/bank/issuer/acquirer/switch", b"during")]))
    await asyncio.sleep(0.3)
    broker.start()
    await asyncio.wait_for(sending, 300)
    while listening.breaks < 1:
        await asyncio.sleep(0.02)
    # A broker that lost its memory has lost what was meant for who was not back yet; the next thing said arrives.
    async with asyncio.timeout(300):
        while not any(payload == b"after" for _, payload in ear.heard):
            await one.publish([Out("poslab/w/bank/issuer/acquirer/switch", b"after")])
            await asyncio.sleep(0.1)
    assert any("no connection" in what for what in said) and any("again" in what for what in said)
    await one.close()
    await listening.close()


async def test_a_broker_says_to_whom_nobody_listens_and_one_who_is_away_does(broker: Mosquitto) -> None:
    one, _ = await member(broker, "acquirer")
    outs = [Out(f"poslab/w/{service}/a/acquirer/b", b"x") for service in ("bank", "people", "bank")]
    assert list(await one.publish(outs)) == outs
    away, _ = await member(broker, "bank", "poslab/w/bank/+/+/+")
    assert list(await one.publish(outs)) == outs[1:2]
    await away.close()
    assert list(await one.publish(outs)) == outs[1:2], "its session is kept, and what is for it waits there"
    again, ear = await member(broker, "bank", "poslab/w/bank/+/+/+")
    await ear.has(2)
    await again.close()
    await one.close()


async def test_who_is_cut_off_leaves_a_will_and_who_leaves_does_not(broker: Mosquitto) -> None:
    watching, ear = await member(broker, "stage", "poslab/w/_/presence/+")
    leaving, _ = await member(broker, "bank")
    await leaving.close()
    cut, _ = await member(broker, "terminal")
    client = cut._client
    assert client is not None
    client._client._sock_close()  # what a kill does to the connection
    assert [topic for topic, _ in await ear.has(1)] == ["poslab/w/_/presence/terminal"]
    await cut.close()
    await watching.close()


async def test_a_broker_that_is_not_there_is_waited_for(broker: Mosquitto) -> None:
    broker.kill()
    said: list[str] = []
    joining = asyncio.create_task(member(broker, "bank", said=said))
    await asyncio.sleep(0.3)
    assert not joining.done() and said and said[0].startswith(f"no connection to mqtt://127.0.0.1:{broker.port}")
    broker.start()
    bus, _ = await asyncio.wait_for(joining, 300)
    await bus.close()


async def test_small_messages_do_not_wait_for_each_other(broker: Mosquitto) -> None:
    """Without TCP_NODELAY a round trip takes two delayed acknowledgements, about 88 ms."""
    there, ear = await member(broker, "bank", "poslab/w/bank/#")
    one, _ = await member(broker, "acquirer")
    taken = []
    for n in range(1, 31):
        began = time.perf_counter()
        await one.publish([Out("poslab/w/bank/issuer/acquirer/switch", b"x" * 200)])
        await ear.has(n)
        taken.append(time.perf_counter() - began)
    assert min(taken) < 0.035, "none of them did without the wait"
    await one.close()
    await there.close()


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "mqtt://x:port", "mqtt://x:99999"])
def test_what_is_no_brokers_address(url: str) -> None:
    with pytest.raises(BadAddress):
        broker_at(url)


def test_a_brokers_address_does_not_show_its_password() -> None:
    broker = broker_at("mqtts://bank:s3cret@broker.example")
    assert (broker.user, broker.password, broker.port, broker.tls) == ("bank", "s3cret", 8883, True)
    assert "s3cret" not in f"{broker} {broker!r} {broker.shown}"


Ours = Exchange | OurMosquitto
"""A broker that we may restart."""


@pytest.fixture(params=["memory", "mqtt"])
async def ours(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ours]:
    if request.param == "memory":
        yield Exchange()
        return
    program = request.getfixturevalue("program")
    broker = OurMosquitto(program("mosquitto"), tmp_path)
    broker.start()
    yield broker
    broker.kill()


class Member:
    """A member of it, who keeps on the bus whether he is there, and what may go wrong at his end."""

    def __init__(self, broker: Ours, name: str) -> None:
        self.bus: Bus = broker.bus(name) if isinstance(broker, Exchange) else MqttBus(broker_at(broker.url), name)
        self.fails: EdgeHandle = broker if isinstance(broker, Exchange) else self.bus.edge  # type: ignore[assignment]
        self.ear = Ear()
        self._name = name

    async def __aenter__(self) -> Self:
        await self.bus.start(Out(self._name, b"gone", keep=True), lambda: [Out(self._name, b"here", keep=True)])
        await self.bus.subscribe("t", self.ear)
        return self

    async def __aexit__(self, *what: object) -> None:
        await self.bus.close()

    async def is_up(self, up: bool) -> None:
        async with asyncio.timeout(300):
            while self.bus.connection.up is not up:
                await asyncio.sleep(0.005)


async def test_what_is_redelivered_is_heard_twice_while_the_fault_lasts(ours: Ours) -> None:
    twice = BrokerRedelivery()
    async with Member(ours, "listener") as listener, Member(ours, "speaker") as speaker:
        twice.begin(listener.fails)
        await speaker.bus.publish([Out("t", b"1"), Out("t", b"2")])
        await listener.ear.has(4)
        twice.end(listener.fails)
        await speaker.bus.publish([Out("t", b"3")])
        assert [payload for _, payload in await listener.ear.has(5)] == [b"1", b"1", b"2", b"2", b"3"]


async def test_somebody_else_under_its_name_throws_a_member_out_until_he_is_gone(ours: Ours) -> None:
    taken, said = SessionTakeover("listener"), Ear()
    async with Member(ours, "listener") as listener, Member(ours, "speaker") as speaker:
        await speaker.bus.subscribe("listener", said)
        assert await said.has(1) == [("listener", b"here")]
        taken.begin(listener.fails)
        await listener.is_up(False)
        assert ("listener", b"gone") in await said.has(2), "the others are told by its will"
        assert listener.bus.connection.breaks
        taken.end(listener.fails)
        await listener.is_up(True)
        await speaker.bus.publish([Out("t", b"again")])
        assert ("t", b"again") in await listener.ear.has(1)
        while said.heard[-1] != ("listener", b"here"):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(("keeps", "kept"), [(EVERYTHING, [("kept", b"1")]), (NOTHING, [])])
async def test_a_broker_of_ours_is_away_and_back_with_what_it_keeps(
    ours: Ours, keeps: str, kept: list[tuple[str, bytes]]
) -> None:
    away, late = BrokerRestart(keeps), Ear()
    async with Member(ours, "listener") as listener, Member(ours, "speaker") as speaker:
        await speaker.bus.publish([Out("kept", b"1", keep=True)])
        away.begin(ours)
        await listener.is_up(False)
        saying = asyncio.create_task(speaker.bus.publish([Out("t", b"said while it was away")]))
        await asyncio.sleep(0)
        assert not saying.done()
        away.end(ours)
        await saying
        assert await listener.ear.has(1) == [("t", b"said while it was away")]
        await listener.bus.subscribe("kept", late)
        await listener.bus.subscribe("speaker", late)
        assert await late.has(len(kept) + 1) == [*kept, ("speaker", b"here")]


async def test_a_broker_that_two_faults_keep_away_is_back_when_both_are_over() -> None:
    exchange, ear = Exchange(), Ear()
    listener, speaker = exchange.bus("listener"), exchange.bus("speaker")
    for bus in (listener, speaker):
        await bus.start()
    await listener.subscribe("t", ear)
    exchange.go_down(keeps_queues=True)
    exchange.go_down(keeps_queues=True)
    exchange.take_session("listener")
    said = asyncio.create_task(speaker.publish([Out("t", b"1", keep=True)]))
    exchange.come_back(EVERYTHING)
    await asyncio.sleep(0)
    assert not speaker.connection.up and not said.done()
    exchange.come_back(EVERYTHING)
    await said
    assert speaker.connection.up and not listener.connection.up, "somebody else has its name still"
    exchange.give_session_back("listener")
    assert await ear.has(1) == [("t", b"1")]


async def test_what_two_faults_say_twice_is_said_twice_until_both_are_over() -> None:
    exchange, ear = Exchange(), Ear()
    bus = exchange.bus()
    await bus.start()
    await bus.subscribe("t", ear)
    exchange.deliver_twice(twice=True)
    exchange.deliver_twice(twice=True)
    exchange.deliver_twice(twice=False)
    await bus.publish([Out("t", b"1")])
    exchange.deliver_twice(twice=False)
    await bus.publish([Out("t", b"2")])
    assert await ear.has(3) == [("t", b"1"), ("t", b"1"), ("t", b"2")]
