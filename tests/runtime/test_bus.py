"""What every bus promises, asked of each of them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from poslab.runtime.buses.bus import LARGEST_BYTES, Bus, Out, fits
from poslab.runtime.buses.memory import Exchange

Make = Callable[[], Bus]


@pytest.fixture(params=["memory"])
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Another member of one and the same bus at each call."""
    exchange = Exchange()
    made: list[Bus] = []

    def another() -> Bus:
        made.append(exchange.bus())
        return made[-1]

    yield another
    for bus in made:
        await bus.close()


class Ear:
    """Hears, and can be waited for."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def __call__(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))

    async def has(self, count: int) -> list[tuple[str, bytes]]:
        async with asyncio.timeout(10):
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
