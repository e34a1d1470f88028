"""The merchant: reads statements, notices about payouts and disputes, and the order page of the register.

She keeps her own book M of what she is told. What a dispute costs her she books when she hears of it, whichever payout
will be less by it, and so what is given back, refused or written off; a payout when her bank has a line of it, and what
was kept of its sales when it is told as paid. A line that is about no payout of hers is none of her card business.
"""

from collections.abc import Container
from typing import Final

import msgspec
from msgspec import Struct

from poslab.messages.card import OrderHeard, OrderNotice
from poslab.messages.disputes import DisputeNotice
from poslab.messages.funding import AdjustmentNotice, PayoutNotice, StatementLine, mid_of_payout
from poslab.party.contract import Address, Effect, Input, Posted, Posting, Reminder, Send
from poslab.party.time import SECOND, Instant

RECEIVABLE: Final = "M.card_receivable"
BANK: Final = "M.bank"
FEES: Final = "M.fee_expense"
REFUNDS: Final = "M.refunds"
CHARGEBACKS: Final = "M.chargebacks"
WRITEOFF: Final = "M.writeoff"

CREDITED: Final = "P4c"
TAKEN_BACK: Final = "P15"

BOOKED_REMEMBERED: Final = 1000
"""So many entries about payouts and adjustments she knows again: more than are told of while one can come twice."""


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
        """Entries about payouts and adjustments, the latest last."""

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
        if type(given) is AdjustmentNotice:
            return self._adjusted(given)
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
            return self._post(f"{CREDITED}/{line.reference}/{when}", (BANK, RECEIVABLE, line.amount_fen))
        return self._post(f"{TAKEN_BACK}/{line.reference}/{when}", (RECEIVABLE, BANK, -line.amount_fen))

    def _paid_for(self, told: PayoutNotice) -> list[Effect]:
        """A payout is paid: what was kept of its sales is an expense, once, however often it is paid."""
        if told.state != "paid" or not told.fees_fen:
            return []
        return self._post(f"{CREDITED}/{told.payout_no}/fees", (FEES, RECEIVABLE, told.fees_fen))

    def _adjusted(self, told: AdjustmentNotice) -> list[Effect]:
        """What she is owed is another sum: given back (P13b), refused in the end (P17b), or written off (P19).

        Of a sale without a slip nothing stands in her book but its fee, if that.
        """
        amount_fen, fee_fen = told.amount_fen, told.fee_fen
        if told.why == "written-off":
            return self._post(f"P19/{told.ref}", (RECEIVABLE, WRITEOFF, amount_fen), about=told.about)
        if told.why == "refused":
            more = (CHARGEBACKS, RECEIVABLE, amount_fen), (RECEIVABLE, CHARGEBACKS, -amount_fen)
            return self._post(f"P17b/{told.ref}", more[amount_fen < 0], about=told.about)
        if not told.has_slip:
            return self._post(f"P13b/{told.ref}", (RECEIVABLE, FEES, fee_fen), about=told.about)
        sale = (REFUNDS, RECEIVABLE, amount_fen - fee_fen), (REFUNDS, FEES, fee_fen)
        return self._post(f"P13b/{told.ref}", *sale, about=told.about)

    def _post(self, entry: str, *postings: Posting, about: str = "") -> list[Effect]:
        booked = tuple(posting for posting in postings if posting[2])
        if entry in self.booked or not booked:
            return []
        self.booked[entry] = None
        if len(self.booked) > BOOKED_REMEMBERED:
            del self.booked[next(iter(self.booked))]
        return [Posted(about, entry, booked)]
