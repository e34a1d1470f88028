"""reference/faults.md: what can go wrong, how it is written, and which handle of a runtime it takes."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from typing import get_args

import poslab.faults
from docs.from_code.keys import HEADS, Schema, kinds, properties
from docs.from_code.markdown import code, codes, page, sentence, table
from poslab.faults.facts import Fact
from poslab.faults.handles import LOST, MANUAL, RECOVERS
from scenarios.schema import faults as written
from scenarios.schema.load import schema_of
from scenarios.schema.sources import find, library_ids

Row = tuple[str, str, str, str]

_BEHIND: dict[str, type] = {
    name: kind
    for info in pkgutil.iter_modules(poslab.faults.__path__, "poslab.faults.")
    for name, kind in vars(importlib.import_module(info.name)).items()
    if isinstance(kind, type) and kind.__module__ == info.name and "handle" in vars(kind)
}
"""The faults by name. Whatever is not listed here is a fact of life, given to a party."""

_HEALS = {
    RECOVERS: "heals by itself when it ends",
    MANUAL: "may need a person",
    LOST: "information is lost; a check or an open item names the loss",
}

_TITLES = {"OnWord": "on", "Match": "match"}


def faults_page() -> str:
    """The page."""
    schema = schema_of("scenario")
    common = [row for row in _rows(schema, "Stop") if row[0] not in ("fault", "process")]
    shared = {row[0] for row in common}
    selecting = [row for row in _rows(schema, "Loss") if row[0] not in shared | {"fault", "link"}]
    shared |= {row[0] for row in selecting} | {"fault"}
    parts = [
        _prose(
            "Each fault is one entry of `faults:` in a scenario. It says what goes wrong (`fault`), where, and when.",
            "How to write a new one: [guide](../guides/write-a-fault.md).",
        ),
        "## All of them",
        _overview(),
        "## What every fault may say",
        _keys(common),
        _prose(
            "At most one of `at`, `after` and `on` says when it begins, at most one of `for` and `until` when it ends.",
            "A fault that can match nothing is refused; one that could, and never struck, makes the run `invalid`,",
            "unless it is `optional`.",
        ),
        "## Which messages it strikes",
        "Faults of a link, faults of letters and crashes strike single messages, letters or inputs:",
        _keys(selecting),
        "A letter is what a party sends to itself: a timer, or a hand-over between two desks of one institution.",
        "### match",
        (
            "Which messages are meant; what can pass which link is in "
            "[who says what to whom](scenario-keys.md#who-says-what-to-whom)."
        ),
        _keys(_rows(schema, "Match")),
        "### on",
        "A line of a business log that sets the fault off; the words are in [log words](log-words.md).",
        _keys(_rows(schema, "OnWord")),
    ]
    for model in _models():
        own = [row for row in _rows(schema, model.__name__) if row[0] not in shared]
        behind = _BEHIND.get(model.__name__, Fact)
        does = "" if behind is Fact else f"{sentence(behind.__doc__)} "
        parts += [
            f"## {_word(model)}",
            sentence(model.__doc__),
            _keys(own),
            f"In the code: {_file_of(behind)}. {does}".strip(),
            _played_in(_word(model)),
        ]
    return page("Faults", *parts, "## Little words", kinds())


def _prose(*lines: str) -> str:
    return " ".join(lines)


def _keys(rows: Iterable[Row]) -> str:
    return table(HEADS, ((code(key), value, default, means) for key, value, default, means in rows))


def _rows(schema: Schema, name: str) -> list[Row]:
    return properties(schema, name, _TITLES)


def _models() -> list[type[written.FaultWritten]]:
    return [
        model
        for model in vars(written).values()
        if isinstance(model, type) and issubclass(model, written.FaultWritten) and "fault" in model.model_fields
    ]


def _word(model: type[written.FaultWritten]) -> str:
    (word,) = get_args(model.model_fields["fault"].annotation)
    return str(word)


def _overview() -> str:
    rows = []
    for model in _models():
        behind = _BEHIND.get(model.__name__, Fact)
        word = _word(model)
        handle, heals = str(vars(behind)["handle"]), _HEALS[vars(behind)["heals"]]
        rows.append((f"[`{word}`](#{word})", sentence(model.__doc__), code(handle), heals))
    return table(("Fault", "What happens", "Handle", "Afterwards"), rows)


def _file_of(behind: type) -> str:
    name = inspect.getfile(behind).rpartition("/")[2]
    return f"[`{behind.__name__}`](../../poslab/faults/{name})"


def _played_in(word: str) -> str:
    ends = (",", "\n", "}")
    found = [name for name in library_ids() if any(f"fault: {word}{end}" in find(name).raw.decode() for end in ends)]
    return f"Played in {codes(found)}." if found else ""
