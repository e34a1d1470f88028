"""Public holidays of a market, and the weekends that it works in exchange 调休, from the ``holidays`` library.

Only worlds that name a market ask for them; whoever drives a world is given plain dates. What a government has not
announced yet is not known: of such a year there are the holidays of the law and no working weekends.
"""

from datetime import date
from typing import Final, NamedTuple

import holidays

SATURDAY: Final = 5
_WEEKEND: Final = {5, 6}
_YEARS: Final = 2
"""A world is at home in the year in which it begins and in the next one."""


class MarketDays(NamedTuple):
    """What is special in a market's calendar."""

    holidays: set[date]
    working_weekends: set[date]


def market_days(market: str, first_year: int) -> MarketDays | None:
    """The days of a country by its code of two letters; ``None`` if nothing is known of such a country."""
    try:
        known = holidays.country_holidays(market, years=range(first_year, first_year + _YEARS))
    except NotImplementedError:
        return None
    if set(known.weekend) != _WEEKEND:
        return None
    return MarketDays(set(known.keys()), {day for day in known.weekend_workdays if first_year <= day.year})
