"""``poslab report`` and ``poslab replay``: a run's folder, shown again."""

import sys
from pathlib import Path

from rich.text import Text as Rich

from poslab.console.run_dir import REPORT, put_in_place, read_run
from poslab.console.says import place_text, way
from poslab.console.speaker import Speaker, grid, speaking
from poslab.console.story import HEARD, LATE, Arrow, PurchaseStory, Story, story
from poslab.console.words import VIEW_NAMES, WITH_CARDHOLDER
from poslab.history.outcome import Outcome
from poslab.history.words import TRUTHS, say
from poslab.money import written
from poslab.party.time import SECOND, Instant, clock_text, day_text, stamp_text
from poslab.text import Language, Text, Unusable
from scenarios.schema.errors import BadInput
from scenarios.schema.times import WRITE_IT, no_time, resolve, when

FINE = 0
_NEWEST = 8


def write_report(folder: Path, language: Language) -> int:
    """Write report.html anew from what the folder holds, and print where it is."""
    from poslab.console.report.page import page

    told = story(*read_run(folder))
    put_in_place(folder / REPORT, page(told, language).encode())
    sys.stdout.write(f"{folder / REPORT}\n")
    return FINE


def replay_run(folder: Path, at: str | None, language: Language) -> int:
    """The run line by line, or what everybody believed at an instant."""
    told = story(*read_run(folder))
    instant = None if at is None else _instant(at, told)
    with speaking(language) as to:
        if instant is None:
            _lines(to, told)
        else:
            _standing(to, told, instant)
    return FINE


def _instant(written_time: str, told: Story) -> Instant:
    sale = min((event.at for event in told.events if event.about), default=told.first)
    try:
        return resolve(when(written_time), told.world.calendar, sale)
    except Unusable as wrong:
        raise BadInput("replay", 0, "--at", no_time(written_time, wrong), WRITE_IT) from None


def _lines(to: Speaker, told: Story) -> None:
    table = grid("dim", "name", "wide")
    day = ""
    for step in told.steps:
        if day_text(step.at) != day:
            day = day_text(step.at)
            table.add_row(Rich(day, style="bold"), "", "")
        clock = f"{clock_text(step.at)}.{step.at % SECOND // 1000:03d}"
        table.add_row(clock, to.say(told.name(step.party)), Rich(to.say(step.given), style="bold"))
        for did in step.did:
            table.add_row("", "", f"  {to.say(did)}")
    to.put(table, 0)


def _standing(to: Speaker, told: Story, at: Instant) -> None:
    to.line(Rich(stamp_text(at), style="bold"))
    for band in told.bands:
        if band.start <= at and (band.end is None or at < band.end):
            to.body(f"⚡ {band.fault} ({way(band.where)})", "yellow")
    for purchase in told.purchases:
        _purchase(to, told, purchase, at)


def _purchase(to: Speaker, told: Story, purchase: PurchaseStory, at: Instant) -> None:
    order = purchase.result.order
    to.heading(Text(f"{order} · {written(purchase.result.due)}", f"{order} · {written(purchase.result.due)}"))
    found = [belief.outcome for belief in purchase.beliefs if belief.at <= at]
    if not found:
        to.body(Text("还没有开始。", "It has not begun yet."))
        return
    _views(to, found[-1])
    messages = [e for e in told.events if isinstance(e, Arrow) and e.at <= at and e.about in (order, "")]
    flying = [m for m in messages if m.heard is not None and m.heard > at and m.fate in (HEARD, LATE)]
    if flying:
        to.body(Text("在途", "On its way"), "bold")
        _arrows(to, told, flying)
    if messages:
        to.body(Text("最近的报文", "The last messages"), "bold")
        _arrows(to, told, messages[-_NEWEST:])


def _views(to: Speaker, found: Outcome) -> None:
    table = grid("dim", "wide")
    for view, name in VIEW_NAMES.items():
        words = found.views.cardholder if view == "cardholder" else (getattr(found.views, view),)
        table.add_row(to.say(name), to.listed(say(view, word) for word in words) or "–")
    table.add_row(to.say(Text("真相", "truth")), f"{found.truth} {to.say(TRUTHS[found.truth])}")
    places = "; ".join(f"{to.say(place_text(p.place))} {written(p.amount)}" for p in found.places)
    table.add_row(to.say(Text("钱在", "money")), places or to.say(WITH_CARDHOLDER))
    to.put(table)


def _arrows(to: Speaker, told: Story, messages: list[Arrow]) -> None:
    table = grid("dim", "name", "wide")
    for message in messages:
        way = f"{to.say(told.name(message.sender))} → {to.say(told.name(message.to))}"
        lost = message.fate not in (HEARD, LATE)
        said = f"{'✗ ' if lost else ''}{message.mti} {to.say(message.label)}".replace("  ", " ")
        table.add_row(clock_text(message.at), way, Rich(said, style="red" if lost else ""))
    to.put(table, 4)
