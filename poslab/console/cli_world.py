"""What people say to a live world and ask it: status, pay, inject, heal, clock, diagnose."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from rich.text import Text as Rich

from poslab.console.printout import print_moment
from poslab.console.says import fault_text, place_text, way
from poslab.console.speaker import Speaker, grid, speaking
from poslab.console.whereabouts import Named, ask, way_in
from poslab.diagnosis.procedure import NotYet
from poslab.history.purchases import Purchase
from poslab.history.questions import Role
from poslab.money import written
from poslab.party.time import DAY, Instant, date_of, stamp_text
from poslab.runtime.live.broker_seat import NAME as BROKER
from poslab.runtime.live.clock import WorldClock
from poslab.text import Language, Text, Unusable
from scenarios.schema.errors import LATER, BadInput, one_of, shown
from scenarios.schema.times import WRITE_IT, no_time, resolve, when
from scenarios.stage.homes import PEOPLE
from scenarios.stage.judging import moment_of
from scenarios.stage.looking import Leader, Looker, Standing

FINE = 0
_SHOWN = 12


class There(Struct, frozen=True):
    """Which world is meant, and how it is spoken of."""

    named: Named
    language: Language
    json: bool = False


# --- status -----------------------------------------------------------------------------------------------------------


def show_status(there: There) -> int:
    """How a world stands."""

    async def look(looker: Looker) -> tuple[Standing, dict[str, tuple[str, int]]]:
        await looker.catch_up()
        standing = await looker.standing()
        return standing, {order: (looker.outcome(order).truth, looker.due.get(order, 0)) for order in standing.open}

    standing, open_ = ask(there.named, look)
    if there.json:
        _print_json({"schema": "poslab-status/1", **_as_document(standing, open_)})
    else:
        with speaking(there.language) as to:
            print_standing(to, standing, open_)
    return FINE


def _as_document(standing: Standing, open_: dict[str, tuple[str, int]]) -> dict[str, Any]:
    return {
        "world": standing.world,
        "at": stamp_text(standing.at),
        "speed": standing.speed_milli / 1_000,
        "services": [
            {
                "service": status.service,
                "lag_us": status.lag_us,
                "refused": status.refused,
                "refused_last": status.full.refused_last if status.full is not None else "",
                "waiting": status.full.waiting if status.full is not None else 0,
                "failed": status.failed,
            }
            for status in standing.services
        ],
        "parties": standing.parties,
        "closed": standing.closed,
        "faults": standing.faults,
        "purchases": standing.purchases,
        "open": [{"order": order, "truth": truth, "due": due} for order, (truth, due) in open_.items()],
        "places": standing.places,
        "lost": standing.lost,
    }


STATES: Mapping[str, Text] = {
    "waits": Text("未开始", "waits"),
    "in-force": Text("生效中", "in force"),
    "used-up": Text("已用完", "used up"),
    "over": Text("已结束", "over"),
    "up": Text("运行", "up"),
    "down": Text("停机", "down"),
    "paused": Text("停顿", "paused"),
    "closed": Text("不接受联接", "takes no connections"),
}


def print_standing(to: Speaker, standing: Standing, open_: dict[str, tuple[str, int]]) -> None:
    """A world's standing for people."""
    speed = Text(f"速度 {standing.speed_milli / 1_000:g}", f"speed {standing.speed_milli / 1_000:g}")
    to.line(Rich(standing.world, style="bold"), f" · {stamp_text(standing.at)[:19]} · ", speed)
    table = grid("name", "name", "name", "wide")
    for status in standing.services:
        parties = ", ".join(
            address
            if standing.parties.get(address) == "up"
            else f"{address} ({to.say(STATES[standing.parties[address]])})"
            for address in status.lines
        )
        lag = to.say(Text(f"滞后 {status.lag_us / 1_000:.1f} ms", f"lag {status.lag_us / 1_000:.1f} ms"))
        refused = to.say(Text(f"拒收 {status.refused}", f"refused {status.refused}"))
        table.add_row(Rich(status.service, style="bold"), lag, refused, parties)
    to.put(table)
    for link, why in standing.closed.items():
        to.item("✗", Text(f"{way(link)} 不通（{why}）", f"{way(link)}: {why}"), "red")
    to.heading(Text("故障", "Faults"))
    if not standing.faults:
        to.body(Text("没有。", "None."))
    for fault in standing.faults:
        state = STATES[fault.state]
        count = Text(
            f"{state.zh}，发生 {fault.struck} 次",
            f"{state.en}, struck {fault.struck} time{'' if fault.struck == 1 else 's'}",
        )
        style = "yellow" if fault.state == "in-force" else "dim"
        to.item("⚡", f"{fault.id} · {to.say(fault_text(fault.fault))} · {way(fault.where)} · {to.say(count)}", style)
    to.heading(Text("钱在哪里", "Where the money is"))
    for place in standing.places:
        to.item("•", f"{to.say(place_text(place.place))} {written(place.amount)}")
    done = Text(
        f"交易 {standing.purchases} 笔，未了结 {len(open_)} 笔",
        f"{standing.purchases} purchase{'' if standing.purchases == 1 else 's'}, {len(open_)} open",
    )
    to.item("•", done)
    for order, (truth, due) in list(open_.items())[-_SHOWN:]:
        to.body(f"{order} {written(due)} {truth}", "dim", indent=4)
    _print_lost(to, standing.lost)


