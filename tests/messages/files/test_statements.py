"""A bank's statement in three formats: what is written is read, by us and by programs that others wrote."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bilingual import told_in_both
from hypothesis import given, settings
from msgspec.structs import replace

from poslab.messages.files import camt053, mt940, statement_csv
from poslab.messages.files.bad_file import BadFile
from poslab.messages.files.statement import Entry, Statement
from tests.messages.files import judges
from tests.messages.files.days import ACCOUNT, days_of_an_account

DAY = date(2026, 1, 6)
PAYOUT = Entry(DAY, DAY, 12_736, "999000054110001-20260105", "26010600001", "CARD PAYOUT")
TAKEN_BACK = Entry(DAY, date(2026, 1, 7), -736, "999000054110001-20260102", "26010600002", "CREDIT TAKEN BACK")
STATEMENT = Statement(ACCOUNT, 6, DAY, 1_000, (PAYOUT, TAKEN_BACK), 13_000, owner="示例小店", bank="Simulated Bank")


def without_names(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """As a format has them that has no room for owner and bank."""
    return tuple(replace(each, owner="", bank="") for each in statements)


@settings(max_examples=40)
@given(days_of_an_account())
def test_what_is_written_is_read(days: tuple[Statement, ...]) -> None:
    for version in camt053.VERSIONS:
        assert camt053.read(camt053.write(days, version)) == days
    assert mt940.read(mt940.write(days)) == without_names(days)
    assert statement_csv.read(statement_csv.write(days)) == without_names(days)


@settings(max_examples=25)
@given(days_of_an_account())
def test_the_judges_read_the_same_to_the_fen(days: tuple[Statement, ...]) -> None:
    wanted = judges.ours(days)
    for version in camt053.VERSIONS:
        written = camt053.write(days, version)
        assert judges.pycamt_reads(written) == wanted
        assert judges.bankstatementparser_reads_camt(written) == wanted
    assert judges.mt940_reads(mt940.write(days)) == wanted
    with TemporaryDirectory() as folder:
        sums = [(opening, sum(entries), closing) for opening, entries, closing in wanted]
        assert judges.bankstatementparser_reads_mt940(mt940.write(days), Path(folder)) == sums
        moved, last = judges.bankstatementparser_reads_csv(statement_csv.write(days), Path(folder))
        assert moved == [entry for _, entries, _ in wanted for entry in entries]
        assert last == wanted[-1][2]


def test_each_format_says_debit_and_credit_in_its_own_way() -> None:
    assert mt940.write([STATEMENT]).decode().split("\r\n") == [
        ":20:STMT20260106",
        ":25:999100000001",
        ":28C:6/1",
        ":60F:C260106CNY10,00",
        ":61:2601060106C127,36NTRFNONREF//26010600001",
        ":86:/EREF/999000054110001-20260105",
        "/REMI/CARD PAYOUT",
        ":61:2601070106D7,36NTRFNONREF//26010600002",
        ":86:/EREF/999000054110001-20260102",
        "/REMI/CREDIT TAKEN BACK",
        ":62F:C260106CNY130,00",
        "-",
        "",
    ]
    assert b"<CdtDbtInd>DBIT</CdtDbtInd>" in camt053.write([STATEMENT])
    assert b",7.36,,130.00,CNY," in statement_csv.write([STATEMENT])


def test_the_two_versions_of_camt_differ_in_how_they_say_booked() -> None:
    new, old = (b"".join(line.strip() for line in camt053.write([STATEMENT], v).splitlines()) for v in ("08", "02"))
    assert b"camt.053.001.08" in new and b"<Sts><Cd>BOOK</Cd></Sts>" in new
    assert b"camt.053.001.02" in old and b"<Sts>BOOK</Sts>" in old


def test_mt940_is_read_with_the_blocks_of_swift_around_it() -> None:
    text = mt940.write([STATEMENT]).decode().removesuffix("-\r\n")
    wrapped = "{1:F01AAAABBCCAXXX0000000000}{2:I940AAAABBCCXXXXN}{4:\r\n" + text + "-}"
    assert mt940.read(wrapped.encode()) == without_names((STATEMENT,))


def test_rc_takes_a_credit_back() -> None:
    text = mt940.write([STATEMENT]).replace(b"D7,36", b"RC7,36")
    assert mt940.read(text) == without_names((STATEMENT,))


def test_a_statement_that_does_not_add_up_is_not_written() -> None:
    for write in (camt053.write, mt940.write, statement_csv.write):
        with pytest.raises(BadFile, match="closing balance"):
            write([replace(STATEMENT, closing_fen=1)])
        with pytest.raises(ValueError, match="no room"):
            write([replace(STATEMENT, entries=(replace(PAYOUT, reference="a/b"),), closing_fen=13_736)])
        with pytest.raises(ValueError, match="one day"):
            write([])


CAMT = camt053.write([STATEMENT])


def line_of(needle: bytes) -> int:
    """Where something stands first in the document."""
    return CAMT[: CAMT.index(needle)].count(b"\n") + 1


MT940 = mt940.write([STATEMENT])
CSV = statement_csv.write([STATEMENT])


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        (b"", 1, ""),
        (b"\xff\xfe", 1, ""),
        (CAMT[:400], CAMT[:400].count(b"\n") + 1, ""),
        (CAMT.replace(b"camt.053", b"camt.054"), 2, "Document"),
        (CAMT.replace(b">127.36<", b">1,27.36<"), line_of(b">127.36<"), "Ntry/Amt"),
        (CAMT.replace(b">127.36<", b">127.365<"), line_of(b">127.36<"), "Ntry/Amt"),
        (CAMT.replace(b'CNY">127', b'EUR">127'), line_of(b">127.36<"), "Ntry/Amt"),
        (CAMT.replace(b">DBIT<", b">DEBT<"), line_of(b">DBIT<"), "Ntry/CdtDbtInd"),
        (CAMT.replace(b">130.00<", b">131.00<"), 8, "closing balance"),
        (CAMT.replace(b">CLBD<", b">CLAV<"), 8, "Stmt/Bal"),
        (CAMT.replace(b"2026-01-07</Dt", b"2026-13-07</Dt"), line_of(b"2026-01-07</Dt"), "Ntry/ValDt"),
        (CAMT.replace(b"<Document", b'<!DOCTYPE a [<!ENTITY b "c">]><Document', 1), 2, "<!DOCTYPE"),
    ],
)
def test_camt_that_cannot_be_used_is_refused_by_line_and_element(content: bytes, line: int, field: str) -> None:
    with pytest.raises(BadFile) as refused:
        camt053.read(content)
    assert (refused.value.line, refused.value.field) == (line, field)
    told_in_both(refused.value.why)


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        (b"", 1, ":20:"),
        (b"good morning", 1, ""),
        (MT940.replace(b":25:", b":26:"), 1, ":25:"),
        (MT940.replace(b":28C:6", b":28C:six"), 3, ":28C:"),
        (MT940.replace(b"CNY10,00", b"CNY10.00"), 4, ":60F:"),
        (MT940.replace(b"C127,36", b"K127,36"), 5, ":61:"),
        (MT940.replace(b"2601070106", b"2613070106"), 8, ":61:"),
        (MT940.replace(b"CNY130,00", b"CNY131,00"), 11, "closing balance"),
        (MT940.replace(b"CNY130,00", b"EUR130,00"), 11, ":62F:"),
    ],
)
def test_mt940_that_cannot_be_used_is_refused_by_line_and_tag(content: bytes, line: int, field: str) -> None:
    with pytest.raises(BadFile) as refused:
        mt940.read(content)
    assert (refused.value.line, refused.value.field) == (line, field)
    told_in_both(refused.value.why)


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        (b"", 1, "date"),
        (b"date,type\r\n\xff", 2, ""),
        (CSV.replace(b"balance,", b"saldo,"), 1, "balance"),
        (CSV.replace(b",entry,", b",other,", 1), 3, "type"),
        (CSV.replace(b",opening,", b",entry,"), 2, "type"),
        (CSV.replace(b"127.36,137.36", b"127.36,137.37"), 3, "balance"),
        (CSV.replace(b",127.36,", b",,", 1), 3, "credit"),
        (CSV.replace(b"2026-01-06,2026", b"06.01.2026,2026", 1), 3, "date"),
        (CSV.rpartition(b"2026-01-06,,closing")[0], 4, "type"),
        (CSV + b"1,2\r\n", 6, ""),
        (CSV + b'"', 6, ""),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_line_and_column(content: bytes, line: int, field: str) -> None:
    with pytest.raises(BadFile) as refused:
        statement_csv.read(content)
    assert (refused.value.line, refused.value.field) == (line, field)
    told_in_both(refused.value.why)
