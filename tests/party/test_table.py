"""A table says everything: a row, or why not; and a row keeps its own promise."""

from typing import Any, ClassVar

import pytest

from poslab.party.contract import Effect, Input
from poslab.party.table import Ignored, IllegalNext, Row, Table, Unlisted


class Coin(Input, frozen=True, gc=False, array_like=True, tag=True):
    kind: ClassVar[str] = "coin"


class Push(Input, frozen=True, gc=False, array_like=True, tag=True):
    kind: ClassVar[str] = "push"


def unlock(owner: Any, given: Input, at: int, out: list[Effect]) -> str:
    return "open"


def lock(owner: Any, given: Input, at: int, out: list[Effect]) -> str:
    return "shut"


def paid_twice(owner: Any, given: Input, at: int) -> bool:
    return given.about == "twice"


GATE = Table[Any](
    "gate",
    ("shut", "open"),
    [
        Row("shut", Coin, unlock, ("open",)),
        Row("open", Push, lock, ("shut",)),
        Row("open", Coin, lock, ("shut",), paid_twice),
    ],
    [Ignored(("shut",), Push, "it does not give way")],
)


def test_a_row_is_taken_and_an_ignored_input_changes_nothing() -> None:
    assert GATE.step(None, "shut", Coin(""), 0, []) == "open"
    assert GATE.step(None, "shut", Push(""), 0, []) == "shut"


def test_what_is_not_said_is_our_own_bug() -> None:
    assert GATE.missing([Coin, Push]) == []
    with pytest.raises(Unlisted, match="no guard agrees"):
        GATE.step(None, "open", Coin(""), 0, [])
    assert Table[Any]("half", ("shut", "open"), [Row("shut", Coin, unlock, ("open",))]).missing([Coin]) == ["open/Coin"]


def test_a_row_may_not_lead_where_it_does_not_say() -> None:
    liar = Table[Any]("liar", ("shut", "open"), [Row("shut", Coin, lock, ("open",))])
    with pytest.raises(IllegalNext, match="led from 'shut' to 'shut'"):
        liar.step(None, "shut", Coin(""), 0, [])


def test_a_table_is_refused_that_names_unknown_states_or_says_two_things() -> None:
    with pytest.raises(IllegalNext, match="no states"):
        Table[Any]("typo", ("shut",), [Row("shut", Coin, unlock, ("opne",))])
    with pytest.raises(IllegalNext, match="both a row and ignored"):
        Table[Any]("two", ("shut",), [Row("shut", Coin, lock, ("shut",))], [Ignored(("shut",), Coin, "no")])
