"""What every model of a written file shares: strictness, and the little words that are checked the same everywhere."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from poslab.money import fen
from poslab.text import Text, Unusable
from scenarios.schema import times
from scenarios.schema.errors import meant, nearest, shown

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
_MOST_FEN = 10**10 - 1


def is_slug(written: str) -> bool:
    """Whether it is a name of small letters, digits and dashes."""
    return _SLUG.fullmatch(written) is not None


def refusal(what: Text, remedy: Text, key: str = "") -> PydanticCustomError:
    """An error that carries its own remedy; ``key`` names a key inside the value at fault."""
    return PydanticCustomError("refusal", "{what}", {"what": what, "remedy": remedy, "key": key})


class Written(BaseModel):
    """A mapping in a file: only the keys that it knows, only the types that it says."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        if isinstance(given, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in given:
                if key not in known:
                    near = nearest(str(key), known)
                    listed = Text(f"此处的键有 {'、'.join(known)}", f"the keys here are {', '.join(known)}")
                    what = Text(f"没有这个键：{shown(str(key))}", f"unknown key {shown(str(key))}")
                    raise refusal(what, meant(near) if near else listed, str(key))
        return given


def no_test_card(name: str) -> Text:
    """What is wrong with a card's name that is on no list."""
    return Text(f"没有测试卡 {shown(name)}", f"{shown(name)} is no test card")


def unusable(value: str, wrong: Unusable) -> Text:
    """What is wrong with a written value."""
    return Text(f"{shown(value)} 不能用：{wrong.why.zh}", f"{shown(value)} cannot be used: {wrong.why.en}")


def _checked(check: Callable[[str], object], remedy: Text) -> AfterValidator:
    def run(value: str) -> str:
        try:
            check(value)
        except Unusable as wrong:
            raise refusal(unusable(value, wrong), remedy) from None
        return value

    return AfterValidator(run)


def _fits(pattern: re.Pattern[str], form: Text) -> Callable[[str], None]:
    def check(value: str) -> None:
        if pattern.fullmatch(value) is None:
            raise Unusable(form)

    return check


def _fen(value: str) -> int:
    try:
        return fen(value)
    except ValueError as wrong:
        raise Unusable(Text("金额写作 128.00，没有千位逗号", str(wrong))) from None


def _amount(value: str) -> None:
    if not 0 < _fen(value) <= _MOST_FEN:
        raise Unusable(Text("金额须大于 0.00，且不超过 99999999.99", "an amount is above 0.00 and at most 99999999.99"))


def _limit(value: str) -> None:
    if not 0 <= _fen(value) <= _MOST_FEN:
        raise Unusable(Text("限额须在 0.00 至 99999999.99 之间", "a limit is between 0.00 and 99999999.99"))


def _signed_length(value: str) -> None:
    times.length(value.removeprefix("-"))


def _text(examples: list[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": examples})


def like(example: str) -> Text:
    """A remedy that gives an example."""
    return Text(f"写法如 {example}", f"write it like {example}")


def _quoted(example: str) -> Text:
    return Text(f"请加引号，如 {example}", f"write it in quotes, like {example}")


_WRITE_LENGTH = Text(f"时长写法{times.LENGTH_FORM.zh}", f"write a length {times.LENGTH_FORM.en}")

Slug = Annotated[
    str,
    _checked(
        _fits(_SLUG, Text("名字由小写字母、数字与连字符组成", "a name of small letters, digits and dashes is wanted")),
        like("response-lost"),
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_SLUG.pattern}$"}),
]
"""An id: small letters, digits, dashes."""

Name = Annotated[
    str,
    _checked(
        _fits(_NAME, Text("名字由字母、数字、点与连字符组成", "a name of letters, digits, dots and dashes is wanted")),
        Text("写法如 victim 或 T1", "write it like victim or T1"),
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"}),
]
"""An order, an address, a kind."""

Length = Annotated[
    str,
    _checked(times.length, _WRITE_LENGTH),
    _text(["500ms", "45s", "2m", "1h30m", "1d"]),
]
"""How long."""

SignedLength = Annotated[
    str,
    _checked(
        _signed_length,
        Text(f"{_WRITE_LENGTH.zh}；提前则在前面加 -", f"{_WRITE_LENGTH.en}, with - in front for earlier"),
    ),
    _text(["45s", "-2m"]),
]
"""How far off."""

Time = Annotated[
    str,
    _checked(times.when, times.WRITE_TIME),
    _text(["10:15:30", "2026-01-10 14:00", "D+1 09:00", "T+1 09:00", "+75s", *times.WORDS]),
]
"""When."""

Clock = Annotated[str, _checked(times.time_of_day, like('"23:00"')), _text(["23:00"])]
"""A time of day."""

Day = Annotated[str, _checked(times.day, like("2026-01-05")), _text(["2026-01-05"])]
"""A calendar day."""

Amount = Annotated[str, _checked(_amount, _quoted('"128.00"')), _text(["128.00"])]
"""Money above zero, in yuan."""

Limit = Annotated[str, _checked(_limit, _quoted('"20.00"')), _text(["20.00"])]
"""Money, zero included, in yuan."""


class WrittenText(Written):
    """The same sentence in both languages."""

    zh: str
    """In Chinese."""
    en: str
    """In English."""

    def text(self) -> Text:
        """As everybody else knows it."""
        return Text(self.zh, self.en)
