"""Two lists disagree in ten ways, and each of them is found once, named, and told from both sides."""

import msgspec
import pytest
from daylists import CONTRACTS, DATE, PAID_ON, PAYOUT_NO, TODAY, credited, day, line, paid, sale, slip
from hypothesis import given
from hypothesis import strategies as st

from poslab.history.breaks import AGES, KINDS, LISTS, bucket, due_of
from poslab.history.differences import Matched
from poslab.history.entries import Lists
from poslab.history.matching import match
from poslab.world.calendar import Calendar

FIRST = "90000001-000001-000017"
replace = msgspec.structs.replace


def seen(found: Matched) -> list[tuple[str, str, str, str]]:
    """Each break: why, name, and how its two sides see it."""
    return [(it.why, it.name, it.seen_by(0), it.seen_by(1)) for it in found.breaks]


def of(lists: Lists, today: str = TODAY) -> Matched:
    return match(lists, today, CONTRACTS)


def test_a_day_on_which_everything_agrees() -> None:
    found = of(day(12_800, 5_050, 999_900))
    assert (found.breaks, found.waiting) == ((), ())
    assert {name: (tally.lines, tally.matched) for name, tally in found.tallies.items()} == {
        "W": (3, 3), "X": (3, 3), "Y": (3, 3), "Z": (1, 1),
    }  # fmt: skip
    assert found.tallies["W"].sum_fen == found.tallies["X"].sum_fen == 12_800 + 5_050 + 999_900
    [batch] = found.batches
    assert batch.equal and (batch.batch, batch.slips, batch.ledger_fen) == ("90000001-000001", 3, 1_017_750)


def test_a_slip_without_a_host_record_waits_a_day_and_is_a_break_then() -> None:
    whole = day(12_800, 5_050)
    offline = slip(sale(19, 700))
    lists = replace(whole, slips=(*(whole.slips or ()), offline))
    assert [it.why for it in of(lists, DATE).waiting] == ["slip-without-host-record"]
    found = of(lists)
    assert seen(found) == [("slip-without-host-record", "90000001-000001-000019", "short", "long")]
    assert not found.batches[0].equal and found.batches[0].slips == 3
    assert found.tallies["W"].broken == 1 and found.tallies["X"].broken == 0


def test_a_host_record_without_a_slip_is_a_break_the_same_evening() -> None:
    whole = day(12_800, 5_050)
    found = of(replace(whole, slips=(whole.slips or ())[1:]), DATE)
    assert seen(found) == [("host-record-without-slip", FIRST, "long", "short")]


def test_a_sale_that_is_missing_from_the_file_waits_for_the_next_days() -> None:
    whole = day(12_800, 5_050)
    lists = replace(whole, file=(whole.file or ())[1:])
    assert [it.why for it in of(lists, DATE).waiting] == ["ledger-without-file"]
    assert of(lists, DATE).breaks == ()
    assert seen(of(lists, PAID_ON)) == [("ledger-without-file", FIRST, "short", "long")]


def test_a_clearing_line_that_the_ledger_lacks() -> None:
    whole = day(12_800, 5_050)
    extra = line(sale(40, 300))
    found = of(replace(whole, file=(*(whole.file or ()), extra)))
    assert seen(found) == [("file-without-ledger", "260000000040", "long", "short")]


@pytest.mark.parametrize(("slip_fen", "views"), [(12_900, ("short", "long")), (1_280, ("long", "short"))])
def test_an_amount_that_differs(slip_fen: int, views: tuple[str, str]) -> None:
    whole = day(12_800, 5_050)
    first, *rest = whole.slips or ()
    found = of(replace(whole, slips=(replace(first, amount_fen=slip_fen), *rest)))
    assert seen(found) == [("amount-differs", FIRST, *views)]
    assert found.breaks[0].amount_fen == abs(slip_fen - 12_800)


def test_a_sale_that_is_undone_at_the_host_and_good_on_paper() -> None:
    first = sale(17)
    rest = day(5_050)
    kept = sale(18, 5_050)
    lists = replace(
        rest, slips=(slip(first), slip(kept)), ledger=(replace(first, undone=True), kept), file=(line(kept),)
    )
    found = match(replace(lists, payouts=(), statement=()), TODAY, CONTRACTS)
    assert seen(found) == [("status-differs", FIRST, "long", "short")]


def test_a_sale_that_was_reversed_and_cleared_all_the_same() -> None:
    undone = sale(17, undone=True)
    lists = Lists(ledger=(undone,), file=(line(undone, undone=False),))
    assert [it.why for it in of(lists).breaks] == ["status-differs"]


