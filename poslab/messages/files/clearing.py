"""The acquirer's clearing file of a business date: what it claims from the network, and what it gives back.

Comma-separated lines, UTF-8, lines ended by CR LF. The first cell tells the kind of a line::

    H,poslab-clearing/1,FILE_NO,ACQUIRER,BUSINESS_DATE,SETTLEMENT_DATE
    L,NUMBER,MID,TID,BATCH,STAN,RRN,CARD,KIND,AMOUNT,INTERCHANGE,ACQUIRER_FEE,ISSUER_FEE
    T,COUNT,SALES,REFUNDS,DUE

``KIND`` is ``sale``, ``refund``, ``chargeback`` or ``representment`` (one that was won). The latter two bear TID, batch
and STAN of the sale, and their case's number as ``RRN``; they count among the refunds and the sales of the trailer.

Amounts are yuan without a sign. ``DUE`` bears one, and is what the network pays: sales less refunds, interchange and
the acquirer's network fee. A card is its first six and last four. A merchant's fee is none of the network's business.
Several files may stand one after the other.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from poslab.messages.files.bad_file import BadFile, Unfinished, instead
from poslab.messages.files.figures import count_of, day_of, figure, figure_of, shown, signed, signed_of
from poslab.messages.files.table import records
from poslab.text import Text

SCHEMA = "poslab-clearing/1"

KINDS_OF_LINE = Text("一行以 H、L 或 T 开头", "a line is H, L or T")

_HEAD = ("record", "schema", "file_no", "acquirer", "business_date", "settlement_date")
_LINE = (
    "record", "number", "mid", "tid", "batch", "stan", "rrn", "card", "kind", "amount", "interchange", "acquirer_fee",
    "issuer_fee",
)  # fmt: skip
_TRAILER = ("record", "count", "sales", "refunds", "due")
_COLUMNS = {"H": _HEAD, "L": _LINE, "T": _TRAILER}
_KINDS = {(False, False): "sale", (True, False): "refund", (True, True): "chargeback", (False, True): "representment"}
"""Whether it is given back, and whether it belongs to a dispute → how the file calls it."""
_MEANINGS = {word: meaning for meaning, word in _KINDS.items()}


class ClearedLine(Struct, frozen=True):
    """One payment, or what is given back where ``amount_fen`` is below zero; amounts in fen."""

    mid: str
    key: str
    """TID, batch and voucher number: ``90000001-000001-000017``."""
    rrn: str
    card: str
    """First six and last four."""
    amount_fen: int
    interchange_fen: int
    acquirer_fee_fen: int
    issuer_fee_fen: int
    disputed: bool = False
    """A chargeback or a representment: ``key`` is the sale's, ``rrn`` the number of the case."""

    @property
    def due_fen(self) -> int:
        """What the network owes the acquirer for it."""
        return self.amount_fen - self.interchange_fen - self.acquirer_fee_fen


class ClearingPaper(Struct, frozen=True):
    """A business date's file."""

    file_no: str
    acquirer: str
    business_date: date
    settlement_date: date
    lines: tuple[ClearedLine, ...]


def write(papers: Sequence[ClearingPaper]) -> bytes:
    """The files, one after the other."""
    written: list[str] = []
    for paper in papers:
        dates = (paper.business_date.isoformat(), paper.settlement_date.isoformat())
        written.append(",".join(("H", SCHEMA, paper.file_no, paper.acquirer, *dates)))
        written += [_line_text(number, line) for number, line in enumerate(paper.lines, start=1)]
        count, sales_fen, refunds_fen, due_fen = _sums(paper.lines)
        written.append(",".join(("T", str(count), figure(sales_fen), figure(refunds_fen), signed(due_fen))))
    return "".join(line + "\r\n" for line in written).encode()


