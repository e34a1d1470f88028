"""The margin rule: a live run proves nothing where it is later than what decides in it is apart.

Timers decide which of two things comes first: a timer or another one, a timer or an answer that a fault delays. The
smallest such gap must be four times as long, in real time, as nearly everything in a run was late.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from poslab.party.time import MILLISECOND, SECOND, Duration
from poslab.runtime.live.orders import Status
from poslab.text import Text
from scenarios.schema.errors import BadInput
from scenarios.schema.story import Scenario

TIMES_P99: Final = 4
LEAST_GAP: Final = 100 * MILLISECOND
"""What decides by less than this cannot be told apart on an ordinary machine, not even in real time."""


def smallest_gap(scenario: Scenario) -> Duration:
    """The smallest gap between two things of which it decides which comes first; a second where nothing is near."""
    timers = sorted(set(_timers(scenario)))
    world = scenario.world
    on_the_way = 2 * (world.terminal_link_us + 2 * world.trunk_us)
    gaps = [later - earlier for earlier, later in itertools.pairwise(timers)]
    for delay in _delays(scenario):
        # An answer is later than its delay by what the way takes anyway.
        gaps += [min(abs(timer - delay), abs(timer - delay - on_the_way)) for timer in timers if timer != delay]
    return min((gap for gap in gaps if gap), default=SECOND)


def slowest_fit(scenario: Scenario, standing: Sequence[Status], speed: int) -> int:
    """0 if a run at this speed proves something; else the speed at which it would have, 1 at least."""
    lag_us = max(status.lag_us for status in standing)
    gap_us = smallest_gap(scenario)
    if gap_us >= TIMES_P99 * lag_us * speed:
        return 0
    return max(gap_us // (TIMES_P99 * max(lag_us, 1)), 1)


def too_slow(standing: Sequence[Status], speed: int, slower: int) -> Text:
    """Why a run at this speed proves nothing."""
    late = f"{max(status.lag_us for status in standing) / 1_000:.1f} ms"
    return Text(
        f"速度 {speed} 太快：各事迟了 {late}；请试 --speed {slower}",
        f"too slow for speed {speed}: things were {late} late; try --speed {slower}",
    )


def refuse_what_cannot_live(scenario: Scenario) -> None:
    """``BadInput`` for a scenario in which something is decided by less than a live world can keep apart."""
    gap_us = smallest_gap(scenario)
    if gap_us < LEAST_GAP:
        gap = f"{gap_us / 1_000:.0f} ms"
        what = Text(
            f"{scenario.name} 不能实时播放：决定结果的事件只相隔 {gap}",
            f"{scenario.name} cannot be played live: what decides in it is {gap} apart",
        )
        remedy = Text("请去掉 --live，用虚拟时间播放", "play it in virtual time, without --live")
        raise BadInput("--live", 0, "", what, remedy)


def _timers(scenario: Scenario) -> Iterator[Duration]:
    world = scenario.world
    yield from (terminal.answer_timeout_us for terminal in world.terminals)
    yield from (acquirer.answer_timeout_us for acquirer in world.acquirers)
    yield world.network.answer_timeout_us
    if world.platform is not None:
        yield world.platform.slot_us
    yield from (issuer.core_limit_us for issuer in world.issuers)


def _delays(scenario: Scenario) -> Iterator[Duration]:
    """How late faults make things, and how long issuers take."""
    yield from (issuer.authorise_us for issuer in scenario.world.issuers if issuer.authorise_us)
    for injection in scenario.injections:
        for name, length in msgspec.structs.asdict(injection.fault).items():
            if name.endswith("_us") and type(length) is int and length > 0:
                yield length
