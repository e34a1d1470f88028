"""``make fuzz``: a million harmed frames through the codec and into a host, with progress and an honest end.

Exit: 0 nothing found, 1 something found, 130 interrupted (what was found by then is told all the same).
"""

import argparse
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fuzzing.target import Target

FRAMES = 1_000_000
MOST_MEMORY_MB = 600
_SHOWN = 20
_BATCH = 500


def main(arguments: list[str]) -> int:
    """Try the frames that the options say."""
    options = _options(arguments)
    target = Target(options.seed)
    if options.only is not None:
        target.try_again(options.only)
        return _told(target, options, 1, 1.0)
    began, done, interrupted = time.perf_counter(), 0, False
    with _progress(options.frames) as advance:
        try:
            while done < options.frames and len(target.findings) < _SHOWN:
                for number in range(done, min(done + _BATCH, options.frames)):
                    target.try_number(number)
                done = min(done + _BATCH, options.frames)
                advance(done)
        except KeyboardInterrupt:
            interrupted = True
    code = _told(target, options, done, time.perf_counter() - began)
    return 130 if interrupted else code


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sh scripts/fuzz", description="harmed frames through codec and host")
    parser.add_argument("--frames", type=int, default=FRAMES, help=f"how many (default {FRAMES})")
    parser.add_argument("--seed", default="1", help="any text: the same seed, the same frames")
    parser.add_argument("--only", type=int, metavar="N", help="what comes of the frame of this number")
    options = parser.parse_args(arguments)
    if options.frames < 1:
        parser.error("--frames: at least one")
    return options


def _told(target: Target, options: argparse.Namespace, done: int, seconds: float) -> int:
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{done} frames in {seconds:.1f} s: {done / seconds:.0f} frames/s, at most {peak_mb} MB of memory")
    for what, count in sorted(target.tally.items()):
        print(f"  {count:>9}  {what.replace('_', ' ')}")
    for found in target.findings:
        print(f"frame {found.number} ({found.harm}): {found.what}")
        print(f"  sh scripts/fuzz --seed {options.seed} --only {found.number}")
    if peak_mb > MOST_MEMORY_MB:
        print(f"memory: more than {MOST_MEMORY_MB} MB")
    return 1 if target.findings or peak_mb > MOST_MEMORY_MB else 0


@contextmanager
def _progress(count: int) -> Iterator[Any]:
    """Progress and time still needed on standard error: a bar where somebody watches it, else a line now and then."""
    if not sys.stderr.isatty():
        began, last = time.perf_counter(), [time.perf_counter()]

        def line(done: int) -> None:
            now = time.perf_counter()
            if now - last[0] > 10:
                last[0] = now
                left = (now - began) / done * (count - done)
                print(f"{done} of {count}, about {left:.0f} s left", file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=count)
        yield lambda done: bar.update(task, completed=done)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background hands on that it is ignored
    sys.exit(main(sys.argv[1:]))
