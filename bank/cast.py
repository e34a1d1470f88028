"""Everybody of the banking side of a world, by address."""

from bank.account_bank import AccountBank
from bank.issuer import Issuer
from bank.rail import Rail
from poslab.party.contract import Address, Party
from poslab.world.world import World


def cast(world: World) -> dict[Address, Party]:
    """A fresh issuer for each of the world's issuers, account bank for each of its banks, and the rail."""
    parties: dict[Address, Party] = {settings.address: Issuer(world, settings) for settings in world.issuers}
    parties.update((settings.address, AccountBank(world, settings)) for settings in world.banks)
    parties[world.rail.address] = Rail(world)
    return parties
