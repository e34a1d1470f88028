"""``poslab statement``: five papers of one run, and one clear sentence where there is none."""

import os
from pathlib import Path

import pytest

from poslab.__main__ import main
from poslab.messages.files import camt053, clearing, journal, mt940, settlement, statement_csv
from tests.messages.files.judges import pycamt_reads

PAYOUT = "999000054110001-20260105"


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "healthy"
    assert main(["run", "ok-not-due", "--out", str(folder)]) == 0
    return folder


def told(capsysbinary: pytest.CaptureFixture[bytes], *arguments: object) -> bytes:
    assert main(["statement", *map(str, arguments)]) == 0
    return capsysbinary.readouterr().out


def test_the_bank_s_statement_is_camt_unless_another_is_wanted(
    run_dir: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    written = told(capsysbinary, run_dir)
    assert b"camt.053.001.08" in written
    assert pycamt_reads(written) == [(0, (), 0), (0, (12_736,), 12_736)]
    days = camt053.read(written)
    assert days[1].entries[0].reference == PAYOUT
    assert b"camt.053.001.02" in told(capsysbinary, run_dir, "--version", "02")
    for read, name in ((mt940.read, "mt940"), (statement_csv.read, "csv")):
        found = read(told(capsysbinary, run_dir, "--format", name))
        assert [day.entries for day in found] == [day.entries for day in days]


def test_one_day_of_it(run_dir: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (day,) = mt940.read(told(capsysbinary, run_dir, "--format", "mt940", "--date", "2026-01-06"))
    assert (day.opening_fen, day.closing_fen) == (0, 12_736)
    (paper,) = clearing.read(told(capsysbinary, run_dir, "--format", "clearing", "--date", "2026-01-05"))
    assert [line.amount_fen for line in paper.lines] == [12_800]
    booked = journal.read(told(capsysbinary, run_dir, "--format", "book", "--date", "2026-01-05"))
    assert [(row.debit, row.credit, row.amount_fen) for row in booked] == [("M.card_receivable", "M.sales", 12_800)]
    rows = settlement.read(told(capsysbinary, run_dir, "--format", "settlement", "--date", "2026-01-06"))
    assert [row.net_fen for row in rows] == [12_736, -12_736]


def test_a_merchant_is_asked_for_by_its_number(run_dir: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    by_merchant = told(capsysbinary, run_dir, "--merchant", "999000054110001")
    assert by_merchant == told(capsysbinary, run_dir, "--account", "999100000001")


def test_it_goes_to_a_file_whole_or_not_at_all(
    run_dir: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "statement.xml"
    assert told(capsysbinary, run_dir, "--out", path) == b""
    assert path.read_bytes() == told(capsysbinary, run_dir)
    assert [each.name for each in tmp_path.iterdir()] == ["statement.xml"]


def test_what_is_no_file_is_written_to_and_not_replaced(
    run_dir: Path, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    paper = told(capsysbinary, run_dir, "--format", "csv", "--out", "-")
    assert paper == told(capsysbinary, run_dir, "--format", "csv")
    here, link = tmp_path / "here.csv", tmp_path / "link.csv"
    here.write_bytes(b"")
    link.symlink_to(here)
    told(capsysbinary, run_dir, "--format", "csv", "--out", link)
    assert link.is_symlink() and here.read_bytes() == paper
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    told(capsysbinary, run_dir, "--format", "csv", "--out", pipe)
    assert pipe.is_fifo() and os.read(reader, len(paper) + 1) == paper
    os.close(reader)


def test_what_cannot_be_written_leaves_nothing_beside_it(
    run_dir: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    assert main(["statement", str(run_dir), "--out", str(tmp_path / "folder")]) == 2
    assert "it cannot be written (is a directory)" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_the_same_run_gives_the_same_bytes(run_dir: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    for paper in ("camt.053", "mt940", "csv", "settlement", "clearing", "book"):
        first = told(capsysbinary, run_dir, "--format", paper)
        assert told(capsysbinary, run_dir, "--format", paper) == first


def test_no_paper_holds_a_whole_card_number(run_dir: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    papers = [told(capsysbinary, run_dir, "--format", paper) for paper in ("settlement", "clearing")]
    assert all(b"999999******0014" in paper for paper in papers)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--date", "2026-02-01"], "--date: this run tells nothing on 2026-02-01; there is 2026-01-05, 2026-01-06"),
        (["--date", "06.01.2026"], "--date: '06.01.2026' is no date; write it like 2026-01-06"),
        (["--account", "1"], "--account: there is no '1' in this run; use one of 999100000001"),
        (["--merchant", "99900005411000"], "--merchant: there is no '99900005411000' in this run; did you mean"),
        (["--merchant", "999000054110001", "--account", "1"], "--account: that merchant's account is 999100000001"),
        (["--format", "settlement", "--account", "1"], "--account: settlement is no bank's statement; leave it out"),
        (["--format", "settlement", "--date", "2026-01-05"], "no payout was instructed on 2026-01-05; there is 2026"),
        (["--format", "clearing", "--merchant", "1"], "--merchant: a clearing file is one acquirer's"),
        (["--format", "mt940", "--version", "02"], "--version: mt940 has no versions; leave it out"),
        (["--out", "/no/such/folder/here"], "it cannot be written"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(
    run_dir: Path, options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["statement", str(run_dir), *options]) == 2
    found = capsys.readouterr()
    assert sentence in found.err
    assert found.err.count("\n") == 1
    assert found.out == ""


def test_a_story_without_money_for_the_merchant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "lost"
    assert main(["run", "net-response-lost", "--out", str(folder)]) == 0
    capsys.readouterr()
    for paper in ("settlement", "clearing", "book"):
        assert main(["statement", str(folder), "--format", paper]) == 2
        assert "let it run longer, until the money has moved" in capsys.readouterr().err


def test_a_sample_of_a_history_makes_no_paper(
    run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (run_dir / "history.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "history.jsonl").write_bytes(b"".join(lines[:10] + lines[20:30]))
    assert main(["statement", str(tmp_path)]) == 2
    assert "it is a sample of the run's history; run it again with --history full" in capsys.readouterr().err
    assert main(["statement", str(tmp_path / "nowhere")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
