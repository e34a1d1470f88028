"""Tables in comma-separated lines (RFC 4180) with a heading; UTF-8, lines ended by CR LF."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from poslab.messages.files.bad_file import NO_COLUMN, NO_TEXT, BadFile, badly_quoted, too_few_cells


class Row(Struct, frozen=True):
    """A line of a table: its number in the file, and its cells by column."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The heading and the rows."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return written.getvalue().encode()


def rows(content: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """Each row, columns in any order and others among them; ``BadFile`` if one is missing or a row is cut off."""
    lines = records(content)
    line, heading = next(lines, (1, []))
    for column in columns:
        if column not in heading:
            raise BadFile(line, column, NO_COLUMN)
    for line, cells in lines:
        if len(cells) != len(heading):
            raise BadFile(line, "", too_few_cells(len(cells), len(heading)))
        yield Row(line, dict(zip(heading, cells, strict=True)))


def records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty, with its number; ``BadFile`` for what is no text, or badly quoted."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadFile(content.count(b"\n", 0, wrong.start) + 1, "", NO_TEXT) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as wrong:
        raise BadFile(reader.line_num, "", badly_quoted(wrong)) from None
