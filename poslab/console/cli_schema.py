"""``poslab schema``: what scenario files, worlds, results, histories and facts look like, as JSON Schema."""

import json
import sys
from typing import Any

import msgspec

FINE = 0
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def print_schema(what: str) -> int:
    """One JSON Schema document on standard output."""
    schema = {"result": _result, "history": _history, "facts": _facts}.get(what)
    found = schema() if schema is not None else _written(what)
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    return FINE


def _written(what: str) -> dict[str, Any]:
    from scenarios.schema.load import schema_of

    return schema_of("world" if what == "world" else "scenario")


def _result() -> dict[str, Any]:
    from scenarios.stage.result import Result

    return {"$schema": _DRAFT, **msgspec.json.schema(Result)}


def _history() -> dict[str, Any]:
    """A file's first line is the header; every other line is an array, as is everything in it."""
    from poslab.history.header import Header
    from poslab.history.line import Garbled, Heard
    from poslab.history.reading import INPUTS
    from poslab.party.contract import Accept, Became, Connect, Kept, Logged, Posted, Remind, Send

    told = tuple(INPUTS.values())
    effects = (Send, Remind, Connect, Accept, Posted, Logged, Became, Kept)
    refs, parts = msgspec.json.schema_components((Header, Heard, Garbled, *told, *effects))
    header, heard, garbled, *others = refs
    inputs, said = others[: len(told)], others[len(told) :]
    timer = {
        "description": "a party's private letter to itself: its name, what it is about, and what only the party reads",
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "string"}],
    }
    parts["Input"] = {"description": parts.get("Input", {}).get("description", ""), "anyOf": [*inputs, timer]}
    parts["Reminder"] = timer
    line = {
        "title": "a line",
        "description": "n, true time in µs since 2026-01-01 00:00 (UTC+8), party, what it was told, its effects",
        "type": "array",
        "prefixItems": [
            {"type": "integer", "minimum": 1},
            {"type": "integer"},
            {"type": "string"},
            {"anyOf": [heard, garbled, {"$ref": "#/$defs/Input"}]},
            {"type": "array", "items": {"anyOf": said}},
        ],
        "minItems": 5,
        "maxItems": 5,
    }
    return {"$schema": _DRAFT, "title": "a line of history.jsonl", "anyOf": [header, line], "$defs": parts}


def _facts() -> dict[str, Any]:
    """Facts as somebody states them: question → answer; what is left out is not known."""
    from poslab.history.evidence import FACTS
    from poslab.history.words import VIEWS

    def answer(name: str) -> dict[str, Any]:
        fact = FACTS[name]
        if fact.kind == "yes-no":
            return {"type": "boolean"}
        if fact.kind == "count":
            return {"type": "integer", "minimum": 0}
        if name == "cardholder":
            return {"type": "array", "items": {"enum": list(VIEWS[name])}}
        if fact.kind == "words":
            return {"type": "array", "items": {"type": "string"}}
        words = (
            [word.replace("CODE", "").replace("REASON", "") for word in VIEWS[name]]
            if fact.kind == "view"
            else fact.words
        )
        if not words:
            return {"type": "string"}
        fixed = [word for word in words if not word.endswith(":")]
        stems = [word for word in words if word.endswith(":")]
        if not stems:
            return {"enum": fixed}
        return {"anyOf": [{"enum": fixed}, *({"type": "string", "pattern": f"^{stem}.+$"} for stem in stems)]}

    properties = {
        name: {"title": fact.question.en, "description": fact.question.zh, **answer(name)}
        for name, fact in FACTS.items()
    }
    return {
        "$schema": _DRAFT,
        "title": "facts",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
