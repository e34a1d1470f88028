"""What is in the repository belongs there: no machine's addresses, no room for odds and ends, files one can read."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LINES_WISHED, LINES_AT_MOST = 400, 600
CHARACTERS_AT_MOST = 120
ODDS_AND_ENDS = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "base", "misc"}

# Each is written in two pieces, so that this file does not accuse itself.
MACHINE_PATHS = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "/opt/" + "pypi", "/opt/" + "wheels")
REGISTRIES = (
    "pypi.org/" + "simple",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "deb." + "debian.org",
    "index-" + "url",
    "find-" + "links",
)
# Papers that are not in the repository cannot be pointed to.
PAPERS = ("design" + ".md", "domain" + ".md", "style" + ".md", "shar" + "ed/", "runtime-" + "notes")
FORBIDDEN = re.compile("|".join(re.escape(word) for word in MACHINE_PATHS + REGISTRIES + PAPERS))


@cache
def files_kept() -> tuple[Path, ...]:
    """The files that are, or would be, committed; from an unpacked archive, all but caches."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        names = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        hidden = {".venv", ".git", "__pycache__"}
        names = [path for path in ROOT.rglob("*") if not hidden & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in names if path.is_file()))


def python_files() -> list[Path]:
    return [path for path in files_kept() if path.suffix == ".py"]


def test_no_file_names_a_machine_a_registry_or_a_paper_outside() -> None:
    told = []
    for path in files_kept():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            found = FORBIDDEN.search(line)
            if found:
                told.append(f"{path.relative_to(ROOT)}:{number}: {found.group()}")
    assert told == []


@pytest.mark.parametrize("line", ["cd /ho" + "me/ann/poslab", "--index-" + "url x", "see design" + ".md §2"])
def test_the_search_would_find_one(line: str) -> None:
    assert FORBIDDEN.search(line)


def test_no_room_for_odds_and_ends() -> None:
    names = {part for path in python_files() for part in path.relative_to(ROOT).with_suffix("").parts}
    assert names & ODDS_AND_ENDS == set()


def test_files_can_be_read_in_one_sitting() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    giants = {name: count for name, count in lines.items() if count > LINES_AT_MOST}
    assert giants == {}
    long = {name: count for name, count in lines.items() if count > LINES_WISHED}
    assert len(long) <= len(lines) // 10, long


def test_lines_fit_the_screen() -> None:
    """In characters, a Chinese one being one: the linter's own rule counts it as two."""
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > CHARACTERS_AT_MOST
    ]
    assert told == []


def test_every_room_says_what_it_holds() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.name == "__init__.py" and not path.read_text(encoding="utf-8").startswith('"""')
    ]
    assert silent == []


def test_constraints_are_versions_only() -> None:
    wrong = [
        line
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#") and not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; .+)?", line)
    ]
    assert wrong == []
