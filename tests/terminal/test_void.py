"""The menu's void: what the terminal refuses by itself, what it asks for, and what silence does to it."""

import pytest

from poslab.messages.people import CancelPressed, QueryKeyed, ReprintKeyed, SaleKeyed, VoidKeyed
from poslab.party.time import HOUR, SECOND

SOLD = "90000001-000001-000017"
VOID = "90000001-000001-000018"
SALE = SaleKeyed("victim", 12_800, "good-debit")
KEYED = VoidKeyed("victim")


def sold(book):
    """A sale with its slip."""
    return book.given(SALE).answered().passes(2 * SECOND)


def test_a_void_cancels_the_sale(till):
    book = sold(till()).given(KEYED)
    request = book.request("0200")
    assert (request.what, request.key, request.original) == ("void", VOID, SOLD)
    assert (request.original_rrn, request.original_auth, request.amount_fen) == ("260000000017", "123456", 12_800)
    assert book.logged("attempt")["what"] == "void"
    assert book.kept() == ["reversal-record"]
    book.answered(auth="")
    assert book.kept() == ["approval"]
    assert (book.moves(VOID), book.state(SOLD)) == (["sent", "approved"], "voided")
    assert (book.logged("voided")["original"], book.screens()) == (SOLD, ["void-done"])
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.key, slip.original) == ("void", VOID, SOLD)
    book.passes(5 * HOUR).silent()


def test_a_sale_that_was_never_printed_can_be_voided(till):
    book = till()
    book.party.device.paper = "jam"
    book.given(SALE).answered().given(KEYED).answered()
    assert book.state(SOLD) == "voided"


def test_a_voided_sale_may_be_sold_again_without_a_warning(till):
    book = sold(till()).given(KEYED).answered().passes(2 * SECOND)
    assert book.given(SaleKeyed("again", 12_800, "good-debit")).screens() == []


@pytest.mark.parametrize(
    ("keyed", "why"),
    [
        (VoidKeyed("victim", "000099"), "unknown-voucher"),
        (VoidKeyed("victim", supervisor=False), "supervisor"),
        (VoidKeyed("somebody-else"), "unknown-voucher"),
    ],
)
def test_refused_here_and_never_sent(till, keyed, why):
    book = sold(till()).given(keyed)
    assert (book.words(), book.logged("void-refused"), book.leaves()) == (["void-refused"], {"why": why}, [])
    assert book.screen("void-refused").code == why
    assert book.state(SOLD) == "approved"


def test_refused_twice(till):
    book = sold(till()).given(KEYED).answered().passes(2 * SECOND).given(KEYED)
    assert book.logged("void-refused") == {"why": "already-voided"}


@pytest.mark.parametrize("code", ["51", "98"])
def test_what_was_not_approved_cannot_be_voided(till, code):
    assert till().given(SALE).answered(code).given(KEYED).logged("void-refused") == {"why": "not-approved"}


def test_what_is_being_reversed_cannot_be_voided(till):
    assert till().given(SALE).passes(60 * SECOND).given(KEYED).logged("void-refused") == {"why": "not-approved"}


def test_the_voucher_number_names_the_sale_also_of_another_order(till):
    book = sold(till()).given(SaleKeyed("stranger", 500, "good-credit")).answered().passes(2 * SECOND)
    book.given(VoidKeyed("stranger", "17"))
    assert (book.request("0200").original, book.request("0200").about) == (SOLD, "victim")


@pytest.mark.parametrize("code", ["12", "22", "25", "64"])
def test_a_refusal_of_the_host_leaves_the_sale(till, code):
    book = sold(till()).given(KEYED).answered(code)
    assert (book.state(VOID), book.state(SOLD)) == (f"declined:{code}", "approved")
    assert book.slips()[0].original == SOLD


@pytest.mark.parametrize("how", ["silence", "cancel"])
def test_the_reversal_of_an_unanswered_void_lets_the_sale_stand_again(till, how):
    book = sold(till()).given(KEYED)
    if how == "silence":
        book.passes(60 * SECOND)
    else:
        book.given(CancelPressed("victim"))
    book.passes(30 * SECOND)
    request = book.request("0400")
    assert (request.key, request.what, request.reason) == (VOID, "void", "98" if how == "silence" else "06")
    book.reversal_answered("00")
    assert (book.state(VOID), book.state(SOLD)) == ("reversed", "approved")
    assert book.logged("void-undone")["original"] == SOLD
    assert book.given(KEYED).leaves() == ["0200"]


def test_a_void_without_connection_changes_nothing(till):
    book = sold(till())
    book.line = "unreachable"
    assert book.given(KEYED).screens() == ["processing", "connect-failed"]
    assert (book.state(SOLD), book.moves(VOID)) == ("approved", [])


@pytest.mark.parametrize(
    ("says", "void", "sale"),
    [("reversed", "reversed", "approved"), ("approved", "approved", "voided"), ("unknown", "declined:68", "approved")],
)
def test_a_void_in_doubt_is_decided_by_the_query(till, says, void, sale):
    book = sold(till()).given(KEYED).answered("68")
    assert (book.state(VOID), book.state(SOLD)) == ("in-doubt:68", "approved")
    book.given(QueryKeyed("victim")).query_answered(says)
    assert (book.state(VOID), book.state(SOLD)) == (void, sale)


def test_a_void_slip_that_did_not_come_out_is_printed_later(till):
    book = sold(till())
    book.party.device.paper = "out"
    book.given(KEYED).answered()
    assert book.screens() == ["void-done", "load-paper"]
    book.party.device.paper = ""
    (slip,) = book.given(ReprintKeyed("victim")).passes(2 * SECOND).slips()
    assert (slip.slip, slip.key) == ("void", VOID)


def test_a_void_waits_behind_a_reversal_too(till):
    book = sold(till()).given(SaleKeyed("lost", 500, "good-credit")).passes(60 * SECOND)
    book.line = "unreachable"
    book.given(KEYED)
    assert (book.screens()[-1], book.screen("blocked").amount_fen) == ("blocked", 12_800)
