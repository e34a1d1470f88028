"""A run as people read it in a terminal: the verdict first, then what each party saw, then what to do."""

from collections.abc import Sequence

from rich.text import Text as Rich

from poslab.console.moments import DOING, FAULT, MARK, MONEY, SEEN, TROUBLE, moments
from poslab.console.overview import uncredited
from poslab.console.says import kind_text, lasted, place_text
from poslab.console.speaker import Speaker, beside, grid
from poslab.console.story import PurchaseStory, Story
from poslab.console.words import (
    AT_COMPLAINT,
    AT_END,
    CONFIDENCE,
    NOW,
    OWNERS,
    POSSIBLE,
    VIEW_NAMES,
    WITH_CARDHOLDER,
)
from poslab.history.views import Views
from poslab.history.words import say, say_truth
from poslab.money import written
from poslab.party.time import SECOND, clock_text, day_text
from poslab.text import Text
from scenarios.stage.result import Moment, Result

_MOST_LISTED = 40
_COLOURS = {"pass": "green", "manual": "yellow", "unknown": "yellow"}
_TRUTH_COLOURS = {"M0": "green", "M1": "cyan", "M2": "green", "M3": "yellow", "M4": "red"}
_TONES = {DOING: "bold", SEEN: "magenta", TROUBLE: "red", MONEY: "green", FAULT: "yellow", MARK: "reverse"}


def print_story(to: Speaker, story: Story) -> None:
    """The whole run."""
    result = story.result
    _verdict(to, result)
    if result.teaches.en:
        to.body(result.teaches, "italic")
    for purchase in story.purchases:
        _purchase(to, story, purchase)
    if story.left_out:
        to.line(Text(f"另有 {story.left_out} 笔未显示。", f"{story.left_out} more purchases are not shown."))
    if len(result.purchases) > 1:
        _uncredited(to, result)
    _trouble(to, result)
    to.blank()
    to.copyable(Text("重现：", "Reproduce: "), result.reproduce)


def print_moment(to: Speaker, order: str, due_fen: int | None, now: Moment, *, whole: bool) -> None:
    """A purchase of a world that still lives; ``whole``: with what everybody would say, and where the money is."""
    to.rule(order if due_fen is None else f"{order} · CNY {written(due_fen)}")
    if whole:
        _sides(to, [(NOW, now)])
        to.heading(Text("钱在哪里", "Where the money is"))
        _money(to, NOW, now)
    _answers(to, now)


def print_results(to: Speaker, results: Sequence[Result]) -> None:
    """One line for each of several runs, the reason below where it is not as expected, and the sum."""
    for result in results:
        _verdict(to, result)
    good = sum(1 for result in results if result.verdict == "pass")
    to.blank()
    to.line(Text(f"{len(results)} 次运行，{good} 次符合预期。", f"{len(results)} runs, {good} as expected."))


def _verdict(to: Speaker, result: Result) -> None:
    name = f"{result.scenario}/{result.variant}" if result.variant else result.scenario
    word = Rich(f" {result.verdict.upper()} ", style=f"bold reverse {_COLOURS.get(result.verdict, 'red')}")
    to.line(word, Rich(f" {name}", style="bold"), " · ", result.title)
    if result.verdict != "pass":
        to.body(result.reason, "red")


# --- a purchase -------------------------------------------------------------------------------------------------------


def _purchase(to: Speaker, story: Story, purchase: PurchaseStory) -> None:
    result = purchase.result
    tries = ", ".join(f"{to.say(kind_text(a.kind))} {a.terminal} {a.batch}-{a.stan}" for a in result.attempts)
    to.blank()
    to.rule(f"{result.order} · {result.currency} {written(result.due)}" + (f" · {tries}" if tries else ""))
    _views(to, result.at_complaint, result.end)
    to.heading(Text("经过", "What happened"))
    _moments(to, story, purchase)
    to.heading(Text("钱在哪里", "Where the money is"))
    if result.at_complaint is not None:
        _money(to, AT_COMPLAINT, result.at_complaint)
    _money(to, AT_END, result.end)
    if result.at_complaint is not None:
        _answers(to, result.at_complaint)


def _views(to: Speaker, complaint: Moment | None, end: Moment) -> None:
    _sides(to, [(AT_END, end)] if complaint is None else [(AT_COMPLAINT, complaint), (AT_END, end)])


def _sides(to: Speaker, sides: list[tuple[Text, Moment]]) -> None:
    table = beside(*(f"{to.say(name)} {side.at[5:19]}" for name, side in sides))
    for view, name in VIEW_NAMES.items():
        said = [_view(to, side.views, view) for _, side in sides]
        if view == "platform" and all(side.views.platform == "absent" for _, side in sides):
            continue
        changed = "bold" if said[-1] != said[0] else ""
        table.add_row(to.say(name), *(Rich(word, style=changed if place else "") for place, word in enumerate(said)))
    table.add_row(to.say(Text("真相", "truth")), *(_truth(to, side) for _, side in sides))
    to.put(table, 0)


