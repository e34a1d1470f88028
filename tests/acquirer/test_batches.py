"""Batch settlement at the acquirer's host: compared, uploaded, closed; differences become breaks and move nothing."""

import msgspec
import pytest
from cardleg import MID, MORNING, TID, answered, reversal, sale, void
from hypothesis import given as told
from hypothesis import settings
from hypothesis import strategies as st
from playbook import Playbook

from acquirer.host.host import Host
from poslab.messages.batch import (
    CHIP_FAILED,
    CHIP_ONLINE,
    END_EQUAL,
    END_UNEQUAL,
    EQUAL,
    ERROR,
    UNEQUAL,
    Detail,
    SettlementRequest,
    Totals,
    UploadRequest,
)
from poslab.messages.card import key_of
from poslab.messages.facts import AnswersWith, CorrectionOrdered
from poslab.messages.funding import AdjustmentNotice
from poslab.party.contract import Kept, Logged, Posted, Send
from poslab.party.facts import Started
from poslab.party.time import DAY, HOUR, SECOND
from poslab.world.presets import corner_shop
from poslab.world.world import World

WORLD = corner_shop()
BY_BATCH = msgspec.structs.replace(WORLD, acquirer=msgspec.structs.replace(WORLD.acquirer, capture="terminal"))


def key(stan: int, batch: str = "000001", tid: str = TID) -> str:
    return key_of(tid, batch, f"{stan:06d}")


def host(world: World = WORLD) -> Playbook:
    return Playbook(Host(world), MORNING).given(Started())


def sold(book: Playbook, stan: int, amount_fen: int = 10_000, code: str = "00", batch: str = "000001") -> Playbook:
    book.given(sale(key(stan, batch), amount_fen, about=f"o{stan}"))
    return book.given(answered(book.said("0200"), code))


def asked(totals: Totals, stan: int = 90, batch: str = "000001", **changes: object) -> SettlementRequest:
    return msgspec.structs.replace(SettlementRequest("", key(stan, batch), MID, totals), **changes)


def details(*rows: tuple[int, int], what: str = CHIP_ONLINE, stan: int = 91) -> UploadRequest:
    return UploadRequest("", key(stan), MID, what, tuple(Detail(f"{n:06d}", "good-debit", fen) for n, fen in rows))


def ended(count: int, what: str = END_UNEQUAL, stan: int = 92, batch: str = "000001") -> UploadRequest:
    return UploadRequest("", key(stan, batch), MID, what, count=count)


def breaks(book: Playbook) -> list[tuple[str, str, str]]:
    """Order, what is different, STAN."""
    return [
        (e.about, str(e.details["why"]), str(e.details["key"])[-6:])
        for e in book.effects
        if type(e) is Logged and e.word == "batch-break"
    ]


def uploaded(book: Playbook, *rows: tuple[int, int]) -> Playbook:
    """Found unequal, uploaded and ended."""
    book.given(asked(Totals()))
    for row in rows:
        book.given(details(row))
    return book.given(ended(len(rows)))


def open_batch(book: Playbook, tid: str = TID) -> str:
    return str(book.party.office.terminals[tid].batch)  # type: ignore[attr-defined]


# --- the comparison


def test_equal_totals_are_said_to_be_equal_and_the_end_opens_the_next_batch() -> None:
    book = sold(sold(host(), 17), 18).given(asked(Totals(20_000, 2, 0, 0)))
    said = book.said("0510")
    assert (said.code, said.flag, said.totals) == ("00", EQUAL, Totals(20_000, 2, 0, 0))
    book.given(ended(2, END_EQUAL)).wished(Kept("", "batch"), Send)
    assert (book.said("0330").code, book.said("0330").batch, open_batch(book)) == ("00", "000002", "000002")
    assert breaks(book) == []
    assert sold(book, 95, batch="000002").said("0210").code == "00"
    assert book.given(sale(key(96))).said("0210").code == "77"


def test_what_was_reversed_or_declined_does_not_count_and_a_void_counts_on_its_own_side() -> None:
    book = sold(sold(sold(sold(host(), 17), 18), 19), 20, code="51")
    book.given(reversal(key(18), amount_fen=10_000))
    book.given(void(key(21), key(19), 10_000))
    book.given(answered(book.said("0200")))
    assert book.given(asked(Totals(20_000, 2, 10_000, 1))).said("0510").flag == EQUAL


