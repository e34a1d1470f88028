"""The bank's statement as a table: per day an ``opening`` row, the entries, a ``closing`` row; balances run along."""

from collections.abc import Sequence
from datetime import date

from poslab.messages.files.bad_file import BadFile, Unfinished, instead
from poslab.messages.files.figures import count_of, day_of, figure, figure_of, shown, signed, signed_of
from poslab.messages.files.statement import Entry, Statement, proven, writable
from poslab.messages.files.table import Row, rows, table
from poslab.text import Text

COLUMNS = (
    "date", "value_date", "type", "reference", "bank_reference", "description", "debit", "credit", "balance",
    "currency", "account_number", "statement_no",
)  # fmt: skip

_OPENING, _ENTRY, _CLOSING = "opening", "entry", "closing"


KINDS_OF_ROW = Text("应为 opening、entry 或 closing", "it is opening, entry or closing")


def write(statements: Sequence[Statement]) -> bytes:
    """The table; ``balance`` bears a sign, ``debit`` and ``credit`` do not. ``ValueError`` for no statement."""
    if not statements:
        raise ValueError("a table tells of one day at least")
    return table(COLUMNS, (row for statement in statements for row in _rows(writable(statement))))


def read(content: bytes) -> tuple[Statement, ...]:
    """Every day of a table; ``BadFile`` for what cannot be used, such as a balance that does not follow."""
    found: list[Statement] = []
    begun: Row | None = None
    entries: list[Entry] = []
    balance_fen = line = 0
    for row in rows(content, COLUMNS):
        line, kind = row.line, row["type"]
        if kind not in (_OPENING, _ENTRY, _CLOSING):
            raise BadFile(line, "type", instead(KINDS_OF_ROW, shown(kind)))
        if (begun is None) != (kind == _OPENING):
            order = "a day has one opening row, entries, and one closing row, in this order"
            raise BadFile(line, "type", Text("一天依次为一行 opening、若干行 entry、一行 closing", order))
        said_fen = signed_of(row["balance"], line, "balance")
        if begun is None:
            begun, entries, balance_fen = row, [], said_fen
            continue
        for column in ("currency", "account_number", "statement_no"):
            if row[column] != begun[column]:
                first = shown(begun[column])
                why = Text(f"与 opening 行的 {first} 不同", f"it is not that of the opening row, {first}")
                raise BadFile(line, column, why)
        if kind == _ENTRY:
            entries.append(entry_of(row))
            balance_fen += entries[-1].amount_fen
        if said_fen != balance_fen:
            follows = Text(
                f"由以上各行应得 {signed(balance_fen)}", f"{signed(balance_fen)} follows from the rows above"
            )
            raise BadFile(line, "balance", instead(follows, signed(said_fen)))
        if kind == _CLOSING:
            found.append(_statement(begun, row, entries))
            begun = None
    if begun is not None or not found:
        raise Unfinished(max(line, 1), "type", Text("缺少 closing 行", "the closing row is missing"))
    return tuple(found)


def _rows(statement: Statement) -> list[list[str]]:
    tail = [statement.currency, statement.account_no, str(statement.number)]
    balance_fen = statement.opening_fen
    written = [_balance_row(_OPENING, statement.day, balance_fen, tail)]
    for entry in statement.entries:
        balance_fen += entry.amount_fen
        written.append(
            [
                entry.booked.isoformat(),
                entry.valued.isoformat(),
                _ENTRY,
                entry.reference,
                entry.bank_reference,
                entry.purpose,
                figure(-entry.amount_fen) if entry.amount_fen < 0 else "",
                figure(entry.amount_fen) if entry.amount_fen > 0 else "",
                signed(balance_fen),
                *tail,
            ]
        )
    written.append(_balance_row(_CLOSING, statement.day, statement.closing_fen, tail))
    return written


def _balance_row(kind: str, day: date, balance_fen: int, tail: list[str]) -> list[str]:
    return [day.isoformat(), "", kind, "", "", "", "", "", signed(balance_fen), *tail]


def entry_of(row: Row) -> Entry:
    debit, credit = row["debit"], row["credit"]
    if (debit == "") == (credit == ""):
        raise BadFile(row.line, "credit", Text("一笔要么借记要么贷记", "an entry is either a debit or a credit"))
    booked = day_of(row["date"], row.line, "date")
    return Entry(
        booked=booked,
        valued=day_of(row["value_date"], row.line, "value_date") if row["value_date"] else booked,
        amount_fen=figure_of(credit, row.line, "credit") if credit else -figure_of(debit, row.line, "debit"),
        reference=row["reference"],
        bank_reference=row["bank_reference"],
        purpose=row["description"],
    )


def _statement(opening: Row, closing: Row, entries: list[Entry]) -> Statement:
    statement = Statement(
        account_no=closing["account_number"],
        number=count_of(closing["statement_no"], closing.line, "statement_no"),
        day=day_of(closing["date"], closing.line, "date"),
        opening_fen=signed_of(opening["balance"], opening.line, "balance"),
        entries=tuple(entries),
        closing_fen=signed_of(closing["balance"], closing.line, "balance"),
        currency=closing["currency"],
    )
    return proven(statement, closing.line)
