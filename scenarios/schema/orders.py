"""Who comes to the till when, and what a script has the cashier do: the orders of a scenario."""

from typing import Final, NamedTuple

from poslab.messages.card import QR, REFUND, SALE, VOIDS
from poslab.messages.people import Prompted
from poslab.money import fen
from poslab.party.contract import Address
from poslab.party.time import DAY, Duration, Instant, midnight, stamp_text
from poslab.text import Text, Unusable
from poslab.world.world import World
from scenarios.schema import times
from scenarios.schema.errors import LATER, TERMINAL, no_such, one_of, shown
from scenarios.schema.injections import Bought
from scenarios.schema.page import Page, Path
from scenarios.schema.scenario_file import Sale, Script, Scripted, Step
from scenarios.schema.story import Purchase, Told
from scenarios.schema.written import unusable

_OF_AN_ORDER = (
    "sale", "offline-sale", "preauth", "complete", "complete-by-notice", "tip", "adjust", *VOIDS, "refund", "query",
    "reprint", "cancel", "pull-card", "keep-slip",
)  # fmt: skip
_NEW = ("sale", "offline-sale", "preauth")
"""Acts that may begin an order."""


class Orders(NamedTuple):
    """Every purchase, everything that people are told, and what faults may know of each order."""

    purchases: tuple[Purchase, ...]
    told: tuple[Told, ...]
    bought: dict[str, Bought]
    first_sale: Instant


def orders(workload: list[Sale], cashier: str | Scripted, world: World, page: Page) -> Orders:
    """The orders of a workload and a script; ``BadInput`` for a terminal, card or time that cannot be."""
    begins = midnight(world.calendar.first_day)
    purchases: dict[str, Purchase] = {}
    first_sale: Instant | None = None
    for number, sale in enumerate(workload):
        path: Path = ("workload", number)
        at = _instant(sale.at, world, first_sale, page, (*path, "at"))
        if at < begins:
            first = world.calendar.first_day.isoformat()
            what = Text(
                f"{stamp_text(at)[:19]} 早于世界的首日 {first}",
                f"{stamp_text(at)[:19]} is before the world's first day, {first}",
            )
            remedy = Text(
                "请改为更晚的时间，或提前 calendar.first_day", "say a later time, or an earlier calendar.first_day"
            )
            page.refuse((*path, "at"), what, remedy)
        first_sale = at if first_sale is None else min(first_sale, at)
        for order, comes_at in _series(sale, at, page, path):
            if order in purchases:
                what = Text(f"订单 {shown(order)} 重复", f"the order {shown(order)} is given twice")
                remedy = Text(
                    "请给每笔应付款各取订单名；再刷一次请写进 script",
                    "give each purchase its own; a second swipe belongs into a script",
                )
                page.refuse((*path, "order"), what, remedy)
            purchases[order] = _purchase(order, comes_at, sale, world, page, path)
    assert first_sale is not None
    told = [Told(purchase.at, purchase.cashier, purchase.given) for purchase in purchases.values()]
    terminals = {order: [purchase.terminal] for order, purchase in purchases.items()}
    script = cashier.script if isinstance(cashier, Scripted) else None
    if script is not None:
        told += _steps(script, world, first_sale, purchases, terminals, page)
    base = script.base if script is not None else cashier
    if base == "impatient":  # swipes again wherever there is a terminal
        everywhere = [terminal.address for terminal in world.terminals]
        terminals = dict.fromkeys(terminals, everywhere)
    told.sort(key=lambda entry: entry.at)
    bought = {
        order: Bought(purchase.at, purchase.card, tuple(dict.fromkeys(terminals[order])))
        for order, purchase in purchases.items()
    }
    return Orders(tuple(purchases.values()), tuple(told), bought, first_sale)


def with_settlements(sold: Orders, at: Duration, world: World, begins: Instant, until: Instant) -> tuple[Told, ...]:
    """What people are told, and every day at this time the settlement of each terminal that somebody pays at."""
    paid_at = dict.fromkeys(purchase.terminal for purchase in sold.purchases)
    told = list(sold.told)
    day = begins
    while day + at < until:
        told += [
            Told(day + at, world.terminal(terminal).cashier, Prompted("", "settle", terminal)) for terminal in paid_at
        ]
        day += DAY
    return tuple(sorted(told, key=lambda entry: entry.at))


