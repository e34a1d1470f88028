"""The merchant: reads the lines of the account's statement and the notices about payouts."""

from poslab.party.contract import Effect, Input, Reminder
from poslab.party.time import Instant


class Merchant:
    """Whoever waits for the money; nothing is remembered."""

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Read it."""
        return []

    def awaits(self, of: Reminder) -> bool:
        """Nothing was left to be done."""
        return False

    def snapshot(self) -> bytes:
        """Nothing."""
        return b""

    def restore(self, kept: bytes) -> None:
        """Nothing."""
