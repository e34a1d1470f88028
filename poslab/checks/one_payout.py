"""A sale is paid out once: claimed in one clearing line, taken by the rail once a try, credited once.

What the rail takes for a merchant never exceeds what the files leave it, whatever the number under which it was
ordered: so a payout that is sent again under a new number shows as well.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.claims import Misclaimed
from poslab.checks.findings import CLAIMED_TWICE
from poslab.history.line import Line
from poslab.messages.funding import CreditOrder, PayoutOrder
from poslab.money import written
from poslab.party.contract import Posted
from poslab.text import Text


class OnePayout(Check):
    """One line an attempt, one taking a try, never two tries in flight, one credit a payout."""

    id = "one-payout"
    title = Text("一笔交易最多出款一次", "a sale is paid out once")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Misclaimed: self.misclaimed, ("rail", Posted): self.rail_posted, ("bank", Posted): self.bank_posted}

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.claims.lines

    def misclaimed(self, claimed: Misclaimed, line: Line, given: Any) -> None:
        """A clearing line with something wrong."""
        if claimed.fault == CLAIMED_TWICE:
            key = claimed.claim.key
            what = Text(f"{key} 第二次出现在清算文件中", f"{key} is in a clearing file for the second time")
            self.broken(line, claimed.claim.about, what)

    def rail_posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The rail moved money, perhaps a payout's."""
        for debit, credit, amount_fen in posted.postings:
            payer = self.evidence.claims.contracts.cash.get(debit)
            if payer is not None and credit.startswith("R.in_flight."):
                number = credit.removeprefix("R.in_flight.")
                owes = self.evidence.claims.contracts.of_payout(number)
                if payer is not owes:
                    what = Text(
                        f"{owes.address} 的出款 {number} 从 {payer.address} 的 {debit} 中取走",
                        f"payout {number} of {owes.address} was taken from {debit}, which is {payer.address}'s",
                    )
                    self.broken(line, "", what)
                self._taken(credit.removeprefix("R.in_flight."), amount_fen, line, given)

    def _taken(self, number: str, amount_fen: int, line: Line, given: Any) -> None:
        self.evaluated += 1
        claims = self.evidence.claims
        payout = claims.payout(number, line.at)
        if payout.in_flight > amount_fen:
            flying = written(payout.in_flight - amount_fen)
            what = Text(
                f"出款 {number} 尚有 {flying} 在途，又被取走一次",
                f"payout {number} was taken while {flying} is in flight",
            )
            self.broken(line, "", what)
        if payout.delivered > 0:
            what = Text(f"出款 {number} 送达之后又被取走一次", f"payout {number} was taken after it was delivered")
            self.broken(line, "", what)
        if isinstance(given, PayoutOrder):
            if given.try_no in payout.taken_tries:
                what = Text(
                    f"出款 {number} 的第 {given.try_no} 次尝试被取走两次", f"try {given.try_no} of payout {number} was taken twice"
                )
                self.broken(line, "", what)
            payout.taken_tries.append(given.try_no)
        taken, owed = claims.taken.get(payout.mid, 0), claims.owed.get(payout.mid, 0)
        if taken > owed:
            what = Text(
                f"为商户 {payout.mid} 取走了 {written(taken)}，而其消费应留给它 {written(owed)}",
                f"{written(taken)} were taken for merchant {payout.mid}, whose sales leave it {written(owed)}",
            )
            self.broken(line, "", what)

    def bank_posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The account bank moved money, perhaps a payout's."""
        if isinstance(given, CreditOrder):
            number = given.payout_no
        else:  # a clerk's work, days later: its entry has the name
            number = posted.entry.partition("/")[2].rpartition("/")[0]
        payout = self.evidence.claims.payout(number, line.at)
        for debit, credit, amount_fen in posted.postings:
            if credit.startswith("B.account."):
                self.evaluated += 1
                if payout.credited:
                    what = Text(f"出款 {number} 入账两次", f"payout {number} was credited twice")
                    self.broken(line, "", what)
                payout.credited += amount_fen
            elif debit.startswith("B.account."):
                payout.credited -= amount_fen
