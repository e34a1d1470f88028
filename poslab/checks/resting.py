"""Good sales that nobody moves any more: at rest until a clearing file claims them, then cleared for two more files.

Every sale of a long run is here for some days, each a number by its purchase's name. Names mostly count upwards, so
where there are many those that differ in their last three digits alone are moved to a row, in which the digits are the
place: there a sale takes the bytes of its number, and its name none.
"""

from collections.abc import Iterator
from typing import Final

from poslab.party.contract import About

WIDTH: Final = 21
"""Bytes of a number at most."""

_A_ROW: Final = 1_000
_PLACES: Final = {f"{number:03d}": number for number in range(_A_ROW)}
_MANY: Final = 8_192
"""So many are looked through at a time for what would fill a row."""
_FILLED: Final = 128
"""So many names make a row: beside its empty places each of them costs no more than by its whole name."""

_GONE: Final = 0
_AT_REST: Final = 1
_CLEARED: Final = 2
_CLEARED_BEFORE: Final = 3
_TURN: Final = bytes((_GONE, _AT_REST, _CLEARED_BEFORE, _GONE)) + bytes(range(4, 256))


class _Row:
    """A thousand places: how each sale stands, and its number."""

    __slots__ = ("numbers", "states")

    def __init__(self) -> None:
        self.states = bytearray(_A_ROW)
        self.numbers = bytearray(_A_ROW * WIDTH)

    def number(self, place: int) -> int:
        """The number of a place."""
        return int.from_bytes(self.numbers[place * WIDTH : (place + 1) * WIDTH], "little")


class Resting:
    """Purchase → number. Length, names and ``items`` are of those at rest; a cleared one is asked for by name."""

    __slots__ = ("_before", "_cleared", "_look_at", "_rows", "_whole")

    def __init__(self) -> None:
        self._whole: dict[About, int] = {}
        """At rest, by the whole name: the newest ones, and what fills no row."""
        self._cleared: dict[About, int] = {}
        """Claimed by the last file, likewise."""
        self._before: dict[About, int] = {}
        """Claimed by the file before the last."""
        self._rows: dict[str, _Row] = {}
        self._look_at = _MANY
        """With so many whole names they are looked through the next time."""

    def __len__(self) -> int:
        return len(self._whole) + sum(row.states.count(_AT_REST) for row in self._rows.values())

    def __contains__(self, about: About) -> bool:
        return about in self._whole or (bool(self._rows) and self._state(about) == _AT_REST)

    def __iter__(self) -> Iterator[About]:
        return (about for about, _ in self.items())

    def items(self) -> Iterator[tuple[About, int]]:
        """All that are at rest: those in rows first, a row's by their digits."""
        for head, row in self._rows.items():
            for tail, place in _PLACES.items():
                if row.states[place] == _AT_REST:
                    yield head + tail, row.number(place)
        yield from self._whole.items()

    def get(self, about: About) -> int | None:
        """The number of a purchase that is at rest."""
        number = self._whole.get(about)
        if number is None and self._rows and self._state(about) == _AT_REST:
            return self._rows[about[:-3]].number(_PLACES[about[-3:]])
        return number

    def was_cleared(self, about: About) -> bool:
        """Whether a file has claimed it, the last one or the one before."""
        if about in self._cleared or about in self._before:
            return True
        return bool(self._rows) and self._state(about) in (_CLEARED, _CLEARED_BEFORE)

    def knows(self, about: About) -> bool:
        """Whether it is at rest, or was cleared."""
        if about in self._whole or about in self._cleared or about in self._before:
            return True
        return bool(self._rows) and self._state(about) != _GONE

    def put(self, about: About, number: int) -> None:
        """A sale came to rest; nothing is known by its name."""
        whole = self._whole
        whole[about] = number
        if len(whole) >= self._look_at:
            self._fill_rows()

    def clear(self, about: About) -> None:
        """A file claims what is at rest."""
        number = self._whole.pop(about, None)
        if number is None:
            self._rows[about[:-3]].states[_PLACES[about[-3:]]] = _CLEARED
        else:
            self._cleared[about] = number

    def take(self, about: About) -> int:
        """Take away a sale that is known, however it stands, and give back its number."""
        for held in (self._whole, self._before, self._cleared):
            if about in held:
                return held.pop(about)
        row, place = self._rows[about[:-3]], _PLACES[about[-3:]]
        row.states[place] = _GONE
        return row.number(place)

    def turn(self) -> None:
        """Another file begins: forget what the file before the last one claimed."""
        self._before = self._cleared
        self._cleared = {}
        for head, row in list(self._rows.items()):
            row.states = row.states.translate(_TURN)
            if row.states.count(_GONE) == _A_ROW:
                del self._rows[head]

    def _state(self, about: About) -> int:
        row = self._rows.get(about[:-3])
        if row is None:
            return _GONE
        place = _PLACES.get(about[-3:])
        return _GONE if place is None else row.states[place]

    def _fill_rows(self) -> None:
        """Move the whole names that share a row, where they are many."""
        whole, rows = self._whole, self._rows
        heads: dict[str, int] = {}
        for about in whole:
            if about[-3:] in _PLACES:
                heads[about[:-3]] = heads.get(about[:-3], 0) + 1
        for head, count in heads.items():
            if count >= _FILLED and head not in rows:
                rows[head] = _Row()
        left: dict[About, int] = {}
        for about, number in whole.items():
            row = rows.get(about[:-3])
            place = _PLACES.get(about[-3:])
            if row is None or place is None:
                left[about] = number
            else:
                row.states[place] = _AT_REST
                row.numbers[place * WIDTH : (place + 1) * WIDTH] = number.to_bytes(WIDTH, "little")
        self._whole = left
        self._look_at = len(left) + _MANY
