"""Gathers what every service says of its parties into the one history of a world, as a virtual run writes it.

Lines are numbered per party. They are put in order by causality first (nobody hears what was not said yet), then by
world time, then by party; their instants never go back. A stretch that never came is a gap: whatever judges such a
history is told so.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

import msgspec
from msgspec import Struct

from poslab.history.line import Garbled, Heard, Line
from poslab.party.contract import Address, Connect, Effect, Input, Remind, Send
from poslab.party.facts import Recovered
from poslab.party.time import Instant
from poslab.runtime.live.envelope import Said
from poslab.runtime.live.inputs import BAD_BYTES
from poslab.runtime.live.standing import digest_of

_LINES = msgspec.json.Decoder(list[Said])

_WISHES = (Send.__name__, Connect.__name__, Remind.__name__)

REMEMBERED = 100_000
"""So many messages that were sent are known in case somebody hears them, where a history is followed for ever."""


class Gap(Struct, frozen=True):
    """Lines of a party that never came, from ``first`` to ``last``."""

    party: Address
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.party} {self.first}" + (f"-{self.last}" if self.last > self.first else "")


class Gathered:
    """Every line that was heard of, once. What ``merged`` has given away is forgotten."""

    def __init__(self) -> None:
        self._lines: dict[Address, dict[int, Said]] = {}
        self._given: dict[Address, int] = {}
        """How many lines of each party were merged, or were given up."""
        self._numbers: dict[tuple[Address, int], int] = {}
        self._messages: dict[tuple[int, int], Input] = {}
        self._last: Instant = -(1 << 62)
        self._written = 0
        self.refused = 0
        self.lost: list[Gap] = []
        """What was given up."""
        self.contradicted: dict[Address, tuple[Said, Said]] = {}
        """Party → the first of its lines that was said twice, and not alike: it forgot what it had said."""

    def take(self, payload: bytes) -> None:
        """What a service published; a line that is known already counts once."""
        try:
            said = _LINES.decode(payload)
        except BAD_BYTES:
            self.refused += 1
            return
        for line in said:
            if line.n > self._given.get(line.party, 0):
                known = self._lines.setdefault(line.party, {}).setdefault(line.n, line)
                if known is not line and not _alike(known, line):
                    before = self.contradicted.get(line.party)
                    if before is None or line.n < before[0].n:
                        self.contradicted[line.party] = known, line

    def count(self, party: Address) -> int:
        """How many lines of a party are there without a gap; what was given up is waited for no longer."""
        lines = self._lines.get(party, {})
        n = self._given.get(party, 0)
        while True:
            if n + 1 in lines:
                n += 1
            elif (gap := self._lost_at(party, n + 1)) is not None:
                n = gap.last
            else:
                return n

    def _lost_at(self, party: Address, n: int) -> Gap | None:
        return next((gap for gap in self.lost if gap.party == party and gap.first <= n <= gap.last), None)

    def gaps(self, owed: Mapping[Address, int]) -> dict[Address, int]:
        """Party → the first line that is missing, of those that owe lines up to a number."""
        return {party: self.count(party) + 1 for party, n in owed.items() if self.count(party) < n}

    def give_up(self, owed: Mapping[Address, int]) -> list[Gap]:
        """Wait no longer for what is missing up to these numbers: it is ``lost``. Answers what."""
        lost: list[Gap] = []
        for party, last in owed.items():
            lines = self._lines.get(party, {})
            missing = [n for n in range(self.count(party) + 1, last + 1) if n not in lines]
            for _, stretch in groupby(enumerate(missing), key=lambda entry: entry[1] - entry[0]):
                numbers = [n for _, n in stretch]
                lost.append(Gap(party, numbers[0], numbers[-1]))
        self.lost += lost
        return lost

    def merged(
        self,
        decoded_input: Callable[[bytes], Input],
        decoded_effects: Callable[[bytes], list[Effect]],
        *,
        patient: bool = False,
    ) -> Iterator[tuple[Line, Input]]:
        """The history: lines numbered from 1, with the inputs that they tell of; read by who knows the messages.

        May be asked again when more has come. ``patient`` waits for what is missing and was not given up; else it is
        passed over.
        """
        ready: list[tuple[Instant, Address]] = []
        waits: dict[tuple[Address, int], list[Address]] = {}
        heads: dict[Address, Said] = {}

        def advance(party: Address) -> None:
            said = self._next(party, patient=patient)
            if said is None:
                return
            heads[party] = said
            cause = said.heard[:2] if said.heard is not None else None
            if cause is not None and self._is_to_come(cause, patient=patient):
                waits.setdefault(cause, []).append(party)
            else:
                heapq.heappush(ready, (said.at, party))

        for party in sorted(self._lines):
            advance(party)
        while ready:
            _, party = heapq.heappop(ready)
            said = heads.pop(party)
            del self._lines[party][said.n]
            self._given[party] = said.n
            yield self._line(said, decoded_input, decoded_effects)
            if party in self.contradicted and self.contradicted[party][0] is said:
                yield self._forgot(party)
            for waiting in waits.pop((party, said.n), ()):
                heapq.heappush(ready, (heads[waiting].at, waiting))
            advance(party)
        if patient:
            while len(self._messages) > REMEMBERED:
                del self._messages[next(iter(self._messages))]

    def _forgot(self, party: Address) -> tuple[Line, Input]:
        """A line that bears witness: the party came back as somebody else than it was."""
        self._written += 1
        died_as, came_back_as = (digest_of(msgspec.json.encode(said)) for said in self.contradicted[party])
        given = Recovered("", died_as, came_back_as)
        return Line(self._written, self._last, party, given, []), given

    def _next(self, party: Address, *, patient: bool) -> Said | None:
        """A party's next line; where it is missing and given up, or nobody is patient, the first one after it."""
        lines = self._lines[party]
        if not lines:
            return None
        wanted = self._given.get(party, 0) + 1
        if patient:
            while wanted not in lines:
                gap = self._lost_at(party, wanted)
                if gap is None:
                    return None
                wanted = gap.last + 1
            return lines[wanted]
        return lines[wanted] if wanted in lines else lines[min(lines)]

    def _is_to_come(self, cause: tuple[Address, int], *, patient: bool) -> bool:
        """Whether a line that made another one is still to be merged."""
        party, n = cause
        if n <= self._given.get(party, 0):
            return False
        if n in self._lines.get(party, {}):
            return True
        return patient and party in self._lines and self._lost_at(party, n) is None

    def _line(
        self, said: Said, decoded_input: Callable[[bytes], Input], decoded_effects: Callable[[bytes], list[Effect]]
    ) -> tuple[Line, Input]:
        self._written += 1
        written = self._written
        self._last = max(self._last, said.at)
        self._numbers[said.party, said.n] = written
        effects = decoded_effects(bytes(said.effects))
        for index, effect in enumerate(effects):
            if type(effect) is Send:
                self._messages[written, index] = effect.message
        if said.heard is None or said.heard[:2] not in self._numbers:
            told = decoded_input(bytes(said.given))
            return Line(written, self._last, said.party, told, effects), told
        of = self._numbers[said.heard[:2]]
        _, _, place, copy, garbled = said.heard
        sent = self._messages.get((of, place))
        told = sent if sent is not None and not garbled else decoded_input(bytes(said.given))
        garbled = garbled and told != sent  # its receiver sees a MAC that agrees with no key, also where none was meant
        heard = (Garbled if garbled else Heard)(of, place, copy)
        return Line(written, self._last, said.party, heard, effects), told


def _alike(one: Said, other: Said) -> bool:
    """Whether two tell of the same line; what a process that died in the middle of it wished may be missing in one."""
    if (one.at, bytes(one.given), one.heard) != (other.at, bytes(other.given), other.heard):
        return False
    return bytes(one.effects) == bytes(other.effects) or _unwished(one) == _unwished(other)


def _unwished(said: Said) -> list[list[object]]:
    effects: list[list[object]] = msgspec.json.decode(said.effects)
    return [effect for effect in effects if effect[0] not in _WISHES]
