"""Batch settlement at the terminal: totals, the upload in its order, and how it goes on after whatever broke it off."""

import msgspec
import pytest

from poslab.messages.batch import (
    CHIP_FAILED,
    CHIP_OFFLINE,
    CHIP_ONLINE,
    END_EQUAL,
    END_UNEQUAL,
    EQUAL,
    ERROR,
    ONLINE,
    UNEQUAL,
    Detail,
    SettlementResponse,
    Totals,
    UploadResponse,
)
from poslab.messages.card import NoticeResponse, SignOnResponse
from poslab.messages.facts import PaperLoaded, PaperOut, StoreFailing
from poslab.messages.people import (
    CancelPressed,
    CompletionKeyed,
    OfflineSaleKeyed,
    PreauthKeyed,
    QueryKeyed,
    ReprintKeyed,
    SaleKeyed,
    SettleKeyed,
    SettlementSlip,
    VoidKeyed,
)
from poslab.party.contract import Send
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import DAY, HOUR, MINUTE, SECOND
from terminal.machine import Terminal

BATCH = "000001"
KEY = "90000001-000001-"


def sold(t, number, amount_fen=10_000, entry="chip", code="00"):
    """A sale at its own hour, with its slip out."""
    t.given(SaleKeyed(f"o{number}", amount_fen + number, "good-debit", entry), after=6 * MINUTE)
    return t.answered(code).passes(3 * SECOND)


def compared(t, flag=EQUAL, totals=None, **changes):
    """The host answers the last 0500."""
    asked = t.request("0500")
    code = {EQUAL: "00", UNEQUAL: "95", ERROR: "96"}[flag]
    said = SettlementResponse(
        asked.about, asked.key, asked.mid, code, totals or asked.totals, flag, t.at // SECOND * SECOND
    )
    return t.given(msgspec.structs.replace(said, **changes))


def heard(t, code="00", batch="", **changes):
    """The host answers the last 0320."""
    asked = t.request("0320")
    said = UploadResponse(asked.about, asked.key, asked.mid, asked.what, code, batch)
    return t.given(msgspec.structs.replace(said, **changes))


def uploads(t):
    """What was uploaded so far: kind and STANs of each message."""
    sent = [e.message for e in t.past if type(e) is Send and e.message.kind == "0320"]
    return [(m.what, [detail.stan for detail in m.details] if m.details else m.count) for m in sent]


def settled_unequal(t):
    """Found unequal: the first message of the upload has left."""
    return compared(t.given(SettleKeyed()), UNEQUAL)


def test_an_equal_batch_is_closed_and_the_next_one_begins(till):
    t = sold(sold(till(), 1), 2)
    t.given(SettleKeyed())
    asked = t.request("0500")
    assert (asked.key, asked.totals) == (KEY + "000019", Totals(20_003, 2, 0, 0))
    assert t.leaves() == ["0500"]
    compared(t)
    assert t.kept() == ["settlement"]
    slip = t.said("settlement-slip")
    assert slip == SettlementSlip(
        "", "T1", asked.key, asked.mid, asked.totals, asked.totals, EQUAL, t.at // SECOND * SECOND
    )
    assert uploads(t) == [(END_EQUAL, 2)]
    heard(t, batch="000002")
    assert (t.kept(), t.words(), t.screen("settled").code) == (["batch-closed"], ["batch-settled"], "equal")
    sold(t, 3)
    assert t.request("0200").key == "90000001-000002-000021"
    assert t.given(SettleKeyed()).request("0500").totals == Totals(10_003, 1, 0, 0)


def test_voids_count_on_their_own_side_and_what_came_to_nothing_not_at_all(till):
    t = sold(sold(sold(till(), 1), 2), 3, code="51")
    t.given(VoidKeyed("o1")).answered().passes(3 * SECOND)
    t.given(SaleKeyed("lost", 500, "good-debit")).passes(91 * SECOND).reversal_answered("00")
    t.given(SaleKeyed("doubtful", 600, "good-debit")).answered("98")
    assert t.given(SettleKeyed()).request("0500").totals == Totals(20_003, 2, 10_001, 1)


