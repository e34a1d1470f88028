"""Field 64 of a world without ciphers: a checksum that carries the version of the key that made it.

The message from its type to field 63 is folded by exclusive or in blocks of 8 bytes, as UnionPay terminals do before
they encipher; where they encipher, this folds in a number that stands for the key. So damage on the way and a key of
another version are both seen, and nobody is kept from forging: real ciphers come with the keys.

One changed byte is always seen. Two equal changes a multiple of 8 bytes apart cancel in the fold and are not, with or
without a cipher: that is the method's own weakness, kept because it is what such terminals live with.
"""

from typing import Final

BYTES: Final = 8
VERSIONS: Final = 9999
"""Key versions are 1 to this; 0 stands for a MAC that agrees with no key."""

_BLOCK: Final = (1 << 64) - 1
# An odd factor spreads the small versions over all 64 bits, so that no damage of a few bits turns one into another.
_SPREAD: Final = 0x9E3779B97F4A7C15
_GATHER: Final = pow(_SPREAD, -1, 1 << 64)
_STEPS: Final = tuple((64 << power, (1 << (64 << power)) - 1) for power in range(13, -1, -1))
_STEPS_OF_SHORT: Final = _STEPS[-5:]
_SHORT_BYTES: Final = 256


def folded(message: bytes) -> int:
    """Exclusive or of the 8-byte blocks of a message of at most 128 KiB, the last one filled up with zeros."""
    block = int.from_bytes(message, "big") << (-len(message) % BYTES * 8)
    for bits, mask in _STEPS_OF_SHORT if len(message) <= _SHORT_BYTES else _STEPS:
        block = (block >> bits) ^ (block & mask)
    return block


def mac_of(message: bytes, version: int) -> bytes:
    """The 8 bytes for a message under the key of a version; for version 0 bytes that agree with no key."""
    return (folded(message) ^ (version * _SPREAD & _BLOCK)).to_bytes(BYTES, "big")


def version_of(message: bytes, mac: bytes) -> int:
    """The version of the key that made the MAC of this very message, or 0."""
    version = (int.from_bytes(mac, "big") ^ folded(message)) * _GATHER & _BLOCK
    return version if version <= VERSIONS else 0
