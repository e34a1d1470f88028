"""Facts from hand-made lines: what platform, acquirer, network and banks logged answers questions."""

import pytest
from told import KEY, MID, MONDAY, RRN, Told, logged, lost_answer

from poslab.messages.card import AdviceResponse, FinancialRequest, FinancialResponse, ReversalAdvice, ReversalRequest
from poslab.messages.facts import AccountSet
from poslab.party.contract import Logged, Send
from poslab.party.facts import Connected, Disconnected
from poslab.party.time import DAY, HOUR
from poslab.world.presets import gateway_shop

# --- platform, acquirer, network, issuer --------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["line", "restart"])
def test_a_gateway_that_was_gone_while_the_terminal_waited(way: str) -> None:
    told = Told(gateway_shop()).keyed().sent()
    if way == "line":
        told.line("host", Disconnected("", "platform", "refused"), Logged("", "line-lost", {"peer": "platform"}))
    else:
        told.line("platform", Connected("", "host"), Logged("", "restarted", {}))
    assert told.facts().get("gateway-down") is True


def test_a_gateway_that_went_later_is_no_matter() -> None:
    told = Told(gateway_shop()).keyed().sent().silent()
    assert told.line("host", Disconnected("", "platform", "refused")).facts().get("gateway-down") is False


def test_a_host_that_restarted_while_the_terminal_waited() -> None:
    assert (
        Told()
        .keyed()
        .sent()
        .line("host", Connected("", "switch"), Logged("", "restarted", {}))
        .facts()
        .get("host-restarted")
        is True
    )


def answered_by(told: Told) -> object:
    return told.facts().get("answered-by")


def test_who_said_the_code_first() -> None:
    asked = FinancialRequest("victim", KEY, MID, "sale", 12800, "good-debit", rrn=RRN)

    def code(said: str, marked: bool = False) -> FinancialResponse:
        return FinancialResponse("victim", KEY, MID, "sale", 12800, said, not_forwarded=marked)

    overdue = Connected("victim", "switch")  # stands for a reminder: anything but a message of the sale
    assert answered_by(Told().keyed().sent()) == "nobody"
    assert answered_by(Told().keyed().sent().line("host", asked, Send("T1", code("96")))) == "host"
    assert answered_by(Told().keyed().sent().line("host", overdue, Send("T1", code("68")))) == "host-timer"
    by_network = Told().keyed().sent().line("switch", asked, Send("host", code("91")))
    assert answered_by(by_network.line("host", code("91"), Send("T1", code("91")))) == "network"
    by_timer = Told().keyed().sent().line("switch", overdue, Send("host", code("98")))
    assert answered_by(by_timer.line("host", code("98"), Send("T1", code("98")))) == "network-timer"
    by_issuer = Told().keyed().sent().line("issuer", asked, Send("switch", code("51")))
    assert answered_by(by_issuer.line("switch", code("51"), Send("host", code("51")))) == "issuer"


@pytest.mark.parametrize("marked", [True, False])
def test_the_mark_that_nothing_was_forwarded(marked: bool) -> None:
    asked = FinancialRequest("victim", KEY, MID, "sale", 12800, "good-debit")
    refusal = FinancialResponse("victim", KEY, MID, "sale", 12800, "96", not_forwarded=marked)
    assert Told().keyed().sent().line("host", asked, Send("T1", refusal)).facts().get("not-forwarded") is marked


def test_whether_a_reversal_reached_the_host() -> None:
    told = lost_answer()
    assert told.facts().get("reversal-at-host") is False
    told.line("host", ReversalRequest("victim", KEY, MID, "sale", 12800, "good-debit", "98"))
    assert told.facts().get("reversal-at-host") is True


def test_how_far_the_reversal_advice_is() -> None:
    told = lost_answer()
    advice = ReversalAdvice("victim", KEY, MID, RRN, "sale", 12800, "good-debit", "98")
    assert told.facts().get("advice") == "none"
    told.line("host", Connected("", "x"), Send("switch", advice))
    assert told.facts().get("advice") == "waiting"
    told.line("host", AdviceResponse("victim", KEY, RRN, "96"))
    assert told.facts().get("advice") == "refused"
    told.line("host", Connected("", "x"), logged("advice-stopped", rrn=RRN))
    assert told.facts().get("advice") == "stopped"
    told.line("host", AdviceResponse("victim", KEY, RRN, "00"))
    assert told.facts().get("advice") == "done"
    told.line("switch", Connected("", "x"), Send("issuer", advice))
    assert told.facts().get("advice") == "done"


