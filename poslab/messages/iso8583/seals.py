"""Words and the bytes that take a key: a PIN block for ``right``, ``wrong`` or ``garbled``, a MAC for a key version."""

from typing import Final

from poslab.messages.card import PIN_GARBLED, PIN_RIGHT, PIN_WRONG
from poslab.messages.iso8583 import digits, mac, pin
from poslab.messages.iso8583.digits import PINS
from poslab.messages.iso8583.keys import Key, WorkingKeys

# What is no PIN under any key: the format's leading zero is an F.
_GARBLE: Final = (1 << 64) - 1


def block_of(ref: str, word: str, keys: WorkingKeys) -> str | None:
    """Field 52 for a PIN word of a listed card, in hexadecimal; ``None`` for a word that has no block."""
    clear = _CLEAR.get((ref, word))
    return None if clear is None else keys.tpk.encipher(clear).hex().upper()


def word_of(ref: str, block: str, tpk: Key) -> str:
    """The PIN word of field 52 of a listed card: right, wrong, or garbled when no PIN can be made out under the key."""
    number = digits.number_of(ref)
    typed = None if number is None else pin.pin_in(bytes.fromhex(block), number, tpk)
    if typed is None:
        return PIN_GARBLED
    return PIN_RIGHT if typed == PINS[PIN_RIGHT] else PIN_WRONG


def mac_for(message: bytes, said: int, keys: WorkingKeys) -> bytes:
    """The MAC of a message that is said to have one of a version; of none, if that is 0."""
    return mac.mac_of(message, keys.tak) if said else mac.broken_mac(message, keys.tak)


def _garbled(clear: bytes) -> bytes:
    return (int.from_bytes(clear, "big") ^ _GARBLE).to_bytes(len(clear), "big")


def _clear_blocks() -> dict[tuple[str, str], bytes]:
    blocks = {}
    for ref in digits.REFS:
        number = digits.number_of(ref) or ""
        for word, typed in PINS.items():
            blocks[ref, word] = pin.clear_block(typed, number)
        blocks[ref, PIN_GARBLED] = _garbled(blocks[ref, PIN_RIGHT])
    return blocks


_CLEAR: Final = _clear_blocks()
