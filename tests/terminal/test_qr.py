"""A QR sale at the terminal: asked about until it is certain, closed when the payer has had her time; not reversed."""

import msgspec
import pytest

from poslab.messages.card import FinancialRequest, QueryRequest, ReversalRequest, SignOnResponse
from poslab.messages.facts import StoreFailing, StoreMended
from poslab.messages.people import AdjustmentKeyed, CancelPressed, CodeScanned, QueryKeyed, SaleKeyed, VoidKeyed
from poslab.party.contract import Kept, Send
from poslab.party.facts import PowerCut, PowerRestored
from poslab.party.time import HOUR, MINUTE, SECOND

KEY = "90000001-000001-000017"
MID = "999000054110001"
SALE = CodeScanned("victim", 12_800, "code")


@pytest.fixture
def smart(till):
    return till(kind="smart")


def reversals(book):
    return [e for e in book.past if type(e) is Send and type(e.message) is ReversalRequest]


def closings(book):
    asked = [e.message for e in book.past if type(e) is Send and type(e.message) is QueryRequest]
    return [message.close for message in asked]


def test_a_query_duty_is_kept_before_it_is_sent(smart):
    book = smart.given(SALE)
    assert book.request("0200") == FinancialRequest("victim", KEY, MID, "sale", 12_800, "code", "qr", "absent")
    kinds = [type(e) for e in book.effects if type(e) is Kept or (type(e) is Send and e.to == "host")]
    assert (kinds, book.kept()) == ([Kept, Send], ["query-duty"])
    assert book.state(KEY) == "sent"
    assert not book.party.device.flash.records


def test_paid_at_once_it_is_as_good_as_a_card_sale(smart):
    book = smart.given(SALE).answered()
    assert (book.state(KEY), book.screens()) == ("approved-unprinted", [])
    (slip,) = book.passes(2 * SECOND).slips()
    assert (slip.slip, slip.entry, slip.card, book.state(KEY)) == ("sale", "qr", "code", "approved")
    book.passes(HOUR).silent()


def test_after_09_it_polls_every_five_seconds_until_paid(smart):
    book = smart.given(SALE).answered("09")
    assert (book.state(KEY), book.screens(), book.still()) == ("in-doubt:09", ["await-payer"], "idle")
    for _ in range(3):
        assert book.passes(5 * SECOND).leaves() == ["0600"]
        book.query_answered("pending", code="09")
    assert (book.state(KEY), book.request("0600").asked, closings(book)) == ("in-doubt:09", KEY, [False] * 3)
    book.passes(5 * SECOND).query_answered("approved")
    assert book.kept() == ["approval"]
    book.passes(2 * SECOND)
    assert (book.state(KEY), book.screens(), len(book.slips())) == ("approved", ["approved"], 1)
    book.passes(HOUR).silent()
    assert reversals(book) == []


def test_what_is_undecided_after_a_minute_is_closed_by_query(smart):
    book = smart.given(SALE).answered("09")
    for _ in range(11):
        book.passes(5 * SECOND).query_answered("pending", code="09")
    assert closings(book) == [False] * 11
    book.passes(5 * SECOND).query_answered("pending", code="09")
    assert closings(book)[-2:] == [False, True]
    book.query_answered("pending", code="09").passes(5 * SECOND).query_answered("declined", code="12")
    assert (book.state(KEY), book.screen("closed").code, book.still()) == ("declined:12", "12", "idle")
    assert [(slip.slip, slip.code) for slip in book.slips()] == [("decline", "12")]
    assert book.given(SALE).leaves() == ["0200"]
    assert reversals(book) == []


def test_a_closing_that_comes_too_late_finds_it_paid(smart):
    book = smart.given(SALE).passes(60 * SECOND)
    assert (book.words(), book.screens(), book.state(KEY)) == (["no-answer", "sent"], ["asking"], "sent")
    assert book.query_answered("unknown", code="25").leaves() == ["0600"]
    assert closings(book) == [False, True]
    book.query_answered("approved").passes(2 * SECOND)
    assert (book.state(KEY), len(book.slips()), reversals(book)) == ("approved", 1, [])


