"""Facts from hand-made lines: what terminals, hosts and banks wrote down becomes answers to questions."""

from collections.abc import Sequence
from typing import Any

import pytest

from poslab.history.evidence import Evidence
from poslab.history.line import Line
from poslab.history.purchases import Purchases
from poslab.history.questions import Facts, Role
from poslab.messages.card import (
    AdviceResponse,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
    ReversalRequest,
)
from poslab.messages.facts import AccountSet
from poslab.messages.people import SaleKeyed, Slip, Sms
from poslab.party.contract import Became, Effect, Input, Logged, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored
from poslab.party.time import DAY, HOUR, MINUTE, SECOND, Instant, midnight
from poslab.world.presets import corner_shop, gateway_shop
from poslab.world.world import World

MONDAY = midnight(corner_shop().calendar.first_day)
SOLD = MONDAY + 10 * HOUR + 15 * MINUTE
MID = "999000054110001"
KEY, KEY_2, KEY_ON_T2 = "90000001-000001-000017", "90000001-000001-000018", "90000002-000001-000017"
RRN = "260000000001"
TIDS = {"T1": "90000001", "T2": "90000002"}


class Told:
    """A history told line by line to both folds, and the facts at any point of it."""

    def __init__(self, world: World | None = None) -> None:
        self.world = corner_shop() if world is None else world
        self.purchases = Purchases(self.world, ["victim"])
        self.evidence = Evidence(self.world)
        self.at: Instant = SOLD
        self.n = 0

    def line(self, party: str, given: Input, *effects: Effect, after: int = 0) -> "Told":
        self.at += after
        self.n += 1
        line = Line(self.n, self.at, party, given, effects)
        self.purchases.see(line, given)
        self.evidence.see(line, given)
        return self

    def facts(self, role: Role = "all", after: int = 0) -> Facts:
        self.purchases.now = self.at + after
        return self.evidence.facts("victim", self.purchases, role)

    def keyed(self, terminal: str = "T1") -> "Told":
        return self.line(terminal, SaleKeyed("victim", 12800, "good-debit"))

    def sent(self, terminal: str = "T1", key: str = KEY, card: str = "good-debit") -> "Told":
        details: dict[str, Any] = {
            "key": key, "what": "sale", "stan": key[-6:], "batch": "000001", "tid": TIDS[terminal], "mid": MID,
        }  # fmt: skip
        return self.line(
            terminal,
            Connected("victim", "host"),
            Logged("victim", "attempt", details),
            Became("victim", key, "none", "sent"),
            Send("host", FinancialRequest("victim", key, MID, "sale", 12800, card)),
        )

    def approved_by_all(self, key: str = KEY, rrn: str = RRN) -> "Told":
        request = FinancialRequest("victim", key, MID, "sale", 12800, "good-debit", rrn=rrn)
        answer = FinancialResponse("victim", key, MID, "sale", 12800, "00", rrn)
        self.line(
            "host",
            FinancialRequest("victim", key, MID, "sale", 12800, "good-debit"),
            Logged("victim", "business-date", {"date": "20260105", "rrn": rrn, "key": key}),
            Became("victim", key, "none", "forwarded"),
            Send("switch", request),
        )
        self.line("switch", request, Send("issuer", request))
        self.line("issuer", request, Became("victim", rrn, "none", "debited"), Send("switch", answer))
        self.line("switch", answer, Send("host", answer))
        self.line("cardholder", Sms("victim", "spent", "good-debit", 12800, self.at))
        return self.line("host", answer, Became("victim", key, "forwarded", "approved"), Send("T1", answer))

    def silent(self, terminal: str = "T1", key: str = KEY) -> "Told":
        return self.line(terminal, Connected("victim", "host"), *no_answer(key), after=60 * SECOND)


def no_answer(key: str = KEY) -> Sequence[Effect]:
    return (
        Logged("victim", "no-answer", {"key": key}),
        Logged("victim", "reversal-stored", {"reason": "98", "key": key}),
        Became("victim", key, "sent", "unknown"),
    )


def logged(word: str, **details: str | int) -> Logged:
    return Logged("victim", word, details)


def lost_answer() -> Told:
    return Told().keyed().sent().approved_by_all().silent()


