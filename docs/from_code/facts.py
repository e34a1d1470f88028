"""reference/facts.md: the questions that a diagnosis may ask, and who can know the answer."""

from docs.from_code.markdown import code, codes, page, table
from poslab.history.questions import FACTS
from poslab.history.words import VIEWS

_KINDS = {"yes-no": "yes or no", "count": "a number", "words": "several words", "text": "text", "word": "a word"}
_KNOWN = (
    ("merchant", "cashier and merchant: it was shown, printed or delivered to them"),
    ("support", "the provider's support, who reads the logs of platform and acquirer as well"),
    ("all", "only whoever sees the network's and the banks' logs too"),
)


def facts_page() -> str:
    """The page."""
    rows = []
    for name, fact in FACTS.items():
        words = tuple(VIEWS[name]) if fact.kind == "view" and name in VIEWS else fact.words
        answer = codes(words) if words else _KINDS.get(fact.kind, fact.kind)
        rows.append((code(name), fact.question.en, fact.question.zh, fact.role, answer))
    return page(
        "Facts",
        "A diagnosis rests on answers to these questions and on nothing else; what was injected is not among them. "
        "A result lists the facts that decided (`facts`) and those that nobody knew (`missing`). "
        "`poslab schema facts` prints their form.",
        table(("Known to", "Means"), _KNOWN),
        "## The questions",
        "A word that ends in a colon takes a code behind it: `declined:51`.",
        table(("Fact", "Question", "中文", "Known to", "Answer"), rows),
    )
