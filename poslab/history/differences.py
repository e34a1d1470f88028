"""What a matching says: differences with both their sides, and how the records of each list came out."""

from typing import Final

from msgspec import Struct

from poslab.history.breaks import EVEN, IN_TRANSIT, LONG, PAYOUT_WITHOUT_CREDIT, SHORT

OWED: Final = "owed"
CONTRACT: Final = "contract"
PAYOUT: Final = "payout"
"""Sides of a difference that are no list: what is owed once, what the contract charges, what a payout paid."""

MATCHED, BROKEN, WAITING = "matched", "broken", "waiting"


class Side(Struct, frozen=True):
    """One side of a difference. ``amount_fen`` is ``None`` where that list has no record of it."""

    of: str
    """``W``, ``X``, ``Y``, ``Z``, ``owed``, ``contract`` or ``payout``."""
    amount_fen: int | None
    where: str = ""
    unread: bool = False
    """It stands at ``where``, or may stand there, and cannot be read."""


class Difference(Struct, frozen=True, kw_only=True):
    """A break, found once. ``sides`` are the two that differ, our own books first."""

    why: str
    name: str
    """The sale's TID, batch and STAN or RRN; the payout's number; or the record's place."""
    since: str
    sides: tuple[Side, Side]
    rrn: str = ""
    mid: str = ""
    order: str = ""
    note: str = ""
    """What else is known: a payout's state, another merchant's number."""

    @property
    def judged(self) -> bool:
        """Whether both sides could be read."""
        return not any(side.unread for side in self.sides)

    @property
    def difference_fen(self) -> int:
        """How much more the other side has than ours."""
        ours, theirs = self.sides
        return (theirs.amount_fen or 0) - (ours.amount_fen or 0)

    @property
    def amount_fen(self) -> int:
        """What is at stake: the difference, or where only words differ the amount itself."""
        return abs(self.difference_fen) or abs(self.sides[0].amount_fen or 0)

    def seen_by(self, side: int) -> str:
        """*long* where the other side has more, *short* where it has less; a payout on its way is *in transit*.

        ``side`` is 0 or 1.
        """
        if self.why == PAYOUT_WITHOUT_CREDIT and side == 0:
            return IN_TRANSIT
        more = self.difference_fen if side == 0 else -self.difference_fen
        return LONG if more > 0 else SHORT if more < 0 else EVEN


class Tally(Struct):
    """How the records of one list came out; the four words add up to ``lines``."""

    lines: int = 0
    sum_fen: int = 0
    matched: int = 0
    broken: int = 0
    waiting: int = 0
    other: int = 0
    """What no other list has: chargebacks and fees of a ledger, money that left an account."""

    def count(self, amount_fen: int, word: str) -> None:
        """Add one record."""
        self.lines += 1
        self.sum_fen += amount_fen
        setattr(self, word, getattr(self, word) + 1)

    def add(self, other: "Tally") -> None:
        """Add the records of another one."""
        self.lines += other.lines
        self.sum_fen += other.sum_fen
        self.matched += other.matched
        self.broken += other.broken
        self.waiting += other.waiting
        self.other += other.other


class BatchTotals(Struct, frozen=True):
    """A terminal's batch: how many sales and refunds stand, and what they add up to, by slips and by ledger."""

    batch: str
    slips: int
    slips_fen: int
    ledger: int
    ledger_fen: int

    @property
    def equal(self) -> bool:
        """对账平."""
        return self.slips == self.ledger and self.slips_fen == self.ledger_fen


class Matched(Struct, frozen=True):
    """What came out of a matching. ``today`` is the date by which it was judged."""

    today: str
    tallies: dict[str, Tally]
    """By list, of those that were handed in."""
    batches: tuple[BatchTotals, ...]
    breaks: tuple[Difference, ...]
    waiting: tuple[Difference, ...]
    """Found once, and waiting for the other list's next day."""
    unjudged: tuple[Difference, ...] = ()
    """One side cannot be read, so that nobody knows whether there is a difference."""


def in_order(differences: list[Difference]) -> tuple[Difference, ...]:
    """Oldest first."""
    return tuple(sorted(differences, key=lambda it: (it.since, it.name, it.why, it.rrn, it.amount_fen)))
