"""A terminal's durable storage: counters, reversal records, notices to be sent, open attempts, the log of the others.

All that is here survives a power cut, and nothing else does. No track, no PIN, no card number: a card is a reference.
"""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec
from msgspec import Struct

from poslab.messages.batch import Totals
from poslab.messages.card import SALES, key_of, parts_of
from poslab.party.time import Instant
from terminal.attempts import APPROVED, APPROVED_UNPRINTED, HELD, IN_DOUBT, OFFLINE_UNSENT, SENT, UNKNOWN
from terminal.log import Log

LAST_STAN = 999_999
STANDS = (APPROVED, APPROVED_UNPRINTED, OFFLINE_UNSENT, HELD)
"""States of what can be taken back."""
FEW = 16
"""So many approvals may be remembered beyond their time before anybody tidies up."""


class Record(Struct, frozen=True, gc=False, array_like=True):
    """A reversal record, kept from before the request is sent until an answer, or its reversal, is settled."""

    about: str
    key: str
    what: str
    amount_fen: int
    card: str
    entry: str
    operator: str
    original: str = ""
    """A void's sale: its attempt key."""
    reason: str = ""
    """Field 39 of the reversal; empty while the answer is still waited for."""
    auth: str = ""
    sent: int = 0
    """How often the reversal was sent."""
    failed: int = 0
    """How often it could not be delivered, or was not answered."""
    since: Instant = 0
    """When it turned out that the request must be undone."""

    @property
    def state(self) -> str:
        """The attempt's state as long as the record stands."""
        return UNKNOWN if self.reason else SENT


class Attempt(Struct, frozen=True, gc=False, array_like=True):
    """What is kept of a sale or a void once it was answered."""

    about: str
    key: str
    what: str
    amount_fen: int
    card: str
    entry: str = "chip"
    operator: str = "01"
    rrn: str = ""
    auth: str = ""
    at: Instant = 0
    """The host's time of the answer, or the terminal's own where there was none."""
    expected_date: str = ""
    original: str = ""


Entry: TypeAlias = tuple[str, Attempt]
"""State and attempt."""


def attempt_of(
    record: Record, at: Instant = 0, rrn: str = "", auth: str = "", expected_date: str = ""
) -> Attempt:
    """A record seen as an attempt, with what is known of its answer."""
    return Attempt(
        record.about, record.key, record.what, record.amount_fen, record.card, record.entry, record.operator,
        rrn, auth or record.auth, at, expected_date, record.original,
    )  # fmt: skip


class Notice(Struct, frozen=True, gc=False, array_like=True):
    """What happened here and must be told, kept from the moment when it happened until it was answered."""

    attempt: Attempt
    original_rrn: str = ""
    sent: int = 0
    """How often it was sent."""
    heard: bool = False
    """It was answered, and stands in the queue all the same: only where the queue is at fault."""


class Settlement(Struct, frozen=True, gc=False, array_like=True):
    """A batch that is on its way to be closed."""

    totals: Totals
    flag: int
    """What the host said of the totals; 0 as long as it has not answered."""
    heard: int = 0
    """How many messages of the upload were answered."""


class Contents(Struct, array_like=True):
    """The contents as they are written down."""

    batch: str
    stan: int
    number: int
    round: int
    key_version: int
    pin_key: bool
    master_key: bool
    parameters: str
    signed_on: bool
    in_hand: str
    records: list[Record]
    open: list[Entry]
    recent: list[tuple[str, int, Instant]]
    log: list[Entry]
    shut: str = ""
    notices: list[Notice] = []
    polls: int = 0
    settling: Settlement | None = None
    settle_round: int = 0
    off_fen: int = 0


