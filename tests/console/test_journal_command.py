"""``poslab journal``: what a live run kept is whole, can be read, and the same comes of it again."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from poslab.console.cli import BAD_INPUT, FINE, NOT_AS_EXPECTED, answer
from scenarios.schema.load import load
from scenarios.stage.live import play_live
from scenarios.stage.serving import journal_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journals of a run in which an answer was lost."""
    made = tmp_path_factory.mktemp("journals")
    scenario = load("net-response-lost")
    play_live(scenario, speed=600, journal=lambda name: journal_in(made, scenario.world, name))
    return made


def copied(folder: Path, tmp_path: Path) -> Path:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)


def test_what_was_kept_is_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["journal", "verify", str(folder)]) == FINE
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == ["acquirer", "bank", "people", "terminal"]
    assert all(line.endswith("1 kept states come about again: whole") for line in told)


def test_the_same_comes_of_it_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["journal", "rerun", str(folder), "--json"]) == FINE
    (found,) = json.loads(capsys.readouterr().out)["journals"]
    assert found["wrong"] == [] and found["snapshots"] == 4 and found["messages"] >= 17


@pytest.mark.parametrize(
    ("statement", "told", "in_chinese"),
    [
        ("UPDATE record SET own = own + 1 WHERE seq = 3", "record 3 is damaged", "第 3 条记录已损坏"),
        ("DELETE FROM record WHERE seq = 4", "record 4 is missing", "缺少第 4 条记录"),
        ("UPDATE snapshot SET state = x'00'", "the snapshot at record", "条记录处的快照已损坏"),
    ],
)
def test_what_was_tampered_with_is_named(
    folder: Path, tmp_path: Path, statement: str, told: str, in_chinese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = copied(folder, tmp_path) / "bank.sqlite"
    changed(bank, statement)
    assert answer(["journal", "verify", str(bank), "--lang", "en"]) == NOT_AS_EXPECTED
    assert told in capsys.readouterr().out
    assert answer(["journal", "verify", str(bank), "--lang", "zh"]) == NOT_AS_EXPECTED
    assert in_chinese in capsys.readouterr().out
    assert answer(["journal", "verify", str(bank), "--json", "--lang", "zh"]) == NOT_AS_EXPECTED
    assert told in json.loads(capsys.readouterr().out)["journals"][0]["wrong"][0]


def test_the_first_difference_is_named(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bank that was never told of the debit says something else to the network."""
    bank = copied(folder, tmp_path) / "bank.sqlite"
    with closing(sqlite3.connect(bank)) as db:
        first = "SELECT min(seq) FROM record WHERE party = 'issuer' AND heard LIKE '[\"switch\"%'"
        (at,) = db.execute(first).fetchone()
    other = json.dumps(["Started", ""]).encode()
    changed(bank, f"UPDATE record SET given = x'{other.hex()}' WHERE seq = {at}")
    _mend_sum(bank, at)
    assert answer(["journal", "rerun", str(tmp_path)]) == NOT_AS_EXPECTED
    told = capsys.readouterr().out
    assert " heard effect " in told.splitlines()[0] and "of issuer" in told.splitlines()[0]
    assert answer(["journal", "rerun", str(tmp_path), "--lang", "zh"]) == NOT_AS_EXPECTED
    told = capsys.readouterr().out
    assert "收到 issuer 第 " in told.splitlines()[0] and "Text(" not in told


def _mend_sum(path: Path, seq: int) -> None:
    """As somebody would who tampers with care."""
    from poslab.runtime.journals.journal import Record
    from poslab.runtime.journals.rows import row_of

    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        party, at, own, given = db.execute("SELECT party, at, own, given FROM record WHERE seq = ?", (seq,)).fetchone()
        row = row_of(Record(seq, party, at, own, given))
        db.execute("UPDATE record SET heard = NULL, crc = ? WHERE seq = ?", (row[-1], seq))


def test_it_is_written_out_a_line_each(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert answer(["journal", "export", str(folder / "bank.sqlite")]) == FINE
    head, *records = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert head["schema"] == "poslab-journal/1" and head["service"] == "bank" and head["records"] == len(records)
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert records[0]["given"][0] == "Started"
    assert all(record["written_us"] > 1_700_000_000_000_000 for record in records)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("nothing-there.sqlite", "is not there"),
        (".", "holds no journals"),
        ("postgresql://u:s3cret@127.0.0.1:1/x", "no connection to postgresql://127.0.0.1:1/x"),
        ("mysql://x/y", "no postgresql:// address"),
    ],
)
def test_where_there_is_none(
    where: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer(["journal", "verify", where]) == BAD_INPUT
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1 and "s3cret" not in said


def test_a_world_that_is_no_preset_must_be_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(copied(folder, tmp_path) / "bank.sqlite", "UPDATE meta SET value = 'another' WHERE key = 'world'")
    assert answer(["journal", "verify", str(tmp_path / "bank.sqlite")]) == BAD_INPUT
    assert "belong to another world (another)" in capsys.readouterr().err
