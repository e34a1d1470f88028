"""Pre-authorisations at the host: held, completed, voided, and each undone; what does not fit has one code each."""

import pytest
from cardleg import KEY, MID, MORNING, PAYABLE, TID, answered, moves, query, reversal, sale, void
from playbook import Playbook

from acquirer.host.attempts import HELD
from acquirer.host.host import Host
from poslab.messages.card import (
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialRequest,
    FinancialResponse,
    OrderNotice,
    key_of,
)
from poslab.party.contract import Became, Posted, Send
from poslab.party.facts import Started
from poslab.party.time import DAY, HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop, gateway_shop

NEXT = key_of(TID, "000001", "000018")
LAST = key_of(TID, "000001", "000019")


def preauth(amount_fen: int = 10_000) -> AuthorisationRequest:
    return AuthorisationRequest("victim", KEY, MID, "preauth", amount_fen, "good-debit")


def follows(what: str, amount_fen: int = 10_000, key: str = NEXT, original: str = KEY) -> FinancialRequest:
    ask = AuthorisationRequest if what == "preauth-void" else FinancialRequest
    return ask("victim", key, MID, what, amount_fen, "good-debit", original=original)


def approval(upstream: FinancialRequest, code: str = "00") -> FinancialResponse:
    said = answered(upstream, code)
    if type(upstream) is not AuthorisationRequest:
        return said
    return AuthorisationResponse(
        said.about, said.key, said.mid, said.what, said.amount_fen, said.code, said.rrn, said.auth
    )


def held(platform: bool = False) -> Playbook:
    book = Playbook(Host(gateway_shop() if platform else corner_shop()), MORNING).given(Started()).given(preauth())
    return book.given(approval(book.said("0100")), after=SECOND)


def asked(book: Playbook, request: FinancialRequest, code: str = "00") -> Playbook:
    """Ask, and let the network answer if it was asked."""
    book.given(request, after=MINUTE)
    upstream = next((e.message for e in book.effects if type(e) is Send and e.to == "switch"), None)
    return book if upstream is None else book.given(approval(upstream, code), after=SECOND)


def completed(amount_fen: int = 11_000) -> Playbook:
    return asked(held(), follows("completion", amount_fen))


def payable_fen(book: Playbook) -> int:
    return book.party.office.book.standing(PAYABLE)  # type: ignore[attr-defined,no-any-return]


def code(book: Playbook) -> str:
    answer = next(e.message for e in reversed(book.effects) if type(e) is Send and e.message.kind in ("0110", "0210"))
    return str(answer.code)


def test_a_hold_books_and_captures_nothing() -> None:
    book = held().wished(Became("victim", KEY, "forwarded", "held"))
    assert (code(book), payable_fen(book)) == ("00", 0)
    assert not any(type(effect) is Posted for effect in book.effects)
    assert book.given(query()).said("0610").state == "approved"


def test_a_hold_keeps_its_order_created() -> None:
    book = Playbook(Host(gateway_shop()), MORNING).given(Started()).given(preauth())
    notices = [e.message.state for e in book.effects if type(e) is Send and type(e.message) is OrderNotice]
    book.given(approval(book.said("0100")), after=SECOND)
    notices += [e.message.state for e in book.effects if type(e) is Send and type(e.message) is OrderNotice]
    assert notices == ["created"]


def test_a_completion_is_booked_and_captured_for_the_final_amount() -> None:
    book = completed().wished(
        Became("victim", NEXT, "forwarded", "approved"),
        Posted("victim", f"P16/{NEXT}", (("A.scheme_receivable", PAYABLE, 11_000),)),
        Became("victim", KEY, "completing", "completed"),
    )
    assert (code(book), payable_fen(book), book.said("0210").expected_date) == ("00", 11_000, "20260106")
    assert code(asked(book, follows("completion", key=LAST))) == "12"


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (follows("completion", 11_501), "61"),
        (follows("completion", 0), "13"),
        (follows("completion", original=LAST), "25"),
        (follows("preauth-void", 9_999), "64"),
        (follows("preauth-void", original=LAST), "25"),
        (follows("completion-void"), "12"),
        (void(amount_fen=10_000), "12"),
    ],
)
def test_what_does_not_fit_a_hold_is_refused_here_with_a_code_of_its_own(
    request_: FinancialRequest, refused: str
) -> None:
    book = asked(held(), request_)
    assert (code(book), payable_fen(book)) == (refused, 0)
    assert book.party.office.attempts.find(KEY).state == HELD  # type: ignore[attr-defined]


def test_a_sale_is_no_hold() -> None:
    book = Playbook(Host(corner_shop()), MORNING).given(Started()).given(sale())
    book.given(answered(book.said("0200")), after=SECOND)
    assert code(asked(book, follows("completion"))) == "12"
    assert code(asked(book, follows("preauth-void", key=LAST))) == "12"


def test_a_completion_declined_by_the_bank_leaves_the_hold() -> None:
    book = asked(held(), follows("completion"), "51")
    assert (code(book), payable_fen(book)) == ("51", 0)
    assert moves(book.effects) == ["forwarded > declined:51", "completing > held"]


def test_a_void_frees_the_hold_and_is_final_but_for_its_own_reversal() -> None:
    book = asked(held(), follows("preauth-void"))
    assert moves(book.effects) == ["forwarded > approved", "voiding > voided"]
    assert code(asked(book, follows("completion", key=LAST))) == "12"
    book.given(reversal(NEXT, "preauth-void", 10_000), after=MINUTE)
    assert (book.said("0410").code, moves(book.effects)) == ("00", ["approved > reversed", "voided > held"])
    assert code(asked(book, follows("completion", key=key_of(TID, "000001", "000020")))) == "00"


def test_the_reversal_of_a_hold() -> None:
    book = held().given(reversal(KEY, "preauth", 10_000), after=MINUTE)
    assert (book.said("0410").code, moves(book.effects)) == ("00", ["held > reversed"])
    assert book.said("0420").what == "preauth"
    assert code(asked(book, follows("completion"))) == "12"


def test_a_completion_voided_or_reversed_leaves_the_hold_and_no_payable() -> None:
    for request in (follows("completion-void", 11_000, LAST, NEXT), reversal(NEXT, "completion", 11_000)):
        book = asked(completed(), request) if type(request) is FinancialRequest else completed().given(request)
        assert (payable_fen(book), moves(book.effects)[-1]) == (0, "completed > held"), request


def test_the_reversal_of_a_completions_void_books_it_again() -> None:
    book = asked(completed(), follows("completion-void", 11_000, LAST, NEXT))
    book.given(reversal(LAST, "completion-void", 11_000), after=MINUTE)
    assert payable_fen(book) == 11_000
    assert moves(book.effects) == ["approved > reversed", "voided > approved", "held > completed"]


def test_a_hold_is_remembered_as_long_as_it_can_be_completed() -> None:
    late = held()
    assert code(asked(late.given(after=30 * DAY), follows("completion"))) == "00"
    too_late = held().given(after=32 * DAY)
    assert code(asked(too_late, follows("completion"))) == "22"


def test_a_completion_cannot_be_voided_after_the_cut_off() -> None:
    book = completed().given(after=13 * HOUR)
    assert code(asked(book, follows("completion-void", 11_000, LAST, NEXT))) == "22"
