"""Views, evidence and reconciliation where a shop has two acquirers: what is one's is no news of the other."""

from functools import cache

import pytest

from poslab.history.roll_forward import Day, RollForward
from scenarios.schema.load import load
from scenarios.stage.play import Played, play


@cache
def reconciled(name: str, acquirer: str = "") -> list[Day]:
    scenario = load(name, world="two-acquirers")
    fold = RollForward(scenario.world, acquirer=acquirer)
    play(scenario, also=[fold])
    return fold.end()


def found(name: str, acquirer: str = "") -> list[str]:
    return [each.why for each in reconciled(name, acquirer)[-1].matched.breaks]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("acq-capture-missing/capture-skip", "ledger-without-file"),
        ("acct-frozen/both", "payout-without-credit"),
        ("net-reversal-exhausted/dropped", "host-record-without-slip"),
    ],
)
def test_a_break_is_found_by_the_acquirer_whose_it_is(name: str, why: str) -> None:
    assert found(name) == found(name, "host") == [why]
    assert found(name, "host-b") == []


def test_a_purchase_paid_at_both_is_a_break_of_neither_and_of_the_merchants_whole() -> None:
    name = "op-double-swipe/other-acquirer-no-paper"
    assert found(name) == ["duplicate"]
    assert found(name, "host") == found(name, "host-b") == []


def test_each_acquirer_reconciles_its_own_records_and_both_make_the_whole() -> None:
    name = "ok-lump-sum"
    for lists in ("W", "X", "Y", "Z"):
        whole, ours, theirs = (
            sum(day.records[lists] for day in reconciled(name, acquirer)) for acquirer in ("", "host", "host-b")
        )
        assert whole == ours + theirs
        assert ours and theirs, lists


@cache
def played(name: str) -> Played:
    return play(load(name, world="two-acquirers"))


def test_that_one_host_is_down_is_told_by_its_own_terminals_alone() -> None:
    """T2 of the other acquirer sells on: that says nothing about why T1 finds no host."""
    complaint = played("acq-host-down/other-acquirer").result.purchases[0].at_complaint
    assert complaint is not None and complaint.diagnosis is not None
    assert complaint.diagnosis.cause == "acq-host-down"


def test_a_second_acquirer_warns_of_nothing_so_people_must() -> None:
    for name in ("op-double-swipe/other-acquirer", "op-double-swipe/other-acquirer-no-paper"):
        complaint = played(name).result.purchases[0].at_complaint
        assert complaint is not None and complaint.diagnosis is not None
        assert complaint.diagnosis.cause == "op-double-swipe"
        assert "swipe-again" in [step.do for step in complaint.never]
