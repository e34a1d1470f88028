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
from poslab.party.time import DAY, HOUR, MINUTE, SECOND, midnight
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


class _Counted:
    """A file that only counts what is written to it, so that no disk is measured."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, written: bytes) -> int:
        self.size += len(written)
        return len(written)


def customers(terminals: int, sales: int, pace_us: int, start: int) -> Iterator[Fact]:
    """``sales`` customers, each terminal serving one every ``pace_us``; lazily, in the order of time."""
    amount = 1_000
    step = pace_us // terminals
    for number in range(sales):
        terminal = number % terminals + 1
        amount = 1_000 + number * 7 % 50_000
        yield (
            start + number * step,
            f"cashier-{terminal}",
            CustomerAtTill(f"o{number}", f"T{terminal}", amount, CARDS[number & 1]),
        )


def run(terminals: int, sales: int, pace_us: int, *, judged: bool = True, recorded: bool = True) -> Measured:
    """Play ``sales`` healthy sales to the last payout. World and day are built and begun before the clock starts."""
    world = market(terminals, terminals_a_merchant=max(1, min(10, terminals)))
    midnight_at = midnight(world.calendar.first_day)
    start = midnight_at + 8 * HOUR
    counted = _Counted()
    recorder = Recorder(header("bench", "bench", None, "1", world), counted)  # type: ignore[arg-type]
    judge = Judge(world)
    sinks = [sink for sink, wanted in ((recorder, recorded), (judge, judged)) if wanted]
    cast = parties(world, {})
    virtual = Virtual(cast, links(world), start=midnight_at, sinks=sinks, wakes=wakes(world))
    virtual.feed((midnight_at, address, Started()) for address in cast)
    virtual.run(start - 1)
    virtual.feed(customers(terminals, sales, pace_us, start))
    last = start + sales * (pace_us // terminals) + 5 * MINUTE
    gc.collect()
    began = time.perf_counter()
    virtual.run(last)
    rss = _rss_mib()
    virtual.run(last + 6 * DAY)
    seconds = time.perf_counter() - began
    broken = [f"{check.id}: {check.breaches[0]}" for check in judge.end(last + 6 * DAY) if check.verdict == "broken"]
    return Measured(sales, seconds, virtual.lines, counted.size, broken if judged else [], rss)


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
