"""A journal that counts what is done to it, for whoever watches a service."""

import time
from collections.abc import Callable, Iterator, Sequence

from poslab.runtime.journals.journal import NO_NOTES, Journal, Kept, Notes, Record, Snapshot


class Counted:
    """The same journal, with an account. Ages are in real seconds."""

    def __init__(self, journal: Journal, now: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._now = now
        self._kept_at = now()
        self.inputs = 0
        """Records that were made durable by this process."""
        self.commits = 0

    @property
    def snapshot_age_s(self) -> int:
        """How long ago the last snapshot was kept; since this process began, where it has kept none."""
        return int(self._now() - self._kept_at)

    async def open(self) -> Kept:
        """Take it."""
        return await self._journal.open()

    def tail(self, after: int) -> Iterator[Record]:
        """The records after this one."""
        return self._journal.tail(after)

    async def append(self, records: Sequence[Record], confirmed: int, notes: Notes = NO_NOTES) -> None:
        """One commit."""
        await self._journal.append(records, confirmed, notes)
        self.commits += 1
        self.inputs += len(records)

    async def keep(self, snapshot: Snapshot) -> None:
        """One commit, and the age begins anew."""
        await self._journal.keep(snapshot)
        self.commits += 1
        self._kept_at = self._now()

    async def close(self) -> None:
        """Let go of it."""
        await self._journal.close()
