"""A process is gone, or stands still: crash at a point, stop, pause."""

from typing import ClassVar

from msgspec import Struct

from poslab.faults.handles import PROCESS, RECOVERS
from poslab.party.time import Duration

BEFORE_JOURNAL = "before-journal"
"""The input was never heard."""
AFTER_JOURNAL = "after-journal"
"""Heard, kept and posted, but nothing was sent."""
AFTER_SEND = "after-send"
"""Everything was done; what was awaited next is missed."""
DURING_RECOVERY = "during-recovery"
"""It died before, is coming back, and dies again: nothing was said again and no timer armed."""

POINTS = (BEFORE_JOURNAL, AFTER_JOURNAL, AFTER_SEND)
"""The points in the handling of an input."""


class Crash(Struct, frozen=True):
    """The process dies at a point of handling a matching input and is back ``down_for_us`` microseconds later.

    ``during-recovery`` has no input of its own: it strikes when a process that died of something else comes back.
    """

    handle: ClassVar[str] = PROCESS
    heals: ClassVar[str] = RECOVERS

    point: str
    down_for_us: Duration


class Stop(Struct, frozen=True):
    """The process is gone while the fault lasts: connections to it are refused, what is sent to it is lost."""

    handle: ClassVar[str] = PROCESS
    heals: ClassVar[str] = RECOVERS

    point: ClassVar[str] = "now"


class Pause(Struct, frozen=True):
    """The process stands still while the fault lasts and then hears everything that came, in its order."""

    handle: ClassVar[str] = PROCESS
    heals: ClassVar[str] = RECOVERS

    point: ClassVar[str] = "now"
