"""JSON Schemas of written files, with what the models' docstrings say of each key."""

import ast
import inspect
from functools import cache
from typing import Any

from pydantic import BaseModel

from scenarios.schema import faults, scenario_file, world_file, written

_MODULES = (written, faults, world_file, scenario_file)


def json_schema(model: type[BaseModel], address: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a model; every key that has a docstring is described."""
    schema = model.model_json_schema()
    said = _said()
    for name, part in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
        for key, value in part.get("properties", {}).items():
            for owner in _family(name):
                text = said.get((owner, key)) or said.get((owner, f"{key}_"))
                if text is not None:
                    value.setdefault("description", text)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": address, **schema}


@cache
def _said() -> dict[tuple[str, str], str]:
    """Class and field → the string that stands below the field."""
    found: dict[tuple[str, str], str] = {}
    for module in _MODULES:
        for made in ast.parse(inspect.getsource(module)).body:
            if not isinstance(made, ast.ClassDef):
                continue
            for line, below in zip(made.body, made.body[1:], strict=False):
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    text = below.value if isinstance(below, ast.Expr) else None
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found[made.name, line.target.id] = " ".join(text.value.split())
    return found


def _family(name: str) -> list[str]:
    """A model's own name and those of the models that it grew from."""
    for module in _MODULES:
        model = getattr(module, name, None)
        if isinstance(model, type):
            return [ancestor.__name__ for ancestor in model.__mro__]
    return [name]
