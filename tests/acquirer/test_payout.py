"""Payouts that come back, go again, are given up, or are too small to go alone."""

import pytest
from street import (
    ACCOUNT,
    IN_FLIGHT,
    MONDAY,
    PAYOUT,
    SHOP,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Street,
    a_thousand_on_monday,
    everything_is_at_rest,
    freeze,
    shop,
    unfreeze,
)

from acquirer.host.funding import FundingDesk
from poslab.messages.facts import RepayoutApplied
from poslab.messages.funding import PayoutStatus
from poslab.party.facts import Started
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.presets import corner_shop

# --- the account refuses


def test_a_frozen_account_sends_the_payout_back() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "instructed", "taken", "returned:ACCOUNT_FROZEN"]
    assert street.became(f"{PAYOUT}/1", "rail") == ["taken", "returned"]
    assert street.became(f"{PAYOUT}/1", "bank") == ["suspense", "returned"]
    assert street.posted("bank") == {
        f"P5a/{PAYOUT}/1": (("B.interbank_cash", "B.suspense", 99_400),),
        f"P5b/{PAYOUT}/1": (("B.suspense", "B.interbank_cash", 99_400),),
    }
    assert street.posted("rail")[f"P5b/{PAYOUT}/1"] == (
        ("R.account.B", IN_FLIGHT, 99_400),
        (IN_FLIGHT, "R.account.A.reserve", 99_400),
    )
    assert street.posted("host")[f"P5b/{PAYOUT}/1"] == (("A.reserve_cash", "A.payout_returned", 99_400),)
    (notice,) = street.sent("payout-notice", "merchant")
    assert (notice.state, notice.reason) == ("failed", "ACCOUNT_FROZEN")
    assert street.sent("statement-line", "merchant") == []


def test_it_is_paid_again_at_the_next_run_once_the_account_is_open() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 15 * HOUR)
    unfreeze(street)
    street.until(WEDNESDAY + 9 * HOUR + 59 * MINUTE)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-3:] == ["instructed", "taken", "credited"]
    assert street.posted("host")[f"P5c/{PAYOUT}/2"] == (("A.payout_returned", "A.payout_in_transit", 99_400),)
    assert [(order.payout_no, order.try_no) for order in street.sent("payout-order", "rail")] == [
        (PAYOUT, 1),
        (PAYOUT, 2),
    ]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400
    assert street.fees_told() == [600]
    assert everything_is_at_rest(street)


def test_after_three_tries_it_is_given_up_and_the_money_stays_named() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(MONDAY + 12 * DAY)
    assert street.became(PAYOUT)[-2:] == ["returned:ACCOUNT_FROZEN", "given-up"]
    assert len(street.sent("payout-order", "rail")) == 3
    assert street.logged("payout-given-up") == [{"payout_no": PAYOUT, "reason": "ACCOUNT_FROZEN"}]
    assert street.host.book.standing("A.payout_returned") == 99_400
    unfreeze(street)
    street.tell("host", RepayoutApplied("", SHOP))
    street.until(MONDAY + 15 * DAY)
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)


def test_by_contract_a_merchant_may_have_to_apply() -> None:
    street = a_thousand_on_monday(shop(repayout="apply")).until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 15 * HOUR)
    unfreeze(street)
    street.until(MONDAY + 4 * DAY)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"
    street.tell("host", RepayoutApplied("victim", SHOP))
    street.until(MONDAY + 8 * DAY)
    assert street.became(PAYOUT)[-1] == "credited"


def test_an_application_buys_one_more_try() -> None:
    street = a_thousand_on_monday(shop(repayout="apply")).until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 11 * HOUR)
    street.tell("host", RepayoutApplied("", SHOP))
    street.until(MONDAY + 9 * DAY)
    assert len(street.sent("payout-order", "rail")) == 2
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"


def test_a_late_word_about_the_first_try_does_not_end_the_second() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(WEDNESDAY + 10 * HOUR + 10_000)
    assert street.became(PAYOUT)[-1] == "instructed"
    street.tell("host", PayoutStatus("", PAYOUT, 1, "returned", "ACCOUNT_FROZEN"))
    assert street.became(PAYOUT)[-1] == "instructed"


def test_frozen_for_debits_only_still_takes_the_money() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street, "out")
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"account_name": "别人"}, "NAME_NOT_CORRECT"), ({"account_no": "999100009999"}, "ACCOUNT_NOT_EXIST")],
)
def test_the_bank_says_why(changes: dict[str, str], reason: str) -> None:
    street = a_thousand_on_monday()
    # The contract at the acquirer is wrong; the bank keeps the account as it is.
    street.host.desk = Desk(shop(**changes), lambda world, _: FundingDesk(world, street.host.book), "A").desk
    street.tell("host", Started())
    street.host.desk.capture("victim", "20260105", "k", "260000000017", SHOP, "good-credit", 100_000)
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == f"returned:{reason}"


def test_an_unknown_bank_is_refused_by_the_rail_before_anything_moves() -> None:
    street = a_thousand_on_monday(shop(bank="nowhere")).until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "instructed", "returned:ACCOUNT_NOT_EXIST"]
    assert street.book("rail").standing("R.account.A.reserve") == 99_517
    assert street.host.book.standing("A.reserve_cash") == 99_517
    assert street.host.book.standing("A.payout_returned") == 99_400


# --- small amounts


def test_a_small_amount_waits_and_rides_with_the_next_payout() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 12 * HOUR).sell("small", 60, number=1)
    street.until(TUESDAY + 12 * HOUR).sell("large", 10_000, number=2)
    assert street.became(PAYOUT) == ["scheduled"]
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    (order,) = street.sent("payout-order", "rail")
    assert (order.payout_no, order.amount_fen) == (f"{SHOP}-20260106", 60 + 9_950)
    assert everything_is_at_rest(street)


def test_small_amounts_gather_until_they_are_worth_a_payout() -> None:
    street = Street(corner_shop(), MONDAY)
    for day, number in enumerate((1, 2, 3)):
        street.until(MONDAY + day * DAY + 12 * HOUR).sell(f"small-{number}", 40, number=number)
    street.until(MONDAY + 3 * DAY + 9 * HOUR)
    assert street.sent("payout-order", "rail") == []
    street.until(MONDAY + 3 * DAY + 11 * HOUR)
    assert [order.amount_fen for order in street.sent("payout-order", "rail")] == [120]
    for business_date in ("20260105", "20260106", "20260107"):
        assert street.became(f"{SHOP}-{business_date}")[-1] == "credited"


def test_what_rides_along_comes_back_and_goes_again_with_its_carrier() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 12 * HOUR).sell("small", 60, number=1)
    street.until(TUESDAY + 12 * HOUR).sell("large", 10_000, number=2)
    freeze(street)
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"
    unfreeze(street)
    street.until(MONDAY + 4 * DAY)
    assert [(order.payout_no, order.try_no, order.amount_fen) for order in street.sent("payout-order", "rail")] == [
        (f"{SHOP}-20260106", 1, 10_010),
        (f"{SHOP}-20260106", 2, 10_010),
    ]
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)
