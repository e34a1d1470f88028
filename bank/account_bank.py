"""The account bank: it keeps the merchants' accounts, and is the truth about whether a merchant was credited.

A credit order is one small machine, named by payout number and try. It is carried out once: repeated, it is answered
again. Money that cannot be applied stands in suspense for as long as it takes to send it back.
The last ``ORDERS_REMEMBERED`` orders are remembered.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from poslab.ledger.book import Book
from poslab.messages.facts import AccountSet
from poslab.messages.funding import CreditAnswer, CreditOrder, StatementLine, payout_try_of
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Posting, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted, Started
from poslab.party.table import Row, Table
from poslab.party.time import Instant
from poslab.world import world as worlds

NONE = "none"
CREDITED = "credited"
SUSPENSE = "suspense"
RETURNED = "returned"

OPEN = "open"
FROZEN = "frozen"

ACCOUNT_NOT_EXIST = "ACCOUNT_NOT_EXIST"
NAME_NOT_CORRECT = "NAME_NOT_CORRECT"
ACCOUNT_FROZEN = "ACCOUNT_FROZEN"

ORDERS_REMEMBERED = 10_000


class Account(Struct, frozen=True):
    """A merchant's account. ``direction`` says what a freeze stops: ``in`` credits, ``out`` debits, or ``both``."""

    owner: str
    merchant: str
    """Where its statement goes."""
    state: str = OPEN
    direction: str = "both"


class Order(Struct, frozen=True, gc=False):
    """What became of a credit order."""

    state: str
    reason: str = ""


class _Held(Struct):
    """A snapshot. The orders stand in the order in which they came."""

    accounts: dict[str, Account]
    orders: list[tuple[str, Order]]
    book: tuple[Any, Any, Any]


class AccountBank:
    """One account bank and its book ``B``."""

    def __init__(self, world: worlds.World, settings: worlds.AccountBank) -> None:
        self.settings = settings
        self.book = Book("B")
        self._rail = world.rail.address
        self._accounts = {
            merchant.account_no: Account(merchant.account_name, merchant.address)
            for merchant in world.merchants
            if merchant.bank == settings.address
        }
        self._orders: dict[str, Order] = {}

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        """Answer one input. Unknown types are passed over."""
        out: list[Effect] = []
        if isinstance(given, CreditOrder):
            of = payout_try_of(given.payout_no, given.try_no)
            known = self._orders.get(of)
            ORDERS.step(self, NONE if known is None else known.state, given, at, out)
        elif isinstance(given, AccountSet):
            self._set(given, out)
        elif isinstance(given, Restarted):
            out.append(Logged("", "restarted"))
        return out

    def awaits(self, of: Reminder) -> bool:
        """This bank writes no letters to itself."""
        return False

    def snapshot(self) -> bytes:
        """The whole state."""
        held = _Held(self._accounts, list(self._orders.items()), self.book.state())
        return msgspec.msgpack.encode(held, order="deterministic")

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        held = msgspec.msgpack.decode(kept, type=_Held)
        self._accounts = held.accounts
        self._orders = dict(held.orders)
        self.book.restore(*held.book)

    def obstacle(self, given: CreditOrder) -> str:
        """Why an order cannot be applied, one of the return reasons, or ``""``."""
        account = self._accounts.get(given.account_no)
        if account is None:
            return ACCOUNT_NOT_EXIST
        if account.owner != given.account_name:
            return NAME_NOT_CORRECT
        if account.state == FROZEN and account.direction != "out":
            return ACCOUNT_FROZEN
        return ""

    def credit(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """The money is the merchant's: P4c, and a line of its statement."""
        of = payout_try_of(given.payout_no, given.try_no)
        account = f"B.account.{given.account_no}"
        out.append(Kept("", "credit"))
        self._move(of, NONE, Order(CREDITED), out)
        self._post(f"P4c/{of}", ("B.interbank_cash", account, given.amount_fen), out)
        out.append(Logged("", "credited", {"account_no": given.account_no, "payout": of}))
        line = StatementLine("", given.account_no, given.payout_no, given.amount_fen, self.book.standing(account), at)
        out.append(Send(self._accounts[given.account_no].merchant, line))
        return self.answer(given, at, out)

    def send_back(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """The money cannot be applied: into suspense (P5a), and back (P5b)."""
        of = payout_try_of(given.payout_no, given.try_no)
        reason = self.obstacle(given)
        out.append(Kept("", "return"))
        out.append(Logged("", "refused", {"reason": reason, "payout": of}))
        self._move(of, NONE, Order(SUSPENSE, reason), out)
        self._post(f"P5a/{of}", ("B.interbank_cash", "B.suspense", given.amount_fen), out)
        self._move(of, SUSPENSE, Order(RETURNED, reason), out)
        self._post(f"P5b/{of}", ("B.suspense", "B.interbank_cash", given.amount_fen), out)
        out.append(Logged("", "returned", {"payout": of}))
        return self.answer(given, at, out)

    def answer(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """Say what became of an order."""
        order = self._orders[payout_try_of(given.payout_no, given.try_no)]
        out.append(Send(self._rail, CreditAnswer("", given.payout_no, given.try_no, order.state, order.reason)))
        return order.state

    def answer_again(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """A repeated order changes nothing."""
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Logged("", "duplicate", {"payout": of, "how": "answered-again"}))
        return self.answer(given, at, out)

    def _set(self, given: AccountSet, out: list[Effect]) -> None:
        account = self._accounts.get(given.account_no)
        if account is None:
            return
        self._accounts[given.account_no] = Account(account.owner, account.merchant, given.state, given.direction)
        out.append(Kept(given.about, "account"))
        details = {"account_no": given.account_no, "state": given.state, "direction": given.direction}
        out.append(Logged(given.about, "account-set", dict(details)))

    def _move(self, of: str, before: str, order: Order, out: list[Effect]) -> None:
        self._orders[of] = order
        if len(self._orders) > ORDERS_REMEMBERED:
            del self._orders[next(iter(self._orders))]
        out.append(Became("", of, before, order.state))

    def _post(self, entry: str, posting: Posting, out: list[Effect]) -> None:
        if self.book.post(entry, (posting,)):
            out.append(Posted("", entry, (posting,)))


def _obstructed(bank: AccountBank, given: CreditOrder, at: Instant) -> bool:
    return bank.obstacle(given) != ""


ORDERS: Table[AccountBank] = Table(
    "a credit order at the account bank",
    (NONE, CREDITED, RETURNED),
    (
        Row(NONE, CreditOrder, AccountBank.send_back, (RETURNED,), _obstructed),
        Row(NONE, CreditOrder, AccountBank.credit, (CREDITED,)),
        Row(CREDITED, CreditOrder, AccountBank.answer_again, (CREDITED,)),
        Row(RETURNED, CreditOrder, AccountBank.answer_again, (RETURNED,)),
    ),
)

PASSED_OVER: Mapping[type[Input], str] = {
    Started: "an account bank has no daily job",
    Connected: "the rail repeats what was not answered",
    Disconnected: "the rail repeats what was not answered",
    ConnectFailed: "the rail repeats what was not answered",
    PowerCut: "a bank's process dies and restarts: Restarted tells of it",
    PowerRestored: "a bank's process dies and restarts: Restarted tells of it",
}
"""Inputs that change nothing here, and why."""
