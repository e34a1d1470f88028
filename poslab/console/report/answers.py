"""The head of the page, the four answers, and what everybody saw."""

from poslab.console.moments import moments
from poslab.console.report.markup import both, safe, tag
from poslab.console.report.tones import BAD, GOOD, NONE, WAIT, tone
from poslab.console.says import fact_text, lasted, place_text
from poslab.console.story import PurchaseStory, Story
from poslab.console.words import AT_COMPLAINT, AT_END, CONFIDENCE, POSSIBLE, VERDICTS, VIEW_NAMES, WITH_CARDHOLDER
from poslab.history.words import say, say_truth
from poslab.money import written
from poslab.party.time import SECOND, clock_text, day_text
from poslab.text import Text
from scenarios.stage.result import Moment, Step

_VERDICT_TONES = {"pass": GOOD, "manual": WAIT, "unknown": WAIT}


def header(story: Story) -> str:
    """Verdict, title, what is taught, and how to repeat the run."""
    result = story.result
    name = f"{result.scenario}/{result.variant}" if result.variant else result.scenario
    pill = tag(
        "span",
        f"{safe(result.verdict)} · {both(VERDICTS[result.verdict])}",
        f"pill {_VERDICT_TONES.get(result.verdict, BAD)}",
    )
    facts = [
        (Text("世界", "world"), safe(result.world)),
        (Text("种子", "seed"), safe(result.seed)),
        (Text("模拟时长", "simulated"), both(lasted(result.simulated_s * SECOND))),
        (Text("历史", "history"), f"{result.history_lines} · {result.history_sha256[:12]}…"),
    ]
    meta = "".join(tag("li", f"{both(label)} <b>{value}</b>") for label, value in facts)
    copy = tag("button", both(Text("复制", "Copy")), type="button", data_copy=result.reproduce)
    reason = tag("p", both(result.reason), "reason") if result.verdict != "pass" else ""
    return tag(
        "div",
        f"{pill}<span class='id'>{safe(name)}</span>"
        + tag("h1", both(result.title))
        + (tag("p", both(result.teaches), "teaches") if result.teaches.en else "")
        + reason
        + tag("ul", meta, "meta")
        + tag("div", f"{tag('code', safe(result.reproduce))}{copy}", "again"),
        "hero",
    )


def answered(purchase: PurchaseStory) -> str:
    """The question, where the money is, and the four answers."""
    result = purchase.result
    asked = result.at_complaint
    if asked is None:
        nobody = Text("没有人问起这一笔。", "Nobody asked about this purchase.")
        return _standing(None, result.end) + tag("p", both(nobody), "pale")
    return _standing(asked, result.end) + tag(
        "div", _why(asked) + _cancel(asked) + _now(asked) + _prevents(asked), "answers"
    )


def _standing(asked: Moment | None, end: Moment) -> str:
    cards = ""
    for name, side in ((AT_COMPLAINT, asked), (AT_END, end)):
        if side is None:
            continue
        where = "".join(
            tag("span", f"{both(place_text(p.place))} <b>{written(p.amount)}</b>", style="display:block")
            for p in side.places
        )
        counts = Text(
            f"扣款 {side.charged_net} 笔（最多时 {side.charged_peak}）· 到账 {side.credited} 笔",
            f"charged {side.charged_net} (at most {side.charged_peak}) · credited {side.credited}",
        )
        said = both(say_truth(side.truth, side.claim_open))
        truth = tag("span", f"{safe(side.truth)} · {said}", f"word {tone(side.truth)}")
        label = tag("div", f"{both(name)} · <time>{safe(side.at[:19])}</time>", "label")
        small = tag("small", where or both(WITH_CARDHOLDER)) + tag("small", both(counts))
        cards += tag("div", f"{label}<div class='value'>{truth}{small}</div>", "card")
    return tag("div", cards, "asked")


