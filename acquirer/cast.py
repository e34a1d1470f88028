"""The acquiring side of a world: who plays platform, host and switch."""

from acquirer.host.host import Host
from acquirer.platform.gateway import Gateway
from acquirer.switch.switch import Switch
from poslab.party.contract import Address, Party
from poslab.world.world import World


def cast(world: World) -> dict[Address, Party]:
    """A fresh party for each institution of the acquiring side, by address."""
    parties: dict[Address, Party] = {}
    if world.platform is not None:
        parties[world.platform.address] = Gateway(world)
    for acquirer in world.acquirers:
        parties[acquirer.address] = Host(world.seen_by(acquirer.address))
    parties[world.network.address] = Switch(world)
    return parties
