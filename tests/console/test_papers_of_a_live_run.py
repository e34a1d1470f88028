"""The papers of a run that was played live are those of the virtual one: every statement, and what its lists say."""

from pathlib import Path

import pytest

from poslab.console import cli

FORMATS = ("camt.053", "mt940", "csv", "clearing", "settlement", "book")
STORIES = ("ok-lump-sum", "acct-frozen/both")
"""A day of several sales that all agree, and a payout that comes back."""


@pytest.fixture(scope="module", params=STORIES)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    assert cli.answer(["run", request.param, "--out", str(folder / "virtual"), "--json"]) == 0
    for speed in ((), ("--speed", "300"), ("--speed", "60")):  # a machine may be too busy for the first, and says so
        live = folder / f"live{len(speed) and speed[1]}"
        if cli.answer(["run", request.param, "--live", *speed, "--out", str(live), "--json"]) == 0:
            return live, folder / "virtual"
    pytest.fail(f"{request.param} cannot be played live here")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.answer([*arguments])
    return code, capsys.readouterr().out


def test_every_statement_is_the_same_to_the_byte(
    both: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    live, virtual = both
    for form in FORMATS:
        wanted = said(capsys, "statement", str(virtual), "--format", form)
        assert wanted[0] == 0 and wanted[1], form
        assert said(capsys, "statement", str(live), "--format", form) == wanted, form


@pytest.mark.parametrize("how", [("--json",), ("--lang", "en"), ("--lang", "zh")])
def test_reconciliation_finds_the_same(
    both: tuple[Path, Path], how: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    live, virtual = both
    code, wanted = said(capsys, "reconcile", str(virtual), *how)
    assert code in (0, 1) and wanted
    found = said(capsys, "reconcile", str(live), *how)
    assert (found[0], found[1].replace(str(live), str(virtual))) == (code, wanted)