def _series(sale: Sale, at: Instant, page: Page, path: Path) -> list[tuple[str, Instant]]:
    if sale.every is None and sale.count is None:
        return [(sale.order, at)]
    if sale.every is None or sale.count is None:
        missing = "every" if sale.every is None else "count"
        what = Text("系列须同时有 every 与 count", "a series needs every and count")
        page.refuse((*path, missing), what, _add(missing))
    every = times.length(sale.every)
    if every == 0 and sale.count > 1:
        what = Text("终端不能在同一时刻服务两位顾客", "a terminal cannot serve two at the same instant")
        page.refuse((*path, "every"), what, Text("请写大于零的时长", "say a length above zero"))
    if every * sale.count > 366 * DAY:
        what = Text("系列长于一年", "the series lasts longer than a year")
        page.refuse((*path, "count"), what, Text("请缩短", "make it shorter"))
    return [(f"{sale.order}-{number + 1}", at + number * every) for number in range(sale.count)]


def _purchase(order: str, at: Instant, sale: Sale, world: World, page: Page, path: Path) -> Purchase:
    cashier = _cashier(sale.terminal, world, page, (*path, "terminal"))
    _refuse_card(sale.card, world, page, (*path, "card"))
    _refuse_entry(sale, world, page, path)
    keyed_fen = 0 if sale.keyed is None else fen(sale.keyed)
    if keyed_fen and (sale.entry, sale.pin, sale.what) != ("chip", "right", "sale"):
        what = Text(
            "输错金额只用于芯片卡、密码正确的消费",
            "a wrong amount is played with a sale, a chip card and the right PIN",
        )
        page.refuse((*path, "keyed"), what, Text("请删去 entry、pin 与 what", "leave out entry, pin and what"))
    return Purchase(
        order, at, sale.terminal, cashier, fen(sale.amount), sale.card, sale.entry, sale.pin, sale.what, keyed_fen
    )


_BY_CODE: Final = Text(
    "扫码付款只能是普通消费：不能离线存储，也不能作预授权",
    "a payment by code is a plain sale: it cannot be stored offline, nor be a pre-authorisation",
)


def _add(key: str) -> Text:
    return Text(f"请补上 {key}", f"add {key}")


def _cashier(terminal: str, world: World, page: Page, path: Path) -> Address:
    known = {one.address: one.cashier for one in world.terminals}
    if terminal not in known:
        page.refuse(path, no_such(TERMINAL, terminal, world.name), one_of(terminal, known))
    return known[terminal]


def _refuse_card(card: str, world: World, page: Page, path: Path) -> None:
    issued = [ref for issuer in world.issuers for ref in issuer.cards]
    if card not in world.cards or card not in issued:
        what = Text(
            f"世界 {world.name} 中没有发卡行发过 {shown(card)}",
            f"no bank of the world {world.name} issued {shown(card)}",
        )
        page.refuse(path, what, one_of(card, issued))


def _refuse_entry(sale: Sale, world: World, page: Page, path: Path) -> None:
    """``BadInput`` for a code that is no code, a card that is one, and a terminal that reads none."""
    is_code = world.cards[sale.card].is_code
    if sale.entry == QR and not is_code:
        codes = [ref for ref, card in world.cards.items() if card.is_code]
        what = Text(f"{shown(sale.card)} 是卡，不是付款码", f"{shown(sale.card)} is a card and no payment code")
        page.refuse((*path, "card"), what, one_of(sale.card, codes))
    if is_code and sale.entry != QR:
        what = Text(f"{shown(sale.card)} 是付款码，不是卡", f"{shown(sale.card)} is a payment code and no card")
        page.refuse((*path, "entry"), what, Text("请写 entry: qr", "say entry: qr"))
    if is_code and sale.what != SALE:
        page.refuse((*path, "what"), _BY_CODE, Text("请删去 what，或用卡", "take what away, or use a card"))
    if is_code and sale.pin != "right":
        what = Text("扫码付款在手机上确认，没有密码", "a payment by code is confirmed on the phone and has no PIN")
        page.refuse((*path, "pin"), what, Text("请删去 pin", "take pin away"))
    if is_code:
        _refuse_unread(sale.terminal, world, page, (*path, "terminal"))


