"""The merchant keeps her own book of what she is told: once, however often it is told."""

import msgspec
from playbook import Playbook

from poslab.messages.disputes import DisputeNotice
from poslab.party.contract import Posted
from poslab.world.presets import corner_shop
from scenarios.people.intermediary import Intermediary
from scenarios.people.merchant import Merchant

TAKEN = DisputeNotice("o1", "D260000000001", "260000000001", "chargeback", "goods", 6_400)
WON = msgspec.structs.replace(TAKEN, state="won")
COSTS = Posted("o1", "P10b/D260000000001", (("M.chargebacks", "M.card_receivable", 6_400),))
COMES_BACK = Posted("o1", "P10c/D260000000001", (("M.card_receivable", "M.chargebacks", 6_400),))


def test_a_chargeback_is_booked_once_and_so_is_its_way_back() -> None:
    book = Playbook(Merchant(), 0).given(TAKEN, TAKEN)
    assert list(book.effects) == [COSTS]
    assert list(book.given(WON, WON, TAKEN).effects) == [COMES_BACK]


def test_she_still_knows_after_a_restart() -> None:
    world = corner_shop()
    for make in (Merchant, lambda: Intermediary(world, world.merchants[0])):
        before, after = make(), make()
        assert list(Playbook(before, 0).given(TAKEN).effects) == [COSTS]
        after.restore(before.snapshot())
        assert after.snapshot() == before.snapshot()
        assert list(Playbook(after, 0).given(TAKEN, WON).effects) == [COMES_BACK]


def test_what_costs_her_nothing_is_no_entry() -> None:
    for state in ("inquiry", "retrieval", "closed", "accepted", "lost", "won"):
        Playbook(Merchant(), 0).given(msgspec.structs.replace(TAKEN, state=state)).silent()
