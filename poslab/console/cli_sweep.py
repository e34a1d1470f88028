"""``poslab sweep``: one purchase, every message of both legs × every fault; or one of these runs alone."""

import os
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from poslab.console.cli_run import Wanted, play_into
from poslab.console.run_dir import REPORT
from poslab.text import Language, Text
from scenarios.schema.errors import BadInput, meant, nearest, one_of
from scenarios.schema.load import load
from scenarios.schema.story import Scenario

if TYPE_CHECKING:
    from scenarios.experiments.judging import Judged
    from scenarios.experiments.trials import Trial

FINE, FOUND = 0, 1
PLAIN = "ok-not-due"
"""A sale in which all is well: what is swept where no scenario is named."""
_PLACE = "sweep"
_MOST_WORKERS = 64
_TELLS_EVERY_S = 5
_TOO_FEW_TO_TELL = 32


class Asked(msgspec.Struct, frozen=True):
    """What the options say."""

    scenario: str
    world: str | None
    seed: str
    pairs: str
    workers: int | None
    leg: str | None
    message: str | None
    only: str | None
    out: Path | None
    language: Language
    json: bool

    @property
    def again(self) -> str:
        """The command line that plays the same sweep."""
        said = ["poslab", "sweep", *([] if self.scenario == PLAIN else [self.scenario])]
        said += [] if self.leg is None else ["--leg", self.leg]
        said += [] if self.seed == "1" else ["--seed", self.seed]
        return shlex.join([*said, *(["--world", self.world] if self.world is not None else [])])


def sweep(asked: Asked) -> int:
    """Play a sweep and show what came of it. Answers the exit code: 0 nothing found, 1 findings."""
    from scenarios.experiments import sweep as sweeping
    from scenarios.experiments import trials as trying

    count = _count(asked.pairs)
    workers = _workers(asked.workers)
    if asked.out is not None and asked.only is None:
        what = Text("一次扫描有数千次运行", "a sweep has thousands of runs")
        raise BadInput(_PLACE, 0, "--out", what, Text("请用 --only 指定其中一次", "name one with --only"))
    scenario = load(asked.scenario, world=asked.world)
    planned = sweeping.planned(scenario, asked.seed, _legs(asked.leg))
    if asked.only is not None:
        trial = sweeping.only(planned, asked.only)
        if trial is None:
            what = Text(f"没有试验 {asked.only!r}", f"there is no trial {asked.only!r}")
            raise BadInput(_PLACE, 0, "--only", what, _nearest(asked.only, planned))
        return _one(scenario, trial, asked)
    if asked.message is not None:
        planned = sweeping.touching(planned, asked.message)
        if not planned:
            what = Text(f"没有报文 {asked.message!r} 经过", f"no message {asked.message!r} passes")
            raise BadInput(_PLACE, 0, "--message", what, _known(scenario, asked))
    if count != 0:
        planned += trying.pairs(planned, count, asked.seed)
    found: list[Judged] = []
    with _progress(len(planned), asked.language, show=not asked.json) as advance:
        judged_all = sweeping.judged_all(scenario, planned, seed=asked.seed, workers=workers)
        with closing(judged_all) as each:
            for judged in each:
                found.append(judged)
                advance()
    summed = sweeping.summed(scenario, found, seed=asked.seed, again=asked.again)
    if asked.json:
        _print_json(summed)
    else:
        from poslab.console.speaker import speaking
        from poslab.console.sweep_table import print_sweep

        with speaking(asked.language) as to:
            print_sweep(to, summed)
    return FINE if summed.clean else FOUND


