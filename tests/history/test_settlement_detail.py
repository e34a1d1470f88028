"""What a payout is made of, where a desk holds a sale back, lets it go, or uses the money otherwise."""

import msgspec

from poslab.history.line import Line
from poslab.history.settlement_detail import SettlementDetail
from poslab.messages.files.settlement import ADJUSTMENT, CHARGEBACK, CHARGEBACK_REVERSED, PAYOUT, SALE, SettlementRow
from poslab.messages.funding import ClearingFile, ClearingLine
from poslab.party.contract import Became, Effect, Logged, Posted, Send
from poslab.party.facts import Started
from poslab.party.time import DAY
from poslab.world.presets import corner_shop

MID = "999000054110001"
DAY_NO = f"{MID}-20260105"
PART_NO = f"{DAY_NO}-1"
KEYS = ("90000001-000001-000017", "90000001-000001-000018")
FIRST = ClearingLine("a", KEYS[0], "260000000001", MID, "good-debit", 10_000, 50, 35, 3, 3)
SECOND = ClearingLine("b", KEYS[1], "260000000002", MID, "good-debit", 10_000, 50, 35, 3, 3)


def told(*answers: tuple[Effect, ...]) -> tuple[SettlementRow, ...]:
    """What the fold makes of answers of the host, a day apart, after two equal sales were cleared."""
    fold = SettlementDetail(corner_shop())
    file = Send("switch", ClearingFile("", "20260105-host", 1, True, "20260105", "20260106", (FIRST, SECOND)))
    for number, effects in enumerate(((file,), *answers), start=1):
        fold.see(Line(number, (4 + number) * DAY, "host", Started(), effects), Started())
    return fold.rows()


def split() -> tuple[Effect, ...]:
    held = {"key": KEYS[1], "rrn": "260000000002", "payout_no": PART_NO, "amount_fen": 9_950}
    return (
        Logged("", "payout-split", {"payout_no": PART_NO, "of": DAY_NO, "amount_fen": 9_950}),
        Logged("b", "payout-held", dict(held)),
    )


def paid(payout_no: str, amount_fen: int) -> tuple[Effect, ...]:
    posting = (f"A.merchant_payable.{MID}.available", "A.payout_in_transit", amount_fen)
    return (Posted("", f"P4a/{payout_no}/1", (posting,)),)


def shapes(rows: tuple[SettlementRow, ...]) -> list[tuple[str, str, int, str]]:
    return [(row.kind, row.payout_no, row.net_fen, row.key) for row in rows]


def test_a_sale_that_is_held_is_in_the_payout_that_is_split_off() -> None:
    rows = told(split(), paid(DAY_NO, 9_950), paid(PART_NO, 9_950))
    assert shapes(rows) == [
        (SALE, DAY_NO, 9_950, KEYS[0]),
        (PAYOUT, DAY_NO, -9_950, ""),
        (SALE, PART_NO, 9_950, KEYS[1]),
        (PAYOUT, PART_NO, -9_950, ""),
    ]
    assert [row.batch for row in rows] == [1, 1, 2, 2]


def test_money_that_is_held_and_used_otherwise_is_told_without_a_payout() -> None:
    used = Logged("", "payout-lessened", {"payout_no": PART_NO, "amount_fen": 9_950})
    rows = told(split(), (used, Became("", PART_NO, "held", "withdrawn")), paid(DAY_NO, 9_950))
    assert shapes(rows)[:2] == [(SALE, PART_NO, 9_950, KEYS[1]), (CHARGEBACK, PART_NO, -9_950, "")]
    assert PAYOUT not in [row.kind for row in rows if row.payout_no == PART_NO]


def test_a_chargeback_lessens_a_payout_and_comes_back_when_it_is_won() -> None:
    netted = Logged("a", "chargeback-netted", {"key": KEYS[0], "amount_fen": 10_000, "payout_no": DAY_NO})
    won = (
        Posted("a", "P10c/1", (("A.dispute_suspense", f"A.merchant_payable.{MID}.available", 10_000),)),
        Logged("", "payout-restored", {"payout_no": PART_NO, "of": DAY_NO, "amount_fen": 10_000}),
    )
    rows = told((netted, *paid(DAY_NO, 9_900)), won, paid(PART_NO, 10_000))
    assert shapes(rows)[2:] == [
        (CHARGEBACK, DAY_NO, -10_000, KEYS[0]),
        (PAYOUT, DAY_NO, -9_900, ""),
        (CHARGEBACK_REVERSED, PART_NO, 10_000, ""),
        (PAYOUT, PART_NO, -10_000, ""),
    ]


def test_each_sale_may_have_a_payout_of_its_own() -> None:
    apart = {"payout_no": PART_NO, "of": DAY_NO, "rrn": "260000000002", "date": "20260106", "amount_fen": 9_950}
    rows = told((Logged("b", "payout-scheduled", dict(apart)),), paid(PART_NO, 9_950))
    assert shapes(rows) == [(SALE, PART_NO, 9_950, KEYS[1]), (PAYOUT, PART_NO, -9_950, "")]


def test_a_part_of_a_sum_moves_as_two_corrections() -> None:
    part = Logged("", "payout-split", {"payout_no": PART_NO, "of": DAY_NO, "amount_fen": 1_000})
    rows = told((part,), paid(PART_NO, 1_000), paid(DAY_NO, 18_900))
    assert [shape[:3] for shape in shapes(rows)] == [
        (ADJUSTMENT, PART_NO, 1_000),
        (PAYOUT, PART_NO, -1_000),
        (SALE, DAY_NO, 9_950),
        (SALE, DAY_NO, 9_950),
        (ADJUSTMENT, DAY_NO, -1_000),
        (PAYOUT, DAY_NO, -18_900),
    ]


def test_what_no_row_explains_is_a_correction_of_its_own() -> None:
    rows = told(paid(DAY_NO, 19_000))
    assert shapes(rows)[2] == (ADJUSTMENT, DAY_NO, -900, "")
    assert sum(row.net_fen for row in rows) == 0


def test_a_representment_that_is_cleared_is_no_sale() -> None:
    won = ClearingLine("a", f"D{FIRST.rrn}-000000-000002", f"D{FIRST.rrn}", MID, "good-debit", 10_000, 0, 0, 0, 0)
    file = ClearingFile(
        "", "20260106-host", 1, True, "20260106", "20260107", (won, msgspec.structs.replace(SECOND, rrn="26"))
    )
    rows = told(paid(DAY_NO, 19_900), (Send("switch", file),), paid(f"{MID}-20260106", 9_950))
    assert [shape[0] for shape in shapes(rows)] == [SALE, SALE, PAYOUT, SALE, PAYOUT]
