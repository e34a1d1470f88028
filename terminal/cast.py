"""Which terminals a world has."""

from poslab.party.contract import Address, Party
from poslab.world.world import World
from terminal.machine import Terminal


def cast(world: World) -> dict[Address, Party]:
    """Every terminal of the world, by its address."""
    return {parameters.address: Terminal(parameters, world.calendar.cut_off) for parameters in world.terminals}
