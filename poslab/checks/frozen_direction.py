"""Nothing moves in a frozen direction: no credit where the account takes nothing, no debit where it pays nothing.

In the account bank's own order: what was posted before the freeze stays. An account that is frozen for debits still
takes credits.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.facts import AccountSet, FreezeLifted, FreezeOrdered
from poslab.messages.funding import CreditOrder
from poslab.money import written
from poslab.party.contract import Posted
from poslab.text import Text

ACCOUNT = "B.account."


class FrozenDirection(Check):
    """Evaluated for every order and posting that meets a frozen account; a world without a freeze is no evidence."""

    id = "frozen-direction"
    title = Text("冻结方向无进出", "nothing moves in a frozen direction")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._frozen: dict[str, str] = {}
        self._ordered: set[str] = set()
        return {("bank", Posted): self.posted}

    def hears(self) -> Mapping[Sight, Seeing]:
        return {
            ("bank", AccountSet): self.account_set,
            ("bank", FreezeOrdered): self.ordered,
            ("bank", FreezeLifted): self.lifted,
            ("bank", CreditOrder): self.credit_order,
        }

    def ordered(self, given: FreezeOrdered, line: Line, _: Any) -> None:
        """An authority froze an account."""
        self._frozen[given.account_no] = "both"
        self._ordered.add(given.account_no)

    def lifted(self, given: FreezeLifted, line: Line, _: Any) -> None:
        """It took its order back."""
        self._frozen.pop(given.account_no, None)
        self._ordered.discard(given.account_no)

    def account_set(self, given: AccountSet, line: Line, _: Any) -> None:
        """An account was frozen, or is open again; what an authority has ordered is not the bank's to change."""
        if given.account_no in self._ordered:
            return
        if given.state == "frozen":
            self._frozen[given.account_no] = given.direction
        else:
            self._frozen.pop(given.account_no, None)

    def credit_order(self, given: CreditOrder, line: Line, _: Any) -> None:
        """Money comes for an account."""
        if given.account_no in self._frozen:
            self.evaluated += 1

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The account bank moved money."""
        if not self._frozen:
            return
        for debit, credit, amount_fen in posted.postings:
            sum_ = written(amount_fen)
            self._judge(credit, "in", Text(f"收了 {sum_}", f"took {sum_}"), line)
            self._judge(debit, "out", Text(f"付了 {sum_}", f"paid {sum_}"), line)

    def _judge(self, account: str, direction: str, what: Text, line: Line) -> None:
        if account.startswith(ACCOUNT):
            number = account.removeprefix(ACCOUNT)
            frozen = self._frozen.get(number, "")
            if frozen in (direction, "both"):
                told = Text(
                    f"账户 {number} 在冻结（{frozen}）期间{what.zh}", f"account {number} {what.en} while frozen ({frozen})"
                )
                self.broken(line, "", told)
