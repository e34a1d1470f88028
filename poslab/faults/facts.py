"""A fact of life: paper runs out, an account is frozen, a host is out of order."""

from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import FACT, MANUAL
from poslab.party.contract import Input


class Fact(Struct, frozen=True):
    """``given`` is handed to a party when the fault begins, ``inverse`` (if there is one) when it ends."""

    handle: ClassVar[str] = FACT
    heals: ClassVar[str] = MANUAL

    given: Input
    inverse: Input | None = None
