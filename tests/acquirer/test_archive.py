"""Cleared payments for a year: found again by their reference, whatever they are called, and forgotten in time."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acquirer.host.archive import BOUND, KEPT_AFTER_DAYS, Archive
from poslab.messages.funding import ClearingLine
from poslab.party.time import DAY, date_of, midnight
from poslab.world.calendar import day_of_word, day_word

FIRST = "20260105"
FLAT = (77, 58, 4, 4)
names = st.text("0123456789aT-张", max_size=24)
fees_fen = st.tuples(*[st.one_of(st.just(0), st.integers(-100, 100), st.integers(0, 10**9))] * 4)
payments_made = st.tuples(
    names, names, st.integers(1, 10**9), fees_fen, st.sampled_from(["good-debit", "good-credit"])
)


def line(
    number: int,
    about: str = "o",
    key: str = "90000001-000001-000001",
    amount_fen: int = 12_800,
    fees_fen: tuple[int, ...] = FLAT,
    card: str = "good-debit",
) -> ClearingLine:
    return ClearingLine(about, key, f"{number:012d}", "999000054110001", card, amount_fen, *fees_fen)


def day(after: int) -> str:
    return day_word(date_of(midnight(day_of_word(FIRST)) + after * DAY))


@given(st.lists(payments_made, min_size=2 * BOUND, max_size=4 * BOUND))
@example([("o", "k", 1 << 40, (1 << 40, 0, 5, 1), "good-debit")] * 2 * BOUND)
def test_bound_or_loose_a_payment_is_found_as_it_was(
    told: list[tuple[str, str, int, tuple[int, ...], str]],
) -> None:
    archive = Archive(365)
    payments = [line(7 + 3 * n, *each) for n, each in enumerate(told)]
    for n, payment in enumerate(payments):
        archive.keep(day(n // 2), (payment,))
    again = Archive(365)
    again.restore(list(archive.held()))
    assert len(archive.held()) < len(payments), "some are bound"
    for n, payment in enumerate(payments):
        assert archive.by_rrn(payment.rrn) == again.find(payment.key, payment.rrn) == (day(n // 2), payment)
        assert payment.rrn in archive.references(day(n // 2))
        assert payment.rrn not in archive.references(day(n // 2 + 1))
    assert archive.by_rrn(line(8).rrn) is None


def test_what_nobody_can_ask_for_any_more_is_forgotten_bound_parts_as_a_whole() -> None:
    archive = Archive(200 - KEPT_AFTER_DAYS)
    for n in range(3 * BOUND):
        archive.keep(day(n), (line(n),))
    archive.keep(day(200 + BOUND + 3), (line(1_000),))
    kept = [n for n in range(3 * BOUND) if archive.by_rrn(line(n).rrn) is not None]
    assert kept == list(range(BOUND, 3 * BOUND)), "three of these are too old, and go with those that they are bound to"
    archive.keep(day(500), (line(2_000),))
    assert [part.first_rrn for part in archive.held()] == [line(2_000).rrn]
    for n in range(3 * BOUND):
        archive.keep(day(500 + n), (line(3_000 + n),))
    assert archive.by_rrn(line(3_000).rrn) == (day(500), line(3_000))


def shares(amount_fen: int, is_credit: bool) -> tuple[int, ...]:
    """Fees as contracts have them: shares of the amount, half up, with a debit card capped."""
    capped = (10**9, 10**9) if is_credit else (120, 90)
    taken = [(amount_fen * ppm + 500_000) // 1_000_000 for ppm in (5_000 + 1_000 * is_credit, 3_500, 325, 325)]
    return (min(taken[0], capped[0]), min(taken[1], capped[1]), *taken[2:])


@pytest.mark.parametrize("is_flat", [False, True])
def test_a_year_of_payments_takes_little_more_than_two_bytes_each(is_flat: bool) -> None:
    archive, number = Archive(365), 0
    for n in range(4 * BOUND):
        lines = []
        for _ in range(200):
            number += 1
            key = f"9000000{number % 3}-000001-{number:06d}"
            amount_fen, is_credit = 1_000 + number * 7_919 % 50_000, number % 5 == 0
            fees = FLAT if is_flat else shares(amount_fen, is_credit)
            card = "good-credit" if is_credit else "good-debit"
            lines.append(line(260_000_000_000 + number, f"o{number}", key, amount_fen, fees, card))
        archive.keep(day(n), tuple(lines))
    bound = [part for part in archive.held() if part.dates]
    assert sum(len(part.packed) for part in bound) < 3 * sum(count for part in bound for _, count in part.dates)
