"""Settlement detail, clearing file and merchant's book: what is written is read, and what contradicts itself is not."""

from collections.abc import Callable
from datetime import date

import pytest
from bilingual import told_in_both
from hypothesis import given, settings
from hypothesis import strategies as st

from poslab.messages.files import clearing, journal, settlement
from poslab.messages.files.bad_file import BadFile
from poslab.messages.files.clearing import ClearedLine, ClearingPaper
from poslab.messages.files.journal import JournalRow
from poslab.messages.files.settlement import SettlementRow

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
MID = "999000054110001"
PAYOUT = f"{MID}-20260105"
CARD = "999999******0014"

SALE = SettlementRow(
    settlement.SALE, MID, TUESDAY, MONDAY, 12_800, 64, PAYOUT, 1, "260000000001", "90000001-000001-000017", CARD,
    "debit",
)  # fmt: skip
REFUND = SettlementRow(
    settlement.REFUND, MID, TUESDAY, MONDAY, -5_000, 0, PAYOUT, 1, "260000000009", "90000001-000002-000021", CARD,
    "debit", "260000000001",
)  # fmt: skip
HELD = SettlementRow(
    settlement.HELD, MID, TUESDAY, MONDAY, 12_800, 0, "", 0, "260000000001", "90000001-000001-000017", CARD, "debit",
)  # fmt: skip
PAID = SettlementRow(settlement.PAYOUT, MID, TUESDAY, TUESDAY, -7_736, 0, PAYOUT, 1)

LINES = (
    ClearedLine(MID, "90000001-000001-000017", "260000000001", CARD, 12_800, 45, 4, 4),
    ClearedLine(MID, "90000001-000002-000021", "260000000009", CARD, -5_000, 0, 0, 0),
)
PAPER = ClearingPaper("20260105-host", "host", MONDAY, TUESDAY, LINES)

FEN = st.integers(0, 10**9)
DAYS = st.dates(MONDAY, date(2026, 12, 31))
ROWS = st.builds(
    SettlementRow, st.sampled_from(sorted(settlement.TYPES)), st.just(MID), DAYS, DAYS, st.integers(-(10**9), 10**9),
    st.integers(-100, 10**6), st.just(PAYOUT), st.integers(1, 99), st.just("260000000009"),
    original=st.sampled_from(("", "260000000001")),
)  # fmt: skip
PAPERS = st.builds(
    ClearingPaper, st.just("20260105-host"), st.just("host"), DAYS, DAYS,
    st.lists(
        st.builds(
            ClearedLine, st.just(MID), st.just("90000001-000001-000017"), st.just("260000000001"), st.just(CARD),
            st.integers(-(10**9), 10**9).filter(bool), FEN, FEN, FEN,
        )
    ).map(tuple),
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(ROWS).map(tuple), st.lists(PAPERS, min_size=1, max_size=3).map(tuple))
def test_what_is_written_is_read(rows: tuple[SettlementRow, ...], papers: tuple[ClearingPaper, ...]) -> None:
    assert settlement.read(settlement.write(rows)) == rows
    assert clearing.read(clearing.write(papers)) == papers


def test_a_settlement_row_says_its_direction() -> None:
    _, sale, refund, paid = settlement.write([SALE, REFUND, PAID]).decode().splitlines()
    assert ",Settled,,CNY,,128.00,1,CNY,,127.36,0.64,,,,debit,,1,2026-01-06," in sale
    assert ",260000000001,90000001-000002-000021," in refund and ",Refunded,260000000009,CNY,50.00,,1,CNY," in refund
    assert ",MerchantPayout,,CNY,77.36,,1,CNY,77.36,," in paid
    assert sum(row.net_fen for row in (SALE, REFUND, PAID)) == 0


