"""``poslab list`` and ``poslab explain``: the catalogue of causes, for people and for programs."""

import sys
from typing import Any

import msgspec
from rich.text import Text as Rich

from poslab.console.speaker import Speaker, beside, speaking
from poslab.console.words import AT_END, MOMENTS, ROLES, VIEW_NAMES
from poslab.diagnosis.catalogue import GROUPS, Cause, Variant, Views, causes
from poslab.history.words import say, say_truth
from poslab.text import Language, Text
from scenarios.schema.errors import BadInput, one_of
from scenarios.schema.sources import library_ids

FINE = 0

_SEES = (
    ("terminal", ROLES["terminal"]),
    ("acquirer", Text("收单机构", "acquirer")),
    ("issuer", ROLES["issuer"]),
    ("cardholder", ROLES["cardholder"]),
    ("merchant", ROLES["merchant"]),
)


def list_causes(language: Language, as_json: bool) -> int:
    """Causes by group, with their variants and what they teach; those that can be played are marked."""
    playable = library_ids()
    if as_json:
        listed = [_listed(cause, cause.id in playable) for cause in causes().values()]
        _print_json({"schema": "poslab-causes/1", "causes": listed})
        return FINE
    with speaking(language) as to:
        for group, name in GROUPS.items():
            members = [cause for cause in causes().values() if cause.group == group]
            if members:
                to.line(Rich(f"{group}  {to.say(name)}", style="bold underline"))
            for cause in members:
                _cause(to, cause, cause.id in playable)
            if members:
                to.blank()
        hint = Text(
            "poslab run 名称[/变体] 播放；poslab explain 名称 解释。* 为默认变体。",
            "poslab run NAME[/VARIANT] plays one, poslab explain NAME explains it. * marks the default variant.",
        )
        to.line(Rich(to.say(hint), style="dim"))
    return FINE


def _cause(to: Speaker, cause: Cause, can_play: bool) -> None:
    later = Rich("" if can_play else to.say(Text("（尚无场景）", " (no scenario yet)")), style="dim")
    to.line("  ", Rich(cause.id, style="bold cyan" if can_play else "dim"), "  ", cause.title, later)
    to.body(" ".join(map(_variant, cause.variants)), "dim", indent=6)
    to.body(cause.teaches, "italic", indent=6)


def _variant(variant: Variant) -> str:
    if variant.played_by:
        return f"{variant.played_by} (/{variant.id})"
    return f"/{variant.id}{'*' if variant.default else ''}"


def _listed(cause: Cause, can_play: bool) -> dict[str, Any]:
    return {
        "id": cause.id,
        "group": cause.group,
        "title": cause.title,
        "teaches": cause.teaches,
        "playable": can_play,
        "variants": [
            {"id": v.id, "default": v.default, "title": v.title, "played_by": v.played_by} for v in cause.variants
        ],
    }


def explain_cause(name: str, language: Language, as_json: bool) -> int:
    """The four answers about a cause; ``BadInput`` naming the nearest one if there is none of that name."""
    front, _, wanted = name.partition("/")
    cause = causes().get(front)
    if cause is None:
        what = Text(f"没有原因 {front!r}", f"there is no cause {front!r}")
        raise BadInput("explain", 0, "", what, one_of(front, causes()))
    variants = [variant.id for variant in cause.variants]
    if wanted and wanted not in variants:
        what = Text(f"{front} 没有变体 {wanted!r}", f"{front} has no variant {wanted!r}")
        raise BadInput("explain", 0, "", what, one_of(wanted, variants))
    if as_json:
        _print_json(cause)
        return FINE
    with speaking(language) as to:
        _explain(to, cause, cause.variant(wanted or None))
    return FINE


def _explain(to: Speaker, cause: Cause, shown: Variant) -> None:
    group = Rich(f"  {to.say(GROUPS[cause.group])}", style="dim")
    to.line(Rich(cause.id, style="bold cyan"), "  ", Rich(to.say(cause.title), style="bold"), group)
    to.body(cause.teaches, "italic")
    to.heading(Text("为什么", "Why"))
    to.body(cause.why)
    to.heading(Text("各方看到什么", "What each party sees"))
    for part, name in _SEES:
        to.item(to.say(name), getattr(cause.sees, part), room=11)
    to.heading(Text("如何辨认", "How to tell it"))
    to.body(cause.tell)
    if cause.ties:
        to.body(f"{to.say(Text('易混淆：', 'easily confused with: '))}{', '.join(cause.ties)}", "dim")
    to.heading(Text("钱在哪里", "Where the money is"))
    to.body(cause.money_in(shown.id))
    to.heading(Text("能取消吗", "Can it be cancelled?"))
    to.body(cause.cancel_in(shown.id))
    to.heading(Text("现在怎么办", "What now"))
    for number, step in enumerate(cause.remedies_in(shown.id), start=1):
        to.item(f"{number}.", step.text)
    to.heading(Text("千万不要", "Never"))
    for step in cause.never_in(shown.id):
        to.item("✗", step.text, "red")
    to.heading(Text("会自己好吗", "Does it heal by itself?"))
    to.body(cause.heals)
    to.heading(Text("如何预防", "What prevents it"))
    for text in cause.prevention:
        to.item("•", text)
    to.heading(Text("变体", "Variants"))
    for variant in cause.variants:
        said = f"{to.say(variant.title)}{to.say(Text('：', ': '))}{to.say(variant.note)}"
        to.item(f"/{variant.id}{'*' if variant.default else ''}", said)
    _seen(to, shown)


def _seen(to: Speaker, shown: Variant) -> None:
    to.heading(Text(f"所见：/{shown.id}", f"What is seen of /{shown.id}"))
    asked = MOMENTS[shown.complaint_at]
    table = beside(to.say(Text(f"投诉时（{asked.zh}）", f"at the complaint ({asked.en})")), to.say(AT_END))
    for view, name in VIEW_NAMES.items():
        table.add_row(to.say(name), _view(to, shown.views_complaint, view), _view(to, shown.views_end, view))
    table.add_row(to.say(Text("真相", "truth")), _truth(to, shown.truth_complaint), _truth(to, shown.truth_end))
    to.put(table)


def _truth(to: Speaker, written: str) -> str:
    truth, _, claim = written.partition("+")
    return f"{written} {to.say(say_truth(truth, bool(claim)))}"


def _view(to: Speaker, views: Views, view: str) -> str:
    if view == "cardholder":
        return to.listed(say(view, word) for word in views.cardholder) or "–"
    return to.say(say(view, getattr(views, view)))


def _print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
