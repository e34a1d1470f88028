"""reference/scenario-keys.md and reference/world-keys.md: what may be written in files, from the models that read them."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from functools import cache
from typing import Any

from msgspec.structs import fields
from pydantic import TypeAdapter

from docs.from_code.markdown import bullets, code, codes, page, sentence, table
from poslab.messages.words import WORDS
from poslab.party.time import HOUR, MILLISECOND, MINUTE, SECOND
from poslab.world.calendar import Calendar
from poslab.world.cards import CARDS
from poslab.world.presets import PRESETS
from poslab.world.world import AccountBank, Acquirer, Issuer, Merchant, Network, Platform, Provider, Rail, Terminal, World
from scenarios.schema import times, written
from scenarios.schema.links import LINKS
from scenarios.schema.load import schema_of

Schema = dict[str, Any]

KINDS = {
    "Time": "time", "Length": "length", "SignedLength": "signed length", "Clock": "time of day", "Day": "day",
    "Amount": "amount", "Limit": "limit", "Slug": "id", "Name": "name",
}  # fmt: skip
"""The little words that mean the same in every file."""

_KIND_NOTES = {
    "time": 'when; see [Times](#times)',
    "length": f"how long: {times.LENGTH_FORM}",
    "signed length": 'how far off: like 45s or -2m',
    "time of day": 'like "23:00"',
    "day": "like 2026-01-05",
    "amount": 'money above zero in yuan, in quotes: "128.00"',
    "limit": "the same, zero included",
    "id": "small letters, digits, dashes",
    "name": "letters, digits, dots, dashes: victim, T1, 0210",
}

_MERGED = (
    "A variant says what is different in it. Mappings are merged key by key, everything else is replaced as a whole "
    "(a list too), and `~` takes a key away. A variant cannot change `schema`, `id`, `variants` or `default`."
)


def scenario_page() -> str:
    """Keys of a scenario file."""
    schema = schema_of("scenario")
    parts = [
        "A scenario is one YAML file. It is read strictly: YAML 1.2, so `on`, `NO` and `04:10` stay text; every key is "
        "known, every value has the type that is wanted; what can match nothing is refused. `poslab schema scenario` "
        "prints the same as JSON Schema. How to write one: [guide](../guides/write-a-scenario.md).",
        *_objects(schema, skip=_faults(schema) | {"OnWord", "Match"} | _settings(schema)),
        "Faults have a page of their own: [faults](faults.md). What `world.settings` may change is in [world keys](world-keys.md).",
        "## Variants",
        _MERGED,
        "## Little words",
        kinds(),
        "## Times",
        table(("Written", "Means"), ((code(left), right) for left, right in time_forms())),
        "## Test cards",
        "Only these exist. A card is named; a number is refused before it is stored, logged or echoed.",
        table(
            ("Card", "Product", "How its bank treats it", "Shown as"),
            ((code(card.ref), card.product, card.role, code(card.masked)) for card in CARDS.values()),
        ),
        "## Who says what to whom",
        "What `link` and `match.kind` of a fault can name. A terminal's link with the host is its own first hop: where a "
        "platform stands between, it ends there.",
        table(("From", "To", "Kinds"), ((code(a), code(b), codes(kinds)) for (a, b), kinds in LINKS.items())),
        "## Words to wait for",
        "What `on.word` can name, by who logs it; what each says is in [log words](log-words.md).",
        table(("Who", "Words"), ((code(role), codes(words)) for role, words in WORDS.items())),
    ]
    return page("Scenario keys", *parts)


def world_page() -> str:
    """Keys of a world file, with what holds where they are left out."""
    schema = schema_of("world")
    parts = [
        "A world says who exists: merchants with their terminals, the acquirer, a platform or none, the card network, "
        "banks, the interbank rail, the calendar. Most scenarios need no world file: they name a preset and change a few "
        "settings. `poslab schema world` prints the same as JSON Schema.",
        "## Presets",
        bullets(f"{code(name)}: {sentence(make.__doc__)}" for name, make in PRESETS.items()),
        *_objects(schema, skip=set(), defaults=_defaults()),
        "## Settings in a scenario",
        "`world.settings` of a scenario changes the same parameters: `terminal`, `merchant` and `issuer` by address, "
        "`acquirer`, `platform`, `network` and `distances` as they are.",
        "```yaml\nworld:\n  preset: corner-shop\n  settings:\n    terminal: {T1: {policy: drop}}\n"
        "    network: {answer_timeout: 20s}\n```",
        "## Little words",
        kinds(),
    ]
    return page("World keys", *parts)


def kinds() -> str:
    """The table of the little words."""
    return table(("Word", "Means"), ((code(name), note) for name, note in _KIND_NOTES.items()))


def time_forms() -> Iterator[tuple[str, str]]:
    """How times are written and what they mean, as the module that reads them tells it."""
    for line in (times.__doc__ or "").splitlines():
        if line.startswith("``"):
            left, right = line.split("``", 2)[1:]
            yield left, right.strip()


def properties(schema: Schema, name: str) -> list[tuple[str, str, str, str]]:
    """Key, kind, default and meaning of each key of one object of a schema."""
    part = schema if name == schema.get("title") else schema["$defs"][name]
    needed = part.get("required", ())
    rows = []
    for key, value in part.get("properties", {}).items():
        default = "**needed**" if key in needed else _default(value.get("default"))
        rows.append((key, kind_of(value), default, str(value.get("description", "")).replace("``", "`")))
    return rows


def _objects(schema: Schema, skip: set[str], defaults: Mapping[str, Mapping[str, str]] | None = None) -> Iterator[str]:
    """The objects of a schema, the file itself first, then as they are met."""
    for name in _met(schema):
        if name in skip:
            continue
        part = schema if name == schema["title"] else schema["$defs"][name]
        if "properties" not in part:
            continue
        known = (defaults or {}).get(name, {})
        rows = (
            (code(key), kind, known.get(key, default) if default in ("", "–") else default, means)
            for key, kind, default, means in properties(schema, name)
        )
        yield f"## {name}"
        yield sentence(part.get("description"))
        yield table(("Key", "Value", "Default", "Means"), rows)


def _met(schema: Schema) -> list[str]:
    """The names of a schema's objects in the order in which a reader meets them."""
    found = [str(schema["title"])]
    for name in found:
        part = schema if name == schema["title"] else schema["$defs"][name]
        for other in _references(part.get("properties", {})):
            if other not in found:
                found.append(other)
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def kind_of(value: Schema) -> str:
    """What a value must be, in a few words."""
    for combined in ("anyOf", "oneOf"):
        if combined in value:
            kinds = [kind_of(inner) for inner in value[combined] if inner.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in value:
        return codes(map(str, value["enum"]))
    if "const" in value:
        return code(str(value["const"]))
    if value.get("type") == "array":
        return f"list of {kind_of(value.get('items', {}))}"
    if value.get("type") == "object":
        inner = value.get("additionalProperties")
        return f"by name: {kind_of(inner)}" if isinstance(inner, dict) and inner else "keys and values"
    if value.get("type") == "string":
        core = {key: value[key] for key in ("type", "pattern", "examples") if key in value}
        return _known_kinds().get(repr(core), "text")
    if value.get("type") == "integer":
        low, high = value.get("minimum"), value.get("maximum")
        return "number" if low is None else f"number from {low:,} to {high:,}" if high is not None else f"number from {low:,}"
    return {"boolean": "`true` · `false`"}.get(str(value.get("type")), "anything")


@cache
def _known_kinds() -> dict[str, str]:
    return {repr(TypeAdapter(getattr(written, name)).json_schema()): kind for name, kind in KINDS.items()}


def _default(value: Any) -> str:
    if value is None or value in ({}, []):
        return "–"
    return code(str(value).lower() if isinstance(value, bool) else str(value))


def _faults(schema: Schema) -> set[str]:
    return {name for name, part in schema["$defs"].items() if "fault" in part.get("properties", {})}


def _settings(schema: Schema) -> set[str]:
    whole = {name for name in schema["$defs"] if name.endswith("Settings")}
    return whole | {"DistancesWritten"}


def _defaults() -> dict[str, dict[str, str]]:
    """What holds where a key of a world file is left out, by object."""
    kinds: dict[str, type] = {
        "TerminalWritten": Terminal, "MerchantWritten": Merchant, "AcquirerWritten": Acquirer,
        "PlatformWritten": Platform, "NetworkWritten": Network, "IssuerWritten": Issuer, "BankWritten": AccountBank,
        "RailWritten": Rail, "ProviderWritten": Provider, "CalendarWritten": Calendar, "DistancesWritten": World,
    }  # fmt: skip
    return {name: dict(_values(kind)) for name, kind in kinds.items()}


def _values(kind: type) -> Iterator[tuple[str, str]]:
    for field in fields(kind):
        value = field.default
        name = field.name
        if name.endswith("_us"):
            yield name.removesuffix("_us"), code(_length(value)) if isinstance(value, int) else "–"
        elif name.endswith("_fen"):
            yield name.removesuffix("_fen"), code(f"{value // 100}.{value % 100:02d}") if isinstance(value, int) else "–"
        elif kind is Calendar and isinstance(value, int):
            yield name, code(f"{value // HOUR:02d}:{value % HOUR // MINUTE:02d}")
        elif isinstance(value, bool | int | str):
            yield name, _default(value)
        elif isinstance(value, date | time):
            yield name, code(value.isoformat())
        elif hasattr(value, "zh"):
            yield name, f"{value.en} · {value.zh}"


def _length(value: int) -> str:
    for size, unit in ((HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (MILLISECOND, "ms")):
        if value and value % size == 0:
            return f"{value // size}{unit}"
    return "0s" if not value else f"{value}us"
