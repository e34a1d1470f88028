"""The cardholder: reads what the bank writes, and waits."""

from poslab.party.contract import Effect, Input, Reminder
from poslab.party.time import Instant


class Cardholder:
    """Everybody whose card is used here; nothing is remembered."""

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
