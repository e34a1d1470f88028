"""A whole sweep finds nothing; it is the same on one process and on two; and it says how to play a run again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from bent import Build, Provoked
from bilingual import told_in_both

from acquirer.host.host import Host
from docs.from_code import sweep as of_the_page
from docs.generate import REFERENCE, SWEEP
from poslab.__main__ import main
from poslab.messages.card import VOID, FinancialRequest, FinancialResponse
from poslab.party.contract import Effect, Input, Party, Send
from poslab.party.time import Instant
from scenarios.experiments.judging import BROKEN, Judged
from scenarios.experiments.sweep import Sweep, judged_all, planned, summed, touching
from scenarios.experiments.trials import Trial, pairs
from scenarios.schema.load import load

GOOD = load("ok-not-due")
TRIALS = planned(GOOD, "1")
PAIRS = 150
"""So many pairs of faults are tried, of some sixty thousand."""


def swept(trials: list[Trial], workers: int = 1) -> Sweep:
    return summed(GOOD, list(judged_all(GOOD, trials, seed="1", workers=workers)), seed="1", again="poslab sweep")


def told(sweep: Sweep) -> list[str]:
    return [f"{found.kind}: {found.what}\n  {found.reproduce}" for found in (*sweep.unnamed, *sweep.broken)]


@pytest.fixture(scope="module")
def whole() -> Sweep:
    return of_the_page.swept(workers=2)


def test_every_single_fault_is_named_and_nothing_is_broken(whole: Sweep) -> None:
    assert whole.trials > 1_000
    assert whole.met == whole.trials
    assert told(whole) == []


def test_the_page_says_what_came_of_it(whole: Sweep) -> None:
    written = (REFERENCE / SWEEP).read_text(encoding="utf-8")
    assert written == of_the_page.sweep_page(whole), "run: python -m docs.generate --sweep"


def test_two_faults_at_once_are_named_and_nothing_is_broken() -> None:
    assert told(swept(pairs(TRIALS, PAIRS, "1"), workers=2)) == []


def test_a_platform_in_between_is_swept_as_well() -> None:
    scenario = load("ok-not-due", world="gateway-shop")
    trials = touching(planned(scenario, "1"), "platform-T1-0210-1")
    sweep = summed(scenario, list(judged_all(scenario, trials, seed="1")), seed="1")
    assert sweep.trials > 50
    assert told(sweep) == []


ELSEWHERE = """
schema: poslab/1
id: elsewhere
world: two-acquirers
workload:
  - {order: victim, at: "10:15:30", terminal: T2, amount: "128.00", card: good-credit}
"""
VOIDED = """
schema: poslab/1
id: voided
world: corner-shop
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit}
people:
  cashier:
    script:
      base: by-the-book
      steps:
        - {at: "+60s", do: void, order: victim}
        - {at: "+10m", do: query, order: victim}
        - {at: "+30m", do: query, order: victim}
heal: {at: "+2h", converge_within: 2h}
"""
BY_CODE = """
schema: poslab/1
id: by-code
world: {preset: corner-shop, settings: {terminal: {T1: {kind: smart}, T2: {kind: smart}}}}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: code, entry: qr}
"""
SETTLED = """
schema: poslab/1
id: settled
world: corner-shop
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit}
people: {cashier: {script: {base: by-the-book, steps: [{at: "+60s", do: settle, terminal: T1}]}}}
"""
STORED = """
schema: poslab/1
id: stored
world: {preset: corner-shop, settings: {terminal: {T1: {floor_limit: "500.00"}}}}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit, what: offline-sale}
people:
  cashier:
    script:
      base: by-the-book
      steps:
        - {at: "+60s", do: balance, terminal: T1, card: good-debit}
        - {at: "+30m", do: balance, terminal: T1, card: good-debit}
heal: {at: "+2h", converge_within: 2h}
"""
COMPLETED = """
schema: poslab/1
id: completed
world: corner-shop
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit, what: preauth}
people:
  cashier:
    script:
      base: by-the-book
      steps:
        - {at: "+5m", do: query, order: victim}
        - {at: "+10m", do: complete-by-notice, order: victim, amount: "110.00"}
        - {at: "+12m", do: balance, order: victim}
        - {at: "+40m", do: balance, order: victim}
