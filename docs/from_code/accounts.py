"""reference/accounts.md: the chart of accounts."""

from docs.from_code.markdown import both, code, page, table
from poslab.ledger.chart import BOOKS, CHART


def accounts_page() -> str:
    """The page."""
    parts = [
        (
            "Every institution keeps a balanced book of its own. The letter before the dot says whose book it is; "
            "`<detail>` stands for a card's name, a merchant's number, a payout. Wherever poslab says where money "
            "is, it names one of these accounts. Amounts are whole fen."
        ),
        "Book `R` holds everybody's central-bank money: where a party's own cash account differs, `R` is right.",
    ]
    for letter, name in BOOKS.items():
        rows = (
            (code(account.name), account.kind, account.meaning.en, account.meaning.zh)
            for account in CHART.values()
            if account.name.startswith(f"{letter}.")
        )
        parts += [f"## {letter}", both(name), table(("Account", "Kind", "Means", "中文"), rows)]
    return page("Accounts", *parts)
