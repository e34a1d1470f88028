"""What a party may be told and what it may wish for.

A party is a pure state machine: told one input and its own clock's time, it answers with effects. It never sleeps,
sends, draws, looks at a clock or writes a file; how its wishes come about is the business of whoever drives it.
Inputs and effects are frozen values that cross journals and buses as arrays: **append fields, never reorder them**.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol, TypeAlias

from msgspec import Struct

from poslab.party.time import Duration, Instant

Address: TypeAlias = str
"""The name of an institution, a machine or a person in a world: ``"T1"``, ``"host"``, ``"cardholder"``."""

About: TypeAlias = str
"""The scenario's name of a purchase (its *order*), or ``""`` where an input is about none. Opaque to runtimes."""


class Input(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Whatever a party can be told: a message, a reminder that came back, a fact of life."""

    kind: ClassVar[str] = "input"

    about: About

    def garbled(self) -> "Input | None":
        """What is left of it where its bytes were damaged on the way; ``None``: nothing that anybody could use."""
        return None


class Reminder(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A letter to oneself. There is no cancelling: a stale one matches nothing."""

    kind: ClassVar[str] = "reminder"


class Send(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Give a message to somebody. ``attempt`` counts deliberate repetitions of the same message from 1."""

    to: Address
    message: Input
    attempt: int = 1


class Remind(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Let ``of`` come back after an elapsed time, whatever the party's clock shows by then."""

    after: Duration
    of: Reminder


class Connect(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Open a connection; ``Connected`` or ``ConnectFailed`` comes back at the same instant, before any byte is sent."""

    to: Address
    about: About = ""


class Accept(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Take connections from now on, or refuse them (a gateway does so while its own way onward is closed)."""

    open: bool


Posting: TypeAlias = tuple[str, str, int]
"""Account debited, account credited, amount in fen (above zero). It names both sides: nobody can move half of it."""


class Posted(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """An entry in the party's own book, posted once under ``entry``."""

    about: About
    entry: str
    postings: tuple[Posting, ...]


class Logged(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A line of the party's own business log 流水. ``word`` comes from a closed list, ``details`` are for people."""

    about: About
    word: str
    details: dict[str, str | int] = {}


class Became(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """One of the party's small machines moved. ``of`` names the machine: an attempt's key, a payout number."""

    about: About
    of: str
    before: str
    after: str


class Kept(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Something is in durable storage from here on; effects later in the same answer rest on it."""

    about: About
    what: str


Effect: TypeAlias = Send | Remind | Connect | Accept | Posted | Logged | Became | Kept


class Party(Protocol):
    """One institution, machine or person, with its own state and nothing else."""

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        """Answer an input; ``at`` is the party's own clock. ``None`` means *not for me, any more*: it leaves no trace.

        ``None`` is for stale reminders and late answers only, and must leave the state as it was.
        """
        ...

    def awaits(self, of: Reminder) -> bool:
        """Whether a reminder would still be heard. Pure; once false for a reminder it stays false."""
        ...

    def snapshot(self) -> bytes:
        """The whole state; equal states give equal bytes."""
        ...

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot made by a party of the same cast."""
        ...
