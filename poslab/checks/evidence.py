"""What the checks share: who exists, and three folds that remember, each once, what several checks need."""

from typing import TypeAlias

from msgspec import Struct

from poslab.checks.claims import Claims
from poslab.checks.docket import Docket
from poslab.checks.reference import Reference
from poslab.checks.tell import Tell
from poslab.party.contract import Address
from poslab.world.world import World

Roles: TypeAlias = dict[Address, str]


class Evidence(Struct, frozen=True):
    """The folds of one run: attempts, money, and what clearing files claim."""

    world: World
    docket: Docket
    reference: Reference
    claims: Claims


def gather(world: World, tell: Tell) -> Evidence:
    """Fresh folds; what they find they ``tell``."""
    docket = Docket(world, tell)
    return Evidence(world, docket, Reference(world, tell), Claims(world, tell, docket))
