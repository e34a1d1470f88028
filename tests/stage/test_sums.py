"""Sales that are credited within a sum of several, or ride with a later day's: what their views and places say."""

from pathlib import Path

from scenarios.schema.load import load
from scenarios.stage.play import play

STORY = """
schema: poslab/1
id: sums
world: {preset: corner-shop, settings: {merchant: {merchant: %s}}}
workload:
%s
complaint: {order: small, at: later}
"""


def _at_the_end(tmp_path: Path, contract: str, *sales: tuple[str, str, str]) -> dict[str, tuple[str, str, list[str]]]:
    """Payout and merchant's account of each order, and where its money is, when all is over."""
    workload = "\n".join(
        f'  - {{order: {order}, at: "{at}", terminal: T1, amount: "{amount}", card: good-debit}}'
        for order, at, amount in sales
    )
    path = tmp_path / "sums.yaml"
    path.write_text(STORY % (contract, workload), encoding="utf-8")
    result = play(load(path)).result
    assert result.verdict == "pass", result.reason
    ends = {bought.order: bought.end for bought in result.purchases}
    return {
        order: (end.views.payout, end.views.merchant, [place.place for place in end.places])
        for order, end in ends.items()
    }


def test_two_sales_of_a_day_are_credited_in_a_net_sum_and_one_is_credited(tmp_path: Path) -> None:
    sales = (("small", "10:00:00", "20.00"), ("other", "11:00:00", "30.00"))
    for words in _at_the_end(tmp_path, "{payout_mode: net-daily}", *sales).values():
        assert words[:2] == ("success", "credited-net")
    for words in _at_the_end(tmp_path, "{payout_mode: per-sale}", *sales).values():
        assert words[:2] == ("success", "credited")
    (words,) = _at_the_end(tmp_path, "{}", sales[0]).values()
    assert words[:2] == ("success", "credited")


def test_a_payout_below_the_minimum_is_credited_with_the_one_that_it_rides_with(tmp_path: Path) -> None:
    sales = (("small", "10:00:00", "20.00"), ("next-day", "2026-01-06 11:00:00", "300.00"))
    found = _at_the_end(tmp_path, '{minimum_payout: "100.00"}', *sales)
    account = "B.account.999100000001"
    for words in found.values():
        assert words[:2] == ("success", "credited-net")
        assert words[2][0] == account
