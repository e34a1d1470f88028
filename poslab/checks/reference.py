"""Every account of every institution's book, rebuilt from what was posted, and the reference ledger among them.

The reference ledger is what issuers, rail and account banks really did: those books are the truth about cardholders'
money, central-bank money and merchants' accounts. What the others posted is kept beside it, never added to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from poslab.checks.tell import Tell
from poslab.history.line import Line
from poslab.ledger.chart import account_of
from poslab.party.contract import Address, Posted, Posting
from poslab.text import Text
from poslab.world.contracts import Contracts
from poslab.world.rail_accounts import NETWORK, PLATFORM, of_bank, of_issuer
from poslab.world.world import World

LETTERS: Mapping[str, str] = {
    "terminal": "M",
    "merchant": "M",
    "platform": "P",
    "host": "A",
    "switch": "N",
    "issuer": "I",
    "rail": "R",
    "bank": "B",
}
"""Role → the letter of its book. A merchant's book is kept at the till as well."""

OF = "/"
"""Between an institution and an account of its book, where a world has several of its kind: ``host-b/A.reserve_cash``.
The first one's accounts have their plain names."""

NOT_BELOW_ZERO = ("R.in_flight.", "B.suspense")
"""Places that hold only money that came before, besides the clients' reserves: payouts on their way, unapplied money.
"""


def marks(world: World) -> Mapping[Address, str]:
    """What tells a further institution's accounts from those of the first of its kind; nothing for that one."""
    further = [acquirer.address for acquirer in world.acquirers[1:]]
    further += [issuer.address for issuer in world.issuers[1:]]
    further += [bank.address for bank in world.banks[1:]]
    return {address: address + OF for address in further}


def mirrors(world: World) -> Mapping[str, str]:
    """An institution's cash account → its account at the rail, which is right where the two differ."""
    mark = marks(world)
    found = {"N.cash": NETWORK, "P.cash": PLATFORM}
    for acquirer in world.acquirers:
        of = mark.get(acquirer.address, "")
        found[f"{of}A.reserve_cash"] = acquirer.reserve_account
        found[f"{of}A.own_cash"] = acquirer.own_account
    for issuer in world.issuers:
        found[f"{mark.get(issuer.address, '')}I.cash"] = of_issuer(world, issuer.address)
    for bank in world.banks:
        found[f"{mark.get(bank.address, '')}B.interbank_cash"] = of_bank(world, bank.address)
    return found


def own_books(world: World) -> Mapping[Address, str]:
    """What tells a further merchant's accounts from the first one's, for herself and for each of her tills."""
    first = world.merchants[0].address
    mark = {merchant.mid: merchant.address + OF for merchant in world.merchants if merchant.address != first}
    further = {merchant.address: mark[merchant.mid] for merchant in world.merchants if merchant.mid in mark}
    further.update({till.address: mark[till.mid] for till in world.terminals if till.mid in mark})
    return further


class Cell(Struct, gc=False):
    """An account: its balance (debit side positive, fen), whose book it belongs to, and what moves with it."""

    balance: int
    letter: str
    """Empty where the chart knows no such account."""
    mirror: str
    """The cash account whose mirror it takes part in, or empty."""
    held: bool
    """Whether it may not fall below zero on its credit side."""
    alone: str
    """The letter of its book, if nothing hangs on it: neither a mirror nor a floor."""


class Daily(Struct, frozen=True, gc=False):
    """An entry that is about no purchase."""

    entry: str


class Foreign(Struct, frozen=True, gc=False):
    """A posting that no book can hold: another party's account, or an amount that is not above zero."""

    entry: str
    what: Text


class Opened(Struct, frozen=True, gc=False):
    """An account was posted for the first time; ``known`` if it belongs to the chart."""

    account: str
    known: bool


class Mirrored(Struct, frozen=True, gc=False):
    """A cash account or its mirror moved; ``difference`` is cash less what the rail says, in fen."""

    cash: str
    difference: int


class Drained(Struct, frozen=True, gc=False):
    """A place that only holds what came before fell below zero."""

    account: str
    balance: int
    """On its credit side, in fen."""


