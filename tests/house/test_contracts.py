"""The house stands as drawn: every contract is kept, and each one bites when somebody breaks it."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("poslab", "terminal", "acquirer", "bank", "scenarios")

# Rooms that contracts speak of and that may not be furnished yet; an empty one is put up where the offence is planted.
FUTURE_ROOMS = (
    "poslab/runtime/virtual.py",
    "poslab/runtime/live.py",
    "poslab/runtime/chance.py",
    "poslab/runtime/doors.py",
    "poslab/history/truth.py",
    "poslab/console/cli.py",
    "scenarios/experiments/__init__.py",
    "terminal/edge/__init__.py",
    "acquirer/edge/__init__.py",
    "bank/edge/__init__.py",
)

# (which file, what it says, which contracts must break)
OFFENCES = (
    ("terminal/planted.py", "import acquirer", {"house"}),
    ("bank/planted.py", "import terminal", {"house"}),
    ("poslab/diagnosis/planted.py", "import bank", {"house"}),
    ("poslab/party/planted.py", "import poslab.messages", {"house", "rooms"}),
    ("poslab/ledger/planted.py", "import poslab.party", {"house", "rooms"}),
    ("poslab/money.py", "import poslab.text", {"house", "rooms"}),
    ("poslab/checks/planted.py", "import poslab.runtime", {"house", "rooms"}),
    ("poslab/runtime/planted.py", "import poslab.console.cli", {"house", "rooms"}),
    ("poslab/common/__init__.py", "", {"rooms"}),
    ("poslab/helpers.py", "", {"rooms"}),
    ("scenarios/grade/planted.py", "import poslab.console", {"house"}),
    ("scenarios/grade/planted.py", "import scenarios.stage", {"stories"}),
    ("scenarios/people/planted.py", "import scenarios.schema", {"stories"}),
    ("scenarios/extras/__init__.py", "", {"stories"}),
    ("terminal/planted.py", "import random", {"pure"}),
    ("acquirer/host/planted.py", "from time import monotonic", {"pure"}),
    ("bank/planted.py", "def late():\n    import asyncio", {"pure"}),
    ("scenarios/people/planted.py", "import os", {"pure"}),
    ("poslab/history/planted.py", "import logging", {"pure"}),
    ("poslab/faults/planted.py", "import simpy", {"pure"}),
    ("acquirer/host/planted.py", "import poslab.faults", {"parties", "faults"}),
    ("bank/planted.py", "import poslab.history", {"parties"}),
    ("terminal/planted.py", "import poslab.runtime", {"parties"}),
    ("scenarios/people/planted.py", "import poslab.checks", {"parties"}),
    ("poslab/diagnosis/planted.py", "import poslab.runtime.virtual", {"drivers"}),
    ("scenarios/grade/planted.py", "import poslab.runtime.chance", {"drivers"}),
    ("terminal/edge/planted.py", "import poslab.runtime.live", {"drivers"}),
    ("scenarios/grade/planted.py", "import poslab.runtime.doors", {"doors"}),
    ("scenarios/grade/planted.py", "import acquirer.edge", {"edges"}),
    ("poslab/diagnosis/planted.py", "import poslab.faults", {"faults"}),
    ("poslab/diagnosis/planted.py", "from poslab.history import truth", {"truth"}),
    ("acquirer/platform/planted.py", "import acquirer.host", {"institutions"}),
    ("acquirer/switch/planted.py", "from acquirer import platform", {"institutions"}),
    ("poslab/checks/planted.py", "import poslab.ledger.book", {"judge"}),
    ("poslab/runtime/planted.py", "import poslab.messages", {"blind"}),
    ("poslab/runtime/planted.py", "import poslab.world", {"blind"}),
    ("poslab/runtime/planted.py", "import poslab.ledger", {"blind"}),
)

# Plants and judges in one process: starting the judge anew for each offence would take most of a minute.
JUDGE = """
import json, sys
from pathlib import Path
from importlinter import configuration
from importlinter.application import use_cases

configuration.configure()
options = use_cases.read_user_options("pyproject.toml")
use_cases._register_contract_types(options)
named = {contract["name"]: contract["id"] for contract in options.contracts_options}

def broken():
    report = use_cases.create_report(options, cache_dir=None, verbose=False)
    assert not report.could_not_run, report.invalid_contract_options
    return sorted(named[contract.name] for contract, check in report.get_contracts_and_checks() if not check.kept)

found = [broken()]
for place, text in json.loads(sys.argv[1]):
    path = Path(place)
    before = path.read_text() if path.exists() else None
    made = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((before or "") + "\\n" + text + "\\n")
    found.append(broken())
    path.unlink() if before is None else path.write_text(before)
    for folder in made:
        folder.rmdir()
Path("found.json").write_text(json.dumps(found))
"""


def test_every_contract_is_kept() -> None:
    """On the tree as it stands."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    """Which contracts broke: first with nothing planted, then with each offence by itself."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in FUTURE_ROOMS:
        path = copy / room
        if not path.exists() and not path.with_suffix("").is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.touch()
    planted = json.dumps([(place, text) for place, text, _ in OFFENCES])
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, planted],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [set(broken) for broken in json.loads((copy / "found.json").read_text())]


def test_nothing_planted_nothing_broken(verdicts: list[set[str]]) -> None:
    assert verdicts[0] == set()


@pytest.mark.parametrize("number", range(len(OFFENCES)), ids=[f"{place}: {text}" for place, text, _ in OFFENCES])
def test_a_planted_offence_breaks_the_contract_named(verdicts: list[set[str]], number: int) -> None:
    _, _, named = OFFENCES[number]
    assert named <= verdicts[number + 1]


def test_each_contract_has_been_broken_once() -> None:
    """A contract that no offence provokes might be asleep."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    provoked = set().union(*(named for _, _, named in OFFENCES))
    assert provoked == {contract["id"] for contract in contracts}
