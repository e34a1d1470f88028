"""What every model of a written file shares: strictness, and the little words that are checked the same everywhere."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from poslab.money import fen
from poslab.text import Text
from scenarios.schema import times
from scenarios.schema.errors import nearest, shown

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
_MOST_FEN = 10**10 - 1


def is_slug(written: str) -> bool:
    """Whether it is a name of small letters, digits and dashes."""
    return _SLUG.fullmatch(written) is not None


def refusal(what: str, remedy: str, key: str = "") -> PydanticCustomError:
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
                    remedy = f"did you mean {near}?" if near else f"the keys here are {', '.join(known)}"
                    raise refusal(f"unknown key {shown(str(key))}", remedy, str(key))
        return given


def _checked(check: Callable[[str], object], remedy: str) -> AfterValidator:
    def run(value: str) -> str:
        try:
            check(value)
        except ValueError as wrong:
            raise refusal(f"{shown(value)} cannot be used: {wrong}", remedy) from None
        return value

    return AfterValidator(run)


def _fits(pattern: re.Pattern[str], form: str) -> Callable[[str], None]:
    def check(value: str) -> None:
        if pattern.fullmatch(value) is None:
            raise ValueError(form)

    return check


def _amount(value: str) -> None:
    if not 0 < fen(value) <= _MOST_FEN:
        raise ValueError("an amount is above 0.00 and at most 99999999.99")


def _limit(value: str) -> None:
    if not 0 <= fen(value) <= _MOST_FEN:
        raise ValueError("a limit is between 0.00 and 99999999.99")


def _signed_length(value: str) -> None:
    times.length(value.removeprefix("-"))


def _text(examples: list[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": examples})


Slug = Annotated[
    str,
    _checked(_fits(_SLUG, "a name of small letters, digits and dashes is wanted"), "write it like response-lost"),
    WithJsonSchema({"type": "string", "pattern": f"^{_SLUG.pattern}$"}),
]
"""An id: small letters, digits, dashes."""

Name = Annotated[
    str,
    _checked(_fits(_NAME, "a name of letters, digits, dots and dashes is wanted"), "write it like victim or T1"),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"}),
]
"""An order, an address, a kind."""

Length = Annotated[
    str,
    _checked(times.length, f"write a length {times.LENGTH_FORM}"),
    _text(["500ms", "45s", "2m", "1h30m", "1d"]),
]
"""How long."""

SignedLength = Annotated[
    str,
    _checked(_signed_length, f"write a length {times.LENGTH_FORM}, with - in front for earlier"),
    _text(["45s", "-2m"]),
]
"""How far off."""

Time = Annotated[
    str,
    _checked(times.when, f"write a time {times.TIME_FORM}"),
    _text(["10:15:30", "2026-01-10 14:00", "D+1 09:00", "T+1 09:00", "+75s", *times.WORDS]),
]
"""When."""

Clock = Annotated[str, _checked(times.time_of_day, 'write it like "23:00"'), _text(["23:00"])]
"""A time of day."""

Day = Annotated[str, _checked(times.day, "write it like 2026-01-05"), _text(["2026-01-05"])]
"""A calendar day."""

Amount = Annotated[str, _checked(_amount, 'write it in quotes, like "128.00"'), _text(["128.00"])]
"""Money above zero, in yuan."""

Limit = Annotated[str, _checked(_limit, 'write it in quotes, like "20.00"'), _text(["20.00"])]
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
