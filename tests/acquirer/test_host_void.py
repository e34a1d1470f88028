"""The void of a sale at the host, and the undoing of a void."""

import pytest
from cardleg import (
    KEY,
    MID,
    MONDAY,
    MORNING,
    PAYABLE,
    TID,
    VOID_KEY,
    answered,
    moves,
    query,
    reversal,
    sale,
    void,
    words,
)
from playbook import Playbook

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from acquirer.store_and_forward import AdviceOverdue
from poslab.messages.card import AdviceResponse, FinancialRequest, ReversalAdvice, key_of
from poslab.party.contract import Became, Posted
from poslab.party.facts import Disconnected, Started
from poslab.party.time import HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop

WORLD = corner_shop()
VOID_RRN = "260000000002"


def approved() -> Playbook:
    book = Playbook(Host(WORLD), MORNING).given(Started()).given(sale())
    return book.given(answered(book.said("0200")), after=SECOND)


def voiding() -> tuple[Playbook, FinancialRequest]:
    book = approved().given(void(), after=MINUTE)
    return book, book.said("0200")


def voided() -> Playbook:
    book, upstream = voiding()
    return book.given(answered(upstream), after=SECOND)


def payable_fen(book: Playbook) -> int:
    return book.party.office.book.standing(PAYABLE)  # type: ignore[attr-defined,no-any-return]


def test_goes_upstream_with_the_sales_own_numbers() -> None:
    book, upstream = voiding()
    assert (upstream.what, upstream.rrn, upstream.original_rrn, upstream.original_auth) == (
        "void",
        VOID_RRN,
        "260000000001",
        "123456",
    )
    book.wished(Became("victim", KEY, "approved", "voiding"), Became("victim", VOID_KEY, "none", "forwarded"))
    assert book.given(query()).said("0610").state == "pending"


def test_mirrors_the_booking_when_it_is_approved() -> None:
    book = voided().wished(
        Became("victim", VOID_KEY, "forwarded", "approved"),
        Posted("victim", f"P6/{VOID_KEY}", ((PAYABLE, "A.scheme_receivable", 12_800),)),
        Became("victim", KEY, "voiding", "voided"),
    )
    assert (book.said("0210").code, book.said("0210").what) == ("00", "void")
    assert payable_fen(book) == 0
    assert book.given(query()).said("0610").state == "voided"
    assert book.given(reversal()).said("0410").code == "12"
    assert book.given(sale()).said("0210").code == "94"
    assert book.given(void()).said("0210").code == "00"


def test_leaves_the_sale_standing_when_it_is_declined() -> None:
    book, upstream = voiding()
    book.given(answered(upstream, "51"))
    assert moves(book.effects) == ["forwarded > declined:51", "voiding > approved"]
    assert payable_fen(book) == 12_800


def test_of_a_sale_that_is_being_voided_is_refused() -> None:
    book, _ = voiding()
    book.given(void(key_of(TID, "000001", "000019")))
    assert book.said("0210").code == "12"
    assert book.given(reversal()).said("0410").code == "12"
    assert book.given(sale()).said("0210").code == "94"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (void(original=key_of(TID, "000001", "000016")), "25"),
        (FinancialRequest("v", "90000002-000001-000017", MID, "void", 12_800, "good-debit", original=KEY), "25"),
        (void(original=""), "25"),
        (void(amount_fen=12_799), "64"),
    ],
)
def test_that_does_not_fit_its_sale_is_refused_here(request_: FinancialRequest, code: str) -> None:
    book = approved().given(request_).sent("0210")
    assert (book.said("0210").code, book.said("0210").not_forwarded) == (code, True)
    assert payable_fen(book) == 12_800


def test_of_what_does_not_stand_is_refused() -> None:
    book = approved().given(reversal()).given(void())
    assert book.said("0210").code == "12"
    again = voided().given(void(key_of(TID, "000001", "000019")))
    assert again.said("0210").code == "12"
    of_void = voided().given(void(key_of(TID, "000001", "000019"), original=VOID_KEY))
    assert of_void.said("0210").code == "12"


def test_past_the_cut_off_is_refused() -> None:
    book = approved()
    book.at = MONDAY + 23 * HOUR
    assert book.given(void()).said("0210").code == "22"


def test_needs_a_line_upstream() -> None:
    book = approved().given(Disconnected("", "switch", "refused"), void())
    assert book.said("0210").code == "92"
    assert "approved > voiding" not in moves(book.effects)


class TestUndoneByItsOwnReversal:
    def test_the_sale_stands_again(self) -> None:
        book = voided().given(reversal(VOID_KEY, "void"), after=MINUTE).sent("0420", "0410")
        book.wished(
            Became("victim", VOID_KEY, "approved", "reversed"),
            Posted("victim", f"P7b/{VOID_KEY}", (("A.scheme_receivable", PAYABLE, 12_800),)),
            Became("victim", KEY, "voided", "approved"),
        )
        assert (book.said("0420").what, book.said("0420").rrn) == ("void", VOID_RRN)
        assert book.said("0410").code == "00"
        assert payable_fen(book) == 12_800
        assert book.given(query()).said("0610").state == "approved"
        assert book.party.office.funding.withdraw("20260105", KEY) is True  # type: ignore[attr-defined]

    def test_and_may_be_voided_again(self) -> None:
        book = voided().given(reversal(VOID_KEY, "void"))
        book.given(void(key_of(TID, "000001", "000019"))).sent("0200")
        book.given(answered(book.said("0200")))
        assert payable_fen(book) == 0
        assert "voiding > voided" in moves(book.effects)

    def test_before_its_answer_the_sale_never_fell(self) -> None:
        book, upstream = voiding()
        book.given(reversal(VOID_KEY, "void")).sent("0420", "0410")
        assert moves(book.effects) == ["forwarded > reversed", "voiding > approved"]
        book.given(answered(upstream)).sent()
        assert payable_fen(book) == 12_800

    def test_after_the_cut_off_the_void_is_final(self) -> None:
        book = voided()
        book.at = MONDAY + 23 * HOUR
        book.given(reversal(VOID_KEY, "void")).sent("0410")
        assert book.said("0410").code == "12"
        assert words(book.effects) == ["reversal-too-late"]
        assert payable_fen(book) == 0


class TestWithoutAnAnswer:
    def test_the_sale_waits_until_the_undoing_is_confirmed(self) -> None:
        book, _ = voiding()
        book.given(HostAnswerOverdue("victim", VOID_KEY, VOID_RRN)).sent("0210")
        assert book.said("0210").code == "68"
        assert moves(book.effects) == ["forwarded > in-doubt:68"]
        book.given(AdviceOverdue("victim", "switch", VOID_RRN, 0))
        assert book.said("0420").what == "void"
        assert book.given(query()).said("0610").state == "pending"
        book.given(AdviceResponse("victim", VOID_KEY, VOID_RRN, "00"))
        assert moves(book.effects) == ["in-doubt:68 > reversed", "voiding > approved"]

    def test_the_network_may_undo_it(self) -> None:
        book, upstream = voiding()
        book.given(answered(upstream, "98"))
        advice = ReversalAdvice("victim", VOID_KEY, MID, VOID_RRN, "void", 12_800, "good-debit", "98")
        book.given(advice)
        assert moves(book.effects) == ["in-doubt:98 > reversed", "voiding > approved"]
        assert payable_fen(book) == 12_800