class Flash:
    """``records`` are ordered, oldest first; ``open`` holds what was answered and is not finished.

    A QR sale stands in ``open`` from before it is sent: its query duty is kept there, for it has no reversal record.

    ``log`` holds the last ``capacity`` finished sales and voids, the oldest dropped; balance inquiries and management
    leave nothing behind.
    """

    __slots__ = (
        "batch", "in_hand", "key_version", "log", "master_key", "notices", "number", "off_fen", "open", "parameters",
        "pin_key", "polls", "prefix", "recent", "records", "round", "settle_round", "settling", "shut", "signed_on",
        "stan", "tid",
    )  # fmt: skip

    def __init__(self, tid: str, batch: str, stan: int, capacity: int) -> None:
        self.tid = tid
        self.batch = batch
        self.stan = stan
        self.prefix = key_of(tid, batch, "")
        self.number = 0
        """Counts exchanges and prints for ever, so that no reminder of the past is ever awaited again."""
        self.round = 0
        """Counts background rounds, likewise."""
        self.polls = 0
        """Counts polls of QR sales, likewise."""
        self.key_version = 1
        """The version of the MAC key; 0 is a damaged one, with which nothing agrees."""
        self.pin_key = True
        """Whether the PIN key is whole."""
        self.parameters = "1"
        """The version of the parameters."""
        self.master_key = True
        """Whether the master key is the one that the host has."""
        self.signed_on = True
        self.in_hand = ""
        """The order that the device is busy with: what a power cut interrupts."""
        self.records: dict[str, Record] = {}
        self.notices: dict[str, Notice] = {}
        """What is to be told, oldest first."""
        self.open: dict[str, Entry] = {}
        self.recent: dict[tuple[str, int], Instant] = {}
        """When a card was last approved for an amount, oldest first; older than the warning's window is forgotten."""
        self.log: Log[Entry] = Log(Entry, capacity)
        self.shut = ""
        """Why no sale is taken: ``""``, ``log-full`` after a write that failed, ``settle-first`` in an upload."""
        self.settling: Settlement | None = None
        self.settle_round = 0
        """Counts tries to settle that were left for later, for ever."""
        self.off_fen = 0
        """By how much the counters of the open batch are wrong."""

    @property
    def unsent(self) -> int:
        """How many notices nobody has answered."""
        return sum(not notice.heard for notice in self.notices.values())

    def take_stan(self) -> str:
        """The next STAN's key."""
        self.stan = stan = self.stan + 1 if self.stan < LAST_STAN else 1
        return self.prefix + str(1_000_000 + stan)[1:]

    def adopt(self, batch: str) -> None:
        """Go on in another batch; records keep their own."""
        self.batch = batch
        self.prefix = key_of(self.tid, batch, "")

    def finish(self, state: str, attempt: Attempt) -> None:
        """Write a finished attempt into the log."""
        self.log.add((state, attempt))

    def remember(self, card: str, amount_fen: int, at: Instant, window_us: int) -> None:
        """Remember an approval for the same-sale warning."""
        recent = self.recent
        known = (card, amount_fen)
        recent.pop(known, None)
        recent[known] = at
        if len(recent) > FEW:
            oldest = next(iter(recent))
            while at - recent[oldest] > window_us:
                del recent[oldest]
                oldest = next(iter(recent))

    def doubted(self, card: str, amount_fen: int) -> Entry | None:
        """An attempt in doubt with this card and amount."""
        for state, attempt in self.open.values():
            doubt = state == SENT or state.startswith(IN_DOUBT)
            if doubt and attempt.card == card and attempt.amount_fen == amount_fen:
                return state, attempt
        return None

    def entries(self) -> Iterator[Entry]:
        """Every sale and void still known, the newest first."""
        known = [(record.state, attempt_of(record)) for record in self.records.values()]
        known.extend((OFFLINE_UNSENT, notice.attempt) for notice in self.notices.values() if not notice.heard)
        known.extend(self.open.values())
        known.extend(self.log)
        known.sort(key=lambda entry: (self.stan - int(parts_of(entry[1].key)[2])) % LAST_STAN)
        return iter(known)

    def found(self, voucher: str, about: str) -> Entry | None:
        """The attempt with this voucher number (``""``: the last one of the order, else the last one of all)."""
        known = list(self.entries())
        if voucher:
            return next((entry for entry in known if _is_voucher(entry, voucher)), None)
        return next((entry for entry in known if entry[1].about == about), known[0] if known else None)

    def to_take_back(self, voucher: str, about: str, whats: tuple[str, ...] = SALES) -> Entry | None:
        """The sale, hold or completion with this voucher number.

        ``""`` is the last one of the order that stands, else its last one.
        """
        sales = [entry for entry in self.entries() if entry[1].what in whats]
        if voucher:
            return next((entry for entry in sales if _is_voucher(entry, voucher)), None)
        sales = [entry for entry in sales if entry[1].about == about]
        good = (entry for entry in sales if entry[0] in STANDS)
        return next(good, sales[0] if sales else None)

    def to_print(self, voucher: str, about: str) -> Entry | None:
        """The attempt to print again.

        Without a voucher number it is what never came out, the oldest of the order first; then the last one of the
        order, then what never came out at all, then the last one of all.
        """
        if voucher:
            return self.found(voucher, about)
        unprinted = [entry for entry in self.open.values() if entry[0] == APPROVED_UNPRINTED]
        mine = next((entry for entry in unprinted if entry[1].about == about), None)
        if mine is not None:
            return mine
        last = self.found("", about)
        return unprinted[0] if unprinted and last is not None and last[1].about != about else last

    def of_batch(self) -> list[Entry]:
        """What is kept of the open batch's sales and voids, the oldest first."""
        mine = [entry for entry in self.entries() if parts_of(entry[1].key)[1] == self.batch]
        mine.reverse()
        return mine

    def close(self, batch: str) -> None:
        """The batch is settled: empty the log and go on in ``batch``, the same one as long as nobody knows another.

        A pre-authorisation that still holds stays: it may be completed for weeks.
        """
        self.log.fill([entry for entry in self.log if entry[0] == HELD])
        self.settling = None
        self.shut = ""
        self.off_fen = 0
        if batch:
            self.adopt(batch)

    def attempt(self, key: str) -> Attempt | None:
        """The finished or open attempt with a key, if it is still known."""
        known = self.open.get(key)
        if known is not None:
            return known[1]
        return next((attempt for _, attempt in self.log if attempt.key == key), None)

    def stored_as_approved(self, key: str) -> bool:
        """Whether an approval is stored under the key."""
        known = self.open.get(key)
        if known is not None:
            return known[0] == APPROVED_UNPRINTED
        return any(state in (APPROVED, HELD) and attempt.key == key for state, attempt in self.log)

    def rewrite(self, key: str, state: str, was: str = APPROVED) -> str:
        """Give a stored approval another final state; answers the state before.

        What has left the log is taken to be as it ``was`` when it came there, else nobody would rewrite it.
        """
        known = self.open.pop(key, None)
        if known is not None:
            self.finish(state, known[1])
            return known[0]
        before = next((was for was, attempt in self.log if attempt.key == key), was)
        self.log.replace(lambda entry: (state, entry[1]) if entry[1].key == key else None)
        return before

    def reprice(self, key: str, amount_fen: int) -> None:
        """Give a stored sale another amount."""

        def repriced(entry: Entry) -> Entry | None:
            state, sale = entry
            return (state, msgspec.structs.replace(sale, amount_fen=amount_fen)) if sale.key == key else None

        known = self.open.get(key)
        if known is None:
            self.log.replace(repriced)
        else:
            self.open[key] = repriced(known) or known

    def contents(self) -> Contents:
        """The contents, written down."""
        return Contents(
            self.batch, self.stan, self.number, self.round, self.key_version, self.pin_key, self.master_key,
            self.parameters,
            self.signed_on, self.in_hand,
            list(self.records.values()), list(self.open.values()),
            [(card, amount_fen, at) for (card, amount_fen), at in self.recent.items()], list(self.log), self.shut,
            list(self.notices.values()), self.polls, self.settling, self.settle_round, self.off_fen,
        )  # fmt: skip

    def take(self, kept: Contents) -> None:
        """Hold what was written down, and only that."""
        self.adopt(kept.batch)
        self.stan = kept.stan
        self.number = kept.number
        self.round = kept.round
        self.polls = kept.polls
        self.key_version = kept.key_version
        self.pin_key = kept.pin_key
        self.master_key = kept.master_key
        self.parameters = kept.parameters
        self.signed_on = kept.signed_on
        self.in_hand = kept.in_hand
        self.records = {record.key: record for record in kept.records}
        self.open = {entry[1].key: entry for entry in kept.open}
        self.recent = {(card, amount_fen): at for card, amount_fen, at in kept.recent}
        self.log.fill(kept.log)
        self.shut = kept.shut
        self.notices = {notice.attempt.key: notice for notice in kept.notices}
        self.settling = kept.settling
        self.settle_round = kept.settle_round
        self.off_fen = kept.off_fen


def _is_voucher(entry: Entry, voucher: str) -> bool:
    return parts_of(entry[1].key)[2] == voucher.zfill(6)
