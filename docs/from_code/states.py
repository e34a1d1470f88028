"""reference/states.md and its pictures: every state table of every party, as the code runs it."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import acquirer
import bank
import terminal
from docs.from_code.drawing import Arrow, drawn
from docs.from_code.markdown import anchor, codes, page, sentence, table
from poslab.party.table import Row, Table

ROOT = Path(__file__).resolve().parents[2]


class Found(NamedTuple):
    """A table and the module that it stands in."""

    table: Table[Any]
    module: ModuleType

    @property
    def slug(self) -> str:
        """The name of its picture."""
        words = self.table.name.removeprefix("a ").replace("'s", "").split()
        return "-".join(word for word in words if word not in ("at", "the", "a"))


def tables() -> list[Found]:
    """Every table of the parties, in the order of a sale."""
    found: list[Found] = []
    for package in (terminal, acquirer, bank):
        for module in _modules(package):
            for value in vars(module).values():
                if isinstance(value, Table) and all(value is not other.table for other in found):
                    found.append(Found(value, module))
    return found


def states_page() -> str:
    """The page."""
    parts = [
        (
            "A party is a set of small machines: one for each sale, payout or order, and the terminal as a whole. "
            "Each machine is a table: in this state, hearing this, if the guard agrees, do that, and be in one of "
            "these states. The pages and pictures here are drawn from those very tables. In a picture every state "
            "is a line from top to bottom and every arrow a move to another state; what leaves the state as it was "
            "is only in the table below it."
        ),
        table(
            ("Table", "States", "In the code"),
            (
                (f"[{found.table.name}](#{anchor(found.table.name)})", codes(found.table.states), _file(found.module))
                for found in tables()
            ),
        ),
    ]
    for found in tables():
        parts += [
            f"## {found.table.name}",
            sentence(found.module.__doc__),
            f"![state diagram: {found.table.name}](states/{found.slug}.svg)",
            table(("In", "Hears", "If", "Does", "Then"), _rows(found)),
            _ignored(found),
            _moved_by_others(found),
        ]
    return page("States", *parts)


def pictures() -> dict[str, str]:
    """File name → drawing."""
    return {
        f"states/{found.slug}.svg": drawn(found.table.name, found.table.states, _arrows(found)) for found in tables()
    }


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(info.name)


def _rows(found: Found) -> Iterator[tuple[str, ...]]:
    """One row for all states in which the same is heard, guarded, done and led to the same."""
    merged: dict[tuple[str, ...], list[str]] = {}
    for row in found.table.rows:
        then = "stays" if row.next == (row.state,) else codes(row.next)
        guard = f"`{_name(row.guard)}`" if row.guard is not None else ""
        merged.setdefault((row.given.__name__, guard, f"`{_name(row.do)}`", then), []).append(row.state)
    for (given, guard, do, then), where in merged.items():
        yield codes(dict.fromkeys(where)), given, guard, do, then


def _arrows(found: Found) -> list[Arrow]:
    """Moves between two different states, all reasons for one move on one arrow."""
    moves: dict[tuple[str, str], list[str]] = {}
    for row in found.table.rows:
        for then in row.next:
            if then != row.state:
                said = moves.setdefault((row.state, then), [])
                label = _label(row)
                if label not in said:
                    said.append(label)
    return [Arrow(before, after, tuple(labels)) for (before, after), labels in moves.items()]


def _label(row: Row) -> str:
    guard = f" [{_name(row.guard)}]" if row.guard is not None else ""
    return f"{row.given.__name__}{guard}"


def _ignored(found: Found) -> str:
    if not found.table.ignored:
        return ""
    rows = ((codes(entry.states), entry.given.__name__, entry.because) for entry in found.table.ignored)
    return "Heard, and nothing changes:\n\n" + table(("In", "Hears", "Because"), rows)


def _moved_by_others(found: Found) -> str:
    """States that no row leads to, the one in which a machine begins excepted."""
    led_to = {then for row in found.table.rows for then in row.next if then != row.state}
    begins = found.table.states[0]
    others = [state for state in found.table.states if state not in led_to and state != begins]
    if not others:
        return ""
    return f"No row leads to {codes(others)}: another machine of the same party puts it there."


def _name(function: Callable[..., Any]) -> str:
    """``sale.answered`` for a function of a module, ``Issuer.reverse`` for one of a class."""
    own = function.__qualname__
    if "." in own or own.startswith("_"):
        return own.lstrip("_")
    return f"{function.__module__.rpartition('.')[2]}.{own}"


def _file(module: ModuleType) -> str:
    path = Path(inspect.getfile(module)).resolve().relative_to(ROOT)
    return f"[{path}](../../{path})"
