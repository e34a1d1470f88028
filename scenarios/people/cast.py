"""Everybody who is no machine: cashiers, the cardholder, merchants."""

from collections.abc import Mapping

from poslab.party.contract import Address, Party
from poslab.party.time import Duration
from poslab.world.world import World
from scenarios.people.cardholder import CARDHOLDERS, Cardholder
from scenarios.people.cashier import Cashier
from scenarios.people.merchant import Merchant
from scenarios.people.policies import POLICIES


def cast(world: World, policies: Mapping[Address, object] | None = None) -> dict[Address, Party]:
    """A party for each person of a world.

    ``policies`` says how somebody behaves, by address: a cashier as one of ``POLICIES`` (by default by the book), the
    cardholder as one of ``CARDHOLDERS``, or as how long it takes her to confirm a payment by code, in microseconds.
    ``ValueError`` for a way nobody knows.
    """
    said = policies or {}
    people: dict[Address, Party] = {}
    for address in dict.fromkeys(terminal.cashier for terminal in world.terminals):
        policy = str(said.get(address, "by-the-book"))
        if policy not in POLICIES:
            raise ValueError(f"{address} cannot behave {policy!r}; known are {', '.join(POLICIES)}")
        people[address] = Cashier(world, address, POLICIES[policy])
    people["cardholder"] = Cardholder(_confirms_after(said.get("cardholder", "reads-sms")))
    for merchant in world.merchants:
        people[merchant.address] = Merchant()
    return people


def _confirms_after(said: object) -> Duration | None:
    if isinstance(said, int):
        return said
    if said not in CARDHOLDERS:
        raise ValueError(f"a cardholder cannot behave {said!r}; known are {', '.join(CARDHOLDERS)}")
    return CARDHOLDERS[str(said)]
