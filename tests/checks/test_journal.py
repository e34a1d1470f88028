"""The checks of journal, time and secrets: kept before effect, restart, business date, freezes, card numbers."""

import msgspec
import pytest
from witness import ACCOUNT, MID, MONDAY, NET, OTHER, PAYOUT, VICTIM, Sale, Witness

from poslab.checks.card_numbers import card_number_in, luhn
from poslab.messages.facts import AccountSet
from poslab.messages.funding import CreditOrder
from poslab.messages.people import SaleKeyed
from poslab.party.contract import Became, Kept, Logged, Posted, Send
from poslab.party.facts import Connected, Recovered
from poslab.party.time import DAY, HOUR, MINUTE, SECOND

# --- kept-before-effect


def test_a_sale_a_reversal_and_a_payout_keep_before_they_act() -> None:
    told = Witness().approved().undone(OTHER).cleared().scheduled().settled().instructed(NET)
    told.holds("kept-before-effect")


def test_a_terminal_that_sends_before_its_record_is_kept_is_seen() -> None:
    told = Witness()
    told.says(
        "T1",
        Connected("victim", "host"),
        Logged("victim", "attempt", {"key": VICTIM.key, "what": "sale"}),
        Became("victim", VICTIM.key, "none", "sent"),
        Send("host", VICTIM.request()),
        Kept("victim", "reversal-record"),
    )
    told.breaks("kept-before-effect", f"T1 sent {VICTIM.key} before it kept")


def test_a_terminal_that_tells_nobody_of_its_attempt_is_seen_too() -> None:
    told = Witness()
    told.says("T1", Connected("victim", "host"), Send("host", VICTIM.request()), Kept("victim", "reversal-record"))
    told.breaks("kept-before-effect", f"T1 sent {VICTIM.key} before it kept")


def test_a_host_that_forwards_before_it_keeps_is_seen() -> None:
    told = Witness().sent()
    told.says("host", VICTIM.request(), Send("switch", VICTIM.request(VICTIM.rrn)), Kept("victim", "request"))
    told.breaks("kept-before-effect", "host forwarded")


def test_an_advice_rests_on_what_was_kept_at_any_time_before() -> None:
    told = Witness().undone()
    told.says("host", Connected("", "restart"), Send("switch", VICTIM.advice()))
    told.holds("kept-before-effect")


def test_an_advice_that_was_never_kept_is_seen() -> None:
    told = Witness().charged()
    told.says("host", Connected("victim", "x"), Send("switch", VICTIM.advice()), Kept("victim", "advice"))
    told.breaks("kept-before-effect", "host sent an advice")


def test_the_switch_keeps_its_own_advices_and_passes_others_on() -> None:
    told = Witness().charged()
    told.says("switch", VICTIM.advice(), Send("issuer", VICTIM.advice()))
    told.holds("kept-before-effect")
    told.says("switch", Connected("victim", "timer"), Send("issuer", VICTIM.advice()))
    told.breaks("kept-before-effect", "switch sent an advice")


def test_a_slip_before_the_approval_is_stored_is_seen() -> None:
    told = Witness().charged().passed_back().booked()
    told.says("T1", VICTIM.answer(), Became("victim", VICTIM.key, "sent", "approved-unprinted"))
    told.printed()
    told.breaks("kept-before-effect", f"printed {VICTIM.key} before it kept the approval")


def test_a_payout_order_that_was_not_kept_is_seen() -> None:
    told = Witness().approved().cleared().scheduled().settled()
    moved = Became("", PAYOUT, "scheduled", "instructed")
    told.says("host", Connected("", "payouts"), moved, Send("rail", told.order(NET)))
    told.breaks("kept-before-effect", "ordered payout")


# --- restart-same-state


def test_a_process_comes_back_as_it_died() -> None:
    told = Witness()
    told.says("host", Recovered("", "aa", "aa")).holds("restart-same-state")
    told.says("host", Recovered("", "aa", "ab")).breaks("restart-same-state", "host died as aa and came back as ab")


# --- business-date-once


def test_the_host_gives_a_date_once_and_keeps_to_it() -> None:
    told = Witness().approved()
    told.holds("business-date-once")
    told.says("host", VICTIM.request(), Send("T1", VICTIM.answer(at=told.at)))
    told.holds("business-date-once")


def test_another_date_in_an_answer_is_seen() -> None:
    told = Witness().charged().passed_back()
    tuesday = msgspec.structs.replace(VICTIM.answer(at=told.at), business_date="20260106")
    told.says("host", VICTIM.answer(), Send("T1", tuesday))
    told.breaks("business-date-once", "was given 20260105, and is answered with 20260106")


def test_a_date_that_is_not_the_hosts_own_is_seen() -> None:
    # After the cut-off the business day is tomorrow's, whatever a calendar on the wall or at the till says.
    told = Witness(at=MONDAY + 23 * HOUR + 5 * MINUTE)
    told.approved()
    told.breaks("business-date-once", "by the host's own clock it was 20260106")


def test_an_answer_may_follow_its_request_across_the_cut_off() -> None:
    told = Witness(at=MONDAY + 23 * HOUR - 2 * SECOND - 500_000)
    told.approved()
    assert told.at > MONDAY + 23 * HOUR
    told.holds("business-date-once")


def test_a_clock_that_was_set_in_between_leaves_no_evidence() -> None:
    told = Witness().charged().passed_back()
    tomorrow = msgspec.structs.replace(VICTIM.answer(at=told.at + DAY), business_date="20260105")
    became = Became("victim", VICTIM.key, "forwarded", "approved")
    told.says("host", VICTIM.answer(), became, Send("T1", tomorrow))
    told.holds("business-date-once")


