"""Faults of the broker in a scenario: where there is none to break, and what is said before a silence."""

from collections.abc import Sequence

from poslab.faults.handles import BROKER
from poslab.faults.injection import Injection
from poslab.party.time import Instant
from poslab.text import Text
from scenarios.schema.errors import BadInput
from scenarios.schema.story import Scenario


def of_the_broker(scenario: Scenario) -> list[Injection]:
    """Those that strike the broker, in their order."""
    return [injection for injection in scenario.injections if injection.fault.handle == BROKER]


def refuse_without_broker(scenario: Scenario, *, live: bool) -> None:
    """``BadInput`` where there is no broker that a scenario could break: in virtual time, or where it is another's."""
    for injection in of_the_broker(scenario):
        fault = injection.id
        if live:
            what = Text(
                f"{scenario.name}：故障 {fault} 要破坏消息服务器，而那一台不归我们",
                f"{scenario.name}: the fault {fault} breaks the broker, and the one over there is not ours to break",
            )
            remedy = Text(
                "请用内存总线播放：--live，不加 --mqtt 与 --join",
                "play it over the bus in memory: --live without --mqtt and --join",
            )
            raise BadInput("--mqtt", 0, "", what, remedy)
        what = Text(
            f"{scenario.name}：故障 {fault} 要破坏消息服务器，而虚拟时间里没有",
            f"{scenario.name}: the fault {fault} breaks the broker, and in virtual time there is none",
        )
        raise BadInput("run", 0, "", what, Text("请实时播放：--live", "play it live: --live"))


def silences(injections: Sequence[Injection]) -> list[tuple[Instant, Instant]]:
    """From when to when nobody can be told anything, in order."""
    return sorted(
        (injection.start, injection.start + injection.lasts)
        for injection in injections
        if injection.fault.silences and injection.start is not None and injection.lasts is not None
    )


def to_be_told_at(at: Instant, silent: Sequence[tuple[Instant, Instant]]) -> Instant:
    """When something that befalls somebody at ``at`` has to be said: before the silence it falls into begins."""
    for begins, ends in silent:
        if begins <= at < ends:
            return begins - 1
    return at


def healed_at(at: Instant, silent: Sequence[tuple[Instant, Instant]]) -> Instant:
    """When everybody can be told that all is well, which is not before a silence is over."""
    for begins, ends in silent:
        if begins <= at < ends:
            at = ends
    return at
