"""When the rail takes a payout, and holidays of a market with the weekends that it works in exchange."""

from datetime import date

import msgspec
import pytest

from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.world.calendar import Calendar
from poslab.world.presets import corner_shop
from poslab.world.windows import goes_on, large_value_opens, takes
from scenarios.schema.markets import market_days

WORLD = corner_shop()
FRIDAY = midnight(date(2026, 1, 9))
SATURDAY, MONDAY = FRIDAY + DAY, FRIDAY + 3 * DAY
SMALL, LARGE = 5_000_000, 5_000_001


@pytest.mark.parametrize("at", [FRIDAY, FRIDAY + 12 * HOUR, SATURDAY + 3 * HOUR])
def test_small_amounts_go_at_any_hour(at: int) -> None:
    assert takes(WORLD, SMALL, at)


def test_large_amounts_go_while_the_large_value_system_is_open() -> None:
    opens, closes = 8 * HOUR + 30 * MINUTE, 17 * HOUR
    assert takes(WORLD, LARGE, FRIDAY + opens)
    assert not takes(WORLD, LARGE, FRIDAY + opens - 1)
    assert takes(WORLD, LARGE, FRIDAY + closes - 1)
    assert not takes(WORLD, LARGE, FRIDAY + closes)
    assert not takes(WORLD, LARGE, SATURDAY + 12 * HOUR)
    assert large_value_opens(WORLD, FRIDAY) == FRIDAY + opens
    assert large_value_opens(WORLD, FRIDAY + opens) == MONDAY + opens
    assert large_value_opens(WORLD, SATURDAY) == MONDAY + opens


def test_a_large_payout_goes_at_its_hour_of_the_first_day_on_which_it_can() -> None:
    assert goes_on(WORLD, LARGE, SATURDAY + 10 * HOUR) == MONDAY + 10 * HOUR
    assert goes_on(WORLD, SMALL, SATURDAY + 10 * HOUR) == SATURDAY + 10 * HOUR
    assert goes_on(WORLD, LARGE, FRIDAY + 18 * HOUR) == FRIDAY + 18 * HOUR  # waits at the rail


def test_china_works_some_weekends_in_exchange_for_days_off() -> None:
    days = market_days("CN", 2026)
    assert days is not None
    calendar = Calendar(holidays=tuple(sorted(days.holidays)), working_weekends=tuple(sorted(days.working_weekends)))
    eve = date(2026, 4, 30)
    assert calendar.next_working(eve) == date(2026, 5, 6)
    assert calendar.is_working(date(2026, 5, 9))  # a Saturday
    assert calendar.next_working(date(2026, 5, 8)) == date(2026, 5, 9)
    assert not calendar.is_working(date(2026, 5, 10))


def test_a_market_without_holidays_or_with_other_weekends_is_not_known() -> None:
    assert market_days("XX", 2026) is None
    assert market_days("SA", 2026) is None  # Friday and Saturday
    assert market_days("DE", 2026) is not None


def test_a_weekend_that_is_worked_opens_the_large_value_system() -> None:
    worked = Calendar(working_weekends=(date(2026, 1, 10),))
    assert takes(msgspec.structs.replace(WORLD, calendar=worked), LARGE, SATURDAY + 12 * HOUR)
