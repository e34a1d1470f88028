"""Where a card's reference becomes digits and digits a reference: the allow-list, the only place with digits.

The numbers are synthetic: 9999 99.. belongs to no issuer, because 900 to 999 are never given to a country. Track,
expiry and PIN are made up. Nothing here prints, and no error holds what was read.
"""

from collections.abc import Mapping
from typing import Final

from poslab.messages.card import PIN_RIGHT, PIN_WRONG

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

_CODES: Final[Mapping[str, str]] = {
    "code": "SIMPAY000000000018",
    "code-unasked": "SIMPAY000000000026",
    "code-insufficient": "SIMPAY000000000034",
}
"""Payment codes. A real one has digits only."""
_CODE_REFS: Final = {code: ref for ref, code in _CODES.items()}

_EXPIRES: Final = {ref: "2412" if ref == "expired" else "3012" for ref in _NUMBERS}
_TRACKS: Final = {ref: f"{number}D{_EXPIRES[ref]}220{0:013d}" for ref, number in _NUMBERS.items()}

PINS: Final[Mapping[str, str]] = {PIN_RIGHT: "123456", PIN_WRONG: "654321"}
"""What is typed in for a PIN that is right, or wrong, with any card."""

REFS: Final = tuple(_NUMBERS)
"""The cards that have digits."""

CODE_REFS: Final = tuple(_CODES)
"""The payment codes."""


def number_of(ref: str) -> str | None:
    """The digits of a card, or ``None`` for a reference that is not on the list."""
    return _NUMBERS.get(ref)


def ref_of(number: str) -> str | None:
    """The card of these digits, or ``None`` when they are not on the list."""
    return _REFS.get(number)


def code_of(ref: str) -> str | None:
    """The characters of a payment code, or ``None`` for a reference that is not on the list."""
    return _CODES.get(ref)


def ref_of_code(code: str) -> str | None:
    """The payment code of these characters, or ``None`` when they are not on the list."""
    return _CODE_REFS.get(code)


def masked(ref: str) -> str:
    """First six and last four characters, the rest hidden: how people may see a card or a code."""
    number = _NUMBERS.get(ref) or _CODES[ref]
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
