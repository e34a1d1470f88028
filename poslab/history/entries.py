"""What lists say, in one form: sales and refunds (W, X, Y), payouts (X) and lines of an account's statement (Z)."""

from msgspec import Struct


class Entry(Struct, frozen=True, kw_only=True):
    """One record of a sale, a refund or a void in one list. Amounts in fen; of a refund below zero."""

    where: str = ""
    """File and line, or what else names the record: ``"slips.csv:12"``."""
    mid: str = ""
    tid: str = ""
    batch: str = ""
    stan: str = ""
    rrn: str = ""
    amount_fen: int
    date: str
    """Business date where the list has it, else the date of the slip: ``"20260105"``."""
    order: str = ""
    """The till's number of the purchase, where the list has it."""
    undone: bool = False
    """Reversed or voided, by this list."""
    undoes: str = ""
    """Of a void: TID, batch and STAN of the sale that it takes back, as in ``key``."""
    case: str = ""
    """Of a chargeback (below zero) or a representment that was won: its case. TID, batch and STAN are the sale's."""
    product: str = ""
    """``debit`` or ``credit``, where the list says which."""
    fee_fen: int | None = None
    """What the merchant is charged, where the list says it."""
    payout_no: str = ""
    held: bool = False
    """Kept back: there, and paid by no payout yet."""

    @property
    def key(self) -> str:
        """TID, batch and STAN, or ``""`` where one of them is missing."""
        return f"{self.tid}-{self.batch}-{self.stan}" if self.tid and self.batch and self.stan else ""

    @property
    def net_fen(self) -> int:
        """What the merchant is paid for it."""
        return self.amount_fen - (self.fee_fen or 0)


class Paid(Struct, frozen=True, kw_only=True):
    """A payout as the ledger has it."""

    where: str = ""
    payout_no: str
    mid: str = ""
    amount_fen: int
    date: str
    """When it was sent."""
    state: str = ""
    """As the ledger has it, where it says so: ``returned:ACCOUNT_FROZEN``."""
    holder: str = ""
    """Who should receive it, where that is known."""


class Credit(Struct, frozen=True, kw_only=True):
    """A line of an account's statement: money that came, or below zero money that left."""

    where: str = ""
    account_no: str = ""
    reference: str = ""
    amount_fen: int
    date: str
    holder: str = ""
    """Whose account it is, where that is known. Of a payout only what its own receiver has is its credit."""


class Unread(Struct, frozen=True):
    """What of a list could not be read. Nobody may say of a sale or payout that stands there that it is missing."""

    names: dict[str, str] = {}
    """Key, RRN or payout → the record's place."""
    anything: str = ""
    """A place where something stood that nobody can name; ``""`` where there is none."""


class Lists(Struct, frozen=True, kw_only=True):
    """The records to be matched. ``None``: that list was not handed in, and nothing is said about it."""

    slips: tuple[Entry, ...] | None = None
    ledger: tuple[Entry, ...] = ()
    others: tuple[Entry, ...] = ()
    """What the ledger nets into payouts beside sales and refunds: chargebacks, adjustments, fees."""
    file: tuple[Entry, ...] | None = None
    payouts: tuple[Paid, ...] = ()
    statement: tuple[Credit, ...] | None = None
    unread: dict[str, Unread] = {}
    """List → what of it could not be read."""


class Rate(Struct, frozen=True):
    """What a contract charges for sales by a kind of card: parts per million, and at most ``cap_fen``."""

    ppm: int
    cap_fen: int | None = None


Contracts = dict[tuple[str, str], Rate]
"""Merchant and ``debit`` or ``credit`` → rate."""
