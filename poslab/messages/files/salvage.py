"""What can still be read of a paper that is damaged: each record by itself, and every error named with line and field.

A reader of a whole paper refuses it for one wrong record. Who compares papers needs the others: so here nothing is
dropped silently, and ``records`` and ``unreadable`` add up to the records that the paper holds.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from msgspec import Struct

from poslab.messages.files import camt053, clearing, mt940, settlement, slips, statement_csv
from poslab.messages.files.bad_file import BadFile
from poslab.messages.files.clearing import ClearedLine
from poslab.messages.files.figures import day_of, shown
from poslab.messages.files.settlement import SettlementRow
from poslab.messages.files.slips import SlipRow
from poslab.messages.files.statement import Entry, Statement
from poslab.messages.files.table import Row

T = TypeVar("T")

_BOM: Final = b"\xef\xbb\xbf"


class Salvaged(Struct, Generic[T]):
    """What was read, each with its line; what is wrong; and how many records could not be read."""

    records: list[tuple[int, T]]
    bad: list[BadFile]
    unreadable: int = 0

    def refuse(self, wrong: BadFile) -> None:
        """A record cannot be read."""
        self.bad.append(wrong)
        self.unreadable += 1


class Cleared(Struct, frozen=True):
    """A clearing line with the business date of its file."""

    business_date: str
    line: ClearedLine


class Booked(Struct, frozen=True):
    """An entry of a statement with its account."""

    account_no: str
    entry: Entry


def salvage_slips(content: bytes) -> Salvaged[SlipRow]:
    """The slips of a table; ``BadFile`` where its heading cannot be used."""
    return _salvage_rows(content, slips.NEEDED, slips.slip_of)


def salvage_settlement(content: bytes) -> Salvaged[SettlementRow]:
    """The rows of a settlement detail; ``BadFile`` where its heading cannot be used."""
    return _salvage_rows(content, settlement.COLUMNS, settlement.row_of)


def salvage_clearing(content: bytes) -> Salvaged[Cleared]:
    """The lines of clearing files; what is wrong with heads and trailers is named as well."""
    found: Salvaged[Cleared] = Salvaged([], [])
    business_date = ""
    for number, cells, wrong in _lines(content):
        if wrong is not None:
            found.refuse(wrong)
            continue
        if cells[0] == "H" and len(cells) > 4:
            business_date = cells[4]
        elif cells[0] == "L":
            try:
                line = clearing.line_of(cells, number)
                found.records.append(
                    (number, Cleared(day_of(business_date, number, "business_date").isoformat(), line))
                )
            except BadFile as unreadable:
                found.refuse(unreadable)
        elif cells[0] != "T":
            found.refuse(BadFile(number, "record", f"a line is H, L or T, not {shown(cells[0])}"))
    _whole(content, clearing.read, found)
    return found


def salvage_statement(content: bytes) -> Salvaged[Booked]:
    """The entries of a bank's statement: camt.053, MT940 or a table, whichever it is."""
    start = content.removeprefix(_BOM).lstrip()
    if start.startswith(b"<"):
        return _all_or_nothing(content, camt053.read, b"<Ntry>")
    if start.startswith((b":20:", b"{1:")):
        return _all_or_nothing(content, mt940.read, b":61:")
    found = _salvage_rows(content, statement_csv.COLUMNS, _booked)
    _whole(content, statement_csv.read, found)
    return found


# --- tables


def _lines(content: bytes) -> Iterator[tuple[int, list[str], BadFile | None]]:
    """Every line by itself, so that one that is damaged harms no other; empty ones are passed over."""
    for number, raw in enumerate(content.removeprefix(_BOM).split(b"\n"), start=1):
        raw = raw.rstrip(b"\r")
        if not raw.strip():
            continue
        try:
            rows = list(csv.reader([raw.decode()], strict=True))
            yield number, rows[0] if rows and rows[0] else [""], None
        except UnicodeDecodeError:
            yield number, [], BadFile(number, "", "it cannot be read as text")
        except csv.Error as wrong:
            yield number, [], BadFile(number, "", f"this is no comma-separated line: {wrong}")


def _salvage_rows(content: bytes, columns: Sequence[str], reads: Callable[[Row], T | None]) -> Salvaged[T]:
    """``reads`` answers ``None`` for a row that is no record."""
    found: Salvaged[T] = Salvaged([], [])
    heading: list[str] | None = None
    for number, cells, wrong in _lines(content):
        if heading is None:
            if wrong is not None:
                raise wrong
            heading = [cell.strip() for cell in cells]
            missing = next((column for column in columns if column not in heading), None)
            if missing is not None:
                raise BadFile(number, missing, "this column is missing")
            continue
        if wrong is None and len(cells) != len(heading):
            wrong = BadFile(number, "", f"{len(cells)} cells stand under {len(heading)} columns")
        if wrong is not None:
            found.refuse(wrong)
            continue
        try:
            row = Row(number, {name: cell.strip() for name, cell in zip(heading, cells, strict=True)})
            record = reads(row)
            if record is not None:
                found.records.append((number, record))
        except BadFile as unreadable:
            found.refuse(unreadable)
    if heading is None:
        raise BadFile(1, columns[0], "this column is missing: the file is empty")
    return found


def _booked(row: Row) -> Booked | None:
    if row["type"] != "entry":
        if row["type"] in ("opening", "closing"):
            return None
        raise BadFile(row.line, "type", f"it is opening, entry or closing, not {shown(row['type'])}")
    return Booked(row["account_number"], statement_csv.entry_of(row))


def _whole(content: bytes, reads: Callable[[bytes], object], found: Salvaged[T]) -> None:
    """Name also what is wrong with the paper as a whole, such as a trailer that counts otherwise."""
    try:
        reads(content)
    except BadFile as wrong:
        if not any(known.line == wrong.line for known in found.bad):
            found.bad.append(wrong)


def _all_or_nothing(content: bytes, reads: Callable[[bytes], tuple[Statement, ...]], mark: bytes) -> Salvaged[Booked]:
    """A paper whose records cannot be told apart once it is damaged; those that it seems to have are counted."""
    found: Salvaged[Booked] = Salvaged([], [])
    try:
        for statement in reads(content):
            for entry in statement.entries:
                found.records.append((0, Booked(statement.account_no, entry)))
    except BadFile as wrong:
        found.bad.append(wrong)
        found.unreadable = content.count(mark)
    return found
