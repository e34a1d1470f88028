"""Judges a run as its history goes by, whoever drives it: asks at the complaint, grades at the end.

The stage of either runtime feeds every line, says when somebody asks, and gets the result.
"""

import time
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from msgspec import Struct

from poslab import __version__
from poslab.checks.all_final import AllFinal
from poslab.checks.check import NO_EVIDENCE, Judged
from poslab.checks.judge import Judge
from poslab.diagnosis.answers import answers
from poslab.diagnosis.procedure import Diagnosis, diagnose
from poslab.history.days import Days, Standing
from poslab.history.evidence import Evidence
from poslab.history.header import header
from poslab.history.line import Line, Sink
from poslab.history.outcome import Outcome, outcome
from poslab.history.purchases import Purchases
from poslab.history.questions import Role
from poslab.history.truth import Truth
from poslab.messages.people import Prompted
from poslab.party.contract import Input
from poslab.party.time import SECOND, Instant, duration_text, stamp_text
from poslab.runtime.recorder import FULL, Recorder
from poslab.text import Text
from poslab.world.world import World
from scenarios.grade.expectations import Met, at_rest_in_time, grade, said_of_itself
from scenarios.grade.explained import ID as EXPLAINED
from scenarios.grade.explained import explained
from scenarios.grade.item import Item
from scenarios.grade.open_items import open_items
from scenarios.grade.verdict import Word, found, verdict
from scenarios.schema.story import Scenario
from scenarios.stage import result as shown


class Played(Struct, frozen=True):
    """A run that is over."""

    scenario: Scenario
    result: shown.Result
    truth: Truth
    pairs: list[tuple[Line, Input]]
    """Every line with the input that it tells of; empty unless they were to be kept."""
    slower: int = 0
    """The speed at which a live run would have proved something, where the machine was too slow for the asked one."""

    @property
    def world(self) -> World:
        """The world that was played in."""
        return self.scenario.world


class _Keeper:
    def __init__(self) -> None:
        self.pairs: list[tuple[Line, Input]] = []

    def see(self, line: Line, given: Input) -> None:
        self.pairs.append((line, given))