def test_silence_is_asked_about_ever_more_seldom_and_never_reversed(smart):
    book = smart.given(SALE).passes(60 * SECOND).passes(3 * HOUR)
    asked = len(closings(book))
    assert 10 < asked < 30
    assert (reversals(book), book.state(KEY), book.still()) == ([], "sent", "idle")
    book.line = "unreachable"
    book.passes(HOUR)
    assert len(closings(book)) == asked
    book.line = "up"
    assert book.passes(15 * MINUTE).leaves() == ["0600"]
    assert book.query_answered("declined", code="12").state(KEY) == "declined:12"


def test_an_answer_to_an_earlier_query_decides_too(smart):
    book = smart.given(SALE).answered("09").passes(5 * SECOND)
    first = book.request("0600")
    book.passes(5 * SECOND)
    assert (book.words(), book.still()) == (["poll-unanswered"], "idle")
    book.query_answered("pending", code="09", key=first.key)
    assert (book.words(), book.state(KEY)) == (["late-answer-discarded"], "in-doubt:09")
    book.query_answered("approved", key=first.key)
    assert (book.state(KEY), book.still()) == ("approved-unprinted", "printing")


@pytest.mark.parametrize(("moment", "state"), [("sent", "sent"), ("pending", "in-doubt:09"), ("asking", "in-doubt:09")])
def test_the_duty_survives_a_power_cut(smart, moment, state):
    book = smart.given(SALE)
    if moment != "sent":
        book.answered("09")
    if moment == "asking":
        book.passes(5 * SECOND)
    book.given(PowerCut()).given(PowerRestored(), after=10 * SECOND)
    assert (book.state(KEY), reversals(book)) == (state, [])
    assert "asking" in book.screens()
    assert book.passes(5 * SECOND).leaves() == ["0600"]
    assert book.query_answered("approved").passes(2 * SECOND).state(KEY) == "approved"


def test_a_snapshot_holds_the_duty(smart, till):
    book = smart.given(SALE).answered("09")
    other = till(kind="smart")
    other.party.restore(book.party.snapshot())
    other.at, other.due, other.past = book.at, list(book.due), list(book.past)
    assert other.party.snapshot() == book.party.snapshot()
    assert other.passes(5 * SECOND).leaves() == ["0600"]


@pytest.mark.parametrize("code", ["51", "61", "12"])
def test_a_definite_code_is_a_decline(smart, code):
    book = smart.given(SALE).answered(code)
    assert (book.state(KEY), book.kept()) == (f"declined:{code}", ["query-settled"])
    book.passes(HOUR).silent()


def test_a_refusal_by_the_payers_bank_is_shown_with_its_code(smart):
    book = smart.given(SALE).answered("09").passes(5 * SECOND).query_answered("declined", code="51")
    assert (book.state(KEY), book.screen("declined").code) == ("declined:51", "51")


@pytest.mark.parametrize("code", ["09", None])
def test_the_same_code_and_amount_wait_while_it_is_undecided(smart, code):
    book = smart.given(SALE)
    if code:
        book.answered(code)
    else:
        book.passes(65 * SECOND)
    book.given(SALE)
    assert (book.screens(), book.leaves()) == (["doubt-blocked"], [])
    assert book.given(SaleKeyed("other", 12_800, "good-debit")).leaves() == ["0200"]


def test_a_poll_waits_while_somebody_else_pays(smart):
    book = smart.given(SALE).answered("09").given(SaleKeyed("other", 700, "good-debit"))
    assert (book.passes(6 * SECOND).leaves(), book.still()) == ([], "waiting")
    book.answered().passes(2 * SECOND)
    assert book.passes(5 * SECOND).leaves() == ["0600"]


