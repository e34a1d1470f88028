"""Keeps a live world up: all its services in one process, its clock, its customers, and its door for others.

The world's clock goes on from the latest instant that its journals know; while the world is down no time passes.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from poslab.party.facts import Started
from poslab.party.time import HOUR, Instant, midnight
from poslab.runtime.buses.bus import Bus
from poslab.runtime.buses.door import Door
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.journal import BadJournal, Journal
from poslab.runtime.live.broker_seat import NAME as BROKER
from poslab.runtime.live.broker_seat import BrokerSeat, is_account
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.logs import Log
from poslab.runtime.live.service import Service
from poslab.world.world import World
from scenarios.stage.asking import Asker
from scenarios.stage.customers import Customers
from scenarios.stage.homes import SERVICES, homes
from scenarios.stage.live import service_of
from scenarios.stage.serving import digest_of, raise_if_failed, started
from scenarios.stage.whereabouts import Where

OPENS: Final = 9 * HOUR
"""At this time of its first working day a new world begins."""
_AHEAD: Final = 2 * HOUR
_MANY_CUSTOMERS: Final = 2_000
_LOOK_S: Final = 0.05
CLOCK: Final = "clock"
"""In a world's folder: what its clock showed lately."""
FAULTS: Final = "broker-faults.json"
"""Likewise: how the faults of its broker stand."""
_NOTED_EVERY_S: Final = 0.5
_PRESENCE_WITHIN_S: Final = 0.3

Said = Callable[[str], None]


class InUse(Exception):
    """Somebody serves this world already: where."""


class Wanted(Struct, frozen=True):
    """What is to be kept up. ``bus`` makes a member of a broker's bus; ``None``: a bus in memory, with a door."""

    world: World
    called: str
    folder: Path
    speed: int
    customers: int
    seed: str
    bus: Callable[[str], Bus] | None
    journal: Callable[[str], Journal]
    mqtt: str = ""
    log: Log | None = None


async def keep_up(wanted: Wanted, ready: Callable[[Where], None], said: Said) -> int:
    """Until SIGTERM or Ctrl-C, whose number is answered; ``ready`` is called when everything serves."""
    upkeep = _Upkeep(wanted, said)
    return await upkeep.run(ready)


