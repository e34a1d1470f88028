"""Preset worlds: everybody has one address, one number, and a bank account."""

import msgspec
import pytest

from poslab.world.presets import PRESETS, market
from poslab.world.world import World


@pytest.mark.parametrize("world", [build() for build in PRESETS.values()] + [market(25)], ids=lambda world: world.name)
def test_names_and_numbers_are_unique_and_clearly_fictional(world: World) -> None:
    terminals = world.terminals
    assert len({terminal.tid for terminal in terminals}) == len({t.address for t in terminals}) == len(terminals)
    for merchant in world.merchants:
        assert len(merchant.mid) == 15 and merchant.mid.startswith("999")
        assert merchant.account_no.startswith("999")
    for terminal in terminals:
        assert len(terminal.tid) == 8
        assert world.merchant(terminal.mid)
        assert terminal.route in world.roles()
    assert world.issuer_of("good-debit").address in world.roles()


def test_a_world_crosses_json_unchanged() -> None:
    for build in PRESETS.values():
        world = build()
        assert msgspec.json.decode(msgspec.json.encode(world), type=World) == world
