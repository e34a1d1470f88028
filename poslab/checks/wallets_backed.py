"""A platform's wallets hold what the acquirer's file gives their merchants, and what is paid out of them was in them.

Each line of the file is booked once, for its amount; nothing is booked that is no line. Money that came is received
once. No wallet, and no money without an owner, falls below zero.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.funding import CreditOrder, LedgerFile, payout_try_of
from poslab.money import written
from poslab.party.contract import Posted
from poslab.text import Text

BOOKED, RECEIVED, PAID = "P18b/", "P18a/", "P18c/"
NOT_BELOW_ZERO = ("P.wallet.", "P.unallocated")


class WalletsBacked(Check):
    """Evaluated at each entry of a platform's book."""

    id = "wallets-backed"
    title = Text("钱包余额都有来源", "what is in a wallet came in a file, and what is paid was in the wallet")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._lines: dict[str, int] = {}
        """Key and RRN of a line of the file → what it leaves its merchant, in fen; until it is booked."""
        self._credits: set[str] = set()
        """Payouts of the acquirer that came."""
        self._balances: dict[str, int] = {}
        """Account → its balance, credit side positive, in fen."""
        self._files: set[tuple[str, int]] = set()
        return {("platform", Posted): self.posted}

    def hears(self) -> Mapping[Sight, Seeing]:
        return {("platform", LedgerFile): self.filed, ("platform", CreditOrder): self.came}

    def filed(self, given: LedgerFile, line: Line, _: Any) -> None:
        """A part of the acquirer's file came, perhaps again."""
        part = (given.file_no, given.part)
        if part not in self._files:
            self._files.add(part)
            self._lines.update((f"{entry.key}/{entry.rrn}", entry.net_fen) for entry in given.lines)

    def came(self, given: CreditOrder, line: Line, _: Any) -> None:
        """The acquirer's payout came, perhaps again."""
        self._credits.add(payout_try_of(given.payout_no, given.try_no))

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The platform booked something."""
        entry = posted.entry
        self.evaluated += 1
        for debit, credit, amount_fen in posted.postings:
            self._balances[debit] = self._balances.get(debit, 0) - amount_fen
            self._balances[credit] = self._balances.get(credit, 0) + amount_fen
        if entry.startswith(BOOKED):
            self._booked(entry.removeprefix(BOOKED), posted, line)
        elif entry.startswith(RECEIVED):
            number = entry.removeprefix(RECEIVED)
            if number not in self._credits:
                what = Text(
                    f"{number} 记为已收，却没有来，或早已来过", f"{number} is booked as received, and did not come, or came before"
                )
                self.broken(line, posted.about, what)
            self._credits.discard(number)
        for debit, _credit, _amount_fen in posted.postings:
            left_fen = self._balances[debit]
            if debit.startswith(NOT_BELOW_ZERO) and left_fen < 0 and not self._gives_back(posted):
                left = written(left_fen)
                what = Text(f"{entry} 使 {debit} 余 {left}", f"{entry} leaves {left} in {debit}")
                self.broken(line, posted.about, what)

    def _booked(self, name: str, posted: Posted, line: Line) -> None:
        due_fen = self._lines.pop(name, None)
        moved_fen = sum(
            amount if credit.startswith("P.wallet.") else -amount for _, credit, amount in posted.postings
        )
        if due_fen is None:
            what = Text(f"{name} 记入钱包：没有这一行，或早已记过", f"{name} is booked to a wallet: it is no line, or booked before")
            self.broken(line, posted.about, what)
        elif due_fen != moved_fen:
            moved, due = written(moved_fen), written(due_fen)
            what = Text(
                f"{name} 记了 {moved}，而该行应为 {due}", f"{name} is booked with {moved}, and its line leaves {due}"
            )
            self.broken(line, posted.about, what)

    def _gives_back(self, posted: Posted) -> bool:
        """A refund's line may overdraw the wallet that it is taken from: the merchant owes that."""
        return posted.entry.startswith(BOOKED) and posted.postings[0][0].startswith("P.wallet.")
