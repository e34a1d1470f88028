"""What a card number looks like, so that it can be found where none may be."""

import re

from poslab.messages.card import PIN_ABSENT, PIN_GARBLED, PIN_RIGHT, PIN_WRONG

SHORTEST = 13
LONGEST = 19
LATEST = 10**15
"""No instant of a world is as large."""

_RUN = re.compile(r"\d{13,}")
_GROUPS = re.compile(r"(?<!\d)\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}(?!\d)")
"""Groups of four, as they stand on a card."""

PINS = frozenset({PIN_RIGHT, PIN_WRONG, PIN_ABSENT, PIN_GARBLED})
"""The only words that may stand for a PIN."""


def card_number_in(text: str, known: frozenset[str] = frozenset()) -> bool:
    """Whether a text holds a card number: solid, or in groups of four. ``known`` numbers are none."""
    runs = _RUN.findall(text)
    runs += [found.group().replace(found.group(1), "") for found in _GROUPS.finditer(text)]
    return any(digits not in known and len(digits) <= LONGEST and luhn(digits) for digits in runs)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_key(key: str) -> bool:
    """Whether a text has the form of an attempt's key: three parts, none of them long enough for a card number."""
    return len(key) == 22 and key[8] == "-" and key[15] == "-"
