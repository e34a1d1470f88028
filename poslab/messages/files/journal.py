"""A merchant's own book as a table: an entry a row, what is debited, what is credited, and why."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from poslab.messages.files.bad_file import BadFile, instead
from poslab.messages.files.figures import day_of, figure, figure_of, shown
from poslab.messages.files.table import Row, rows, table
from poslab.text import Text

COLUMNS = ("date", "entry", "debit", "credit", "amount", "currency", "reference", "text")

ACCOUNTS = (
    "M.card_receivable", "M.bank", "M.sales", "M.fee_expense", "M.refunds", "M.chargebacks", "M.writeoff",
)  # fmt: skip
"""The accounts of a merchant's book."""

_CURRENCY = "CNY"


class JournalRow(Struct, frozen=True):
    """One posting: the same amount in fen, above zero, on one account's debit and another's credit side."""

    day: date
    entry: str
    """Which kind of entry, as the money's way numbers them: ``P1`` is a sale, ``P4c`` a payout credited."""
    debit: str
    credit: str
    amount_fen: int
    reference: str
    """An attempt's key, or a payout's number."""
    text: str


def write(found: Sequence[JournalRow]) -> bytes:
    """The table; without rows it is a heading."""
    return table(
        COLUMNS,
        (
            (
                row.day.isoformat(), row.entry, row.debit, row.credit, figure(row.amount_fen), _CURRENCY,
                row.reference, row.text,
            )
            for row in found
        ),
    )  # fmt: skip


def read(content: bytes) -> tuple[JournalRow, ...]:
    """Every row; ``BadFile`` for what cannot be used."""
    return tuple(_row(row) for row in rows(content, COLUMNS))


def _row(row: Row) -> JournalRow:
    for column in ("debit", "credit"):
        if row[column] not in ACCOUNTS:
            account = shown(row[column])
            raise BadFile(row.line, column, Text(f"商户没有科目 {account}", f"a merchant has no account {account}"))
    if row["currency"] != _CURRENCY:
        wanted = Text(f"应为 {_CURRENCY}", f"it is {_CURRENCY}")
        raise BadFile(row.line, "currency", instead(wanted, shown(row["currency"])))
    return JournalRow(
        day=day_of(row["date"], row.line, "date"),
        entry=row["entry"],
        debit=row["debit"],
        credit=row["credit"],
        amount_fen=figure_of(row["amount"], row.line, "amount"),
        reference=row["reference"],
        text=row["text"],
    )
