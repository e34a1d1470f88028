"""What the verdict rests on: expectations, invariants, open items, and the history itself."""

from poslab.console.report.markup import both, safe, tag
from poslab.console.says import lasted
from poslab.console.story import Step, Story
from poslab.console.words import OWNERS
from poslab.party.time import SECOND, clock_text, day_text
from poslab.text import Text
from scenarios.stage.result import InvariantResult, OpenItem, Result

_MOST_LINES = 400
_VERDICTS = {
    "holds": Text("成立", "holds"),
    "broken": Text("被打破", "broken"),
    "no evidence": Text("无证据", "no evidence"),
}


def checks(result: Result) -> str:
    """Expectations and invariants."""
    parts = ""
    if result.expectations:
        rows = "".join(
            tag("tr", tag("td", _mark(each.met)) + tag("td", both(each.what))) for each in result.expectations
        )
        met = sum(1 for each in result.expectations if each.met)
        name = Text(f"预期：{met} / {len(result.expectations)}", f"Expectations: {met} of {len(result.expectations)}")
        parts += tag("div", tag("h3", both(name)) + _wide(rows), "")
    if result.invariants:
        rows = "".join(_check(each) for each in result.invariants)
        name = _counted(result)
        parts += tag("div", tag("h3", both(name)) + _wide(rows), "")
    if not parts:
        parts = tag("p", "–")
    return tag("div", parts, "grid2")


def open_items(result: Result) -> str:
    """What waits for somebody at the end, if anything does."""
    if not result.open_items:
        return ""
    rows = "".join(
        tag("tr", tag("td", safe(each.order)) + tag("td", tag("code", safe(each.what)))
            + tag("td", both(OWNERS.get(each.owner, Text(each.owner, each.owner))))
            + tag("td", both(each.waits_for))
            + tag("td", both(each.called or Text("", "")))
            + tag("td", _aged(each))
            + tag("td", both(_due(each.due))))
        for each in result.open_items
    )  # fmt: skip
    return tag("h3", both(Text("未结事项", "Open items"))) + tag(
        "div", tag("table", tag("tbody", rows), "stacked"), "wide", tabindex="0"
    )


def _aged(item: OpenItem) -> str:
    return "" if item.age_s is None else f"{safe(item.since)} ({both(lasted(item.age_s * SECOND))})"


def _due(day: str) -> Text:
    return Text(f"最迟 {day}", f"due {day}") if day else Text("", "")


def _counted(result: Result) -> Text:
    good = sum(1 for each in result.invariants if each.verdict == "holds")
    unseen = sum(1 for each in result.invariants if each.verdict == "no evidence")
    every = len(result.invariants)
    tail = Text(f"，{unseen} 项无证据", f", {unseen} without evidence") if unseen else Text("", "")
    return Text(f"不变量：{every} 项中 {good} 项成立{tail.zh}", f"Invariants: {good} of {every} hold{tail.en}")


def _check(check: InvariantResult) -> str:
    word = both(_VERDICTS.get(check.verdict, Text(check.verdict, check.verdict)))
    if check.verdict == "broken" and check.expected:
        word += f" {both(Text('（预期如此）', '(expected)'))}"
    breaches = "".join(tag("small", both(breach)) for breach in check.breaches[:5])
    classes = "no" if check.verdict == "broken" and not check.expected else "pale"
    if check.verdict == "holds":
        classes = ""
    return tag(
        "tr",
        tag("td", tag("code", safe(check.id)) + breaches)
        + tag("td", word, classes)
        + tag("td", str(check.evaluated), "num"),
    )


def _mark(met: bool) -> str:
    said = Text("满足", "met") if met else Text("未满足", "not met")
    return tag("span", "✓" if met else "✗", f"mark {'yes' if met else 'no'}", title=f"{said.zh} {said.en}")


def history(story: Story) -> str:
    """The lines of the history in words, the first ones where there are too many."""
    heads = (
        Text("行", "line"),
        Text("时间", "time"),
        Text("方", "party"),
        Text("得知", "was told"),
        Text("于是", "and then"),
    )
    head = "".join(tag("th", both(name), scope="col") for name in heads)
    rows = "".join(_line(story, step) for step in story.steps[:_MOST_LINES])
    more = len(story.steps) - _MOST_LINES
    count = Text(f"{len(story.steps)} 行", f"{len(story.steps)} lines")
    tail = (
        tag("p", both(Text(f"另有 {more} 行，见 history.jsonl。", f"{more} more: see history.jsonl.")), "pale")
        if more > 0
        else ""
    )
    table = tag("table", tag("thead", tag("tr", head)) + tag("tbody", rows), "steps")
    box = tag("div", table, "wide", tabindex="0")
    summary = tag("summary", both(Text("逐行查看", "Line by line")) + f" <span class='pale'>({both(count)})</span>")
    return tag("details", f"{summary}<div class='inner'>{box}{tail}</div>")


def _line(story: Story, step: Step) -> str:
    millis = step.at % SECOND // 1000
    at = f"{day_text(step.at)[5:]} {clock_text(step.at)}.{millis:03d}"
    did = "".join(tag("div", both(each)) for each in step.did)
    about = tag("small", safe(step.about)) if step.about else ""
    return tag(
        "tr",
        tag("td", str(step.n), "num") + tag("td", at, "mono when") + tag("td", both(story.name(step.party)) + about)
        + tag("td", both(step.given)) + tag("td", did),
    )  # fmt: skip


def _wide(rows: str) -> str:
    return tag("div", tag("table", tag("tbody", rows)), "wide", tabindex="0")
