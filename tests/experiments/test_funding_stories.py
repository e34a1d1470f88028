"""The funding leg of stories that go on after the payout, or beside it: whatever fails, somebody can say what happened.

A keyed sample of each; ``poslab sweep scenarios/experiments/stories/STORY.yaml --leg funding`` plays the whole.
"""

from pathlib import Path

import pytest

from scenarios.experiments.ends import misfit
from scenarios.experiments.passages import FUNDING
from scenarios.experiments.sweep import judged_all, only, planned, summed
from scenarios.experiments.trials import FAULTS, Trial, pairs, sampled
from scenarios.experiments.trying import bare, tried, watched_longer
from scenarios.schema.load import load

STORIES = Path(__file__).parents[2] / "scenarios" / "experiments" / "stories"
SAMPLE, PAIRS = 20, 40

EVERY = {
    "refunded": ("T1-host-0220-1", "host-switch-0220-1", "issuer-credit-due-1", "host-switch-clearing-file-2"),
    "charged-back": ("issuer-switch-dispute-step-1", "host-dispute-answer-due-1", "host-merchant-dispute-notice-1"),
    "represented": ("host-switch-dispute-step-1", "issuer-dispute-decision-due-1", "rail-bank-credit-order-3"),
    "arbitrated": ("issuer-switch-dispute-step-2", "switch-host-dispute-step-2", "host-rail-payout-order-3"),
    "asked-back": ("host-account-reviewed-1", "host-rail-payout-recall-1", "bank-rail-credit-answer-3"),
    "returned-and-cured": ("bank-rail-credit-answer-2", "host-rail-payout-order-2"),
    "paid-at-once": ("host-instant-payout-due-1", "host-rail-payout-order-1", "host-rail-transfer-order-1"),
    "from-a-wallet": ("host-platform-ledger-file-1", "rail-platform-credit-order-1", "platform-rail-payout-order-1"),
    "kept-back-in-a-wallet": ("host-platform-ledger-file-2", "host-platform-ledger-file-3", "host-rail-payout-order-2"),
}
"""Story → messages and letters that only pass in it, or more than in a plain sale."""


@pytest.mark.parametrize("name", EVERY)
def test_each_story_ends_well_by_itself(name: str) -> None:
    story = watched_longer(bare(load(STORIES / f"{name}.yaml")))
    found = tried(story, story.purchases[0], seed="1")
    assert (found.result.verdict, found.broken, misfit(found.end)) == ("pass", (), None)


@pytest.mark.parametrize("name", EVERY)
def test_every_message_and_letter_of_it_is_struck(name: str) -> None:
    trials = planned(load(STORIES / f"{name}.yaml"), "1", (FUNDING,))
    struck: dict[str, set[str]] = {}
    for cell in (cell for trial in trials for cell in trial.cells if not cell.behind):
        struck.setdefault(cell.passage, set()).add(cell.fault)
    for passage in EVERY[name]:
        assert struck.get(passage, set()) >= {"lost", "late", "long-after"}, passage
    assert {fault for faults in struck.values() for fault in faults} == set(FAULTS)
    ids = [cell.id for trial in trials for cell in trial.cells]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", EVERY)
def test_a_sample_of_it_is_named_and_nothing_is_broken(name: str) -> None:
    scenario = load(STORIES / f"{name}.yaml")
    trials = planned(scenario, "1", (FUNDING,))
    found = summed(scenario, list(judged_all(scenario, sampled(trials, SAMPLE, "1"), seed="1")), seed="1")
    assert (found.trials, found.met) == (SAMPLE, SAMPLE)
    assert [(one.what, one.trial) for one in (*found.unnamed, *found.broken)] == []


def test_two_faults_on_the_way_to_the_merchant_are_named_and_nothing_is_broken() -> None:
    scenario = load("ok-not-due")
    drawn: list[Trial] = pairs(planned(scenario, "1", (FUNDING,)), PAIRS, "1")
    found = summed(scenario, list(judged_all(scenario, drawn, seed="1")), seed="1")
    assert (found.pairs, found.unnamed, found.broken) == (PAIRS, (), ())


def test_whatever_befalls_both_words_of_a_hold_the_wallet_is_right_in_the_end() -> None:
    """That a sale is kept back, and that it is let go again: each is said until it is heard."""
    scenario = load(STORIES / "kept-back-in-a-wallet.yaml")
    trials = planned(scenario, "1", (FUNDING,))
    held, released = "host-platform-ledger-file-2", "host-platform-ledger-file-3"
    fates = (("lost", "lost"), ("late", "twice-late"), ("long-after", "lost"), ("sender-after-journal", "overtaken"))
    both = [only(trials, f"{held}.{one}+{released}.{other}") for one, other in fates]
    found = summed(scenario, list(judged_all(scenario, [trial for trial in both if trial], seed="1")), seed="1")
    assert (found.met, found.unnamed, found.broken) == (len(fates), (), ())
