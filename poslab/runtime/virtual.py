"""The virtual runtime: drives parties on SimPy in integer time. One seed, one history.

Messages and reminders are SimPy timeouts with callbacks. The simulation clock counts microseconds in its upper bits;
its lowest twenty bits order what falls on one instant: messages first, reminders after, each by a tie-break keyed by
who and what is meant, never by who asked first. What people do to the machine before them takes no time and is
handled at once, in the order in which it was done.
"""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any
from zlib import crc32

import simpy
from simpy.events import NORMAL, Timeout

from poslab.faults.handles import Passing
from poslab.faults.injection import Injection
from poslab.history.line import Garbled, Heard, Line, ManySink, Sink
from poslab.history.truth import Truth
from poslab.party.contract import Accept, Address, Connect, Effect, Input, Party, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerRestored, Recovered, Restarted
from poslab.party.time import SECOND, Duration, Instant
from poslab.runtime.chance import Chance
from poslab.runtime.injecting import Injector
from poslab.runtime.seats import LOW_BITS, Link, LinkSpec, Seat

_REMINDERS_AFTER = 1 << (LOW_BITS - 1)
_TIE = _REMINDERS_AFTER - 1
_LOW = (1 << LOW_BITS) - 1

_WISHES = frozenset((Send, Remind, Connect, Accept))
"""Effects that the runtime carries out; all others are only written down."""

_MANY_FORMS = 1_000
_LONG = 12
"""So many forms of answers are remembered, each of so many effects at most."""


class _Wishes(dict[tuple[type, ...], list[tuple[int, type]]]):
    """The form of an answer, which is the types of its effects → those to be carried out, and where they stand."""

    def __missing__(self, form: tuple[type, ...]) -> list[tuple[int, type]]:
        wishes: list[tuple[int, type]] = [(index, what) for index, what in enumerate(form) if what in _WISHES]
        if len(form) <= _LONG and len(self) < _MANY_FORMS:
            self[form] = wishes
        return wishes


_SHORT: Duration = 5 * SECOND
"""Of what comes back so soon hardly anything is stale by then: such a letter is an event of its own."""

_OF_THIS_LIFE = (Reminder, Connected, ConnectFailed, Disconnected, Restarted, PowerRestored)
"""What is lost with the life of a process; any other fact of life is met in the next one."""

_MANY = (1 << 8) - 1
"""Sinks see one line more than so many at a time: few enough to be near at hand still, and each sink is kept warm."""

_MUCH = 64
"""A line with more effects, as those of a night's jobs, is shown at once: a night together would fill the memory."""

_MANY_LENGTHS = 100
"""So many lengths of reminders may be known before those of which none waits are forgotten."""

Fact = tuple[Instant, Address, Input]

_Letter = tuple[Instant, Seat, Reminder, int]
"""When somebody is to be reminded, who, of what, and the life of the party's process in which that was wished."""


def _tick_of(letter: _Letter) -> int:
    at, seat, of, _ = letter
    return at << LOW_BITS | _REMINDERS_AFTER | crc32(of.about.encode(), seat.tie_seed) & _TIE


class _Coming(Timeout):
    """What happens at a tick of the simulation clock. Its ``load`` begins with that tick, so that nobody has to ask.

    One that has happened is scheduled again for something else: to make a new one costs more than all the rest of it.
    """

    load: Any


class _Queue:
    """Reminders of one length, whosever they are: who is reminded first asked first, but for one and the same instant.

    Only the first of them is an event, ``armed`` is its tick (0: there is none). When it is due most of those behind it
    are not awaited any more, and are passed over without an event of their own.
    """

    __slots__ = ("armed", "waiting")

    def __init__(self) -> None:
        self.armed = 0
        self.waiting: deque[_Letter] = deque()


def _one_by_one(sink: Sink) -> Callable[[Sequence[Line], Sequence[Input]], None]:
    def see_many(lines: Sequence[Line], given: Sequence[Input]) -> None:
        for line, heard in zip(lines, given, strict=True):
            sink.see(line, heard)

    return see_many


