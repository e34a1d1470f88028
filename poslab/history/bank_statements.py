"""The account bank's statements, one account and calendar day each: a fold over what the bank posted in its book."""

import re
from datetime import date, timedelta

from msgspec import Struct

from poslab.history.line import Line
from poslab.messages.files.statement import Entry, Statement
from poslab.messages.funding import StatementLine
from poslab.party.contract import Input, Posted, Send
from poslab.party.time import date_of
from poslab.text import Language
from poslab.world.world import World

_ACCOUNT = "B.account."
_LONGEST_REFERENCE = 35
_PRINTED: Language = "en"
"""MT940 knows no Chinese characters, so what is printed is English in every format."""

_PURPOSES = {True: "CARD PAYOUT", False: "CREDIT TAKEN BACK"}


class _Account(Struct):
    """Balance in fen, and the entries of each day on which there were any."""

    balance_fen: int = 0
    days: dict[date, list[Entry]] = {}


class BankStatements:
    """Feed it every line; then ask for an account's statements."""

    def __init__(self, world: World) -> None:
        self._banks = {bank.address: bank for bank in world.banks}
        self._owners = {merchant.account_no: merchant for merchant in world.merchants}
        self._accounts: dict[str, _Account] = {number: _Account() for number in self._owners}
        self._first: date | None = None
        self._last = date.min

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if self._first is None or date_of(line.at) != self._last:
            self._last = date_of(line.at)
            self._first = self._first or self._last
        if line.party in self._banks:
            for effect in line.effects:
                if type(effect) is Posted:
                    self._posted(effect, line)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts of the world's merchants, then those of others that something was booked on."""
        return tuple(self._accounts)

    @property
    def days(self) -> tuple[date, ...]:
        """The calendar days that the history covers."""
        if self._first is None:
            return ()
        count = (self._last - self._first).days + 1
        return tuple(self._first + timedelta(days=after) for after in range(count))

    def of(self, account_no: str) -> tuple[Statement, ...]:
        """An account's statements, one for each of ``days``; ``KeyError`` for an account nobody knows."""
        account = self._accounts[account_no]
        owner = self._owners.get(account_no)
        balance_fen = 0
        found: list[Statement] = []
        for day in self.days:
            entries = tuple(account.days.get(day, ()))
            closing_fen = balance_fen + sum(entry.amount_fen for entry in entries)
            found.append(
                Statement(
                    account_no=account_no,
                    number=day.timetuple().tm_yday,
                    day=day,
                    opening_fen=balance_fen,
                    entries=entries,
                    closing_fen=closing_fen,
                    owner="" if owner is None else owner.account_name,
                    bank="" if owner is None else self._banks[owner.bank].name.of(_PRINTED),
                )
            )
            balance_fen = closing_fen
        return tuple(found)

    def _posted(self, posted: Posted, line: Line) -> None:
        for debit, credit, amount_fen in posted.postings:
            if credit.startswith(_ACCOUNT):
                self._book(credit.removeprefix(_ACCOUNT), amount_fen, posted, line)
            if debit.startswith(_ACCOUNT):
                self._book(debit.removeprefix(_ACCOUNT), -amount_fen, posted, line)

    def _book(self, account_no: str, amount_fen: int, posted: Posted, line: Line) -> None:
        account = self._accounts.setdefault(account_no, _Account())
        day = date_of(line.at)
        entries = account.days.setdefault(day, [])
        account.balance_fen += amount_fen
        entries.append(
            Entry(
                booked=day,
                valued=day,
                amount_fen=amount_fen,
                reference=reference_of(posted, _ACCOUNT + account_no, line),
                bank_reference=f"{day:%y%m%d}{len(entries) + 1:05d}",
                purpose=_PURPOSES[amount_fen > 0],
            )
        )


def reference_of(posted: Posted, account: str, line: Line) -> str:
    """What the bank tells the account's owner it is for; where it tells nothing, the name of the entry."""
    account_no = account.removeprefix(_ACCOUNT)
    for effect in line.effects:
        if type(effect) is Send and type(effect.message) is StatementLine and effect.message.account_no == account_no:
            return _fit(effect.message.reference)
    name = posted.entry.partition("/")[2]
    return _fit(re.sub(r"/\d+$", "", name))


def _fit(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", text)[:_LONGEST_REFERENCE] or "NONREF"