def _view(to: Speaker, views: Views, view: str) -> str:
    if view == "cardholder":
        return to.listed(say(view, word) for word in views.cardholder) or to.say(Text("无短信", "no SMS"))
    return to.say(say(view, getattr(views, view)))


def _truth(to: Speaker, side: Moment) -> Rich:
    said = to.say(say_truth(side.truth, side.claim_open))
    return Rich(f"{side.truth} {said}", style=f"bold {_TRUTH_COLOURS.get(side.truth, 'red')}")


def _moments(to: Speaker, story: Story, purchase: PurchaseStory) -> None:
    table = grid("dim", "dim", "wide")
    today = ""
    for moment in moments(story, purchase):
        if day_text(moment.at) != today:
            today = day_text(moment.at)
            table.add_row(today[5:], "", "")
        what = Rich(to.say(moment.what), style=_TONES.get(moment.tone, ""))
        table.add_row(clock_text(moment.at), to.say(moment.who), what)
    to.put(table)


def _money(to: Speaker, name: Text, side: Moment) -> None:
    places = [place_text(p.place) for p in side.places]
    sums = [f"{to.say(place)} {written(p.amount)}" for place, p in zip(places, side.places, strict=True)]
    counts = Text(
        f"扣款 {side.charged_net} 笔（最多时 {side.charged_peak}），到账 {side.credited} 笔",
        f"charged {side.charged_net} (at most {side.charged_peak}), credited {side.credited}",
    )
    where = "; ".join(sums) or to.say(WITH_CARDHOLDER)
    to.item("•", f"{to.say(name)}{to.say(Text('：', ': '))}{where} · {to.say(counts)}")


def _answers(to: Speaker, asked: Moment) -> None:
    to.heading(Text("为什么", "Why"))
    if asked.why is not None:
        to.body(asked.why)
    found = asked.diagnosis
    if found is not None:
        chain = " + ".join([found.cause, *found.contributing])
        others = ", ".join(each for each in found.tie if each != found.cause)
        ties = f" ≈ {others}" if others else ""
        to.body(f"{chain} ({to.say(CONFIDENCE[found.confidence])}){ties}", "dim")
    if asked.cancel is not None:
        to.heading(Text("能取消吗", "Can it be cancelled?"))
        to.body(POSSIBLE.get(asked.cancel.possible, Text(asked.cancel.possible, asked.cancel.possible)), "bold")
        to.body(asked.cancel.text)
    if asked.remedies:
        to.heading(Text("现在怎么办", "What now"))
    for number, step in enumerate(asked.remedies, start=1):
        to.item(f"{number}.", step.text)
    if asked.never:
        to.heading(Text("千万不要", "Never"))
    for step in asked.never:
        to.item("✗", step.text, "red")
    if asked.prevention:
        to.heading(Text("如何预防", "What prevents it"))
    for text in asked.prevention:
        to.item("•", text)


def _uncredited(to: Speaker, result: Result) -> None:
    found = uncredited(result)
    good = len(result.purchases) - len(found)
    said = Text(f"{len(result.purchases)} 笔，到账一次 {good} 笔", f"{good} of {len(result.purchases)} credited once")
    to.heading(Text(f"到账：{said.zh}", f"Credited: {said.en}"))
    for each in found[:_MOST_LISTED]:
        end = each.purchase.end
        to.item("•", f"{each.purchase.order} {written(each.purchase.due)} · {end.truth} · {to.say(each.title)}")
    if len(found) > _MOST_LISTED:
        more = len(found) - _MOST_LISTED
        to.body(Text(f"另有 {more} 笔。", f"{more} more."), "dim")


def _trouble(to: Speaker, result: Result) -> None:
    unmet = [each for each in result.expectations if not each.met]
    if unmet:
        to.heading(Text("未满足的预期", "Not as expected"))
    for each in unmet:
        to.item("✗", each.what, "red")
    broken = [each for each in result.invariants if each.verdict == "broken"]
    if broken:
        to.heading(Text("被打破的不变量", "Invariants broken"))
    for check in broken:
        note = Text("（预期如此）", " (expected)") if check.expected else Text("", "")
        to.item("✗", f"{check.id}{to.say(note)}", "yellow" if check.expected else "red")
        for breach in check.breaches[:3]:
            to.body(breach, "dim", indent=4)
    if result.open_items:
        to.heading(Text("未结事项", "Open items"))
    for item in result.open_items:
        owner = OWNERS.get(item.owner, Text(item.owner, item.owner))
        to.item("•", f"{item.order} · {item.what} · {to.say(owner)}{to.say(Text('：', ': '))}{to.say(item.waits_for)}")
        tail = [to.say(item.called)] if item.called is not None else []
        if item.age_s is not None:
            age = lasted(item.age_s * SECOND)
            tail.append(to.say(Text(f"自 {item.since}，已 {age.zh}", f"since {item.since}, {age.en} old")))
        if item.due:
            tail.append(to.say(Text(f"最迟 {item.due}", f"due {item.due}")))
        if tail:
            to.body(" · ".join(tail), "dim", indent=4)
