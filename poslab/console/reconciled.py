"""Tells a reconciliation: totals, breaks with both their sides, what still waits, and how old the open items are."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text as Rich

from poslab.console.speaker import Speaker, beside, grid
from poslab.console.words import OWNERS
from poslab.history.breaks import KINDS, LISTS, SEEN_AS
from poslab.history.differences import Difference, Matched
from poslab.history.fee_rates import DayRate, Rise
from poslab.history.roll_forward import Day, OpenItem, ages
from poslab.history.settlement_detail import Unpaid
from poslab.history.words import VIEWS, is_word, say
from poslab.messages.files.settlement import HELD
from poslab.money import written
from poslab.text import Text
from poslab.world.calendar import day_word

SIDES: Mapping[str, Text] = {
    **LISTS,
    "owed": Text("应付一次", "owed once"),
    "contract": Text("合同", "contract"),
    "payout": Text("出款", "payout"),
}
PROVIDER = Text("服务商", "POS service provider")
PRODUCTS: Mapping[str, Text] = {"debit": Text("借记卡", "debit cards"), "credit": Text("贷记卡", "credit cards")}

_CONVENTION = Text(
    "长款：对方的记录或现金多于本方账；短款：少于本方账。",
    "long: the other side's records or cash are more than this side's; short: less.",
)
_ERRORS_SHOWN = 20
_NO_RECORD = Text("无记录", "no record")
_UNREAD = Text("不可读", "unreadable")
_CAUSE = Text("常见原因：", "usually: ")
_CURE = Text("处理：", "cure: ")


def tell_days(to: Speaker, days: Sequence[Day]) -> None:
    """The roll-forward of open items, a line a day; three where the lines are too short for all of it."""
    first, last = day_of(days[0].date), day_of(days[-1].date)
    to.heading(Text(f"逐日滚动 {first} – {last}", f"Day by day, {first} – {last}"))
    heads = ["", *LISTS, *(to.say(text) for text in _ROLLED)]
    rows = [_rolled(day) for day in days]
    widths = [max(cell_len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    if sum(widths) + _BETWEEN * (len(widths) - 1) > to.width - _BETWEEN:
        for row in rows:
            told = [f"{head} {cell}" for head, cell in zip(heads, row, strict=True)]
            for mark, two in ((row[0], told[1:3]), ("", told[3:5]), ("", told[5:])):
                to.item(mark, "  ".join(two), room=len(row[0]))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_edge=False)
    for head, width in zip(heads, widths, strict=True):
        table.add_column(head, no_wrap=True, min_width=width, justify="left" if not head else "right")
    for row in rows:
        table.add_row(*row)
    to.put(table)


def _rolled(day: Day) -> list[str]:
    counts = [_counted(day.records[name], day.sums_fen[name]) for name in LISTS]
    rolled = f"{day.before} +{len(day.found)} −{len(day.cleared)} = {day.after}"
    return [day_of(day.date)[5:], *counts, rolled, str(len(day.matched.waiting))]


_BETWEEN = 2
"""Blanks between two columns, and before the first."""
_ROLLED = (Text("未结：日初＋新−消", "open, found, cleared"), Text("待次日", "waiting"))


def _counted(count: int, sum_fen: int) -> str:
    return f"{count} · {written(sum_fen)}" if count else "–"


def tell_matched(to: Speaker, matched: Matched, unreadable: Mapping[str, int] | None = None) -> None:
    """Batches by count and sum, then how the records of each list came out."""
    if matched.batches:
        to.heading(Text("批次：笔数与金额", "Batches: count and sum"))
        for batch in matched.batches:
            equal = Text("对账平", "equal") if batch.equal else Text("对账不平", "unequal")
            slips = f"W {_counted(batch.slips, batch.slips_fen)}"
            ledger = f"X {_counted(batch.ledger, batch.ledger_fen)}"
            to.item("✓" if batch.equal else "✗", f"{batch.batch}  {slips}  {ledger}  {to.say(equal)}")
    to.heading(Text(f"截至 {day_of(matched.today)} 的记录", f"Records up to {day_of(matched.today)}"))
    table = beside(*(to.say(text) for text in _TALLIED))
    for name, tally in matched.tallies.items():
        bad = (unreadable or {}).get(name, 0)
        counts = (tally.lines + bad, tally.matched, tally.broken, tally.waiting, tally.other, bad)
        row = [str(count) if count else "–" for count in counts]
        table.add_row(f"{name} {to.say(LISTS[name])}", *row, written(tally.sum_fen))
    to.put(table)


_TALLIED = (
    Text("记录", "records"),
    Text("相符", "matched"),
    Text("差异", "broken"),
    Text("待次日", "waiting"),
    Text("无关", "other"),
    Text("不可读", "unreadable"),
    Text("金额", "sum"),
)


def tell_unreadable(to: Speaker, errors: Sequence[Text]) -> None:
    """What could not be read of the files, each with its line."""
    if not errors:
        return
    to.heading(Text(f"文件中的错误 {len(errors)} 处", f"Errors in the files: {len(errors)}"))
    for error in errors[:_ERRORS_SHOWN]:
        to.item("✗", error, "red")
    if len(errors) > _ERRORS_SHOWN:
        left = len(errors) - _ERRORS_SHOWN
        to.body(Text(f"另有 {left} 处，见 --json", f"and {left} more: see --json"))


_AGREE = Text("各方记录一致。", "The lists agree.")
_UNPAID = Text("各方记录一致，但到期的款项没有全部出款。", "The lists agree, but not all that is due is paid.")
_SO_FAR = Text(
    "目前没有差异，但有记录在等次日。", "Nothing differs so far, but there are records that wait for the next day."
)
_UNCLEAR = Text("能读到的部分没有差异。", "Nothing differs in what can be read.")


def nothing_differs(matched: Matched, unpaid: Sequence[Unpaid] = ()) -> Text:
    """What is said where no break is open: that all agrees, or why that cannot be said yet."""
    return _UNCLEAR if matched.unjudged else _SO_FAR if matched.waiting else _UNPAID if unpaid else _AGREE


def tell_breaks(to: Speaker, items: Sequence[OpenItem], matched: Matched, unpaid: Sequence[Unpaid] = ()) -> None:
    """Each open item: what, both sides, how old, whose, until when."""
    to.heading(Text(f"差异 {len(items)} 项", f"Breaks: {len(items)}"))
    if not items:
        to.body(nothing_differs(matched, unpaid))
    for item in items:
        _item(to, item)
    if items:
        to.body(_CONVENTION, "dim")
        to.heading(Text("账龄", "Ages"))
        table = beside(*ages(items))
        found = ages(items).values()
        table.add_row(to.say(Text("项", "items")), *(str(count) if count else "–" for count, _ in found))
        table.add_row(to.say(Text("金额", "at stake")), *(written(fen) if fen else "–" for _, fen in found))
        to.put(table)


def _item(to: Speaker, item: OpenItem) -> None:
    found, kind = item.found, KINDS[item.found.why]
    title = f"{to.say(kind.called)} · {name_of(found)} · {written(found.amount_fen)}"
    to.item("✗", title, "bold red")
    table = grid("dim", "wide")
    for side, label in ((0, "①"), (1, "②")):
        seen = SEEN_AS[found.seen_by(side)]
        table.add_row(label, f"{_side(to, found, side)}{to.say(Text('：', ': '))}{_both(to, seen)}")
    note = _note(to, found)
    if note:
        table.add_row("", note)
    age = Text(f"账龄 {item.age_days} 天", f"{item.age_days} {'day' if item.age_days == 1 else 'days'} old")
    until = Text(f"{day_of(item.due)} 前", f"due {day_of(item.due)}")
    late = Text("，已过期", ", overdue") if item.overdue else Text("", "")
    owner = OWNERS.get(item.owner, PROVIDER)
    line = f"{to.say(age)} [{item.bucket}] · {to.say(owner)} · {to.say(until)}{to.say(late)}"
    table.add_row("", Rich(line, style="yellow" if item.overdue else ""))
    table.add_row("", f"{to.say(_CAUSE)}{to.say(kind.cause)}")
    table.add_row("", f"{to.say(_CURE)}{to.say(kind.cure)}")
    to.put(table, 4)


def _both(to: Speaker, seen: Text) -> str:
    """Long and short in both languages, the one that is spoken first."""
    here = to.say(seen)
    return f"{here} {seen.en if here == seen.zh else seen.zh}"


def _side(to: Speaker, found: Difference, side: int) -> str:
    of = found.sides[side]
    amount = to.say(_UNREAD) if of.unread else to.say(_NO_RECORD) if of.amount_fen is None else written(of.amount_fen)
    where = f" ({of.where})" if of.where else ""
    mark = f"{of.of} " if of.of in LISTS else ""
    return f"{mark}{to.say(SIDES[of.of])} {amount}{where}"


def _note(to: Speaker, found: Difference) -> str:
    if not found.note:
        return ""
    if found.note == "returned":
        return to.say(Text("出款状态：退汇", "payout: returned"))
    if (is_word("payout", found.note) and found.note in VIEWS["payout"]) or found.note.startswith("returned:"):
        return f"{to.say(Text('出款状态：', 'payout: '))}{to.say(say('payout', found.note))}"
    return found.note


def name_of(found: Difference) -> str:
    """How people find it again: its name, its RRN beside it, the till's order."""
    names = [found.name]
    if found.rrn and found.rrn != found.name:
        names.append(f"RRN {found.rrn}")
    if found.order:
        names.append(found.order)
    return " · ".join(names)


