"""The world of a scenario: a preset or a file, and what the scenario changes in it."""

from datetime import date
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType
from pydantic import BaseModel

from poslab.money import fen
from poslab.party.contract import Address
from poslab.text import Text
from poslab.world.accounts import Account
from poslab.world.calendar import EARLY, Calendar
from poslab.world.cards import CARDS
from poslab.world.presets import PRESETS
from poslab.world.world import (
    COUNTER,
    ELECTRONIC,
    AccountBank,
    Acquirer,
    FurtherAcquirer,
    Issuer,
    Merchant,
    Network,
    Platform,
    Provider,
    Rail,
    Terminal,
    World,
)
from scenarios.schema import times
from scenarios.schema.errors import BANK, MERCHANT, TERMINAL, USE_LEDGER, no_such, one_of, shown
from scenarios.schema.markets import SATURDAY, market_days
from scenarios.schema.page import Page, Path
from scenarios.schema.world_file import (
    ACCOUNT_NO,
    ACQUIRER_NO,
    MERCHANT_NO,
    PREFIX,
    TERMINAL_NO,
    CalendarWritten,
    FurtherAcquirerWritten,
    MerchantWritten,
    Settings,
    TerminalSettings,
    WorldFile,
)
from scenarios.schema.written import WrittenText, no_test_card

Made = TypeVar("Made", bound=Struct)

_ADDRESS = Text("地址", "address")
_ACQUIRER = Text("收单机构", "acquirer")
_CLOCKS = ("cut_off", "clearing_at", "file_at", "settlement_at", "payout_at")


def world_of_file(page: Page) -> World:
    """The world that a world file describes; ``BadInput`` where it cannot exist."""
    file = page.model(WorldFile)
    acquirer = altered(Acquirer(), file.acquirer)
    platform = None
    if file.platform is not None:
        platform = altered(Platform(onward=acquirer.address), file.platform)
    network = altered(Network(acquirer=acquirer.address), file.network)
    rail = altered(Rail(), file.rail)
    cards = tuple(CARDS) if file.cards is None else tuple(file.cards)
    for number, card in enumerate(cards):
        if card not in CARDS:
            page.refuse(("cards", number), no_test_card(card), one_of(card, CARDS))
    issuers = tuple(altered(Issuer(cards=cards), issuer) for issuer in file.issuers or ()) or (Issuer(cards=cards),)
    route = platform.address if platform is not None and platform.has_gateway else acquirer.address
    others = tuple(_further(said, network, rail) for said in file.other_acquirers or ())
    merchants = tuple(map(_merchant, file.merchants))
    further = [other.address for other in others]
    theirs = {merchant.mid: merchant.acquirer for merchant in merchants if merchant.acquirer in further}
    terminals = tuple(
        _terminal(
            Terminal(
                address=terminal.address, tid=terminal.tid, mid=terminal.mid, route=theirs.get(terminal.mid) or route
            ),
            terminal,
        )
        for terminal in file.terminals
    )
    world = World(
        name=file.name,
        merchants=merchants,
        terminals=terminals,
        acquirer=msgspec.structs.replace(acquirer, switch=network.address, rail=rail.address),
        platform=platform,
        network=msgspec.structs.replace(network, rail=rail.address),
        issuers=issuers,
        banks=tuple(altered(AccountBank(), bank) for bank in file.banks or ()) or (AccountBank(),),
        rail=rail,
        provider=altered(Provider(), file.provider),
        calendar=calendar_of(Calendar(), file.calendar, page, ("calendar",)),
        cards={card: CARDS[card] for card in cards},
        other_acquirers=others or UNSET,
    )
    _refuse_impossible(world, page)
    return altered(world, file.distances)


def _further(said: FurtherAcquirerWritten, network: Network, rail: Rail) -> FurtherAcquirer:
    acquirer = altered(FurtherAcquirer(address=said.address), said)
    return msgspec.structs.replace(acquirer, switch=network.address, rail=rail.address)


def preset(name: str) -> World:
    """A preset by its name; ``KeyError`` if there is none."""
    return PRESETS[name]()