def _one(scenario: Scenario, trial: "Trial", asked: Asked) -> int:
    """One run of the sweep: its story, and what was found in it."""
    from scenarios.experiments.passages import FUNDING
    from scenarios.experiments.sweep import judged_all, summed
    from scenarios.experiments.trying import bare, watched_longer, with_faults

    (judged,) = judged_all(scenario, [trial], seed=asked.seed)
    found = summed(scenario, [judged], seed=asked.seed, again=asked.again)
    again = f"{asked.again} --only {trial.id}"
    story = with_faults(bare(scenario), trial.injections)
    if trial.leg == FUNDING:
        story = watched_longer(story)
    wanted = Wanted(asked.seed, asked.world, asked.out, "full", asked.language, asked.json)
    played = play_into(story, wanted, asked.out, keep=True, again=again)
    if asked.json:
        _print_json({**msgspec.to_builtins(found), "result": played.result})
        return FINE if found.clean else FOUND
    from poslab.console.printout import print_story
    from poslab.console.speaker import speaking
    from poslab.console.story import story as told
    from poslab.console.sweep_table import print_findings

    with speaking(asked.language) as to:
        print_story(to, told(played.world, played.pairs, played.truth, played.result))
        print_findings(to, found)
        if asked.out is not None:
            to.copyable(Text("报告页：", "Report: "), str(asked.out / REPORT))
    return FINE if found.clean else FOUND


def _count(said: str) -> int | None:
    """How many pairs; ``None``: all of them."""
    if said == "all":
        return None
    if said.isascii() and said.isdecimal() and len(said) < 10:
        return int(said)
    what = Text(f"{said!r} 不是数目", f"{said!r} is no number of pairs")
    raise BadInput(_PLACE, 0, "--pairs", what, Text("请写加几对故障，或 all", "say how many, or all"))


def _legs(said: str | None) -> tuple[str, ...]:
    from scenarios.experiments.passages import LEGS

    if said is None:
        return LEGS
    if said in LEGS:
        return (said,)
    what = Text(f"没有 {said!r} 这一侧", f"there is no leg {said!r}")
    raise BadInput(_PLACE, 0, "--leg", what, one_of(said, LEGS))


def _workers(said: int | None) -> int:
    if said is None:
        return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)
    if 1 <= said <= _MOST_WORKERS:
        return said
    what = Text(f"不能用 {said} 个进程", f"{said} processes cannot be had")
    remedy = Text(f"请写 1 至 {_MOST_WORKERS} 的数", f"say a number from 1 to {_MOST_WORKERS}")
    raise BadInput(_PLACE, 0, "--workers", what, remedy)


def _nearest(name: str, planned: "Sequence[Trial]") -> Text:
    near = nearest(name, [cell.id for trial in planned for cell in trial.cells])
    listed = Text("poslab sweep --json 的表中列有全部 id", "poslab sweep --json lists every id in its table")
    return meant(near) if near else listed


def _known(scenario: Scenario, asked: Asked) -> Text:
    from scenarios.experiments.sweep import planned

    trials = planned(scenario, asked.seed, _legs(asked.leg))
    names = dict.fromkeys(cell.passage for trial in trials for cell in trial.cells)
    return one_of(asked.message or "", names)


def _print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


@contextmanager
def _progress(count: int, language: Language, *, show: bool) -> Iterator[Any]:
    """Progress and time still needed, on standard error: a bar for people who watch, a line now and then for logs."""
    if not show:
        yield lambda: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(Text("扫描", "sweep").of(language), total=count)
            yield lambda: bar.advance(task)
    else:
        yield _Lines(count, language).advance


class _Lines:
    """A line every few seconds."""

    def __init__(self, count: int, language: Language) -> None:
        self._count = count
        self._language = language
        self._done = 0
        self._began = self._told = time.monotonic()

    def advance(self) -> None:
        """One more is done."""
        self._done += 1
        now = time.monotonic()
        if self._done < min(_TOO_FEW_TO_TELL, self._count) or now - self._told < _TELLS_EVERY_S:
            return
        self._told = now
        left = round((now - self._began) * (self._count - self._done) / self._done)
        said = Text(
            f"{self._done}/{self._count}，约剩 {left} 秒", f"{self._done} of {self._count}, about {left} s to go"
        )
        sys.stderr.write(f"{said.of(self._language)}\n")
