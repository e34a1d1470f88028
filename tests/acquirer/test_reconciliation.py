"""The reconciliation desk: told that a run begins, it names what the runs before it left open, once."""

from street import PAYOUT, WEDNESDAY, Street, a_thousand_on_monday

from poslab.messages.funding import CreditOrder, PayoutStatus
from poslab.party.contract import Input
from poslab.party.time import DAY, HOUR

THURSDAY = WEDNESDAY + DAY


def deaf_bank(to: str, message: Input, attempt: int) -> tuple[int, ...]:
    """No order reaches the account bank."""
    return () if isinstance(message, CreditOrder) else (35_000,)


def named(street: Street) -> list[tuple[str, int, str]]:
    return [(str(it["payout_no"]), int(it["try_no"]), str(it["state"])) for it in street.logged("payout-break")]


def test_a_payout_whose_outcome_nobody_tells_is_a_break_at_the_next_run() -> None:
    street = a_thousand_on_monday()
    street.way = deaf_bank
    street.until(WEDNESDAY + 9 * HOUR)
    assert named(street) == []
    street.until(WEDNESDAY + 11 * HOUR)
    assert named(street) == [(PAYOUT, 1, "taken")]
    [found] = street.logged("payout-break")
    assert (found["why"], found["amount_fen"]) == ("payout-without-credit", 99_400)


def test_it_is_named_once_and_never_paid_again() -> None:
    street = a_thousand_on_monday()
    street.way = deaf_bank
    street.until(THURSDAY + 11 * HOUR)
    street.stop("host")
    street.until(THURSDAY + 48 * HOUR)
    assert len(named(street)) == 1
    assert {(order.payout_no, order.try_no) for order in street.sent("payout-order", "rail")} == {(PAYOUT, 1)}


def test_it_is_cleared_when_the_outcome_is_known() -> None:
    street = a_thousand_on_monday()
    street.way = deaf_bank
    street.until(WEDNESDAY + 11 * HOUR)
    street.tell("host", PayoutStatus("", PAYOUT, 1, "credited"))
    street.until(THURSDAY + 11 * HOUR)
    assert street.logged("payout-break-cleared") == [
        {"why": "payout-without-credit", "payout_no": PAYOUT, "state": "credited"}
    ]
    street.until(THURSDAY + 96 * HOUR)
    assert len(street.logged("payout-break-cleared")) == 1


def test_a_payout_that_arrives_or_comes_back_is_none() -> None:
    street = a_thousand_on_monday().until(THURSDAY + 11 * HOUR)
    assert named(street) == [] and street.became(PAYOUT)[-1] == "credited"
