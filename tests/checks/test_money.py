"""The checks of money: books, conservation, mirrors, one charge, one payout, a debit behind each credit, fees."""

import msgspec
import pytest
from witness import ACCOUNT, AVAILABLE, MID, NET, OTHER, PAYOUT, VICTIM, Sale, Witness

from poslab.checks.fees_half_up import fee
from poslab.messages.funding import ClearingLine, CreditOrder, PayoutOrder
from poslab.party.contract import Became, Kept, Posted, Send
from poslab.party.facts import Connected
from poslab.party.time import DAY, HOUR


@pytest.fixture
def paid() -> Witness:
    """A sale from the till to the merchant's account, nothing wrong anywhere."""
    return Witness().approved().cleared().scheduled().settled().paid(NET)


def test_a_sale_that_reaches_the_merchant_breaks_nothing(paid: Witness) -> None:
    # The account bank's cash and the rail agree; fees in between are with network and issuer.
    paid.breaks_nothing()
    for check in (
        "books-balance", "money-conserved", "named-places", "mirrors-agree", "one-net-effect", "one-charge-per-attempt",
        "one-payout", "credit-has-debit", "fees-half-up",
    ):  # fmt: skip
        paid.holds(check)


# --- books-balance, named-places


def test_a_posting_has_both_sides_in_the_partys_own_book(paid: Witness) -> None:
    paid.posted("host", "P9/x", ("A.reserve_cash", "I.clearing_payable", 5))
    paid.breaks("books-balance", "P9/x", "I.clearing_payable")


def test_an_amount_of_nothing_is_no_posting(paid: Witness) -> None:
    paid.posted("rail", "P3/x", ("R.account.N", "R.account.P", 0))
    paid.breaks("books-balance", "0 fen")


def test_an_entry_of_a_daily_job_is_posted_once(paid: Witness) -> None:
    paid.posted("switch", "P2/file/1", ("N.due_from_issuer", "N.due_to_acquirer", 10))
    paid.holds("books-balance")
    paid.posted("switch", "P2/file/1", ("N.due_from_issuer", "N.due_to_acquirer", 10))
    paid.breaks("books-balance", "P2/file/1 again")


def test_an_entry_of_a_sale_is_posted_once_even_when_the_sale_is_at_rest() -> None:
    told = Witness().approved()
    told.posted("host", f"P1/{VICTIM.key}", ("A.scheme_receivable", AVAILABLE, 12_800), about="victim")
    told.breaks("books-balance", f"P1/{VICTIM.key} again")


def test_every_account_belongs_to_the_chart(paid: Witness) -> None:
    paid.holds("named-places")
    paid.posted("bank", "P9/x", ("B.interbank_cash", "B.sundries", 5))
    paid.breaks("named-places", "B.sundries")


# --- money-conserved


def test_money_in_a_place_without_a_name_has_disappeared() -> None:
    told = Witness().charged()
    told.holds("money-conserved")
    told.posted("issuer", "P9/x", ("I.clearing_payable", "I.limbo", 12_800))
    told.breaks("money-conserved", "128.00 left the cardholders, 0.00 are in named places")


def test_a_payout_in_flight_cannot_give_more_than_was_taken() -> None:
    told = Witness().approved().cleared().scheduled().settled().instructed(NET).taken(NET)
    told.posted("rail", "P4c/x", (f"R.in_flight.{PAYOUT}", "R.account.B", NET + 1))
    told.breaks("money-conserved", f"R.in_flight.{PAYOUT} holds -0.01")


def test_clients_money_is_not_paid_out_before_it_came() -> None:
    told = Witness().approved().cleared().scheduled().instructed(NET).taken(NET)
    told.breaks("money-conserved", "R.account.A.reserve holds -127.36")


def test_settlement_moves_what_the_file_claims_to_the_fen() -> None:
    told = Witness().approved().cleared()
    told.transferred("20260105-issuer-in", "R.account.I", "R.account.N", 12_758)
    told.breaks("money-conserved", "20260105-issuer-in moved 127.58, the file claims 127.59")