def test_what_is_held_counts_nothing_and_says_how_much_it_is() -> None:
    _, held = settlement.write([HELD]).decode().splitlines()
    assert ",Held,,CNY,,128.00,1,CNY,,0.00,,,,,debit,,0,2026-01-06," in held
    assert (HELD.gross_fen, HELD.net_fen) == (12_800, 0)


def test_a_clearing_file_counts_and_sums_itself() -> None:
    assert clearing.write([PAPER]).decode().splitlines() == [
        "H,poslab-clearing/1,20260105-host,host,2026-01-05,2026-01-06",
        f"L,1,{MID},90000001,000001,000017,260000000001,{CARD},sale,128.00,0.45,0.04,0.04",
        f"L,2,{MID},90000001,000002,000021,260000000009,{CARD},refund,50.00,0.00,0.00,0.00",
        "T,2,128.00,50.00,77.51",
    ]


DETAIL = settlement.write([SALE, REFUND, PAID])
CLEARING = clearing.write([PAPER])
BOOK = journal.write([JournalRow(MONDAY, "P1", "M.card_receivable", "M.sales", 12_800, SALE.key, "sale")])


@pytest.mark.parametrize(
    ("read", "content", "line", "field"),
    [
        (settlement.read, DETAIL.replace(b",Refunded,", b",Given back,"), 3, "Type"),
        (settlement.read, DETAIL.replace(b",127.36,", b",127.37,"), 2, "Net Credit (NC)"),
        (settlement.read, settlement.write([HELD]).replace(b",0.00,", b",128.00,"), 2, "Net Credit (NC)"),
        (settlement.read, DETAIL.replace(b",128.00,", b",,"), 2, "Gross Credit (GC)"),
        (settlement.read, DETAIL.replace(b",CNY,50.00", b",EUR,50.00"), 3, "Gross Currency"),
        (settlement.read, DETAIL.replace(b",debit,,1,", b",debit,,one,"), 2, "Batch Number"),
        (settlement.read, DETAIL.replace(b"Payout Reference", b"Reference"), 1, "Payout Reference"),
        (clearing.read, b"", 1, "record"),
        (clearing.read, CLEARING.replace(b"clearing/1", b"clearing/2"), 1, "schema"),
        (clearing.read, CLEARING.replace(b"L,2", b"L,3"), 3, "number"),
        (clearing.read, CLEARING.replace(b",refund,", b",credit,"), 3, "kind"),
        (clearing.read, CLEARING.replace(b",0.45,", b",0.455,"), 2, "interchange"),
        (clearing.read, CLEARING.replace(b"T,2", b"T,3"), 4, "count"),
        (clearing.read, CLEARING.replace(b"T,2,128.00", b"T,2,129.00"), 4, "sales"),
        (clearing.read, CLEARING.replace(b"77.51", b"77.50"), 4, "due"),
        (clearing.read, CLEARING.partition(b"T,")[0], 3, "record"),
        (clearing.read, CLEARING.partition(b"L,")[2], 1, "record"),
        (clearing.read, CLEARING + CLEARING.partition(b"L,")[0], 5, "record"),
        (clearing.read, CLEARING.replace(b"H,poslab", b"H,1,poslab"), 1, "record"),
        (clearing.read, CLEARING.replace(b"2026-01-05", b"20260105"), 1, "business_date"),
        (journal.read, BOOK.replace(b"M.sales", b"A.sales"), 2, "credit"),
        (journal.read, BOOK.replace(b"CNY", b"EUR"), 2, "currency"),
        (journal.read, BOOK.replace(b"128.00", b"-128.00"), 2, "amount"),
    ],
)
def test_what_contradicts_itself_is_refused_by_line_and_column(
    read: Callable[[bytes], object], content: bytes, line: int, field: str
) -> None:
    with pytest.raises(BadFile) as refused:
        read(content)
    assert (refused.value.line, refused.value.field) == (line, field)
    told_in_both(refused.value.why)
    assert str(refused.value).startswith(f"line {line}, {field}: ")
