"""Payouts that are due before the network has paid: out of the acquirer's own cash, and repaid by the reserve."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street import ACCOUNT, HOP_US, MONDAY, SHOP, Street, everything_is_at_rest, freeze, shop, unfreeze

from poslab.messages.funding import TransferDone, TransferOrder, payout_no_of
from poslab.party.contract import Input
from poslab.party.time import DAY, HOUR, midnight

FRIDAY = midnight(date(2026, 1, 9))
SATURDAY, SUNDAY, NEXT_MONDAY = FRIDAY + DAY, FRIDAY + 2 * DAY, FRIDAY + 3 * DAY
OF_FRIDAY = payout_no_of(SHOP, "20260109")
ADVANCE = f"A.merchant_advance.{SHOP}"
AVAILABLE = f"A.merchant_payable.{SHOP}.available"


def _sold_on_friday(**contract: object) -> Street:
    street = Street(shop(product="D+1", **contract), MONDAY).until(FRIDAY + 10 * HOUR)
    street.sell("victim", 100_000, "good-credit", number=17)
    return street


def test_d_plus_1_is_paid_on_a_saturday_out_of_own_cash() -> None:
    street = _sold_on_friday().until(SATURDAY + 11 * HOUR)
    assert street.became(OF_FRIDAY) == ["scheduled", "instructed", "taken", "credited"]
    posted = street.posted("host")
    assert posted[f"P11a/{OF_FRIDAY}/1"] == (
        (ADVANCE, "A.payout_in_transit", 99_400),
        (AVAILABLE, ADVANCE, 99_400),
    )
    assert posted[f"P11b/{OF_FRIDAY}/1"] == (("A.payout_in_transit", "A.own_cash", 99_400),)
    in_flight = f"R.in_flight.{OF_FRIDAY}"
    assert street.posted("rail")[f"P11b/{OF_FRIDAY}/1"] == (("R.account.A.own", in_flight, 99_400),)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400


def test_the_reserve_repays_it_once_the_network_has_paid() -> None:
    street = _sold_on_friday().until(NEXT_MONDAY + 12 * HOUR)
    transfer_no = "20260109-host-own-1"
    assert street.posted("host")[f"P11c/{transfer_no}"] == (("A.own_cash", "A.reserve_cash", 99_400),)
    assert street.posted("rail")[f"P11c/{transfer_no}"] == (("R.account.A.reserve", "R.account.A.own", 99_400),)
    host = street.book("host")
    assert (host.standing("A.own_cash"), host.standing("A.reserve_cash")) == (0, 117)  # 6.00 - 4.50 - 0.33
    assert everything_is_at_rest(street)


def test_on_working_days_d_plus_1_comes_from_the_reserve() -> None:
    street = Street(shop(product="D+1"), MONDAY).until(MONDAY + 10 * HOUR)
    street.sell("victim", 100_000, "good-credit", number=17)
    street.until(MONDAY + 2 * DAY)
    number = payout_no_of(SHOP, "20260105")
    assert f"P4b/{number}/1" in street.posted("host")
    assert everything_is_at_rest(street)


def test_an_advance_that_comes_back_is_own_cash_again_and_repaid_when_it_has_gone_anew() -> None:
    street = _sold_on_friday().until(SATURDAY + 9 * HOUR)
    freeze(street)
    street.until(SATURDAY + 12 * HOUR)
    assert street.book("host").standing("A.own_cash") == 0
    assert street.book("rail").standing("R.account.A.own") == 0
    unfreeze(street)
    street.until(NEXT_MONDAY + 12 * HOUR)
    assert street.became(OF_FRIDAY)[-1] == "credited"
    assert everything_is_at_rest(street)
    assert street.book("host").standing("A.own_cash") == 0


@pytest.mark.parametrize("lost", [TransferOrder, TransferDone])
def test_a_repayment_is_ordered_under_one_number_until_it_is_done(lost: type[Input]) -> None:
    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        own = isinstance(message, TransferOrder | TransferDone) and message.payee == "R.account.A.own"
        return () if own and isinstance(message, lost) and attempt < 3 and street.at < limit else (HOP_US,)

    limit = NEXT_MONDAY + 9 * HOUR
    street = Street(shop(product="D+1"), MONDAY, way).until(FRIDAY + 10 * HOUR)
    street.sell("victim", 100_000, "good-credit", number=17)
    street.until(NEXT_MONDAY + 8 * HOUR + HOUR)
    street.stop("host")
    street.until(NEXT_MONDAY + 12 * HOUR)
    orders = [sent for sent in street.sent("transfer-order", "rail") if sent.payee == "R.account.A.own"]
    assert len(orders) > 1
    assert {order.transfer_no for order in orders} == {"20260109-host-own-1"}
    assert everything_is_at_rest(street)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 1_000_000)), min_size=1, max_size=8),
    st.sampled_from(["T+1", "D+1"]),
    st.sampled_from(["net-daily", "per-sale"]),
    st.lists(st.integers(0, 12), max_size=3, unique=True),
)
def test_over_random_days_every_fen_arrives_once(
    sales: list[tuple[int, int]], product: str, mode: str, restarts: list[int]
) -> None:
    street = Street(shop(product=product, payout_mode=mode, minimum_payout_fen=1), MONDAY)
    for day in range(10):
        street.until(MONDAY + day * DAY + 10 * HOUR)
        for number, (when, amount_fen) in enumerate(sales, 1):
            if when == day:
                street.sell(f"order-{number}", amount_fen, number=number)
        if day in restarts:
            street.stop("host")
    street.until(MONDAY + 16 * DAY)
    fees = [min((amount * 5_000 + 500_000) // 1_000_000, 2_000) for _, amount in sales]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == sum(amount for _, amount in sales) - sum(fees)
    assert street.book("host").standing("A.own_cash") == 0
    assert street.book("host").standing(ADVANCE) == 0
    assert everything_is_at_rest(street)
