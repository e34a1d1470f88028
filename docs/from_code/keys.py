"""reference/scenario-keys.md and reference/world-keys.md: what may be written in files, as their readers have it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from docs.from_code.defaults import defaults
from docs.from_code.markdown import anchor, bullets, code, codes, page, sentence, table
from poslab.diagnosis.catalogue import IDS
from poslab.messages.words import WORDS
from poslab.world.cards import CARDS
from poslab.world.presets import PRESETS
from scenarios.schema import times, written
from scenarios.schema.links import LINKS
from scenarios.schema.load import schema_of

Schema = dict[str, Any]

HEADS = ("Key", "Value", "Default", "Means")

_KINDS = {
    "Time": "time", "Length": "length", "SignedLength": "signed length", "Clock": "time of day", "Day": "day",
    "Amount": "amount", "Limit": "limit", "Slug": "id", "Name": "name",
}  # fmt: skip
"""The little words that mean the same in every file."""

_KIND_NOTES = {
    "time": "when; how it is written: [times](scenario-keys.md#times)",
    "length": f"how long, {times.LENGTH_FORM.en}",
    "signed length": "how far off, like 45s or -2m",
    "time of day": 'like "23:00"',
    "day": "like 2026-01-05",
    "amount": 'money above zero in yuan, in quotes: "128.00"',
    "limit": 'the same, zero included: "0.00"',
    "id": "small letters, digits, dashes",
    "name": "letters, digits, dots, dashes: victim, T1",
    "text": "any text",
}

_MERGED = (
    "A variant says what is different in it. Mappings are merged key by key, everything else is replaced as a whole "
    "(a list too), and `~` takes a key away. A variant cannot change `schema`, `id`, `variants` or `default`."
)

_VIEWS = ("terminal", "platform", "host", "issuer", "file", "payout", "merchant", "cardholder", "truth")


def scenario_page() -> str:
    """Keys of a scenario file."""
    schema = schema_of("scenario")
    skipped = {name for name in schema["$defs"] if name.endswith("Settings")} | {"DistancesWritten", "OnWord", "Match"}
    skipped |= {name for name, part in schema["$defs"].items() if "fault" in part.get("properties", {})}
    intro = (
        "A scenario is one YAML file. It is read strictly: YAML 1.2, so `on`, `NO` and `04:10` stay text; every key is "
        "known, every value has the type that is wanted, and what can match nothing is refused. `poslab schema "
        "scenario` prints the same as JSON Schema. How to write one: [guide](../guides/write-a-scenario.md)."
    )
    links = (
        "What `link` and `match.kind` of a fault can name. A terminal's link with the host is its own first hop: "
        "where a platform stands between, it ends there."
    )
    elsewhere = (
        "Faults have [a page of their own](faults.md). What `world.settings` may change is in "
        "[world keys](world-keys.md#settings-in-a-scenario)."
    )
    cards = ((code(card.ref), card.product, card.role, code(card.masked)) for card in CARDS.values())
    return page(
        "Scenario keys",
        intro,
        *_objects(schema, skipped, {}),
        elsewhere,
        "## Variants of a scenario",
        _MERGED,
        "## Little words",
        kinds(),
        "## Times",
        table(("Written", "Means"), ((code(left), right) for left, right in time_forms())),
        "## Test cards",
        "Only these exist. A card is named; a number is refused before it is stored, logged or echoed.",
        table(("Card", "Product", "How its bank treats it", "Shown as"), cards),
        "## Who says what to whom",
        links,
        table(("From", "To", "Kinds"), ((code(a), code(b), codes(said)) for (a, b), said in LINKS.items())),
        "## Words to wait for",
        "What `on.word` of a fault can name, by who logs it. What each says is in [log words](log-words.md).",
        table(("Who", "Words"), ((code(role), codes(words)) for role, words in WORDS.items())),
    )


def world_page() -> str:
    """Keys of a world file, with what holds where they are left out."""
    schema = schema_of("world")
    intro = (
        "A world says who exists: merchants with their terminals, the acquirer, a platform or none, the card "
        "network, banks, the interbank rail, the calendar. Most scenarios need no world file: they name a preset "
        "and change a few settings. `poslab schema world` prints the same as JSON Schema."
    )
    settings = (
        "`world.settings` of a scenario changes the same parameters: those of `terminal`, `merchant` and `issuer` by "
        "address, those of `acquirer`, `platform`, `network` and `distances` as they are."
    )
    example = (
        "```yaml\nworld:\n  preset: corner-shop\n  settings:\n"
        "    terminal: {T1: {policy: drop}}\n    network: {answer_timeout: 20s}\n```"
    )
    return page(
        "World keys",
        intro,
        "## Presets",
        bullets(f"{code(name)}: {sentence(make.__doc__)}" for name, make in PRESETS.items()),
        *_objects(schema, set(), defaults()),
        "## Settings in a scenario",
        settings,
        example,
        "## Little words",
        kinds(),
    )


def kinds() -> str:
    """The table of the little words."""
    return table(("Word", "Means"), ((code(name), note) for name, note in _KIND_NOTES.items()))


def time_forms() -> Iterator[tuple[str, str]]:
    """How times are written and what they mean, as the module that reads them tells it."""
    for line in (times.__doc__ or "").splitlines():
        if line.startswith("``"):
            left, right = line.split("``", 2)[1:]
            yield left, right.strip()


def properties(schema: Schema, name: str, titles: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Key, kind, default and meaning of each key of one object of a schema."""
    part = _part(schema, name)
    needed = part.get("required", ())
    rows = []
    for key, value in part.get("properties", {}).items():
        default = "**needed**" if key in needed else _default(value.get("default"))
        rows.append((key, _kind_of_key(name, key, value, titles), default, sentence(value.get("description"))))
    return rows