def _refuse_unread(terminal: Address, world: World, page: Page, path: Path) -> None:
    """``BadInput`` for a QR sale on a terminal that reads no codes."""
    device = world.terminal(terminal)
    if not device.reads_codes:
        what = Text(
            f"{terminal} 是 {device.kind} 型终端，不能读付款码",
            f"{terminal} is a terminal of kind {device.kind} and reads no payment codes",
        )
        smart = [other.address for other in world.terminals if other.reads_codes]
        kind = f"world.settings.terminal.{terminal}.kind: smart"
        remedy = Text(f"请写 {kind}", f"say {kind}")
        if smart:
            remedy = Text(f"请用 {'、'.join(smart)}，或写 {kind}", f"use {', '.join(smart)}, or say {kind}")
        page.refuse(path, what, remedy)


def _steps(
    script: Script,
    world: World,
    first_sale: Instant,
    purchases: dict[str, Purchase],
    terminals: dict[str, list[Address]],
    page: Page,
) -> list[Told]:
    told = []
    for number, step in enumerate(script.steps):
        path: Path = ("people", "cashier", "script", "steps", number)
        known = purchases.get(step.order or "")
        at = _instant(step.at, world, first_sale if known is None else known.at, page, (*path, "at"))
        if step.order is None and step.do in _OF_AN_ORDER:
            what = Text(f"未说明这个 {step.do} 属于哪个订单", f"nothing says of which order this {step.do} is")
            page.refuse((*path, "order"), what, _add("order"))
        if step.order is not None and known is None:
            known = _bought_by_script(step, at, world, purchases, page, path)
            purchases[known.order] = known
            terminals[known.order] = []
        if known is not None and at < known.at:
            what = Text(
                f"早于订单 {known.order} 到收银台的时间", f"this is before order {known.order} comes to the till"
            )
            page.refuse((*path, "at"), what, LATER)
        terminal = step.terminal or (known.terminal if known is not None else None)
        if terminal is None:
            what = Text("未说明在哪台终端", "nothing says on which terminal")
            page.refuse((*path, "terminal"), what, _add("terminal"))
        cashier = _cashier(terminal, world, page, (*path, "terminal"))
        card = step.card or (known.card if known is not None else "")
        if step.do == "balance" and not card:
            remedy = Text("请补上 card，或用该卡的订单", "add card, or the order whose card it is")
            page.refuse((*path, "card"), Text("余额查询须有卡", "a balance inquiry needs a card"), remedy)
        if card:
            _refuse_card(card, world, page, (*path, "card"))
        if step.do == "sale" and card and world.cards[card].is_code:
            _refuse_unread(terminal, world, page, (*path, "terminal"))
        amount_fen = fen(step.amount) if step.amount else (known.amount_fen if known is not None else 0)
        if known is not None:
            terminals[known.order].append(terminal)
        about = known.order if known is not None else ""
        if step.do == REFUND and known is not None:  # it is keyed in from the slip
            told.append(Told(known.at, cashier, Prompted(about, "keep-slip", terminal)))
        told.append(Told(at, cashier, Prompted(about, step.do, terminal, amount_fen, card, step.voucher or "")))
    return told


def _bought_by_script(
    step: Step, at: Instant, world: World, purchases: dict[str, Purchase], page: Page, path: Path
) -> Purchase:
    order = step.order or ""
    if step.do not in _NEW:
        what = Text(f"在此之前没有订单 {shown(order)}", f"there is no order {shown(order)} before this")
        page.refuse((*path, "order"), what, one_of(order, purchases))
    for key, said in (("terminal", step.terminal), ("amount", step.amount), ("card", step.card)):
        if said is None:
            what = Text(
                f"订单 {shown(order)} 在此首次出现，缺少 {key}",
                f"the order {shown(order)} is new here and its {key} is missing",
            )
            page.refuse((*path, key), what, _add(key))
    assert step.terminal is not None
    assert step.amount is not None
    assert step.card is not None
    cashier = _cashier(step.terminal, world, page, (*path, "terminal"))
    entry = QR if step.card in world.cards and world.cards[step.card].is_code else "chip"
    return Purchase(order, at, step.terminal, cashier, fen(step.amount), step.card, entry, what=step.do)


def _instant(said: str, world: World, sale_at: Instant | None, page: Page, path: Path) -> Instant:
    try:
        return times.resolve(times.when(said), world.calendar, sale_at)
    except Unusable as wrong:
        remedy = Text('时间写法如 "10:15:30"', 'write a time like "10:15:30"')
        page.refuse(path, unusable(said, wrong), remedy)
