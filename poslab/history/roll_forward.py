"""Reconciliation day by day: what was open in the morning, what was found, what was cleared, what is open at night."""

from collections.abc import Iterable

from msgspec import Struct

from poslab.history.breaks import AGES, FILE, KINDS, LEDGER, SLIPS, STATEMENT, age_of, bucket, due_of
from poslab.history.daybooks import Daybooks
from poslab.history.differences import MATCHED, Difference, Matched, Tally
from poslab.history.entries import Contracts, Credit, Entry, Lists
from poslab.history.line import Line
from poslab.history.matching import match
from poslab.history.platform_detail import detail_of
from poslab.history.settlement_detail import Unpaid
from poslab.party.contract import Address, Input
from poslab.party.time import DAY, Instant, date_of, midnight
from poslab.world.calendar import Calendar, day_word
from poslab.world.world import World


class OpenItem(Struct, frozen=True):
    """A break that is not dealt with, on one date."""

    found: Difference
    age_days: int
    bucket: str
    owner: str
    due: str
    overdue: bool


class Day(Struct, frozen=True):
    """One day's reconciliation. ``before + found - cleared = after``, by count."""

    date: str
    matched: Matched
    """Everything up to this day, as it stood at midnight."""
    records: dict[str, int]
    """List → how many of its records bear this date; what a list has taken back is none of them."""
    sums_fen: dict[str, int]
    before: int
    found: tuple[Difference, ...]
    cleared: tuple[Difference, ...]
    unpaid: tuple[Unpaid, ...] = ()
    """Sales on which the lists agree, whose payout was due by this day, and which no payout was instructed for."""

    @property
    def after(self) -> int:
        """How many breaks are open at night."""
        return len(self.matched.breaks)


class RollForward:
    """The fold: a day is reconciled when the first line of a later one is seen, and the last one by ``end``.

    Sales that agree are forgotten after ``memory_days``, so that a long run does not grow the work of a day; they still
    count among the matched ones. ``acquirer``: only what one of several has, by its address.
    """

    def __init__(self, world: World, memory_days: int = 2, acquirer: Address = "") -> None:
        self._memory_days = memory_days
        self._forgotten: dict[str, Tally] = {}
        self._ledger: list[Entry] = []
        """Of forgotten sales."""
        self._books = Daybooks(world, acquirer)
        self._detail = detail_of(world)
        self._mids = frozenset(m.mid for m in (world.seen_by(acquirer) if acquirer else world).merchants)
        self._midnight: Instant = 0
        """When the present day is over."""
        self._date = ""
        self._open: dict[tuple[str, str], Difference] = {}
        self.days: list[Day] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if not self._date:
            self._begin(line.at)
        while line.at >= self._midnight:
            self._close()
            self._begin(self._midnight)
        self._books.see(line, given)
        self._detail.see(line, given)

    @property
    def contracts(self) -> Contracts:
        """What the world's merchants have agreed to be charged."""
        return self._books.contracts

    def ledger_until(self, date: str) -> list[Entry]:
        """The ledger's records up to a date, as they stand after the last line."""
        return [entry for entry in (*self._ledger, *self._books.lists().ledger) if entry.date <= date]

    def end(self) -> list[Day]:
        """Every day, after the last line was seen."""
        if self._date:
            self._close()
            self._date = ""
        return self.days

    def _begin(self, at: Instant) -> None:
        day = date_of(at)
        self._date = day_word(day)
        self._midnight = midnight(day) + DAY

    def _close(self) -> None:
        lists = self._books.lists()
        matched = match(lists, self._date, self._books.contracts)
        for name, tally in self._forgotten.items():
            matched.tallies[name].add(tally)
        records, sums_fen = _dated(self._date, lists)
        now = {(it.why, it.name): it for it in matched.breaks}
        found = tuple(it for known_as, it in now.items() if known_as not in self._open)
        cleared = tuple(it for known_as, it in self._open.items() if known_as not in now)
        day = Day(self._date, matched, records, sums_fen, len(self._open), found, cleared, self._unpaid())
        self.days.append(day)
        self._open = now
        self._forget(lists, matched)

    def _unpaid(self) -> tuple[Unpaid, ...]:
        found = [it for it in self._detail.unpaid() if it.row.mid in self._mids]
        return tuple(it for it in found if day_word(it.due) <= self._date)

    def _forget(self, lists: Lists, matched: Matched) -> None:
        """Let go of sales that agree and are old enough."""
        before = day_word(date_of(self._midnight - (self._memory_days + 1) * DAY))
        every = (*(lists.slips or ()), *lists.ledger, *(lists.file or ()))
        named = {name for found in (*matched.breaks, *matched.waiting) for name in (found.name, found.rrn)}
        named.update(name for entry in every if entry.date >= before for name in (entry.key, entry.rrn))
        named -= {""}
        named |= self._books.unbooked
        # What ledger and slip call by its key is called by its RRN in the file; a copy has an RRN of its own, and a
        # chargeback the sale's key and its case's number.
        before_this = -1
        while before_this < len(named):
            before_this = len(named)
            same = [entry for entry in lists.ledger if entry.key in named or entry.rrn in named]
            named.update(name for entry in same for name in (entry.key, entry.rrn))
            named -= {""}
        kept = frozenset(named)
        for name, entries in ((SLIPS, lists.slips or ()), (LEDGER, lists.ledger), (FILE, lists.file or ())):
            for entry in entries:
                if entry.date < before and entry.key not in kept and entry.rrn not in kept:
                    if not entry.undone:
                        amount_fen = -abs(entry.amount_fen) if entry.undoes else entry.amount_fen
                        self._forgotten.setdefault(name, Tally()).count(amount_fen, MATCHED)
                    if name == LEDGER:
                        self._ledger.append(entry)
        self._books.forget(before, kept)


def _dated(date: str, lists: Lists) -> tuple[dict[str, int], dict[str, int]]:
    """How many records of each list bear a date, and what they add up to."""
    records, sums_fen = {}, {}
    named: tuple[tuple[str, Iterable[Entry | Credit]], ...] = (
        (SLIPS, [entry for entry in lists.slips or () if not entry.undone]),
        (LEDGER, [entry for entry in lists.ledger if not entry.undone]),
        (FILE, lists.file or ()),
        (STATEMENT, lists.statement or ()),
    )
    for name, kept in named:
        amounts = [record.amount_fen for record in kept if record.date == date]
        records[name], sums_fen[name] = len(amounts), sum(amounts)
    return records, sums_fen


def open_items(matched: Matched, calendar: Calendar) -> list[OpenItem]:
    """Every open break with its age, its owner, and the date by which it is to be dealt with."""
    items = []
    for found in matched.breaks:
        days = age_of(found.since, matched.today)
        due = due_of(found.why, found.since, calendar)
        items.append(OpenItem(found, days, bucket(days), KINDS[found.why].owner, due, due < matched.today))
    return items


def ages(items: Iterable[OpenItem]) -> dict[str, tuple[int, int]]:
    """Ageing bucket → how many items, and how many fen are at stake."""
    found = dict.fromkeys(AGES, (0, 0))
    for item in items:
        count, amount_fen = found[item.bucket]
        found[item.bucket] = (count + 1, amount_fen + item.found.amount_fen)
    return found
