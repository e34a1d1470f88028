"""How a dialect of ISO 8583 is written down: fields as data, compiled once by the codec.

Values are text on our side: digits for ``n``, characters for ``an`` and ``ans``, digits and ``D`` for ``z`` (a
track), upper-case hexadecimal for ``b``. On the wire:

- ``bcd``: two digits a byte. An odd number of digits is padded with one zero nibble on the side that ``pad`` names; the
  padding is not counted in a length.
- ``ascii``: one character a byte; for ``b`` these are hexadecimal digits, two for each byte meant.
- ``binary``: the bytes themselves.

A length stands before a variable field, in BCD (one byte for ``ll``, two for ``lll``) or as that many ASCII digits. It
counts digits of a BCD field, characters of text, bytes of a binary field.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from poslab.text import Text

Format = Literal["n", "z", "an", "ans", "b"]
Lengths = Literal["fixed", "ll", "lll"]
Encoding = Literal["bcd", "ascii", "binary"]
Figures = Literal["bcd", "ascii"]
Pad = Literal["left", "right"]


class Part(Struct, frozen=True):
    """A piece of a field that holds several values one after the other; ``length`` in the field's own unit."""

    name: Text
    length: int


class Field(Struct, frozen=True):
    """One field of a dialect. ``length`` is exact for ``fixed``, the most that is allowed for ``ll`` and ``lll``.

    It counts digits, characters, or for ``b`` the bytes that are meant, however they are written.
    """

    number: int
    name: Text
    format: Format
    length: int
    lengths: Lengths
    encoding: Encoding
    pad: Pad = "right"
    secret: bool = False
    """Never shown to people, not even in part."""
    parts: tuple[Part, ...] = ()
    """What it holds, from the left; there may be more behind them."""


class Dialect(Struct, frozen=True):
    """A way to write messages: what stands before them, and their fields."""

    name: str
    tpdu: bytes
    header: bytes
    fields: tuple[Field, ...]
    """In ascending order; numbers 2 to 64, or to 128 where the bitmap has as many bits (65 is none)."""
    instead: Mapping[str, tuple[Field, ...]] = {}
    """Fields that are different in messages of one type, by that type."""
    figures: Figures = "bcd"
    """How the message type and lengths are written."""
    bitmap_bits: Literal[64, 128] = 64
    """With 128 the first bit is always set: the second half of the bitmap follows the first."""
    bitmap_in_hex: bool = False
    """The bitmap as hexadecimal digits instead of its bytes."""
