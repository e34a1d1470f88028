"""Keys out of step: what the host refuses, what the terminal cannot believe, and the sign-on that cures both."""

import pytest

from poslab.messages.card import ManagementResponse, SignOnResponse
from poslab.messages.facts import KeyInjected, KeyReplaced
from poslab.messages.people import BalanceKeyed, QueryKeyed, SaleKeyed, SignOnKeyed
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import SECOND

SALE = SaleKeyed("victim", 12_800, "good-debit")
KEY = "90000001-000001-000017"
DAMAGED_MAC, DAMAGED_PIN, OTHER_MASTER = (KeyReplaced("", "90000001", key) for key in ("mac", "pin", "master"))


def signed_on(book, version=2, batch="000001"):
    """The host answers the last 0800 with keys of this version."""
    asked = book.request("0800")
    return book.given(SignOnResponse(asked.about, asked.key, asked.mid, "00", batch, version))


@pytest.mark.parametrize("code", ["A0", "99", "77", "A7"])
def test_a_code_of_keys_is_a_decline_and_the_terminal_signs_on_by_itself(till, code):
    book = till().given(SALE).answered(code)
    assert book.state(KEY) == f"declined:{code}"
    assert book.screen("declined").code == code
    assert book.leaves() == ["0800"]
    assert signed_on(book).leaves() == []
    assert book.given(SALE).request("0200").mac == 2
    assert book.answered(mac=2).passes(2 * SECOND).state(book.request("0200").key) == "approved"


def test_a_sign_on_that_failed_goes_before_the_next_sale(till):
    book = till().given(SALE).answered("A0").passes(60 * SECOND)
    assert book.given(SALE).leaves() == ["0800"]
    assert signed_on(book).leaves() == ["0200"]


def test_that_it_must_sign_on_survives_the_dark(till):
    book = till().given(SALE).answered("77").given(PowerCut(), PowerRestored())
    assert book.given(SALE).leaves() == ["0800"]


@pytest.mark.parametrize("mac", [0, 1, 3])
def test_an_answer_sealed_with_other_keys_than_its_own_is_not_believed(till, mac):
    book = signed_on(till().given(SignOnKeyed())).given(SALE).answered(mac=mac)
    assert book.logged("reversal-stored")["reason"] == "A0"
    assert book.screen("answer-refused").code == "A0"
    assert book.leaves() == ["0800"]
    signed_on(book, 3).passes(30 * SECOND)
    assert (book.request("0400").key, book.request("0400").reason, book.request("0400").mac) == (
        KEY[:-2] + "18",
        "A0",
        3,
    )


def test_a_damaged_key_agrees_with_nothing_not_even_with_what_is_broken(till):
    book = till().given(SALE).given(DAMAGED_MAC)
    for mac in (0, 1):
        again = till().given(SALE).given(DAMAGED_MAC).answered(mac=mac)
        assert again.logged("reversal-stored")["reason"] == "A0", mac
    book.answered()
    assert signed_on(book, 2).passes(30 * SECOND).leaves() == ["0400"]
    assert book.reversal_answered("00", mac=2).state(KEY) == "reversed"


def test_what_is_sealed_with_a_damaged_key_is_said_to_be_broken(till):
    assert till().given(DAMAGED_MAC, SALE).request("0200").mac == 0


def test_under_a_damaged_pin_key_no_pin_comes_out(till):
    book = till().given(DAMAGED_PIN, SALE)
    assert book.request("0200").pin == "garbled"
    assert signed_on(book.answered("99")).given(SALE).request("0200").pin == "right"
    without = till().given(DAMAGED_PIN, SaleKeyed("victim", 12_800, "good-debit", pin="absent"))
    assert without.request("0200").pin == "absent"
    assert till().given(DAMAGED_PIN, BalanceKeyed("victim", "good-debit")).request("0200").pin == "garbled"


def test_a_wrong_master_key_lasts_over_a_sign_on(till):
    book = signed_on(till().given(OTHER_MASTER, SignOnKeyed()))
    assert (book.words(), book.screens()) == (["keys-refused"], ["keys-refused"])
    assert signed_on(book.given(SALE)).screens() == ["keys-refused"]
    assert book.given(KeyInjected("", "90000001"), SALE).leaves() == ["0800"]
    assert signed_on(book, 4).leaves() == ["0200"]
    assert book.request("0200").mac == 4


