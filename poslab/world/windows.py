"""When the rail takes an order: small amounts at any hour, large ones while the large-value system is open."""

from datetime import timedelta

from poslab.party.time import Instant, date_of, midnight, time_of_day
from poslab.world.world import World


def takes(world: World, amount_fen: int, at: Instant) -> bool:
    """Whether a payout of an amount in fen can go at an instant."""
    rail = world.rail
    if amount_fen <= rail.small_value_limit_fen:
        return True
    open_now = rail.large_value_from_us <= time_of_day(at) < rail.large_value_until_us
    return open_now and world.calendar.is_working(date_of(at))


def large_value_opens(world: World, at: Instant) -> Instant:
    """The first instant, later than ``at``, at which the large-value system begins its day."""
    day = date_of(at)
    if not world.calendar.is_working(day) or time_of_day(at) >= world.rail.large_value_from_us:
        day = world.calendar.next_working(day)
    return midnight(day) + world.rail.large_value_from_us


def goes_on(world: World, amount_fen: int, due: Instant) -> Instant:
    """When a payout that is due at an instant can go: then, or at the same hour of the first day on which it can.

    Where that hour is never one of the large-value system's, it goes when it is due, and waits at the rail.
    """
    hour = time_of_day(due)
    if not world.rail.large_value_from_us <= hour < world.rail.large_value_until_us:
        return due
    while not takes(world, amount_fen, due):
        due = midnight(date_of(due) + timedelta(days=1)) + hour
    return due
