"""What a terminal stores without asking anybody: kept, printed, sent under one key until somebody has heard it."""

import msgspec
import pytest

from poslab.messages.card import FinancialNotice, NoticeResponse
from poslab.messages.people import (
    AdjustmentKeyed,
    BalanceKeyed,
    CancelPressed,
    OfflineSaleKeyed,
    ReprintKeyed,
    SaleKeyed,
    SettleKeyed,
    SignOnKeyed,
    VoidKeyed,
)
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import HOUR, MINUTE, SECOND
from terminal.machine import Terminal

FIRST = "90000001-000001-000017"
SECOND_KEY = "90000001-000001-000018"
SALE = OfflineSaleKeyed("victim", 12_800, "good-debit")
BALANCE = BalanceKeyed("", "good-debit")


def permitted(till, **parameters):
    """A terminal that may store sales up to 500.00."""
    return till(floor_limit_fen=50_000, **parameters)


def stored(till, **parameters):
    """One sale stored, its slip printed."""
    return permitted(till, **parameters).given(SALE).passes(2 * SECOND)


def heard(book, code="00", **changes):
    """The host answers the last 0220."""
    told = book.request("0220")
    answer = NoticeResponse(told.about, told.key, told.mid, told.what, told.amount_fen, code, "260000000017")
    return book.given(msgspec.structs.replace(answer, **changes))


def test_a_sale_is_stored_printed_and_sent_to_nobody(till):
    book = permitted(till).given(SALE)
    assert (book.kept(), book.leaves(), book.screens()) == (["notice"], [], ["offline-stored"])
    assert (book.moves(FIRST), book.logged("attempt")["what"]) == (["offline-unsent"], "chip-offline-sale")
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.key, slip.rrn, slip.amount_fen) == ("offline", FIRST, "", 12_800)
    book.passes(48 * HOUR).silent()


@pytest.mark.parametrize(
    ("limit_fen", "why"), [(0, "not-permitted"), (12_799, "over-limit")], ids=["not-permitted", "over-limit"]
)
def test_it_is_stored_only_as_far_as_the_floor_limit_permits(till, limit_fen, why):
    book = till(floor_limit_fen=limit_fen).given(SALE)
    assert (book.screens(), book.screen("offline-refused").code, book.kept()) == (["offline-refused"], why, [])
    assert till(floor_limit_fen=12_800).given(SALE).screens() == ["offline-stored"]


def test_how_the_card_was_read_says_which_notice_it_is(till):
    book = permitted(till).given(OfflineSaleKeyed("victim", 100, "good-debit", "keyed", "123456"))
    book.passes(2 * SECOND).given(BALANCE)
    told = book.request("0220")
    assert (told.what, told.entry, told.original_auth) == ("offline-sale", "keyed", "123456")


def test_it_goes_before_the_next_online_transaction_oldest_first(till):
    book = stored(till).given(OfflineSaleKeyed("second", 500, "good-credit")).passes(2 * SECOND)
    book.given(SaleKeyed("third", 900, "good-debit"))
    told = book.request("0220")
    assert told == FinancialNotice("victim", FIRST, book.parameters.mid, "chip-offline-sale", 12_800, "good-debit")
    heard(book)
    assert (book.state(FIRST), book.kept()[0], book.request("0220").key) == ("approved", "notice-settled", SECOND_KEY)
    heard(book)
    assert (book.leaves(), book.request("0200").about) == (["0200"], "third")
    book.answered().passes(2 * SECOND)
    assert book.given(BALANCE).leaves() == ["0200"]


def test_where_the_provider_says_so_it_waits_for_the_settlement(till):
    book = stored(till, offline_send="at-settlement").given(SaleKeyed("other", 900, "good-debit"))
    assert (book.leaves(), book.state(FIRST)) == (["0200"], "offline-unsent")


def test_unanswered_it_stays_and_goes_again_under_the_same_key(till):
    book = stored(till).given(BALANCE)
    first = book.request("0220")
    book.passes(60 * SECOND)
    assert (book.leaves(), book.state(FIRST)) == (["0200"], "offline-unsent")  # the inquiry goes on
    book.answered(code="00").given(BALANCE)
    assert (book.leaves(), book.request("0220")) == (["0220"], first)
    assert book.logged("notice-sent")["attempt"] == 2
    assert heard(book).moves(FIRST) == ["offline-unsent", "approved"]


def test_once_sent_it_is_told_again_by_itself_until_somebody_hears(till):
    book = stored(till).given(BALANCE)
    first = book.request("0220")
    book.passes(60 * SECOND).answered(code="00")
    for number, pause_s in enumerate((30, 60, 120), start=2):
        assert book.passes(pause_s * SECOND).leaves() == ["0220"]
        assert (book.request("0220"), book.logged("notice-sent")["attempt"]) == (first, number)
        book.passes(60 * SECOND)
    assert heard(book.passes(240 * SECOND)).state(FIRST) == "approved"
    book.passes(48 * HOUR).silent()


