"""scripts/setup on strange machines: it makes what is needed in the folder, or says what is missing."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "cat", "cksum", "sed", "rm", "mkdir", "cp", "chmod")

# An interpreter that is recent enough, has venv, and writes down what it is asked to install.
RECENT = """#!/bin/sh
case "$*" in
    "-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
    "-m pip "*) echo "$*" >>installed ;;
    --version) echo "Python 3.12.0" ;;
esac
"""
OLD = """#!/bin/sh
case "$*" in *version_info*) exit 1 ;; esac
"""
WITHOUT_VENV = """#!/bin/sh
case "$*" in *ensurepip*|"-m venv"*) exit 1 ;; --version) echo "Python 3.12.0" ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what setup reads, and beside it an empty machine: `bin/` is all that is on the path."""
    folder = tmp_path / "a checkout"
    (folder / "scripts").mkdir(parents=True)
    for name in ("scripts/setup", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return folder


def with_python(checkout: Path, text: str) -> None:
    python = checkout.parent / "bin" / "python3"
    python.write_text(text)
    python.chmod(python.stat().st_mode | stat.S_IXUSR)


def setup(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(checkout / "scripts" / "setup")],
        env={"PATH": str(checkout.parent / "bin"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_python_is_one_sentence(checkout: Path) -> None:
    done = setup(checkout)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.11 or newer is needed and none was found" in done.stderr


def test_an_old_python_is_passed_over(checkout: Path) -> None:
    with_python(checkout, OLD)
    done = setup(checkout)
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


def test_a_python_named_and_wrong_is_said_by_name(checkout: Path) -> None:
    done = setup(checkout, PYTHON="python9")
    assert done.returncode == 1
    assert "PYTHON=python9 is not a Python 3.11 or newer." in done.stderr


def test_a_python_without_venv_says_what_to_install(checkout: Path) -> None:
    with_python(checkout, WITHOUT_VENV)
    done = setup(checkout)
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_it_installs_once_and_the_second_call_does_nothing(checkout: Path) -> None:
    with_python(checkout, RECENT)
    first, second = setup(checkout), setup(checkout)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert second.stderr == ""
    assert (checkout / "installed").read_text().count("-c constraints.txt -e .[test]") == 1


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_it_installs_again_when_the_packages_changed(checkout: Path, changed: str) -> None:
    with_python(checkout, RECENT)
    setup(checkout)
    with (checkout / changed).open("a") as file:
        file.write("# one more line\n")
    assert setup(checkout).returncode == 0
    assert (checkout / "installed").read_text().count("-e .[test]") == 2


def test_a_checkout_that_was_moved_is_made_anew(checkout: Path) -> None:
    with_python(checkout, RECENT)
    setup(checkout)
    (checkout / ".venv" / "old").touch()
    moved = checkout.rename(checkout.parent / "moved")
    assert setup(moved).returncode == 0
    assert not (moved / ".venv" / "old").exists()


def test_nothing_is_written_outside_the_folder(checkout: Path) -> None:
    with_python(checkout, RECENT)
    before = sorted(checkout.parent.iterdir())
    setup(checkout)
    assert sorted(checkout.parent.iterdir()) == before


@pytest.mark.parametrize("script", ["setup", "demo", "test", "check", "bench", "fuzz"])
def test_scripts_are_plain_sh(script: str) -> None:
    path = ROOT / "scripts" / script
    assert path.read_text().startswith("#!/bin/sh\n")
    assert os.access(path, os.X_OK)
    assert subprocess.run(["/bin/sh", "-n", str(path)], check=False).returncode == 0
