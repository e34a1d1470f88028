"""reference/response-codes.md: field 39, what each code says and what must be done."""

from docs.from_code.markdown import code, page, table
from poslab.messages.codes import CODES

_CLASSES = (
    ("A", "success"),
    ("B", "failed, may be retried"),
    ("C", "failed, must not be retried"),
    ("D", "failed, the operator must act (such as keep the card)"),
    ("E", "system fault, must not be retried"),
)
_OUTCOMES = (
    ("approved", "something was posted"),
    ("declined", "nothing was posted; this sale is over"),
    ("unknown", "somebody may have posted: query, never repeat"),
)


def codes_page() -> str:
    """The page."""
    rows = (
        (code(row.code), row.outcome.value, row.klass, row.en, row.zh, row.action.en, row.action.zh)
        for row in CODES.values()
    )
    return page(
        "Response codes",
        "Field 39 of an answer 应答码. A code is a value with one of three outcomes; a bool could not hold them.",
        table(("Outcome", "Means"), _OUTCOMES),
        "Silence is `unknown` as well, and so is a code that is not in the table. Only for `96` a mark matters: "
        "where the host says *not forwarded*, nothing can have been posted and the answer is a decline.",
        "The class is that of UnionPay's terminal specification.",
        table(("Class", "Means"), _CLASSES),
        "## The codes",
        table(("Code", "Outcome", "Class", "Says", "中文", "Do", "处理"), rows),
    )
