"""What is wrong with a command line that nobody can carry out, as typer says it and in Chinese as well."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import typer

from poslab.text import Text
from scenarios.schema.errors import COMMAND_LINE, BadInput, shown

_QUOTED = re.compile(r"'(.*?)'")
_IN_BRACKETS = re.compile(r"\((.*)\)")

HINT: Final = Text("poslab -h 列出所有命令", "poslab -h shows what there is")


def usage_text(wrong: typer.TyperException) -> Text:
    """The sentence with a hint; what typer says in a way that is not known here stands in brackets."""
    told = getattr(wrong, "format_message", wrong.__str__)()
    en = one_line(told)
    kinds = [_KINDS[kind.__name__] for kind in type(wrong).__mro__ if kind.__name__ in _KINDS]
    zh = (kinds[0](wrong) if kinds else "") or f"命令行有误（{en}）"
    return Text(f"{zh}；{HINT.zh}", f"{en}; {HINT.en}")


def refuse_what_is_empty(arguments: Sequence[str]) -> None:
    """``BadInput`` for an empty word, which is what a variable that is not set leaves on a line: no path, no name."""
    before = ""
    for word in arguments:
        option, is_said, value = word.partition("=")
        if is_said and not value and option.startswith("--"):
            before, word = option, ""
        if not word:
            what = Text("其后是空的", "what comes behind it is empty")
            raise BadInput(COMMAND_LINE, 0, before or "poslab", what, Text("请写上值，或去掉它", "write it, or leave it out"))
        before = word


def one_line(text: str) -> str:
    """A text of several lines as a part of a sentence."""
    return " ".join(text.split()).rstrip(".")


def _no_such_option(wrong: Any) -> str:
    near = f"（是不是 {'、'.join(sorted(wrong.possibilities))}？）" if wrong.possibilities else ""
    return f"没有选项 {shown(wrong.option_name)[1:-1]}{near}"


def _bad_option(wrong: Any) -> str:
    given_too_much = "not take a value" in wrong.message
    return f"选项 {wrong.option_name} 不带值" if given_too_much else f"选项 {wrong.option_name} 缺少值"


def _missing(wrong: Any) -> str:
    if wrong.param is None:
        return ""
    kind = "选项" if wrong.param.param_type_name == "option" else "参数"
    return f"缺少{kind} {_named(wrong)}{_choices(wrong.param, '，可用的有 ')}"


def _bad_value(wrong: Any) -> str:
    """Typer lets pydantic look at values, and pydantic says by a word what was wrong."""
    details: list[dict[str, Any]] = getattr(wrong.__cause__, "errors", list)()
    if wrong.param is None or not details:
        return ""
    detail = details[0]
    why = _choices(wrong.param, "可用的有 ")
    if detail["type"] in ("int_parsing", "int_type", "int_from_float"):
        why = "应为整数"
    for key, word in (("ge", "不小于"), ("le", "不大于"), ("gt", "大于"), ("lt", "小于")):
        if key in detail.get("ctx", {}):
            why = f"须{word} {detail['ctx'][key]}"
    return f"{_named(wrong)} 的值 {shown(detail['input'])} 不能用：{why or one_line(wrong.message)}"


def _other(wrong: Any) -> str:
    """No such command, or more words than it takes; only the sentence says which."""
    word = _QUOTED.search(wrong.message)
    if wrong.message.startswith("No such command") and word is not None:
        near = _QUOTED.search(wrong.message, word.end())
        return f"没有命令 {word[1]}" + (f"（是不是 {near[1]}？）" if near is not None else "")
    more = _IN_BRACKETS.search(wrong.message.partition("(s)")[2])
    return f"多余的参数：{more[1]}" if more is not None else ""


_KINDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "NoSuchOption": _no_such_option,
    "BadOptionUsage": _bad_option,
    "MissingParameter": _missing,
    "BadParameter": _bad_value,
    "UsageError": _other,
}
"""By their names: typer does not hand its classes out."""


def _named(wrong: Any) -> str:
    return " / ".join(word.strip("'") for word in wrong.param.get_error_hint().split(" / "))


def _choices(param: Any, before: str) -> str:
    choices = param.type_descriptor.choices
    return before + "、".join(str(choice.value) for choice in choices) if choices else ""
