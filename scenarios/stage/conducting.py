"""Conducts a live world over its bus: tells, injects, heals, and leads the clock.

The clock runs at the speed that was asked for while anything is going on. Where nothing will happen for a while (nobody
is busy, nothing is on its way, the next reminder is far) it leaps to shortly before the next thing that does.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from poslab.faults.injection import Injection
from poslab.history.truth import BROKER, Band, Struck, Truth
from poslab.party.time import Duration, Instant
from poslab.runtime.buses.bus import Bus
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.injections import written
from poslab.runtime.live.orders import Status
from poslab.text import Text
from scenarios.schema.errors import BadInput
from scenarios.stage.asking import Asker, NoAnswer

ROUND_S = 0.01
"""Real seconds between two looks at everybody."""
ROUNDS_OF_SILENCE = 50
LEAP_FROM_S = 0.15
"""A pause that would last longer than this in real time is leapt over …"""
LAND_S = 0.05
"""… to this long before its end."""


class Conductor(Asker):
    """One at a world. ``speed_milli`` is the asked speed in thousandths."""

    def __init__(self, bus: Bus, world: str, services: Sequence[str], clock: WorldClock, speed_milli: int) -> None:
        super().__init__(bus, world, services, clock)
        self.speed_milli = speed_milli
        self._injections: dict[str, tuple[Injection, str]] = {}
        self._again: set[asyncio.Task[None]] = set()
        self._born: dict[str, int] = {}
        self._never_came = 0
        """Messages that left and will not arrive any more: they were lost on the bus, or their count with a process."""

    async def start(self, at: Instant) -> None:
        """Join, with the clock standing at an instant; returns when every service answers.

        ``BadInput`` for a world that has begun: what was said in it before would be judged as well.
        """
        await self.join()
        if any(count for status in await self.statuses() for count in status.lines.values()):
            what = Text(f"世界 {self._world} 已经开始", f"the world {self._world} has begun already")
            remedy = Text("请另起名字，启动一个新的世界", "serve a world of another name, which is a new one")
            raise BadInput("run", 0, "--join", what, remedy)
        await self.set_tempo(at, 0)
        await self.statuses()

    async def inject(self, injection: Injection, seed: str = "") -> None:
        """Let something go wrong, wherever it strikes, also where a service is killed and comes back."""
        self._injections[injection.id] = (injection, seed)
        await super().inject(injection, seed)

    async def everybody(self, do: str, word: str = "", **more: Any) -> list[Status]:
        """Give every service a command."""
        if do == "heal":
            self._injections.clear()
        return await super().everybody(do, word, **more)

    async def quiet(self, limit: Instant) -> list[Status]:
        """Go on until the clock stands at ``limit`` and everything that is due by then is done."""
        before: tuple[Any, ...] = ()
        unchanged = 0
        await self.set_tempo(self.clock.now(), self.speed_milli, limit)
        while True:
            standing = await self.statuses()
            _raise_if_failed(standing)
            sent = sum(status.sent for status in standing)
            now = (sent, tuple(tuple(status.lines.items()) for status in standing))
            same = now == before and not any(status.busy for status in standing)
            unchanged = unchanged + 1 if same else 0
            # What was lost never arrives: after a while of silence nobody waits for it.
            on_its_way = sent - sum(status.received for status in standing)
            if unchanged >= ROUNDS_OF_SILENCE:
                self._never_came = on_its_way
            arrived = on_its_way == self._never_came
            before = now
            if unchanged >= (1 if arrived else ROUNDS_OF_SILENCE):
                at = self.clock.now()
                ahead = min((status.next_due for status in standing if status.next_due >= 0), default=limit + 1)
                if at >= limit and ahead > limit:
                    return standing
                await self._leap(at, min(ahead, limit), limit)
            await asyncio.sleep(ROUND_S)

    async def _leap(self, at: Instant, ahead: Instant, limit: Instant) -> None:
        if self.clock.real_s(ahead - at) > LEAP_FROM_S:
            land: Duration = int(LAND_S * self.speed_milli * 1_000)
            await self.set_tempo(max(at, ahead - land), self.speed_milli, limit)

    def _hear_answer(self, status: Status) -> None:
        """What is wrong with the world outlives a service that was killed: one that kept no journal is told again."""
        super()._hear_answer(status)
        before = self._born.get(status.service)
        self._born[status.service] = status.born
        if before not in (None, status.born):
            task = asyncio.create_task(self._inject_again(status.service))
            self._again.add(task)
            task.add_done_callback(self._again.discard)

    async def _inject_again(self, service: str) -> None:
        with suppress(NoAnswer, ConnectionError):  # it is gone again, or all is over
            status = await self.command(service, "status", word="full")
            known = {fault.id for fault in status.full.faults} if status.full is not None else set()
            struck = {strike.fault for strike in self.strikes}
            for injection, seed in list(self._injections.values()):
                if injection.id not in known and (injection.nth is None or injection.id not in struck):
                    await self.command(service, "inject", given=msgspec.Raw(written(injection)), word=seed)


def truth_of(
    standing: Sequence[Status], struck_ever: Sequence[Struck], injected: Sequence[str], optional: Sequence[str]
) -> Truth:
    """What was injected into all of it."""
    strikes = _once_at_broker(sorted(struck_ever, key=lambda struck: (struck.at, struck.fault, struck.where)))
    struck = {strike.fault: strike.at for strike in strikes}
    told: dict[tuple[str, str], list[Band]] = {}
    for status in standing:
        for band in () if status.truth is None else status.truth.bands:
            told.setdefault((band.fault, band.where), []).append(band)
    bands = tuple(_one_band(same, struck.get(fault, 0)) for (fault, _), same in told.items())
    never = tuple(name for name in injected if name not in struck and name not in optional)
    return Truth(tuple(strikes), bands, never)


def _once_at_broker(strikes: Sequence[Struck]) -> list[Struck]:
    """What several services notice at their ends of the bus struck the broker once."""
    found: list[Struck] = []
    at_broker: set[str] = set()
    for strike in strikes:
        if strike.where == BROKER:
            if strike.fault in at_broker:
                continue
            at_broker.add(strike.fault)
        found.append(strike)
    return found


def _one_band(told: Sequence[Band], last_strike: Instant) -> Band:
    """A fault of links that begin in several services, of which each tells how long it was in force there.

    One that was used up in one of them may have gone on waiting in the others for what never came.
    """
    ends = [band.end for band in told if band.end is not None]
    return msgspec.structs.replace(told[0], end=max(min(ends), last_strike) if ends else None)


def _raise_if_failed(standing: Sequence[Status]) -> None:
    for status in standing:
        if status.failed:
            raise RuntimeError(f"the service {status.service} failed: {status.failed}")
        if status.raised:
            raise RuntimeError(f"a party of the service {status.service} failed over what it heard")
