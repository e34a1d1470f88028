"""The books of the institutions: entries and balances."""

from poslab.console.report.markup import both, safe, tag
from poslab.console.story import Book, Entry, Story
from poslab.console.words import AT_COMPLAINT, AT_END
from poslab.ledger.chart import label
from poslab.money import written
from poslab.party.time import clock_text, day_text
from poslab.text import Text

_MOST = 60


def books(story: Story) -> str:
    """Every book that was posted in: what its accounts stand at, and its entries."""
    if not story.books:
        return tag("p", both(Text("没有任何记账。", "Nothing was posted anywhere.")), "pale")
    note = Text(
        "金额为开始以来的变动，以人民币元计；借方在左。",
        "Amounts are movements since the beginning, in yuan; debit side first.",
    )
    return tag("p", both(note), "pale") + "".join(_book(book) for book in story.books)


def _book(book: Book) -> str:
    asked = any(balance.at_complaint is not None for balance in book.balances)
    head = tag("th", both(Text("账户", "account")), scope="col")
    if asked:
        head += tag("th", both(AT_COMPLAINT), "num", scope="col")
    head += tag("th", both(AT_END), "num", scope="col")
    rows = ""
    for balance in book.balances:
        cells = tag("td", both(balance.label) + tag("small", safe(balance.account)))
        if asked:
            cells += tag("td", _sum(balance.at_complaint), "num")
        rows += tag("tr", cells + tag("td", _sum(balance.at_end), "num"))
    balances = _table(head, rows)
    heads = (Text("时间", "time"), Text("分录", "entry"), Text("借", "debit"), Text("贷", "credit"))
    head = "".join(tag("th", both(name), scope="col") for name in heads)
    head += tag("th", both(Text("金额", "amount")), "num", scope="col")
    entries = _table(head, "".join(_entry(entry, book.letter) for entry in book.entries[:_MOST]))
    more = len(book.entries) - _MOST
    if more > 0:
        entries += tag("p", both(Text(f"另有 {more} 笔分录。", f"{more} more entries.")), "pale")
    summary = tag("summary", f"{both(book.name)} <span class='pale'>({len(book.entries)})</span>")
    return tag(
        "details", f"{summary}<div class='inner'>{balances}{tag('h3', both(Text('分录', 'Entries')))}{entries}</div>"
    )


def _entry(entry: Entry, letter: str) -> str:
    rows = ""
    for debit, credit, amount in entry.postings:
        if debit[:2] != letter + ".":
            continue
        rows += tag(
            "tr",
            tag("td", f"{day_text(entry.at)[5:]} {clock_text(entry.at)}", "mono when")
            + tag("td", tag("span", safe(entry.entry), "mono"))
            + tag("td", both(label(debit)))
            + tag("td", both(label(credit)))
            + tag("td", written(amount), "num"),
        )
    return rows


def _sum(amount: int | None) -> str:
    return "–" if amount is None else written(amount)


def _table(head: str, rows: str) -> str:
    return tag("div", tag("table", tag("thead", tag("tr", head)) + tag("tbody", rows)), "wide", tabindex="0")
