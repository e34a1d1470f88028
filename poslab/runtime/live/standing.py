"""What a service knows of its parties beside their own state, and keeps with its snapshots."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct, field

from poslab.party.contract import Address
from poslab.party.time import Instant
from poslab.runtime.journals.journal import Name, Snapshot
from poslab.runtime.seats import Seat

STAGE: Final = "stage"
"""Under this name stands what the stage told somebody."""

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


class Progress:
    """How far a service has come: the last record of its journal, and what it knows of each party by then."""

    def __init__(self, parties: Iterable[Address]) -> None:
        self.seq = 0
        """The last record that was written, or is being written."""
        self.parties = {address: StandingParty() for address in parties}
        self.arrived = {address: HeardOf() for address in self.parties}
        """What is known already, told or still to be told; only what was told is kept."""

    def snapshot(self, seq: int, seats: Mapping[Address, Seat], at: Instant) -> Snapshot:
        """Everything as it is after a record."""
        parties = {
            address: StandingParty(standing.n, seats[address].party.snapshot(), standing.heard.copy(), standing.behaves)
            for address, standing in self.parties.items()
        }
        return Snapshot(seq, msgspec.json.encode(Standing(parties, at)))

    def go_back_to(self, snapshot: Snapshot) -> Standing:
        """Be where a snapshot was taken; answers what it says."""
        kept = msgspec.json.decode(snapshot.state, type=Standing)
        self.seq, self.parties = snapshot.seq, kept.parties
        return kept

    def caught_up(self) -> None:
        """All that was told is replayed: nothing else has arrived."""
        self.arrived = {address: standing.heard.copy() for address, standing in self.parties.items()}


def digest_of(state: bytes) -> str:
    """Short, for comparison."""
    return sha256(state).hexdigest()[:16]
