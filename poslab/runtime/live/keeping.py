"""What a service's journal is told, and when: records, how much of what they made was said, sometimes a snapshot."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from poslab.runtime.journals.journal import Journal, Notes, Record, Snapshot
from poslab.runtime.live.outbox import Outbox

SNAPSHOT_EVERY: Final = 20_000


class Keeping:
    """``snapshot`` is asked for the state as it is after a record, ``notes`` for what else is to be kept, if anything
    has changed; ``noted`` is called when that is durable.
    """

    def __init__(
        self,
        journal: Journal,
        out: Outbox,
        snapshot: Callable[[int], Snapshot],
        notes: Callable[[], Notes],
        noted: Callable[[], None],
    ) -> None:
        self.since_snapshot = 0
        """So many records came after the last one."""
        self.first = False
        """Whether something must be in a snapshot before the next record."""
        self._journal = journal
        self._out = out
        self._snapshot = snapshot
        self._notes = notes
        self._noted = noted
        self._next: Snapshot | None = None
        self._confirmed = 0

    async def append(self, records: Sequence[Record]) -> None:
        """Returns when they are durable."""
        if self.first:
            self.first = False
            await self._journal.keep(self._snapshot(records[0].seq - 1))
        await self._append(records, self._notes())

    async def _append(self, records: Sequence[Record], notes: Notes) -> None:
        self._confirmed = self._out.confirmed
        await self._journal.append(records, self._confirmed, notes)
        if notes:
            self._noted()

    def hurry(self) -> None:
        """Take a snapshot as soon as what is in hand was told."""
        self.since_snapshot = SNAPSHOT_EVERY

    async def told(self, count: int, last: int) -> None:
        """So many records were told, up to ``last``."""
        self.since_snapshot += count
        if self.since_snapshot >= SNAPSHOT_EVERY:
            self.since_snapshot = 0
            self._next = self._snapshot(last)
        await self._keep_what_is_due()

    async def idle(self) -> bool:
        """There is nothing to tell just now. Answers whether there was something to write."""
        await self._keep_what_is_due()
        notes = self._notes()
        if not notes and (self._out or self._out.confirmed <= self._confirmed):
            return False
        await self._append([], notes)  # so that little is said twice after a kill
        return True

    async def end(self, last: int) -> None:
        """Nothing more will come after this record."""
        notes = self._notes()
        if notes:
            await self._append([], notes)
        if last:
            await self._journal.keep(self._snapshot(last))

    async def _keep_what_is_due(self) -> None:
        """A snapshot is written when all that was said before it was taken: nothing of it must be said again."""
        snapshot = self._next
        if snapshot is not None and (self._out.confirmed >= snapshot.seq or not self._out):
            self._next = None
            await self._journal.keep(snapshot)


@contextmanager
def collector_off() -> Iterator[None]:
    """While much is made that stays, looking for what does not only takes time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
