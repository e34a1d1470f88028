"""What a service knows of its parties beside their own state, and keeps with its snapshots."""

from hashlib import sha256

from msgspec import Struct, field

from poslab.party.time import Instant
from poslab.runtime.journals.journal import Name

REMEMBERED = 4_096
"""So many names of heard messages are known of each party; an older copy is the party's to recognise, by its key."""


class HeardOf(Struct):
    """Which messages were heard lately, in two generations."""

    young: set[Name] = field(default_factory=set)
    old: set[Name] = field(default_factory=set)

    def add(self, name: Name) -> bool:
        """Note that it is heard; false if it was heard before."""
        if name in self.young or name in self.old:
            return False
        self.young.add(name)
        if len(self.young) >= REMEMBERED // 2:
            self.young, self.old = set(), self.young
        return True

    def copy(self) -> "HeardOf":
        """The same, by itself."""
        return HeardOf(set(self.young), set(self.old))


class StandingParty(Struct):
    """One party: how many lines it has written, its state, and what it has heard."""

    n: int = 0
    state: bytes = b""
    heard: HeardOf = field(default_factory=HeardOf)
    behaves: str = ""
    """How it was told to behave; empty for as ever."""


class Standing(Struct):
    """All parties of a service."""

    parties: dict[str, StandingParty]
    at: Instant = 0
    """What the world's clock showed."""


def digest_of(state: bytes) -> str:
    """Short, for comparison."""
    return sha256(state).hexdigest()[:16]
