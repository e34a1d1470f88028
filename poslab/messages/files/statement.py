"""A bank's statement of an account: one day, opening balance, entries, closing balance."""

import re
from datetime import date

from msgspec import Struct

from poslab.messages.files.bad_file import BadFile
from poslab.text import Text

CURRENCY = "CNY"

_REFERENCE = re.compile(r"[A-Za-z0-9?:().,'+ -]{1,35}", re.ASCII)
_BANK_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
_PURPOSE = re.compile(r"[A-Za-z0-9?:().,'+ -]{0,59}", re.ASCII)
"""What every format has room for; MT940 knows few characters, and short lines."""


class Entry(Struct, frozen=True):
    """One line: what was credited (``amount_fen`` above zero) or debited (below)."""

    booked: date
    valued: date
    """From which day on it bears interest, and may be used."""
    amount_fen: int
    reference: str
    """The payer's: a payout's number."""
    bank_reference: str
    """The bank's own, given once an account."""
    purpose: str = ""


class Statement(Struct, frozen=True):
    """One day of an account. ``number`` counts an account's statements within a year; amounts in fen."""

    account_no: str
    number: int
    day: date
    opening_fen: int
    entries: tuple[Entry, ...]
    closing_fen: int
    currency: str = CURRENCY
    owner: str = ""
    bank: str = ""


class Pieces(Struct):
    """What can still be read of a paper that is damaged."""

    entries: list[tuple[int, str, Entry]] = []
    """Line, statement (account and number of the day's paper), entry."""
    accounts: dict[str, str] = {}
    """Statement → account."""
    days: list[date] = []
    """The days of which the whole statement is there."""
    bad: list[BadFile] = []
    torn: list[tuple[BadFile, str]] = []
    """An entry that cannot be read, with its reference where that can."""
    cut: bool = False
    """Whether a part of the paper is lost, so that nobody knows what stood there."""


def proven(statement: Statement, line: int = 0) -> Statement:
    """The statement, if opening balance and entries give the closing balance; else ``BadFile`` at ``line``."""
    closing_fen = statement.opening_fen + sum(entry.amount_fen for entry in statement.entries)
    if closing_fen != statement.closing_fen:
        why = Text(
            f"期初余额加各笔为 {closing_fen} 分，期末余额写的是 {statement.closing_fen} 分",
            f"opening and entries give {closing_fen} fen, the closing balance says {statement.closing_fen}",
        )
        raise BadFile(line, "closing balance", why)
    return statement


def writable(statement: Statement) -> Statement:
    """The statement, if every format has room for what stands in it; ``ValueError`` where it has not."""
    for entry in statement.entries:
        for pattern, text in (
            (_REFERENCE, entry.reference),
            (_BANK_REFERENCE, entry.bank_reference),
            (_PURPOSE, entry.purpose),
        ):
            if pattern.fullmatch(text) is None or text != text.strip():
                raise ValueError(f"a statement has no room for {text!r}")
        if entry.amount_fen == 0:
            raise ValueError(f"an entry of nothing: {entry.reference}")
    return proven(statement)