# --- mirrors-agree


def test_word_of_a_transfer_may_take_a_while_and_not_a_day() -> None:
    told = Witness().approved().cleared()
    told.transferred("20260105-issuer-in", "R.account.I", "R.account.N", 12_759)
    told.says("issuer", Connected("", "rail"), after=HOUR)
    told.posted("issuer", "P3/in", ("I.clearing_payable", "I.cash", 12_759))
    told.posted("switch", "P3/in", ("N.cash", "N.due_from_issuer", 12_759))
    told.holds("mirrors-agree")


def test_a_difference_of_more_than_a_day_is_a_breach_though_it_was_mended() -> None:
    told = Witness().approved().cleared()
    told.transferred("20260105-issuer-in", "R.account.I", "R.account.N", 12_759)
    told.posted("switch", "P3/in", ("N.cash", "N.due_from_issuer", 12_759))
    told.says("issuer", Connected("", "rail"), after=DAY)
    told.posted("issuer", "P3/in", ("I.clearing_payable", "I.cash", 12_759))
    told.breaks("mirrors-agree", "I.cash and R.account.I differed")


def test_a_difference_at_the_end_is_a_breach() -> None:
    told = Witness().approved().cleared()
    told.transferred("20260105-issuer-in", "R.account.I", "R.account.N", 12_759)
    told.posted("switch", "P3/in", ("N.cash", "N.due_from_issuer", 12_759))
    told.breaks("mirrors-agree", "I.cash differs from R.account.I by 127.59")


# --- one-net-effect


def test_two_debits_for_a_while_are_daily_life_and_two_at_the_end_are_not() -> None:
    second = Sale(stan=31, rrn="260000000009", terminal="T2")
    told = Witness().charged().passed_back().booked().silent().approved(second)
    told.breaks("one-net-effect", "2 debits stand")
    told.reversal_sent().reversed_at_host().returned().confirmed().told_reversed()
    told.holds("one-net-effect")


def test_a_second_good_sale_of_the_same_purchase_is_seen_though_the_first_is_at_rest() -> None:
    told = Witness().approved()
    assert told.judge.checks[0].evidence.docket.resting
    told.approved(Sale(stan=18, rrn="260000000002"))
    told.breaks("one-net-effect", VICTIM.key, "000018")


def test_a_second_good_sale_is_seen_though_the_first_is_cleared() -> None:
    told = Witness().approved().cleared()
    told.at_the_hour(33).approved(Sale(stan=18, rrn="260000000002", date="20260106"))
    told.breaks("one-net-effect", "2 debits stand")


def test_two_purchases_are_two_purchases() -> None:
    Witness().approved().approved(OTHER).holds("one-net-effect")


# --- one-charge-per-attempt


def test_a_repeated_request_that_is_debited_again_is_seen() -> None:
    told = Witness().charged()
    told.holds("one-charge-per-attempt")
    told.says("issuer", VICTIM.request(VICTIM.rrn), told.p1_of_issuer(entry="P1-again"))
    told.breaks("one-charge-per-attempt", VICTIM.key)


def test_a_request_that_is_debited_again_after_its_reversal_is_seen() -> None:
    told = Witness().undone()
    told.says(
        "issuer",
        VICTIM.request(VICTIM.rrn),
        Became("victim", VICTIM.rrn, "returned", "debited"),
        told.p1_of_issuer(entry="P1-again"),
    )
    told.breaks("one-charge-per-attempt", "after it was returned")


# --- one-payout


def test_a_sale_is_claimed_once(paid: Witness) -> None:
    paid.cleared(VICTIM.line(), date="20260106")
    paid.breaks("one-payout", VICTIM.key, "second time")


def test_a_part_that_is_sent_again_claims_nothing_again(paid: Witness) -> None:
    paid.cleared()
    paid.holds("one-payout")