def test_only_the_batch_of_that_terminal_counts() -> None:
    book = sold(host(), 17)
    book.given(sale(key(17, tid="90000002")))
    book.given(answered(book.said("0200")))
    assert book.given(asked(Totals(10_000, 1, 0, 0))).said("0510").flag == EQUAL


def test_unequal_totals_are_answered_with_the_hosts_own() -> None:
    said = sold(host(), 17).given(asked(Totals(9_000, 1, 0, 0))).said("0510")
    assert (said.code, said.flag, said.totals) == ("95", UNEQUAL, Totals(10_000, 1, 0, 0))


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"mid": "999000054110009"}, "03"), ({"mac": 0}, "A0"), ({"mac": 2}, "A0"), ({"key": key(90, "000007")}, "77")],
)
def test_what_cannot_be_compared_is_answered_with_an_error(changes: dict[str, object], code: str) -> None:
    said = host().given(asked(Totals(), **changes)).said("0510")
    assert (said.code, said.flag) == (code, ERROR)
    other = msgspec.structs.replace(ended(0), **changes)
    assert host().given(other).said("0330").code == code


def test_a_host_that_is_out_of_order_compares_nothing_and_a_stranger_is_not_answered() -> None:
    book = host().given(AnswersWith("", "96"))
    assert book.given(asked(Totals())).said("0510").code == "96"
    assert book.given(ended(0)).said("0330").code == "96"
    for stranger in (asked(Totals(), key="90000009-000001-000001"), msgspec.structs.replace(ended(0), key="9-1-1")):
        assert [type(e) for e in host().given(stranger).effects] == [Logged]


# --- the upload


def test_every_difference_becomes_a_break_under_its_name_and_the_hosts_amounts_stand() -> None:
    book = host()
    for stan in (17, 18, 19, 20, 21):
        sold(book, stan, code="51" if stan == 20 else "00")
    book.given(reversal(key(21), amount_fen=10_000))
    uploaded(book, (17, 10_000), (18, 9_999), (20, 10_000), (21, 10_000), (77, 5_000))
    assert breaks(book) == [
        ("o18", "amount-differs", "000018"),
        ("o19", "host-record-without-slip", "000019"),
        ("o20", "slip-without-host-record", "000020"),
        ("o21", "status-differs", "000021"),
        ("", "slip-without-host-record", "000077"),
    ]
    assert not [e for e in book.effects if type(e) is Posted]
    assert open_batch(book) == "000002"


def test_what_only_failed_is_told_for_the_record() -> None:
    book = sold(host(), 17, code="51").given(asked(Totals(1, 1, 0, 0)))
    book.given(details((17, 10_000), what=CHIP_FAILED)).given(ended(1))
    assert breaks(book) == []


def test_an_upload_that_is_not_complete_begins_anew() -> None:
    book = sold(host(), 17).given(asked(Totals()), details((17, 10_000)), ended(2))
    assert (book.said("0330").code, open_batch(book)) == ("79", "000001")
    book.given(ended(1))
    assert book.said("0330").code == "79"
    assert book.given(details((17, 10_000)), ended(1)).said("0330").code == "00"


def test_an_end_without_upload_needs_totals_that_were_equal() -> None:
    book = sold(host(), 17).given(asked(Totals()), ended(1, END_EQUAL))
    assert (book.said("0330").code, open_batch(book)) == ("79", "000001")
    assert host().given(ended(0, END_EQUAL)).said("0330").code == "79"


def test_whatever_is_said_twice_is_answered_as_the_first_time() -> None:
    book = sold(host(), 17)
    first = book.given(asked(Totals())).said("0510")
    assert book.given(asked(Totals())).said("0510") == first
    row = details((17, 10_000))
    once = book.given(row).said("0330")
    assert book.given(row).said("0330") == once
    closed = book.given(ended(1)).said("0330")
    for _ in range(2):
        assert book.given(ended(1)).said("0330") == closed
        assert breaks(book) == []
        assert open_batch(book) == "000002"
        assert book.given(asked(Totals())).said("0510") == first
        assert book.given(row).said("0330") == once
    assert sold(book, 95, batch="000002").said("0210").code == "00"


def test_a_reversal_of_the_closed_batch_is_still_heard() -> None:
    book = uploaded(sold(host(), 17))
    assert book.given(reversal(key(17), amount_fen=10_000)).said("0410").code == "00"