def test_nobody_needs_to_key_anything_after_a_power_cut(till):
    book = stored(till).given(BALANCE).given(PowerCut(), after=SECOND).given(PowerRestored(), after=MINUTE)
    assert book.passes(30 * SECOND).request("0220").key == FIRST
    assert heard(book).state(FIRST) == "approved"


def test_without_a_line_it_is_tried_again_later(till):
    book = stored(till).given(BALANCE).passes(60 * SECOND).answered()
    book.line = "unreachable"
    assert book.passes(30 * SECOND).leaves() == []
    book.line = "up"
    assert book.passes(60 * SECOND).leaves() == ["0220"]


def test_what_was_never_sent_does_not_go_along(till):
    """Its occasion is the settlement; the other one has had its own."""
    book = stored(till, offline_send="at-settlement").given(SettleKeyed())
    book.passes(60 * SECOND).given(SALE, after=SECOND).passes(2 * SECOND)
    told = [key for key in (FIRST, SECOND_KEY) if book.party.device.flash.notices[key].sent]
    assert told == [FIRST]
    assert book.passes(30 * SECOND).request("0220").key == FIRST
    assert (heard(book).leaves(), book.state(FIRST)) == ([], "approved")


def test_a_late_answer_changes_nothing(till):
    book = stored(till).given(BALANCE).passes(60 * SECOND)
    heard(book)
    assert (book.words(), book.state(FIRST)) == (["late-answer-discarded"], "offline-unsent")


@pytest.mark.parametrize("line", ["unreachable", "refused"])
def test_without_a_line_nothing_is_sent_and_nothing_lost(till, line):
    book = stored(till)
    book.line = line
    book.given(BALANCE)
    assert (book.leaves(), book.screens()[-1], book.state(FIRST)) == ([], "connect-failed", "offline-unsent")
    book.line = "up"
    assert book.given(BALANCE).request("0220").key == FIRST


def test_it_survives_a_power_cut_at_any_moment(till):
    book = permitted(till).given(SALE).given(PowerCut(), after=SECOND).given(PowerRestored(), after=MINUTE)
    assert book.logged("booted")["unsent"] == 1
    book.given(BALANCE, after=MINUTE).given(PowerCut(), after=SECOND).given(PowerRestored(), after=MINUTE)
    again = book.given(BALANCE, after=MINUTE).request("0220")
    assert (again.key, book.logged("notice-sent")["attempt"]) == (FIRST, 2)
    assert heard(book).state(FIRST) == "approved"


def test_it_survives_a_snapshot(till):
    book = stored(till)
    other = Terminal(book.parameters)
    other.restore(book.party.snapshot())
    assert other.snapshot() == book.party.snapshot()
    assert other.device.flash.notices == book.party.device.flash.notices != {}


@pytest.mark.parametrize("code", ["90", "91", "96", "68", "06", "A0"])
def test_a_refusal_that_passes_leaves_it_in_the_queue(till, code):
    book = heard(stored(till).given(BALANCE), code)
    assert (book.state(FIRST), book.leaves()) == ("offline-unsent", ["0200"])


def test_a_refusal_for_good_ends_it(till):
    book = heard(stored(till).given(BALANCE), "51")
    assert (book.state(FIRST), book.screens()) == ("declined:51", ["notice-refused"])
    assert [(slip.slip, slip.code) for slip in book.slips()] == [("decline", "51")]
    assert book.answered().given(BALANCE).leaves() == ["0200"]


@pytest.mark.parametrize("changes", [{"amount_fen": 12_801}, {"mid": "999000054110009"}, {"mac": 0}, {"what": "tip"}])
def test_an_answer_that_does_not_match_is_none(till, changes):
    book = heard(stored(till).given(BALANCE), **changes)
    assert (book.words(), book.state(FIRST), book.still()) == (["answer-refused"], "offline-unsent", "waiting")


def test_cancelling_gives_up_what_waits_behind_it_and_not_the_notice(till):
    book = stored(till).given(SaleKeyed("behind", 900, "good-debit")).given(CancelPressed())
    assert (book.screens(), heard(book).leaves(), book.state(FIRST)) == (["cancelled"], [], "approved")


def test_before_it_was_sent_it_is_voided_on_the_terminal_itself(till):
    book = stored(till).given(VoidKeyed("victim"))
    assert (book.state(FIRST), book.leaves(), book.kept()) == ("voided", [], ["notice-withdrawn"])
    assert [slip.slip for slip in book.passes(2 * SECOND).slips()] == ["void"]
    assert book.given(BALANCE).leaves() == ["0200"]
    assert book.given(VoidKeyed("victim")).screens() == ["busy"]


