"""Whatever goes wrong, in whatever order: nobody raises, every invariant holds, everything ends, each time alike."""

from collections.abc import Iterator

import msgspec
import pytest
from storms import drawn, uncredited, wrong

from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import DURING_RECOVERY, POINTS, Crash
from poslab.messages.people import Prompted
from poslab.party.contract import Send
from poslab.party.time import DAY, HOUR, MINUTE, SECOND, midnight
from poslab.text import Text
from poslab.world.presets import PRESETS
from scenarios.schema.links import PEOPLE
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.play import Played, play

GALES = [f"gale-{n}" for n in range(40)]
SEEDS = [f"storm-{n}" for n in range(120)]
HARD = [f"hurricane-{n}" for n in range(30)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_leaves_nothing_broken(seed: str) -> None:
    played = play(drawn(seed), seed=seed)
    assert wrong(played) == [], [(i.id, i.party or i.links, i.match) for i in played.scenario.injections]
    assert played.result.verdict != "invalid"


@pytest.mark.parametrize("seed", HARD)
def test_nor_does_a_hurricane(seed: str) -> None:
    assert wrong(play(drawn(seed, most_purchases=12, most_faults=12), seed=seed)) == []


@pytest.mark.parametrize("seed", GALES)
def test_nor_does_a_gale_over_two_acquirers(seed: str) -> None:
    played = play(drawn(seed, shop="two-acquirers"), seed=seed)
    assert wrong(played) == [], [(i.id, i.party or i.links, i.match) for i in played.scenario.injections]
    assert played.result.verdict != "invalid"


def test_storms_do_strike() -> None:
    """A storm in which nothing happens shows nothing: most families strike, and not every storm ends well."""
    families: dict[str, int] = {}
    ends: dict[str, int] = {}
    for seed in SEEDS:
        played = play(drawn(seed), seed=seed)
        for fault in {strike.fault.partition("-")[2] for strike in played.truth.strikes}:
            families[fault] = families.get(fault, 0) + 1
        for purchase in played.result.purchases:
            ends[purchase.end.truth] = ends.get(purchase.end.truth, 0) + 1
    assert len(families) >= 12, families
    assert {"credits-parked", "maintenance"} <= set(families), families
    assert {"M0", "M1", "M2"} <= set(ends), ends


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_the_same_storm_again_writes_the_same_history(seed: str) -> None:
    one, other = play(drawn(seed), seed=seed), play(drawn(seed), seed=seed)
    assert one.result.history_sha256 == other.result.history_sha256
    assert msgspec.structs.replace(one.result, wall_s=0) == msgspec.structs.replace(other.result, wall_s=0)


# --- one purchase, one fault: every message, every party


def one_purchase(shop: str, card: str, *injections: Injection) -> Scenario:
    """A sale at 10:15, healed after the payout of the next day, with the routine acts at the till after that.

    Of two acquirers it is the second one's: nothing of it is where it would be in a world with one.
    """
    world = PRESETS[shop]()
    till = "T2" if shop == "two-acquirers" else "T1"
    begins = midnight(world.calendar.first_day)
    at = begins + 10 * HOUR + 15 * MINUTE
    purchase = Purchase("victim", at, till, "cashier", 12_800, card)
    heal = Heal(begins + DAY + 11 * HOUR, HOUR)
    told = [
        Told(at, "cashier", purchase.given),
        Told(heal.at + MINUTE, "cashier", Prompted("victim", "query", till)),
        Told(heal.at + 4 * MINUTE, "cashier", Prompted("victim", "reprint", till)),
    ]
    return Scenario(
        "single", None, "single", Text("", ""), None, None, world, "by-the-book", "reads-sms", (purchase,), tuple(told),
        injections, (), heal, begins, heal.at + HOUR, Expectations(),
    )  # fmt: skip


def healthy(shop: str, card: str) -> Played:
    return play(one_purchase(shop, card), keep=True)


def each_message(played: Played) -> Iterator[Injection]:
    """Every first message of a kind on its link, as long as things go wrong: lost, late, twice and twice late."""
    heal = played.scenario.heal
    assert heal is not None
    said = dict.fromkeys(
        (line.party, effect.to, effect.message.kind)
        for line, _ in played.pairs
        for effect in line.effects
        if type(effect) is Send and line.at < heal.at
    )
    for sender, to, kind in said:
        for fault in (Loss(), Delay(61 * SECOND), Duplicate(1_000), Duplicate(10 * MINUTE)):
            yield Injection("one", fault, links=((sender, to),), match=Match(kind), nth=1)


def each_crash(played: Played) -> Iterator[Injection]:
    """Every party that is no person, at the first input of every kind that it heard, at every crash point."""
    roles = played.world.roles()
    heard = dict.fromkeys((line.party, given.kind) for line, given in played.pairs if roles[line.party] not in PEOPLE)
    for party, kind in heard:
        if kind == "started":
            continue
        for point in POINTS:
            yield Injection("one", Crash(point, 2 * MINUTE), party=party, match=Match(kind), nth=1, optional=True)


@pytest.mark.parametrize("shop", ["corner-shop", "gateway-shop", "two-acquirers"])
@pytest.mark.parametrize("card", ["good-debit", "no-answer", "insufficient"])
def test_any_single_message_may_fail(shop: str, card: str) -> None:
    faults = list(each_message(healthy(shop, card)))
    assert len(faults) > 30
    for fault in faults:
        played = play(one_purchase(shop, card, fault))
        told = (type(fault.fault).__name__, fault.links, fault.match.kind)
        assert wrong(played) + uncredited(played) == [], told
        assert played.result.verdict != "invalid", told


@pytest.mark.parametrize("shop", ["corner-shop", "gateway-shop"])
def test_and_again_while_it_comes_back(shop: str) -> None:
    for fault in each_crash(healthy(shop, "good-debit")):
        again = Injection("again", Crash(DURING_RECOVERY, MINUTE), party=fault.party, nth=1, optional=True)
        played = play(one_purchase(shop, "good-debit", fault, again))
        assert wrong(played) + uncredited(played) == [], (fault.fault, fault.party, fault.match.kind)


@pytest.mark.parametrize("shop", ["corner-shop", "gateway-shop", "two-acquirers"])
@pytest.mark.parametrize("card", ["good-debit", "no-answer"])
def test_any_party_may_die_at_any_input(shop: str, card: str) -> None:
    faults = list(each_crash(healthy(shop, card)))
    assert len(faults) > 50
    for fault in faults:
        played = play(one_purchase(shop, card, fault))
        assert wrong(played) + uncredited(played) == [], (fault.fault, fault.party, fault.match.kind)
