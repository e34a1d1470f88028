"""Every machine moves only as the trade allows, and from the state that it was in.

The table is the judge's own; the parties' tables are not looked at. States are written without their codes.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.case import stem
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.claims import PayoutMoved
from poslab.checks.findings import PLAIN, Moved, may_be_forgotten
from poslab.history.line import Line
from poslab.messages.disputes import is_case
from poslab.messages.funding import is_from_wallet
from poslab.party.contract import Became
from poslab.text import Text

ALLOWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "terminal": {
        "none": ("sent", "offline-unsent"),
        "offline-unsent": ("approved", "declined", "voided", "purged"),
        "sent": ("approved-unprinted", "approved", "preauth", "declined", "in-doubt", "unknown"),
        "approved-unprinted": ("approved", "voided", "unknown"),
        "approved": ("voided",),
        "unknown": ("reversed", "closed", "dropped"),
        "in-doubt": ("declined", "reversed", "voided", "approved-unprinted", "approved", "preauth"),
        "preauth": ("voided", "completed"),
        "completed": ("preauth",),
    },
    "host": {
        "none": ("forwarded", "declined", "reversal-only"),
        "forwarded": ("pending", "approved", "held", "declined", "in-doubt", "reversed"),
        "pending": ("approved", "declined"),
        "in-doubt": ("reversed",),
        "approved": ("reversed", "voiding", "voided"),
        "voiding": ("voided", "approved", "held"),
        "voided": ("approved", "held"),
        "held": ("voiding", "completing", "reversed", "completed"),  # the last: a void of the completion is undone
        "completing": ("completed", "held"),
        "completed": ("held",),
    },
    "platform": {
        "none": ("created", "paying", "success", "failed", "refunded"),
        "created": ("paying", "success", "failed", "refunded"),
        "paying": ("success", "failed", "refunded"),
        "success": ("failed", "refunded"),
        "refunded": ("success", "created"),
    },
    "switch": {
        "none": ("forwarded", "refused"),
        "forwarded": ("answered", "refused", "in-doubt", "undone"),
        "answered": ("undone",),
        "in-doubt": ("undone",),
    },
    "issuer": {
        "none": ("debited", "held", "declined", "reversal-only", "inquired"),
        "debited": ("returned",),
        "returned": ("debited",),
        "held": ("completed", "released", "expired"),
        "completed": ("held",),
        "released": ("held",),
    },
    "payout": {
        "none": ("scheduled",),
        "scheduled": ("instructed", "held", "suspended", "withdrawn"),
        "held": ("scheduled", "suspended", "withdrawn"),
        "suspended": ("scheduled", "held", "withdrawn"),
        "instructed": ("taken", "credited", "returned", "unknown"),
        "taken": ("credited", "returned", "unknown"),
        "unknown": ("instructed", "taken", "credited", "returned"),
        "credited": ("returned",),  # final-is-final wants the money to have left its bank again
        "returned": ("instructed", "given-up"),
        "given-up": ("instructed",),
    },
    "dispute": {
        "none": ("inquiry", "retrieval", "chargeback"),
        "inquiry": ("closed", "retrieval", "chargeback"),
        "retrieval": ("closed", "chargeback"),
        "chargeback": ("accepted", "representment"),
        "representment": ("won", "lost", "arbitration"),
        "arbitration": ("won", "lost"),
    },
    "wallet": {
        "none": ("instructed",),
        "instructed": ("taken", "credited", "returned"),
        "taken": ("credited", "returned"),
        "returned": ("instructed", "given-up"),
        "given-up": ("returned",),
        "credited": ("returned",),
    },
    "rail": {
        "none": ("waiting", "queued", "taken", "refused", "done"),
        "waiting": ("queued", "taken"),
        "queued": ("taken",),
        "taken": ("handed-over", "delivered", "returned"),
        "handed-over": ("delivered", "returned"),
        # by its receiver's consent; final-is-final wants the money to have left its account
        "delivered": ("recalled", "returned"),
        "recalled": ("owner-asked", "delivered", "returned"),
        "owner-asked": ("delivered", "returned"),
    },
    "bank": {
        "none": ("credited", "suspense"),
        "suspense": ("returned", "credited"),
        "credited": ("returned",),  # likewise
    },
}
"""Role → state → where it may lead. A host's payouts are machines of their own kind, and so are those from wallets."""