def _print_lost(to: Speaker, lost: tuple[str, ...]) -> None:
    if lost:
        said = ", ".join(lost)
        to.body(Text(f"历史缺失：{said}。", f"Lines of the history that nobody has any more: {said}."), "yellow")


# --- people, faults, clock --------------------------------------------------------------------------------------------


class Payment(Struct, frozen=True):
    """What the options of ``pay`` say."""

    amount: str
    terminal: str | None
    card: str
    order: str | None
    entry: str | None
    pin: str


def pay(there: There, asked: Payment) -> int:
    """Let a customer come to a till; answers the order's name."""
    from scenarios.schema.live import customer_said

    async def come(looker: Looker) -> tuple[str, Instant]:
        await looker.catch_up()
        now = looker.clock.now()
        order = asked.order or _fresh_order(looker, now)
        if order in looker.due:
            what = Text(f"已有订单 {shown(order)}", f"there is an order {shown(order)} already")
            raise BadInput("pay", 0, "--order", what, Text("请另取名字", "give it another name"))
        terminal = asked.terminal or looker.world.terminals[0].address
        bought = customer_said(order, terminal, asked.amount, asked.card, asked.entry, asked.pin, looker.world, now)
        await looker.tell(PEOPLE, bought.cashier, bought.given)
        return order, now

    order, at = ask(there.named, come)
    if there.json:
        _print_json({"order": order, "at": stamp_text(at)})
    else:
        sys.stdout.write(f"{order}\n")
    return FINE


def _fresh_order(looker: Looker, now: Instant) -> str:
    name = f"p{stamp_text(now)[5:19]}".replace("-", "").replace(":", "").replace(" ", "-")
    number, order = 1, name
    while order in looker.due:
        number += 1
        order = f"{name}-{number}"
    return order


def inject(there: There, fault: str, seed: str) -> int:
    """Let something go wrong; answers the fault's id."""
    from scenarios.schema.live import injection_said

    async def wrong(looker: Looker) -> str:
        standing = await looker.standing()
        known = {each.id: each for each in standing.faults}
        injection = injection_said(fault, looker.world, standing.at, known)
        if injection.fault.handle == BROKER and BROKER not in looker.spoken_to and not injection.fault.at_ends:
            what = Text(
                f"世界 {looker.called} 的消息服务器不归我们，不能重启",
                f"the broker of the world {looker.called} is not ours to restart",
            )
            remedy = Text(
                "不加 --mqtt 启动的世界有自己的消息服务器", "a world that was brought up without --mqtt has one that is"
            )
            raise BadInput("inject", 0, "fault", what, remedy)
        await looker.inject(injection, seed)
        return injection.id

    name = ask(there.named, wrong)
    if there.json:
        _print_json({"fault": name})
    else:
        sys.stdout.write(f"{name}\n")
    return FINE


