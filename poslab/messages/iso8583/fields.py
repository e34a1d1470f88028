"""One field at a time: the exact rules of writing and reading, with errors that say which field and where.

A frame comes as upper-case hexadecimal and as text, each converted as a whole; a field is a slice of one of the two.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.layout import Field, Figures, Format, Lengths

Writer: TypeAlias = Callable[[str], str]
"""A field's value → its bytes in hexadecimal, length included. Raises ``Unencodable``."""

Reader: TypeAlias = Callable[[str, str, int], tuple[str, int]]
"""The frame in hexadecimal, the frame as Latin-1 text, the field's offset → its value and the offset after it.

Raises ``Undecodable``.
"""

_LENGTH_DIGITS: Final[dict[Figures, dict[Lengths, int]]] = {
    "bcd": {"fixed": 0, "ll": 2, "lll": 4},
    "ascii": {"fixed": 0, "ll": 2, "lll": 3},
}


def length_of(field: Field, figures: Figures, characters: int) -> str:
    """What stands before a value of so many characters, in hexadecimal; nothing for a fixed field."""
    digits = _LENGTH_DIGITS[figures][field.lengths]
    if not digits:
        return ""
    size = f"{characters // 2 if field.encoding == 'binary' else characters:0{digits}d}"
    return size if figures == "bcd" else size.encode().hex()


def longest(field: Field) -> int:
    """The most characters that a value of this field can have; every one, if it is fixed."""
    return 2 * field.length if field.format == "b" else field.length


def writer_of(field: Field, figures: Figures) -> Writer:
    """The writer of one field."""
    name, most, fits = str(field.number), longest(field), _FITS[field.format]
    wrong = errors.NOT_DIGITS if field.format == "n" else errors.NOT_CHARACTERS
    fixed, paired = field.lengths == "fixed", field.format == "b"
    ascii_, left = field.encoding == "ascii", field.pad == "left"

    def write(value: str) -> str:
        size = len(value)
        if (size != most if fixed else not 0 < size <= most) or (paired and size % 2):
            raise Unencodable(name, errors.WRONG_LENGTH)
        if not fits(value):
            raise Unencodable(name, wrong)
        before = length_of(field, figures, size)
        if ascii_:
            value = value.encode().hex()
        elif size % 2:
            value = "0" + value if left else value + "0"
        return before + value

    return write


def reader_of(field: Field, figures: Figures) -> Reader:
    """The reader of one field."""
    name, fits = str(field.number), _FITS[field.format]
    wrong = errors.NOT_DIGITS if field.format == "n" else errors.NOT_CHARACTERS
    in_length, packed = _LENGTH_DIGITS[figures][field.lengths], figures == "bcd"
    length_bytes = in_length // 2 if packed else in_length
    ascii_, bcd, left = field.encoding == "ascii", field.encoding == "bcd", field.pad == "left"
    most = field.length if field.encoding == "binary" else longest(field)
    paired = field.format == "b" and ascii_

    def read(hexed: str, text: str, at: int) -> tuple[str, int]:
        size, start = most, at
        if in_length:
            start = at + length_bytes
            digits = hexed[2 * at : 2 * start] if packed else text[at:start]
            if len(digits) != in_length:
                raise Undecodable(name, at, errors.TOO_SHORT)
            if not _digits(digits):
                raise Undecodable(name, at, errors.NOT_DIGITS)
            size = int(digits)
            if not 0 < size <= most or (paired and size % 2):
                raise Undecodable(name, at, errors.WRONG_LENGTH)
        after = start + ((size + 1) // 2 if bcd else size)
        if after > len(text):
            raise Undecodable(name, at, errors.TOO_SHORT)
        value = text[start:after] if ascii_ else hexed[2 * start : 2 * after]
        if bcd and size % 2:
            padding, value = (value[0], value[1:]) if left else (value[-1], value[:-1])
            if padding != "0":
                raise Undecodable(name, start if left else after - 1, errors.WRONG_PADDING)
        if not fits(value):
            raise Undecodable(name, start, wrong)
        return value, after

    return read


def _digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _track(value: str) -> bool:
    return not value.strip("0123456789D")


def _letters(value: str) -> bool:
    return value.isascii() and value.isalnum()


def _characters(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _hexadecimal(value: str) -> bool:
    return not value.strip("0123456789ABCDEF")


_FITS: Final[dict[Format, Callable[[str], bool]]] = {
    "n": _digits,
    "z": _track,
    "an": _letters,
    "ans": _characters,
    "b": _hexadecimal,
}
