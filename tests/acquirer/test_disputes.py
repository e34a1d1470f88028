"""Disputes along the street: the ladder, its clocks, and what every step does to the books."""

import pytest
from disputed import (
    CASE,
    GROSS,
    HELD,
    KEY,
    LATER,
    NET,
    RRN,
    SUSPENSE,
    a_street,
    everything_adds_up,
    paid,
    sell_later,
    states,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from street import ACCOUNT, AVAILABLE, MONDAY, PAYOUT, TUESDAY, WEDNESDAY, Street

from acquirer.host.dispute_steps import CASES, HEARD
from bank.dispute_steps import CASES as CASES_AT_THE_BANK
from bank.dispute_steps import HEARD as HEARD_AT_THE_BANK
from poslab.messages.disputes import (
    ArbitrationRuled,
    ChargebackRaised,
    ComplaintDropped,
    DisputeAnswered,
    DisputeStep,
    DisputeStepHeard,
    InquiryRaised,
    RetrievalRaised,
    SecondChargebackRaised,
)
from poslab.messages.funding import TransferOrder
from poslab.party.contract import Input
from poslab.party.time import DAY, HOUR, MINUTE


def test_the_tables_say_something_about_everything() -> None:
    assert CASES.missing(HEARD) == []
    assert CASES_AT_THE_BANK.missing(HEARD_AT_THE_BANK) == []


# --- retrieval


def test_a_retrieval_holds_the_sale_until_slip_and_silence_release_it() -> None:
    street = a_street().until(TUESDAY + 9 * HOUR)
    street.tell("issuer", RetrievalRaised("", RRN))
    street.until(TUESDAY + 12 * HOUR)
    assert states(street) == (["retrieval"], ["retrieval"])
    assert street.became(PAYOUT)[-1] == "held"
    (notice,) = street.sent("dispute-notice", "merchant")
    assert (notice.case_no, notice.state) == (CASE, "retrieval")
    assert notice.answer_by == TUESDAY + 9 * HOUR + 7 * DAY + 2 * 35_000
    street.tell("host", DisputeAnswered("", RRN, "slip"))
    street.until(TUESDAY + 5 * DAY + 13 * HOUR)
    assert states(street) == (["retrieval", "closed"], ["retrieval", "closed"])
    street.until(MONDAY + 8 * DAY + 12 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == NET
    everything_adds_up(street)


def test_a_slip_that_does_not_come_in_time_has_lost() -> None:
    street = a_street().until(TUESDAY + 9 * HOUR)
    street.tell("issuer", RetrievalRaised("", RRN))
    street.until(TUESDAY + 8 * DAY)
    assert states(street) == (["retrieval", "chargeback", "accepted"], ["retrieval", "chargeback", "accepted"])
    street.tell("host", DisputeAnswered("", RRN, "represent"))
    assert states(street)[0][-1] == "accepted"
    assert street.became(PAYOUT)[-1] == "withdrawn"
    assert street.host.book.standing(AVAILABLE) == NET - GROSS
    street.until(TUESDAY + 12 * DAY)
    everything_adds_up(street)


def test_what_was_kept_of_a_sale_that_was_never_paid_is_told_with_the_next_payout() -> None:
    street = a_street().until(TUESDAY + 9 * HOUR)
    street.tell("issuer", RetrievalRaised("", RRN))
    street.until(TUESDAY + 8 * DAY)
    assert street.fees_told() == []
    street.stop("host")
    street.sell("next", 300_000, number=99)
    street.until(TUESDAY + 12 * DAY)
    assert street.fees_told() == [GROSS - NET + 1_500]


def test_the_parties_agree_and_the_hold_is_released() -> None:
    street = paid()
    street.tell("issuer", RetrievalRaised("", RRN))
    street.until(TUESDAY + 13 * HOUR)
    assert street.host.book.standing(HELD) == NET
    street.tell("issuer", ComplaintDropped("", RRN))
    street.until(TUESDAY + 14 * HOUR)
    assert states(street) == (["retrieval", "closed"], ["retrieval", "closed"])
    assert (street.host.book.standing(HELD), street.host.book.standing(AVAILABLE)) == (0, 0)


@pytest.mark.parametrize(("rrn", "days", "code"), [("260000000099", 1, "25"), (RRN, 125, "22")])
def test_what_is_unknown_or_too_old_is_not_taken(rrn: str, days: int, code: str) -> None:
    street = paid()
    street.until(MONDAY + days * DAY + 12 * HOUR)
    street.tell("issuer", RetrievalRaised("", rrn))
    street.until(street.at + HOUR)
    heard = [message.code for message in street.sent("dispute-step-heard", "issuer")]
    assert heard == [code]
    assert states(street) == ([], [])


# --- chargeback, and what comes after it


def test_a_chargeback_is_taken_from_the_merchant_at_once() -> None:
    street = paid()
    street.tell("issuer", ChargebackRaised("", RRN))
    street.until(TUESDAY + 13 * HOUR)
    assert states(street) == (["chargeback"], ["chargeback"])
    host, issuer = street.posted("host"), street.posted("issuer")
    assert host[f"P10a/{KEY}/{CASE}"] == ((SUSPENSE, "A.scheme_receivable", GROSS),)
    assert host[f"P10b/{KEY}/{CASE}"] == ((AVAILABLE, SUSPENSE, GROSS),)
    assert issuer[f"P10a/{KEY}/{CASE}"] == (("I.clearing_payable", "I.cardholder.good-credit", GROSS),)
    assert street.host.book.standing(AVAILABLE) == -GROSS, "the merchant owes it"
    sell_later(street)
    street.until(WEDNESDAY + 12 * HOUR)
    assert [order.amount_fen for order in street.sent("payout-order", "rail")] == [NET, LATER - GROSS]
    everything_adds_up(street)


def test_a_merchant_that_owes_more_than_it_sells_is_paid_nothing() -> None:
    street = paid()
    street.tell("issuer", ChargebackRaised("", RRN))
    street.until(TUESDAY + 13 * HOUR).sell("small", 50_000, "good-credit", number=31)
    street.until(WEDNESDAY + 12 * HOUR)
    assert len(street.sent("payout-order", "rail")) == 1
    sell_later(street)
    street.until(MONDAY + 3 * DAY + 12 * HOUR)
    assert street.sent("payout-order", "rail")[-1].amount_fen == 49_700 + LATER - GROSS
    everything_adds_up(street)


def test_representment_that_nobody_speaks_against_is_won_and_paid_back() -> None:
    street = paid()
    street.tell("issuer", ChargebackRaised("", RRN))
    sell_later(street)
    street.until(WEDNESDAY + 12 * HOUR)
    street.tell("host", DisputeAnswered("", RRN, "represent"))
    street.until(WEDNESDAY + 33 * DAY + 12 * HOUR)
    ladder = ["chargeback", "representment", "won"]
    assert states(street) == (ladder, ladder)
    assert street.posted("host")[f"P10c/{KEY}/{CASE}"] == (
        ("A.scheme_receivable", SUSPENSE, GROSS),
        (SUSPENSE, AVAILABLE, GROSS),
    )
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == NET + LATER
    everything_adds_up(street)


@pytest.mark.parametrize(("won", "end"), [(True, "won"), (False, "lost")])
def test_the_network_rules_about_a_second_chargeback(won: bool, end: str) -> None:
    street = paid()
    street.tell("issuer", ChargebackRaised("", RRN))
    street.until(TUESDAY + 13 * HOUR)
    street.tell("host", DisputeAnswered("", RRN, "represent"))
    street.until(TUESDAY + 14 * HOUR)
    street.tell("issuer", SecondChargebackRaised("", RRN))
    street.until(TUESDAY + 15 * HOUR)
    street.tell("host", ArbitrationRuled("", RRN, won))
    street.until(TUESDAY + 16 * HOUR)
    ladder = ["chargeback", "representment", "arbitration", end]
    assert states(street) == (ladder, ladder)
    street.until(WEDNESDAY + 12 * DAY)
    everything_adds_up(street)
    assert street.host.book.standing(AVAILABLE) == (0 if won else -GROSS)


def test_what_was_won_is_paid_when_the_network_has_paid_it_and_not_out_of_other_clients_money() -> None:
    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        late = isinstance(message, TransferOrder) and message.transfer_no == "20260108-host-out"
        return (6 * HOUR,) if late else (35_000,)

    street = paid(way=way)
    street.tell("issuer", ChargebackRaised("", RRN))
    sell_later(street)
    street.until(TUESDAY + 2 * DAY + 12 * HOUR)
    street.tell("host", DisputeAnswered("", RRN, "represent"))
    street.until(TUESDAY + 2 * DAY + 13 * HOUR)
    street.tell("issuer", SecondChargebackRaised("", RRN))
    street.until(TUESDAY + 2 * DAY + 14 * HOUR)
    street.tell("host", ArbitrationRuled("", RRN, True))
    street.until(TUESDAY + 3 * DAY + 12 * HOUR)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == NET + LATER - GROSS
    street.until(TUESDAY + 3 * DAY + 17 * HOUR)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == NET + LATER
    everything_adds_up(street)


@pytest.mark.parametrize(
    ("told", "ladder"),
    [
        ((), ["chargeback", "accepted"]),
        ((DisputeAnswered("", RRN, "represent"), SecondChargebackRaised("", RRN)),
         ["chargeback", "representment", "arbitration", "lost"]),
    ],
)  # fmt: skip
def test_a_deadline_that_is_missed_is_lost(told: tuple[Input, ...], ladder: list[str]) -> None:
    street = paid()
    street.tell("issuer", ChargebackRaised("", RRN))
    for n, given_ in enumerate(told):
        street.until(TUESDAY + (13 + n) * HOUR)
        street.tell("host" if isinstance(given_, DisputeAnswered) else "issuer", given_)
    street.until(TUESDAY + 40 * DAY)
    assert states(street) == (ladder, ladder)
    assert street.logged("dispute-deadline-missed")


def test_a_debit_card_s_case_knows_no_representment() -> None:
    street = paid("good-debit")
    street.tell("issuer", ChargebackRaised("", RRN))
    street.until(TUESDAY + 13 * HOUR)
    street.tell("host", DisputeAnswered("", RRN, "represent"))
    assert states(street)[0] == ["chargeback"]
    assert street.logged("dispute-answer-refused")
    street.tell("host", DisputeAnswered("", RRN, "accept"))
    street.until(TUESDAY + 14 * HOUR)
    assert states(street) == (["chargeback", "accepted"], ["chargeback", "accepted"])


# --- lines and restarts


def test_a_step_is_said_until_it_is_heard_and_taken_once() -> None:
    lost = {"left": 2}

    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        if isinstance(message, DisputeStep | DisputeStepHeard) and lost["left"]:
            lost["left"] -= 1
            return ()
        return (35_000, 70_000) if isinstance(message, DisputeStep | DisputeStepHeard) else (35_000,)

    street = paid(way=way)
    street.tell("issuer", ChargebackRaised("", RRN))
    street.until(TUESDAY + 15 * HOUR)
    assert states(street) == (["chargeback"], ["chargeback"])
    street.tell("host", DisputeAnswered("", RRN, "accept"))
    street.until(TUESDAY + 16 * HOUR)
    assert states(street) == (["chargeback", "accepted"], ["chargeback", "accepted"])
    assert street.host.book.standing(AVAILABLE) == -GROSS


def test_a_refusal_that_comes_once_more_does_not_hide_that_it_was_taken_the_second_time() -> None:
    """Refused while a correction is under way, raised again once that was stopped; the first answer comes twice."""
    answers = iter([(35_000, 31 * MINUTE), (2 * HOUR,)])

    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        return next(answers, (35_000,)) if isinstance(message, DisputeStepHeard) and to == "issuer" else (35_000,)

    street = paid(way=way)
    street.host.desk.disputes.refunded_fen = lambda rrn: GROSS
    street.tell("issuer", ChargebackRaised("", RRN))
    street.until(TUESDAY + 12 * HOUR + 30 * MINUTE)
    street.host.desk.disputes.refunded_fen = lambda rrn: 0
    street.tell("issuer", ChargebackRaised("", RRN))
    street.until(TUESDAY + 15 * HOUR)
    assert {said["code"] for said in street.logged("dispute-refused", "issuer")} == {"12"}
    assert states(street) == (["chargeback"], ["chargeback"])
    assert street.posted("issuer")[f"P10a/{KEY}/{CASE}"] == (("I.clearing_payable", "I.cardholder.good-credit", GROSS),)


def test_a_desk_that_restarts_goes_on() -> None:
    street = paid()
    street.tell("issuer", RetrievalRaised("", RRN))
    street.until(TUESDAY + 13 * HOUR)
    street.stop("host")
    street.stop("issuer")
    street.until(TUESDAY + 9 * DAY)
    assert states(street) == (["retrieval", "chargeback", "accepted"], ["retrieval", "chargeback", "accepted"])


ACTS: dict[str, tuple[str, Input]] = {
    "retrieval": ("issuer", RetrievalRaised("", RRN)),
    "chargeback": ("issuer", ChargebackRaised("", RRN)),
    "drop": ("issuer", ComplaintDropped("", RRN)),
    "second": ("issuer", SecondChargebackRaised("", RRN)),
    "slip": ("host", DisputeAnswered("", RRN, "slip")),
    "represent": ("host", DisputeAnswered("", RRN, "represent")),
    "accept": ("host", DisputeAnswered("", RRN, "accept")),
    "won": ("host", ArbitrationRuled("", RRN, True)),
    "lost": ("host", ArbitrationRuled("", RRN, False)),
}


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(1, 90)), max_size=6),
    st.integers(0, 40),
    st.sampled_from(["good-credit", "good-debit"]),
)
def test_on_whatever_path_no_fen_is_lost(acts: list[tuple[str, int]], begins_h: int, card: str) -> None:
    street = a_street(card).until(TUESDAY + begins_h * HOUR)
    for n, (act, hours) in enumerate(acts):
        street.tell(*ACTS[act])
        if n == 1:
            sell_later(street)
        street.until(street.at + hours * HOUR)
    street.until(street.at + 130 * DAY)
    everything_adds_up(street)
    ours, theirs = states(street)
    assert ours == theirs
    assert not ours or ours[-1] in ("closed", "accepted", "won", "lost")
    book = street.host.book
    has = street.book("bank").standing(f"B.account.{ACCOUNT}")
    sold = NET if card == "good-credit" else GROSS - 500
    sold += LATER if len(acts) > 1 else 0
    charged = GROSS if ours and ours[-1] in ("accepted", "lost") else 0
    assert has + book.standing(AVAILABLE) + book.standing(HELD) == sold - charged


