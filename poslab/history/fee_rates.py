"""What a merchant is charged, day by day, against its contract: a rate that rose is named with the day of its rise.

Without a contract a day is held against the days before it. A rate is read off the sale that shows it best, so
that neither rounding to the fen nor a cap can look like a rise: the day's rate is at least ``least_ppm`` and, unless
all its sales were capped, at most ``most_ppm``.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from msgspec import Struct

from poslab.history.entries import Contracts, Entry
from poslab.money import PPM, share


class DayRate(Struct, frozen=True):
    """One merchant, kind of card and date. ``due_fen`` and ``contract_ppm`` are ``None`` without a contract."""

    mid: str
    product: str
    date: str
    sales: int
    amount_fen: int
    charged_fen: int
    least_ppm: int
    most_ppm: int
    due_fen: int | None = None
    contract_ppm: int | None = None

    @property
    def ppm(self) -> int:
        """The rate as it shows, in parts per million."""
        return (self.least_ppm + self.most_ppm) // 2


class Rise(Struct, frozen=True):
    """From ``since`` on a merchant is charged ``to_ppm`` where it was, or is due, ``from_ppm``."""

    mid: str
    product: str
    since: str
    from_ppm: int
    to_ppm: int
    extra_fen: int
    """How much more was charged than is due, up to the last day; without a contract, by the rate of before."""


def day_rates(ledger: Iterable[Entry], contracts: Contracts | None = None) -> list[DayRate]:
    """The rates of all days on which fees were charged; sales whose kind of card is not known are left out."""
    charged = [
        entry
        for entry in ledger
        if entry.fee_fen is not None and entry.amount_fen > 0 and entry.product and not entry.undone
    ]
    charged.sort(key=lambda entry: (entry.mid, entry.product, entry.date))
    found = []
    for (mid, product, date), several in groupby(charged, key=lambda entry: (entry.mid, entry.product, entry.date)):
        found.append(_day_rate(mid, product, date, list(several), contracts or {}))
    return found


def _day_rate(mid: str, product: str, date: str, sales: Sequence[Entry], contracts: Contracts) -> DayRate:
    bounds = [_bounds(entry.fee_fen or 0, entry.amount_fen) for entry in sales]
    least_ppm, most_ppm = max(bounds, key=lambda bound: (bound[0], -bound[1]))
    rate = contracts.get((mid, product))
    due_fen = None if rate is None else sum(share(entry.amount_fen, rate.ppm, rate.cap_fen) for entry in sales)
    return DayRate(
        mid, product, date, len(sales), sum(entry.amount_fen for entry in sales),
        sum(entry.fee_fen or 0 for entry in sales), least_ppm, most_ppm, due_fen, None if rate is None else rate.ppm,
    )  # fmt: skip


def _bounds(fee_fen: int, amount_fen: int) -> tuple[int, int]:
    """Between which rates a fee lies that was rounded half-up."""
    return max(0, -((1 - 2 * fee_fen) * PPM // (2 * amount_fen))), (2 * fee_fen + 1) * PPM // (2 * amount_fen)


def rises(rates: Sequence[DayRate]) -> list[Rise]:
    """Rates that went above the contract, or without one above the day before, each once."""
    found = []
    for (mid, product), several in groupby(rates, key=lambda rate: (rate.mid, rate.product)):
        days = list(several)
        if days[0].contract_ppm is not None:
            over = [day for day in days if day.due_fen is not None and day.charged_fen > day.due_fen]
            if over:
                extra_fen = sum(day.charged_fen - (day.due_fen or 0) for day in over)
                found.append(Rise(mid, product, over[0].date, days[0].contract_ppm, over[0].ppm, extra_fen))
            continue
        for at in range(1, len(days)):
            before, day = days[at - 1], days[at]
            if day.least_ppm > before.most_ppm:
                after = days[at:]
                fair_fen = sum(share(later.amount_fen, before.ppm) for later in after)
                extra_fen = max(0, sum(later.charged_fen for later in after) - fair_fen)
                found.append(Rise(mid, product, day.date, before.ppm, day.ppm, extra_fen))
    return found
