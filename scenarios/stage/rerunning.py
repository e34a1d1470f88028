"""Journals of a live world looked at afterwards: are they whole, and does the same come of them again?

A service's state follows from what its parties were told. So its records, told to fresh parties in their order and
without waiting, must lead to the states that were kept, and to the very messages that others have heard.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from poslab.party.contract import Address, Effect, Input, Party, Send
from poslab.party.facts import Recovered
from poslab.party.time import stamp_text
from poslab.runtime.journals.contents import Contents
from poslab.runtime.journals.journal import Record, Snapshot
from poslab.runtime.live.inputs import decoder_of, owner_of
from poslab.runtime.live.older import older_state
from poslab.runtime.live.standing import Standing
from poslab.text import Text
from poslab.world.presets import PRESETS
from poslab.world.world import World
from scenarios.stage.casting import parties, wakes
from scenarios.stage.homes import homes
from scenarios.stage.serving import digest_of


class Looked(Struct, frozen=True):
    """What was found: how much was looked at, and what is wrong, the first thing first."""

    records: int = 0
    snapshots: int = 0
    """States that were kept, and come about again."""
    messages: int = 0
    """Messages that were heard, and are said again."""
    wrong: tuple[Text, ...] = ()


def world_of(digest: str, known: Sequence[World] = ()) -> World | None:
    """The world that journals belong to, if it is a preset or one of these."""
    worlds = (*known, *(build() for build in PRESETS.values()))
    return next((world for world in worlds if digest_of(world) == digest), None)


class Replay:
    """Fresh parties of one service that are told a journal again, from its first snapshot or from the beginning."""

    def __init__(self, contents: Contents, world: World) -> None:
        self.contents = contents
        self.said: dict[tuple[Address, int], Sequence[Effect]] = {}
        """Party and the number of its line → what it wished there."""
        self.broken: Text | None = None
        """Why it was not told to the end, if it was not."""
        self.wrong: list[Text] = []
        """States that are others than those that were kept."""
        self.snapshots = 0
        self._world = world
        home = homes(world)
        everybody = parties(world, {})
        self._parties: dict[Address, Party] = {
            address: party for address, party in everybody.items() if home[address] == contents.service
        }
        self._decode = {address: decoder_of(owner_of(party)) for address, party in self._parties.items()}
        self.lines: dict[Address, int] = dict.fromkeys(self._parties, 0)
        self._wakes = wakes(world)
        self._records: dict[Address, list[Record]] = {address: [] for address in self._parties}
        self._bases: dict[Address, tuple[str, bytes | None]] = dict.fromkeys(self._parties, ("", None))
        """How each party behaves, and the state in which it was met first; none: it was newborn."""
        self.since: dict[Address, int] = dict.fromkeys(self._parties, 0)
        """Lines up to this one lie before what is still there."""

    def run(self) -> None:
        """Tell them everything."""
        snapshots = list(self.contents.snapshots)
        after = 0
        if snapshots and (self.contents.first > 1 or not snapshots[0].seq):
            first = snapshots.pop(0)
            self._restore(first)
            after = first.seq
        expected = after + 1
        for entry in self.contents.entries:
            if entry.seq <= after:
                continue
            if entry.record is None:
                self.broken = Text(f"第 {entry.seq} 条记录已损坏", f"record {entry.seq} is damaged")
                return
            if entry.seq != expected:
                self.broken = Text(f"缺少第 {expected} 条记录", f"record {expected} is missing")
                return
            self._tell(entry.record)
            expected += 1
            while snapshots and snapshots[0].seq == entry.seq:
                self._compare(snapshots.pop(0))

    def _restore(self, snapshot: Snapshot) -> None:
        standing = msgspec.json.decode(snapshot.state, type=Standing)
        for address, kept in standing.parties.items():
            if kept.behaves:
                self._parties[address] = self._behaving(address, kept.behaves)
            if kept.state:
                self._parties[address].restore(kept.state)
            self._bases[address] = (kept.behaves, kept.state or None)
            self.lines[address] = self.since[address] = kept.n

    def _behaving(self, address: Address, word: str) -> Party:
        way: object = int(word) if word.isdecimal() else word
        return parties(self._world, {address: way} if word else {})[address]

    def _tell(self, record: Record) -> None:
        given = self._decode[record.party](record.given)
        if type(given) is Recovered and given.died_as != given.came_back_as:
            self._go_back(record.party, given)
        effects = () if type(given) is Recovered else self._told(record, given)
        self._records[record.party].append(record)
        if effects is not None:
            self.lines[record.party] += 1
            self.said[record.party, self.lines[record.party]] = effects

    def _told(self, record: Record, given: Input) -> Sequence[Effect] | None:
        """As the service did: nonsense over which a party fails is left out."""
        try:
            return self._parties[record.party].handle(given, record.own)
        except Exception:
            if record.heard is None:
                raise
            return None

    def _go_back(self, address: Address, back: Recovered) -> None:
        """Its store had lost something when it came back then."""
        behaves, base = self._bases[address]

        def newborn() -> Party:
            return self._behaving(address, behaves)

        cut, _ = self._wakes.get(address, (None, None))
        left = older_state(newborn, base, self._records[address], self._decode[address], back, cut)
        if left is None:
            self.wrong.append(
                Text(
                    f"{address} 恢复为 {back.came_back_as}，而它从未是那样",
                    f"{address} came back as {back.came_back_as}, and never was that",
                )
            )
            return
        self._parties[address] = newborn()
        self._parties[address].restore(left)

    def _compare(self, snapshot: Snapshot) -> None:
        standing = msgspec.json.decode(snapshot.state, type=Standing)
        self.snapshots += 1
        for address, kept in standing.parties.items():
            if self.lines[address] != kept.n:
                now = self.lines[address]
                self.wrong.append(
                    Text(
                        f"第 {snapshot.seq} 条记录处：{address} 当时写了 {kept.n} 行，现在是 {now} 行",
                        f"at record {snapshot.seq}: {address} wrote {kept.n} lines, now {now}",
                    )
                )
            elif self._parties[address].snapshot() != kept.state:
                self.wrong.append(
                    Text(
                        f"第 {snapshot.seq} 条记录处：{address} 的状态与当时保存的不同",
                        f"at record {snapshot.seq}: {address} comes to another state than the one kept there",
                    )
                )


def verified(contents: Contents, world: World) -> Looked:
    """Every record whole and in order, and every state that was kept comes about again."""
    wrong = [
        Text(f"第 {seq} 条记录处的快照已损坏", f"the snapshot at record {seq} is damaged") for seq in contents.torn
    ]
    at = None
    for entry in contents.entries:
        if entry.record is not None:
            if at is not None and entry.record.at < at:
                when = stamp_text(entry.record.at)
                wrong.append(
                    Text(
                        f"第 {entry.seq} 条记录（{when}）早于前一条",
                        f"record {entry.seq} is earlier ({when}) than the one before it",
                    )
                )
            at = entry.record.at
    if contents.confirmed > (contents.entries[-1].seq if contents.entries else contents.first - 1):
        wrong.append(
            Text(
                f"到第 {contents.confirmed} 条记录为止都已说出，而没有那条记录",
                f"everything up to record {contents.confirmed} was said, and that record is not there",
            )
        )
    replay = Replay(contents, world)
    replay.run()
    if replay.broken is not None:
        wrong.insert(0, replay.broken)
    return Looked(len(contents.entries), replay.snapshots, 0, (*wrong, *replay.wrong))


def rerun(journals: Sequence[Contents], world: World) -> Looked:
    """All of a world's journals again: whatever anybody has heard is what its sender says now."""
    replays = [Replay(contents, world) for contents in journals]
    for replay in replays:
        replay.run()
    wrong = [_of(replay.contents.service, replay.broken) for replay in replays if replay.broken is not None]
    by_party = {address: replay for replay in replays for address in replay.lines}
    messages = 0
    differences: list[tuple[int, Text]] = []
    for replay in replays:
        for record in _heard(replay.contents):
            assert record.heard is not None
            sender, line, effect, _, garbled = record.heard
            source = by_party.get(sender)
            if source is None or line <= source.since[sender]:
                continue  # the stage said it, its journal is not here, or it lies before what is still there
            messages += 1
            what = _difference(source, record, sender, line, effect, garbled=garbled)
            if what is not None:
                told = _of(replay.contents.service, what)
                when = stamp_text(record.at)
                differences.append((record.at, Text(f"{when}，{told.zh}", f"{when}, {told.en}")))
    wrong += [what for _, what in sorted(differences, key=lambda one: (one[0], one[1].en))]
    wrong += [_of(replay.contents.service, what) for replay in replays for what in replay.wrong]
    records = sum(len(contents.entries) for contents in journals)
    return Looked(records, sum(replay.snapshots for replay in replays), messages, tuple(wrong))