def test_what_was_never_printed_counts_and_can_be_printed_after_the_settlement(till):
    t = till().given(PaperOut(), SaleKeyed("o1", 100, "good-debit")).answered()
    t.given(SettleKeyed())
    assert t.request("0500").totals == Totals(100, 1, 0, 0)
    assert "settlement-slip" not in [e.message.kind for e in compared(t).effects if type(e) is Send]
    heard(t, batch="000002")
    t.given(PaperLoaded(), ReprintKeyed("o1")).passes(3 * SECOND)
    assert [slip.slip for slip in t.slips()] == ["sale"]
    assert t.given(SettleKeyed()).request("0500").totals == Totals()


def test_the_log_is_empty_afterwards(till):
    t = sold(till(log_capacity=2), 1)
    sold(t, 2)
    assert t.given(SaleKeyed("o3", 300, "good-debit")).screens() == ["log-full"]
    heard(compared(t.given(SettleKeyed())), batch="000002")
    assert t.given(SaleKeyed("o3", 300, "good-debit")).leaves() == ["0200"]
    t.answered().passes(3 * SECOND)
    assert t.given(VoidKeyed("o1", "000017")).screen("void-refused").code == "unknown-voucher"


def test_a_log_that_was_found_full_is_in_order_after_the_settlement(till):
    t = till().given(StoreFailing(), SaleKeyed("o1", 100, "good-debit")).answered()
    t.passes(31 * SECOND).reversal_answered("00")
    heard(compared(t.given(SettleKeyed())), batch="000002")
    assert sold(t, 2).state("90000001-000002-000020") == "approved"


# --- the upload


def test_an_unequal_batch_is_uploaded_in_the_order_of_the_trade_and_ended(till):
    t = till(floor_limit_fen=100_000, offline_send="at-settlement")
    t.given(OfflineSaleKeyed("off", 700, "good-debit")).passes(3 * SECOND)
    for number in range(1, 11):
        sold(t, number, entry="stripe")
    sold(t, 11, code="51")
    sold(t, 12)
    t.given(SettleKeyed())
    assert t.leaves() == ["0220"]
    told = t.request("0220")
    t.given(NoticeResponse("off", told.key, told.mid, told.what, 700, "00", "260000000099"))
    settled_unequal_of(t)
    while t.request("0320").what != END_UNEQUAL:
        heard(t)
    stripes = [f"{number:06d}" for number in range(18, 28)]
    assert uploads(t) == [
        (CHIP_OFFLINE, ["000017"]),
        (ONLINE, stripes[:8]),
        (ONLINE, stripes[8:]),
        (CHIP_ONLINE, ["000029"]),
        (CHIP_FAILED, ["000028"]),
        (END_UNEQUAL, 13),
    ]
    assert t.party.device.flash.settling.heard == 5
    heard(t, batch="000002")
    assert t.screen("settled").code == "unequal"


def settled_unequal_of(t):
    assert t.leaves() == ["0500"]
    return compared(t, UNEQUAL)


def test_the_details_say_card_and_amount(till):
    settled_unequal(t := sold(till(), 1))
    assert t.request("0320").details == (Detail("000017", "good-debit", 10_001),)


def test_a_voided_sale_is_not_uploaded(till):
    t = sold(till(), 1).given(VoidKeyed("o1")).answered().passes(3 * SECOND)
    settled_unequal(t)
    assert uploads(t) == [(END_UNEQUAL, 0)]


def test_until_the_upload_is_finished_no_sale_and_no_void_is_taken_and_questions_are(till):
    t = settled_unequal(sold(till(), 1)).passes(61 * SECOND)
    assert t.screens()[-1] == "settle-failed"
    assert t.given(SaleKeyed("o2", 200, "good-debit")).screens() == ["settle-first"]
    assert t.given(VoidKeyed("o1")).screen("void-refused").code == "settle-first"
    assert t.given(PreauthKeyed("h1", 300, "good-debit")).screens() == ["settle-first"]
    assert t.given(QueryKeyed("o1")).leaves() == ["0600"]


