"""Payouts that are held, suspended, let go or used otherwise, and what that leaves of their day."""

import pytest
from street import AVAILABLE, MONDAY, PAYOUT, SHOP, TUESDAY, WEDNESDAY, Street, a_thousand_on_monday, freeze, unfreeze

from acquirer.host.payout import PayoutDesk
from poslab.party.contract import Effect
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.presets import corner_shop

NET = 99_400
OTHER_NET = 9_950


def desk_of(street: Street) -> PayoutDesk:
    return street.host.desk._payouts  # type: ignore[no-any-return]


def hold(street: Street, amount_fen: int) -> str:
    out: list[Effect] = []
    number = desk_of(street).hold(SHOP, "20260105", amount_fen, street.at, out, "260000000017")
    street.lines += [(street.at, "host", effect) for effect in out]
    return number


def do(street: Street, what: str, *args: object) -> object:
    out: list[Effect] = []
    answer = getattr(desk_of(street), what)(*args, street.at, out)
    street.lines += [(street.at, "host", effect) for effect in out]
    return answer


def two_sales_on_monday() -> Street:
    street = a_thousand_on_monday()
    street.until(MONDAY + 12 * HOUR).sell("other", 10_000, number=18)
    return street.until(TUESDAY + 9 * HOUR)


def test_a_payout_that_is_held_as_a_whole_is_not_paid() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    assert hold(street, NET) == PAYOUT
    street.until(WEDNESDAY + 12 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "held"]
    assert street.sent("payout-order", "rail") == []


def test_it_is_paid_with_the_next_run_once_it_is_let_go() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    hold(street, NET)
    street.until(TUESDAY + 15 * HOUR)
    do(street, "let_go", PAYOUT)
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "held", "scheduled", "instructed", "taken", "credited"]
    assert street.host.book.standing(AVAILABLE) == 0


def test_one_sale_is_split_off_its_day_and_the_others_are_paid() -> None:
    street = two_sales_on_monday()
    number = hold(street, NET)
    assert number == f"{PAYOUT}-1"
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(number) == ["scheduled", "held"]
    assert [(order.payout_no, order.amount_fen) for order in street.sent("payout-order", "rail")] == [
        (PAYOUT, OTHER_NET)
    ]
    street.stop("host")
    do(street, "let_go", number)
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(number)[-1] == "credited"
    assert street.host.book.standing(AVAILABLE) == 0


def test_no_number_is_given_twice() -> None:
    street = two_sales_on_monday()
    first = hold(street, NET)
    assert do(street, "use", first, NET) == NET
    assert street.became(first)[-1] == "withdrawn"
    street.stop("host")
    street.until(TUESDAY + 9 * HOUR + MINUTE)
    assert hold(street, 1_000) == f"{PAYOUT}-2"


def test_what_is_taken_in_part_leaves_the_rest_held() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    hold(street, NET)
    assert do(street, "use", PAYOUT, 50_000) == 50_000
    assert street.became(PAYOUT)[-1] == "held"
    assert do(street, "use", PAYOUT, 100_000) == NET - 50_000
    assert street.became(PAYOUT)[-1] == "withdrawn"


@pytest.mark.parametrize("at", [TUESDAY + 10 * HOUR + 10_000, TUESDAY + 12 * HOUR])
def test_what_is_on_its_way_or_paid_cannot_be_held(at: int) -> None:
    street = a_thousand_on_monday().until(at)
    assert hold(street, NET) == ""


def test_what_came_back_is_not_held_either() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 11 * HOUR)
    assert hold(street, NET) == ""


def test_under_review_nothing_is_paid_and_everything_afterwards() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    do(street, "suspend", SHOP, "kyc")
    street.until(TUESDAY + 12 * HOUR).sell("other", 10_000, number=18)
    street.until(WEDNESDAY + 12 * HOUR)
    other = f"{SHOP}-20260106"
    assert (street.became(PAYOUT), street.became(other)) == (["scheduled", "suspended"], ["scheduled", "suspended"])
    street.stop("host")
    do(street, "resume", SHOP)
    street.until(MONDAY + 3 * DAY + 11 * HOUR)
    assert (street.became(PAYOUT)[-1], street.became(other)[-1]) == ("credited", "credited")


def test_a_review_stops_the_next_try_of_what_came_back() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 12 * HOUR)
    unfreeze(street)
    do(street, "suspend", SHOP, "kyc")
    street.until(WEDNESDAY + 12 * HOUR)
    assert len(street.sent("payout-order", "rail")) == 1
    do(street, "resume", SHOP)
    street.until(MONDAY + 3 * DAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


def test_what_is_held_and_let_go_under_review_stays_suspended() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    hold(street, NET)
    do(street, "suspend", SHOP, "kyc")
    do(street, "let_go", PAYOUT)
    assert street.became(PAYOUT) == ["scheduled", "held", "suspended"]


def test_a_debit_that_is_owed_and_taken_back_lessens_nothing() -> None:
    street = Street(corner_shop(), MONDAY)
    desk = desk_of(street)
    desk.owes_refund(SHOP, "k", "victim", 500)
    assert desk.owes_no_more(SHOP, "k")
    assert not desk.owes_no_more(SHOP, "k")
    street.sell("victim", 10_000, number=1)
    street.until(TUESDAY + 11 * HOUR)
    (order,) = street.sent("payout-order", "rail")
    assert order.amount_fen == OTHER_NET
