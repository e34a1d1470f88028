"""``make bench``: measures, prints a table, writes ``benchmarks/latest.json``.

Contestants take turns within a round and ratios are taken round by round, so that a noisy machine disturbs both sides
alike; medians are shown. Long runs are children of their own, so that one's memory is not another's.
"""

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import codec, live, sales
from benchmarks.baselines import HOPS, SECOND, bare_heap, process_per_hop

ROOT = Path(__file__).resolve().parent.parent
LATEST = ROOT / "benchmarks" / "latest.json"

WORLDS = ((3, 60 * SECOND), (1_000, 432 * SECOND))
"""Terminals, and how often each serves somebody: 1 440 and 200 sales a terminal and day."""

Row = dict[str, Any]


def timed(work: Callable[[], object]) -> float:
    """Seconds that a contestant takes, begun with a clean heap."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def contest(terminals: int, pace_us: int, count: int, rounds: int) -> dict[str, list[float]]:
    """Sales a second of every contestant, round by round."""
    rates: dict[str, list[float]] = {name: [] for name in ("ours", "hop", "hop_with_timers", "heap")}
    for number in range(rounds + 1):
        gc.collect()
        measured = sales.run(terminals, count, pace_us)
        if measured.broken:
            raise SystemExit(f"a check is broken in a healthy run: {measured.broken}")
        taken = {
            "ours": measured.rate,
            "hop": count / timed(lambda: process_per_hop(terminals, count, pace_us, timers=False)),
            "hop_with_timers": count / timed(lambda: process_per_hop(terminals, count, pace_us, timers=True)),
            "heap": count / timed(lambda: bare_heap(terminals, count, pace_us)),
        }
        if number:  # the first round only warms up
            for name, rate in taken.items():
                rates[name].append(rate)
    return rates


def row(ours: float, baseline: float | None, unit: str, ratio: float | None = None, **more: Any) -> Row:
    """One figure."""
    if ratio is None and baseline:
        ratio = ours / baseline
    return {"ours": ours, "baseline": baseline, "ratio": ratio, "unit": unit, **more}


def child(terminals: int, count: int, pace_us: int) -> dict[str, float]:
    """One long run in a process of its own."""
    code = (
        "import json;from benchmarks import sales;"
        f"m=sales.run({terminals},{count},{pace_us});"
        "assert not m.broken,m.broken;"
        "print(json.dumps({'rate':m.rate,'rss':m.rss_mib,'bytes':m.history_bytes/m.sales,'lines':m.lines/m.sales}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def a_month() -> dict[str, Row]:
    """A shop with three terminals and 300 sales a day for thirty days, beside the minute that it may take."""
    code = (
        "import json;from benchmarks import sales;m=sales.month();assert not m.broken,m.broken;"
        "print(json.dumps([m.sales,m.seconds,m.weeks_s,m.weeks_mib]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    count, seconds, weeks_s, weeks_mib = json.loads(done.stdout)
    return {
        "month_of_a_shop_s": row(seconds, 60, "s", sales=count),
        "month_of_a_shop_last_week_s": row(weeks_s[-1], weeks_s[0], "s", every_week=weeks_s),
        "month_of_a_shop_mib": row(weeks_mib[-1], weeks_mib[0], "MiB", every_week=weeks_mib),
    }


def start_up(rounds: int) -> float:
    """Seconds from nothing to the verdict of one scenario, as a user waits for it."""
    command = [sys.executable, "-I", "-m", "poslab", "run", "net-response-lost", "--json"]
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measure(count: int, rounds: int, long: int, live_long: int, say: Callable[[str], None]) -> dict[str, Row]:
    """Every figure by its name."""
    figures: dict[str, Row] = {}
    for terminals, pace_us in WORLDS:
        say(f"sales with {terminals} terminals: {rounds} rounds of {count:,} sales")
        rates = contest(terminals, pace_us, count, rounds)
        ours = rates.pop("ours")
        tail = "" if terminals == WORLDS[0][0] else f"_{terminals}_terminals"
        for other, name in (
            ("hop", "sales_vs_process_per_hop"),
            ("hop_with_timers", "sales_vs_process_per_hop_with_timers"),
            ("heap", "sales_vs_heapq"),
        ):
            ratios = [mine / theirs for mine, theirs in zip(ours, rates[other], strict=True)]
            figures[name + tail] = row(
                statistics.median(ours), statistics.median(rates[other]), "sales/s", statistics.median(ratios),
                hops=HOPS, terminals=terminals,
            )  # fmt: skip
    for terminals, pace_us in WORLDS:
        say(f"growth with {terminals} terminals: {count:,}, {long // 10:,} and {long:,} sales")
        tail = "" if terminals == WORLDS[0][0] else f"_{terminals}_terminals"
        small = [child(terminals, count, pace_us) for _ in range(3)]
        middle, large = child(terminals, long // 10, pace_us), child(terminals, long, pace_us)
        small.append(child(terminals, count, pace_us))
        figures["growth_1e6_over_1e4" + tail] = row(
            large["rate"], statistics.median(one["rate"] for one in small), "sales/s", sales=long
        )
        figures["rss_mib" + tail] = row(
            large["rss"], middle["rss"], "MiB", sales=long, baseline_sales=long // 10, history_bytes=large["bytes"]
        )
    say("a month of one shop")
    figures.update(a_month())
    say("codec")
    figures.update(codec.figures(rounds))
    say("live, over memory and over Mosquitto")
    figures.update(live.figures(max(count // 10, 100), rounds, live_long))
    say("start-up")
    figures["startup_s"] = row(start_up(rounds), None, "s")
    return figures


def table(figures: dict[str, Row]) -> str:
    """The figures for people."""
    lines = [f"{'figure':<52}{'ours':>14}{'baseline':>14}{'ratio':>8}  unit"]
    for name, figure in figures.items():
        shown = [_number(figure["ours"]), _number(figure["baseline"])]
        ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.2f}"
        lines.append(f"{name:<52}{shown[0]:>14}{shown[1]:>14}{ratio:>8}  {figure['unit']}")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sales", type=int, default=10_000, help="sales in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long", type=int, default=1_000_000, help="sales of the long runs")
    parser.add_argument("--live-long", type=int, default=100_000, help="sales of the long live run")
    parser.add_argument("--only-live", action="store_true", help="leave out everything that is not live")
    asked = parser.parse_args()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{python}, {os.cpu_count()} processors, {_processor()}"
    print(machine, f"{HOPS} hops a sale, all checks and the history on", sep="\n", flush=True)
    if asked.only_live:
        figures = live.figures(max(asked.sales // 10, 100), asked.rounds, asked.live_long)
    else:
        figures = measure(
            asked.sales, asked.rounds, asked.long, asked.live_long, lambda what: print(f"… {what}", flush=True)
        )
    print(table(figures))
    if asked.only_live and LATEST.exists():
        figures = json.loads(LATEST.read_text(encoding="utf-8")) | figures
    LATEST.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"written: {LATEST.relative_to(ROOT)}")


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
