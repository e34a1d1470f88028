"""The tables of host, switch and platform say something about everything, and states survive a snapshot."""

import ast
import inspect
from pathlib import Path

import msgspec
import pytest
from cardleg import KEY, MORNING, RRN, answered, reversal, sale, void

from acquirer.cast import cast
from acquirer.host.table import ATTEMPTS
from acquirer.host.table import HEARD as HEARD_BY_ATTEMPTS
from acquirer.platform.orders import ORDERS
from acquirer.switch.routing import SwitchAnswerOverdue
from acquirer.switch.table import HEARD as HEARD_BY_PASSAGES
from acquirer.switch.table import PASSAGES
from poslab.messages.card import OrderNotice
from poslab.messages.facts import AnswersWith, BatchMovedOn
from poslab.messages.words import HOST_WORDS, PLATFORM_WORDS, SWITCH_WORDS
from poslab.party.contract import Input, Party
from poslab.party.facts import Disconnected, Started
from poslab.party.time import DAY, MINUTE, SECOND
from poslab.world.presets import corner_shop, gateway_shop

WORLD = gateway_shop()


def test_every_state_has_a_word_for_everything_it_may_hear() -> None:
    assert ATTEMPTS.missing(HEARD_BY_ATTEMPTS) == []
    assert PASSAGES.missing(HEARD_BY_PASSAGES) == []
    assert ORDERS.missing((OrderNotice,)) == []


def test_the_last_row_of_each_pair_has_no_guard() -> None:
    for table in (ATTEMPTS, PASSAGES, ORDERS):
        last = {(row.state, row.given): row for row in table.rows}
        assert [row for row in last.values() if row.guard is not None] == []


@pytest.mark.parametrize(
    ("room", "words"), [("host", HOST_WORDS), ("switch", SWITCH_WORDS), ("platform", PLATFORM_WORDS)]
)
def test_only_listed_words_are_logged(room: str, words: dict[str, object]) -> None:
    folder = Path(inspect.getfile(cast)).parent
    for path in [*sorted((folder / room).glob("*.py")), folder / "store_and_forward.py"]:
        if room == "platform" and path.name == "store_and_forward.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Logged":
                word = node.args[1]
                if isinstance(word, ast.Constant):
                    assert word.value in words, f"{path.name}:{node.lineno}"


def test_the_cast_follows_the_world() -> None:
    assert list(cast(WORLD)) == ["platform", "host", "switch"]
    assert list(cast(corner_shop())) == ["host", "switch"]


def stories() -> dict[str, tuple[str, tuple[Input, ...]]]:
    """Party and what it was told, up to a moment when something is under way."""
    upstream = msgspec.structs.replace(sale(), rrn=RRN)
    second = msgspec.structs.replace(sale("90000001-000001-000019"), rrn="260000000009")
    return {
        "host in the middle of a sale": ("host", (Started(), sale())),
        "host in the middle of a void": ("host", (Started(), sale(), answered(upstream), void())),
        "host with an advice and an orphan": (
            "host",
            (sale(), answered(upstream), reversal(), reversal("90000001-000001-000077")),
        ),
        "host out of order with a broken line": (
            "host",
            (AnswersWith("", "96", False), sale(), Disconnected("", "switch", "refused")),
        ),
        "switch with a doubt": ("switch", (Started(), upstream, SwitchAnswerOverdue("victim", RRN), second)),
        "switch with a broken line": ("switch", (upstream, answered(upstream), Disconnected("", "issuer", "refused"))),
        "platform with a slot and an order": (
            "platform",
            (sale(), OrderNotice("victim", KEY, "paying", 12_800, RRN), Disconnected("", "host", "refused")),
        ),
    }


@pytest.mark.parametrize("story", list(stories()))
def test_a_restored_party_goes_on_as_the_one_that_was_kept(story: str) -> None:
    address, told = stories()[story]
    kept = _after(cast(WORLD)[address], told)
    restored = cast(WORLD)[address]
    restored.restore(kept.snapshot())
    assert restored.snapshot() == kept.snapshot()
    goes_on = (
        msgspec.structs.replace(answered(msgspec.structs.replace(sale(), rrn=RRN))),
        sale(),
        reversal(),
        sale("90000001-000001-000020"),
        *(reversal(f"90000001-000001-0000{n}") for n in (18, 19, 77)),
    )
    for given in goes_on:
        assert restored.handle(given, MORNING + MINUTE) == kept.handle(given, MORNING + MINUTE)
    assert restored.snapshot() == kept.snapshot()


def test_the_host_forgets_what_is_at_rest_in_closed_batches_on_the_second_day() -> None:
    host = cast(corner_shop())["host"]
    for day in range(6):
        at = MORNING + day * DAY
        if day:
            host.handle(BatchMovedOn(tid="90000001"), at)
        for number in range(20):
            given = sale(f"90000001-00000{day + 1}-{day:03d}{number:03d}")
            effects = host.handle(given, at) or ()
            upstream = next(e.message for e in effects if hasattr(e, "message"))
            host.handle(answered(upstream), at + SECOND)
    moving, young, old = host.office.attempts.state()  # type: ignore[attr-defined]
    assert (len(moving), len(young), len(old)) == (0, 20, 20)
    assert host.office.attempts.find("90000001-000005-004000") is not None  # type: ignore[attr-defined]
    assert host.office.attempts.find("90000001-000004-003019") is None  # type: ignore[attr-defined]


def _after(party: Party, told: tuple[Input, ...]) -> Party:
    for given in told:
        party.handle(given, MORNING)
    return party
