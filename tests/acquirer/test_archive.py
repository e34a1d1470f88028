"""Cleared payments for a year: found again by their reference, whatever they are called, and forgotten in time."""

from hypothesis import given
from hypothesis import strategies as st

from acquirer.host.archive import BOUND, KEPT_AFTER_DAYS, Archive
from poslab.messages.funding import ClearingLine
from poslab.party.time import DAY, date_of, midnight
from poslab.world.calendar import day_of_word, day_word

FIRST = "20260105"
names = st.text("0123456789aT-张", max_size=24)


def line(number: int, about: str = "o", key: str = "90000001-000001-000001", amount_fen: int = 12_800) -> ClearingLine:
    return ClearingLine(about, key, f"{number:012d}", "999000054110001", "good-debit", amount_fen, 77, 58, 4, 4)


def day(after: int) -> str:
    return day_word(date_of(midnight(day_of_word(FIRST)) + after * DAY))


@given(st.lists(st.tuples(names, names, st.integers(1, 10**9)), min_size=2 * BOUND, max_size=4 * BOUND))
def test_bound_or_loose_a_payment_is_found_as_it_was(told: list[tuple[str, str, int]]) -> None:
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


def test_a_year_of_payments_takes_a_few_bytes_each() -> None:
    archive, number = Archive(365), 0
    for n in range(4 * BOUND):
        lines = []
        for _ in range(200):
            number += 1
            key = f"9000000{number % 3}-000001-{number:06d}"
            lines.append(line(260_000_000_000 + number, f"o{number}", key, 1_000 + number * 7_919 % 50_000))
        archive.keep(day(n), tuple(lines))
    bound = [part for part in archive.held() if part.dates]
    assert sum(len(part.packed) for part in bound) < 4 * sum(count for part in bound for _, count in part.dates)
