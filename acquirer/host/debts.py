"""What merchants owe: debits that no payout was lessened by yet, and who stands in for them meanwhile.

A refund or chargeback is taken from the merchant's next payouts. Where none of them waits that covers it, the network
takes money that belongs to other merchants; so with the file that gives it back, own cash makes the reserve whole.
"""

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from acquirer.host.holds import HOLD_NETTED
from acquirer.host.own_cash import OwnCash
from acquirer.host.payout import PayoutDesk
from acquirer.host.payout_records import SCHEDULED, SUSPENDED, OwedDebit
from poslab.party.contract import Effect, Kept, Logged


class Debt(NamedTuple):
    """A debit, and who owes it."""

    mid: str
    owed: OwedDebit


class DebtDesk:
    """Finds a debt by its key, covers debts out of own cash, and strikes them off."""

    def __init__(self, payouts: PayoutDesk, own: OwnCash) -> None:
        self._payouts = payouts
        self._own = own

    def find(self, key: str) -> Debt | None:
        """The debt of a refund's key, an adjustment's line or a case's number."""
        for mid, debits in self._payouts.refunds.items():
            for owed in debits:
                if owed.key == key:
                    return Debt(mid, owed)
        return None

    def waiting_fen(self, mid: str) -> int:
        """What waits to be paid to a merchant, and what it owes can be taken from."""
        return sum(
            payout.amount_fen
            for payout in self._payouts.payouts.values()
            if payout.mid == mid
            and payout.state in (SCHEDULED, SUSPENDED)
            and payout.payout_no not in self._payouts.uncleared
        )

    def cover(self, date: str, held: Collection[str], out: list[Effect]) -> None:
        """The file of a business date is made: what merchants owe beyond their payouts comes out of own cash.

        ``held`` are payments that are only kept back: that money has not left.
        """
        short_fen = 0
        for mid, debits in self._payouts.refunds.items():
            left_fen = self.waiting_fen(mid)
            for number, owed in enumerate(debits):
                if owed.word == HOLD_NETTED and owed.key in held:
                    continue
                open_fen = owed.amount_fen - owed.lent_fen
                from_payouts_fen = min(open_fen, left_fen)
                left_fen -= from_payouts_fen
                lacking_fen = open_fen - from_payouts_fen
                if lacking_fen and not owed.is_advance:
                    debits[number] = msgspec.structs.replace(owed, lent_fen=owed.lent_fen + lacking_fen)
                    short_fen += lacking_fen
                    out.append(Kept(owed.about, "debt"))
                    details: dict[str, str | int] = {"item": owed.key, "mid": mid, "amount_fen": lacking_fen}
                    out.append(Logged(owed.about, "debt-covered", details))
        if short_fen:
            self._own.cover(date, short_fen, out)

    def strike_off(self, key: str) -> None:
        """Nobody pays it any more: no payout will be less by it, and own cash is not repaid."""
        debt = self.find(key)
        if debt is not None:
            self._payouts.owes_no_more(debt.mid, key)
