"""Instant payout: what is advanced, when it is set off and repaid, and which rules keep a sale out of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street import ACCOUNT, AVAILABLE, MONDAY, PENDING, SHOP, TUESDAY, WEDNESDAY, Street, everything_is_at_rest, shop

from poslab.messages.funding import sale_payout_no_of
from poslab.party.time import DAY, HOUR, MINUTE, SECOND

INSTANT = {"product": "instant"}
ADVANCE = f"A.merchant_advance.{SHOP}"


def _number(n: int, date: str = "20260105") -> str:
    return sale_payout_no_of(SHOP, date, f"26{n:010d}")


def _street(at: int = MONDAY + 10 * HOUR, **contract: object) -> Street:
    return Street(shop(**(INSTANT | contract)), MONDAY).until(at)


def _account(street: Street) -> int:
    return street.book("bank").standing(f"B.account.{ACCOUNT}")


def test_the_worked_example_leaves_the_reserve_exactly_the_fees() -> None:
    street = _street()
    street.sell("victim", 100_000, "good-credit", number=17)
    street.until(MONDAY + 11 * HOUR)
    payout = _number(17)
    assert street.became(payout) == ["scheduled", "instructed", "taken", "credited"]
    posted = street.posted("host")
    assert posted[f"P11a/{payout}/1"] == (
        (ADVANCE, "A.instant_fee_income", 120),
        (ADVANCE, "A.payout_in_transit", 99_280),
    )
    assert posted[f"P11b/{payout}/1"] == (("A.payout_in_transit", "A.own_cash", 99_280),)
    assert _account(street) == 99_280
    street.until(TUESDAY)
    (fees,) = (postings for entry, postings in street.posted("host").items() if entry.startswith("P2/"))
    assert (PENDING, "A.fee_income", 600) in fees
    assert (PENDING, ADVANCE, 99_400) in fees
    assert not any(AVAILABLE in posting for posting in fees)
    street.until(WEDNESDAY)
    assert street.posted("host")["P11c/20260105-host-own-1"] == (("A.own_cash", "A.reserve_cash", 99_280),)
    host = street.book("host")
    assert (host.standing("A.own_cash"), host.standing("A.reserve_cash")) == (0, 237)  # 6.00 + 1.20 - 4.83
    assert street.fees_told() == [720]
    assert _account(street) == 99_280
    assert everything_is_at_rest(street)


@pytest.mark.parametrize(
    ("at", "amount_fen", "contract", "rule"),
    [
        (MONDAY + 22 * HOUR, 12_800, {}, "instant-window"),
        (MONDAY + 7 * HOUR - SECOND, 12_800, {}, "instant-window"),
        (MONDAY + 10 * HOUR, 9_999, {}, "instant-minimum"),
        (MONDAY + 10 * HOUR, 12_800, {"instant": "suspended"}, "instant-suspended"),
    ],
)
def test_a_rule_puts_a_sale_off_to_t_plus_1(at: int, amount_fen: int, contract: dict[str, str], rule: str) -> None:
    street = _street(at, **contract)
    street.sell("victim", amount_fen, number=1)
    assert street.logged("payout-put-off") == [{"payout_no": _number(1), "date": "20260106", "why": rule}]
    street.until(TUESDAY + 9 * HOUR)
    assert street.became(_number(1)) == ["scheduled"]
    street.until(WEDNESDAY)
    assert f"P4a/{_number(1)}/1" in street.posted("host")
    assert everything_is_at_rest(street)


@pytest.mark.parametrize("product", ["instant", "D+0"])
def test_the_last_instant_inside_the_hours_is_in_time(product: str) -> None:
    end = MONDAY + 22 * HOUR
    street = _street(end - 1, product=product)
    street.sell("in-time", 12_800, number=1)
    street.until(end).sell("too-late", 12_800, number=2)
    assert [said["payout_no"] for said in street.logged("payout-put-off")] == [_number(2)]
    street.until(end + MINUTE)
    assert street.became(_number(1))[-1] == "credited"
    assert street.became(_number(2)) == ["scheduled"]
    street.until(WEDNESDAY)
    assert everything_is_at_rest(street)


def test_d_0_pays_when_the_hours_end_and_says_so_beforehand() -> None:
    end = MONDAY + 22 * HOUR
    street = _street(MONDAY + 8 * HOUR, product="D+0")
    street.sell("morning", 100_000, "good-credit", number=17)
    street.until(MONDAY + 15 * HOUR).sell("afternoon", 50_000, "good-credit", number=18)
    assert [said["due_us"] for said in street.logged("payout-scheduled")] == [end + MINUTE, end + MINUTE]
    street.until(end - 1)
    assert (_account(street), street.sent("payout-order", "rail")) == (0, [])
    street.until(end + MINUTE)
    assert _account(street) == (99_400 - 120) + (49_700 - 110)
    street.until(WEDNESDAY)
    assert street.posted("host")["P11c/20260105-host-own-1"] == (("A.own_cash", "A.reserve_cash", 148_870),)
    assert everything_is_at_rest(street)


def test_a_void_before_d_0_is_paid_costs_nobody_anything() -> None:
    street = _street(product="D+0")
    key = street.sell("victim", 12_800, number=1)
    street.until(MONDAY + 21 * HOUR).void(key, 12_800)
    street.until(WEDNESDAY)
    assert street.became(_number(1)) == ["scheduled", "withdrawn"]
    assert (street.sent("payout-order", "rail"), street.logged("instant-fee")) == ([], [])


def test_a_host_that_restarts_still_waits_for_the_end_of_the_hours() -> None:
    street = _street(product="D+0")
    street.sell("victim", 100_000, "good-credit", number=17)
    street.until(MONDAY + 12 * HOUR).stop("host")
    street.until(MONDAY + 22 * HOUR - 1)
    assert street.became(_number(17)) == ["scheduled"]
    street.until(MONDAY + 23 * HOUR)
    street.stop("host")
    street.until(WEDNESDAY)
    assert len(street.sent("statement-line", "merchant")) == 1
    assert everything_is_at_rest(street)


def test_a_merchant_is_paid_at_once_up_to_the_limit_of_a_day() -> None:
    street = _street()
    for number in range(1, 12):
        street.sell(f"order-{number}", 5_000_000, number=number)
    assert [said["why"] for said in street.logged("payout-put-off")] == ["instant-limit"]
    street.until(TUESDAY + 9 * HOUR).sell("next-day", 12_800, number=12)
    street.sell("too-large", 5_000_001, number=13)
    assert [said["payout_no"] for said in street.logged("payout-put-off")] == [_number(11), _number(13, "20260106")]


def test_a_sale_that_is_voided_before_it_is_paid_is_paid_to_nobody() -> None:
    street = _street()
    key = street.sell("victim", 12_800, number=1)
    street.until(MONDAY + 10 * HOUR + 5 * SECOND).void(key, 12_800)
    street.until(WEDNESDAY)
    assert street.became(_number(1)) == ["scheduled", "withdrawn"]
    assert street.sent("payout-order", "rail") == []


def test_what_was_advanced_for_a_voided_sale_is_taken_from_the_next_payout() -> None:
    street = _street()
    key = street.sell("voided", 100_000, "good-credit", number=1)
    street.until(MONDAY + 11 * HOUR).void(key, 100_000)
    assert street.posted("host")[f"P11d/{_number(1)}"] == ((AVAILABLE, ADVANCE, 99_400),)
    street.stop("host")
    street.sell("next", 300_000, "good-credit", number=2)
    assert [said["why"] for said in street.logged("payout-put-off")] == ["merchant-debt"]
    street.until(WEDNESDAY)
    (netted,) = street.logged("advance-netted")
    assert (netted["amount_fen"], netted["payout_no"]) == (99_400, _number(2))
    assert _account(street) == 99_280 + (298_200 - 99_400)
    assert street.fees_told() == [600 + 120, 1_800 - 600]
    host = street.book("host")
    assert host.standing("A.own_cash") == 0
    assert host.standing(ADVANCE) == host.standing(AVAILABLE) == host.standing(PENDING) == 0


def test_a_host_that_restarts_pays_at_once_and_once() -> None:
    street = _street()
    street.sell("victim", 100_000, "good-credit", number=17)
    street.stop("host")
    street.until(MONDAY + 12 * HOUR)
    street.stop("host")
    street.until(WEDNESDAY)
    assert len(street.sent("statement-line", "merchant")) == 1
    assert everything_is_at_rest(street)


def test_a_letter_that_is_lost_leaves_the_sale_to_the_next_run() -> None:
    street = _street()
    street.sell("victim", 100_000, "good-credit", number=17)
    street._queue = [entry for entry in street._queue if entry[3].kind != "instant-payout-due"]
    street.until(WEDNESDAY)
    assert _account(street) == 99_400
    assert everything_is_at_rest(street)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["instant", "D+0"]),
    st.lists(st.tuples(st.integers(0, 3), st.integers(6, 22), st.integers(1, 1_000_000)), min_size=1, max_size=8),
    st.lists(st.integers(0, 3), max_size=2, unique=True),
)
def test_over_random_days_the_merchant_gets_all_but_the_fees_once(
    product: str, sales: list[tuple[int, int, int]], restarts: list[int]
) -> None:
    street = _street(MONDAY, minimum_payout_fen=1, product=product)
    for day in range(4):
        if day in restarts:
            street.stop("host")
        for number, (_, hour, amount_fen) in sorted(enumerate(sales, 1), key=lambda sale: sale[1][1]):
            if sales[number - 1][0] == day:
                street.until(MONDAY + day * DAY + hour * HOUR).sell(f"order-{number}", amount_fen, number=number)
        street.until(MONDAY + day * DAY + 22 * HOUR + 30 * MINUTE)
    street.until(MONDAY + 10 * DAY)
    mdr = sum(min((amount * 5_000 + 500_000) // 1_000_000, 2_000) for _, _, amount in sales)
    fees = sum(int(said["amount_fen"]) for said in street.logged("instant-fee"))
    assert _account(street) == sum(amount for _, _, amount in sales) - mdr - fees
    assert sum(street.fees_told()) == mdr + fees
    assert street.book("host").standing("A.own_cash") == 0
    assert street.book("host").standing(ADVANCE) == 0
    assert everything_is_at_rest(street)
