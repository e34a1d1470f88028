"""Worlds that need no file: small shops for stories, a market of any size for measuring."""

from collections.abc import Callable, Mapping

import msgspec

from poslab.party.contract import Address
from poslab.text import Text
from poslab.world.cards import CARDS
from poslab.world.world import AccountBank, FurtherAcquirer, Issuer, Merchant, Platform, Terminal, World

OF_THE_SECOND_ISSUER = ("good-credit", "limit")
"""Cards of issuer-b, where there is one."""


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


def two_acquirers() -> World:
    """The corner shop with a second contract: T2 dials another acquirer, which pays to an account at another bank.

    Some cards are of a second issuer.
    """
    shop = corner_shop()
    merchant = shop.merchants[0]
    other = msgspec.structs.replace(
        merchant,
        mid="999000054110002",
        bank="bank-b",
        account_no="999200000001",
        acquirer="host-b",
    )
    terminals = tuple(
        msgspec.structs.replace(terminal, mid=other.mid, route="host-b") if terminal.address == "T2" else terminal
        for terminal in shop.terminals
    )
    return msgspec.structs.replace(
        shop,
        name="two-acquirers",
        merchants=(merchant, other),
        terminals=terminals,
        other_acquirers=(
            FurtherAcquirer(
                address="host-b",
                name=Text("模拟收单机构乙", "Simulated Acquirer B"),
                acquirer_id="99900001",
                rrn_prefix="27",
            ),
        ),
        issuers=(
            Issuer(cards=tuple(ref for ref in CARDS if ref not in OF_THE_SECOND_ISSUER)),
            Issuer(
                address="issuer-b",
                name=Text("模拟发卡行乙", "Simulated Issuer B"),
                hotline="400-000-0005",
                cards=OF_THE_SECOND_ISSUER,
            ),
        ),
        banks=(
            AccountBank(),
            AccountBank(address="bank-b", name=Text("模拟收款行乙", "Simulated Account Bank B"), hotline="400-000-0006"),
        ),
    )


def whole_street() -> World:
    """Everything at once: T1 and T3 behind a platform that keeps wallets, T2 with another acquirer and another bank."""
    shop = two_acquirers()
    terminals = tuple(
        msgspec.structs.replace(terminal, route="platform") if terminal.route == "host" else terminal
        for terminal in shop.terminals
    )
    return msgspec.structs.replace(shop, name="whole-street", terminals=terminals, platform=Platform(role="both"))


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
    "two-acquirers": two_acquirers,
    "whole-street": whole_street,
}
"""The presets that a scenario may name."""
