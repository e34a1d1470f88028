"""``python -m benchmarks.instructions``: what a sale costs in instructions, whatever else the machine is doing.

Each contestant runs twice under valgrind, with few sales and with more; the difference is what the sales in between
took. Valgrind knows no processor's own SHA instructions, so the hash costs here about a hundred thousand that it does
not cost otherwise; ``unrecorded`` leaves out encoding and hash.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.baselines import SECOND, process_per_hop
from benchmarks.sales import run

ROOT = Path(__file__).resolve().parent.parent
TERMINALS, PACE_US = 3, 60 * SECOND
FEW, MORE = 500, 1_500

CONTESTANTS = ("ours", "unjudged", "unrecorded", "bare", "hop", "hop_with_timers")
"""``bare`` is ours without checks and history; the last two are the models."""


def play(contestant: str, sales: int) -> None:
    """Run one contestant."""
    if contestant.startswith("hop"):
        process_per_hop(TERMINALS, sales, PACE_US, timers=contestant == "hop_with_timers")
    else:
        judged = contestant in ("ours", "unrecorded")
        run(TERMINALS, sales, PACE_US, judged=judged, recorded=contestant in ("ours", "unjudged"))


def counted(contestant: str, sales: int) -> int:
    """Instructions of a whole process that plays so many sales."""
    with tempfile.TemporaryDirectory() as folder:
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        command = [*tool, sys.executable, "-m", "benchmarks.instructions", contestant, str(sales)]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"valgrind counted nothing: {done.stderr[-500:]}")
    return int(found.group(1))


def main(arguments: list[str]) -> None:
    """Count all contestants, or play one as a child."""
    if arguments:
        play(arguments[0], int(arguments[1]))
        return
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed")
    print(f"{TERMINALS} terminals, thousand instructions a sale", flush=True)
    for contestant in CONTESTANTS:
        a_sale = (counted(contestant, MORE) - counted(contestant, FEW)) / (MORE - FEW)
        print(f"{contestant:<16}{a_sale / 1000:8,.0f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
