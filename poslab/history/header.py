"""The first line of a history: which run it tells of, and who existed in it."""

import msgspec
from msgspec import Struct

from poslab.history.line import SCHEMA
from poslab.world.world import World


class Header(Struct, frozen=True):
    """What the first line says."""

    schema: str
    version: str
    scenario: str
    variant: str | None
    seed: str
    world: World


def header(version: str, scenario: str, variant: str | None, seed: str, world: World) -> bytes:
    """The first line, without its line end."""
    return msgspec.json.encode(Header(SCHEMA, version, scenario, variant, seed, world))
