"""Reconciliation: the roll-forward of open items day by day, and each item with its sides, age, owner and due date."""

from poslab.console.reconciled import PROVIDER, SIDES, day_of, name_of, nothing_differs
from poslab.console.report.markup import both, safe, tag
from poslab.console.story import Story
from poslab.console.words import OWNERS
from poslab.history.breaks import KINDS, LISTS, SEEN_AS
from poslab.history.differences import Difference
from poslab.history.roll_forward import Day, OpenItem, open_items
from poslab.money import written
from poslab.text import Text

_MOST = 60
_DAY = Text("日终", "end of day")
_ROLLED = (
    Text("日初未结", "before"),
    Text("新发现", "found"),
    Text("已消除", "cleared"),
    Text("日终未结", "open"),
    Text("待次日", "waiting"),
)
_HEADS = (
    Text("差异", "break"),
    Text("两方", "both sides"),
    Text("账龄", "age"),
    Text("负责", "owner"),
    Text("期限", "due"),
    Text("处理", "cure"),
)


def reconciliation(story: Story) -> str:
    """What the four records of the run's sales say of each other, or that there were no days."""
    if not story.days:
        return tag("p", "–")
    last = story.days[-1]
    items = open_items(last.matched, story.world.calendar)
    heads = "".join(tag("th", both(name), "num", scope="col") for name in (*_named_lists(), *_ROLLED))
    head = tag("th", both(_DAY), scope="col") + heads
    parts = _table(head, "".join(_day(day) for day in story.days[-_MOST:]))
    if not items:
        return parts + tag("p", both(nothing_differs(last.matched, last.unpaid)))
    head = "".join(tag("th", both(name), scope="col") for name in _HEADS)
    parts += tag("h3", both(Text(f"未结差异 {len(items)} 项", f"Open breaks: {len(items)}")))
    parts += _table(head, "".join(_item(item) for item in items[:_MOST]))
    if len(items) > _MOST:
        more = len(items) - _MOST
        parts += tag("p", both(Text(f"另有 {more} 项。", f"{more} more.")), "pale")
    return parts


def _named_lists() -> list[Text]:
    return [Text(f"{name} {text.zh}", f"{name} {text.en}") for name, text in LISTS.items()]


def _day(day: Day) -> str:
    cells = tag("td", day_of(day.date), "mono when")
    for name in LISTS:
        count, sum_fen = day.records[name], day.sums_fen[name]
        cells += tag("td", f"{count} · {written(sum_fen)}" if count else "–", "num")
    rolled = (day.before, f"+{len(day.found)}", f"−{len(day.cleared)}", day.after, len(day.matched.waiting))
    return tag("tr", cells + "".join(tag("td", safe(number), "num") for number in rolled))


def _item(item: OpenItem) -> str:
    found, kind = item.found, KINDS[item.found.why]
    age = Text(f"{item.age_days} 天", f"{item.age_days} {'day' if item.age_days == 1 else 'days'}")
    late = f" {both(Text('已过期', 'overdue'))}" if item.overdue else ""
    return tag(
        "tr",
        tag("td", both(kind.called) + tag("small", f"{safe(name_of(found))} · {written(found.amount_fen)}"))
        + tag("td", _side(found, 0) + _side(found, 1))
        + tag("td", f"{both(age)} <span class='pale'>[{safe(item.bucket)}]</span>")
        + tag("td", both(OWNERS.get(item.owner, PROVIDER)))
        + tag("td", f"{day_of(item.due)}{late}", "no" if item.overdue else "")
        + tag("td", both(kind.cure)),
    )


def _side(found: Difference, side: int) -> str:
    of = found.sides[side]
    amount = Text("无记录", "no record") if of.amount_fen is None else Text(*2 * (written(of.amount_fen),))
    return tag("div", f"{both(SIDES[of.of])} {both(amount)}: {both(SEEN_AS[found.seen_by(side)])}")


def _table(head: str, rows: str) -> str:
    return tag("div", tag("table", tag("thead", tag("tr", head)) + tag("tbody", rows)), "wide", tabindex="0")
