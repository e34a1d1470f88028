"""The merchant keeps her own book of what she is told: once, however often it is told."""

import msgspec
from playbook import Playbook

from poslab.messages.disputes import DisputeNotice
from poslab.messages.funding import AdjustmentNotice, PayoutNotice, StatementLine
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


# --- payouts

MID = "999000054110001"
PAYOUT = f"{MID}-20260105"
CREDIT = StatementLine("", "999100000001", PAYOUT, 12_736, 12_736, 5)
BACK = StatementLine("", "999100000001", PAYOUT, -12_736, 0, 7)
AGAIN = msgspec.structs.replace(CREDIT, at=9)
PAID = PayoutNotice("", PAYOUT, "paid", 12_736, fees_fen=64)


def posted(entry: str, debit: str, credit: str, amount_fen: int) -> Posted:
    return Posted("", entry.replace("PAYOUT", PAYOUT), ((debit, credit, amount_fen),))


IS_IN = posted("P4c/PAYOUT/0.000005", "M.bank", "M.card_receivable", 12_736)
IS_OUT = posted("P15/PAYOUT/0.000007", "M.card_receivable", "M.bank", 12_736)
IS_IN_AGAIN = posted("P4c/PAYOUT/0.000009", "M.bank", "M.card_receivable", 12_736)
KEPT = posted("P4c/PAYOUT/fees", "M.fee_expense", "M.card_receivable", 64)


def shopkeeper() -> Merchant:
    return Merchant(mids=(MID,))


def told(party: Merchant, *given: StatementLine | PayoutNotice | AdjustmentNotice) -> list[object]:
    return [effect for each in given for effect in Playbook(party, 0).given(each).effects]


def test_a_payout_is_booked_line_by_line_and_its_fees_once_however_often_it_is_paid() -> None:
    party = shopkeeper()
    assert told(party, CREDIT, CREDIT, PAID, BACK, BACK) == [IS_IN, KEPT, IS_OUT]
    after = shopkeeper()
    after.restore(party.snapshot())
    assert after.snapshot() == party.snapshot()
    assert told(after, CREDIT, BACK, AGAIN, PAID) == [IS_IN_AGAIN]


def test_money_that_is_no_payout_of_hers_is_none_of_her_card_business() -> None:
    rent = msgspec.structs.replace(CREDIT, reference="rent")
    another = msgspec.structs.replace(CREDIT, reference="999000073990008-20260105")
    assert told(shopkeeper(), rent, another) == []


def test_a_payout_that_failed_or_cost_nothing_has_no_fees() -> None:
    failed = msgspec.structs.replace(PAID, state="failed", reason="ACCOUNT_FROZEN")
    assert told(shopkeeper(), failed, msgspec.structs.replace(PAID, fees_fen=0)) == []


# --- adjustments

KEY = "90000001-000001-000017"
GIVEN_BACK = AdjustmentNotice("o1", "given-back", f"{KEY}/260000000002", 12_800, 64)
REFUSED = AdjustmentNotice("o1", "refused", KEY, 12_800)
WRITTEN_OFF = AdjustmentNotice("o1", "written-off", "D260000000001", 6_400)


def adjusted(entry: str, *postings: tuple[str, str, int]) -> Posted:
    return Posted("o1", entry.replace("KEY", KEY), postings)


def test_a_sale_that_is_given_back_is_a_refund_and_its_fee_comes_back_if_she_was_told_of_it() -> None:
    paid, parked = GIVEN_BACK, msgspec.structs.replace(GIVEN_BACK, fee_fen=0)
    refund = ("M.refunds", "M.card_receivable", 12_736), ("M.refunds", "M.fee_expense", 64)
    assert told(shopkeeper(), paid) == [adjusted("P13b/KEY/260000000002", *refund)]
    whole = ("M.refunds", "M.card_receivable", 12_800)
    assert told(shopkeeper(), parked) == [adjusted("P13b/KEY/260000000002", whole)]


def test_of_a_sale_without_a_slip_nothing_but_its_fee_stands_in_her_book() -> None:
    paid = msgspec.structs.replace(GIVEN_BACK, has_slip=False)
    fee = ("M.card_receivable", "M.fee_expense", 64)
    assert told(shopkeeper(), paid) == [adjusted("P13b/KEY/260000000002", fee)]
    assert told(shopkeeper(), msgspec.structs.replace(paid, fee_fen=0)) == []


def test_what_was_stored_and_is_refused_in_the_end_costs_her_and_a_lower_amount_that_is_refused_does_not() -> None:
    assert told(shopkeeper(), REFUSED) == [adjusted("P17b/KEY", ("M.chargebacks", "M.card_receivable", 12_800))]
    lower = msgspec.structs.replace(REFUSED, amount_fen=-300)
    assert told(shopkeeper(), lower) == [adjusted("P17b/KEY", ("M.card_receivable", "M.chargebacks", 300))]


def test_what_is_written_off_she_owes_no_more() -> None:
    gone = ("M.card_receivable", "M.writeoff", 6_400)
    assert told(shopkeeper(), WRITTEN_OFF) == [adjusted("P19/D260000000001", gone)]


def test_an_adjustment_that_is_told_twice_or_after_a_restart_is_booked_once() -> None:
    for notice in (GIVEN_BACK, REFUSED, WRITTEN_OFF):
        party = shopkeeper()
        assert len(told(party, notice, notice)) == 1
        after = shopkeeper()
        after.restore(party.snapshot())
        assert told(after, notice) == []
