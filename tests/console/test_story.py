"""The view model: what became of each message, who saw what, and where the money stood."""

import re
from itertools import pairwise

import pytest
from console.sample import KEY, SALE_AT, Scribe, lost_answer

from poslab.console.moments import moments, times
from poslab.console.story import (
    AGAIN,
    DOWN,
    HEARD,
    LATE,
    LOST,
    MOST_PURCHASES,
    REFUSED,
    Arrow,
    Note,
    Story,
    instant_of,
    story,
)
from poslab.history.line import Heard, Line
from poslab.history.truth import Truth
from poslab.messages.card import ReversalAdvice
from poslab.party.contract import Send
from poslab.party.facts import Started
from poslab.party.time import SECOND, stamp_text
from poslab.text import Text
from scenarios.schema.load import load
from scenarios.stage.play import play


def played(name: str, world: str | None = None) -> Story:
    run = play(load(name, world=world), keep=True)
    return story(run.world, run.pairs, run.truth, run.result)


def arrows(told: Story, mti: str) -> list[Arrow]:
    return [event for event in told.events if isinstance(event, Arrow) and event.mti == mti]


def test_a_lost_answer_is_the_only_message_that_does_not_arrive() -> None:
    told = story(*lost_answer())
    lost = [event for event in told.events if isinstance(event, Arrow) and event.fate != HEARD]
    assert [(a.mti, a.sender, a.to, a.fate, a.fault, a.heard) for a in lost] == [
        ("0210", "host", "T1", LOST, "lost", None)
    ]


def test_parties_stand_in_the_order_in_which_a_sale_passes_them() -> None:
    told = story(*lost_answer())
    assert [column.address for column in told.columns] == ["cashier", "T1", "host", "switch", "issuer", "cardholder"]
    assert told.name("T1").en == "terminal T1"
    assert told.name("host").zh == "收单主机"


def test_a_timer_that_is_over_says_when_it_began() -> None:
    told = story(*lost_answer())
    over = next(e for e in told.events if isinstance(e, Note) and e.word == "no-answer")
    assert over.since is not None
    assert over.at - over.since == 60 * SECOND


def test_people_see_screens_slips_and_messages_as_they_are() -> None:
    told = story(*lost_answer())
    assert [(seen.medium, seen.word) for seen in told.shown] == [
        ("screen", "processing"),
        ("sms", "spent"),
        ("screen", "no-answer"),
        ("slip", "reversal-done"),
        ("sms", "returned"),
    ]
    slip = told.shown[3]
    assert any("000017" in line for line in slip.lines)
    assert "0014" in told.shown[1].text.zh


def test_what_everybody_believed_changes_when_it_changes() -> None:
    told = story(*lost_answer())
    beliefs = told.purchases[0].beliefs
    assert [b.outcome.views.issuer for b in beliefs].count("debited") > 0
    assert beliefs[-1].outcome.views.issuer == "debited-back"
    assert all(before.outcome != after.outcome for before, after in pairwise(beliefs))
    assert [place.place for b in beliefs for place in b.outcome.places if b.at == SALE_AT + 60 * SECOND] == [
        "I.clearing_payable"
    ]


def test_books_stand_at_the_complaint_and_at_the_end() -> None:
    told = story(*lost_answer())
    issuer = next(book for book in told.books if book.letter == "I")
    owed = next(balance for balance in issuer.balances if balance.account == "I.clearing_payable")
    assert (owed.at_complaint, owed.at_end) == (12_800, 0)
    assert [entry.entry for entry in issuer.entries] == [f"P1/{KEY}", f"P7/{KEY}"]


def test_a_second_delivery_of_one_message_is_marked() -> None:
    world, _, _, result = lost_answer()
    scribe = Scribe()
    advice = ReversalAdvice("victim", KEY, world.merchants[0].mid, "260000000017", "sale", 12_800, "good-debit", "98")
    n = scribe.told(SALE_AT, "host", Started(), Send("switch", advice))
    scribe.heard(SALE_AT + 35_000, "switch", n)
    again = Line(3, SALE_AT + 2 * SECOND, "switch", Heard(n, 0, 1), ())
    told = story(world, [*scribe.pairs, (again, advice)], Truth((), (), ()), result)
    assert [arrow.fate for arrow in arrows(told, "0420")] == [HEARD, AGAIN]