class NoSuchLink(AssertionError):
    """A party speaks to an address it has no link to: our own bug."""


class Virtual:
    """A world in virtual time.

    ``wakes`` gives for a party what it is told when its process dies (or ``None``) and when it is back; others are told
    ``Restarted``. ``fresh`` makes a newborn party for an address, into which the state is restored after a crash.
    """

    def __init__(
        self,
        parties: Mapping[Address, Party],
        links: Iterable[LinkSpec],
        *,
        start: Instant,
        seed: str = "1",
        sinks: Sequence[Sink] = (),
        injections: Sequence[Injection] = (),
        wakes: Mapping[Address, tuple[Input | None, Input]] | None = None,
        fresh: Callable[[Address], Party] | None = None,
    ) -> None:
        self.chance = Chance(seed)
        self.env: Any = simpy.Environment(initial_time=start << LOW_BITS)
        self.now = start
        self._tick = start << LOW_BITS
        self.lines = 0
        self._told: list[Line] = []
        """Lines that the sinks have not seen yet."""
        self._heard: list[Input] = []
        """The inputs of these lines."""
        self._sees = [sink.see_many if isinstance(sink, ManySink) else _one_by_one(sink) for sink in sinks]
        self._wakes = wakes or {}
        self._fresh = fresh
        self._soon: deque[tuple[Seat, Input, Heard | None]] = deque()
        self._arrivals: list[Callable[[Any], None]] = [self._arrive]
        self._dues: list[Callable[[Any], None]] = [self._due]
        self._facts: list[Callable[[Any], None]] = [self._fact]
        self._letters: list[Callable[[Any], None]] = [self._letter]
        self._idle: list[_Coming] = []
        """What has happened, and may be used again."""
        self._schedule = self.env.schedule
        self._wishes = _Wishes()
        self._queues: dict[Duration, _Queue] = {}
        self._listens = False
        self.seats = {address: Seat(address, party, self.chance.tie_seed) for address, party in parties.items()}
        for spec in links:
            if spec.sender in self.seats and spec.to in self.seats:
                link = Link(spec, self.seats[spec.to], self.chance.tie_seed)
                self.seats[spec.sender].links[spec.to] = link
        self.injector = Injector(self, injections)
        self._listens = self.injector.waits_for_words

    # --- what the stage asks for ---------------------------------------------------------------------------

    def feed(self, facts: Iterable[Fact]) -> None:
        """Hand facts of life to parties, in the order of their instants; taken one by one as time goes on."""
        self._next_fact(iter(facts))

    def run(self, until: Instant) -> None:
        """Go on to an instant, its own events included; an instant that is over already changes nothing."""
        last = ((until + 1) << LOW_BITS) - 1
        if last <= self.env.now:
            return
        collecting = gc.isenabled()
        gc.disable()
        try:
            self.env.run(until=last)
        finally:
            if collecting:
                gc.enable()
            self._hand_over()
        self.wake()

    def heal(self) -> None:
        """End every fault that is in force, and let none begin any more."""
        self.injector.heal()
        self.settle()
        self._hand_over()

    def end(self, fault: str) -> None:
        """End one fault that is in force; one that is not is left as it is."""
        self.injector.end(fault)
        self.settle()

    def truth(self) -> Truth:
        """What was injected so far."""
        return self.injector.truth()

    # --- time --------------------------------------------------------------------------------------------------

    def later(self, at: Instant, call: Callable[[Any], None], value: Any = None, low: int = 0) -> None:
        """Call back at an instant; ``low`` orders within it."""
        delay = ((at << LOW_BITS) | low) - self._tick
        Timeout(self.env, delay if delay > 0 else 0, value).callbacks.append(call)

    def _come(self, wait: int, callbacks: list[Callable[[Any], None]], load: Any) -> None:
        """Call back when so many ticks have passed."""
        if self._idle:
            coming = self._idle.pop()
            self._schedule(coming, NORMAL, wait)
        else:
            coming = _Coming(self.env, wait)
        coming.load = load
        coming.callbacks = callbacks

    def _next_fact(self, facts: Iterator[Fact]) -> None:
        upcoming = next(facts, None)
        if upcoming is not None:
            at, address, given = upcoming
            tick = max(at << LOW_BITS, self._tick)
            self._come(tick - self._tick, self._facts, (tick, self.seats[address], given, facts))

    def _fact(self, event: Any) -> None:
        self._idle.append(event)
        self._tick, seat, given, facts = event.load
        self.now = self._tick >> LOW_BITS
        if seat.sound:
            self._tell(seat, given, None)
        else:
            self._soon.append((seat, given, None))
        if self._soon:
            self.settle()
        self._next_fact(facts)

    # --- hearing --------------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Read the simulation clock; every callback does so first."""
        self._tick = self.env.now
        self.now = self._tick >> LOW_BITS

    def _arrive(self, event: Any) -> None:
        """A message is there."""
        self._idle.append(event)
        self._tick, link, given, heard = event.load
        self.now = self._tick >> LOW_BITS
        seat = link.seat
        if link.closed:
            return
        if seat.sound:
            self._tell(seat, given, heard)
        elif seat.up:
            self._soon.append((seat, given, heard))
        if self._soon:
            self.settle()

    def offer(self, seat: Seat, given: Input, heard: Heard | None = None) -> None:
        """Tell a party something as soon as what is being handled now is done; a paused one after what came before."""
        if seat.paused:
            seat.backlog.append((given, heard))
        else:
            self._soon.append((seat, given, heard))

    def befall(self, seat: Seat, given: Input) -> None:
        """Hand over a fact of life; a dead process meets it when it is back."""
        if seat.up:
            self.offer(seat, given)
        else:
            seat.missed.append(given)

    def settle(self) -> None:
        """Tell everybody what was offered to them."""
        soon = self._soon
        while soon:
            seat, given, heard = soon.popleft()
            if seat.sound:
                self._tell(seat, given, heard)
            elif seat.up:
                if seat.paused:
                    seat.backlog.append((given, heard))
                else:
                    self._tell(seat, given, heard)
            elif heard is None and not isinstance(given, _OF_THIS_LIFE):
                seat.missed.append(given)  # it died again while it was coming back

    def _tell(self, seat: Seat, given: Input, heard: Heard | None) -> None:  # noqa: C901 (calls cost most of its time)
        """Let a party answer, write the line, carry out what it wishes. The hottest path there is."""
        now = self.now
        point = ""
        if seat.sound:
            effects = seat.handle(given, now)
        elif seat.crashes is None:
            effects = seat.handle(given, seat.own_time(now))
        else:
            point = self.injector.crash_point(seat, given, heard, own=heard is None)
            if point == "before-journal":
                return
            effects = seat.handle(given, seat.own_time(now))
            if point:
                effects = self.injector.cut_short(seat, point, effects)
        if effects is None:
            return
        self.lines = n = self.lines + 1
        self._told.append(Line(n, now, seat.address, heard or given, effects))
        self._heard.append(given)
        if not n & _MANY or len(effects) > _MUCH:
            self._hand_over()
        if self._listens:
            self.injector.listen(effects)
        for index, what in self._wishes[tuple(map(type, effects))]:
            effect: Any = effects[index]
            if what is Send:
                try:
                    link = seat.links[effect.to]
                except KeyError:
                    raise NoSuchLink(f"{seat.address} sends {effect.message.kind} to {effect.to}") from None
                if link.ticks:
                    # As ``deliver`` does it, without the calls: nearly every message goes this way.
                    message = effect.message
                    low = crc32(message.about.encode(), link.tie_seed) & _TIE
                    due = (now << LOW_BITS) + link.ticks + low
                    if self._idle:
                        coming = self._idle.pop()
                        self._schedule(coming, NORMAL, due - self._tick)
                    else:
                        coming = _Coming(self.env, due - self._tick)
                    coming.load = (due, link, message, Heard(n, index))
                    coming.callbacks = self._arrivals
                elif link.sound:
                    self._soon.append((link.seat, effect.message, Heard(n, index)))
                else:
                    self._send_in_trouble(seat, link, effect, n, index)
            elif what is Remind:
                self._remind(seat, effect.after, effect.of)
            elif what is Connect:
                self._connect(seat, effect)
            else:
                seat.accepts = effect.open
        if point:
            self.injector.die(seat)

    def note(self, seat: Seat, given: Input, effects: Sequence[Effect] = ()) -> None:
        """Write a line of the runtime's own about a party."""
        self.lines += 1
        self._told.append(Line(self.lines, self.now, seat.address, given, effects))
        self._heard.append(given)

    def _hand_over(self) -> None:
        """Let the sinks see what they have not seen yet."""
        told, heard = self._told, self._heard
        self._told, self._heard = [], []
        for see in self._sees:
            see(told, heard)

    # --- carrying out ---------------------------------------------------------------------------------------------

    def _send_in_trouble(self, seat: Seat, link: Link, send: Send, n: int, index: int) -> None:
        message = send.message
        if link.closed:
            if link.permanent:
                self.offer(seat, ConnectFailed(message.about, send.to, link.closed))
            return
        self.injector.pass_on(link, send, lambda passing: self._put_on(link, send, passing, n, index))

    def _put_on(self, link: Link, send: Send, passing: Passing, n: int, index: int) -> tuple[Input | None, Heard]:
        """What a link carries of a message, and what the history will call it; ``None`` where nothing is left of it."""
        if passing.garbled:
            return send.message.garbled(), Garbled(n, index, passing.copy)
        return send.message, Heard(n, index, passing.copy)

    def deliver(self, link: Link, message: Input, heard: Heard, delay: Duration) -> None:
        """Let a message arrive after ``delay``. What one link carries about one purchase stays in order."""
        low = crc32(message.about.encode(), link.tie_seed) & _TIE
        tick = max(((self.now + delay) << LOW_BITS) | low, self._tick)
        self._come(tick - self._tick, self._arrivals, (tick, link, message, heard))

    def _connect(self, seat: Seat, wish: Connect) -> None:
        link = seat.links.get(wish.to)
        if link is None:
            raise NoSuchLink(f"{seat.address} connects to {wish.to}")
        if link.closed == "unreachable":
            answer: Input = ConnectFailed(wish.about, wish.to, "unreachable")
        elif link.closed or not link.seat.up or not link.seat.accepts:
            answer = ConnectFailed(wish.about, wish.to, "refused")
        else:
            answer = Connected(wish.about, wish.to)
        self._soon.append((seat, answer, None))

    # --- reminders ------------------------------------------------------------------------------------------------

    def _remind(self, seat: Seat, after: Duration, of: Reminder) -> None:
        if after < 0:
            raise ValueError(f"{seat.address} wants to be reminded {after} µs ago of {of!r}")
        if seat.clock is not None:
            after = self.injector.elapsed(seat, after)
        at = self.now + after
        letter = (at, seat, of, seat.boots)
        if seat.letters is not None:
            low = _tick_of(letter) & _LOW
            for passing in self.injector.through_letters(seat, of, after):
                self.later(self.now + passing.delay, self._delayed_letter, letter, low)
            return
        if after < _SHORT:
            tick = max(_tick_of(letter), self._tick)
            self._come(tick - self._tick, self._letters, (tick, letter))
            return
        queue = self._queues.get(after) or self._new_queue(after)
        waiting = queue.waiting
        if not waiting or at > waiting[-1][0]:
            waiting.append(letter)
        else:
            tick = _tick_of(letter)
            place = len(waiting)
            while place and (waiting[place - 1][0] > at or _tick_of(waiting[place - 1]) > tick):
                place -= 1
            waiting.insert(place, letter)
        if not queue.armed or (waiting[0] is letter and _tick_of(letter) < queue.armed):
            self._arm(queue, letter)

    def _new_queue(self, after: Duration) -> _Queue:
        if len(self._queues) >= _MANY_LENGTHS:
            self._queues = {length: queue for length, queue in self._queues.items() if queue.waiting}
        queue = self._queues[after] = _Queue()
        return queue

    def _arm(self, queue: _Queue, first: _Letter) -> None:
        queue.armed = tick = _tick_of(first)
        now = self._tick
        due = max(tick, now)
        self._come(due - now, self._dues, (due, tick, queue, first))

    def _due(self, event: Any) -> None:
        """Tell whom a queue's first reminder is for, if it is still awaited, and pass over all that are not."""
        self._idle.append(event)
        now, tick, queue, first = event.load
        if tick != queue.armed:
            return
        self._tick = now
        self.now = now >> LOW_BITS
        waiting = queue.waiting
        while waiting:
            letter = waiting[0]
            _, seat, of, boots = letter
            if boots == seat.boots and seat.awaits(of):
                if letter is not first and _tick_of(letter) > tick:
                    self._arm(queue, letter)
                    return
                waiting.popleft()
                self._soon.append((seat, of, None))
                self.settle()
            else:
                waiting.popleft()
        queue.armed = 0

    def _letter(self, event: Any) -> None:
        """A letter that was not to be long on its way is there."""
        self._idle.append(event)
        tick, (_, seat, of, boots) = event.load
        if boots == seat.boots and seat.awaits(of):
            self._tick = tick
            self.now = tick >> LOW_BITS
            self.offer(seat, of)
            self.settle()

    def _delayed_letter(self, event: Any) -> None:
        _, seat, of, boots = event.value
        if boots == seat.boots and seat.awaits(of):
            self.wake()
            self.offer(seat, of)
            self.settle()

    # --- processes and lines --------------------------------------------------------------------------------------

    def take_down(self, seat: Seat) -> None:
        """The process dies: reminders are lost, permanent lines to it break."""
        if not seat.up:
            return
        cut, _ = self._wakes.get(seat.address, (None, None))
        if cut is not None:
            effects = seat.handle(cut, seat.own_time(self.now)) or ()
            self.note(seat, cut, effects)
        seat.up = False
        seat.look()
        seat.boots += 1
        seat.backlog = []
        for address in seat.links:
            back = self.seats[address].links.get(seat.address)
            if back is not None and back.permanent and not back.closed:
                back.close("refused")
                self.offer(self.seats[address], Disconnected("", seat.address, "refused"))

    def bring_up(self, seat: Seat) -> None:
        """The process is back with what it had in durable storage."""
        if seat.up:
            return
        kept = seat.party.snapshot()
        if self._fresh is not None:
            cut, _ = self._wakes.get(seat.address, (None, None))
            reborn = self._fresh(seat.address)
            seat.restore(reborn, kept, cut, self.now)
            back = reborn.snapshot()
            self.note(seat, Recovered("", sha256(kept).hexdigest()[:16], sha256(back).hexdigest()[:16]))
        seat.up = True
        seat.look()
        seat.accepts = True
        _, wake = self._wakes.get(seat.address, (None, Restarted()))
        self.offer(seat, wake)
        missed, seat.missed = seat.missed, []
        for given in missed:
            self.offer(seat, given)
        for address in seat.links:
            back_link = self.seats[address].links.get(seat.address)
            if back_link is not None and back_link.permanent:
                if back_link.closed == "refused":
                    back_link.close("")
                    self.offer(self.seats[address], Connected("", seat.address))
                if seat.links[address].closed:
                    self.offer(seat, Disconnected("", address, seat.links[address].closed))
