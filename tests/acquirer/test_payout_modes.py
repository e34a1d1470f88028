"""What is paid: one net sum for each business date, or each sale by itself."""

from hypothesis import given, settings
from hypothesis import strategies as st
from street import ACCOUNT, MONDAY, PAYOUT, SHOP, TUESDAY, WEDNESDAY, Street, everything_is_at_rest, freeze, shop

from poslab.messages.funding import sale_payout_no_of
from poslab.party.time import HOUR, MINUTE

PER_SALE = {"payout_mode": "per-sale"}


def _number(n: int) -> str:
    return sale_payout_no_of(SHOP, "20260105", f"26{n:010d}")


def _three_on_monday(**contract: object) -> Street:
    street = Street(shop(**contract), MONDAY).until(MONDAY + 10 * HOUR)
    for number, amount_fen in ((1, 12_800), (2, 99_900), (3, 4_500)):
        street.sell(f"order-{number}", amount_fen, number=number)
    return street


def test_a_day_is_one_sum_unless_the_contract_says_otherwise() -> None:
    street = _three_on_monday().until(WEDNESDAY)
    assert [order.payout_no for order in street.sent("payout-order", "rail")] == [PAYOUT]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == (12_736 + 99_400 + 4_477)
    assert everything_is_at_rest(street)


def test_sale_by_sale_each_has_its_number_and_its_line_of_the_statement() -> None:
    street = _three_on_monday(**PER_SALE).until(WEDNESDAY)
    lines = street.sent("statement-line", "merchant")
    assert [(line.reference, line.amount_fen) for line in lines] == [
        (_number(1), 12_736),
        (_number(2), 99_400),
        (_number(3), 4_477),
    ]
    scheduled = street.logged("payout-scheduled")
    assert [(said["rrn"], said["of"]) for said in scheduled] == [(f"26{n:010d}", PAYOUT) for n in (1, 2, 3)]
    assert everything_is_at_rest(street)


def test_a_sale_below_the_minimum_rides_with_another_one() -> None:
    street = Street(shop(**PER_SALE), MONDAY).until(MONDAY + 10 * HOUR)
    street.sell("small", 90, number=1)
    street.sell("large", 10_000, number=2)
    street.until(WEDNESDAY)
    assert [order.amount_fen for order in street.sent("payout-order", "rail")] == [90 + 9_950]
    assert street.became(_number(1))[-1] == "credited"
    assert everything_is_at_rest(street)


def test_of_several_that_come_back_each_is_tried_again_by_itself() -> None:
    street = _three_on_monday(**PER_SALE).until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 11 * HOUR)
    assert {street.became(_number(n))[-1] for n in (1, 2, 3)} == {"returned:ACCOUNT_FROZEN"}


def test_a_host_that_restarts_pays_each_sale_once() -> None:
    street = _three_on_monday(**PER_SALE).until(TUESDAY + 10 * HOUR + MINUTE // 1_000)
    street.stop("host")
    street.until(WEDNESDAY)
    assert len(street.sent("statement-line", "merchant")) == 3
    assert everything_is_at_rest(street)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 900_000), min_size=1, max_size=6), st.sampled_from(["net-daily", "per-sale"]))
def test_either_way_the_merchant_gets_the_same_to_the_fen(amounts: list[int], mode: str) -> None:
    street = Street(shop(payout_mode=mode, minimum_payout_fen=1), MONDAY).until(MONDAY + 9 * HOUR)
    for number, amount_fen in enumerate(amounts, 1):
        street.sell(f"order-{number}", amount_fen, number=number)
    street.until(WEDNESDAY)
    fees = [min((amount * 5_000 + 500_000) // 1_000_000, 2_000) for amount in amounts]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == sum(amounts) - sum(fees)
    assert everything_is_at_rest(street)
