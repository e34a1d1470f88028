"""The one word for a whole run, and why."""

from collections.abc import Sequence

from poslab.history.truth import Truth
from poslab.text import Text
from scenarios.grade.expectations import Met

Word = tuple[str, Text]
"""The word and a sentence."""

TROUBLE = ("invalid", "violated", "stalled")
"""Words that no met expectation outweighs."""


def found(truth: Truth, fired: Sequence[str], unfinished: Sequence[Text], open_items: int) -> Word:
    """What a run says of itself, whatever was expected of it.

    Invalid where a fault never struck, violated where a check fired that need not (``fired``), stalled where something
    did not come to rest, manual where something waits for a person, else pass.
    """
    if truth.never_struck:
        return "invalid", _listing("这些故障没有碰到任何东西", "these faults never met anything", truth.never_struck)
    if fired:
        return "violated", _listing("这些检查发现了问题", "these checks found something broken", fired)
    if unfinished:
        zh, en = "；".join(each.zh for each in unfinished), ", ".join(each.en for each in unfinished)
        return "stalled", Text(f"最后仍未平息：{zh}", f"not at rest at the end: {en}")
    if open_items:
        items = f"{open_items} open item{'s' if open_items > 1 else ''} for a person"
        return "manual", Text(f"{open_items} 个未结事项等人处理", items)
    return "pass", Text("每项检查都成立，一切都已平息", "every check holds and everything came to rest")


def _listing(zh: str, en: str, ids: Sequence[str]) -> Text:
    return Text(f"{zh}：{'、'.join(ids)}", f"{en}: {', '.join(ids)}")


def verdict(wanted: str, stated: bool, met: Sequence[Met], of_itself: Word) -> Word:
    """``pass · violated · stalled · manual · unknown · invalid`` and a sentence.

    ``wanted`` is what the run was to say of itself, ``stated`` whether anything at all was expected of it. Pass where
    every expectation is met, unless the run is invalid, violated or stalled and was not to be. Where one is not met
    and nothing is wrong with the run, the word is unknown: something happened otherwise, and no check says why.
    """
    failed = [line.what for line in met if not line.met]
    word, why = of_itself
    if word in TROUBLE and word != wanted:
        return of_itself
    if failed:
        first = failed[0]
        return "unknown", Text(
            f"{len(met)} 项预期中 {len(failed)} 项未满足：{first.zh}",
            f"{len(failed)} of {len(met)} expectations not met: {first.en}",
        )
    if not stated:
        return of_itself
    said = Text(f"{len(met)} 项预期全部满足", f"all {len(met)} expectations met")
    if word in ("pass", "manual"):
        return "pass", said
    return "pass", Text(
        f"{said.zh}；运行自身的结论为 {word}：{why.zh}", f"{said.en}; by itself the run is {word}: {why.en}"
    )
