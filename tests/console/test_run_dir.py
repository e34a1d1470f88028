"""A run's folder: whole or not at all, and everything can be shown from it again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bilingual import told_in_both

from poslab.__main__ import main
from poslab.text import Text

FILES = ["history.jsonl", "report.html", "result.json", "truth.json"]


@pytest.fixture
def run_dir(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    folder = tmp_path / "runs" / "first"
    assert main(["run", "net-response-lost", "--out", str(folder)]) == 0
    capsys.readouterr()
    return folder


def test_a_folder_holds_four_files_and_nothing_lies_about(run_dir: Path) -> None:
    assert sorted(path.name for path in run_dir.iterdir()) == FILES
    assert [path.name for path in run_dir.parent.iterdir()] == ["first"]


def test_the_result_is_the_one_that_was_printed(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "net-response-lost", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    kept = json.loads((run_dir / "result.json").read_bytes())
    printed.pop("wall_s")
    kept.pop("wall_s")
    assert kept == printed


def test_the_history_is_what_its_hash_says(run_dir: Path) -> None:
    from hashlib import sha256

    kept = json.loads((run_dir / "result.json").read_bytes())
    assert sha256((run_dir / "history.jsonl").read_bytes()).hexdigest() == kept["history_sha256"]


def test_a_second_run_replaces_the_first_and_leaves_other_files_alone(run_dir: Path) -> None:
    (run_dir / "notes.txt").write_text("mine")
    assert main(["run", "ok-slow", "--out", str(run_dir)]) == 0
    assert sorted(path.name for path in run_dir.iterdir()) == sorted([*FILES, "notes.txt"])
    assert json.loads((run_dir / "result.json").read_bytes())["scenario"] == "ok-slow"
    assert (run_dir / "notes.txt").read_text() == "mine"


def test_what_a_run_does_not_write_is_not_left_from_the_one_before(run_dir: Path) -> None:
    assert main(["run", "ok-slow", "--out", str(run_dir), "--history", "none"]) == 0
    assert sorted(path.name for path in run_dir.iterdir()) == FILES[1:]


def test_a_folder_that_cannot_be_replaced_stays_as_it_was(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run_dir / "report.html").unlink()
    (run_dir / "report.html").mkdir()
    before = (run_dir / "result.json").read_bytes()
    assert main(["run", "ok-slow", "--out", str(run_dir)]) == 2
    assert "report.html in it is a folder" in capsys.readouterr().err
    assert (run_dir / "result.json").read_bytes() == before


def test_no_history_is_written_where_none_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    assert main(["run", "ok-slow", "--out", str(folder), "--history", "none"]) == 0
    assert "history.jsonl" not in [path.name for path in folder.iterdir()]
    capsys.readouterr()
    assert main(["report", str(folder)]) == 2
    assert "--history full" in capsys.readouterr().err


def test_report_writes_the_same_page_again(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = (run_dir / "report.html").read_bytes()
    (run_dir / "report.html").unlink()
    assert main(["report", str(run_dir)]) == 0
    assert capsys.readouterr().out == f"{run_dir / 'report.html'}\n"
    assert (run_dir / "report.html").read_bytes() == first


def test_replay_tells_the_run_line_by_line(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(run_dir)]) == 0
    told = capsys.readouterr().out
    parts = ("customer pays 128.00", "0200 sale request 128.00", "receive failed", "0400 reversal, reason 98")
    places = [told.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("at", "terminal", "issuer"),
    [
        ("10:15:00", "no record", "not debited"),
        ("10:16:45", "outcome unknown", "debited"),
        ("+75s", "outcome unknown", "debited"),
        ("T+1 09:00", "reversed", "debited and given back"),
    ],
)
def test_replay_shows_what_everybody_believed(
    run_dir: Path, capsys: pytest.CaptureFixture[str], at: str, terminal: str, issuer: str
) -> None:
    assert main(["replay", str(run_dir), "--at", at]) == 0
    told = {line.strip()[:18].strip(): line.strip()[18:].strip() for line in capsys.readouterr().out.splitlines()}
    assert told["terminal"] == terminal
    assert told["issuer"] == issuer


@pytest.mark.parametrize(("at", "in_force"), [("10:15:00", True), ("+10s", False), ("T+1 09:00", False)])
def test_replay_names_a_fault_until_it_is_used_up(
    run_dir: Path, capsys: pytest.CaptureFixture[str], at: str, in_force: bool
) -> None:
    assert main(["replay", str(run_dir), "--at", at]) == 0
    assert ("⚡ lost (host → T1)" in capsys.readouterr().out) is in_force


def test_a_time_that_is_none(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(run_dir), "--at", "noon"]) == 2
    err = capsys.readouterr().err
    assert "noon" in err
    assert "+75s" in err


@pytest.mark.parametrize(
    ("name", "damage", "told"),
    [
        ("history.jsonl", lambda kept: kept[:-20], "line 3"),
        ("history.jsonl", lambda kept: b"{}\n", "line 1"),
        ("history.jsonl", lambda kept: b"\x00\xff", "line 1"),
        ("history.jsonl", lambda kept: kept.replace(b"poslab-history/1", b"poslab-\xff\xff\xff/1", 1), "line 1"),
        ("history.jsonl", lambda kept: kept.replace(b',"cardholder",', b',"stranger",', 1), "no party 'stranger'"),
        ("result.json", lambda kept: kept[:100], "line 6: it is not what a run has written (Input data was truncated)"),
        ("result.json", lambda kept: kept.replace(b'"seed":', b'"seed":,', 1), "line 5"),
        ("result.json", lambda kept: kept.replace(b"corner", b"\xff\xff", 1), "line 7"),
        ("result.json", lambda kept: kept.replace(b'"M1"', b'"M7"', 1), "purchases.0.at_complaint.truth: there is no"),
        ("truth.json", lambda kept: b"[]", "Expected `object`, got `array`"),
        ("truth.json", lambda kept: kept.replace(b'"at":', b'"ta":', 1), "strikes.0: it is not what a run has written"),
    ],
    ids=[
        "cut-off", "no-header", "binary", "header-of-bytes", "a-stranger", "half-a-result", "no-json", "no-utf-8",
        "no-truth", "a-list", "a-key-is-missing",
    ],
)  # fmt: skip
def test_a_damaged_folder_is_one_sentence(
    run_dir: Path, capsys: pytest.CaptureFixture[str], name: str, damage: Callable[[bytes], bytes], told: str
) -> None:
    path = run_dir / name
    path.write_bytes(damage(path.read_bytes()))
    before = (run_dir / "report.html").read_bytes()
    for command in ("report", "replay"):
        assert main([command, str(run_dir)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert told in err and str(path) in err
        assert main([command, str(run_dir), "--lang", "zh"]) == 2
        told_in_both(Text(capsys.readouterr().err.strip(), err.strip()))
    assert (run_dir / "report.html").read_bytes() == before


def test_no_folder_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "nowhere")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
    assert main(["replay", str(tmp_path)]) == 2
    assert "truth.json" in capsys.readouterr().err
