"""Cashiers, told what customers, terminals and scripts tell them; the cardholder and the merchant, who only read."""

from collections.abc import Iterator, Sequence
from typing import get_args

import msgspec
import pytest
from playbook import Playbook

from poslab.messages.facts import CardRemoved, PaperLoaded
from poslab.messages.funding import PayoutNotice
from poslab.messages.people import (
    ACTS,
    AdjustmentKeyed,
    BalanceKeyed,
    CancelPressed,
    CodeScanned,
    CustomerAtTill,
    EchoKeyed,
    OfflineSaleKeyed,
    PaymentAsked,
    PaymentClosed,
    PaymentConfirmed,
    Prompted,
    QueryKeyed,
    RefundKeyed,
    ReprintKeyed,
    SaleKeyed,
    Screen,
    SignOnKeyed,
    Slip,
    Sms,
    VoidKeyed,
)
from poslab.messages.words import PERSON_WORDS
from poslab.party.contract import Effect, Input, Logged, Remind, Reminder, Send
from poslab.party.facts import PowerCut, PowerRestored, Restarted, Started
from poslab.party.time import MINUTE, SECOND
from poslab.world.presets import corner_shop, market
from scenarios.people.cardholder import Cardholder
from scenarios.people.cashier import Cashier
from scenarios.people.cast import cast
from scenarios.people.merchant import Merchant
from scenarios.people.policies import POLICIES
from scenarios.schema.scenario_file import Act, Policy
from terminal.texts import SCREENS

CUSTOMER = CustomerAtTill("o1", "T1", 12_800, "good-debit", "contactless")
SALE = SaleKeyed("o1", 12_800, "good-debit", "contactless")
KEY = "90000001-000001-000017"
NEXT_KEY = "90000001-000001-000018"
OTHER_KEY = "90000002-000001-000017"


def cashier(policy: str = "by-the-book") -> Cashier:
    return Cashier(corner_shop(), "cashier", POLICIES[policy])


def till(policy: str = "by-the-book") -> Playbook:
    """A cashier who has just keyed in the customer's sale."""
    return Playbook(cashier(policy), 0).given(CUSTOMER)


def screen(word: str, code: str = "", *, about: str = "o1", terminal: str = "T1", key: str = KEY) -> Screen:
    return Screen(about, terminal, word, code, key, 12_800)


def slip(key: str = KEY, terminal: str = "T1", kind: str = "sale", about: str = "o1") -> Slip:
    return Slip(about, terminal, kind, key, "999000054110001", "good-debit", "chip", 12_800)


def sends(effects: Sequence[Effect]) -> list[tuple[str, Input]]:
    return [(effect.to, effect.message) for effect in effects if type(effect) is Send]


def says(book: Playbook) -> list[tuple[str, dict[str, str | int]]]:
    return [(effect.word, effect.details) for effect in book.effects if type(effect) is Logged]


def meant(book: Playbook) -> tuple[int, Reminder]:
    """The one thing that she means to do later, and in how long."""
    (remind,) = [effect for effect in book.effects if type(effect) is Remind]
    assert book.party.awaits(remind.of)
    return remind.after, remind.of


def later(book: Playbook) -> Playbook:
    """Let what she means to do come."""
    after, of = meant(book)
    return book.given(of, after=after)


def remembers(book: Playbook) -> bool:
    """Whether an order, or something that she means to do, is still remembered."""
    _, notes, due, _, _ = msgspec.msgpack.decode(book.party.snapshot())
    return bool(notes or due)


# ---- a healthy sale ----------------------------------------------------------------------------------------------


def test_a_healthy_sale_is_keyed_once_and_forgotten_with_its_slip() -> None:
    book = till()
    assert book.effects == [Send("T1", SALE)]
    book.given(slip()).silent()
    assert book.party.snapshot() == cashier().snapshot()


def test_ten_thousand_sales_leave_nothing_behind() -> None:
    someone = cashier()
    for number in range(10_000):
        someone.handle(CustomerAtTill(f"o{number}", "T1", 100, "good-debit"), number)
        someone.handle(slip(about=f"o{number}"), number)
    assert someone.snapshot() == cashier().snapshot()


def test_a_decline_is_told_to_the_customer() -> None:
    book = till().given(screen("declined", "51"))
    assert says(book) == [("told-customer", {"what": "declined", "code": "51"})]
    book.sent().given(slip(kind="decline")).silent()
    assert not remembers(book)


