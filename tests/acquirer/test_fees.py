"""Rates and caps: the worked example, half-up at the half fen, what a promotion costs, and days of any sales at all.

What a file claims, what the network's positions are, and what the books of all three institutions say are the same
sums, line by line and in all; on some days it is the acquirer that owes the network.
"""

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street import AVAILABLE, MONDAY, PENDING, SHOP, TUESDAY, Street, everything_is_at_rest

from acquirer.host.fees import Fees, Tariff
from poslab.messages.funding import ClearingLine
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.calendar import day_word
from poslab.world.presets import corner_shop
from poslab.world.world import World

PROMOTION = {"debit_rate_ppm": 3_800, "debit_cap_fen": None, "credit_rate_ppm": 3_800}


def contracted(**changes: object) -> World:
    world = corner_shop()
    merchants = tuple(msgspec.structs.replace(merchant, **changes) for merchant in world.merchants)
    return msgspec.structs.replace(world, merchants=merchants)


@pytest.mark.parametrize(
    ("card", "amount_fen", "fees"),
    [
        # merchant, interchange, network fee of either side
        ("good-credit", 100_000, Fees(600, 450, 33, 33)),
        ("good-debit", 100_000, Fees(500, 350, 33, 33)),
        ("good-debit", 400_000, Fees(2_000, 1_300, 130, 130)),
        ("good-debit", 400_001, Fees(2_000, 1_300, 130, 130)),
        ("good-debit", 2_000_000, Fees(2_000, 1_300, 325, 325)),
        ("good-credit", 2_000_000, Fees(12_000, 9_000, 325, 325)),
        ("good-credit", 1, Fees(0, 0, 0, 0)),
        ("good-credit", 83, Fees(0, 0, 0, 0)),
        ("good-credit", 84, Fees(1, 0, 0, 0)),
        ("good-debit", 100, Fees(1, 0, 0, 0)),
        ("good-debit", 99, Fees(0, 0, 0, 0)),
    ],
)
def test_each_is_rounded_half_up_and_capped_by_itself(card: str, amount_fen: int, fees: Fees) -> None:
    assert Tariff(corner_shop()).of(SHOP, card, amount_fen) == fees


@pytest.mark.parametrize(("amount_fen", "fee_fen"), [(100_000, 380), (131, 0), (132, 1), (1_000_000, 3_800)])
def test_a_promotion_of_0_38_percent_is_the_contracts_and_nobody_elses(amount_fen: int, fee_fen: int) -> None:
    usual, cheap = Tariff(corner_shop()), Tariff(contracted(**PROMOTION))
    for card in ("good-debit", "good-credit"):
        fees = cheap.of(SHOP, card, amount_fen)
        assert fees.merchant_fen == fee_fen
        assert fees[1:] == usual.of(SHOP, card, amount_fen)[1:]


