"""Inquiries move no money and are never reversed; in doubt they decide."""

import pytest

from poslab.messages.people import BalanceKeyed, CancelPressed, QueryKeyed, SaleKeyed
from poslab.party.time import HOUR, SECOND

KEY = "90000001-000001-000017"
SALE = SaleKeyed("victim", 12_800, "good-debit")


def doubtful(book, code="98"):
    """A sale in doubt."""
    return book.given(SALE).answered(code)


def test_a_balance_is_shown(till):
    book = till().given(BalanceKeyed("victim", "good-debit")).answered(balance_fen=987_200)
    assert (book.screen("balance").amount_fen, book.still()) == (987_200, "idle")
    assert book.logged("attempt")["what"] == "balance"
    assert book.moves(KEY) == []


def test_a_balance_may_be_declined(till):
    assert till().given(BalanceKeyed("victim", "lost")).answered("41").screen("declined").code == "41"


@pytest.mark.parametrize("keyed", [BalanceKeyed("victim", "good-debit"), QueryKeyed("victim")])
def test_an_inquiry_without_an_answer_is_not_reversed(till, keyed):
    book = till().given(SALE).answered().passes(2 * SECOND).given(keyed).passes(60 * SECOND)
    assert (book.words(), book.screens()) == (["no-answer"], ["no-answer"])
    book.passes(5 * HOUR).silent()


@pytest.mark.parametrize("keyed", [BalanceKeyed("victim", "good-debit"), QueryKeyed("victim")])
def test_an_inquiry_may_be_given_up(till, keyed):
    book = till().given(SALE).answered().passes(2 * SECOND).given(keyed).given(CancelPressed("victim"))
    assert (book.words(), book.screens(), book.still()) == (["cancelled"], ["cancelled"], "idle")


def test_a_query_of_a_good_sale_changes_nothing(till):
    book = till().given(SALE).answered().passes(2 * SECOND).given(QueryKeyed("victim"))
    assert (book.request("0600").asked, book.request("0600").key[-6:]) == (KEY, "000018")
    book.query_answered("approved")
    assert (book.screen("query-result").code, book.slips(), book.state(KEY)) == ("approved", [], "approved")


def test_without_anything_to_ask_about(till):
    book = till().given(QueryKeyed("victim"))
    assert (book.screen("query-result").code, book.leaves()) == ("none", [])


@pytest.mark.parametrize(
    ("says", "after"),
    [("reversed", "reversed"), ("declined", "declined:98"), ("unknown", "declined:98"), ("voided", "voided")],
)
def test_the_answer_ends_the_doubt_and_the_block(till, says, after):
    book = doubtful(till()).given(QueryKeyed("victim")).query_answered(says)
    assert (book.state(KEY), book.screen("query-result").code) == (after, says)
    assert book.given(SaleKeyed("again", 12_800, "good-debit")).leaves() == ["0200"]


def test_pending_leaves_it_in_doubt(till):
    book = doubtful(till()).given(QueryKeyed("victim")).query_answered("pending")
    assert (book.state(KEY), book.still()) == ("in-doubt:98", "idle")
    assert book.given(SaleKeyed("again", 12_800, "good-debit")).screens() == ["doubt-blocked"]
    book.given(QueryKeyed("victim")).query_answered("reversed")
    assert book.state(KEY) == "reversed"


def test_a_state_that_is_no_state_decides_nothing(till):
    book = doubtful(till()).given(QueryKeyed("victim")).query_answered("", code="96")
    assert book.state(KEY) == "in-doubt:98"


def test_what_is_about_to_be_given_back_is_shown_and_decides_nothing(till):
    book = doubtful(till()).given(QueryKeyed("victim")).query_answered("error-case")
    assert (book.state(KEY), book.still()) == ("in-doubt:98", "idle")
    assert book.screens() == ["query-result"]



@pytest.mark.parametrize("says", ["approved", "cleared"])
def test_an_approval_found_by_query_is_stored_and_printed(till, says):
    book = doubtful(till(), "94").given(QueryKeyed("victim")).query_answered(says)
    assert book.kept() == ["approval"]
    assert book.state(KEY) == "approved-unprinted"
    book.passes(2 * SECOND)
    assert (book.state(KEY), book.screens(), len(book.slips())) == ("approved", ["approved"], 1)
    assert book.slips()[0].auth == "123456"


def test_an_unknown_sale_is_not_revived_by_a_query(till):
    book = till(policy="park", park="block").given(SALE).passes(60 * SECOND)
    book.given(QueryKeyed("victim")).passes(60 * SECOND)
    assert book.request("0600").asked == KEY
    book.query_answered("approved")
    assert (book.screen("query-result").code, book.state(KEY), book.slips()) == ("approved", "unknown", [])


def test_a_query_sends_the_waiting_reversal_first(till):
    book = till().given(SALE).passes(60 * SECOND).given(QueryKeyed("victim"))
    assert book.leaves() == ["0400"]
    assert book.reversal_answered("00").leaves() == ["0600"]
    assert book.query_answered("reversed").screen("query-result").code == "reversed"


@pytest.mark.parametrize("changes", [{"mid": "999000054110002"}, {"asked": "90000001-000001-000001"}, {"mac": 0}])
def test_an_answer_that_does_not_match_is_none(till, changes):
    book = doubtful(till()).given(QueryKeyed("victim")).query_answered("reversed", **changes)
    assert (book.words(), book.state(KEY), book.still()) == (["answer-refused"], "in-doubt:98", "waiting")


def test_a_late_or_second_query_answer_is_discarded(till):
    book = doubtful(till()).given(QueryKeyed("victim")).passes(60 * SECOND).query_answered("reversed")
    assert (book.words(), book.state(KEY)) == (["late-answer-discarded"], "in-doubt:98")


def test_a_query_by_voucher_number(till):
    book = doubtful(till()).given(SaleKeyed("next", 500, "good-credit")).answered().passes(2 * SECOND)
    assert book.given(QueryKeyed("next", "17")).request("0600").asked == KEY


def test_a_query_without_connection(till):
    book = doubtful(till())
    book.line = "refused"
    assert book.given(QueryKeyed("victim")).screens() == ["processing", "connect-failed"]
    assert book.state(KEY) == "in-doubt:98"
