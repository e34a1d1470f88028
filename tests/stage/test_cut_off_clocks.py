"""Clocks that disagree over the cut-off: the host alone says which business day a sale belongs to, and all obey."""

import json
from pathlib import Path

import pytest

from poslab.messages.card import FinancialResponse
from poslab.messages.funding import ClearingFile
from poslab.messages.people import Slip
from scenarios.schema.load import load
from scenarios.stage.play import Played, play

MONDAY, TUESDAY = "20260105", "20260106"


def sold_at(tmp_path: Path, at: str, *clocks: tuple[str, str], amount: str = "128.00") -> Played:
    story = {
        "schema": "poslab/1",
        "id": "clocks",
        "world": {"preset": "corner-shop"},
        "workload": [
            {"order": "early", "at": "10:00", "terminal": "T2", "amount": "45.00", "card": "good-credit"},
            {"order": "victim", "at": at, "terminal": "T1", "amount": amount, "card": "good-debit"},
        ],
        "faults": [
            {"id": f"clock-{party.lower()}", "fault": "clock-offset", "party": party, "by": by} for party, by in clocks
        ],
        "until": "T+3 18:00",
    }
    path = tmp_path / "story.yaml"
    path.write_text(json.dumps(story), encoding="utf-8")
    return play(load(path), keep=True)


def file_of(played: Played) -> str:
    """The business date of the file that has the sale."""
    (date,) = {
        given.business_date
        for _, given in played.pairs
        if isinstance(given, ClearingFile) and any(line.about == "victim" for line in given.lines)
    }
    return date


def told(played: Played) -> set[str]:
    """The dates that the terminal was told."""
    answers = [given for line, given in played.pairs if line.party == "T1" and given.about == "victim"]
    return {given.business_date for given in answers if isinstance(given, FinancialResponse)}


def promised(played: Played) -> set[str]:
    """When the slip says that the merchant is paid."""
    slips = (given for _, given in played.pairs if isinstance(given, Slip) and given.about == "victim")
    return {slip.expected_date for slip in slips}


CLOCKS = [
    # When it is sold by true time, whose clocks are wrong, and whose day it is
    ("22:59:00", (), MONDAY),
    ("23:00:30", (), TUESDAY),
    ("22:59:00", (("host", "2m"),), TUESDAY),
    ("23:01:00", (("host", "-2m"),), MONDAY),
    ("22:59:00", (("T1", "2m"), ("issuer", "2m")), MONDAY),
    ("23:01:00", (("T1", "-2m"), ("issuer", "-2m")), TUESDAY),
    ("22:59:00", (("host", "2m"), ("issuer", "-2m"), ("T1", "-5m")), TUESDAY),
    ("22:59:00", (("switch", "10m"),), MONDAY),
    ("23:01:00", (("switch", "-10m"),), TUESDAY),
]


@pytest.mark.parametrize(("at", "clocks", "date"), CLOCKS)
def test_the_hosts_clock_alone_decides(
    tmp_path: Path, at: str, clocks: tuple[tuple[str, str], ...], date: str
) -> None:
    played = sold_at(tmp_path, at, *clocks)
    assert played.result.verdict == "pass", played.result.reason
    assert told(played) == {date}
    assert promised(played) == {{MONDAY: TUESDAY, TUESDAY: "20260107"}[date]}
    assert file_of(played) == date
    victim = played.result.purchases[1].end
    assert (victim.truth, victim.charged_net, victim.credited) == ("M2", 1, 1)


def test_nobody_gives_it_another_date_than_the_host(tmp_path: Path) -> None:
    played = sold_at(tmp_path, "22:59:00", ("host", "2m"), ("issuer", "-30m"), ("T1", "30m"))
    (check,) = [check for check in played.result.invariants if check.id == "business-date-once"]
    assert (check.verdict, check.evaluated > 0) == ("holds", True)
