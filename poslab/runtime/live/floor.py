"""The floor on which a service's parties sit: their lines, their reminders, what befalls them.

It offers faults the same handles as the virtual runtime does, so one ``Injector`` serves both. What is to be told next
stands in ``soon``; whoever tells it is the service.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from poslab.faults.broker import EdgeHandle
from poslab.faults.handles import BROKER, Passing
from poslab.faults.injection import Injection
from poslab.party.contract import Address, Connect, Input, Party, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Recovered, Restarted
from poslab.party.time import Duration, Instant
from poslab.runtime.chance import Chance
from poslab.runtime.journals.journal import Name, Notes
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.frames import Frame, WireOf, on_its_way
from poslab.runtime.live.lasting import LastingInjector
from poslab.runtime.live.orders import Full
from poslab.runtime.live.standing import digest_of
from poslab.runtime.live.timers import Event, Letter, Timers
from poslab.runtime.seats import Link, LinkSpec, Seat

Wakes = Mapping[Address, tuple[Input | None, Input]]


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
    note: bool = False
    """A line of the runtime's own: written down, told to nobody."""


class Floor:
    """Seats for a service's parties. ``carry`` brings a message on its way, ``noticed`` tells that somebody sitting
    here came or went, ``stir`` that there is something to do.
    """

    def __init__(
        self,
        parties: Mapping[Address, Party],
        links: Iterable[LinkSpec],
        elsewhere: Iterable[Address],
        *,
        clock: WorldClock,
        seed: str,
        wakes: Wakes,
        fresh: Callable[[Address], Party | None],
        carry: Callable[[Link, Input | Frame, Name, Instant, int], None],
        noticed: Callable[[], None],
        stir: Callable[[], None],
        wire: WireOf | None = None,
        service: str = "",
        edge: EdgeHandle | None = None,
    ) -> None:
        self.edge = edge
        """Our own end of the bus, where faults of the broker can strike."""
        self._service = service
        self.chance = Chance(seed)
        self.now = clock.now()
        self.timers = Timers()
        self.soon: deque[Item] = deque()
        self.seats = {address: Seat(address, party, self.chance.tie_seed) for address, party in parties.items()}
        self.peers = {address: Peer(address) for address in elsewhere}
        for spec in links:
            if spec.sender in self.seats:
                there: Any = self.seats.get(spec.to) or self.peers[spec.to]
                self.seats[spec.sender].links[spec.to] = Link(spec, there, self.chance.tie_seed)
        self.injector = LastingInjector(self)
        self.went_back = False
        """Whether somebody came back with less than it had heard: nothing that was kept before says so."""
        self.wire = None if wire is None else wire(lambda address: self.seats[address].party)
        self._clock = clock
        self._wakes = wakes
        self._fresh = fresh
        self._carry = carry
        self._noticed = noticed
        self._stir = stir

    def haunt(self, injections: Sequence[Injection], account: Notes) -> tuple[str, ...]:
        """Let things go wrong from now on: what an earlier process kept account of, and those injections that strike
        here. Answers what is in force again.
        """
        resumed = self.injector.resume(account) if account else ()
        for injection in injections:
            if self.strikes_here(injection):
                self.injector.add(injection)
        return resumed

    def strikes_here(self, injection: Injection) -> bool:
        """Whether anything it strikes sits here; ``ValueError`` for a link from here that there is not."""
        if injection.fault.handle == BROKER:
            fault = injection.fault
            return self.edge is not None and fault.at_ends and bool(fault.strikes_at(self._service))
        if injection.party:
            return injection.party in self.seats
        for sender, to in injection.links:
            if sender in self.seats and to not in self.seats[sender].links:
                raise ValueError(f"there is no link {sender}->{to}")
        return any(sender in self.seats for sender, _ in injection.links)

    def shown(self, refused_last: str) -> Full:
        """How it stands here, for people."""
        return Full(
            parties={address: seat.shown for address, seat in self.seats.items()},
            closed={
                f"{link.sender}->{link.to}": link.closed
                for seat in self.seats.values()
                for link in seat.links.values()
                if link.closed
            },
            faults=self.injector.faults(),
            waiting=len(self.soon),
            refused_last=refused_last,
        )

    # --- time -----------------------------------------------------------------------------------------------------

    def later(self, at: Instant, call: Callable[[Any], None], value: Any = None, low: int = 0) -> None:
        """Call back at an instant, with an event that has the ``value``."""
        self.timers.set(at, call, value)
        self._stir()

    def after_all(self, at: Instant, call: Callable[[Any], None], value: Any) -> asyncio.TimerHandle:
        """Call back when it would be that instant by the tempo that was heard last, also if the clock stands still."""
        left_s = self._clock.surely_s(at - self._clock.now())
        return asyncio.get_running_loop().call_later(left_s, call, Event(value))

    def wake(self) -> None:
        """Read the clock."""
        self.now = max(self.now, self._clock.now())

    def settle(self) -> None:
        """What was offered is told in the next turn."""
        self._stir()

    def offer(self, seat: Seat, given: Input, heard: Name | None = None) -> None:
        """Tell a party something next; a paused one after what came before."""
        if seat.paused:
            seat.backlog.append((given, heard))
        else:
            self.soon.append(Item(seat, given, heard))
        self._stir()

    def befall(self, seat: Seat, given: Input, heard: Name | None = None) -> None:
        """Hand over a fact of life; a dead process meets it when it is back."""
        if seat.up:
            self.offer(seat, given, heard)
        else:
            seat.missed.append(given)

    def take_down(self, seat: Seat) -> None:
        """A party's process dies: reminders are lost, permanent lines to it break."""
        if not seat.up:
            return
        cut, _ = self._wakes.get(seat.address, (None, None))
        self.soon = deque(item for item in self.soon if item.seat is not seat)
        if cut is not None:
            self.soon.append(Item(seat, cut))
        seat.up = False
        seat.boots += 1
        seat.backlog = []
        self.peer_changed(seat.address, up=False)
        self._noticed()

    def bring_up(self, seat: Seat) -> None:
        """A party's process is back with what it had in durable storage."""
        if seat.up:
            return
        seat.up = True
        seat.accepts = True
        self._reborn(seat)
        missed, seat.missed = seat.missed, []
        for given in missed:
            self.offer(seat, given)
        self.peer_changed(seat.address, up=True)
        self._noticed()
        for address, link in seat.links.items():
            if link.permanent and link.closed:
                self.offer(seat, Disconnected("", address, link.closed))

    def wake_all(self) -> None:
        """After the whole service died and its journal was replayed: everybody is back, as after a crash."""
        for seat in self.seats.values():
            cut, _ = self._wakes.get(seat.address, (None, None))
            if cut is not None:
                self.soon.append(Item(seat, cut))
            self._reborn(seat)

    def cut_of(self, address: Address) -> Input | None:
        """What a party is told when its process dies, if anything."""
        return self._wakes.get(address, (None, None))[0]

    def _reborn(self, seat: Seat) -> None:
        kept = seat.party.snapshot()
        reborn = self._fresh(seat.address)
        if reborn is not None:
            self.went_back |= seat.left is not None
            seat.restore(reborn, kept, self.cut_of(seat.address), self.now)
        back = digest_of(seat.party.snapshot())
        _, wake = self._wakes.get(seat.address, (None, Restarted()))
        self.soon.append(Item(seat, Recovered("", digest_of(kept), back), note=True))
        self.soon.append(Item(seat, wake))

    def peer_changed(self, address: Address, *, up: bool) -> None:
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

    # --- what parties wish for ------------------------------------------------------------------------------------

    def deliver(self, link: Link, message: Input | Frame, heard: Name, delay: Duration, attempt: int = 1) -> None:
        """Let a message arrive after ``delay``, wherever its receiver sits."""
        self._carry(link, message, heard, self.now + delay, attempt)

    def send(self, seat: Seat, send: Send, name: Name) -> None:
        """Put a message on its link, with all that waits for it there."""
        link = seat.links[send.to]
        if link.closed:
            if link.permanent:
                self.offer(seat, ConnectFailed(send.message.about, send.to, link.closed))
            return
        if link.faults is None:
            self.say_again(link, send, name)
            return
        sender, line, effect, _, _ = name

        def put_on(passing: Passing) -> tuple[Any, Name]:
            given = on_its_way(self.wire, send, link.sender, self.now, passing.garbled)
            return given, (sender, line, effect, passing.copy, passing.garbled)

        self.injector.pass_on(link, send, put_on)

    def say_again(self, link: Link, send: Send, name: Name) -> None:
        """Put a message on its link, whatever waits for it there."""
        given = on_its_way(self.wire, send, link.sender, self.now, garbled=False)
        if given is not None:
            self._carry(link, given, name, self.now + link.delay, send.attempt)

    def connect(self, seat: Seat, wish: Connect) -> None:
        """Tell it whether the connection came about."""
        link = seat.links[wish.to]
        there: Any = link.seat
        if link.closed == "unreachable":
            answer: Input = ConnectFailed(wish.about, wish.to, "unreachable")
        elif link.closed or not there.up or not there.accepts:
            answer = ConnectFailed(wish.about, wish.to, "refused")
        else:
            answer = Connected(wish.about, wish.to)
        self.offer(seat, answer)

    def remind(self, seat: Seat, after: Duration, of: Reminder) -> None:
        """Let a letter come back."""
        if seat.clock is not None:
            after = self.injector.elapsed(seat, after)
        if seat.letters is not None:
            for passing in self.injector.through_letters(seat, of, after):
                self.later(self.now + passing.delay, self._reminded, Letter(seat, of, seat.boots))
            return
        self.later(self.now + after, self._reminded, Letter(seat, of, seat.boots))

    def _reminded(self, event: Event) -> None:
        if event.value.is_awaited():
            self.offer(event.value.seat, event.value.of)
