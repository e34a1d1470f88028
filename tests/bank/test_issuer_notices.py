"""Notices at the issuer: posted when it hears of them, refused, or not for now; the same answer however often."""

import msgspec
import pytest
from playbook import Playbook

from bank.issuer import Issuer
from poslab.messages.card import VOID, FinancialNotice, FinancialRequest
from poslab.messages.facts import DayEnd
from poslab.messages.people import Sms
from poslab.party.contract import Became, Kept, Posted, Send
from poslab.party.time import HOUR, MINUTE, midnight
from poslab.world.presets import corner_shop
from poslab.world.world import Issuer as Settings

MID = "999000054110001"
KEY, TIP_KEY = "90000001-000001-000017", "90000001-000001-000018"
RRN, TIP_RRN = "260000000017", "260000000018"
NOON = midnight(corner_shop().calendar.first_day) + 12 * HOUR
CARDHOLDER = "I.cardholder.good-debit"


def issuer(**settings: int) -> Playbook:
    return Playbook(Issuer(corner_shop(), msgspec.structs.replace(Settings(), **settings)), NOON)


def notice(amount_fen: int = 12_800, card: str = "good-debit") -> FinancialNotice:
    return FinancialNotice("victim", KEY, MID, "chip-offline-sale", amount_fen, card, rrn=RRN)


def tip(amount_fen: int = 14_000) -> FinancialNotice:
    return FinancialNotice(
        "victim", TIP_KEY, MID, "tip", amount_fen, "good-debit", original=KEY, original_rrn=RRN, rrn=TIP_RRN
    )


def standing(book: Playbook) -> int:
    assert isinstance(book.party, Issuer)
    return book.party.book.standing("I.clearing_payable")


def spent(book: Playbook) -> list[tuple[str, int]]:
    return [(e.message.word, e.message.amount_fen) for e in book.effects if type(e) is Send and type(e.message) is Sms]


def test_it_is_posted_when_the_issuer_hears_of_it() -> None:
    book = issuer().given(notice())
    book.wished(
        Kept("victim", "debit"),
        Became("victim", RRN, "none", "debited"),
        Posted("victim", f"P17a/{KEY}/{RRN}", ((CARDHOLDER, "I.clearing_payable", 12_800),)),
    )
    assert (book.said("0230").code, spent(book)) == ("00", [("spent", 12_800)])


def test_core_banking_may_be_as_slow_as_it_likes() -> None:
    assert issuer(authorise_us=35 * 1_000_000).given(notice()).said("0230").code == "00"


def test_repeated_it_is_answered_again_and_posted_once() -> None:
    book = issuer().given(notice())
    for _ in range(3):
        assert book.given(notice(), after=MINUTE).sent("0230").said("0230").code == "00"
    assert standing(book) == 12_800


@pytest.mark.parametrize(
    ("card", "code"), [("insufficient", "51"), ("limit", "61"), ("lost", "41"), ("expired", "54"), ("dormant", "21")]
)
def test_what_the_card_does_not_pay_is_refused_for_good(card: str, code: str) -> None:
    book = issuer().given(notice(card=card))
    assert book.said("0230").code == code
    assert [e.after for e in book.effects if type(e) is Became] == [f"declined:{code}"]
    assert (book.given(notice(card=card)).said("0230").code, standing(book)) == (code, 0)


def test_during_day_end_work_nothing_is_kept_and_it_may_come_again() -> None:
    book = issuer().given(DayEnd()).given(notice())
    assert (book.said("0230").code, [e for e in book.effects if type(e) is Became]) == ("90", [])
    assert book.given(DayEnd(running=False)).given(notice()).said("0230").code == "00"
    assert standing(book) == 12_800


def test_a_void_gives_it_back_and_a_late_copy_changes_nothing() -> None:
    void = FinancialRequest(
        "victim", TIP_KEY, MID, VOID, 12_800, "good-debit", original=KEY, original_rrn=RRN, rrn=TIP_RRN
    )
    book = issuer().given(notice()).given(void)
    assert (book.said("0210").code, standing(book)) == ("00", 0)
    assert (book.given(notice()).said("0230").code, standing(book)) == ("00", 0)


@pytest.mark.parametrize(
    ("amount_fen", "told"), [(14_000, [("spent", 1_200)]), (12_000, [("returned", 800)]), (12_800, [])]
)
def test_another_amount_posts_the_difference_once(amount_fen: int, told: list[tuple[str, int]]) -> None:
    book = issuer().given(notice()).given(tip(amount_fen))
    assert (book.said("0230").code, spent(book), standing(book)) == ("00", told, amount_fen)
    assert (book.given(tip(amount_fen)).said("0230").code, standing(book)) == ("00", amount_fen)


def test_another_amount_of_nothing_is_refused() -> None:
    assert issuer().given(tip()).said("0230").code == "25"


def test_a_difference_that_the_card_does_not_pay_leaves_the_sale_as_it_was() -> None:
    book = issuer().given(notice()).given(tip(12_800 + 5_000_001))
    assert (book.said("0230").code, standing(book)) == ("61", 12_800)
