"""A party's own book: entries posted once, always balanced, accounts of its own letter only."""

from collections.abc import Sequence

from poslab.ledger.chart import account_of

Posting = tuple[str, str, int]


class NotInChart(AssertionError):
    """A posting names an account that the book cannot have: our own bug."""


class AlreadyPosted(AssertionError):
    """An entry's name was used again for other postings: our own bug."""


class Book:
    """Balances in fen, debit side positive, and the names of the entries that made them.

    Entries are remembered until two calls of ``forget`` have passed, so that a long life does not grow the book.
    """

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.balances: dict[str, int] = {}
        self._young: dict[str, tuple[Posting, ...]] = {}
        self._old: dict[str, tuple[Posting, ...]] = {}

    def post(self, entry: str, postings: tuple[Posting, ...]) -> bool:
        """Post an entry; ``False`` if it stands already.

        Raises ``AlreadyPosted`` if its name was used for other postings, ``NotInChart`` for a foreign account or an
        amount that is not above zero. Nothing is posted then.
        """
        if entry in self._young or entry in self._old:
            known = self._young[entry] if entry in self._young else self._old[entry]
            if known != postings:
                raise AlreadyPosted(f"{entry}: {known} and now {postings}")
            return False
        balances = self.balances
        for debit, credit, amount_fen in postings:
            if amount_fen <= 0:
                raise NotInChart(f"{entry}: {amount_fen} fen from {credit} to {debit}")
            if debit not in balances:
                self._open(debit)
            if credit not in balances:
                self._open(credit)
        for debit, credit, amount_fen in postings:
            balances[debit] += amount_fen
            balances[credit] -= amount_fen
        self._young[entry] = postings
        return True

    def has(self, entry: str) -> bool:
        """Whether an entry of that name was posted and is not forgotten."""
        return entry in self._young or entry in self._old

    def standing(self, account: str) -> int:
        """An account's balance on its natural side, in fen; 0 for one that was never used."""
        balance = self.balances.get(account, 0)
        known = account_of(account)
        return balance if known is not None and known.debit_side else -balance

    def forget(self) -> None:
        """Forget the names of entries older than the call before this one; balances stay."""
        self._old = self._young
        self._young = {}

    def state(self) -> tuple[Sequence[tuple[str, int]], Sequence[object], Sequence[object]]:
        """Everything, in an order that does not depend on the way here except for entry names."""
        return sorted(self.balances.items()), list(self._young.items()), list(self._old.items())

    def restore(
        self,
        balances: Sequence[tuple[str, int]],
        young: Sequence[tuple[str, Sequence[Sequence[str | int]]]],
        old: Sequence[tuple[str, Sequence[Sequence[str | int]]]],
    ) -> None:
        """Take the state that ``state`` gave."""
        self.balances = dict(balances)
        self._young = {entry: _tuples(postings) for entry, postings in young}
        self._old = {entry: _tuples(postings) for entry, postings in old}

    def _open(self, account: str) -> None:
        if account[:2] != self.letter + "." or account_of(account) is None:
            raise NotInChart(f"book {self.letter} has no account {account}")
        self.balances[account] = 0


def _tuples(postings: Sequence[Sequence[str | int]]) -> tuple[Posting, ...]:
    return tuple((str(debit), str(credit), int(amount)) for debit, credit, amount in postings)