def _of(service: str, what: Text) -> Text:
    return Text(f"{service}：{what.zh}", f"{service}: {what.en}")


def _heard(contents: Contents) -> Iterator[Record]:
    for entry in contents.entries:
        if entry.record is not None and entry.record.heard is not None:
            yield entry.record


def _difference(
    source: Replay, record: Record, sender: Address, line: int, effect: int, *, garbled: bool
) -> Text | None:
    """How what was heard differs from what is said now; ``None`` if it does not."""
    heard = Text(
        f"第 {record.seq} 条记录：{record.party} 收到 {sender} 第 {line} 行的效果 {effect}",
        f"record {record.seq}: {record.party} heard effect {effect} of line {line} of {sender}",
    )
    effects = source.said.get((sender, line))
    if effects is None:
        only = source.lines[sender]
        return Text(f"{heard.zh}，而现在只说了 {only} 行", f"{heard.en}, which says only {only} lines now")
    said = effects[effect] if effect < len(effects) else None
    if type(said) is not Send or said.to != record.party:
        to = record.party
        return Text(f"{heard.zh}，而现在那里没有发给 {to}", f"{heard.en}, which sends nothing to {to} there now")
    message = said.message.garbled() if garbled else said.message
    if message is None or msgspec.json.encode(message) != record.given:
        kind = said.message.kind
        return Text(f"{heard.zh}（{kind}），而现在是另一条", f"{heard.en}, a {kind}, which is now another one")
    return None
