"""The quick way: frames of one shape (the same fields with the same lengths) are written and read in one stroke.

Messages of a kind mostly share one. What is fixed by it (lengths, padding, places) becomes a template to write by and
two patterns to read by, one over the hexadecimal and one over the text of a frame. A shape only knows whether all is
well; where it is not, the rules of ``fields`` are asked, field by field, and they alone decide.
"""

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from poslab.messages.iso8583.fields import length_of
from poslab.messages.iso8583.layout import Field, Figures, Format

_ONE_OF: Final[dict[Format, str]] = {
    "n": "[0-9]",
    "z": "[0-9D]",
    "an": "[0-9A-Za-z]",
    "ans": "[ -~]",
    "b": "[0-9A-F]",
}

Picker: TypeAlias = Callable[[tuple[str, ...]], tuple[str, ...]]


class Shape:
    """Fields in ascending order, with the lengths of their values in characters of the value."""

    def __init__(self, fields: Sequence[Field], lengths: Sequence[int], figures: Figures) -> None:
        pairs = list(zip(fields, lengths, strict=True))
        self._valid = re.compile("".join(f"{_ONE_OF[field.format]}{{{length}}}" for field, length in pairs)).fullmatch
        self._runs = []
        start = 0
        for textual, run in groupby(pairs, lambda pair: _textual(pair[0])):
            members = list(run)
            template = "".join(_template(*pair, figures) for pair in members)
            self._runs.append((textual, template, start, start := start + len(members)))
        found = [field.number for field in fields if not _textual(field)]
        found += [field.number for field in fields if _textual(field)]
        self._numbers = tuple(sorted(found))
        self._in_order = picker([found.index(number) for number in self._numbers])
        self._hex = re.compile("".join(_hex_pattern(*pair, figures) for pair in pairs), re.DOTALL).fullmatch
        self._text = re.compile("".join(_text_pattern(*pair, figures) for pair in pairs), re.DOTALL).fullmatch

    def write(self, values: tuple[str, ...]) -> str | None:
        """The fields' bytes in hexadecimal; ``None`` if a value holds a wrong character. Lengths are taken on trust."""
        if self._valid("".join(values)) is None:
            return None
        pieces = []
        for textual, template, start, end in self._runs:
            piece = template % values[start:end]
            pieces.append(piece.encode("latin-1").hex() if textual else piece)
        return "".join(pieces)

    def read(self, hexed: str, text: str, at: int) -> dict[int, str] | None:
        """The fields of a frame from the offset ``at`` to its end; ``None`` if it has another shape or is wrong."""
        in_hex, in_text = self._hex(hexed, 2 * at), self._text(text, at)
        if in_hex is None or in_text is None:
            return None
        return dict(zip(self._numbers, self._in_order(in_hex.groups() + in_text.groups()), strict=True))


def picker(positions: Sequence[int]) -> Picker:
    """What puts the values of a tuple into another order."""
    if list(positions) == list(range(len(positions))):
        return lambda values: values
    return itemgetter(*positions)


def _textual(field: Field) -> bool:
    return field.encoding == "ascii"


def _padding(field: Field, length: int) -> tuple[str, str]:
    if _textual(field) or not length % 2:
        return "", ""
    return ("0", "") if field.pad == "left" else ("", "0")


def _template(field: Field, length: int, figures: Figures) -> str:
    before = length_of(field, figures, length)
    if _textual(field):
        return bytes.fromhex(before).decode("latin-1").replace("%", "%%") + "%s"
    left, right = _padding(field, length)
    return f"{before}{left}%s{right}"


def _hex_pattern(field: Field, length: int, figures: Figures) -> str:
    before = length_of(field, figures, length)
    if _textual(field):
        return f"{before}.{{{2 * length}}}"
    left, right = _padding(field, length)
    return f"{before}{left}({_ONE_OF[field.format]}{{{length}}}){right}"


def _text_pattern(field: Field, length: int, figures: Figures) -> str:
    before = len(length_of(field, figures, length)) // 2
    if _textual(field):
        return f".{{{before}}}({_ONE_OF[field.format]}{{{length}}})"
    return f".{{{before + (length + 1) // 2}}}"
