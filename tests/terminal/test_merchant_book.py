"""What a till books for its merchant: with the step that stores it, once, whatever happens to device and paper."""

import msgspec

from poslab.messages.card import NoticeResponse
from poslab.messages.facts import PaperOut, StoreFailing
from poslab.messages.people import (
    AdjustmentKeyed,
    BalanceKeyed,
    CodeScanned,
    CompletionKeyed,
    OfflineSaleKeyed,
    PreauthKeyed,
    QueryKeyed,
    RefundKeyed,
    SaleKeyed,
    VoidKeyed,
)
from poslab.party.contract import Became, Kept, Posted
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import MINUTE, SECOND

SALE = SaleKeyed("victim", 12_800, "good-debit")
FIRST = "90000001-000001-000017"
NEXT = "90000001-000001-000018"
RECEIVABLE, SALES, REFUNDS, CHARGEBACKS = "M.card_receivable", "M.sales", "M.refunds", "M.chargebacks"


def booked(book):
    """Every posting so far: the entry's name, debit, credit, fen."""
    return [(e.entry, *posting) for e in book.past if type(e) is Posted for posting in e.postings]


def heard(book, code="00", **changes):
    """The host answers the last 0220."""
    told = book.request("0220")
    answer = NoticeResponse(told.about, told.key, told.mid, told.what, told.amount_fen, code, "260000000017")
    return book.given(msgspec.structs.replace(answer, **changes))


def test_a_sale_is_booked_in_the_step_that_stores_it_before_any_slip(till):
    book = till().given(SALE)
    assert booked(book) == []
    book.answered().wished(Kept("victim", "approval"), Became, Posted)
    assert booked(book) == [("P1/" + FIRST, RECEIVABLE, SALES, 12_800)]
    assert book.passes(2 * SECOND).slips()
    assert len(booked(book)) == 1


def test_a_power_cut_between_storing_and_printing_books_nothing_again(till):
    book = till().given(SALE).answered().given(PowerCut()).given(PowerRestored(), after=SECOND)
    book.passes(MINUTE)
    assert (book.state(FIRST), len(booked(book))) == ("approved-unprinted", 1)


def test_what_is_declined_unanswered_or_not_stored_is_not_booked(till):
    assert booked(till().given(SALE).answered("51")) == []
    silent = till().given(SALE).passes(90 * SECOND).answered()
    assert booked(silent.reversal_answered("00")) == []
    full = till()
    assert booked(full.given(StoreFailing()).given(SALE).answered()) == []


def test_a_doubt_that_a_query_ends_well_is_booked_then(till):
    book = till().given(SALE).answered("96")
    assert booked(book) == []
    book.given(QueryKeyed("victim")).query_answered("approved")
    assert booked(book) == [("P1/" + FIRST, RECEIVABLE, SALES, 12_800)]


def test_a_sale_without_a_slip_that_is_reversed_for_it_is_taken_back(till):
    book = till(print_fail="reverse").given(PaperOut()).given(SALE).answered()
    assert booked(book) == [
        ("P1/" + FIRST, RECEIVABLE, SALES, 12_800),
        ("P7/" + FIRST, SALES, RECEIVABLE, 12_800),
    ]


def test_a_void_is_the_mirror_of_its_sale_once_it_is_approved(till):
    book = till().given(SALE).answered().passes(2 * SECOND).given(VoidKeyed("victim"))
    assert len(booked(book)) == 1
    assert booked(book.answered(auth=""))[1:] == [("P6/" + FIRST, SALES, RECEIVABLE, 12_800)]


def test_a_tip_is_booked_when_the_host_has_taken_it_and_a_void_takes_it_back_with_the_sale(till):
    book = till().given(SALE).answered().passes(2 * SECOND).given(AdjustmentKeyed("victim", 14_000)).passes(2 * SECOND)
    book.given(BalanceKeyed("", "good-debit"))
    assert len(booked(book)) == 1
    heard(book)
    assert booked(book)[1:] == [(f"P17a/{FIRST}/{NEXT}", RECEIVABLE, SALES, 1_200)]
    book.answered().given(VoidKeyed("victim")).answered(auth="")
    assert booked(book)[2:] == [("P6/" + FIRST, SALES, RECEIVABLE, 14_000)]


def test_a_smaller_amount_takes_the_difference_back(till):
    book = till().given(SALE).answered().passes(2 * SECOND)
    book.given(AdjustmentKeyed("victim", 10_000, tip=False)).passes(2 * SECOND).given(BalanceKeyed("", "good-debit"))
    assert booked(heard(book))[1:] == [(f"P17a/{FIRST}/{NEXT}", SALES, RECEIVABLE, 2_800)]


def test_a_sale_stored_offline_is_booked_at_once_and_goes_when_it_is_refused_or_voided_here(till):
    book = till(floor_limit_fen=50_000).given(OfflineSaleKeyed("victim", 12_800, "good-debit"))
    stored = [("P17a/" + FIRST, RECEIVABLE, SALES, 12_800)]
    assert booked(book) == stored
    book.passes(2 * SECOND).given(BalanceKeyed("", "good-debit"))
    assert booked(heard(book, "14"))[1:] == [("P17b/" + FIRST, CHARGEBACKS, RECEIVABLE, 12_800)]
    here = till(floor_limit_fen=50_000).given(OfflineSaleKeyed("victim", 12_800, "good-debit")).passes(2 * SECOND)
    here.given(VoidKeyed("victim"))
    assert booked(here) == [*stored, ("P6/" + FIRST, SALES, RECEIVABLE, 12_800)]


def test_a_hold_pays_nobody_and_its_completion_does(till):
    book = till().given(PreauthKeyed("victim", 50_000, "good-credit")).answered(kind="0100").passes(2 * SECOND)
    assert booked(book) == []
    book.given(CompletionKeyed("victim", 40_000)).answered().passes(2 * SECOND)
    assert booked(book) == [("P16/" + NEXT, RECEIVABLE, SALES, 40_000)]
    book.given(VoidKeyed("victim", what="completion-void")).answered(auth="")
    assert booked(book)[1:] == [("P6/" + NEXT, SALES, RECEIVABLE, 40_000)]


def test_a_hold_that_is_voided_moves_nothing(till):
    book = till().given(PreauthKeyed("victim", 50_000, "good-credit")).answered(kind="0100").passes(2 * SECOND)
    book.given(VoidKeyed("victim", what="preauth-void")).answered(kind="0100", auth="")
    assert (book.state(FIRST), booked(book)) == ("voided", [])


def test_a_payment_by_code_is_booked_when_it_is_certain(till):
    book = till(kind="smart").given(CodeScanned("victim", 12_800, "code")).answered("09")
    assert booked(book) == []
    book.passes(6 * SECOND).query_answered("approved")
    assert booked(book) == [("P1/" + FIRST, RECEIVABLE, SALES, 12_800)]


def test_a_refund_is_booked_when_the_host_has_taken_it(till):
    book = till().given(RefundKeyed("victim", 5_000, "good-debit", "90000001-000000-000012", "260000000012"))
    assert booked(book) == []
    assert booked(heard(book)) == [("P8a/" + FIRST, REFUNDS, RECEIVABLE, 5_000)]
    again = till().given(RefundKeyed("victim", 5_000, "good-debit", "90000001-000000-000012", "260000000012"))
    assert booked(heard(again, "64")) == []
