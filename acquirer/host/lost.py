"""What became of captures that were lost: a part of the host's files."""

from msgspec import Struct

from acquirer.host.attempts import Attempt


class LostCaptures(Struct):
    """Which capture records are lost, and what the match with the clearing file has found."""

    losing: dict[str, None] = {}
    """Purchases whose next capture record will be lost."""
    unbooked: dict[str, None] = {}
    """Approved sales that were neither booked nor captured."""
    missing: dict[str, Attempt] = {}
    """Sales that are known to be in no file, each of which waits for a claim."""
