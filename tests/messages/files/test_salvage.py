"""Of a damaged paper everything else is read, every error is named with line and field, and no record is dropped."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poslab.messages.files import camt053, clearing, mt940, settlement, slips, statement_csv
from poslab.messages.files.bad_file import BadFile
from poslab.messages.files.clearing import ClearedLine, ClearingPaper
from poslab.messages.files.salvage import (
    Salvaged,
    salvage_clearing,
    salvage_settlement,
    salvage_slips,
    salvage_statement,
)
from poslab.messages.files.settlement import PAYOUT, SALE, SettlementRow
from poslab.messages.files.slips import SlipRow
from poslab.messages.files.statement import Entry, Statement

MID = "999000054110001"
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


def key(number: int) -> str:
    return f"90000001-000001-{number:06d}"


SLIPS = [SlipRow("sale", MID, "90000001", "000001", f"{n:06d}", 100 * n, MONDAY, f"26{n:010d}") for n in (17, 18, 19)]
ROWS = [
    *(SettlementRow(SALE, MID, TUESDAY, MONDAY, 100 * n, n, "P1", 1, f"26{n:010d}", key(n)) for n in (17, 18, 19)),
    SettlementRow(PAYOUT, MID, TUESDAY, TUESDAY, -5_346, 0, "P1", 1),
]
PAPER = ClearingPaper(
    "20260105-host", "host", MONDAY, TUESDAY,
    tuple(ClearedLine(MID, key(n), f"26{n:010d}", "999999******0014", 100 * n, 1, 1, 1) for n in (17, 18, 19)),
)  # fmt: skip
STATEMENT = Statement(
    "999100000001", 6, TUESDAY, 0, (Entry(TUESDAY, TUESDAY, 5_346, "P1", "26010600001", "CARD PAYOUT"),), 5_346
)
PAPERS: dict[str, tuple[bytes, Callable[[bytes], Salvaged[object]], int]] = {
    "slips": (slips.write(SLIPS), salvage_slips, 3),
    "settlement": (settlement.write(ROWS), salvage_settlement, 4),
    "clearing": (clearing.write([PAPER]), salvage_clearing, 3),
    "statement": (statement_csv.write([STATEMENT]), salvage_statement, 1),
    "camt.053": (camt053.write([STATEMENT]), salvage_statement, 1),
    "mt940": (mt940.write([STATEMENT]), salvage_statement, 1),
}  # type: ignore[dict-item]


@pytest.mark.parametrize("name", PAPERS)
def test_a_sound_paper_is_read_whole(name: str) -> None:
    content, salvages, records = PAPERS[name]
    found = salvages(content)
    assert (len(found.records), found.bad, found.unreadable) == (records, [], 0)


def test_slips_are_read_as_they_were_written() -> None:
    found = salvage_slips(slips.write(SLIPS))
    assert [slip for _, slip in found.records] == SLIPS
    assert [line for line, _ in found.records] == [2, 3, 4]


def test_a_slip_needs_few_columns_in_any_order() -> None:
    found = salvage_slips(b"amount,type,stan,tid,mid,date\n12,sale,000017,90000001,m,2026-01-05\n")
    [(_, slip)] = found.records
    assert (slip.amount_fen, slip.batch, slip.rrn, slip.order) == (1_200, "", "", "")


def test_a_void_names_its_sale_by_number_or_in_full() -> None:
    heading = "mid,tid,batch,stan,type,amount,date,original\n"
    rows = "m,90000001,000001,000020,void,1.00,2026-01-05,{}\n"
    for original in ("000017", key(17)):
        [(_, slip)] = salvage_slips((heading + rows.format(original)).encode()).records
        assert slip.original == key(17)
    [wrong] = salvage_slips((heading + rows.format("")).encode()).bad
    assert (wrong.line, wrong.field) == (2, "original")


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        (b"18.00", b"18.0.0", "amount"),
        (b"18.00", b"-18.00", "amount"),
        (b"sale,18.00", b"swap,18.00", "type"),
        (b"18.00,2026-01-05", b"18.00,05.01.2026", "date"),
        (b"000018,260000000018", b",260000000018", "stan"),
        (b"18.00", b"18\xff", ""),
        (b"18.00,", b"18.00,,,,", ""),
        (b"000018,", b'"000018,', ""),
    ],
)
def test_one_wrong_slip_harms_no_other(before: bytes, after: bytes, field: str) -> None:
    found = salvage_slips(slips.write(SLIPS).replace(before, after, 1))
    [wrong] = found.bad
    assert (wrong.line, wrong.field) == (3, field)
    assert [slip.stan for _, slip in found.records] == ["000017", "000019"] and found.unreadable == 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b"tid,stan\n", b"\xff\xfe"])
def test_a_table_without_its_heading_is_none(content: bytes) -> None:
    with pytest.raises(BadFile):
        salvage_slips(content)


def test_a_net_amount_that_does_not_follow_is_named() -> None:
    found = salvage_settlement(settlement.write(ROWS).replace(b"17.82", b"17.84"))
    [wrong] = found.bad
    assert wrong.line == 3 and "Net" in wrong.field and len(found.records) == 3


def test_a_clearing_file_that_is_cut_off_keeps_its_lines() -> None:
    content = clearing.write([PAPER])
    whole = salvage_clearing(content[: content.index(b"T,")])
    assert len(whole.records) == 3 and whole.unreadable == 0
    assert [bad.why.en for bad in whole.bad] == ["the line T is missing"]
    torn = salvage_clearing(content[: content.index(b"L,3") + 20])
    assert (len(torn.records), torn.unreadable, torn.bad[0].line) == (2, 1, 4)


def test_a_trailer_that_counts_otherwise_is_named_and_the_lines_are_used() -> None:
    found = salvage_clearing(clearing.write([PAPER]).replace(b"T,3", b"T,4"))
    assert len(found.records) == 3 and [(bad.line, bad.field) for bad in found.bad] == [(5, "count")]


def test_a_balance_that_does_not_follow_is_named_and_the_entries_are_used() -> None:
    content = statement_csv.write([STATEMENT])
    found = salvage_statement(content.replace(b",53.46,53.46,", b",53.46,53.47,"))
    assert len(found.records) == 1 and found.bad[0].field == "balance" and found.unreadable == 0


def test_of_a_torn_document_each_entry_that_is_whole_is_read() -> None:
    content = camt053.write([STATEMENT])
    found = salvage_statement(content[:-40])
    assert (len(found.records), found.unreadable, found.cut) == (1, 0, True)
    found = salvage_statement(content[: content.index(b"<EndToEndId>")])
    assert (found.records, found.unreadable, found.cut) == ([], 1, True)


STATEMENTS = [
    msgspec.structs.replace(
        STATEMENT, day=date(2026, 1, day), number=day,
        entries=(msgspec.structs.replace(STATEMENT.entries[0], reference=f"P{day}"),),
    )
    for day in (5, 6, 7)
]  # fmt: skip


@pytest.mark.parametrize(
    ("paper", "before", "after"),
    [
        (camt053, b'<Amt Ccy="CNY">53.46</Amt>', b'<Amt Ccy="CNY">53.47</Amt>'),
        (camt053, b"<Id>999100000001-20260106</Id>", b"<Id>999100000001-20260106<Id>"),
        (mt940, b"C260106CNY53,46", b"C260106CNY53,47"),
    ],
)
def test_a_day_that_is_damaged_harms_no_other_day(paper: Any, before: bytes, after: bytes) -> None:
    content = paper.write(STATEMENTS)
    at = content.index(b"260106" if paper is mt940 else b"<Id>999100000001-20260106")
    harmed = content[:at] + content[at:].replace(before, after, 1)
    assert harmed != content
    found = salvage_statement(harmed)
    references = [booked.entry.reference for _, booked in found.records]
    assert {"P5", "P7"} <= set(references) and len(found.bad) == 1 and found.unreadable + len(references) == 3


@pytest.mark.parametrize("paper", [camt053, mt940])
def test_an_entry_that_cannot_be_read_is_known_by_its_reference(paper: Any) -> None:
    content = paper.write(STATEMENTS)
    wrong = content.replace(b"53.46</Amt>", b"5.346</Amt>").replace(b"C53,46N", b"C5,3,46N")
    found = salvage_statement(wrong)
    assert found.records == [] and [torn.names for torn in found.torn] == [("P5",), ("P6",), ("P7",)]
    assert not found.cut


def test_a_file_of_the_bank_s_that_is_cut_off_keeps_what_is_before() -> None:
    content = mt940.write(STATEMENTS)
    found = salvage_statement(content[: content.index(b"/EREF/P6") + 7])
    assert [booked.entry.reference for _, booked in found.records] == ["P5"]
    assert found.unreadable == 1 and found.cut and found.days == [date(2026, 1, 5)]


@st.composite
def harmed(draw: st.DrawFn) -> tuple[str, bytes]:
    """A paper of which something is cut off, left out, or overwritten."""
    name = draw(st.sampled_from(sorted(PAPERS)))
    content = PAPERS[name][0]
    at, length = draw(st.integers(0, len(content))), draw(st.integers(0, 40))
    return name, content[:at] + draw(st.binary(max_size=6)) + content[at + length :]


@settings(max_examples=200)
@given(harmed())
def test_whatever_is_done_to_a_paper_nothing_is_dropped_and_nothing_crashes(paper: tuple[str, bytes]) -> None:
    name, content = paper
    found = read_or_refused(name, content)
    if found is None:
        return
    assert all(bad.why.zh and bad.why.en and str(bad) for bad in found.bad)
    if name in ("slips", "settlement"):
        rows = [line for line in content.split(b"\n") if line.strip()]
        assert len(found.records) + found.unreadable == len(rows) - 1


def read_or_refused(name: str, content: bytes) -> Salvaged[object] | None:
    try:
        return PAPERS[name][1](content)
    except BadFile:
        return None


@given(st.permutations(SLIPS))
def test_the_order_of_the_rows_does_not_matter(turned: list[SlipRow]) -> None:
    found = salvage_slips(slips.write(turned))
    assert sorted(slip.stan for _, slip in found.records) == ["000017", "000018", "000019"] and not found.bad
