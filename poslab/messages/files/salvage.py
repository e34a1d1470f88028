"""What can still be read of a paper that is damaged: each record by itself, and every error named with line and field.

A reader of a whole paper refuses it for one wrong record. Who compares papers needs the others: so here nothing is
dropped silently, and ``records`` and ``unreadable`` add up to the records that the paper holds.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Struct

from poslab.messages.files import camt053, clearing, mt940, settlement, slips, statement_csv
from poslab.messages.files.bad_file import NO_COLUMN, NO_TEXT, BadFile, Unfinished, badly_quoted, instead, too_few_cells
from poslab.messages.files.clearing import ClearedLine
from poslab.messages.files.figures import day_of, shown
from poslab.messages.files.settlement import SettlementRow
from poslab.messages.files.slips import SlipRow
from poslab.messages.files.statement import Entry, Pieces
from poslab.messages.files.table import Row
from poslab.text import Text

T = TypeVar("T")
Cells: TypeAlias = Mapping[str, str]

_BOM: Final = b"\xef\xbb\xbf"


class Torn(Struct, frozen=True):
    """A record that cannot be read."""

    line: int
    names: tuple[str, ...] = ()
    """What it is about, as far as that is legible: key, RRN, payout. Without any it may be about anything."""


class Salvaged(Struct, Generic[T]):
    """What was read, each with its line; what is wrong; and which records could not be read."""

    records: list[tuple[int, T]]
    bad: list[BadFile]
    torn: list[Torn] = []
    cut: bool = False
    """Whether the paper ends too early, so that nobody knows what is missing."""
    days: list[date] = []
    """Days that the paper is about, also where it has no record of them."""

    @property
    def unreadable(self) -> int:
        """How many records could not be read."""
        return len(self.torn)

    def refuse(self, wrong: BadFile, *names: str) -> None:
        """A record cannot be read; ``names`` are what it is about."""
        self.bad.append(wrong)
        self.torn.append(Torn(wrong.line, tuple(name for name in names if name)))


class Cleared(Struct, frozen=True):
    """A clearing line with the business date of its file."""

    business_date: str
    line: ClearedLine


class Booked(Struct, frozen=True):
    """An entry of a statement with its account, and the name of the day's paper."""

    account_no: str
    entry: Entry
    statement: str = ""


def salvage_slips(content: bytes) -> Salvaged[SlipRow]:
    """The slips of a table; ``BadFile`` where its heading cannot be used."""
    return _salvage_rows(content, slips.NEEDED, slips.slip_of, _slip_names)


def salvage_settlement(content: bytes) -> Salvaged[SettlementRow]:
    """The rows of a settlement detail; ``BadFile`` where its heading cannot be used."""
    return _salvage_rows(content, settlement.COLUMNS, settlement.row_of, _settled_names)


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
                found.refuse(unreadable, "-".join(cells[3:6]) if len(cells) > 6 else "", *cells[6:7])
        elif cells[0] != "T":
            found.refuse(BadFile(number, "record", instead(clearing.KINDS_OF_LINE, shown(cells[0]))))
    _whole(content, clearing.read, found)
    return found


def salvage_statement(content: bytes) -> Salvaged[Booked]:
    """The entries of a bank's statement: camt.053, MT940 or a table, whichever it is."""
    start = content.removeprefix(_BOM).lstrip()
    if start.startswith(b"<"):
        return _of_pieces(camt053.salvage(content), content.count(b"<Ntry>"))
    if start.startswith((b":20:", b"{1:")):
        return _of_pieces(mt940.salvage(content))
    found = _salvage_rows(content, statement_csv.COLUMNS, _booked, _booked_names)
    _whole(content, statement_csv.read, found)
    found.days = [day for day in map(_day_in, _lines(content)) if day is not None]
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
            yield number, [], BadFile(number, "", NO_TEXT)
        except csv.Error as wrong:
            yield number, [], BadFile(number, "", badly_quoted(wrong))


def _salvage_rows(
    content: bytes, columns: Sequence[str], reads: Callable[[Row], T | None], names: Callable[[Cells], Iterable[str]]
) -> Salvaged[T]:
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
                raise BadFile(number, missing, NO_COLUMN)
            continue
        if wrong is None and len(cells) != len(heading):
            wrong = BadFile(number, "", too_few_cells(len(cells), len(heading)))
            cells = cells[:-1]  # the last one may be cut off
        row = Row(number, {name: cell.strip() for name, cell in zip(heading, cells, strict=False)})
        if wrong is not None:
            found.refuse(wrong, *names(row.cells))
            continue
        try:
            record = reads(row)
            if record is not None:
                found.records.append((number, record))
        except BadFile as unreadable:
            found.refuse(unreadable, *names(row.cells))
    if heading is None:
        why = Text(f"{NO_COLUMN.zh}：文件为空", f"{NO_COLUMN.en}: the file is empty")
        raise BadFile(1, columns[0], why)
    return found


def _booked(row: Row) -> Booked | None:
    if row["type"] != "entry":
        if row["type"] in ("opening", "closing"):
            return None
        raise BadFile(row.line, "type", instead(statement_csv.KINDS_OF_ROW, shown(row["type"])))
    name = f"{row['account_number']}/{row['statement_no']}/{row['date'][:4]}"
    return Booked(row["account_number"], statement_csv.entry_of(row), name)


def _slip_names(cells: Cells) -> Iterable[str]:
    key = [cells.get(column, "") for column in ("tid", "batch", "stan")]
    return ("-".join(key) if all(key) else "", cells.get("rrn", ""))


def _settled_names(cells: Cells) -> Iterable[str]:
    return tuple(cells.get(column, "") for column in ("Merchant Reference", "Psp Reference", "Payout Reference"))


def _booked_names(cells: Cells) -> Iterable[str]:
    return (cells.get("reference", ""),)


def _day_in(line: tuple[int, list[str], BadFile | None]) -> date | None:
    """The date in the first cell of a statement's row, where one stands there."""
    number, cells, wrong = line
    try:
        return day_of(cells[0], number, "date") if wrong is None else None
    except BadFile:
        return None


def _whole(content: bytes, reads: Callable[[bytes], object], found: Salvaged[T]) -> None:
    """Name also what is wrong with the paper as a whole, such as a trailer that counts otherwise."""
    try:
        reads(content)
    except BadFile as wrong:
        if not any(known.line == wrong.line for known in found.bad):
            found.bad.append(wrong)
        found.cut = isinstance(wrong, Unfinished)


def _of_pieces(pieces: Pieces, wanted: int = 0) -> Salvaged[Booked]:
    """Entries of a statement that was read piece by piece; ``wanted`` are as many as it seems to have."""
    found: Salvaged[Booked] = Salvaged([], list(pieces.bad), cut=pieces.cut, days=pieces.days)
    for line, statement, entry in pieces.entries:
        found.records.append((line, Booked(pieces.accounts[statement], entry, statement)))
    for wrong, reference in pieces.torn:
        found.refuse(wrong, reference)
    lost = wanted - len(found.records) - len(found.torn)
    found.torn += [Torn(0)] * max(0, lost)
    return found
