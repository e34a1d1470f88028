"""The clock of a live world: one tempo for all, never backwards, never past its limit."""

from poslab.party.time import MINUTE, SECOND
from poslab.runtime.live.clock import Tempo, WorldClock


class Machine:
    """A machine's clock that the test moves."""

    def __init__(self) -> None:
        self.ns = 1_000_000_000

    def __call__(self) -> int:
        return self.ns


def test_the_world_runs_as_fast_as_it_is_told() -> None:
    machine = Machine()
    clock = WorldClock(machine)
    clock.set(clock.changed(world_at=10 * MINUTE, speed_milli=60_000))
    machine.ns += 1_000_000_000
    assert clock.now() == 11 * MINUTE
    assert clock.real_s(MINUTE) == 1.0


def test_two_services_that_are_told_one_tempo_show_one_time() -> None:
    machine = Machine()
    one, other = WorldClock(machine), WorldClock(machine)
    tempo = one.changed(world_at=0, speed_milli=1_000)
    machine.ns += 5_000_000_000
    one.set(tempo)
    other.set(tempo)
    assert one.now() == other.now() == 5 * SECOND


def test_it_stands_still_at_its_limit() -> None:
    machine = Machine()
    clock = WorldClock(machine)
    clock.set(clock.changed(world_at=0, speed_milli=60_000, limit=30 * SECOND))
    machine.ns += 3_600_000_000_000
    assert clock.now() == 30 * SECOND


def test_it_never_goes_back() -> None:
    machine = Machine()
    clock = WorldClock(machine)
    clock.set(Tempo(MINUTE, machine.ns, 1_000))
    assert clock.now() == MINUTE
    clock.set(Tempo(0, machine.ns, 1_000))
    machine.ns -= 10_000_000_000
    assert clock.now() == MINUTE


def test_a_clock_that_stands_still_keeps_everybody_waiting() -> None:
    clock = WorldClock(Machine())
    assert clock.real_s(1) == float("inf")
