"""The MAC of UnionPay-style terminals, called ECB: 8 bytes by which two holders of a key see damage and strangers.

The message from its type to the field before the MAC is folded by exclusive or in blocks of 8 bytes; the block is
written as 16 hexadecimal characters; the first eight are enciphered under the MAC key, joined by exclusive or with the
last eight, and enciphered again; the first eight of the 16 hexadecimal characters of that are the MAC.

One changed byte is always seen in the fold. Two equal changes a multiple of 8 bytes apart cancel in it and are not:
that is the method's own weakness, kept because it is what such terminals live with.
"""

from hmac import compare_digest
from typing import Final

from poslab.messages.iso8583.keys import Key

BYTES: Final = 8

_STEPS: Final = tuple((64 << power, (1 << (64 << power)) - 1) for power in range(13, -1, -1))
_STEPS_OF_SHORT: Final = _STEPS[-5:]
_SHORT_BYTES: Final = 256


def folded(message: bytes) -> int:
    """Exclusive or of the 8-byte blocks of a message of at most 128 KiB, the last one filled up with zeros."""
    block = int.from_bytes(message, "big") << (-len(message) % BYTES * 8)
    for bits, mask in _STEPS_OF_SHORT if len(message) <= _SHORT_BYTES else _STEPS:
        block = (block >> bits) ^ (block & mask)
    return block


def mac_of(message: bytes, tak: Key) -> bytes:
    """The MAC of a message: eight hexadecimal digits as ASCII characters."""
    text = b"%016X" % folded(message)
    first = int.from_bytes(tak.encipher(text[:BYTES]), "big") ^ int.from_bytes(text[BYTES:], "big")
    return tak.encipher(first.to_bytes(BYTES, "big"))[: BYTES // 2].hex().upper().encode()


def broken_mac(message: bytes, tak: Key) -> bytes:
    """Eight bytes that are the MAC of no message under any key."""
    return bytes(byte ^ 0xFF for byte in mac_of(message, tak))


def agrees(message: bytes, mac: bytes, tak: Key) -> bool:
    """Whether the MAC was made of this very message under this key."""
    return compare_digest(mac_of(message, tak), mac)
