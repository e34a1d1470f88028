"""Refunds on the funding leg: cleared below zero, taken from payouts, settled between banks either way (P8a to P8c)."""

from street import (
    AVAILABLE,
    MONDAY,
    PAYOUT,
    PENDING,
    SHOP,
    TUESDAY,
    WEDNESDAY,
    Street,
    a_thousand_on_monday,
    everything_is_at_rest,
)

from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.calendar import day_word
from poslab.world.presets import corner_shop

REFUND = "90000001-000002-000020"


def give_back(street: Street, amount_fen: int, key: str = REFUND, available: bool = False) -> None:
    """A refund of a credit-card sale that the host has booked (P8a) and captured."""
    payable = AVAILABLE if available else PENDING
    street.host.book.post(f"P8a/{key}", ((payable, "A.scheme_receivable", amount_fen),))
    desk = street.host.desk
    date = day_word(street.world.calendar.business_day(street.at))
    desk.capture("victim", date, key, f"26{int(key[-6:]):010d}", SHOP, "good-credit", -amount_fen)
    desk.owes_refund(SHOP, key, "victim", amount_fen)
    if available:
        desk.taken_from_available(key)


def test_of_the_same_day_it_is_netted_with_the_day_and_the_fee_is_lost() -> None:
    street = a_thousand_on_monday()
    street.sell("other", 50_000, "good-credit", number=18)
    give_back(street, 100_000)
    street.until(TUESDAY + 12 * HOUR)
    # Nothing is returned of fees: 6.00 to the acquirer, 4.50 to the issuer, 0.33 from each to the network.
    (order,) = street.sent("payout-order", "rail")
    assert (order.payout_no, order.amount_fen) == (PAYOUT, 99_400 + 49_700 - 100_000)
    assert street.logged("refund-netted") == [{"key": REFUND, "amount_fen": 100_000, "payout_no": PAYOUT}]
    assert street.became(PAYOUT)[-1] == "credited"
    assert street.book("issuer").standing("I.clearing_payable") == 100_000
    street.until(MONDAY + 8 * DAY)
    assert everything_is_at_rest(street)
    assert street.book("issuer").standing("I.cardholder.good-credit") == -50_000


def test_of_an_earlier_day_it_is_taken_from_the_next_payout_and_the_banks_pay_back() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    give_back(street, 40_000, available=True)
    street.until(TUESDAY + 12 * HOUR)
    assert [order.amount_fen for order in street.sent("payout-order", "rail")] == [99_400 - 40_000]
    street.until(WEDNESDAY + 12 * HOUR)
    rail = street.posted("rail")
    assert rail["P3/20260106-issuer-in"] == (("R.account.N", "R.account.I", 40_000),)
    assert rail["P3/20260106-host-out"] == (("R.account.A.reserve", "R.account.N", 40_000),)
    assert street.posted("switch")["P2/20260106-host/1"] == (("N.due_to_acquirer", "N.due_from_issuer", 40_000),)
    street.until(MONDAY + 9 * DAY)
    assert everything_is_at_rest(street)
    assert street.book("issuer").standing("I.cardholder.good-credit") == -60_000


def test_what_no_payout_covers_waits_with_the_payouts_for_the_next() -> None:
    street = a_thousand_on_monday()
    give_back(street, 100_000)
    street.until(TUESDAY + 12 * HOUR)
    assert street.sent("payout-order", "rail") == []
    assert street.host.book.standing(AVAILABLE) == -600
    street.sell("other", 50_000, "good-credit", number=19)
    street.until(WEDNESDAY + 12 * HOUR)
    (order,) = street.sent("payout-order", "rail")
    assert order.amount_fen == 49_700 - 600
    assert [len(street.became(number)) for number in (PAYOUT, f"{SHOP}-20260106")] == [4, 4]
    street.until(MONDAY + 9 * DAY)
    assert everything_is_at_rest(street)


def test_a_restart_in_between_changes_nothing() -> None:
    street = a_thousand_on_monday()
    street.sell("other", 50_000, "good-credit", number=18)
    give_back(street, 30_000)
    for at in (MONDAY + 22 * HOUR, MONDAY + 23 * HOUR + 31 * MINUTE, TUESDAY + 9 * HOUR, WEDNESDAY):
        street.until(at)
        for who in ("host", "switch", "issuer", "rail"):
            street.stop(who)
    street.until(MONDAY + 9 * DAY)
    assert [order.amount_fen for order in street.sent("payout-order", "rail")] == [99_400 + 49_700 - 30_000]
    assert everything_is_at_rest(street)


def test_refunds_that_cost_the_whole_day_need_no_settlement() -> None:
    street = Street(corner_shop(), MONDAY).until(MONDAY + 10 * HOUR)
    street.sell("victim", 100, "good-debit", number=17)
    give_back(street, 100)
    street.until(MONDAY + 9 * DAY)
    assert street.host.book.standing("A.scheme_receivable") == 0
