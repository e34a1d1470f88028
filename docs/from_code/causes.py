"""reference/causes.md: the catalogue of causes, with the four answers of each in both languages."""

from docs.from_code.markdown import both, bullets, code, codes, numbered, page, table
from poslab.console.words import MOMENTS, VIEW_NAMES
from poslab.diagnosis.catalogue import GROUPS, Cause, Step, Variant, Views, causes
from poslab.text import Text

_SEES = (
    ("terminal", Text("POS终端", "terminal")),
    ("acquirer", Text("收单机构", "acquirer")),
    ("issuer", Text("发卡行", "issuer")),
    ("cardholder", Text("持卡人", "cardholder")),
    ("merchant", Text("商户", "merchant")),
)


def causes_page() -> str:
    """The page."""
    known = causes()
    parts = [
        (
            "Every cause of a sale that was swiped and not credited (刷卡未到账) that poslab can play, and those that "
            "are healthy and only look like one. `poslab explain NAME` prints an entry, `poslab run NAME` plays "
            "it."
        ),
        table(
            ("Cause", "Is called", "中文", "Group", "Variants"),
            (
                (
                    f"[`{c.id}`](#{c.id})",
                    c.title.en,
                    c.title.zh,
                    GROUPS[c.group].en,
                    codes(_name(v) for v in c.variants),
                )
                for c in known.values()
            ),
        ),
        (
            "`*` marks the variant that the bare name plays. What was once believed of a sale is only a belief; see "
            "[view words](view-words.md) for the words of the tables."
        ),
    ]
    for cause in known.values():
        parts += _cause(cause)
    return page("Causes", *parts)


def _name(variant: Variant) -> str:
    return f"/{variant.id}" + ("*" if variant.default else "")


def _cause(cause: Cause) -> list[str]:
    parts = [
        f"## {cause.id}",
        f"**{both(cause.title)}** ({both(GROUPS[cause.group])})",
        _lines(cause.why),
        "### What each party sees",
        table(
            ("", "Sees", "看到"),
            ((both(name), getattr(cause.sees, who).en, getattr(cause.sees, who).zh) for who, name in _SEES),
        ),
        *_own("why", cause),
        "### How to tell it",
        _lines(cause.tell),
        f"Easily confused with {', '.join(_linked(tie) for tie in cause.ties)}." if cause.ties else "",
        "### Where the money is",
        _lines(cause.money),
        *_own("money", cause),
        "### Can it be cancelled?",
        _lines(cause.cancel),
        *_own("cancel", cause),
        "### What now",
        numbered(_step(step) for step in cause.remedies),
        "### Never",
        bullets(_step(step) for step in cause.never),
        "### Does it heal by itself?",
        _lines(cause.heals),
        "### What prevents it",
        bullets(both(text) for text in cause.prevention),
        "### Variants",
    ]
    for variant in cause.variants:
        parts += [f"**{code(_name(variant))}** {both(variant.title)}. {both(variant.note)}", _views(variant)]
    return parts


def _lines(text: Text) -> str:
    return f"{text.en}\n\n{text.zh}"


def _own(what: str, cause: Cause) -> list[str]:
    """What stands only for single variants."""
    said = ((variant, getattr(variant, what)) for variant in cause.variants)
    return [f"{code(_name(variant))}: {both(text)}" for variant, text in said if text is not None]


def _step(step: Step) -> str:
    only = f" (only {codes('/' + name for name in step.only)})" if step.only else ""
    return f"{both(step.text)}{only}"


def _linked(name: str) -> str:
    return f"[`{name}`](#{name})" if name in causes() else code(name)


def _views(variant: Variant) -> str:
    asked = MOMENTS[variant.complaint_at]
    rows = [
        (both(name), _view(variant.views_complaint, view), _view(variant.views_end, view))
        for view, name in VIEW_NAMES.items()
    ]
    rows.append(("truth · 真相", code(variant.truth_complaint), code(variant.truth_end)))
    rows.append(("charges · 扣款", f"at most {variant.peak_charges}", f"{variant.net_charges}"))
    if variant.violates:
        rows.append(("breaks · 打破", "", codes(variant.violates)))
    return table(("", f"At the complaint: {both(asked)}", "At the end · 最后"), rows)


def _view(views: Views, view: str) -> str:
    if view == "cardholder":
        return codes(views.cardholder) or "–"
    return code(getattr(views, view))
