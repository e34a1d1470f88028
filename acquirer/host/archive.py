"""Cleared payments, kept for as long as somebody may come back to them: with a refund, a chargeback, a retrieval.

Hardly anybody does, so a clearing part is one block of bytes with the range of its retrieval references beside it, and
is unpacked only where that range has the one asked for. Older parts are bound together, and written down column by
column: in a column of references each is one more than the last, a fee is mostly its card's share of the amount, and
so a payment takes little more than the two bytes of its amount.
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
_FEES: Final = ("merchant_fee_fen", "interchange_fen", "acquirer_fee_fen", "issuer_fee_fen")
"""Columns of shares of the amount."""
_PPM: Final = 1_000_000
_LOOKED_AT: Final = 16
"""From so many payments of a merchant with a card, about, a share is found."""
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
    read: dict[str, Sequence[Any]] = {}
    for field in ClearingLine.__struct_fields__:
        if field in _NUMBERED:
            read[field] = _names(next(columns), next(columns), next(columns))
        elif field in _FEES:
            taken = _taken(_kinds(read["mid"], read["card"]), read["amount_fen"], next(columns))
            read[field] = [fee + more for fee, more in zip(taken, next(columns), strict=True)]
        else:
            read[field] = _amounts(next(columns)) if field == "amount_fen" else next(columns)
    dates = chain.from_iterable(repeat(date, count) for date, count in part.dates)
    yield from zip(dates, map(ClearingLine, *read.values()), strict=True)


def _bound(parts: Sequence[Part]) -> Part:
    """One part of many."""
    dated = [payment for part in parts for payment in _payments(part)]
    dates = tuple((date, len(list(same))) for date, same in groupby(date for date, _ in dated))
    written = {field: [getattr(line, field) for _, line in dated] for field in ClearingLine.__struct_fields__}
    kinds = _kinds(written["mid"], written["card"])
    looked_at = _some_of_each(kinds)
    columns: list[Any] = []
    for field, column in written.items():
        if field in _NUMBERED:
            columns += _steps(column)
        elif field in _FEES:
            amounts = written["amount_fen"]
            shares = [_share(sorted((amounts[place], column[place]) for place in places)) for places in looked_at]
            taken = _taken(kinds, amounts, shares)
            columns += [shares, [fee - share for fee, share in zip(column, taken, strict=True)]]
        else:
            columns.append(_by_bytes(column) if field == "amount_fen" else column)
    first, last = min(part.first_rrn for part in parts), max(part.last_rrn for part in parts)
    return Part(max(date for date, _ in dates), first, last, zlib.compress(_pack(columns)), dates)


def _by_bytes(amounts: Sequence[int]) -> list[bytes]:
    """Their lowest bytes, then the next higher ones, and so on: the higher ones have little to tell."""
    width = (max(amounts).bit_length() + 7) // 8
    return [bytes([amount >> 8 * place & 255 for amount in amounts]) for place in range(width)]


def _amounts(written: Sequence[bytes]) -> list[int]:
    """The amounts that ``_by_bytes`` took apart."""
    amounts = [0] * len(written[0])
    for place, column in enumerate(written):
        amounts = [amount | byte << 8 * place for amount, byte in zip(amounts, column, strict=True)]
    return amounts


def _kinds(mids: Sequence[str], cards: Sequence[str]) -> list[int]:
    """Merchant and card of each payment as a number, in the order in which they come up."""
    numbers: dict[tuple[str, str], int] = {}
    return [numbers.setdefault(kind, len(numbers)) for kind in zip(mids, cards, strict=True)]


def _some_of_each(kinds: Sequence[int]) -> list[list[int]]:
    """Where some payments of each kind stand."""
    places: dict[int, list[int]] = {}
    for place, kind in enumerate(kinds):
        places.setdefault(kind, []).append(place)
    return [each[:: len(each) // _LOOKED_AT + 1] for each in places.values()]


def _share(paid: Sequence[tuple[int, int]]) -> int:
    """The share in ppm that rounds to most of these fees, small amounts first; 0 where there is none."""
    low, high, fit = 0, _PPM, 0
    for amount, fee in paid:
        at_least = -((1 - 2 * fee) * _PPM // (2 * amount))
        below = -((-1 - 2 * fee) * _PPM // (2 * amount))
        if at_least <= high and below > low:
            low, high = max(low, at_least), min(high, below - 1)
            fit += 1
    return (low + high) // 2 if 2 * fit > len(paid) else 0


def _taken(kinds: Sequence[int], amounts: Sequence[int], shares: Sequence[int]) -> list[int]:
    """What the share of its kind takes from each amount."""
    return [(amount * shares[kind] + _PPM // 2) // _PPM for kind, amount in zip(kinds, amounts, strict=True)]


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
