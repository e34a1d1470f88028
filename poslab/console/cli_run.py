"""``poslab run``: plays scenarios, shows or writes what they leave behind."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from poslab.console.run_dir import REPORT, RESULT, TRUTH, RunDir
from poslab.console.trust import Trust
from poslab.text import Language, Text
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.schema.story import Scenario
from scenarios.stage.result import Result

if TYPE_CHECKING:
    from scenarios.stage.play import Played

FINE, NOT_AS_EXPECTED = 0, 1


class Live(msgspec.Struct, frozen=True):
    """How a run is to be live: over which broker (none: in memory), in which world that is there, how fast."""

    mqtt: str | None
    join: str | None
    speed: int
    trust: Trust = Trust()


class Wanted(msgspec.Struct, frozen=True):
    """What the options say."""

    seed: str
    world: str | None
    out: Path | None
    history: str
    language: Language
    json: bool
    wire: bool = False
    live: Live | None = None


def run_one(name: str, wanted: Wanted) -> int:
    """Play one scenario. Answers the exit code."""
    scenario = load(name, world=wanted.world)
    if wanted.json:
        played = play_into(scenario, wanted, wanted.out, keep=wanted.out is not None)
        _print_json(played.result)
    else:
        from poslab.console.printout import print_story
        from poslab.console.speaker import speaking
        from poslab.console.story import story

        played = play_into(scenario, wanted, wanted.out, keep=True)
        with speaking(wanted.language) as to:
            print_story(to, story(played.world, played.pairs, played.truth, played.result))
            if wanted.out is not None:
                to.copyable(Text("报告页：", "Report: "), str(wanted.out / REPORT))
    return FINE if played.result.verdict == "pass" else NOT_AS_EXPECTED


def run_many(names: Sequence[str], wanted: Wanted) -> int:
    """Play several scenarios, all of the library if none is named. Answers the exit code."""
    from poslab.console.printout import print_results
    from poslab.console.speaker import speaking

    found = [load(name, world=wanted.world) for name in names or _everything()]
    results = []
    with _progress(len(found), show=not wanted.json) as advance:
        for scenario in found:
            folder = None if wanted.out is None else wanted.out / scenario.name.replace("/", "-")
            results.append(play_into(scenario, wanted, folder, keep=folder is not None).result)
            advance(scenario.name)
    as_expected = sum(1 for result in results if result.verdict == "pass")
    if wanted.json:
        _print_json({"schema": "poslab-results/1", "as_expected": as_expected, "results": results})
    else:
        with speaking(wanted.language) as to:
            print_results(to, results)
    return FINE if as_expected == len(results) else NOT_AS_EXPECTED


def _everything() -> list[str]:
    return [f"{name}/{variant}" for name in library_ids() for variant in variants_of(name)]


def play_into(scenario: Scenario, wanted: Wanted, folder: Path | None, *, keep: bool, again: str = "") -> "Played":
    """Play a scenario and write its folder, if there is to be one. ``again``: what plays it again, if not ``run``."""
    from scenarios.stage.play import play

    with nullcontext() if folder is None else RunDir(folder) as run_dir:
        history = run_dir.open_history() if run_dir is not None and wanted.history != "none" else None
        run = ["poslab", "run", scenario.name, "--seed", wanted.seed]
        if wanted.live is not None:
            from poslab.console.cli_live import broker_named, play_wanted

            played = play_wanted(scenario, wanted, wanted.live, history, keep=keep)
            run += ["--live", "--speed", str(wanted.live.speed)]
            if wanted.live.mqtt is not None:
                run += ["--mqtt", broker_named(wanted.live.mqtt, wanted.live.trust).address]
        else:
            played = play(
                scenario,
                seed=wanted.seed,
                history=history,
                history_kind=wanted.history,
                keep=keep,
                wire=wanted.wire,
            )
        run += ["--world", wanted.world] if wanted.world is not None else []
        run += ["--wire"] if wanted.wire else []
        result = msgspec.structs.replace(played.result, reproduce=again or shlex.join(run))
        played = msgspec.structs.replace(played, result=result)
        if run_dir is not None:
            _write(run_dir, played, wanted.language)
    return played


def _write(run_dir: RunDir, played: "Played", language: Language) -> None:
    from poslab.console.report.page import page
    from poslab.console.story import story

    told = story(played.world, played.pairs, played.truth, played.result)
    run_dir.write(TRUTH, _indented(played.truth))
    run_dir.write(RESULT, _indented(played.result))
    run_dir.write(REPORT, page(told, language).encode())
    run_dir.finish()


def _indented(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _print_json(value: Result | dict[str, Any]) -> None:
    sys.stdout.write(_indented(value).decode())


@contextmanager
def _progress(count: int, *, show: bool) -> Iterator[Any]:
    """Progress and time still needed, on standard error where somebody watches it."""
    if not show or not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=count)
        yield lambda name: bar.update(task, advance=1, description=name)
