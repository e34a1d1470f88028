"""What the stage asks of a service over the bus, and what it is answered."""

import msgspec
from msgspec import Struct

from poslab.history.truth import FaultNow, Truth
from poslab.party.contract import Address
from poslab.party.time import Instant
from poslab.runtime.live.inputs import Number


class Command(Struct, frozen=True):
    """``do`` is ``tell`` (a party, an input, an instant), ``inject``, ``behave``, ``begin`` or ``end`` (an injection),
    ``heal``, ``again`` (recent lines; ``given``: party → from which line) or ``status`` (``word``: ``full``, or not).

    ``number`` is echoed in the answer; whoever asks takes one that nobody else takes.
    """

    number: Number
    do: str
    party: Address = ""
    given: msgspec.Raw = msgspec.Raw(b"null")
    at: Number = -1
    word: str = ""


class Full(Struct, frozen=True):
    """More of how a service stands, for people who look at it."""

    parties: dict[Address, str]
    """``up``, ``down``, ``paused``, or ``closed`` (up, and takes no connections)."""
    closed: dict[str, str]
    """Links from here on which nothing gets through (``T1->host``), and why."""
    faults: tuple[FaultNow, ...]
    waiting: int
    """Inputs that are still to be told."""
    refused_last: str
    """What was refused last, and why."""


class Status(Struct, frozen=True):
    """How a service stands: the answer to every command."""

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
    refused: int = 0
    """What nobody could be told: because of what it was, where it came from, or for want of room."""
    raised: int = 0
    """Inputs over which a party failed: they are left out, and told to nobody any more."""
    truth: Truth | None = None
    failed: str = ""
    refusal: str = ""
    """Why the command was not carried out; empty if it was."""
    full: "Full | None" = None
    born: int = 0
    """Another one after every restart."""
