"""The merchant: reads statements, notices about payouts and disputes, and the order page of the register.

What a dispute costs her she books in her own book M when she is told of it, whichever payout will be less by it.
"""

from typing import Final

import msgspec

from poslab.messages.card import OrderHeard, OrderNotice
from poslab.messages.disputes import DisputeNotice
from poslab.party.contract import Address, Effect, Input, Posted, Reminder, Send
from poslab.party.time import Instant

RECEIVABLE: Final = "M.card_receivable"
CHARGEBACKS: Final = "M.chargebacks"


class Merchant:
    """Whoever waits for the money. ``charged`` is what each case has cost her, in fen; 0 once she has it back."""

    def __init__(self, platform: Address = "") -> None:
        self._platform = platform
        self.charged: dict[str, int] = {}

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Read it; the order page says of each notice that it was heard, also of one that comes again."""
        if type(given) is OrderNotice and self._platform:
            return [Send(self._platform, OrderHeard(given.about, given.key, given.state))]
        if type(given) is DisputeNotice:
            return self._disputed(given)
        return []

    def awaits(self, of: Reminder) -> bool:
        """Nothing was left to be done."""
        return False

    def snapshot(self) -> bytes:
        """What her cases have cost her."""
        return msgspec.msgpack.encode(sorted(self.charged.items()))

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        self.charged = dict(msgspec.msgpack.decode(kept, type=list[tuple[str, int]])) if kept else {}

    def _disputed(self, told: DisputeNotice) -> list[Effect]:
        """A chargeback is booked once (P10b), and its way back once where she wins (P10c)."""
        case_no = told.case_no
        if told.state == "chargeback" and case_no not in self.charged:
            self.charged[case_no] = told.amount_fen
            return [Posted(told.about, f"P10b/{case_no}", ((CHARGEBACKS, RECEIVABLE, told.amount_fen),))]
        if told.state == "won" and self.charged.get(case_no):
            back_fen, self.charged[case_no] = self.charged[case_no], 0
            return [Posted(told.about, f"P10c/{case_no}", ((RECEIVABLE, CHARGEBACKS, back_fen),))]
        return []
