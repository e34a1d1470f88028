"""A file being read: its tree, its name, and refusals that point at the right line."""

from typing import NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scenarios.schema.errors import BadInput, one_of, shown
from scenarios.schema.yaml_strict import Mapping, line_of, plain, read, written_path

Model = TypeVar("Model", bound=BaseModel)

Path = tuple[str | int, ...]

_WANTED = {
    "string_type": ("text", "put it in quotes"),
    "int_type": ("a whole number", "write it in digits, without quotes"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "list_type": ("a list", "begin each entry with a dash"),
    "dict_type": ("keys with values", "write key: value on lines of their own"),
    "model_type": ("keys with values", "write key: value on lines of their own"),
    "model_attributes_type": ("keys with values", "write key: value on lines of their own"),
}


class Page:
    """One written file, as far as it has been understood."""

    def __init__(self, name: str, tree: Mapping) -> None:
        self.name = name
        self.tree = tree

    @classmethod
    def of(cls, name: str, raw: bytes) -> "Page":
        """Read the bytes of a file strictly; ``BadInput`` if it is no YAML of the kind that is wanted."""
        return cls(name, read(raw, name))

    def refuse(self, path: Path, what: str, remedy: str) -> NoReturn:
        """Raise ``BadInput`` for the value at ``path``."""
        kept = written_path(self.tree, path)
        raise BadInput(self.name, line_of(self.tree, kept), ".".join(str(part) for part in path), what, remedy)

    def model(self, kind: type[Model]) -> Model:
        """The whole file as a model; ``BadInput`` for the first thing in it that is wrong."""
        try:
            return kind.model_validate(plain(self.tree))
        except ValidationError as wrong:
            self._refuse(min(wrong.errors(include_url=False), key=lambda detail: line_of(self.tree, detail["loc"])))

    def _refuse(self, detail: ErrorDetails) -> NoReturn:
        path = written_path(self.tree, detail["loc"])
        kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
        if kind == "refusal":
            inner = context["key"]
            self.refuse((*path, inner) if inner else path, context["what"], context["remedy"])
        if kind == "missing":
            key = str(detail["loc"][-1])
            self.refuse((*path, key), f"the key {key} is missing", "add it")
        if kind in _WANTED:
            wanted, remedy = _WANTED[kind]
            self.refuse(path, f"{wanted} is wanted here, not {_named(given)}", remedy)
        if kind == "literal_error":
            expected = str(context["expected"])
            words = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
            self.refuse(path, f"{_named(given)} is not known here", one_of(str(given), words))
        if kind == "union_tag_not_found":
            key = str(context["discriminator"]).strip("'")
            self.refuse((*path, key), f"the key {key} is missing", "add it")
        if kind == "union_tag_invalid":
            key = str(context["discriminator"]).strip("'")
            tag = str(context["tag"])
            tags = str(context["expected_tags"]).replace("'", "").split(", ")
            self.refuse((*path, key), f"{shown(tag)} is not known here", one_of(tag, tags))
        if kind in ("greater_than_equal", "less_than_equal", "greater_than"):
            bound = context.get("ge", context.get("le", context.get("gt")))
            word = {"greater_than_equal": "at least", "less_than_equal": "at most", "greater_than": "above"}[kind]
            self.refuse(path, f"{_named(given)} is out of range", f"write a number {word} {bound}")
        self.refuse(path, f"{_named(given)} cannot be used ({detail['msg']})", "mend it")


def _named(given: object) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, dict):
        return "keys with values"
    if isinstance(given, list):
        return "a list"
    return shown(given)
