"""Whatever is done to one sale, another customer's sale at the same till is none the worse for it than it must be.

Every story of the library is played with a bystander: somebody who pays at the same till one hour later, while nothing
is done to that sale. What is told of it must not depend on whether a platform keeps the merchant's wallet: money that
the acquirer keeps back of one sale must not be made up for with another one's.
"""

import pytest
from msgspec.structs import replace

from poslab.party.time import HOUR
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.schema.story import Purchase, Told
from scenarios.stage.play import play
from scenarios.stage.result import PurchaseResult

OF_A_PLATFORM = ("plat-instant", "plat-notify-lost", "plat-order-stuck", "plat-gateway-down")
"""Stories that only one of the two worlds knows."""
NAMES = [
    f"{name}/{variant}" for name in library_ids() if not name.startswith(OF_A_PLATFORM) for variant in variants_of(name)
]


def bystander(name: str, world: str) -> PurchaseResult:
    """What became of the bystander's purchase; every check but those that the story itself sets off holds."""
    scenario = load(name, world=world)
    first = scenario.purchases[0]
    bought = Purchase("bystander", first.at + HOUR, first.terminal, first.cashier, 23_400, "good-credit")
    told = sorted((*scenario.told, Told(bought.at, bought.cashier, bought.given)), key=lambda told: told.at)
    scenario = replace(scenario, purchases=(*scenario.purchases, bought), told=tuple(told))
    result = play(scenario).result
    assert not [(check.id, check.breaches) for check in result.invariants if check.breaches and not check.expected]
    return next(purchase for purchase in result.purchases if purchase.order == bought.order)


@pytest.mark.parametrize("name", NAMES)
def test_a_bystander_fares_alike_with_and_without_wallets(name: str) -> None:
    here, there = (bystander(name, world).end for world in ("corner-shop", "wallet-shop"))
    causes = [moment.diagnosis.cause for moment in (here, there) if moment.diagnosis]
    assert here.views.merchant == there.views.merchant
    assert len(causes) == 2
    assert causes[0] == causes[1]


@pytest.mark.parametrize(
    "name", ["disp-retrieval-hold/before-payout", "disp-fraud-freeze/sale", "acct-risk-hold/plain"]
)
def test_a_bystander_of_a_sale_that_is_kept_back_is_paid(name: str) -> None:
    assert bystander(name, "wallet-shop").end.credited == 1