def read(content: bytes) -> tuple[ClearingPaper, ...]:
    """Every file; ``BadFile`` for what cannot be used, such as a trailer that counts or sums otherwise."""
    found: list[ClearingPaper] = []
    head: dict[str, str] | None = None
    begun = number = 0
    lines: list[ClearedLine] = []
    for number, cells in records(content):
        columns = _COLUMNS.get(cells[0])
        if columns is None:
            raise BadFile(number, "record", instead(KINDS_OF_LINE, shown(cells[0])))
        if len(cells) != len(columns):
            raise BadFile(number, "record", _cells_of(cells, len(columns)))
        record = dict(zip(columns, cells, strict=True))
        if (head is None) != (cells[0] == "H"):
            order = "a file is one line H, lines L, and one line T, in this order"
            raise BadFile(number, "record", Text("一个文件依次为一行 H、若干行 L、一行 T", order))
        if head is None:
            if record["schema"] != SCHEMA:
                wanted = Text(f"应为 {SCHEMA}", f"it is {SCHEMA}")
                raise BadFile(number, "schema", instead(wanted, shown(record["schema"])))
            head, begun, lines = record, number, []
        elif cells[0] == "L":
            lines.append(_line(record, number, len(lines) + 1))
        else:
            _prove(record, number, lines)
            found.append(_paper(head, begun, lines))
            head = None
    if head is not None or not found:
        raise Unfinished(max(number, 1), "record", Text("缺少 T 行", "the line T is missing"))
    return tuple(found)


def line_of(cells: Sequence[str], at: int) -> ClearedLine:
    """A line L by itself, whatever stands around it; ``BadFile`` if it cannot be used."""
    if len(cells) != len(_LINE):
        raise BadFile(at, "record", _cells_of(["L", *cells[1:]], len(_LINE)))
    return _line(dict(zip(_LINE, cells, strict=True)), at, count_of(cells[1], at, "number"))


def _cells_of(cells: Sequence[str], wanted: int) -> Text:
    return instead(Text(f"{cells[0]} 行有 {wanted} 个值", f"a line {cells[0]} has {wanted} cells"), len(cells))


def _line_text(number: int, line: ClearedLine) -> str:
    kind = _KINDS[line.amount_fen < 0, line.disputed]
    amounts = (abs(line.amount_fen), line.interchange_fen, line.acquirer_fee_fen, line.issuer_fee_fen)
    cells = ("L", str(number), line.mid, *line.key.split("-"), line.rrn, line.card, kind, *map(figure, amounts))
    return ",".join(cells)


def _sums(lines: Sequence[ClearedLine]) -> tuple[int, int, int, int]:
    """Count, sales, refunds, and what is due."""
    sales_fen = sum(line.amount_fen for line in lines if line.amount_fen > 0)
    refunds_fen = -sum(line.amount_fen for line in lines if line.amount_fen < 0)
    return len(lines), sales_fen, refunds_fen, sum(line.due_fen for line in lines)


def _line(record: dict[str, str], at: int, wanted: int) -> ClearedLine:
    number = count_of(record["number"], at, "number")
    if number != wanted:
        raise BadFile(at, "number", instead(Text(f"此处应为第 {wanted} 笔", f"line {wanted} is wanted here"), number))
    kind = record["kind"]
    if kind not in _MEANINGS:
        kinds = Text(f"应为 {'、'.join(_MEANINGS)} 之一", f"it is one of {', '.join(_MEANINGS)}")
        raise BadFile(at, "kind", instead(kinds, shown(kind)))
    gives_back, disputed = _MEANINGS[kind]
    amount_fen, interchange_fen, acquirer_fee_fen, issuer_fee_fen = (
        figure_of(record[column], at, column) for column in _LINE[-4:]
    )
    return ClearedLine(
        mid=record["mid"],
        key="-".join((record["tid"], record["batch"], record["stan"])),
        rrn=record["rrn"],
        card=record["card"],
        amount_fen=-amount_fen if gives_back else amount_fen,
        interchange_fen=interchange_fen,
        acquirer_fee_fen=acquirer_fee_fen,
        issuer_fee_fen=issuer_fee_fen,
        disputed=disputed,
    )


def _prove(record: dict[str, str], at: int, lines: Sequence[ClearedLine]) -> None:
    count, *sums_fen = _sums(lines)
    said = count_of(record["count"], at, "count")
    if said != count:
        raise BadFile(at, "count", instead(Text(f"以上有 {count} 笔", f"{count} lines stand above"), said))
    for column, sum_fen in zip(_TRAILER[2:], sums_fen, strict=True):
        if signed_of(record[column], at, column) != sum_fen:
            given = Text(f"以上各笔合计 {signed(sum_fen)}", f"the lines above give {signed(sum_fen)}")
            raise BadFile(at, column, instead(given, shown(record[column])))


def _paper(head: dict[str, str], at: int, lines: list[ClearedLine]) -> ClearingPaper:
    return ClearingPaper(
        file_no=head["file_no"],
        acquirer=head["acquirer"],
        business_date=day_of(head["business_date"], at, "business_date"),
        settlement_date=day_of(head["settlement_date"], at, "settlement_date"),
        lines=tuple(lines),
    )