# ---- by the book -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["load-paper", "print-failed"])
def test_a_missing_slip_is_reprinted_after_three_minutes_and_never_swiped_again(word: str) -> None:
    book = till().given(screen(word))
    assert meant(book)[0] == 181 * SECOND
    later(book)
    assert sends(book.effects) == [("T1", PaperLoaded())]
    later(book)
    assert sends(book.effects) == [("T1", ReprintKeyed("o1", "000017"))]
    book.given(screen("approved"), slip()).silent()
    assert not remembers(book)


def test_without_paper_she_goes_for_paper_again() -> None:
    book = later(later(till().given(screen("load-paper")))).given(screen("load-paper"))
    later(book).sent("paper-loaded")


def test_a_doubtful_code_is_queried_until_the_host_knows() -> None:
    book = till().given(screen("in-doubt", "98"))
    assert meant(book)[0] == 61 * SECOND
    later(book)
    assert sends(book.effects) == [("T1", QueryKeyed("o1", "000017"))]
    again = meant(book)
    assert again[0] == 127 * SECOND
    book.given(screen("query-result", "pending")).silent()
    later_again = book.given(again[1], after=again[0])
    later_again.sent("query-keyed")
    _, of = meant(later_again)
    book.given(screen("query-result", "reversed"))
    assert says(book) == [("told-customer", {"what": "query-result", "code": "reversed"})]
    assert not book.party.awaits(of)
    assert not remembers(book)


@pytest.mark.parametrize("lost", ["no-answer", "connect-failed", "busy"])
def test_a_query_that_gets_no_answer_is_asked_again(lost: str) -> None:
    book = later(till().given(screen("in-doubt", "68")))
    after, of = meant(book)
    book.given(screen(lost)).silent()
    book.given(of, after=after).sent("query-keyed")


def test_a_doubt_that_was_a_good_sale_gets_its_slip() -> None:
    book = later(till().given(screen("in-doubt", "98"))).given(screen("query-result", "approved"))
    _, of = meant(book)
    book.given(slip())  # the terminal printed it of itself
    assert not book.party.awaits(of)
    assert not remembers(book)

    book = later(till().given(screen("in-doubt", "98"))).given(screen("query-result", "approved"))
    later(book)
    assert sends(book.effects) == [("T1", ReprintKeyed("o1", "000017"))]


def test_silence_is_left_to_the_reversal() -> None:
    book = till().given(screen("no-answer"))
    after, of = meant(book)
    assert after == 607 * SECOND
    book.sent().given(screen("reversing"), screen("reversal-failed")).silent()
    book.given(screen("reversal-done", "00"))
    assert says(book) == [("told-customer", {"what": "reversal-done", "code": "00"})]
    assert not book.party.awaits(of)
    book.given(of).silent()
    assert not remembers(book)


def test_a_long_silence_is_helped_along_by_balance_inquiries() -> None:
    book = later(till().given(screen("no-answer")))
    assert sends(book.effects) == [("T1", BalanceKeyed("", "good-debit"))]
    after, of = meant(book)
    assert after == 1801 * SECOND
    book.given(screen("connect-failed", about="", key="")).silent()
    book.given(of, after=after)
    assert sends(book.effects) == [("T1", BalanceKeyed("", "good-debit"))]
    book.given(screen("reversal-done", "00"))
    assert not remembers(book)


@pytest.mark.parametrize("word", ["reversal-closed", "reversal-dropped"])
def test_a_reversal_that_ended_otherwise_ends_it_too(word: str) -> None:
    book = till().given(screen("no-answer")).given(screen(word, "25"))
    assert says(book) == [("told-customer", {"what": word, "code": "25"})]
    assert not remembers(book)


def test_without_a_line_the_customer_leaves_and_the_line_is_tried_later() -> None:
    book = till().given(screen("connect-failed", key=""))
    assert [word for word, _ in says(book)] == ["told-customer", "gave-up"]
    assert meant(book)[0] == 307 * SECOND
    later(book)
    assert sends(book.effects) == [("T1", EchoKeyed())]
    book.given(screen("connect-failed", about="", key=""))
    later(book)
    assert sends(book.effects) == [("T1", EchoKeyed())]
    book.given(screen("echo-done", about="", key=""))
    assert sends(book.effects) == [("T1", SignOnKeyed())]
    assert not remembers(book)