def with_platform(world: World, role: str) -> World:
    """The same world with a platform that is ``gateway``, ``ledger`` or ``both``, or with ``none``.

    It stands before the first acquirer: another one's terminals dial that one themselves.
    """
    if role == ("none" if world.platform is None else world.platform.role):
        return world
    platform = None if role == "none" else Platform(onward=world.acquirer.address, role=role)
    route = platform.address if platform is not None and platform.has_gateway else world.acquirer.address
    theirs = {acquirer.address for acquirer in world.other_acquirers or ()}
    terminals = tuple(
        terminal if terminal.route in theirs else msgspec.structs.replace(terminal, route=route)
        for terminal in world.terminals
    )
    return msgspec.structs.replace(world, platform=platform, terminals=terminals)


def with_merchants(world: World, more: list[MerchantWritten], page: Page, path: Path) -> World:
    """The same world with more merchants; ``BadInput`` where one has a name, number or account of another one."""
    if not more:
        return world
    merchants = (*world.merchants, *map(_merchant, more))
    changed = msgspec.structs.replace(world, merchants=merchants)
    for kind, key in ((_ADDRESS, "address"), (MERCHANT_NO, "mid"), (ACCOUNT_NO, "account_no")):
        before = len(world.merchants)
        all_of_them = _shops(changed) if key == "address" else list(enumerate(merchants))
        named = [((*path, n - before, key), getattr(merchant, key)) for n, merchant in all_of_them]
        _refuse_twice(named, kind, page)
    addresses = [acquirer.address for acquirer in world.acquirers]
    roles = world.roles()
    for number, merchant in enumerate(more):
        if merchant.bank not in [bank.address for bank in world.banks]:
            banks = [bank.address for bank in world.banks]
            page.refuse((*path, number, "bank"), no_such(BANK, merchant.bank), one_of(merchant.bank, banks))
        if merchant.acquirer is not None and merchant.acquirer not in addresses:
            what = no_such(_ACQUIRER, merchant.acquirer)
            page.refuse((*path, number, "acquirer"), what, one_of(merchant.acquirer, addresses))
        if roles.get(merchant.address or "merchant", "merchant") != "merchant":
            what = _taken(merchant.address or "")
            page.refuse((*path, number, "address"), what, Text("请给商户另取名字", "give the merchant another name"))
    return changed


def _merchant(said: MerchantWritten) -> Merchant:
    merchant = Merchant(
        mid=said.mid,
        name=said.name.text(),
        mcc=said.mcc,
        bank=said.bank,
        account_no=said.account_no,
        account_name=said.account_name,
        acquirer=UNSET if said.acquirer is None else said.acquirer,
    )
    return altered(merchant, said)


def _terminal(terminal: Terminal, said: TerminalSettings) -> Terminal:
    terminal = altered(terminal, said)
    if said.bound_to is None or said.bound_to == terminal.mid:
        return terminal
    return msgspec.structs.replace(terminal, mid=said.bound_to, shop=terminal.owner)


def with_settings(world: World, settings: Settings, page: Page, path: Path) -> World:
    """The same world with a scenario's settings; ``BadInput`` where they name somebody who does not exist."""
    for group, called, known in (
        ("terminal", TERMINAL, [terminal.address for terminal in world.terminals]),
        ("merchant", MERCHANT, [merchant.address for merchant in world.merchants]),
        ("issuer", Text("发卡行", "issuer"), [issuer.address for issuer in world.issuers]),
        ("bank", BANK, [bank.address for bank in world.banks]),
        (
            "other_acquirer",
            Text("收单机构", "other_acquirer"),
            [acquirer.address for acquirer in world.other_acquirers or ()],
        ),
    ):
        for name in getattr(settings, group):
            if name not in known:
                page.refuse((*path, group, name), no_such(called, name, world.name), one_of(name, known))
    if world.platform is None and settings.platform.model_fields_set:
        what = Text(f"世界 {world.name} 没有支付平台", f"the world {world.name} has no platform")
        remedy = Text("请写 platform: gateway，或删去", "say platform: gateway, or take it away")
        page.refuse((*path, "platform"), what, remedy)
    changed = msgspec.structs.replace(
        world,
        terminals=tuple(
            _terminal(terminal, settings.terminal[terminal.address])
            if terminal.address in settings.terminal
            else terminal
            for terminal in world.terminals
        ),
        merchants=tuple(
            altered(merchant, settings.merchant[merchant.address])
            if merchant.address in settings.merchant
            else merchant
            for merchant in world.merchants
        ),
        issuers=tuple(
            altered(issuer, settings.issuer[issuer.address]) if issuer.address in settings.issuer else issuer
            for issuer in world.issuers
        ),
        banks=tuple(
            altered(bank, settings.bank[bank.address]) if bank.address in settings.bank else bank
            for bank in world.banks
        ),
        calendar=calendar_of(world.calendar, settings.calendar, page, (*path, "calendar")),
        acquirer=altered(world.acquirer, settings.acquirer),
        other_acquirers=tuple(
            altered(acquirer, settings.other_acquirer[acquirer.address])
            if acquirer.address in settings.other_acquirer
            else acquirer
            for acquirer in world.other_acquirers or ()
        )
        or UNSET,
        platform=None if world.platform is None else altered(world.platform, settings.platform),
        network=altered(world.network, settings.network),
        rail=altered(world.rail, settings.rail),
    )
    _refuse_no_ledger(changed, settings, page, (*path, "platform"))
    for merchant in changed.merchants:
        _refuse_early(merchant, changed, page, (*path, "merchant", merchant.address, "product"))
    for terminal in changed.terminals:
        _refuse_slip(terminal, page, (*path, "terminal", terminal.address, "slip"))
        if terminal.shop:
            _refuse_unbound(terminal, changed, page, (*path, "terminal", terminal.address, "bound_to"))
    return altered(changed, settings.distances)


