"""Kinds of terminals in scenario files: without a printer no paper runs out, and only smart ones read payment codes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bilingual import told_in_both

from poslab.messages.people import CustomerAtTill
from poslab.party.time import SECOND
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load

GOOD = """\
schema: poslab/1
id: my-story
title: {zh: 我的故事, en: My story}
world: {preset: corner-shop}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit}
faults:
  - {id: gone, fault: stop, process: host, at: "11:00", for: 10m}
people: {cashier: by-the-book}
heal: {at: "+2h", converge_within: 30m}
"""
SCRIPT = """\
people:
  cashier:
    script:
      steps:
        - {at: "19:00", do: sale, order: late, terminal: T3, amount: "5.00", card: code}
"""
SMART = GOOD.replace("preset: corner-shop", "preset: corner-shop, settings: {terminal: {T1: {kind: smart}}}")
BY_CODE = SMART.replace("card: good-debit}", "card: code, entry: qr}")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "story.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        load(path)
    told_in_both(caught.value.text)
    return caught.value


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("kind: e-signature", "fault: paper-out, party: T1"),
        ("kind: e-signature", "fault: fact, party: T1, give: PaperOut"),
        ("kind: smart, slip: electronic", "fault: paper-out, party: T1, how: jam"),
    ],
)
def test_a_terminal_without_a_printer_cannot_run_out_of_paper(
    written: Callable[[str], Path], settings: str, fault: str
) -> None:
    text = GOOD.replace("fault: stop, process: host", fault)
    text = text.replace("preset: corner-shop", f"preset: corner-shop, settings: {{terminal: {{T1: {{{settings}}}}}}}")
    wrong = refusal(written(text))
    assert (wrong.line, wrong.key) == (8, "faults.0.party")
    for word in ("T1 has no printer", "T2"):
        assert word in str(wrong), str(wrong)


def test_a_qr_sale_and_how_the_payer_confirms(written: Callable[[str], Path]) -> None:
    scenario = load(written(BY_CODE))
    assert scenario.purchases[0].given == CustomerAtTill("victim", "T1", 12_800, "code", "qr")
    assert scenario.world.terminal("T1").reads_codes
    assert scenario.cardholder == "reads-sms"
    late = BY_CODE.replace("by-the-book}", "by-the-book, cardholder: {confirms_after: 75s}}")
    assert load(written(late)).cardholder == f"confirms-after:{75 * SECOND}"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("card: code, entry: qr", "card: code", "workload.0.entry", ["payment code and no card", "entry: qr"]),
        ("card: code,", "card: good-debit,", "workload.0.card", ["is a card and no payment code"]),
        ("entry: qr", "entry: qr, what: offline-sale", "workload.0.what", ["cannot be stored offline"]),
        ("entry: qr", "entry: qr, what: preauth", "workload.0.what", ["nor be a pre-authorisation"]),
        ("entry: qr", "entry: qr, pin: wrong", "workload.0.pin", ["has no PIN"]),
        ("kind: smart", "kind: e-signature", "workload.0.terminal", ["reads no payment codes", "kind: smart"]),
        ("kind: smart", "policy: park", "workload.0.terminal", ["kind counter", "terminal.T1.kind"]),
        ("by-the-book}", "by-the-book, cardholder: sleeps}", "people.cardholder", ["'sleeps'"]),
    ],
)
def test_qr_sales_that_cannot_be(
    written: Callable[[str], Path], old: str, new: str, key: str, words: list[str]
) -> None:
    wrong = refusal(written(BY_CODE.replace(old, new)))
    assert wrong.key == key
    for word in words:
        assert word in str(wrong), str(wrong)


def test_a_script_scans_codes_only_where_there_is_a_reader(written: Callable[[str], Path]) -> None:
    wrong = refusal(written(SMART.replace("people: {cashier: by-the-book}\n", SCRIPT)))
    assert wrong.key == "people.cashier.script.steps.0.terminal"
    assert "use T1" in str(wrong)
