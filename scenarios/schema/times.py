"""Times and lengths as people write them, and the instants they mean in a world's calendar.

===================== ==============================================================================
``10:15:30``          on the world's first working day
``2026-01-10 14:00``  on that day
``D+1 09:00``         that many calendar days after the day of the sale (or the first day, without one)
``T+1 09:00``         that many working days after it
``+75s``              that long after the sale
``till``              75 s after the sale: a silent terminal has given up, its first repetition is still ahead
``evening``           18:00 on the day of the sale
``morning``           09:00 on the next working day, before payouts
``overdue``           one hour after the merchant's money was due
``later``             11:00 on the fifth working day after the sale
===================== ==============================================================================
"""

import re
from datetime import date, timedelta

from msgspec import Struct

from poslab.party.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Duration, Instant, date_of, midnight
from poslab.text import Text, Unusable
from poslab.world.calendar import Calendar
from scenarios.schema.errors import shown

WORDS = ("till", "evening", "morning", "overdue", "later")

LENGTH_FORM = Text("如 500ms、45s、2m、1h30m 或 1d", "like 500ms, 45s, 2m, 1h30m or 1d")
TIME_FORM = Text(
    '如 "10:15:30"、"2026-01-10 14:00"、"D+1 09:00"、"T+1 09:00" 或 "+75s"',
    'like "10:15:30", "2026-01-10 14:00", "D+1 09:00", "T+1 09:00" or "+75s"',
)
WRITE_IT = Text(f"写法{TIME_FORM.zh}", f"write it {TIME_FORM.en}")
WRITE_TIME = Text(f"时间写法{TIME_FORM.zh}", f"write a time {TIME_FORM.en}")
"""Remedies for what is no time."""

_TIME = Text(f"时间写法{TIME_FORM.zh}", f"a time is written {TIME_FORM.en}")
_UNITS = {"ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_PART = re.compile(r"(\d{1,9})(ms|s|m|h|d)", re.ASCII)
_LENGTH = re.compile(r"(?:\d{1,9}(?:ms|s|m|h|d))+", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{3}))?)?", re.ASCII)
_DAYS = re.compile(r"([DT])\+(\d{1,3})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOST = 366 * DAY
_FIRST_YEAR, _LAST_YEAR = 2020, 2099

_TILL = 75 * SECOND
_EVENING = 18 * HOUR
_MORNING = 9 * HOUR
_OVERDUE = HOUR
_LATER_DAYS = 5
_LATER = 11 * HOUR


class When(Struct, frozen=True):
    """A written time: ``base`` is a word of ``WORDS``, ``first-day``, ``date``, ``D``, ``T`` or ``sale``."""

    base: str
    days: int = 0
    day: date | None = None
    offset: Duration = 0
    """Time of day, or how long after the sale."""


def length(written: str) -> Duration:
    """A written length in microseconds; ``Unusable`` for anything else, and for more than a year."""
    if _LENGTH.fullmatch(written) is None:
        raise Unusable(Text(f"时长写法{LENGTH_FORM.zh}", f"a length is written {LENGTH_FORM.en}"))
    total = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(written))
    if total > _MOST:
        raise Unusable(Text("时长超过一年", "a length of more than a year"))
    return total


def day(written: str) -> date:
    """A written day; ``Unusable`` if there is no such day."""
    if _DATE.fullmatch(written) is None:
        raise Unusable(Text("日期写作 2026-01-05", "a day is written like 2026-01-05"))
    try:
        found = date.fromisoformat(written)
    except ValueError:
        raise Unusable(Text("没有这一天", "there is no such day")) from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        years = Text(
            f"应在 {_FIRST_YEAR} 年至 {_LAST_YEAR} 年之间", f"a day between {_FIRST_YEAR} and {_LAST_YEAR} is wanted"
        )
        raise Unusable(years)
    return found


def time_of_day(written: str) -> Duration:
    """A written time of day, as how long after midnight; ``Unusable`` if no clock shows it."""
    found = _CLOCK.fullmatch(written)
    if found is None:
        raise Unusable(Text('时刻写作 "10:15:30"', 'a time of day is written like "10:15:30"'))
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        raise Unusable(Text("没有这个时刻", "no clock shows this time"))
    return hours * HOUR + minutes * MINUTE + seconds * SECOND + thousandths * MILLISECOND


def when(written: str) -> When:
    """A written time; ``Unusable`` saying what is wrong with it."""
    if written in WORDS:
        return When(written)
    if written.startswith("+"):
        return When("sale", offset=length(written[1:]))
    front, _, clock = written.rpartition(" ")
    if not front:
        if _CLOCK.fullmatch(clock) is None:
            raise Unusable(_TIME)
        return When("first-day", offset=time_of_day(clock))
    days = _DAYS.fullmatch(front)
    if days is not None:
        return When(days[1], days=int(days[2]), offset=time_of_day(clock))
    if _DATE.fullmatch(front) is None:
        raise Unusable(_TIME)
    return When("date", day=day(front), offset=time_of_day(clock))


def no_time(written: str, wrong: Unusable) -> Text:
    """What is wrong with a written time; how it would be written is for the remedy to say."""
    if wrong.why is _TIME:
        return Text(f"{shown(written)} 不是时间", f"{shown(written)} is no time")
    return Text(f"{shown(written)} 不是时间：{wrong.why.zh}", f"{shown(written)} is no time: {wrong.why.en}")


def resolve(time: When, calendar: Calendar, sale_at: Instant | None = None) -> Instant:
    """The instant that a written time means, counted from the sale at ``sale_at`` where it counts from one.

    ``Unusable`` if it counts from a sale and there is none.
    """
    if time.base == "first-day":
        return midnight(calendar.first_day) + time.offset
    if time.day is not None:
        return midnight(time.day) + time.offset
    if sale_at is None:
        if time.base in ("D", "T"):
            return _on(calendar, calendar.first_day, time.base == "T", time.days) + time.offset
        raise Unusable(Text("它从一笔消费起算，而此前没有消费", "it counts from a sale, and there is none before it"))
    sold = date_of(sale_at)
    if time.base in ("D", "T"):
        return _on(calendar, sold, time.base == "T", time.days) + time.offset
    if time.base == "till":
        return sale_at + _TILL
    if time.base == "evening":
        return midnight(sold) + _EVENING
    if time.base == "morning":
        return _on(calendar, sold, working=True, days=1) + _MORNING
    if time.base == "overdue":
        return calendar.due(calendar.business_day(sale_at)) + _OVERDUE
    if time.base == "later":
        return _on(calendar, sold, working=True, days=_LATER_DAYS) + _LATER
    return sale_at + time.offset


def _on(calendar: Calendar, start: date, working: bool, days: int) -> Instant:
    if not working:
        return midnight(start + timedelta(days=days))
    for _ in range(days):
        start = calendar.next_working(start)
    return midnight(start)