def test_the_rail_takes_a_try_once() -> None:
    told = Witness().approved().cleared().scheduled().settled().instructed(NET).taken(NET)
    order = told.order(NET)
    told.says("rail", order, Posted("", "P4b/again", (("R.account.A.reserve", f"R.in_flight.{PAYOUT}", NET),)))
    told.breaks("one-payout", "try 1", "taken twice", "while 127.36 is in flight")


def test_a_payout_under_a_new_number_pays_the_same_sale_twice(paid: Witness) -> None:
    number = f"{PAYOUT}-b"
    paid.scheduled(number).instructed(NET, number).taken(NET, number)
    paid.breaks("one-payout", "254.72 were taken", "leave it 127.36")


def test_a_payout_is_credited_once(paid: Witness) -> None:
    paid.says(
        "bank",
        CreditOrder("", PAYOUT, 1, ACCOUNT, "示例小店", NET),
        Posted("", "P4c/again", (("B.interbank_cash", f"B.account.{ACCOUNT}", NET),)),
    )
    paid.breaks("one-payout", "credited twice")


def test_a_returned_payout_may_be_tried_again() -> None:
    told = Witness().approved().cleared().scheduled().settled().instructed(NET).taken(NET)
    flight = f"R.in_flight.{PAYOUT}"
    told.says(
        "rail",
        Connected("", "bank"),
        Became("", f"{PAYOUT}/1", "taken", "returned"),
        Posted("", "P5a/1", ((flight, "R.account.B", NET),)),
        Posted("", "P5b/1", (("R.account.B", flight, NET), (flight, "R.account.A.reserve", NET))),
    )
    told.says(
        "host",
        Connected("", "rail"),
        Became("", PAYOUT, "taken", "returned:ACCOUNT_FROZEN"),
        Posted("", "P5b/1", (("A.reserve_cash", "A.payout_returned", NET),)),
    )
    told.instructed(NET, try_no=2).taken(NET, try_no=2).credited(NET, try_no=2).delivered(NET, try_no=2)
    told.breaks_nothing()
    told.holds("one-payout")


# --- credit-has-debit


def test_a_claim_without_a_debit_is_seen() -> None:
    told = Witness().sent().forwarded().cleared()
    told.breaks("credit-has-debit", "no debit stands", VICTIM.key)


def test_a_claim_for_another_amount_is_seen() -> None:
    told = Witness().approved().cleared(Sale(amount_fen=12_801).line())
    told.breaks("credit-has-debit", "another amount")


def test_a_claim_behind_which_the_money_went_back_is_seen() -> None:
    told = Witness().approved().cleared().returned()
    told.breaks("credit-has-debit", "given back after")


def test_a_debit_that_no_file_claims_shows_when_its_day_is_cleared() -> None:
    told = Witness().approved().approved(OTHER)
    told.breaks_nothing()
    told.cleared(OTHER.line())
    told.breaks("credit-has-debit", "in no clearing file", "victim")


def test_a_payout_pays_what_its_lines_leave() -> None:
    told = Witness().approved().cleared().scheduled().settled().instructed(NET - 1)
    told.breaks("credit-has-debit", "127.35", "leave 127.36")


def test_a_small_payout_may_ride_with_a_larger_one() -> None:
    small = Sale("small", 18, 50, rrn="260000000002")
    rest = small.line().amount_fen - small.line().merchant_fee_fen
    told = Witness().approved(small).cleared(small.line()).scheduled()
    tuesday = Sale("next", 19, 9_900, rrn="260000000003", date="20260106")
    other = f"{MID}-20260106"
    told.at_the_hour(34).approved(tuesday).cleared(tuesday.line(), date="20260106").scheduled(other)
    net = tuesday.line().amount_fen - tuesday.line().merchant_fee_fen
    both = (
        Kept("", "payout-order"),
        Became("", other, "scheduled", "instructed"),
        Became("", PAYOUT, "scheduled", "instructed"),
    )
    told.says("host", Connected("", "payouts"), *both, Send("rail", told.order(net + rest, other)))
    told.holds("credit-has-debit")


