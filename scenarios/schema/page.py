"""A file being read: its tree, its name, and refusals that point at the right line."""

from typing import NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from poslab.text import Text
from scenarios.schema.errors import BadInput, one_of, shown
from scenarios.schema.yaml_strict import Mapping, line_of, plain, read, written_path

Model = TypeVar("Model", bound=BaseModel)

Path = tuple[str | int, ...]

_KEYS = (
    Text("键值", "keys with values"),
    Text("请写成 key: value，每行一个", "write key: value on lines of their own"),
)
_WANTED = {
    "string_type": (Text("文本", "text"), Text("请加引号", "put it in quotes")),
    "int_type": (Text("整数", "a whole number"), Text("请写数字，不加引号", "write it in digits, without quotes")),
    "bool_type": (
        Text("true 或 false", "true or false"),
        Text("请写 true 或 false，不加引号", "write true or false, without quotes"),
    ),
    "list_type": (Text("列表", "a list"), Text("每项请以短横线开头", "begin each entry with a dash")),
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
}
_BOUNDS = {
    "greater_than_equal": Text("不小于", "at least"),
    "less_than_equal": Text("不大于", "at most"),
    "greater_than": Text("大于", "above"),
}
_UNFIT = {"too_short": "项数过少", "too_long": "项数过多", "string_pattern_mismatch": "格式不符"}
"""What pydantic says in English; nothing else of it comes through, as far as is known."""


class Page:
    """One written file, as far as it has been understood."""

    def __init__(self, name: str, tree: Mapping) -> None:
        self.name = name
        self.tree = tree

    @classmethod
    def of(cls, name: str, raw: bytes) -> "Page":
        """Read the bytes of a file strictly; ``BadInput`` if it is no YAML of the kind that is wanted."""
        return cls(name, read(raw, name))

    def refuse(self, path: Path, what: Text, remedy: Text) -> NoReturn:
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
            self._refuse_missing(path, str(detail["loc"][-1]))
        if kind in _WANTED:
            wanted, remedy = _WANTED[kind]
            self.refuse(path, wanted_here(wanted, _named(given)), remedy)
        if kind == "literal_error":
            expected = str(context["expected"])
            words = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
            self.refuse(path, unknown_here(_named(given)), one_of(str(given), words))
        if kind == "union_tag_not_found":
            self._refuse_missing(path, str(context["discriminator"]).strip("'"))
        if kind == "union_tag_invalid":
            key = str(context["discriminator"]).strip("'")
            tag = str(context["tag"])
            tags = str(context["expected_tags"]).replace("'", "").split(", ")
            self.refuse((*path, key), unknown_here(shown(tag)), one_of(tag, tags))
        named = _named(given)
        if kind in _BOUNDS:
            bound, word = context.get("ge", context.get("le", context.get("gt"))), _BOUNDS[kind]
            remedy = Text(f"请写{word.zh} {bound} 的数", f"write a number {word.en} {bound}")
            self.refuse(path, Text(f"超出范围：{named.zh}", f"{named.en} is out of range"), remedy)
        why = _UNFIT.get(kind, detail["msg"])
        what = Text(f"不能用：{named.zh}（{why}）", f"{named.en} cannot be used ({detail['msg']})")
        self.refuse(path, what, Text("请改正", "mend it"))

    def _refuse_missing(self, path: Path, key: str) -> NoReturn:
        self.refuse((*path, key), Text(f"缺少键 {key}", f"the key {key} is missing"), Text("请补上", "add it"))


def wanted_here(wanted: Text, given: Text | str) -> Text:
    """What is wrong where something of another kind is written."""
    named = given if isinstance(given, Text) else Text(given, given)
    return Text(f"此处应为{wanted.zh}，写的却是：{named.zh}", f"{wanted.en} is wanted here, not {named.en}")


def unknown_here(given: Text | str) -> Text:
    """What is wrong with a word outside a closed list."""
    named = given if isinstance(given, Text) else Text(given, given)
    return Text(f"此处不能写：{named.zh}", f"{named.en} is not known here")


def _named(given: object) -> Text:
    if given is None:
        return Text("空值", "nothing")
    if isinstance(given, bool):
        return Text("true", "true") if given else Text("false", "false")
    if isinstance(given, dict):
        return Text("键值", "keys with values")
    if isinstance(given, list):
        return Text("列表", "a list")
    return Text(shown(given), shown(given))
