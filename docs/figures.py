"""``python -m docs.figures``: puts what ``make bench`` measured into docs/background/where-the-time-goes.md."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from docs.from_code.markdown import code, table

ROOT = Path(__file__).resolve().parents[1]
LATEST = ROOT / "benchmarks" / "latest.json"
PAGE = ROOT / "docs" / "background" / "where-the-time-goes.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"


def figures(latest: dict[str, dict[str, Any]], machine: str) -> str:
    """The table, with the machine below it."""
    rows = (
        (code(name), number(row["ours"]), number(row["baseline"]), number(row["ratio"]), row["unit"])
        for name, row in latest.items()
    )
    return f"{table(('Figure', 'Ours', 'Beside', 'Ratio', 'Unit'), rows)}\n\nMeasured by `make bench` on {machine}.\n"


def number(value: float | None) -> str:
    """As people read it."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def main(arguments: list[str]) -> int:
    """Write the table; the machine is named by the arguments, or as the system calls it."""
    if not LATEST.is_file():
        sys.stderr.write(f"{LATEST.relative_to(ROOT)} is missing; make bench writes it\n")
        return 1
    found = f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} processors"
    machine = " ".join(arguments) or f"{platform.machine()}, {found}"
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    shown = figures(json.loads(LATEST.read_text(encoding="utf-8")), machine)
    PAGE.write_text(f"{before}{BEGIN}\n{shown}\n{END}{after}", encoding="utf-8")
    sys.stdout.write(f"written: {PAGE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
