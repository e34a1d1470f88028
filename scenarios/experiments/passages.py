"""What passed in a run for one purchase: every message of both legs, and every letter that a party wrote to itself.

The card leg is what is about the purchase until the cut-off of its business day. The funding leg is whatever is about
no purchase (files, transfers and payouts are about whole days), the instant payout, and what is about the purchase
later: its refund, its dispute. Each is named by where it passes, its kind, and the how-manieth of that kind it is: with
that name it is found again in every run that was the same until then.
"""

from collections.abc import Sequence

from msgspec import Struct

from poslab.history.line import Heard, Line
from poslab.party.contract import Address, Input, Remind, Send
from poslab.party.time import Instant, midnight
from poslab.world.world import World

CARD, FUNDING = "card", "funding"
LEGS = (CARD, FUNDING)
_ON_THE_LEG = {
    CARD: ("terminal", "platform", "host", "switch", "issuer"),
    FUNDING: ("terminal", "platform", "host", "switch", "issuer", "rail", "bank", "merchant"),
}
"""Whose messages and letters are looked at: terminal–acquirer–network–issuer, and from the acquirer's records on."""
_PAID_AT_ONCE = ("instant-payout-due",)
"""Letters of the funding leg that are about the purchase and come back within seconds of it."""
NOT_HEARD = 0


class Hearing(Struct, frozen=True):
    """The ``nth`` input of a kind that a party was told, about the purchase or, where that is empty, about anything.

    ``nth`` is ``NOT_HEARD`` where it cannot be told by that: it is about another purchase.
    """

    party: Address
    kind: str
    nth: int
    about: str = ""


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
    about: str = ""
    """The purchase, or nothing: then it is the ``nth`` of all of its kind."""
    number: int = 0
    """By which it is named, where that is not the ``nth``."""

    @property
    def name(self) -> str:
        """``host-T1-0210-1``."""
        return f"{self.sender}-{self.to}-{self.kind}-{self.number or self.nth}"


class Letter(Struct, frozen=True):
    """One letter to oneself; ``due`` is when it comes back, ``heard`` is there if somebody still waited for it."""

    party: Address
    kind: str
    nth: int
    at: Instant
    due: Instant
    heard: Hearing | None
    leg: str = CARD
    about: str = ""
    number: int = 0

    @property
    def name(self) -> str:
        """``T1-answer-overdue-1``."""
        return f"{self.party}-{self.kind}-{self.number or self.nth}"


Passage = Message | Letter


def passages(pairs: Sequence[tuple[Line, Input]], world: World, order: str, leg: str = CARD) -> list[Passage]:
    """The messages and letters of one leg, in the order in which they were sent."""
    roles = world.roles()
    who = _ON_THE_LEG[leg]
    cut_off = _cut_off(pairs, world, order)
    hearings = _hearings(pairs, order)
    arrived = {
        (line.given.line, line.given.effect): hearings[line.n]
        for line, _ in pairs
        if isinstance(line.given, Heard) and line.given.copy == 0 and line.n in hearings
    }
    found: list[Passage] = []
    counts = _Counts(order)
    due: dict[tuple[Address, str, str, Instant], Hearing] = {
        (line.party, given.kind, given.about, line.at): hearings[line.n] for line, given in pairs if line.n in hearings
    }

    def passes(kind: str, about: str, at: Instant) -> bool:
        if about == order:
            late = at >= cut_off or kind in _PAID_AT_ONCE
            return late if leg == FUNDING else not late
        return not about and leg == FUNDING

    for line, given in pairs:
        role = roles.get(line.party)
        if role not in who:
            continue
        for index, effect in enumerate(line.effects):
            if type(effect) is Send and roles[effect.to] in who:
                kind, about = effect.message.kind, effect.message.about
                nth, number = counts.next(about, line.party, effect.to, kind)
                if passes(kind, about, line.at) and (about or "terminal" not in (role, roles[effect.to])):
                    because = hearings.get(line.n) or Hearing(line.party, given.kind, NOT_HEARD)
                    heard = arrived.get((line.n, index))
                    named = number if leg == FUNDING else nth
                    found.append(Message(line.party, effect.to, kind, nth, line.at, because, heard, leg, about, named))
            elif type(effect) is Remind:
                kind, about, back = effect.of.kind, effect.of.about, line.at + effect.after
                nth, number = counts.next(about, line.party, kind)
                if passes(kind, about, line.at) and (about or role != "terminal"):
                    heard = due.get((line.party, kind, about, back))
                    named = number if leg == FUNDING else nth
                    found.append(Letter(line.party, kind, nth, line.at, back, heard, leg, about, named))
    return found


def _cut_off(pairs: Sequence[tuple[Line, Input]], world: World, order: str) -> Instant:
    """When the business day of the purchase ends; at once where nothing is about it."""
    began = next((line.at for line, given in pairs if given.about == order), 0)
    return midnight(world.calendar.business_day(began)) + world.calendar.cut_off


class _Counts:
    """How many there were of each: of those about the purchase, and of all."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._counted: dict[tuple[str, ...], int] = {}

    def next(self, about: str, *what: str) -> tuple[int, int]:
        """Count one more: which it is for a selector, which without a purchase means all of a kind; and which of all.
        """
        every = self._one_more("", *what)
        mine = self._one_more(self._order, *what) if about == self._order else NOT_HEARD
        return mine if about else every, every

    def _one_more(self, *what: str) -> int:
        self._counted[what] = self._counted.get(what, 0) + 1
        return self._counted[what]


def _hearings(pairs: Sequence[tuple[Line, Input]], order: str) -> dict[int, Hearing]:
    """Line → which input of its kind it was for its party; of those about the purchase, and about none."""
    counts = _Counts(order)
    found: dict[int, Hearing] = {}
    for line, given in pairs:
        nth, _ = counts.next(given.about, line.party, given.kind)
        if given.about in ("", order):
            found[line.n] = Hearing(line.party, given.kind, nth, given.about)
    return found
