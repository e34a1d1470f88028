"""Accounts at banks: their classes with what each may take, and those besides the merchants' own."""

from collections.abc import Mapping

from msgspec import Struct


class AccountClass(Struct, frozen=True):
    """The most that an account of a class may take, in fen; ``None`` where there is no limit."""

    day_fen: int | None = None
    year_fen: int | None = None
    balance_fen: int | None = None
    """The most that may stand on it."""


CLASSES: Mapping[str, AccountClass] = {
    "I": AccountClass(),
    "II": AccountClass(day_fen=1_000_000, year_fen=20_000_000),
    "III": AccountClass(day_fen=500_000, year_fen=10_000_000, balance_fen=200_000),
}
"""Class of an account → its limits: Ⅰ类户 has none, Ⅱ类户 and Ⅲ类户 are opened at a distance and take little."""


class Account(Struct, frozen=True):
    """An account that a bank keeps besides those of the merchants: another one of theirs, or a stranger's."""

    account_no: str
    owner: str
    """Whose it is: the name that a payout must be made to."""
    kind: str = "I"
    """Its class, one of ``CLASSES``."""
    statements_to: str = ""
    """Where its statement goes; empty: to nobody of this world."""
