"""An account at the account bank: its state, what it has taken, and what keeps money from being applied to it."""

from typing import Final

from msgspec import Struct, structs

from poslab.messages.funding import CreditOrder
from poslab.party.time import Instant, date_of
from poslab.world import world as worlds
from poslab.world.accounts import CLASSES
from poslab.world.calendar import day_word

OPEN: Final = "open"
FROZEN: Final = "frozen"
CLOSED: Final = "closed"
DORMANT: Final = "dormant"

ACCOUNT_NOT_EXIST: Final = "ACCOUNT_NOT_EXIST"
NAME_NOT_CORRECT: Final = "NAME_NOT_CORRECT"
ACCOUNT_FROZEN: Final = "ACCOUNT_FROZEN"
ACCOUNT_CLOSED: Final = "ACCOUNT_CLOSED"
QUOTA_EXCEED: Final = "QUOTA_EXCEED"
RISK: Final = "RISK"
BANK_MAINTENANCE: Final = "BANK_MAINTENANCE"


class Account(Struct, frozen=True):
    """An account. ``direction`` says what a freeze stops: ``in`` credits, ``out`` debits, or ``both``."""

    owner: str
    statements_to: str
    """Where its statement goes; empty: nowhere."""
    state: str = OPEN
    direction: str = "both"
    kind: str = "I"
    parks: bool = False
    """Whether a clerk looks at what comes before it is applied."""
    day: str = ""
    day_fen: int = 0
    """What it took on ``day``."""
    year: str = ""
    year_fen: int = 0
    """What it took in ``year``."""
    order_no: str = ""
    """The authority's order by which it is frozen."""

    def taken_fen(self, at: Instant) -> tuple[int, int]:
        """What it has taken today, and this year."""
        day = day_word(date_of(at))
        return self.day_fen if self.day == day else 0, self.year_fen if self.year == day[:4] else 0

    def with_taken(self, amount_fen: int, at: Instant) -> "Account":
        """The account after a credit."""
        day = day_word(date_of(at))
        today_fen, this_year_fen = self.taken_fen(at)
        return structs.replace(
            self, day=day, day_fen=today_fen + amount_fen, year=day[:4], year_fen=this_year_fen + amount_fen
        )

    def limit_met(self, amount_fen: int, balance_fen: int, at: Instant) -> str:
        """Which limit of its class a credit would exceed: ``day``, ``year``, ``balance``, or ``""``."""
        limits = CLASSES[self.kind]
        today_fen, this_year_fen = self.taken_fen(at)
        if limits.day_fen is not None and today_fen + amount_fen > limits.day_fen:
            return "day"
        if limits.year_fen is not None and this_year_fen + amount_fen > limits.year_fen:
            return "year"
        if limits.balance_fen is not None and balance_fen + amount_fen > limits.balance_fen:
            return "balance"
        return ""


def accounts_of(world: worlds.World, bank: worlds.AccountBank) -> dict[str, Account]:
    """The accounts that a bank keeps when the world begins, by number."""
    year = str(world.calendar.first_day.year)
    kept = {
        merchant.account_no: Account(
            merchant.account_name,
            merchant.address,
            kind=merchant.account_class,
            year=year,
            year_fen=merchant.received_this_year_fen,
        )
        for merchant in world.merchants
        if merchant.bank == bank.address
    }
    for account in bank.accounts:
        kept[account.account_no] = Account(account.owner, account.statements_to, kind=account.kind)
    return kept


def obstacle(account: Account | None, given: CreditOrder, bank: worlds.AccountBank, at: Instant, balance: int) -> str:
    """Why an order cannot be applied to an account with this balance (fen): a return reason, or ``""``."""
    if account is None:
        return ACCOUNT_NOT_EXIST
    if account.state in (CLOSED, DORMANT):
        return ACCOUNT_CLOSED
    if bank.name_check and account.owner != given.account_name:
        return NAME_NOT_CORRECT
    if account.state == FROZEN and account.direction != "out":
        return ACCOUNT_FROZEN
    if bank.refuse_above_fen is not None and given.amount_fen > bank.refuse_above_fen:
        return RISK
    return QUOTA_EXCEED if account.limit_met(given.amount_fen, balance, at) else ""