def test_two_customers_without_a_line_are_one_echo_test() -> None:
    book = till().given(screen("connect-failed", key=""))
    book.given(CustomerAtTill("o2", "T1", 500, "good-debit"))
    book.given(screen("connect-failed", about="o2", key=""))
    assert not [effect for effect in book.effects if type(effect) is Remind]


@pytest.mark.parametrize("word", ["blocked", "doubt-blocked"])
def test_a_blocked_terminal_sends_the_customer_away(word: str) -> None:
    book = till().given(screen(word, key=""))
    assert [said for said, _ in says(book)] == ["told-customer", "gave-up"]
    assert not remembers(book)


def test_a_busy_terminal_is_tried_again() -> None:
    book = till().given(screen("busy", key=""))
    assert meant(book)[0] == 11 * SECOND
    later(book)
    assert book.effects == [Send("T1", SALE)]
    book.given(slip()).silent()
    assert not remembers(book)


def test_after_a_boot_she_asks_what_became_of_the_sale_unless_it_shows_itself() -> None:
    book = till().given(screen("ready", key=""))
    assert meant(book)[0] == 67 * SECOND
    later(book)
    assert sends(book.effects) == [("T1", QueryKeyed("o1", ""))]
    book.given(screen("query-result", "approved"))
    later(book).sent("reprint-keyed")

    book = till().given(screen("ready", key=""))
    _, of = meant(book)
    book.given(screen("reversal-done", "00"))
    assert not book.party.awaits(of)


def test_a_boot_that_names_no_order_concerns_what_was_keyed_there() -> None:
    book = till().given(screen("ready", about="", key=""))
    later(book).sent("query-keyed")
    elsewhere = till().given(screen("ready", about="", key="", terminal="T2"))
    elsewhere.silent()


def test_the_cancel_key_before_and_after_sending() -> None:
    before = till().given(screen("cancelled", key=""))
    assert not remembers(before)
    after = till().given(screen("cancelled", "06"))
    assert meant(after)[0] == 607 * SECOND, "after sending it is silence and a reversal"


def test_a_picture_is_no_payment() -> None:
    book = Playbook(cashier(), 0).given(CustomerAtTill("o1", "T1", 12_800, "good-debit", "picture"))
    book.sent()
    assert [word for word, _ in says(book)] == ["told-customer", "gave-up"]


# ---- careless, impatient, passive --------------------------------------------------------------------------------


def test_the_careless_give_goods_for_a_decline_and_for_a_picture() -> None:
    book = till("careless").given(screen("declined", "51"))
    assert says(book) == [("goods-given", {"on": "declined", "code": "51"})]
    book.given(CustomerAtTill("o2", "T1", 12_800, "good-debit", "picture"))
    book.sent()
    assert says(book) == [("goods-given", {"on": "picture"})]


@pytest.mark.parametrize(
    ("word", "where"),
    [("no-answer", "T2"), ("in-doubt", "T2"), ("connect-failed", "T2"), ("print-failed", "T1"), ("load-paper", "T1")],
)
def test_the_impatient_swipe_again_at_once_and_only_once(word: str, where: str) -> None:
    book = till("impatient").given(screen(word))
    assert meant(book)[0] == 3 * SECOND
    later(book)
    assert sends(book.effects) == [(where, SALE)]
    book.given(screen(word, terminal=where, key=OTHER_KEY))
    assert not sends(book.effects)
    for remind in [effect for effect in book.effects if type(effect) is Remind]:
        book.given(remind.of, after=remind.after)
        assert "sale-keyed" not in [message.kind for _, message in sends(book.effects)]


def test_the_second_slip_of_the_impatient_ends_it() -> None:
    book = later(till("impatient").given(screen("no-answer")))
    book.given(slip(OTHER_KEY, "T2")).silent()
    book.given(screen("reversal-done", "00")).silent()
    assert not remembers(book)


def test_a_result_of_the_first_swipe_is_not_the_result_of_the_second() -> None:
    book = later(till("impatient").given(screen("no-answer")))
    book.given(screen("reversal-done", "00")).silent()
    book.given(screen("no-answer", terminal="T2", key=OTHER_KEY))
    assert meant(book)[0] == 607 * SECOND, "the second is still hers to follow"


def test_the_passive_key_in_the_sale_and_do_nothing_more() -> None:
    for word in SCREENS:
        book = till("passive")
        book.sent("sale-keyed")
        book.given(screen(word))
        assert not sends(book.effects), word
        assert not [effect for effect in book.effects if type(effect) is Remind], word


