"""reference/sweep.md: what comes of one sale when any one of its messages fails, in any way."""

from collections.abc import Iterator

from docs.from_code.markdown import bullets, code, codes, page, table
from scenarios.experiments import ordering
from scenarios.experiments.judging import Judged
from scenarios.experiments.sweep import Row, Sweep, judged_all, planned, summed
from scenarios.experiments.trials import FAULTS
from scenarios.schema.load import load

SALE = "ok-not-due"
SEED = "1"

HEADS = {
    "lost": "lost",
    "late": "late",
    "long-after": "much later",
    "twice": "twice",
    "twice-late": "twice, late",
    "overtaken": "overtaken",
    "garbled": "garbled",
    "sender-after-journal": "sender dies: kept, not sent",
    "sender-after-send": "sender dies: sent",
    "receiver-before-journal": "receiver dies: not heard",
    "receiver-after-journal": "receiver dies: kept, not sent",
    "receiver-after-send": "receiver dies: all done",
}
"""Fault → what its column is called."""

TRUTHS = "M0 never charged · M1 the money went back · M2 the merchant was paid · M3 stuck · M4 in the wrong place"


def swept(workers: int) -> Sweep:
    """The sweep that the page tells of."""
    scenario = load(SALE)
    found: list[Judged] = list(judged_all(scenario, planned(scenario, SEED), seed=SEED, workers=workers))
    return summed(scenario, found, seed=SEED, again=f"poslab sweep {SALE}")


def sweep_page(sweep: Sweep) -> str:
    """The page."""
    marks = _marks(sweep.table)
    parts = [
        " ".join(
            (
                "One sale at one till, and everything that can happen to each of its messages between terminal,",
                "acquirer, network and card's bank, to each file, transfer and payout on the money's way to",
                "the merchant, and to every letter that a party writes to itself. What only",
                "passes when something else was lost (reversals, advices, queries) is struck as well, behind it.",
                f"It is what `poslab sweep` plays: {sweep.trials} faults,",
                f"{len(sweep.unnamed)} without a cause, {len(sweep.broken)} in which something did not hold.",
                "How to sweep a scenario of your own: [guide](../guides/sweep-a-scenario.md).",
            )
        ),
        (
            f"A cell says the truth of the money at the end: {TRUTHS}. The letter is the [cause](causes.md) that was "
            "named when somebody asked, and what was answered to the question whether it can be cancelled:"
        ),
        table(
            ("", "Cause", "Can it be cancelled?", "Cells"),
            (
                (mark, _named(row), code(row.cancel), str(sum(1 for other in sweep.table if _said(other) == said)))
                for said, (mark, row) in marks.items()
            ),
        ),
        "A verdict stands in a cell where it is not `pass`, and ‼ where something was found.",
        "## When all is well",
        *_tables(sweep, "", marks),
    ]
    for behind in dict.fromkeys(row.behind for row in sweep.table if row.behind):
        parts += [f"## When {code(behind)} is lost", *_tables(sweep, behind, marks)]
    parts += [
        "## What was tried besides",
        "For every cell somebody asks, and what is said is done in the same run once more:",
        bullets(f"**{question}** — {tried}" for question, tried in _tried(sweep)),
        "## Which end is the better one",
        *(ordering.__doc__ or "").strip().split("\n\n")[1:],
    ]
    return page("Sweep", *parts)


def _tried(sweep: Sweep) -> Iterator[tuple[str, str]]:
    nevers = codes(word for word in sweep.acts if word not in ("cancel", "remedies"))
    yield (
        "can it be cancelled",
        "it is done as the answer says, or a void is tried where it says that none can help; the end must agree;",
    )
    yield "what now", "the remedies, one after the other; they must end well: paid once, or nobody charged;"
    yield "what never", f"{nevers}; each must end no better than the remedies do."


def _tables(sweep: Sweep, behind: str, marks: dict[tuple[str, ...], tuple[str, Row]]) -> list[str]:
    rows = [row for row in sweep.table if row.behind == behind]
    by_cell = {(row.passage, row.fault): row for row in rows}
    links, deaths = FAULTS[:7], FAULTS[7:]
    names = list(dict.fromkeys(row.passage for row in rows))

    def one(faults: tuple[str, ...]) -> str:
        heads = ("", *(HEADS[fault] for fault in faults))
        filled = [name for name in names if any((name, fault) in by_cell for fault in faults)]
        return table(heads, ([code(name), *(_cell(by_cell.get((name, f)), marks) for f in faults)] for name in filled))

    return [one(links), one(deaths)]


def _cell(row: Row | None, marks: dict[tuple[str, ...], tuple[str, Row]]) -> str:
    if row is None:
        return ""
    verdict = "" if row.verdict == "pass" else f" {row.verdict}"
    return f"{row.truth} {marks[_said(row)][0]}{verdict}{'' if row.good else ' ‼'}"


def _said(row: Row) -> tuple[str, ...]:
    return row.cause, *row.tie, row.cancel


def _marks(rows: tuple[Row, ...]) -> dict[tuple[str, ...], tuple[str, Row]]:
    marks: dict[tuple[str, ...], tuple[str, Row]] = {}
    for row in rows:
        marks.setdefault(_said(row), (_letter(len(marks)), row))
    return marks


def _letter(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[number] if number < len(letters) else f"{letters[number // 26 - 1]}{letters[number % 26]}"


def _named(row: Row) -> str:
    return " / ".join(map(code, row.tie or (row.cause,)))
