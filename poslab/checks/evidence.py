"""What the checks share: who exists, and three folds that remember, each once, what several checks need."""

from msgspec import Struct

from poslab.checks.claims import Claims
from poslab.checks.docket import Docket
from poslab.checks.plain import Plain
from poslab.checks.reference import Reference
from poslab.checks.tell import Tell
from poslab.world.world import World


class Evidence(Struct, frozen=True):
    """The folds of one run: attempts, money, what clearing files claim, and the lines that were plain."""

    world: World
    docket: Docket
    reference: Reference
    claims: Claims
    plain: Plain


def gather(world: World, tell: Tell) -> Evidence:
    """Fresh folds; what they find they ``tell``."""
    docket = Docket(world, tell)
    reference = Reference(world, tell)
    return Evidence(world, docket, reference, Claims(world, tell, docket), Plain(world, docket, reference))
