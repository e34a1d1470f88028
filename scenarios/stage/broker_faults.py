"""Faults of the broker in a scenario: where there is none to break, and what is said before a silence."""

from collections.abc import Sequence

from poslab.faults.handles import BROKER
from poslab.faults.injection import Injection
from poslab.party.time import Instant
from poslab.runtime.buses.bus import Bus
from poslab.text import Text
from scenarios.schema.errors import BadInput
from scenarios.schema.story import Scenario


def of_the_broker(scenario: Scenario) -> list[Injection]:
    """Those that strike the broker, in their order."""
    return [injection for injection in scenario.injections if injection.fault.handle == BROKER]


def refuse_in_virtual_time(scenario: Scenario) -> None:
    """``BadInput`` for every fault of the broker: there is none."""
    for injection in of_the_broker(scenario):
        what = Text(
            f"{scenario.name}：故障 {injection.id} 要破坏消息服务器，而虚拟时间里没有",
            f"{scenario.name}: the fault {injection.id} breaks the broker, and in virtual time there is none",
        )
        raise BadInput("run", 0, "", what, Text("请实时播放：--live", "play it live: --live"))


def refuse_without_broker(scenario: Scenario, bus: Bus) -> None:
    """``BadInput`` for what nobody can do to a broker that is not ours: services fail it at their own ends at most."""
    for injection in of_the_broker(scenario):
        if bus.edge is None or not injection.fault.at_ends:
            what = Text(
                f"{scenario.name}：故障 {injection.id} 要重启消息服务器，而那一台不归我们",
                f"{scenario.name}: the fault {injection.id} restarts the broker, and the one over there is not ours",
            )
            remedy = Text(
                "请用内存总线播放：--live，不加 --mqtt 与 --join",
                "play it over the bus in memory: --live without --mqtt and --join",
            )
            raise BadInput("--mqtt", 0, "", what, remedy)


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
