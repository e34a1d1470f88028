"""Faults that outlive the process in which they strike: what is in force is kept, and goes on after a restart.

What a fault did to somebody is in that party's own state; what is kept here is which faults there are, how each stands,
and how often it has met something and struck. So one that was to strike the first answer does not strike a second one.
"""

import asyncio
from base64 import b64decode, b64encode
from collections import deque
from typing import TYPE_CHECKING, Any, Final
from zlib import compress, decompress

import msgspec
from msgspec import Struct

from poslab.faults.handles import BROKER, FACT
from poslab.faults.injection import Injection
from poslab.faults.process import Pause
from poslab.faults.stores import StoreOldCopy
from poslab.history.truth import BROKER as BROKER_IS
from poslab.history.truth import FaultNow, Truth
from poslab.party.time import Instant
from poslab.runtime.chance import Chance
from poslab.runtime.injecting import Injector
from poslab.runtime.journals.journal import Notes
from poslab.runtime.live.injections import injection_of, written
from poslab.runtime.seats import ActiveFault, Seat

if TYPE_CHECKING:
    from poslab.runtime.live.floor import Floor, Item

STRIKES: Final = 20_000
"""So many strikes, the last ones, are told one by one; of those before them it is known how many they were."""
_OVER: Final = 200
"""So many faults that are over are still listed after a restart."""


class _Kept(Struct, frozen=True):
    """One fault. ``state`` as in ``FaultNow``; the rest says how far it has come."""

    says: msgspec.Raw
    state: str
    struck: int
    began: Instant = 0
    met: int = 0
    used_up: Instant | None = None
    nameless: tuple[tuple[str, str, int], ...] = ()


class _Account(Struct, frozen=True):
    """All faults of a service, in the order in which they were listed. ``seed`` is that of their chance."""

    seed: str
    faults: tuple[_Kept, ...]


def _copy_of(injection: Injection) -> str:
    """Under which name the copy is kept that a fault of a store will bring back."""
    return f"copy:{injection.id}"