# ---- own scripts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("do", "sent"),
    [
        ("void", VoidKeyed("o1")),
        ("balance", BalanceKeyed("", "good-debit")),
        ("query", QueryKeyed("o1")),
        ("reprint", ReprintKeyed("o1")),
        ("echo", EchoKeyed("o1")),
        ("cancel", CancelPressed("o1")),
        ("load-paper", PaperLoaded("o1")),
        ("pull-card", CardRemoved("o1")),
        ("sale", SaleKeyed("o1", 12_800, "good-debit", "contactless")),
    ],
)
def test_a_script_is_done_to_the_letter(do: str, sent: Input) -> None:
    book = till("passive").given(Prompted("o1", do, "T1", 12_800, "good-debit"))
    assert sends(book.effects) == [("T1", sent)]
    assert says(book) == [("acted", {"do": do, "terminal": "T1"})]


def test_every_act_of_the_closed_list_can_be_done() -> None:
    for do in ACTS:
        book = till("passive")
        if do == "refund":
            book.given(Prompted("o1", "keep-slip", "T1"), Slip("o1", "T1", "sale", KEY, "999000054110001", rrn="26"))
        book.given(Prompted("o1", do, "T1", 100, "good-debit"))
        assert len(sends(book.effects)) == (do != "keep-slip"), do


def test_a_refund_is_keyed_in_from_the_slip_that_was_kept() -> None:
    book = till("passive").given(Prompted("o1", "refund", "T1", 100, "good-debit"))
    assert says(book)[-1] == ("told-customer", {"what": "no slip, no refund"})
    book = till("passive").given(Prompted("o1", "keep-slip", "T1"))
    book.given(Slip("o1", "T1", "sale", KEY, "999000054110001", rrn="260000000001"))
    for amount_fen in (100, 200):
        book.given(Prompted("o1", "refund", "T1", amount_fen, "good-debit"))
        assert sends(book.effects) == [("T1", RefundKeyed("o1", amount_fen, "good-debit", KEY, "260000000001"))]


def test_a_restart_is_dark_for_a_while() -> None:
    book = Playbook(cashier("passive"), 0).given(Prompted("", "restart", "T1"))
    assert sends(book.effects) == [("T1", PowerCut())]
    later(book)
    assert sends(book.effects) == [("T1", PowerRestored())]


def test_a_scripted_reprint_is_of_the_slip_that_is_missing() -> None:
    """Two sales of one order on one terminal: the first jammed, the second printed."""
    book = till("passive").given(screen("print-failed"))
    book.given(Prompted("o1", "load-paper", "T1"), Prompted("o1", "sale", "T1", 12_800, "good-debit"))
    book.given(slip(NEXT_KEY)).silent()
    book.given(Prompted("o1", "reprint", "T1"))
    assert sends(book.effects) == [("T1", ReprintKeyed("o1", "000017"))]
    book.given(slip(KEY)).silent()
    assert not remembers(book)


def test_a_missing_slip_outlives_the_failure_of_a_second_sale() -> None:
    book = till().given(screen("print-failed"))
    book.given(Prompted("o1", "sale", "T1", 12_800, "good-debit"))
    book.given(screen("no-answer", key=NEXT_KEY), screen("reversal-done", "00", key=NEXT_KEY))
    assert remembers(book)
    book.given(Prompted("o1", "reprint", "T1"))
    assert sends(book.effects) == [("T1", ReprintKeyed("o1", "000017"))]
    book.given(slip(KEY))
    assert not remembers(book)


def test_a_scripted_second_sale_leaves_the_doubt_of_the_first_alone() -> None:
    book = till().given(screen("in-doubt", "98"))
    after, of = meant(book)
    book.given(Prompted("o1", "sale", "T2", 12_800, "good-debit")).given(slip(OTHER_KEY, "T2")).silent()
    book.given(of, after=after)
    assert sends(book.effects) == [("T1", QueryKeyed("o1", "000017"))]


# ---- restart, snapshot, totality ---------------------------------------------------------------------------------


def middles() -> Iterator[tuple[str, Playbook]]:
    yield "keyed", till()
    yield "silence", till().given(screen("no-answer"))
    yield "doubt", later(till().given(screen("in-doubt", "98")))
    yield "unprinted", till().given(screen("load-paper"))
    yield "no line", till().given(screen("connect-failed"))
    yield "impatient", till("impatient").given(screen("print-failed"))