# --- at the till ------------------------------------------------------------------------------------------------------


def test_nothing_was_ever_tried() -> None:
    facts = Told().facts()
    assert facts.get("attempts") == 0
    assert facts.get("connect-failed") == "no"
    assert facts.get("terminal") == "none"
    assert facts.get("keyed-unsent") is False


def test_a_sale_keyed_in_and_not_sent() -> None:
    assert Told().keyed().facts().get("keyed-unsent") is True
    assert Told().keyed().sent().facts().get("keyed-unsent") is False


@pytest.mark.parametrize("reason", ["refused", "unreachable"])
def test_a_connection_that_failed_before_anything_was_sent(reason: str) -> None:
    told = Told().keyed().line("T1", ConnectFailed("victim", "host", reason), logged("connect-failed", reason=reason))
    facts = told.facts()
    assert facts.get("connect-failed") == reason
    assert facts.get("dials") == "host"
    assert facts.get("attempts") == 0
    assert facts.get("keyed-unsent") is False
    assert facts.get("others-fail") is None


@pytest.mark.parametrize(
    ("other", "alike"), [(Connected("x", "host"), False), (ConnectFailed("x", "host", "refused"), True)]
)
def test_whether_another_terminal_fails_alike(other: Input, alike: bool) -> None:
    told = (
        Told()
        .keyed()
        .line("T1", ConnectFailed("victim", "host", "refused"), logged("connect-failed", reason="refused"))
    )
    assert told.line("T2", other, after=MINUTE).facts().get("others-fail") is alike


def test_what_another_terminal_did_an_hour_later_says_nothing() -> None:
    told = (
        Told()
        .keyed()
        .line("T1", ConnectFailed("victim", "host", "refused"), logged("connect-failed", reason="refused"))
    )
    assert told.line("T2", Connected("x", "host"), after=HOUR).facts().get("others-fail") is None


@pytest.mark.parametrize("closed", [True, False])
def test_a_platform_that_refuses_because_its_own_way_is_closed(closed: bool) -> None:
    told = Told(gateway_shop())
    if closed:
        told.line("platform", Disconnected("", "host", "refused"), Logged("", "closed", {}))
    told.keyed().line("T1", ConnectFailed("victim", "platform", "refused"), logged("connect-failed", reason="refused"))
    told.line("platform", Connected("", "host"), Logged("", "open", {}))
    assert told.facts().get("platform-closed") is closed
    assert told.facts().get("dials") == "platform"


@pytest.mark.parametrize(
    ("word", "blocked"), [("sale-blocked", "reversal"), ("doubt-blocked", "doubt"), ("busy", "no")]
)
def test_a_sale_that_the_terminal_refused_to_send(word: str, blocked: str) -> None:
    facts = Told().keyed().line("T1", Connected("victim", "host"), logged(word)).facts()
    assert facts.get("blocked") == blocked
    assert facts.get("keyed-unsent") is False


def test_a_sale_cancelled_before_it_was_sent() -> None:
    assert (
        Told().keyed().line("T1", Connected("victim", "host"), logged("cancelled")).facts().get("cancelled-unsent")
        is True
    )


# --- the terminal's journal ---------------------------------------------------------------------------------------------


def test_the_timer_runs_for_sixty_seconds_and_not_on_a_dark_terminal() -> None:
    told = Told().keyed().sent()
    assert told.facts(after=59 * SECOND).get("timer-running") is True
    assert told.facts(after=60 * SECOND).get("timer-running") is False
    told.line("T1", PowerCut())
    assert told.facts().get("timer-running") is False
    assert told.facts().get("dark") is True
    told.line("T1", PowerRestored())
    assert told.facts().get("dark") is False


def test_silence_and_what_the_reversal_record_says() -> None:
    facts = lost_answer().facts()
    assert facts.get("no-answer") is True
    assert facts.get("reversal-reason") == "98"
    assert facts.get("code") == "none"
    assert facts.get("terminal") == "unknown"
    assert facts.get("cardholder") == ("spent",)


