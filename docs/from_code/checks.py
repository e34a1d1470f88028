"""reference/checks.md: what must always hold."""

import inspect

from docs.from_code.markdown import both, code, page, sentence, table
from poslab.checks import ALL
from scenarios.grade import explained, verdict
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids


def checks_page() -> str:
    """The page."""
    parts = [
        (
            "Each check is a fold over a run's history: it sees every line once, as it is written, and gives a "
            "verdict at the end: `holds`, `broken`, or `no evidence` where it never had anything to look at. It "
            "never asks the party that it judges. A scenario names in `violates` the checks that must be broken; "
            "any other that breaks is a failure."
        ),
        table(("Check", "Holds when", "中文"), ((code(c.id), c.title.en, c.title.zh) for c in ALL)),
    ]
    expected = _expected()
    for check in ALL:
        where = (
            "" if check.id not in expected else "Broken on purpose in " + ", ".join(map(code, expected[check.id])) + "."
        )
        name = inspect.getfile(check).rpartition("/")[2]
        link = f"[poslab/checks/{name}](../../poslab/checks/{name})"
        parts += [f"## {check.id}", both(check.title), sentence(check.__doc__), where, f"{link}"]
    parts += [f"## {explained.ID}", sentence(explained.__doc__)]
    parts += ["[scenarios/grade/explained.py](../../scenarios/grade/explained.py)"]
    said = (part for does in (verdict.found, verdict.verdict) for part in (does.__doc__ or "").split("\n\n"))
    parts += ["## The verdict of a run", *map(sentence, said)]
    return page("Checks", *parts)


def _expected() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in library_ids():
        for variant in variants_of(name):
            scenario = load(name, variant)
            for check in scenario.expect.violates:
                found.setdefault(check, []).append(scenario.name)
    return found
