"""Payments by code at the payer's bank: asked, confirmed or closed, whichever comes first; and then for good."""

from itertools import permutations

import msgspec
import pytest
from playbook import Playbook

from bank.issuer import Issuer
from poslab.messages.card import PIN_ABSENT, QR, SALE, FinancialRequest, QueryRequest, ReversalAdvice
from poslab.messages.facts import DayEnd
from poslab.messages.people import PaymentAsked, PaymentConfirmed
from poslab.party.contract import Became, Input, Posted
from poslab.party.time import HOUR, SECOND, midnight
from poslab.world.presets import corner_shop
from poslab.world.world import Issuer as Settings

MID = "999000054110001"
KEY = "90000001-000001-000017"
RRN = "260000000017"
NOON = midnight(corner_shop().calendar.first_day) + 12 * HOUR
CONFIRMED = PaymentConfirmed("victim", RRN)
CLOSE = QueryRequest("victim", KEY, MID, KEY, close=True, rrn=RRN)
DEBIT = Posted("victim", f"P1/{KEY}/{RRN}", (("I.cardholder.code", "I.clearing_payable", 12_800),))


def told(**settings: int) -> Playbook:
    return Playbook(Issuer(corner_shop(), msgspec.structs.replace(Settings(), **settings)), NOON)


def sale(card: str = "code", amount_fen: int = 12_800) -> Input:
    return FinancialRequest("victim", KEY, MID, SALE, amount_fen, card, QR, PIN_ABSENT, rrn=RRN)


def moves(book: Playbook) -> list[str]:
    return [effect.after for effect in book.effects if type(effect) is Became]


def entries(book: Playbook) -> list[str]:
    return [effect.entry for effect in book.effects if type(effect) is Posted]


def test_the_payer_is_asked_and_to_others_nothing_has_happened() -> None:
    book = told().given(sale()).sent("payment-asked", "0210")
    assert book.said("payment-asked") == PaymentAsked("victim", RRN, "code", 12_800, "issuer")
    assert (book.said("0210").code, moves(book), entries(book)) == ("09", [], [])
    book.given(sale()).sent("0210")
    assert (book.said("0210").code, moves(book)) == ("09", [])


def test_when_the_payer_confirms_she_is_debited_and_the_result_sent() -> None:
    book = told().given(sale()).given(CONFIRMED).sent("sms", "0210")
    book.wished(Became("victim", RRN, "none", "debited"), DEBIT)
    assert (book.said("0210").code, book.said("0210").auth) == ("00", "000017")
    book.given(CONFIRMED)
    assert (moves(book), entries(book)) == ([], [])


def test_a_small_sum_is_paid_without_asking() -> None:
    assert told().given(sale("code-unasked")).sent("sms", "0210").said("0210").code == "00"


def test_what_was_closed_cannot_be_paid_any_more() -> None:
    book = told().given(sale()).given(CLOSE).sent("payment-closed", "0610")
    assert (book.said("0610").code, book.said("0610").state, moves(book)) == ("12", "declined", ["declined:12"])
    book.given(CONFIRMED).sent("payment-closed")
    assert (moves(book), entries(book)) == ([], [])
    assert book.given(sale()).said("0210").code == "12"


def test_what_was_paid_cannot_be_closed_any_more() -> None:
    book = told().given(sale(), CONFIRMED).given(CLOSE).sent("0610")
    answer = book.said("0610")
    assert (answer.code, answer.state, answer.auth, moves(book)) == ("00", "approved", "000017", [])


def test_a_closing_before_its_request_is_remembered() -> None:
    book = told().given(CLOSE)
    assert (book.said("0610").code, moves(book)) == ("12", ["declined:12"])
    assert book.given(sale()).sent("0210").said("0210").code == "12"
    assert book.given(CLOSE).said("0610").code == "12"
    assert (moves(book), entries(book)) == ([], [])


def test_funds_are_looked_at_when_the_payer_confirms() -> None:
    book = told().given(sale("code-insufficient")).given(CONFIRMED)
    assert (book.said("0210").code, moves(book), entries(book)) == ("51", ["declined:51"], [])
    assert book.given(CLOSE).said("0610").code == "51"


@pytest.mark.parametrize(("before", "code"), [(DayEnd(), "90"), (None, "61")])
def test_day_end_and_limits_hold_for_codes_too(before: Input | None, code: str) -> None:
    book = told(**({} if before else {"sale_limit_fen": 100})).given(sale())
    if before is not None:
        book.given(before)
    assert book.given(CONFIRMED).said("0210").code == code


def test_while_core_banking_decides_it_can_be_closed() -> None:
    book = told(authorise_us=2 * SECOND).given(sale()).given(CLOSE)
    assert (book.said("0610").code, book.given(sale()).said("0210").code) == ("12", "12")


def test_a_blind_reversal_of_what_is_pending_leaves_nothing_to_confirm() -> None:
    advice = ReversalAdvice("victim", KEY, MID, RRN, SALE, 12_800, "code", "98")
    book = told().given(sale()).given(advice)
    assert book.said("0430").code == "25"
    assert entries(book.given(CONFIRMED)) == []


def test_in_any_order_it_is_debited_once_or_never_and_every_answer_agrees() -> None:
    for order in permutations((sale(), sale(), CONFIRMED, CONFIRMED, CLOSE, CLOSE)):
        agrees(order)


def agrees(order: tuple[Input, ...]) -> None:
    book = told()
    posted: list[str] = []
    said: list[str] = []
    for given in order:
        book.given(given)
        posted += entries(book)
        said += [e.message.code for e in book.effects if getattr(getattr(e, "message", None), "kind", "") == "0610"]
    assert len(posted) <= 1
    assert set(said) == ({"00"} if posted else {"12"})
    other = told()
    other.party.restore(book.party.snapshot())
    assert other.party.snapshot() == book.party.snapshot()
