"""``poslab reconcile`` on whole runs, and on the papers that the parties hold after them: both find what is amiss."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from poslab.console import cli

KINDS = ("slips", "settlement", "clearing", "camt.053")
TITLE = "schema: poslab/1\nid: told\ntitle: {zh: 故事, en: a story}\n"


class Told:
    """A run, and what reconciliation says of it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], scenario: str) -> None:
        self._capsys = capsys
        self.run = folder / "run"
        if scenario.startswith("world:"):
            (folder / "told.yaml").write_text(TITLE + scenario)
            scenario = str(folder / "told.yaml")
        assert cli.answer(["run", scenario, "--out", str(self.run), "--json"]) in (0, 1)

    def said(self, *command: str) -> tuple[int, str]:
        self._capsys.readouterr()
        code = cli.answer(list(command))
        out, err = self._capsys.readouterr()
        assert code in (0, 1), err
        return code, out

    def by_run(self) -> dict[str, Any]:
        return self._document("reconcile", str(self.run), "--json")

    def by_papers(self, world: str, *kinds: str) -> dict[str, Any]:
        given = []
        for kind in kinds or KINDS:
            paper = self.run / kind
            self.said("statement", str(self.run), "--format", kind, "--out", str(paper))
            option = "statement" if kind == "camt.053" else kind
            given.append(f"--{option}={paper}")
        return self._document("reconcile", *given, f"--world={world}", "--json")

    def rows(self, kind: str) -> list[dict[str, str]]:
        _, paper = self.said("statement", str(self.run), "--format", kind)
        return list(csv.DictReader(io.StringIO(paper)))

    def _document(self, *command: str) -> dict[str, Any]:
        code, out = self.said(*command)
        document: dict[str, Any] = json.loads(out)
        assert document["agrees"] is (code == 0)
        return document