def test_a_second_assignment_is_seen() -> None:
    told = Witness().charged()
    told.says(
        "host",
        VICTIM.request(),
        Logged("victim", "business-date", {"date": "20260106", "rrn": "260000000009"}),
        Became("victim", VICTIM.key, "none", "forwarded"),
    )
    told.breaks("business-date-once", "was given 20260105, and then 20260106")


def test_a_file_of_an_earlier_date_cannot_claim_a_sale() -> None:
    sale = Sale(date="20260106")
    told = Witness(at=MONDAY + 23 * HOUR + MINUTE).approved(sale)
    told.cleared(sale.line(), date="20260105")
    told.breaks("business-date-once", "in the file of 20260105, before its own date")


# --- frozen-direction


def order(amount_fen: int = NET) -> CreditOrder:
    return CreditOrder("", PAYOUT, 1, ACCOUNT, "示例小店", amount_fen)


def credit(amount_fen: int = NET) -> Posted:
    return Posted("", "P4c/x", (("B.interbank_cash", f"B.account.{ACCOUNT}", amount_fen),))


def test_without_a_freeze_there_is_no_evidence() -> None:
    told = Witness().says("bank", order(), credit())
    assert told.judged("frozen-direction").verdict == "no evidence"


@pytest.mark.parametrize(("direction", "verdict"), [("in", "broken"), ("both", "broken"), ("out", "holds")])
def test_a_credit_to_an_account_that_takes_nothing_is_seen(direction: str, verdict: str) -> None:
    told = Witness().says("bank", AccountSet("", ACCOUNT, "frozen", direction)).says("bank", order(), credit())
    assert told.judged("frozen-direction").verdict == verdict


def test_a_debit_of_an_account_that_pays_nothing_is_seen() -> None:
    told = Witness().says("bank", order(), credit()).says("bank", AccountSet("", ACCOUNT, "frozen", "out"))
    told.posted("bank", "P15/x", (f"B.account.{ACCOUNT}", "B.interbank_cash", NET))
    told.breaks("frozen-direction", ACCOUNT, "paid 127.36 while frozen (out)")


def test_after_the_thaw_money_moves_again() -> None:
    told = Witness().says("bank", AccountSet("", ACCOUNT, "frozen", "both")).says("bank", order())
    told.says("bank", AccountSet("", ACCOUNT, "open")).says("bank", order(), credit())
    told.holds("frozen-direction")


# --- no-secrets

CARD = "9999990000000" + "014"
"""An allow-listed test card, put together here so that no file holds it."""


def test_references_and_numbers_of_this_world_are_no_secrets() -> None:
    told = Witness().keyed().approved().cleared().scheduled().settled().paid(NET)
    told.says("bank", order(), Logged("", "credited", {"account_no": ACCOUNT, "payout": f"{MID}-20260105/1"}))
    told.holds("no-secrets")


def test_a_card_number_in_a_log_is_seen_and_not_repeated() -> None:
    told = Witness().says("host", VICTIM.request(), Logged("victim", "received", {"card": CARD}))
    told.breaks("no-secrets", "the log line received")
    assert CARD not in str(told.judged("no-secrets").breaches)


def test_a_card_number_as_a_number_is_seen() -> None:
    told = Witness().says("host", VICTIM.request(), Logged("victim", "received", {"card": int(CARD)}))
    told.breaks("no-secrets", "the log line received")


@pytest.mark.parametrize("field", ["original_auth", "key", "rrn", "original"])
def test_a_card_number_in_a_message_is_seen(field: str) -> None:
    message = msgspec.structs.replace(VICTIM.request(), **{field: CARD})
    told = Witness().says("T1", Connected("victim", "x"), Kept("victim", "x"), Send("host", message))
    told.breaks("no-secrets", "the message 0200")


def test_a_card_that_is_no_reference_and_a_pin_that_is_no_word_are_seen() -> None:
    told = Witness().says("cashier", Connected("v", "x"), Send("T1", SaleKeyed("v", 100, "4711")))
    told.breaks("no-secrets", "not on the allow-list")
    told = Witness().says("cashier", Connected("v", "x"), Send("T1", SaleKeyed("v", 100, "good-debit", pin="123456")))
    told.breaks("no-secrets", "carries a PIN")


def test_a_purchase_named_after_a_card_is_seen_where_it_is_keyed_in() -> None:
    told = Witness().says("cashier", Connected(CARD, "x"), Send("T1", SaleKeyed(CARD, 100, "good-debit")))
    told.breaks("no-secrets", "sale-keyed")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CARD, True),
        (f"card {CARD}!", True),
        (f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}", True),
        (CARD[:-1] + "5", False),
        ("999999******0014", False),
        ("90000001-000001-000017", False),
        ("2026-01-05 10:15:30.250", False),
        (f"{CARD}{CARD}", False),
    ],
)
def test_what_looks_like_a_card_number(text: str, found: bool) -> None:
    assert card_number_in(text) is found


def test_luhn() -> None:
    assert luhn(CARD)
    assert not luhn(CARD[:-1] + "5")


def test_a_reversal_of_a_record_that_was_never_kept_is_seen() -> None:
    told = Witness().says(
        "T1",
        Connected("victim", "host"),
        Became("victim", VICTIM.key, "none", "sent"),
        Send("host", VICTIM.request()),
    )
    told.reversal_sent()
    told.breaks("kept-before-effect", f"T1 sent a reversal of {VICTIM.key} that it never kept")


def test_a_clearing_line_with_a_card_of_its_own_is_seen() -> None:
    told = Witness().approved().cleared(msgspec.structs.replace(VICTIM.line(), card="x"))
    told.breaks("no-secrets", "a clearing line")
