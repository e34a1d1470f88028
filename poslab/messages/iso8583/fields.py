"""One field at a time: the exact rules of writing and reading, with errors that say which field and where.

A frame comes as upper-case hexadecimal and as text, each converted as a whole; a field is a slice of one of the two.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.layout import Field, Format

Writer: TypeAlias = Callable[[str], str]
"""A field's value → its bytes in hexadecimal, length included. Raises ``Unencodable``."""

Reader: TypeAlias = Callable[[str, str, int], tuple[str, int]]
"""The frame in hexadecimal, the frame as Latin-1 text, the field's offset → its value and the offset after it.

Raises ``Undecodable``.
"""

LENGTH_DIGITS: Final = {"fixed": 0, "ll": 2, "lll": 4}
"""How many BCD digits tell a field's length."""


def writer_of(field: Field) -> Writer:
    """The writer of one field."""
    name, most, fits = str(field.number), field.length, _FITS[field.format]
    wrong = errors.NOT_DIGITS if field.format == "n" else errors.NOT_CHARACTERS
    fixed, in_length = field.lengths == "fixed", LENGTH_DIGITS[field.lengths]
    ascii_, binary, left = field.encoding == "ascii", field.encoding == "binary", field.pad == "left"

    def write(value: str) -> str:
        size = len(value) // 2 if binary else len(value)
        if (size != most if fixed else not 0 < size <= most) or (binary and len(value) % 2):
            raise Unencodable(name, errors.WRONG_LENGTH)
        if not fits(value):
            raise Unencodable(name, wrong)
        if ascii_:
            value = value.encode().hex()
        elif len(value) % 2:
            value = "0" + value if left else value + "0"
        return value if fixed else f"{size:0{in_length}d}{value}"

    return write


def reader_of(field: Field) -> Reader:
    """The reader of one field."""
    name, most, fits = str(field.number), field.length, _FITS[field.format]
    wrong = errors.NOT_DIGITS if field.format == "n" else errors.NOT_CHARACTERS
    in_length = LENGTH_DIGITS[field.lengths]
    ascii_, bcd, left = field.encoding == "ascii", field.encoding == "bcd", field.pad == "left"

    def read(hexed: str, text: str, at: int) -> tuple[str, int]:
        size, start = most, at
        if in_length:
            digits = hexed[2 * at : 2 * at + in_length]
            if len(digits) != in_length:
                raise Undecodable(name, at, errors.TOO_SHORT)
            if not digits.isdigit():
                raise Undecodable(name, at, errors.NOT_DIGITS)
            size, start = int(digits), at + in_length // 2
            if not 0 < size <= most:
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
