"""``python -m docs.generate``: writes the pages of docs/reference from the code; ``--check`` only says which differ.

``--sweep`` writes the page that takes a whole sweep, which the others do not wait for.
"""

import os
import sys
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent / "reference"
SWEEP = "sweep.md"


def pages() -> dict[str, str]:
    """File name → content, of every page and picture that is written by the code."""
    os.environ["LC_ALL"] = "C"  # the command line chooses its language when it is imported
    from docs.from_code import accounts, causes, checks, codes, commands, entries, facts, faults, keys, states, words

    written = {
        "commands.md": commands.commands_page(),
        "scenario-keys.md": keys.scenario_page(),
        "world-keys.md": keys.world_page(),
        "faults.md": faults.faults_page(),
        "view-words.md": words.views_page(),
        "log-words.md": words.log_page(),
        "facts.md": facts.facts_page(),
        "causes.md": causes.causes_page(),
        "response-codes.md": codes.codes_page(),
        "checks.md": checks.checks_page(),
        "accounts.md": accounts.accounts_page(),
        "entries.md": entries.entries_page(),
        "states.md": states.states_page(),
    }
    return {**written, **states.pictures()}


def differing(wanted: dict[str, str]) -> list[str]:
    """The names of files that are missing, are not what the code says, or are no longer written by it."""
    wrong = [name for name, text in wanted.items() if _read(REFERENCE / name) != text]
    left = [
        str(path.relative_to(REFERENCE))
        for pattern in ("*.md", "states/*.svg")
        for path in sorted(REFERENCE.glob(pattern))
        if str(path.relative_to(REFERENCE)) not in (*wanted, SWEEP)
    ]
    return wrong + left


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` answer 1 where one is out of step."""
    if arguments not in ([], ["--check"], ["--sweep"]):
        sys.stderr.write("usage: python -m docs.generate [--check | --sweep]\n")
        return 2
    if arguments == ["--sweep"]:
        from docs.from_code.sweep import sweep_page, swept

        (REFERENCE / SWEEP).write_text(sweep_page(swept(os.cpu_count() or 1)), encoding="utf-8")
        return 0
    wanted = pages()
    wrong = differing(wanted)
    if arguments:
        for name in wrong:
            sys.stderr.write(f"docs/reference/{name} is out of step with the code\n")
        if wrong:
            sys.stderr.write("run: python -m docs.generate\n")
        return 1 if wrong else 0
    for name in wrong:
        path = REFERENCE / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