def breaks(document: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    return [(it["break"], it["name"], it["amount_fen"], it["owner"]) for it in document["breaks"]]


def test_money_that_a_platform_has_not_booked_is_its_break(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(tmp_path, capsys, "plat-order-stuck")
    stuck = ("file-without-ledger", "90000001-000001-000017", 12_800, "platform")
    found = told.by_run()
    assert breaks(found) == [stuck]
    assert found["breaks"][0]["cure"]["zh"].startswith("补单")
    found = told.by_papers("wallet-shop")
    assert breaks(found) == [stuck], "the platform's own detail is what the merchant was paid by"
    assert found["waiting"] == [] and found["lists"]["Z"]["matched"] == 1


WEEKEND = """\
world: {preset: wallet-shop}
workload:
  - {order: friday, at: "T+4 10:15:30", terminal: T1, amount: "128.00", card: good-debit}
faults:
  - {id: missed, fault: ledger-line-lost, order: friday, at: "10:00"}
until: "T+2 13:00"
expect: {end: {friday: {truth: M3}}}
"""


def test_a_line_is_missing_only_once_its_money_has_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(tmp_path, capsys, WEEKEND)
    days = {day["date"]: day["open"] for day in told.by_run()["days"]}
    assert [days[f"2026-01-{day:02d}"] for day in (9, 10, 11, 12, 13)] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("variant", ["plain", "partial", "written-off", "partly-refunded", "inquiry-unanswered"])
def test_a_chargeback_is_booked_and_cleared_and_no_break(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], variant: str
) -> None:
    told = Told(tmp_path, capsys, f"disp-chargeback/{variant}")
    assert "file-without-ledger" not in [why for why, *_ in breaks(told.by_run())]
    assert "file-without-ledger" not in [why for why, *_ in breaks(told.by_papers("corner-shop"))]


def test_a_chargeback_is_told_by_its_sale_and_its_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(tmp_path, capsys, "disp-chargeback")
    [row] = [row for row in told.rows("settlement") if row["Type"] == "Chargeback"]
    names = (row["Psp Reference"], row["Merchant Reference"], row["Modification Reference"])
    assert names == ("260000000001", "90000001-000001-000017", "D260000000001")
    _, paper = told.said("statement", str(told.run), "--format", "clearing")
    [line] = [line.split(",") for line in paper.splitlines() if "chargeback" in line]
    assert line[3:7] == ["90000001", "000001", "000017", "D260000000001"] and line[8:10] == ["chargeback", "128.00"]
    assert told.by_run()["breaks"] == [] and told.by_papers("corner-shop")["agrees"]


def test_a_chargeback_that_the_file_lacks_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(tmp_path, capsys, "disp-chargeback")
    told.by_papers("corner-shop")
    clearing = told.run / "clearing"
    clearing.write_text(clearing.read_text().replace("chargeback,128.00", "chargeback,100.00"))
    given = [f"--{kind}={told.run / kind}" for kind in ("slips", "settlement", "clearing")]
    _, out = told.said("reconcile", *given, "--json")
    assert [(why, fen, owner) for why, _, fen, owner in breaks(json.loads(out))] == [
        ("status-differs", 2_800, "acquirer")
    ]


def test_what_was_taken_back_is_no_record_of_a_sale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = Told(tmp_path, capsys, "net-response-lost").by_run()
    assert found["agrees"] and {name: it["sum_fen"] for name, it in found["lists"].items()} == dict.fromkeys("WXYZ", 0)
    assert found["lists"]["W"]["lines"] == 0, "no approval was ever stored"
    assert found["days"][0]["records"]["W"] == found["days"][0]["sums_fen"]["X"] == 0


def test_slips_and_ledger_count_what_the_slips_on_paper_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Told(tmp_path, capsys, "month-of-a-corner-shop")
    slips = told.rows("slips")
    found = told.by_run()
    assert found["lists"]["W"]["lines"] == found["lists"]["X"]["lines"] == len(slips) == 249
    cents = sum(int(row["amount"].replace(".", "")) * (-1 if row["type"] == "refund" else 1) for row in slips)
    assert found["lists"]["W"]["sum_fen"] == cents
    assert all(row["rrn"] for row in slips), "a slip prints the reference number"


def test_a_void_of_a_file_takes_its_sale_out_of_the_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(tmp_path, capsys, "ok-not-due")
    told.by_papers("corner-shop")
    slips = told.run / "slips"
    sale = "999000054110001,90000001,000001,000018,,sale,128.00,2026-01-05,,"
    void = "999000054110001,90000001,000001,000019,,void,128.00,2026-01-05,,000018"
    slips.write_text(slips.read_text() + f"{sale}\n{void}\n")
    given = [f"--{kind}={told.run / kind}" for kind in ("slips", "settlement", "clearing")]
    _, out = told.said("reconcile", *given, "--json")
    assert json.loads(out)["lists"]["W"]["sum_fen"] == json.loads(out)["lists"]["X"]["sum_fen"] == 12_800


@pytest.mark.parametrize(
    ("scenario", "net_fen"),
    [
        ("acct-risk-hold", 596_400),
        ("acct-review-suspended", 12_736),
        ("disp-fraud-freeze/sale", 12_723),
        ("plat-instant-payout-off/manual", 12_736),
    ],
)
def test_a_sale_that_is_matched_and_due_and_not_paid_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scenario: str, net_fen: int
) -> None:
    told = Told(tmp_path, capsys, scenario)
    found = told.by_run()
    assert found["breaks"] == []
    [unpaid] = found["unpaid"]
    assert (unpaid["net_fen"], unpaid["due"], unpaid["name"]) == (net_fen, "20260106", "90000001-000001-000017")
    _, out = told.said("reconcile", str(told.run), "--lang", "en")
    assert "Matched, due, not paid: 1" in out and "The lists agree." not in out


def test_what_is_paid_or_not_due_is_not_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(tmp_path, capsys, "ok-not-due")
    assert told.by_run()["unpaid"] == []
    _, out = told.said("reconcile", str(told.run), "--date", "2026-01-05", "--lang", "en")
    assert "not paid" not in out and "The lists agree." in out


