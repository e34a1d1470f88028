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
from poslab.world.world import World
from scenarios.schema import faults as written
from scenarios.schema import times
from scenarios.schema.errors import one_of, shown
from scenarios.schema.facts import given_by
from scenarios.schema.links import LINKS, LOG_WORDS, OF_NO_ORDER, PEOPLE, heard_by, stands
from scenarios.schema.page import Page, Path


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
            page.refuse((*path, "id"), f"the id {shown(fault.id)} is given twice", "give each fault its own")
        ids[fault.id] = number
        made.append(_injection(fault, setting, page, path))
    for number, fault in enumerate(faults):
        if fault.after is not None and (fault.after not in ids or fault.after == fault.id):
            others = [other for other in ids if other != fault.id]
            what = f"there is no other fault {shown(fault.after)}"
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
                what = "a process that comes back hears no message, so this can match nothing"
                page.refuse((*path, "match"), what, "take match and order away")
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
        page.refuse((*path, begins[1]), f"{begins[0]} and {begins[1]} both say when it begins", "keep one of them")
    if not begins and isinstance(fault, NEEDS_BEGIN):
        page.refuse(path, f"nothing says when {shown(fault.id)} begins", "add at, after or on")
    if isinstance(fault, OF_BROKER) and fault.at is None:
        what = f"{shown(fault.id)} waits for something that is said in the world, and a broker hears nothing of that"
        page.refuse((*path, begins[0]), what, "say at instead")
    if isinstance(fault, NEEDS_END) and fault.for_ is None and fault.until is None:
        page.refuse(path, f"nothing says when {shown(fault.id)} ends", "add for or until")
    if fault.for_ is not None and fault.until is not None:
        page.refuse((*path, "until"), "for and until both say when it ends", "keep one of them")
    if fault.on is not None:
        _refuse_unlogged(fault.on, setting, page, (*path, "on"))
    sale_at = _sale_at(fault, setting)
    start = None
    if fault.at is not None:
        start = _instant(fault.at, sale_at, setting, page, (*path, "at"))
        if start < setting.begins:
            page.refuse((*path, "at"), f"{_said(start)} is before the world begins", "say a later time")
        if start >= setting.until:
            page.refuse(
                (*path, "at"), f"{_said(start)} is after the scenario's end", "say an earlier time, or move until"
            )
        if setting.heal is not None and start >= setting.heal:
            page.refuse((*path, "at"), f"{_said(start)} is not before heal.at", "let it begin earlier, or heal later")
    if fault.until is None:
        return start, None if fault.for_ is None else times.length(fault.for_)
    if begins and start is None:
        page.refuse((*path, "until"), "nobody knows beforehand when it begins", "say for instead")
    end = _instant(fault.until, sale_at, setting, page, (*path, "until"))
    start = setting.begins if start is None else start
    if end <= start:
        page.refuse((*path, "until"), f"{_said(end)} is not after its beginning", "say a later time")
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
    except ValueError as wrong:
        page.refuse(path, f"{shown(said)} cannot be used: {wrong}", f"write a time {times.TIME_FORM}")


def _said(at: Instant) -> str:
    return stamp_text(at)[:19]


def _match(fault: written.Selecting, setting: Setting, page: Page, path: Path) -> tuple[str, str]:
    match = fault.match or written.Match()
    if fault.order is not None and match.order is not None and fault.order != match.order:
        page.refuse((*path, "order"), "order and match.order name different orders", "keep one of them")
    order = fault.order or match.order or ""
    if order and order not in setting.orders:
        where = (*path, "order") if fault.order is not None else (*path, "match", "order")
        page.refuse(where, f"there is no order {shown(order)} in the workload", one_of(order, setting.orders))
    kind = match.kind or ""
    if kind in OF_NO_ORDER and order:
        page.refuse(
            (*path, "match"), f"a message {kind} is about no single order, so this can match nothing", "take order away"
        )
    return kind, order


def _refuse_no_order(order: str | None, setting: Setting, page: Page, path: Path) -> None:
    if order is not None and order not in setting.orders:
        what = f"there is no order {shown(order)} in the workload"
        page.refuse((*path, "order"), what, one_of(order, setting.orders))


def _links(said: str, order: str, setting: Setting, page: Page, path: Path) -> tuple[tuple[Address, Address], ...]:
    world = setting.world
    both = "<->" in said
    ends = tuple(end.strip() for end in said.split("<->" if both else "->"))
    if len(ends) != 2 or not all(ends):
        page.refuse(path, f"{shown(said)} is no link", "write it like host->T1, or host<->T1 for both directions")
    roles = world.roles()
    for end in ends:
        if end not in roles:
            what = f"there is no {shown(end)} in the world {world.name}"
            page.refuse(path, what, one_of(end, roles))
    one, other = (_institution_of(end, order, None, "", setting) for end in ends)
    sender, receiver = _own_hop(one, other, world), _own_hop(other, one, world)
    if not stands(world, sender, receiver) and not (both and stands(world, receiver, sender)):
        page.refuse(path, f"{ends[0]} does not speak to {ends[1]} in the world {world.name}", _way_out(ends[0], world))
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


