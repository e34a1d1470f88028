"""Where parties sit in the virtual runtime, and the links between them."""

from collections import deque
from collections.abc import Callable
from typing import Any
from zlib import crc32

from msgspec import Struct

from poslab.faults.hold import Hold
from poslab.faults.injection import Injection
from poslab.party.contract import Address, Input, Party, Reminder
from poslab.party.time import Duration, Instant

LOW_BITS = 20
"""How many bits of the simulation clock order what falls on one instant."""


class LinkSpec(Struct, frozen=True):
    """One direction of a link: how long it takes, and whether it is a permanent line whose ends notice a break."""

    sender: Address
    to: Address
    delay_us: Duration
    permanent: bool = False


class Link:
    """One direction of a link, as it is now."""

    __slots__ = (
        "behind", "closed", "delay", "faults", "held", "permanent", "seat", "sender", "sound", "ticks", "tie_seed",
        "to", "unharmed",
    )  # fmt: skip

    def __init__(self, spec: LinkSpec, seat: "Seat", tie_seed: int) -> None:
        self.sender = spec.sender
        self.to = spec.to
        self.delay = spec.delay_us
        self.permanent = spec.permanent
        self.seat = seat
        self.closed = ""
        """Why no connection is possible: ``""``, ``refused`` or ``unreachable``."""
        self.unharmed: list[ActiveFault] | None = None
        """What ``faults`` is while no fault is in force: a list where messages do not go the quick way even so."""
        self.faults: list[ActiveFault] | None = None
        self.held: list[tuple[Input, Any]] = []
        self.behind: list[tuple[Input, Any, Duration]] = []
        """What the next message overtakes, and how long it takes after that."""
        self.tie_seed = crc32(f"{spec.sender}>{spec.to}".encode(), tie_seed)
        self._look()

    def close(self, why: str) -> None:
        """From now on no connection is possible; with ``""`` it is again."""
        self.closed = why
        self._look()

    def harm(self, faults: "list[ActiveFault] | None") -> None:
        """These faults are in force from now on, and no others."""
        self.faults = faults
        self._look()

    def _look(self) -> None:
        self.sound = not self.closed and self.faults is None
        """Whether a message arrives just as it was sent."""
        self.ticks = self.delay << LOW_BITS if self.sound else 0
        """How long that takes; 0 also where it is another matter."""


class ActiveFault:
    """An injection in force, and how often it has met something and struck."""

    __slots__ = ("began", "copies", "injection", "met", "nameless", "struck", "used_up_at")

    def __init__(self, injection: Injection, began: Instant) -> None:
        self.injection = injection
        self.began = began
        self.met = 0
        self.struck = 0
        self.used_up_at: Instant | None = None
        """When it met the one that it was to strike."""
        self.copies: deque[bytes] = deque()
        """States of a party that a fault of its store may bring back, the oldest first."""
        self.nameless: dict[tuple[str, str], int] = {}
        """How many of each kind were met, at each place, that are about no purchase."""

    @property
    def is_used_up(self) -> bool:
        """Whether it was to strike one of what it meets, and that one has come: nothing is at fault any more.

        What a hold has caught it lets go only when it ends.
        """
        nth = self.injection.nth
        return nth is not None and self.met >= nth and not isinstance(self.injection.fault, Hold)

    def in_force_until(self, end: Instant | None) -> Instant | None:
        """Until when something was at fault, where it ends at ``end``, or not yet."""
        return self.used_up_at if self.is_used_up and self.used_up_at is not None else end

    def next_nameless(self, where: str, kind: str) -> int:
        """The how-manieth of a kind this is, from 0, among those that are about no purchase."""
        before = self.nameless.get((where, kind), 0)
        self.nameless[where, kind] = before + 1
        return before


class Seat:
    """A party at its address: its links, whether its process lives, what its clock shows."""

    __slots__ = (
        "accepts", "address", "awaits", "backlog", "boots", "clock", "crashes", "handle", "left", "letters", "links",
        "missed", "party", "paused", "sound", "tie_seed", "unkept", "up",
    )  # fmt: skip

    def __init__(self, address: Address, party: Party, tie_seed: int) -> None:
        self.address = address
        self.links: dict[Address, Link] = {}
        self.up = True
        self.paused = False
        self.sound = True
        """Whether it just hears what it is told: its process goes on, and neither clock nor store is at fault."""
        self.accepts = True
        self.boots = 0
        self.backlog: list[tuple[Input, Any]] = []
        self.missed: list[Input] = []
        """Facts of life that befell it while it was dead."""
        self.clock: list[ActiveFault] | None = None
        self.crashes: list[ActiveFault] | None = None
        """What may take its process away, or its store, while it handles an input."""
        self.unkept: list[tuple[Input, Any, int]] = []
        """What waits for a store that takes nothing, and the life of the process to which it came."""
        self.left: bytes | None = None
        """The state that its store comes back with, where that is not the one it died with."""
        self.letters: list[ActiveFault] | None = None
        self.tie_seed = crc32(address.encode(), tie_seed)
        self.seat(party)

    def seat(self, party: Party) -> None:
        """Let this party sit here from now on."""
        self.party = party
        self.handle: Callable[[Input, Instant], Any] = party.handle
        self.awaits: Callable[[Reminder], bool] = party.awaits

    def look(self) -> None:
        """See whether it is still sound; whoever did something to it asks for that."""
        self.sound = self.up and not self.paused and self.clock is None and self.crashes is None

    def restore(self, reborn: Party, died_with: bytes, cut: Input | None, now: Instant) -> None:
        """Let a newborn party sit here, with what the store has of the one before it.

        ``cut`` is what a party is told when it dies. An older state has not been told yet, and says nothing of it: it
        was dead.
        """
        reborn.restore(died_with if self.left is None else self.left)
        if self.left is not None and cut is not None:
            reborn.handle(cut, self.own_time(now))
        self.left = None
        self.seat(reborn)

    @property
    def shown(self) -> str:
        """How it is, in a word: ``down``, ``paused``, ``closed`` (takes no connections) or ``up``."""
        if not self.up:
            return "down"
        return "paused" if self.paused else "up" if self.accepts else "closed"

    def own_time(self, now: Instant) -> Instant:
        """What the party's own clock shows at a true time."""
        if self.clock is None:
            return now
        offset: int = sum(active.injection.fault.shift(now - active.began) for active in self.clock)
        return now + offset
