"""The account on file: asked for, reviewed, changed; and what that does to payouts."""

import msgspec
import pytest
from street import (
    ACCOUNT,
    MONDAY,
    PAYOUT,
    SHOP,
    TUESDAY,
    WEDNESDAY,
    Street,
    a_thousand_on_monday,
    everything_is_at_rest,
    shop,
)

from acquirer.host.accounts import ACCOUNTS, HEARD, AccountDesk, AccountReviewed
from poslab.messages.facts import AccountChangeRequested, RecallAnswered, RecallRequested, RepayoutApplied
from poslab.messages.funding import AccountHeard, CreditAnswer
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.accounts import Account
from poslab.world.presets import corner_shop, wallet_shop
from poslab.world.world import Payee

TYPO = "999100000010"
STRANGERS = "999100000777"
RIGHT = AccountChangeRequested("", SHOP, account_no=ACCOUNT)


def test_a_platform_that_pays_the_merchant_is_told_until_it_has_heard() -> None:
    street = Street(wallet_shop(), MONDAY).until(MONDAY + 10 * HOUR)
    street.tell("host", AccountChangeRequested("", SHOP, account_no="999100000888"))
    street.until(MONDAY + 2 * DAY)
    first, again, *_ = street.sent("account-notice", "platform")
    assert (first.mid, first.number, first.account_no) == (SHOP, 1, "999100000888")
    assert again == first
    street.stop("host")
    street.tell("host", AccountHeard("", SHOP, 1))
    told = len(street.sent("account-notice", "platform"))
    street.until(MONDAY + 4 * DAY)
    assert len(street.sent("account-notice", "platform")) == told


def test_where_the_acquirer_pays_the_merchant_nobody_else_is_told() -> None:
    street = Street(shop(), MONDAY).until(MONDAY + 10 * HOUR)
    street.tell("host", AccountChangeRequested("", SHOP, account_no="999100000888"))
    street.until(MONDAY + 2 * DAY)
    assert "account-notice" not in [effect.message.kind for _, _, effect in street.lines if isinstance(effect, Send)]


def test_what_went_to_a_platform_is_not_asked_back_of_it() -> None:
    """It went where it was meant to; to whose account the platform pays is the platform's matter."""
    street = Street(wallet_shop(), MONDAY).until(MONDAY + 10 * HOUR)
    street.sell("victim", 100_000, "good-credit", number=17)
    street.until(TUESDAY + 10 * HOUR + MINUTE).tell("rail", CreditAnswer("", PAYOUT, 1, "credited"))
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    street.tell("host", RecallRequested("", SHOP))
    assert street.sent("payout-recall", "rail") == []


def mistyped(**contract: object) -> Street:
    """A sale of Monday whose payout came back on Tuesday: there is no such account."""
    street = a_thousand_on_monday(shop(filed_account_no=TYPO, **contract)).until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_NOT_EXIST"
    return street


# --- the desk alone


def test_a_request_is_reviewed_for_a_day_and_then_on_file() -> None:
    desk, out = AccountDesk(shop(filed_account_no=TYPO)), list[Effect]()
    assert desk.payee(SHOP) == Payee("bank", TYPO, "示例小店")
    assert not desk.hear(RIGHT, 0, out)
    letter = AccountReviewed("", SHOP, 1)
    assert out == [
        Kept("", "account-change"),
        Logged("", "account-change-requested", {"mid": SHOP, "account_no": ACCOUNT}),
        Remind(DAY, letter),
    ]
    assert desk.is_under_review(SHOP) and desk.awaits(letter)
    assert desk.payee(SHOP).account_no == TYPO
    assert desk.hear(letter, DAY, out)
    assert desk.payee(SHOP) == Payee("bank", ACCOUNT, "示例小店")
    assert not desk.is_under_review(SHOP) and not desk.awaits(letter)


def test_a_second_request_takes_the_place_of_the_first_and_the_review_begins_anew() -> None:
    desk, out = AccountDesk(corner_shop()), list[Effect]()
    desk.hear(AccountChangeRequested("", SHOP, account_no=TYPO), 0, out)
    desk.hear(AccountChangeRequested("", SHOP, account_name="示例小店二部"), 20 * HOUR, out)
    assert not desk.awaits(AccountReviewed("", SHOP, 1))
    assert desk.awaits(AccountReviewed("", SHOP, 2))
    desk.hear(AccountReviewed("", SHOP, 2), 44 * HOUR, out)
    assert desk.payee(SHOP) == Payee("bank", ACCOUNT, "示例小店二部")


def test_a_request_for_the_account_on_file_needs_no_review() -> None:
    desk, out = AccountDesk(corner_shop()), list[Effect]()
    assert not desk.hear(AccountChangeRequested("", SHOP, "bank", ACCOUNT, "示例小店"), 0, out)
    assert out == [Logged("", "account-on-file", {"mid": SHOP, "account_no": ACCOUNT})]
    assert not desk.is_under_review(SHOP)


def test_a_request_for_the_account_on_file_takes_the_place_of_one_under_review() -> None:
    desk, out = AccountDesk(corner_shop()), list[Effect]()
    desk.hear(AccountChangeRequested("", SHOP, account_no=TYPO), 0, out)
    desk.hear(RIGHT, HOUR, out)
    assert not desk.hear(AccountReviewed("", SHOP, 2), HOUR + DAY, out)
    assert desk.payee(SHOP).account_no == ACCOUNT


def test_of_a_stranger_nothing_is_known() -> None:
    desk, out = AccountDesk(corner_shop()), list[Effect]()
    assert not desk.hear(AccountChangeRequested("", "999000054119999", account_no=TYPO), 0, out)
    assert out == []


