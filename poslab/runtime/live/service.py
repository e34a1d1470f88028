"""One service: some parties of a world as one process's worth of asyncio.

inbox → journal (durable) → party → effects → bus. A party is told nothing that is not in the journal; what it says goes
out after that. So whoever replays the journal has the very state that was lost, and can say again what the bus had
not taken yet, under the same names, by which receivers recognise it.

It offers faults the same handles as the virtual runtime does, so the same ``Injector`` serves both.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from poslab.faults.injection import Injection
from poslab.history.truth import Truth
from poslab.party.contract import Accept, Address, Connect, Effect, Input, Party, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Recovered, Restarted
from poslab.party.time import Duration, Instant
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.chance import Chance
from poslab.runtime.injecting import Injector
from poslab.runtime.journals.journal import Journal, Name, Record, Snapshot
from poslab.runtime.live.clock import Tempo, WorldClock
from poslab.runtime.live.envelope import (
    ANSWER,
    COMMAND,
    LINES,
    PRESENCE,
    TEMPO,
    VERSION,
    Envelope,
    Said,
    control_topic,
    inbox_of,
    message_topic,
)
from poslab.runtime.live.inputs import decoder_of, encode, owner_of
from poslab.runtime.live.lags import Lags
from poslab.runtime.live.standing import HeardOf, Standing, StandingParty, digest_of
from poslab.runtime.seats import Link, LinkSpec, Seat

_MOST_AT_ONCE = 256
"""So many inputs are made durable together at most."""
_MOST_WAITING = 100_000
"""So many inputs may wait; a service that is told more refuses the newest, which is a loss on the link."""
_SNAPSHOT_EVERY = 20_000
_WISHES = frozenset((Send, Remind, Connect, Accept))


class Peer:
    """A party that sits in another service: what its presence says of it."""

    __slots__ = ("accepts", "address", "up")

    def __init__(self, address: Address) -> None:
        self.address = address
        self.up = False
        self.accepts = False


class Item(Struct):
    """Something a party is to be told."""

    seat: Seat
    given: Input
    heard: Name | None = None
    due: Instant = -1
    """When it should have been told; below zero where nothing was due."""
    boots: int = -1
    """The life of the process in which a reminder was set; below zero for what is no reminder."""
    note: bool = False
    """A line of the runtime's own: written down, told to nobody."""


class Command(Struct, frozen=True):
    """What the stage asks of a service. ``number`` is echoed in the answer."""

    number: int
    do: str
    party: Address = ""
    given: msgspec.Raw = msgspec.Raw(b"null")
    at: Instant = -1
    word: str = ""


class Status(Struct, frozen=True):
    """How a service stands: answers every command."""

    service: str
    number: int
    now: Instant
    busy: bool
    sent: int
    """Messages that left for other services, and that came from them."""
    received: int
    next_due: Instant
    """The next thing that will happen by itself; below zero if nothing will."""
    lines: dict[Address, int]
    lag_us: int
    """The 99th percentile of how late things were told, in real microseconds."""
    truth: Truth | None = None
    failed: str = ""