@pytest.mark.parametrize(("where", "book"), list(middles()), ids=[where for where, _ in middles()])
def test_a_snapshot_in_the_middle_is_the_same_cashier(where: str, book: Playbook) -> None:
    policy = "impatient" if where == "impatient" else "by-the-book"
    twin = cashier(policy)
    twin.restore(book.party.snapshot())
    assert twin.snapshot() == book.party.snapshot()
    for told in (screen("no-answer"), screen("query-result", "reversed"), slip(), screen("print-failed"), Restarted()):
        assert twin.handle(told, 0) == book.party.handle(told, 0)
        assert twin.snapshot() == book.party.snapshot()


def test_after_a_restart_she_means_to_do_the_same_and_old_reminders_are_stale() -> None:
    book = till().given(screen("in-doubt", "98"))
    _, old = meant(book)
    book.given(Restarted())
    _, new = meant(book)
    assert not book.party.awaits(old)
    book.given(old).silent()
    book.given(new).sent("query-keyed")


@pytest.mark.parametrize("policy", POLICIES)
def test_every_screen_has_a_reaction_under_every_policy(policy: str) -> None:
    assert set(POLICIES[policy].reactions) == set(SCREENS)
    assert set(POLICIES[policy].in_the_end) == set(SCREENS)


@pytest.mark.parametrize("policy", POLICIES)
def test_whatever_is_shown_twice_or_late_she_never_swipes_a_sale_that_nobody_wanted(policy: str) -> None:
    most = 2 if policy == "impatient" else 1
    for first in SCREENS:
        for second in SCREENS:
            book = till(policy)
            swiped = 1
            queue: list[Input] = [screen(first), screen(second), slip(), screen(first), screen(second)]
            for _ in range(12):
                if not queue:
                    break
                book.given(queue.pop(0), after=MINUTE)
                effects = list(book.effects)
                busy = {first, second} & {"busy"}
                swiped += 0 if busy else sum(1 for _, sent in sends(effects) if sent.kind == "sale-keyed")
                queue += [effect.of for effect in effects if type(effect) is Remind]
                words = [effect.word for effect in effects if type(effect) is Logged]
                assert set(words) <= set(PERSON_WORDS)
            assert swiped <= most, (first, second)


def test_a_screen_about_an_order_long_gone_is_nothing() -> None:
    for word in SCREENS:
        Playbook(cashier(), 0).given(screen(word)).silent()
    Playbook(cashier(), 0).given(slip(), Started()).silent()


# ---- the others --------------------------------------------------------------------------------------------------


def test_cardholder_and_merchant_read_and_wait() -> None:
    for person, told in (
        (Cardholder(), Sms("o1", "spent", "good-debit", 12_800, 0)),
        (Merchant(), PayoutNotice("", "m-20260105", "paid", 12_736)),
    ):
        Playbook(person, 0).given(told, Started(), Restarted()).silent()
        person.restore(person.snapshot())


def test_the_cast_has_a_cashier_for_each_name_and_everybody_who_waits_for_money() -> None:
    assert sorted(cast(corner_shop())) == ["cardholder", "cashier", "merchant"]
    many = cast(market(30))
    assert sum(1 for address in many if address.startswith("cashier-")) == 30
    assert sum(1 for address in many if address.startswith("merchant-")) == 3
    with pytest.raises(ValueError, match="cannot behave 'lazy'"):
        cast(corner_shop(), {"cashier": "lazy"})
    with pytest.raises(ValueError, match="cardholder"):
        cast(corner_shop(), {"cardholder": "writes-letters"})


def test_the_file_format_knows_the_same_policies_and_acts() -> None:
    assert set(get_args(Policy)) == set(POLICIES)
    assert get_args(Act) == ACTS


ASKED = PaymentAsked("o1", "260000000001", "code", 12_800, "issuer")
BY_CODE = CustomerAtTill("o1", "T1", 12_800, "code", "qr")


def test_a_code_is_scanned_and_not_keyed_as_a_card() -> None:
    book = Playbook(cashier(), 0).given(BY_CODE)
    assert book.said("code-scanned") == CodeScanned("o1", 12_800, "code")
    book.given(screen("await-payer", "09")).silent()
    book.given(screen("closed", "12"))
    assert [e.word for e in book.effects if type(e) is Logged] == ["told-customer"]


