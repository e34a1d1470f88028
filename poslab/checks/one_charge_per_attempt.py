"""No attempt is charged twice: one terminal, batch and STAN, one debit; and one debit for an RRN.

Where a world has switched the host's duplicate check off, a copy of a request is by that very setting another attempt,
under a name of its own; what is wrong with that shows in the purchase.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.findings import Moved, Recharged
from poslab.history.line import Line
from poslab.messages.card import FinancialRequest
from poslab.text import Text


class OneChargePerAttempt(Check):
    """An attempt's debit does not stand twice, and a given-back one is not taken again by a repeated request."""

    id = "one-charge-per-attempt"
    title = Text("同一笔交易不重复扣款", "no attempt is charged twice")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Recharged: self.recharged, Moved: self.moved}

    def evaluated_at_end(self) -> int:
        return self.evidence.docket.debits

    def recharged(self, recharged: Recharged, line: Line, given: Any) -> None:
        """A debit was posted on top of one that stands."""
        case = recharged.case
        what = Text(
            f"{case.key} 被 {recharged.entry} 重复扣款", f"{case.key} was debited again by {recharged.entry}"
        )
        self.broken(line, case.about, what)

    def moved(self, moved: Moved, line: Line, given: Any) -> None:
        """An attempt's machine moved otherwise than in a healthy sale."""
        if moved.role != "issuer" or moved.after != "debited" or moved.case is None:
            return
        if moved.was in ("debited", "returned") and isinstance(given, FinancialRequest):
            what = Text(
                f"{moved.case.key} 在 {moved.was} 之后又以 {moved.of} 扣款",
                f"{moved.case.key} was debited again, as {moved.of}, after it was {moved.was}",
            )
            self.broken(line, moved.about, what)
