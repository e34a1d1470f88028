"""The broker of a world as somebody who can be told that it fails: it obeys the same commands as a service.

It hears nothing of what is said, so its faults begin at an instant and last for a while. While nobody can be told
anything, the world's clock cannot be led either: how long such a fault lasts is counted in real time at the speed that
was told last. Its faults outlive it where somebody keeps its account.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from poslab.faults.broker import BrokerHandle
from poslab.faults.handles import BROKER
from poslab.faults.injection import Injection
from poslab.history.truth import BROKER as WHERE
from poslab.history.truth import Band, FaultNow, Struck, Truth
from poslab.party.time import Duration, Instant
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.live.clock import Tempo, WorldClock
from poslab.runtime.live.envelope import ANSWER, COMMAND, TEMPO, control_topic
from poslab.runtime.live.injections import injection_of, written
from poslab.runtime.live.inputs import BAD_BYTES
from poslab.runtime.live.orders import Command, Full, Status

NAME: Final = "broker"
"""By this name it is spoken to; no service is called so."""
_LOOK_AGAIN_S, _AT_ONCE_S = 1.0, 0.005
"""The clock may stand still just before an instant, and is looked at no sooner than the second of these."""
_REMEMBERED: Final = 1_000
"""So many commands are known again."""
_OVER: Final = 200
"""So many faults that are over are still listed after a restart."""


class _Kept(Struct, frozen=True):
    """One fault. ``state`` as in ``FaultNow``."""

    says: msgspec.Raw
    state: str
    began: Instant = 0
    struck: bool = False


def _told_by(account: bytes) -> list[tuple[Injection, _Kept]]:
    return [(injection_of(bytes(each.says)), each) for each in msgspec.json.decode(account, type=list[_Kept])]


def is_account(kept: bytes) -> bool:
    """Whether it is an account of a broker's faults, whole and with none that nobody here knows."""
    try:
        _told_by(kept)
    except (*BAD_BYTES, LookupError, ValueError, TypeError):
        return False
    return True


