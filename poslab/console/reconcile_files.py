"""``poslab reconcile --slips F --settlement F …``: files from anywhere, read line by line and held up to each other."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from poslab.checks.card_numbers import luhn
from poslab.history.breaks import FILE, LEDGER, SLIPS, STATEMENT
from poslab.history.daybooks import contracts_of
from poslab.history.differences import Matched
from poslab.history.entries import Contracts, Credit, Entry, Lists, Paid, Unread
from poslab.history.matching import match
from poslab.history.paper_lists import file_of, held_of, ledger_of, place, slips_of, statement_of, without_settled
from poslab.history.settlement_detail import Unpaid
from poslab.messages.files.bad_file import BadFile
from poslab.messages.files.salvage import (
    Booked,
    Salvaged,
    salvage_clearing,
    salvage_settlement,
    salvage_slips,
    salvage_statement,
)
from poslab.text import Text
from poslab.world.calendar import Calendar, day_of_word, day_word
from poslab.world.world import World
from scenarios.schema.errors import BadInput, at_place, shown, unreadable, why_not

_T = TypeVar("_T")
_L = TypeVar("_L")


class Papers(NamedTuple):
    """The files of a command line, by what they are."""

    slips: Sequence[Path] = ()
    settlement: Sequence[Path] = ()
    statement: Sequence[Path] = ()
    clearing: Sequence[Path] = ()

    @property
    def named(self) -> bool:
        """Whether there is any."""
        return any(self)


class Unreadable(Struct, frozen=True):
    """Something that is wrong with a file. ``line`` is 0 and ``field`` empty where none can be named."""

    file: str
    line: int
    field: str
    why: Text

    @property
    def document(self) -> dict[str, object]:
        """For programs."""
        return {"file": self.file, "line": self.line, "field": self.field, "why": self.why.en}

    @property
    def text(self) -> Text:
        """Where and why."""
        return at_place(Text(self.file, self.file), self.line, self.field, self.why)


class Read(NamedTuple):
    """What was read of the files and matched."""

    matched: Matched
    ledger: tuple[Entry, ...]
    errors: list[Unreadable]
    unreadable: dict[str, int]
    """List → how many of its records could not be read."""
    contracts: Contracts
    calendar: Calendar
    unpaid: tuple[Unpaid, ...]
    """Sales that the settlement detail tells of as held, and whose payout was due."""


def read_and_match(papers: Papers, date: str | None, world: World | None) -> Read:
    """Read what can be read, and match it as it stands on a date: the latest one of all records, if none is named."""
    if not papers.settlement or not (papers.slips or papers.statement or papers.clearing):
        what = Text("没有可以核对的文件", "there is nothing to hold against each other")
        remedy = Text(
            "请给出结算明细（--settlement），以及 --slips、--clearing、--statement 至少其一",
            "name the settlement detail (--settlement) and one of --slips, --clearing and --statement at least",
        )
        raise BadInput("reconcile", 0, "--settlement", what, remedy)
    desk = _Desk()
    slips = desk.read(SLIPS, papers.slips, salvage_slips, slips_of)
    settled = desk.read(LEDGER, papers.settlement, salvage_settlement, lambda file, rows: [ledger_of(file, rows)])
    filed = desk.read(FILE, papers.clearing, salvage_clearing, file_of)
    booked = desk.read(STATEMENT, papers.statement, salvage_statement, statement_of)
    ledger = tuple(without_settled(entry for sales, _, _ in settled for entry in sales))
    lists = Lists(
        slips=tuple(slips) if papers.slips else None,
        ledger=ledger,
        others=tuple(entry for _, others, _ in settled for entry in others),
        file=tuple(filed) if papers.clearing else None,
        payouts=tuple(paid for _, _, payouts in settled for paid in payouts),
        statement=tuple(booked) if papers.statement else None,
        unread=desk.unread,
    )
    contracts = {} if world is None else contracts_of(world)
    calendar = Calendar() if world is None else world.calendar
    first, last = _covered(lists, desk.days)
    if date is not None and not first <= date <= last:
        asked = shown(_written(date))
        what = Text(f"文件中没有 {asked} 这一天", f"the files have no day {asked}")
        days = Text(
            f"文件涉及 {_written(first)} 至 {_written(last)}", f"they have {_written(first)} to {_written(last)}"
        )
        raise BadInput("reconcile", 0, "--date", what, days)
    today = last if date is None else date
    matched = match(_until(lists, today), today, contracts)
    ledger = tuple(entry for entry in ledger if entry.date <= today)
    unpaid = tuple(it for it in held_of(ledger, calendar, world) if day_word(it.due) <= today)
    return Read(matched, ledger, desk.errors, desk.unreadable, contracts, calendar, unpaid)


_CARD = re.compile(rb"(?<!\d)(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7})(?!\d)")
_MERCHANT_NO = re.compile(r"9990000\d{8}", re.ASCII)
"""As long as some cards; this prefix is nobody's card."""


def without_cards(content: bytes) -> bytes:
    """A file's content with whatever looks like a card number cut down to its first six and last four digits."""
    return _CARD.sub(_cut, content)


