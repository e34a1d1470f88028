"""No slip is not no sale: what is stored as approved stays so, and is printed when there is paper."""

import pytest

from poslab.messages.facts import PaperLoaded, PaperOut
from poslab.messages.people import QueryKeyed, ReprintKeyed, SaleKeyed
from poslab.party.time import HOUR, SECOND

KEY = "90000001-000001-000017"
SALE = SaleKeyed("victim", 12_800, "good-debit")


@pytest.mark.parametrize(("how", "screen"), [("out", "load-paper"), ("jam", "print-failed")])
def test_nothing_comes_out_and_the_sale_is_good(till, how, screen):
    book = till().given(PaperOut(how=how)).given(SALE).answered()
    assert (book.screens(), book.words(), book.still()) == ([screen], ["print-failed"], "idle")
    assert book.state(KEY) == "approved-unprinted"
    book.passes(5 * HOUR).silent()
    book.given(PaperLoaded())
    assert (book.words(), book.screens()) == (["paper-loaded"], ["ready"])
    book.given(ReprintKeyed("victim")).passes(2 * SECOND)
    (slip,) = book.slips()
    assert (slip.slip, slip.duplicate, book.state(KEY)) == ("sale", False, "approved")
    assert (book.words(), book.screens()) == (["printed"], ["approved"])


def test_paper_runs_out_while_printing(till):
    book = till().given(SALE).answered().given(PaperOut(), after=SECOND)
    assert (book.screens(), book.state(KEY)) == (["load-paper"], "approved-unprinted")
    book.passes(10 * SECOND).silent()


def test_a_reprint_without_paper_does_not_print_either(till):
    book = till().given(PaperOut()).given(SALE).answered().given(ReprintKeyed("victim"))
    assert (book.screens(), book.state(KEY)) == (["load-paper"], "approved-unprinted")


def test_a_second_print_is_marked_as_duplicate(till):
    book = till().given(SALE).answered().passes(2 * SECOND).given(ReprintKeyed("victim")).passes(2 * SECOND)
    assert (book.slips()[0].duplicate, book.words()) == (True, ["reprinted"])
    assert book.moves(KEY) == ["sent", "approved-unprinted", "approved"]


def test_two_sales_that_never_came_out_come_out_one_after_the_other(till):
    book = till().given(PaperOut(how="jam")).given(SALE).answered().given(SALE).answered().given(PaperLoaded())
    book.given(ReprintKeyed("victim")).passes(2 * SECOND)
    assert book.slips()[0].key == KEY
    book.given(ReprintKeyed("victim")).passes(2 * SECOND)
    assert book.slips()[0].key == "90000001-000001-000018"
    book.given(ReprintKeyed("victim", "17")).passes(2 * SECOND)
    assert (book.slips()[0].key, book.slips()[0].duplicate) == (KEY, True)


@pytest.mark.parametrize(("code", "slip"), [("51", "decline"), (None, None)])
def test_what_was_not_approved_is_never_printed_as_a_sale(till, code, slip):
    book = till().given(SALE)
    if code is None:
        book.answered("98").given(ReprintKeyed("victim"))
        assert (book.screen("query-result").code, book.slips()) == ("in-doubt:98", [])
    else:
        book.answered(code).given(ReprintKeyed("victim")).passes(2 * SECOND)
        assert (book.slips()[0].slip, book.slips()[0].code) == (slip, code)


def test_nothing_to_print(till):
    assert till().given(ReprintKeyed("victim")).screen("query-result").code == "none"


def test_where_a_failed_print_reverses(till):
    book = till(print_fail="reverse").given(PaperOut()).given(SALE).answered()
    assert book.state(KEY) == "unknown"
    assert book.logged("reversal-stored")["reason"] == "96"
    book.passes(30 * SECOND)
    assert (book.request("0400").reason, book.request("0400").original_auth) == ("96", "123456")
    book.reversal_answered("00")
    assert (book.state(KEY), book.slips()) == ("reversed", [])


def test_a_reprint_that_fails_never_reverses(till):
    book = till(print_fail="reverse").given(SALE).answered().passes(2 * SECOND)
    book.given(PaperOut()).given(ReprintKeyed("victim"))
    assert book.state(KEY) == "approved"


def test_a_screen_must_do_where_there_is_no_paper_for_a_small_slip(till):
    book = till().given(PaperOut()).given(SALE).answered("51")
    assert (book.screens(), book.slips()) == (["declined"], [])


def test_an_approval_found_by_query_may_wait_for_paper(till):
    book = till().given(PaperOut()).given(SALE).answered("96").given(QueryKeyed("victim")).query_answered("approved")
    assert (book.screens(), book.state(KEY)) == (["query-result", "load-paper"], "approved-unprinted")


def test_loading_paper_that_is_there(till):
    till().given(PaperLoaded()).silent()


@pytest.mark.parametrize("kind", [{"kind": "e-signature"}, {"kind": "smart", "slip": "electronic"}])
def test_a_terminal_without_a_printer_never_lacks_a_slip(till, kind):
    book = till(**kind).given(PaperOut()).given(SALE).answered().given(PaperOut(how="jam"), after=SECOND)
    assert (book.still(), book.screens()) == ("printing", [])
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.key, book.state(KEY)) == ("sale", KEY, "approved")
    book.given(PaperLoaded()).silent()


def test_a_smart_terminal_with_a_printer_may_run_out_of_paper(till):
    book = till(kind="smart").given(PaperOut()).given(SALE).answered()
    assert (book.screens(), book.state(KEY)) == (["load-paper"], "approved-unprinted")
