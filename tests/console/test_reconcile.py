"""``poslab reconcile``: what is said, in which language, and with which exit code."""

import json
from pathlib import Path

import pytest

from poslab.console import cli


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory, "acct-frozen")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory, "ok-not-due")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory, "month-of-a-corner-shop")


def played(places: pytest.TempPathFactory, name: str) -> Path:
    folder = places.mktemp("runs") / name
    assert cli.answer(["run", name, "--out", str(folder), "--json"]) == 0
    return folder


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.answer(["reconcile", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_run_in_which_all_agrees(healthy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, str(healthy), "--lang", "en")
    assert code == 0
    assert "Breaks: 0" in out and "The lists agree." in out and "As agreed by contract." in out
    assert "✓ 90000001-000001" in out


def test_a_break_is_told_from_both_sides_with_owner_and_due_date(
    frozen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked(capsys, str(frozen), "--lang", "en")
    assert code == 1
    for said in (
        "payout without credit", "in transit 在途", "no record: long 长款", "returned ACCOUNT_FROZEN", "acquirer",
        "due 2026-01-07, overdue", "3 days old [2-3]", "cure: query it",
    ):  # fmt: skip
        assert said in out, said
    code, out, _ = asked(capsys, str(frozen), "--lang", "zh")
    for said in ("已出款，未到账", "在途 in transit", "长款 long", "退汇 ACCOUNT_FROZEN", "收单机构", "账龄 3 天"):
        assert said in out, said


def test_one_day_of_a_run(frozen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, str(frozen), "--date", "2026-01-06", "--lang", "en")
    assert code == 0 and "1 wait for the next day" in out
    code, _, err = asked(capsys, str(frozen), "--date", "2026-02-01")
    assert code == 2 and "--date" in err and "it has 2026-01-05 to 2026-01-09" in err


def test_the_document(frozen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, str(frozen), "--json")
    told = json.loads(out)
    assert code == 1 and told["schema"] == "poslab-reconciliation/1" and told["agrees"] is False
    [broken] = told["breaks"]
    assert broken["break"] == "payout-without-credit" and broken["owner"] == "acquirer" and broken["overdue"]
    assert [side["sees"] for side in broken["sides"]] == ["in-transit", "long"]
    assert [day["open"] for day in told["days"]] == [0, 0, 1, 1, 1]
    assert told["fee_rises"] == [] and told["fee_rates"][0]["contract_ppm"] == 5_000
    assert told["ages"]["2-3"]["items"] == 1


def test_a_folder_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = asked(capsys, str(tmp_path / "nowhere"))
    assert code == 2 and "there is no such folder" in err
    code, _, err = asked(capsys, str(tmp_path))
    assert code == 2 and "history.jsonl" in err
    (tmp_path / "history.jsonl").write_text("nonsense\n")
    code, _, err = asked(capsys, str(tmp_path))
    assert code == 2 and "line 1" in err


@pytest.mark.parametrize("columns", ["", "140", "80", "60"])
def test_the_days_of_a_month_can_be_read_at_every_width(
    month: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    else:
        monkeypatch.delenv("COLUMNS", raising=False)
    code, out, _ = asked(capsys, str(month), "--lang", "en")
    told = out[out.index("Day by day") : out.index("Batches")] if "Batches" in out else out[: out.index("Records")]
    assert code == 1 and "…" not in told and "waiting" in told
    for said in ("01-05", "9 · 1,053.50", "02-06"):
        assert said in told, said
    assert max(map(len, told.splitlines())) <= int(columns or 100)
    document = json.loads(asked(capsys, str(month), "--json")[1])
    for day in document["days"]:
        for fen in day["sums_fen"].values():
            assert not fen or f"{fen / 100:,.2f}" in told
