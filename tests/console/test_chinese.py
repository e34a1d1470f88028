"""Who reads Chinese finds no English sentence in what poslab prints: ids, keys, codes, names and commands aside."""

import json
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest
from bent import Build, Provoked
from bilingual import left_in_english, told_in_both

from acquirer.host.host import Host
from poslab.__main__ import main
from poslab.console.speaker import speaking
from poslab.console.sweep_table import print_findings
from poslab.diagnosis.catalogue import IDS
from poslab.messages.card import VOID, FinancialRequest, FinancialResponse
from poslab.party.contract import Effect, Input, Party, Send
from poslab.party.time import Instant
from poslab.text import Text
from scenarios.experiments.sweep import judged_all, planned, summed
from scenarios.schema.load import load

STORY = """
schema: poslab/1
id: wrongly-expected
world: {preset: corner-shop, settings: {acquirer: {duplicate_check: %(dedupe)s}}}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit}
faults:
  - {id: %(fault)s}
complaint: {order: victim, at: "+2m"}
heal: {at: "+10m", converge_within: %(within)s}
expect: {%(expect)s}
"""
USUAL = {
    "dedupe": "true",
    "fault": 'lost, fault: loss, link: "host->T1", match: {kind: "0210"}, nth: 1',
    "within": "30m",
    "expect": "end: {victim: {truth: M1}}",
}
GONE = 'gone, fault: partition, link: "host<->T1", at: "10:15:30.020"'
WRONG = """
  complaint: {victim: {truth: M0, claim_open: true, diagnosis: net-request-lost, cardholder: [], charged_peak: 3}},
  end: {victim: {truth: M2, terminal: approved, charged_net: 1, credited: 1}}, violates: [one-net-effect]"""
STORIES = {
    "unknown": ({"expect": WRONG}, "项预期中"),
    "restless": ({"fault": GONE, "within": "30s"}, "排除故障后：30 s 内应平息，实为"),
    "stalled": ({"fault": "skipped, fault: letter-loss, party: host, match: {kind: clearing-due}"}, "而时辰已过"),
    "invalid": ({"fault": 'never, fault: loss, link: "host->T2", match: {kind: "0210"}'}, "没有碰到任何东西：never"),
    "violated": (
        {"dedupe": "false", "fault": 'copy, fault: duplicate, link: "T1->host", match: {kind: "0200"}, gap: 2s'},
        "one-net-effect 不应报警，却报了",
    ),
    "otherwise": ({"expect": "verdict: stalled"}, "运行自身的结论应为 stalled，实为 pass"),
}


def written(tmp_path: Path, parts: dict[str, str]) -> str:
    path = tmp_path / "story.yaml"
    path.write_text(STORY % {**USUAL, **parts}, encoding="utf-8")
    return str(path)


def shown_in_chinese(page: str) -> str:
    """What a browser shows of a page to Chinese readers; slips are printed in both languages."""
    slips = r'<figure class="paper">.*?</figure>'
    for hidden in (r"<(style|script|title).*?</\1>", r'<(span|text|g)[^>]*lang="en".*?</\1>', slips):
        page = re.sub(hidden, "", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "\n", page))


@pytest.mark.parametrize("name", STORIES)
def test_a_run_that_is_not_as_expected(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts, words = STORIES[name]
    story, folder = written(tmp_path, parts), tmp_path / "run"
    assert main(["run", story, "--lang", "zh", "--out", str(folder)]) == 1
    assert main(["run", story, "ok-slow", "--lang", "zh"]) == 1
    told = capsys.readouterr().out
    assert "".join(words.split()) in "".join(told.split())
    assert left_in_english(told) == []
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert words in page
    assert left_in_english(shown_in_chinese(page)) == []


def test_a_folder_that_is_shown_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "run")
    assert main(["run", "op-double-swipe/no-paper", "--lang", "zh", "--out", folder]) == 0
    assert main(["replay", folder, "--lang", "zh"]) == main(["replay", folder, "--at", "+75s", "--lang", "zh"]) == 0
    assert main(["report", folder, "--lang", "zh"]) == 0
    assert left_in_english(capsys.readouterr().out) == []
    assert left_in_english(shown_in_chinese((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))) == []


def test_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--lang", "zh"]) == 0
    for cause in IDS:
        assert main(["explain", cause, "--lang", "zh"]) == 0
    assert left_in_english(capsys.readouterr().out) == []


def test_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--message", "switch-host-0210-1", "--workers", "1", "--lang", "zh"]) == 0
    assert left_in_english(capsys.readouterr().out) == []


def refuses_voids(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> Sequence[Effect] | None:
    """A broken build of a host: whatever is voided, it says no."""
    if type(given) is not FinancialRequest or given.what != VOID:
        return None
    return [Send("T1", FinancialResponse(given.about, given.key, given.mid, VOID, given.amount_fen, "12", host_at=at))]


def test_what_a_sweep_finds(capsys: pytest.CaptureFixture[str]) -> None:
    good = load("ok-not-due")
    instead = Build("host", Host, bend=refuses_voids).instead(Provoked())
    sweep = summed(good, list(judged_all(good, planned(good, "1")[:12], seed="1", instead=instead)), seed="1")
    assert sweep.broken
    for finding in sweep.broken:
        told_in_both(finding.what)
    with speaking("zh") as to:
        print_findings(to, sweep)
    assert left_in_english(capsys.readouterr().out) == []


def test_a_result_holds_every_sentence_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for parts, _ in STORIES.values():
        assert main(["run", written(tmp_path, parts), "--json"]) == 1
        result = json.loads(capsys.readouterr().out)
        said = [result["reason"], *(each["what"] for each in result["expectations"])]
        said += [breach for check in result["invariants"] for breach in check["breaches"]]
        for sentence in said:
            told_in_both(Text(**sentence))