def test_a_copy_that_was_taken_for_a_second_sale_is_a_duplicate() -> None:
    lax = msgspec.structs.replace(WORLD, acquirer=msgspec.structs.replace(WORLD.acquirer, duplicate_check=False))
    book = sold(sold(host(lax), 17), 17)
    assert book.given(asked(Totals(10_000, 1, 0, 0))).said("0510").totals == Totals(20_000, 2, 0, 0)
    book.given(details((17, 10_000)), ended(1))
    assert breaks(book) == [("o17", "duplicate", "000017")]


def test_batches_follow_each_other_and_start_again_after_the_last() -> None:
    last = msgspec.structs.replace(WORLD.terminals[0], first_batch="999999")
    book = host(msgspec.structs.replace(WORLD, terminals=(last,)))
    book.given(asked(Totals(), batch="999999"), ended(0, END_EQUAL, batch="999999"))
    assert book.said("0330").batch == "000001"


# --- memory


def test_the_attempts_of_an_open_batch_are_never_forgotten_and_those_of_a_closed_one_are() -> None:
    book = sold(host(), 17)
    for day in range(1, 6):
        book.at = MORNING + day * DAY
        sold(book, 17 + day)
    assert book.given(asked(Totals(60_000, 6, 0, 0))).said("0510").flag == EQUAL
    book.given(ended(6, END_EQUAL))
    for day in range(6, 9):
        book.at = MORNING + day * DAY
        sold(book, 100 + day, batch="000002")
    assert book.party.office.attempts.find(key(17)) is None  # type: ignore[attr-defined]
    assert book.party.office.attempts.find(key(106, "000002")) is not None  # type: ignore[attr-defined]


def test_nothing_is_kept_for_a_terminal_that_overwrites_its_own_log() -> None:
    lossy = msgspec.structs.replace(WORLD.terminals[0], log_full="overwrite")
    book = host(msgspec.structs.replace(WORLD, terminals=(lossy,)))
    for day in range(4):
        book.at = MORNING + day * DAY
        sold(book, 17 + day)
    assert book.party.office.attempts.find(key(17)) is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("cut", range(5))
def test_a_snapshot_at_any_point_goes_on_alike(cut: int) -> None:
    book = host()
    for day in range(4):
        book.at = MORNING + day * DAY
        sold(book, 17 + day)
    story = (asked(Totals()), details((17, 1)), details((18, 10_000)), ended(2), asked(Totals(), batch="000002"))
    book.given(*story[:cut])
    copy = Playbook(Host(WORLD), book.at)
    copy.party.restore(book.party.snapshot())
    assert copy.party.snapshot() == book.party.snapshot()
    for step in story[cut:]:
        assert copy.given(step).effects == book.given(step).effects
    assert copy.party.snapshot() == book.party.snapshot()


# --- where capture waits for the batch


def captured(book: Playbook) -> list[str]:
    return [e.about for e in book.effects if type(e) is Logged and e.word == "captured"]


def test_a_batch_captures_what_it_delivers_and_nothing_before() -> None:
    book = sold(sold(sold(host(BY_BATCH), 17), 18), 19)
    book.given(void(key(20), key(19), 10_000))
    book.given(answered(book.said("0200")))
    uploaded(book, (17, 10_000), (77, 500))
    assert captured(book) == ["o17"]
    equal = sold(sold(host(BY_BATCH), 17), 18).given(asked(Totals(20_000, 2, 0, 0)), ended(2, END_EQUAL))
    assert captured(equal) == ["o17", "o18"]


def test_what_is_not_delivered_yet_can_be_reversed_on_the_next_day() -> None:
    book = sold(host(BY_BATCH), 17).given(reversal(key(17), amount_fen=10_000), after=DAY)
    assert book.said("0410").code == "00"
    late = sold(host(), 17)
    from acquirer.host.clearing import ClearingDue

    late.given(ClearingDue("", "20260105"), after=14 * HOUR)
    assert late.given(reversal(key(17), amount_fen=10_000), after=HOUR).said("0410").code == "12"


# --- properties


