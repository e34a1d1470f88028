"""A reversal is repeated until somebody has heard it, or, under the other policy, given up with a warning."""

import pytest

from poslab.messages.people import BalanceKeyed, CancelPressed, EchoKeyed, SaleKeyed
from poslab.party.contract import Send
from poslab.party.time import HOUR, MINUTE, SECOND

KEY = "90000001-000001-000017"
NEXT = "90000001-000001-000018"
SALE = SaleKeyed("victim", 12_800, "good-debit")
SECOND_SALE = SaleKeyed("second", 700, "good-credit")


def silence(book):
    """A sale that nobody answered."""
    return book.given(SALE).passes(60 * SECOND)


def attempts(book):
    """How often each 0400 that ever left was said to be sent."""
    return [e.attempt for e in book.past if type(e) is Send and e.message.kind == "0400"]


def test_the_background_delivers_it_under_the_same_key(till):
    book = silence(till()).passes(30 * SECOND)
    request = book.request("0400")
    assert (request.key, request.reason, request.what, request.amount_fen) == (KEY, "98", "sale", 12_800)
    assert (book.words(), book.screens()) == (["reversal-sent"], [])
    book.reversal_answered("00")
    assert book.moves(KEY) == ["sent", "unknown", "reversed"]
    assert (book.screens(), [slip.slip for slip in book.slips()]) == (["reversal-done"], ["reversal-done"])
    book.passes(5 * HOUR).silent()


