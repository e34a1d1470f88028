"""The acquirer's settlement detail for a merchant: one row for each sale, refund, fee and payout, as a table.

Headings and types follow the reports of a well-known provider. Debit and credit are seen from the merchant's balance
with the acquirer: a sale is credited to it, a refund debited, a payout debited as it leaves for the bank. So the rows
of one payout add up to nothing. Rates are blended: the whole fee stands under ``Commission``.

A sale that is kept back has a row as well, of a type of our own: its gross amount, no fee, nothing net, no payout. When
it is settled it has another one, which counts.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from poslab.messages.files.bad_file import BadFile, instead
from poslab.messages.files.figures import count_of, day_of, figure, figure_of, shown, signed, signed_of
from poslab.messages.files.table import Row, rows, table
from poslab.text import Text

SALE = "sale"
HELD = "held"
REFUND = "refund"
CHARGEBACK = "chargeback"
CHARGEBACK_REVERSED = "chargeback-reversed"
ADJUSTMENT = "adjustment"
FEE = "fee"
PAYOUT = "payout"
RETURNED = "payout-returned"

TYPES: Mapping[str, str] = {
    SALE: "Settled",
    HELD: "Held",
    REFUND: "Refunded",
    CHARGEBACK: "Chargeback",
    CHARGEBACK_REVERSED: "ChargebackReversed",
    ADJUSTMENT: "ManualCorrected",
    FEE: "Fee",
    PAYOUT: "MerchantPayout",
    RETURNED: "BankInstructionReturned",
}
"""What a row can be about, and how the report calls it."""

COLUMNS = (
    "Merchant Account", "Psp Reference", "Merchant Reference", "Payment Method", "Creation Date", "TimeZone", "Type",
    "Modification Reference", "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Exchange Rate",
    "Net Currency", "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)", "Scheme Fees (NC)",
    "Interchange (NC)", "Payment Method Variant", "Modification Merchant Reference", "Batch Number",
    "Booking Date", "Payout Reference",
)  # fmt: skip

_HELD_NET = Text("延迟结算的净额为零", "what is held is nothing net")
_KINDS = {name: kind for kind, name in TYPES.items()}
_CURRENCY, _ZONE = "CNY", "Asia/Shanghai"


class SettlementRow(Struct, frozen=True):
    """One row. Amounts in fen, above zero in the merchant's favour; ``net_fen`` is gross less fee.

    Of a sale that is held ``booked`` is the day since when, and ``batch`` 0.
    """

    kind: str
    """One of ``TYPES``."""
    mid: str
    booked: date
    """The day of the run that settled it."""
    created: date
    """The business date of a payment, the day of anything else."""
    gross_fen: int
    fee_fen: int
    payout_no: str
    batch: int
    """The merchant's payouts, counted from 1."""
    rrn: str = ""
    key: str = ""
    """TID, batch and voucher number as they stand on the slip: ``90000001-000001-000017``."""
    card: str = ""
    """First six and last four."""
    product: str = ""
    """``debit`` or ``credit``."""
    original: str = ""
    """Of a refund or a chargeback: the payment's RRN. ``rrn`` is then the refund's, or the number of the case."""

    @property
    def net_fen(self) -> int:
        """What it adds to the merchant's balance; what is held nothing."""
        return 0 if self.kind == HELD else self.gross_fen - self.fee_fen


def write(found: Sequence[SettlementRow]) -> bytes:
    """The table; without rows it is a heading."""
    return table(COLUMNS, (_cells(row) for row in found))


def read(content: bytes) -> tuple[SettlementRow, ...]:
    """Every row; ``BadFile`` for what cannot be used, such as a net amount that is not gross less fee."""
    return tuple(row_of(row) for row in rows(content, COLUMNS))


def _cells(row: SettlementRow) -> list[str]:
    whole = _direction(row.gross_fen)
    net = _direction(row.net_fen)
    return [
        row.mid, row.original or row.rrn, row.key, row.card, row.created.isoformat(), _ZONE, TYPES[row.kind],
        row.rrn if row.original else "", _CURRENCY, *whole, "1", _CURRENCY, *net,
        signed(row.fee_fen) if row.fee_fen else "", "", "", "", row.product, "", str(row.batch),
        row.booked.isoformat(), row.payout_no,
    ]  # fmt: skip


def _direction(amount_fen: int) -> tuple[str, str]:
    """Debit and credit cell: one of them holds the amount."""
    return (figure(-amount_fen), "") if amount_fen < 0 else ("", figure(amount_fen))


def row_of(row: Row) -> SettlementRow:
    line = row.line
    kind = _KINDS.get(row["Type"])
    if kind is None:
        kinds = Text(f"应为 {'、'.join(_KINDS)} 之一", f"it is one of {', '.join(_KINDS)}")
        raise BadFile(line, "Type", instead(kinds, shown(row["Type"])))
    for column in ("Gross Currency", "Net Currency"):
        if row[column] != _CURRENCY:
            raise BadFile(line, column, instead(Text(f"应为 {_CURRENCY}", f"it is {_CURRENCY}"), shown(row[column])))
    commission = row["Commission (NC)"]
    modified = row["Modification Reference"]
    found = SettlementRow(
        kind=kind,
        mid=row["Merchant Account"],
        booked=day_of(row["Booking Date"], line, "Booking Date"),
        created=day_of(row["Creation Date"], line, "Creation Date"),
        gross_fen=_amount(row, "Gross Debit (GC)", "Gross Credit (GC)"),
        fee_fen=signed_of(commission, line, "Commission (NC)") if commission else 0,
        payout_no=row["Payout Reference"],
        batch=count_of(row["Batch Number"], line, "Batch Number"),
        rrn=modified or row["Psp Reference"],
        key=row["Merchant Reference"],
        card=row["Payment Method"],
        product=row["Payment Method Variant"],
        original=row["Psp Reference"] if modified else "",
    )
    if found.net_fen != _amount(row, "Net Debit (NC)", "Net Credit (NC)"):
        net = signed(found.net_fen)
        why = Text(f"总额减手续费为 {net}", f"gross less commission is {net}")
        raise BadFile(line, "Net Credit (NC)", _HELD_NET if kind == HELD else why)
    return found


def _amount(row: Row, debit: str, credit: str) -> int:
    if (row[debit] == "") == (row[credit] == ""):
        why = Text("金额要么在借方要么在贷方", "an amount stands either under debit or under credit")
        raise BadFile(row.line, credit, why)
    return figure_of(row[credit], row.line, credit) if row[credit] else -figure_of(row[debit], row.line, debit)
