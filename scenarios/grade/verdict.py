"""The one word for a whole run, and why."""

from collections.abc import Sequence

from poslab.history.truth import Truth
from scenarios.grade.expectations import Met

Word = tuple[str, str]
"""The word and a sentence."""

TROUBLE = ("invalid", "violated", "stalled")
"""Words that no met expectation outweighs."""


def found(truth: Truth, fired: Sequence[str], unfinished: Sequence[str], open_items: int) -> Word:
    """What a run says of itself, whatever was expected of it.

    Invalid where a fault never struck, violated where a check fired that need not (``fired``), stalled where something
    did not come to rest, manual where something waits for a person, else pass.
    """
    if truth.never_struck:
        return "invalid", f"these faults never met anything: {', '.join(truth.never_struck)}"
    if fired:
        return "violated", f"these checks found something broken: {', '.join(fired)}"
    if unfinished:
        return "stalled", f"not at rest at the end: {', '.join(unfinished)}"
    if open_items:
        return "manual", f"{open_items} open item{'s' if open_items > 1 else ''} for a person"
    return "pass", "every check holds and everything came to rest"


def verdict(wanted: str, stated: bool, met: Sequence[Met], of_itself: Word) -> Word:
    """``pass · violated · stalled · manual · unknown · invalid`` and a sentence.

    ``wanted`` is what the run was to say of itself, ``stated`` whether anything at all was expected of it. Pass where
    every expectation is met, unless the run is invalid, violated or stalled and was not to be. Where one is not met
    and nothing is wrong with the run, the word is unknown: something happened otherwise, and no check says why.
    """
    failed = [line.what for line in met if not line.met]
    word, why = of_itself
    if word in TROUBLE and word != wanted:
        return of_itself
    if failed:
        return "unknown", f"{len(failed)} of {len(met)} expectations not met: {failed[0]}"
    if not stated:
        return of_itself
    said = f"all {len(met)} expectations met"
    return "pass", said if word in ("pass", "manual") else f"{said}; by itself the run is {word}: {why}"
