"""The acquirer's own cash: what it has paid out before the network's money came, and how the reserve repays it (P11c).

A payout that is due before its business date is settled goes out of own cash. Once the date is settled the reserve
repays what is out for it, in one transfer that is ordered under the same number until it is done. A payout that came
back is own cash again, and is not repaid until it goes out anew.

What a merchant owes and no payout of it covers is other clients' money as soon as the network takes it: own cash makes
it good in the night of the file that gives it back (mirror of P11c), and is repaid when a payout is lessened by it.
"""

from collections.abc import Callable
from typing import ClassVar, Final

from msgspec import Struct

from poslab.ledger.book import Book
from poslab.messages.funding import TransferDone, TransferOrder, transfer_own_no
from poslab.party.contract import Effect, Kept, Logged, Posted, Remind, Reminder, Send
from poslab.world.world import World

DATES_NUMBERED: Final = 60
"""For how many business dates the numbers of repayments are remembered."""


class RepaymentOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The rail has not said that the reserve repaid own cash."""

    kind: ClassVar[str] = "repayment-overdue"

    transfer_no: str
    attempt: int


class Repayment(Struct, frozen=True, array_like=True):
    """A transfer between the reserve and own cash that is ordered and not done."""

    amount_fen: int
    attempt: int = 1
    covers: bool = False
    """It goes the other way: own cash makes good what the reserve lacks."""


class HeldOwnCash(Struct):
    """A snapshot."""

    out: dict[str, int] = {}
    repaying: dict[str, Repayment] = {}
    numbers: dict[str, int] = {}


class OwnCash:
    """What own cash is out for, by business date, in fen; and the repayments that are under way."""

    def __init__(self, world: World, book: Book) -> None:
        self._acquirer = world.acquirer
        self._book = book
        self.state = HeldOwnCash()

    def lend(self, business_date: str, amount_fen: int) -> None:
        """A payout left own cash; below zero, it came back."""
        if not amount_fen:
            return
        left_fen = self.state.out.get(business_date, 0) + amount_fen
        if left_fen:
            self.state.out[business_date] = left_fen
        else:
            self.state.out.pop(business_date, None)

    def repay(self, is_settled: Callable[[str], bool], out: list[Effect]) -> None:
        """Order the repayment of what is out for dates that are settled, as far as the reserve reaches."""
        for date in sorted(self.state.out):
            under_way = sum(it.amount_fen for it in self.state.repaying.values() if not it.covers)
            amount_fen = min(self.state.out[date], self._book.standing("A.reserve_cash") - under_way)
            if amount_fen <= 0 or not is_settled(date):
                continue
            self.lend(date, -amount_fen)
            self._begin(date, Repayment(amount_fen), "repayment-ordered", out)

    def cover(self, date: str, amount_fen: int, out: list[Effect]) -> None:
        """Make good what the file of a business date takes from the reserve and no merchant has paid in."""
        self._begin(date, Repayment(amount_fen, covers=True), "cover-ordered", out)

    def done(self, given: TransferDone, out: list[Effect]) -> None:
        """The rail has repaid own cash (P11c), or brought some of it into the reserve."""
        repayment = self.state.repaying.pop(given.transfer_no, None)
        if repayment is None:
            return
        out.append(Kept("", "repayment"))
        entry = f"{'P11c-mirror' if repayment.covers else 'P11c'}/{given.transfer_no}"
        cash = ("A.reserve_cash", "A.own_cash") if repayment.covers else ("A.own_cash", "A.reserve_cash")
        postings = ((*cash, repayment.amount_fen),)
        if self._book.post(entry, postings):
            out.append(Posted("", entry, postings))
        word = "reserve-covered" if repayment.covers else "own-cash-repaid"
        out.append(Logged("", word, {"transfer_no": given.transfer_no}))

    def awaits(self, of: RepaymentOverdue) -> bool:
        """Whether the letter is the latest about a repayment that is not done."""
        repayment = self.state.repaying.get(of.transfer_no)
        return repayment is not None and repayment.attempt == of.attempt

    def overdue(self, given: RepaymentOverdue, out: list[Effect]) -> None:
        """The rail is silent: the same order again."""
        before = self.state.repaying[given.transfer_no]
        self.state.repaying[given.transfer_no] = Repayment(before.amount_fen, before.attempt + 1, before.covers)
        self._order(given.transfer_no, out)

    def restarted(self, out: list[Effect]) -> None:
        """Say again what is unconfirmed."""
        for transfer_no in list(self.state.repaying):
            self.overdue(RepaymentOverdue("", transfer_no, 0), out)

    def _begin(self, date: str, repayment: Repayment, word: str, out: list[Effect]) -> None:
        number = self.state.numbers.get(date, 0) + 1
        self.state.numbers[date] = number
        for old in sorted(self.state.numbers)[:-DATES_NUMBERED]:
            del self.state.numbers[old]
        transfer_no = transfer_own_no(date, self._acquirer.address, number)
        self.state.repaying[transfer_no] = repayment
        out.append(Kept("", "repayment"))
        out.append(Logged("", word, {"transfer_no": transfer_no, "amount_fen": repayment.amount_fen}))
        self._order(transfer_no, out)

    def _order(self, transfer_no: str, out: list[Effect]) -> None:
        repayment = self.state.repaying[transfer_no]
        reserve, own = self._acquirer.reserve_account, self._acquirer.own_account
        payer, payee = (own, reserve) if repayment.covers else (reserve, own)
        order = TransferOrder("", transfer_no, payer, payee, repayment.amount_fen)
        out.append(Send(self._acquirer.rail, order, repayment.attempt))
        overdue = RepaymentOverdue("", transfer_no, repayment.attempt)
        out.append(Remind(self._acquirer.file_repeat_us, overdue))

