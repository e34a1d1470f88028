"""Looks at a live world from outside: how its services stand, what they said, and what became of every purchase."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from poslab.history.evidence import Evidence
from poslab.history.line import Line, Sink
from poslab.history.outcome import Outcome, outcome
from poslab.history.places import Place, places
from poslab.history.purchases import Purchase, Purchases
from poslab.history.reading import decoded_effects, decoded_input
from poslab.history.truth import BROKER, USED_UP, FaultNow
from poslab.history.views import views
from poslab.messages.people import CustomerAtTill
from poslab.party.contract import Address, Input
from poslab.party.time import Duration, Instant
from poslab.runtime.buses.bus import Bus
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.envelope import WORLD, control_topic
from poslab.runtime.live.orders import Status
from poslab.runtime.live.recorder import Gap
from poslab.text import Text, Unusable
from poslab.world.world import World
from scenarios.stage.asking import Asker
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES

FOUND_WITHIN_S: Final = 5.0
JOINED_WITHIN_S: Final = 60.0
"""So long a broker is waited for: whoever asks one thing is no service, which waits for ever."""
_ASKED_AT_MOST: Final = 3
_UNSETTLED: Final = ("unknown", "offline-unsent")


class NotJoined(Exception):
    """No bus lets us in."""


class NobodyThere(Unusable):
    """No service of that world is on the bus: which ones are missing."""


class Standing(Struct, frozen=True):
    """How a live world stands."""

    world: str
    at: Instant
    speed_milli: int
    services: tuple[Status, ...]
    parties: dict[Address, str]
    """Party → ``up``, ``down``, ``paused`` or ``closed`` (up, and takes no connections)."""
    closed: dict[str, str]
    """Links on which nothing gets through, and why."""
    faults: tuple[FaultNow, ...]
    open: tuple[str, ...]
    """Purchases that are not at rest."""
    purchases: int
    places: tuple[Place, ...]
    """Where the money of all purchases is."""
    lost: tuple[str, ...]
    """Lines of the history that nobody can say any more."""

    @property
    def lag_us(self) -> Duration:
        """The 99th percentile of how late things are told, in real microseconds, at the slowest service."""
        return max((status.lag_us for status in self.services), default=0)


class Looker(Asker):
    """One who looks, tells and injects, and leads nothing. ``world`` is known once it was ``found``; ``spoken_to`` are
    its services, and its broker where that is one that can be told to fail.
    """

    def __init__(self, bus: Bus, called: str, spoken_to: Sequence[str] = SERVICES) -> None:
        super().__init__(bus, called, spoken_to, WorldClock(), asked_at_most=_ASKED_AT_MOST)
        self.called = called
        self.sinks: list[Sink] = []
        self.heard = asyncio.Event()
        self._worlds: list[bytes] = []

    async def find(self) -> None:
        """Join the world; ``NotJoined`` where no bus lets us in, ``NobodyThere`` unless all its services are there."""
        try:
            async with asyncio.timeout(JOINED_WITHIN_S):
                await self.join()
        except TimeoutError:
            raise NotJoined from None
        await self._bus.subscribe(
            control_topic(self._world, WORLD, "+"), lambda _, payload: self._worlds.append(payload)
        )
        for _ in range(int(FOUND_WITHIN_S / 0.02)):
            if self._worlds and all(self.present.get(service) for service in SERVICES):
                break
            await asyncio.sleep(0.02)
        else:
            missing = [service for service in SERVICES if not self.present.get(service)]
            if missing:
                raise NobodyThere(Text("、".join(missing), ", ".join(missing)))
            raise NobodyThere(Text("世界定义", "what world it is"))
        try:
            await self.keep_time()
        except TimeoutError:
            raise NobodyThere(Text("时钟", "the clock")) from None
        self.world = msgspec.json.decode(self._worlds[0], type=World)
        self.purchases = Purchases(self.world)
        self.evidence = Evidence(self.world)
        self.due: dict[str, int] = {}
        """Order → what its customer was to pay, in fen."""
        self.began: dict[str, Instant] = {}
        """Order → when its customer came."""
        self.hears_lines = lambda payload: self.heard.set()

    async def catch_up(self) -> list[Gap]:
        """Hear every line that can still be heard. Answers what can not: it is lost."""
        standing = await self.everybody("again", given=msgspec.Raw(b"{}"))
        lost = self.gathered.give_up({address: n for status in standing for address, n in status.lines.items()})
        self.follow()
        return lost

    def follow(self, see: Callable[[Line, Input], None] | None = None) -> None:
        """Take in what has come since."""
        for line, given in self.gathered.merged(decoded_input, decoded_effects, patient=True):
            if type(given) is CustomerAtTill:
                self.due[given.about] = given.amount_fen
                self.began[given.about] = line.at
            self.purchases.see(line, given)
            self.evidence.see(line, given)
            if see is not None:
                see(line, given)

    async def standing(self) -> Standing:
        """How everything stands now."""
        services = await self.everybody("status", word="full")
        at = self.clock.now()
        self.purchases.now = at
        fulls = [status.full for status in services if status.full is not None]
        return Standing(
            world=self.called,
            at=at,
            speed_milli=self.clock.tempo.speed_milli,
            services=tuple(services),
            parties={address: word for full in fulls for address, word in full.parties.items()},
            closed={link: why for full in fulls for link, why in full.closed.items()},
            faults=_together([full.faults for full in fulls]),
            open=tuple(order for order, purchase in self.purchases.purchases.items() if self._is_open(purchase)),
            purchases=len(self.purchases.purchases),
            places=_sum(places(self.purchases, purchase) for purchase in self.purchases.purchases.values()),
            lost=tuple(map(str, self.gathered.lost)),
        )

    def outcome(self, order: str) -> Outcome:
        """What became of a purchase so far."""
        return outcome(self.purchases, self.purchases.purchases[order])

    def _is_open(self, purchase: Purchase) -> bool:
        seen = views(self.purchases, purchase)
        paid = seen.merchant.startswith("credited")
        return seen.terminal in _UNSETTLED or seen.host == "in-doubt" or (purchase.standing > 0 and not paid)


class Leader(Conductor):
    """Leads a world's clock to an instant, as fast as it may, and then lets it go on as before."""

    async def lead(self, until: Instant, speed_milli: int = 0) -> None:
        """Returns when the clock shows that instant and all that is due by then is done; at a speed, if one is said."""
        await self.join()
        await self.keep_time()
        before = self.clock.tempo.speed_milli
        self.speed_milli = speed_milli or max(before, 60_000)
        try:
            await self.quiet(until)
        finally:
            await self.set_tempo(self.clock.now(), before)


def _together(of_services: Sequence[Sequence[FaultNow]]) -> tuple[FaultNow, ...]:
    """A fault that strikes in several services is one."""
    found: dict[str, FaultNow] = {}
    for faults in of_services:
        for fault in faults:
            known = found.get(fault.id)
            if known is None:
                found[fault.id] = fault
            else:
                state = next(
                    word for word in ("in-force", "waits", USED_UP, "over") if word in (known.state, fault.state)
                )
                at_ends = fault.where == BROKER  # several services notice that the broker was struck once
                struck = max(known.struck, fault.struck) if at_ends else known.struck + fault.struck
                found[fault.id] = msgspec.structs.replace(known, state=state, struck=struck)
    return tuple(found.values())


def _sum(of_purchases: Iterable[Sequence[Place]]) -> tuple[Place, ...]:
    total: dict[str, int] = {}
    for found in of_purchases:
        for place in found:
            total[place.place] = total.get(place.place, 0) + place.amount
    return tuple(Place(place, amount) for place, amount in total.items() if amount)
