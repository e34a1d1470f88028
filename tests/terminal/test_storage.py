"""The log's store: a warning in time, a refusal before anything is sent, and an approval that cannot be stored."""

import pytest

from poslab.messages.facts import StoreFailing, StoreMended
from poslab.messages.people import PreauthKeyed, QueryKeyed, SaleKeyed, VoidKeyed
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import HOUR, MINUTE, SECOND

SALE = SaleKeyed("victim", 12_800, "good-debit")
KEY = "90000001-000001-000017"


def sold(t, number):
    """One good sale with its slip, an hour after the one before."""
    t.given(SaleKeyed(f"o{number}", 12_800, "good-debit"), after=HOUR)
    return t.answered().passes(3 * SECOND)


@pytest.mark.parametrize("how", ["full", "io-error"])
def test_an_approval_that_cannot_be_stored_is_reversed_with_reason_96(till, how):
    t = till().given(StoreFailing(how=how), SALE).answered()
    assert t.words() == ["store-failed", "reversal-stored"]
    assert t.logged("store-failed") == {"how": how, "key": KEY}
    assert t.logged("reversal-stored")["reason"] == "96"
    assert t.kept() == ["reversal-reason"]
    assert t.screens() == ["store-failed"]
    assert t.state(KEY) == "unknown"
    assert t.passes(31 * SECOND).leaves() == ["0400"]
    assert t.request("0400").reason == "96"
    assert t.reversal_answered("00").screens() == ["reversal-done"]
    assert t.state(KEY) == "reversed"
    assert t.slips()[0].slip == "reversal-done"


def test_a_log_that_was_found_full_takes_no_sale_and_no_void_before_it_is_in_order(till):
    t = till().given(SALE).answered().passes(5 * MINUTE)
    t.given(StoreFailing(), SaleKeyed("next", 100, "good-debit")).answered().passes(31 * SECOND).reversal_answered("00")
    assert t.given(SaleKeyed("third", 200, "good-debit")).screens() == ["log-full"]
    assert t.leaves() == [] and t.still() == "idle"
    assert t.given(VoidKeyed("victim")).screen("void-refused").code == "log-full"
    t.given(PowerCut(), PowerRestored())
    assert t.given(SaleKeyed("third", 200, "good-debit")).screens() == ["log-full"]
    t.given(StoreMended())
    assert t.given(SaleKeyed("third", 200, "good-debit")).leaves() == ["0200"]


def test_a_write_error_is_tried_again_with_the_next_sale(till):
    t = till().given(StoreFailing(how="io-error"), SALE).answered().passes(31 * SECOND).reversal_answered("00")
    assert t.given(SaleKeyed("next", 100, "good-debit")).leaves() == ["0200"]
    assert "store-failed" in t.answered().words()


def test_a_void_that_cannot_be_stored_is_reversed_and_the_sale_stands(till):
    t = till().given(SALE).answered().passes(3 * SECOND).given(StoreFailing(how="io-error"), VoidKeyed("victim"))
    t.answered()
    void = "90000001-000001-000018"
    assert t.state(void) == "unknown"
    t.passes(31 * SECOND).reversal_answered("00")
    assert t.state(void) == "reversed" and t.state(KEY) == "approved"


def test_a_hold_that_cannot_be_stored_is_reversed(till):
    t = till().given(StoreFailing(how="io-error"), PreauthKeyed("h1", 300, "good-debit")).answered(kind="0100")
    assert t.words() == ["store-failed", "reversal-stored"]
    assert t.state(KEY) == "unknown"


def test_a_doubt_that_ends_well_stays_a_doubt_while_it_cannot_be_stored(till):
    t = till().given(SALE).answered("98").given(StoreFailing(), QueryKeyed("victim")).query_answered("approved")
    assert t.state(KEY) == "in-doubt:98"
    t.given(StoreMended(), QueryKeyed("victim")).query_answered("approved").passes(3 * SECOND)
    assert t.state(KEY) == "approved"


def test_at_80_percent_it_warns_and_when_full_it_refuses_before_anything_is_sent(till):
    t = till(log_capacity=10)
    for number in range(8):
        assert "log-nearly-full" not in t.words(sold(t, number).past)
    for number in (8, 9):
        t.given(SaleKeyed(f"o{number}", 12_800, "good-debit"), after=HOUR)
        assert t.screens()[0] == "log-nearly-full"
        assert t.logged("log-nearly-full")["left"] == 10 - number
        t.answered().passes(3 * SECOND)
    t.given(SaleKeyed("o10", 12_800, "good-debit"), after=HOUR)
    assert (t.screens(), t.words(), t.leaves()) == (["log-full"], ["log-full"], [])


def test_what_is_not_finished_yet_will_want_room_too(till):
    t = till(log_capacity=1).given(SALE).answered("98").given(SaleKeyed("o2", 200, "good-debit"))
    assert t.screens() == ["log-full"]


def test_a_log_that_overwrites_never_refuses(till):
    t = till(log_capacity=2, log_full="overwrite")
    for number in range(4):
        assert "log-nearly-full" not in sold(t, number).words()
    assert [entry[1].about for entry in t.party.device.flash.log] == ["o2", "o3"]
