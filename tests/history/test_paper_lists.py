"""Files as lists: what a row of a paper is to be matched as."""

from datetime import date

from poslab.history.entries import Lists
from poslab.history.matching import match
from poslab.history.paper_lists import ledger_of
from poslab.messages.files.settlement import ADJUSTMENT, CHARGEBACK, PAYOUT, RETURNED, SALE, SettlementRow

MID = "999000054110001"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 1, day) for day in (5, 6, 7, 8))


def row(kind: str, gross_fen: int, booked: date = TUESDAY, fee_fen: int = 0, number: int = 17) -> SettlementRow:
    paid = kind in (PAYOUT, RETURNED)
    key, rrn = ("", "") if paid else (f"90000001-000001-{number:06d}", f"26{number:010d}")
    return SettlementRow(kind, MID, booked, booked if paid else MONDAY, gross_fen, fee_fen, "P1", 1, rrn, key)


def lists(*rows: SettlementRow) -> Lists:
    sales, others, payouts = ledger_of("settled.csv", list(enumerate(rows, start=2)))
    return Lists(ledger=tuple(sales), others=tuple(others), payouts=tuple(payouts), statement=())


SOLD = row(SALE, 12_800, fee_fen=64)


def test_a_payout_that_was_sent_back_each_time_is_open_since_its_first_try() -> None:
    tries = [
        row(kind, sign * 12_736, day) for day in (TUESDAY, WEDNESDAY) for kind, sign in ((PAYOUT, -1), (RETURNED, 1))
    ]
    [found] = match(lists(SOLD, *tries), "20260108").breaks
    assert (found.why, found.since, found.note) == ("payout-without-credit", "20260106", "returned")


def test_of_several_tries_the_one_that_stands_is_awaited() -> None:
    tries = [row(PAYOUT, -12_736), row(RETURNED, 12_736), row(PAYOUT, -12_736, THURSDAY)]
    found = match(lists(SOLD, *tries), "20260108")
    assert found.breaks == () and [it.since for it in found.waiting] == ["20260108"]


def test_a_chargeback_counts_in_its_payout_and_is_no_second_sale() -> None:
    charged_back = row(CHARGEBACK, -5_000, number=3)
    found = match(lists(SOLD, charged_back, row(PAYOUT, -7_736, THURSDAY)), "20260108")
    assert found.breaks == () and (found.tallies["X"].lines, found.tallies["X"].other) == (2, 1)


def test_a_correction_of_a_whole_sale_takes_it_back() -> None:
    back = row(ADJUSTMENT, -12_800, fee_fen=-64)
    found = match(lists(SOLD, back), "20260108")
    assert found.breaks == () and found.tallies["X"].matched == 2