def test_an_answer_may_still_come_for_ten_minutes() -> None:
    told = lost_answer()
    assert told.facts().get("late-answer") == "not-yet"
    assert told.facts(after=10 * MINUTE).get("late-answer") == "no"
    late = FinancialResponse("victim", KEY, MID, "sale", 12800, "00")
    told.line("T1", late, logged("late-answer-discarded", mti="0210", code="00"), after=10 * SECOND)
    assert told.facts().get("late-answer") == "yes"


def test_a_late_answer_to_the_reversal_is_no_late_answer_to_the_sale() -> None:
    told = lost_answer()
    told.line("T1", Connected("victim", "host"), logged("late-answer-discarded", mti="0410", code="00", key=KEY))
    assert told.facts().get("late-answer") == "not-yet"


def test_a_boot_before_the_answer() -> None:
    told = Told().keyed().sent().line("T1", PowerCut())
    told.line("T1", PowerRestored(), logged("booted", records=1), *no_answer()[1:], after=30 * SECOND)
    assert told.facts().get("booted") == "before-answer"


def test_a_boot_while_the_slip_was_printed() -> None:
    told = Told().keyed().sent().approved_by_all()
    told.line("T1", Connected("victim", "host"), Became("victim", KEY, "sent", "approved-unprinted"))
    told.line("T1", PowerRestored(), logged("booted", records=0))
    assert told.facts().get("booted") == "after-approval"
    assert told.facts().get("code") == "00"


def test_a_boot_ends_what_was_keyed_in_on_that_terminal_alone() -> None:
    told = Told().keyed("T1")
    assert told.line("T2", PowerRestored(), Logged("", "booted", {})).facts().get("keyed-unsent") is True
    assert told.line("T1", PowerRestored(), Logged("", "booted", {})).facts().get("keyed-unsent") is False


def test_a_boot_later_in_the_day_says_nothing_of_a_sale_that_is_decided() -> None:
    told = lost_answer().line("T1", PowerRestored(), logged("booted", records=1))
    assert told.facts().get("booted") == "no"


def test_another_terminals_boot_says_nothing() -> None:
    assert Told().keyed().sent().line("T2", PowerRestored(), Logged("", "booted", {})).facts().get("booted") == "no"


def test_marks_of_the_journal_go_to_the_attempt_that_they_name() -> None:
    told = lost_answer()
    told.line("T1", Connected("victim", "host"), logged("cancel-pressed", key=KEY))
    told.line("T1", Connected("victim", "host"), logged("print-failed", how="out", key=KEY))
    told.line("T1", Connected("victim", "host"), logged("reversal-sent", attempt=1, key=KEY))
    told.line("T1", ConnectFailed("victim", "host", "unreachable"), logged("reversal-failed", attempt=2, key=KEY))
    told.line("T1", Connected("victim", "host"), logged("reversal-answered", code="25", key=KEY))
    told.line("T1", Connected("victim", "host"), logged("query-answered", state="unknown", key=KEY))
    facts = told.facts()
    assert facts.get("cancel-pressed") is True
    assert facts.get("print-failed") is True
    assert facts.get("reversal-tries") == 1
    assert facts.get("reversal-failed") is True
    assert facts.get("reversal-answer") == "25"
    assert facts.get("query-answer") == "unknown"


def test_a_code_is_remembered_after_the_view_has_moved_on() -> None:
    told = Told().keyed().sent()
    told.line(
        "T1",
        Connected("victim", "host"),
        logged("answered", code="98", key=KEY),
        Became("victim", KEY, "sent", "in-doubt:98"),
    )
    told.line("T1", Connected("victim", "host"), Became("victim", KEY, "in-doubt:98", "reversed"))
    assert told.facts().get("code") == "98"
    assert told.facts().get("terminal") == "reversed"


def test_slips_in_the_order_in_which_they_came_out() -> None:
    told = lost_answer()
    for slip in ("reversal-warning", "sale"):
        told.line("T1", Connected("victim", "host"), Send("cashier", Slip("victim", "T1", slip, KEY, MID)))
    assert told.facts().get("slips") == ("reversal-warning", "sale")


# --- several attempts -----------------------------------------------------------------------------------------------------


def test_a_second_swipe_elsewhere_while_the_first_was_unknown() -> None:
    facts = lost_answer().keyed("T2").sent("T2", KEY_ON_T2).facts()
    assert facts.get("attempts") == 2
    assert facts.get("terminals") == 2
    assert facts.get("repeated-while") == "unknown"
    assert facts.get("same-card-and-amount") is True
    assert facts.get("stans") == ("000017", "000017")


