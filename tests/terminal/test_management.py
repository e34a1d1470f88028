"""Sign-on, sign-off and echo test: the terminal and the host about themselves."""

import pytest

from poslab.messages.card import ManagementResponse, SignOnResponse
from poslab.messages.people import CancelPressed, EchoKeyed, SaleKeyed, SignOffKeyed, SignOnKeyed
from poslab.party.time import HOUR, SECOND

SALE = SaleKeyed("victim", 12_800, "good-debit")


def signed_on(book, batch="000001", code="00", version=1):
    """The host answers the last 0800."""
    asked = book.request("0800")
    return book.given(SignOnResponse(asked.about, asked.key, asked.mid, code, batch, version))


def managed(book, code="00"):
    """The host answers the last 0820."""
    asked = book.request("0820")
    return book.given(ManagementResponse(asked.about, asked.key, asked.mid, asked.what, code))


def test_a_sign_on_adopts_the_open_batch_and_the_keys(till):
    book = signed_on(till().given(SignOnKeyed()), "000002", version=3)
    assert (book.logged("signed-on")["batch"], book.screens()) == ("000002", ["signed-on"])
    assert [slip.slip for slip in book.slips()] == ["sign-on"]
    book.given(SALE)
    assert (book.request("0200").key, book.request("0200").mac) == ("90000001-000002-000018", 3)


def test_a_waiting_reversal_keeps_its_batch_over_a_sign_on(till):
    book = till().given(SALE).passes(60 * SECOND)
    signed_on(book.given(SignOnKeyed()), "000002").passes(30 * SECOND)
    assert book.request("0400").key == "90000001-000001-000017"


def test_a_refused_sign_on(till):
    book = signed_on(till().given(SignOnKeyed()), code="97")
    assert (book.screen("declined").code, book.still()) == ("97", "idle")


def test_an_echo_test(till):
    book = till().given(EchoKeyed())
    assert book.request("0820").what == "echo"
    assert (managed(book).screens(), book.words()) == (["echo-done"], ["echo-answered"])


@pytest.mark.parametrize("keyed", [EchoKeyed(), SignOnKeyed(), SignOffKeyed()])
def test_each_may_fail_and_nothing_is_reversed(till, keyed):
    book = till()
    book.line = "refused"
    assert book.given(keyed).screens() == ["processing", "connect-failed"]
    book.line = "up"
    assert book.given(keyed).passes(60 * SECOND).screens() == ["no-answer"]
    assert book.given(keyed).given(CancelPressed()).screens() == ["cancelled"]
    book.passes(HOUR).silent()


def test_after_a_sign_off_the_next_sale_signs_on_first(till):
    book = managed(till().given(SignOffKeyed()))
    assert (book.screens(), book.words()) == (["signed-off"], ["signed-off"])
    assert book.given(SALE).leaves() == ["0800"]
    assert signed_on(book).leaves() == ["0200"]
    assert book.answered().passes(2 * SECOND).state(book.request("0200").key) == "approved"


def test_no_sale_without_the_sign_on(till):
    book = managed(till().given(SignOffKeyed())).given(SALE).passes(60 * SECOND)
    assert (book.screens(), book.still()) == (["no-answer"], "idle")
    book.passes(HOUR).silent()


def test_a_broken_mac_signs_on_and_then_reverses(till):
    book = till().given(SALE).answered(mac=0)
    signed_on(book).passes(30 * SECOND)
    assert (book.leaves(), book.request("0400").reason) == (["0400"], "A0")


def test_a_background_reversal_signs_on_first_where_that_failed(till):
    book = till().given(SALE).answered(mac=0).passes(60 * SECOND)
    assert book.passes(30 * SECOND).leaves() == ["0800"]
    assert signed_on(book).leaves() == ["0400"]
    assert book.reversal_answered("00").state("90000001-000001-000017") == "reversed"


def test_late_and_foreign_answers_are_discarded(till):
    book = till().given(EchoKeyed())
    asked = book.request("0820")
    book.given(ManagementResponse("", asked.key, asked.mid, "sign-off", "00"))
    assert (book.words(), book.still()) == (["late-answer-discarded"], "waiting")
    book.given(SignOnResponse("", asked.key, asked.mid, "00", "000009"))
    assert (book.words(), book.still()) == (["late-answer-discarded"], "waiting")
    assert managed(managed(book)).words() == ["late-answer-discarded"]
