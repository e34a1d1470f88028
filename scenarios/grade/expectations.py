"""Holds what was found against what a scenario expects."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from poslab.history.outcome import Outcome


class Expected(Protocol):
    """What is wanted of one order; ``None``, or a view that is missing, is not looked at."""

    @property
    def order(self) -> str: ...
    @property
    def truth(self) -> str | None: ...
    @property
    def claim_open(self) -> bool | None: ...
    @property
    def diagnosis(self) -> str | None: ...
    @property
    def views(self) -> Mapping[str, str | tuple[str, ...]]: ...
    @property
    def charged_peak(self) -> int | None: ...
    @property
    def charged_net(self) -> int | None: ...
    @property
    def credited(self) -> int | None: ...


class Expectations(Protocol):
    """What a scenario expects: of orders at the complaint and at the end, and which checks must fire."""

    @property
    def complaint(self) -> Sequence[Expected]: ...
    @property
    def end(self) -> Sequence[Expected]: ...
    @property
    def violates(self) -> Sequence[str]: ...


class Met(msgspec.Struct, frozen=True):
    """One expectation, in words, and whether it was met."""

    what: str
    met: bool


def compare(moment: str, expected: Expected, found: Outcome, named: tuple[str, ...]) -> list[Met]:
    """One line for each thing that is expected of an order at a moment; ``named`` is the diagnosis with its ties."""
    order = expected.order
    lines: list[Met] = []

    def line(what: str, want: object, got: object) -> None:
        met = want == got
        said = f"{moment}: {order}: {what} is {_shown(want)}"
        lines.append(Met(said if met else f"{said}, found {_shown(got)}", met))

    if expected.truth is not None:
        line("truth", expected.truth, found.truth)
    if expected.claim_open is not None:
        line("claim_open", expected.claim_open, found.claim_open)
    for view, word in expected.views.items():
        line(view, word, getattr(found.views, view))
    for what in ("charged_peak", "charged_net", "credited"):
        want = getattr(expected, what)
        if want is not None:
            line(what, want, getattr(found, what))
    if expected.diagnosis is not None:
        met = expected.diagnosis in named
        said = f"{moment}: {order}: diagnosis names {expected.diagnosis}"
        lines.append(Met(said if met else f"{said}, found {', '.join(named) or 'nothing'}", met))
    return lines


def grade(
    wanted: Expectations,
    at_complaint: Mapping[str, Outcome],
    at_end: Mapping[str, Outcome],
    named: Mapping[str, tuple[str, ...]],
    fired: tuple[str, ...],
) -> list[Met]:
    """All expectations of a scenario. ``fired`` are the ids of the checks that found something broken."""
    lines: list[Met] = []
    for expected in wanted.complaint:
        lines += compare("complaint", expected, at_complaint[expected.order], named.get(expected.order, ()))
    for expected in wanted.end:
        lines += compare("end", expected, at_end[expected.order], named.get(expected.order, ()))
    for check in wanted.violates:
        met = check in fired
        lines.append(Met(f"{check} must fire" + ("" if met else ", and did not"), met))
    for check in fired:
        if check not in wanted.violates:
            lines.append(Met(f"{check} fired and must not", False))
    return lines


def at_rest_in_time(within: str, restless: Sequence[str]) -> Met:
    """Whether everything came to rest within that time after the faults had ended."""
    said = f"heal: at rest within {within}"
    return Met(f"{said}, found {restless[0]}" if restless else said, not restless)


def said_of_itself(wanted: str, word: str) -> Met:
    """Whether a run that was to be something else than a pass is that."""
    said = f"end: by itself the run is {wanted}"
    return Met(said if word == wanted else f"{said}, found {word}", word == wanted)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value).lower() if isinstance(value, bool) else str(value)
