"""Under which name each institution's central-bank money stands at the rail.

The first issuer, account bank and acquirer of a world have the plain names of the chart (``R.account.I``); each further
one's account bears its address (``R.account.I.issuer-b``, ``R.account.A.host-b.reserve``).
"""

from collections.abc import Mapping, Sequence

from poslab.party.contract import Address
from poslab.world.world import AccountBank, Issuer, World

NETWORK = "R.account.N"
PLATFORM = "R.account.P"


def of_issuer(world: World, address: Address) -> str:
    """An issuer's account."""
    return _named("R.account.I", world.issuers, address)


def of_bank(world: World, address: Address) -> str:
    """An account bank's account."""
    return _named("R.account.B", world.banks, address)


def owners(world: World) -> Mapping[str, Address]:
    """Account at the rail → the institution that it belongs to."""
    found = {NETWORK: world.network.address}
    for acquirer in world.acquirers:
        found[acquirer.reserve_account] = found[acquirer.own_account] = acquirer.address
    found.update((of_issuer(world, issuer.address), issuer.address) for issuer in world.issuers)
    found.update((of_bank(world, bank.address), bank.address) for bank in world.banks)
    if world.platform is not None:
        found[PLATFORM] = world.platform.address
    return found


def _named(first: str, institutions: Sequence[Issuer | AccountBank], address: Address) -> str:
    return first if address == institutions[0].address else f"{first}.{address}"
