"""The PIN block, field 52: ISO 9564 format 0, enciphered under the PIN key.

In clear it is the PIN (a zero, its length, its digits, filled up with F) and the account (four zeros, the twelve
rightmost digits of the card number before its check digit), joined by exclusive or.
"""

from typing import Final

from poslab.messages.iso8583.keys import Key

DIGITS: Final = 16
"""Of a block in hexadecimal."""

_SHORTEST, _LONGEST = 4, 12


def clear_block(pin: str, number: str) -> bytes:
    """The block in clear. ``ValueError`` unless the PIN has 4 to 12 digits and the card number at least 13."""
    if not (_SHORTEST <= len(pin) <= _LONGEST and _decimal(pin)):
        raise ValueError("a PIN has 4 to 12 digits")
    block = int(f"0{len(pin):X}{pin}".ljust(DIGITS, "F"), 16) ^ _account(number)
    return block.to_bytes(DIGITS // 2, "big")


def pin_block(pin: str, number: str, tpk: Key) -> bytes:
    """Field 52 for this PIN and card."""
    return tpk.encipher(clear_block(pin, number))


def pin_in(block: bytes, number: str, tpk: Key) -> str | None:
    """The PIN of a block, or ``None`` where none can be made out: another key, another card, damage."""
    text = f"{int.from_bytes(tpk.decipher(block), 'big') ^ _account(number):016X}"
    length = int(text[1], 16)
    pin, filling = text[2 : 2 + length], text[2 + length :]
    if text[0] != "0" or not _SHORTEST <= length <= _LONGEST or not _decimal(pin) or filling.strip("F"):
        return None
    return pin


def _account(number: str) -> int:
    if len(number) < 13 or not _decimal(number):
        raise ValueError("a card number has at least 13 digits")
    return int(number[-13:-1], 16)


def _decimal(text: str) -> bool:
    return text.isascii() and text.isdigit()
