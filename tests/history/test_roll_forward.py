"""A run is reconciled day by day: what was planted is found on its day, ages, and is cleared when it is mended."""

from functools import cache
from pathlib import Path

import msgspec
import pytest
from storms import drawn

from poslab.history.roll_forward import Day, RollForward, ages, open_items
from poslab.party.time import DAY
from poslab.world.calendar import day_word
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


KEPT = """\
schema: poslab/1
id: told
title: {{zh: 故事, en: a story}}
world:
  preset: {preset}
  settings:
    calendar: {{holidays: [2026-01-12]}}
    merchant: {{merchant: {{product: {product}}}}}
    {platform}
workload:
  - {{order: friday, at: "T+4 {time}", terminal: T1, amount: "128.00", card: good-debit}}
{faults}
until: "T+2 12:00"
"""


@pytest.mark.parametrize(
    ("preset", "product", "time", "due"),
    [
        ("corner-shop", "T+1", "10:15:30", "20260113"),  # neither at the weekend nor on the holiday after it
        ("corner-shop", "D+1", "10:15:30", "20260110"),
        ("corner-shop", "D+1", "23:15:30", "20260111"),  # after the cut-off it is Saturday's
        ("corner-shop", "D+0", "10:15:30", "20260109"),
        ("corner-shop", "D+0", "22:15:30", "20260113"),  # too late for D+0: it falls back to T+1
        ("corner-shop", "instant", "10:15:30", "20260109"),
        ("wallet-shop", "T+1", "10:15:30", "20260113"),
        ("wallet-shop", "D+1", "10:15:30", "20260110"),
    ],
)
def test_what_is_not_paid_was_due_when_its_merchant_s_product_says(
    tmp_path: Path, preset: str, product: str, time: str, due: str
) -> None:
    story = tmp_path / "told.yaml"
    kept_in_wallet = preset == "wallet-shop"
    platform = "platform: {withdrawal: manual}" if kept_in_wallet else ""
    faults = "" if kept_in_wallet else 'faults: [{id: review, fault: merchant-review, at: "18:00", why: kyc}]'
    told = KEPT.format(preset=preset, product=product, time=time, platform=platform, faults=faults)
    story.write_text(told)
    unpaid = {day.date: [(it.row.net_fen, day_word(it.due)) for it in day.unpaid] for day in days_of(str(story))}
    first = min((date for date, found in unpaid.items() if found), default="")
    assert first == due
    assert all(found == ([(12_736, due)] if date >= due else []) for date, found in unpaid.items())
