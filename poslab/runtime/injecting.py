"""Lets injections begin, strike and end in a runtime, and keeps account of what they did."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from poslab.faults.facts import Fact
from poslab.faults.handles import BROKER, CLOCK, FACT, LETTER, LINK, PROCESS, STORE, Passing
from poslab.faults.hold import Hold
from poslab.faults.injection import Injection
from poslab.faults.process import AFTER_JOURNAL, AFTER_SEND, BEFORE_JOURNAL, DURING_RECOVERY, Crash, Pause, Stop
from poslab.faults.stores import StoreFull, StoreLostTail, StoreOldCopy
from poslab.history.truth import BROKER as BROKER_IS
from poslab.history.truth import USED_UP, Band, FaultNow, Struck, Truth
from poslab.party.contract import Address, Connect, Effect, Input, Logged, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerRestored, Restarted
from poslab.party.time import Duration, Instant
from poslab.runtime.seats import ActiveFault, Link, Seat

if TYPE_CHECKING:
    from poslab.runtime.virtual import Virtual


class Injector:
    """All injections of one run."""

    def __init__(self, world: "Virtual", injections: Sequence[Injection]) -> None:
        self._world = world
        self._injections: tuple[Injection, ...] = ()
        self._in_force: dict[str, ActiveFault] = {}
        self._over: set[str] = set()
        self._heals = 0
        """How often everything was healed; who was to come back before that is back already."""
        self._deaths: dict[Address, int] = {}
        """How many faults keep a process dead."""
        self._strikes: list[Struck] = []
        self._bands: list[Band] = []
        self._by_word: dict[tuple[str, str], list[Injection]] = {}
        self._dying: Crash | StoreLostTail | StoreOldCopy | None = None
        """The crash whose point is still to be reached."""
        self.waits_for_words = False
        """Whether an injection waits for a line of a business log."""
        self._after: dict[str, list[Injection]] = {}
        for injection in injections:
            self.add(injection)

    def add(self, injection: Injection) -> None:
        """One more, which begins when it says; one of the same name that is over is forgotten."""
        self._injections = (*(other for other in self._injections if other.id != injection.id), injection)
        self._over.discard(injection.id)
        for waiting in (*self._by_word.values(), *self._after.values()):
            waiting[:] = [other for other in waiting if other.id != injection.id]
        if injection.after:
            self._after.setdefault(injection.after, []).append(injection)
        elif injection.on_word:
            self._by_word.setdefault((injection.on_word, injection.on_about), []).append(injection)
            self.waits_for_words = True
        elif injection.start is None or injection.start <= self._world.now:
            self._begin(injection)
        else:
            self._world.later(injection.start, self._begin_event, injection)

    # --- beginnings and ends --------------------------------------------------------------------------------------

    def listen(self, effects: Sequence[Effect]) -> None:
        """Begin what waited for one of these log lines."""
        for effect in effects:
            if type(effect) is Logged:
                for key in ((effect.word, effect.about), (effect.word, "")):
                    for injection in self._by_word.pop(key, ()):
                        self._begin(injection)

    def begin(self, injection_id: str) -> None:
        """Let one begin now, whatever it waits for; ``KeyError`` if there is none of that name."""
        self._begin(self._by_id(injection_id))

    def end(self, injection_id: str) -> None:
        """Let one end now, or never begin; ``KeyError`` if there is none of that name."""
        injection = self._by_id(injection_id)
        if injection.id in self._in_force:
            self._end(injection)
        self._over.add(injection.id)

    def _by_id(self, injection_id: str) -> Injection:
        for injection in self._injections:
            if injection.id == injection_id:
                return injection
        raise KeyError(injection_id)

    def _begin_event(self, event: Any) -> None:
        if any(injection is event.value for injection in self._injections):
            self._world.wake()
            self._begin(event.value)
            self._world.settle()

    def _begin(self, injection: Injection) -> None:
        if injection.id in self._in_force or injection.id in self._over:
            return
        world = self._world
        active = ActiveFault(injection, world.now)
        self._in_force[injection.id] = active
        handle = injection.fault.handle
        if handle == LINK:
            self._begin_links(injection, active)
        elif handle == BROKER:
            self._begin_at_broker(active)
        else:
            seat = world.seats[injection.party]
            if handle == LETTER:
                seat.letters = [*(seat.letters or ()), active]
            elif handle == CLOCK:
                seat.clock = [*(seat.clock or ()), active]
                self._count(active, injection.party, "clock")
            elif handle == PROCESS:
                self._begin_process(seat, injection, active)
            elif handle == STORE:
                self._begin_store(seat, active)
            elif handle == FACT:
                self._count(active, injection.party, injection.fault.given.kind)
                world.befall(seat, injection.fault.given)
            seat.look()
        if injection.lasts is not None:
            world.later(world.now + injection.lasts, self._end_event, injection)

    def _begin_at_broker(self, active: ActiveFault) -> None:
        raise ValueError(f"{active.injection.id} breaks the broker, and there is none")

    def _end_at_broker(self, active: ActiveFault) -> None:
        """There is none."""

    def _begin_links(self, injection: Injection, active: ActiveFault) -> None:
        both = all((to, sender) in injection.links for sender, to in injection.links)
        closes = getattr(injection.fault, "closes", False)
        for link in self._links_here(injection):
            sender, to = link.sender, link.to
            if closes and both:
                self._close(link)
                self._count(active, f"{sender}->{to}", "closed")
            else:
                link.harm([*(link.faults or ()), active])

    def _close(self, link: Link) -> None:
        """Nothing gets through any more, and the sender's end notices if it is a permanent line."""
        if link.closed != "unreachable":
            was_open = not link.closed
            link.close("unreachable")
            if link.permanent and was_open:
                self._world.offer(self._world.seats[link.sender], Disconnected("", link.to, "unreachable"))

    def _open(self, link: Link) -> None:
        """There is a way through again; whether somebody answers at its end is another matter."""
        if link.closed == "unreachable":
            link.close("" if link.seat.up or not link.permanent else "refused")
            if link.permanent and not link.closed:
                self._world.offer(self._world.seats[link.sender], Connected("", link.to))

    def _links_here(self, injection: Injection) -> list[Link]:
        """The links of an injection whose senders sit here; in a world of several services the others have theirs."""
        seats = self._world.seats
        return [seats[sender].links[to] for sender, to in injection.links if sender in seats]

    def _begin_process(self, seat: Seat, injection: Injection, active: ActiveFault) -> None:
        fault = injection.fault
        if isinstance(fault, Crash):
            seat.crashes = [*(seat.crashes or ()), active]
        elif isinstance(fault, Stop):
            self._count(active, seat.address, "stopped")
            self._take_down(seat)
        elif isinstance(fault, Pause):
            self._count(active, seat.address, "paused")
            seat.paused = True

    def _begin_store(self, seat: Seat, active: ActiveFault) -> None:
        seat.crashes = [*(seat.crashes or ()), active]
        fault = active.injection.fault
        if isinstance(fault, StoreFull):
            self._count(active, seat.address, "full")
        elif isinstance(fault, StoreLostTail):
            active.copies = deque(maxlen=fault.records)
        else:
            active.copies.append(seat.party.snapshot())

    def _end_store(self, seat: Seat, active: ActiveFault) -> None:
        seat.crashes = _without(seat.crashes, active)
        fault = active.injection.fault
        if isinstance(fault, StoreFull) and not any(_full(other) for other in seat.crashes or ()):
            unkept, seat.unkept = seat.unkept, []
            for given, heard, life in unkept:
                if life == seat.boots or not isinstance(given, _OF_ONE_LIFE):
                    self._world.offer(seat, given, heard)
        elif isinstance(fault, StoreOldCopy):
            self._count(active, seat.address, "old-copy")
            seat.left = active.copies[0]
            self._dying = fault
            self.die(seat)

    def _end_event(self, event: Any) -> None:
        injection = event.value
        active = self._in_force.get(injection.id)
        if active is not None and active.injection is injection:
            self._world.wake()
            self._end(injection)
            self._world.settle()

    def _end(self, injection: Injection) -> None:
        world = self._world
        active = self._in_force.pop(injection.id)
        self._over.add(injection.id)
        handle = injection.fault.handle
        if handle == LINK:
            for link in self._links_here(injection):
                self._end_on_link(link, active)
        elif handle == BROKER:
            self._end_at_broker(active)
        else:
            seat = world.seats[injection.party]
            if handle == LETTER:
                seat.letters = _without(seat.letters, active)
            elif handle == CLOCK:
                seat.clock = _without(seat.clock, active)
            elif handle == STORE:
                self._end_store(seat, active)
            elif handle == PROCESS:
                seat.crashes = _without(seat.crashes, active)
                if isinstance(injection.fault, Stop):
                    self._bring_up(seat)
                elif isinstance(injection.fault, Pause):
                    self._end_pause(seat)
            elif isinstance(injection.fault, Fact) and injection.fault.inverse is not None:
                world.befall(seat, injection.fault.inverse)
            seat.look()
        self._bands.append(_band(active, world.now))

    def _end_on_link(self, link: Link, active: ActiveFault) -> None:
        """One fault less on a link; what it closed or held is free again, unless another one does the same."""
        link.harm(_without(link.faults, active) or link.unharmed)
        fault = active.injection.fault
        if getattr(fault, "closes", False) and not any(_closes(other, link) for other in self._in_force.values()):
            self._open(link)
        if isinstance(fault, Hold) and not any(isinstance(other.injection.fault, Hold) for other in link.faults or ()):
            held, link.held = link.held, []
            for late, (message, heard) in enumerate(reversed(held)):
                self._world.deliver(link, message, heard, link.delay + late)

    def _end_pause(self, seat: Seat) -> None:
        """A process goes on, unless another fault makes it stand still."""
        in_force = (other.injection for other in self._in_force.values())
        if any(isinstance(other.fault, Pause) and other.party == seat.address for other in in_force):
            return
        seat.paused = False
        backlog, seat.backlog = seat.backlog, []
        for given, heard in backlog:
            self._world.offer(seat, given, heard)

    def heal(self) -> None:
        """End all that is in force, in the order in which it was listed; nobody stays dead.

        Nothing that was listed until now begins any more; what is added later does.
        """
        self._heals += 1
        for injection in self._injections:
            if injection.id in self._in_force:
                self._end(injection)
            self._over.add(injection.id)
        for address in sorted(self._deaths):
            self._deaths[address] = 0
            self._world.bring_up(self._world.seats[address])

    # --- striking -------------------------------------------------------------------------------------------------

    def _strikes_now(self, active: ActiveFault, where: str, kind: str, about: str, attempt: int) -> bool:
        injection = active.injection
        if active.used_up_at is not None or not injection.match.fits(kind, about):
            return False
        active.met += 1
        if injection.nth is not None:
            if active.met != injection.nth:
                return False
            active.used_up_at = self._world.now
        # What is about no purchase has no name of its own: the first, the second … of its kind.
        copy = 0 if about else active.next_nameless(where, kind)
        if not self._world.chance.happens(injection.chance_ppm, injection.id, where, about, kind, attempt, copy):
            return False
        self._count(active, where, kind, about)
        return True

    def _count(self, active: ActiveFault, where: str, what: str, about: str = "") -> None:
        active.struck += 1
        self._strikes.append(Struck(active.injection.id, self._world.now, where, what, about))
        if active.struck == 1:
            for follower in self._after.get(active.injection.id, ()):
                if follower.start is None:
                    self._begin(follower)
                else:
                    self._world.later(max(follower.start, self._world.now), self._begin_event, follower)

    def through_link(self, link: Link, send: Send) -> Iterable[Passing]:
        """What becomes of a message under the faults of its link."""
        message = send.message
        here = [Passing(link.delay)]
        for active in link.faults or ():
            if self._strikes_now(active, f"{link.sender}->{link.to}", message.kind, message.about, send.attempt):
                strike = active.injection.fault.strike
                here = [_and_still(passing, after) for passing in here for after in strike(passing)]
        return here

    def pass_on(self, link: Link, send: Send, put_on: Callable[[Passing], tuple[Input | None, Any]]) -> None:
        """Bring a message on whatever way its link's faults leave it.

        ``put_on`` answers what the link carries of it, and its name; nothing where nothing is left of it.
        """
        world = self._world
        for passing in self.through_link(link, send):
            given, heard = put_on(passing)
            if given is None:
                continue
            if passing.held:
                link.held.append((given, heard))
            elif passing.behind_us:
                behind = (given, heard, passing.delay)
                link.behind.append(behind)
                world.later(world.now + passing.behind_us, self._nobody_overtook, (link, behind))
            else:
                world.deliver(link, given, heard, passing.delay)
                self._overtook(link, passing.delay)

    def _overtook(self, link: Link, delay: Duration) -> None:
        """A message has passed whatever stayed back for it."""
        behind, link.behind = link.behind, []
        for late, (message, heard, own) in enumerate(behind, start=1):
            self._world.deliver(link, message, heard, max(delay, own) + late)

    def _nobody_overtook(self, event: Any) -> None:
        link, behind = event.value
        if any(waiting is behind for waiting in link.behind):
            self._world.wake()
            link.behind = [waiting for waiting in link.behind if waiting is not behind]
            self._world.deliver(link, *behind)

    def through_letters(self, seat: Seat, of: Reminder, after: Duration) -> Iterable[Passing]:
        """What becomes of a letter to oneself."""
        here = [Passing(after)]
        for active in seat.letters or ():
            if self._strikes_now(active, seat.address, of.kind, of.about, 1):
                here = [then for passing in here for then in active.injection.fault.strike(passing)]
        return here

    # --- processes

    def elapsed(self, seat: Seat, after: Duration) -> Duration:
        """How long a reminder really takes where the clock drifts; a step does not touch elapsed time."""
        drift = sum(getattr(active.injection.fault, "ppm", 0) for active in seat.clock or ())
        return after * 1_000_000 // (1_000_000 + drift)

    def crash_point(self, seat: Seat, given: Input, heard: Any, *, own: bool) -> str:
        """Where the process dies while it handles this input; ``""`` if it lives.

        ``before-journal`` if it never hears it, dead or not. ``own`` is what no other party has said: it waits for a
        store that takes nothing.
        """
        for active in seat.crashes or ():
            fault = active.injection.fault
            if isinstance(fault, StoreFull):
                if own:
                    seat.unkept.append((given, heard, seat.boots))
                return BEFORE_JOURNAL
            if isinstance(fault, StoreOldCopy):
                continue
            if isinstance(fault, StoreLostTail):
                active.copies.append(seat.party.snapshot())
                if self._strikes_now(active, seat.address, given.kind, given.about, 1):
                    seat.left = active.copies[0]
                    self._dying = fault
                    return AFTER_SEND
                continue
            if fault.point == DURING_RECOVERY and type(given) not in _COMES_BACK:
                continue
            if self._strikes_now(active, seat.address, given.kind, given.about, 1):
                self._dying = fault
                if fault.point == BEFORE_JOURNAL:
                    self.die(seat)
                return str(fault.point)
        return ""

    def cut_short(self, seat: Seat, point: str, effects: Sequence[Effect] | None) -> Sequence[Effect] | None:
        """What comes of an answer at a crash point; where there was none the process dies at once."""
        if effects is None:
            self.die(seat)
            return None
        if point in (AFTER_JOURNAL, DURING_RECOVERY):
            return [effect for effect in effects if type(effect) not in (Send, Connect, Remind)]
        return effects

    def die(self, seat: Seat) -> None:
        """The process dies at the crash point that it has reached."""
        assert self._dying is not None
        self._world.later(self._world.now + self._dying.down_for_us, self._back_event, (seat, self._heals))
        self._dying = None
        self._take_down(seat)

    def _back_event(self, event: Any) -> None:
        seat, heals = event.value
        if heals == self._heals:
            self._world.wake()
            self._bring_up(seat)
            self._world.settle()

    def _take_down(self, seat: Seat) -> None:
        self._deaths[seat.address] = self._deaths.get(seat.address, 0) + 1
        self._world.take_down(seat)

    def _bring_up(self, seat: Seat) -> None:
        """One fault less keeps the process dead; it is back when none does."""
        self._deaths[seat.address] -= 1
        if not self._deaths[seat.address]:
            self._world.bring_up(seat)

    # --- account --------------------------------------------------------------------------------------------------

    def faults(self) -> tuple[FaultNow, ...]:
        """Every fault that is listed, as it stands now."""
        struck: dict[str, int] = {}
        for strike in self._strikes:
            struck[strike.fault] = struck.get(strike.fault, 0) + 1
        return tuple(
            FaultNow(
                injection.id,
                injection.called,
                _where(injection),
                self._state(injection),
                struck.get(injection.id, 0),
            )
            for injection in self._injections
        )

    def _state(self, injection: Injection) -> str:
        active = self._in_force.get(injection.id)
        if active is not None:
            return USED_UP if active.is_used_up else "in-force"
        return "over" if injection.id in self._over else "waits"

    def truth(self) -> Truth:
        """What was done to the run so far."""
        open_bands = [_band(active, None) for active in self._in_force.values()]
        struck = {strike.fault for strike in self._strikes}
        never = tuple(i.id for i in self._injections if i.id not in struck and not i.optional)
        return Truth(tuple(self._strikes), (*self._bands, *open_bands), never)


