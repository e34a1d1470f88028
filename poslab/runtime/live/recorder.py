"""Gathers what every service says of its parties into the one history of a world, as a virtual run writes it.

Lines are numbered per party. They are put in order by causality first (nobody hears what was not said yet), then by
world time, then by party; their instants never go back. A stretch that never came is a gap: whatever judges such a
history is told so.
"""

import heapq
from collections.abc import Callable, Iterator

import msgspec

from poslab.history.line import Garbled, Heard, Line
from poslab.party.contract import Address, Effect, Input, Send
from poslab.party.time import Instant
from poslab.runtime.live.envelope import Said

_LINES = msgspec.json.Decoder(list[Said])


class Gathered:
    """Every line that was heard of, once."""

    def __init__(self) -> None:
        self._lines: dict[Address, dict[int, Said]] = {}
        self.refused = 0

    def take(self, payload: bytes) -> None:
        """What a service published; a line that is known already counts once."""
        try:
            said = _LINES.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.refused += 1
            return
        for line in said:
            self._lines.setdefault(line.party, {}).setdefault(line.n, line)

    def count(self, party: Address) -> int:
        """How many lines of a party are there without a gap."""
        lines = self._lines.get(party, {})
        n = 0
        while n + 1 in lines:
            n += 1
        return n

    def gaps(self, owed: dict[Address, int]) -> dict[Address, int]:
        """Party → the first line that is missing, of those that owe lines up to a number."""
        return {party: self.count(party) + 1 for party, n in owed.items() if self.count(party) < n}

    def merged(
        self, decoded_input: Callable[[bytes], Input], decoded_effects: Callable[[bytes], list[Effect]]
    ) -> Iterator[tuple[Line, Input]]:
        """The history: lines numbered from 1, with the inputs that they tell of; read by who knows the messages."""
        queues = {party: iter(sorted(lines.values(), key=lambda said: said.n)) for party, lines in self._lines.items()}
        heads: dict[Address, Said] = {}
        ready: list[tuple[Instant, Address]] = []
        waits: dict[tuple[Address, int], list[Address]] = {}
        numbers: dict[tuple[Address, int], int] = {}
        messages: dict[tuple[int, int], Input] = {}
        last: Instant = -(1 << 62)
        written = 0

        def advance(party: Address) -> None:
            said = next(queues[party], None)
            if said is None:
                return
            heads[party] = said
            cause = said.heard[:2] if said.heard is not None else None
            if cause is not None and cause not in numbers and cause[1] in self._lines.get(cause[0], {}):
                waits.setdefault(cause, []).append(party)
            else:
                heapq.heappush(ready, (said.at, party))

        for party in sorted(queues):
            advance(party)
        while ready:
            _, party = heapq.heappop(ready)
            said = heads.pop(party)
            written += 1
            last = max(last, said.at)
            numbers[party, said.n] = written
            given: Heard | Input
            told: Input
            effects = decoded_effects(bytes(said.effects))
            for index, effect in enumerate(effects):
                if type(effect) is Send:
                    messages[written, index] = effect.message
            if said.heard is not None and said.heard[:2] in numbers:
                of = numbers[said.heard[:2]]
                _, _, place, copy, garbled = said.heard
                given = (Garbled if garbled else Heard)(of, place, copy)
                sent = None if garbled else messages.get((of, place))
                told = sent if sent is not None else decoded_input(bytes(said.given))
            else:
                given = told = decoded_input(bytes(said.given))
            yield Line(written, last, party, given, effects), told
            for waiting in waits.pop((party, said.n), ()):
                heapq.heappush(ready, (heads[waiting].at, waiting))
            advance(party)