def _way_out(sender: Address, world: World) -> str:
    others = [other for other in world.roles() if other != sender and stands(world, sender, other)]
    return f"{sender} speaks to {', '.join(others[:6])}" if others else "name another link"


def _refuse_unheard_link(
    links: tuple[tuple[Address, Address], ...], kind: str, order: str, setting: Setting, page: Page, path: Path
) -> None:
    roles = setting.world.roles()
    said = [word for sender, receiver in links for word in LINKS.get((roles[sender], roles[receiver]), ())]
    if kind and kind not in said:
        sender, receiver = links[0]
        what = f"{shown(kind)} never passes {sender}->{receiver}, so this can match nothing"
        page.refuse((*path, "match", "kind"), what, one_of(kind, said))
    for sender, receiver in links:
        for end in (sender, receiver):
            _refuse_elsewhere(end, order, setting, page, path)


def _refuse_unheard(party: Address, kind: str, order: str, setting: Setting, page: Page, path: Path) -> None:
    heard = heard_by(setting.world.roles()[party])
    if kind and kind not in heard:
        what = f"{party} never hears {shown(kind)}, so this can match nothing"
        page.refuse((*path, "match", "kind"), what, one_of(kind, heard))
    _refuse_elsewhere(party, order, setting, page, path)


def _refuse_elsewhere(end: Address, order: str, setting: Setting, page: Page, path: Path) -> None:
    """``BadInput`` where an order can never come by here: another terminal's, another bank's card."""
    bought = setting.orders.get(order)
    if bought is None:
        return
    role = setting.world.roles()[end]
    if role == "terminal" and end not in bought.terminals:
        what = f"order {order} never comes to {end}, so this can match nothing"
        page.refuse((*path, "match"), what, f"it is paid on {', '.join(bought.terminals)}")
    if role == "issuer" and setting.world.issuer_of(bought.card).address != end:
        what = f"the card of order {order} is not of {end}, so this can match nothing"
        page.refuse((*path, "match"), what, f"its bank is {setting.world.issuer_of(bought.card).address}")


def _party(fault: written.AnyFault, order: str, setting: Setting, page: Page, path: Path) -> Address:
    world = setting.world
    if isinstance(fault, written.AuthorityFreeze) and fault.rrn is not None:
        return _institution_of(world.acquirer.address, "", None, fault.rrn, setting)
    if isinstance(fault, written.BankMaintenance):
        banks = [bank.address for bank in world.banks]
        if (fault.bank is None and len(banks) > 1) or fault.bank not in (None, *banks):
            what = "nothing says which bank" if fault.bank is None else f"there is no bank {shown(fault.bank)}"
            page.refuse((*path[:-1], "bank"), what, one_of(fault.bank or "", banks))
        return world.rail.address if fault.how == "queued" else fault.bank or banks[0]
    if isinstance(fault, written.AccountFrozen | written.CreditsParked | written.AuthorityFreeze):
        merchants = {merchant.address: merchant.bank for merchant in reversed(world.merchants)}
        if fault.merchant is None and len(merchants) == 1:
            return world.merchants[0].bank
        if fault.merchant not in merchants:
            what = (
                "nothing says whose account"
                if fault.merchant is None
                else f"there is no merchant {shown(fault.merchant)}"
            )
            page.refuse((*path[:-1], "merchant"), what, one_of(fault.merchant or "", merchants))
        return merchants[fault.merchant]
    assert not isinstance(fault, (written.OnLink, written.Partition, *OF_BROKER))
    name = fault.process if isinstance(fault, OF_PROCESS) else fault.party
    parties = [address for address, role in world.roles().items() if role not in PEOPLE]
    if name not in parties:
        page.refuse(path, f"there is no {shown(name)} in the world {world.name}", one_of(name, parties))
    terminal = fault.terminal if isinstance(fault, written.KeyReplaced | written.BatchMovedOn) else None
    about = order or getattr(fault, "order", None) or ""
    rrn = str(fault.with_.get("rrn", "")) if isinstance(fault, written.Fact) else ""
    return _institution_of(name, about, terminal, rrn, setting)


def _refuse_unlogged(on: written.OnWord, setting: Setting, page: Page, path: Path) -> None:
    if on.word not in LOG_WORDS:
        what = f"nobody ever logs {shown(on.word)}, so this can match nothing"
        page.refuse((*path, "word"), what, one_of(on.word, LOG_WORDS))
    if on.order is not None and on.order not in setting.orders:
        what = f"there is no order {shown(on.order)} in the workload"
        page.refuse((*path, "order"), what, one_of(on.order, setting.orders))


def _refuse_circles(faults: list[written.AnyFault], page: Page) -> None:
    after = {fault.id: fault.after for fault in faults}
    for number, fault in enumerate(faults):
        steps, name = 0, fault.after
        while name is not None and steps <= len(faults):
            steps, name = steps + 1, after[name]
        if name is not None:
            what = f"{fault.id} waits, in the end, for itself"
            page.refuse(("faults", number, "after"), what, "let one of them begin at a time")


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
                what = f"{other.id} and {injection.id} both take {injection.party} away at the same time"
                page.refuse(("faults", number, "process"), what, "let one end before the other begins")
        gone.append((number, injection, injection.start, end))
