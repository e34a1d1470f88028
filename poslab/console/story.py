"""A run as it is shown, on the screen and on the page: one view model, and nothing in it is decided here.

Everything comes from the history, from what was injected, and from the result. Instants are microseconds, amounts fen.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from poslab.console.says import party_name
from poslab.history.line import Line
from poslab.history.outcome import Outcome
from poslab.history.roll_forward import Day, RollForward
from poslab.history.truth import Band, Struck, Truth
from poslab.party.contract import Address, Input
from poslab.party.time import EPOCH, SECOND, Instant
from poslab.text import Text
from poslab.world.world import World
from scenarios.stage.result import PurchaseResult, Result

HEARD, LATE, AGAIN = "heard", "late", "again"
LOST, DOWN, UNHEARD, REFUSED, FLYING = "lost", "down", "unheard", "refused", "flying"

FATES = {
    HEARD: Text("送达", "arrived"),
    LATE: Text("迟到", "late"),
    AGAIN: Text("重复送达", "delivered again"),
    LOST: Text("丢失", "lost"),
    DOWN: Text("对方停机，未收到", "receiver down"),
    UNHEARD: Text("无人等待", "no longer awaited"),
    REFUSED: Text("未联接，未发送", "no connection, nothing sent"),
    FLYING: Text("仍在途中", "still on its way"),
}
"""What became of a message."""

LOG, FACT, CUSTOMER = "log", "fact", "customer"


class Column(Struct, frozen=True):
    """A party, in the order in which parties stand side by side."""

    address: Address
    role: str
    name: Text


class Arrow(Struct, frozen=True):
    """A message from one party to another, or a connection that failed."""

    about: str
    n: int
    """The line of the history that sent it."""
    at: Instant
    sender: Address
    to: Address
    mti: str
    label: Text
    fate: str
    heard: Instant | None = None
    fault: str = ""
    """The injected fault that met it, if one did."""
    attempt: int = 1
    message: Input | None = None
    """What was said; nothing where no connection came about."""


class Note(Struct, frozen=True):
    """Something that happened at one party: a line of its own log, or a fact of life."""

    about: str
    n: int
    at: Instant
    party: Address
    tone: str
    """``log``, ``fact`` (from outside), or ``customer`` (somebody wants to pay)."""
    word: str
    text: Text
    since: Instant | None = None
    """When the timer began that is over now."""


class Move(Struct, frozen=True):
    """One of a party's small machines moved."""

    about: str
    n: int
    at: Instant
    party: Address
    of: str
    before: str
    after: str


class Shown(Struct, frozen=True):
    """What somebody saw: a screen, a slip, an SMS, a notice or a statement line."""

    about: str
    sent_n: int
    """The line of the history that showed it, and the one that saw it."""
    n: int
    at: Instant
    to: Address
    medium: str
    """``screen``, ``slip``, ``sms``, ``notice`` or ``statement``."""
    word: str
    """Which of the medium's closed list of words."""
    title: Text
    lines: tuple[str, ...] = ()
    """A slip as printed; both languages stand on it."""
    text: Text = Text("", "")
    """Everything that is no slip."""


class Entry(Struct, frozen=True):
    """An entry in a party's book."""

    about: str
    n: int
    at: Instant
    party: Address
    entry: str
    postings: tuple[tuple[str, str, int], ...]


class Balance(Struct, frozen=True):
    """How far an account has moved since the world began, on its natural side."""

    account: str
    label: Text
    at_complaint: int | None
    at_end: int


class Book(Struct, frozen=True):
    """One institution's book: its entries in order, and the balances they made."""

    letter: str
    name: Text
    entries: tuple[Entry, ...]
    balances: tuple[Balance, ...]


class Belief(Struct, frozen=True):
    """From ``at`` on this is what everybody would say of a purchase."""

    at: Instant
    outcome: Outcome


class PurchaseStory(Struct, frozen=True):
    """One purchase: its result, and how its views changed."""

    result: PurchaseResult
    complaint_at: Instant | None
    beliefs: tuple[Belief, ...]
    begins: Instant
    over: Instant
    """From the morning of its day until nothing of it changes any more; the whole run where it is the only one."""

    def concerns(self, about: str, at: Instant) -> bool:
        """Whether something belongs to this purchase's story: it is about it, or about none and happened meanwhile."""
        return about == self.result.order or (not about and self.begins <= at <= self.over)

    def lives_through(self, band: Band) -> bool:
        """Whether a fault was in force meanwhile."""
        return band.start <= self.over and (band.end is None or band.end >= self.begins)


class Step(Struct, frozen=True):
    """One line of the history in words."""

    n: int
    at: Instant
    party: Address
    about: str
    given: Text
    did: tuple[Text, ...]


Event = Arrow | Note


class Story(Struct, frozen=True):
    """A whole run, ready to be shown."""

    result: Result
    world: World
    columns: tuple[Column, ...]
    events: tuple[Event, ...]
    """Messages and notes in the order of the history."""
    moves: tuple[Move, ...]
    shown: tuple[Shown, ...]
    books: tuple[Book, ...]
    purchases: tuple[PurchaseStory, ...]
    steps: tuple[Step, ...]
    strikes: tuple[Struck, ...]
    bands: tuple[Band, ...]
    downs: tuple[Band, ...]
    """While a crash kept a party away."""
    first: Instant
    last: Instant
    left_out: int = 0
    """Purchases of the run that are not told here, because there are too many of them."""
    days: tuple[Day, ...] = ()
    """The run's reconciliation, day by day."""

    def name(self, address: Address) -> Text:
        """What a party is called."""
        return party_name(self.world, address)

    def lasting(self, band: Band) -> bool:
        """Whether a fault is a state of the world (line down, paper out) and not only a trap for some message."""
        return any(s.fault == band.fault and s.at == band.start and not s.about for s in self.strikes)


MOST_PURCHASES = 12


def story(world: World, pairs: Sequence[tuple[Line, Input]], truth: Truth, result: Result) -> Story:
    """The view model of a run: the purchases that were asked about first, at most ``MOST_PURCHASES`` of them."""
    from poslab.console.telling import Telling

    asked = sorted(result.purchases, key=lambda purchase: purchase.at_complaint is None)
    told = tuple(asked[:MOST_PURCHASES])
    complaints = {p.order: instant_of(p.at_complaint.at) for p in told if p.at_complaint is not None}
    telling = Telling(world, truth, [purchase.order for purchase in told], complaints)
    rolling = RollForward(world)
    for line, given in pairs:
        telling.see(line, given)
        rolling.see(line, given)
    whole = telling.story(result, told, len(asked) - len(told))
    return replace(whole, days=tuple(rolling.end()))


def instant_of(stamp: str) -> Instant:
    """The instant of ``"2026-01-05 10:15:30.250"``; what follows the day may be missing."""
    at = datetime.fromisoformat(stamp)
    seconds = (at.date() - EPOCH).days * 86_400 + at.hour * 3_600 + at.minute * 60 + at.second
    return seconds * SECOND + at.microsecond
