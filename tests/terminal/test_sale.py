"""A sale at the terminal: from the keyed amount to the slip, and every other end it can come to."""

import pytest

from poslab.messages.card import FinancialRequest, FinancialResponse
from poslab.messages.people import CancelPressed, EchoKeyed, SaleKeyed
from poslab.party.contract import Became, Connect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected
from poslab.party.time import MINUTE, SECOND
from terminal.errands import AnswerOverdue

KEY = "90000001-000001-000017"
MID = "999000054110001"
SALE = SaleKeyed("victim", 12_800, "good-debit")


def test_a_good_sale_says_one_thing_to_the_cashier(till):
    book = till().given(SALE)
    assert book.effects == [
        Connect("host", "victim"),
        Logged(
            "victim",
            "attempt",
            {"key": KEY, "what": "sale", "stan": "000017", "batch": "000001", "tid": "90000001", "mid": MID},
        ),
        Kept("victim", "reversal-record"),
        Became("victim", KEY, "none", "sent"),
        Send("host", FinancialRequest("victim", KEY, MID, "sale", 12_800, "good-debit")),
        Remind(60 * SECOND, AnswerOverdue("victim", 1)),
    ]
    book.answered()
    assert book.kept() == ["approval"]
    assert book.state(KEY) == "approved-unprinted"
    book.passes(2 * SECOND).sent("slip")
    slip = book.said("slip")
    assert (slip.slip, slip.key, slip.amount_fen, slip.card) == ("sale", KEY, 12_800, "good-debit")
    assert (slip.rrn, slip.auth, slip.expected_date, slip.duplicate) == ("260000000017", "123456", "20260106", False)
    assert book.moves(KEY) == ["sent", "approved-unprinted", "approved"]
    book.passes(10 * MINUTE).silent()


def test_the_next_sale_has_the_next_stan(till):
    book = till().given(SALE).answered().passes(5 * SECOND)
    book.given(SaleKeyed("next", 500, "good-credit"))
    assert book.request("0200").key == "90000001-000001-000018"


def test_a_stan_wraps(till):
    book = till(stan_before=999_998).given(SALE).answered().passes(5 * SECOND)
    assert book.request("0200").key[-6:] == "999999"
    assert book.given(SaleKeyed("next", 500, "good-debit")).request("0200").key[-6:] == "000001"


def test_a_failed_connect_sends_nothing_and_takes_no_stan(till):
    book = till()
    book.line = "unreachable"
    book.given(SALE)
    assert book.screens() == ["connect-failed"]
    assert book.logged("connect-failed") == {"reason": "unreachable"}
    assert (book.kept(), book.moves(KEY), book.still()) == ([], [], "idle")
    book.passes(10 * MINUTE).silent()
    book.line = "up"
    assert book.given(SALE).request("0200").key == KEY


@pytest.mark.parametrize("code", ["51", "54", "61", "91", "92", "90", "03", "A1", "25", "12"])
def test_a_definite_code_is_a_decline(till, code):
    book = till().given(SALE).answered(code)
    assert book.state(KEY) == f"declined:{code}"
    assert book.screen("declined").code == code
    assert [(slip.slip, slip.code) for slip in book.slips()] == [("decline", code)]
    book.passes(60 * MINUTE).silent()
    assert book.given(SALE).leaves() == ["0200"]


def test_a_96_marked_not_forwarded_is_a_decline(till):
    assert till().given(SALE).answered("96", not_forwarded=True).state(KEY) == "declined:96"


@pytest.mark.parametrize("code", ["96", "98", "68", "09", "94", "ZZ"])
def test_a_doubtful_code_is_no_outcome_and_no_reversal(till, code):
    book = till().given(SALE).answered(code)
    assert book.state(KEY) == f"in-doubt:{code}"
    assert book.screens() == ["in-doubt"]
    assert book.kept() == ["query-duty"]
    book.passes(60 * MINUTE).silent()
    book.given(SaleKeyed("again", 12_800, "good-debit"))
    assert (book.screens(), book.words(), book.leaves()) == (["doubt-blocked"], ["doubt-blocked"], [])
    assert book.given(SaleKeyed("other", 12_900, "good-debit")).leaves() == ["0200"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [("amount", {"amount_fen": 1_280}), ("mid", {"mid": "999000054110002"}), ("what", {"what": "balance"})],
)
def test_an_answer_that_does_not_match_is_no_answer(till, field, changes):
    book = till().given(SALE).answered(**changes)
    assert (book.words(), book.logged("answer-refused")["field"]) == (["answer-refused"], field)
    assert book.still() == "waiting"
    assert book.passes(60 * SECOND).screens() == ["no-answer"]
    assert book.state(KEY) == "unknown"