HELD_BY = "acquirer"
"""Who keeps a sale back, and has to say why."""
_HELD = Text("延迟结算", "held")


def tell_unpaid(to: Speaker, unpaid: Sequence[Unpaid]) -> None:
    """Sales on which all lists agree, and whose money should have left for the merchant."""
    if not unpaid:
        return
    total = written(sum(it.amount_fen for it in unpaid))
    title = Text(f"相符，到期，未出款 {len(unpaid)} 笔：{total}", f"Matched, due, not paid: {len(unpaid)} · {total}")
    to.heading(title)
    for it in unpaid:
        row, due = it.row, it.due.isoformat()
        names = " · ".join(name for name in (row.key, f"RRN {row.rrn}" if row.rrn else "") if name)
        line = Text(f"应于 {due} 出款", f"due {due}")
        held = f"{to.say(_HELD)} · {to.say(OWNERS[HELD_BY])} · " if it.held else ""
        to.item("…", f"{names} · {written(it.amount_fen)} · {held}{to.say(line)}", "yellow")


def tell_waiting(to: Speaker, waiting: Sequence[Difference]) -> None:
    """What was found once, and waits for the other list's next day."""
    if not waiting:
        return
    to.heading(Text(f"在途池 {len(waiting)} 项：等次日", f"In-transit pool: {len(waiting)} wait for the next day"))
    for found in waiting:
        to.item("…", f"{to.say(KINDS[found.why].called)} · {name_of(found)} · {written(found.amount_fen)}")


