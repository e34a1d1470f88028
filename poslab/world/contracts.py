"""Whose each merchant's number, terminal, payout and clearing file is, where a world has several acquirers."""

from poslab.party.contract import Address
from poslab.world.world import Acquirer, World


class Contracts:
    """Looked up once for a whole world. What nobody knows is taken for the first acquirer's."""

    def __init__(self, world: World) -> None:
        self._first = world.acquirer
        self._by_mid = {merchant.mid: world.acquirer_of(merchant.mid) for merchant in world.merchants}
        self._by_tid = {terminal.tid: self.of_mid(terminal.mid) for terminal in world.terminals}
        self._by_address = {acquirer.address: acquirer for acquirer in world.acquirers}
        self.cash = {
            account: acquirer
            for acquirer in world.acquirers
            for account in (acquirer.reserve_account, acquirer.own_account)
        }
        """Account at the rail that payouts are taken from → whose it is."""

    def of_mid(self, mid: str) -> Acquirer:
        """With whom a merchant's number is."""
        return self._by_mid.get(mid, self._first)

    def of_key(self, key: str) -> Acquirer:
        """Who takes an attempt: its key begins with its terminal's number."""
        return self._by_tid.get(key.partition("-")[0], self._first)

    def of_payout(self, number: str) -> Acquirer:
        """Who orders a payout: its number begins with its merchant's."""
        return self.of_mid(number.partition("-")[0])

    def at(self, address: Address) -> Acquirer:
        """The acquirer of an address."""
        return self._by_address.get(address, self._first)


def file_day(business_date: str, acquirer: Acquirer) -> str:
    """What an acquirer's file of a business date is called in folds: its date; with the acquirer, if a further one."""
    return f"{business_date}-{acquirer.tag}" if acquirer.tag else business_date
