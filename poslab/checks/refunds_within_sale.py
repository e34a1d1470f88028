"""All refunds and chargebacks of a payment together give back no more than was paid, and what refunds take from payouts
no more than that.

Of a payment that the docket has forgotten, long cleared, nothing is known that its refunds could be compared with.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.evidence import Evidence
from poslab.checks.findings import RefundAccepted
from poslab.history.line import Line
from poslab.messages.disputes import DisputeStepHeard
from poslab.money import written
from poslab.party.contract import Logged, Posted
from poslab.text import Text


class RefundsWithinSale(Check):
    """Σ refunds and chargebacks of a payment ≤ the payment. Evaluated at each refund that the host accepts, and each
    chargeback that the card's bank posts."""

    id = "refunds-within-sale"
    title = Text("退货退单合计不超过原交易", "refunds and chargebacks give back no more than was paid")

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._paid: dict[str, int] = {}
        """Payment's key → its amount, once one of its refunds was accepted."""
        self._refunded: dict[str, int] = {}
        self._owed: dict[str, int] = {}
        """Refund's key → what no payout was lessened by yet."""

    def sees(self) -> Mapping[Sight, Seeing]:
        return {
            RefundAccepted: self.accepted,
            ("host", "refund-netted"): self.netted,
            ("host", "adjustment-netted"): self.netted,
            ("host", DisputeStepHeard): self.told,
            ("issuer", Posted): self.posted,
        }

    def told(self, heard: DisputeStepHeard, line: Line, given: Any) -> None:
        """The acquirer says what was paid."""
        if heard.key:
            self._paid.setdefault(heard.key, heard.amount_fen)

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The card's bank posted something: perhaps a chargeback, or that one was lost again."""
        kind, _, name = posted.entry.partition("/")
        if kind not in ("P10a", "P10c"):
            return
        self.evaluated += 1
        original, amount_fen = name.partition("/")[0], sum(amount for _, _, amount in posted.postings)
        self._paid.setdefault(original, amount_fen)
        self._refunded[original] = self._refunded.get(original, 0) + (amount_fen if kind == "P10a" else -amount_fen)
        self._judge(original, posted.about, line)

    def accepted(self, refund: RefundAccepted, line: Line, given: Any) -> None:
        """The host has taken a refund."""
        self.evaluated += 1
        original = refund.original
        if refund.paid_fen and original not in self._paid:
            self._paid[original] = refund.paid_fen
        self._refunded[original] = self._refunded.get(original, 0) + refund.amount_fen
        self._owed[refund.key] = refund.amount_fen
        self._judge(original, refund.about, line)

    def _judge(self, original: str, about: str, line: Line) -> None:
        refunded_fen, paid_fen = self._refunded[original], self._paid.get(original)
        if paid_fen is not None and refunded_fen > paid_fen:
            back, paid = written(refunded_fen), written(paid_fen)
            what = Text(
                f"{original} 付款 {paid}，却退了 {back}",
                f"{back} are given back of {original}, which was paid with {paid}",
            )
            self.broken(line, about, what)

    def netted(self, logged: Logged, line: Line, given: Any) -> None:
        """The host has taken a refund from a payout."""
        key, amount_fen = str(logged.details["key"]), int(logged.details["amount_fen"])
        left_fen = self._owed.get(key, 0) - amount_fen
        if left_fen < 0:
            sum_ = written(amount_fen)
            what = Text(
                f"为 {key} 从出款中扣了 {sum_}：太多了", f"{sum_} were taken from a payout for {key}: too much"
            )
            self.broken(line, logged.about, what)
        self._owed[key] = left_fen
