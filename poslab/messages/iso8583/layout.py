"""How a dialect of ISO 8583 is written down: fields as data, compiled once by the codec.

Values are text on our side: digits for ``n``, characters for ``an`` and ``ans``, digits and ``D`` for ``z`` (a
track), upper-case hexadecimal for ``b``. On the wire:

- ``bcd``: two digits a byte. An odd number of digits is padded with one zero nibble on the side that ``pad`` names; the
  padding is not counted in a length.
- ``ascii``: one character a byte.
- ``binary``: the bytes themselves.

A length stands before a variable field in BCD: one byte for ``ll``, two for ``lll``. It counts digits of a BCD field,
characters of text, bytes of a binary field.
"""

from typing import Literal

from msgspec import Struct

from poslab.text import Text

Format = Literal["n", "z", "an", "ans", "b"]
Lengths = Literal["fixed", "ll", "lll"]
Encoding = Literal["bcd", "ascii", "binary"]
Pad = Literal["left", "right"]


class Part(Struct, frozen=True):
    """A piece of a field that holds several values one after the other; ``length`` in the field's own unit."""

    name: Text
    length: int


class Field(Struct, frozen=True):
    """One field of a dialect. ``length`` is exact for ``fixed``, the most that is allowed for ``ll`` and ``lll``."""

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
    """In ascending order; numbers 2 to 64 (one bitmap of 64 bits)."""