def calendar_of(calendar: Calendar, said: CalendarWritten, page: Page, path: Path) -> Calendar:
    """The calendar with what a file says; ``BadInput`` if its first day is no working day."""
    values: dict[str, Any] = {}
    if said.first_day is not None:
        values["first_day"] = times.day(said.first_day)
    holidays, worked = _days_of(said, values.get("first_day", calendar.first_day), page, path)
    if holidays is not None:
        values["holidays"] = holidays
    if worked is not None:
        values["working_weekends"] = worked
    for name in _CLOCKS:
        clock = getattr(said, name)
        if clock is not None:
            values[name] = times.time_of_day(clock)
    changed = msgspec.structs.replace(calendar, **values)
    if not changed.is_working(changed.first_day):
        first, working = changed.first_day.isoformat(), changed.next_working(changed.first_day).isoformat()
        what = Text(f"首日 {first} 是周末或节假日", f"the first day {first} is a weekend or a holiday")
        page.refuse((*path, "first_day"), what, Text(f"可写 {working}", f"say {working}"))
    if changed.clearing_at < changed.cut_off:
        what = Text("清算跑批早于日切", "the clearing runs before the cut-off")
        page.refuse((*path, "clearing_at"), what, Text("请安排在日切之后", "let it run after the cut-off"))
    if changed.payout_at < changed.settlement_at:
        what = Text("出款早于资金清算", "the payout runs before the settlement")
        page.refuse((*path, "payout_at"), what, Text("请安排在资金清算之后", "let it run after the settlement"))
    return changed


def _days_of(
    said: CalendarWritten, first_day: date, page: Page, path: Path
) -> tuple[tuple[date, ...] | None, tuple[date, ...] | None]:
    """Holidays and working weekends, sorted; ``None`` where nothing is said of them."""
    holidays = None if said.holidays is None else {times.day(day) for day in said.holidays}
    worked = None if said.working_weekends is None else {times.day(day) for day in said.working_weekends}
    if said.market is not None:
        kept = market_days(said.market, first_day.year)
        if kept is None:
            what = Text(
                f"没有 {shown(said.market)} 的法定节假日资料（且周末须为周六、周日）",
                f"no public holidays are known of {shown(said.market)} with its weekends on Saturday and Sunday",
            )
            remedy = Text("请换一个国家，如 CN，或列出节假日", "name another country, such as CN, or list the holidays")
            page.refuse((*path, "market"), what, remedy)
        holidays = (holidays or set()) | (kept.holidays - (worked or set()))
        worked = {day for day in worked or set() if day.weekday() >= SATURDAY} | kept.working_weekends
        worked -= holidays if said.holidays is None else {times.day(day) for day in said.holidays}
    return (
        None if holidays is None else tuple(sorted(holidays)),
        None if worked is None else tuple(sorted(worked)),
    )


