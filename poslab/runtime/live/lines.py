"""Lines of the history as a service writes them: said after each batch, and remembered for whoever asks again."""

from collections.abc import Mapping, Sequence

import msgspec

from poslab.party.contract import Address, Effect
from poslab.runtime.journals.journal import Record
from poslab.runtime.live.envelope import Said
from poslab.runtime.live.outbox import Outbox
from poslab.runtime.live.recent import Recent


class Lines:
    """One line for everything that a party was told."""

    def __init__(self, out: Outbox) -> None:
        self.recent = Recent()
        self._out = out
        self._unsaid: list[Said] = []

    def write(self, n: int, record: Record, effects: Sequence[Effect]) -> None:
        """A party's n-th line; it is said with those of its batch."""
        self._unsaid.append(_line(n, record, effects))

    def remember(self, n: int, record: Record, effects: Sequence[Effect]) -> None:
        """A line that the bus has taken already, in an earlier life of this service."""
        self.recent.add((_line(n, record, effects),))

    def say(self, seq: int) -> None:
        """Publish what was written since, the last of it about record ``seq``."""
        unsaid, self._unsaid = self._unsaid, []
        self.recent.add(unsaid)
        self._out.say(seq, unsaid)

    def say_again(self, seq: int, wanted: Mapping[Address, int]) -> None:
        """Publish what is remembered of these parties from a number on; of all parties where none is named."""
        self._out.say(seq, self.recent.since(wanted))


def _line(n: int, record: Record, effects: Sequence[Effect]) -> Said:
    told, did = msgspec.Raw(record.given), msgspec.Raw(msgspec.json.encode(effects))
    return Said(record.party, n, record.at, told, record.heard, did)
