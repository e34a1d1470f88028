"""Reads docker-compose.yml as Compose does: checked against the published schema, merged, variables filled in."""

import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docker-compose.yml"
SCHEMA = json.loads((ROOT / "tests" / "deploy" / "compose-spec.json").read_text(encoding="utf-8"))

_VARIABLE = re.compile(r"\$\{(?P<name>\w+):-(?P<default>[^}]*)\}")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
_KNOWN = {
    "$ref", "$schema", "$id", "title", "description", "type", "properties", "patternProperties", "required",
    "additionalProperties", "oneOf", "enum", "items", "uniqueItems", "pattern", "minimum", "maximum", "format",
    "default", "deprecated", "definitions",
}  # fmt: skip


def loaded(text: str | None = None) -> Any:
    """The file, with what it merges merged."""
    return YAML(typ="safe", pure=True).load(text if text is not None else FILE.read_text(encoding="utf-8"))


def filled_in(value: Any, given: dict[str, str]) -> Any:
    """With ``${NAME:-default}`` replaced by what is given, or the default."""
    if isinstance(value, dict):
        return {name: filled_in(each, given) for name, each in value.items()}
    if isinstance(value, list):
        return [filled_in(each, given) for each in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: given.get(found["name"], found["default"]), value)
    return value


def faults_of(value: Any, schema: Any = SCHEMA, where: str = "") -> list[str]:
    """What of a value the schema does not allow: the part of JSON Schema (draft 7) that the published file uses."""
    if isinstance(schema, bool):
        return [] if schema else [f"{where}: not allowed"]
    strange = set(schema) - _KNOWN
    assert not strange, f"the schema uses {sorted(strange)}, which nothing here checks"
    if "$ref" in schema:
        return faults_of(value, SCHEMA["definitions"][schema["$ref"].removeprefix("#/definitions/")], where)
    if "oneOf" in schema:
        tried = [faults_of(value, each, where) for each in schema["oneOf"]]
        if sum(1 for each in tried if not each) != 1:
            return [f"{where}: fits none of its forms, or several", *min(tried, key=len)]
    if "type" in schema and not _is_of(value, schema["type"]):
        return [f"{where}: {schema['type']} is wanted"]
    told = [f"{where}: one of {schema['enum']} is wanted"] if value not in schema.get("enum", [value]) else []
    if isinstance(value, dict):
        told += _in_object(value, schema, where)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            told += faults_of(each, schema.get("items", True), f"{where}[{place}]")
        if schema.get("uniqueItems") and len({json.dumps(each, sort_keys=True) for each in value}) != len(value):
            told.append(f"{where}: one thing twice")
    elif isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value):
            told.append(f"{where}: {schema['pattern']} is wanted")
    elif isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        told.append(f"{where}: out of bounds")
    return told


def _in_object(value: dict[str, Any], schema: Any, where: str) -> list[str]:
    told = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
    patterns = schema.get("patternProperties", {})
    for name, each in value.items():
        schemas = [one for pattern, one in patterns.items() if re.search(pattern, name)]
        if name in schema.get("properties", {}):
            schemas.append(schema["properties"][name])
        for one in schemas or [schema.get("additionalProperties", True)]:
            told += faults_of(each, one, f"{where}.{name}")
    return told


def _is_of(value: Any, wanted: str | list[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)
