"""When, where and on what a fault strikes: the same for every fault."""

import re
from typing import Any

from msgspec import Struct

from poslab.party.contract import Address
from poslab.party.time import Duration, Instant


class Match(Struct, frozen=True):
    """Which messages or letters are meant; an empty word means any."""

    kind: str = ""
    about: str = ""

    def fits(self, kind: str, about: str) -> bool:
        """Whether something of this kind, about this purchase, is meant."""
        return (not self.kind or self.kind == kind) and (not self.about or self.about == about)


class Injection(Struct, frozen=True):
    """One fault in one run.

    It is in force from ``start`` (``None``: from the beginning, or from what ``after`` or ``on_word`` name) for
    ``lasts`` (``None``: until it is healed, or for ever). ``after`` names another injection: in force once that one
    has struck. ``on_word`` waits for a line of a business log. ``nth`` lets only the nth match be struck,
    ``chance_ppm`` draws for each match by its identity.
    """

    id: str
    fault: Any
    party: Address = ""
    """Where it strikes, for faults of a process, a clock, letters and facts."""
    links: tuple[tuple[Address, Address], ...] = ()
    """The directions it strikes, for faults of a link."""
    match: Match = Match()
    start: Instant | None = None
    lasts: Duration | None = None
    after: str = ""
    on_word: str = ""
    on_about: str = ""
    nth: int | None = None
    chance_ppm: int = 1_000_000
    optional: bool = False
    word: str = ""
    """What whoever wrote it calls the fault; its kind's own name, unless it is said."""

    @property
    def called(self) -> str:
        """By which word people know it, as in a scenario file."""
        return self.word or re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(self.fault).__name__).lower()