def test_the_table_says_something_about_everything() -> None:
    assert ACCOUNTS.missing(HEARD) == []


# --- and the payouts


def test_a_corrected_account_is_paid_at_the_next_run_after_the_review() -> None:
    street = mistyped()
    street.tell("host", RIGHT)
    street.until(WEDNESDAY + 10 * HOUR + MINUTE)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_NOT_EXIST", "nothing is paid during the review"
    street.until(WEDNESDAY + DAY + 11 * HOUR)
    assert street.became(PAYOUT)[-3:] == ["instructed", "taken", "credited"]
    assert street.posted("host")[f"P5c/{PAYOUT}/2"] == (("A.payout_returned", "A.payout_in_transit", 99_400),)
    assert [order.account_no for order in street.sent("payout-order", "rail")] == [TYPO, ACCOUNT]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400
    assert everything_is_at_rest(street)


def test_by_contract_the_merchant_applies_once_the_account_is_right() -> None:
    street = mistyped(repayout="apply")
    street.tell("host", RIGHT)
    street.until(MONDAY + 7 * DAY)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_NOT_EXIST"
    street.tell("host", RepayoutApplied("", SHOP))
    street.until(MONDAY + 8 * DAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


def test_what_was_given_up_is_tried_again_when_the_account_is_another_one() -> None:
    street = mistyped().until(MONDAY + 8 * DAY)
    assert street.became(PAYOUT)[-1] == "given-up"
    street.tell("host", RIGHT)
    street.until(MONDAY + 10 * DAY)
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)


def test_a_correction_that_changes_nothing_wins_no_further_try() -> None:
    street = mistyped().until(MONDAY + 8 * DAY)
    street.tell("host", AccountChangeRequested("", SHOP, account_no=TYPO))
    street.until(MONDAY + 12 * DAY)
    assert street.became(PAYOUT)[-1] == "given-up"
    assert len(street.sent("payout-order", "rail")) == 3


def test_several_requests_at_once_only_hold_the_money_longer() -> None:
    street = mistyped()
    for _ in range(4):
        street.tell("host", RIGHT)
        street.until(street.at + 20 * HOUR)
    assert street.at > WEDNESDAY + 2 * DAY
    assert len(street.sent("payout-order", "rail")) == 1
    street.until(MONDAY + 7 * DAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


def test_a_first_payout_that_falls_due_during_a_review_waits_for_its_end() -> None:
    street = a_thousand_on_monday(shop(filed_account_no=TYPO)).until(TUESDAY + 9 * HOUR)
    street.tell("host", RIGHT)
    street.until(TUESDAY + 18 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "suspended"]
    assert street.logged("payouts-suspended") == [{"mid": SHOP, "why": "account-change"}]
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


def test_a_payout_is_not_put_off_by_a_request_for_the_account_that_is_on_file() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    street.tell("host", RIGHT)
    street.until(TUESDAY + 11 * HOUR)
    assert street.logged("payouts-suspended") == []
    assert street.became(PAYOUT)[-1] == "credited"


@pytest.mark.parametrize("stopped_after", [None, HOUR, 23 * HOUR])
def test_what_a_clerk_asks_back_during_a_review_is_asked_back_after_it(stopped_after: int | None) -> None:
    """Nobody can say before which account is the wrong one; the clerk is not to ask again."""
    world = shop(filed_account_no=STRANGERS, filed_account_name="别人")
    bank = msgspec.structs.replace(world.banks[0], accounts=(Account(STRANGERS, "别人"),))
    world = msgspec.structs.replace(world, banks=(bank,))
    street = a_thousand_on_monday(world).until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    street.tell("host", AccountChangeRequested("", SHOP, account_no=ACCOUNT, account_name="示例小店"))
    street.tell("host", RecallRequested("", SHOP))
    assert street.logged("recall-put-off") == [{"mid": SHOP}]
    newborn = Street(world, MONDAY).host
    newborn.restore(street.host.snapshot())
    assert newborn.snapshot() == street.host.snapshot()
    if stopped_after is not None:
        street.until(street.at + stopped_after)
        street.stop("host")
    street.until(WEDNESDAY + 10 * HOUR + 59 * MINUTE)
    assert street.sent("payout-recall", "bank") == []
    street.until(WEDNESDAY + 11 * HOUR + 10 * MINUTE)
    assert len(street.sent("payout-recall", "bank")) == 1
    street.tell("bank", RecallAnswered("", STRANGERS))
    street.until(WEDNESDAY + DAY + 11 * HOUR)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400
    assert everything_is_at_rest(street)


def test_an_order_says_the_same_however_often_it_is_sent() -> None:
    """The account changes while no order reaches the rail: the try under way keeps the account that it was made to."""
    street = a_thousand_on_monday(shop(filed_account_no=TYPO))
    street.until(TUESDAY + 9 * HOUR + 59 * MINUTE)
    street.way = lambda to, message, attempt: () if message.kind == "payout-order" else (35_000,)
    street.until(TUESDAY + 11 * HOUR)
    street.tell("host", RIGHT)
    street.until(WEDNESDAY + 12 * HOUR)
    orders = street.sent("payout-order", "rail")
    assert len(orders) > 100
    assert all(order == orders[0] for order in orders)


@pytest.mark.parametrize("hours", [12, 23, 24, 30])
def test_a_host_that_restarts_during_the_review_goes_on_with_it(hours: int) -> None:
    street = mistyped()
    street.tell("host", RIGHT)
    street.until(street.at + hours * HOUR)
    street.stop("host")
    street.until(WEDNESDAY + DAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)