class Service:
    """Some parties of a world. ``homes`` says in which service every party sits; links are those whose sender is here.

    ``fresh`` makes a newborn party; ``wakes`` gives what a party is told when its process died and when it is back.
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
        wakes: Mapping[Address, tuple[Input | None, Input]] | None = None,
        fresh: Callable[[Address], Party] | None = None,
    ) -> None:
        self.name = name
        self.world = world
        self.homes = homes
        self.bus = bus
        self.journal = journal
        self.clock = clock
        self.chance = Chance(seed)
        self.now = clock.now()
        self.lags = Lags()
        self.failed = ""
        self._wakes = wakes or {}
        self._fresh = fresh
        self.seats = {address: Seat(address, party, self.chance.tie_seed) for address, party in parties.items()}
        self._peers = {address: Peer(address) for address in homes if address not in self.seats}
        for spec in links:
            if spec.sender in self.seats:
                there: Any = self.seats.get(spec.to) or self._peers[spec.to]
                self.seats[spec.sender].links[spec.to] = Link(spec, there, self.chance.tie_seed)
        self._standing = Standing({a: StandingParty() for a in self.seats})
        self._decode = {address: decoder_of(owner_of(party)) for address, party in parties.items()}
        self._soon: deque[Item] = deque()
        self._timers: list[tuple[Instant, int, Callable[[Any], None] | None, Any]] = []
        self._timer_number = 0
        self._seq = 0
        self._since_snapshot = 0
        self._confirmed = 0
        self._out: deque[tuple[int, Out]] = deque()
        self._said: list[Said] = []
        self._sent = 0
        self._received = 0
        self._stir = asyncio.Event()
        self._out_stir = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._working = False
        self._known: set[str] = set()
        """Services whose presence was seen."""
        self._injections = tuple(i for i in injections if self._is_mine(i))
        self.injector: Any = None

    # --- beginning and end ----------------------------------------------------------------------------------------

    async def start(self) -> str:
        """Recover, join the bus, be present. Answers what was recovered, in words; empty for a new journal."""
        kept = await self.journal.open()
        told = self._recover(kept.snapshot, kept.confirmed)
        self.injector = Injector(self, self._injections)  # type: ignore[arg-type]
        await self.bus.start()
        await self.bus.subscribe(control_topic(self.world, TEMPO), self._on_tempo)
        await self.bus.subscribe(control_topic(self.world, PRESENCE, "+"), self._on_presence)
        await self.bus.subscribe(control_topic(self.world, COMMAND, self.name), self._on_command)
        await self.bus.subscribe(inbox_of(self.world, self.name), self._on_message)
        await self._tell_presence()
        self._tasks = [
            asyncio.create_task(self._work(), name=f"{self.name}: parties"),
            asyncio.create_task(self._publish(), name=f"{self.name}: bus"),
        ]
        return " ".join(part for part in (kept.dropped, told) if part)

    async def stop(self) -> None:
        """Finish what is in hand, say everything, keep a snapshot, leave."""
        self._stopping = True
        self._stir.set()
        self._out_stir.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if not self.failed and self._seq:
            await self.journal.keep(self._snapshot())
        absent = Out(control_topic(self.world, PRESENCE, self.name), b"{}", keep=True)
        with suppress(ConnectionError):  # whoever watches the connection knows already
            await self.bus.publish([absent])
        await self.bus.close()
        await self.journal.close()

    def kill(self) -> None:
        """Die at once, as a killed process does: nothing is finished, said or kept any more."""
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _recover(self, snapshot: Snapshot | None, confirmed: int) -> str:
        """Replay the journal; say again what may not have been taken; wake everybody up."""
        after = 0
        if snapshot is not None:
            after = snapshot.seq
            self._standing = msgspec.json.decode(snapshot.state, type=Standing)
            for address, standing in self._standing.parties.items():
                self.seats[address].party.restore(standing.state)
        self._seq, self._confirmed = after, max(confirmed, after)
        replayed = again = 0
        for record in self.journal.tail(after):
            replayed += 1
            self._seq = record.seq
            self.now = max(self.now, record.at)
            again += self._replay(record, record.seq > confirmed)
        if not self._seq:
            return ""
        for address, seat in self.seats.items():
            kept = seat.party.snapshot()
            if self._fresh is not None:
                reborn = self._fresh(address)
                reborn.restore(kept)
                seat.seat(reborn)
            digest = digest_of(seat.party.snapshot())
            cut, wake = self._wakes.get(address, (None, Restarted()))
            if cut is not None:
                self._soon.append(Item(seat, cut))
            self._soon.append(Item(seat, Recovered("", digest_of(kept), digest), note=True))
            self._soon.append(Item(seat, wake))
        return f"recovered: {replayed} inputs replayed, {again} messages said again"

    def _replay(self, record: Record, unconfirmed: bool) -> int:
        seat = self.seats[record.party]
        standing = self._standing.parties[record.party]
        given = self._decode[record.party](record.given)
        if record.heard is not None:
            standing.heard.add(record.heard)
        effects: Sequence[Effect] | None = () if type(given) is Recovered else seat.handle(given, record.own)
        if effects is None:
            return 0
        standing.n += 1
        self._say(seat, standing.n, record.at, record.given, record.heard, effects)
        again = 0
        for index, effect in enumerate(effects):
            if type(effect) is Send and unconfirmed:
                link = seat.links[effect.to]
                self.deliver(link, effect.message, (seat.address, standing.n, index, 0), link.delay, effect.attempt)
                again += 1
        return again

    def _is_mine(self, injection: Injection) -> bool:
        if injection.party:
            return injection.party in self.seats
        return any(sender in self.seats for sender, _ in injection.links)

    # --- what comes in --------------------------------------------------------------------------------------------

    def _on_message(self, topic: str, payload: bytes) -> None:
        *_, to, from_service, sender = topic.split("/")
        seat = self.seats.get(to)
        if seat is None or self.homes.get(sender) != from_service:
            self._refuse(topic, "nobody here is called that, or its sender sits elsewhere")
            return
        try:
            envelope = _ENVELOPES.decode(payload)
            if envelope.version != VERSION:
                raise msgspec.ValidationError(f"version {envelope.version}")
            given = self._decode[to](envelope.message)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._refuse(topic, str(error))
            return
        if issubclass(type(given), Reminder):
            self._refuse(topic, "a reminder is nobody else's to send")
            return
        self._arrive(seat, given, (sender, envelope.line, envelope.effect, envelope.copy), envelope.due)

    def _arrive(self, seat: Seat, given: Input, name: Name, due: Instant) -> None:
        """A message is here; it is told when its way is over."""
        if not self._standing.parties[seat.address].heard.add(name):
            return
        if self.homes[name[0]] != self.name:
            self._received += 1
        self.later(max(due, self.now), self._heard, (seat, given, name, due))

    def _heard(self, event: "_Event") -> None:
        seat, given, name, due = event.value
        back = seat.links.get(name[0])
        if not seat.up or (back is not None and back.closed == "unreachable"):
            return
        if seat.paused:
            seat.backlog.append((given, name))
        elif len(self._soon) < _MOST_WAITING:
            self._soon.append(Item(seat, given, name, due))

    def _refuse(self, topic: str, why: str) -> None:
        """What nobody can be told is counted and dropped: a peer's mistake."""
        self.lags.refused += 1
        self.lags.refused_last = f"{topic}: {why}"

    def _on_tempo(self, topic: str, payload: bytes) -> None:
        try:
            self.clock.set(msgspec.json.decode(payload, type=Tempo))
        except msgspec.DecodeError as error:
            self._refuse(topic, str(error))
        self._stir.set()

    def _on_presence(self, topic: str, payload: bytes) -> None:
        service = topic.rpartition("/")[2]
        try:
            present = msgspec.json.decode(payload, type=dict[str, bool]) if payload else {}
        except msgspec.DecodeError as error:
            self._refuse(topic, str(error))
            return
        first = service not in self._known
        if present:
            self._known.add(service)
        for address, peer in self._peers.items():
            if self.homes[address] == service:
                was, peer.up, peer.accepts = peer.up, address in present, present.get(address, False)
                if peer.up != was and not (first and peer.up):
                    self._peer_changed(address, peer.up)
        self._stir.set()

    def _peer_changed(self, address: Address, up: bool) -> None:
        """Permanent lines notice that somebody is gone, or back."""
        for seat in self.seats.values():
            link = seat.links.get(address)
            if link is None or not link.permanent or link.closed == "unreachable":
                continue
            if not up and not link.closed:
                link.closed = "refused"
                self.offer(seat, Disconnected("", address, "refused"))
            elif up and link.closed == "refused":
                link.closed = ""
                self.offer(seat, Connected("", address))

    def _on_command(self, topic: str, payload: bytes) -> None:
        try:
            command = msgspec.json.decode(payload, type=Command)
            self._obey(command)
        except (msgspec.DecodeError, LookupError, ValueError) as error:
            self._refuse(topic, str(error))
            return
        answer = control_topic(self.world, ANSWER, self.name)
        self._out.append((self._seq, Out(answer, msgspec.json.encode(self.status(command.number)))))
        self._out_stir.set()
        self._stir.set()

    def _obey(self, command: Command) -> None:
        self.now = max(self.now, self.clock.now())
        if command.do == "tell":
            seat = self.seats[command.party]
            given = self._decode[command.party](bytes(command.given))
            self.later(max(command.at, self.now), self._befalls, (seat, given))
        elif command.do == "heal":
            self.injector.heal()
        elif command.do == "begin":
            self.injector.begin(command.word)
        elif command.do == "end":
            self.injector.end(command.word)
        elif command.do != "status":
            raise ValueError(f"no such command: {command.do!r}")

    def _befalls(self, event: "_Event") -> None:
        self.befall(*event.value)

    def status(self, number: int) -> Status:
        """How it stands."""
        busy = bool(self._soon or self._out or self._working)
        lines = {address: standing.n for address, standing in self._standing.parties.items()}
        return Status(
            self.name, number, self.now, busy, self._sent, self._received, self._next_due(), lines,
            self.lags.p99_us(), self.injector.truth() if self.injector is not None else None, self.failed,
        )  # fmt: skip

    # --- time, and what the injector asks for ---------------------------------------------------------------------

    def later(self, at: Instant, call: Callable[[Any], None], value: Any = None, low: int = 0) -> None:
        """Call back at an instant, with an event that has the ``value``."""
        self._timer_number += 1
        heapq.heappush(self._timers, (at, self._timer_number, call, value))
        self._stir.set()

    def wake(self) -> None:
        """Read the clock."""
        self.now = max(self.now, self.clock.now())

    def settle(self) -> None:
        """What was offered is told in the next turn."""
        self._stir.set()

    def offer(self, seat: Seat, given: Input, heard: Name | None = None) -> None:
        """Tell a party something next; a paused one after what came before."""
        if seat.paused:
            seat.backlog.append((given, heard))
        else:
            self._soon.append(Item(seat, given, heard))
        self._stir.set()

    def befall(self, seat: Seat, given: Input) -> None:
        """Hand over a fact of life; a dead process meets it when it is back."""
        if seat.up:
            self.offer(seat, given)
        else:
            seat.missed.append(given)

    def take_down(self, seat: Seat) -> None:
        """A party's process dies: reminders are lost, permanent lines to it break."""
        if not seat.up:
            return
        cut, _ = self._wakes.get(seat.address, (None, None))
        self._soon = deque(item for item in self._soon if item.seat is not seat)
        if cut is not None:
            self._soon.append(Item(seat, cut))
        seat.up = False
        seat.boots += 1
        seat.backlog = []
        self._presence_changed(seat.address, up=False)

    def bring_up(self, seat: Seat) -> None:
        """A party's process is back with what it had in durable storage."""
        if seat.up:
            return
        kept = seat.party.snapshot()
        if self._fresh is not None:
            reborn = self._fresh(seat.address)
            reborn.restore(kept)
            seat.seat(reborn)
        back = digest_of(seat.party.snapshot())
        seat.up = True
        seat.accepts = True
        _, wake = self._wakes.get(seat.address, (None, Restarted()))
        self._soon.append(Item(seat, Recovered("", digest_of(kept), back), note=True))
        self._soon.append(Item(seat, wake))
        missed, seat.missed = seat.missed, []
        for given in missed:
            self.offer(seat, given)
        self._presence_changed(seat.address, up=True)
        for address, link in seat.links.items():
            if link.permanent and link.closed:
                self.offer(seat, Disconnected("", address, link.closed))

    def close_link(self, link: Link) -> None:
        """Nothing gets through any more, and the sender's end notices if it is a permanent line."""
        if link.closed != "unreachable":
            was_open = not link.closed
            link.closed = "unreachable"
            if link.permanent and was_open:
                self.offer(self.seats[link.sender], Disconnected("", link.to, "unreachable"))

    def open_link(self, link: Link) -> None:
        """There is a way through again."""
        if link.closed == "unreachable":
            link.closed = "" if link.seat.up or not link.permanent else "refused"
            if link.permanent and not link.closed:
                self.offer(self.seats[link.sender], Connected("", link.to))

    def _presence_changed(self, address: Address, *, up: bool) -> None:
        self._peer_changed(address, up)
        self._tell_presence_soon()

    def _presence(self) -> Out:
        present = {address: seat.accepts for address, seat in self.seats.items() if seat.up}
        return Out(control_topic(self.world, PRESENCE, self.name), msgspec.json.encode(present), keep=True)

    def _tell_presence_soon(self) -> None:
        self._out.append((self._seq, self._presence()))
        self._out_stir.set()

    async def _tell_presence(self) -> None:
        await self.bus.publish([self._presence()])

    # --- telling --------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Wait for something to do, make it durable, do it."""
        try:
            while True:
                self._stir.clear()
                self._due()
                if self._soon:
                    self._working = True
                    await self._turn()
                    self._working = False
                    await asyncio.sleep(0)
                elif self._stopping:
                    return
                else:
                    await self._sleep()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.failed = f"{type(error).__name__}: {error}"
            raise

    async def _sleep(self) -> None:
        wait = None
        if self._timers:
            seconds = self.clock.real_s(self._timers[0][0] - self.clock.now())
            wait = min(seconds, 60.0)
        try:
            await asyncio.wait_for(self._stir.wait(), wait)
        except TimeoutError:
            return

    def _due(self) -> None:
        """Everything whose instant has come."""
        self.now = max(self.now, self.clock.now())
        timers = self._timers
        while timers and timers[0][0] <= self.now and len(self._soon) < _MOST_AT_ONCE:
            due, _, call, value = heapq.heappop(timers)
            if call is not None:
                self.lags.note(self.clock, self.now - due)
                call(_Event(value))

    def _reminded(self, event: "_Event") -> None:
        seat, of, boots = event.value
        if boots == seat.boots and seat.awaits(of):
            self.offer(seat, of)

    async def _turn(self) -> None:
        """A batch: those that are to be told now, up to the first that dies of it."""
        batch: list[tuple[Item, str, Instant]] = []
        records: list[Record] = []
        while self._soon and len(batch) < _MOST_AT_ONCE:
            item = self._soon.popleft()
            seat = item.seat
            point = ""
            if not item.note and seat.up and seat.crashes is not None:
                point = self.injector.crash_point(seat, item.given)
                if point == "before-journal":
                    continue
            own = self.now if seat.clock is None else seat.own_time(self.now)
            self._seq += 1
            records.append(Record(self._seq, seat.address, self.now, own, encode(item.given), item.heard))
            batch.append((item, point, own))
            if point:
                break
        if records:
            await self.journal.append(records, self._confirmed)
        for record, (item, point, own) in zip(records, batch, strict=True):
            self._tell(item, point, own, record)
        self._flush_lines()
        self._since_snapshot += len(records)
        if self._since_snapshot >= _SNAPSHOT_EVERY and not self._out:
            self._since_snapshot = 0
            await self.journal.keep(self._snapshot())

    def _tell(self, item: Item, point: str, own: Instant, record: Record) -> None:
        seat = item.seat
        effects: Sequence[Effect] | None = () if item.note else seat.handle(item.given, own)
        if point:
            effects = self.injector.cut_short(seat, point, effects)
        if effects is None:
            return
        standing = self._standing.parties[seat.address]
        standing.n += 1
        n = standing.n
        self._say(seat, n, record.at, record.given, record.heard, effects)
        self.injector.listen(effects)
        for index, what in enumerate(map(type, effects)):
            if what not in _WISHES:
                continue
            effect: Any = effects[index]
            if what is Send:
                self._send(seat, effect, n, index)
            elif what is Remind:
                self._remind(seat, effect.after, effect.of)
            elif what is Connect:
                self._connect(seat, effect)
            elif seat.accepts != effect.open:
                seat.accepts = effect.open
                self._tell_presence_soon()
        if point:
            self.injector.die(seat)

    def _say(
        self, seat: Seat, n: int, at: Instant, given: bytes, heard: Name | None, effects: Sequence[Effect]
    ) -> None:
        self._said.append(
            Said(seat.address, n, at, msgspec.Raw(given), heard, msgspec.Raw(msgspec.json.encode(effects)))
        )

    def _flush_lines(self) -> None:
        if self._said:
            out = Out(control_topic(self.world, LINES, self.name), msgspec.json.encode(self._said))
            self._said = []
            self._out.append((self._seq, out))
            self._out_stir.set()

    def _send(self, seat: Seat, send: Send, n: int, index: int) -> None:
        link = seat.links[send.to]
        message = send.message
        if link.closed:
            if link.permanent:
                self.offer(seat, ConnectFailed(message.about, send.to, link.closed))
            return
        name = (seat.address, n, index, 0)
        if link.faults is None:
            self.deliver(link, message, name, link.delay, send.attempt)
            return
        for passing in self.injector.through_link(link, send):
            here = (*name[:3], passing.copy)
            if passing.held:
                link.held.append((message, here))
            else:
                self.deliver(link, message, here, passing.delay, send.attempt)

    def deliver(self, link: Link, message: Input, heard: Name, delay: Duration, attempt: int = 1) -> None:
        """Let a message arrive after ``delay``: here, or in the service of its receiver."""
        due = self.now + delay
        seat = self.seats.get(link.to)
        if seat is not None:
            self._arrive(seat, message, heard, due)
            return
        envelope = Envelope(VERSION, heard[1], heard[2], heard[3], attempt, due, msgspec.Raw(encode(message)))
        topic = message_topic(self.world, self.homes[link.to], link.to, self.name, link.sender)
        self._sent += 1
        self._out.append((self._seq, Out(topic, msgspec.json.encode(envelope))))
        self._out_stir.set()

    def _connect(self, seat: Seat, wish: Connect) -> None:
        link = seat.links[wish.to]
        there: Any = link.seat
        if link.closed == "unreachable":
            answer: Input = ConnectFailed(wish.about, wish.to, "unreachable")
        elif link.closed or not there.up or not there.accepts:
            answer = ConnectFailed(wish.about, wish.to, "refused")
        else:
            answer = Connected(wish.about, wish.to)
        self.offer(seat, answer)

    def _remind(self, seat: Seat, after: Duration, of: Reminder) -> None:
        if seat.clock is not None:
            after = self.injector.elapsed(seat, after)
        if seat.letters is not None:
            for passing in self.injector.through_letters(seat, of, after):
                self.later(self.now + passing.delay, self._reminded, (seat, of, seat.boots))
            return
        self.later(self.now + after, self._reminded, (seat, of, seat.boots))

    def _next_due(self) -> Instant:
        """The next instant at which something happens; what nobody awaits any more is forgotten on the way."""
        timers = self._timers
        while timers:
            due, _, call, value = timers[0]
            if call == self._reminded:
                seat, of, boots = value
                if boots != seat.boots or not seat.awaits(of):
                    heapq.heappop(timers)
                    continue
            return due
        return -1

    # --- what goes out --------------------------------------------------------------------------------------------

    async def _publish(self) -> None:
        """Hand everything to the bus in order; what it has taken is confirmed."""
        while True:
            self._out_stir.clear()
            if self._out:
                batch = [self._out.popleft() for _ in range(min(len(self._out), _MOST_AT_ONCE))]
                await self.bus.publish([out for _, out in batch])
                self._confirmed = max(self._confirmed, batch[-1][0] - (1 if self._out else 0))
            elif self._stopping and not self._soon and not self._working:
                return
            else:
                await self._out_stir.wait()

    def _snapshot(self) -> Snapshot:
        parties = {
            address: StandingParty(self._standing.parties[address].n, seat.party.snapshot(), HeardOf.copy(
                self._standing.parties[address].heard))
            for address, seat in self.seats.items()
        }  # fmt: skip
        return Snapshot(self._seq, msgspec.json.encode(Standing(parties)))


class _Event:
    """What the injector's callbacks are given in either runtime: something with a value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


_ENVELOPES = msgspec.json.Decoder(Envelope)
