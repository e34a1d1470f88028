"""Instants and durations: integers in microseconds, on a calendar without daylight saving.

An ``Instant`` counts from 2026-01-01 00:00 in the world's only zone, Asia/Shanghai (UTC+8, no daylight saving), so that
instants of a run are short integers and dates need no time zone data. Both may be negative.
"""

from datetime import date, timedelta
from typing import TypeAlias

Instant: TypeAlias = int
Duration: TypeAlias = int

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = date(2026, 1, 1)


def date_of(at: Instant) -> date:
    """The calendar day of an instant."""
    return EPOCH + timedelta(days=at // DAY)


def midnight(day: date) -> Instant:
    """The first instant of a day."""
    return (day - EPOCH).days * DAY


def time_of_day(at: Instant) -> Duration:
    """How long after midnight."""
    return at % DAY


def clock_text(at: Instant) -> str:
    """``"10:15:30"``."""
    seconds = at % DAY // SECOND
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def day_text(at: Instant) -> str:
    """``"2026-01-05"``."""
    return date_of(at).isoformat()


def stamp_text(at: Instant) -> str:
    """``"2026-01-05 10:15:30.250"``, to the millisecond."""
    return f"{day_text(at)} {clock_text(at)}.{at % SECOND // MILLISECOND:03d}"


def duration_text(length: Duration) -> str:
    """``"2 h 05 min"``, ``"75 s"``, ``"250 ms"``: the two largest units that matter."""
    if length < 0:
        return "-" + duration_text(-length)
    if length < SECOND:
        return f"{length // MILLISECOND} ms"
    if length < 2 * MINUTE:
        return f"{length // SECOND} s"
    if length < HOUR:
        minutes, seconds = divmod(length // SECOND, 60)
        return f"{minutes} min {seconds:02d} s" if seconds else f"{minutes} min"
    if length < 2 * DAY:
        hours, minutes = divmod(length // MINUTE, 60)
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    return f"{length // DAY} days"
