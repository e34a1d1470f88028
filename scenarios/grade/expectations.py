"""Holds what was found against what a scenario expects."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from poslab.history.outcome import Outcome
from poslab.text import Text


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

    what: Text
    met: bool


COMPLAINT, END = Text("投诉时", "complaint"), Text("最后", "end")
"""When something is expected."""


def compare(moment: Text, expected: Expected, found: Outcome, named: tuple[str, ...]) -> list[Met]:
    """One line for each thing that is expected of an order at a moment; ``named`` is the diagnosis with its ties."""
    order = expected.order
    lines: list[Met] = []

    def line(what: str, want: object, got: object) -> None:
        said = Text(
            f"{moment.zh}：{order}：{what} 应为 {_shown(want)}", f"{moment.en}: {order}: {what} is {_shown(want)}"
        )
        lines.append(_met(said, want == got, Text(_shown(got), _shown(got))))

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
        said = Text(
            f"{moment.zh}：{order}：诊断应指出 {expected.diagnosis}",
            f"{moment.en}: {order}: diagnosis names {expected.diagnosis}",
        )
        causes = dict.fromkeys(named)
        names = Text("、".join(causes) or "无", ", ".join(causes) or "nothing")
        lines.append(_met(said, expected.diagnosis in named, names))
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
        lines += compare(COMPLAINT, expected, at_complaint[expected.order], named.get(expected.order, ()))
    for expected in wanted.end:
        lines += compare(END, expected, at_end[expected.order], named.get(expected.order, ()))
    for check in wanted.violates:
        said = Text(f"{check} 应当报警", f"{check} must fire")
        not_so = Text(f"{said.zh}，却没有", f"{said.en}, and did not")
        lines.append(Met(said if check in fired else not_so, check in fired))
    for check in fired:
        if check not in wanted.violates:
            lines.append(Met(Text(f"{check} 不应报警，却报了", f"{check} fired and must not"), False))
    return lines


def at_rest_in_time(within: str, restless: Sequence[Text]) -> Met:
    """Whether everything came to rest within that time after the faults had ended."""
    said = Text(f"排除故障后：{within} 内应平息", f"heal: at rest within {within}")
    return _met(said, False, restless[0]) if restless else Met(said, True)


def said_of_itself(wanted: str, word: str) -> Met:
    """Whether a run that was to be something else than a pass is that."""
    said = Text(f"最后：运行自身的结论应为 {wanted}", f"end: by itself the run is {wanted}")
    return _met(said, word == wanted, Text(word, word))


def _met(wanted: Text, met: bool, found: Text) -> Met:
    return Met(wanted if met else Text(f"{wanted.zh}，实为 {found.zh}", f"{wanted.en}, found {found.en}"), met)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value).lower() if isinstance(value, bool) else str(value)
