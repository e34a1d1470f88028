"""What the checks share: who exists, and four folds that remember, each once, what several checks need."""

from msgspec import Struct

from poslab.checks.claims import Claims
from poslab.checks.docket import Docket
from poslab.checks.own_books import OwnBooks
from poslab.checks.plain import Plain
from poslab.checks.reference import Reference
from poslab.checks.tell import Tell
from poslab.world.world import World


class Evidence(Struct, frozen=True):
    """The folds of one run: attempts, money, what files claim, plain lines, and what merchants have booked."""

    world: World
    docket: Docket
    reference: Reference
    claims: Claims
    plain: Plain
    own_books: OwnBooks


def gather(world: World, tell: Tell) -> Evidence:
    """Fresh folds; what they find they ``tell``."""
    docket = Docket(world, tell)
    reference = Reference(world, tell)
    plain = Plain(world, docket, reference)
    return Evidence(world, docket, reference, Claims(world, tell, docket), plain, OwnBooks(tell, docket))
