"""Many days and many purchases at a glance: money at risk over time, and every purchase that was not credited."""

from collections.abc import Sequence

from poslab.console.overview import NO_TROUBLE, Uncredited, several_days, uncredited
from poslab.console.report.evidence import open_items
from poslab.console.report.markup import both, safe, svg_text, tag
from poslab.console.report.tones import tone
from poslab.console.story import PurchaseStory, Story
from poslab.console.words import VIEW_NAMES
from poslab.diagnosis.catalogue import causes
from poslab.history.words import say, say_truth
from poslab.money import written
from poslab.text import Text
from scenarios.stage.result import Day, Result

_LEFT, _TOP, _WIDTH, _HIGH, _BELOW = 86, 26, 1120, 190, 34
_MOST_ROWS = 200
_AT_RISK = Text(
    "有风险：已扣款，但逾期未到账、退回途中、在他人账户、多扣一次，或已入账而账户不能用",
    "at risk: charged, and overdue, going back, with a stranger, charged once too often, or credited and not for use",
)
_LABELS = 16
"""So many days at most have their date written below them."""


def overview(story: Story) -> str:
    """The drawing and the list; ``""`` for a run of few days and one purchase, which is told at length below."""
    result = story.result
    drawn = _drawing(result.days) if several_days(result) else ""
    if len(result.purchases) < 2:
        return drawn
    told = tuple(purchase.result.order for purchase in story.purchases)
    return drawn + _list(result, uncredited(result, told)) + _asked(story.purchases) + open_items(result)


def _drawing(days: Sequence[Day]) -> str:
    most = max((day.at_risk + day.on_its_way for day in days), default=0) or 1
    step = (_WIDTH - _LEFT - 10) / len(days)
    bars = ""
    every = -(-len(days) // _LABELS)
    for number, day in enumerate(days):
        x, wide = round(_LEFT + number * step), max(2, round(step * 0.72))
        risk, way = (round(part * _HIGH / most) for part in (day.at_risk, day.on_its_way))
        risk = max(risk, 2) if day.at_risk else 0
        orders = ", ".join(day.orders_at_risk[:5]) + (" …" if len(day.orders_at_risk) > 5 else "")
        told = f"{day.day} · 有风险 at risk {written(day.at_risk)}{f' ({orders})' if orders else ''} · "
        told += f"在途 on its way {written(day.on_its_way)} · 已到账（含手续费） arrived, fees included {written(day.arrived)}"
        base = _TOP + _HIGH
        boxes = _bar(x, base - way, wide, way, "bar-wait") + _bar(x, base - way - risk, wide, risk, "bar-bad")
        bars += f"<g><title>{safe(told)}</title>{_bar(x, _TOP, wide, _HIGH, 'hover')}{boxes}</g>"
        if number % every == 0:
            bars += svg_text(x + wide // 2, base + 18, Text(day.day[5:], day.day[5:]), "tiny dim", "middle")
    for part in (0, most // 2, most):
        y = _TOP + _HIGH - round(part * _HIGH / most)
        bars += f'<path class="tick" d="M{_LEFT - 4} {y}H{_WIDTH}"/>'
        bars += svg_text(_LEFT - 10, y + 4, Text(written(part), written(part)), "tiny dim", "end")
    svg = (
        f'<svg viewBox="0 0 {_WIDTH} {_TOP + _HIGH + _BELOW}" style="width:100%;min-width:640px" role="img" '
        f'aria-label="每日中午的资金风险 Money at risk, each day at noon">{bars}</svg>'
    )
    legend = "".join(
        tag("li", f'<i class="{word}"></i>{both(said)}')
        for word, said in (
            ("atrisk", _AT_RISK),
            ("coming", Text("在途：未到结算日", "on its way: not due yet")),
        )
    )
    note = Text("每天中午，出款之后；单位为元。", "Each day at noon, after its payouts; in yuan.")
    box = tag("div", tag("div", svg, "drawing"), "wide", tabindex="0")
    return box + tag("ul", f"{legend}{tag('li', both(note))}", "legend")


def _bar(x: int, y: int, wide: int, high: int, classes: str) -> str:
    return f'<rect class="{classes}" x="{x}" y="{y}" width="{wide}" height="{high}"/>' if high else ""


def _list(result: Result, found: Sequence[Uncredited]) -> str:
    every, not_ = len(result.purchases), len(found)
    good = every - not_
    said = Text(
        f"共 {every} 笔：{good} 笔已到账且可用，{not_} 笔没有，各有原因：",
        f"{every} purchases: {good} were credited, once and for use; {not_} were not, and this is why:",
    )
    if not found:
        return tag("p", both(Text(f"共 {every} 笔，全部到账。", f"{every} purchases, all of them credited.")))
    heads = (
        Text("订单", "order"), Text("金额", "amount"), Text("真相", "truth"), VIEW_NAMES["merchant"],
        Text("原因", "cause"),
    )  # fmt: skip
    head = tag("thead", tag("tr", "".join(tag("th", both(name), scope="col") for name in heads)))
    rows = "".join(_row(each) for each in found[:_MOST_ROWS])
    listed = tag("p", both(said)) + tag("div", tag("table", head + tag("tbody", rows), "stacked"), "wide", tabindex="0")
    more = len(found) - _MOST_ROWS
    return listed + (tag("p", both(Text(f"另有 {more} 笔。", f"{more} more.")), "pale") if more > 0 else "")


def _asked(purchases: Sequence[PurchaseStory]) -> str:
    """Links to all that are told at length, with what each was found to be when somebody asked."""
    links = ""
    for number, purchase in enumerate(purchases, start=1):
        asked = purchase.result.at_complaint
        found = asked.diagnosis if asked is not None else None
        why = NO_TROUBLE if found is None or found.cause not in causes() else causes()[found.cause].title
        link = tag("a", safe(purchase.result.order), href=f"#answers-{number}")
        day = tag("small", safe(asked.at[5:16])) if asked is not None else ""
        links += tag("li", f"{link} {written(purchase.result.due)} · {both(why)} {day}")
    name = Text("下面逐笔讲述：", "Told one by one below:")
    return tag("h3", both(name)) + tag("ol", links, "told")


def _row(each: Uncredited) -> str:
    purchase, end = each.purchase, each.purchase.end
    name = f'<a href="#answers-{each.number}">{safe(purchase.order)}</a>' if each.number else safe(purchase.order)
    truth = tag("span", f"{safe(end.truth)} · {both(say_truth(end.truth, end.claim_open))}", f"word {tone(end.truth)}")
    why = tag("b", both(each.title)) + tag("small", both(end.why or Text("", "")))
    return tag(
        "tr",
        tag("td", name)
        + tag("td", written(purchase.due), "num")
        + tag("td", truth)
        + tag("td", both(say("merchant", end.views.merchant)))
        + tag("td", why),
    )