class _Upkeep:
    def __init__(self, wanted: Wanted, said: Said) -> None:
        self._wanted = wanted
        self._said = said
        self._exchange = Exchange()
        self._door: Door | None = None
        self._stopping = asyncio.Event()
        self._stopped_by = 0
        self._services: list[Service] = []
        self._broker: BrokerSeat | None = None
        self._asker = Asker(self._bus(f"keeper-{os.getpid()}"), wanted.called, self._spoken_to(), WorldClock())
        self._customers = Customers(wanted.world, wanted.customers, wanted.seed)
        self._next_hour: Instant = 0
        self._noted_at = 0.0
        self._coming: asyncio.Task[None] | None = None

    def _spoken_to(self) -> tuple[str, ...]:
        return SERVICES if self._wanted.bus is not None else (*SERVICES, BROKER)

    def _bus(self, name: str) -> Bus:
        return self._exchange.bus(name) if self._wanted.bus is None else self._wanted.bus(name)

    async def run(self, ready: Callable[[Where], None]) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        try:
            await started(self._open(), self._stopping)
            if not self._stopping.is_set():
                ready(self._where())
            while not self._stopping.is_set():
                self._raise_if_failed()
                if self._coming is None or self._coming.done():
                    if self._coming is not None:
                        self._coming.result()
                    self._coming = asyncio.create_task(self._let_come())
                self._note_clock_now_and_then()
                try:
                    await asyncio.wait_for(self._stopping.wait(), _LOOK_S)
                except TimeoutError:
                    continue
        finally:
            if self._coming is not None:  # it may wait for somebody who answers no more
                self._coming.cancel()
                await asyncio.gather(self._coming, return_exceptions=True)
            await self._close()
        return self._stopped_by

    def _stop(self, number: int) -> None:
        self._stopped_by = number
        self._stopping.set()

    async def _open(self) -> str:
        wanted = self._wanted
        await self._asker.join()
        if wanted.bus is not None:
            await asyncio.sleep(_PRESENCE_WITHIN_S)
            if any(self._asker.present.values()):
                raise InUse(wanted.mqtt)
        await self._asker.set_tempo(0, 0)
        fresh: list[str] = []
        for name in SERVICES:
            service = service_of(
                name,
                wanted.world,
                wanted.called,
                self._bus(name),
                wanted.journal(name),
                log=wanted.log,
                wire=wanted.bus is not None,
            )
            self._services.append(service)
            told = await service.start()
            if told:
                self._said(f"{name}: {told}")
            else:
                fresh.append(name)
        if wanted.bus is None:
            self._door = Door(self._exchange, wanted.folder)
            await self._door.open()
        begins = midnight(wanted.world.calendar.first_day) + OPENS
        at = max(begins, self._clock_before(), *(service.floor.now for service in self._services))
        await self._asker.set_tempo(at, 0)
        for address, home in homes(wanted.world).items():
            if home in fresh:
                await self._asker.tell(home, address, Started(), at)
        self._next_hour = at // HOUR * HOUR
        await self._asker.keep_time()
        await self._let_come(after=at)
        await self._asker.set_tempo(at, wanted.speed * 1_000)
        self._asker.hears_tempo = self._note_clock
        if wanted.bus is None:  # it may be that nobody can be told anything from now on
            kept = b"" if len(fresh) == len(SERVICES) else self._faults_before()
            bus = self._exchange.bus(BROKER)
            self._broker = BrokerSeat(self._exchange, bus, wanted.called, kept=kept, keep=self._note_faults)
            await self._broker.start()
        return ""

    async def _let_come(self, after: Instant = -1) -> None:
        """Tell the cashiers of everybody who comes in the next hours."""
        if not self._wanted.customers:
            return
        now = self._asker.clock.now()
        ahead = max(_AHEAD, min(26 * HOUR, _MANY_CUSTOMERS // self._wanted.customers * HOUR))
        while self._next_hour < now + ahead:
            home = homes(self._wanted.world)
            for at, cashier, given in self._customers.of_hour(self._next_hour):
                if at > max(after, now):
                    await self._asker.tell(home[cashier], cashier, given, at)
            self._next_hour += HOUR

    def _clock_before(self) -> Instant:
        """What the clock showed last: nothing may have happened for long before it was killed."""
        try:
            return int((self._wanted.folder / CLOCK).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def _faults_before(self) -> bytes:
        """How the faults of the broker stood last; nothing where nobody can say."""
        try:
            kept = (self._wanted.folder / FAULTS).read_bytes()
        except OSError:
            return b""
        if not kept or is_account(kept):
            return kept
        self._said(f"{BROKER}: {FAULTS} is damaged, or of another version: what was wrong with the broker is forgotten")
        return b""

    def _note_clock_now_and_then(self) -> None:
        if time.monotonic() >= self._noted_at + _NOTED_EVERY_S:
            self._note_clock()

    def _note_clock(self) -> None:
        """Keep what the clock shows; whoever has led it on to an instant finds it there again, also after a kill."""
        self._noted_at = time.monotonic()
        self._note(CLOCK, str(self._asker.clock.now()).encode())

    def _note_faults(self, account: bytes) -> None:
        """Keep how the faults of the broker stand."""
        self._note(FAULTS, account)

    def _note(self, name: str, what: bytes) -> None:
        beside = self._wanted.folder / f".{name}"
        with suppress(OSError):  # a full disk is for the journals to complain of
            beside.write_bytes(what)
            beside.replace(self._wanted.folder / name)

    def _raise_if_failed(self) -> None:
        for service in self._services:
            raise_if_failed(service)

    def _where(self) -> Where:
        wanted = self._wanted
        return Where(
            world=wanted.called,
            digest=digest_of(wanted.world),
            bus="memory" if wanted.bus is None else "mqtt",
            socket="" if self._door is None else str(self._door.path.absolute()),
            mqtt=wanted.mqtt,
            journals={service.name: _kept_at(service.journal) for service in self._services},
            folder=str(wanted.folder.absolute()),
            speed=wanted.speed,
            customers=wanted.customers,
            seed=wanted.seed,
            pid=os.getpid(),
        )

    async def _close(self) -> None:
        if self._door is not None:
            await self._door.close()
        if self._broker is not None:
            await self._broker.stop()
        begun = [service for service in self._services if service.begun]
        if begun and not any(service.failure or service.is_second for service in begun):
            await self._asker.set_tempo(self._asker.clock.now(), 0)
        unkept: BadJournal | None = None
        for service in self._services:
            try:
                await (service.stop() if service.begun else service.journal.close())
            except BadJournal as wrong:  # the others leave all the same
                unkept = unkept or wrong
        await self._asker.close()
        if unkept is not None:
            raise unkept


def _kept_at(journal: Journal) -> str:
    path = getattr(journal, "path", None)
    return str(getattr(journal, "where", "")) if path is None else str(path.absolute())
