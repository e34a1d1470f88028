"""Amounts and dates as papers write them."""

import re
from datetime import date

from poslab.messages.files.bad_file import BadFile, instead
from poslab.text import Text

_FIGURE = re.compile(r"(\d{1,13})(?:[.,](\d{0,2}))?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T +Z]|$)", re.ASCII)
_SHOWN = 30


def figure(amount_fen: int, mark: str = ".") -> str:
    """An amount not below zero, without thousands marks: ``"1234.50"``; ``mark`` stands between yuan and fen."""
    if amount_fen < 0:
        raise ValueError(f"a figure has no sign: {amount_fen}")
    return f"{amount_fen // 100}{mark}{amount_fen % 100:02d}"


def figure_of(text: str, line: int, field: str, mark: str = ".") -> int:
    """The fen of a figure; ``BadFile`` for anything else (a sign, three decimals, thousands marks)."""
    found = _FIGURE.fullmatch(text)
    if found is None or (found[2] is not None and mark not in text):
        form = Text(f"金额写作 1234{mark}50", f"an amount is written like 1234{mark}50")
        raise BadFile(line, field, instead(form, shown(text)))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def signed(amount_fen: int) -> str:
    """An amount with its sign, ``"-1234.50"``, where a paper has one column for both directions."""
    return f"{'-' if amount_fen < 0 else ''}{figure(abs(amount_fen))}"


def signed_of(text: str, line: int, field: str) -> int:
    """The fen of ``signed``; ``BadFile`` for anything else."""
    amount_fen = figure_of(text.removeprefix("-"), line, field)
    return -amount_fen if text.startswith("-") else amount_fen


def day_of(text: str, line: int, field: str) -> date:
    """The date of ``"2026-01-05"``, a time after it being passed over; ``BadFile`` for anything else."""
    try:
        if _DAY.match(text) is None:
            raise ValueError
        return date.fromisoformat(text[:10])
    except ValueError:
        form = Text("日期写作 2026-01-05", "a date is written like 2026-01-05")
        raise BadFile(line, field, instead(form, shown(text))) from None


def count_of(text: str, line: int, field: str) -> int:
    """A whole number not below zero; ``BadFile`` for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadFile(line, field, instead(Text("应为整数", "a whole number is wanted"), shown(text)))
    return int(text)


def shown(text: str) -> str:
    """What was written, short and on one line."""
    return ascii(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
