"""Asks the services of a live world over its bus: gives them commands, hears their answers, lines and presence."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from poslab.faults.injection import Injection
from poslab.history.truth import Struck
from poslab.party.contract import Address, Input
from poslab.party.time import Instant
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.live.clock import Tempo, WorldClock
from poslab.runtime.live.envelope import ANSWER, COMMAND, LINES, PRESENCE, TEMPO, Present, control_topic
from poslab.runtime.live.injections import written
from poslab.runtime.live.inputs import BAD_BYTES, encode
from poslab.runtime.live.orders import Command, Status
from poslab.runtime.live.recorder import Gap, Gathered
from poslab.text import Text, Unusable

ASKED_AGAIN_S, ASKED_AT_MOST = 2.0, 30
_WHEN_KEPT = frozenset(("tell", "inject", "heal", "begin", "end"))
"""What is answered when it is in the journal: while a database is away the service lives, and does it later."""
LINES_WITHIN_S, LINES_ASKED_AT_MOST = 1.0, 4
"""So long nothing comes of what is missing before it is asked for again, and so often that is done."""


Told = TypeVar("Told")


class NoAnswer(Exception):
    """A service does not answer: which one."""


class Refused(Unusable):
    """A service does not do what it was asked: which one, what, and why."""


class Asker:
    """Whoever asks. Any number of them may ask one world at the same time."""

    def __init__(
        self, bus: Bus, world: str, services: Sequence[str], clock: WorldClock, *, asked_at_most: int = ASKED_AT_MOST
    ) -> None:
        self.gathered = Gathered()
        self.refused = 0
        """What came and could not be read."""
        self.clock = clock
        self.hears_lines: Callable[[bytes], None] | None = None
        self.hears_tempo: Callable[[], None] | None = None
        """Told when the clock goes on otherwise, while it keeps time."""
        self.strikes: dict[Struck, None] = {}
        """Everything that struck, also at services that were killed since."""
        self.present: dict[str, dict[Address, bool]] = {}
        """Service → its parties that are up, and whether they take connections; empty for one that is gone."""
        self._tempo_known = asyncio.Event()
        self._bus = bus
        self._world = world
        self.spoken_to = tuple(services)
        """Who is given commands."""
        self._asked_at_most = asked_at_most
        self._number = time.time_ns()  # nobody else who asks this world takes the same
        self._answers: dict[tuple[str, int], asyncio.Future[Status]] = {}
        self._tempo: Out | None = None

    async def join(self) -> None:
        """Hear everybody from now on."""
        await self._bus.start(hello=self._tempo_again)
        for what, hear in ((ANSWER, self._on_answer), (LINES, self._on_lines), (PRESENCE, self._on_presence)):
            await self._bus.subscribe(control_topic(self._world, what, "+"), hear)

    def _tempo_again(self) -> Sequence[Out]:
        """A broker that lost its memory is told the tempo again, by whoever set it."""
        return () if self._tempo is None else (self._tempo,)

    async def keep_time(self) -> None:
        """Let the clock go as the world's does, whoever sets it; returns when it is known."""
        await self._bus.subscribe(control_topic(self._world, TEMPO), self._on_tempo)
        await asyncio.wait_for(self._tempo_known.wait(), ASKED_AGAIN_S * self._asked_at_most)

    async def close(self) -> None:
        """Leave."""
        await self._bus.close()

    async def set_tempo(self, world_at: Instant, speed_milli: int, limit: Instant = -1) -> None:
        """From now on."""
        tempo = self.clock.changed(world_at=world_at, speed_milli=speed_milli, limit=limit)
        self.clock.set(tempo)
        self._tempo = Out(control_topic(self._world, TEMPO), msgspec.json.encode(tempo), keep=True)
        await self._bus.publish([self._tempo])

    async def tell(self, service: str, party: Address, given: Input, at: Instant = -1) -> Status:
        """Let a party be told something at an instant, or now."""
        return await self.command(service, "tell", party=party, given=msgspec.Raw(encode(given)), at=at)

    async def inject(self, injection: Injection, seed: str = "") -> None:
        """Let something go wrong, wherever it strikes; ``seed`` is that of its chance."""
        told = msgspec.Raw(written(injection))
        await asyncio.gather(*(self.command(service, "inject", given=told, word=seed) for service in self.spoken_to))

    async def behave(self, service: str, party: Address, word: str) -> None:
        """Let a person behave in a way; only before the world begins."""
        await self.command(service, "behave", party=party, word=word)

    async def everybody(self, do: str, word: str = "", **more: Any) -> list[Status]:
        """Give every service a command."""
        return list(await asyncio.gather(*(self.command(service, do, word=word, **more) for service in self.spoken_to)))

    async def statuses(self) -> list[Status]:
        """How everybody stands."""
        return await self.everybody("status")

    async def again(self, wanted: Mapping[Address, int]) -> None:
        """Have lines said once more, of these parties from a number on; of everybody where none is named."""
        await self.everybody("again", given=msgspec.Raw(msgspec.json.encode(dict(wanted))))

    async def lines_until(self, owed: Mapping[Address, int]) -> list[Gap]:
        """Gather every line up to these numbers, and ask again for what does not come. Answers what is lost."""
        asked, waited = 0, 0.0
        before = missing = self.gathered.gaps(owed)
        while missing:
            if waited >= LINES_WITHIN_S:
                if asked == LINES_ASKED_AT_MOST:
                    return self.gathered.give_up(owed)
                await self.again(missing)
                asked, waited = asked + 1, 0.0
            await asyncio.sleep(0.01)
            waited += 0.01
            before, missing = missing, self.gathered.gaps(owed)
            if missing != before:
                asked, waited = 0, 0.0
        return []

    async def command(self, service: str, do: str, **more: Any) -> Status:
        """Give a command, again and again until it is answered; ``Refused`` if it cannot be carried out."""
        self._number += 1
        command = Command(self._number, do, **more)
        answer: asyncio.Future[Status] = asyncio.get_running_loop().create_future()
        self._answers[service, self._number] = answer
        out = Out(control_topic(self._world, COMMAND, service), msgspec.json.encode(command))
        asked_at_most = ASKED_AT_MOST if do in _WHEN_KEPT else self._asked_at_most
        try:
            for _ in range(asked_at_most):  # one that is restarting hears it later; it carries it out once
                await self._bus.publish([out])
                with suppress(TimeoutError):
                    status = await asyncio.wait_for(asyncio.shield(answer), ASKED_AGAIN_S)
                    if status.refusal:
                        raise Refused(
                            Text(
                                f"服务 {service} 拒绝 {do}：{status.refusal}",
                                f"the service {service} refuses to {do}: {status.refusal}",
                            )
                        )
                    return status
            raise NoAnswer(service)
        finally:
            del self._answers[service, command.number]

    def _on_tempo(self, topic: str, payload: bytes) -> None:
        tempo = self._read(payload, Tempo)
        if tempo is not None:
            self.clock.set(tempo)
            if self._tempo is not None:  # whoever has ever set it says again what holds now
                self._tempo = Out(topic, payload, keep=True)
            self._tempo_known.set()
            if self.hears_tempo is not None:
                self.hears_tempo()

    def _on_presence(self, topic: str, payload: bytes) -> None:
        present = self._read(payload or b"{}", Present)
        if present is not None:
            self.present[topic.rpartition("/")[2]] = present.up

    def _on_answer(self, topic: str, payload: bytes) -> None:
        status = self._read(payload, Status)
        if status is not None and status.service == topic.rpartition("/")[2]:
            self._hear_answer(status)

    def _hear_answer(self, status: Status) -> None:
        if status.truth is not None:
            self.strikes.update(dict.fromkeys(status.truth.strikes))
        answer = self._answers.get((status.service, status.number))
        if answer is not None and not answer.done():
            answer.set_result(status)

    def _read(self, payload: bytes, kind: type[Told]) -> Told | None:
        """What came, or nothing where it is not what it should be: whoever says that is not listened to."""
        try:
            return msgspec.json.decode(payload, type=kind)
        except BAD_BYTES:
            self.refused += 1
            return None

    def _on_lines(self, topic: str, payload: bytes) -> None:
        self.gathered.take(payload)
        if self.hears_lines is not None:
            self.hears_lines(payload)