def test_before_it_was_compared_sales_go_on_and_the_totals_are_taken_anew(till):
    t = sold(till(), 1).given(SettleKeyed()).passes(61 * SECOND)
    assert t.screens()[-1] == "settle-failed"
    sold(t, 2)
    t.passes(2 * MINUTE)
    assert t.request("0500").totals.debits == 2


@pytest.mark.parametrize("how", ["silence", "no line", "power cut"])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_it_goes_on_where_it_stopped(till, how, at):
    t = sold(sold(sold(till(), 1), 2), 3)
    settled_unequal(t)
    for _ in range(at):
        heard(t)
    before = len(uploads(t))
    if how == "power cut":
        t.given(PowerCut()).passes(MINUTE).given(PowerRestored())
    else:
        t.line = "up" if how == "silence" else "unreachable"
        t.passes(61 * SECOND)
        t.line = "up"
    t.passes(31 * SECOND)
    assert uploads(t)[before] == uploads(t)[before - 1]
    while t.request("0320").what != END_UNEQUAL:
        heard(t)
    assert uploads(t)[-1] == (END_UNEQUAL, 3)
    told = [stans for what, stans in uploads(t) if what == CHIP_ONLINE]
    assert sorted({stan for stans in told for stan in stans}) == ["000017", "000018", "000019"]
    heard(t, batch="000002")
    assert t.screen("settled").word == "settled"


