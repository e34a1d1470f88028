"""Slips, screens and short messages as they looked."""

from poslab.console.report.markup import both, safe, tag
from poslab.console.story import PurchaseStory, Shown, Story
from poslab.console.words import SLIPS
from poslab.party.time import clock_text, day_text
from poslab.text import Text

_MOST_SCREENS = 12


def papers(story: Story, purchase: PurchaseStory) -> str:
    """What people held in their hands and saw: screen, slips, the cardholder's phone, the merchant's mail."""
    seen = [each for each in story.shown if purchase.concerns(each.about, each.at)]
    figures = _screens([each for each in seen if each.medium == "screen"])
    figures += "".join(_slip(each) for each in seen if each.medium == "slip")
    phone = [each for each in seen if each.medium == "sms"]
    figures += _phone(phone, Text("持卡人的手机", "The cardholder's phone"), Text("没有短信。", "No SMS."))
    mail = [each for each in seen if each.medium in ("notice", "statement")]
    nothing = Text("没有到账，也没有通知。", "No credit and no notice.")
    figures += _phone(mail, Text("商户收到的", "What the merchant received"), nothing)
    return tag("div", figures, "papers")


def _screens(screens: list[Shown]) -> str:
    if not screens:
        return ""
    rows = "".join(tag("li", f"{_when(each)}{both(each.text)}") for each in screens[-_MOST_SCREENS:])
    more = len(screens) - _MOST_SCREENS
    left_out = Text(f"（前面还有 {more} 屏）", f" ({more} earlier ones left out)") if more > 0 else Text("", "")
    name = Text(f"终端屏幕{left_out.zh}", f"The terminal's screen{left_out.en}")
    return tag("figure", tag("figcaption", both(name)) + tag("ol", rows), "lcd")


def _slip(slip: Shown) -> str:
    lines = "".join(tag("div", safe(line) or "&nbsp;") for line in slip.lines)
    title = SLIPS.get(slip.word, slip.title)
    return tag("figure", tag("figcaption", f"{_time(slip)} {both(title)}") + tag("div", lines, "slip"), "paper")


def _phone(messages: list[Shown], name: Text, nothing: Text) -> str:
    if messages:
        rows = "".join(tag("li", f"{_when(each)}{both(each.text)}") for each in messages)
    else:
        rows = tag("li", both(nothing), "empty")
    return tag("figure", tag("figcaption", both(name)) + tag("ol", rows), "phone")


def _when(shown: Shown) -> str:
    return tag("time", f"{day_text(shown.at)} {clock_text(shown.at)}")


def _time(shown: Shown) -> str:
    return tag("time", clock_text(shown.at))
