"""Lines that are recognised whole leave the judge exactly as it is when every effect is looked at by itself."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from witness import SHOP

from poslab.checks.judge import Judge
from poslab.history.line import Line
from poslab.messages.people import CustomerAtTill
from poslab.party.contract import Became, Input, Kept, Send
from poslab.party.facts import Started
from poslab.party.time import DAY, HOUR, MINUTE, Instant, midnight
from poslab.runtime.virtual import Virtual
from poslab.world.world import World
from scenarios.schema.load import load
from scenarios.stage.casting import links, parties, wakes
from scenarios.stage.play import play

Pairs = Sequence[tuple[Line, Input]]


class Keeper:
    """Keeps what happens."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Line, Input]] = []

    def see(self, line: Line, given: Input) -> None:
        self.pairs.append((line, given))


def healthy_day(world: World, sales: int, sales_an_order: int = 1) -> list[tuple[Line, Input]]:
    """Sales at all terminals of a world, and two days for their money to arrive."""
    start = midnight(world.calendar.first_day)
    keeper = Keeper()
    cast = parties(world, {})
    virtual = Virtual(cast, links(world), start=start, sinks=[keeper], wakes=wakes(world))
    virtual.feed((start, address, Started()) for address in cast)
    customers = (
        (
            start + 9 * HOUR + number * MINUTE,
            "cashier",
            CustomerAtTill(f"o{number // sales_an_order}", f"T{number % 3 + 1}", 9_900 + number, card),
        )
        for number, card in zip(range(sales), ["good-debit", "good-credit", "insufficient"] * sales, strict=False)
    )
    virtual.run(start)
    virtual.feed(customers)
    virtual.run(start + 2 * DAY)
    return keeper.pairs


def judged(world: World, pairs: Pairs, end: Instant, *, whole_lines: bool) -> tuple[Any, ...]:
    """Verdicts, counts, and all that the folds know."""
    judge = Judge(world, whole_lines=whole_lines)
    for line, given in pairs:
        judge.see(line, given)
    evidence = judge.checks[0].evidence
    docket = evidence.docket
    cases = [
        {name: getattr(case, name) for name in case.__struct_fields__ if name not in ("earlier", "plain")}
        for purchase in docket.purchases()
        for case in purchase
    ]
    return (
        judge.end(end),
        cases,
        dict(docket.resting.items()),
        (docket.moves, docket.debits, docket.rested, docket.ended),
        list(evidence.reference.accounts()),
        (evidence.reference.entries, evidence.reference.all_entries),
        (evidence.claims.owed, evidence.claims.taken, evidence.claims.lines),
    )


def same(world: World, pairs: Pairs, end: Instant) -> tuple[Any, ...]:
    """Judge both ways and want the same."""
    whole = judged(world, pairs, end, whole_lines=True)
    assert whole == judged(world, pairs, end, whole_lines=False)
    return whole


@pytest.mark.parametrize(
    "name",
    [
        "net-response-lost", "op-double-swipe/no-paper", "op-double-swipe/second-terminal", "acct-frozen/both",
        "term-restart-mid-transaction/during-print", "plat-gateway-down/answer-lost", "ok-not-due/after-cut-off",
        "op-declined-taken-as-paid/insufficient", "issuer-debit-no-answer/code-98", "net-response-late/after-reversal",
    ],
)  # fmt: skip
def test_a_story_is_judged_alike_both_ways(name: str) -> None:
    played = play(load(name), keep=True)
    same(played.world, played.pairs, played.scenario.until)


def test_a_healthy_day_is_judged_alike_and_nearly_all_of_it_is_plain() -> None:
    pairs = healthy_day(SHOP, 60)
    found = same(SHOP, pairs, pairs[-1][0].at)
    assert {check.verdict for check in found[0]} == {"holds", "no evidence"}
    judge = Judge(SHOP)
    for line, given in pairs:
        judge.see(line, given)
    plain = judge.checks[0].evidence.plain
    # All but the first one, for which the books are opened; every third card has no money.
    assert (plain.sent, plain.forwarded, plain.printed) == (59, 59, 39)


def bent(effect: Any) -> Iterator[Any]:
    """The effect with each of its texts and numbers, and its message's, changed in turn."""
    for name in effect.__struct_fields__:
        value = getattr(effect, name)
        if isinstance(value, str):
            yield msgspec.structs.replace(effect, **{name: value + "x"})
            yield msgspec.structs.replace(effect, **{name: "999999000000" + "0014"})
        elif isinstance(value, bool):
            yield msgspec.structs.replace(effect, **{name: not value})
        elif isinstance(value, int):
            yield msgspec.structs.replace(effect, **{name: value + 1})
        elif isinstance(value, dict):
            for key, detail in value.items():
                yield msgspec.structs.replace(effect, **{name: {**value, key: f"{detail} 999999000000" + "0014"}})
            yield msgspec.structs.replace(effect, **{name: {**value, "more": "x"}})
        elif isinstance(value, tuple):
            yield msgspec.structs.replace(effect, **{name: (("I.cash", "A.own_cash", 1),)})
            yield msgspec.structs.replace(effect, **{name: (*value, *value)})
        elif isinstance(value, msgspec.Struct) and isinstance(effect, Send):
            for message in bent(value):
                yield msgspec.structs.replace(effect, message=message)


def variations(line: Line) -> Iterator[Line]:
    """The line with one thing changed: an effect bent, left out, doubled, or out of its place."""
    effects = list(line.effects)
    for number, effect in enumerate(effects):
        rest = effects[number + 1 :]
        for other in bent(effect):
            yield Line(line.n, line.at, line.party, line.given, [*effects[:number], other, *rest])
        yield Line(line.n, line.at, line.party, line.given, [*effects[:number], *rest])
        yield Line(line.n, line.at, line.party, line.given, [*effects[:number], effect, *effects[number:]])
    yield Line(line.n, line.at, line.party, line.given, effects[::-1])
    kept = [effect for effect in effects if type(effect) is Kept]
    yield Line(line.n, line.at, line.party, line.given, [e for e in effects if type(e) is not Kept] + kept)
    moved = [effect for effect in effects if type(effect) is Became]
    yield Line(line.n, line.at, line.party, line.given, [e for e in effects if type(e) is not Became] + moved)


def test_whatever_is_different_in_the_least_is_judged_alike_too() -> None:
    pairs = [pair for pair in healthy_day(SHOP, 2) if pair[0].at < midnight(SHOP.calendar.first_day) + 23 * HOUR]
    second = [number for number, (line, given) in enumerate(pairs) if given.about == "o1" and line.effects]
    tried = 0
    for number in second:
        line, given = pairs[number]
        for other in variations(line):
            tried += 1
            same(SHOP, [*pairs[:number], (other, given), *pairs[number + 1 :]], pairs[-1][0].at + DAY)
    assert tried > 200


def test_a_line_that_comes_twice_is_judged_alike() -> None:
    pairs = [pair for pair in healthy_day(SHOP, 2) if pair[0].at < midnight(SHOP.calendar.first_day) + 23 * HOUR]
    second = [number for number, (line, given) in enumerate(pairs) if given.about == "o1"]
    for number in second:
        for place in (number + 1, len(pairs)):
            same(SHOP, [*pairs[:place], pairs[number], *pairs[place:]], pairs[-1][0].at + DAY)


def test_a_purchase_that_is_paid_twice_is_judged_alike() -> None:
    pairs = healthy_day(SHOP, 12, sales_an_order=2)
    found = same(SHOP, pairs, pairs[-1][0].at)
    assert "one-net-effect" in [check.id for check in found[0] if check.verdict == "broken"]