def test_under_a_promotion_the_acquirer_may_pay_more_than_it_gets() -> None:
    """0.38 % from the merchant, 0.45 % to the issuer and 0.0325 % to the network: the loss has its accounts."""
    street = Street(contracted(**PROMOTION), MONDAY)
    street.until(MONDAY + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    street.until(TUESDAY + 12 * HOUR)
    assert street.posted("host")["P2/20260105-host/1"] == (
        (PENDING, "A.fee_income", 380),
        (PENDING, AVAILABLE, 99_620),
        ("A.interchange_expense", "A.scheme_receivable", 450),
        ("A.network_fee_expense", "A.scheme_receivable", 33),
    )
    assert everything_is_at_rest(street)
    assert street.book("rail").standing("R.account.A.reserve") == 380 - 483


# --- days of any sales and refunds

AMOUNTS = st.one_of(st.integers(1, 300), st.integers(1, 400_000), st.integers(1_000_000, 4_000_000))
CARDS = st.sampled_from(("good-debit", "good-credit"))
SALES = st.lists(st.tuples(CARDS, AMOUNTS), min_size=1, max_size=12)
BACK = st.lists(st.integers(1, 3_000_000), max_size=3)
CONTRACTS = st.sampled_from(({}, PROMOTION, {"debit_cap_fen": 1}, {"credit_rate_ppm": 0, "debit_rate_ppm": 0}))


def played(sales: list[tuple[str, int]], back: list[int], contract: dict[str, object]) -> Street:
    street = Street(contracted(**contract, minimum_payout_fen=0), MONDAY)
    street.until(MONDAY + 10 * HOUR)
    for number, (card, amount_fen) in enumerate(sales, start=1):
        street.sell(f"sale-{number}", amount_fen, card, number=number)
    for number, amount_fen in enumerate(back, start=500):
        key = f"90000001-000002-{number:06d}"
        street.host.book.post(f"P8a/{key}", ((PENDING, "A.scheme_receivable", amount_fen),))
        rrn = f"26{number:010d}"
        street.host.desk.capture(f"back-{number}", "20260105", key, rrn, SHOP, "good-credit", -amount_fen)
        street.host.desk.owes_refund(SHOP, key, f"back-{number}", amount_fen)
    return street.until(TUESDAY + 12 * HOUR)


def lines_of(street: Street) -> list[ClearingLine]:
    return [line for file in street.sent("clearing-file", "switch") for line in file.lines]


@settings(max_examples=60, deadline=None)
@given(SALES, BACK, CONTRACTS)
def test_files_positions_and_books_say_the_same(
    sales: list[tuple[str, int]], back: list[int], contract: dict[str, object]
) -> None:
    street = played(sales, back, contract)
    lines = lines_of(street)
    host, switch, issuer, rail = (street.book(who) for who in ("host", "switch", "issuer", "rail"))
    assert sum(line.amount_fen for line in lines) == sum(amount for _, amount in sales) - sum(back)
    assert host.standing("A.fee_income") == sum(line.merchant_fee_fen for line in lines)
    assert host.standing("A.interchange_expense") == sum(line.interchange_fen for line in lines)
    assert host.standing("A.network_fee_expense") == sum(line.acquirer_fee_fen for line in lines)
    assert issuer.standing("I.interchange_income") == sum(line.interchange_fen for line in lines)
    assert issuer.standing("I.network_fee") == sum(line.issuer_fee_fen for line in lines)
    assert switch.standing("N.fee_income") == sum(line.acquirer_fee_fen + line.issuer_fee_fen for line in lines)
    due_fen = sum(line.amount_fen - line.interchange_fen - line.acquirer_fee_fen for line in lines)
    drawn_fen = sum(line.amount_fen - line.interchange_fen + line.issuer_fee_fen for line in lines)
    paid = street.posted("rail")
    moved = sum(
        amount_fen if credit == "R.account.A.reserve" else -amount_fen
        for _, credit, amount_fen in paid.get("P3/20260105-host-out", ())
    )
    assert moved == due_fen
    drawn = sum(
        amount_fen if debit == "R.account.I" else -amount_fen
        for debit, _, amount_fen in paid.get("P3/20260105-issuer-in", ())
    )
    assert drawn == drawn_fen
    assert (switch.standing("N.due_from_issuer"), switch.standing("N.due_to_acquirer")) == (0, 0)
    assert host.standing("A.scheme_receivable") == 0
    for book in (host, switch, issuer, rail, street.book("bank")):
        assert sum(book.balances.values()) == 0


def test_a_day_on_which_the_acquirer_owes_the_network() -> None:
    street = played([("good-credit", 10_000)], [100_000], {})
    out = street.posted("rail")["P3/20260105-host-out"]
    assert out == (("R.account.A.reserve", "R.account.N", 90_000 + 45 + 3),)
    assert street.posted("host")["P3/20260105-host-out"] == (("A.scheme_receivable", "A.reserve_cash", 90_048),)
    assert street.logged("payout-instructed") == []


def test_a_week_with_a_refund_a_day_comes_to_rest() -> None:
    street = Street(corner_shop(), MONDAY)
    for number in range(5):
        street.until(MONDAY + number * DAY + 11 * HOUR)
        street.sell(f"sale-{number}", 20_000 + number, "good-credit", number=10 + number)
        key = f"90000001-000002-{20 + number:06d}"
        street.host.book.post(f"P8a/{key}", ((PENDING, "A.scheme_receivable", 5_000),))
        today = day_word(street.world.calendar.business_day(street.at))
        street.host.desk.capture(f"sale-{number}", today, key, f"26{20 + number:010d}", SHOP, "good-credit", -5_000)
        street.host.desk.owes_refund(SHOP, key, f"sale-{number}", 5_000)
    street.until(MONDAY + 14 * DAY + MINUTE)
    assert everything_is_at_rest(street)
    assert street.world.calendar.is_working(date(2026, 1, 5))
