"""reference/view-words.md and reference/log-words.md: the closed lists of words."""

from docs.from_code.markdown import both, code, page, table
from poslab.console.words import POSSIBLE, ROLES, VERDICTS, VIEW_NAMES
from poslab.history.words import TRUTHS, VIEWS
from poslab.messages.words import WORDS


def views_page() -> str:
    """What is said of a purchase: eight views, the truth, whether it can be cancelled, a run's verdict."""
    parts = [
        (
            "Results, scenario files and evidence speak of a purchase in these words and in no others. A **view** "
            "is what one party would say if you asked it now. It may be wrong, and that is the subject of this "
            "program: after a lost answer the terminal says `unknown` while the card's bank says `debited`."
        ),
        (
            "A purchase may take several attempts. Then `terminal`, `platform`, `host`, `file` and `payout` tell "
            "of the first one; `issuer`, `merchant` and `cardholder` tell of the whole purchase."
        ),
    ]
    for view, words in VIEWS.items():
        name = both(VIEW_NAMES[view])
        note = ""
        if view == "cardholder":
            note = "A list: the messages on the cardholder's phone, in their order."
        elif any("CODE" in word or "REASON" in word for word in words):
            note = (
                "`CODE` is one of the [response codes](response-codes.md)."
                if view == "terminal"
                else "`REASON` is why the account bank sent the money back, such as `ACCOUNT_FROZEN`."
            )
        rows = ((code(word), text.en, text.zh) for word, text in words.items())
        parts += [f"## {view}", f"{name}. {note}".strip(), table(("Word", "Says", "中文"), rows)]
    parts += [
        "## truth",
        "What is really true of the money, whatever the parties believe. The right thing to do is different in each.",
        table(("Word", "Says", "中文"), ((code(word), text.en, text.zh) for word, text in TRUTHS.items())),
        "`claim_open` stands beside it: a claim still waits in a terminal, or as a hold on the card.",
        "## Can it be cancelled?",
        table(("Word", "Says", "中文"), ((code(word), text.en, text.zh) for word, text in POSSIBLE.items())),
        "## Verdict of a run",
        table(("Word", "Says", "中文"), ((code(word), text.en, text.zh) for word, text in VERDICTS.items())),
        "## Counts",
        table(
            ("Key", "Says"),
            (
                (code("charged_peak"), "the most debits of the purchase that stood at one moment"),
                (code("charged_net"), "the debits that stand"),
                (code("credited"), "how many of its sales are in the merchant's account"),
            ),
        ),
    ]
    return page("View words", *parts)


def log_page() -> str:
    """What parties write into their business logs 流水."""
    parts = [
        (
            "Every party writes a business log (流水) of its own: a word from a closed list, and details for people. "
            "A fault may wait for such a line (`on: {word: …}`), and the diagnosis reads them. `{name}` stands for "
            "a detail."
        ),
    ]
    for first, words in WORDS.items():
        roles = [role for role, same in WORDS.items() if same is words]
        if first != roles[0]:
            continue
        rows = ((code(word), text.en, text.zh) for word, text in words.items())
        names = ", ".join(both(ROLES[role]) for role in roles)
        parts += [f"## {', '.join(roles)}", names, table(("Word", "Says", "中文"), rows)]
    return page("Log words", *parts)