def _why(asked: Moment) -> str:
    found = asked.diagnosis
    chain = ""
    if found is not None:
        parts = [tag("code", safe(found.cause)), *(f"+ {tag('code', safe(each))}" for each in found.contributing)]
        chain = tag("p", f"{' '.join(parts)} · {both(CONFIDENCE[found.confidence])}", "chain")
        others = [each for each in found.tie if each != found.cause]
        if others:
            tied = Text("同样可能：", "As likely: ")
            chain += tag("p", both(tied) + ", ".join(tag("code", safe(each)) for each in others), "chain")
        if found.facts:
            facts = "".join(tag("li", both(fact_text(fact))) for fact in found.facts)
            summary = tag("summary", both(Text("依据", "Evidence")))
            chain += f"<details>{summary}<div class='inner'><ul>{facts}</ul></div></details>"
    why = asked.why if asked.why is not None else Text("原因不明。", "The cause is not known.")
    return _card(Text("为什么？", "Why?"), tag("p", both(why)) + chain)


def _cancel(asked: Moment) -> str:
    cancel = asked.cancel
    if cancel is None:
        return _card(Text("能取消吗？", "Can it be cancelled?"), tag("p", "–"))
    word = POSSIBLE.get(cancel.possible, Text(cancel.possible, cancel.possible))
    return _card(
        Text("能取消吗？", "Can it be cancelled?"),
        tag("p", both(word), "verdict-word") + tag("p", both(cancel.text)),
    )


def _now(asked: Moment) -> str:
    steps = tag("ol", _steps(asked.remedies)) if asked.remedies else tag("p", "–")
    never = ""
    if asked.never:
        never = tag("h4", both(Text("千万不要", "Never"))) + tag("ul", _steps(asked.never), "never")
    both_sides = tag("div", tag("div", steps) + tag("div", never), "now")
    return _card(Text("现在怎么办？什么绝不能做？", "What now, and what never?"), both_sides, "whole")


def _prevents(asked: Moment) -> str:
    texts = "".join(tag("li", both(text)) for text in asked.prevention)
    return _card(Text("如何预防？", "What prevents it?"), tag("ul", texts) if texts else tag("p", "–"), "whole")


def _steps(steps: tuple[Step, ...]) -> str:
    return "".join(tag("li", both(step.text), title=step.do) for step in steps)


def _card(question: Text, content: str, classes: str = "") -> str:
    return tag("div", tag("h3", tag("span", both(question), "q")) + content, f"card {classes}".strip())


def seen_by_each(purchase: PurchaseStory) -> str:
    """The views at the complaint and at the end, side by side."""
    result = purchase.result
    sides = [(AT_END, result.end)]
    if result.at_complaint is not None:
        sides.insert(0, (AT_COMPLAINT, result.at_complaint))
    head = "<th scope='col'></th>" + "".join(
        tag("th", f"{both(name)} <small>{safe(side.at[:19])}</small>", scope="col") for name, side in sides
    )
    rows = ""
    for view, name in VIEW_NAMES.items():
        cells = "".join(tag("td", _view(side, view)) for _, side in sides)
        rows += tag("tr", tag("th", both(name), scope="row") + cells)
    return tag("div", tag("table", tag("thead", tag("tr", head)) + tag("tbody", rows), "views"), "wide", tabindex="0")


def _view(side: Moment, view: str) -> str:
    words = side.views.cardholder if view == "cardholder" else (getattr(side.views, view),)
    if not words:
        return tag("span", both(Text("无短信", "no SMS")), f"word {NONE}")
    said = " ".join(tag("span", both(say(view, word)), f"word {tone(word, view)}") for word in words)
    return said + tag("small", safe(", ".join(words)))


def happened(story: Story, purchase: PurchaseStory) -> str:
    """The moments that matter, in order."""
    items, today = "", ""
    for moment in moments(story, purchase):
        if day_text(moment.at) != today:
            today = day_text(moment.at)
            items += tag("li", tag("time", today, datetime=today), "day")
        row = (
            tag("time", clock_text(moment.at))
            + tag("span", both(moment.who), "who")
            + tag("span", both(moment.what), "what")
        )
        items += tag("li", row, moment.tone)
    return tag("div", tag("ol", items, "story"), "card")