@pytest.mark.parametrize("reason", ["refused", "unreachable"])
def test_the_line_to_the_cards_bank_when_the_sale_came_by(reason: str) -> None:
    asked = FinancialRequest("victim", KEY, MID, "sale", 12800, "good-debit", rrn=RRN)
    told = Told().line("switch", Disconnected("", "issuer", reason)).keyed().sent().line("switch", asked)
    told.line("switch", Connected("", "issuer"))
    assert told.facts().get("issuer-line") == reason


def test_a_host_that_is_gone_while_the_terminal_waits_is_seen_by_the_network() -> None:
    told = Told().keyed().sent().line("switch", Disconnected("", "host", "unreachable"))
    assert told.facts().get("host-restarted") is False  # a broken line is no dead host
    told.line("switch", Disconnected("", "host", "refused"))
    assert told.facts().get("host-restarted") is True


@pytest.mark.parametrize(("word", "said"), [("card-removed", "removed"), ("chip-declined", "declined")])
def test_what_the_terminal_noted_of_the_card(word: str, said: str) -> None:
    told = Told().keyed().sent()
    assert told.facts().get("chip") == "no"
    told.line("T1", Connected("victim", "host"), logged(word, key=KEY))
    assert told.facts().get("chip") == said


def test_the_cards_bank_at_its_day_end() -> None:
    asked = FinancialRequest("victim", KEY, MID, "sale", 12800, "good-debit", rrn=RRN)
    told = Told().line("issuer", Connected("", "x"), Logged("", "day-end", {})).keyed().sent().line("issuer", asked)
    told.line("issuer", Connected("", "x"), Logged("", "day-open", {}))
    assert told.facts().get("issuer-day-end") is True


# --- account and calendar -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("direction", "refused"), [("in", False), ("out", True), ("both", True)])
def test_a_frozen_account(direction: str, refused: bool) -> None:
    told = Told().keyed().sent()
    assert told.facts().get("account-frozen") == "no"
    told.line("bank", AccountSet("", "999100000001", "frozen", direction))
    assert told.facts().get("account-frozen") == direction
    assert told.facts().get("withdrawals-refused") is refused


def dated(told: Told, date: str) -> Told:
    attempt = told.purchases.attempt(KEY)
    assert attempt is not None
    attempt.business_date = date
    return told


def test_when_a_sale_of_monday_is_due() -> None:
    told = dated(Told().keyed().sent(), "20260105")
    facts = told.facts()
    assert facts.get("due-date") == "2026-01-06"
    assert facts.get("due-reached") is False
    assert facts.get("closed-days") == "none"
    assert facts.get("after-cut-off") is False
    assert facts.get("cut-off-at") == "2026-01-05 23:00"
    assert facts.get("cut-off-passed") is False
    due = MONDAY + DAY + 10 * HOUR
    assert told.facts(after=due - told.at).get("due-reached") is True
    assert told.facts(after=due - told.at).get("overdue") is False
    assert told.facts(after=due + HOUR - told.at).get("overdue") is True
    assert told.facts(after=due - told.at).get("cut-off-passed") is True


def test_a_business_date_of_the_next_day_means_sold_after_the_cut_off() -> None:
    assert dated(Told().keyed().sent(), "20260106").facts().get("after-cut-off") is True


def test_a_weekend_before_it_is_due() -> None:
    facts = dated(Told().keyed().sent(), "20260109").facts()
    assert facts.get("closed-days") == "weekend"
    assert facts.get("due-date") == "2026-01-12"


# --- who may know -------------------------------------------------------------------------------------------------


def test_a_merchant_does_not_read_the_hosts_log_and_support_not_the_banks() -> None:
    told = lost_answer()
    everything, support, merchant = told.facts(), told.facts("support"), told.facts("merchant")
    assert merchant.get("host") is None
    assert support.get("host") == "approved"
    assert merchant.get("issuer") is support.get("issuer") is None
    assert merchant.get("cardholder") == ("spent",)
    assert set(merchant.known) < set(support.known) < set(everything.known)
