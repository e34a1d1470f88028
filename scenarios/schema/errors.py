"""What somebody wrote cannot be used: one clear sentence that names file, line, key and remedy."""

import difflib
from collections.abc import Iterable

_SHOWN = 40
_LISTED = 240
"""So many characters of known words are listed."""
_LONGEST_KEY = 120


class BadInput(Exception):
    """A file, a name or a value that a person gave and that cannot be used.

    ``str()`` is one sentence for people. ``line`` counts from 1 and is 0 where no line can be named; ``key`` is the
    way to the value, as in ``faults.0.link``, or ``""``. Nothing of a card number ever stands in it.
    """

    def __init__(self, file: str, line: int, key: str, what: str, remedy: str) -> None:
        self.file = file
        self.line = line
        self.key = key = printable(key)[:_LONGEST_KEY]
        self.what = what
        self.remedy = remedy
        super().__init__(file, line, key, what, remedy)

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, f"line {self.line}" if self.line else "", self.key) if part)
        return f"{place}: {self.what}; {self.remedy}"


def nearest(written: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like what was written, if any does."""
    found = difflib.get_close_matches(written, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def one_of(written: str, known: Iterable[str]) -> str:
    """A remedy for a word outside a closed list: the nearest one, or all of them if they are few."""
    words = list(known)
    near = nearest(written, words)
    if near is not None:
        return f"did you mean {near}?"
    listed = ", ".join(words)
    if len(listed) > _LISTED:
        return f"use one of the {len(words)} known ones, such as {', '.join(words[:3])}"
    return f"use one of {listed}" if words else "take it away"


def shown(value: object) -> str:
    """A written value as it may be repeated in a message: on one line and short."""
    text = printable(value if isinstance(value, str) else repr(value))
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def printable(text: str) -> str:
    """A text as it may stand on one line of a screen."""
    return text if text.isprintable() else ascii(text)[1:-1]
