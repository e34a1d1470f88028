"""A whole sweep: one purchase, every message of both legs × every fault, on as many processes as there are.

What comes of it depends on the scenario and the seed alone: never on how many processes there were, or which was
faster.
"""

import multiprocessing
import signal
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from msgspec import Struct, field

from poslab import __version__
from poslab.party.time import Instant
from scenarios.experiments.judging import BROKEN, UNNAMED, Finding, Judged, judged
from scenarios.experiments.passages import FUNDING, LEGS, Message, Passage, passages
from scenarios.experiments.trials import Trial, lost, new_in, paired, singles
from scenarios.experiments.trying import bare, watched_longer, with_faults
from scenarios.schema.story import Scenario
from scenarios.stage.casting import Instead
from scenarios.stage.play import play

SCHEMA = "poslab-sweep/1"
A_BATCH = 16
"""So many trials are handed to a process at once."""


class Row(Struct, frozen=True):
    """A cell of the table: what was struck and how, and what came of it."""

    behind: str
    """The message that was lost before, or nothing."""
    passage: str
    fault: str
    id: str
    truth: str
    verdict: str
    cause: str
    tie: tuple[str, ...]
    cancel: str
    good: bool
    """Nothing was found."""


class Sweep(Struct, frozen=True):
    """What came of a sweep."""

    scenario: str
    world: str
    seed: str
    pairs: int
    """How many pairs were tried besides the singles."""
    met: int
    """Trials in which every fault struck; in a pair one may keep the other from ever meeting anything."""
    trials: int
    runs: int
    """Scenarios played: those of the trials, and those in which somebody did what was said."""
    acts: dict[str, int]
    """How often what was tried: *cancel*, *remedies*, and every *never* by its word."""
    unnamed: tuple[Finding, ...]
    broken: tuple[Finding, ...]
    table: tuple[Row, ...]
    """Singles only, in the order of the purchase."""
    version: str = __version__
    schema: str = field(default=SCHEMA)

    @property
    def clean(self) -> bool:
        """Nothing was found."""
        return not self.unnamed and not self.broken


def planned(scenario: Scenario, seed: str, legs: Sequence[str] = LEGS) -> list[Trial]:
    """Every single fault: of the messages that pass when all is well, and of those that follow when one is lost."""
    story = bare(scenario)
    order = story.purchases[0].order
    found: list[Trial] = []
    for leg in legs:
        played = watched_longer(story) if leg == FUNDING else story
        well = _passages(played, story.until, seed, order, leg)
        found += singles(well)
        for message in well:
            if isinstance(message, Message):
                after = _passages(with_faults(played, [lost(message)]), story.until, seed, order, leg)
                found += singles(new_in(after, well), message)
    return found


def _passages(story: Scenario, until: Instant, seed: str, order: str, leg: str) -> list[Passage]:
    """Whatever passes until then: a hold ends after thirty days, and tomorrow's files are no business of this sale."""
    found = passages(play(story, seed=seed, keep=True).pairs, story.world, order, leg)
    return [passage for passage in found if (passage.at if isinstance(passage, Message) else passage.due) < until]


def touching(trials: Sequence[Trial], passage: str) -> list[Trial]:
    """The trials in which that message or letter is struck, or is the one that was lost before."""
    return [trial for trial in trials if any(passage in (cell.passage, cell.behind) for cell in trial.cells)]


def only(trials: Sequence[Trial], name: str) -> Trial | None:
    """The trial of that id: a single, or a pair of two."""
    by_id = {cell.id: trial for trial in trials for cell in trial.cells}
    if name in by_id:
        return by_id[name]
    parts = name.split("+")
    for place in range(1, len(parts)):
        one, other = by_id.get("+".join(parts[:place])), by_id.get("+".join(parts[place:]))
        if one is not None and other is not None:
            return paired(one, other)
    return None


def judged_all(
    scenario: Scenario, trials: Sequence[Trial], *, seed: str, workers: int = 1, instead: Instead | None = None
) -> Generator[Judged, None, None]:
    """Every trial judged, in the order in which they were given. ``instead`` needs a single worker, which is this one.

    Closing the iterator early, as an interrupt does, ends the other processes.
    """
    story = bare(scenario)
    if workers <= 1:
        for trial in trials:
            yield judged(story, trial, seed=seed, instead=instead)
        return
    assert instead is None, "broken builds do not travel between processes"
    batches = [trials[start : start + A_BATCH] for start in range(0, len(trials), A_BATCH)]
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(batches)) or 1, context, _deaf_to_interrupts)
    try:
        waiting = [pool.submit(_batch, story, batch, seed) for batch in batches]
        yield from _in_order(waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_order(waiting: Iterable[Future[list[Judged]]]) -> Iterator[Judged]:
    for batch in waiting:
        yield from batch.result()


def _batch(story: Scenario, trials: Sequence[Trial], seed: str) -> list[Judged]:
    return [judged(story, trial, seed=seed) for trial in trials]


def _deaf_to_interrupts() -> None:
    """The one who asked is interrupted, and ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def summed(scenario: Scenario, found: Sequence[Judged], *, seed: str, again: str = "") -> Sweep:
    """A sweep from its trials. ``again`` is a command line that plays it again: with ``--only ID``, one of them."""
    acts: dict[str, int] = {}
    for one in found:
        for word in one.tried:
            acts[word] = acts.get(word, 0) + 1
    findings = [
        Finding(finding.kind, finding.trial, finding.what, f"{again} --only {finding.trial}")
        for one in found
        for finding in one.findings
    ]
    return Sweep(
        scenario=scenario.name,
        world=scenario.world.name,
        seed=seed,
        pairs=sum(1 for one in found if one.pair),
        met=sum(one.met for one in found),
        trials=len(found),
        runs=sum(one.runs for one in found),
        acts=dict(sorted(acts.items())),
        unnamed=tuple(finding for finding in findings if finding.kind == UNNAMED),
        broken=tuple(finding for finding in findings if finding.kind == BROKEN),
        table=tuple(
            Row(
                cell.behind, cell.passage, cell.fault, cell.id, one.truth, one.verdict, one.cause, one.tie,
                one.cancel, not one.findings,
            )
            for one in found
            if not one.pair
            for cell in one.cells
        ),
    )  # fmt: skip
