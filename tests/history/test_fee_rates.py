"""A rate that rises is named with its day, and neither rounding nor a cap is taken for a rise."""

from daylists import CONTRACTS, MID, sale
from hypothesis import given
from hypothesis import strategies as st

from poslab.history.entries import Entry
from poslab.history.fee_rates import Rise, day_rates, rises
from poslab.money import share

MONDAY, TUESDAY, WEDNESDAY = "20260105", "20260106", "20260107"


def charged(date: str, amount_fen: int, ppm: int, cap_fen: int | None = 2_000) -> Entry:
    return sale(17, amount_fen, date=date, fee_fen=share(amount_fen, ppm, cap_fen))


def test_a_rise_over_the_contract_is_named_with_its_day() -> None:
    ledger = [charged(MONDAY, 12_800, 5_000), charged(TUESDAY, 12_800, 6_300), charged(WEDNESDAY, 200_000, 6_300)]
    [rise] = rises(day_rates(ledger, CONTRACTS))
    assert (rise.mid, rise.product, rise.since, rise.from_ppm) == (MID, "debit", TUESDAY, 5_000)
    assert abs(rise.to_ppm - 6_300) < 50
    assert rise.extra_fen == (81 - 64) + (1_260 - 1_000)


def test_the_contract_is_kept() -> None:
    ledger = [charged(MONDAY, 12_800, 5_000), charged(TUESDAY, 999_900, 5_000), charged(TUESDAY, 37, 5_000)]
    rates = day_rates(ledger, CONTRACTS)
    assert rises(rates) == [] and [(it.date, it.sales, it.due_fen) for it in rates] == [
        (MONDAY, 1, 64),
        (TUESDAY, 2, 2_000),
    ]
    assert rises(day_rates([charged(MONDAY, 12_800, 3_800)], CONTRACTS)) == []  # less is no rise


def test_without_a_contract_a_day_is_held_against_the_one_before() -> None:
    ledger = [charged(MONDAY, 100_000, 3_800), charged(TUESDAY, 100_000, 3_800), charged(WEDNESDAY, 100_000, 5_500)]
    assert rises(day_rates(ledger)) == [Rise(MID, "debit", WEDNESDAY, 3_800, 5_500, 170)]


def test_refunds_and_sales_that_were_undone_are_charged_nothing() -> None:
    ledger = [sale(17, -500, fee_fen=0), sale(18, fee_fen=900, undone=True), sale(19, fee_fen=None)]
    assert day_rates(ledger, CONTRACTS) == []


DAYS = st.lists(
    st.lists(st.integers(1, 900_000), min_size=1, max_size=5), min_size=1, max_size=4
)  # fmt: skip


@given(DAYS, st.integers(1_000, 20_000), st.sampled_from([None, 2_000]))
def test_a_rate_that_stays_never_rises(days: list[list[int]], ppm: int, cap_fen: int | None) -> None:
    uncapped = [[*day, 40_000] for day in days]  # a sale on each day that no cap touches
    ledger = [
        charged(f"202601{number:02d}", amount_fen, ppm, cap_fen)
        for number, day in enumerate(uncapped, start=1)
        for amount_fen in day
    ]
    assert rises(day_rates(ledger)) == []
