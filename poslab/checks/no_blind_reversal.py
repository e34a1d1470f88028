"""A QR sale is never reversed: the payer may confirm on the phone at any moment, so only a query can tell and close.

Neither the terminal's 0400 nor an advice 0420 by host or network is ever about a payment code.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.card import QR, FinancialRequest, ReversalAdvice, ReversalRequest
from poslab.text import Text


class NoBlindReversal(Check):
    """Evaluated for every QR sale that a terminal sends; a run without one is no evidence."""

    id = "no-blind-reversal"
    title = Text("扫码付款不盲目冲正", "no blind reversal of a QR sale")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._codes = frozenset(ref for ref, card in self.evidence.world.cards.items() if card.is_code)
        return {
            ("terminal", FinancialRequest): self.sold,
            ("terminal", ReversalRequest): self.reversed,
            ("host", ReversalAdvice): self.reversed,
            ("switch", ReversalAdvice): self.reversed,
        }

    def sold(self, message: FinancialRequest, line: Line, given: Any) -> None:
        """0200."""
        if message.entry == QR:
            self.evaluated += 1

    def reversed(self, message: ReversalRequest | ReversalAdvice, line: Line, given: Any) -> None:
        """0400 or 0420."""
        if message.card in self._codes:
            what = Text(
                f"{line.party} 冲正了扫码支付的 {message.key}", f"{line.party} reversed {message.key}, which is paid by code"
            )
            self.broken(line, message.about, what)
