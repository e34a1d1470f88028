"""Random scenarios over a bus that duplicates and re-orders: receivers absorb it by their business keys."""

import asyncio
import os
from collections.abc import Sequence

import msgspec
import pytest
from storms import drawn, wrong

from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.buses.memory import Exchange, MemoryBus
from poslab.runtime.chance import Chance
from poslab.runtime.live.envelope import Envelope, Posted, message_topic
from scenarios.schema.story import Scenario
from scenarios.stage.live import play_live
from scenarios.stage.margin import LEAST_GAP, smallest_gap

AGAIN_PPM, LATE_PPM = 250_000, 250_000
LATE_S = 0.02
MOST = 6 if os.environ.get("POSLAB_LIVE") == "all" else 1


class Unruly(MemoryBus):
    """Some messages come twice, now under the same name and now under another one; some are overtaken by all others.

    What happens to a message follows from the seed and the message.
    """

    chance = Chance("1")
    again = late = 0

    async def publish(self, outs: Sequence[Out]) -> Sequence[Out]:
        now: list[Out] = []
        for out in outs:
            for one in _single(out):
                if one.topic.split("/")[2] != "_":
                    now += self._struck(one)
                else:
                    now.append(one)
        return await super().publish(now)

    def _struck(self, out: Out) -> list[Out]:
        kind = type(self)
        envelope = msgspec.json.decode(out.payload, type=Envelope)
        which = (out.topic, f"{envelope.line}", f"{envelope.effect}", 1, envelope.copy)
        twice = [out]
        if kind.chance.happens(AGAIN_PPM, "again", *which):
            kind.again += 1
            if envelope.line % 2:
                copied = msgspec.structs.replace(envelope, copy=envelope.copy + 1_000)
                twice.append(Out(out.topic, msgspec.json.encode(copied)))
            else:
                twice.append(out)
        if not kind.chance.happens(LATE_PPM, "late", *which):
            return twice
        kind.late += 1
        first, *rest = twice
        asyncio.get_running_loop().call_later(LATE_S, self._exchange.carry, first)
        return rest


def _single(out: Out) -> list[Out]:
    _, world, service, to, sender, _ = [*out.topic.split("/"), "", ""][:6]
    if to != "_" or service == "_":
        return [out]
    parcel = msgspec.json.decode(out.payload, type=list[Posted])
    return [
        Out(message_topic(world, service, one.to, sender, one.sender), msgspec.json.encode(one.envelope))
        for one in parcel
    ]


def apart(seed: str) -> bool:
    return smallest_gap(drawn(seed)) >= LEAST_GAP


SEEDS = [seed for seed in (f"unruly-{n}" for n in range(20)) if apart(seed)][:MOST]


def scenario_of(seed: str) -> Scenario:
    return drawn(seed, most_purchases=3, most_faults=2)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bus_that_says_things_twice_and_late_breaks_nothing(seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Unruly, "chance", Chance(seed))
    monkeypatch.setattr(Unruly, "again", 0)
    monkeypatch.setattr(Unruly, "late", 0)
    exchange = Exchange()

    def bus(name: str) -> Bus:
        return Unruly(exchange)

    played = play_live(scenario_of(seed), seed=seed, buses=bus)
    assert wrong(played) == []
    assert Unruly.again and Unruly.late
