"""The merchant: reads the account's statement, the notices about payouts, and the order page of the register."""

from poslab.messages.card import OrderHeard, OrderNotice
from poslab.party.contract import Address, Effect, Input, Reminder, Send
from poslab.party.time import Instant


class Merchant:
    """Whoever waits for the money; nothing is remembered."""

    def __init__(self, platform: Address = "") -> None:
        self._platform = platform

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Read it; the order page says of each notice that it was heard, also of one that comes again."""
        if type(given) is OrderNotice and self._platform:
            return [Send(self._platform, OrderHeard(given.about, given.key, given.state))]
        return []

    def awaits(self, of: Reminder) -> bool:
        """Nothing was left to be done."""
        return False

    def snapshot(self) -> bytes:
        """Nothing."""
        return b""

    def restore(self, kept: bytes) -> None:
        """Nothing."""
