"""Transfers between two accounts of one bank, on their payer's word. Each is carried out once, by its number."""

from collections.abc import Mapping
from typing import Protocol

from poslab.ledger.book import Book
from poslab.messages.funding import AccountTransfer, StatementLine
from poslab.party.contract import Address, Effect, Kept, Logged, Posted, Send
from poslab.party.time import Instant


class Account(Protocol):
    """What of an account decides about a transfer."""

    @property
    def statements_to(self) -> Address: ...
    @property
    def state(self) -> str: ...
    @property
    def direction(self) -> str: ...


def obstacle(given: AccountTransfer, accounts: Mapping[str, Account], book: Book) -> str:
    """Why a transfer is not carried out: ``no-account``, ``closed``, ``not-enough``, or ``""``."""
    payer, payee = accounts.get(given.from_no), accounts.get(given.to_no)
    if payer is None or payee is None:
        return "no-account"
    if _closed(payer, "out") or _closed(payee, "in"):
        return "closed"
    return "not-enough" if book.standing(f"B.account.{given.from_no}") < given.amount_fen else ""


def carry_out(
    given: AccountTransfer, accounts: Mapping[str, Account], book: Book, at: Instant, out: list[Effect]
) -> None:
    """Move the money and tell both owners, or say why not. One that comes again does nothing."""
    entry = f"transfer/{given.transfer_no}"
    payer_account, payee_account = f"B.account.{given.from_no}", f"B.account.{given.to_no}"
    postings = ((payer_account, payee_account, given.amount_fen),)
    if book.has(entry):
        out.append(Logged("", "duplicate", {"payout": given.transfer_no, "how": "done-already"}))
        return
    why = obstacle(given, accounts, book)
    if why:
        out.append(Logged("", "transfer-refused", {"transfer_no": given.transfer_no, "reason": why}))
        return
    book.post(entry, postings)
    out.append(Kept("", "transfer"))
    out.append(Posted("", entry, postings))
    details: dict[str, str | int] = {"payout": given.transfer_no, "from": given.from_no, "account_no": given.to_no}
    out.append(Logged("", "transferred", details))
    for number, amount_fen in ((given.from_no, -given.amount_fen), (given.to_no, given.amount_fen)):
        balance_fen = book.standing(f"B.account.{number}")
        line = StatementLine("", number, given.transfer_no, amount_fen, balance_fen, at)
        if accounts[number].statements_to:
            out.append(Send(accounts[number].statements_to, line))


def _closed(account: Account, direction: str) -> bool:
    """Whether nothing moves that way: it is frozen so, or not to be used at all."""
    return account.state != "open" and (account.state != "frozen" or account.direction in (direction, "both"))
