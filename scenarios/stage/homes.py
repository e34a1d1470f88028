"""Which service hosts whom, where a world is played live."""

from collections.abc import Mapping

from poslab.party.contract import Address
from poslab.world.world import World

TERMINAL, ACQUIRER, BANK, PEOPLE = "terminal", "acquirer", "bank", "people"
SERVICES = (TERMINAL, ACQUIRER, BANK, PEOPLE)

_BY_ROLE: Mapping[str, str] = {
    "terminal": TERMINAL,
    "platform": ACQUIRER,
    "host": ACQUIRER,
    "switch": ACQUIRER,
    "issuer": BANK,
    "bank": BANK,
    "rail": BANK,
    "cashier": PEOPLE,
    "cardholder": PEOPLE,
    "merchant": PEOPLE,
}


def homes(world: World) -> dict[Address, str]:
    """Address → the service in which it sits."""
    return {address: _BY_ROLE[role] for address, role in world.roles().items()}
