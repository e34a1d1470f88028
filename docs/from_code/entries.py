"""reference/entries.md: what is posted for one good sale, read from the history of a run."""

from docs.from_code.markdown import code, page, table
from poslab.ledger.chart import BOOKS, label
from poslab.money import written
from poslab.party.contract import Posted
from poslab.party.time import clock_text, day_text
from scenarios.schema.load import load
from scenarios.stage.play import play

SCENARIO = "ok-not-due"


def entries_page() -> str:
    """The page."""
    played = play(load(SCENARIO), keep=True)
    (purchase,) = played.result.purchases
    rows = []
    for line, _ in played.pairs:
        for effect in line.effects:
            if isinstance(effect, Posted):
                for debit, credit, fen in effect.postings:
                    book = BOOKS[debit[0]].en
                    when = f"{day_text(line.at)[5:]} {clock_text(line.at)}"
                    rows.append((when, book, code(effect.entry), code(debit), code(credit), written(fen)))
    accounts = dict.fromkeys(account for row in rows for account in (row[3], row[4]))
    meanings = ((account, label(account.strip("`")).en, label(account.strip("`")).zh) for account in accounts)
    return page(
        "The entries of one sale",
        f"A good sale of {written(purchase.due)} by debit card, from the debit to the merchant's account: every entry "
        f"that anybody posts in `poslab run {SCENARIO}`. Why they come so is told in "
        "[the money's way](../background/the-moneys-way.md). The first letter of an account says whose book it is in; "
        "every line balances within its book.",
        table(("When", "Book", "Entry", "Debit 借", "Credit 贷", "Amount"), rows),
        "## The accounts",
        table(("Account", "Means", "中文"), meanings),
    )
