"""A pre-authorisation holds money and pays nobody; only its completion pays, and within the scheme's limit.

No debit is ever posted for a hold itself, no clearing line claims one, and the completion that ends it debits no more
than the network allows of what was held.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.case import HELD, Case, chain
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.findings import Moved
from poslab.history.line import Line
from poslab.messages.card import COMPLETIONS, PREAUTH
from poslab.messages.funding import ClearingLine
from poslab.money import written
from poslab.party.contract import Posted
from poslab.text import Text

PPM = 1_000_000


class HoldPaysNobody(Check):
    """Nothing is posted or claimed for a hold, and a completion stays within its limit."""

    id = "hold-pays-nobody"
    title = Text("预授权不付款", "a hold pays nobody")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Moved: self.moved, ("issuer", Posted): self.posted, ClearingLine: self.claimed}

    def moved(self, moved: Moved, line: Line, given: Any) -> None:
        """A machine moved, and not as in every healthy sale: a hold began, or stands again."""
        self.evaluated += moved.role == "issuer" and moved.after == HELD

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The issuer posted something in the line in which a hold or a completion moved."""
        n, case = self.evidence.docket.debiting
        if n != line.n or case is None:
            return
        if case.what == PREAUTH:
            what = Text(
                f"为预授权 {case.key} 记了 {posted.entry}", f"{posted.entry} was posted for the hold {case.key}"
            )
            self.broken(line, posted.about, what)
        elif case.what in COMPLETIONS and posted.postings[0][0].startswith("I.cardholder."):
            self._completed(case, line)

    def claimed(self, claim: ClearingLine, line: Line, given: Any) -> None:
        """A clearing line: whatever it claims, it is no hold."""
        case = self.evidence.docket.peek(claim.about, claim.key)
        if case is not None and case.what == PREAUTH:
            what = Text(f"清算行为预授权 {claim.key} 请款", f"a clearing line claims the hold {claim.key}")
            self.broken(line, claim.about, what)

    def _completed(self, completion: Case, line: Line) -> None:
        self.evaluated += 1
        first = self.evidence.docket.open.get(completion.about)
        held = next((case for case in chain(first) if case.what == PREAUTH), None)
        limit_ppm = self.evidence.world.network.completion_limit_ppm
        if held is not None and completion.amount_fen * PPM > held.amount_fen * limit_ppm:
            debited, limit = written(completion.amount_fen), written(held.amount_fen)
            what = Text(
                f"{completion.key} 对 {limit} 的预授权扣了 {debited}",
                f"{completion.key} debited {debited} of a hold of {limit}",
            )
            self.broken(line, completion.about, what)
