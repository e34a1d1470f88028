"""Faults as written → faults as they strike: links, parties and times resolved, and nothing that could never happen."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from poslab.faults.broker import BrokerRedelivery, BrokerRestart, SessionTakeover
from poslab.faults.clocks import ClockDrift, ClockOffset
from poslab.faults.corruption import Corruption
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.facts import Fact
from poslab.faults.hold import Hold
from poslab.faults.injection import Injection, Match
from poslab.faults.letters import LetterDelay, LetterLoss
from poslab.faults.loss import Loss
from poslab.faults.overtaken import Overtaken
from poslab.faults.partition import Partition
from poslab.faults.process import Crash, Pause, Stop
from poslab.faults.stores import StoreFull, StoreLostTail, StoreOldCopy
from poslab.party.contract import Address
from poslab.party.time import Duration, Instant, stamp_text
from poslab.text import Text, Unusable
from poslab.world.world import World
from scenarios.schema import faults as written
from scenarios.schema import times
from scenarios.schema.errors import BANK, KEEP_ONE, LATER, MERCHANT, no_order, no_such, one_of, shown
from scenarios.schema.facts import given_by
from scenarios.schema.links import LINKS, LOG_WORDS, OF_NO_ORDER, PEOPLE, heard_by, stands
from scenarios.schema.page import Page, Path
from scenarios.schema.written import unusable

_WITHOUT_ORDER: Final = Text("请删去 order", "take order away")


class Bought(NamedTuple):
    """What is known of an order before anything is played: when, with which card, on which terminals it can be."""

    at: Instant
    card: str
    terminals: tuple[Address, ...]


class Setting(NamedTuple):
    """Where faults are to strike: the world, its orders by name, and the times between which it is played."""

    world: World
    orders: Mapping[str, Bought]
    first_sale: Instant
    begins: Instant
    heal: Instant | None
    until: Instant


OF_PROCESS = (
    written.Crash, written.Stop, written.Pause, written.StoreFull, written.StoreLostTail, written.StoreOldCopy,
)  # fmt: skip
OF_BROKER = (written.BrokerRestart, written.BrokerRedelivery, written.SessionTakeover)
NEEDS_END = (written.StoreOldCopy, *OF_BROKER)
NEEDS_BEGIN = (
    *OF_BROKER, written.StoreFull, written.StoreOldCopy,
    written.Stop, written.Pause, written.Fact, written.PaperOut, written.StoreFailing, written.TotalsDamaged,
    written.AnswersWith, written.RecordLost, written.JobFailed,
    written.LedgerLineLost, written.DayEnd, written.AccountFrozen, written.CreditsParked, written.BankMaintenance,
    written.MerchantReview, written.AuthorityFreeze,
    written.KeyReplaced, written.BatchMovedOn,
)  # fmt: skip


def injections(faults: list[written.AnyFault], setting: Setting, page: Page) -> tuple[Injection, ...]:
    """Every fault, in the order of the file; ``BadInput`` for one that contradicts itself, another one or the world."""
    made: list[Injection] = []
    ids: dict[str, int] = {}
    for number, fault in enumerate(faults):
        path: Path = ("faults", number)
        if fault.id in ids:
            what = Text(f"id {shown(fault.id)} 重复", f"the id {shown(fault.id)} is given twice")
            page.refuse((*path, "id"), what, Text("请给每个故障各取 id", "give each fault its own"))
        ids[fault.id] = number
        made.append(_injection(fault, setting, page, path))
    for number, fault in enumerate(faults):
        if fault.after is not None and (fault.after not in ids or fault.after == fault.id):
            others = [other for other in ids if other != fault.id]
            what = Text(f"没有其他故障叫 {shown(fault.after)}", f"there is no other fault {shown(fault.after)}")
            page.refuse(("faults", number, "after"), what, one_of(fault.after, others))
    _refuse_circles(faults, page)
    _refuse_overlaps(faults, made, setting, page)
    return tuple(made)


def _institution_of(name: Address, order: str, terminal: Address | None, rrn: str, setting: Setting) -> Address:
    """Whom the name of the world's first acquirer or issuer means, where only another one of its kind can be meant.

    The names are those of roles as well: of an order, they mean the acquirer on whose terminal it is paid and the bank
    of its card; of a terminal, its acquirer; of a reference number, the acquirer whose prefix it has.
    """
    world = setting.world
    bought = setting.orders.get(order)
    if bought is not None and name == world.issuers[0].address:
        return world.issuer_of(bought.card).address
    if name != world.acquirer.address:
        return name
    if rrn and bought is None:
        return next((each.address for each in world.acquirers if rrn.startswith(each.rrn_prefix)), name)
    terminals = (terminal,) if bought is None else bought.terminals
    theirs = [world.acquirer_of(each.mid).address for each in world.terminals if each.address in terminals]
    return theirs[0] if theirs and name not in theirs else name


def _injection(fault: written.AnyFault, setting: Setting, page: Page, path: Path) -> Injection:
    start, lasts = _when(fault, setting, page, path)
    kind = order = ""
    nth: int | None = None
    chance_ppm = 1_000_000
    if isinstance(fault, written.Selecting):
        kind, order = _match(fault, setting, page, path)
        nth = fault.nth
        chance_ppm = fault.chance_ppm or chance_ppm
    party, links = "", tuple[tuple[Address, Address], ...]()
    if isinstance(fault, written.OnLink | written.Partition):
        links = _links(fault.link, order, setting, page, (*path, "link"))
        if kind or order:
            _refuse_unheard_link(links, kind, order, setting, page, path)
    elif not isinstance(fault, OF_BROKER):
        key = "process" if isinstance(fault, OF_PROCESS) else "party"
        party = _party(fault, order, setting, page, (*path, key))
        if isinstance(fault, written.Fact | written.RecordLost | written.LedgerLineLost):
            _refuse_no_order(fault.order, setting, page, path)
        if isinstance(fault, written.Crash | written.StoreLostTail):
            if isinstance(fault, written.Crash) and fault.point == "during-recovery" and (kind or order):
                what = Text(
                    "进程恢复时收不到报文，因此不会命中",
                    "a process that comes back hears no message, so this can match nothing",
                )
                page.refuse((*path, "match"), what, Text("请删去 match 与 order", "take match and order away"))
            _refuse_unheard(party, kind, order, setting, page, path)
    on = fault.on
    return Injection(
        id=fault.id,
        fault=_fault(fault, setting.world, party, page, path),
        party=party,
        links=links,
        match=Match(kind, order),
        start=start,
        lasts=lasts,
        after=fault.after or "",
        on_word=on.word if on is not None else "",
        on_about=(on.order or "") if on is not None else "",
        nth=nth,
        chance_ppm=chance_ppm,
        optional=fault.optional,
        word=fault.fault,
    )


def _fault(fault: written.AnyFault, world: World, party: Address, page: Page, path: Path) -> Struct:
    make = _MADE.get(type(fault))
    return Fact(*given_by(fault, world, party, page, path)) if make is None else make(fault)


def _signed(said: str) -> Duration:
    by_us = times.length(said.removeprefix("-"))
    return -by_us if said.startswith("-") else by_us


_MADE: Final[Mapping[type, Callable[[Any], Struct]]] = {
    written.Loss: lambda fault: Loss(),
    written.Delay: lambda fault: Delay(times.length(fault.by)),
    written.Duplicate: lambda fault: Duplicate(times.length(fault.gap)),
    written.Overtaken: lambda fault: Overtaken(times.length(fault.wait)),
    written.Corruption: lambda fault: Corruption(),
    written.Hold: lambda fault: Hold(),
    written.Partition: lambda fault: Partition(),
    written.Crash: lambda fault: Crash(fault.point, times.length(fault.down_for)),
    written.Stop: lambda fault: Stop(),
    written.Pause: lambda fault: Pause(),
    written.StoreFull: lambda fault: StoreFull(),
    written.StoreLostTail: lambda fault: StoreLostTail(fault.records, times.length(fault.down_for)),
    written.StoreOldCopy: lambda fault: StoreOldCopy(times.length(fault.down_for)),
    written.BrokerRestart: lambda fault: BrokerRestart(fault.keeps),
    written.BrokerRedelivery: lambda fault: BrokerRedelivery(),
    written.SessionTakeover: lambda fault: SessionTakeover(fault.service),
    written.LetterLoss: lambda fault: LetterLoss(),
    written.LetterDelay: lambda fault: LetterDelay(times.length(fault.by)),
    written.ClockOffset: lambda fault: ClockOffset(_signed(fault.by)),
    written.ClockDrift: lambda fault: ClockDrift(fault.ppm),
}
"""As written → as it strikes; every other one is a fact of life."""


def _when(fault: written.AnyFault, setting: Setting, page: Page, path: Path) -> tuple[Instant | None, Duration | None]:
    begins = [key for key, said in (("at", fault.at), ("after", fault.after), ("on", fault.on)) if said is not None]
    if len(begins) > 1:
        what = Text(
            f"{begins[0]} 与 {begins[1]} 都规定了开始时间", f"{begins[0]} and {begins[1]} both say when it begins"
        )
        page.refuse((*path, begins[1]), what, KEEP_ONE)
    if not begins and isinstance(fault, NEEDS_BEGIN):
        what = Text(f"未说明 {shown(fault.id)} 何时开始", f"nothing says when {shown(fault.id)} begins")
        page.refuse(path, what, Text("请补上 at、after 或 on", "add at, after or on"))
    if isinstance(fault, OF_BROKER) and fault.at is None:
        what = Text(
            f"{shown(fault.id)} 要等世界中发生某事，而消息服务器无从得知",
            f"{shown(fault.id)} waits for something that is said in the world, and a broker hears nothing of that",
        )
        page.refuse((*path, begins[0]), what, Text("请改用 at", "say at instead"))
    if isinstance(fault, NEEDS_END) and fault.for_ is None and fault.until is None:
        what = Text(f"未说明 {shown(fault.id)} 何时结束", f"nothing says when {shown(fault.id)} ends")
        page.refuse(path, what, Text("请补上 for 或 until", "add for or until"))
    if fault.for_ is not None and fault.until is not None:
        what = Text("for 与 until 都规定了结束时间", "for and until both say when it ends")
        page.refuse((*path, "until"), what, KEEP_ONE)
    if fault.on is not None:
        _refuse_unlogged(fault.on, setting, page, (*path, "on"))
    sale_at = _sale_at(fault, setting)
    start = None
    if fault.at is not None:
        start = _instant(fault.at, sale_at, setting, page, (*path, "at"))
        if start < setting.begins:
            what = Text(f"{_said(start)} 早于世界的开始", f"{_said(start)} is before the world begins")
            page.refuse((*path, "at"), what, LATER)
        if start >= setting.until:
            what = Text(f"{_said(start)} 晚于场景的结束", f"{_said(start)} is after the scenario's end")
            remedy = Text("请改为更早的时间，或推迟 until", "say an earlier time, or move until")
            page.refuse((*path, "at"), what, remedy)
        if setting.heal is not None and start >= setting.heal:
            what = Text(f"{_said(start)} 不早于 heal.at", f"{_said(start)} is not before heal.at")
            remedy = Text("请提早开始，或推迟恢复", "let it begin earlier, or heal later")
            page.refuse((*path, "at"), what, remedy)
    if fault.until is None:
        return start, None if fault.for_ is None else times.length(fault.for_)
    if begins and start is None:
        what = Text("事先不知道它何时开始", "nobody knows beforehand when it begins")
        page.refuse((*path, "until"), what, Text("请改用 for", "say for instead"))
    end = _instant(fault.until, sale_at, setting, page, (*path, "until"))
    start = setting.begins if start is None else start
    if end <= start:
        what = Text(f"{_said(end)} 不晚于它的开始", f"{_said(end)} is not after its beginning")
        page.refuse((*path, "until"), what, LATER)
    return start, end - start


def _sale_at(fault: written.AnyFault, setting: Setting) -> Instant:
    order = None
    if isinstance(fault, written.Selecting):
        order = fault.order or (fault.match.order if fault.match is not None else None)
    bought = setting.orders.get(order or "")
    return setting.first_sale if bought is None else bought.at


def _instant(said: str, sale_at: Instant, setting: Setting, page: Page, path: Path) -> Instant:
    try:
        return times.resolve(times.when(said), setting.world.calendar, sale_at)
    except Unusable as wrong:
        page.refuse(path, unusable(said, wrong), times.WRITE_TIME)


def _said(at: Instant) -> str:
    return stamp_text(at)[:19]


def _match(fault: written.Selecting, setting: Setting, page: Page, path: Path) -> tuple[str, str]:
    match = fault.match or written.Match()
    if fault.order is not None and match.order is not None and fault.order != match.order:
        what = Text("order 与 match.order 指的不是同一订单", "order and match.order name different orders")
        page.refuse((*path, "order"), what, KEEP_ONE)
    order = fault.order or match.order or ""
    if order and order not in setting.orders:
        where = (*path, "order") if fault.order is not None else (*path, "match", "order")
        page.refuse(where, no_order(order), one_of(order, setting.orders))
    kind = match.kind or ""
    if kind in OF_NO_ORDER and order:
        what = Text(
            f"报文 {kind} 不属于任何单个订单，因此不会命中",
            f"a message {kind} is about no single order, so this can match nothing",
        )
        page.refuse((*path, "match"), what, _WITHOUT_ORDER)
    return kind, order


def _refuse_no_order(order: str | None, setting: Setting, page: Page, path: Path) -> None:
    if order is not None and order not in setting.orders:
        page.refuse((*path, "order"), no_order(order), one_of(order, setting.orders))


def _links(said: str, order: str, setting: Setting, page: Page, path: Path) -> tuple[tuple[Address, Address], ...]:
    world = setting.world
    both = "<->" in said
    ends = tuple(end.strip() for end in said.split("<->" if both else "->"))
    if len(ends) != 2 or not all(ends):
        remedy = Text("写法如 host->T1；双向写 host<->T1", "write it like host->T1, or host<->T1 for both directions")
        page.refuse(path, Text(f"{shown(said)} 不是链路", f"{shown(said)} is no link"), remedy)
    roles = world.roles()
    for end in ends:
        if end not in roles:
            page.refuse(path, _nobody(end, world), one_of(end, roles))
    one, other = (_institution_of(end, order, None, "", setting) for end in ends)
    sender, receiver = _own_hop(one, other, world), _own_hop(other, one, world)
    if not stands(world, sender, receiver) and not (both and stands(world, receiver, sender)):
        what = Text(
            f"世界 {world.name} 中 {ends[0]} 与 {ends[1]} 不直接往来",
            f"{ends[0]} does not speak to {ends[1]} in the world {world.name}",
        )
        page.refuse(path, what, _way_out(ends[0], world))
    if not both:
        return ((sender, receiver),)
    return ((sender, receiver), (receiver, sender))


def _own_hop(end: Address, other: Address, world: World) -> Address:
    """A link of a terminal with the acquirer means the terminal's own hop: to its acquirer, or the platform before it.
    """
    for terminal in world.terminals:
        if terminal.address == other and end == world.acquirer.address:
            return terminal.route
    return end


def _nobody(name: str, world: World) -> Text:
    return Text(f"世界 {world.name} 中没有 {shown(name)}", f"there is no {shown(name)} in the world {world.name}")


def _way_out(sender: Address, world: World) -> Text:
    others = [other for other in world.roles() if other != sender and stands(world, sender, other)]
    if not others:
        return Text("请换一条链路", "name another link")
    return Text(f"{sender} 的通信对方有 {'、'.join(others[:6])}", f"{sender} speaks to {', '.join(others[:6])}")


def _refuse_unheard_link(
    links: tuple[tuple[Address, Address], ...], kind: str, order: str, setting: Setting, page: Page, path: Path
) -> None:
    roles = setting.world.roles()
    said = [word for sender, receiver in links for word in LINKS.get((roles[sender], roles[receiver]), ())]
    if kind and kind not in said:
        sender, receiver = links[0]
        what = Text(
            f"{shown(kind)} 从不经过 {sender}->{receiver}，因此不会命中",
            f"{shown(kind)} never passes {sender}->{receiver}, so this can match nothing",
        )
        page.refuse((*path, "match", "kind"), what, one_of(kind, said))
    for sender, receiver in links:
        for end in (sender, receiver):
            _refuse_elsewhere(end, order, setting, page, path)


def _refuse_unheard(party: Address, kind: str, order: str, setting: Setting, page: Page, path: Path) -> None:
    heard = heard_by(setting.world.roles()[party])
    if kind and kind not in heard:
        what = Text(
            f"{party} 从不收到 {shown(kind)}，因此不会命中",
            f"{party} never hears {shown(kind)}, so this can match nothing",
        )
        page.refuse((*path, "match", "kind"), what, one_of(kind, heard))
    _refuse_elsewhere(party, order, setting, page, path)


def _refuse_elsewhere(end: Address, order: str, setting: Setting, page: Page, path: Path) -> None:
    """``BadInput`` where an order can never come by here: another terminal's, another bank's card."""
    bought = setting.orders.get(order)
    if bought is None:
        return
    role = setting.world.roles()[end]
    if role == "terminal" and end not in bought.terminals:
        what = Text(
            f"订单 {order} 不会经过 {end}，因此不会命中",
            f"order {order} never comes to {end}, so this can match nothing",
        )
        paid_on = Text(f"它在 {'、'.join(bought.terminals)} 上付款", f"it is paid on {', '.join(bought.terminals)}")
        page.refuse((*path, "match"), what, paid_on)
    if role == "issuer" and setting.world.issuer_of(bought.card).address != end:
        what = Text(
            f"订单 {order} 的卡不是 {end} 发的，因此不会命中",
            f"the card of order {order} is not of {end}, so this can match nothing",
        )
        issuer = setting.world.issuer_of(bought.card).address
        page.refuse((*path, "match"), what, Text(f"其发卡行是 {issuer}", f"its bank is {issuer}"))


def _party(fault: written.AnyFault, order: str, setting: Setting, page: Page, path: Path) -> Address:
    world = setting.world
    if isinstance(fault, written.AuthorityFreeze) and fault.rrn is not None:
        return _institution_of(world.acquirer.address, "", None, fault.rrn, setting)
    if isinstance(fault, written.BankMaintenance):
        banks = [bank.address for bank in world.banks]
        if (fault.bank is None and len(banks) > 1) or fault.bank not in (None, *banks):
            unsaid = Text("未说明是哪家收款行", "nothing says which bank")
            what = unsaid if fault.bank is None else no_such(BANK, fault.bank)
            page.refuse((*path[:-1], "bank"), what, one_of(fault.bank or "", banks))
        return world.rail.address if fault.how == "queued" else fault.bank or banks[0]
    if isinstance(fault, written.AccountFrozen | written.CreditsParked | written.AuthorityFreeze):
        merchants = {merchant.address: merchant.bank for merchant in reversed(world.merchants)}
        if fault.merchant is None and len(merchants) == 1:
            return world.merchants[0].bank
        if fault.merchant not in merchants:
            unsaid = Text("未说明是谁的账户", "nothing says whose account")
            what = unsaid if fault.merchant is None else no_such(MERCHANT, fault.merchant)
            page.refuse((*path[:-1], "merchant"), what, one_of(fault.merchant or "", merchants))
        return merchants[fault.merchant]
    assert not isinstance(fault, (written.OnLink, written.Partition, *OF_BROKER))
    name = fault.process if isinstance(fault, OF_PROCESS) else fault.party
    parties = [address for address, role in world.roles().items() if role not in PEOPLE]
    if name not in parties:
        page.refuse(path, _nobody(name, world), one_of(name, parties))
    terminal = fault.terminal if isinstance(fault, written.KeyReplaced | written.BatchMovedOn) else None
    about = order or getattr(fault, "order", None) or ""
    rrn = str(fault.with_.get("rrn", "")) if isinstance(fault, written.Fact) else ""
    return _institution_of(name, about, terminal, rrn, setting)


def _refuse_unlogged(on: written.OnWord, setting: Setting, page: Page, path: Path) -> None:
    if on.word not in LOG_WORDS:
        what = Text(
            f"没有任何一方的流水会记 {shown(on.word)}，因此不会命中",
            f"nobody ever logs {shown(on.word)}, so this can match nothing",
        )
        page.refuse((*path, "word"), what, one_of(on.word, LOG_WORDS))
    if on.order is not None and on.order not in setting.orders:
        page.refuse((*path, "order"), no_order(on.order), one_of(on.order, setting.orders))


def _refuse_circles(faults: list[written.AnyFault], page: Page) -> None:
    after = {fault.id: fault.after for fault in faults}
    for number, fault in enumerate(faults):
        steps, name = 0, fault.after
        while name is not None and steps <= len(faults):
            steps, name = steps + 1, after[name]
        if name is not None:
            what = Text(f"{fault.id} 最终在等它自己", f"{fault.id} waits, in the end, for itself")
            remedy = Text("请让其中一个按时间开始", "let one of them begin at a time")
            page.refuse(("faults", number, "after"), what, remedy)


def _refuse_overlaps(faults: list[written.AnyFault], made: list[Injection], setting: Setting, page: Page) -> None:
    """``BadInput`` for two faults that take the same process away at the same time."""
    gone: list[tuple[int, Injection, Instant, Instant]] = []
    for number, injection in enumerate(made):
        if not isinstance(faults[number], written.Stop | written.Pause) or injection.start is None:
            continue
        last = setting.heal if setting.heal is not None else setting.until
        end = last if injection.lasts is None else injection.start + injection.lasts
        for _, other, from_at, to_at in gone:
            if other.party == injection.party and injection.start < to_at and from_at < end:
                what = Text(
                    f"{other.id} 与 {injection.id} 同时使 {injection.party} 停止",
                    f"{other.id} and {injection.id} both take {injection.party} away at the same time",
                )
                remedy = Text("请让前一个结束后再开始后一个", "let one end before the other begins")
                page.refuse(("faults", number, "process"), what, remedy)
        gone.append((number, injection, injection.start, end))
