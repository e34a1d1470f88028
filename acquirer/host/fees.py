"""What a captured sale costs: merchant fee, interchange, the network fee of either side. Whole fen, line by line."""

from typing import Final, NamedTuple

from poslab.money import share
from poslab.world.world import World


class Fees(NamedTuple):
    """The fees of one sale in fen, each rounded half-up."""

    merchant_fen: int
    interchange_fen: int
    acquirer_fen: int
    """The acquirer's network fee."""
    issuer_fen: int
    """The issuer's network fee."""


NO_FEES: Final = Fees(0, 0, 0, 0)
"""Of a refund: none is charged, and none is given back."""


class Tariff:
    """The world's rates and caps: the merchant's by its contract, the others by the network."""

    def __init__(self, world: World) -> None:
        network = world.network
        self._network_ppm = network.network_fee_ppm
        self._network_cap_fen = network.network_fee_cap_fen
        self._interchange = {
            "debit": (network.debit_interchange_ppm, network.debit_interchange_cap_fen),
            "credit": (network.credit_interchange_ppm, network.credit_interchange_cap_fen),
        }
        self._merchant = {
            merchant.mid: {
                "debit": (merchant.debit_rate_ppm, merchant.debit_cap_fen),
                "credit": (merchant.credit_rate_ppm, merchant.credit_cap_fen),
            }
            for merchant in world.merchants
        }
        self._products = {ref: card.product for ref, card in world.cards.items()}

    def of(self, mid: str, card: str, amount_fen: int) -> Fees:
        """The fees of a sale; ``KeyError`` for a merchant or card that is not of this world."""
        product = self._products[card]
        merchant_ppm, merchant_cap_fen = self._merchant[mid][product]
        interchange_ppm, interchange_cap_fen = self._interchange[product]
        network_fen = share(amount_fen, self._network_ppm, self._network_cap_fen)
        return Fees(
            share(amount_fen, merchant_ppm, merchant_cap_fen),
            share(amount_fen, interchange_ppm, interchange_cap_fen),
            network_fen,
            network_fen,
        )
