"""Everybody who is no machine: cashiers, the cardholder, merchants."""

from collections.abc import Mapping

from poslab.party.contract import Address, Party
from poslab.world.world import World
from scenarios.people.cardholder import Cardholder
from scenarios.people.cashier import Cashier
from scenarios.people.merchant import Merchant
from scenarios.people.policies import POLICIES

CARDHOLDERS = ("reads-sms",)
"""How a cardholder can behave."""


def cast(world: World, policies: Mapping[Address, object] | None = None) -> dict[Address, Party]:
    """A party for each person of a world.

    ``policies`` says how somebody behaves, by address: a cashier as one of ``POLICIES`` (by default by the book), the
    cardholder as one of ``CARDHOLDERS``. ``ValueError`` for a way nobody knows.
    """
    said = policies or {}
    people: dict[Address, Party] = {}
    for address in dict.fromkeys(terminal.cashier for terminal in world.terminals):
        policy = str(said.get(address, "by-the-book"))
        if policy not in POLICIES:
            raise ValueError(f"{address} cannot behave {policy!r}; known are {', '.join(POLICIES)}")
        people[address] = Cashier(world, address, POLICIES[policy])
    if said.get("cardholder", CARDHOLDERS[0]) not in CARDHOLDERS:
        raise ValueError(f"a cardholder cannot behave {said['cardholder']!r}; known are {', '.join(CARDHOLDERS)}")
    people["cardholder"] = Cardholder()
    for merchant in world.merchants:
        people[merchant.address] = Merchant()
    return people
