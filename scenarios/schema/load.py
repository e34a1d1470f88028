"""A scenario, by its id or from a file, as plain values ready to be played; and the JSON Schemas of what is written."""

from pathlib import Path
from typing import Any, Literal

import msgspec

from poslab.diagnosis.catalogue import causes
from poslab.party.time import HOUR, Instant, midnight, stamp_text
from poslab.text import Text
from poslab.world.presets import PRESETS
from poslab.world.world import World
from scenarios.schema import story, times
from scenarios.schema.card_numbers import refuse_card_numbers
from scenarios.schema.errors import COMMAND_LINE, LATER, BadInput, no_order, one_of, shown
from scenarios.schema.injections import Setting, injections
from scenarios.schema.orders import Orders, orders, with_settlements
from scenarios.schema.page import Page
from scenarios.schema.page import Path as Way
from scenarios.schema.scenario_file import SCHEMA, Complaint, Confirming, Expected, ScenarioFile, Scripted
from scenarios.schema.sources import Source, find, read_file
from scenarios.schema.variants import PLAIN, variant_names, varied
from scenarios.schema.world_file import WORLD_SCHEMA, WorldChosen, WorldFile
from scenarios.schema.worlds import calendar_of, preset, with_merchants, with_platform, with_settings, world_of_file

_AFTER_LAST_PAYOUT = 2 * HOUR
_VIEWS = ("terminal", "platform", "host", "issuer", "file", "payout", "merchant", "cardholder")


def load(source: str | Path, variant: str | None = None, world: str | None = None) -> story.Scenario:
    """The scenario that ``source`` names: ``ID``, ``ID/VARIANT``, a file or ``FILE/VARIANT``.

    ``world`` plays it elsewhere: the name of a preset, or of a world file; the scenario's own settings stay.
    ``BadInput`` for everything that is wrong with what was written; nothing is left half-read.
    """
    found = find(source, variant)
    page, name = varied(Page.of(found.file, found.raw), found.variant)
    file = page.model(ScenarioFile)
    where = _world(file, world, found, page)
    sold = orders(file.workload, file.people.cashier, where, page)
    complaints = tuple(_complaint(complaint, sold, where, page, path) for path, complaint in _written_complaints(file))
    _refuse_second_complaints(complaints, page)
    heal = _heal(file, sold, where, page)
    begins = midnight(where.calendar.first_day)
    until = _until(file, sold, where, complaints, heal, page)
    cashier = file.people.cashier
    told = sold.told
    if file.people.settle_at is not None:
        told = with_settlements(sold, times.time_of_day(file.people.settle_at), where, begins, until)
    setting = Setting(where, sold.bought, sold.first_sale, begins, None if heal is None else heal.at, until)
    return story.Scenario(
        id=file.id,
        variant=name,
        source=found.name,
        title=_title(file),
        teaches=None if file.teaches is None else file.teaches.text(),
        cause=file.cause,
        world=where,
        cashier=cashier.script.base if isinstance(cashier, Scripted) else cashier,
        cardholder=_cardholder(file.people.cardholder),
        purchases=sold.purchases,
        told=told,
        injections=injections(file.faults, setting, page),
        complaints=complaints,
        heal=heal,
        begins=begins,
        until=until,
        expect=_expectations(file, where, complaints, sold, page),
    )


def variants_of(source: str | Path) -> tuple[str, ...]:
    """The variants of a scenario, the default one first; ``("plain",)`` for one without."""
    found = find(source)
    return variant_names(Page.of(found.file, found.raw)) or (PLAIN,)


def load_world(name: str | Path) -> World:
    """The world of a preset's name or of a world file; ``BadInput`` where it cannot exist."""
    written = str(name)
    if written in PRESETS:
        return preset(written)
    path = Path(written)
    if not written.endswith((".yaml", ".yml")) and "/" not in written and not path.is_file():
        refuse_card_numbers(written, COMMAND_LINE)
        what = Text(f"没有世界 {shown(written)}", f"there is no world {shown(written)}")
        raise BadInput(COMMAND_LINE, 0, "", what, one_of(written, PRESETS))
    return world_of_file(Page.of(written, read_file(path)))


def schema_of(what: Literal["scenario", "world"]) -> dict[str, Any]:
    """The JSON Schema of a scenario file or a world file."""
    from scenarios.schema.json_schema import json_schema

    if what == "scenario":
        return json_schema(ScenarioFile, SCHEMA)
    return json_schema(WorldFile, WORLD_SCHEMA)


def _world(file: ScenarioFile, instead: str | None, found: Source, page: Page) -> World:
    chosen = file.world if isinstance(file.world, WorldChosen) else None
    way: Way
    if isinstance(file.world, str):
        named, way = file.world, ("world",)
    else:
        given = [key for key in ("preset", "file") if getattr(file.world, key) is not None]
        if len(given) != 1:
            both = Text("preset 与 file 都指定了世界", "preset and file both name a world")
            what = both if given else Text("没有指定世界", "nothing names a world")
            page.refuse(("world",), what, Text("请写 preset 或 file 之一", "say either preset or file"))
        named, way = getattr(file.world, given[0]), ("world", given[0])
    if instead is not None:
        world = load_world(instead)
    elif named in PRESETS:
        world = preset(named)
    elif found.folder is None or not named.endswith((".yaml", ".yml")):
        what = Text(f"{shown(named)} 既不是预设，也不是世界文件", f"{shown(named)} is no preset and no world file")
        page.refuse(way, what, one_of(named, PRESETS))
    else:
        path = found.folder / named
        try:
            raw = read_file(path)
        except BadInput as wrong:
            what = Text(f"{shown(named)}：{wrong.what.zh}", f"{shown(named)}: {wrong.what.en}")
            page.refuse(way, what, wrong.remedy)
        world = world_of_file(Page.of(str(path), raw))
    if chosen is not None:
        if chosen.platform is not None and instead is None:
            world = with_platform(world, chosen.platform)
        world = with_merchants(world, chosen.merchants or [], page, ("world", "merchants"))
        world = with_settings(world, chosen.settings, page, ("world", "settings"))
    if file.calendar is not None:
        calendar = calendar_of(world.calendar, file.calendar, page, ("calendar",))
        world = msgspec.structs.replace(world, calendar=calendar)
    return world