heal: {at: "+2h", converge_within: 2h}
"""


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (STORED, "host-T1-0230-1"),
        (VOIDED, "host-T1-0210-2"),
        (BY_CODE, "host-T1-0210-1"),
        (SETTLED, "T1-slip-printed-1"),
        (COMPLETED, "T1-host-0220-1"),
        (ELSEWHERE, "host-b-T2-0210-1"),
        (ELSEWHERE, "rail-host-b-transfer-done-1"),
    ],
    ids=[
        "stored offline", "voided", "by code", "settled", "a hold completed by notice",
        "a second acquirer's", "a second acquirer's settlement",
    ],
)
def test_other_sales_are_swept_as_well(written: str, message: str, tmp_path: Path) -> None:
    """A message of each; whoever has changed what it rests on sweeps the whole."""
    path = tmp_path / "sale.yaml"
    path.write_text(written, encoding="utf-8")
    scenario = load(path)
    trials = touching(planned(scenario, "1"), message)
    sweep = summed(scenario, list(judged_all(scenario, trials, seed="1")), seed="1")
    assert sweep.trials
    assert told(sweep) == []


def test_one_process_or_two_make_no_difference() -> None:
    some = touching(TRIALS, "host-T1-0410-1")
    assert len(some) > 10
    assert msgspec.json.encode(swept(some, workers=1)) == msgspec.json.encode(swept(some, workers=2))


def refuses_voids(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not FinancialRequest or given.what != VOID:
        return None
    no = FinancialResponse(given.about, given.key, given.mid, VOID, given.amount_fen, "12", host_at=at)
    return [Send("T1", no)]


def test_an_answer_that_does_not_agree_with_what_happens_is_found() -> None:
    provoked = Provoked()
    instead = Build("host", Host, bend=refuses_voids).instead(provoked)
    good = [trial for trial in TRIALS if trial.id == "host-T1-0210-1.twice"]
    (judged,) = judged_all(GOOD, good, seed="1", instead=instead)
    assert provoked.times
    assert [finding.kind for finding in judged.findings] == [BROKEN]
    told_in_both(judged.findings[0].what)
    assert judged.findings[0].what.en.startswith("it can be voided, it is said; tried, M2: terminal approved")


def test_findings_say_how_to_play_them_again() -> None:
    provoked = Provoked()
    instead = Build("host", Host, bend=refuses_voids).instead(provoked)
    found: list[Judged] = list(judged_all(GOOD, TRIALS[3:5], seed="1", instead=instead))
    sweep = summed(GOOD, found, seed="1", again="poslab sweep")
    assert not sweep.clean
    assert [finding.reproduce for finding in sweep.broken] == [
        f"poslab sweep --only {finding.trial}" for finding in sweep.broken
    ]


# --- the command


def test_one_document_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--message", "T1-slip-printed-1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "poslab-sweep/1"
    assert (told["unnamed"], told["broken"]) == ([], [])
    assert told["runs"] > told["trials"] == len({row["id"] for row in told["table"]}) == 6


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--message", "T1-slip-printed-1", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].endswith("runs: 0 unnamed, 0 broken")
    (row,) = [line for line in out.splitlines() if line.startswith("T1-slip-printed-1")]
    assert row.split()[1:] == ["M2", "M2", "M2", "·", "·", "·", "·", "·", "·", "M2", "M2", "M2"]


def test_one_run_alone_and_its_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["sweep", "--only", "host-T1-0210-1.late", "--out", str(tmp_path / "late"), "--json"]
    assert main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["result"]["reproduce"] == "poslab sweep --only host-T1-0210-1.late"
    assert {path.name for path in (tmp_path / "late").iterdir()} == {
        "history.jsonl", "truth.json", "result.json", "report.html",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "host-T1-0210-1.eaten"], "did you mean host-T1-0210-1.late?"),
        (["--message", "host-T1-0211-1"], "did you mean host-T1-0210-1?"),
        (["--pairs", "many"], "say how many, or all"),
        (["--workers", "0"], "say a number from 1 to 64"),
        (["--out", "somewhere"], "name one with --only"),
        (["no-such"], "poslab list shows what there is"),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_ends_it_cleanly(workers: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "poslab", "sweep", "--workers", workers, "--pairs", "all"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert process.stderr is not None
    assert " of " in process.stderr.readline()  # it is well on its way
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "poslab: interrupted"
    assert "Traceback" not in err