def tell_unjudged(to: Speaker, unjudged: Sequence[Difference]) -> None:
    """What cannot be said, as one side cannot be read: no break, and nothing to be done but to ask for the file."""
    if not unjudged:
        return
    title = Text(f"无法判断 {len(unjudged)} 项：请重新取得文件", f"Not judged: {len(unjudged)}; ask for the file again")
    to.heading(title)
    for found in unjudged:
        sides = "; ".join(_side(to, found, side) for side in (0, 1))
        to.item("?", f"{name_of(found)} · {sides}", "yellow")


def tell_rates(to: Speaker, rates: Sequence[DayRate], rises: Sequence[Rise]) -> None:
    """Whether anybody is charged more than agreed, and since when."""
    if not rates:
        return
    to.heading(Text("费率", "Fee rates"))
    for rise in rises:
        product = PRODUCTS.get(rise.product, Text(rise.product, rise.product))
        before, after, extra = percent(rise.from_ppm), percent(rise.to_ppm), written(rise.extra_fen)
        day = day_of(rise.since)
        said = Text(
            f"{rise.mid} {product.zh}：{day} 起由 {before} 升至约 {after}，多收 {extra}",
            f"{rise.mid} {product.en}: up from {before} to about {after} since {day}, {extra} too much so far",
        )
        to.item("✗", said, "red")
    if not rises:
        agreed = rates[0].contract_ppm is not None
        text = Text("与合同一致。", "As agreed by contract.") if agreed else Text("没有上升。", "None has risen.")
        to.body(text)


def percent(ppm: int) -> str:
    """``6000`` as ``"0.60%"``."""
    hundredths = (ppm + 50) // 100
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def day_of(word: str) -> str:
    """``"20260105"`` as ``"2026-01-05"``; a word that is no date as it is."""
    return f"{word[:4]}-{word[4:6]}-{word[6:]}" if len(word) == 8 and word.isdecimal() else word


# --- the document


def item_document(item: OpenItem) -> dict[str, Any]:
    """An open item as ``--json`` prints it."""
    kind = KINDS[item.found.why]
    return {
        **difference_document(item.found),
        "age_days": item.age_days,
        "bucket": item.bucket,
        "owner": item.owner,
        "due": item.due,
        "overdue": item.overdue,
        "cause": kind.cause,
        "cure": kind.cure,
        "waits_for": kind.waits_for,
    }


def unpaid_document(unpaid: Unpaid) -> dict[str, Any]:
    """A sale that is due and not paid as ``--json`` prints it."""
    row = unpaid.row
    return {
        "name": row.key,
        "rrn": row.rrn,
        "mid": row.mid,
        "amount_fen": row.gross_fen,
        "net_fen": None if row.kind == HELD else row.net_fen,
        "held": unpaid.held,
        "owner": HELD_BY if unpaid.held else None,
        "due": day_word(unpaid.due),
    }


def difference_document(found: Difference) -> dict[str, Any]:
    """A difference as ``--json`` prints it."""
    return {
        "break": found.why,
        "called": KINDS[found.why].called,
        "name": found.name,
        "rrn": found.rrn,
        "mid": found.mid,
        "order": found.order,
        "note": found.note,
        "since": found.since,
        "amount_fen": found.amount_fen,
        "sides": [
            {
                "list": side.of,
                "amount_fen": side.amount_fen,
                "where": side.where,
                "unread": side.unread,
                "sees": found.seen_by(at),
            }
            for at, side in enumerate(found.sides)
        ],
    }
