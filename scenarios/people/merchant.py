"""The merchant: reads statements, notices about payouts and disputes, and the order page of the register.

She keeps her own book M of what she is told. What a dispute costs her she books when she hears of it, whichever payout
will be less by it; a payout when her bank has a line of it, and what was kept of its sales when it is told as paid. A
line that is about no payout of hers is none of her card business.
"""

from collections.abc import Container
from typing import Final

import msgspec
from msgspec import Struct

from poslab.messages.card import OrderHeard, OrderNotice
from poslab.messages.disputes import DisputeNotice
from poslab.messages.funding import PayoutNotice, StatementLine, mid_of_payout
from poslab.party.contract import Address, Effect, Input, Posted, Reminder, Send
from poslab.party.time import SECOND, Instant

RECEIVABLE: Final = "M.card_receivable"
BANK: Final = "M.bank"
FEES: Final = "M.fee_expense"
CHARGEBACKS: Final = "M.chargebacks"

CREDITED: Final = "P4c"
TAKEN_BACK: Final = "P15"

BOOKED_REMEMBERED: Final = 1000
"""So many entries about payouts she knows again: many more than are told of while one line can still come twice."""


class HeldBook(Struct):
    """A snapshot."""

    charged: list[tuple[str, int]] = []
    booked: list[str] = []


class Merchant:
    """Whoever waits for the money, by the merchant numbers of her contracts.

    ``charged`` is what each case has cost her, in fen; 0 once she has it back.
    """

    def __init__(self, platform: Address = "", mids: Container[str] = ()) -> None:
        self._platform = platform
        self._mids = mids
        self.charged: dict[str, int] = {}
        self.booked: dict[str, None] = {}
        """Entries about payouts, the latest last."""

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Read it; the order page says of each notice that it was heard, also of one that comes again."""
        if type(given) is OrderNotice and self._platform:
            return [Send(self._platform, OrderHeard(given.about, given.key, given.state))]
        if type(given) is DisputeNotice:
            return self._disputed(given)
        if type(given) is StatementLine:
            return self._banked(given)
        if type(given) is PayoutNotice:
            return self._paid_for(given)
        return []

    def awaits(self, of: Reminder) -> bool:
        """Nothing was left to be done."""
        return False

    def snapshot(self) -> bytes:
        """What she has booked."""
        return msgspec.msgpack.encode(self._held())

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        self._take(msgspec.msgpack.decode(kept, type=HeldBook) if kept else HeldBook())

    def _held(self) -> HeldBook:
        return HeldBook(sorted(self.charged.items()), list(self.booked))

    def _take(self, held: HeldBook) -> None:
        self.charged = dict(held.charged)
        self.booked = dict.fromkeys(held.booked)

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

    def _banked(self, line: StatementLine) -> list[Effect]:
        """Her bank has credited a payout (P4c), or taken one back (P15)."""
        if mid_of_payout(line.reference) not in self._mids:
            return []
        when = f"{line.at // SECOND}.{line.at % SECOND:06}"  # in one piece it might pass for a card number
        if line.amount_fen > 0:
            return self._post(f"{CREDITED}/{line.reference}/{when}", BANK, RECEIVABLE, line.amount_fen)
        return self._post(f"{TAKEN_BACK}/{line.reference}/{when}", RECEIVABLE, BANK, -line.amount_fen)

    def _paid_for(self, told: PayoutNotice) -> list[Effect]:
        """A payout is paid: what was kept of its sales is an expense, once, however often it is paid."""
        if told.state != "paid" or not told.fees_fen:
            return []
        return self._post(f"{CREDITED}/{told.payout_no}/fees", FEES, RECEIVABLE, told.fees_fen)

    def _post(self, entry: str, debit: str, credit: str, amount_fen: int) -> list[Effect]:
        if entry in self.booked:
            return []
        self.booked[entry] = None
        if len(self.booked) > BOOKED_REMEMBERED:
            del self.booked[next(iter(self.booked))]
        return [Posted("", entry, ((debit, credit, amount_fen),))]