def _cardholder(said: str | Confirming) -> str:
    return said if isinstance(said, str) else f"confirms-after:{times.length(said.confirms_after)}"


def _title(file: ScenarioFile) -> Text:
    if file.title is not None:
        return file.title.text()
    cause = causes().get(file.cause or "")
    return cause.title if cause is not None else Text(file.id, file.id)


def _written_complaints(file: ScenarioFile) -> list[tuple[Way, Complaint]]:
    if file.complaint is None:
        return []
    if isinstance(file.complaint, Complaint):
        return [(("complaint",), file.complaint)]
    return [(("complaint", number), complaint) for number, complaint in enumerate(file.complaint)]


def _complaint(complaint: Complaint, sold: Orders, world: World, page: Page, path: Way) -> story.Complaint:
    bought = sold.bought.get(complaint.order)
    if bought is None:
        page.refuse((*path, "order"), no_order(complaint.order), one_of(complaint.order, sold.bought))
    at = times.resolve(times.when(complaint.at), world.calendar, bought.at)
    if at <= bought.at:
        what = Text(
            f"投诉时刻 {_said(at)} 早于消费时刻 {_said(bought.at)}",
            f"somebody complains at {_said(at)}, before the sale at {_said(bought.at)}",
        )
        page.refuse((*path, "at"), what, LATER)
    return story.Complaint(complaint.order, at)


def _refuse_second_complaints(complaints: tuple[story.Complaint, ...], page: Page) -> None:
    """``BadInput`` where an order is asked about twice: what is expected and found stands under its name, once."""
    asked: list[str] = []
    for number, complaint in enumerate(complaints):
        if complaint.order in asked:
            what = Text(
                f"订单 {shown(complaint.order)} 被投诉两次", f"somebody asks about order {shown(complaint.order)} twice"
            )
            remedy = Text("每个订单只投诉一次，或写成变体", "ask about each order once, or make a variant")
            page.refuse(("complaint", number, "order"), what, remedy)
        asked.append(complaint.order)


def _heal(file: ScenarioFile, sold: Orders, world: World, page: Page) -> story.Heal | None:
    if file.heal is None:
        return None
    at = times.resolve(times.when(file.heal.at), world.calendar, sold.first_sale)
    if at <= sold.first_sale:
        page.refuse(("heal", "at"), Text("恢复早于第一笔消费", "it heals before the first sale"), LATER)
    return story.Heal(at, times.length(file.heal.converge_within))


def _until(
    file: ScenarioFile,
    sold: Orders,
    world: World,
    complaints: tuple[story.Complaint, ...],
    heal: story.Heal | None,
    page: Page,
) -> Instant:
    calendar = world.calendar
    last_told = max(told.at for told in sold.told)
    needed = [(complaint.at, Text("投诉", "the complaint")) for complaint in complaints]
    needed.append((last_told, Text("最后一个动作", "the last act")))
    if heal is not None:
        converged = Text("heal.converge_within", "heal.converge_within")
        needed.append((heal.at + heal.converge_within_us, converged))
    if file.until is None:
        due = calendar.due(calendar.business_day(last_told)) + _AFTER_LAST_PAYOUT
        return max(due, *(at for at, _ in needed))
    until = times.resolve(times.when(file.until), calendar, sold.first_sale)
    for at, act in needed:
        if until < at:
            what = Text(
                f"场景结束于 {_said(until)}，早于{act.zh}（{_said(at)}）",
                f"the scenario ends at {_said(until)}, before {act.en} at {_said(at)}",
            )
            page.refuse(("until",), what, LATER)
    return until


def _expectations(
    file: ScenarioFile, world: World, complaints: tuple[story.Complaint, ...], sold: Orders, page: Page
) -> story.Expectations:
    asked = [complaint.order for complaint in complaints]
    for order in file.expect.complaint:
        if order not in asked:
            what = Text(f"没有人投诉订单 {shown(order)}", f"nobody complains about order {shown(order)}")
            remedy = one_of(order, asked) if asked else Text("请补上 complaint", "add complaint")
            page.refuse(("expect", "complaint", order), what, remedy)
    for order in file.expect.end:
        if order not in sold.bought:
            page.refuse(("expect", "end", order), no_order(order), one_of(order, sold.bought))
    return story.Expectations(
        complaint=tuple(_expected(order, said, world) for order, said in file.expect.complaint.items()),
        end=tuple(_expected(order, said, world) for order, said in file.expect.end.items()),
        violates=tuple(file.expect.violates),
        verdict=file.expect.verdict,
    )


def _expected(order: str, said: Expected, world: World) -> story.Expected:
    views: dict[str, str | tuple[str, ...]] = {}
    for view in _VIEWS:
        word = getattr(said, view)
        if word is not None:
            views[view] = tuple(word) if isinstance(word, list) else word
    if "platform" in views and world.platform is None:
        views["platform"] = "absent"
    return story.Expected(
        order=order,
        truth=said.truth,
        claim_open=said.claim_open,
        diagnosis=said.diagnosis,
        views=views,
        charged_peak=said.charged_peak,
        charged_net=said.charged_net,
        credited=said.credited,
    )


def _said(at: Instant) -> str:
    return stamp_text(at)[:19]