@settings(max_examples=60, deadline=None)
@told(st.data())
def test_totals_of_whatever_was_sold_voided_and_reversed_are_what_the_till_would_count(data: st.DataObject) -> None:
    book = host()
    debits: dict[int, int] = {}
    credits_: dict[int, int] = {}
    stan = 16
    for _ in range(data.draw(st.integers(0, 15))):
        stan += 1
        act = data.draw(st.sampled_from(("sale", "decline", "reverse", "void", "next day")))
        if act == "next day":
            book.at += DAY
        elif act in ("sale", "decline"):
            fen = data.draw(st.integers(1, 99_999))
            sold(book, stan, fen, "00" if act == "sale" else "51")
            if act == "sale":
                debits[stan] = fen
        elif debits:
            other = data.draw(st.sampled_from(sorted(debits)))
            if act == "reverse":
                if book.given(reversal(key(other), amount_fen=debits[other])).said("0410").code == "00":
                    del debits[other]
            elif book.given(void(key(stan), key(other), debits[other])).effects and any(
                type(e) is Send and e.message.kind == "0200" for e in book.effects
            ):
                book.given(answered(book.said("0200")), after=SECOND)
                credits_[stan] = debits[other]
    mine = Totals(sum(debits.values()), len(debits), sum(credits_.values()), len(credits_))
    assert book.given(asked(mine, stan=999)).said("0510").flag == EQUAL


@settings(max_examples=60, deadline=None)
@told(
    st.dictionaries(st.integers(17, 30), st.integers(1, 3)),
    st.dictionaries(st.integers(17, 30), st.integers(1, 3)),
    st.data(),
)
def test_breaks_are_just_the_differences_of_the_two_lists(
    here: dict[int, int], there: dict[int, int], data: st.DataObject
) -> None:
    book = host()
    for stan, fen in sorted(here.items()):
        sold(book, stan, fen)
    rows = data.draw(st.permutations(sorted(there.items())))
    book.given(asked(Totals()))
    for row in rows:
        book.given(*[details(row)] * data.draw(st.integers(1, 2)))
    book.given(ended(len(rows)))
    found = {(int(stan), why) for _, why, stan in breaks(book)}
    assert found == (
        {(stan, "host-record-without-slip") for stan in here.keys() - there.keys()}
        | {(stan, "slip-without-host-record") for stan in there.keys() - here.keys()}
        | {(stan, "amount-differs") for stan in here.keys() & there.keys() if here[stan] != there[stan]}
    )
    assert not [e for e in book.effects if type(e) is Posted]


# --- what a clerk took back before its clearing


def taken_back(book: Playbook, stan: int = 17) -> Playbook:
    return book.given(CorrectionOrdered(f"o{stan}"))


def told_of(book: Playbook) -> list[tuple[str, int, int]]:
    """Which sales the merchant is told to be given back, with their amounts and fees."""
    notices = [e.message for e in book.effects if type(e) is Send and type(e.message) is AdjustmentNotice]
    return [(notice.ref, notice.amount_fen, notice.fee_fen) for notice in notices]


TOLD = [(f"{key(17)}/host-reversal", 10_000, 0)]


def restarted(book: Playbook) -> Playbook:
    kept = book.party.snapshot()
    book.party.restore(kept)
    assert book.party.snapshot() == kept
    return book


def test_its_merchant_is_told_when_the_batch_says_that_her_till_has_a_slip() -> None:
    book = restarted(taken_back(sold(sold(host(), 17), 18)))
    assert told_of(book) == []
    uploaded(book, (17, 10_000), (18, 10_000))
    assert (told_of(book), breaks(book)) == (TOLD, [("o17", "status-differs", "000017")])
    book.given(ended(2))
    assert told_of(book) == [], "the end of a batch is heard once"


def test_a_till_without_the_slip_has_no_such_sale_in_its_batch_and_nobody_is_told() -> None:
    for settled in (asked(Totals(10_000, 1, 0, 0)), asked(Totals())):
        book = taken_back(sold(sold(host(), 17), 18)).given(settled)
        if book.said("0510").flag == UNEQUAL:
            book.given(details((18, 10_000)))
            assert told_of(book.given(ended(1))) == []
        else:
            assert told_of(book.given(ended(1, END_EQUAL))) == []


def test_where_the_batch_is_closed_she_is_told_at_once_unless_it_had_no_slip() -> None:
    closed = sold(host(), 17).given(asked(Totals(10_000, 1, 0, 0))).given(ended(1, END_EQUAL))
    assert told_of(taken_back(closed)) == TOLD
    without = uploaded(sold(sold(host(), 17), 18), (18, 10_000))
    assert told_of(taken_back(without)) == []


def test_and_where_it_is_taken_back_between_comparison_and_end() -> None:
    book = taken_back(sold(host(), 17).given(asked(Totals(10_000, 1, 0, 0))))
    assert told_of(book.given(ended(1, END_EQUAL))) == TOLD
