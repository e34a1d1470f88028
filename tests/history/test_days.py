"""Told what happens to many purchases over days, wished what had arrived, what was due, what was at risk each noon."""

from pathlib import Path

import pytest

from scenarios.schema.load import load
from scenarios.stage.play import play
from scenarios.stage.result import Day

FROZEN = """
schema: poslab/1
id: frozen-for-three-days
world: corner-shop
workload:
  - {order: a, at: "10:15:30", terminal: T1, amount: "100.00", card: good-debit, every: 1d, count: 5}
faults:
  - {id: frozen, fault: account-frozen, at: "T+2 09:00", direction: both, for: 2d}
"""


def days(source: str | Path) -> tuple[Day, ...]:
    return play(load(source)).result.days


def test_a_good_sale_is_on_its_way_and_then_there() -> None:
    today, tomorrow = days("ok-slow")
    assert (today.on_its_way, today.at_risk, today.arrived) == (12_800, 0, 0)
    assert (tomorrow.on_its_way, tomorrow.at_risk, tomorrow.arrived) == (0, 0, 12_800)


def test_what_goes_back_is_no_risk_any_more() -> None:
    assert [(day.on_its_way, day.at_risk, day.arrived) for day in days("net-response-lost")] == [(0, 0, 0)] * 2


def test_of_two_charges_one_is_at_risk_wherever_it_is() -> None:
    assert [(day.on_its_way, day.at_risk, day.arrived) for day in days("op-double-swipe/no-paper")] == [
        (12_800, 12_800, 0),
        (0, 12_800, 12_800),
    ]


def test_while_an_account_is_frozen_what_is_due_is_at_risk_and_what_is_there_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "frozen.yaml"
    path.write_text(FROZEN, encoding="utf-8")
    told = {day.day[5:]: day for day in days(path)}
    assert told["01-06"].arrived == 10_000
    assert told["01-07"].orders_at_risk == ("a-1", "a-2")
    assert told["01-08"].orders_at_risk == ("a-1", "a-2", "a-3")
    assert told["01-09"].orders_at_risk == (), "paid again once it was open"
    assert told["01-09"].arrived == 40_000
    assert [day.swiped for day in told.values()][:5] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", ["acct-frozen", "op-double-swipe/second-terminal", "net-reversal-exhausted"])
def test_every_fen_that_was_charged_is_in_one_of_the_three(name: str) -> None:
    played = play(load(name))
    last = played.result.days[-1]
    places = sum(place.amount for purchase in played.result.purchases for place in purchase.end.places)
    assert last.on_its_way + last.at_risk + last.arrived == places