def test_a_sale_that_is_cleared_for_another_merchant() -> None:
    whole = day(12_800)
    lists = replace(whole, file=tuple(replace(entry, mid="999000054110002") for entry in whole.file or ()))
    [found] = of(lists).breaks
    assert (found.why, found.note) == ("status-differs", "999000054110002")


def test_a_void_takes_its_sale_back_on_both_sides() -> None:
    sold = sale(17)
    void = slip(sale(18), undoes=FIRST, rrn="")
    lists = Lists(slips=(slip(sold), void), ledger=(replace(sold, undone=True),), file=())
    found = of(lists)
    assert found.breaks == () and (found.tallies["W"].matched, found.tallies["W"].lines) == (2, 2)
    undone_only_on_paper = of(Lists(slips=(slip(sold), void), ledger=(sold,), file=(line(sold),)))
    assert [it.why for it in undone_only_on_paper.breaks] == ["status-differs"]


def test_an_adjustment_that_gives_a_sale_back_is_no_duplicate() -> None:
    sold = sale(17, undone=True)
    back = replace(line(sold, undone=False), amount_fen=-sold.amount_fen)
    found = of(Lists(ledger=(sold,), file=(line(sold, undone=False), back)))
    assert found.breaks == () and found.tallies["Y"].matched == 2


@pytest.mark.parametrize(("fee_fen", "views"), [(77, ("short", "long")), (64, None), (38, ("long", "short"))])
def test_a_fee_that_is_not_the_contracts(fee_fen: int, views: tuple[str, str] | None) -> None:
    entry = sale(17, fee_fen=fee_fen)
    payout = paid((entry,))
    lists = Lists(ledger=(entry,), payouts=(payout,), statement=(credited(payout),))
    assert seen(of(lists)) == ([] if views is None else [("fee-differs", FIRST, *views)])


def test_without_a_contract_ledger_and_file_must_charge_the_same() -> None:
    entry = sale(17)
    lists = Lists(ledger=(entry,), file=(line(entry, fee_fen=65),))
    assert [it.why for it in match(lists, TODAY).breaks] == ["fee-differs"]
    assert match(replace(lists, file=(line(entry),)), TODAY).breaks == ()


def test_a_refund_is_charged_nothing() -> None:
    back = sale(20, -500, fee_fen=0)
    assert of(Lists(ledger=(back,), file=(line(back),))).breaks == ()
    charged = replace(back, fee_fen=3)
    assert [it.why for it in of(Lists(ledger=(charged,), file=(line(charged, fee_fen=3),))).breaks] == ["fee-differs"]


def test_a_payout_that_did_not_arrive() -> None:
    lists = replace(day(12_800), statement=())
    assert [it.why for it in of(lists, PAID_ON).waiting] == ["payout-without-credit"]
    assert seen(of(lists)) == [("payout-without-credit", PAYOUT_NO, "in-transit", "long")]


def test_a_payout_that_came_and_was_sent_back() -> None:
    whole = day(12_800)
    [came] = whole.statement or ()
    gone = replace(came, where="bank:2", amount_fen=-came.amount_fen)
    found = of(replace(whole, statement=(came, gone)))
    assert [it.why for it in found.breaks] == ["payout-without-credit"] and found.tallies["Z"].broken == 2


def test_a_payout_that_pays_less_than_its_sales_leave() -> None:
    whole = day(12_800)
    [payout] = whole.payouts
    less = replace(payout, amount_fen=payout.amount_fen - 100)
    found = of(replace(whole, payouts=(less,), statement=(credited(less),)))
    assert seen(found) == [("amount-differs", PAYOUT_NO, "short", "long")]


def test_money_that_no_payout_explains() -> None:
    whole = day(12_800)
    stranger = replace((whole.statement or ())[0], where="bank:2", reference="somebody", amount_fen=4_711)
    rent = replace(stranger, where="bank:3", reference="rent", amount_fen=-300_000)
    found = of(replace(whole, statement=(*(whole.statement or ()), stranger, rent)))
    assert seen(found) == [("credit-without-payout", "somebody", "long", "short")]
    tally = found.tallies["Z"]
    assert (tally.lines, tally.matched, tally.broken, tally.other) == (3, 1, 1, 1)


def test_a_payout_that_arrives_on_somebody_elses_account() -> None:
    whole = day(12_800)
    [payout], [came] = whole.payouts, whole.statement or ()
    elsewhere = (replace(came, holder="other-shop"),)
    found = of(replace(whole, payouts=(replace(payout, holder="shop"),), statement=elsewhere))
    assert [it.why for it in found.breaks] == ["credit-without-payout", "payout-without-credit"]


