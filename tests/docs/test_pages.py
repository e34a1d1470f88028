"""What the pages say is so: commands print what they show, scenarios play, links lead somewhere, names exist."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from docs.executed import ROOT, Block, Reader, Wrong, blocks, fits, pages, told
from docs.from_code.markdown import anchor
from scenarios.schema.load import load
from scenarios.schema.scenario_file import ScenarioFile
from scenarios.stage.play import play

PAGES = pages()
GUIDE = ROOT / "docs" / "guides" / "write-a-scenario.md"

_LINK = re.compile(r"(?<!\!)\[(?P<text>(?:[^\[\]]|\[\])*)\]\((?P<to>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<title>.*)$", re.MULTILINE)
_FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def defined(path: Path) -> set[str]:
    """Every class, function, method and constant of a Python file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if list(blocks(page))], ids=name_of)
def test_a_reader_who_does_all_that_a_page_says_sees_what_it_shows(page: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    try:
        for block in blocks(page):
            reader.read(block)
    finally:
        reader.close()


@pytest.mark.parametrize(
    "block",
    [block for page in PAGES for block in blocks(page) if block.kind == "yaml" and "schema: poslab/1" in block.text],
    ids=lambda block: block.place,
)
def test_every_whole_scenario_of_a_page_can_be_played(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "shown.yaml"
    path.write_text(block.text, encoding="utf-8")
    assert play(load(path)).result.verdict != "invalid"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    wrong = []
    for found in _LINK.finditer(prose(page)):
        way, _, heading = found["to"].partition("#")
        if "://" in way:
            continue
        path = (page.parent / way).resolve() if way else page
        headings = {anchor(each["title"]) for each in _HEADING.finditer(prose(path))} if heading else set()
        if not path.exists() or (heading and heading not in headings):
            wrong.append(found["to"])
        elif (
            path.suffix == ".py" and re.fullmatch(r"`\w+`", found["text"]) and found["text"][1:-1] not in defined(path)
        ):
            wrong.append(f"{found['text']} is not in {way}")
    assert wrong == []


def test_code_is_linked_by_name_often_enough_to_notice_a_move() -> None:
    page = ROOT / "docs" / "background" / "one-sale-read-downwards.md"
    assert len(re.findall(r"\]\([./]+[a-z_/]+\.py\)", prose(page))) >= 50


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    reached = {(index.parent / found["to"]).resolve() for found in _LINK.finditer(prose(index))}
    assert [
        name_of(page) for page in PAGES if page.is_relative_to(index.parent) and page not in {*reached, index}
    ] == []


def test_the_guide_uses_every_key_of_a_scenario_file() -> None:
    written = "".join(block.text for block in blocks(GUIDE) if block.kind == "yaml")
    keys = {field.alias or name for name, field in ScenarioFile.model_fields.items()}
    # The cause is named by the library's own scenarios, and the guide says so.
    assert [key for key in sorted(keys - {"cause"}) if not re.search(rf"^ *{key}:", written, re.MULTILINE)] == []


# --- the README -----------------------------------------------------------------------------------------------------


def test_the_first_screen_shows_a_scenario_its_command_and_its_verdict() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]
    shown = [line for line in first if line.startswith(("- {id:", "  - {id:", "$ poslab", " PASS ", "truth "))]
    assert [line.split()[0] for line in shown] == ["-", "$", "PASS", "truth"]


def test_make_demo_plays_what_the_readme_shows() -> None:
    (first,) = (block for block in blocks(ROOT / "README.md") if block.kind == "console")
    assert told(first.text)[0].command == "poslab run net-response-lost"
    played = (ROOT / "scripts" / "demo").read_text(encoding="utf-8").splitlines()[-1]
    assert played.endswith('/.venv/bin/poslab" run net-response-lost "$@"')


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_and_scripts_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"`?\bmake ([a-z]+)(?=`|\s+#)", text) if f"\n{name}:" not in makefile] == []
    assert [
        name for name in re.findall(r"\bsh scripts/([a-z]+)", text) if not (ROOT / "scripts" / name).is_file()
    ] == []


def test_the_readme_names_every_package_that_is_installed() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = [re.split(r"[<>=]", each)[0] for each in tomllib.load(file)["project"]["dependencies"]]
    text = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert [name for name in [*wanted, "asyncio-mqtt"] if name not in text] == []


# --- the executor itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "printed", "fit"),
    [
        ("one\ntwo\n", "one\ntwo\n", True),
        ("one\n", "one\ntwo\n", False),
        ("one\n…\n", "one\ntwo\nthree\n", True),
        ("…\nthree\n", "one\ntwo\nthree\n", True),
        ("…\nfour\n", "one\ntwo\nthree\n", False),
        ("took … s\n", "took 0.25 s\n", True),
        ("took … s\n", "took 0.25 min\n", False),
        ("a.c\n", "abc\n", False),
        ("", "", True),
        ("", "something\n", False),
    ],
)
def test_what_is_left_out_is_left_out_and_nothing_else(expected: str, printed: str, fit: bool) -> None:
    assert fits(expected, printed) is fit


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```console\n$ poslab --version\nposlab 99.9\n```\n", "poslab --version"),
        ("```console\n$ poslab run no-such-thing\n$ echo $?\n0\n```\n", "poslab run no-such-thing"),
        ("```sh\nposlab run no-such-thing\n```\n", "answers 2"),
        ("<!-- excerpt: scenarios/library/net-response-lost.yaml -->\n```yaml\nid: other\n```\n", "does not stand in"),
    ],
)
def test_a_page_that_is_wrong_is_caught(text: str, said: str, tmp_path: Path) -> None:
    page = ROOT / "docs" / "wrong.md"
    kept = tmp_path / "wrong.md"
    kept.write_text(text, encoding="utf-8")
    (block,) = (block._replace(page=page) for block in blocks(kept))
    with pytest.raises(Wrong, match=said):
        Reader(tmp_path).read(block)
