"""Every response code says in both languages what it means for the money and what must be done."""

import re

import pytest

from poslab.messages.codes import APPROVALS, CODES, DOUBTS, Outcome, code, outcome_of

TABLE = """
00 A yes   | 01 C no    | 02 C no    | 03 C no    | 04 D no    | 05 C no    | 06 C doubt | 09 C doubt | 10 A yes
11 A yes   | 12 C no    | 13 B no    | 14 B no    | 15 C no    | 19 B no    | 20 E doubt | 21 C no    | 22 C no
25 C no    | 30 C no    | 31 C no    | 33 D no    | 34 D no    | 38 D no    | 40 C no    | 41 D no    | 43 D no
45 C no    | 51 C no    | 54 C no    | 55 C no    | 57 C no    | 58 C no    | 59 C no    | 61 C no    | 62 C no
63 C no    | 64 C no    | 65 C no    | 66 C no    | 68 E doubt | 75 C no    | 77 B no    | 78 B no    | 79 E doubt
90 C no    | 91 C no    | 92 C no    | 93 C no    | 94 C doubt | 95 E doubt | 96 C doubt | 97 D no    | 98 E doubt
99 B no    | A0 B no    | A1 C no    | A2 A yes   | A3 C no    | A4 A yes   | A5 A yes   | A6 A yes   | A7 C no
"""
ROWS = [tuple(cell.split()) for line in TABLE.strip().splitlines() for cell in line.split("|")]
CJK = re.compile(r"[\u4e00-\u9fff]")


def test_the_table_holds_every_code_and_no_other() -> None:
    assert sorted(CODES) == sorted(c for c, _, _ in ROWS)


@pytest.mark.parametrize(("c", "klass", "money"), ROWS)
def test_class_and_money_are_those_of_the_table(c: str, klass: str, money: str) -> None:
    assert (code(c).code, code(c).klass, code(c).money) == (c, klass, money)


@pytest.mark.parametrize("c", sorted(CODES))
def test_every_code_speaks_both_languages(c: str) -> None:
    row = code(c)
    assert CJK.search(row.zh)
    assert CJK.search(row.action.zh)
    assert row.en
    assert not CJK.search(row.en)
    assert row.action.en
    assert not CJK.search(row.action.en)
    assert row.text.zh == row.zh
    assert row.cause_class


def test_the_money_decides_the_outcome() -> None:
    expected = {"yes": Outcome.APPROVED, "no": Outcome.DECLINED, "doubt": Outcome.UNKNOWN}
    assert {c: outcome_of(c) for c in CODES} == {c: expected[money] for c, _, money in ROWS}
    assert {c: code(c).outcome for c in CODES} == {c: outcome_of(c) for c in CODES}


def test_the_doubt_codes_are_these_nine() -> None:
    assert sorted(DOUBTS) == ["06", "09", "20", "68", "79", "94", "95", "96", "98"]
    assert sorted(c for c in CODES if outcome_of(c) is Outcome.UNKNOWN) == sorted(DOUBTS)


def test_the_approvals_are_the_codes_with_which_something_was_posted() -> None:
    assert sorted(c for c in CODES if outcome_of(c) is Outcome.APPROVED) == sorted(APPROVALS)


def test_a_96_is_a_decline_only_when_the_host_says_that_nothing_was_forwarded() -> None:
    assert outcome_of("96") is Outcome.UNKNOWN
    assert outcome_of("96", forwarded_mark=False) is Outcome.DECLINED


@pytest.mark.parametrize("c", ["98", "68", "00", "51", "Z9"])
def test_the_mark_means_nothing_on_other_codes(c: str) -> None:
    assert outcome_of(c, forwarded_mark=False) is outcome_of(c)


@pytest.mark.parametrize("c", ["Z9", "07", "", "a0"])
def test_a_code_that_nobody_knows_is_unknown_and_never_a_decline(c: str) -> None:
    assert outcome_of(c) is Outcome.UNKNOWN
    assert code(c).outcome is Outcome.UNKNOWN
    assert code(c).money == "doubt"
    assert "not in the table" in code(c).en
    assert "未知" in code(c).zh


def test_68_tells_the_operator_not_to_follow_its_own_text() -> None:
    assert code("68").zh == "交易超时，请重试"
    assert "不要" in code("68").action.zh
    assert "do not retry" in code("68").action.en
