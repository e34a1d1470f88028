"""Times as people write them, on the calendar of a world whose first day is Monday 5 January 2026."""

from datetime import date

import pytest

from poslab.party.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Instant, midnight, stamp_text
from poslab.world.calendar import Calendar
from scenarios.schema.times import length, resolve, time_of_day, when

CALENDAR = Calendar()
HOLIDAYS = Calendar(holidays=(date(2026, 1, 6), date(2026, 1, 7)))


def at(text: str) -> Instant:
    day, clock = text.split()
    return midnight(date.fromisoformat(day)) + time_of_day(clock)


def meant(written: str, calendar: Calendar = CALENDAR, sale: str | None = None) -> str:
    return stamp_text(resolve(when(written), calendar, None if sale is None else at(sale)))[:19]


@pytest.mark.parametrize(
    ("written", "us"),
    [
        ("500ms", 500 * MILLISECOND),
        ("45s", 45 * SECOND),
        ("2m", 2 * MINUTE),
        ("2h", 2 * HOUR),
        ("1h30m", 90 * MINUTE),
        ("1d", DAY),
        ("0s", 0),
    ],
)
def test_lengths(written: str, us: int) -> None:
    assert length(written) == us


@pytest.mark.parametrize("written", ["", "45", "s", "1.5s", "-1s", "45 s", "1w", "٤s", "999999999d", "1s1"])
def test_no_lengths(written: str) -> None:
    with pytest.raises(ValueError, match="length"):
        length(written)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("10:15:30", "2026-01-05 10:15:30"),
        ("9:05", "2026-01-05 09:05:00"),
        ("2026-01-10 14:00", "2026-01-10 14:00:00"),
        ("D+1 09:00", "2026-01-06 09:00:00"),
        ("T+5 09:00", "2026-01-12 09:00:00"),
    ],
)
def test_without_a_sale_days_count_from_the_worlds_first(written: str, instant: str) -> None:
    assert meant(written) == instant


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("+75s", "2026-01-09 10:16:45"),
        ("D+1 09:00", "2026-01-10 09:00:00"),
        ("T+1 09:00", "2026-01-12 09:00:00"),
        ("till", "2026-01-09 10:16:45"),
        ("evening", "2026-01-09 18:00:00"),
        ("morning", "2026-01-12 09:00:00"),
        ("overdue", "2026-01-12 11:00:00"),
        ("later", "2026-01-16 11:00:00"),
        ("10:15:30", "2026-01-05 10:15:30"),
    ],
)
def test_after_a_sale_on_a_friday(written: str, instant: str) -> None:
    assert meant(written, sale="2026-01-09 10:15:30") == instant


def test_overdue_follows_the_business_day_and_morning_the_day_of_the_sale() -> None:
    assert meant("overdue", sale="2026-01-05 22:59:59") == "2026-01-06 11:00:00"
    assert meant("overdue", sale="2026-01-05 23:00:00") == "2026-01-07 11:00:00"
    assert meant("morning", sale="2026-01-05 23:05:00") == "2026-01-06 09:00:00"


def test_holidays_are_no_working_days() -> None:
    assert meant("T+1 09:00", HOLIDAYS, "2026-01-05 10:00:00") == "2026-01-08 09:00:00"
    assert meant("D+1 09:00", HOLIDAYS, "2026-01-05 10:00:00") == "2026-01-06 09:00:00"
    assert meant("overdue", HOLIDAYS, "2026-01-05 10:00:00") == "2026-01-08 11:00:00"


@pytest.mark.parametrize(
    "written",
    ["24:00", "10:60", "10:15:60", "1015", "", "noon", "T+1", "D-1 09:00", "2026-13-01 10:00", "2026-1-1 10:00",
     "1999-01-01 10:00", "T+1 25:00", "+", "+5", "+-5s", "2026-01-05T10:00"],
)  # fmt: skip
def test_no_times(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        when(written)


@pytest.mark.parametrize("written", ["+75s", "till", "evening", "morning", "overdue", "later"])
def test_what_counts_from_a_sale_needs_one(written: str) -> None:
    with pytest.raises(ValueError, match="there is none"):
        resolve(when(written), CALENDAR)