def _cut(found: re.Match[bytes]) -> bytes:
    digits = re.sub(r"\D", "", found.group().decode())
    if not luhn(digits) or _MERCHANT_NO.fullmatch(digits):
        return found.group()
    return f"{digits[:6]}{'*' * (len(digits) - 10)}{digits[-4:]}".encode()


class _Desk:
    """Opens files one after the other, and notes what is wrong with them."""

    def __init__(self) -> None:
        self.errors: list[Unreadable] = []
        self.unreadable: dict[str, int] = {}
        self.unread: dict[str, Unread] = {}
        self.days: list[str] = []
        """What the files are about, also where they have no record."""

    def read(
        self,
        name: str,
        paths: Sequence[Path],
        salvages: Callable[[bytes], Salvaged[_T]],
        lists: Callable[[str, list[tuple[int, _T]]], Iterable[_L]],
    ) -> list[_L]:
        found: list[_L] = []
        contents: dict[bytes, str] = {}
        records: dict[object, str] = {}
        """A record → where it was read for the first time."""
        for path in paths:
            content = self._content(path)
            if content in contents:
                same = contents[content]
                self._note(path, 0, Text(f"与 {same} 相同，只读一次", f"the same as {same}, and read once"))
                continue
            contents[content] = path.name
            try:
                salvaged = salvages(content)
            except BadFile as wrong:
                remedy = Text("请给出该类文件", "name a file of that kind")
                raise BadInput(str(path), wrong.line, wrong.field, wrong.why, remedy) from None
            self.errors += [Unreadable(path.name, bad.line, bad.field, bad.why) for bad in salvaged.bad]
            self.unreadable[name] = self.unreadable.get(name, 0) + salvaged.unreadable
            self._mark(name, path.name, salvaged)
            self.days += [day_word(day) for day in salvaged.days]
            found += lists(path.name, self._once(path, salvaged.records, records))
        return found

    def _content(self, path: Path) -> bytes:
        try:
            return without_cards(path.read_bytes())
        except OSError as wrong:
            remedy = Text("请检查文件名与权限", "check name and rights")
            raise BadInput(str(path), 0, "", unreadable(why_not(wrong)), remedy) from None

    def _once(self, path: Path, read: list[tuple[int, _T]], known: dict[object, str]) -> list[tuple[int, _T]]:
        """The records without those that an earlier file has, too, and lines of a bank that bear one number twice."""
        kept, again, first = [], 0, ("", 0)
        earlier = dict(known)
        for line, record in read:
            same = _same(record)
            before = known.get(same) if _numbered(record) else earlier.get(same)
            if before is None:
                known.setdefault(same, place(path.name, line))
                kept.append((line, record))
            else:
                first = first if again else (before, line)
                again += 1
        if again:
            told = Text(f"在 {first[0]} 已有", f"it stands at {first[0]} already")
            if again > 1:
                told = Text(
                    f"{again} 条记录在别处已有，第一条在 {first[0]}",
                    f"{again} records stand elsewhere already, the first of them at {first[0]}",
                )
            self._note(path, first[1], Text(f"{told.zh}；只读一次", f"{told.en}; read once"))
        return kept

    def _note(self, path: Path, line: int, why: Text) -> None:
        self.errors.append(Unreadable(path.name, line, "", why))

    def _mark(self, name: str, file: str, salvaged: Salvaged[_T]) -> None:
        """Note what may stand where nothing can be read."""
        damage = self.unread.get(name, Unread())
        names, anything = dict(damage.names), damage.anything
        for torn in salvaged.torn:
            for known_as in torn.names:
                names[known_as] = place(file, torn.line)
            if not torn.names:
                anything = anything or (place(file, torn.line) if torn.line else file)
        if salvaged.cut:
            anything = anything or file
        if names or anything:
            self.unread[name] = Unread(names, anything)


def _numbered(record: object) -> bool:
    """Whether it is an entry of a bank, which gives each a number of its own."""
    return isinstance(record, Booked) and bool(record.entry.bank_reference)


def _same(record: object) -> object:
    """What makes two records of a list one: of a bank's its statement and number, else everything."""
    if isinstance(record, Booked) and record.entry.bank_reference:
        return record.account_no, record.statement, record.entry.bank_reference, record.entry.amount_fen
    return record


def _covered(lists: Lists, days: Sequence[str]) -> tuple[str, str]:
    """The first and the last day that the files are about."""
    dated: list[Entry | Paid | Credit] = [*lists.ledger, *lists.payouts, *(lists.slips or ())]
    dated += [*(lists.file or ()), *(lists.statement or ())]
    dates = [*(record.date for record in dated), *days]
    return min(dates, default="19700101"), max(dates, default="19700101")


def _until(lists: Lists, date: str) -> Lists:
    """The records up to a day."""
    return replace(
        lists,
        slips=None if lists.slips is None else tuple(it for it in lists.slips if it.date <= date),
        ledger=tuple(it for it in lists.ledger if it.date <= date),
        others=tuple(it for it in lists.others if it.date <= date),
        file=None if lists.file is None else tuple(it for it in lists.file if it.date <= date),
        payouts=tuple(it for it in lists.payouts if it.date <= date),
        statement=None if lists.statement is None else tuple(it for it in lists.statement if it.date <= date),
    )


def _written(day: str) -> str:
    return day_of_word(day).isoformat()
