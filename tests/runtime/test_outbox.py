"""What a service says goes out in few pieces, in order, and a piece is read message by message.

What nobody listened to is said again to whoever is there, and to nobody else.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from brokers import Mosquitto

from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.envelope import (
    LINES,
    VERSION,
    Envelope,
    Posted,
    Said,
    control_topic,
    inbox_of,
    message_topic,
    parcel_topic,
)
from poslab.runtime.live.holding import MOST_TRIES, Holding, Piece
from poslab.runtime.live.outbox import Outbox
from poslab.world.presets import corner_shop
from scenarios.stage.homes import ACQUIRER
from scenarios.stage.live import service_of


class Slow:
    """A bus that takes everything when it is told to."""

    def __init__(self) -> None:
        self.taken: list[list[Out]] = []
        self.ready = asyncio.Event()

    async def publish(self, outs: Sequence[Out]) -> Sequence[Out]:
        await self.ready.wait()
        self.taken.append(list(outs))
        return ()


def posted(line: int, to: str = "host", sender: str = "T1", said: bytes = b"{}") -> Posted:
    return Posted(to, sender, Envelope(VERSION, line, 0, 0, 1, 0, False, msgspec.Raw(said)))


def lines_of(out: Out) -> list[int]:
    if out.topic == parcel_topic("w", "acquirer", "terminal"):
        return [one.envelope.line for one in msgspec.json.decode(out.payload, type=list[Posted])]
    return [msgspec.json.decode(out.payload, type=Envelope).line]


async def said(*entries: tuple[str, Posted | Out | Said]) -> tuple[list[Out], int]:
    bus = Slow()
    outbox = Outbox(bus, "w", "terminal", lambda: None)  # type: ignore[arg-type]
    for seq, (service, what) in enumerate(entries, start=1):
        if isinstance(what, Posted):
            outbox.post(seq, service, what)
        elif isinstance(what, Said):
            outbox.say(seq, [what])
        else:
            outbox.put(seq, what)
    bus.ready.set()
    await outbox.publish(lambda: True)
    return [out for outs in bus.taken for out in outs], outbox.confirmed


async def test_messages_for_one_service_go_together_in_order() -> None:
    outs, confirmed = await said(("acquirer", posted(1)), ("people", posted(2, "cashier")), ("acquirer", posted(3)))
    assert {out.topic for out in outs} == {
        parcel_topic("w", "acquirer", "terminal"), message_topic("w", "people", "cashier", "terminal", "T1"),
    }  # fmt: skip
    assert [lines_of(out) for out in outs] == [[1, 3], [2]]
    assert confirmed == 3


async def test_nothing_overtakes_what_is_kept() -> None:
    outs, _ = await said(("acquirer", posted(1)), ("", Out("gone", b"", keep=True)), ("acquirer", posted(2)))
    assert [out.topic == "gone" for out in outs] == [False, True, False]


async def test_an_answer_overtakes_none_of_the_lines_before_it() -> None:
    line = Said("T1", 1, 0, msgspec.Raw(b"[]"), None, msgspec.Raw(b"[]"))
    outs, _ = await said(("", line), ("", line), ("", Out("answer", b"{}")), ("", line))
    lines = control_topic("w", LINES, "terminal")
    assert [out.topic for out in outs] == [lines, "answer", lines]


async def test_a_parcel_is_never_larger_than_a_bus_takes() -> None:
    outs, _ = await said(*(("acquirer", posted(n, said=b'"' + b"x" * 100_000 + b'"')) for n in range(20)))
    assert [n for out in outs for n in lines_of(out)] == list(range(20))
    assert max(len(out.payload) for out in outs) < 300_000


async def test_a_bus_that_takes_nothing_costs_no_more_than_so_much_and_what_is_lost_is_counted() -> None:
    bus = Slow()
    outbox = Outbox(bus, "w", "terminal", lambda: None, most=10)  # type: ignore[arg-type]
    task = asyncio.create_task(outbox.publish(lambda: True))
    line = Said("T1", 1, 0, msgspec.Raw(b"[]"), None, msgspec.Raw(b"[]"))
    for seq in range(1, 1_001):
        outbox.post(seq, "acquirer", posted(seq))
        outbox.say(seq, [line, line])
    assert (len(outbox), outbox.lost) == (10, 2_990)
    outbox.put(1_001, Out("presence", b"{}", keep=True))  # who is here is always said
    bus.ready.set()
    await task
    outs = [out for taken in bus.taken for out in taken]
    assert "presence" in [out.topic for out in outs]
    outbox.post(1_002, "acquirer", posted(1_002))
    await outbox.publish(lambda: True)
    assert (len(outbox), outbox.lost, outbox.confirmed) == (0, 2_990, 1_002)


async def test_who_sits_elsewhere_is_not_spoken_for_in_a_parcel() -> None:
    exchange, world = Exchange(), corner_shop()
    service = service_of(ACQUIRER, world, "w", exchange.bus(), MemoryJournal())
    await service.start()
    told = b'["Started"]'
    bus = exchange.bus()
    await bus.start()
    parcel = [posted(1, said=told), posted(2, sender="issuer", said=told), posted(3, to="T1", said=told)]
    await bus.publish([Out(parcel_topic("w", ACQUIRER, "terminal"), msgspec.json.encode(parcel))])
    await bus.publish([Out(parcel_topic("w", ACQUIRER, "terminal"), b"[[1]]")])
    await asyncio.sleep(0.1)
    status = service.status(1)
    await service.stop()
    assert (status.received, status.refused) == (1, 3)


# --- what nobody listened to


class Deaf:
    """A bus that says to whom nobody listens, and carries the rest."""

    def __init__(self, *deaf: str) -> None:
        self.deaf = set(deaf)
        self.heard: list[Out] = []
        self.dropped = 0

    async def publish(self, outs: Sequence[Out]) -> Sequence[Out]:
        dropped = [out for out in outs if out.topic.split("/")[2] in self.deaf]
        self.heard += [out for out in outs if out not in dropped]
        self.dropped += len(dropped)
        return dropped

    def lines(self) -> list[int]:
        return [n for out in self.heard if out.topic.split("/")[2] == "acquirer" for n in lines_of(out)]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(300):
        while not true():
            await asyncio.sleep(0.001)


async def test_what_is_said_before_the_other_listens_again_is_held_and_said_in_order() -> None:
    bus, emptied = Deaf("acquirer"), asyncio.Event()
    outbox = Outbox(bus, "w", "terminal", emptied.set, {"acquirer"}.__contains__)  # type: ignore[arg-type]
    publishing = asyncio.create_task(outbox.publish(lambda: True))
    outbox.post(1, "acquirer", posted(1))
    await until(lambda: bus.dropped > 2)
    outbox.post(2, "acquirer", posted(2))
    outbox.post(2, "people", posted(2, "cashier"))
    outbox.post(3, "acquirer", posted(3))
    await until(lambda: bool(bus.heard))
    assert [out.topic.split("/")[2] for out in bus.heard] == ["people"], "others do not wait for it"
    assert (len(outbox), outbox.confirmed) == (3, 0), "who dies now has to say it after its restart"
    assert not emptied.is_set() and not publishing.done()
    bus.deaf.clear()
    await asyncio.wait_for(publishing, 300)
    assert bus.lines() == [1, 2, 3]
    assert (len(outbox), outbox.confirmed, outbox.lost) == (0, 3, 0)
    assert emptied.is_set()


async def test_nothing_is_held_for_one_who_is_not_there_nor_for_nobody_in_particular() -> None:
    bus = Deaf("acquirer", "_")
    outbox = Outbox(bus, "w", "terminal", lambda: None, {"_", ""}.__contains__)  # type: ignore[arg-type]
    outbox.post(1, "acquirer", posted(1))
    outbox.say(2, [Said("T1", 1, 0, msgspec.Raw(b"[]"), None, msgspec.Raw(b"[]"))])
    outbox.put(3, Out(control_topic("w", "presence", "terminal"), b"{}", keep=True))
    await asyncio.wait_for(outbox.publish(lambda: True), 300)
    assert (bus.dropped, bus.heard, outbox.confirmed) == (3, [], 3)


async def test_what_is_held_for_one_who_goes_is_let_go() -> None:
    bus, there = Deaf("acquirer"), {"acquirer"}
    outbox = Outbox(bus, "w", "terminal", lambda: None, there.__contains__)  # type: ignore[arg-type]
    publishing = asyncio.create_task(outbox.publish(lambda: True))
    outbox.post(1, "acquirer", posted(1))
    await until(lambda: bus.dropped > 2)
    there.clear()
    await asyncio.wait_for(publishing, 300)
    assert (len(outbox), outbox.confirmed, bus.heard) == (0, 1, [])


async def test_what_is_held_takes_the_room_of_what_waits() -> None:
    bus = Deaf("acquirer")
    outbox = Outbox(bus, "w", "terminal", lambda: None, {"acquirer"}.__contains__, most=10)  # type: ignore[arg-type]
    publishing = asyncio.create_task(outbox.publish(lambda: True))
    for seq in range(1, 31):
        outbox.post(seq, "acquirer", posted(seq))
        await asyncio.sleep(0.002)
    assert (len(outbox), outbox.lost) == (10, 20)
    bus.deaf.clear()
    await asyncio.wait_for(publishing, 300)
    assert bus.lines() == list(range(1, 11))


async def test_one_who_never_listens_is_given_up_and_what_was_for_him_is_counted() -> None:
    holding = Holding(lambda service: True)
    holding.unheard(Piece(Out("t", b"1"), "acquirer", 2))
    assert holding.behind(Piece(Out("t", b"2"), "acquirer", 1))
    for _ in range(MOST_TRIES):
        assert len(holding) == 3
        holding.still_unheard("acquirer")
    assert (len(holding), holding.lost, holding.wait_s()) == (0, 3, None)


async def test_over_a_broker_that_knows_nobody_yet_it_is_heard_by_whoever_subscribes_then(
    program: Callable[[str], Path], tmp_path: Path
) -> None:
    broker = Mosquitto(program("mosquitto"), tmp_path)
    broker.start()
    heard: list[int] = []
    bus, there = MqttBus(broker_at(broker.url), "terminal"), MqttBus(broker_at(broker.url), "acquirer")
    await bus.start()
    outbox = Outbox(bus, "w", "terminal", lambda: None, {"acquirer"}.__contains__)
    publishing = asyncio.create_task(outbox.publish(lambda: True))
    outbox.post(1, "acquirer", posted(1))
    await asyncio.sleep(0.1)
    outbox.post(2, "acquirer", posted(2))
    await there.start()
    await asyncio.sleep(0.1)
    assert len(outbox) == 2, "it is connected, and does not listen yet"
    await there.subscribe(inbox_of("w", "acquirer"), lambda topic, said: heard.extend(lines_of(Out(topic, said))))
    await asyncio.wait_for(publishing, 300)
    await until(lambda: len(heard) == 2)
    assert heard == [1, 2]
    for each in (bus, there):
        await each.close()
    broker.kill()
