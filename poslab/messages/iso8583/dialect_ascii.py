"""The terminal's messages in plain ASCII, as test tools like to speak them: the same fields, written another way.

A frame is a 2-byte big-endian length of what follows, the message type in four digits, the bitmap, and the fields: one
character a digit, lengths of two or three digits, no padding. There is neither TPDU nor header.
"""

from typing import Final

import msgspec

from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.layout import Dialect, Encoding, Field


def _profile(name: str, bitmap_in_hex: bool, bytes_as: Encoding) -> Dialect:
    def again(fields: tuple[Field, ...]) -> tuple[Field, ...]:
        return tuple(
            msgspec.structs.replace(field, encoding=bytes_as if field.format == "b" else "ascii") for field in fields
        )

    return msgspec.structs.replace(
        TERMINAL,
        name=name,
        tpdu=b"",
        header=b"",
        fields=again(TERMINAL.fields),
        instead={mti: again(fields) for mti, fields in TERMINAL.instead.items()},
        figures="ascii",
        bitmap_in_hex=bitmap_in_hex,
    )


ASCII: Final = _profile("ascii", bitmap_in_hex=True, bytes_as="ascii")
"""Everything after the length can be printed: bitmap, PIN block, chip data, keys and MAC are hexadecimal digits."""

ASCII_BINARY: Final = _profile("ascii-binary", bitmap_in_hex=False, bytes_as="binary")
"""The bitmap is 8 bytes, and what holds bytes is bytes."""