def test_the_impatient_scan_again_on_the_next_terminal_and_the_careless_take_a_closing_for_paid() -> None:
    book = Playbook(cashier("impatient"), 0).given(BY_CODE).given(screen("asking"))
    (due,) = [e.of for e in book.effects if type(e) is Remind]
    again = book.given(due)
    assert again.said("code-scanned") == CodeScanned("o1", 12_800, "code")
    assert [e.to for e in again.effects if type(e) is Send] == ["T2"]
    again.given(screen("no-reader", terminal="T2"))
    assert [e.word for e in again.effects if type(e) is Logged] == ["told-customer", "gave-up"]
    careless = Playbook(cashier("careless"), 0).given(BY_CODE).given(screen("closed", "12"))
    assert [e.word for e in careless.effects if type(e) is Logged] == ["goods-given"]


def test_a_scripted_sale_with_a_code_is_scanned() -> None:
    book = Playbook(cashier("passive"), 0).given(Prompted("o2", "sale", "T1", 500, "code"))
    assert book.said("code-scanned") == CodeScanned("o2", 500, "code")


def test_the_phone_is_answered_in_the_payers_own_time() -> None:
    book = Playbook(Cardholder(40 * SECOND), 0).given(ASKED)
    (remind,) = book.effects
    assert type(remind) is Remind
    assert remind.after == 40 * SECOND
    assert book.party.awaits(remind.of)
    other = Cardholder(40 * SECOND)
    other.restore(book.party.snapshot())
    assert other.snapshot() == book.party.snapshot()
    book.given(remind.of, after=40 * SECOND)
    assert book.effects[1] == Send("issuer", PaymentConfirmed("o1", ASKED.rrn))
    assert not book.party.awaits(remind.of)
    assert book.party.handle(remind.of, 0) is None


def test_what_was_closed_is_not_confirmed_and_some_never_do() -> None:
    book = Playbook(Cardholder(), 0).given(ASKED)
    (remind,) = book.effects
    assert type(remind) is Remind
    book.given(PaymentClosed("o1", ASKED.rrn)).silent()
    assert not book.party.awaits(remind.of)
    people = cast(corner_shop(), {"cardholder": "never-confirms"})
    assert people["cardholder"].handle(ASKED, 0) == []
    with pytest.raises(ValueError, match="cannot behave 'sleeps'"):
        cast(corner_shop(), {"cardholder": "sleeps"})


def test_after_a_restart_the_phone_still_asks() -> None:
    book = Playbook(Cardholder(), 0).given(ASKED).given(Restarted())
    assert [type(e) for e in book.effects] == [Remind]


def test_how_long_she_takes_can_be_told_in_a_word() -> None:
    people = cast(corner_shop(), {"cardholder": f"confirms-after:{9 * SECOND}"})
    (remind,) = people["cardholder"].handle(ASKED, 0) or ()
    assert type(remind) is Remind
    assert remind.after == 9 * SECOND


# --- stored offline


def test_a_customer_who_is_to_be_served_offline_is_keyed_in_so() -> None:
    book = Playbook(cashier(), 0).given(msgspec.structs.replace(CUSTOMER, what="offline-sale"))
    assert book.effects == [Send("T1", OfflineSaleKeyed("o1", 12_800, "good-debit", "contactless"))]
    empty = cashier().snapshot()
    assert book.given(Slip("o1", "T1", "offline", KEY, "999000054110001")).silent().party.snapshot() == empty


def test_where_it_may_not_be_stored_the_customer_leaves() -> None:
    book = Playbook(cashier(), 0).given(msgspec.structs.replace(CUSTOMER, what="offline-sale"))
    book.given(Screen("o1", "T1", "offline-refused", "over-limit"))
    assert [e.word for e in book.effects if type(e) is Logged] == ["told-customer", "gave-up"]


@pytest.mark.parametrize(("do", "tip"), [("tip", True), ("adjust", False)])
def test_a_script_may_have_her_change_an_amount(do: str, tip: bool) -> None:
    book = Playbook(cashier(), 0).given(Prompted("o1", do, "T1", 14_000, "good-debit"))
    assert book.effects[-1] == Send("T1", AdjustmentKeyed("o1", 14_000, tip=tip))


def test_a_script_may_have_her_sell_offline() -> None:
    book = Playbook(cashier(), 0).given(Prompted("o1", "offline-sale", "T1", 900, "good-debit"))
    assert book.effects[-1] == Send("T1", OfflineSaleKeyed("o1", 900, "good-debit"))