def test_keys_whose_check_values_disagree_are_not_taken(till):
    book = signed_on(till().given(SignOnKeyed()), version=0)
    assert book.words() == ["keys-refused"]
    assert signed_on(book.given(SALE)).leaves() == ["0200"]


# --- a waiting reversal


def test_a_reversal_refused_for_its_mac_is_sealed_anew_at_once_and_keeps_its_batch(till):
    book = till().given(SALE).passes(90 * SECOND)
    assert book.reversal_answered("A0").leaves() == ["0800"]
    assert signed_on(book, 2, "000002").leaves() == ["0400"]
    assert (book.request("0400").key, book.request("0400").mac) == (KEY, 2)
    assert book.reversal_answered("00", mac=2).state(KEY) == "reversed"


@pytest.mark.parametrize("policy", ["park", "drop"])
def test_new_keys_are_fetched_once_and_what_they_do_not_cure_is_a_failed_attempt(till, policy):
    book = till(policy=policy).given(SALE).passes(60 * SECOND)
    book.given(BalanceKeyed("victim", "good-debit"))
    for _ in range(20):
        if book.leaves() != ["0400"]:
            break
        book.reversal_answered("A0")
        if book.leaves() == ["0800"]:
            signed_on(book, 2)
    else:
        pytest.fail("it never gives up")
    sign_ons = [e for e in book.past if getattr(getattr(e, "message", None), "kind", "") == "0800"]
    assert len(sign_ons) <= 2


def test_a_reversal_answer_sealed_with_other_keys_is_no_answer(till):
    book = till().given(SALE).passes(90 * SECOND).reversal_answered("00", mac=2)
    assert book.state(KEY) == "unknown"


# --- inquiries


def test_a_query_that_could_not_be_verified_says_nothing_and_is_asked_again(till):
    book = till().given(SALE).answered("96").given(QueryKeyed("victim"))
    book.query_answered("unknown", code="A0")
    assert (book.state(KEY), book.leaves()) == ("in-doubt:96", ["0800"])
    assert signed_on(book).leaves() == ["0600"]
    book.query_answered("pending", code="A0", mac=2)
    assert (book.state(KEY), book.still()) == ("in-doubt:96", "idle")


def test_a_balance_that_could_not_be_verified(till):
    book = till().given(BalanceKeyed("victim", "good-debit")).answered("A0")
    assert (book.screen("declined").code, book.leaves()) == ("A0", ["0800"])
    book = till().given(BalanceKeyed("victim", "good-debit")).answered(mac=2)
    assert book.logged("answer-refused")["field"] == "mac"


# --- parameters


def loaded(book, code="00"):
    """The host answers the last 0820 with parameters of version 2."""
    asked = book.request("0820")
    return book.given(ManagementResponse(asked.about, asked.key, asked.mid, asked.what, code, 0, "2"))


def test_78_makes_the_terminal_download_and_then_ask_once_more(till):
    book = till().given(SALE).answered("78")
    assert (book.state(KEY), book.screens()) == ("declined:78", ["downloading"])
    assert (book.leaves(), book.request("0820").what) == (["0820"], "parameters")
    assert loaded(book).leaves() == ["0200"]
    assert book.logged("parameters-loaded")["version"] == "2"
    again = book.request("0200").key
    assert again != KEY
    assert book.answered().passes(2 * SECOND).state(again) == "approved"


def test_a_second_78_is_a_decline(till):
    book = loaded(till().given(SALE).answered("78")).answered("78")
    assert (book.screen("declined").code, book.still()) == ("78", "idle")


@pytest.mark.parametrize("code", ["96", ""])
def test_without_the_download_nothing_is_asked_again(till, code):
    book = till().given(SALE).answered("78")
    book = loaded(book, code) if code else book.passes(60 * SECOND)
    assert book.still() == "idle"
    assert book.screens() == (["declined"] if code else ["no-answer"])
