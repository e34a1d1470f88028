"""Cleared payments, kept for as long as somebody may come back to them: with a refund, a chargeback, a retrieval.

Hardly anybody does, so a clearing part is one block of bytes with the range of its retrieval references beside it, and
is unpacked only where that range has the one asked for. Older parts are bound together, and written down column by
column: in a column of references each is one more than the last, and a payment takes about three bytes.
"""

import zlib
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise, repeat
from typing import Any, Final

import msgspec
from msgspec import Struct

from poslab.messages.disputes import is_case
from poslab.messages.funding import ClearingLine
from poslab.party.time import DAY, date_of, midnight
from poslab.world.calendar import day_of_word, day_word

KEPT_AFTER_DAYS: Final = 5
"""So many days longer than anybody may come, so that who comes too late is told so."""
BOUND: Final = 8
"""So many parts are bound together, when there are as many newer ones."""

_NUMBERED: Final = ("about", "key", "rrn")
"""Columns of names that end in numbers."""
_DIGITS: Final = "0123456789"
_MOST_DIGITS: Final = 15
"""Longer numbers would not fit where they are written."""

_pack = msgspec.msgpack.Encoder().encode
_rows = msgspec.msgpack.Decoder(list[ClearingLine]).decode
_columns = msgspec.msgpack.Decoder(list[list[Any]]).decode


class Part(Struct, frozen=True, array_like=True):
    """A clearing part's payments, or those of parts that are bound together."""

    business_date: str
    """The last one."""
    first_rrn: str
    last_rrn: str
    packed: bytes
    dates: tuple[tuple[str, int], ...] = ()
    """Of bound parts: business dates, and how many payments each has."""


class Archive:
    """Parts, the oldest first."""

    def __init__(self, days: int) -> None:
        self._kept_days = days + KEPT_AFTER_DAYS
        self._parts: list[Part] = []
        self._bound = 0
        """So many of the parts, the oldest, are bound."""

    def keep(self, business_date: str, lines: tuple[ClearingLine, ...]) -> None:
        """Keep the payments of a clearing part; forget those that are too old."""
        payments = [line for line in lines if line.amount_fen > 0 and not is_case(line.key)]
        if payments:
            references = [line.rrn for line in payments]
            packed = zlib.compress(_pack(payments), 1)
            self._parts.append(Part(business_date, min(references), max(references), packed))
        if len(self._parts) - self._bound >= 2 * BOUND:
            loose = self._parts[self._bound : self._bound + BOUND]
            self._parts[self._bound : self._bound + BOUND] = [_bound(loose)]
            self._bound += 1
        oldest = day_word(date_of(midnight(day_of_word(business_date)) - self._kept_days * DAY))
        while self._parts and self._parts[0].business_date < oldest:
            del self._parts[0]
            self._bound = max(self._bound - 1, 0)

    def find(self, key: str, rrn: str) -> tuple[str, ClearingLine] | None:
        """Business date and line of a payment, by the attempt's key and its RRN."""
        found = self.by_rrn(rrn)
        return found if found is not None and found[1].key == key else None

    def by_rrn(self, rrn: str) -> tuple[str, ClearingLine] | None:
        """The same, by the RRN alone."""
        for part in reversed(self._parts):
            if part.first_rrn <= rrn <= part.last_rrn:
                for business_date, line in _payments(part):
                    if line.rrn == rrn:
                        return business_date, line
        return None

    def references(self, business_date: str) -> frozenset[str]:
        """The retrieval references of all payments of a business date's file."""
        return frozenset(
            line.rrn
            for part in self._parts
            if business_date in (part.business_date, *(date for date, _ in part.dates))
            for date, line in _payments(part)
            if date == business_date
        )

    def held(self) -> list[Part]:
        """The state."""
        return self._parts

    def restore(self, held: list[Part]) -> None:
        """Take a state."""
        self._parts = held
        self._bound = sum(1 for part in held if part.dates)


def _payments(part: Part) -> Iterator[tuple[str, ClearingLine]]:
    """What is in a part, with the business dates."""
    content = zlib.decompress(part.packed)
    if not part.dates:
        yield from zip(repeat(part.business_date), _rows(content))
        return
    columns = iter(_columns(content))
    read = [
        _names(next(columns), next(columns), next(columns)) if field in _NUMBERED else next(columns)
        for field in ClearingLine.__struct_fields__
    ]
    dates = chain.from_iterable(repeat(date, count) for date, count in part.dates)
    yield from zip(dates, map(ClearingLine, *read), strict=True)


def _bound(parts: Sequence[Part]) -> Part:
    """One part of many."""
    dated = [payment for part in parts for payment in _payments(part)]
    dates = tuple((date, len(list(same))) for date, same in groupby(date for date, _ in dated))
    lines = [line for _, line in dated]
    columns: list[Sequence[Any]] = []
    for field in ClearingLine.__struct_fields__:
        column = [getattr(line, field) for line in lines]
        columns += _steps(column) if field in _NUMBERED else [column]
    first, last = min(part.first_rrn for part in parts), max(part.last_rrn for part in parts)
    return Part(max(date for date, _ in dates), first, last, zlib.compress(_pack(columns)), dates)


def _steps(names: Sequence[str]) -> tuple[list[str], list[int], list[int]]:
    """Names as what stands before the number at their end, its length, and by how much it is more than the last."""
    heads = [name[: max(len(name.rstrip(_DIGITS)), len(name) - _MOST_DIGITS)] for name in names]
    tails = [name[len(head) :] for name, head in zip(names, heads, strict=True)]
    numbers = [0, *(int(tail or 0) for tail in tails)]
    return heads, [len(tail) for tail in tails], [after - before for before, after in pairwise(numbers)]


def _names(heads: Sequence[str], lengths: Sequence[int], steps: Sequence[int]) -> list[str]:
    """The names that ``_steps`` took apart."""
    names: list[str] = []
    number = 0
    for head, length, step in zip(heads, lengths, steps, strict=True):
        number += step
        names.append(f"{head}{number:0{length}d}" if length else head)
    return names
