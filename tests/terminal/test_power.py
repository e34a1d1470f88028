"""A power cut takes everything but the flash; what was sent and not answered is reversed after the boot."""

import msgspec
import pytest

from poslab.messages.facts import PaperLoaded, PaperOut
from poslab.messages.people import CancelPressed, ReprintKeyed, SaleKeyed, SignOnKeyed, VoidKeyed
from poslab.party.contract import Logged
from poslab.party.facts import PowerCut, PowerRestored, Restarted
from poslab.party.time import HOUR, SECOND
from terminal.flash import Record
from terminal.machine import Terminal

KEY = "90000001-000001-000017"
SALE = SaleKeyed("victim", 12_800, "good-debit")


def outage(book):
    """Dark for half a minute."""
    book.given(PowerCut()).silent()
    assert book.still() == "off"
    book.passes(30 * SECOND).silent()
    return book.given(PowerRestored())


def test_between_send_and_answer(till):
    book = outage(till().given(SALE))
    assert book.words() == ["power-lost", "booted", "reversal-stored"]
    assert {effect.about for effect in book.effects if type(effect) is Logged} == {"victim"}
    assert (book.screens(), book.state(KEY), book.still()) == (["ready"], "unknown", "idle")
    assert book.answered().words() == ["late-answer-discarded"]
    book.passes(30 * SECOND)
    assert (book.request("0400").key, book.request("0400").reason) == (KEY, "98")
    assert book.reversal_answered("00").state(KEY) == "reversed"


def test_before_the_line_stands_nothing_has_happened(till):
    book = till()
    book.line = "silent"
    book = outage(book.given(SALE))
    assert (book.words(), book.moves(KEY)) == (["power-lost", "booted"], [])
    book.passes(HOUR).silent()


def test_while_printing_the_sale_is_good(till):
    book = outage(till().given(SALE).answered())
    assert (book.words(), book.state(KEY)) == (["power-lost", "booted"], "approved-unprinted")
    book.passes(HOUR).silent()
    book.given(ReprintKeyed("victim")).passes(2 * SECOND)
    assert (book.state(KEY), book.slips()[0].duplicate) == ("approved", False)


def test_an_outage_between_two_sales_concerns_neither(till):
    book = outage(till().given(SALE).answered().passes(2 * SECOND))
    assert [effect.about for effect in book.effects if type(effect) is Logged] == ["", ""]


def test_a_record_of_what_is_stored_as_approved_is_discarded(till):
    """As after a write that was torn: the approval is there and its record too."""
    book = till().given(SALE).answered()
    book.party.device.flash.records[KEY] = Record("victim", KEY, "sale", 12_800, "good-debit", "chip", "01")
    outage(book)
    assert book.words() == ["power-lost", "booted", "record-discarded"]
    assert book.state(KEY) == "approved-unprinted"
    book.passes(HOUR).silent()


def test_a_waiting_reversal_survives_and_starts_anew(till):
    book = till().given(SALE).passes(60 * SECOND).passes(30 * SECOND).passes(60 * SECOND)
    assert book.words() == ["reversal-failed"]
    outage(book)
    assert (book.words(), book.state(KEY)) == (["power-lost", "booted"], "unknown")
    assert book.passes(30 * SECOND).leaves() == ["0400"]
    assert book.logged("reversal-sent")["attempt"] == 2


def test_a_doubt_survives(till):
    book = outage(till().given(SALE).answered("98"))
    assert book.given(SaleKeyed("again", 12_800, "good-debit")).screens() == ["doubt-blocked"]


def test_a_void_under_way_is_reversed_too(till):
    book = till().given(SALE).answered().passes(2 * SECOND).given(VoidKeyed("victim"))
    outage(book)
    assert book.state("90000001-000001-000018") == "unknown"
    assert book.passes(30 * SECOND).request("0400").what == "void"


def test_no_background_after_boot_where_reversals_are_dropped(till):
    outage(till(policy="drop").given(SALE)).passes(HOUR).silent()


def test_a_dark_device_is_deaf(till):
    book = till().given(PowerCut()).given(SALE, SignOnKeyed(), CancelPressed(), PowerCut()).silent()
    book.given(PaperOut(), PaperLoaded()).silent()
    assert book.still() == "off"


def test_paper_is_no_matter_of_power(till):
    book = outage(till().given(PaperOut())).given(SALE).answered()
    assert book.screens() == ["load-paper"]


def test_the_death_of_the_process_is_a_power_cut(till):
    book = till().given(SALE).given(Restarted())
    assert (book.words(), book.state(KEY)) == (["power-lost", "booted", "reversal-stored"], "unknown")
    assert till().given(PowerCut()).given(Restarted()).still() == "idle"


def test_the_log_survives_and_forgets_the_oldest(till):
    book = till(log_capacity=3, log_full="overwrite")
    for number in range(5):
        book.given(SaleKeyed(f"order-{number}", 100 + number, "good-debit")).answered().passes(2 * SECOND)
    outage(book)
    assert book.given(VoidKeyed("order-1", "18")).logged("void-refused") == {"why": "unknown-voucher"}
    assert book.given(VoidKeyed("order-2", "19")).leaves() == ["0200"]


def story(till, moment):
    """A terminal in the middle of things."""
    book = till()
    if moment == "connecting":
        book.line = "silent"
    book.given(SALE)
    if moment in ("printing", "printed"):
        book.answered()
    if moment == "printed":
        book.passes(2 * SECOND)
    if moment == "in-doubt":
        book.answered("98")
    if moment in ("unknown", "reversing", "blocked-behind", "asking"):
        book.passes(60 * SECOND)
    if moment in ("reversing", "asking"):
        book.passes(30 * SECOND)
    if moment == "asking":
        book.reversal_answered("25")
    if moment == "blocked-behind":
        book.given(SaleKeyed("second", 700, "good-credit"))
    return book


@pytest.mark.parametrize(
    "moment",
    ["connecting", "waiting", "printing", "printed", "in-doubt", "unknown", "reversing", "blocked-behind", "asking"],
)
def test_a_snapshot_gives_the_same_terminal_back(till, moment):
    book = story(till, moment)
    kept = book.party.snapshot()
    assert story(till, moment).party.snapshot() == kept
    other = Terminal(book.parameters)
    other.restore(kept)
    assert other.snapshot() == kept
    twin = story(till, moment)
    twin.party = other
    for one in (book, twin):
        one.passes(60 * SECOND).given(PowerCut(), PowerRestored()).passes(HOUR)
    assert book.effects == twin.effects
    assert other.snapshot() == book.party.snapshot()


def test_a_snapshot_holds_no_card_number(till):
    kept = story(till, "blocked-behind").party.snapshot()
    assert b"999999" not in kept
    assert msgspec.msgpack.decode(kept)
