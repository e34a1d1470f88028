"""Reads inputs back from the bytes in which journals and buses carry them.

A runtime does not know which messages exist: every input type that is loaded is known by its name. Reminders are their
party's own, so two institutions may call one alike.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from poslab.party.contract import Input, Reminder

BAD_BYTES: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)
"""What decoding raises where bytes are not what they should be, however they were made."""

Number = Annotated[int, Meta(ge=-(1 << 62), le=1 << 62)]
"""A whole number that every journal can hold."""

_TOO_LARGE: Final = re.compile(rb"\d{19}")

encode = msgspec.json.Encoder().encode


def refuse_large_numbers(message: bytes) -> None:
    """``msgspec.ValidationError`` where a number has more digits than anything of this trade."""
    if _TOO_LARGE.search(message):
        raise msgspec.ValidationError("a number in it is larger than anything of this trade")


@cache
def decoder_of(owner: str) -> Callable[[bytes], Input]:
    """Decodes what parties of a top-level package can be told; ``msgspec.DecodeError`` for anything else."""
    known = [kind for kind in _all(Input) if not issubclass(kind, Reminder) or _owner(kind) == owner]
    decode: Callable[[bytes], Input] = msgspec.json.Decoder(reduce(or_, known)).decode
    return decode


def owner_of(party: object) -> str:
    """The top-level package of a party."""
    return _owner(type(party))


def _owner(kind: type[Any]) -> str:
    return kind.__module__.partition(".")[0]


def _all(base: type[Input]) -> Iterator[type[Input]]:
    for kind in sorted(base.__subclasses__(), key=lambda kind: (kind.__module__, kind.__name__)):
        if kind is not Reminder and not kind.__name__.startswith("_"):
            yield kind
        yield from _all(kind)
