"""The card in the reader: pulled out too early, or with a chip that declines what the host approved."""

import msgspec
import pytest

from poslab.messages.facts import CardRemoved, ChipDeclined
from poslab.messages.people import BalanceKeyed, SaleKeyed, VoidKeyed
from poslab.party.facts import Connected, PowerCut, PowerRestored
from poslab.party.time import SECOND
from terminal.machine import Terminal

SALE = SaleKeyed("victim", 12_800, "good-debit")
KEY = "90000001-000001-000017"


def test_a_card_pulled_out_before_the_answer_is_a_reversal_with_reason_06(till):
    book = till().given(SALE).given(CardRemoved(), after=SECOND)
    assert book.words() == ["card-removed", "reversal-stored"]
    assert (book.screen("card-removed").code, book.state(KEY), book.still()) == ("06", "unknown", "idle")
    book.answered()
    assert (book.words(), book.slips(), book.state(KEY)) == (["late-answer-discarded"], [], "unknown")
    assert book.passes(30 * SECOND).request("0400").reason == "06"


@pytest.mark.parametrize(
    ("fact", "word"), [(ChipDeclined(), "chip-declined"), (CardRemoved(when="at-answer"), "card-removed")]
)
def test_an_approval_that_the_chip_does_not_confirm_is_a_reversal_with_reason_96(till, fact, word):
    book = till().given(SALE).given(fact, after=SECOND)
    assert (list(book.effects), book.still()) == ([], "waiting")
    book.answered()
    assert book.words() == [word, "reversal-stored"]
    assert (book.screen(word).code, book.slips(), book.state(KEY)) == ("96", [], "unknown")
    request = book.passes(30 * SECOND).request("0400")
    assert (request.reason, request.original_auth) == ("96", "123456")
    assert book.reversal_answered("00").state(KEY) == "reversed"


def test_a_decline_needs_no_chip(till):
    book = till().given(SALE).given(ChipDeclined()).answered("51")
    assert book.state(KEY) == "declined:51"
    book.given(SALE).answered()  # and the next card has a chip of its own
    assert book.still() == "printing"


def test_after_silence_the_next_card_has_a_chip_of_its_own(till):
    book = till().given(SALE).given(ChipDeclined()).passes(90 * SECOND).reversal_answered("00")
    book.passes(10 * SECOND).given(SALE).answered()
    assert book.still() == "printing"


def test_in_the_dark_the_chip_is_forgotten(till):
    book = till().given(SALE).given(ChipDeclined()).given(PowerCut()).given(PowerRestored(), after=SECOND)
    book.passes(30 * SECOND).reversal_answered("00").passes(10 * SECOND)
    assert book.given(SALE).answered().still() == "printing"


def test_a_card_pulled_out_before_anything_was_sent_cancels(till):
    book = till()
    book.line = "silent"
    book.given(SALE).given(CardRemoved())
    assert (book.words(), book.screens(), book.still()) == (["cancelled"], ["cancelled"], "idle")
    assert book.given(Connected("victim", "host")).moves(KEY) == []


@pytest.mark.parametrize("entry", ["stripe", "contactless"])
def test_without_a_card_in_the_reader_nothing_can_be_pulled_out(till, entry):
    book = till().given(msgspec.structs.replace(SALE, entry=entry)).given(CardRemoved()).given(ChipDeclined())
    assert (list(book.effects), book.still()) == ([], "waiting")
    assert book.answered().still() == "printing"


def test_a_stored_sale_is_good_whatever_becomes_of_the_card(till):
    book = till().given(SALE).answered().given(CardRemoved()).given(ChipDeclined())
    assert book.passes(2 * SECOND).state(KEY) == "approved"
    assert list(book.given(CardRemoved()).effects) == []


def test_what_is_no_sale_needs_no_card(till):
    book = till().given(BalanceKeyed("", "good-debit")).given(CardRemoved())
    assert (list(book.effects), book.still()) == ([], "waiting")
    book = till().given(SALE).answered().passes(2 * SECOND).given(VoidKeyed("victim")).given(CardRemoved())
    assert (list(book.effects), book.still()) == ([], "waiting")


def test_what_the_chip_will_do_is_part_of_the_state(till):
    book = till().given(SALE).given(ChipDeclined())
    reborn = Terminal(book.parameters)
    reborn.restore(book.party.snapshot())
    assert reborn.snapshot() == book.party.snapshot()
    book.party = reborn
    assert book.answered().words() == ["chip-declined", "reversal-stored"]