def heal(there: There, name: str | None) -> int:
    """End a fault, or all of them; answers which."""
    from scenarios.schema.live import fault_named

    async def end(looker: Looker) -> list[str]:
        known = {fault.id: fault for fault in (await looker.standing()).faults}
        if name is not None:
            fault_named(name, known)
            await looker.everybody("end", word=name)
            return [name]
        await looker.everybody("heal")
        return [fault.id for fault in known.values() if fault.state != "over"]

    ended = ask(there.named, end)
    if there.json:
        _print_json({"healed": ended})
    else:
        sys.stdout.writelines(f"{each}\n" for each in ended)
    return FINE


def set_clock(there: There, speed: int | None, to: str | None) -> int:
    """Let the world run at another speed, or lead it to a later instant; answers what its clock then shows."""

    async def go(looker: Looker) -> Instant:
        now = looker.clock.now()
        if to is not None:
            until = _later(to, looker, now)
            _, bus, spoken_to = way_in(there.named)
            leader = Leader(bus("lead"), looker.called, spoken_to, WorldClock(), 60_000)
            try:
                await leader.lead(until, 0 if speed is None else speed * 1_000)
            finally:
                await leader.close()
            await asyncio.sleep(0.02)
        elif speed is not None:
            await looker.set_tempo(now, speed * 1_000)
        return looker.clock.now()

    at = ask(there.named, go)
    if there.json:
        _print_json({"at": stamp_text(at)})
    else:
        sys.stdout.write(f"{stamp_text(at)[:19]}\n")
    return FINE


def _later(to: str, looker: Looker, now: Instant) -> Instant:
    today = msgspec.structs.replace(looker.world.calendar, first_day=date_of(now))
    try:
        until = resolve(when(to), today, now)
    except Unusable as wrong:
        raise BadInput("clock", 0, "--to", no_time(to, wrong), WRITE_IT) from None
    if until <= now:
        wanted, there = stamp_text(until)[:19], stamp_text(now)[:19]
        what = Text(f"{wanted} 已过：那里现在是 {there}", f"{wanted} is over: it is {there} there")
        raise BadInput("clock", 0, "--to", what, LATER)
    if until > now + 366 * DAY:
        what = Text(f"{shown(to)} 在一年之后", f"{shown(to)} is more than a year ahead")
        raise BadInput("clock", 0, "--to", what, Text("请改为更早的时间", "say an earlier time"))
    return until


# --- diagnosis --------------------------------------------------------------------------------------------------------


def diagnose(there: There, order: str, role: Role) -> int:
    """The four answers about an order of a live world, from what its services said."""

    async def look(looker: Looker) -> Any:
        await looker.catch_up()
        if order not in looker.purchases.purchases and order not in looker.due:
            known = list(looker.due)
            nobody = Text("poslab pay 让一位顾客来付款", "poslab pay lets a customer come")
            what = Text(f"那里没有订单 {shown(order)}", f"nobody there knows an order {shown(order)}")
            raise BadInput("diagnose", 0, "--order", what, one_of(order, known[-_SHOWN:]) if known else nobody)
        looker.purchases.purchases.setdefault(order, Purchase(order))
        try:
            _, moment, _ = moment_of(looker.purchases, looker.evidence, order, looker.clock.now(), role)
        except NotYet:
            what = Text(f"{role} 所知的还不足以区分原因", f"what a {role} knows cannot be told apart yet")
            raise BadInput("diagnose", 0, "--role", what, Text("请用 --role all", "use --role all")) from None
        return moment, looker.due.get(order), tuple(map(str, looker.gathered.lost))

    moment, due_fen, lost = ask(there.named, look)
    if there.json:
        document = {"schema": "poslab-diagnosis/1", "order": order, "role": role, "due": due_fen, "lost": lost}
        hidden = () if role == "all" else ("truth", "views", "places", "charged_peak", "charged_net", "credited")
        found = {key: value for key, value in msgspec.to_builtins(moment).items() if key not in hidden}
        _print_json({**document, **found})
        return FINE
    with speaking(there.language) as to:
        print_moment(to, order, due_fen, moment, whole=role == "all")
        _print_lost(to, lost)
    return FINE


def _print_json(value: Any) -> None:
    sys.stdout.write((msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n").decode())
