"""The one word for a whole run, and why."""

from collections.abc import Sequence

from poslab.history.truth import Truth
from scenarios.grade.expectations import Met


def verdict(
    wanted: str, met: Sequence[Met], truth: Truth, fired: Sequence[str], unfinished: Sequence[str], open_items: int
) -> tuple[str, str]:
    """``pass · violated · stalled · manual · unknown · invalid`` and a sentence.

    Invalid where a fault never struck; pass where every expectation is met. A run that expects nothing passes only if
    no check fired, everything came to rest and nothing waits for a person.
    """
    if truth.never_struck:
        return "invalid", f"these faults never met anything: {', '.join(truth.never_struck)}"
    failed = [line for line in met if not line.met]
    raw = _raw(fired, unfinished, open_items)
    if wanted != "pass":
        return raw
    if failed:
        unexpected = [line for line in failed if line.what.endswith("must not")]
        word = "violated" if unexpected or raw[0] == "violated" else raw[0] if raw[0] != "pass" else "unknown"
        return word, f"{len(failed)} of {len(met)} expectations not met: {failed[0].what}"
    if met:
        return "pass", f"all {len(met)} expectations met"
    return raw


def _raw(fired: Sequence[str], unfinished: Sequence[str], open_items: int) -> tuple[str, str]:
    if fired:
        return "violated", f"these checks found something broken: {', '.join(fired)}"
    if unfinished:
        return "stalled", f"not at rest at the end: {', '.join(unfinished)}"
    if open_items:
        return "manual", f"{open_items} open item{'s' if open_items > 1 else ''} for a person"
    return "pass", "every check holds and everything came to rest"
