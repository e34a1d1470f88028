"""Casts a world: every party at its address, and the links between them."""

from collections.abc import Callable, Mapping

import acquirer.cast
import bank.cast
import scenarios.people.cast
import terminal.cast
from poslab.party.contract import Address, Input, Party
from poslab.party.facts import PowerCut, PowerRestored
from poslab.runtime.seats import LinkSpec
from poslab.world.world import World
from scenarios.schema.story import Scenario

Instead = Mapping[Address, Callable[[World], Party]]
"""Other builds of single parties: what tests put in place to see that a check catches them."""


def parties(world: World, people: Mapping[Address, object], instead: Instead | None = None) -> dict[Address, Party]:
    """Everybody in a world. ``people`` gives policies by address; ``instead`` replaces single parties."""
    cast: dict[Address, Party] = {}
    cast.update(terminal.cast.cast(world))
    cast.update(acquirer.cast.cast(world))
    cast.update(bank.cast.cast(world))
    cast.update(scenarios.people.cast.cast(world, people))
    for address, build in (instead or {}).items():
        if address not in cast:
            raise KeyError(f"nobody sits at {address} in the world {world.name}")
        cast[address] = build(world)
    return cast


def behaviours(scenario: Scenario) -> dict[Address, object]:
    """How every person of a scenario behaves, by address."""
    people: dict[Address, object] = {device.cashier: scenario.cashier for device in scenario.world.terminals}
    people["cardholder"] = scenario.cardholder
    return people


def links(world: World) -> list[LinkSpec]:
    """Both directions of every link of a world."""
    specs: list[LinkSpec] = []

    def link(one: Address, other: Address, delay_us: int, *, permanent: bool = False) -> None:
        specs.append(LinkSpec(one, other, delay_us, permanent))
        specs.append(LinkSpec(other, one, delay_us, permanent))

    switch, rail = world.network.address, world.rail.address
    for device in world.terminals:
        link(device.cashier, device.address, 0)
        link(device.address, device.route, world.terminal_link_us)
    if world.platform is not None:
        link(world.platform.address, world.platform.onward, world.trunk_us, permanent=True)
        if world.platform.keeps_ledger:
            link(world.platform.address, rail, world.trunk_us, permanent=True)
    for host in world.acquirers:
        link(host.address, switch, world.trunk_us, permanent=True)
        link(host.address, rail, world.trunk_us, permanent=True)
    link(switch, rail, world.trunk_us, permanent=True)
    for issuer in world.issuers:
        link(switch, issuer.address, world.trunk_us, permanent=True)
        link(rail, issuer.address, world.trunk_us, permanent=True)
        link(issuer.address, "cardholder", world.sms_us)
    for account_bank in world.banks:
        link(rail, account_bank.address, world.trunk_us, permanent=True)
    for merchant in world.merchants:
        link(merchant.bank, merchant.address, world.sms_us)
        link(world.acquirer_of(merchant.mid).address, merchant.address, world.sms_us)
        if world.platform is not None:
            link(world.platform.address, merchant.address, world.trunk_us)
    return specs


def wakes(world: World) -> dict[Address, tuple[Input | None, Input]]:
    """What a party is told when its process dies and when it is back; terminals lose their power."""
    return {device.address: (PowerCut(), PowerRestored()) for device in world.terminals}
