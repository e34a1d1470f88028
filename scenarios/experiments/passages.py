"""What passed in a run for one purchase: every message of both legs, and every letter that a party wrote to itself.

On the card leg what is about the purchase; on the funding leg everything, for files, transfers and payouts are about
whole days. Each is named by where it passes, its kind, and the how-manieth of that kind it is there: with that name it
is found again in every run that was the same until then.
"""

from collections.abc import Sequence

from msgspec import Struct

from poslab.history.line import Heard, Line
from poslab.party.contract import Address, Input, Remind, Send
from poslab.party.time import Instant
from poslab.world.world import World

CARD, FUNDING = "card", "funding"
LEGS = (CARD, FUNDING)
_ON_THE_LEG = {
    CARD: ("terminal", "platform", "host", "switch", "issuer"),
    FUNDING: ("platform", "host", "switch", "issuer", "rail", "bank", "merchant"),
}
"""Whose messages and letters are looked at: terminal–acquirer–network–issuer, and from the acquirer's records on."""


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
    leg: str = CARD

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
    leg: str = CARD

    @property
    def name(self) -> str:
        """``T1-answer-overdue-1``."""
        return f"{self.party}-{self.kind}-{self.nth}"


Passage = Message | Letter


def passages(pairs: Sequence[tuple[Line, Input]], world: World, order: str, leg: str = CARD) -> list[Passage]:
    """The messages and letters of one leg, in the order in which they were sent.

    Of the card leg those about the purchase; of the funding leg those about no purchase, which its story alone caused.
    """
    roles = world.roles()
    who = _ON_THE_LEG[leg]
    about = order if leg == CARD else ""
    hearings = _hearings(pairs, about)
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
        if roles.get(line.party) not in who:
            continue
        for index, effect in enumerate(line.effects):
            if type(effect) is Send and effect.message.about == about and roles[effect.to] in who:
                kind = effect.message.kind
                nth = _next(counted, line.party, effect.to, kind)
                because = hearings.get(line.n) or Hearing(line.party, given.kind, 0)
                heard = arrived.get((line.n, index))
                found.append(Message(line.party, effect.to, kind, nth, line.at, because, heard, leg))
            elif type(effect) is Remind and effect.of.about == about:
                kind, back = effect.of.kind, line.at + effect.after
                nth = _next(counted, line.party, kind)
                found.append(Letter(line.party, kind, nth, line.at, back, due.get((line.party, kind, back)), leg))
    return found


def _hearings(pairs: Sequence[tuple[Line, Input]], about: str) -> dict[int, Hearing]:
    """Line → which input of its kind about that it was for its party."""
    counted: dict[tuple[str, ...], int] = {}
    return {
        line.n: Hearing(line.party, given.kind, _next(counted, line.party, given.kind))
        for line, given in pairs
        if given.about == about
    }


def _next(counted: dict[tuple[str, ...], int], *what: str) -> int:
    counted[what] = counted.get(what, 0) + 1
    return counted[what]
