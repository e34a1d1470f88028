"""What a service does when it begins on a journal: it is again who it was, and says what the bus may not have taken."""

from collections.abc import Callable, Mapping, Sequence

from poslab.party.contract import Address, Input, Party, Send
from poslab.party.facts import Recovered
from poslab.runtime.journals.journal import Journal, Kept, Record
from poslab.runtime.live.floor import Floor
from poslab.runtime.live.keeping import collector_off
from poslab.runtime.live.lines import Lines
from poslab.runtime.live.older import older_state
from poslab.runtime.live.recent import KEPT
from poslab.runtime.live.standing import Progress
from poslab.runtime.live.telling import Telling


class Recovery:
    """``recast`` makes a newborn party that behaves as a word says."""

    def __init__(
        self,
        journal: Journal,
        floor: Floor,
        progress: Progress,
        lines: Lines,
        telling: Telling,
        decode: Mapping[Address, Callable[[bytes], Input]],
        recast: Callable[[Address, str], Party] | None,
    ) -> None:
        self.replayed = 0
        """Inputs that came after the last snapshot."""
        self.said_again = 0
        """Messages that the bus may not have taken."""
        self._journal = journal
        self._floor = floor
        self._progress = progress
        self._lines = lines
        self._telling = telling
        self._decode = decode
        self._recast = recast

    def run(self, kept: Kept) -> str:
        """Replay the journal and wake everybody up. Answers what was done, in words; empty for a new journal."""
        if kept.snapshot is not None:
            standing = self._progress.go_back_to(kept.snapshot)
            self._floor.now = max(self._floor.now, standing.at)
            for address, party in standing.parties.items():
                if party.behaves and self._recast is not None:
                    self._floor.seats[address].seat(self._recast(address, party.behaves))
                self._floor.seats[address].party.restore(party.state)
        tail = list(self._journal.tail(self._progress.seq))
        remembered_from = tail[-1].seq - KEPT if tail else 0
        with collector_off():
            for place, record in enumerate(tail):
                self._progress.seq = record.seq
                self._floor.now = max(self._floor.now, record.at)
                given = self._replay(record, record.seq > kept.confirmed, record.seq > remembered_from)
                if type(given) is Recovered and given.died_as != given.came_back_as:
                    self._go_back(record.party, given, tail[:place])
        self.replayed = len(tail)
        self._progress.caught_up()
        if not self._progress.seq:
            return ""
        self._floor.wake_all()
        return f"recovered: {self.replayed} inputs replayed, {self.said_again} messages said again"

    def _replay(self, record: Record, unconfirmed: bool, remembered: bool) -> Input:
        """Tell it once more; lines that the bus had taken are remembered for whoever asks, and not said again.

        Answers what was told.
        """
        seat = self._floor.seats[record.party]
        standing = self._progress.parties[record.party]
        given = self._decode[record.party](record.given)
        if record.heard is not None:
            standing.heard.add(record.heard)
        effects = self._telling.answers(seat, given, record)
        if effects is None:
            return given
        standing.n += 1
        if not unconfirmed:
            if remembered:
                self._lines.remember(standing.n, record, effects)
            return given
        self._lines.write(standing.n, record, effects)
        for index, effect in enumerate(effects):
            if type(effect) is Send:
                link = seat.links[effect.to]
                self._floor.say_again(link, effect, (seat.address, standing.n, index, 0, False))
                self.said_again += 1
        return given

    def _go_back(self, address: Address, back: Recovered, before: Sequence[Record]) -> None:
        """Its store had lost something when it came back then; a state from before the snapshot is not found again."""
        if self._recast is None:
            return
        behaves, recast = self._progress.parties[address].behaves, self._recast
        base = self._progress.parties[address].state or None
        of_party = [record for record in before if record.party == address]
        left = older_state(
            lambda: recast(address, behaves), base, of_party, self._decode[address], back, self._floor.cut_of(address)
        )
        if left is not None:
            reborn = recast(address, behaves)
            reborn.restore(left)
            self._floor.seats[address].seat(reborn)
