"""One service: some parties of a world as one process's worth of asyncio.

inbox → journal (durable) → party → effects → bus. A party is told nothing that is not in the journal; what it says goes
out after that. So whoever replays the journal has the very state that was lost, and can say again what the bus had
not taken yet, under the same names, by which receivers recognise it.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from poslab.faults.injection import Injection
from poslab.party.contract import Accept, Address, Connect, Effect, Input, Party, Remind, Send
from poslab.party.facts import Recovered
from poslab.party.time import Instant
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.chance import Chance
from poslab.runtime.journals.journal import Journal, Name, Record, Snapshot
from poslab.runtime.live.clock import Tempo, WorldClock
from poslab.runtime.live.envelope import (
    ANSWER,
    COMMAND,
    PRESENCE,
    TEMPO,
    VERSION,
    Envelope,
    Posted,
    Said,
    control_topic,
    inbox_of,
)
from poslab.runtime.live.floor import Floor, Item, Wakes
from poslab.runtime.live.frames import Frame, WireOf
from poslab.runtime.live.inbox import Inbox
from poslab.runtime.live.injections import injection_of
from poslab.runtime.live.inputs import BAD_BYTES, decoder_of, encode, owner_of
from poslab.runtime.live.keeping import Keeping, collector_off
from poslab.runtime.live.lags import Lags
from poslab.runtime.live.logs import Log
from poslab.runtime.live.orders import Command, Status
from poslab.runtime.live.outbox import Outbox
from poslab.runtime.live.recent import KEPT, Recent
from poslab.runtime.live.standing import HeardOf, Standing, StandingParty
from poslab.runtime.live.timers import Event
from poslab.runtime.seats import Link, LinkSpec, Seat

_MOST_AT_ONCE = 256
"""So many inputs are made durable together at most."""
_MOST_WAITING = 100_000
"""So many inputs may wait; what comes beyond that is lost as on a bad link, and counted."""
_LONGEST_SLEEP_S = 60.0
_LONGEST_WHY = 300
"""Characters that are kept of why something was refused."""
_STAGE = "stage"
"""Under this name stands what the stage told somebody."""
_WISHES = frozenset((Send, Remind, Connect, Accept))


class Service:
    """Some parties of a world. ``homes`` says in which service every party sits; links are those whose sender is here.

    ``recast`` makes a newborn party that behaves as a word says (empty: as ever); ``wakes`` gives what a party is told
    when its process died and when it is back; ``wire`` makes bytes of what goes on some links.
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
    ) -> None:
        self.name = name
        self.world = world
        self.homes = homes
        self.bus = bus
        self.journal = journal
        self.clock = clock
        self.lags = Lags()
        self.failed = ""
        self.failure: Exception | None = None
        """Why it can go on no more."""
        self._log = log
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
        )
        self._injections = injections
        self._recast = recast
        self._standing = Standing({address: StandingParty() for address in parties})
        self._arrived = {address: HeardOf() for address in parties}
        """What is known already, told or still to be told; only what was told is kept."""
        self._decode = {address: decoder_of(owner_of(party)) for address, party in parties.items()}
        self._out = Outbox(bus, world, name, self._stir_up)
        self._inbox = Inbox(homes, self.floor, self._decode, arrive=self._arrive, refuse=self._refuse)
        self._keeping = Keeping(journal, self._out, self._snapshot)
        self._said: list[Said] = []
        self._recent = Recent()
        self._seq = 0
        self._asked: dict[Name, int] = {}
        """What the stage told → its command, which is answered when the input is durable."""
        self._born = time.time_ns()
        self._sent = 0
        self._received = 0
        self._stir = asyncio.Event()
        self._stopping = False
        self._working = False
        self._services = set(homes.values())
        self._known: set[str] = set()
        """Services whose presence was seen."""
        self._tasks: list[asyncio.Task[None]] = []

    # --- beginning and end ----------------------------------------------------------------------------------------

    async def start(self) -> str:
        """Recover, join the bus, be present. Answers what was recovered, in words; empty for a new journal."""
        kept = await self.journal.open()
        told = self._recover(kept.snapshot, kept.confirmed)
        self.floor.haunt(self._injections)
        await self.bus.start(Out(control_topic(self.world, PRESENCE, self.name), b"{}", keep=True), self._presence)
        await self.bus.subscribe(control_topic(self.world, TEMPO), self._on_tempo)
        await self.bus.subscribe(control_topic(self.world, PRESENCE, "+"), self._on_presence)
        await self.bus.subscribe(control_topic(self.world, COMMAND, self.name), self._on_command)
        await self.bus.subscribe(inbox_of(self.world, self.name), self._inbox.take)
        self._flush_lines()
        self._tasks = [
            asyncio.create_task(self._until_failed(self._work()), name=f"{self.name}: parties"),
            asyncio.create_task(self._until_failed(self._out.publish(self._said_all)), name=f"{self.name}: bus"),
        ]
        recovered = " ".join(part for part in (kept.dropped, told) if part)
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
            if self._log is not None:
                self._log.warns(self.name, "failed", self.floor.now, why=self.failed)
            raise

    @property
    def begun(self) -> bool:
        """Whether it was started, and not stopped since."""
        return bool(self._tasks)

    async def stop(self) -> None:
        """Finish what is in hand, say everything, keep a snapshot, leave."""
        self._stopping = True
        self._stir_up()
        self._out.stir()
        if self.failure is not None:  # then nothing will ever be finished
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self.floor.wake()
        if not self.failed and self._seq:
            await self.journal.keep(self._snapshot(self._seq))
        absent = Out(control_topic(self.world, PRESENCE, self.name), b"{}", keep=True)
        with suppress(ConnectionError):  # whoever watches the connection knows already
            await self.bus.publish([absent])
        await self.bus.close()
        await self.journal.close()
        if self._log is not None:
            self._log.says(self.name, "stopped", self.floor.now)

    def kill(self) -> None:
        """Die at once, as a killed process does: nothing is finished, said or kept any more."""
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _fresh(self, address: Address) -> Party | None:
        return None if self._recast is None else self._recast(address, self._standing.parties[address].behaves)

    def _recover(self, snapshot: Snapshot | None, confirmed: int) -> str:
        """Replay the journal; say again what may not have been taken; wake everybody up."""
        after = 0
        if snapshot is not None:
            after = snapshot.seq
            self._standing = msgspec.json.decode(snapshot.state, type=Standing)
            self.floor.now = max(self.floor.now, self._standing.at)
            for address, standing in self._standing.parties.items():
                if standing.behaves and self._recast is not None:
                    self.floor.seats[address].seat(self._recast(address, standing.behaves))
                self.floor.seats[address].party.restore(standing.state)
        self._seq, self._out.confirmed = after, max(confirmed, after)
        tail = list(self.journal.tail(after))
        again = 0
        remembered_from = tail[-1].seq - KEPT if tail else 0
        with collector_off():
            for record in tail:
                self._seq = record.seq
                self.floor.now = max(self.floor.now, record.at)
                again += self._replay(record, record.seq > confirmed, record.seq > remembered_from)
        self._keeping.since_snapshot = len(tail)
        self._arrived = {address: standing.heard.copy() for address, standing in self._standing.parties.items()}
        if not self._seq:
            return ""
        self.floor.wake_all()
        return f"recovered: {len(tail)} inputs replayed, {again} messages said again"

    def _replay(self, record: Record, unconfirmed: bool, remembered: bool) -> int:
        """Tell it once more; lines that the bus had taken are remembered for whoever asks, and not said again."""
        seat = self.floor.seats[record.party]
        standing = self._standing.parties[record.party]
        given = self._decode[record.party](record.given)
        if record.heard is not None:
            standing.heard.add(record.heard)
        effects = self._told(seat, given, record)
        if effects is None:
            return 0
        standing.n += 1
        if unconfirmed:
            self._say(standing.n, record, effects)
        elif remembered:
            self._recent.add((self._line(standing.n, record, effects),))
            return 0
        else:
            return 0
        again = 0
        for index, effect in enumerate(effects):
            if type(effect) is Send:
                link = seat.links[effect.to]
                self.floor.say_again(link, effect, (seat.address, standing.n, index, 0, False))
                again += 1
        return again

    # --- what comes in --------------------------------------------------------------------------------------------

    def _arrive(self, seat: Seat, given: Input | Frame, name: Name, due: Instant) -> None:
        """A message is here; it is told when its way is over."""
        if not self._arrived[seat.address].add(name):
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
        if self._seq:
            self.clock.set(tempo)
        else:  # nothing has happened yet: what was told before may be an older world's, which the bus had kept
            self.clock.begin_anew(tempo)
            self.floor.now = self.clock.now()
        self._stir_up()

    def _on_presence(self, topic: str, payload: bytes) -> None:
        service = topic.rpartition("/")[2]
        try:
            present = msgspec.json.decode(payload, type=dict[str, bool]) if payload else {}
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        if service not in self._services:
            self._refuse(topic, "there is no such service")
            return
        first = service not in self._known
        if present:
            self._known.add(service)
        for address, peer in self.floor.peers.items():
            if self.homes[address] == service:
                was, peer.up, peer.accepts = peer.up, address in present, present.get(address, False)
                if peer.up != was and not (first and peer.up):
                    self.floor.peer_changed(address, up=peer.up)
        self._stir_up()

    def _on_command(self, topic: str, payload: bytes) -> None:
        try:
            command = msgspec.json.decode(payload, type=Command)
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        refusal = ""
        try:
            if not self._obey(command):
                return  # it is answered when it is durable
        except (LookupError, ValueError, TypeError, RecursionError, OverflowError) as error:
            refusal = f"{error}"
            self._refuse(topic, refusal)
        self._answer(
            self.status(command.number, full=command.do == "status" and command.word == "full", refusal=refusal)
        )

    def _answer(self, status: Status) -> None:
        self._out.put(self._seq, Out(control_topic(self.world, ANSWER, self.name), msgspec.json.encode(status)))
        self._stir_up()

    def _obey(self, command: Command) -> bool:
        """Carry it out; false where its answer has to wait."""
        self.floor.wake()
        if command.do == "tell":
            return self._obey_tell(command)
        if command.do == "inject":
            injection = injection_of(bytes(command.given))
            if command.word:
                self.floor.chance = Chance(command.word)
            if self.floor.strikes_here(injection):
                self.floor.injector.add(injection)
        elif command.do == "behave":
            self._behave(command.party, command.word)
            self._keeping.first = True
        elif command.do == "heal":
            self.floor.injector.heal()
        elif command.do == "begin":
            self.floor.injector.begin(command.word)
        elif command.do == "end":
            with suppress(KeyError):  # it strikes elsewhere
                self.floor.injector.end(command.word)
        elif command.do == "again":
            self._publish_lines(self._recent.since(msgspec.json.decode(command.given, type=dict[Address, int])))
        elif command.do != "status":
            raise ValueError(f"no such command: {command.do!r}")
        return True

    def _obey_tell(self, command: Command) -> bool:
        """What is to be told at once is answered when it is in the journal: whoever is not answered asks again."""
        seat = self.floor.seats[command.party]
        given = self._decode[command.party](bytes(command.given))
        name = (_STAGE, command.number, 0, 0, False)
        at_once = command.at <= self.floor.now and seat.up and not seat.paused
        if self._arrived[command.party].add(name):
            self.floor.later(max(command.at, self.floor.now), self._befalls, (seat, given, name))
            if at_once:
                self._asked[name] = command.number
            return not at_once
        waits = name in self._asked and (self._working or any(item.heard == name for item in self.floor.soon))
        if not waits:
            self._asked.pop(name, None)
        return not waits

    def _behave(self, address: Address, word: str) -> None:
        """Let somebody else sit there, who behaves in that way: before the world begins, and after every restart."""
        if self._recast is None or self._standing.parties[address].n:
            raise ValueError(f"{address} has begun, and cannot be made to behave {word!r} any more")
        self._standing.parties[address].behaves = word
        self.floor.seats[address].seat(self._recast(address, word))

    def _befalls(self, event: Event) -> None:
        self.floor.befall(*event.value)

    def status(self, number: int, *, full: bool = False, refusal: str = "") -> Status:
        """How it stands; in full for people, who need no account of every strike."""
        return Status(
            service=self.name,
            number=number,
            now=self.floor.now,
            busy=bool(self.floor.soon or self._out or self._working),
            sent=self._sent,
            received=self._received,
            next_due=self.floor.timers.next(),
            lines={address: standing.n for address, standing in self._standing.parties.items()},
            lag_us=self.lags.p99_us(),
            refused=self.lags.refused + self._out.lost + self.bus.connection.too_large,
            raised=self.lags.raised,
            truth=None if full else self.floor.injector.truth(),
            failed=self.failed,
            refusal=refusal,
            full=self.floor.shown(self.lags.refused_last) if full else None,
            born=self._born,
        )

    # --- telling --------------------------------------------------------------------------------------------------

    def _stir_up(self) -> None:
        self._stir.set()

    async def _work(self) -> None:
        """Wait for something to do, make it durable, do it."""
        while True:
            self._stir.clear()
            self._due()
            if self.floor.soon:
                self._working = True
                await self._turn()
                self._working = False
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
        for due in self.floor.timers.due(self.floor.now, _MOST_AT_ONCE):
            self.lags.note(self.clock, self.floor.now - due)

    async def _turn(self) -> None:
        """A batch: those that are to be told now, up to the first that dies of it."""
        floor = self.floor
        batch: list[tuple[Item, str, Record]] = []
        while floor.soon and len(batch) < _MOST_AT_ONCE:
            item = floor.soon.popleft()
            seat = item.seat
            point = ""
            if not item.note and seat.up and seat.crashes is not None:
                point = floor.injector.crash_point(seat, item.given)
                if point == "before-journal":
                    continue
            own = floor.now if seat.clock is None else seat.own_time(floor.now)
            self._seq += 1
            batch.append((item, point, Record(self._seq, seat.address, floor.now, own, encode(item.given), item.heard)))
            if point:
                break
        if batch:
            await self._keeping.append([record for _, _, record in batch])
        for item, point, record in batch:
            self._tell(item, point, record)
        self._flush_lines()
        if self._asked:
            for item, _, _ in batch:
                if item.heard is not None and (number := self._asked.pop(item.heard, None)) is not None:
                    self._answer(self.status(number))
        await self._keeping.told(len(batch), self._seq)

    def _told(self, seat: Seat, given: Input, record: Record) -> Sequence[Effect] | None:
        """What it answers. Over a message that is nonsense it may fail: that stops nobody, now or after a restart.

        What fails over its own reminders, or over facts of life, is our bug.
        """
        if type(given) is Recovered:
            return ()
        try:
            effects: Sequence[Effect] | None = seat.handle(given, record.own)
        except Exception as error:
            if record.heard is None:
                raise
            self.lags.raised += 1
            self._refuse(f"{record.heard[0]}->{seat.address}", f"{given.kind}: {type(error).__name__}: {error}")
            return None
        return effects

    def _tell(self, item: Item, point: str, record: Record) -> None:
        seat = item.seat
        standing = self._standing.parties[seat.address]
        if item.heard is not None:
            standing.heard.add(item.heard)
        effects = self._told(seat, item.given, record)
        if point:
            effects = self.floor.injector.cut_short(seat, point, effects)
        if effects is None:
            return
        standing.n += 1
        n = standing.n
        self._say(n, record, effects)
        if self._log is not None:
            self._log.told(self.name, seat.address, record.at, effects)
        self.floor.injector.listen(effects)
        for index, what in enumerate(map(type, effects)):
            if what not in _WISHES:
                continue
            effect: Any = effects[index]
            if what is Send:
                self.floor.send(seat, effect, (seat.address, n, index, 0, False))
            elif what is Remind:
                self.floor.remind(seat, effect.after, effect.of)
            elif what is Connect:
                self.floor.connect(seat, effect)
            elif seat.accepts != effect.open:
                seat.accepts = effect.open
                self._tell_presence()
        if point:
            self.floor.injector.die(seat)

    # --- what goes out --------------------------------------------------------------------------------------------

    def _say(self, n: int, record: Record, effects: Sequence[Effect]) -> None:
        self._said.append(self._line(n, record, effects))

    def _line(self, n: int, record: Record, effects: Sequence[Effect]) -> Said:
        told, did = msgspec.Raw(record.given), msgspec.Raw(msgspec.json.encode(effects))
        return Said(record.party, n, record.at, told, record.heard, did)

    def _flush_lines(self) -> None:
        lines, self._said = self._said, []
        self._recent.add(lines)
        self._publish_lines(lines)

    def _publish_lines(self, lines: Sequence[Said]) -> None:
        self._out.say(self._seq, lines)

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
        self._out.post(self._seq, self.homes[link.to], Posted(link.to, link.sender, envelope))

    def _presence(self) -> Out:
        present = {address: seat.accepts for address, seat in self.floor.seats.items() if seat.up}
        return Out(control_topic(self.world, PRESENCE, self.name), msgspec.json.encode(present), keep=True)

    def _tell_presence(self) -> None:
        self._out.put(self._seq, self._presence())

    def _said_all(self) -> bool:
        return self._stopping and not self.floor.soon and not self._working

    def _snapshot(self, seq: int) -> Snapshot:
        parties = {
            address: StandingParty(
                standing.n, self.floor.seats[address].party.snapshot(), standing.heard.copy(), standing.behaves
            )
            for address, standing in self._standing.parties.items()
        }
        return Snapshot(seq, msgspec.json.encode(Standing(parties, self.floor.now)))
