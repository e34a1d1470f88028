"""What the host remembers of a terminal's batch while it is settled, and after."""

from typing import Final

from msgspec import Struct

from poslab.messages.batch import Detail, Totals

LAST_BATCH: Final = 999_999


class Told(Struct, frozen=True, array_like=True):
    """One transaction as the terminal told it, and among which."""

    what: str
    detail: Detail


class Comparison(Struct, array_like=True):
    """An open batch that was compared and is not closed yet."""

    batch: str
    flag: int
    totals: Totals
    """The host's own."""
    told: dict[str, Told] = {}
    """By STAN."""


class Closed(Struct, frozen=True, array_like=True):
    """The batch of a terminal that was closed last."""

    batch: str
    next_batch: str
    flag: int
    totals: Totals


def next_batch(batch: str) -> str:
    """The number of the batch that follows."""
    return f"{int(batch) % LAST_BATCH + 1:06d}"