class Judging:
    """The folds over one run, and what they say. ``sinks`` take the lines in order."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: str = "1",
        history: BinaryIO | None = None,
        history_kind: str = FULL,
        keep: bool = False,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        world = scenario.world
        orders = [purchase.order for purchase in scenario.purchases]
        self.recorder = Recorder(header(__version__, scenario.id, scenario.variant, seed, world), history, history_kind)
        self.purchases = Purchases(world, orders)
        self.evidence = Evidence(world)
        self.judge = Judge(world)
        self.keeper = _Keeper()
        self.days = Days(self.purchases, scenario.begins)
        self.sinks: list[Sink] = [self.recorder, self.judge, self.days, self.evidence]
        if keep:
            self.sinks.append(self.keeper)
        self.lost: Sequence[object] = ()
        """Stretches of the history that never came, each of which says what it is."""
        self._began = time.perf_counter()
        self._at_complaint: dict[str, Outcome] = {}
        self._complaint_moments: dict[str, shown.Moment] = {}
        self._named: dict[str, tuple[str, ...]] = {}
        self._restless: tuple[Text, ...] = ()

    def see(self, line: Line, given: Input) -> None:
        """Take the next line, where the driver does not feed the ``sinks`` itself."""
        for sink in self.sinks:
            sink.see(line, given)

    def at(self, at: Instant, what: int, order: str) -> None:
        """An entry of the ``agenda`` is reached: all lines until then were seen."""
        if what == ASK:
            self._at_complaint[order], self._complaint_moments[order], diagnosed = self.moment(order, at)
            self._named[order] = (diagnosed.cause, *diagnosed.tie)
        elif what == REST:
            self._restless = self.restless()

    def restless(self) -> tuple[Text, ...]:
        """Attempts that have not come to rest as things stand now."""
        check = next(check for check in self.judge.checks if isinstance(check, AllFinal))
        return tuple(Text(f"{about}：{what.zh}", f"{about}: {what.en}") for about, what in check.waiting())

    def moment(self, order: str, at: Instant) -> tuple[Outcome, shown.Moment, Diagnosis]:
        """A purchase as it stands now, with its diagnosis and the four answers."""
        return moment_of(self.purchases, self.evidence, order, at)

    def conclude(self, truth: Truth, runtime: str, reproduce: str, unfit: Text | None = None) -> Played:
        """The run is over. ``unfit`` says why it proves nothing, if it does not: then its verdict is ``invalid``."""
        scenario = self.scenario
        days = self.days.end(scenario.until)
        at_end: dict[str, Outcome] = {}
        causes: dict[str, str] = {}
        end_moments: dict[str, shown.Moment] = {}
        for purchase in scenario.purchases:
            at_end[purchase.order], end_moments[purchase.order], diagnosed = self.moment(purchase.order, scenario.until)
            causes[purchase.order] = diagnosed.cause
        acts = [told.given for told in scenario.told if isinstance(told.given, Prompted)]
        judged = [*self.judge.end(scenario.until), explained(scenario, acts, truth, self.purchases, at_end, causes)]
        if self.lost:
            # Whoever did not see everything can say neither that something holds nor that it is broken.
            judged = [Judged(check.id, NO_EVIDENCE, check.evaluated) for check in judged]
            lost = ", ".join(map(str, self.lost))
            unfit = Text(
                f"历史中缺行（{lost}），什么也证明不了",
                f"lines of the history are missing ({lost}), so it proves nothing",
            )
        items = open_items(self.purchases, at_end)
        met, (word, reason) = _graded(
            scenario, judged, truth, self._at_complaint, at_end, self._named, self._restless, len(items)
        )
        if unfit is not None:
            word, reason = "invalid", unfit
        return Played(
            scenario=scenario,
            result=shown.Result(
                version=__version__,
                scenario=scenario.id,
                variant=scenario.variant,
                seed=self.seed,
                runtime=runtime,
                world=scenario.world.name,
                verdict=word,
                reason=reason,
                history_sha256=self.recorder.digest(),
                history_lines=self.recorder.lines,
                reproduce=reproduce,
                simulated_s=(scenario.until - scenario.begins) // SECOND,
                wall_s=round(time.perf_counter() - self._began, 3),
                title=scenario.title,
                teaches=scenario.teaches or Text("", ""),
                purchases=tuple(
                    _purchase(self, purchase.order, purchase.amount_fen, self._complaint_moments, end_moments)
                    for purchase in scenario.purchases
                ),
                invariants=tuple(_invariant(check, scenario) for check in judged),
                expectations=tuple(shown.ExpectationResult(line.what, line.met) for line in met),
                open_items=tuple(_open_item(item, scenario.until) for item in items),
                days=tuple(map(_day, days)),
            ),
            truth=truth,
            pairs=self.keeper.pairs,
        )


def moment_of(
    purchases: Purchases, evidence: Evidence, order: str, at: Instant, role: Role = "all"
) -> tuple[Outcome, shown.Moment, Diagnosis]:
    """A purchase as two folds over one history know it now, diagnosed from what somebody in that role may know."""
    purchases.now = at
    found = outcome(purchases, purchases.purchases[order])
    facts = evidence.facts(order, purchases, role)
    diagnosed = diagnose(facts)
    said = answers(diagnosed, facts)
    return (
        found,
        shown.Moment(
            at=stamp_text(at)[:19],
            truth=found.truth,
            claim_open=found.claim_open,
            views=found.views,
            places=found.places,
            charged_peak=found.charged_peak,
            charged_net=found.charged_net,
            credited=found.credited,
            diagnosis=shown.DiagnosisResult(
                cause=diagnosed.cause,
                tie=diagnosed.tie,
                contributing=diagnosed.contributing,
                latent=diagnosed.latent,
                role=role,
                confidence=diagnosed.confidence,
                facts=diagnosed.facts,
                missing=diagnosed.missing,
            ),
            cancel=shown.CancelResult(
                said.cancel.possible, said.cancel.by, said.cancel.how, said.cancel.until, said.cancel.text
            ),
            why=said.why,
            remedies=tuple(shown.Step(step.do, step.text) for step in said.remedies),
            never=tuple(shown.Step(step.do, step.text) for step in said.never),
            prevention=tuple(said.prevention),
        ),
        diagnosed,
    )


ASK, HEAL, REST = range(3)
"""What may come at an instant, in this order: somebody asks, faults end, everything is to be at rest."""


def agenda(scenario: Scenario) -> list[tuple[Instant, int, str]]:
    """When the stage does what, and of which order somebody asks."""
    entries = [(complaint.at, ASK, complaint.order) for complaint in scenario.complaints]
    heal = scenario.heal
    if heal is not None:
        entries += [(heal.at, HEAL, ""), (heal.at + heal.converge_within_us, REST, "")]
    return sorted(entries)


def _graded(
    scenario: Scenario,
    judged: Sequence[Judged],
    truth: Truth,
    at_complaint: Mapping[str, Outcome],
    at_end: Mapping[str, Outcome],
    named: Mapping[str, tuple[str, ...]],
    restless: tuple[Text, ...],
    open_items: int,
) -> tuple[list[Met], Word]:
    """Every expectation, and the verdict. Whatever does not rest makes a run stalled, unless it was not to rest."""
    expect = scenario.expect
    broken = tuple(check.id for check in judged if check.verdict == "broken")
    fired = tuple(check for check in broken if check != AllFinal.id or check in expect.violates)
    surprises = tuple(check for check in fired if check not in expect.violates)
    unfinished = next((tuple(one.text for one in check.breaches) for check in judged if check.id == AllFinal.id), ())
    if AllFinal.id in expect.violates:
        unfinished = ()
    if unfinished:
        surprises = tuple(check for check in surprises if check != EXPLAINED)  # what is stuck may well be unexplained
    of_itself = found(truth, surprises, unfinished, open_items)
    if expect.verdict == "violated":  # whichever check it is
        fired = tuple(check for check in fired if check in expect.violates)
    met = grade(expect, at_complaint, at_end, named, fired)
    if scenario.heal is not None and AllFinal.id not in expect.violates and expect.verdict != "stalled":
        met.append(at_rest_in_time(duration_text(scenario.heal.converge_within_us), restless))
    if expect.verdict != "pass":
        met.append(said_of_itself(expect.verdict, of_itself[0]))
    stated = bool(expect.complaint or expect.end or expect.violates or expect.verdict != "pass")
    return met, verdict(expect.verdict, stated, met, of_itself)


def _purchase(
    run: Judging, order: str, due_fen: int, complaint: dict[str, shown.Moment], end: dict[str, shown.Moment]
) -> shown.PurchaseResult:
    world = run.scenario.world
    attempts = tuple(
        shown.AttemptKey(
            kind=attempt.what,
            terminal=world.terminal_of_tid(attempt.tid).address,
            batch=attempt.key.split("-")[1],
            stan=attempt.stan,
            rrn=attempt.rrn,
        )
        for attempt in run.purchases.purchases[order].attempts
    )
    cause = run.scenario.cause
    return shown.PurchaseResult(
        order=order,
        due=due_fen,
        currency="CNY",
        injected=(cause,) if cause is not None and order in complaint else (),
        attempts=attempts,
        at_complaint=complaint.get(order),
        end=end[order],
    )


def _open_item(item: Item, until: Instant) -> shown.OpenItem:
    since = "" if item.since is None else stamp_text(item.since)[:19]
    age_s = None if item.since is None else (until - item.since) // SECOND
    due = "" if item.due is None else stamp_text(item.due)[:10]
    return shown.OpenItem(item.order, item.what, item.owner, item.waits_for, item.called, since, age_s, due)


def _day(day: Standing) -> shown.Day:
    return shown.Day(
        stamp_text(day.at)[:10], day.swiped, day.on_its_way_fen, day.at_risk_fen, day.arrived_fen, day.at_risk
    )


def _invariant(check: Judged, scenario: Scenario) -> shown.InvariantResult:
    broken = check.verdict == "broken"
    return shown.InvariantResult(
        id=check.id,
        verdict=check.verdict,
        evaluated=check.evaluated,
        expected=broken == (check.id in scenario.expect.violates),
        breaches=tuple(breach.text for breach in check.breaches),
    )