def test_a_bank_that_passes_no_reference_on() -> None:
    whole = day(12_800)
    lists = replace(whole, statement=tuple(replace(it, reference="") for it in whole.statement or ()))
    assert of(lists).breaks == ()
    within_text = tuple(replace(it, reference=f"POS {PAYOUT_NO} net") for it in whole.statement or ())
    assert of(replace(whole, statement=within_text)).breaks == ()


def test_a_payout_that_arrived_twice() -> None:
    whole = day(12_800)
    [came] = whole.statement or ()
    found = of(replace(whole, statement=(came, replace(came, where="bank:2"))))
    assert seen(found) == [("duplicate", PAYOUT_NO, "long", "short")]
    assert found.breaks[0].amount_fen == came.amount_fen


def test_a_sale_that_the_host_took_twice() -> None:
    first = sale(17)
    copy = replace(first, where="ledger:99", rrn="260000009999")
    lists = Lists(slips=(slip(first),), ledger=(first, copy), file=(line(first), line(copy)))
    found = of(lists)
    assert seen(found) == [("duplicate", FIRST, "long", "short")]
    assert found.tallies["X"].broken == 2


def test_a_purchase_that_was_paid_twice() -> None:
    first, second = sale(17, order="till-1"), sale(18, order="till-1")
    ledger = (second, first)
    lists = Lists(slips=tuple(slip(it) for it in ledger), ledger=ledger, file=tuple(line(it) for it in ledger))
    found = of(lists)
    assert seen(found) == [("duplicate", "90000001-000001-000018", "long", "short")]
    assert of(replace(lists, ledger=(replace(first, undone=True), second), slips=None, file=None)).breaks == ()


def test_records_without_an_rrn_are_known_by_terminal_batch_and_number() -> None:
    whole = day(12_800, 5_050)
    lists = replace(whole, slips=tuple(replace(it, rrn="") for it in whole.slips or ()))
    assert of(lists).breaks == ()


def test_records_without_batch_and_rrn_are_known_by_number_amount_and_date() -> None:
    whole = day(12_800, 5_050)
    bare = tuple(replace(it, rrn="000000000000", batch="") for it in whole.slips or ())
    assert of(replace(whole, slips=bare)).breaks == ()
    assert len(of(replace(whole, slips=(replace(bare[0], amount_fen=1), bare[1]))).breaks) == 2


def test_every_type_says_all_that_people_need() -> None:
    assert len(KINDS) == 10 and tuple(LISTS) == ("W", "X", "Y", "Z")
    for why, kind in KINDS.items():
        for text in (kind.called, kind.cause, kind.cure, kind.waits_for):
            assert text.zh and text.en, why
        assert due_of(why, "20260109", Calendar()) > "20260109"  # a Friday: no break is due on a weekend
        assert due_of(why, "20260109", Calendar()) not in ("20260110", "20260111")


@pytest.mark.parametrize(
    ("days", "word"),
    [(0, "0-1"), (1, "0-1"), (2, "2-3"), (3, "2-3"), (4, "4-7"), (7, "4-7"), (8, "8-30"), (30, "8-30"), (31, ">30")],
)
def test_ages_fall_into_buckets(days: int, word: str) -> None:
    assert bucket(days) == word and word in AGES


# --- properties

PLANTS = (
    "none", "no-host", "no-slip", "no-line", "no-ledger", "amount", "undone", "fee", "twice-in-ledger", "twice-in-file",
)  # fmt: skip
FOUND = {
    "no-host": "slip-without-host-record",
    "no-slip": "host-record-without-slip",
    "no-line": "ledger-without-file",
    "no-ledger": "file-without-ledger",
    "amount": "amount-differs",
    "undone": "status-differs",
    "fee": "fee-differs",
    "twice-in-ledger": "duplicate",
    "twice-in-file": "duplicate",
}


