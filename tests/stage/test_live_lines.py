"""Lines of a live history that do not come are asked for again; what never comes leaves no evidence."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import pytest

from poslab.runtime.buses.bus import Bus, Hear
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.envelope import Said
from poslab.runtime.live.recent import Recent, in_pieces
from scenarios.schema.load import load
from scenarios.stage import asking
from scenarios.stage.homes import SERVICES
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import conducted, service_of

Loses = Callable[[Said], bool]


class Deaf:
    """A member of a bus that does not hear some lines of the history."""

    def __init__(self, bus: Bus, loses: Loses) -> None:
        self._bus = bus
        self._loses = loses
        self.start, self.publish, self.close = bus.start, bus.publish, bus.close

    async def subscribe(self, topics: str, hear: Hear) -> None:
        def heard(topic: str, payload: bytes) -> None:
            if "/lines/" in topic:
                lines = msgspec.json.decode(payload, type=list[Said])
                payload = msgspec.json.encode([line for line in lines if not self._loses(line)])
            hear(topic, payload)

        await self._bus.subscribe(topics, heard)


async def played(loses: Loses) -> Played:
    judging = Judging(load("net-response-lost"))
    exchange = Exchange()
    world = judging.scenario.world
    services = [service_of(name, world, "w", exchange.bus(), MemoryJournal()) for name in SERVICES]
    for service in services:
        await service.start()
    try:
        return await conducted(judging, Deaf(exchange.bus(), loses), "w", 60)
    finally:
        for service in services:
            await service.stop()


def test_what_did_not_come_is_asked_for_again() -> None:
    lost: list[int] = []

    def once(line: Said) -> bool:
        if line.party == "host" and line.n in (4, 5) and lost.count(line.n) == 0:
            lost.append(line.n)
            return True
        return False

    result = asyncio.run(played(once)).result
    assert lost == [4, 5]
    assert (result.verdict, result.purchases[0].end.truth) == ("pass", "M1")


def test_what_never_comes_leaves_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LINES_WITHIN_S", 0.1)
    result = asyncio.run(played(lambda line: line.party == "issuer" and line.n in (1, 2, 3))).result
    assert {check.verdict for check in result.invariants} == {"no evidence"}
    assert result.verdict == "invalid"
    assert result.reason.en == "lines of the history are missing (issuer 1-3), so it proves nothing"


def said(party: str, n: int, size: int = 2) -> Said:
    return Said(party, n, 0, msgspec.Raw(b"[]"), None, msgspec.Raw(b"[" + b" " * (size - 2) + b"]"))


def numbers(lines: Sequence[Said]) -> list[tuple[str, int]]:
    return [(line.party, line.n) for line in lines]


def test_a_service_remembers_its_last_lines_and_no_more() -> None:
    recent = Recent(most=3)
    recent.add([said("host", 1), said("host", 2), said("switch", 1), said("host", 3)])
    assert numbers(recent.since({})) == [("host", 2), ("switch", 1), ("host", 3)]
    assert numbers(recent.since({"host": 3, "rail": 1})) == [("host", 3)]


def test_however_many_it_was_told_it_remembers_the_last_ones_word_for_word() -> None:
    recent, told = Recent(most=1_000), [said("host", n, n % 900) for n in range(5_000)]
    asked: list[list[Said]] = []
    for first in range(0, len(told), 7):
        recent.add(told[first : first + 7])
        if first % 700 == 0:
            asked.append(recent.since({}))
    assert asked == [told[: first + 7][-1_000:] for first in range(0, len(told), 700)], "whatever came after them"
    recent.add(told)
    assert recent.since({}) == told[-1_000:]


def test_lines_are_said_in_pieces_that_a_bus_takes() -> None:
    small, large = [said("host", n) for n in range(600)], [said("host", n, 200_000) for n in range(5)]
    assert [len(piece) for piece in in_pieces(small)] == [256, 256, 88]
    assert [len(piece) for piece in in_pieces(large)] == [1, 1, 1, 1, 1]
    assert list(in_pieces([])) == []
