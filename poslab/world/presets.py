"""Worlds that need no file: small shops for stories, a market of any size for measuring."""

from collections.abc import Callable, Mapping

import msgspec

from poslab.party.contract import Address
from poslab.text import Text
from poslab.world.cards import CARDS
from poslab.world.world import Merchant, Platform, Terminal, World


def corner_shop() -> World:
    """One merchant with three terminals T1, T2, T3, dialling the acquirer host directly."""
    shop = Merchant(
        mid="999000054110001",
        name=Text("示例小店", "Example Corner Shop"),
        mcc="5411",
        bank="bank",
        account_no="999100000001",
        account_name="示例小店",
    )
    return World(
        name="corner-shop",
        merchants=(shop,),
        terminals=tuple(_terminal(number, shop.mid, "host") for number in (1, 2, 3)),
    )


def gateway_shop() -> World:
    """The corner shop behind a payment platform: every message of a terminal passes its gateway."""
    shop = corner_shop()
    terminals = tuple(msgspec.structs.replace(terminal, route="platform") for terminal in shop.terminals)
    return msgspec.structs.replace(shop, name="gateway-shop", terminals=terminals, platform=Platform())


def wallet_shop() -> World:
    """The corner shop behind a platform that is gateway and ledger: it is paid by the acquirer and pays the shop."""
    shop = gateway_shop()
    return msgspec.structs.replace(shop, name="wallet-shop", platform=Platform(role="both"))


def market(terminals: int, terminals_a_merchant: int = 10) -> World:
    """Many merchants with ``terminals`` terminals in all, each with a cashier of its own.

    Cards never run dry, and logs that nobody settles never run full.
    """
    count = -(-terminals // terminals_a_merchant)
    merchants = tuple(
        Merchant(
            mid=f"99900005411{number:04d}",
            name=Text(f"示例商户{number}", f"Example Merchant {number}"),
            mcc="5411",
            bank="bank",
            account_no=f"9991{number:08d}",
            account_name=f"示例商户{number}",
            address=f"merchant-{number}",
        )
        for number in range(1, count + 1)
    )
    return World(
        name=f"market-{terminals}",
        merchants=merchants,
        terminals=tuple(
            msgspec.structs.replace(
                _terminal(number, merchants[(number - 1) // terminals_a_merchant].mid, "host"),
                cashier=f"cashier-{number}",
                log_full="overwrite",
            )
            for number in range(1, terminals + 1)
        ),
        cards={ref: msgspec.structs.replace(card, balance_fen=9 * 10**11) for ref, card in CARDS.items()},
    )


def _terminal(number: int, mid: str, route: Address) -> Terminal:
    return Terminal(address=f"T{number}", tid=f"9{number:07d}", mid=mid, route=route)


PRESETS: Mapping[str, Callable[[], World]] = {
    "corner-shop": corner_shop,
    "gateway-shop": gateway_shop,
    "wallet-shop": wallet_shop,
}
"""The presets that a scenario may name."""