def _objects(schema: Schema, skip: set[str], known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The objects of a schema, the file itself first, then as a reader meets them."""
    titles = _titles(schema)
    for name, title in titles.items():
        part = _part(schema, name)
        if name in skip or "properties" not in part:
            continue
        held = known.get(name, {})
        rows = (
            (code(key), kind, held.get(key, default) if default == "–" else default, means)
            for key, kind, default, means in properties(schema, name, titles)
        )
        yield f"## {title}"
        yield sentence(part.get("description"))
        yield table(HEADS, rows)


def _part(schema: Schema, name: str) -> Schema:
    part: Schema = schema if name == schema.get("title") else schema["$defs"][name]
    return part


def _titles(schema: Schema) -> dict[str, str]:
    """Object → the way to it, as in ``world.settings``, in the order in which a reader meets them."""
    found = {str(schema["title"]): "The file"}
    ways = {str(schema["title"]): ""}
    for name in (names := list(found)):
        for key, value in _part(schema, name).get("properties", {}).items():
            for other, tail in _references(value):
                if other not in found:
                    way = f"{ways[name]}.{key}{tail}".lstrip(".")
                    found[other], ways[other] = ("Texts", way) if other == "WrittenText" else (way, way)
                    names.append(other)
    return found


def _references(value: Any, tail: str = "") -> Iterator[tuple[str, str]]:
    """The objects that a value may be, with ``(each)`` for an entry of a list and ``.NAME`` for one of a mapping."""
    if not isinstance(value, dict):
        return
    if isinstance(value.get("$ref"), str):
        yield value["$ref"].rpartition("/")[2], tail
    for combined in ("anyOf", "oneOf"):
        for inner in value.get(combined, ()):
            yield from _references(inner, tail)
    yield from _references(value.get("items"), f"{tail} (each)")
    for inner in _by_name(value):
        yield from _references(inner, f"{tail}.NAME")


def _by_name(value: Schema) -> list[Any]:
    return [value.get("additionalProperties"), *value.get("patternProperties", {}).values()]


def _kind_of_key(name: str, key: str, value: Schema, titles: Mapping[str, str]) -> str:
    if name == "Expected" and key in _VIEWS:
        word = f"[{key} word](view-words.md#{key})"
        return f"list of {word}s" if key == "cardholder" else word
    if name == "ScenarioFile" and key == "faults":
        return "list of [faults](faults.md)"
    if name == "WorldChosen" and key == "settings":
        return "[settings](world-keys.md#settings-in-a-scenario)"
    if key == "violates":
        return "list of [checks](checks.md)"
    if key == "code":
        return "[response code](response-codes.md)"
    return kind_of(value, titles)


def kind_of(value: Schema, titles: Mapping[str, str]) -> str:
    """What a value must be, in a few words."""
    for combined in ("anyOf", "oneOf"):
        if combined in value:
            said = [kind_of(inner, titles) for inner in value[combined] if inner.get("type") != "null"]
            return " or ".join(dict.fromkeys(said))
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        title = titles.get(name, name.lower())
        return f"[{title}](#{anchor(title)})"
    if "enum" in value:
        words = tuple(map(str, value["enum"]))
        known = {tuple(IDS): "[cause](causes.md)", tuple(CARDS): "[test card](scenario-keys.md#test-cards)"}
        return known.get(words) or codes(words)
    if "const" in value:
        return code(str(value["const"]))
    return _plain(value, titles)


def _plain(value: Schema, titles: Mapping[str, str]) -> str:
    kind = value.get("type")
    if kind == "array":
        return f"list of {kind_of(value.get('items', {}), titles)}"
    if kind == "object":
        inner = next((each for each in _by_name(value) if isinstance(each, dict) and each), None)
        return "keys and values" if inner is None else f"by name: {kind_of(inner, titles)}"
    if kind == "string":
        return _known_kinds().get(_core(value), "text")
    if kind == "integer":
        low, high = value.get("minimum"), value.get("maximum")
        upper = f" to {high:,}" if high is not None else ""
        return "number" if low is None else f"number from {low:,}{upper}"
    return {"boolean": "`true` · `false`"}.get(str(kind), "anything")


def _core(value: Schema) -> str:
    return repr([value.get(key) for key in ("type", "pattern", "examples")])


@cache
def _known_kinds() -> dict[str, str]:
    return {_core(TypeAdapter(getattr(written, name)).json_schema()): kind for name, kind in _KINDS.items()}


def _default(value: Any) -> str:
    if value is None or value in ({}, []):
        return "–"
    return code(str(value).lower() if isinstance(value, bool) else str(value))