class Reference:
    """The fold. ``balance`` is of any account; accounts of payouts leave when they are empty."""

    def __init__(self, world: World, tell: Tell) -> None:
        self._tell = tell
        self.marks = marks(world)
        self.own_books = own_books(world)
        self.mirrors = mirrors(world)
        self._mirrored = {name: cash for cash, there in self.mirrors.items() for name in (cash, there)}
        self._contracts = Contracts(world)
        self._cells: dict[str, Cell] = {}
        self.entries = 0
        """Entries of the reference ledger."""
        self.all_entries = 0
        """Entries of all books."""

    def sees(self) -> dict[Any, Any]:
        """What the fold is fed with."""
        return {(role, Posted): _Poster(self, role).posted for role in LETTERS}

    def balance(self, account: str) -> int:
        """The balance in fen, debit side positive, of an account by its name with its mark."""
        cell = self._cells.get(account)
        return 0 if cell is None else cell.balance

    def total(self, prefix: str) -> int:
        """The sum of all accounts whose name begins so, in the books of all institutions."""
        return sum(
            cell.balance for account, cell in self._cells.items() if account.rpartition(OF)[2].startswith(prefix)
        )

    def accounts(self) -> Iterator[tuple[str, int, bool]]:
        """Name, balance, and whether the chart knows it."""
        for account, cell in self._cells.items():
            yield account, cell.balance, bool(cell.letter)

    def difference(self, cash: str) -> int:
        """A cash account less its mirror at the rail. Either is relative to the opening."""
        return self.balance(cash) + self.balance(self.mirrors[cash])

    def post_plain(self, letter: str, posting: Posting, *, reference: bool) -> bool:
        """Take an entry of one posting between known accounts of a book that nothing else hangs on, if it is such."""
        debit, credit, amount_fen = posting
        debited = self._cells.get(debit)
        credited = self._cells.get(credit)
        if debited is None or credited is None or amount_fen <= 0:
            return False
        if debited.alone != letter or credited.alone != letter:
            return False
        debited.balance += amount_fen
        credited.balance -= amount_fen
        self.all_entries += 1
        self.entries += reference
        return True

    def cell(self, account: str, line: Line, given: Any) -> Cell:
        """The cell of an account, opened if need be."""
        cell = self._cells.get(account)
        if cell is None:
            name = account.rpartition(OF)[2]
            known = account_of(name)
            letter = name[:1] if known is not None else ""
            mirror = self._mirrored.get(account, "")
            held = name.startswith(NOT_BELOW_ZERO) or (account in self._contracts.cash and account.endswith(".reserve"))
            cell = Cell(0, letter, mirror, held, "" if mirror or held else letter)
            self._cells[account] = cell
            self._tell(Opened(account, known is not None), line, given)
        return cell

    def refuse_anothers(self, posted: Posted, line: Line, given: Any) -> None:
        """Tell of an acquirer that books what it owes to a merchant of another one."""
        for debit, credit, amount_fen in posted.postings:
            for account in (debit, credit):
                if account.startswith(("A.merchant_payable.", "A.merchant_advance.")):
                    whose = self._contracts.of_mid(account.split(".")[2]).address
                    if whose != line.party:
                        what = Text(
                            f"{account} 中 {amount_fen} 分，而其合同在 {whose}",
                            f"{amount_fen} fen at {account}, whose contract is with {whose}",
                        )
                        self._tell(Foreign(posted.entry, what), line, given)

    def settle(self, account: str, cell: Cell, line: Line, given: Any) -> None:
        """Tell of mirrors and of places below zero, once an entry is posted whole."""
        if cell.mirror:
            self._tell(Mirrored(cell.mirror, self.difference(cell.mirror)), line, given)
        if cell.held:
            if cell.balance > 0:
                self._tell(Drained(account, -cell.balance), line, given)
            elif cell.balance == 0 and account.startswith("R.in_flight."):
                self._cells.pop(account, None)


class _Poster:
    """One role's way into the ledger."""

    def __init__(self, reference: Reference, role: str) -> None:
        self._reference = reference
        self._letter = LETTERS[role]
        self._counts = role in ("issuer", "rail", "bank")
        self._cells = reference._cells
        self._marks = reference.own_books if self._letter == "M" else reference.marks

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        letter = self._letter
        cells = self._cells
        reference = self._reference
        reference.all_entries += 1
        if self._counts:
            reference.entries += 1
        if not posted.about:
            reference._tell(Daily(posted.entry), line, given)
        moved: list[tuple[str, Cell]] | None = None
        mark = self._marks.get(line.party, "") if self._marks else ""
        if self._marks and letter == "A":
            reference.refuse_anothers(posted, line, given)
        for debit, credit, amount_fen in posted.postings:
            if mark:
                debit, credit = mark + debit, mark + credit
            debited = cells.get(debit) or reference.cell(debit, line, given)
            credited = cells.get(credit) or reference.cell(credit, line, given)
            if debited.letter != letter or credited.letter != letter or amount_fen <= 0:
                what = Text(
                    f"在账簿 {letter} 中从 {credit} 到 {debit} 的 {amount_fen} 分",
                    f"{amount_fen} fen from {credit} to {debit} in book {letter}",
                )
                reference._tell(Foreign(posted.entry, what), line, given)
            debited.balance += amount_fen
            credited.balance -= amount_fen
            if debited.mirror or debited.held or credited.mirror or credited.held:
                moved = [] if moved is None else moved
                moved += ((debit, debited), (credit, credited))
        if moved is not None:
            for account, cell in moved:
                reference.settle(account, cell, line, given)