_OF_ONE_LIFE = (Reminder, Connected, ConnectFailed, Disconnected)
"""What is lost with the life of a process."""

_COMES_BACK = (Restarted, PowerRestored)
"""What a process is told when it is back."""


def _without(faults: list[ActiveFault] | None, gone: ActiveFault) -> list[ActiveFault] | None:
    left = [active for active in faults or () if active is not gone]
    return left or None


def _and_still(before: Passing, after: Passing) -> Passing:
    """What one fault did to a message is not undone by the next one."""
    held, garbled = before.held or after.held, before.garbled or after.garbled
    return Passing(after.delay, after.copy, held, max(before.behind_us, after.behind_us), garbled)


def _full(active: ActiveFault) -> bool:
    return isinstance(active.injection.fault, StoreFull)


def _closes(active: ActiveFault, link: Link) -> bool:
    """Whether a fault in force keeps a link closed: it covers both of its directions."""
    links = active.injection.links
    covered = (link.sender, link.to) in links and (link.to, link.sender) in links
    return covered and getattr(active.injection.fault, "closes", False)


def _band(active: ActiveFault, end: Instant | None) -> Band:
    return Band(active.injection.id, _where(active.injection), active.began, active.in_force_until(end))


def _where(injection: Injection) -> str:
    if injection.fault.handle == BROKER:
        return BROKER_IS
    return injection.party or ", ".join(f"{sender}->{to}" for sender, to in injection.links)
