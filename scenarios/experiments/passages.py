"""What passed in a run for one purchase: every message of the card leg, and every letter that a party wrote to itself.

Each is named by where it passes, its kind, and the how-manieth of that kind it is there: with that name it is found
again in every run that was the same until then.
"""

from collections.abc import Sequence

from msgspec import Struct

from poslab.history.line import Heard, Line
from poslab.party.contract import Address, Input, Remind, Send
from poslab.party.time import Instant
from poslab.world.world import World

CARD_LEG = ("terminal", "platform", "host", "switch", "issuer")
"""Whose messages and letters are looked at: the terminal–acquirer leg, and the acquirer–network–issuer leg."""


class Hearing(Struct, frozen=True):
    """The ``nth`` input of a kind about the purchase that a party was told."""

    party: Address
    kind: str
    nth: int


class Message(Struct, frozen=True):
    """One message. ``because`` is what its sender was told when it sent it, ``heard`` where it arrived, if it did."""

    sender: Address
    to: Address
    kind: str
    nth: int
    at: Instant
    because: Hearing
    heard: Hearing | None

    @property
    def name(self) -> str:
        """``host-T1-0210-1``."""
        return f"{self.sender}-{self.to}-{self.kind}-{self.nth}"


class Letter(Struct, frozen=True):
    """One letter to oneself; ``due`` is when it comes back, ``heard`` is there if somebody still waited for it."""

    party: Address
    kind: str
    nth: int
    at: Instant
    due: Instant
    heard: Hearing | None

    @property
    def name(self) -> str:
        """``T1-answer-overdue-1``."""
        return f"{self.party}-{self.kind}-{self.nth}"


Passage = Message | Letter


def passages(pairs: Sequence[tuple[Line, Input]], world: World, order: str) -> list[Passage]:
    """The messages and letters about a purchase, in the order in which they were sent."""
    roles = world.roles()
    hearings = _hearings(pairs, order)
    arrived = {
        (line.given.line, line.given.effect): hearings[line.n]
        for line, _ in pairs
        if isinstance(line.given, Heard) and line.given.copy == 0 and line.n in hearings
    }
    found: list[Passage] = []
    counted: dict[tuple[str, ...], int] = {}
    due: dict[tuple[Address, str, Instant], Hearing] = {
        (line.party, given.kind, line.at): hearings[line.n] for line, given in pairs if line.n in hearings
    }
    for line, given in pairs:
        if roles.get(line.party) not in CARD_LEG:
            continue
        for index, effect in enumerate(line.effects):
            if type(effect) is Send and effect.message.about == order and roles[effect.to] in CARD_LEG:
                kind = effect.message.kind
                nth = _next(counted, line.party, effect.to, kind)
                because = hearings.get(line.n) or Hearing(line.party, given.kind, 0)
                heard = arrived.get((line.n, index))
                found.append(Message(line.party, effect.to, kind, nth, line.at, because, heard))
            elif type(effect) is Remind and effect.of.about == order:
                kind, back = effect.of.kind, line.at + effect.after
                nth = _next(counted, line.party, kind)
                found.append(Letter(line.party, kind, nth, line.at, back, due.get((line.party, kind, back))))
    return found


def _hearings(pairs: Sequence[tuple[Line, Input]], order: str) -> dict[int, Hearing]:
    """Line → which input of its kind about the purchase it was for its party."""
    counted: dict[tuple[str, ...], int] = {}
    return {
        line.n: Hearing(line.party, given.kind, _next(counted, line.party, given.kind))
        for line, given in pairs
        if given.about == order
    }


def _next(counted: dict[tuple[str, ...], int], *what: str) -> int:
    counted[what] = counted.get(what, 0) + 1
    return counted[what]
