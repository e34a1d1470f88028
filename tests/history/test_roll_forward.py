"""A run is reconciled day by day: what was planted is found on its day, ages, and is cleared when it is mended."""

from functools import cache

import msgspec
import pytest
from storms import drawn

from poslab.history.roll_forward import Day, RollForward, ages, open_items
from poslab.party.time import DAY
from scenarios.schema.load import load
from scenarios.schema.story import Scenario
from scenarios.stage.play import play

MONDAY, TUESDAY, WEDNESDAY, FRIDAY = "20260105", "20260106", "20260107", "20260109"


@cache
def days_of(name: str, world: str | None = None) -> list[Day]:
    scenario = load(name, world=world)
    fold = RollForward(scenario.world)
    play(scenario, also=[fold])
    return fold.end()


def breaks_of(name: str) -> list[tuple[str, str]]:
    """Every break that was ever found: which, and on which day."""
    return [(found.why, day.date) for day in days_of(name) for found in day.found]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("net-reversal-exhausted/dropped", [("host-record-without-slip", MONDAY)]),
        ("net-duplicate-delivery/no-dedupe", [("duplicate", MONDAY)]),
        ("op-double-swipe/no-paper", [("duplicate", MONDAY)]),
        ("op-offline-not-uploaded/offline-sale", [("slip-without-host-record", TUESDAY)]),
        ("acct-frozen/both", [("payout-without-credit", WEDNESDAY)]),
        ("acq-capture-missing/capture-skip", [("ledger-without-file", TUESDAY)]),
        ("acq-capture-missing/file-omit", [("ledger-without-file", TUESDAY)]),
    ],
)
def test_what_is_different_is_found_on_its_day_and_stays_open(name: str, found: list[tuple[str, str]]) -> None:
    assert breaks_of(name) == found
    assert [it.why for it in days_of(name)[-1].matched.breaks] == [why for why, _ in found]


@pytest.mark.parametrize(
    "name",
    [
        "ok-not-due/t-plus-1", "ok-not-due/after-cut-off", "ok-not-due/weekend", "net-response-lost/plain",
        "net-duplicate-delivery/dedupe", "term-printer-fail/jam", "op-wrong-reversal-type/wrong-void",
        "op-wrong-reversal-type/refund-for-void", "term-batch-not-closed/terminal-capture",
    ],
)  # fmt: skip
def test_where_nothing_stays_different_the_days_close_at_zero(name: str) -> None:
    for world in (None, "corner-shop", "gateway-shop", "two-acquirers"):
        assert [day.after for day in days_of(name, world)] == [0] * len(days_of(name, world)), world
        assert days_of(name, world)[-1].matched.waiting == ()


def test_an_adjustment_clears_what_its_file_gives_back() -> None:
    days = days_of("net-reversal-exhausted/after-cut-off")
    assert breaks_of("net-reversal-exhausted/after-cut-off") == [("host-record-without-slip", MONDAY)]
    assert days[-1].after == 0 and sum(len(day.cleared) for day in days) == 1


def test_open_items_roll_forward_and_add_up() -> None:
    for name in ("acct-frozen/both", "net-duplicate-delivery/no-dedupe"):
        before = 0
        for day in days_of(name):
            assert day.before == before
            assert day.before + len(day.found) - len(day.cleared) == day.after
            before = day.after


def test_an_open_item_has_an_age_an_owner_and_a_due_date() -> None:
    [item] = open_items(days_of("acct-frozen/both")[-1].matched, load("acct-frozen/both").world.calendar)
    assert (item.age_days, item.bucket, item.owner, item.due, item.overdue) == (3, "2-3", "acquirer", WEDNESDAY, True)
    assert item.found.note == "returned:ACCOUNT_FROZEN"
    assert ages([item])["2-3"] == (1, item.found.amount_fen)
    assert sum(count for count, _ in ages([item]).values()) == 1


def forgetful_and_thorough(scenario: Scenario, seed: str = "1") -> None:
    """Want a fold that forgets what agrees to say the same as one that forgets nothing."""
    quick, thorough = RollForward(scenario.world, memory_days=0), RollForward(scenario.world, memory_days=1_000)
    play(scenario, seed=seed, also=[quick, thorough])
    for one, other in zip(quick.end(), thorough.end(), strict=True):
        assert (one.before, one.found, one.cleared) == (other.before, other.found, other.cleared)
        assert one.matched.breaks == other.matched.breaks
        for tally in one.matched.tallies.values():
            assert tally.matched + tally.broken + tally.waiting + tally.other == tally.lines
        assert one.matched.tallies == other.matched.tallies
    assert len(quick.ledger_until("20991231")) == len(thorough.ledger_until("20991231"))


@pytest.mark.parametrize("name", ["net-duplicate-delivery/no-dedupe", "op-offline-not-uploaded/offline-sale"])
def test_what_is_forgotten_changes_nothing(name: str) -> None:
    forgetful_and_thorough(msgspec.structs.replace(load(name), until=load(name).until + 6 * DAY))


@pytest.mark.parametrize("seed", [f"storm-{number}" for number in (1, 8, 21, 43, 97)])
def test_nor_does_it_in_a_storm(seed: str) -> None:
    forgetful_and_thorough(drawn(seed), seed)


def test_each_day_counts_its_own_records() -> None:
    first, *rest = days_of("ok-not-due/t-plus-1")
    assert (first.date, first.records) == (MONDAY, {"W": 1, "X": 1, "Y": 1, "Z": 0})
    assert sum(day.records["Z"] for day in rest) == 1
    assert first.sums_fen["W"] == first.sums_fen["X"] == first.sums_fen["Y"]
