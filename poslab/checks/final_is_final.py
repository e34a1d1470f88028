"""What is final is never left: a reversed, voided, declined or closed attempt does not come back to life.

Few doors lead out of a state that is otherwise final, each with its own guard: a void that is itself reversed lets
the sale stand again (host and issuer), a failed print may reverse an approval where the acquirer wants it so, and a
payout comes back from an account bank that had not applied it, or whose account's owner gives it back.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.case import stem
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.claims import PayoutMoved
from poslab.checks.findings import Moved, may_be_forgotten
from poslab.history.line import Line
from poslab.messages.card import VOIDS, ReversalAdvice, ReversalRequest
from poslab.party.contract import Became, Posted
from poslab.text import Text

FINAL: Mapping[str, frozenset[str]] = {
    "terminal": frozenset({"declined", "reversed", "closed", "dropped", "voided", "purged"}),
    "host": frozenset({"declined", "reversed", "reversal-only", "voided"}),
    "platform": frozenset({"failed"}),
    "switch": frozenset({"refused", "undone"}),
    "issuer": frozenset({"declined", "inquired", "returned", "reversal-only", "expired"}),
    "payout": frozenset({"credited"}),
    "rail": frozenset({"delivered", "recalled", "owner-asked", "returned", "refused", "done"}),
    "bank": frozenset({"credited", "returned"}),
}
"""Role → states that are final, without their codes."""

DELIVERED = frozenset({"delivered", "recalled", "owner-asked"})
"""States of a payout at the rail: its receiver has the money, also while it is asked back."""

ATTEMPT_ROLES = ("terminal", "host", "platform", "switch", "issuer")


class FinalIsFinal(Check):
    """Nothing final is left, whatever the party says it was before."""

    id = "final-is-final"
    title = Text("终态不可逆", "what is final stays final")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {
            Moved: self.moved,
            PayoutMoved: self.payout_moved,
            ("rail", Became): self.rail_became,
            ("bank", Became): self.bank_became,
        }

    def evaluated_at_end(self) -> int:
        docket = self.evidence.docket
        open_cases = (case for cases in docket.purchases() for case in cases)
        reached = sum(any(stem(getattr(case, role)) in FINAL[role] for role in ATTEMPT_ROLES) for case in open_cases)
        return self.evaluated + docket.rested + docket.ended + reached

    def moved(self, moved: Moved, line: Line, given: Any) -> None:
        """An attempt's machine moved, and not as in every healthy sale."""
        final = FINAL[moved.role]
        left = moved.was if stem(moved.was) in final else moved.before
        if stem(left) not in final:
            return
        self.evaluated += 1
        acquirer = self.evidence.claims.contracts.of_key(moved.of if moved.case is None else moved.case.key)
        memory = acquirer.orphan_memory_us
        if may_be_forgotten(moved, line.at, memory) or _void_undone(moved, given):
            return
        self.broken(line, moved.about, _left(moved.role, moved.of, left, moved.after))

    def payout_moved(self, moved: PayoutMoved, line: Line, given: Any) -> None:
        """The host moved a payout."""
        left = moved.was if moved.was in FINAL["payout"] else moved.before
        if left in FINAL["payout"] and not self._came_back(moved, line):
            what = Text(
                f"出款 {moved.number} 离开了终态 {left}，变为 {moved.after}",
                f"the payout {moved.number} left {left}, which is final, for {moved.after}",
            )
            self.broken(line, "", what)

    def _came_back(self, moved: PayoutMoved, line: Line) -> bool:
        """Its money left the account bank again, which had not applied it to any account."""
        payout = self.evidence.claims.payout(moved.number, line.at)
        return stem(moved.after) == "returned" and payout.delivered <= 0 and payout.credited <= 0

    def rail_became(self, became: Became, line: Line, given: Any) -> None:
        """The rail moved a payout or a transfer."""
        if not (became.before in DELIVERED and became.after in DELIVERED):
            self._plain("rail", became, line)
        else:
            self.evaluated += 1

    def bank_became(self, became: Became, line: Line, given: Any) -> None:
        """The account bank moved a credit order."""
        self._plain("bank", became, line)

    def _plain(self, role: str, became: Became, line: Line) -> None:
        self.evaluated += 1
        if became.before in FINAL[role] and not self._given_back(became, line):
            self.broken(line, became.about, _left(role, became.of, became.before, became.after))

    def _given_back(self, became: Became, line: Line) -> bool:
        """A payout that its receiver gives back leaves bank and rail together with its money."""
        number = became.of.rpartition("/")[0]
        moves = any(type(effect) is Posted and effect.entry == f"P15/{became.of}" for effect in line.effects)
        return became.after == "returned" and moves and bool(number)


def _left(role: str, of: str, before: str, after: str) -> Text:
    return Text(
        f"{role} 把 {of} 从终态 {before} 改为 {after}",
        f"the {role} moved {of} from {before}, which is final, to {after}",
    )


def _void_undone(moved: Moved, given: Any) -> bool:
    """The void that gave the money back is itself reversed, so the sale stands again."""
    if (moved.role, moved.before, moved.after) == ("issuer", "returned", "debited"):
        return type(given) is ReversalAdvice and given.what in VOIDS
    if moved.role == "host" and moved.before == "voided" and moved.after in ("approved", "held"):
        return type(given) in (ReversalRequest, ReversalAdvice) and given.what in VOIDS
    return False
