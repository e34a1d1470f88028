"""What all tests share: outside programs are the real ones, and what had to be left out is said plainly.

A test that needs a program of the system asks for it by name: `program("chromium")` gives its path. Where the program
is absent the test is left out, and the closing lines say so; where POSLAB_REQUIRE names the program (as CI does:
`POSLAB_REQUIRE="mosquitto postgres chromium"`) its absence is a failure.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Where to look for each, in this order: commands on the path, then places that distributions keep off it.
PROGRAMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mosquitto": (("mosquitto",), ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")),
    "postgres": (("postgres",), ("/usr/lib/postgresql/*/bin/postgres",)),
    "chromium": (("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"), ()),
    "node": (("node",), ()),
}

# What a test records under this name stands in the closing lines, also when it ran in another process.
TOLD = "told"

# Files whose tests share something costly that is made once: on several cores they stay on one.
TOGETHER = {
    "tests/console/test_journal_command.py",
    "tests/console/test_page.py",
    "tests/console/test_page_in_browser.py",
    "tests/experiments/test_sweep.py",
    "tests/fuzzing/test_fuzz.py",
    "tests/house/test_contracts.py",
    "tests/runtime/test_journal.py",
    "tests/test_secrets.py",
}

# The machine may be slow and shared: a slow example is no finding. In CI the examples are the same every time.
settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


def find_program(name: str) -> Path | None:
    """The path of an outside program, or None where it is not installed."""
    commands, places = PROGRAMS[name]
    for command in commands:
        found = shutil.which(command)
        if found:
            return Path(found)
    for place in places:
        for path in sorted(Path("/").glob(place.lstrip("/")), reverse=True):
            return path
    return None


@pytest.fixture(scope="session", autouse=True)
def english_lines_of_the_usual_length() -> Iterator[None]:
    """What is no terminal is as wide as ``COLUMNS`` says, and pytest's workers are given one of their own.

    Whoever runs the tests may speak another language than they read.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("COLUMNS", "LC_ALL", "LC_MESSAGES"):
            patch.delenv(name, raising=False)
        patch.setenv("LANG", "C.UTF-8")
        yield


@pytest.fixture(scope="session")
def program() -> Callable[[str], Path]:
    """`program("chromium")`: the path of the real program; else the test is left out, or fails where it is required."""

    def find(name: str) -> Path:
        path = find_program(name)
        if path is not None:
            return path
        if name in os.environ.get("POSLAB_REQUIRE", "").split():
            pytest.fail(f"{name} is required here (POSLAB_REQUIRE) and is not installed", pytrace=False)
        pytest.skip(f"{name} is not installed")

    return find


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line before the closing one: `left out: nothing`, or how many tests for want of what."""
    counts: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        counts[reason] = counts.get(reason, 0) + 1
    told = "; ".join(f"{count} because {reason}" for reason, count in sorted(counts.items())) or "nothing"
    terminalreporter.ensure_newline()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, what in getattr(report, "user_properties", ()):
                if name == TOLD and report.when == "call":
                    terminalreporter.line(str(what))
    terminalreporter.line(f"left out: {told}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each test goes to whichever core is free. (--dist loadgroup of xdist 3.8 keeps nothing together in pytest 9.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Spread(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return Spread(config, log)
