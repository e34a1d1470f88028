"""Cleared payments, kept for as long as they can be refunded: the clearing parts themselves, packed.

Nobody looks at them but a refund, so a part is one block of bytes with the range of its retrieval references beside
it, and is unpacked only where that range has the one asked for.
"""

import zlib
from typing import Final

import msgspec
from msgspec import Struct

from poslab.messages.disputes import is_case
from poslab.messages.funding import ClearingLine
from poslab.party.time import DAY, date_of, midnight
from poslab.world.calendar import day_of_word, day_word

KEPT_AFTER_DAYS: Final = 5
"""So many days longer than the refund window, so that who comes too late is told so."""

_LEVEL: Final = 1
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[ClearingLine]).decode


class Part(Struct, frozen=True, array_like=True):
    """A clearing part's payments."""

    business_date: str
    first_rrn: str
    last_rrn: str
    packed: bytes


class Archive:
    """Parts, the oldest first."""

    def __init__(self, refund_days: int) -> None:
        self._kept_days = refund_days + KEPT_AFTER_DAYS
        self._parts: list[Part] = []

    def keep(self, business_date: str, lines: tuple[ClearingLine, ...]) -> None:
        """Keep the payments of a clearing part; forget those that are too old."""
        payments = [line for line in lines if line.amount_fen > 0 and not is_case(line.key)]
        if payments:
            references = [line.rrn for line in payments]
            packed = zlib.compress(_pack(payments), _LEVEL)
            self._parts.append(Part(business_date, min(references), max(references), packed))
        oldest = day_word(date_of(midnight(day_of_word(business_date)) - self._kept_days * DAY))
        while self._parts and self._parts[0].business_date < oldest:
            del self._parts[0]

    def find(self, key: str, rrn: str) -> tuple[str, ClearingLine] | None:
        """Business date and line of a payment, by the attempt's key and its RRN."""
        found = self.by_rrn(rrn)
        return found if found is not None and found[1].key == key else None

    def by_rrn(self, rrn: str) -> tuple[str, ClearingLine] | None:
        """The same, by the RRN alone."""
        for part in reversed(self._parts):
            if part.first_rrn <= rrn <= part.last_rrn:
                for line in _unpack(zlib.decompress(part.packed)):
                    if line.rrn == rrn:
                        return part.business_date, line
        return None

    def references(self, business_date: str) -> frozenset[str]:
        """The retrieval references of all payments of a business date's file."""
        return frozenset(
            line.rrn
            for part in self._parts
            if part.business_date == business_date
            for line in _unpack(zlib.decompress(part.packed))
        )

    def held(self) -> list[Part]:
        """The state."""
        return self._parts

    def restore(self, held: list[Part]) -> None:
        """Take a state."""
        self._parts = held
