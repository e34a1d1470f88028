"""Holds at the terminal: kept and printed as what they are, completed, voided, and undone when nobody answers."""

import pytest

from poslab.messages.people import CompletionKeyed, PreauthKeyed, QueryKeyed, ReprintKeyed, VoidKeyed
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import SECOND
from poslab.world.presets import corner_shop
from terminal.slips import lines

HELD = "90000001-000001-000017"
NEXT = "90000001-000001-000018"
LAST = "90000001-000001-000019"
HOLD = PreauthKeyed("victim", 10_000, "good-debit")


def held(book):
    """A hold with its slip."""
    return book.given(HOLD).answered(kind="0100").passes(2 * SECOND)


def completed(book, amount_fen=11_000):
    return held(book).given(CompletionKeyed("victim", amount_fen)).answered().passes(2 * SECOND)


def test_a_hold_is_asked_for_by_0100_and_kept_as_a_hold(till):
    book = till().given(HOLD)
    request = book.request("0100")
    assert (request.what, request.key, request.amount_fen) == ("preauth", HELD, 10_000)
    assert book.kept() == ["reversal-record"]
    book.answered(kind="0100")
    assert (book.kept(), book.moves(HELD), book.screens()) == (["approval"], ["sent", "preauth"], ["held"])
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.what) == ("preauth", "preauth")
    printed = "\n".join(lines(slip, corner_shop()))
    assert "预授权 PRE-AUTHORISATION" in printed
    assert "消费" not in printed


def test_a_completion_turns_the_hold_into_a_payment(till):
    book = held(till()).given(CompletionKeyed("victim", 11_000))
    request = book.request("0200")
    assert (request.what, request.key, request.original, request.amount_fen) == ("completion", NEXT, HELD, 11_000)
    assert (request.original_rrn, request.original_auth) == ("260000000017", "123456")
    book.answered()
    assert (book.state(NEXT), book.state(HELD), book.screens()) == ("approved", "completed", ["completed"])
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.expected_date) == ("completion", "20260106")
    book.given(CompletionKeyed("victim"))
    assert book.logged("completion-refused") == {"why": "already-completed"}


def test_without_an_amount_the_amount_held_is_taken(till):
    assert held(till()).given(CompletionKeyed("victim")).request("0200").amount_fen == 10_000


def test_a_void_frees_the_hold(till):
    book = held(till()).given(VoidKeyed("victim", what="preauth-void"))
    request = book.request("0100")
    assert (request.what, request.original) == ("preauth-void", HELD)
    book.answered(kind="0100")
    assert (book.state(NEXT), book.state(HELD)) == ("approved", "voided")
    assert book.passes(2 * SECOND).slips()[0].slip == "preauth-void"
    book.given(CompletionKeyed("victim"))
    assert book.logged("completion-refused") == {"why": "already-voided"}


def test_a_completions_void_leaves_the_hold_to_be_completed_anew(till):
    book = completed(till()).given(VoidKeyed("victim", what="completion-void"))
    assert (book.request("0200").what, book.request("0200").original) == ("completion-void", NEXT)
    book.answered()
    assert (book.state(LAST), book.state(NEXT), book.state(HELD)) == ("approved", "voided", "preauth")
    assert book.passes(2 * SECOND).given(CompletionKeyed("victim")).request("0200").original == HELD


@pytest.mark.parametrize("menu", ["void", "completion-void"])
def test_each_menu_takes_back_its_own_kind_only(till, menu):
    book = held(till()).given(VoidKeyed("victim", what=menu))
    assert book.logged("void-refused") == {"why": "unknown-voucher"}


def test_a_completed_hold_is_not_voided(till):
    book = completed(till()).given(VoidKeyed("victim", what="preauth-void"))
    assert book.logged("void-refused") == {"why": "already-completed"}


@pytest.mark.parametrize("code", ["12", "22", "25", "61"])
def test_a_refused_completion_leaves_the_hold(till, code):
    book = held(till()).given(CompletionKeyed("victim", 12_000)).answered(code)
    assert (book.state(NEXT), book.state(HELD)) == (f"declined:{code}", "preauth")
    assert (book.slips()[0].slip, book.slips()[0].what) == ("decline", "completion")


def test_a_hold_without_an_answer_is_reversed(till):
    book = till().given(HOLD).passes(90 * SECOND)
    assert (book.request("0400").what, book.request("0400").reason) == ("preauth", "98")
    assert book.reversal_answered("00").state(HELD) == "reversed"


def test_a_completion_without_an_answer_is_reversed_and_the_hold_stands(till):
    book = held(till()).given(CompletionKeyed("victim")).passes(90 * SECOND)
    assert book.request("0400").what == "completion"
    book.reversal_answered("00")
    assert (book.state(NEXT), book.state(HELD)) == ("reversed", "preauth")
    assert "THIS SALE DOES NOT STAND" in "\n".join(lines(book.slips()[0], corner_shop()))


def test_a_hold_survives_the_dark_and_can_then_be_completed(till):
    book = held(till()).given(PowerCut(""), PowerRestored("")).given(CompletionKeyed("victim"))
    assert book.request("0200").original == HELD


@pytest.mark.parametrize(
    ("says", "hold"), [("approved", "preauth"), ("reversed", "reversed"), ("unknown", "declined:68")]
)
def test_a_hold_in_doubt_is_decided_by_the_query(till, says, hold):
    book = till().given(HOLD).answered("68", kind="0100")
    assert book.state(HELD) == "in-doubt:68"
    assert book.given(HOLD).screens() == ["doubt-blocked"]
    assert book.given(QueryKeyed("victim")).query_answered(says).state(HELD) == hold


def test_a_completion_in_doubt_that_stands_uses_the_hold_up(till):
    book = held(till()).given(CompletionKeyed("victim")).answered("98")
    book.given(QueryKeyed("victim")).query_answered("approved")
    assert (book.state(NEXT), book.state(HELD)) == ("approved", "completed")


def test_a_holds_slip_is_printed_again_as_what_it_is(till):
    (slip,) = held(till()).given(ReprintKeyed("victim")).passes(2 * SECOND).slips()
    assert (slip.slip, slip.duplicate) == ("preauth", True)


def test_nothing_is_keyed_while_a_hold_is_asked_for(till):
    book = till().given(HOLD)
    assert book.given(HOLD).screens() == ["busy"]
    assert book.given(CompletionKeyed("victim")).screens() == ["busy"]
