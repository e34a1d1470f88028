"""Holds at the issuer: a memo that lessens what is free, its completion, its ends, and any order of all that."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playbook import Playbook

from bank.card_accounts import HoldEnds
from bank.issuer import Issuer
from poslab.messages.card import (
    COMPLETION,
    COMPLETION_VOID,
    PREAUTH,
    PREAUTH_VOID,
    AuthorisationRequest,
    FinancialRequest,
    ReversalAdvice,
)
from poslab.messages.people import Sms
from poslab.messages.words import ISSUER_WORDS
from poslab.party.contract import Became, Input, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Restarted
from poslab.party.time import DAY, HOUR, midnight
from poslab.world.presets import corner_shop

MID = "999000054110001"
NOON = midnight(corner_shop().calendar.first_day) + 12 * HOUR
FULL = 10_000_000
RRNS = {PREAUTH: "260000000017", COMPLETION: "260000000018", "later": "260000000019", "last": "260000000020"}
KEYS = {rrn: f"90000001-000001-0000{rrn[-2:]}" for rrn in RRNS.values()}
HOLD, DONE, LATER, LAST = RRNS.values()


def told() -> Playbook:
    world = corner_shop()
    return Playbook(Issuer(world, world.issuers[0]), NOON)


def hold(amount_fen: int = 10_000, card: str = "good-debit") -> Input:
    return AuthorisationRequest("victim", KEYS[HOLD], MID, PREAUTH, amount_fen, card, rrn=HOLD)


def follows(what: str, amount_fen: int, rrn: str, original: str, card: str = "good-debit") -> Input:
    ask = AuthorisationRequest if what == PREAUTH_VOID else FinancialRequest
    return ask(
        "victim", KEYS[rrn], MID, what, amount_fen, card, "chip", "absent", KEYS[original], original, "000017", rrn=rrn
    )


def completion(amount_fen: int = 10_000, card: str = "good-debit") -> Input:
    return follows(COMPLETION, amount_fen, DONE, HOLD, card)


def undo(what: str, amount_fen: int, rrn: str) -> Input:
    return ReversalAdvice("victim", KEYS[rrn], MID, rrn, what, amount_fen, "good-debit", "98")


def free_fen(book: Playbook) -> int:
    assert isinstance(book.party, Issuer)
    return book.party.desk.free_fen["good-debit"]


def debited_fen(book: Playbook) -> int:
    assert isinstance(book.party, Issuer)
    return -book.party.book.standing("I.cardholder.good-debit")


def sms(book: Playbook) -> list[str]:
    return [e.message.word for e in book.effects if type(e) is Send and type(e.message) is Sms]


def moves(book: Playbook) -> list[tuple[str, str, str]]:
    return [(e.of, e.before, e.after) for e in book.effects if type(e) is Became]


def test_a_hold_posts_nothing_and_lessens_what_is_free() -> None:
    book = (
        told()
        .given(hold())
        .wished(
            Kept("victim", "hold"),
            Became("victim", HOLD, "none", "held"),
            Send("cardholder", Sms("victim", "hold", "good-debit", 10_000, NOON, FULL - 10_000)),
            Remind(30 * DAY, HoldEnds("victim", HOLD)),
        )
    )
    assert not any(type(effect) is Posted for effect in book.effects)
    assert (book.said("0110").code, book.said("0110").auth) == ("00", "000017")
    assert (free_fen(book), debited_fen(book)) == (FULL - 10_000, 0)


def test_what_is_held_cannot_be_spent() -> None:
    book = told().given(hold(4_999_999), FinancialRequest("other", "k", MID, "sale", 5_000_000, "good-debit", rrn="2"))
    assert book.said("0210").code == "00"
    assert book.given(FinancialRequest("other", "k", MID, "sale", 2, "good-debit", rrn="3")).said("0210").code == "51"


@pytest.mark.parametrize(("amount_fen", "code"), [(1, "00"), (10_000, "00"), (11_500, "00"), (11_501, "61")])
def test_a_completion_may_take_115_percent_of_the_hold(amount_fen: int, code: str) -> None:
    book = told().given(hold()).given(completion(amount_fen))
    assert book.said("0210").code == code
    taken = amount_fen if code == "00" else 0
    assert (debited_fen(book), free_fen(book)) == (taken, FULL - (taken or 10_000))


def test_a_completion_debits_and_uses_the_hold_up() -> None:
    book = told().given(hold()).given(completion(9_000))
    assert moves(book) == [(HOLD, "held", "completed"), (DONE, "none", "debited")]
    postings = (("I.cardholder.good-debit", "I.clearing_payable", 9_000),)
    book.wished(Posted("victim", f"P16/{KEYS[DONE]}/{DONE}", postings))
    assert sms(book) == ["spent"]
    assert book.given(follows(COMPLETION, 9_000, LATER, HOLD)).said("0210").code == "12"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (follows(PREAUTH_VOID, 9_999, DONE, HOLD), "64"),
        (follows(PREAUTH_VOID, 10_000, DONE, LATER), "25"),
        (follows(PREAUTH_VOID, 10_000, DONE, HOLD, "good-credit"), "12"),
        (follows("void", 10_000, DONE, HOLD), "12"),
        (follows(COMPLETION, 10_000, DONE, LATER), "25"),
        (follows(COMPLETION, 10_000, DONE, HOLD, "good-credit"), "12"),
        (follows(COMPLETION_VOID, 10_000, DONE, HOLD), "12"),
    ],
)
def test_what_does_not_fit_the_hold_is_refused_and_changes_nothing(asked: Input, code: str) -> None:
    book = told().given(hold()).given(asked)
    answer = book.said("0110" if type(asked) is AuthorisationRequest else "0210")
    assert answer.code == code
    assert (free_fen(book), debited_fen(book)) == (FULL - 10_000, 0)


def test_a_void_frees_the_hold_and_only_its_own_reversal_brings_it_back() -> None:
    book = told().given(hold()).given(follows(PREAUTH_VOID, 10_000, DONE, HOLD))
    assert (sms(book), free_fen(book), book.said("0110").code) == (["hold-released"], FULL, "00")
    assert book.given(follows(COMPLETION, 10_000, LATER, HOLD)).said("0210").code == "12"
    book.given(undo(PREAUTH_VOID, 10_000, DONE))
    assert (sms(book), free_fen(book), book.said("0430").code) == (["hold"], FULL - 10_000, "00")
    assert book.given(undo(PREAUTH_VOID, 10_000, DONE)).said("0430").code == "00"
    assert (sms(book), free_fen(book)) == ([], FULL - 10_000)


def test_the_reversal_of_a_hold_frees_it_and_a_late_copy_is_refused() -> None:
    book = told().given(hold()).given(undo(PREAUTH, 10_000, HOLD))
    assert (sms(book), free_fen(book), moves(book)) == (["hold-released"], FULL, [(HOLD, "held", "released")])
    assert book.given(hold()).said("0110").code == "12"


@pytest.mark.parametrize("how", ["void", "reversal"])
def test_a_completion_taken_back_leaves_the_hold_as_it_was(how: str) -> None:
    book = told().given(hold()).given(completion(11_000))
    taken_back = follows(COMPLETION_VOID, 11_000, LATER, DONE) if how == "void" else undo(COMPLETION, 11_000, DONE)
    book.given(taken_back)
    assert sms(book) == ["returned", "hold"]
    assert (debited_fen(book), free_fen(book)) == (0, FULL - 10_000)
    assert book.given(follows(COMPLETION, 10_000, LAST, HOLD)).said("0210").code == "00"


def test_the_reversal_of_a_completions_void_debits_again_and_uses_the_hold_up() -> None:
    book = told().given(hold()).given(completion(11_000)).given(follows(COMPLETION_VOID, 11_000, LATER, DONE))
    book.given(undo(COMPLETION_VOID, 11_000, LATER))
    assert sms(book) == ["spent"]
    assert (debited_fen(book), free_fen(book)) == (11_000, FULL - 11_000)


def test_a_hold_ends_by_itself_after_thirty_days_also_over_a_restart() -> None:
    book = told().given(hold()).given(Restarted(), after=10 * DAY)
    book.wished(Remind(20 * DAY, HoldEnds("victim", HOLD)))
    book.given(HoldEnds("victim", HOLD), after=20 * DAY)
    assert (sms(book), free_fen(book), moves(book)) == (["hold-released"], FULL, [(HOLD, "held", "expired")])
    assert not book.party.awaits(HoldEnds("victim", HOLD))
    assert book.given(completion()).said("0210").code == "25"


def test_a_completed_hold_does_not_expire() -> None:
    book = told().given(hold()).given(completion()).given(HoldEnds("victim", HOLD), after=30 * DAY)
    assert (sms(book), moves(book)) == ([], [])
    assert free_fen(book) == FULL - 10_000


def test_a_copy_of_a_hold_holds_once() -> None:
    book = told().given(hold()).given(hold())
    assert (book.said("0110").code, moves(book), free_fen(book)) == ("00", [], FULL - 10_000)


AMOUNTS = st.sampled_from((1, 9_000, 10_000, 11_500, 11_501, 20_000))


@st.composite
def happenings(draw: st.DrawFn) -> Input:
    return draw(
        st.one_of(
            st.just(hold()),
            st.builds(completion, AMOUNTS),
            st.builds(follows, st.sampled_from((COMPLETION, COMPLETION_VOID, PREAUTH_VOID)), AMOUNTS, st.just(LATER),
                      st.sampled_from((HOLD, DONE))),
            st.builds(undo, st.just(PREAUTH), st.just(10_000), st.just(HOLD)),
            st.builds(undo, st.just(COMPLETION), AMOUNTS, st.just(DONE)),
            st.builds(undo, st.sampled_from((COMPLETION, COMPLETION_VOID, PREAUTH_VOID)), AMOUNTS, st.just(LATER)),
            st.just(HoldEnds("victim", HOLD)),
            st.just(Restarted()),
        )
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(happenings(), max_size=12))
def test_whatever_comes_in_whatever_order_the_card_is_short_of_what_stands_and_no_more(told_: list[Input]) -> None:
    book = told()
    state = {HOLD: "none"}
    for happening in told_:
        if type(happening) is HoldEnds and not book.party.awaits(happening):
            continue
        book.given(happening)
        for of, before, after in moves(book):
            assert state.get(of, "none") == before
            state[of] = after
        assert isinstance(book.party, Issuer)
        held_fen = 10_000 if state[HOLD] == "held" else 0
        assert free_fen(book) == FULL - debited_fen(book) - held_fen
        assert debited_fen(book) <= 11_500
        assert held_fen == 0 or debited_fen(book) == 0
        assert {e.word for e in book.effects if type(e) is Logged} <= set(ISSUER_WORDS)
        again = Issuer(corner_shop(), corner_shop().issuers[0])
        again.restore(book.party.snapshot())
        assert again.snapshot() == book.party.snapshot()
