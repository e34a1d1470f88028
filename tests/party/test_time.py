"""Instants are integers; dates and clock times follow from them without any time zone data."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from poslab.party.time import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    clock_text,
    date_of,
    day_text,
    duration_text,
    midnight,
    stamp_text,
    time_of_day,
)  # fmt: skip


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(0, DAY - 1))
def test_a_day_and_a_time_make_an_instant_and_come_back(day: date, time: int) -> None:
    at = midnight(day) + time
    assert date_of(at) == day
    assert time_of_day(at) == time


def test_how_instants_are_shown() -> None:
    at = midnight(date(2026, 1, 5)) + 10 * HOUR + 15 * MINUTE + 30 * SECOND + 250_000
    assert clock_text(at) == "10:15:30"
    assert day_text(at) == "2026-01-05"
    assert stamp_text(at) == "2026-01-05 10:15:30.250"


def test_how_durations_are_shown() -> None:
    shown = [duration_text(length) for length in (250_000, 75 * SECOND, 10 * MINUTE, 125 * MINUTE, 72 * HOUR, -SECOND)]
    assert shown == ["250 ms", "75 s", "10 min", "2 h 05 min", "3 days", "-1 s"]
