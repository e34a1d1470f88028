"""The word for a run: what it says of itself, what was expected of it, and what must stand behind every lost credit."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from bilingual import told_in_both

from acquirer.host.host import Host
from poslab.faults.facts import Fact
from poslab.faults.injection import Injection
from poslab.history.truth import Truth
from poslab.messages.facts import CorrectionOrdered, CreditBooked
from poslab.messages.funding import FileAccepted
from poslab.messages.people import SaleKeyed
from poslab.party.contract import Effect, Input
from poslab.party.time import HOUR, MINUTE
from poslab.text import Text
from poslab.world.world import World
from scenarios.grade.expectations import Met
from scenarios.grade.verdict import found, verdict
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Scenario, Told
from scenarios.stage.play import Played, play
from terminal.machine import Terminal

STRUCK = Truth((), (), ())
WELL = found(STRUCK, (), (), 0)
WAITS, WHY = Text("victim 在等", "victim waits"), Text("因为", "because")
MET = Met(Text("最后：victim：truth 应为 M2", "end: victim: truth is M2"), True)
UNMET = Met(Text("最后：victim：truth 应为 M2，实为 M1", "end: victim: truth is M2, found M1"), False)


class TestOfItself:
    @pytest.mark.parametrize(
        ("truth", "fired", "unfinished", "items", "word"),
        [
            (STRUCK, (), (), 0, "pass"),
            (STRUCK, (), (), 2, "manual"),
            (STRUCK, (), (WAITS,), 2, "stalled"),
            (STRUCK, ("one-payout",), (WAITS,), 2, "violated"),
            (Truth((), (), ("lost",)), ("one-payout",), (WAITS,), 2, "invalid"),
        ],
    )
    def test_the_worst_word_counts(
        self, truth: Truth, fired: tuple[str, ...], unfinished: tuple[Text, ...], items: int, word: str
    ) -> None:
        said, why = found(truth, fired, unfinished, items)
        assert said == word
        told_in_both(why)


class TestTheVerdict:
    def test_with_nothing_expected_is_what_the_run_says_of_itself(self) -> None:
        for said in (WELL, ("manual", WHY), ("stalled", WHY), ("violated", WHY), ("invalid", WHY)):
            assert verdict("pass", False, [], said) == said

    def test_is_pass_where_every_expectation_is_met_open_items_or_not(self) -> None:
        assert verdict("pass", True, [MET], WELL)[0] == "pass"
        assert verdict("pass", True, [MET], ("manual", WHY))[0] == "pass"

    @pytest.mark.parametrize("word", ["violated", "stalled", "invalid"])
    def test_is_never_pass_where_something_is_wrong_with_the_run(self, word: str) -> None:
        assert verdict("pass", True, [MET], (word, WHY))[0] == word
        assert verdict("pass", True, [UNMET], (word, WHY))[0] == word

    def test_is_unknown_where_an_expectation_is_not_met_and_no_check_says_why(self) -> None:
        word, why = verdict("pass", True, [MET, UNMET], WELL)
        assert (word, why.en) == ("unknown", "1 of 2 expectations not met: end: victim: truth is M2, found M1")
        assert why.zh == "2 项预期中 1 项未满足：最后：victim：truth 应为 M2，实为 M1"
        assert verdict("pass", True, [UNMET], ("manual", WHY))[0] == "unknown"

    def test_is_pass_where_the_run_was_to_be_something_else_and_is(self) -> None:
        assert verdict("stalled", True, [MET], ("stalled", WHY))[0] == "pass"
        assert verdict("stalled", True, [UNMET], ("stalled", WHY))[0] == "unknown"
        assert verdict("invalid", True, [MET], ("invalid", WHY))[0] == "pass"


# --- played

STORY = {
    "schema": "poslab/1",
    "id": "a-story",
    "world": "corner-shop",
    "workload": [{"order": "victim", "at": "10:15:30", "terminal": "T1", "amount": "128.00", "card": "good-debit"}],
}
LOST = {"id": "lost", "fault": "loss", "link": "host->T1", "match": {"kind": "0210"}, "nth": 1}


def written(tmp_path: Path, **more: object) -> Scenario:
    path = tmp_path / "story.yaml"
    path.write_bytes(msgspec.json.encode({**STORY, **more}))
    return load(path)


def told(tmp_path: Path, **more: object) -> Played:
    return play(written(tmp_path, **more))


def said(played: Played) -> list[str]:
    return [line.what.en for line in played.result.expectations]


def test_a_sale_without_trouble_passes_with_nothing_expected(tmp_path: Path) -> None:
    result = told(tmp_path).result
    assert (result.verdict, result.expectations) == ("pass", ())


def test_a_fault_that_never_met_anything_makes_the_run_invalid(tmp_path: Path) -> None:
    idle = {**LOST, "nth": 9}
    assert told(tmp_path, faults=[idle]).result.verdict == "invalid"
    assert told(tmp_path, faults=[{**idle, "optional": True}]).result.verdict == "pass"
    assert told(tmp_path, faults=[idle], expect={"verdict": "invalid"}).result.verdict == "pass"


def test_a_check_that_fires_unnamed_and_one_that_is_named_and_does_not(tmp_path: Path) -> None:
    twice = {"people": {"cashier": {"script": {"steps": [
        {"at": "+2m", "do": "sale", "order": "victim", "terminal": "T2"}]}}}}  # fmt: skip
    assert told(tmp_path, **twice).result.verdict == "violated"
    assert told(tmp_path, **twice, expect={"violates": ["one-net-effect"]}).result.verdict == "pass"
    assert told(tmp_path, **twice, expect={"verdict": "violated"}).result.verdict == "pass"
    assert told(tmp_path, expect={"verdict": "violated"}).result.verdict == "unknown"
    quiet = told(tmp_path, expect={"violates": ["one-net-effect"]})
    assert (quiet.result.verdict, said(quiet)) == ("unknown", ["one-net-effect must fire, and did not"])


def test_what_must_come_to_rest_has_its_time_after_healing(tmp_path: Path) -> None:
    gone = {"id": "gone", "fault": "partition", "link": "host<->T1", "at": "10:15:40"}
    for within, word in (("20m", "pass"), ("10s", "unknown")):
        played = told(
            tmp_path, faults=[LOST, gone], people={"cashier": "passive"},
            heal={"at": "+10m", "converge_within": within}, expect={"end": {"victim": {"truth": "M1"}}},
        )  # fmt: skip
        assert played.result.verdict == word, said(played)
        assert any(line.startswith("heal: at rest within") for line in said(played))


def test_a_run_that_does_not_come_to_rest_is_stalled_whatever_else_is_met(tmp_path: Path) -> None:
    gone = {"id": "gone", "fault": "partition", "link": "host<->T1", "at": "10:15:40"}
    met = {"end": {"victim": {"terminal": "unknown"}}}
    assert told(tmp_path, faults=[LOST, gone], expect=met).result.verdict == "stalled"
    assert told(tmp_path, faults=[LOST, gone], expect={**met, "verdict": "stalled"}).result.verdict == "pass"
    skipped = {"id": "skipped", "fault": "letter-loss", "party": "host", "match": {"kind": "clearing-due"}}
    result = told(tmp_path, faults=[skipped], expect={"end": {"victim": {"terminal": "approved"}}}).result
    assert (result.verdict, "waits for the clearing of 20260105" in result.reason.en) == ("stalled", True)


# --- explained


def explained(played: Played) -> tuple[str, tuple[str, ...]]:
    line = next(check for check in played.result.invariants if check.id == "explained")
    for breach in line.breaches:
        told_in_both(breach)
    return line.verdict, tuple(breach.en for breach in line.breaches)


def test_a_credited_sale_needs_no_explanation_and_a_fault_is_one(tmp_path: Path) -> None:
    assert explained(told(tmp_path))[0] == "no evidence"
    assert explained(told(tmp_path, faults=[LOST]))[0] == "holds"


def test_a_card_without_money_and_a_void_explain_themselves(tmp_path: Path) -> None:
    poor = [{**STORY["workload"][0], "card": "insufficient"}]  # type: ignore[dict-item]
    assert explained(told(tmp_path, workload=poor))[0] == "holds"
    voided = {"cashier": {"script": {"steps": [{"at": "+2m", "do": "void", "order": "victim"}]}}}
    assert explained(told(tmp_path, people=voided))[0] == "holds"


class Forgetful(Terminal):
    """A broken build: it takes a keyed sale and forgets it."""

    def handle(self, given: Input, at: int) -> Sequence[Effect] | None:
        return [] if type(given) is SaleKeyed else super().handle(given, at)


def forgetful(world: World) -> Terminal:
    return Forgetful(world.terminal("T1"))


def test_a_sale_that_a_party_loses_by_itself_is_not_explained(tmp_path: Path) -> None:
    verdict_, breaches = explained(play(written(tmp_path), instead={"T1": forgetful}))
    assert verdict_ == "broken"
    assert "nothing was done to the run that stands behind it" in breaches[0]


class HighHanded(Host):
    """A broken build: after the clearing it has a sale given back that nobody has ordered back."""

    def handle(self, given: Input, at: int) -> Sequence[Effect] | None:
        effects = super().handle(given, at)
        if type(given) is FileAccepted:
            return [*(effects or ()), *(super().handle(CorrectionOrdered("victim"), at) or ())]
        return effects


def high_handed(world: World) -> Host:
    return HighHanded(world)


def corrected(tmp_path: Path, after: int) -> Scenario:
    """Somebody at the acquirer has the sale of 10:15:30 taken back so long after it, and no fault is injected."""
    scenario = written(tmp_path)
    order = Told(scenario.purchases[0].at + after, "host", CorrectionOrdered("victim"))
    return msgspec.structs.replace(scenario, told=(*scenario.told, order))


def test_what_a_clerk_has_ordered_is_explained(tmp_path: Path) -> None:
    """Reversed by the host before its clearing; parked after it, until the next file gives it back."""
    for after, cause, host in ((HOUR, "none", "reversed"), (16 * HOUR, "issuer-refund-slow", "approved")):
        played = play(corrected(tmp_path, after))
        (bought,) = played.result.purchases
        assert explained(played)[0] == "holds"
        assert bought.end.diagnosis is not None
        assert (bought.end.truth, bought.end.views.host, bought.end.diagnosis.cause) == ("M1", host, cause)


def test_what_a_host_takes_back_by_itself_is_not_explained(tmp_path: Path) -> None:
    verdict_, breaches = explained(play(written(tmp_path), instead={"host": high_handed}))
    assert verdict_ == "broken"
    assert "because of issuer-refund-slow, and nothing was done to the run" in breaches[0]


def test_a_fault_at_another_terminal_explains_nothing(tmp_path: Path) -> None:
    other = {"order": "other", "at": "11:00:00", "terminal": "T2", "amount": "5.00", "card": "good-credit"}
    lost = {**LOST, "link": "host->T2"}
    path = tmp_path / "story.yaml"
    path.write_bytes(msgspec.json.encode({**STORY, "workload": [*STORY["workload"], other], "faults": [lost]}))
    played = play(load(path), instead={"T1": forgetful})
    assert explained(played)[0] == "broken"
    assert played.result.verdict == "violated"
    assert msgspec.json.encode(played.result)


# --- open items


def test_an_undoing_that_nobody_repeats_has_an_owner_a_name_and_an_age() -> None:
    result = play(load("issuer-reversal-failed", "saf-exhausted")).result
    (item,) = result.open_items
    assert (item.order, item.what, item.owner) == ("victim", "advice-stopped", "acquirer")
    assert item.called is not None
    assert (item.called.zh, item.called.en) == ("单边账", "one-sided entry")
    # The terminal reversed 90 s after the sale of 10:15:30; three tries, a minute each.
    assert item.since == "2026-01-05 10:20:00"
    assert item.age_s is not None
    assert item.age_s > 24 * 60 * 60


def test_the_copy_that_a_host_took_for_a_sale_of_its_own_is_accounted_for() -> None:
    (bought,) = play(load("net-duplicate-delivery")).result.purchases
    assert [attempt.stan for attempt in bought.attempts] == ["000017"]
    assert (bought.end.charged_net, bought.end.credited) == (2, 2)
    assert sum(place.amount for place in bought.end.places) == 2 * bought.due


@pytest.mark.parametrize("variant", ["refused", "ignored", "saf-exhausted"])
def test_a_clerk_of_the_cards_bank_ends_a_one_sided_entry(variant: str) -> None:
    scenario = load("issuer-reversal-failed", variant)
    by_hand = Fact(CreditBooked("victim", "90000001-000001-000017", "260000000001"))
    asked = scenario.complaints[0].at
    clerk = Injection("clerk", by_hand, party="issuer", start=asked + MINUTE)
    cured = msgspec.structs.replace(
        scenario, injections=(*scenario.injections, clerk), heal=None, expect=Expectations(), until=asked + HOUR
    )
    played = play(cured, keep=True)
    end = played.result.purchases[0].end
    assert (end.truth, end.views.issuer, end.views.cardholder) == ("M1", "debited-back", ("spent", "returned"))
    assert (played.result.verdict, played.result.open_items) == ("pass", ())
    # and the acquirer's own open item is closed by the bank's word
    assert any(line.party == "host" and given.kind == "0430" and line.at > clerk.start for line, given in played.pairs)
