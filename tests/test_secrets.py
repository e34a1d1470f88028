"""Nothing that a run writes or prints holds a card number, a track, a PIN, a PIN block or a key."""

import re
from pathlib import Path

import pytest

from poslab.console.cli import answer
from poslab.messages.iso8583 import digits
from poslab.messages.iso8583.mapping import encode
from poslab.party.contract import Send
from poslab.world.cards import CARDS
from scenarios.schema.load import load
from scenarios.schema.sources import library_ids
from scenarios.stage.play import play

_RUN = re.compile(r"(?<![0-9])(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){2}[ -][0-9]{1,7})(?![0-9])")
_NO_RRN = "(?<!26)"
"""An RRN is the host's two digits and a running number, which may look like the end of a test card's."""
_INSTANT = re.compile(r'(?<![0-9"])[0-9]{12,14}(?![0-9"])')
"""Instants are bare integers of twelve to fourteen digits; a card number would stand in a text, or be longer."""


def luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def suspicious(text: str) -> list[str]:
    """Runs of digits that could be a card number."""
    runs = [re.sub(r"[ -]", "", run) for run in _RUN.findall(_INSTANT.sub("#", text))]
    return [run for run in runs if 13 <= len(run) <= 19 and luhn(run)]


def test_the_scan_would_find_one() -> None:
    number = digits.number_of("good-debit") or ""
    for written in (f'"{number}"', f"card {number}.", f"{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}"):
        assert suspicious(written) == [number]
    assert suspicious('[1,382530190000,"T1"]') == [] and suspicious("999999******0014") == []


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Everything that playing the whole library leaves on disk."""
    folder = tmp_path_factory.mktemp("runs")
    for name in library_ids():
        assert answer(["run", name, "--out", str(folder / name)]) == 0
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_no_file_of_a_run_holds_a_card_number(written: list[Path]) -> None:
    assert {path.name for path in written} == {"history.jsonl", "truth.json", "result.json", "report.html"}
    found = {f"{path.parent.name}/{path.name}": suspicious(path.read_text("utf-8")) for path in written}
    assert not {name: runs for name, runs in found.items() if runs}


def test_no_file_of_a_run_holds_digits_track_or_pin_of_any_test_card(written: list[Path]) -> None:
    secrets = [digits.number_of(ref) or digits.code_of(ref) or "" for ref in CARDS]
    for path in written:
        text = path.read_text("utf-8")
        for secret in secrets:
            assert secret not in text and not re.search(_NO_RRN + secret[6:], text), path
        assert not re.search(r'"?(pin_block|track2?|tmk|tpk|tak|key_value)"?\s*[:=]', text, re.IGNORECASE), path


def test_no_file_of_a_run_holds_the_bytes_of_a_message(written: list[Path]) -> None:
    """PIN blocks and MACs exist while bytes are made, and nowhere else."""
    frames = [
        encode(effect.message)
        for line, _ in play(load("net-response-lost"), keep=True).pairs
        for effect in line.effects
        if type(effect) is Send and {line.party, effect.to} == {"T1", "host"}
    ]
    assert frames
    for path in written:
        raw = path.read_bytes()
        for frame in frames:
            assert frame[-8:] not in raw and frame[-8:].hex().encode() not in raw.lower(), path


def test_nothing_that_is_printed_holds_one(capsys: pytest.CaptureFixture[str], written: list[Path]) -> None:
    run = str(next(path.parent for path in written if path.parent.name == "net-response-lost"))
    for arguments in (
        ["run", "net-response-lost"], ["run", "net-response-lost", "--json"],
        ["run", "net-response-lost", "--lang", "zh"],
        ["list"], ["explain", "net-response-lost"], ["replay", run], ["schema", "history"],
    ):  # fmt: skip
        answer(arguments)
        printed = capsys.readouterr()
        assert suspicious(printed.out + printed.err) == [], arguments
