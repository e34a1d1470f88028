"""Every fen is in a named place at every instant: looked at after each line of every scenario of the library."""

import pytest

from poslab.history.outcome import outcome
from poslab.history.places import places
from poslab.history.purchases import Purchases
from poslab.history.words import is_word
from poslab.ledger.chart import account_of
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.stage.play import play

NAMES = [f"{name}/{variant}" for name in library_ids() for variant in variants_of(name)]


GIVEN_BACK_IN_PART = ("disp-negotiated-refund/partial", "disp-chargeback/partial", "disp-chargeback/partly-refunded")
"""A debit that stands, and less money behind it."""


@pytest.mark.parametrize("name", NAMES)
def test_what_left_the_cardholder_is_somewhere_with_a_name(name: str) -> None:
    advanced = name.startswith("plat-instant") and not name.endswith("manual")  # by an acquirer that pays her itself
    scenario = load(name, world="gateway-shop" if advanced else "wallet-shop")
    fold = Purchases(scenario.world, [purchase.order for purchase in scenario.purchases])
    amounts = {purchase.order: purchase.keyed_fen or purchase.amount_fen for purchase in scenario.purchases}
    for line, given in play(scenario, keep=True).pairs:
        fold.see(line, given)
        for order, amount_fen in amounts.items() if name not in GIVEN_BACK_IN_PART else ():
            purchase = fold.purchases[order]
            found = places(fold, purchase)
            assert sum(place.amount for place in found) == purchase.standing * amount_fen, (line.n, found)
            assert all(place.amount > 0 and account_of(place.place) for place in found), (line.n, found)


@pytest.mark.parametrize("name", NAMES)
def test_views_speak_in_closed_words_at_every_instant(name: str) -> None:
    scenario = load(name)
    fold = Purchases(scenario.world, [purchase.order for purchase in scenario.purchases])
    for line, given in play(scenario, keep=True).pairs:
        fold.see(line, given)
        for purchase in fold.purchases.values():
            seen = outcome(fold, purchase).views
            for view in seen.__struct_fields__:
                word = getattr(seen, view)
                for one in word if isinstance(word, tuple) else (word,):
                    assert is_word(view, one), (line.n, view, one)
