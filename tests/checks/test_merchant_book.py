"""Book M in handmade histories: an entry with every move that is worth one, and none besides."""

import pytest
from witness import VICTIM, Witness

from poslab.party.contract import Became, Posted
from poslab.party.facts import Connected

CHECK = "merchant-book-agrees"
SOLD = ("M.card_receivable", "M.sales", 12_800)
BACK = ("M.sales", "M.card_receivable", 12_800)
STORED = Became("victim", VICTIM.key, "sent", "approved-unprinted")
UNDONE = Became("victim", VICTIM.key, "approved-unprinted", "unknown")


def entry(kind: str, *postings: tuple[str, str, int]) -> Posted:
    return Posted("victim", f"{kind}/{VICTIM.key}", postings)


def waiting() -> Witness:
    """A till that waits for its answer."""
    return Witness().charged().passed_back().booked()


def test_one_step_may_book_a_sale_and_take_it_back() -> None:
    told = waiting()
    told.says("T1", VICTIM.answer(at=told.at), STORED, entry("P1", SOLD), UNDONE, entry("P7", BACK)).holds(CHECK)


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (entry("P1", SOLD),),
        (entry("P1", SOLD), entry("P7", SOLD)),
        (entry("P1", SOLD), entry("P7", BACK), entry("P7", BACK)),
        (entry("P1", ("M.card_receivable", "M.sales", 12_700)), entry("P7", BACK)),
        (entry("P1", SOLD), entry("P7", BACK), entry("P17b", ("M.chargebacks", "M.card_receivable", 12_800))),
    ],
)
def test_and_must_do_just_that(entries: tuple[Posted, ...]) -> None:
    told = waiting()
    told.says("T1", VICTIM.answer(at=told.at), STORED, UNDONE, *entries).breaks(CHECK)


def test_an_entry_without_a_move_has_nothing_behind_it() -> None:
    told = Witness().approved()
    told.says("T1", Connected("victim", "x"), entry("P6", BACK)).breaks(CHECK, "nothing moved that is worth it")