def test_an_unanswered_reversal_is_repeated_at_longer_and_longer_intervals(till):
    book = silence(till())
    start = book.at
    sent_at = []
    while book.at < start + 90 * MINUTE:
        if "0400" in book.passes(SECOND).leaves():
            sent_at.append((book.at - start) // SECOND)
    # 60 s of waiting for each answer, then 60 s, 120 s, … and at most 15 min of pause.
    assert sent_at[:8] == [30, 150, 330, 630, 1170, 2130, 3090, 4050]
    assert attempts(book)[:4] == [1, 2, 3, 4]
    assert book.logged("reversal-failed")["attempt"] == len(sent_at)
    while book.still() != "waiting":
        book.passes(SECOND)
    book.reversal_answered("00")
    assert book.state(KEY) == "reversed"


def test_a_failed_connect_is_a_failed_attempt_but_no_sending(till):
    book = silence(till())
    book.line = "unreachable"
    book.passes(30 * SECOND)
    assert (book.words(), book.screens()) == (["connect-failed", "reversal-failed"], ["reversal-failed"])
    book.line = "up"
    book.passes(60 * SECOND)
    assert attempts(book) == [1]


@pytest.mark.parametrize("code", ["25", "12"])
def test_25_and_12_end_the_duty_and_make_it_ask(till, code):
    book = silence(till()).passes(30 * SECOND).reversal_answered(code)
    assert book.state(KEY) == f"closed:{code}"
    assert (book.leaves(), book.request("0600").asked, book.screens()) == (["0600"], KEY, [])
    book.query_answered("unknown" if code == "25" else "cleared")
    assert book.screen("reversal-closed").code == code
    (slip,) = book.slips()
    assert (slip.slip, slip.code, slip.key) == ("reversal-closed", code, KEY)
    assert slip.state == ("unknown" if code == "25" else "cleared")
    book.passes(5 * HOUR).silent()


def test_closed_even_if_the_query_is_not_answered(till):
    book = silence(till()).passes(30 * SECOND).reversal_answered("25").passes(60 * SECOND)
    assert (book.screens(), book.slips()[0].state) == (["reversal-closed"], "")
    assert (book.state(KEY), book.still()) == ("closed:25", "idle")


def test_any_other_code_is_a_failed_attempt(till):
    book = silence(till()).passes(30 * SECOND).reversal_answered("96")
    assert (book.words(), book.state(KEY)) == (["reversal-answered", "reversal-failed"], "unknown")
    assert book.passes(60 * SECOND).leaves() == ["0400"]


def test_an_answer_to_an_earlier_sending_is_as_good(till):
    book = silence(till()).passes(30 * SECOND).passes(60 * SECOND)
    assert book.words() == ["reversal-failed"]
    late = book.reversal_answered("00")
    assert late.words() == ["late-answer-discarded"]
    book.passes(60 * SECOND).reversal_answered("00")
    assert book.state(KEY) == "reversed"
    assert book.reversal_answered("00").words() == ["late-answer-discarded"]


@pytest.mark.parametrize("changes", [{"mac": 0}, {"mid": "999000054110002"}])
def test_a_reversal_answer_that_cannot_be_believed_is_none(till, changes):
    book = silence(till()).passes(30 * SECOND).reversal_answered("00", **changes)
    assert (book.words(), book.state(KEY), book.still()) == (["answer-refused"], "unknown", "waiting")


def test_the_next_sale_sends_the_reversal_first(till):
    book = silence(till()).given(SECOND_SALE, after=5 * SECOND)
    assert (book.leaves(), book.screens()) == (["0400"], ["processing", "reversing"])
    book.reversal_answered("00")
    assert (book.leaves(), book.request("0200").key) == (["0200"], NEXT)
    book.answered().passes(2 * SECOND)
    assert (book.state(KEY), book.state(NEXT)) == ("reversed", "approved")
    book.passes(HOUR).silent()


def test_after_25_the_next_sale_comes_behind_reversal_and_query(till):
    book = silence(till()).given(SECOND_SALE).reversal_answered("25")
    assert book.leaves() == ["0600"]
    assert book.query_answered("unknown").leaves() == ["0200"]


def test_a_balance_inquiry_flushes_it(till):
    book = silence(till()).given(BalanceKeyed("victim", "good-debit")).reversal_answered("00")
    assert book.state(KEY) == "reversed"
    assert book.request("0200").what == "balance"


def test_an_echo_test_does_not_flush_it(till):
    assert silence(till()).given(EchoKeyed()).leaves() == ["0820"]


def test_park_and_block_refuses_the_next_sale(till):
    book = silence(till())
    book.line = "unreachable"
    book.given(SECOND_SALE)
    assert book.screens() == ["processing", "reversing", "reversal-failed", "blocked"]
    assert "sale-blocked" in book.words()
    assert (book.leaves(), book.moves(NEXT)) == ([], [])
    # The background is still armed, once.
    book.line = "up"
    assert book.passes(30 * SECOND).leaves() == ["0400"]


def test_park_and_block_lets_inquiries_pass(till):
    book = silence(till()).given(BalanceKeyed("victim", "good-debit")).passes(60 * SECOND)
    assert book.screens() == ["reversal-failed"]
    assert (book.leaves(), book.request("0200").what) == (["0200"], "balance")


def test_a_background_round_that_came_due_meanwhile_follows_at_once(till):
    book = silence(till()).given(SECOND_SALE).passes(60 * SECOND)
    assert book.words()[-1] == "reversal-sent"
    assert book.reversal_answered("00").state(KEY) == "reversed"


def test_park_and_queue_goes_on_and_delivers_the_oldest_first(till):
    book = silence(till(park="queue"))
    book.line = "unreachable"
    book.given(SaleKeyed("second", 700, "good-credit"))
    assert book.screens() == ["processing", "reversing", "reversal-failed", "connect-failed"]
    book.line = "up"
    book.given(SECOND_SALE).passes(60 * SECOND)
    assert (book.leaves(), book.request("0200").key) == (["0200"], NEXT)
    book.passes(60 * SECOND)
    assert book.state(NEXT) == "unknown"
    assert book.leaves()[-1:] == ["0400"]
    assert book.request("0400").key == KEY
    book.reversal_answered("00")
    assert (book.leaves(), book.request("0400").key) == (["0400"], NEXT)
    book.reversal_answered("00")
    assert (book.state(KEY), book.state(NEXT), book.still()) == ("reversed", "reversed", "idle")


def test_a_full_queue_blocks(till):
    book = silence(till(park="queue", queue_limit=1))
    book.line = "refused"
    assert book.given(SECOND_SALE).screens()[-1] == "blocked"


def test_drop_gives_up_after_three_tries_in_a_row_and_lets_the_sale_go_on(till):
    book = silence(till(policy="drop")).passes(2 * HOUR).silent()
    book.given(SECOND_SALE).passes(60 * SECOND).passes(60 * SECOND)
    assert attempts(book) == [1, 2, 3]
    book.passes(60 * SECOND)
    assert (book.screens(), [slip.slip for slip in book.slips()]) == (["reversal-dropped"], ["reversal-warning"])
    assert (book.state(KEY), book.leaves()) == ("dropped", ["0200"])
    book.answered().passes(2 * SECOND)
    assert book.state(NEXT) == "approved"
    book.given(BalanceKeyed("second", "good-debit"))
    assert book.leaves() == ["0200"]


def test_under_drop_a_failed_connect_counts(till):
    book = silence(till(policy="drop"))
    book.line = "unreachable"
    book.given(BalanceKeyed("victim", "good-debit"))
    assert book.words().count("reversal-failed") == 3
    assert book.state(KEY) == "dropped"
    assert book.screens()[-1] == "connect-failed"


def test_under_drop_tries_count_anew_for_each_transaction_that_waits(till):
    book = silence(till(policy="drop")).given(SECOND_SALE).passes(60 * SECOND).given(CancelPressed("second"))
    assert (book.screens(), book.still()) == (["cancelled"], "waiting")
    book.reversal_answered("00")
    assert (book.state(KEY), book.leaves(), book.still()) == ("reversed", [], "idle")


def test_a_sale_keyed_during_a_background_reversal_is_not_taken(till):
    book = silence(till()).passes(30 * SECOND).given(SECOND_SALE)
    assert (book.words(), book.leaves()) == (["busy"], [])


def test_a_reversal_itself_cannot_be_cancelled(till):
    book = silence(till()).passes(30 * SECOND).given(CancelPressed("victim")).silent()
    assert book.reversal_answered("00").state(KEY) == "reversed"
