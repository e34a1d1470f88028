"""``poslab reconcile``: the four records of every sale held against each other, of a run or of files from anywhere."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from poslab.console.reconcile_files import Papers, read_and_match
from poslab.console.reconciled import (
    day_of,
    difference_document,
    item_document,
    tell_breaks,
    tell_days,
    tell_matched,
    tell_rates,
    tell_unjudged,
    tell_unpaid,
    tell_unreadable,
    tell_waiting,
    unpaid_document,
)
from poslab.console.run_dir import HISTORY, RUN_IN_FULL, read_history
from poslab.console.speaker import speaking
from poslab.history.differences import Matched
from poslab.history.fee_rates import DayRate, Rise, day_rates, rises
from poslab.history.roll_forward import Day, OpenItem, RollForward, ages, open_items
from poslab.text import Language, Text
from poslab.world.calendar import Calendar
from scenarios.schema.errors import LIKE_A_DAY, BadInput, no_date, one_of, shown
from scenarios.schema.load import load_world

AGREES, DIFFERS = 0, 1
SCHEMA = "poslab-reconciliation/1"


def reconcile_run(
    folder: Path, day_asked: str | None, language: Language, as_json: bool, acquirer: str | None = None
) -> int:
    """Reconcile every day of a run, and tell how one of them stands: the last, unless ``day_asked`` names another.

    ``acquirer``: as one of several acquirers reconciles, by its address.
    """
    calendar, fold = _fold(folder, acquirer)
    days = fold.end()
    if not days:
        raise BadInput(str(folder / HISTORY), 0, "", Text("其中什么也没有发生", "nothing happens in it"), RUN_IN_FULL)
    day = days[-1] if day_asked is None else _day(days, day_asked)
    items = open_items(day.matched, calendar)
    rates = day_rates(fold.ledger_until(day.date), fold.contracts)
    risen = rises(rates)
    if as_json:
        document = _document(day.matched, items, rates, risen)
        document["unpaid"] = [unpaid_document(unpaid) for unpaid in day.unpaid]
        document["days"] = _days_document([each for each in days if each.date <= day.date])
        _print(document)
    else:
        with speaking(language) as to:
            to.rule(to.say(Text(f"对账 {day_of(day.date)}", f"Reconciliation {day_of(day.date)}")))
            tell_days(to, days)
            tell_matched(to, day.matched)
            tell_breaks(to, items, day.matched, day.unpaid)
            tell_unpaid(to, day.unpaid)
            tell_waiting(to, day.matched.waiting)
            tell_rates(to, rates, risen)
    return DIFFERS if items else AGREES


def _fold(folder: Path, acquirer: str | None) -> tuple[Calendar, RollForward]:
    world, pairs = read_history(folder)
    known = [each.address for each in world.acquirers]
    if acquirer is not None and acquirer not in known:
        what = Text(f"这次运行中没有收单机构 {shown(acquirer)}", f"there is no acquirer {shown(acquirer)} in this run")
        raise BadInput("reconcile", 0, "--acquirer", what, one_of(acquirer, known))
    fold = RollForward(world, acquirer=acquirer or "")
    for line, given in pairs:
        fold.see(line, given)
    return world.calendar, fold


def reconcile_files(papers: Papers, day_asked: str | None, world: str | None, language: Language, as_json: bool) -> int:
    """Reconcile files, and tell how they stand on their latest date, unless ``day_asked`` names another."""
    wanted = None if day_asked is None else _date(day_asked)
    found = read_and_match(papers, wanted, None if world is None else load_world(world))
    items = open_items(found.matched, found.calendar)
    rates = day_rates(found.ledger, found.contracts)
    risen = rises(rates)
    if as_json:
        document = _document(found.matched, items, rates, risen)
        document["unreadable"] = {"records": found.unreadable, "errors": [error.document for error in found.errors]}
        document["unpaid"] = [unpaid_document(unpaid) for unpaid in found.unpaid]
        document["agrees"] = not items and not found.errors
        _print(document)
    else:
        with speaking(language) as to:
            today = day_of(found.matched.today)
            to.rule(to.say(Text(f"对账 {today}", f"Reconciliation {today}")))
            tell_matched(to, found.matched, found.unreadable)
            tell_unreadable(to, [error.text for error in found.errors])
            tell_unjudged(to, found.matched.unjudged)
            tell_breaks(to, items, found.matched, found.unpaid)
            tell_unpaid(to, found.unpaid)
            tell_waiting(to, found.matched.waiting)
            tell_rates(to, rates, risen)
    return DIFFERS if items or found.errors else AGREES


def _date(written: str) -> str:
    try:
        return date.fromisoformat(written).strftime("%Y%m%d")
    except ValueError:
        raise BadInput("reconcile", 0, "--date", no_date(written), LIKE_A_DAY) from None


def _day(days: Sequence[Day], asked: str) -> Day:
    wanted = asked.replace("-", "")
    for day in days:
        if day.date == wanted:
            return day
    first, last = day_of(days[0].date), day_of(days[-1].date)
    what = Text(f"这次运行没有 {shown(asked)} 这一天", f"the run has no day {shown(asked)}")
    raise BadInput("reconcile", 0, "--date", what, Text(f"它涉及 {first} 至 {last}", f"it has {first} to {last}"))


def _document(
    matched: Matched, items: Sequence[OpenItem], rates: Sequence[DayRate], risen: Sequence[Rise]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "date": day_of(matched.today),
        "agrees": not items,
        "lists": matched.tallies,
        "batches": [{**msgspec.structs.asdict(batch), "equal": batch.equal} for batch in matched.batches],
        "breaks": [item_document(item) for item in items],
        "waiting": [difference_document(found) for found in matched.waiting],
        "unjudged": [difference_document(found) for found in matched.unjudged],
        "ages": {name: {"items": count, "amount_fen": fen} for name, (count, fen) in ages(items).items()},
        "fee_rates": [{**msgspec.structs.asdict(rate), "ppm": rate.ppm} for rate in rates],
        "fee_rises": risen,
    }


def _days_document(days: Sequence[Day]) -> list[dict[str, Any]]:
    return [
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
    ]


def _print(document: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