# --- in part, and twice


def test_a_part_is_charged_back_and_the_rest_stays() -> None:
    street = paid().until(WEDNESDAY + 10 * HOUR)
    sell_later(street)
    street.tell("issuer", ChargebackRaised("", RRN, "amount-differs", 40_000))
    street.until(WEDNESDAY + 3 * DAY)
    assert street.posted("host")[f"P10a/{KEY}/{CASE}"] == ((SUSPENSE, "A.scheme_receivable", 40_000),)
    assert street.posted("host")[f"P10b/{KEY}/{CASE}"] == ((AVAILABLE, SUSPENSE, 40_000),)
    assert street.posted("issuer")[f"P10a/{KEY}/{CASE}"] == (
        ("I.clearing_payable", "I.cardholder.good-credit", 40_000),
    )
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == NET + LATER - 40_000
    everything_adds_up(street)


def test_representment_wins_back_what_was_charged_back_and_no_more() -> None:
    street = paid().until(WEDNESDAY + 10 * HOUR)
    sell_later(street)
    street.tell("issuer", ChargebackRaised("", RRN, "amount-differs", 40_000))
    street.until(WEDNESDAY + 11 * HOUR).tell("host", DisputeAnswered("", RRN, "represent"))
    street.until(WEDNESDAY + 40 * DAY)
    assert states(street)[0][-1] == "won"
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == NET + LATER
    everything_adds_up(street)