class BrokerSeat:
    """``broker`` is what fails, ``bus`` a way to it for what is said to this seat.

    ``keep`` is given an account of the faults whenever that changes; ``kept`` is the last one of an earlier process, if
    there was one (``is_account``).
    """

    def __init__(
        self,
        broker: BrokerHandle,
        bus: Bus,
        world: str,
        *,
        kept: bytes = b"",
        keep: Callable[[bytes], None] = lambda account: None,
    ) -> None:
        self._broker = broker
        self._bus = bus
        self._world = world
        self._clock = WorldClock()
        self._waits: dict[str, Injection] = {}
        self._in_force: dict[str, tuple[Injection, Instant]] = {}
        self._over: dict[str, Injection] = {}
        self._kept = kept
        self._keep = keep
        self._struck: set[str] = set()
        self._strikes: list[Struck] = []
        self._bands: list[Band] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._obeyed: deque[int] = deque(maxlen=_REMEMBERED)
        self._saying: set[asyncio.Task[Sequence[Out]]] = set()

    async def start(self) -> None:
        """Listen."""
        await self._bus.start()
        await self._bus.subscribe(control_topic(self._world, TEMPO), self._on_tempo)
        await self._bus.subscribe(control_topic(self._world, COMMAND, NAME), self._on_command)

    async def stop(self) -> None:
        """Be whole again, and leave; what is in force is so again when somebody comes who knows the account."""
        self._keep = lambda account: None
        self._heal()
        for task in list(self._saying):
            task.cancel()
        await self._bus.close()

    # --- what it is told ------------------------------------------------------------------------------------------

    def _on_tempo(self, topic: str, payload: bytes) -> None:
        try:
            self._clock.set(msgspec.json.decode(payload, type=Tempo))
        except BAD_BYTES:
            return
        kept, self._kept = self._kept, b""
        if kept:  # now it is known how long they have lasted
            self._resume(kept)
        for injection in list(self._waits.values()):
            self._begin_in_time(injection)
        for injection, began in list(self._in_force.values()):
            self._end_in_time(injection, began)

    def _on_command(self, topic: str, payload: bytes) -> None:
        try:
            command = msgspec.json.decode(payload, type=Command)
        except BAD_BYTES:
            return
        refusal = ""
        try:
            if command.number not in self._obeyed:  # while it was silent it was asked again
                self._obeyed.append(command.number)
                self._obey(command)
        except (LookupError, ValueError, TypeError, RecursionError, OverflowError) as error:
            refusal = f"{error}"
        self._answer(command, refusal)

    def _obey(self, command: Command) -> None:
        if command.do == "inject":
            injection = injection_of(bytes(command.given))
            if self._is_ours(injection) and injection.id not in self._in_force:
                self._over.pop(injection.id, None)
                self._waits[injection.id] = injection
                self._begin_in_time(injection)
                self._note()
        elif command.do == "begin":
            if command.word in self._waits:
                self._begin(command.word)
        elif command.do == "end":
            self._end(command.word)
        elif command.do == "heal":
            self._heal()

    def _is_ours(self, injection: Injection) -> bool:
        """Whether it is the broker's, and nothing that services bring about at their own ends of the bus."""
        fault = injection.fault
        return fault.handle == BROKER and not (fault.at_ends and self._bus.edge is not None)

    def _answer(self, command: Command, refusal: str) -> None:
        full = command.do == "status" and command.word == "full"
        status = Status(
            service=NAME, number=command.number, now=self._clock.now(), busy=False, sent=0, received=0,
            next_due=min((i.start for i in self._waits.values() if i.start is not None), default=-1),
            lines={}, lag_us=0, truth=None if full else self.truth(), refusal=refusal,
            full=Full({}, {}, self._faults(), 0, "") if full else None, born=1,
        )  # fmt: skip
        out = Out(control_topic(self._world, ANSWER, NAME), msgspec.json.encode(status))
        task = asyncio.get_running_loop().create_task(self._bus.publish([out]))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    # --- beginning and end ----------------------------------------------------------------------------------------

    def _begin_in_time(self, injection: Injection) -> None:
        """Now, or when the clock shows its start."""
        self._forget_timer(injection.id)
        ahead = 0 if injection.start is None else injection.start - self._clock.now()
        if ahead <= 0:
            self._begin(injection.id)
        else:
            self._look_again(ahead, self._begin_in_time, injection)

    def _begin(self, name: str) -> None:
        self._forget_timer(name)
        injection = self._waits.pop(name)
        now = self._clock.now()
        self._struck.add(name)
        self._strikes.append(Struck(name, now, WHERE, type(injection.fault).__name__, ""))
        self._go_on(injection, now)
        self._note()

    def _go_on(self, injection: Injection, began: Instant) -> None:
        self._in_force[injection.id] = (injection, began)
        injection.fault.begin(self._broker)
        self._end_in_time(injection, began)

    def _end_in_time(self, injection: Injection, began: Instant) -> None:
        """Now, or when the clock shows its end; one that silences everybody ends also where the clock stands still."""
        if injection.lasts is None:
            return
        self._forget_timer(injection.id)
        left = began + injection.lasts - self._clock.now()
        if injection.fault.silences:
            self._timers[injection.id] = asyncio.get_running_loop().call_later(
                self._clock.surely_s(left), self._end, injection.id
            )
        elif left <= 0:
            self._end(injection.id)
        else:
            self._look_again(left, self._end_in_time, injection, began)

    def _look_again(self, ahead: Duration, look: Callable[..., None], injection: Injection, *more: Any) -> None:
        wait_s = min(max(self._clock.real_s(ahead), _AT_ONCE_S), _LOOK_AGAIN_S)
        self._timers[injection.id] = asyncio.get_running_loop().call_later(wait_s, look, injection, *more)

    def _end(self, name: str) -> None:
        """One that waits never begins."""
        self._forget_timer(name)
        if name in self._waits:
            self._over[name] = self._waits.pop(name)
        elif name in self._in_force:
            injection, began = self._in_force.pop(name)
            self._over[name] = injection
            injection.fault.end(self._broker)
            self._bands.append(Band(name, WHERE, began, self._clock.now()))
        self._note()

    def _heal(self) -> None:
        for name in [*self._waits, *self._in_force]:
            self._end(name)

    def _forget_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    # --- account --------------------------------------------------------------------------------------------------

    def _note(self) -> None:
        over = list(self._over.values())[-_OVER:]
        self._keep(
            msgspec.json.encode(
                [
                    *(self._account(injection, "over") for injection in over),
                    *(self._account(injection, "in-force", began) for injection, began in self._in_force.values()),
                    *(self._account(injection, "waits") for injection in self._waits.values()),
                ]
            )
        )

    def _account(self, injection: Injection, state: str, began: Instant = 0) -> _Kept:
        return _Kept(msgspec.Raw(written(injection)), state, began, injection.id in self._struck)

    def _resume(self, kept: bytes) -> None:
        for injection, each in _told_by(kept):
            if each.struck:
                self._struck.add(injection.id)
            if each.state == "waits":
                self._waits[injection.id] = injection
            elif each.state == "in-force":
                self._go_on(injection, each.began)
            else:
                self._over[injection.id] = injection

    def truth(self) -> Truth:
        """What was done to the broker so far."""
        still = [Band(name, WHERE, began, None) for name, (_, began) in self._in_force.items()]
        return Truth(tuple(self._strikes), (*self._bands, *still), ())

    def _faults(self) -> tuple[FaultNow, ...]:
        standing = [
            *((injection, "waits") for injection in self._waits.values()),
            *((injection, "in-force") for injection, _ in self._in_force.values()),
            *((injection, "over") for injection in self._over.values()),
        ]
        return tuple(
            FaultNow(
                injection.id, injection.called, WHERE, how, int(injection.id in self._struck),
            )
            for injection, how in standing
        )  # fmt: skip
