"""Conducts a live world over its bus: tells, injects, heals, and leads the clock.

The clock runs at the speed that was asked for while anything is going on. Where nothing will happen for a while (nobody
is busy, nothing is on its way, the next reminder is far) it leaps to shortly before the next thing that does.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from poslab.faults.injection import Injection
from poslab.history.truth import Band, Struck, Truth
from poslab.party.contract import Address, Input
from poslab.party.time import Duration, Instant
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.envelope import ANSWER, COMMAND, LINES, PRESENCE, TEMPO, control_topic
from poslab.runtime.live.injections import written
from poslab.runtime.live.inputs import encode
from poslab.runtime.live.orders import Command, Status
from poslab.runtime.live.recorder import Gathered

ROUND_S = 0.01
"""Real seconds between two looks at everybody."""
ASKED_AGAIN_S, ASKED_AT_MOST = 2.0, 30
ROUNDS_OF_SILENCE = 50
LEAP_FROM_S = 0.15
"""A pause that would last longer than this in real time is leapt over …"""
LAND_S = 0.05
"""… to this long before its end."""


class NoAnswer(Exception):
    """A service does not answer: which one."""


class Refused(Exception):
    """A service does not do what it was asked: which one, what, and why."""


class Conductor:
    """One at a world. ``speed_milli`` is the asked speed in thousandths."""

    def __init__(self, bus: Bus, world: str, services: Sequence[str], clock: WorldClock, speed_milli: int) -> None:
        self.gathered = Gathered()
        self.clock = clock
        self._bus = bus
        self._world = world
        self._services = tuple(services)
        self._speed_milli = speed_milli
        self._number = 0
        self._answers: dict[tuple[str, int], asyncio.Future[Status]] = {}
        self.hears_lines: Callable[[bytes], None] | None = None
        self.strikes: dict[Struck, None] = {}
        """Everything that struck, also at services that were killed since."""
        self._injections: dict[str, tuple[Injection, str]] = {}
        self._present: dict[str, bool] = {}
        self._again: set[asyncio.Task[None]] = set()

    async def start(self, at: Instant) -> None:
        """Join, with the clock standing at an instant; returns when every service answers."""
        await self._bus.start()
        await self._bus.subscribe(control_topic(self._world, ANSWER, "+"), self._on_answer)
        await self._bus.subscribe(control_topic(self._world, LINES, "+"), self._on_lines)
        await self._bus.subscribe(control_topic(self._world, PRESENCE, "+"), self._on_presence)
        await self.set_tempo(at, 0)
        await self.statuses()

    async def close(self) -> None:
        """Leave."""
        await self._bus.close()

    async def set_tempo(self, world_at: Instant, speed_milli: int, limit: Instant = -1) -> None:
        """From now on."""
        tempo = self.clock.changed(world_at=world_at, speed_milli=speed_milli, limit=limit)
        self.clock.set(tempo)
        await self._bus.publish([Out(control_topic(self._world, TEMPO), msgspec.json.encode(tempo), keep=True)])

    async def tell(self, service: str, party: Address, given: Input, at: Instant) -> Status:
        """Let a party be told something at an instant."""
        return await self._command(service, "tell", party=party, given=msgspec.Raw(encode(given)), at=at)

    async def inject(self, injection: Injection, seed: str = "") -> None:
        """Let something go wrong, wherever it strikes; ``seed`` is that of its chance."""
        self._injections[injection.id] = (injection, seed)
        told = msgspec.Raw(written(injection))
        await asyncio.gather(*(self._command(service, "inject", given=told, word=seed) for service in self._services))

    async def behave(self, service: str, party: Address, word: str) -> None:
        """Let a person behave in a way; only before the world begins."""
        await self._command(service, "behave", party=party, word=word)

    async def everybody(self, do: str, word: str = "") -> list[Status]:
        """Give every service a command."""
        if do == "heal":
            self._injections.clear()
        return list(await asyncio.gather(*(self._command(service, do, word=word) for service in self._services)))

    async def statuses(self) -> list[Status]:
        """How everybody stands."""
        return await self.everybody("status")

    async def quiet(self, limit: Instant) -> list[Status]:
        """Go on until the clock stands at ``limit`` and everything that is due by then is done."""
        before: tuple[Any, ...] = ()
        unchanged = 0
        await self.set_tempo(self.clock.now(), self._speed_milli, limit)
        while True:
            standing = await self.statuses()
            _raise_if_failed(standing)
            sent = sum(status.sent for status in standing)
            now = (sent, tuple(tuple(status.lines.items()) for status in standing))
            same = now == before and not any(status.busy for status in standing)
            unchanged = unchanged + 1 if same else 0
            # What was lost never arrives: after a while of silence nobody waits for it.
            arrived = sent == sum(status.received for status in standing)
            before = now
            if unchanged >= (1 if arrived else ROUNDS_OF_SILENCE):
                at = self.clock.now()
                ahead = min((status.next_due for status in standing if status.next_due >= 0), default=limit)
                if at >= limit and ahead > limit:
                    return standing
                await self._leap(at, min(ahead, limit), limit)
            await asyncio.sleep(ROUND_S)

    async def _leap(self, at: Instant, ahead: Instant, limit: Instant) -> None:
        if self.clock.real_s(ahead - at) > LEAP_FROM_S:
            land: Duration = int(LAND_S * self._speed_milli * 1_000)
            await self.set_tempo(max(at, ahead - land), self._speed_milli, limit)

    async def _command(self, service: str, do: str, **more: Any) -> Status:
        self._number += 1
        command = Command(self._number, do, **more)
        answer: asyncio.Future[Status] = asyncio.get_running_loop().create_future()
        self._answers[service, self._number] = answer
        out = Out(control_topic(self._world, COMMAND, service), msgspec.json.encode(command))
        try:
            for _ in range(ASKED_AT_MOST):  # one that is restarting hears it later; it carries it out once
                await self._bus.publish([out])
                with suppress(TimeoutError):
                    status = await asyncio.wait_for(asyncio.shield(answer), ASKED_AGAIN_S)
                    if status.refusal:
                        raise Refused(f"the service {service} refuses to {do}: {status.refusal}")
                    return status
            raise NoAnswer(service)
        finally:
            del self._answers[service, command.number]

    def _on_presence(self, topic: str, payload: bytes) -> None:
        """What is wrong with the world outlives a service that was killed: it is told again when it is back."""
        service = topic.rpartition("/")[2]
        present = len(payload) > 2
        if present and self._present.get(service) is False:
            task = asyncio.create_task(self._inject_again(service))
            self._again.add(task)
            task.add_done_callback(self._again.discard)
        self._present[service] = present

    async def _inject_again(self, service: str) -> None:
        struck = {strike.fault for strike in self.strikes}
        for injection, seed in self._injections.values():
            if injection.nth is None or injection.id not in struck:
                await self._command(service, "inject", given=msgspec.Raw(written(injection)), word=seed)

    def _on_answer(self, topic: str, payload: bytes) -> None:
        status = msgspec.json.decode(payload, type=Status)
        if status.truth is not None:
            self.strikes.update(dict.fromkeys(status.truth.strikes))
        answer = self._answers.get((topic.rpartition("/")[2], status.number))
        if answer is not None and not answer.done():
            answer.set_result(status)

    def _on_lines(self, topic: str, payload: bytes) -> None:
        self.gathered.take(payload)
        if self.hears_lines is not None:
            self.hears_lines(payload)


def truth_of(
    standing: Sequence[Status], struck_ever: Sequence[Struck], injected: Sequence[str], optional: Sequence[str]
) -> Truth:
    """What was injected into all of it."""
    strikes = list(struck_ever)
    bands: dict[tuple[str, str], Band] = {}
    for status in standing:
        if status.truth is not None:
            for band in status.truth.bands:
                bands.setdefault((band.fault, band.where), band)
    strikes.sort(key=lambda struck: (struck.at, struck.fault, struck.where))
    struck = {strike.fault for strike in strikes}
    never = tuple(name for name in injected if name not in struck and name not in optional)
    return Truth(tuple(strikes), tuple(bands.values()), never)


def _raise_if_failed(standing: Sequence[Status]) -> None:
    for status in standing:
        if status.failed:
            raise RuntimeError(f"the service {status.service} failed: {status.failed}")