def altered(made: Made, said: BaseModel) -> Made:
    """``made`` with every field that was said; written lengths become ``_us``, amounts ``_fen``, hours ``_at``."""
    fields = type(made).__struct_fields__
    values: dict[str, Any] = {}
    for name in said.model_fields_set:
        value = getattr(said, name)
        if value is None and f"{name}_fen" not in fields:
            continue
        if f"{name}_us" in fields:
            values[f"{name}_us"] = times.length(value)
        elif f"{name}_fen" in fields:
            values[f"{name}_fen"] = None if value is None else fen(value)
        elif f"{name}_at" in fields:
            values[f"{name}_at"] = times.time_of_day(value)
        elif isinstance(value, WrittenText):
            values[name] = value.text()
        elif name == "accounts":
            values[name] = tuple(altered(Account(each.account_no, each.owner), each) for each in value)
        elif isinstance(value, BaseModel):
            values[name] = altered(getattr(made, name), value)
        elif name in fields:
            values[name] = tuple(value) if isinstance(value, list) else value
    return msgspec.structs.replace(made, **values)


def _refuse_impossible(world: World, page: Page) -> None:
    """``BadInput`` for two that share a name, and for everything that points at nobody."""
    numbers = {merchant.mid for merchant in world.merchants}
    banks = {bank.address for bank in world.banks}
    addresses = [
        *((("terminals", i, "address"), terminal.address) for i, terminal in enumerate(world.terminals)),
        *((("merchants", i, "address"), merchant.address) for i, merchant in _shops(world)),
        *((("issuers", i, "address"), issuer.address) for i, issuer in enumerate(world.issuers)),
        *((("banks", i, "address"), bank.address) for i, bank in enumerate(world.banks)),
        (("acquirer", "address"), world.acquirer.address),
        *((("other_acquirers", i, "address"), other.address) for i, other in enumerate(world.other_acquirers or ())),
        (("network", "address"), world.network.address),
        (("rail", "address"), world.rail.address),
        *([] if world.platform is None else [(("platform", "address"), world.platform.address)]),
    ]
    _refuse_twice(addresses, _ADDRESS, page)
    _refuse_twice([(("terminals", i, "tid"), t.tid) for i, t in enumerate(world.terminals)], TERMINAL_NO, page)
    _refuse_twice([(("merchants", i, "mid"), m.mid) for i, m in enumerate(world.merchants)], MERCHANT_NO, page)
    taken = {address for _, address in addresses} | {"cardholder"}
    _refuse_acquirers(world, page)
    for i, merchant in enumerate(world.merchants):
        _refuse_early(merchant, world, page, ("merchants", i, "product"))
        if merchant.bank not in banks:
            page.refuse(("merchants", i, "bank"), no_such(BANK, merchant.bank), one_of(merchant.bank, banks))
    for i, terminal in enumerate(world.terminals):
        _refuse_slip(terminal, page, ("terminals", i, "slip"))
        if terminal.shop:
            _refuse_unbound(terminal, world, page, ("terminals", i, "bound_to"))
        if terminal.owner not in numbers:
            remedy = Text("请写上面某个商户的商户号", "name the number of a merchant above")
            page.refuse(("terminals", i, "mid"), Text("没有商户使用此商户号", "no merchant has this number"), remedy)
        dialled = _dialled(world, terminal)
        if terminal.route not in dialled:
            what = Text(f"终端不能拨号至 {shown(terminal.route)}", f"a terminal cannot dial {shown(terminal.route)}")
            page.refuse(("terminals", i, "route"), what, one_of(terminal.route, dialled))
        if terminal.cashier in taken:
            remedy = Text("请给收银员另取名字", "give the cashier another name")
            page.refuse(("terminals", i, "cashier"), _taken(terminal.cashier), remedy)
    issued: list[tuple[Path, str]] = []
    for i, issuer in enumerate(world.issuers):
        for n, card in enumerate(issuer.cards):
            if card not in world.cards:
                what = Text(f"此处没有卡 {shown(card)}", f"{shown(card)} is no card here")
                page.refuse(("issuers", i, "cards", n), what, one_of(card, world.cards))
            issued.append((("issuers", i, "cards", n), card))
    _refuse_twice(issued, Text("卡", "card"), page)


def _refuse_early(merchant: Merchant, world: World, page: Page, path: Path) -> None:
    """``BadInput`` for an acquirer that advances sales to a merchant whom a platform pays.

    The acquirer's contract is with the platform there: it owes the merchant nothing that it could pay early, and the
    platform's ledger knows a sale when its file comes, at night.
    """
    if merchant.product not in EARLY or world.platform is None or not world.platform.keeps_ledger:
        return
    if world.acquirer_of(merchant.mid).address == world.platform.onward:
        what = Text(
            f"{merchant.address} 的余额由支付平台记账，收单机构不会当日出款",
            f"the acquirer pays nobody on the same day where a platform keeps {merchant.address}'s wallet",
        )
        remedy = Text(
            "请写 T+1 或 D+1，或换用支付平台不记账的世界",
            "say T+1 or D+1, or play it in a world whose platform keeps no ledger",
        )
        page.refuse(path, what, remedy)


