"""What a service says goes out in few pieces, in order, and a piece is read message by message."""

import asyncio
from collections.abc import Sequence

import msgspec

from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.envelope import (
    LINES,
    VERSION,
    Envelope,
    Posted,
    Said,
    control_topic,
    message_topic,
    parcel_topic,
)
from poslab.runtime.live.outbox import Outbox
from poslab.world.presets import corner_shop
from scenarios.stage.homes import ACQUIRER
from scenarios.stage.live import service_of


class Slow:
    """A bus that takes everything when it is told to."""

    def __init__(self) -> None:
        self.taken: list[list[Out]] = []
        self.ready = asyncio.Event()

    async def publish(self, outs: Sequence[Out]) -> None:
        await self.ready.wait()
        self.taken.append(list(outs))


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