def test_two_halves_of_a_payout_that_wait_are_no_agreement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(tmp_path, capsys, "acct-bound-to-other/account")
    _, out = told.said("reconcile", str(told.run), "--lang", "en")
    assert "The lists agree" not in out and "Nothing differs so far" in out and "2 wait for the next day" in out


def test_a_payout_that_is_passed_on_late_has_arrived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = Told(tmp_path, capsys, "plat-second-clearing/delay").by_run()
    assert found["agrees"] and found["waiting"] == []


@pytest.mark.parametrize(
    ("scenario", "gross_fen"),
    [
        ("acct-risk-hold", 600_000),
        ("acct-review-suspended", 12_800),
        ("disp-fraud-freeze/sale", 12_800),
        ("disp-retrieval-hold", 12_800),
    ],
)
def test_a_sale_that_is_held_is_told_of_by_files_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scenario: str, gross_fen: int
) -> None:
    told = Told(tmp_path, capsys, scenario)
    found = told.by_papers("corner-shop", "slips", "settlement", "camt.053")
    assert (found["agrees"], found["breaks"], found["waiting"]) == (True, [], [])
    [unpaid] = found["unpaid"]
    assert (unpaid["amount_fen"], unpaid["net_fen"], unpaid["held"]) == (gross_fen, None, True)
    assert (unpaid["owner"], unpaid["due"], unpaid["name"]) == ("acquirer", "20260106", "90000001-000001-000017")
    rows = told.rows("settlement")
    [held] = [row for row in rows if row["Type"] == "Held"]
    assert (held["Net Credit (NC)"], held["Commission (NC)"], held["Payout Reference"]) == ("0.00", "", "")
    given = [f"--{kind}={told.run / kind}" for kind in ("slips", "settlement")]
    _, out = told.said("reconcile", *given, f"--statement={told.run / 'camt.053'}", "--lang", "en")
    assert "held · acquirer · due 2026-01-06" in out and "The lists agree." not in out


RELEASED = """\
world:
  preset: corner-shop
  settings: {merchant: {merchant: {product: %s}}}
workload:
  - {order: victim, at: "T+4 10:15:30", terminal: T1, amount: "128.00", card: good-debit}
faults:
  - {id: review, fault: merchant-review, at: "18:00", why: kyc}
%suntil: "T+3 18:00"
"""


SHOP = """\
schema: poslab-world/1
name: shop
merchants:
  - mid: "999000054110001"
    name: {zh: 示例小店, en: Corner Shop}
    mcc: "5411"
    account_no: "999100000001"
    account_name: 示例小店
    product: %s
terminals:
  - {address: T1, tid: "90000001", mid: "999000054110001"}
"""


def test_what_was_held_and_is_settled_counts_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passed = 'fault: fact, party: host, at: "T+1 18:00", give: ReviewPassed, with: {mid: "999000054110001"}'
    told = Told(tmp_path, capsys, RELEASED % ("T+1", f"  - {{id: passed, {passed}}}\n"))
    assert [row["Type"] for row in told.rows("settlement")] == ["Held", "Settled", "MerchantPayout"]
    found = told.by_papers("corner-shop", "slips", "settlement", "camt.053")
    assert (found["agrees"], found["unpaid"], found["lists"]["X"]["sum_fen"]) == (True, [], 12_800)


@pytest.mark.parametrize(("product", "due"), [("T+1", "20260112"), ("D+1", "20260110")])
def test_what_is_held_was_due_by_the_product_of_the_world_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], product: str, due: str
) -> None:
    told = Told(tmp_path, capsys, RELEASED % (product, ""))
    shop = tmp_path / "shop.yaml"
    shop.write_text(SHOP % product)
    assert [it["due"] for it in told.by_papers(str(shop), "slips", "settlement", "camt.053")["unpaid"]] == [due]
    assert [it["due"] for it in told.by_run()["unpaid"]] == [due]
