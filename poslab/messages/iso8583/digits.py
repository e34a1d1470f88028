"""Where a card's reference becomes digits and digits a reference: the allow-list, the only place with digits.

The numbers are synthetic: 9999 99.. belongs to no issuer, because 900 to 999 are never given to a country. Track,
expiry and PIN are made up. Nothing here prints, and no error holds what was read. The PIN block has the shape of
ISO 9564 format 0 under a mask that everybody can read: it keeps a PIN apart from a wrong one, and keeps nothing secret.
"""

from collections.abc import Mapping
from typing import Final

from poslab.messages.card import PIN_GARBLED, PIN_RIGHT, PIN_WRONG

_NUMBERS: Final[Mapping[str, str]] = {
    "good-debit": "9999990000000014",
    "good-credit": "9999990000000022",
    "insufficient": "9999990000000030",
    "expired": "9999990000000048",
    "pin-locked": "9999990000000055",
    "lost": "9999990000000063",
    "issuer-down": "9999990000000071",
    "no-answer": "9999990000000089",
    "refuses-reversals": "9999990000000097",
    "dormant": "9999990000000105",
    "limit": "9999990000000113",
    "slow-refunds": "9999990000000121",
}
_REFS: Final = {number: ref for ref, number in _NUMBERS.items()}

_EXPIRES: Final = {ref: "2412" if ref == "expired" else "3012" for ref in _NUMBERS}
_TRACKS: Final = {ref: f"{number}D{_EXPIRES[ref]}220{0:013d}" for ref, number in _NUMBERS.items()}

_RIGHT_PIN, _WRONG_PIN = "123456", "654321"
_MASK: Final = int.from_bytes(b"SIMULATE", "big")
_OTHER_MASK: Final = _MASK ^ ((1 << 64) - 1)

REFS: Final = tuple(_NUMBERS)
"""The cards that have digits."""


def number_of(ref: str) -> str | None:
    """The digits of a card, or ``None`` for a reference that is not on the list."""
    return _NUMBERS.get(ref)


def ref_of(number: str) -> str | None:
    """The card of these digits, or ``None`` when they are not on the list."""
    return _REFS.get(number)


def masked(ref: str) -> str:
    """First six and last four digits, the rest hidden: how people may see a card."""
    number = _NUMBERS[ref]
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def expiry_of(ref: str) -> str:
    """``YYMM`` of a card on the list."""
    return _EXPIRES[ref]


def track_of(ref: str) -> str:
    """Track 2 of a card on the list: number, ``D``, expiry, service code, zeros."""
    return _TRACKS[ref]


def ref_of_track(track: str) -> str | None:
    """The card of this track 2, or ``None`` unless it is exactly a listed card's."""
    ref = _REFS.get(track.partition("D")[0])
    return ref if ref is not None and _TRACKS[ref] == track else None


def pin_block(ref: str, pin: str) -> str | None:
    """Field 52 in hexadecimal for a PIN word of a card on the list; ``None`` for a word that has no block."""
    return _BLOCKS.get((ref, pin))


def pin_of(ref: str, block: str) -> str:
    """The PIN word of field 52: right, wrong, or garbled when no PIN can be made out under the key."""
    clear = int(block, 16) ^ _MASK ^ _account_part(ref)
    text = f"{clear:016X}"
    length = int(text[1], 16)
    pin, filling = text[2 : 2 + length], text[2 + length :]
    if text[0] != "0" or not 4 <= length <= 12 or not pin.isdigit() or filling.strip("F"):
        return PIN_GARBLED
    return PIN_RIGHT if pin == _RIGHT_PIN else PIN_WRONG


def _account_part(ref: str) -> int:
    return int(_NUMBERS[ref][-13:-1], 16)


def _block(ref: str, pin: str, mask: int) -> str:
    clear = int(f"0{len(pin):X}{pin}".ljust(16, "F"), 16)
    return f"{clear ^ _account_part(ref) ^ mask:016X}"


_BLOCKS: Final = {
    (ref, word): _block(ref, pin, mask)
    for ref in REFS
    for word, pin, mask in (
        (PIN_RIGHT, _RIGHT_PIN, _MASK),
        (PIN_WRONG, _WRONG_PIN, _MASK),
        (PIN_GARBLED, _RIGHT_PIN, _OTHER_MASK),
    )
}