def test_an_answer_for_another_key_is_a_late_one(till):
    book = till().given(SALE).answered(key="90000001-000001-000016")
    assert (book.words(), book.still()) == (["late-answer-discarded"], "waiting")
    assert book.answered().state(KEY) == "approved-unprinted"


def test_an_approval_with_a_broken_mac_is_reversed_after_a_new_sign_on(till):
    book = till().given(SALE).answered(mac=0)
    assert book.state(KEY) == "unknown"
    assert book.logged("reversal-stored")["reason"] == "A0"
    assert book.leaves() == ["0800"]


def test_a_decline_with_a_broken_mac_is_a_decline(till):
    assert till().given(SALE).answered("51", mac=0).state(KEY) == "declined:51"


def test_silence_is_unknown_and_stores_a_reversal(till):
    book = till().given(SALE).passes(60 * SECOND)
    assert book.words() == ["no-answer", "reversal-stored"]
    assert book.logged("reversal-stored")["reason"] == "98"
    assert (book.screens(), book.slips(), book.still()) == (["no-answer"], [], "idle")
    assert book.state(KEY) == "unknown"


def test_a_late_approval_never_resurrects_a_sale(till):
    book = till().given(SALE).passes(65 * SECOND).answered()
    assert book.words() == ["late-answer-discarded"]
    assert book.logged("late-answer-discarded") == {"mti": "0210", "code": "00", "key": KEY}
    assert (book.state(KEY), book.slips()) == ("unknown", [])
    book.passes(30 * SECOND)
    assert book.leaves() == ["0400"]
    book.answered()
    assert (book.words(), book.state(KEY), book.still()) == (["late-answer-discarded"], "unknown", "waiting")
    book.reversal_answered("00").answered()
    assert (book.words(), book.state(KEY), book.still()) == (["late-answer-discarded"], "reversed", "idle")


def test_a_second_copy_of_an_answer_changes_nothing(till):
    book = till().given(SALE).answered().answered()
    assert (book.words(), book.kept(), book.still()) == (["late-answer-discarded"], [], "printing")
    book.passes(2 * SECOND).sent("slip")
    assert book.answered().words() == ["late-answer-discarded"]
    assert book.state(KEY) == "approved"


def test_cancelling_while_waiting_only_starts_a_reversal(till):
    book = till().given(SALE).given(CancelPressed("victim"), after=3 * SECOND)
    assert book.words() == ["cancel-pressed", "reversal-stored"]
    assert (book.screen("cancelled").code, book.state(KEY)) == ("06", "unknown")
    book.passes(30 * SECOND)
    assert book.request("0400").reason == "06"


def test_cancelling_before_sending_cancels(till):
    book = till()
    book.line = "silent"
    book.given(SALE).given(CancelPressed("victim"))
    assert (book.words(), book.screens(), book.still()) == (["cancelled"], ["cancelled"], "idle")
    book.given(Connected("victim", "host")).silent()
    assert book.moves(KEY) == []


def test_cancelling_nothing_or_a_stored_sale_does_nothing(till):
    book = till().given(CancelPressed("victim")).silent()
    book.given(SALE).answered().given(CancelPressed("victim")).silent()
    assert book.passes(2 * SECOND).state(KEY) == "approved"


@pytest.mark.parametrize("moment", ["waiting", "printing"])
def test_one_at_a_time(till, moment):
    book = till().given(SALE)
    if moment == "printing":
        book.answered()
    assert book.still() == moment
    book.given(SaleKeyed("second", 700, "good-credit"), EchoKeyed())
    assert (book.words(), book.screens(), book.leaves()) == (["busy", "busy"], ["busy", "busy"], [])


def test_the_same_card_and_amount_within_five_minutes_is_warned_of_and_goes_on(till):
    book = till().given(SALE).answered().passes(2 * SECOND)
    book.given(SaleKeyed("again", 12_800, "good-debit"), after=2 * MINUTE)
    assert (book.screens(), book.words()[0], book.leaves()) == (["same-sale-warning"], "same-sale-warning", ["0200"])
    book.answered().passes(2 * SECOND)
    assert book.given(SaleKeyed("third", 12_800, "good-debit"), after=6 * MINUTE).screens() == []


def test_a_declined_sale_is_not_warned_of(till):
    book = till().given(SALE).answered("51")
    assert book.given(SaleKeyed("again", 12_800, "good-debit"), after=SECOND).screens() == []


def test_a_partial_approval_does_not_match_its_request(till):
    assert till().given(SALE).answered("10", amount_fen=5_000).words() == ["answer-refused"]


def test_an_answer_out_of_the_blue_is_discarded(till):
    stray = FinancialResponse("", "90000001-000001-000003", MID, "sale", 100, "00")
    assert till().given(stray).words() == ["late-answer-discarded"]
