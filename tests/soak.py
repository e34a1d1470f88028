"""``make soak``: worlds are killed and judged, one after the other, until the minutes are over.

The first that does not stand ends it, with the seed by which it is played again.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from brokers import Mosquitto  # noqa: E402
from conftest import find_program  # noqa: E402
from kills import Kills, crowd, stand  # noqa: E402


def main() -> int:
    """Exit code 0 if all of them stood."""
    asked = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    asked.add_argument("--minutes", type=float, default=10, help="how long; 10 unless it is said")
    asked.add_argument("--seed", default="soak", help="another seed, other crowds and other kills")
    wanted = asked.parse_args()
    program = find_program("mosquitto")
    if program is None:
        print("mosquitto is not installed", file=sys.stderr)
        return 2
    until = time.monotonic() + 60 * wanted.minutes
    n = 0
    while time.monotonic() < until:
        seed = f"{wanted.seed}-{n}"
        print(seed, end=": ", flush=True)
        with tempfile.TemporaryDirectory(prefix="poslab-soak-") as folder:
            broker = Mosquitto(program, Path(folder))
            broker.start()
            try:
                asyncio.run(stand(Kills(crowd(seed, 130), broker, Path(folder), seed, rounds=32)))
            finally:
                broker.kill()
        n += 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