def test_it_is_tried_again_by_itself_and_ever_more_seldom(till):
    t = sold(till(), 1)
    t.line = "unreachable"
    t.given(SettleKeyed())
    at = t.at
    times = []
    for _ in range(5):
        while t.screens() != ["batch-uploading", "settle-failed"] and t.screens() != ["processing", "settle-failed"]:
            t.passes(SECOND)
        times.append((t.at - at) // SECOND)
        t.passes(SECOND)
    assert times == [0, 30, 90, 210, 450]


def test_the_key_makes_it_go_on_at_once(till):
    t = settled_unequal(sold(till(), 1)).passes(61 * SECOND)
    assert t.given(SettleKeyed()).leaves() == ["0320"]


def test_an_upload_of_which_the_host_missed_something_begins_anew_three_times_at_most(till):
    settled_unequal(t := sold(till(), 1))
    heard(t)
    for _ in range(2):
        assert heard(t, "79").leaves() == ["0320"]
        assert t.request("0320").what == CHIP_ONLINE
        heard(t)
    heard(t, "79")
    assert (t.screens(), t.still()) == (["settle-failed"], "idle")


@pytest.mark.parametrize("code", ["77", "A0"])
def test_a_host_that_wants_a_sign_on_gets_one_and_then_the_batch(till, code):
    t = sold(till(), 1).given(SettleKeyed())
    compared(t, ERROR, code=code)
    asked = t.request("0800")
    t.given(SignOnResponse(asked.about, asked.key, asked.mid, "00", BATCH, 1))
    assert t.leaves() == ["0500"]


def test_a_closing_that_was_not_heard_is_learnt_from_the_sign_on(till):
    t = sold(till(), 1).given(SettleKeyed())
    compared(t)
    heard(t, "77")
    asked = t.request("0800")
    t.given(SignOnResponse(asked.about, asked.key, asked.mid, "00", "000002", 1))
    assert (t.screen("settled").code, t.still(), t.leaves()) == ("equal", "idle", [])
    assert t.given(SettleKeyed()).request("0500").totals == Totals()


def test_a_closing_without_a_number_asks_for_it_with_the_next_sale(till):
    heard(compared(t := sold(till(), 1).given(SettleKeyed())))
    assert t.given(SaleKeyed("o2", 200, "good-debit")).leaves() == ["0800"]


def test_only_an_answer_to_what_was_asked_is_heard(till):
    t = sold(till(), 1).given(SettleKeyed())
    for changes in ({"mac": 0}, {"mid": "999000054110009"}):
        compared(t, **changes)
        assert (t.words(), t.still()) == (["answer-refused"], "waiting")
    compared(t, key=KEY + "000001")
    assert (t.words(), t.still()) == (["late-answer-discarded"], "waiting")
    compared(t)
    heard(t, mac=0)
    assert (t.words(), t.still()) == (["answer-refused"], "waiting")
    heard(t, batch="000002")
    heard(t, batch="000003")
    assert (t.words(), t.party.device.flash.batch) == (["late-answer-discarded"], "000002")


def test_it_can_be_given_up_and_taken_up_again(till):
    t = settled_unequal(sold(till(), 1)).given(CancelPressed())
    assert (t.screens(), t.still()) == (["cancelled"], "idle")
    assert t.given(SettleKeyed()).leaves() == ["0320"]


def test_completions_count_and_holds_do_not_and_outlast_the_settlement(till):
    t = till()
    for order in ("h1", "h2"):
        t.given(PreauthKeyed(order, 10_000, "good-debit"), after=6 * MINUTE).answered(kind="0100").passes(3 * SECOND)
    t.given(CompletionKeyed("h1", 11_000)).answered().passes(3 * SECOND)
    settled_unequal(t)
    assert t.request("0500").totals == Totals(11_000, 1, 0, 0)
    assert uploads(t) == [(CHIP_ONLINE, ["000019"])]
    heard(t)
    heard(t, batch="000002")
    assert t.given(CompletionKeyed("h2", 9_000)).request("0200").original == KEY + "000018"


# --- what must be through before


def test_a_waiting_reversal_goes_first(till):
    t = till().given(SaleKeyed("o1", 100, "good-debit")).passes(61 * SECOND).given(SettleKeyed())
    assert t.leaves() == ["0400"]
    assert t.reversal_answered("00").leaves() == ["0500"]


def parked(t):
    """A reversal waits, and the line is down; it is 18:00."""
    t.given(SaleKeyed("o1", 100, "good-debit"), after=8 * HOUR - 15 * MINUTE - 30 * SECOND).passes(61 * SECOND)
    t.line = "unreachable"
    return t


def test_while_one_cannot_be_delivered_the_batch_stays_open(till):
    t = parked(till()).given(SettleKeyed(supervisor=True))
    assert (t.screen("settle-refused").code, t.leaves()) == ("reversal", [])
    assert t.logged("settle-refused")["why"] == "reversal"


@pytest.mark.parametrize(
    ("after", "supervisor", "goes_on"),
    [(5 * HOUR, True, False), (6 * HOUR, False, False), (6 * HOUR, True, True), (DAY, True, True)],
)
def test_half_an_hour_after_the_cut_off_a_supervisor_may_close_without_it(till, after, supervisor, goes_on):
    t = parked(till()).passes(after).given(SettleKeyed(supervisor=supervisor))
    assert ("settle-refused" in t.screens()) != goes_on
    assert ("settle-failed" in t.screens()) == goes_on


def test_the_record_keeps_its_old_batch(till):
    t = parked(till(park="block")).passes(6 * HOUR)
    t.line = "up"
    t.passes(16 * MINUTE)
    while t.still() != "idle" or t.party.device.armed is False:
        t.passes(SECOND)
    t.given(SettleKeyed(supervisor=True)).passes(60 * SECOND)
    assert t.leaves() == ["0500"]
    heard(compared(t), batch="000002")
    t.passes(HOUR)
    assert t.request("0400").key == KEY + "000017"


def test_what_was_stored_offline_and_is_not_sent_keeps_the_batch_open(till):
    t = till(floor_limit_fen=100_000).given(OfflineSaleKeyed("off", 700, "good-debit")).passes(3 * SECOND)
    t.given(SettleKeyed()).passes(60 * SECOND)
    assert (t.screens()[-1], t.still()) == ("settle-refused", "idle")
    assert t.logged("settle-refused")["why"] == "unsent"
    assert t.passes(31 * SECOND).leaves() == ["0220"]


# --- after a restart of the service


def test_a_snapshot_in_the_middle_goes_on(till):
    settled_unequal(t := sold(sold(till(), 1), 2))
    heard(t)
    t.passes(61 * SECOND)
    copy = Terminal(t.parameters)
    copy.restore(t.party.snapshot())
    assert copy.snapshot() == t.party.snapshot()
    t.party = copy
    assert t.given(SettleKeyed()).leaves() == ["0320"]
    assert uploads(t)[-1] == (CHIP_ONLINE, ["000018"])
