"""Transfers between institutions at the rail: each is done once, by its number, and told to whom it concerns."""

from collections.abc import Iterable

from bank.rail_records import DONE, NONE, ORDERS_REMEMBERED
from poslab.ledger.book import Book
from poslab.messages.funding import TransferDone, TransferOrder
from poslab.party.contract import Address, Became, Effect, Kept, Logged, Posted, Send
from poslab.world import world as worlds
from poslab.world.rail_accounts import PLATFORM, owners


class InterbankTransfers:
    """The last ``ORDERS_REMEMBERED`` transfers; they are posted in the rail's book ``R``."""

    def __init__(self, world: worlds.World, book: Book) -> None:
        self.owners = {account: owner for account, owner in owners(world).items() if account != PLATFORM}
        """Account in book R → the institution that is told what happens on it."""
        self.own_cash = frozenset(acquirer.own_account for acquirer in world.acquirers)
        self._network = world.network.address
        self._book = book
        self._done: dict[str, TransferOrder] = {}

    def carry_out(self, given: TransferOrder, out: list[Effect]) -> None:
        """Do a transfer once (P3, or P11c and its mirror within an acquirer); a repeated order is answered again."""
        known = self._done.get(given.transfer_no)
        if known is not None:
            out.append(Logged("", "duplicate", {"transfer_no": given.transfer_no, "how": "answered-again"}))
        else:
            out.append(Kept("", "transfer"))
            self._done[given.transfer_no] = given
            if len(self._done) > ORDERS_REMEMBERED:
                del self._done[next(iter(self._done))]
            out.append(Became("", given.transfer_no, NONE, DONE))
            self._post(given, out)
            out.append(Logged("", "transferred", {"transfer_no": given.transfer_no}))
        self.tell(given.transfer_no, out)

    def tell(self, transfer_no: str, out: list[Effect]) -> None:
        """Tell everybody whom a transfer concerns that it is done, if it is."""
        done = self._done.get(transfer_no)
        if done is None:
            return
        told = TransferDone("", done.transfer_no, done.payer, done.payee, done.amount_fen)
        out.extend(Send(institution, told) for institution in self._concerned(done))

    def held(self) -> list[tuple[str, TransferOrder]]:
        """The state."""
        return list(self._done.items())

    def restore(self, held: Iterable[tuple[str, TransferOrder]]) -> None:
        """Take a state."""
        self._done = dict(held)

    def _post(self, given: TransferOrder, out: list[Effect]) -> None:
        entry = "P11c" if given.payee in self.own_cash else "P11c-mirror" if given.payer in self.own_cash else "P3"
        name, postings = f"{entry}/{given.transfer_no}", ((given.payer, given.payee, given.amount_fen),)
        if self._book.post(name, postings):
            out.append(Posted("", name, postings))

    def _concerned(self, done: TransferOrder) -> list[Address]:
        """Payer's and payee's institutions; the network is a side of each but those within an acquirer."""
        found: list[Address] = []
        for account in (done.payer, done.payee):
            address = self.owners.get(account)
            if address is not None and address not in found:
                found.append(address)
        if self._network not in found and not {done.payer, done.payee} & self.own_cash:
            found.append(self._network)
        return found
