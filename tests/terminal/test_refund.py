"""退货 at the terminal: kept, sent, repeated under its own STAN until answered, refused where a void will do."""

import msgspec
import pytest

from poslab.messages.card import NoticeResponse
from poslab.messages.people import BalanceKeyed, CancelPressed, RefundKeyed, ReprintKeyed, SaleKeyed, SettleKeyed
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import DAY, HOUR, SECOND

SOLD = "90000001-000000-000012"
"""A payment of the batch before."""
KEY = "90000001-000001-000017"
REFUND = RefundKeyed("victim", 5_000, "good-debit", SOLD, "260000000012")


def heard(book, code="00", **changes):
    told = book.request("0220")
    answer = NoticeResponse(told.about, told.key, told.mid, told.what, told.amount_fen, code, "260000000017")
    return book.given(msgspec.structs.replace(answer, **changes))


def test_it_is_kept_then_sent_and_answered_with_a_slip(till):
    book = till().given(REFUND)
    assert (book.kept(), book.leaves(), book.state(KEY)) == (["notice", "notice-count"], ["0220"], "offline-unsent")
    told = book.request("0220")
    assert (told.what, told.amount_fen, told.original, told.original_rrn) == ("refund", 5_000, SOLD, "260000000012")
    (slip,) = heard(book).slips()
    assert (slip.slip, slip.key, slip.amount_fen, slip.original) == ("refund", KEY, 5_000, SOLD)
    assert (book.screens(), book.state(KEY), book.still()) == (["refund-done"], "approved", "idle")
    assert book.given(ReprintKeyed("victim")).passes(2 * SECOND).slips()[0].duplicate


def test_a_refusal_is_told_with_its_code(till):
    book = heard(till().given(REFUND), "64")
    assert (book.screens(), book.screen("refund-declined").code, book.state(KEY)) == (
        ["refund-declined"], "64", "declined:64",
    )  # fmt: skip
    assert [slip.slip for slip in book.slips()] == ["decline"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"supervisor": False}, "supervisor"),
        ({"amount_fen": 0}, "amount"),
        ({"original": "90000002-000000-000012"}, "other-terminal"),
        ({"entry": "qr"}, "by-code"),
    ],
)
def test_what_it_knows_to_be_impossible_is_refused_here(till, changes, why):
    book = till().given(msgspec.structs.replace(REFUND, **changes))
    assert (book.screen("refund-refused").code, book.leaves(), book.kept()) == (why, [], [])


def test_in_the_open_batch_a_void_will_do_until_the_cut_off(till):
    book = till().given(SaleKeyed("victim", 12_800, "good-debit")).answered().passes(2 * SECOND)
    mine = msgspec.structs.replace(REFUND, original=KEY, original_rrn="260000000017")
    assert book.given(mine).screen("refund-refused").code == "void-instead"
    assert book.given(mine, after=12 * HOUR).screen("refund-refused").code == "void-instead"
    assert book.given(mine, after=HOUR).leaves() == ["0220"]


def test_unanswered_it_stays_and_nobody_refunds_it_twice(till):
    book = till().given(REFUND).passes(61 * SECOND)
    assert (book.screens(), book.state(KEY), book.still()) == (["refund-waiting"], "offline-unsent", "idle")
    assert book.given(REFUND).screen("refund-refused").code == "refund-waits"
    book.given(PowerCut(), PowerRestored(), BalanceKeyed("", "good-debit"))
    again = [e.message for e in book.past if type(e).__name__ == "Send" and e.message.kind == "0220"]
    assert [(told.key, told.amount_fen) for told in again] == [(KEY, 5_000)] * 2
    assert heard(book).leaves() == ["0200"]


def test_the_cancel_key_takes_nothing_back(till):
    book = till().given(REFUND).given(CancelPressed("victim"))
    assert (book.still(), book.state(KEY)) == ("waiting", "offline-unsent")
    assert heard(book).state(KEY) == "approved"


def test_without_a_line_nothing_was_sent_and_it_is_kept(till):
    book = till()
    book.line = "refused"
    book.given(REFUND)
    assert (book.screens()[-1], book.leaves(), book.state(KEY)) == ("refund-waiting", [], "offline-unsent")
    book.line = "up"
    assert book.given(SettleKeyed(), after=DAY).leaves() == ["0220"]


def test_it_counts_on_the_credit_side_of_its_batch(till):
    book = heard(till().given(REFUND)).given(SettleKeyed())
    totals = book.request("0500").totals
    assert (totals.debits, totals.credits, totals.credit_fen) == (0, 1, 5_000)
