"""Whole days with a settlement at their end, whatever is lost on the way: both sides close with the same records."""

from collections.abc import Sequence

import msgspec
import pytest
from bent import story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poslab.faults.facts import Fact
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import Crash
from poslab.messages.facts import TotalsDamaged
from poslab.messages.people import Prompted
from poslab.party.contract import Effect, Logged, Send
from poslab.party.time import HOUR, MINUTE, SECOND
from scenarios.schema.story import Scenario, Told
from scenarios.stage.play import Played, play

UP, DOWN = (("T1", "host"),), (("host", "T1"),)


def day(*faults: Injection, sales: int, voids: Sequence[int] = (), unequal: bool = False) -> Scenario:
    """Hourly sales, some of them voided half an hour later, and a settlement at 21:00."""
    if unequal:
        off = Fact(TotalsDamaged(by_fen=100))
        faults = (*faults, Injection("off", off, party="T1", start=story().begins + 20 * HOUR))
    base = story(*faults, sales=sales)
    told = list(base.told)
    for number in voids:
        sale = base.purchases[number]
        told.append(Told(sale.at + 30 * MINUTE, "cashier", Prompted(sale.order, "void", "T1")))
    told.append(Told(base.begins + 21 * HOUR, "cashier", Prompted("", "settle", "T1")))
    return msgspec.structs.replace(base, told=tuple(sorted(told, key=lambda entry: entry.at)))


def logged(played: Played, word: str) -> list[Logged]:
    """Everything that anybody wrote under a word."""
    found: list[Effect] = [effect for line, _ in played.pairs for effect in line.effects]
    return [effect for effect in found if type(effect) is Logged and effect.word == word]


def uploaded(played: Played) -> set[str]:
    """STANs that the terminal told."""
    sent = [e.message for line, _ in played.pairs for e in line.effects if type(e) is Send and line.party == "T1"]
    return {
        detail.stan
        for message in sent
        if message.kind == "0320"
        for detail in message.details  # type: ignore[attr-defined]
    }


def closed_once(played: Played) -> str:
    """How both sides closed the batch, having closed it once."""
    assert played.result.verdict in ("pass", "unknown"), (played.result.verdict, played.result.reason)
    assert [(each.id, each.breaches) for each in played.result.invariants if each.verdict == "broken"] == []
    (there,) = logged(played, "batch-closed")
    (here,) = logged(played, "batch-settled")
    assert (here.details["batch"], here.details["how"]) == (there.details["batch"], there.details["how"])
    return str(here.details["how"])


lost_answers = st.lists(st.integers(1, 8), max_size=3, unique=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 8), lost_answers, st.data())
def test_totals_of_a_day_with_lost_answers_and_voids_are_equal(
    sales: int, lost: list[int], data: st.DataObject
) -> None:
    voids = data.draw(st.lists(st.integers(0, sales - 1), max_size=3, unique=True))
    faults = [
        Injection(f"lost-{n}", Loss(), links=DOWN, match=Match("0210"), nth=n, optional=True) for n in sorted(lost)
    ]
    played = play(day(*faults, sales=sales, voids=voids), keep=True)
    assert closed_once(played) == "equal"
    assert logged(played, "batch-break") == []


KINDS = st.sampled_from((("0500", UP), ("0510", DOWN), ("0320", UP), ("0330", DOWN)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 5), st.booleans(), st.lists(st.tuples(KINDS, st.integers(1, 6)), max_size=4, unique=True))
def test_an_upload_of_which_anything_is_lost_ends_with_equal_record_sets(
    sales: int, unequal: bool, lost: list[tuple[tuple[str, tuple[tuple[str, str], ...]], int]]
) -> None:
    faults = [
        Injection(f"lost-{number}", Loss(), links=link, match=Match(kind), nth=nth, optional=True)
        for number, ((kind, link), nth) in enumerate(lost)
    ]
    played = play(day(*faults, sales=sales, unequal=unequal), keep=True)
    assert closed_once(played) == ("unequal" if unequal else "equal")
    assert logged(played, "batch-break") == []
    mine = {attempt.stan for purchase in played.result.purchases for attempt in purchase.attempts}
    assert uploaded(played) == (mine if unequal else set())


@pytest.mark.parametrize("unequal", [False, True])
@pytest.mark.parametrize("kind", ["0510", "0330", "connected"])
@pytest.mark.parametrize("point", ["before-journal", "after-journal", "after-send"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_terminal_that_goes_dark_in_a_settlement_finishes_it(unequal: bool, kind: str, point: str, nth: int) -> None:
    first = nth if kind != "connected" else nth + 3  # after the dials of the sales
    dark = Injection(
        "dark", Crash(point, 40 * SECOND), party="T1", match=Match(kind), nth=first, optional=kind == "0510"
    )
    base = day(dark, sales=3, unequal=unequal)
    again = Told(base.begins + 22 * HOUR, "cashier", Prompted("", "settle", "T1"))
    played = play(msgspec.structs.replace(base, told=(*base.told, again)), keep=True)
    assert [(each.id, each.breaches) for each in played.result.invariants if each.verdict == "broken"] == []
    assert logged(played, "batch-break") == []
    assert len(logged(played, "batch-closed")) == len(logged(played, "batch-settled")) >= 1


@pytest.mark.parametrize("kind", ["0500", "0320"])
@pytest.mark.parametrize("point", ["before-journal", "after-journal", "after-send"])
def test_a_host_that_dies_in_a_settlement_closes_the_batch_all_the_same(kind: str, point: str) -> None:
    gone = Injection("gone", Crash(point, 10 * SECOND), party="host", match=Match(kind), nth=1)
    played = play(day(gone, sales=3, unequal=True), keep=True)
    assert closed_once(played) == "unequal"
    assert logged(played, "batch-break") == []


def test_a_reversal_that_was_given_up_is_found_by_the_settlement_of_the_evening() -> None:
    """The host has what the terminal has no slip of: a break with an owner, and nothing is moved for it."""
    base = day(
        Injection("lost", Loss(), links=DOWN, match=Match("0210", "victim"), nth=1),
        Injection("unheard", Loss(), links=UP, match=Match("0400")),
        sales=2,
    )
    terminals = tuple(msgspec.structs.replace(each, policy="drop") for each in base.world.terminals)
    dropped = msgspec.structs.replace(base, world=msgspec.structs.replace(base.world, terminals=terminals))
    played = play(dropped, keep=True)
    (found,) = logged(played, "batch-break")
    assert (found.about, found.details["why"]) == ("victim", "host-record-without-slip")
    (item,) = [item for item in played.result.open_items if item.what == "host-record-without-slip"]
    assert (item.order, item.owner) == ("victim", "acquirer")
    victim = next(purchase for purchase in played.result.purchases if purchase.order == "victim")
    assert (victim.end.charged_net, victim.end.credited) == (1, 1)
