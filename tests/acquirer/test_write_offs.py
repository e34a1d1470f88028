"""Debts that no payout covers: own cash stands in for them, and two people may write one off."""

import pytest
from disputed import CASE, GROSS, NET, RRN, everything_adds_up, paid, sell_later
from street import AVAILABLE, MONDAY, WEDNESDAY, Street

from acquirer.host.write_offs import WRITE_OFFS, WriteOffDesk
from poslab.messages.disputes import ChargebackRaised, DisputeAnswered
from poslab.messages.facts import WriteOffApproved
from poslab.party.time import DAY, HOUR

THURSDAY = WEDNESDAY + DAY
NEXT_MONDAY = MONDAY + 7 * DAY
COVER = "P11c-mirror/20260107-host-own-1"


def charged_back() -> Street:
    """The money is back with the cardholder, the merchant has spent it, and sells nothing any more."""
    street = paid().until(WEDNESDAY + 10 * HOUR)
    street.tell("issuer", ChargebackRaised("", RRN))
    return street.until(THURSDAY + 9 * HOUR)


def accepted() -> Street:
    street = charged_back()
    street.tell("host", DisputeAnswered("", RRN, "accept"))
    return street


def approve(street: Street, by: str, item: str = CASE) -> None:
    street.tell("host", WriteOffApproved("", item, by))


def refusals(street: Street) -> list[object]:
    return [said["why"] for said in street.logged("write-off-refused")]


def test_the_table_says_something_about_everything() -> None:
    assert WRITE_OFFS.missing(WriteOffDesk.HEARS) == []


def test_own_cash_makes_the_reserve_whole_before_the_network_takes_what_no_merchant_has_paid_in() -> None:
    street = charged_back()
    assert street.posted("host")[COVER] == (("A.reserve_cash", "A.own_cash", GROSS),)
    assert street.posted("rail")[COVER] == (("R.account.A.own", "R.account.A.reserve", GROSS),)
    assert street.book("rail").standing("R.account.A.reserve") >= 0
    assert street.book("host").standing(AVAILABLE) == -GROSS
    everything_adds_up(street)


def test_nothing_is_lent_where_a_payout_waits_that_covers_it() -> None:
    street = paid().until(WEDNESDAY + 10 * HOUR)
    street.tell("issuer", ChargebackRaised("", RRN))
    sell_later(street)
    street.until(THURSDAY + 9 * HOUR)
    assert street.logged("debt-covered") == []


def test_a_lost_word_of_the_rail_lends_no_more() -> None:
    street = charged_back()
    street.stop("host")
    street.until(THURSDAY + 12 * HOUR)
    assert street.book("host").standing("A.own_cash") == street.book("rail").standing("R.account.A.own") == -GROSS


def test_a_merchant_that_sells_again_pays_its_debt_and_own_cash_is_repaid() -> None:
    street = accepted()
    sell_later(street)
    street.until(NEXT_MONDAY)
    host = street.book("host")
    assert (host.standing("A.own_cash"), host.standing(AVAILABLE)) == (0, 0)
    assert [line["amount_fen"] for line in street.logged("chargeback-netted")] == [GROSS]
    everything_adds_up(street)


def test_representment_that_is_won_repays_own_cash_and_pays_the_merchant_nothing_twice() -> None:
    street = charged_back()
    street.tell("host", DisputeAnswered("", RRN, "represent"))
    street.until(MONDAY + 40 * DAY)
    assert street.became(CASE)[-1] == "won"
    host = street.book("host")
    assert (host.standing("A.own_cash"), host.standing(AVAILABLE)) == (0, 0)
    assert street.book("bank").standing("B.account.999100000001") == NET
    everything_adds_up(street)


def test_two_people_write_a_debt_off() -> None:
    street = accepted()
    approve(street, "clerk-1")
    assert f"P19/{CASE}" not in street.posted("host")
    approve(street, "clerk-2")
    assert street.posted("host")[f"P19/{CASE}"] == (
        ("A.short_suspense", AVAILABLE, GROSS),
        ("A.writeoff", "A.short_suspense", GROSS),
    )
    assert street.logged("written-off") == [
        {"item": CASE, "amount_fen": GROSS, "first": "clerk-1", "second": "clerk-2"}
    ]
    host = street.book("host")
    assert (host.standing(AVAILABLE), host.standing("A.short_suspense")) == (0, 0)
    sell_later(street)
    street.until(NEXT_MONDAY)
    assert street.logged("chargeback-netted") == []  # the debt is gone: a later payout is whole
    everything_adds_up(street)


def test_one_person_is_not_two() -> None:
    street = accepted()
    approve(street, "clerk-1")
    approve(street, "clerk-1")
    assert refusals(street) == ["same-person"]
    assert street.logged("written-off") == []


@pytest.mark.parametrize(
    ("begin", "item", "why"),
    [
        (charged_back, CASE, "still-recoverable"),
        (accepted, "D260000000099", "no-such-item"),
        (paid, CASE, "no-such-item"),
    ],
)
def test_it_is_refused_with_a_word(begin: object, item: str, why: str) -> None:
    street: Street = begin()  # type: ignore[operator]
    approve(street, "clerk-1", item)
    approve(street, "clerk-2", item)
    assert refusals(street) == [why, why]
    assert not [entry for entry in street.posted("host") if entry.startswith("P19/")]


def test_what_a_waiting_payout_will_pay_is_not_written_off() -> None:
    street = accepted()
    approve(street, "clerk-1")
    sell_later(street)
    street.until(THURSDAY + DAY)  # cleared, and not paid yet
    approve(street, "clerk-2")
    street.until(NEXT_MONDAY)
    approve(street, "clerk-2")
    assert refusals(street) == ["still-recoverable", "no-such-item"]


def test_what_is_written_off_is_written_off_once() -> None:
    street = accepted()
    for by in ("clerk-1", "clerk-2", "clerk-3", "clerk-4"):
        approve(street, by)
    assert refusals(street) == ["already-written-off", "already-written-off"]
    assert street.book("host").standing("A.writeoff") == GROSS


def test_a_first_approval_survives_a_restart() -> None:
    street = accepted()
    approve(street, "clerk-1")
    street.stop("host")
    approve(street, "clerk-2")
    assert len(street.logged("written-off")) == 1
    assert [(each.why, each.ref, each.amount_fen) for each in street.sent("adjustment-notice", "merchant")] == [
        ("written-off", CASE, GROSS)
    ]


