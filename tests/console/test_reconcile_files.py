"""``poslab reconcile`` on files from anywhere: sound, foreign, truncated, doubled, turned round, inconsistent."""

import json
from pathlib import Path

import pytest

from poslab.console import cli
from poslab.console.reconcile_files import without_cards


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The papers of a day on which two sales were made and nothing went wrong."""
    folder = tmp_path_factory.mktemp("papers")
    scenario = folder / "two.yaml"
    scenario.write_text(_TWO_SALES)
    assert cli.answer(["run", str(scenario), "--out", str(folder / "run"), "--json"]) == 0
    for name in ("slips", "settlement", "clearing", "camt.053", "mt940", "csv"):
        arguments = ["statement", str(folder / "run"), "--format", name, "--out", str(folder / name)]
        assert cli.answer(arguments) == 0
    return folder


_TWO_SALES = """\
schema: poslab/1
id: two-sales
title: {zh: 两笔消费, en: two sales}
world: {preset: corner-shop}
workload:
  - {order: noodles, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit}
  - {order: tea, at: "11:20:00", terminal: T1, amount: "50.50", card: good-credit}
expect:
  end: {noodles: {truth: M2}, tea: {truth: M2}}
"""


class Desk:
    """Copies of the papers, to be changed and reconciled."""

    def __init__(self, papers: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.folder = folder
        for name in ("slips", "settlement", "clearing", "camt.053", "mt940", "csv"):
            (folder / name).write_bytes((papers / name).read_bytes())

    def change(self, name: str, before: str, after: str) -> None:
        content = (self.folder / name).read_text()
        assert before in content
        (self.folder / name).write_text(content.replace(before, after, 1))

    def line(self, name: str, number: int) -> str:
        """A line of a paper with its end, counted from 1."""
        return (self.folder / name).read_text().splitlines(keepends=True)[number - 1]

    def asked(self, *more: str, statement: str = "csv") -> tuple[int, str, str]:
        given = [f"--{name}={self.folder / name}" for name in ("slips", "settlement", "clearing")]
        self._capsys.readouterr()
        code = cli.answer(["reconcile", *given, f"--statement={self.folder / statement}", *more])
        out, err = self._capsys.readouterr()
        return code, out, err

    def told(self, *more: str, statement: str = "csv") -> dict[str, object]:
        code, out, err = self.asked("--json", *more, statement=statement)
        assert code in (0, 1), err
        document = json.loads(out)
        assert document["agrees"] is (code == 0)
        for tally in document["lists"].values():
            assert tally["matched"] + tally["broken"] + tally["waiting"] + tally["other"] == tally["lines"]
        return document  # type: ignore[no-any-return]

    def breaks(self, *more: str, statement: str = "csv") -> list[tuple[str, str]]:
        told = self.told(*more, statement=statement)
        return [(it["break"], it["name"][-6:]) for it in told["breaks"]]  # type: ignore[attr-defined]


@pytest.fixture
def desk(papers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(papers, tmp_path, capsys)


@pytest.mark.parametrize("statement", ["csv", "camt.053", "mt940"])
def test_papers_of_a_sound_day_agree(desk: Desk, statement: str) -> None:
    told = desk.told("--world=corner-shop", statement=statement)
    assert told["breaks"] == [] and told["waiting"] == [] and told["fee_rises"] == []
    assert [(name, it["matched"]) for name, it in told["lists"].items()] == [  # type: ignore[attr-defined]
        ("W", 2), ("X", 2), ("Y", 2), ("Z", 1),
    ]  # fmt: skip
    assert desk.asked("--lang=en")[0] == 0


@pytest.mark.parametrize(
    ("name", "line", "found"),
    [
        ("slips", 2, [("host-record-without-slip", "000017")]),
        ("clearing", 2, [("ledger-without-file", "000017")]),
        ("settlement", 2, [("file-without-ledger", "000017"), ("amount-differs", "260105")]),
    ],
)
def test_a_line_that_is_missing_is_found(desk: Desk, name: str, line: int, found: list[tuple[str, str]]) -> None:
    desk.change(name, desk.line(name, line), "")
    if name == "clearing":
        desk.change(name, "L,2", "L,1")
        desk.change(name, desk.line(name, 3), "T,1,50.50,0.00,50.25\n")
    assert desk.breaks() == found


@pytest.mark.parametrize(("name", "line"), [("slips", 2), ("settlement", 2)])
def test_a_line_that_stands_twice_is_found_once(desk: Desk, name: str, line: int) -> None:
    desk.change(name, desk.line(name, line), 2 * desk.line(name, line))
    found = [why for why, _ in desk.breaks()]
    assert found.count("duplicate") == 1


def test_a_wrong_amount_a_fee_and_a_stranger_are_found(desk: Desk) -> None:
    desk.change("slips", "128.00", "129.00")
    desk.change("settlement", "50.50,1,CNY,,50.20,0.30", "50.50,1,CNY,,50.00,0.50")
    assert sorted(why for why, _ in desk.breaks("--world=corner-shop")) == [
        "amount-differs", "amount-differs", "fee-differs",
    ]  # fmt: skip
    told = desk.told("--world=corner-shop")
    [rise] = told["fee_rises"]  # type: ignore[misc]
    assert (rise["product"], rise["from_ppm"], rise["extra_fen"]) == ("credit", 6_000, 20)


def test_a_payout_that_never_came(desk: Desk) -> None:
    lines = (desk.folder / "csv").read_text().splitlines(keepends=True)
    nothing = ["".join(lines[1:3]).replace("-05", f"-{day:02d}") for day in (6, 7)]
    (desk.folder / "csv").write_text("".join([*lines[:3], *nothing]))  # the bank's days go on, without a credit
    assert desk.breaks("--date=2026-01-06") == []
    assert desk.breaks("--date=2026-01-07") == [("payout-without-credit", "260105")]


def test_lines_in_another_order_say_the_same(desk: Desk) -> None:
    for name in ("slips", "settlement"):
        heading, *rows = (desk.folder / name).read_text().splitlines(keepends=True)
        (desk.folder / name).write_text("".join([heading, *reversed(rows)]))
    assert desk.breaks() == []


def test_every_error_is_named_and_the_rest_is_matched(desk: Desk) -> None:
    desk.change("slips", "128.00", "1.2.8")
    desk.change("clearing", "T,2", "T,3")
    code, out, _ = desk.asked("--lang=en")
    assert code == 1
    assert "slips, line 2, amount: an amount is written like 1234.50, not '1.2.8'" in out
    assert "clearing, line 4, count: 2 lines stand above, not 3" in out
    told = desk.told()
    assert told["unreadable"]["records"]["W"] == 1  # type: ignore[index]
    assert told["lists"]["W"]["lines"] == 1 and told["lists"]["Y"]["lines"] == 2  # type: ignore[index]


def test_a_file_that_is_cut_off(desk: Desk) -> None:
    content = (desk.folder / "settlement").read_bytes()
    (desk.folder / "settlement").write_bytes(content[: len(content) - 40])
    code, out, _ = desk.asked("--lang=en")
    assert code == 1 and "settlement, line 4" in out
    code, out, _ = desk.asked("--lang=zh")
    assert code == 1 and "列下有" in out and "settlement，第 4 行" in out


def test_programs_read_of_an_error_what_they_always_read(desk: Desk) -> None:
    desk.change("slips", "128.00", "1.2.8")
    assert desk.told()["unreadable"]["errors"] == [  # type: ignore[index]
        {"file": "slips", "line": 2, "field": "amount", "why": "an amount is written like 1234.50, not '1.2.8'"}
    ]


def test_files_that_cannot_be_used_at_all(desk: Desk) -> None:
    (desk.folder / "slips").write_text("a,b\n1,2\n")
    code, _, err = desk.asked()
    assert code == 2 and "slips, line 1, mid: this column is missing" in err
    code, _, err = desk.asked("--lang=zh")
    assert code == 2 and "slips，第 1 行，mid：缺少这一列；请给出该类文件" in err
    (desk.folder / "slips").unlink()
    code, _, err = desk.asked()
    assert code == 2 and "no such file" in err
    assert cli.answer(["reconcile", f"--settlement={desk.folder / 'settlement'}"]) == 2
    assert cli.answer(["reconcile"]) == 2
    assert cli.answer(["reconcile", str(desk.folder), f"--slips={desk.folder / 'slips'}"]) == 2


def test_no_card_number_of_a_foreign_file_is_repeated(desk: Desk) -> None:
    number = "4111111111111111"
    desk.change("slips", "sale", number)
    code, out, _ = desk.asked("--lang=en")
    assert code == 1 and number not in out and "411111******1111" in out
    assert without_cards(b"4111 1111 1111 1111") == b"411111******1111"
    assert without_cards(b"999000054110001-20260105 4111111111111112") == b"999000054110001-20260105 4111111111111112"


def test_a_statement_that_is_cut_off_says_of_no_payout_that_it_never_came(desk: Desk) -> None:
    for name, mark in (("camt.053", b"<EndToEndId>"), ("mt940", b"/EREF/"), ("csv", b",CARD PAYOUT")):
        content = (desk.folder / name).read_bytes()
        (desk.folder / name).write_bytes(content[: content.index(mark)])
        told = desk.told(statement=name)
        assert told["breaks"] == [] and told["waiting"] == [], name
        [unsaid] = told["unjudged"]  # type: ignore[misc]
        assert unsaid["name"].endswith("260105") and unsaid["sides"][1]["unread"] is True
        code, out, _ = desk.asked("--lang=en", statement=name)
        out = " ".join(out.split())
        assert code == 1 and "The lists agree" not in out
        assert f"Z bank statement unreadable ({name}" in out and "no record" not in out, name


@pytest.mark.parametrize("name", ["camt.053", "mt940", "csv"])
def test_a_balance_that_is_wrong_by_a_fen_is_named_and_the_entries_are_matched(desk: Desk, name: str) -> None:
    content = (desk.folder / name).read_text()
    closing = content.rindex({"camt.053": "CLBD", "mt940": ":62F:", "csv": "closing"}[name])
    harmed = content[closing:].replace("177.56", "177.57", 1).replace("177,56", "177,57", 1)
    assert harmed != content[closing:]
    (desk.folder / name).write_text(content[:closing] + harmed)
    told = desk.told(statement=name)
    assert told["breaks"] == [] and told["lists"]["Z"]["matched"] == 1  # type: ignore[index]
    assert told["agrees"] is False and len(told["unreadable"]["errors"]) == 1  # type: ignore[index]


def test_a_record_whose_key_can_be_read_is_not_missing(desk: Desk) -> None:
    desk.change("slips", "128.00", "1.2.8")
    told = desk.told()
    assert told["breaks"] == []
    [unsaid] = told["unjudged"]  # type: ignore[misc]
    assert unsaid["name"] == "90000001-000001-000017" and unsaid["sides"][0]["where"] == "slips:2"
    _, out, _ = desk.asked("--lang=en")
    assert "W slips unreadable (slips:2)" in out and "cure" not in out


def test_a_row_of_a_payout_that_cannot_be_read_spoils_no_sum(desk: Desk) -> None:
    desk.change("settlement", "127.36,0.64", "127.36,0.6x")
    told = desk.told()
    assert told["breaks"] == []
    assert {it["break"] for it in told["unjudged"]} == {  # type: ignore[attr-defined]
        "file-without-ledger", "amount-differs",
    }  # fmt: skip


def test_a_file_that_is_given_twice_is_read_once_and_named(desk: Desk) -> None:
    for name in ("slips", "settlement", "clearing", "csv"):
        option = "statement" if name == "csv" else name
        told = desk.told(f"--{option}={desk.folder / name}")
        assert told["breaks"] == [] and told["waiting"] == [], name
        [error] = told["unreadable"]["errors"]  # type: ignore[index]
        assert error["why"] == f"the same as {name}, and read once"


def test_files_that_overlap_are_read_once_and_named(desk: Desk) -> None:
    (desk.folder / "again").write_text(desk.line("slips", 1) + desk.line("slips", 3))
    told = desk.told(f"--slips={desk.folder / 'again'}")
    assert told["breaks"] == []
    [error] = told["unreadable"]["errors"]  # type: ignore[index]
    assert (error["file"], error["line"]) == ("again", 2) and "slips:3" in error["why"]
    other = (desk.folder / "camt.053").read_text().replace("</CreDtTm>", "</CreDtTm> ", 1)
    (desk.folder / "bank.xml").write_text(other)
    told = desk.told(f"--statement={desk.folder / 'bank.xml'}", statement="camt.053")
    assert told["breaks"] == [] and told["lists"]["Z"]["lines"] == 1  # type: ignore[index]


def test_a_line_of_the_bank_that_stands_twice_is_one_credit(desk: Desk) -> None:
    desk.change("csv", desk.line("csv", 5), 2 * desk.line("csv", 5))
    told = desk.told()
    assert told["breaks"] == []
    assert any("csv:5" in error["why"] for error in told["unreadable"]["errors"])  # type: ignore[index]


def test_a_date_takes_the_records_up_to_it_and_must_be_the_files_own(desk: Desk) -> None:
    told = desk.told("--date=2026-01-05")
    assert (told["breaks"], told["waiting"]) == ([], [])
    assert told["lists"]["Z"]["lines"] == 0 and told["lists"]["W"]["lines"] == 2  # type: ignore[index]
    for day in ("2026-01-04", "2027-05-05"):
        code, _, err = desk.asked(f"--date={day}")
        assert code == 2 and "--date" in err and "they have 2026-01-05 to 2026-01-06" in err