def test_cancel_asks_for_the_payment_to_be_closed(smart):
    book = smart.given(SALE).given(CancelPressed("victim"), after=3 * SECOND)
    assert (book.screens(), book.leaves(), closings(book)) == (["asking"], ["0600"], [True])
    book.given(CancelPressed("victim")).silent()
    assert book.query_answered("declined", code="12").state(KEY) == "declined:12"


def test_a_query_by_the_cashier_decides_as_well(smart):
    book = smart.given(SALE).answered("09").given(QueryKeyed("victim")).query_answered("approved")
    assert book.passes(2 * SECOND).state(KEY) == "approved"
    book.passes(HOUR).silent()


@pytest.mark.parametrize("changes", [{"mid": "999000054110002"}, {"mac": 0}])
def test_an_answer_that_does_not_match_decides_nothing(smart, changes):
    book = smart.given(SALE).answered("09").passes(5 * SECOND).query_answered("approved", **changes)
    assert (book.words(), book.state(KEY)) == (["answer-refused"], "in-doubt:09")


def test_an_approval_with_a_broken_mac_is_asked_about(smart):
    book = smart.given(SALE).answered(mac=0)
    assert (book.words(), book.still()) == (["answer-refused"], "waiting")
    assert book.passes(60 * SECOND).leaves() == ["0600"]


@pytest.mark.parametrize("kind", ["counter", "e-signature"])
def test_only_a_smart_terminal_reads_codes(till, kind):
    book = till(kind=kind).given(SALE)
    assert (book.screens(), book.words(), book.leaves()) == (["no-reader"], ["code-refused"], [])


def test_without_a_connection_nothing_was_sent(smart):
    smart.line = "unreachable"
    assert smart.given(SALE).screens() == ["processing", "connect-failed"]
    smart.passes(HOUR).silent()


def test_a_waiting_reversal_of_a_card_goes_first(smart):
    book = smart.given(SaleKeyed("first", 900, "good-debit")).passes(60 * SECOND).given(SALE)
    assert book.leaves() == ["0400"]
    assert book.reversal_answered("00").leaves() == ["0200"]
    assert book.request("0200").entry == "qr"


def test_it_is_neither_voided_nor_adjusted(smart):
    book = smart.given(SALE).answered().passes(2 * SECOND).given(VoidKeyed("victim", "17"))
    assert (book.screen("void-refused").code, book.leaves()) == ("by-code", [])
    book.given(AdjustmentKeyed("victim", 13_800))
    assert (book.screen("adjustment-refused").code, book.leaves()) == ("by-code", [])


def test_a_failed_print_reverses_no_payment_by_code(till):
    book = till(kind="smart", print_fail="reverse")
    book.party.device.paper = "out"
    book.given(SALE).answered()
    assert (book.state(KEY), book.screens()) == ("approved-unprinted", ["load-paper"])
    assert msgspec.structs.asdict(book.parameters)["print_fail"] == "reverse"


def test_out_of_step_with_its_keys_it_signs_on_before_it_asks_again(smart):
    book = smart.given(SALE).answered("09").passes(5 * SECOND).query_answered("pending", code="A0", mac=2)
    assert (book.state(KEY), book.leaves(), book.kept()) == ("in-doubt:09", ["0800"], ["keys"])
    asked = book.request("0800")
    book.given(SignOnResponse("", asked.key, MID, "00", "000001", 2))
    assert book.leaves() == ["0600"]
    assert book.query_answered("approved", mac=2).passes(2 * SECOND).state(KEY) == "approved"


def test_refused_for_its_keys_it_signs_on(smart):
    book = smart.given(SALE).answered("A0")
    assert (book.state(KEY), book.leaves()) == ("declined:A0", ["0800"])


def test_an_approval_that_cannot_be_stored_is_asked_about_and_not_undone(smart):
    book = smart.given(StoreFailing(how="io-error")).given(SALE).answered()
    assert (book.words(), book.screens(), book.state(KEY)) == (["answered", "store-failed"], ["asking"], "sent")
    book.given(StoreMended()).passes(5 * SECOND).query_answered("approved").passes(2 * SECOND)
    assert (book.state(KEY), reversals(book)) == ("approved", [])
