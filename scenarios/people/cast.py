"""Everybody who is no machine: cashiers, the cardholder, merchants."""

from collections.abc import Mapping

from poslab.party.contract import Address, Party
from poslab.party.time import Duration
from poslab.world.world import World
from scenarios.people.cardholder import CARDHOLDERS, CONFIRMS_AFTER, Cardholder
from scenarios.people.cashier import Cashier
from scenarios.people.intermediary import Intermediary
from scenarios.people.merchant import Merchant
from scenarios.people.policies import POLICIES


def cast(world: World, policies: Mapping[Address, object] | None = None) -> dict[Address, Party]:
    """A party for each person of a world.

    ``policies`` says how somebody behaves, by address: a cashier as one of ``POLICIES`` (by default by the book), the
    cardholder as one of ``CARDHOLDERS``, or ``CONFIRMS_AFTER`` and how long it takes her to confirm a payment by code.
    ``ValueError`` for a way nobody knows.
    """
    said = policies or {}
    people: dict[Address, Party] = {}
    for address in dict.fromkeys(terminal.cashier for terminal in world.terminals):
        policy = str(said.get(address, "by-the-book"))
        if policy not in POLICIES:
            raise ValueError(f"{address} cannot behave {policy!r}; known are {', '.join(POLICIES)}")
        people[address] = Cashier(world, address, POLICIES[policy])
    people["cardholder"] = Cardholder(_confirms_after(str(said.get("cardholder", "reads-sms"))))
    for merchant in world.merchants:
        if merchant.intermediary:
            people[merchant.address] = Intermediary(world, merchant)
        elif merchant.address not in people:  # a shop's further contract has nobody of its own
            mids = frozenset(each.mid for each in world.merchants if each.address == merchant.address)
            people[merchant.address] = Merchant("" if world.platform is None else world.platform.address, mids)
    return people


def _confirms_after(said: str) -> Duration | None:
    after = said.removeprefix(CONFIRMS_AFTER)
    if after != said and after.isdecimal():
        return int(after)
    if said not in CARDHOLDERS:
        raise ValueError(f"a cardholder cannot behave {said!r}; known are {', '.join(CARDHOLDERS)}")
    return CARDHOLDERS[said]