def test_no_more_is_charged_back_than_was_paid() -> None:
    street = paid().until(WEDNESDAY + 10 * HOUR)
    street.tell("issuer", ChargebackRaised("", RRN, "amount-differs", GROSS + 1))
    street.until(WEDNESDAY + 11 * HOUR)
    assert [said["code"] for said in street.logged("dispute-refused", "issuer")] == ["64"]
    assert states(street) == ([], [])


# --- confirm inquiry


def inquired(*, days_later: int = 0) -> Street:
    street = paid().until(TUESDAY + 13 * HOUR + days_later * DAY)
    street.tell("issuer", InquiryRaised("", RRN, "not-authorised"))
    return street.until(TUESDAY + 14 * HOUR + days_later * DAY)


def test_an_inquiry_that_is_answered_moves_no_money_and_is_over() -> None:
    street = inquired()
    street.tell("host", DisputeAnswered("", RRN, "confirm"))
    street.until(TUESDAY + 20 * DAY)
    assert states(street) == (["inquiry", "closed"], ["inquiry", "closed"])
    assert not [entry for entry in street.posted("host") if entry.startswith(("P9", "P10"))]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == NET


def test_an_inquiry_that_nobody_answers_in_five_days_becomes_a_chargeback() -> None:
    street = inquired()
    street.until(TUESDAY + 5 * DAY + 12 * HOUR)
    assert states(street) == (["inquiry"], ["inquiry"])
    street.until(TUESDAY + 5 * DAY + 14 * HOUR)
    assert states(street) == (["inquiry", "chargeback"], ["inquiry", "chargeback"])


def test_for_an_old_payment_there_are_fifteen_days_and_then_it_is_too_late_for_a_chargeback() -> None:
    street = inquired(days_later=200)
    (notice,) = street.sent("dispute-notice", "merchant")
    asked = TUESDAY + 200 * DAY + 13 * HOUR
    assert asked + 15 * DAY <= notice.answer_by < asked + 15 * DAY + MINUTE
    street.until(asked + 16 * DAY)
    assert states(street) == (["inquiry"], ["inquiry"])
    assert [said["code"] for said in street.logged("dispute-refused", "issuer")] == ["22"]
    assert not [entry for entry in street.posted("issuer") if entry.startswith("P10")]


def test_an_inquiry_may_be_followed_by_a_retrieval() -> None:
    street = inquired()
    street.tell("issuer", RetrievalRaised("", RRN))
    street.until(TUESDAY + 15 * HOUR)
    assert states(street) == (["inquiry", "retrieval"], ["inquiry", "retrieval"])
    assert street.book("host").standing(HELD) == NET


def test_a_host_that_restarts_still_knows_until_when_to_answer() -> None:
    street = inquired()
    street.stop("host")
    street.until(TUESDAY + 6 * DAY)
    assert states(street)[0][-1] == "chargeback"
