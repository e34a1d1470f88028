"""reference/faults.md: what can go wrong, how it is written, and which handle of a runtime it takes."""

import inspect

from docs.from_code.keys import kinds, properties
from docs.from_code.markdown import code, codes, page, sentence, table
from poslab.faults import clocks, delay, duplicate, facts, hold, letters, loss, partition, process
from poslab.faults.handles import LOST, MANUAL, RECOVERS
from scenarios.schema import faults as written
from scenarios.schema.load import schema_of
from scenarios.schema.sources import find, library_ids

_BEHIND: dict[str, type] = {
    "Loss": loss.Loss, "Delay": delay.Delay, "Duplicate": duplicate.Duplicate, "Hold": hold.Hold,
    "Partition": partition.Partition, "Crash": process.Crash, "Stop": process.Stop, "Pause": process.Pause,
    "LetterLoss": letters.LetterLoss, "LetterDelay": letters.LetterDelay,
    "ClockOffset": clocks.ClockOffset, "ClockDrift": clocks.ClockDrift,
}  # fmt: skip
"""Whatever is not listed here is a fact of life, given to a party."""

_HEALS = {
    RECOVERS: "heals by itself when it ends",
    MANUAL: "needs a person",
    LOST: "information is lost; the run ends with an open item that names the loss",
}


def faults_page() -> str:
    """The page."""
    schema = schema_of("scenario")
    common = properties_of(schema, "FaultWritten")
    selecting = [row for row in properties_of(schema, "Loss") if row[0] in ("match", "order", "nth", "chance_ppm")]
    parts = [
        "Each fault is one entry of `faults:` in a scenario. It says what goes wrong (`fault`), where, and when. "
        "How to write a new one: [guide](../guides/write-a-fault.md).",
        "## What every fault may say",
        table(("Key", "Value", "Default", "Means"), ((code(k), v, d, m) for k, v, d, m in common)),
        "At most one of `at`, `after` and `on` says when it begins, at most one of `for` and `until` when it ends. A fault "
        "that can match nothing is refused; one that could, and never struck, makes the run `invalid`, unless it is `optional`.",
        "## Which messages it strikes",
        "Faults of a link, crashes and faults of letters strike single messages, letters or inputs:",
        table(("Key", "Value", "Default", "Means"), ((code(k), v, d, m) for k, v, d, m in selecting)),
        "A letter is what a party sends to itself: a timer, or a hand-over between two desks of one institution.",
        "## All of them",
        _overview(),
    ]
    shared = {row[0] for row in (*common, *selecting)}
    for model in _models():
        own = [row for row in properties_of(schema, model.__name__) if row[0] not in shared]
        behind = _BEHIND.get(model.__name__, facts.Fact)
        parts += [
            f"## {_word(model)}",
            sentence(model.__doc__),
            table(("Key", "Value", "Default", "Means"), ((code(k), v, d, m) for k, v, d, m in own)),
            f"Does: {sentence(behind.__doc__)}" if behind is not facts.Fact else "",
            _file_of(behind),
            _played_in(_word(model)),
        ]
    parts += ["## onword", "`on:` waits for a line of a business log.", _small(schema, "OnWord")]
    parts += ["## match", "`match:` says which messages are meant.", _small(schema, "Match")]
    parts += ["## Little words", kinds()]
    return page("Faults", *parts)


def properties_of(schema: dict[str, object], name: str) -> list[tuple[str, str, str, str]]:
    """The keys of a fault; those that all share are read off any of them."""
    if name != "FaultWritten":
        return properties(schema, name)
    shared = set(written.FaultWritten.model_fields)
    names = {field.alias or key for key, field in written.FaultWritten.model_fields.items()} | shared
    return [row for row in properties(schema, "Stop") if row[0] in names]


def _models() -> list[type[written.FaultWritten]]:
    return [
        model
        for model in vars(written).values()
        if isinstance(model, type) and issubclass(model, written.FaultWritten) and "fault" in model.model_fields
    ]


def _word(model: type[written.FaultWritten]) -> str:
    (word,) = model.model_fields["fault"].annotation.__args__  # type: ignore[union-attr]
    return str(word)


def _overview() -> str:
    rows = []
    for model in _models():
        behind = _BEHIND.get(model.__name__, facts.Fact)
        word = _word(model)
        handle, heals = getattr(behind, "handle", ""), getattr(behind, "heals", "")
        rows.append((f"[`{word}`](#{word})", sentence(model.__doc__), code(handle), _HEALS[heals]))
    return table(("Fault", "What happens", "Handle", "Afterwards"), rows)


def _file_of(behind: type) -> str:
    name = inspect.getfile(behind).rpartition("/")[2]
    return f"In the code: [`{behind.__name__}`](../../poslab/faults/{name})."


def _played_in(word: str) -> str:
    found = []
    for name in library_ids():
        text = find(name).raw.decode()
        if f"fault: {word}," in text or f"fault: {word}\n" in text or f"fault: {word}}}" in text:
            found.append(name)
    return f"Played in {codes(found)}." if found else ""


def _small(schema: dict[str, object], name: str) -> str:
    return table(("Key", "Value", "Default", "Means"), ((code(k), v, d, m) for k, v, d, m in properties(schema, name)))
