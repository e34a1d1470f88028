"""A merchant's slips, or a terminal's batch, as a table: one row a sale, refund or void.

``type`` is ``sale``, ``refund`` or ``void``; amounts are yuan without a sign. Of a void ``original`` is the sale's TID,
batch and STAN (``90000001-000001-000017``) or, where all of that is the void's own, its STAN alone. ``rrn``, ``batch``
and ``order`` (the till's number of the purchase) may be empty, and columns that nobody asks for may stand among these.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from poslab.messages.files.bad_file import BadFile, instead
from poslab.messages.files.figures import day_of, figure, figure_of, shown
from poslab.messages.files.table import Row, table
from poslab.text import Text

SALE: Final = "sale"
REFUND: Final = "refund"
VOID: Final = "void"
TYPES: Final = (SALE, REFUND, VOID)

NEEDED: Final = ("mid", "tid", "stan", "type", "amount", "date")
COLUMNS: Final = ("mid", "tid", "batch", "stan", "rrn", "type", "amount", "date", "order", "original")

_LONGEST: Final = 64


class SlipRow(Struct, frozen=True):
    """One slip. ``amount_fen`` is above zero, whatever it is."""

    type: str
    mid: str
    tid: str
    batch: str
    stan: str
    amount_fen: int
    day: date
    rrn: str = ""
    order: str = ""
    original: str = ""
    """Of a void: the sale's TID, batch and STAN."""


def write(slips: Sequence[SlipRow]) -> bytes:
    """The table; without slips it is a heading."""
    return table(
        COLUMNS,
        (
            [
                slip.mid, slip.tid, slip.batch, slip.stan, slip.rrn, slip.type, figure(slip.amount_fen),
                slip.day.isoformat(), slip.order, slip.original,
            ]
            for slip in slips
        ),
    )  # fmt: skip


def slip_of(row: Row) -> SlipRow:
    """The slip of a row; ``BadFile`` for what cannot be used."""
    line, cells = row.line, row.cells
    for column in COLUMNS:
        if len(cells.get(column, "")) > _LONGEST:
            many = len(cells[column])
            raise BadFile(line, column, Text(f"{many} 个字符过长", f"{many} characters are too many"))
    if row["type"] not in TYPES:
        types = Text(f"应为 {'、'.join(TYPES)} 之一", f"it is {', '.join(TYPES)}")
        raise BadFile(line, "type", instead(types, shown(row["type"])))
    tid, batch, stan = row["tid"], cells.get("batch", ""), row["stan"]
    for column in ("mid", "tid", "stan"):
        if not row[column]:
            raise BadFile(line, column, Text("内容为空", "it is empty"))
    original = cells.get("original", "")
    if row["type"] == VOID:
        original = original if "-" in original else f"{tid}-{batch}-{original}"
        if original.count("-") != 2 or not all(original.split("-")):
            form = Text("被撤销的消费写作 000017", "the voided sale is named like 000017")
            raise BadFile(line, "original", instead(form, shown(cells.get("original", ""))))
    return SlipRow(
        type=row["type"],
        mid=row["mid"],
        tid=tid,
        batch=batch,
        stan=stan,
        amount_fen=figure_of(row["amount"], line, "amount"),
        day=day_of(row["date"], line, "date"),
        rrn=cells.get("rrn", ""),
        order=cells.get("order", ""),
        original=original if row["type"] == VOID else "",
    )