def test_a_repeated_order_is_for_the_same_amount() -> None:
    told = Witness().approved().cleared().scheduled().settled().instructed(NET)
    told.says("host", Connected("", "silence"), Send("rail", told.order(NET)))
    told.holds("credit-has-debit")
    told.says("host", Connected("", "silence"), Send("rail", told.order(NET + 1)))
    told.breaks("credit-has-debit", "before for 127.36")


# --- fees-half-up


@pytest.mark.parametrize(
    ("amount_fen", "ppm", "due_fen"), [(100, 5_000, 1), (99, 5_000, 0), (300, 5_000, 2), (0, 5_000, 0), (1, 500_000, 1)]
)
def test_half_a_fen_counts_as_one(amount_fen: int, ppm: int, due_fen: int) -> None:
    assert fee(amount_fen, (ppm, -1)) == due_fen


def test_a_fee_stops_at_its_cap() -> None:
    assert fee(1_000_000, (5_000, 2_000)) == 2_000


def test_a_fee_that_was_rounded_down_is_seen() -> None:
    line = Sale(amount_fen=12_900).line()
    assert line.merchant_fee_fen == 65  # 64.5
    down: ClearingLine = msgspec.structs.replace(line, merchant_fee_fen=64)
    Witness().approved(Sale(amount_fen=12_900)).cleared(line).holds("fees-half-up")
    Witness().approved(Sale(amount_fen=12_900)).cleared(down).breaks("fees-half-up", "64", "65")


def test_an_order_is_a_message_of_the_host_and_of_nobody_else() -> None:
    told = Witness().approved().cleared()
    told.says("merchant", Connected("", "x"), Send("rail", PayoutOrder("", PAYOUT, 1, MID, "bank", ACCOUNT, "x", 1)))
    told.breaks_nothing()


def test_the_issuers_entry_too_is_posted_once() -> None:
    told = Witness().charged()
    told.says("issuer", VICTIM.request(VICTIM.rrn), told.p1_of_issuer())
    told.breaks("books-balance", f"P1/{VICTIM.key}/{VICTIM.rrn} again")


def test_two_charges_are_seen_when_the_purchase_is_forgotten() -> None:
    second = Sale(stan=18, rrn="260000000002")
    told = Witness().approved().approved(second).cleared(VICTIM.line(), second.line())
    told.at_the_hour(34).approved(Sale("next", 19, 9_900, rrn="260000000003", date="20260106"))
    assert "victim" not in told.judge.checks[0].evidence.docket.open
    told.breaks("one-net-effect", "line", "2 debits stand")


def test_a_delivered_payout_is_not_taken_again() -> None:
    told = Witness().approved().cleared().scheduled().settled().paid(NET)
    told.taken(NET, try_no=2)
    told.breaks("one-payout", "taken after it was delivered")


def test_many_left_out_are_counted_and_a_few_named() -> None:
    told = Witness()
    for number in range(8):
        told.approved(Sale(f"order-{number}", 20 + number, rrn=f"2600000000{20 + number}"))
    told.approved(OTHER).cleared(OTHER.line())
    told.breaks("credit-has-debit", "order-0", "order-4", "8 sales in all")
    assert "order-5" not in str(told.judged("credit-has-debit").breaches)


def test_the_good_one_of_two_attempts_is_left_out() -> None:
    told = Witness().undone().approved(Sale(stan=18, rrn="260000000007")).approved(OTHER).cleared(OTHER.line())
    told.breaks("credit-has-debit", "90000001-000001-000018 is debited and approved")


@pytest.mark.parametrize("strange", [{"card": "nobodys"}, {"mid": "999000054119999"}])
def test_a_claim_for_a_merchant_or_card_of_another_world_is_seen(strange: dict[str, str]) -> None:
    told = Witness().approved().cleared(msgspec.structs.replace(VICTIM.line(), **strange))
    told.breaks("fees-half-up", "that this world has not")
