"""One service: some parties of a world as one process's worth of asyncio.

inbox → journal (durable) → party → effects → bus. A party is told nothing that is not in the journal; what it says goes
out after that. So whoever replays the journal has the very state that was lost, and can say again what the bus had
not taken yet, under the same names, by which receivers recognise it.

Here the pieces are put together, begin and end. What is told stands in ``telling``, what is obeyed on command in
``obeying``, what is replayed at the start in ``recovery``, who is there in ``presence``.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from poslab.faults.injection import Injection
from poslab.party.contract import Address, Input, Party
from poslab.party.time import Instant
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.journals.journal import Journal, Name, Snapshot
from poslab.runtime.live.clock import Tempo, WorldClock
from poslab.runtime.live.envelope import (
    ANSWER,
    COMMAND,
    PRESENCE,
    TEMPO,
    VERSION,
    Envelope,
    Posted,
    control_topic,
    inbox_of,
)
from poslab.runtime.live.floor import Floor, Wakes
from poslab.runtime.live.frames import Frame, WireOf
from poslab.runtime.live.inbox import Inbox
from poslab.runtime.live.inputs import BAD_BYTES, decoder_of, encode, owner_of
from poslab.runtime.live.keeping import Keeping
from poslab.runtime.live.lags import Lags
from poslab.runtime.live.lines import Lines
from poslab.runtime.live.logs import Log
from poslab.runtime.live.obeying import Obeying
from poslab.runtime.live.orders import Status
from poslab.runtime.live.outbox import Outbox
from poslab.runtime.live.presence import Presence, is_served
from poslab.runtime.live.recovery import Recovery
from poslab.runtime.live.standing import Progress
from poslab.runtime.live.telling import MOST_AT_ONCE, Telling
from poslab.runtime.live.timers import Event
from poslab.runtime.seats import Link, LinkSpec, Seat

_MOST_WAITING = 100_000
"""So many inputs may wait; what comes beyond that is lost as on a bad link, and counted."""
_LONGEST_SLEEP_S = 60.0
_LONGEST_WHY = 300
"""Characters that are kept of why something was refused."""


class Service:
    """Some parties of a world. ``homes`` says in which service every party sits; links are those whose sender is here.

    ``recast`` makes a newborn party that behaves as a word says (empty: as ever); ``wakes`` gives what a party is told
    when its process died and when it is back; ``wire`` makes bytes of what goes on some links; ``greets`` is said at
    every new connection, with who is there.
    """

    def __init__(
        self,
        name: str,
        world: str,
        parties: Mapping[Address, Party],
        links: Iterable[LinkSpec],
        homes: Mapping[Address, str],
        *,
        bus: Bus,
        journal: Journal,
        clock: WorldClock,
        seed: str = "1",
        injections: Sequence[Injection] = (),
        wakes: Wakes | None = None,
        recast: Callable[[Address, str], Party] | None = None,
        log: Log | None = None,
        wire: WireOf | None = None,
        greets: Sequence[Out] = (),
    ) -> None:
        self.name = name
        self.world = world
        self.homes = homes
        self.bus = bus
        self.journal = journal
        self.clock = clock
        self.lags = Lags()
        self.progress = Progress(parties)
        self.failed = ""
        self.failure: Exception | None = None
        """Why it can go on no more."""
        self._log = log
        self._greets = greets
        self.floor = Floor(
            parties,
            links,
            [address for address in homes if address not in parties],
            clock=clock,
            seed=seed,
            wakes=wakes or {},
            fresh=self._fresh,
            carry=self._carry,
            noticed=self._tell_presence,
            stir=self._stir_up,
            wire=wire,
            service=name,
            edge=bus.edge,
        )
        self._injections = injections
        self._recast = recast
        decode = {address: decoder_of(owner_of(party)) for address, party in parties.items()}
        self._inbox = Inbox(homes, self.floor, decode, arrive=self._arrive, refuse=self._refuse)
        self.born = time.time_ns()
        self._asks: Bus | None = None
        self._presence = Presence(
            world,
            name,
            homes,
            self.floor,
            born=self.born,
            breaks=lambda: bus.connection.breaks,
            heard=self._stir_up,
            again=self._tell_presence,
            refuse=self._refuse,
        )
        self.out = Outbox(bus, world, name, self._stir_up, self._presence.is_there)
        self.lines = Lines(self.out)
        self._keeping = Keeping(journal, self.out, self._snapshot, self.floor.injector.account, self._noted)
        self.obeying = Obeying(
            self.floor,
            self.progress,
            self.lines,
            self._keeping,
            decode,
            recast,
            status=lambda number, full, refusal: self.status(number, full=full, refusal=refusal),
            answer=self._answer,
            working=lambda: self._telling.working,
            refuse=self._refuse,
        )
        self._telling = Telling(
            name,
            self.floor,
            self.progress,
            self.lines,
            self._keeping,
            lags=self.lags,
            log=log,
            noticed=self._tell_presence,
            durable=self.obeying.durable,
            refuse=self._refuse,
        )
        self._recovery = Recovery(journal, self.floor, self.progress, self.lines, self._telling, decode, recast)
        self._sent = 0
        self._received = 0
        self._stir = asyncio.Event()
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    # --- beginning and end ----------------------------------------------------------------------------------------

    async def start(self, asks: Bus | None = None) -> str:
        """Recover, join the bus, be present. Answers what was recovered, in words; empty for a new journal.

        With ``asks``, a way to the bus of another name, it is asked first whether somebody serves the same; if so,
        ``is_second`` says it, and nothing has begun.
        """
        kept = await self.journal.open()
        after = 0 if kept.snapshot is None else kept.snapshot.seq
        self.out.confirmed = max(kept.confirmed, after)
        told = self._recovery.run(kept)
        self._keeping.since_snapshot = self._recovery.replayed
        resumed = self.floor.haunt(self._injections, kept.noted)
        self._asks = asks
        if asks is not None and await is_served(asks, self.world, self.name, self.born):
            self._presence.is_answered = True
            await self.journal.close()
            return ""
        await self.bus.start(self._presence.gone(), lambda: (*self._greets, self._presence.here()))
        await self.bus.subscribe(control_topic(self.world, TEMPO), self._on_tempo)
        await self.bus.subscribe(control_topic(self.world, PRESENCE, "+"), self._presence.hear)
        await self.bus.subscribe(control_topic(self.world, COMMAND, self.name), self.obeying.hear)
        await self.bus.subscribe(inbox_of(self.world, self.name), self._inbox.take)
        self.lines.say(self.progress.seq)
        self._tasks = [
            asyncio.create_task(self._until_failed(self._work()), name=f"{self.name}: parties"),
            asyncio.create_task(self._until_failed(self.out.publish(self._said_all)), name=f"{self.name}: bus"),
        ]
        faults = f"faults in force again: {', '.join(resumed)}" if resumed else ""
        recovered = "; ".join(part for part in (kept.dropped, told, faults) if part)
        if self._log is not None:
            self._log.says(self.name, "started", self.floor.now, recovered=recovered)
        return recovered

    async def _until_failed(self, work: Coroutine[Any, Any, None]) -> None:
        """Nothing goes on without a journal or a bus; whoever keeps the service looks at ``failure``."""
        try:
            await work
        except Exception as error:
            self.failure = error
            self.failed = f"{type(error).__name__}: {error}"
            self.out.stir()
            if self._log is not None:
                self._log.warns(self.name, "failed", self.floor.now, why=self.failed)

    @property
    def begun(self) -> bool:
        """Whether it was started, and not stopped since."""
        return bool(self._tasks)

    @property
    def breaks(self) -> int:
        """How often a connection to the bus broke, or did not come about, since this process began."""
        return self.bus.connection.breaks + (0 if self._asks is None else self._asks.connection.breaks)

    @property
    def is_second(self) -> bool:
        """Whether another process, which was there before, serves the same on this bus: this one has to leave."""
        return self._presence.is_second

    async def stop(self) -> None:
        """Finish what is in hand, say everything, keep a snapshot, leave; it leaves also where nothing can be kept."""
        self._stopping = True
        self._stir_up()
        self.out.stir()
        if self.failure is not None:  # then nothing will ever be finished
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self.floor.wake()
        try:
            if not self.failed:
                await self._keeping.end(self.progress.seq)
        finally:
            if not self.is_second:
                with suppress(ConnectionError):  # whoever watches the connection knows already
                    await self.bus.publish([self._presence.gone()])
            await self.bus.close()
            await self.journal.close()
        if self._log is not None:
            self._log.says(self.name, "stopped", self.floor.now)

    def kill(self) -> None:
        """Die at once, as a killed process does: nothing is finished, said or kept any more."""
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def status(self, number: int, *, full: bool = False, refusal: str = "") -> Status:
        """How it stands; in full for people, who need no account of every strike."""
        return Status(
            service=self.name,
            number=number,
            now=self.floor.now,
            busy=bool(self.floor.soon or self.out or self._telling.working),
            sent=self._sent,
            received=self._received,
            next_due=self.floor.timers.next(),
            lines={address: standing.n for address, standing in self.progress.parties.items()},
            lag_us=self.lags.p99_us(),
            refused=self.lags.refused + self.out.lost + self.bus.connection.too_large,
            raised=self.lags.raised,
            truth=None if full else self.floor.injector.truth(),
            failed=self.failed,
            refusal=refusal,
            full=self.floor.shown(self.lags.refused_last) if full else None,
            born=self.born,
        )

    # --- work -----------------------------------------------------------------------------------------------------

    def _stir_up(self) -> None:
        self._stir.set()

    async def _work(self) -> None:
        """Wait for something to do, make it durable, do it."""
        while True:
            self._stir.clear()
            self._due()
            if self.floor.soon:
                await self._telling.turn()
                await asyncio.sleep(0)
            elif self._stopping:
                return
            else:
                await self._sleep()

    async def _sleep(self) -> None:
        if await self._keeping.idle():
            return
        due, wait = self.floor.timers.next(), None
        if due >= 0:
            wait = min(self.clock.real_s(due - self.clock.now()), _LONGEST_SLEEP_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stir.wait(), wait)

    def _due(self) -> None:
        """Everything whose instant has come."""
        self.floor.wake()
        for due in self.floor.timers.due(self.floor.now, MOST_AT_ONCE):
            self.lags.note(self.clock, self.floor.now - due)

    def _said_all(self) -> bool:
        if self.failure is not None:  # what was in hand stays there
            return self._stopping
        return self._stopping and not self.floor.soon and not self._telling.working

    def _fresh(self, address: Address) -> Party | None:
        return None if self._recast is None else self._recast(address, self.progress.parties[address].behaves)

    def _snapshot(self, seq: int) -> Snapshot:
        return self.progress.snapshot(seq, self.floor.seats, self.floor.now)

    def _noted(self) -> None:
        self.obeying.noted()

    # --- what comes in --------------------------------------------------------------------------------------------

    def _arrive(self, seat: Seat, given: Input | Frame, name: Name, due: Instant) -> None:
        """A message is here; it is told when its way is over."""
        if not self.progress.arrived[seat.address].add(name):
            return
        if self.homes.get(name[0]) != self.name:
            self._received += 1
        self.floor.later(max(due, self.floor.now), self._heard, (seat, given, name))

    def _heard(self, event: Event) -> None:
        seat, given, name = event.value
        back = seat.links.get(name[0])
        if not seat.up or (back is not None and back.closed == "unreachable"):
            return
        if len(self.floor.soon) >= _MOST_WAITING:
            self._refuse(seat.address, f"{_MOST_WAITING} inputs wait already")
            return
        if type(given) is Frame and self.floor.wire is not None:
            read = self.floor.wire.hear(name[0], seat.address, given.about, given.bytes_, self.floor.now)
            if read is None:
                self._refuse(seat.address, f"bytes of {name[0]} that are no message")
                return
            if not getattr(read, "mac", 1):
                name = (*name[:4], True)
            given = read
        self.floor.offer(seat, given, name)

    def _refuse(self, topic: str, why: str) -> None:
        """What nobody can be told is counted and dropped: a peer's mistake."""
        self.lags.refused += 1
        self.lags.refused_last = f"{topic}: {why}"[:_LONGEST_WHY]
        if self._log is not None:
            self._log.warns(self.name, "refused", self.floor.now, topic=topic, why=why)

    def _on_tempo(self, topic: str, payload: bytes) -> None:
        try:
            tempo = msgspec.json.decode(payload, type=Tempo)
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        if self.progress.seq:
            self.clock.set(tempo)
        else:  # nothing has happened yet: what was told before may be an older world's, which the bus had kept
            self.clock.begin_anew(tempo)
            self.floor.now = self.clock.now()
        self.floor.injector.at_another_tempo()
        self._stir_up()

    # --- what goes out --------------------------------------------------------------------------------------------

    def _carry(self, link: Link, message: Input | Frame, name: Name, due: Instant, attempt: int) -> None:
        """Bring a message on its way: to somebody here, or to the service of its receiver."""
        seat = self.floor.seats.get(link.to)
        if seat is not None:
            self._arrive(seat, message, name, due)
            return
        _, line, effect, copy, garbled = name
        if type(message) is Frame:
            about, frame, said = message.about, message.bytes_, msgspec.Raw(b"null")
        else:
            about, frame, said = "", b"", msgspec.Raw(encode(message))
        envelope = Envelope(VERSION, line, effect, copy, attempt, due, garbled, said, about, frame)
        self._sent += 1
        self.out.post(self.progress.seq, self.homes[link.to], Posted(link.to, link.sender, envelope))

    def _tell_presence(self) -> None:
        self.out.put(self.progress.seq, self._presence.here())

    def _answer(self, status: Status) -> None:
        self.out.put(self.progress.seq, Out(control_topic(self.world, ANSWER, self.name), msgspec.json.encode(status)))
        self._stir_up()
