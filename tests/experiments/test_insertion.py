"""An act that somebody does in a run: all before it stays as it was, and what comes of it can be told."""

import pytest

from poslab.diagnosis.actions import ACTIONS
from poslab.party.time import SECOND
from scenarios.experiments.insertion import EXECUTED, NOT_EXECUTED, SELLS, acts, executable
from scenarios.experiments.ordering import Ending
from scenarios.experiments.trying import Tried, bare, tried
from scenarios.schema.load import load
from scenarios.stage.play import play


def done(name: str, after_s: int, *words: str) -> Tried:
    scenario = bare(load(name))
    purchase = scenario.purchases[0]
    at = purchase.at + after_s * SECOND
    return tried(scenario, purchase, seed="1", acts=acts(words, scenario, purchase, at))


def test_what_is_done_at_a_machine_is_an_action_of_the_catalogue() -> None:
    assert {*EXECUTED, *NOT_EXECUTED} <= set(ACTIONS)
    assert not set(EXECUTED) & set(NOT_EXECUTED)
    assert set(SELLS) <= set(EXECUTED)


def test_before_the_act_everything_is_as_it_was() -> None:
    scenario = bare(load("net-response-lost"))
    purchase = scenario.purchases[0]
    at = purchase.at + 76 * SECOND
    with_it = play(scenario, keep=True, acts=acts(["balance-inquiry"], scenario, purchase, at)).pairs
    without = play(scenario, keep=True).pairs
    before = [pair for pair in without if pair[0].at < at]
    assert with_it[: len(before)] == before
    assert with_it[len(before) :] != without[len(before) :]


def test_a_good_sale_is_voided_and_its_money_goes_back() -> None:
    after = done("ok-not-due", 75, "void")
    assert (after.end.views.terminal, after.end.views.issuer, after.end.charged_net) == ("voided", "debited-back", 0)


def test_a_sale_is_made_again_only_when_the_first_one_is_over() -> None:
    after = done("net-response-lost", 75, "sell-again")
    assert after.ending == Ending(0, 0, 0, 0, 0, 23)
    assert (after.end.charged_peak, after.end.credited) == (1, 1)


def test_whoever_pays_elsewhere_meanwhile_is_charged_twice_for_a_while() -> None:
    after = done("net-response-lost", 75, "pay-again-elsewhere")
    assert after.ending.twice_meanwhile == 1
    assert after.ending > done("net-response-lost", 75, "sell-again").ending


def test_whoever_swipes_again_after_a_good_sale_is_charged_twice_for_good() -> None:
    after = done("ok-not-due", 75, "swipe-again")
    assert after.ending.overcharged == 1
    assert not after.ending.good


def test_a_customer_pays_once_whichever_of_two_remedies_comes_first() -> None:
    after = done("net-response-lost", 75, "sell-again", "other-means")
    assert after.end.charged_net == 1


def test_a_mended_line_carries_the_next_message() -> None:
    assert done("net-link-down", 75, "restore-link", "swipe-again").end.credited == 1
    assert done("net-link-down", 75, "swipe-again").end.credited == 0


@pytest.mark.parametrize("word", ["wait", "open-ticket", "promise-it-will-arrive", "factory-reset"])
def test_words_among_people_are_no_acts(word: str) -> None:
    assert executable([word]) == []