@st.composite
def disturbed_days(draw: st.DrawFn) -> tuple[Lists, dict[str, str]]:
    """A day with planted differences, at most one a sale; what is to be found, by the sale's name."""
    plants = draw(st.lists(st.sampled_from(PLANTS), max_size=8))
    slips, ledger, file = [], [], []
    wanted: dict[str, str] = {}
    for number, plant in enumerate(plants, start=17):
        entry = sale(number, draw(st.integers(100, 500_000)))
        kept, booked, claimed = [slip(entry)], [entry], [line(entry)]
        name = entry.key
        if plant == "no-host":
            booked, claimed = [], []
        elif plant == "no-slip":
            kept = []
        elif plant == "no-line":
            claimed = []
        elif plant == "no-ledger":
            kept, booked, name = [], [], entry.rrn
        elif plant == "amount":
            kept = [replace(kept[0], amount_fen=entry.amount_fen + draw(st.integers(1, 50)))]
        elif plant == "undone":
            booked, claimed = [replace(entry, undone=True)], []
        elif plant == "fee":
            booked = [replace(entry, fee_fen=(entry.fee_fen or 0) + draw(st.integers(1, 9)))]
        elif plant == "twice-in-ledger":
            booked.append(replace(entry, where="again"))
        elif plant == "twice-in-file":
            claimed.append(replace(claimed[0], where="again"))
        if plant != "none":
            wanted[name] = FOUND[plant]
        slips += kept
        ledger += booked
        file += claimed
    standing = tuple(entry for entry in ledger if not entry.undone)
    payout = paid(standing)
    return (
        Lists(
            slips=tuple(draw(st.permutations(slips))),
            ledger=tuple(draw(st.permutations(ledger))),
            file=tuple(draw(st.permutations(file))),
            payouts=(payout,) if payout.amount_fen else (),
            statement=(credited(payout),) if payout.amount_fen else (),
        ),
        wanted,
    )


@given(disturbed_days())
def test_every_planted_difference_is_found_exactly_once(planted: tuple[Lists, dict[str, str]]) -> None:
    lists, wanted = planted
    found = of(lists)
    assert sorted((it.name, it.why) for it in found.breaks) == sorted(wanted.items())
    for tally in found.tallies.values():
        assert tally.matched + tally.broken + tally.waiting + tally.other == tally.lines


@given(disturbed_days())
def test_the_order_of_the_records_does_not_matter(planted: tuple[Lists, dict[str, str]]) -> None:
    lists, _ = planted
    turned = replace(
        lists,
        slips=tuple(reversed(lists.slips or ())),
        ledger=tuple(reversed(lists.ledger)),
        file=tuple(reversed(lists.file or ())),
    )
    one, other = of(lists), of(turned)
    assert seen(one) == seen(other) and one.tallies == other.tallies and one.batches == other.batches


@given(st.lists(st.integers(100, 500_000), max_size=8))
def test_clean_days_close_to_zero(amounts: list[int]) -> None:
    found = of(day(*amounts)) if amounts else of(Lists())
    assert (found.breaks, found.waiting) == ((), ())
    assert all(batch.equal for batch in found.batches)


def test_a_payout_that_is_passed_on_to_another_account_has_arrived() -> None:
    lists = day(10_000)
    [payout] = lists.payouts
    payout = msgspec.structs.replace(payout, holder="agent")
    came = credited(payout, account_no="A", holder="agent")
    left = credited(payout, account_no="A", holder="agent", amount_fen=-payout.amount_fen, date=TODAY)
    passed_on = credited(payout, account_no="B", holder="shop", date=TODAY)
    for statement in ((came, left, passed_on), (passed_on, left, came)):
        found = match(msgspec.structs.replace(lists, payouts=(payout,), statement=statement), TODAY, CONTRACTS)
        assert found.breaks == () and found.waiting == ()
        assert (found.tallies["Z"].matched, found.tallies["Z"].lines) == (3, 3)


def test_a_payout_is_credited_on_one_account_and_not_on_the_sum_of_two() -> None:
    lists = day(10_000)
    [payout] = lists.payouts
    through = [credited(payout, account_no="A", amount_fen=sign * payout.amount_fen) for sign in (1, -1)]
    there = credited(payout, account_no="B", date=TODAY)
    found = match(msgspec.structs.replace(lists, statement=(*through, there)), TODAY, CONTRACTS)
    assert found.breaks == () and found.waiting == ()
    assert (found.tallies["Z"].matched, found.tallies["Z"].other) == (1, 2)
    taken_back = match(msgspec.structs.replace(lists, statement=tuple(through)), TODAY, CONTRACTS)
    assert [it.why for it in taken_back.breaks] == ["payout-without-credit"]


def test_a_stranger_s_money_that_left_again_is_nobody_s() -> None:
    lists = day(10_000)
    [credit] = lists.statement or ()
    wrong = [credited(lists.payouts[0], account_no="X", reference="?", amount_fen=sign * 5) for sign in (1, -1)]
    found = match(msgspec.structs.replace(lists, statement=(credit, *wrong)), TODAY, CONTRACTS)
    assert found.breaks == () and found.tallies["Z"].other == 2
