"""A party's durable store fails it: it takes nothing more, or it comes back without what it had taken.

What an application does with a full log of its own is another matter, and a fact of life. Here the store lies beneath
everything a party hears: what it has not taken was never heard, and what it loses was heard by a party that is gone.
"""

from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import LOST, RECOVERS, STORE
from poslab.party.time import Duration


class StoreFull(Struct, frozen=True):
    """The store takes nothing while the fault lasts: it is full, or read-only.

    Connections are still taken, but nothing that comes is heard, and it is lost; what a party wrote to itself, and
    facts of life, wait until something can be kept again.
    """

    handle: ClassVar[str] = STORE
    heals: ClassVar[str] = RECOVERS


class StoreLostTail(Struct, frozen=True):
    """The process dies after a matching input, and the store comes back without the last ``records`` inputs.

    They had taken effect: a disk that only said it had written, or a tail that was torn. Inputs from before the fault
    began are never lost.
    """

    handle: ClassVar[str] = STORE
    heals: ClassVar[str] = LOST

    records: int
    down_for_us: Duration


class StoreOldCopy(Struct, frozen=True):
    """When the fault ends the process dies, and the store comes back as it was when the fault began: an old copy."""

    handle: ClassVar[str] = STORE
    heals: ClassVar[str] = LOST

    down_for_us: Duration
