"""poslab's own contestant: whole healthy sales in virtual time, every check on, the history written and hashed.

Everybody takes part: cashier, terminal, host, switch, issuer, cardholder; each night clearing, settlement and payout.
"""

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from poslab.checks.judge import Judge
from poslab.history.header import header
from poslab.messages.people import CustomerAtTill
from poslab.party.facts import Started
from poslab.party.time import DAY, HOUR, MINUTE, SECOND, Instant, midnight
from poslab.runtime.recorder import Recorder
from poslab.runtime.virtual import Fact, Virtual
from poslab.world.presets import market
from scenarios.stage.casting import links, parties, wakes

CARDS = ("good-debit", "good-credit")


class Measured(Struct):
    """What one run took."""

    sales: int
    seconds: float
    lines: int
    history_bytes: int
    broken: list[str]
    rss_mib: float

    @property
    def rate(self) -> float:
        """Sales a second."""
        return self.sales / self.seconds


class Month(Struct):
    """What a month took. Resident memory is that at the end of each week."""

    sales: int
    seconds: float
    weeks_s: list[float]
    weeks_mib: list[float]
    broken: list[str]


class _Counted:
    """A file that only counts what is written to it, so that no disk is measured."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, written: bytes) -> int:
        self.size += len(written)
        return len(written)


def customers(terminals: int, sales: int, pace_us: int, start: int, before: int = 0) -> Iterator[Fact]:
    """``sales`` customers, each terminal serving one every ``pace_us``; lazily, in the order of time.

    ``before`` have come earlier.
    """
    amount = 1_000
    step = pace_us // terminals
    for number in range(sales):
        terminal = number % terminals + 1
        amount = 1_000 + number * 7 % 50_000
        yield (
            start + number * step,
            f"cashier-{terminal}",
            CustomerAtTill(f"o{before + number}", f"T{terminal}", amount, CARDS[number & 1]),
        )


class Begun:
    """A market at the beginning of its first day, every check on and the history written."""

    def __init__(self, terminals: int, *, judged: bool = True, recorded: bool = True) -> None:
        world = market(terminals, terminals_a_merchant=max(1, min(10, terminals)))
        self.midnight: Instant = midnight(world.calendar.first_day)
        self.counted = _Counted()
        recorder = Recorder(header("bench", "bench", None, "1", world), self.counted)  # type: ignore[arg-type]
        self._judge = Judge(world)
        sinks = [sink for sink, wanted in ((recorder, recorded), (self._judge, judged)) if wanted]
        cast = parties(world, {})
        self.virtual = Virtual(cast, links(world), start=self.midnight, sinks=sinks, wakes=wakes(world))
        self.virtual.feed((self.midnight, address, Started()) for address in cast)

    def broken(self, at: Instant) -> list[str]:
        """Checks that found something, with the first thing."""
        return [f"{check.id}: {check.breaches[0]}" for check in self._judge.end(at) if check.verdict == "broken"]


def run(terminals: int, sales: int, pace_us: int, *, judged: bool = True, recorded: bool = True) -> Measured:
    """Play ``sales`` healthy sales to the last payout. World and day are built and begun before the clock starts."""
    begun = Begun(terminals, judged=judged, recorded=recorded)
    virtual, start = begun.virtual, begun.midnight + 8 * HOUR
    virtual.run(start - 1)
    virtual.feed(customers(terminals, sales, pace_us, start))
    last = start + sales * (pace_us // terminals) + 5 * MINUTE
    gc.collect()
    began = time.perf_counter()
    virtual.run(last)
    rss = _rss_mib()
    virtual.run(last + 6 * DAY)
    seconds = time.perf_counter() - began
    broken = begun.broken(last + 6 * DAY) if judged else []
    return Measured(sales, seconds, virtual.lines, begun.counted.size, broken, rss)


def month(days: int = 30, a_day: int = 300) -> Month:
    """A shop with three terminals, open from eight to eight, to the last payout, week by week."""
    begun = Begun(3)
    virtual = begun.virtual
    shifts = [
        customers(3, a_day, 3 * (12 * HOUR // a_day), begun.midnight + day * DAY + 8 * HOUR, day * a_day)
        for day in range(days)
    ]
    virtual.feed(fact for shift in shifts for fact in shift)
    gc.collect()
    weeks_s: list[float] = []
    weeks_mib: list[float] = []
    for week in range(1, days // 7 + 1):
        began = time.perf_counter()
        virtual.run(begun.midnight + 7 * week * DAY)
        weeks_s.append(time.perf_counter() - began)
        gc.collect()
        weeks_mib.append(_rss_mib())
    began = time.perf_counter()
    last = begun.midnight + (days + 6) * DAY
    virtual.run(last)
    broken = begun.broken(last)
    return Month(days * a_day, sum(weeks_s) + time.perf_counter() - began, weeks_s, weeks_mib, broken)


def _rss_mib() -> float:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    import sys

    asked = [int(word) for word in sys.argv[1:4]]
    measured = run(asked[0], asked[1], asked[2] * SECOND)
    print(
        f"{measured.rate:,.0f} sales/s, {measured.lines / measured.sales:.1f} lines and "
        f"{measured.history_bytes / measured.sales:,.0f} bytes a sale, {measured.rss_mib:.0f} MiB",
        *measured.broken,
        sep="\n",
    )
