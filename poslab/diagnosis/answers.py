"""The four answers: why · can it be cancelled · what now, and what never · what prevents it.

They come from the catalogue, in the variant whose views are nearest to what is known. Where several causes tie, the
warnings of all of them stand, and nothing is advised that one of them forbids.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from poslab.diagnosis.actions import ACTIONS
from poslab.diagnosis.cancel import Cancel, can_cancel
from poslab.diagnosis.catalogue import Cause, Step, Variant, Views, causes
from poslab.diagnosis.procedure import NONE, UNKNOWN, Diagnosis
from poslab.history.questions import Facts, written
from poslab.text import Text


class Answers(Struct, frozen=True):
    """What to tell whoever asked. ``remedies`` are in order."""

    why: Text
    cancel: Cancel
    remedies: tuple[Step, ...]
    never: tuple[Step, ...]
    prevention: tuple[Text, ...]


_VIEWS: Final = ("terminal", "platform", "host", "issuer", "file", "payout", "merchant", "cardholder")

_WELL: Final = Text("这笔款一切正常，没有需要处理的。", "All is well with this purchase; there is nothing to do.")
_TAKEN_BACK: Final = Text("这笔交易已被撤销，因此不会到账。", "The sale was voided, and so it will not be credited.")
_REVERSED_BY_HAND: Final = Text(
    "收单机构已从主机冲正这笔交易，款项退回持卡人，因此不会到账；终端上的签购单不作数。",
    "The acquirer has reversed this sale from its host and the money goes back to the cardholder, so it will not be "
    "credited; the slip at the till does not count.",
)
_NO_PAGE: Final = Text(
    "原因是 {cause}；目录里还没有它的说明，先按以下稳妥的做法处理。",
    "The cause is {cause}; the catalogue has no page on it yet, so these are the steps that are safe in any case.",
)
_NOTHING_FITS: Final = Text(
    "现有证据说明不了原因。查清之前先按以下稳妥的做法处理。",
    "What is known does not explain it. Until it is explained these are the steps that are safe in any case.",
)
_ALSO: Final = Text("同样说得通的还有：{titles}。", "Just as possible: {titles}.")

_SAFE: Final = ("query", "ask-cardholder-sms", "keep-slip", "open-ticket")
_WHILE_UNDONE: Final = ("wait-for-reversal", "ask-cardholder-sms", "open-ticket")
_WHILE_NOT_PAID: Final = ("reconcile", "open-ticket")
_UNDONE: Final = ("reversed", "reversal-closed", "closed")
_UNTIL_UNDONE: Final = ("wait", "wait-for-reversal", "wait-for-query", "restart-terminal")
"""What there is to do until a terminal has heard that its sale does not stand, and not any more then."""
_HARMFUL: Final = ("swipe-again", "pay-again-elsewhere", "factory-reset", "promise-it-will-arrive")


def answers(diagnosis: Diagnosis, facts: Facts) -> Answers:
    """The four answers to a diagnosis."""
    cancel = can_cancel(facts)
    known = causes()
    if diagnosis.cause == NONE:
        why = _WELL
        if "voided" in (facts.get("terminal"), facts.get("host")):
            why = _TAKEN_BACK
        elif facts.get("host") == "reversed":
            why = _REVERSED_BY_HAND
        return Answers(why, cancel, (), (_step("swipe-again"),), ())
    lead = known.get(diagnosis.cause)
    if lead is None:
        return _without_a_page(diagnosis, cancel)
    others = [known[name] for name in diagnosis.tie if name != lead.id and name in known]
    never = _warnings((lead, *others), facts)
    left_out = [step.do for step in never]
    if cancel.how != "void":
        left_out.append("void")
    if str(facts.get("terminal")).partition(":")[0] in _UNDONE:
        left_out.extend(_UNTIL_UNDONE)
    variant = nearest(lead, facts)
    remedies = tuple(step for step in lead.remedies_in(variant.id) if step.do not in left_out)
    if facts.get("issuer") == "debited-twice":
        # Two sales stand: only the catalogue says which of them the answer is about.
        cancel = Cancel(cancel.possible, cancel.by, cancel.how, cancel.until, lead.cancel_in(variant.id))
    return Answers(_why(lead, variant, diagnosis), cancel, remedies, never, lead.prevention)


def nearest(cause: Cause, facts: Facts) -> Variant:
    """The variant of a cause that a fact decides for, else the one whose views agree best with what is known.

    A payment by code is looked for among the variants that are one, where there are any.
    """
    by_code = facts.get("by-code") is True
    alike = [variant for variant in cause.variants if variant.by_code == by_code] or cause.variants

    def agreement(variant: Variant) -> tuple[int, int, bool]:
        decided = -1 if variant.decided_by else 0
        for fact in variant.decided_by:
            value = facts.get(fact.partition("=")[0])
            if value is not None and written(fact.partition("=")[0], value) == fact:
                decided = 1
        agreeing = max(_agreeing(variant.views_complaint, facts), _agreeing(variant.views_end, facts))
        return decided, agreeing, variant.default

    return max(alike, key=agreement)


def _agreeing(views: Views, facts: Facts) -> int:
    return sum(getattr(views, view) == facts.get(view) for view in _VIEWS)


def _why(lead: Cause, variant: Variant, diagnosis: Diagnosis) -> Text:
    zh, en = lead.why.zh, lead.why.en
    if variant.why is not None:
        zh, en = variant.why.zh, variant.why.en
    elif not variant.default:
        zh, en = f"{zh}{variant.note.zh}", f"{en} {variant.note.en}"
    known: Mapping[str, Cause] = causes()
    titles = [known[name].title for name in diagnosis.tie if name != lead.id and name in known]
    if titles:
        zh += _ALSO.zh.replace("{titles}", "、".join(title.zh for title in titles))
        en += " " + _ALSO.en.replace("{titles}", "; ".join(title.en for title in titles))
    return Text(zh, en)


def _warnings(group: tuple[Cause, ...], facts: Facts) -> tuple[Step, ...]:
    found: dict[str, Step] = {}
    for cause in group:
        for step in cause.never_in(nearest(cause, facts).id):
            found.setdefault(step.do, step)
    return tuple(found.values())


def _without_a_page(diagnosis: Diagnosis, cancel: Cancel) -> Answers:
    why = _NOTHING_FITS
    if diagnosis.cause != UNKNOWN:
        named = " / ".join(diagnosis.tie or (diagnosis.cause,))
        why = Text(_NO_PAGE.zh.replace("{cause}", named), _NO_PAGE.en.replace("{cause}", named))
    safe: tuple[str, ...] = _SAFE
    if cancel.possible == "is-being-cancelled":
        safe = _WHILE_UNDONE
    elif cancel.how in ("refund", "claim", "cure-account"):
        safe = _WHILE_NOT_PAID
    return Answers(why, cancel, tuple(map(_step, safe)), tuple(map(_step, _HARMFUL)), ())


def _step(do: str) -> Step:
    return Step(do, ACTIONS[do])
