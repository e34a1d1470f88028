"""``poslab reconcile --slips F --settlement F …``: files from anywhere, read line by line and held up to each other."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec import Struct

from poslab.checks.card_numbers import luhn
from poslab.history.breaks import FILE, LEDGER, SLIPS, STATEMENT
from poslab.history.daybooks import contracts_of
from poslab.history.differences import Matched
from poslab.history.entries import Contracts, Credit, Entry, Lists, Paid
from poslab.history.matching import match
from poslab.history.paper_lists import file_of, ledger_of, slips_of, statement_of
from poslab.messages.files.bad_file import BadFile
from poslab.messages.files.salvage import (
    Salvaged,
    salvage_clearing,
    salvage_settlement,
    salvage_slips,
    salvage_statement,
)
from poslab.world.calendar import Calendar
from poslab.world.world import World
from scenarios.schema.errors import BadInput

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
    why: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, f"line {self.line}" if self.line else "", self.field) if part)
        return f"{where}: {self.why}"


class Read(NamedTuple):
    """What was read of the files and matched."""

    matched: Matched
    ledger: tuple[Entry, ...]
    errors: list[Unreadable]
    unreadable: dict[str, int]
    """List → how many of its records could not be read."""
    contracts: Contracts
    calendar: Calendar


def read_and_match(papers: Papers, date: str | None, world: World | None) -> Read:
    """Read what can be read, and match it as it stands on a date: the latest one of all records, if none is named."""
    if not papers.settlement or not (papers.slips or papers.statement or papers.clearing):
        raise BadInput(
            "reconcile", 0, "--settlement", "there is nothing to hold against each other",
            "name the settlement detail (--settlement) and one of --slips, --clearing and --statement at least",
        )  # fmt: skip
    desk = _Desk()
    slips = desk.read(SLIPS, papers.slips, salvage_slips, slips_of)
    settled = desk.read(LEDGER, papers.settlement, salvage_settlement, lambda file, rows: [ledger_of(file, rows)])
    filed = desk.read(FILE, papers.clearing, salvage_clearing, file_of)
    booked = desk.read(STATEMENT, papers.statement, salvage_statement, statement_of)
    ledger = tuple(entry for sales, _, _ in settled for entry in sales)
    lists = Lists(
        slips=tuple(slips) if papers.slips else None,
        ledger=ledger,
        others=tuple(entry for _, others, _ in settled for entry in others),
        file=tuple(filed) if papers.clearing else None,
        payouts=tuple(paid for _, _, payouts in settled for paid in payouts),
        statement=tuple(booked) if papers.statement else None,
    )
    contracts = {} if world is None else contracts_of(world)
    calendar = Calendar() if world is None else world.calendar
    today = _latest(lists) if date is None else date
    return Read(match(lists, today, contracts), ledger, desk.errors, desk.unreadable, contracts, calendar)


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

    def read(
        self,
        name: str,
        paths: Sequence[Path],
        salvages: Callable[[bytes], Salvaged[_T]],
        lists: Callable[[str, list[tuple[int, _T]]], Iterable[_L]],
    ) -> list[_L]:
        found: list[_L] = []
        for path in paths:
            try:
                salvaged = salvages(without_cards(path.read_bytes()))
            except OSError as wrong:
                reason = (wrong.strerror or "no access").lower()
                raise BadInput(str(path), 0, "", f"it cannot be read ({reason})", "check name and rights") from None
            except BadFile as wrong:
                raise BadInput(str(path), wrong.line, wrong.field, wrong.why, "name a file of that kind") from None
            self.errors += [Unreadable(path.name, bad.line, bad.field, bad.why) for bad in salvaged.bad]
            self.unreadable[name] = self.unreadable.get(name, 0) + salvaged.unreadable
            found += lists(path.name, salvaged.records)
        return found


def _latest(lists: Lists) -> str:
    dated: list[Entry | Paid | Credit] = [*lists.ledger, *lists.payouts, *(lists.slips or ())]
    dated += [*(lists.file or ()), *(lists.statement or ())]
    return max((record.date for record in dated), default="19700101")
