"""Working days, the daily cut-off and the hours of the daily jobs; pure arithmetic on instants."""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from poslab.party.time import HOUR, MINUTE, Duration, Instant, date_of, midnight, time_of_day

T_PLUS_1: Final = "T+1"
D_PLUS_1: Final = "D+1"
INSTANT: Final = "instant"
D_ZERO: Final = "D+0"
"""Settlement products: T counts working days, D calendar days; instant is paid within seconds 秒到, D+0 on the evening of
the same day, when the hours of instant payout end."""
EARLY: Final = (INSTANT, D_ZERO)
"""Products by which a sale is paid before it is cleared."""

INSTANT_WITHIN_US: Duration = MINUTE
"""How long an instant payout may take."""


class Calendar(Struct, frozen=True):
    """The calendar that every institution of a world keeps; hours are durations after midnight."""

    first_day: date = date(2026, 1, 5)
    """The world's first working day: what a bare time in a scenario means."""
    holidays: tuple[date, ...] = ()
    working_weekends: tuple[date, ...] = ()
    """Saturdays and Sundays that are worked, in exchange for days off elsewhere 调休."""
    cut_off: Duration = 23 * HOUR
    clearing_at: Duration = 23 * HOUR + 30 * MINUTE
    file_at: Duration = 2 * HOUR
    settlement_at: Duration = 8 * HOUR + 30 * MINUTE
    payout_at: Duration = 10 * HOUR

    def is_working(self, day: date) -> bool:
        """Monday to Friday, no holiday; or a weekend that is worked."""
        return (day.weekday() < 5 and day not in self.holidays) or day in self.working_weekends

    def next_working(self, day: date) -> date:
        """The first working day after ``day``."""
        day += timedelta(days=1)
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def business_day(self, at: Instant) -> date:
        """The accounting day of a request accepted at ``at``: from the cut-off on, the next calendar day."""
        day = date_of(at)
        return day + timedelta(days=1) if time_of_day(at) >= self.cut_off else day

    def due_day(self, business_day: date, product: str = T_PLUS_1) -> date:
        """The day on which a merchant is paid: T+1, the next working day; D+1, the next calendar day."""
        return business_day + timedelta(days=1) if product == D_PLUS_1 else self.next_working(business_day)

    def due(self, business_day: date, product: str = T_PLUS_1) -> Instant:
        """The instant at which the payout of a business day starts."""
        return midnight(self.due_day(business_day, product)) + self.payout_at

    def next_time(self, at: Instant, time: Duration) -> Instant:
        """The next instant, later than ``at``, with this time of day."""
        today = midnight(date_of(at)) + time
        return today if today > at else today + 24 * HOUR


def day_word(day: date) -> str:
    """``"20260105"``: how messages and files write a date."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def day_of_word(word: str) -> date:
    """The date of ``"20260105"``."""
    return date(int(word[:4]), int(word[4:6]), int(word[6:]))