def test_what_the_terminal_said_when_the_sale_was_keyed_counts_not_what_it_said_when_it_was_sent() -> None:
    told = lost_answer().keyed()
    told.line("T1", Connected("victim", "host"), Became("victim", KEY, "unknown", "reversed"))
    facts = told.sent("T1", KEY_2).facts()
    assert facts.get("repeated-while") == "unknown"
    assert facts.get("terminal") == "reversed"


def test_a_dropped_reversal_is_said_in_the_word_of_the_view() -> None:
    told = lost_answer()
    told.line("T1", Connected("victim", "host"), Became("victim", KEY, "unknown", "dropped"))
    assert told.keyed().sent("T1", KEY_2).facts().get("repeated-while") == "reversal-failed"


def test_another_card_is_told() -> None:
    assert lost_answer().keyed().sent("T1", KEY_2, card="good-credit").facts().get("same-card-and-amount") is False


def test_the_last_attempt_has_facts_of_its_own() -> None:
    told = Told().keyed().sent()
    told.line(
        "T1",
        Connected("victim", "host"),
        logged("answered", code="51", key=KEY),
        Became("victim", KEY, "sent", "declined:51"),
    )
    told.keyed().sent("T1", KEY_2).approved_by_all(KEY_2)
    told.line("T1", Connected("victim", "host"), Became("victim", KEY_2, "sent", "approved-unprinted"))
    facts = told.facts()
    assert (facts.get("terminal"), facts.get("code")) == ("declined:51", "51")
    last = facts.of_last()
    assert (last.get("terminal"), last.get("host"), last.get("code")) == ("approved-unprinted", "approved", "00")
    assert last.get("issuer") == facts.get("issuer") == "debited"


def test_the_same_trace_number_twice_at_the_host() -> None:
    told = Told().keyed().sent()
    again = FinancialRequest("victim", KEY, MID, "sale", 12800, "good-debit")
    told.line("host", again, logged("duplicate", how="swallowed"))
    assert told.facts().get("duplicate-at-host") is True


def test_one_trace_number_debited_under_two_numbers_of_the_host() -> None:
    told = Told().keyed().sent().approved_by_all()
    assert told.facts().get("duplicate-at-host") is False
    told.approved_by_all(rrn="260000000002")
    assert told.facts().get("duplicate-at-host") is True
    assert told.facts().get("issuer") == "debited-twice"


def test_a_void_in_its_own_words() -> None:
    told = Told().keyed().sent()
    assert told.facts().get("void") == "none"
    void = {"key": KEY_2, "what": "void", "stan": "000018", "batch": "000001", "tid": TIDS["T1"], "mid": MID}
    told.line(
        "T1", Connected("victim", "host"), Logged("victim", "attempt", void), Became("victim", KEY_2, "none", "sent")
    )
    assert told.facts().get("void") == "unknown"
    assert told.facts().get("attempts") == 1


# --- platform, acquirer, network, issuer ------------------------------------------------------------------------------------


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


def test_the_cards_bank_at_its_day_end() -> None:
    asked = FinancialRequest("victim", KEY, MID, "sale", 12800, "good-debit", rrn=RRN)
    told = Told().line("issuer", Connected("", "x"), Logged("", "day-end", {})).keyed().sent().line("issuer", asked)
    told.line("issuer", Connected("", "x"), Logged("", "day-open", {}))
    assert told.facts().get("issuer-day-end") is True


# --- account and calendar -----------------------------------------------------------------------------------------------------


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


# --- who may know ---------------------------------------------------------------------------------------------------------------


def test_a_merchant_does_not_read_the_hosts_log_and_support_not_the_banks() -> None:
    told = lost_answer()
    everything, support, merchant = told.facts(), told.facts("support"), told.facts("merchant")
    assert merchant.get("host") is None
    assert support.get("host") == "approved"
    assert merchant.get("issuer") is support.get("issuer") is None
    assert merchant.get("cardholder") == ("spent",)
    assert set(merchant.known) < set(support.known) < set(everything.known)