def test_once_sent_it_may_stand_at_the_host_and_is_not_voided_here(till):
    book = stored(till).given(BALANCE).passes(60 * SECOND).answered().given(VoidKeyed("victim"))
    assert (book.screen("void-refused").code, book.state(FIRST)) == ("upload-first", "offline-unsent")


def test_once_answered_it_is_voided_like_any_other_sale(till):
    book = heard(stored(till).given(BALANCE)).answered().given(VoidKeyed("victim"))
    asked = book.request("0200")
    assert (asked.what, asked.original, asked.original_rrn, asked.amount_fen) == ("void", FIRST, "260000000017", 12_800)
    assert book.answered().state(FIRST) == "voided"


def test_its_slip_can_be_printed_again_and_says_whether_it_was_sent(till):
    book = stored(till).given(ReprintKeyed("victim"))
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.duplicate, slip.rrn) == ("offline", True, "")
    book = heard(book.given(BALANCE)).answered().given(ReprintKeyed("victim"))
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.rrn) == ("offline", "260000000017")


def test_signed_off_it_signs_on_first(till):
    book = stored(till)
    book.party.device.flash.signed_on = False
    assert book.given(BALANCE).leaves() == ["0800"]


# --- tips and adjustments


def paid(till):
    """An ordinary sale with its slip."""
    return till().given(SaleKeyed("meal", 10_000, "good-credit")).answered().passes(2 * SECOND)


def test_a_tip_is_a_notice_of_the_new_total(till):
    book = paid(till).given(AdjustmentKeyed("meal", 11_500))
    assert (book.kept(), book.leaves(), book.moves(SECOND_KEY)) == (["notice"], [], ["offline-unsent"])
    assert [slip.slip for slip in book.passes(2 * SECOND).slips()] == ["adjustment"]
    told = book.given(BALANCE).request("0220")
    assert (told.what, told.key, told.original, told.original_rrn, told.amount_fen) == (
        "tip", SECOND_KEY, FIRST, "260000000017", 11_500,
    )  # fmt: skip
    heard(book).answered()
    assert (book.state(SECOND_KEY), book.state(FIRST)) == ("approved", "approved")
    assert book.given(VoidKeyed("meal")).request("0200").amount_fen == 11_500


@pytest.mark.parametrize(
    ("keyed", "why"),
    [
        (AdjustmentKeyed("meal", 9_999), "amount"),
        (AdjustmentKeyed("meal", 0, tip=False), "amount"),
        (AdjustmentKeyed("other", 11_500), "unknown-voucher"),
        (AdjustmentKeyed("meal", 11_500, "000099"), "unknown-voucher"),
    ],
)
def test_what_cannot_be_adjusted_is_refused_here(till, keyed, why):
    book = paid(till).given(keyed)
    assert (book.screen("adjustment-refused").code, book.kept()) == (why, [])


def test_an_adjustment_may_take_something_off_and_only_one_waits_at_a_time(till):
    book = paid(till).given(AdjustmentKeyed("meal", 9_000, tip=False)).passes(2 * SECOND)
    assert book.logged("attempt")["what"] == "adjustment"
    assert book.given(AdjustmentKeyed("meal", 9_500)).screen("adjustment-refused").code == "adjusted-already"


# --- queues at fault


def test_a_queue_that_resends_takes_a_new_stan_for_what_was_answered(till):
    book = heard(stored(till, offline_queue="resend-as-new").given(BALANCE)).answered()
    again = book.given(BALANCE).request("0220")
    assert (again.key, again.amount_fen) == (book.logged("attempt")["key"], 12_800)
    assert again.key != FIRST
    assert heard(book).state(again.key) == "approved"


def test_a_queue_that_forgets_loses_what_was_not_sent_at_a_restart(till):
    book = stored(till, offline_queue="forget").given(PowerCut()).given(PowerRestored(), after=MINUTE)
    assert (book.state(FIRST), book.logged("booted")["unsent"]) == ("purged", 0)
    assert book.given(BALANCE).leaves() == ["0200"]


@pytest.mark.parametrize(("queue", "state"), [("keep", "offline-unsent"), ("forget", "purged")])
def test_and_with_a_new_batch(till, queue, state):
    from poslab.messages.card import SignOnResponse

    book = stored(till, offline_queue=queue).given(SignOnKeyed())
    asked = book.request("0800")
    book.given(SignOnResponse("", asked.key, asked.mid, "00", "000002"))
    assert book.state(FIRST) == state
