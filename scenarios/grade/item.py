"""An open item: something that waits for a person."""

from msgspec import Struct

from poslab.party.time import Instant
from poslab.text import Text


class Item(Struct, frozen=True):
    """One open item."""

    order: str
    what: str
    owner: str
    waits_for: Text
    since: Instant | None = None
    """From when on it is open: of a break the day of its record; ``None`` where no journal says so."""
    called: Text | None = None
    """What such a break is called, where it is one."""
    due: Instant | None = None
    """By when it must be done; ``None`` where no rule says so."""
