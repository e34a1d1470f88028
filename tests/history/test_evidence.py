"""Facts from hand-made lines: what was seen at the till and written into terminals' journals answers questions."""

import pytest
from told import KEY, KEY_2, KEY_ON_T2, MID, TIDS, Told, logged, lost_answer, no_answer

from poslab.messages.card import FinancialRequest, FinancialResponse
from poslab.messages.people import Slip
from poslab.party.contract import Became, Input, Logged, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored
from poslab.party.time import HOUR, MINUTE, SECOND
from poslab.world.presets import gateway_shop

# --- at the till --------------------------------------------------------------------------------------------------


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


# --- the terminal's journal ---------------------------------------------------------------------------------------


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


# --- several attempts ---------------------------------------------------------------------------------------------


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


def test_an_answer_to_a_query_is_none_to_the_sale_that_it_asks_about() -> None:
    told = lost_answer().line("T1", PowerRestored(), logged("answered", code="A0", key=f"{KEY[:-6]}000099"))
    assert told.facts().get("code") == "none"
    assert lost_answer().line("T1", PowerRestored(), logged("answered", code="A0")).facts().get("code") == "A0"
