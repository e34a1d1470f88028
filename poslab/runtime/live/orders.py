"""What the stage asks of a service over the bus, and what it is answered."""

import msgspec
from msgspec import Struct

from poslab.history.truth import Truth
from poslab.party.contract import Address
from poslab.party.time import Instant


class Command(Struct, frozen=True):
    """``do`` is ``tell`` (a party, an input, an instant), ``begin`` or ``end`` (an injection), ``heal`` or ``status``.

    ``number`` is echoed in the answer.
    """

    number: int
    do: str
    party: Address = ""
    given: msgspec.Raw = msgspec.Raw(b"null")
    at: Instant = -1
    word: str = ""


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
    truth: Truth | None = None
    failed: str = ""
    refusal: str = ""
    """Why the command was not carried out; empty if it was."""
