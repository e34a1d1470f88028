"""Working days, the cut-off and due dates."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.world.calendar import Calendar, day_of_word, day_word

FRIDAY, SATURDAY, MONDAY = date(2026, 1, 9), date(2026, 1, 10), date(2026, 1, 12)


def test_from_the_cut_off_on_a_sale_belongs_to_the_next_day() -> None:
    calendar = Calendar()
    evening = midnight(FRIDAY) + 23 * HOUR
    assert calendar.business_day(evening - 1) == FRIDAY
    assert calendar.business_day(evening) == SATURDAY


def test_t_plus_1_moves_over_weekends_and_holidays() -> None:
    assert Calendar().due_day(FRIDAY) == MONDAY
    assert Calendar().due_day(SATURDAY) == MONDAY
    assert Calendar(holidays=(MONDAY,)).due_day(FRIDAY) == date(2026, 1, 13)
    assert Calendar().due(FRIDAY) == midnight(MONDAY) + 10 * HOUR


@given(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=9)
)
def test_a_due_day_is_a_later_working_day_and_none_lies_between(day: date, holidays: set[date]) -> None:
    calendar = Calendar(holidays=tuple(sorted(holidays)))
    due = calendar.due_day(day)
    assert due > day and calendar.is_working(due)
    between = [date.fromordinal(n) for n in range(day.toordinal() + 1, due.toordinal())]
    assert not any(calendar.is_working(other) for other in between)


def test_the_next_time_of_day_is_always_later() -> None:
    calendar = Calendar()
    ten = midnight(FRIDAY) + 10 * HOUR
    assert calendar.next_time(ten - MINUTE, 10 * HOUR) == ten
    assert calendar.next_time(ten, 10 * HOUR) == ten + DAY


@given(st.dates())
def test_a_date_as_a_word_and_back(day: date) -> None:
    assert day_of_word(day_word(day)) == day
