"""``poslab reconcile``: the four records of every sale held against each other, of a run or of files from anywhere."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from poslab.console.reconciled import (
    day_of,
    difference_document,
    item_document,
    tell_breaks,
    tell_days,
    tell_matched,
    tell_rates,
    tell_waiting,
)
from poslab.console.run_dir import HISTORY
from poslab.console.speaker import speaking
from poslab.history.fee_rates import DayRate, Rise, day_rates, rises
from poslab.history.reading import BadHistory, header_of, read
from poslab.history.roll_forward import Day, OpenItem, RollForward, ages, open_items
from poslab.text import Language, Text
from poslab.world.calendar import Calendar
from scenarios.schema.errors import BadInput

AGREES, DIFFERS = 0, 1
SCHEMA = "poslab-reconciliation/1"


def reconcile_run(folder: Path, date: str | None, language: Language, as_json: bool) -> int:
    """Reconcile every day of a run, and tell how one of them stands: the last, unless ``date`` names another."""
    calendar, fold = _fold(folder)
    days = fold.end()
    if not days:
        raise BadInput(str(folder / HISTORY), 0, "", "nothing happens in it", "run it again with --history full")
    day = days[-1] if date is None else _day(days, date)
    items = open_items(day.matched, calendar)
    rates = day_rates(fold.ledger_until(day.date), fold.contracts)
    risen = rises(rates)
    if as_json:
        upto = [each for each in days if each.date <= day.date]
        _print(_document(day, upto, items, rates, risen))
    else:
        with speaking(language) as to:
            to.rule(to.say(Text(f"对账 {day_of(day.date)}", f"Reconciliation {day_of(day.date)}")))
            tell_days(to, days)
            tell_matched(to, day.matched)
            tell_breaks(to, items)
            tell_waiting(to, day.matched.waiting)
            tell_rates(to, rates, risen)
    return DIFFERS if items else AGREES


def _fold(folder: Path) -> tuple[Calendar, RollForward]:
    if not folder.is_dir():
        raise BadInput(str(folder), 0, "", "there is no such folder", "name one that `poslab run --out` wrote")
    path = folder / HISTORY
    try:
        with path.open("rb") as lines:
            world = header_of(lines.readline()).world
            lines.seek(0)
            fold = RollForward(world)
            for line, given in read(lines):
                fold.see(line, given)
    except FileNotFoundError:
        raise BadInput(str(folder), 0, HISTORY, "it is missing", "run it again with --history full") from None
    except BadHistory as wrong:
        raise BadInput(str(path), wrong.line, "", wrong.why, "run it again with --out") from None
    except OSError as wrong:
        reason = (wrong.strerror or "no access").lower()
        raise BadInput(str(path), 0, "", f"it cannot be read ({reason})", "check its rights") from None
    return world.calendar, fold


def _day(days: Sequence[Day], date: str) -> Day:
    wanted = date.replace("-", "")
    for day in days:
        if day.date == wanted:
            return day
    remedy = f"it has {day_of(days[0].date)} to {day_of(days[-1].date)}"
    raise BadInput("reconcile", 0, "--date", f"the run has no day {date!r}", remedy)


def _document(
    day: Day, days: Sequence[Day], items: Sequence[OpenItem], rates: Sequence[DayRate], risen: Sequence[Rise]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "date": day_of(day.date),
        "agrees": not items,
        "days": [
            {
                "date": day_of(each.date),
                "records": each.records,
                "sums_fen": each.sums_fen,
                "before": each.before,
                "found": len(each.found),
                "cleared": len(each.cleared),
                "open": each.after,
                "waiting": len(each.matched.waiting),
            }
            for each in days
        ],
        "lists": day.matched.tallies,
        "batches": [{**msgspec.structs.asdict(batch), "equal": batch.equal} for batch in day.matched.batches],
        "breaks": [item_document(item) for item in items],
        "waiting": [difference_document(found) for found in day.matched.waiting],
        "ages": {name: {"items": count, "amount_fen": fen} for name, (count, fen) in ages(items).items()},
        "fee_rates": [{**msgspec.structs.asdict(rate), "ppm": rate.ppm} for rate in rates],
        "fee_rises": risen,
    }


def _print(document: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
