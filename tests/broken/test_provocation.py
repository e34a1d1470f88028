"""A build that was never provoked, and a check that fires for the sound build as well, prove nothing."""

import pytest
from bent import Build, caught, story

from acquirer.host.host import Host
from poslab.party.contract import Effect, Input, Party
from poslab.party.time import Instant


def never(party: Party, given: Input, at: Instant) -> bool:
    return False


def silent(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect]:
    return []


def test_provoked_0_times_is_no_evidence() -> None:
    with pytest.raises(pytest.fail.Exception, match="provoked 0 times"):
        caught(Build("host", Host, before=never), story(), "books-balance")


def test_a_check_that_fires_for_the_sound_build_too_shows_nothing() -> None:
    with pytest.raises(AssertionError, match="sound build"):
        caught(Build("host", Host, bend=silent), story(name="op-double-swipe/no-paper"), "one-net-effect")


def test_a_check_that_does_not_fire_is_named() -> None:
    with pytest.raises(AssertionError, match="frozen-direction"):
        caught(Build("host", Host, bend=silent), story(), "frozen-direction")
