"""The papers of a run with two acquirers: each can be asked for its own, and is asked by name."""

from pathlib import Path

import pytest

from poslab.__main__ import main


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "twice"
    assert main(["run", "op-double-swipe/other-acquirer-no-paper", "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("whose", ["host", "host-b"])
def test_what_was_paid_at_both_is_a_break_of_neither(
    run_dir: Path, whose: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reconcile", str(run_dir), "--acquirer", whose, "--lang", "en"]) == 0
    assert "Breaks: 0" in capsys.readouterr().out


def test_it_is_one_of_the_whole(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconcile", str(run_dir), "--lang", "en"]) == 1
    assert "Breaks: 1" in capsys.readouterr().out


@pytest.mark.parametrize("whose", ["host", "host-b"])
def test_a_clearing_file_is_one_acquirers(
    run_dir: Path, whose: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["statement", str(run_dir), "--format", "clearing", "--acquirer", whose]) == 0
    written = capsysbinary.readouterr().out.decode().splitlines()
    assert [line.partition(",")[0] for line in written] == ["H", "L", "T"]
    assert f",20260105-{whose},{whose}," in written[0]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["statement", "RUN", "--format", "clearing"], "this run has 2 acquirers; name one: host, host-b"),
        (["statement", "RUN", "--format", "clearing", "--acquirer", "host-c"], "did you mean host-b"),
        (["statement", "RUN", "--format", "csv", "--acquirer", "host"], "csv is a merchant's"),
        (["statement", "RUN", "--format", "settlement"], "name one: 999000054110001, 999000054110002"),
        (["reconcile", "RUN", "--acquirer", "host-c"], "there is no acquirer 'host-c' in this run"),
        (["reconcile", "--acquirer", "host", "--slips", "RUN/x.csv"], "name one acquirer's files only"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(
    run_dir: Path, command: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([part.replace("RUN", str(run_dir)) for part in command]) == 2
    told = capsys.readouterr()
    assert not told.out
    assert sentence in told.err and told.err.count("\n") == 1