def _refuse_no_ledger(world: World, settings: Settings, page: Page, path: Path) -> None:
    """``BadInput`` for withdrawals from wallets that nobody keeps."""
    if settings.platform.withdrawal is not None and world.platform is not None and not world.platform.keeps_ledger:
        platform = world.platform.address
        what = Text(f"{platform} 不记账，无从提现", f"{platform} keeps no ledger, so nothing is withdrawn from it")
        page.refuse((*path, "withdrawal"), what, USE_LEDGER)


def _shops(world: World) -> list[tuple[int, Merchant]]:
    """Merchants with their numbers, without those that are a shop's further contract with another acquirer."""
    acquirers: dict[Address, list[Address | UnsetType]] = {}
    found = []
    for number, merchant in enumerate(world.merchants):
        known = acquirers.setdefault(merchant.address, [])
        if not known or merchant.acquirer in known:
            found.append((number, merchant))
        known.append(merchant.acquirer)
    return found


def _dialled(world: World, terminal: Terminal) -> list[Address]:
    """Where a terminal may dial: the acquirer of its merchant's number, or the platform before that."""
    acquirer = world.acquirer_of(terminal.mid).address
    platform = world.platform
    if platform is not None and platform.has_gateway and platform.onward == acquirer:
        return [platform.address, acquirer]
    return [acquirer]


def _refuse_acquirers(world: World, page: Page) -> None:
    """``BadInput`` for a contract with nobody, and for acquirers that the network could not tell apart."""
    addresses = [acquirer.address for acquirer in world.acquirers]
    for i, merchant in enumerate(world.merchants):
        if merchant.acquirer and merchant.acquirer not in addresses:
            what = no_such(_ACQUIRER, merchant.acquirer)
            page.refuse(("merchants", i, "acquirer"), what, one_of(merchant.acquirer, addresses))
    for key, kind in (("rrn_prefix", PREFIX), ("acquirer_id", ACQUIRER_NO)):
        named: list[tuple[Path, str]] = [(("acquirer", key), getattr(world.acquirer, key))]
        named += [(("other_acquirers", i, key), getattr(one, key)) for i, one in enumerate(world.other_acquirers or ())]
        _refuse_twice(named, kind, page)


def _refuse_unbound(terminal: Terminal, world: World, page: Page, path: Path) -> None:
    """``BadInput`` for a terminal that is bound to nobody."""
    numbers = [merchant.mid for merchant in world.merchants]
    if terminal.mid not in numbers:
        what = Text(f"没有商户使用商户号 {shown(terminal.mid)}", f"no merchant has the number {shown(terminal.mid)}")
        page.refuse(path, what, one_of(terminal.mid, numbers))
    if terminal.shop in numbers and world.acquirer_of(terminal.mid) is not world.acquirer_of(terminal.shop):
        what = Text(
            f"商户号 {shown(terminal.mid)} 与 {terminal.address} 不属同一收单机构",
            f"the number {shown(terminal.mid)} is of another acquirer than {terminal.address}",
        )
        remedy = Text("请写与同一收单机构签约的商户", "name a merchant who has a contract with the same acquirer")
        page.refuse(path, what, remedy)


def _refuse_slip(terminal: Terminal, page: Page, path: Path) -> None:
    """``BadInput`` for slips on a screen that nobody can sign."""
    if terminal.kind == COUNTER and terminal.slip == ELECTRONIC:
        what = Text(
            f"{terminal.address} 是台式终端，屏幕上不能签名",
            f"{terminal.address} is a counter terminal, and nobody can sign on its screen",
        )
        remedy = Text(
            "请删去 slip，或写 kind: e-signature、kind: smart",
            "take slip away, or say kind: e-signature or kind: smart",
        )
        page.refuse(path, what, remedy)


def _taken(name: str) -> Text:
    return Text(f"名字 {shown(name)} 已被占用", f"the name {shown(name)} is somebody else's")


def _refuse_twice(named: list[tuple[Any, str]], kind: Text, page: Page) -> None:
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            what = Text(f"{kind.zh} {shown(name)} 重复", f"the {kind.en} {shown(name)} is given twice")
            page.refuse(path, what, Text("请使其各不相同", "give each its own"))
        seen.add(name)