class LastingInjector(Injector):
    """``changed`` says whether there is something that the last account does not tell."""

    def __init__(self, floor: "Floor") -> None:
        self.changed = False
        self._struck: dict[str, int] = {}
        self._copies: dict[str, bytes] = {}
        """Old copies of stores that are still to be kept, or (empty) to be forgotten."""
        self._at_edge: dict[str, ActiveFault] = {}
        """Faults of the broker that strike at our end of the bus just now …"""
        self._ends: dict[str, asyncio.TimerHandle] = {}
        """… and when those end that cut us off."""
        self._seed = ""
        self._floor = floor
        super().__init__(floor, ())  # type: ignore[arg-type]

    def draw_from(self, seed: str) -> None:
        """Let chance follow from another seed."""
        self._seed = seed
        self._floor.chance = Chance(seed)
        self.changed = True

    # --- what changes -----------------------------------------------------------------------------------------------

    def add(self, injection: Injection) -> None:
        """As ever."""
        self.changed = True
        super().add(injection)

    def end(self, injection_id: str) -> None:
        """As ever."""
        super().end(injection_id)
        self.changed = True

    def heal(self) -> None:
        """As ever."""
        self.changed = self.changed or bool(self._injections)
        super().heal()

    def _begin(self, injection: Injection) -> None:
        self.changed = True
        super()._begin(injection)

    def _begin_at_broker(self, active: ActiveFault) -> None:
        self._count(active, BROKER_IS, type(active.injection.fault).__name__)
        self._at_our_end(active)

    def _at_our_end(self, active: ActiveFault) -> None:
        """Strike there."""
        injection = active.injection
        if self._floor.edge is not None and self._in_force.get(injection.id) is active:
            injection.fault.begin(self._floor.edge)
            self._at_edge[injection.id] = active
            self._end_in_time(active)

    def at_another_tempo(self) -> None:
        """The clock goes on otherwise: whoever is cut off is back sooner, or later."""
        for active in list(self._at_edge.values()):
            self._end_in_time(active)

    def _end_in_time(self, active: ActiveFault) -> None:
        """Who is cut off may not hear how the clock goes on, and is back all the same."""
        injection = active.injection
        if injection.lasts is not None and injection.fault.silences:
            self._forget_end(injection.id)
            self._ends[injection.id] = self._floor.after_all(
                active.began + injection.lasts, self._end_event, injection
            )

    def _forget_end(self, injection_id: str) -> None:
        end = self._ends.pop(injection_id, None)
        if end is not None:
            end.cancel()

    def _begin_store(self, seat: Seat, active: ActiveFault) -> None:
        super()._begin_store(seat, active)
        if isinstance(active.injection.fault, StoreOldCopy):
            (copy,) = active.copies
            self._copies[_copy_of(active.injection)] = b64encode(compress(copy))

    def _end(self, injection: Injection) -> None:
        self.changed = True
        if isinstance(injection.fault, StoreOldCopy):
            self._copies[_copy_of(injection)] = b""
        super()._end(injection)

    def _end_at_broker(self, active: ActiveFault) -> None:
        injection = active.injection
        self._forget_end(injection.id)
        if self._floor.edge is not None and self._at_edge.pop(injection.id, None) is not None:
            injection.fault.end(self._floor.edge)

    def _strikes_now(self, active: ActiveFault, where: str, kind: str, about: str, attempt: int) -> bool:
        met = active.met
        strikes = super()._strikes_now(active, where, kind, about, attempt)
        self.changed = self.changed or active.met != met
        return strikes

    def _count(self, active: ActiveFault, where: str, what: str, about: str = "") -> None:
        self.changed = True
        self._struck[active.injection.id] = self._struck.get(active.injection.id, 0) + 1
        super()._count(active, where, what, about)
        if len(self._strikes) >= 2 * STRIKES:
            del self._strikes[:STRIKES]

    # --- account ----------------------------------------------------------------------------------------------------

    def faults(self) -> tuple[FaultNow, ...]:
        """As ever, with the strikes of earlier processes."""
        return tuple(msgspec.structs.replace(fault, struck=self._struck.get(fault.id, 0)) for fault in super().faults())

    def truth(self) -> Truth:
        """As ever; what struck in an earlier process did strike."""
        told = super().truth()
        never = tuple(name for name in told.never_struck if not self._struck.get(name))
        return msgspec.structs.replace(told, never_struck=never)

    def account(self) -> Notes:
        """What is to be kept so that they go on; nothing where the last account still tells it all."""
        if not self.changed:
            return {}
        self.changed = False
        copies, self._copies = self._copies, {}
        over = [injection for injection in self._injections if injection.id in self._over]
        passed_over = {injection.id for injection in over[:-_OVER]}
        listed = [injection for injection in self._injections if injection.id not in passed_over]
        return {"": msgspec.json.encode(_Account(self._seed, tuple(map(self._kept, listed)))), **copies}

    def _kept(self, injection: Injection) -> _Kept:
        says, struck = msgspec.Raw(written(injection)), self._struck.get(injection.id, 0)
        active = self._in_force.get(injection.id)
        if active is None:
            return _Kept(says, "over" if injection.id in self._over else "waits", struck)
        nameless = tuple((*which, count) for which, count in active.nameless.items())
        return _Kept(says, "in-force", struck, active.began, active.met, active.used_up_at, nameless)

    def resume(self, account: Notes) -> tuple[str, ...]:
        """Go on as an account says; answers which faults are in force. For an injector that has none yet."""
        told = msgspec.json.decode(account[""], type=_Account)
        if told.seed:
            self.draw_from(told.seed)
        kept = [(injection_of(bytes(each.says)), each) for each in told.faults]
        self._injections = tuple(injection for injection, _ in kept)
        self._over = {injection.id for injection, each in kept if each.state == "over"}
        self._struck = {injection.id: each.struck for injection, each in kept if each.struck}
        in_force = [(injection, each) for injection, each in kept if each.state == "in-force"]
        for injection, each in in_force:
            self._go_on(injection, each)
            if copy := account.get(_copy_of(injection)):
                self._in_force[injection.id].copies = deque((decompress(b64decode(copy)),))
        for injection, each in kept:
            if each.state == "waits":
                self._wait_on(injection)
        self.changed, self._copies = False, {}
        return tuple(injection.id for injection, _ in in_force if not self._in_force[injection.id].is_used_up)

    def _go_on(self, injection: Injection, kept: _Kept) -> None:
        """It is in force again, as one that began long ago and has struck so often."""
        if injection.fault.handle == FACT:  # what it told its party is in the party's state
            active = self._in_force[injection.id] = ActiveFault(injection, kept.began)
        elif injection.fault.handle == BROKER:  # it is joined, and the clock known, before we are cut off from it
            active = self._in_force[injection.id] = ActiveFault(injection, kept.began)
            self._floor.later(self._floor.now, lambda event: self._at_our_end(event.value), active)
        else:
            if isinstance(injection.fault, Pause):
                self._keep_back(injection.party)
            self._begin(msgspec.structs.replace(injection, lasts=None))
            active = self._in_force[injection.id]
            active.injection = injection
        active.began, active.met, active.struck = kept.began, kept.met, kept.struck
        active.used_up_at = kept.used_up
        active.nameless = {(where, kind): count for where, kind, count in kept.nameless}
        self._struck[injection.id] = kept.struck
        self._strikes.clear()
        if injection.lasts is not None:
            self._floor.later(kept.began + injection.lasts, self._end_event, injection)

    def _keep_back(self, party: str) -> None:
        """A process that stood still does so again before it hears that it was restarted."""
        seat = self._floor.seats[party]
        stays: list[Item] = []
        for item in self._floor.soon:
            if item.seat is seat and not item.note:
                seat.backlog.append((item.given, item.heard))
            else:
                stays.append(item)
        self._floor.soon.clear()
        self._floor.soon.extend(stays)

    def _wait_on(self, injection: Injection) -> None:
        """It has not begun; one that follows another may only be waiting for its instant."""
        self.add(injection)
        if injection.after and injection.start is not None and self._struck.get(injection.after):
            start: Any = max(injection.start, self._floor.now)
            self._floor.later(start, self._begin_event, injection)
