"""Each clearing line's fees are what contract and network say, rounded half-up to the fen, line by line.

Recomputed here by long division, not with the sums that the host uses.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.evidence import Evidence
from poslab.history.line import Line
from poslab.messages.funding import ClearingLine
from poslab.text import Text
from poslab.world.world import World

MILLION = 1_000_000
HALF = 500_000

Rate: TypeAlias = tuple[int, int]
"""Parts per million, and a cap in fen (below zero: none)."""


class FeesHalfUp(Check):
    """Merchant fee, interchange, and the network fee of either side."""

    id = "fees-half-up"
    title = Text("手续费逐笔四舍五入", "fees are rounded half-up, line by line")

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._rates: dict[tuple[str, str], tuple[Rate, Rate, Rate] | None] = {}

    def sees(self) -> Mapping[Sight, Seeing]:
        return {ClearingLine: self.claimed}

    def claimed(self, entry: ClearingLine, line: Line, given: Any) -> None:
        """A clearing line."""
        self.evaluated += 1
        contract = (entry.mid, entry.card)
        try:
            rates = self._rates[contract]
        except KeyError:
            rates = self._rates[contract] = self._rates_of(entry)
        if rates is None:
            what = Text(
                f"{entry.key} 清算给了这个世界里没有的商户或卡",
                f"{entry.key} was cleared for a merchant or card that this world has not",
            )
            self.broken(line, entry.about, what)
            return
        amount_fen = entry.amount_fen
        if amount_fen < 0:
            said = (entry.merchant_fee_fen, entry.interchange_fen, entry.acquirer_fee_fen, entry.issuer_fee_fen)
            if any(said):
                what = Text(f"退货 {entry.key} 带有费用 {said}", f"the refund {entry.key} bears fees, {said}")
                self.broken(line, entry.about, what)
            return
        merchant, interchange, network = rates
        network_fen = fee(amount_fen, network)
        if (
            entry.merchant_fee_fen != fee(amount_fen, merchant)
            or entry.interchange_fen != fee(amount_fen, interchange)
            or entry.acquirer_fee_fen != network_fen
            or entry.issuer_fee_fen != network_fen
        ):
            due = (fee(amount_fen, merchant), fee(amount_fen, interchange), network_fen, network_fen)
            said = (entry.merchant_fee_fen, entry.interchange_fen, entry.acquirer_fee_fen, entry.issuer_fee_fen)
            what = Text(
                f"{entry.key} 金额 {amount_fen} 分，费用为 {said}，应为 {due}",
                f"the fees of {entry.key} on {amount_fen} fen are {said}, due are {due}",
            )
            self.broken(line, entry.about, what)

    def _rates_of(self, entry: ClearingLine) -> tuple[Rate, Rate, Rate] | None:
        return rates_of(self.evidence.world, entry)


def rates_of(world: World, entry: ClearingLine) -> tuple[Rate, Rate, Rate] | None:
    """Merchant's fee, interchange and network fee of a line; ``None`` for a merchant or card that the world has not."""
    card = world.cards.get(entry.card)
    merchant = next((merchant for merchant in world.merchants if merchant.mid == entry.mid), None)
    if card is None or merchant is None:
        return None
    network = world.network
    if card.product == "credit":
        of_merchant = _rate(merchant.credit_rate_ppm, merchant.credit_cap_fen)
        of_issuer = _rate(network.credit_interchange_ppm, network.credit_interchange_cap_fen)
    else:
        of_merchant = _rate(merchant.debit_rate_ppm, merchant.debit_cap_fen)
        of_issuer = _rate(network.debit_interchange_ppm, network.debit_interchange_cap_fen)
    return of_merchant, of_issuer, _rate(network.network_fee_ppm, network.network_fee_cap_fen)


def fee(amount_fen: int, rate: Rate) -> int:
    """A rate of an amount in whole fen: a remainder of half a fen or more counts as one."""
    whole, rest = divmod(amount_fen * rate[0], MILLION)
    if rest >= HALF:
        whole += 1
    return rate[1] if 0 <= rate[1] < whole else whole


def _rate(ppm: int, cap_fen: int | None) -> Rate:
    return ppm, -1 if cap_fen is None else cap_fen