def test_a_late_answer_arrives_late() -> None:
    answer = next(a for a in arrows(played("net-response-late"), "0210") if a.to == "T1")
    assert answer.fate == LATE
    assert answer.heard is not None
    assert answer.heard - answer.at > 60 * SECOND


def test_an_answer_to_a_dark_terminal_finds_nobody() -> None:
    told = played("term-restart-mid-transaction")
    answer = next(a for a in arrows(told, "0210") if a.to == "T1")
    assert answer.fate == DOWN
    assert [(down.where, stamp_text(down.start)[11:19]) for down in told.downs] == [("T1", "10:15:30")]


def test_a_connection_that_failed_names_the_fault_that_closed_the_line() -> None:
    told = played("net-link-down")
    failed = [e for e in told.events if isinstance(e, Arrow) and e.fate == REFUSED]
    assert failed
    assert all(arrow.fault and arrow.sender == "T1" for arrow in failed)


def test_moments_say_once_what_happens_again_and_again() -> None:
    told = played("net-reversal-pending")
    said = [moment.what.en for moment in moments(told, told.purchases[0])]
    assert max(map(said.count, said)) <= 3
    assert any("times, until" in what for what in said)
    assert said.index("somebody asks: where is the money?") < said.index("gives the money back")


def test_too_many_purchases_are_counted_not_told() -> None:
    world, pairs, truth, result = lost_answer()
    from msgspec.structs import replace

    many = tuple(replace(result.purchases[0], order=f"order-{n}") for n in range(MOST_PURCHASES + 4))
    told = story(world, pairs, truth, replace(result, purchases=many))
    assert len(told.purchases) == MOST_PURCHASES
    assert told.left_out == 4


@pytest.mark.parametrize("at", [0, SALE_AT, SALE_AT + 123_000])
def test_a_stamp_is_the_instant_that_it_was_made_of(at: int) -> None:
    assert instant_of(stamp_text(at)) == at


@pytest.mark.parametrize("name", ["op-double-swipe/no-paper", "acct-frozen", "plat-gateway-down"])
def test_no_message_of_a_run_is_without_a_name_in_two_languages(name: str) -> None:
    told = played(name)
    for event in told.events:
        text = event.label if isinstance(event, Arrow) else event.text
        assert text.zh
        assert text.en
        assert any(ord(letter) > 0x2E7F for letter in text.zh), text
        assert not any(ord(letter) > 0x2E7F for letter in text.en), text


@pytest.mark.parametrize("name", ["net-duplicate-delivery/dedupe", "issuer-reversal-failed", "op-pin-tries"])
def test_what_happened_is_told_in_chinese_without_an_english_word(name: str) -> None:
    told = played(name)
    for purchase in told.purchases:
        said = [moment.what.zh for moment in moments(told, purchase)]
        assert not [what for what in said if re.search("[a-z]{4,} [a-z]{4,}", what)]


def test_of_many_purchases_each_is_told_from_its_morning_until_nothing_of_it_changes() -> None:
    told = played("month-of-a-corner-shop")
    by_order = {purchase.result.order: purchase for purchase in told.purchases}
    cancelled, parked = by_order["t1-a-1"], by_order["t2-a-16"]
    days = {order: {stamp_text(m.at)[:10] for m in moments(told, p)} for order, p in by_order.items()}
    assert days["t1-a-1"] == {"2026-01-05"}, "its money goes back on the same day"
    assert days["t2-a-16"] == {"2026-01-20", "2026-01-21", "2026-01-22"}, "the account bank applies it two days later"
    assert cancelled.over < parked.begins
    assert all(len(moments(told, purchase)) < 150 for purchase in told.purchases)


def test_what_happens_until_another_day_says_which() -> None:
    day = instant_of("2026-01-05 21:30:00")
    settle = Text("结算", "settle")
    assert times(settle, 3, day, day + SECOND).en == "settle (3 times, until 21:30:01)"
    assert times(settle, 32, day, instant_of("2026-02-05 21:30:00")).zh == "结算（共 32 次，至 02-05 21:30:00）"