class LegalTransitions(Check):
    """No move outside the table, and none from a state that the machine was not in."""

    id = "legal-transitions"
    title = Text("状态转换合法", "machines move only as the trade allows")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._cases: dict[tuple[str, str], str] = {}
        return {
            Moved: self.moved,
            PayoutMoved: self.payout_moved,
            ("host", Became): self.case_became,
            ("issuer", Became): self.case_became,
            ("rail", Became): self.rail_became,
            ("bank", Became): self.bank_became,
        }

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.docket.moves

    def moved(self, moved: Moved, line: Line, given: Any) -> None:
        """An attempt's machine moved, and not as in every healthy sale."""
        if is_from_wallet(moved.of):
            return
        self.evaluated += 1
        acquirer = self.evidence.claims.contracts.of_key(moved.of if moved.case is None else moved.case.key)
        memory = acquirer.orphan_memory_us
        if moved.was and moved.was != moved.before and not may_be_forgotten(moved, line.at, memory):
            what = Text(
                f"{moved.role} 把 {moved.of} 从 {moved.before} 移开，而它当时是 {moved.was}",
                f"the {moved.role} moved {moved.of} from {moved.before}, and it was {moved.was}",
            )
            self.broken(line, moved.about, what)
        self._judge(moved.role, moved.of, moved.about, moved.before, moved.after, line)

    def payout_moved(self, moved: PayoutMoved, line: Line, given: Any) -> None:
        """The host moved a payout, or a platform one out of a wallet."""
        self.evaluated += 1
        if moved.was and moved.was != moved.before:
            what = Text(
                f"出款 {moved.number} 从 {moved.before} 移开，而它当时是 {moved.was}",
                f"the payout {moved.number} moved from {moved.before}, and it was {moved.was}",
            )
            self.broken(line, "", what)
        role = "wallet" if is_from_wallet(moved.number) else "payout"
        self._judge(role, moved.number, "", moved.before, moved.after, line)

    def case_became(self, became: Became, line: Line, given: Any) -> None:
        """One side of a dispute moved its case."""
        if not is_case(became.of):
            return
        self.evaluated += 1
        was = self._cases.get((line.party, became.of), "none")
        self._cases[line.party, became.of] = became.after
        if was != became.before:
            what = Text(
                f"{line.party} 把争议 {became.of} 从 {became.before} 移开，而它当时是 {was}",
                f"{line.party} moved the case {became.of} from {became.before}, and it was {was}",
            )
            self.broken(line, became.about, what)
        self._judge("dispute", became.of, became.about, became.before, became.after, line)

    def rail_became(self, became: Became, line: Line, given: Any) -> None:
        """The rail moved a payout or a transfer."""
        self.evaluated += 1
        self._judge("rail", became.of, became.about, became.before, became.after, line)

    def bank_became(self, became: Became, line: Line, given: Any) -> None:
        """The account bank moved a credit order."""
        self.evaluated += 1
        self._judge("bank", became.of, became.about, became.before, became.after, line)

    def _judge(self, role: str, of: str, about: str, before: str, after: str, line: Line) -> None:
        if stem(after) not in ALLOWED[role].get(stem(before), ()):
            what = Text(
                f"{role} 把 {of} 从 {before} 改为 {after}，没有这样的转移",
                f"the {role} moved {of} from {before} to {after}",
            )
            self.broken(line, about, what)


for _role, _moves in PLAIN.items():
    if any(after not in ALLOWED[_role].get(before, ()) for before, after in _moves):
        raise AssertionError(f"a move that passes unseen at the {_role} is not in the table")
