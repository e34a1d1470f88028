"""The moments of a purchase that matter, as a short list: what people did and saw, what was lost, where money moved."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from poslab.console.says import way
from poslab.console.story import CUSTOMER, FATES, HEARD, LOG, Arrow, Note, PurchaseStory, Shown, Story
from poslab.console.words import STRIKES
from poslab.messages.people import Prompted
from poslab.party.time import Instant, clock_text, day_text
from poslab.text import Text

DOING, SEEN, SAID, TROUBLE, MONEY, FAULT, MARK = "doing", "seen", "said", "trouble", "money", "fault", "mark"

TELLING_LOGS = {
    "terminal": (
        "no-answer", "late-answer-discarded", "answer-refused", "reversal-dropped", "sale-blocked", "print-failed",
        "booted", "record-discarded", "void-undone", "doubt-blocked", "cancel-pressed",
        "card-removed", "chip-declined",
    ),
    "platform": ("late-answer", "closed", "open"),
    "host": (
        "no-answer", "late-answer", "reversal-unknown", "reversal-too-late", "error-case", "advice-stopped",
        "payout-returned", "payout-given-up", "payout-waits", "payout-recalled", "recall-put-off",
        "account-change-requested", "account-on-file", "account-changed", "duplicate", "job-failed", "job-rerun",
        "file-break", "claimed", "adjustment-stopped",
        "credit-adjusted",
    ),
    "switch": ("no-answer", "late-answer", "advice-stopped", "refused"),
    "issuer": ("duplicate", "reversal-refused"),
    "bank": ("parked", "limit-reached", "recall-asked", "recall-refused"),
    "cashier": ("goods-given", "told-customer", "gave-up"),
}  # fmt: skip
_MOVED = {
    "issuer": {"debited": Text("扣款", "debits the cardholder"), "returned": Text("退回", "gives the money back")},
    "bank": {
        "credited": Text("入账商户账户", "credits the merchant's account"),
        "returned": Text("退汇", "sends it back"),
    },
}
_QUIET_SCREENS = ("processing", "ready")
_SOME = 3


class Moment(Struct, frozen=True):
    """Something that happened; ``tone`` says of which sort."""

    at: Instant
    tone: str
    who: Text
    what: Text
    n: int = 0
    """The line of the history that tells of it."""


def moments(story: Story, purchase: PurchaseStory) -> list[Moment]:
    """The moments of a purchase in order; what happens again and again is said once, with how often and until when."""
    found = sorted(_all(story, purchase), key=lambda moment: (moment.at, moment.n))
    alike: dict[tuple[Text, Text], list[Moment]] = {}
    for moment in found:
        alike.setdefault((moment.who, moment.what), []).append(moment)
    short = []
    for moment in found:
        same = alike[moment.who, moment.what]
        if len(same) <= _SOME:
            short.append(moment)
        elif moment is same[0]:
            short.append(msgspec.structs.replace(moment, what=times(moment.what, len(same), moment.at, same[-1].at)))
    return short


def times(text: Text, count: int, since: Instant, until: Instant) -> Text:
    """A text with how often it happened, and until when; with the day where that is another one."""
    clock = clock_text(until)
    if day_text(until) != day_text(since):
        clock = f"{day_text(until)[5:]} {clock}"
    return Text(f"{text.zh}（共 {count} 次，至 {clock}）", f"{text.en} ({count} times, until {clock})")


def _all(story: Story, purchase: PurchaseStory) -> Iterator[Moment]:
    roles = {column.address: column.role for column in story.columns}
    for event in story.events:
        if not purchase.concerns(event.about, event.at):
            continue
        if isinstance(event, Note):
            if event.word == Prompted.kind:
                continue
            if event.tone != LOG or event.word in TELLING_LOGS.get(roles.get(event.party, ""), ()):
                by_hand = event.tone == CUSTOMER or roles.get(event.party) == "cashier"
                tone = DOING if by_hand else TROUBLE if event.tone == LOG else FAULT
                yield Moment(event.at, tone, story.name(event.party), event.text, event.n)
        else:
            yield from _message(story, event, roles)
    for seen in story.shown:
        if purchase.concerns(seen.about, seen.at) and not (seen.medium == "screen" and seen.word in _QUIET_SCREENS):
            yield Moment(seen.at, SEEN, story.name(seen.to), _seen(seen), seen.n)
    for move in story.moves:
        text_ = _MOVED.get(roles.get(move.party, ""), {}).get(move.after)
        if text_ is not None and purchase.concerns(move.about, move.at):
            yield Moment(move.at, MONEY, story.name(move.party), text_, move.n)
    for strike in story.strikes:
        state = STRIKES.get(strike.what)
        if state is not None and purchase.concerns(strike.about, strike.at):
            place = Text(way(strike.where), way(strike.where))
            yield Moment(
                strike.at, FAULT, place, Text(f"故障 {strike.fault}：{state.zh}", f"fault {strike.fault}: {state.en}")
            )
    if purchase.complaint_at is not None:
        asks = Text("有人问：钱在哪里？", "somebody asks: where is the money?")
        yield Moment(purchase.complaint_at, MARK, Text("投诉", "complaint"), asks)


def _seen(seen: Shown) -> Text:
    if seen.medium == "slip":
        return seen.title
    if seen.medium == "sms":
        return seen.text
    return Text(f"{seen.title.zh}：{seen.text.zh}", f"{seen.title.en}: {seen.text.en}")


def _message(story: Story, arrow: Arrow, roles: dict[str, str]) -> Iterator[Moment]:
    sender, to = story.name(arrow.sender), story.name(arrow.to)
    way = Text(f"{sender.zh} → {to.zh}", f"{sender.en} → {to.en}")
    said = Text(f"{arrow.mti} {arrow.label.zh}".lstrip(), f"{arrow.mti} {arrow.label.en}".lstrip())
    if arrow.fate != HEARD:
        fate = FATES[arrow.fate]
        fault = Text(f"（故障 {arrow.fault}）", f" (fault {arrow.fault})") if arrow.fault else Text("", "")
        what = Text(f"{said.zh}：{fate.zh}{fault.zh}", f"{said.en}: {fate.en}{fault.en}")
        yield Moment(arrow.at, TROUBLE, way, what, arrow.n)
    elif roles.get(arrow.sender) == "cashier":
        yield Moment(arrow.at, DOING, sender, said, arrow.n)
    elif arrow.mti and "terminal" in (roles.get(arrow.sender), roles.get(arrow.to)):
        yield Moment(arrow.at, SAID, way, said, arrow.n)
