"""Money is whole fen; nothing that divides or rounds it may lose one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poslab.money import PPM, fen, share, split, written

amounts = st.integers(0, 10**10)


@given(st.integers(-(10**11), 10**11))
def test_what_is_written_is_read_back(amount_fen: int) -> None:
    assert fen(written(amount_fen).replace(",", "")) == amount_fen


@pytest.mark.parametrize("wrong", ["1.5", "1,000.00", "", "-", "1e3", "12.345", " 1", "١"])
def test_other_ways_to_write_money_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="written like"):
        fen(wrong)


@given(amounts, st.integers(0, PPM))
def test_a_share_is_rounded_half_up(amount_fen: int, rate_ppm: int) -> None:
    exact = amount_fen * rate_ppm
    part = share(amount_fen, rate_ppm)
    assert -PPM < 2 * (part * PPM - exact) <= PPM


def test_half_a_fen_is_a_whole_one_and_a_cap_is_kept() -> None:
    assert share(100, 5_000) == 1
    assert share(99, 5_000) == 0
    assert share(1_000_000, 5_000, cap_fen=2_000) == 2_000


@given(amounts, st.lists(st.integers(0, 1_000), min_size=1, max_size=9).filter(any))
def test_the_parts_of_a_split_add_up(amount_fen: int, weights: list[int]) -> None:
    parts = split(amount_fen, weights)
    assert sum(parts) == amount_fen
    assert all(part >= 0 for part in parts)
    total = sum(weights)
    assert all(abs(part * total - amount_fen * weight) < total for part, weight in zip(parts, weights, strict=True))


def test_nothing_can_be_split_by_no_weight() -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, [0, 0])
