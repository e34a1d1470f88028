"""The reference is what the code says, and says something about everything."""

import subprocess
import sys

import pytest

from acquirer.host.table import ATTEMPTS
from docs.executed import ROOT
from docs.figures import BEGIN, END, PAGE, figures
from docs.from_code import keys, states
from docs.from_code.drawing import Arrow, drawn
from docs.generate import REFERENCE, differing
from poslab.checks import ALL
from scenarios.schema.load import schema_of
from terminal.session import SESSION


def test_pages_are_in_step_with_the_code() -> None:
    """In a process of its own, as the command line that people read of is that of a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_page_out_of_step_would_be_noticed() -> None:
    wanted = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    wanted |= {f"states/{path.name}": path.read_text(encoding="utf-8") for path in REFERENCE.glob("states/*.svg")}
    assert differing(wanted) == []
    assert differing({**wanted, "checks.md": "something else"}) == ["checks.md"]
    assert differing({name: text for name, text in wanted.items() if name != "checks.md"}) == ["checks.md"]


@pytest.mark.parametrize("what", ["scenario", "world"])
def test_every_key_that_may_be_written_is_explained(what: str) -> None:
    schema = schema_of(what)
    told = [
        f"{name}.{key}"
        for name in [schema["title"], *schema["$defs"]]
        for key, _, _, means in keys.properties(schema, name, {})
        if not means and key != "fault"
    ]
    assert told == []


def test_every_check_has_a_heading() -> None:
    page = (REFERENCE / "checks.md").read_text(encoding="utf-8")
    assert [check.id for check in ALL if f"\n## {check.id}\n" not in page] == []


def test_tables_of_every_party_are_drawn() -> None:
    found = [each.table for each in states.tables()]
    assert SESSION in found
    assert ATTEMPTS in found
    names = {each.slug for each in states.tables()}
    assert {path.stem for path in (REFERENCE / "states").glob("*.svg")} == names


def test_a_drawing_holds_every_state_and_every_reason() -> None:
    picture = drawn("door", ("open", "shut"), [Arrow("open", "shut", ("Pushed [not_locked & free]",))])
    assert picture.startswith("<svg")
    for word in ("open", "shut", "Pushed [not_locked &amp; free]"):
        assert f">{word}</text>" in picture


def test_figures_find_their_place() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)
    shown = figures({"startup_s": {"ours": 0.512, "baseline": None, "ratio": None, "unit": "s"}}, "a machine")
    assert "| `startup_s` | 0.51 | – | – | s |" in shown
    assert shown.endswith("on a machine.\n")
