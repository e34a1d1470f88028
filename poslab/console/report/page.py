"""The page of a run: one self-contained HTML document, in both languages, readable without network and on a phone."""

from importlib import resources

from poslab.console.report.answers import answered, happened, header, seen_by_each
from poslab.console.report.books import books
from poslab.console.report.evidence import checks, history, open_items
from poslab.console.report.markup import both, safe, tag
from poslab.console.report.overview import overview
from poslab.console.report.papers import papers
from poslab.console.report.reconciliation import reconciliation
from poslab.console.report.replay import replay
from poslab.console.report.sequence import sequence
from poslab.console.report.timeline import timeline
from poslab.console.says import kind_text
from poslab.console.story import PurchaseStory, Story
from poslab.money import written
from poslab.text import Language, Text

_PARTS = (
    ("overview", Text("总览", "Overview")),
    ("answers", Text("四个答案", "Answers")),
    ("seen", Text("各方所见", "Who saw what")),
    ("replay", Text("回放", "Replay")),
    ("happened", Text("经过", "What happened")),
    ("timeline", Text("时间线", "Time line")),
    ("sequence", Text("时序图", "Messages")),
    ("papers", Text("单据与短信", "Slips and SMS")),
    ("books", Text("账簿", "Ledgers")),
    ("reconciliation", Text("对账", "Reconciliation")),
    ("checks", Text("检查", "Checks")),
    ("history", Text("历史", "History")),
)

_OF_THE_RUN = ("overview", "books", "reconciliation", "checks", "history")


def page(story: Story, language: Language = "en") -> str:
    """The whole document. It begins in ``language``; a switch on the page shows the other one."""
    result = story.result
    name = f"{result.scenario}/{result.variant}" if result.variant else result.scenario
    title = Text(f"{result.title.zh} · {name} · poslab", f"{result.title.en} · {name} · poslab")
    several = len(story.purchases) > 1
    seen = overview(story)
    body = [header(story), *([_section("overview", 0, seen)] if seen else [])]
    body += [_purchase(story, purchase, number if several else 0) for number, purchase in enumerate(story.purchases, 1)]
    if story.left_out:
        left_out = Text(f"另有 {story.left_out} 笔未显示。", f"{story.left_out} more purchases are not shown.")
        body.append(tag("p", both(left_out), "pale"))
    body += [_section("books", 0, books(story)), _section("reconciliation", 0, reconciliation(story))]
    items = "" if len(result.purchases) > 1 else open_items(result)  # of several they stand in the overview
    body.append(_section("checks", 0, checks(result) + items))
    body.append(_section("history", 0, history(story)))
    footer = Text(
        f"由 poslab {result.version} 生成。全部为模拟数据：没有真实的卡、账户或交易。",
        f"Made by poslab {result.version}. All of it is simulated: no real card, account or payment.",
    )
    titles = f'data-title-zh="{safe(title.zh)}" data-title-en="{safe(title.en)}"'
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{language}" data-lang="{language}" {titles}>',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<link rel="icon" href="data:,">',
            f"<title>{safe(title.of(language))}</title>",
            f"<style>{_file('page.css')}</style>",
            "</head>",
            "<body>",
            tag("a", both(Text("跳到内容", "Skip to content")), "skip", href="#main"),
            _bar(language, several, bool(seen)),
            tag("main", "\n".join(body) + tag("footer", both(footer)), id="main"),
            f"<script>{_file('page.js')}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _bar(language: Language, several: bool, seen: bool) -> str:
    links = "".join(
        tag("a", both(name), href=f"#{part}{'-1' if several and part not in _OF_THE_RUN else ''}")
        for part, name in _PARTS
        if seen or part != "overview"
    )
    buttons = "".join(
        tag("button", said, value=code, type="button", lang=code, aria_pressed=str(code == language).lower())
        for code, said in (("zh", "中文"), ("en", "English"))
    )
    group = tag("div", buttons, "langs", role="group", aria_label="语言 Language")
    return tag("header", tag("div", f"<b>poslab</b>{tag('nav', links, aria_label='目录 Contents')}{group}"), "bar")


def _purchase(story: Story, purchase: PurchaseStory, number: int) -> str:
    result = purchase.result
    tries = " · ".join(f"{both(kind_text(a.kind))} {a.terminal} {a.batch}-{a.stan}" for a in result.attempts)
    named = f"{safe(result.order)} <small>{safe(result.currency)} {written(result.due)} {tries}</small>"
    drawings = [
        _section("answers", number, answered(purchase), heading=tag("h2", named)),
        _section("seen", number, seen_by_each(purchase)),
        _section("replay", number, replay(story, purchase)),
        _section("happened", number, happened(story, purchase)),
        _section("timeline", number, timeline(story, purchase)),
        _section("sequence", number, sequence(story, purchase)),
        _section("papers", number, papers(story, purchase)),
    ]
    return tag("article", "".join(drawings), "purchase")


def _section(part: str, number: int, content: str, heading: str = "") -> str:
    name = dict(_PARTS)[part]
    anchor = f"{part}-{number}" if number else part
    return tag("section", (heading or tag("h2", both(name))) + content, id=anchor)


def _file(name: str) -> str:
    return (resources.files("poslab.console.report") / name).read_text(encoding="utf-8")
