"""A run says what it left out; where a program is required, its absence is a failure."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASKS = "def test_page(program):\n    program('chromium')\n\ndef test_sum():\n    assert 1 + 1 == 2\n"


def run_pytest(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The project's own conftest over a file of two tests, on a machine whose path is empty."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "test_two.py").write_text(ASKS)
    inherited = {name: value for name, value in os.environ.items() if name != "POSLAB_REQUIRE"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env={**inherited, "PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_absent_is_left_out_and_said(tmp_path: Path) -> None:
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout
    told, closing = done.stdout.splitlines()[-2:]
    assert told == "left out: 1 because chromium is not installed"
    assert re.fullmatch(r"=+ 1 passed, 1 skipped in .*s =+", closing)


def test_what_is_required_and_absent_is_a_failure(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, POSLAB_REQUIRE="mosquitto chromium")
    assert done.returncode == 1
    assert "chromium is required here (POSLAB_REQUIRE) and is not installed" in done.stdout
    assert "left out: nothing" in done.stdout


@pytest.mark.parametrize("name", ["mosquitto", "postgres"])
def test_another_requirement_does_not_concern_this_one(tmp_path: Path, name: str) -> None:
    assert run_pytest(tmp_path, POSLAB_REQUIRE=name).returncode == 0
