"""What is known of a purchase, of the attempts to pay it, and of the payouts that bring its money to the merchant."""

from msgspec import Struct

from poslab.messages.card import CLAIMS
from poslab.messages.funding import ClearingLine
from poslab.party.time import Instant

_COMES_TO_NOTHING = ("none", "declined", "reversed", "reversal-only", "voided")


class Attempt:
    """One try to pay: its key and what each party last made of it."""

    __slots__ = (
        "adjustment_due",
        "amount_fen",
        "approved_at",
        "booked",
        "business_date",
        "captured",
        "completion",
        "file_at",
        "file_date",
        "given_up",
        "given_up_at",
        "host",
        "issuer",
        "kept",
        "kept_from_wallet_fen",
        "key",
        "ledger",
        "line",
        "mid",
        "parked_fen",
        "payout_no",
        "platform",
        "rrn",
        "stan",
        "started_at",
        "terminal",
        "tid",
        "what",
    )  # fmt: skip

    def __init__(self, key: str, what: str, tid: str, mid: str, started_at: Instant) -> None:
        self.key = key
        self.what = what
        self.tid = tid
        self.mid = mid
        self.started_at = started_at
        self.stan = key.rpartition("-")[2]
        self.terminal = "none"
        self.host = "none"
        self.approved_at: Instant = 0
        """When the host last took it for approved."""
        self.adjustment_due = False
        """The next file gives it back by a credit adjustment, unless a clerk stops that."""
        self.parked_fen = 0
        """What is kept from the merchant's payout until a credit adjustment is made, or stopped."""
        self.kept = False
        """A clerk has stopped its adjustment: it is the merchant's."""
        self.platform = "none"
        self.issuer = "none"
        self.rrn = ""
        self.business_date = ""
        self.amount_fen = 0
        self.captured = False
        """A batch has delivered it, where only that clears a sale."""
        self.completion: Attempt | None = None
        """Of a pre-authorisation: the last try to turn it into a payment."""
        self.line: ClearingLine | None = None
        self.file_date = ""
        """The business date of the file that has its line."""
        self.file_at: Instant = 0
        """When that file was made."""
        self.booked = False
        """The issuer has booked its clearing line: its fees are taken off."""
        self.payout_no = ""
        self.ledger = ""
        """Where a platform keeps wallets: ``missing`` (in the acquirer's file and not booked), ``wallet``, or the
        number of the payout with which it left the wallet."""
        self.kept_from_wallet_fen = 0
        """What the acquirer keeps back of it, as far as the platform has booked that."""
        self.given_up = ""
        """Who no longer repeats the advice that would undo it upstream: ``host``, ``switch`` or nobody."""
        self.given_up_at: Instant = 0


class Refund:
    """A refund of a payment that the host has accepted."""

    __slots__ = ("amount_fen", "attempt", "credited", "netted_fen")

    def __init__(self, attempt: Attempt, amount_fen: int) -> None:
        self.attempt = attempt
        """The refund's own."""
        self.amount_fen = amount_fen
        self.netted_fen = 0
        """What the merchant's payouts were lessened by for it."""
        self.credited = False
        """The issuer has credited the cardholder."""


class Purchase:
    """One thing that a customer owes, and all attempts to pay it."""

    __slots__ = (
        "about", "attempts", "copies", "corrected", "debits", "due_fen", "holds", "mistaken", "peak", "returned_ever",
        "sms", "standing",
    )  # fmt: skip

    def __init__(self, about: str) -> None:
        self.about = about
        self.attempts: list[Attempt] = []
        self.copies: list[Attempt] = []
        """Copies of a sale that the host took for new requests, its duplicate check being off."""
        self.sms: list[str] = []
        self.standing = 0
        """Debits that stand at this moment."""
        self.peak = 0
        self.debits = 0
        self.holds = 0
        """Pre-authorisations that hold money at this moment."""
        self.due_fen = 0
        """What the customer owes, where something else was keyed in."""
        self.mistaken = False
        """It was voided, and another one was meant."""
        self.corrected = False
        """A clerk has ordered that it is taken back."""
        self.returned_ever = False

    @property
    def sales(self) -> list[Attempt]:
        """The attempts to pay, first one first: sales, and pre-authorisations or what became of them."""
        return [_speaks(attempt) for attempt in self.attempts if attempt.what in CLAIMS]

    @property
    def charges(self) -> list[Attempt]:
        """Whatever may have charged somebody: the sales, and the copies that were taken for new ones."""
        return [*self.sales, *self.copies] if self.copies else self.sales


class Break(Struct, frozen=True):
    """A difference that somebody has to look into: of the host's record with a terminal's batch, or with its file."""

    key: str
    why: str
    at: Instant


RECEIVED_AT_RAIL = ("delivered", "recalled", "owner-asked")
"""States of a payout at the rail in which its receiver has the money, be it asked back."""


class Payout:
    """A payout order, as host, rail and account bank last spoke of it."""

    __slots__ = (
        "account_no", "bank", "break_at", "carried_by", "credited_on", "date", "due_at", "fee_fen", "host", "lessened",
        "limit",
        "mid", "number", "passed_on_to", "rail", "reason", "recalled", "riders", "rule", "waits",
    )  # fmt: skip

    def __init__(self, number: str) -> None:
        self.number = number
        self.mid = number.split("-", maxsplit=1)[0]
        self.host = "none"
        self.rail = "none"
        self.bank = "none"
        self.break_at: Instant = 0
        """When the acquirer's reconciliation named it as one without an outcome; 0 once that is known."""
        self.date = ""
        """When it is to go, by the host's word."""
        self.due_at: Instant = 0
        """The same to the second, where it is paid at once."""
        self.fee_fen = 0
        """What the merchant paid for that."""
        self.rule = ""
        """Which rule put it off, if one did."""
        self.reason = ""
        self.account_no = ""
        """Where it was sent last."""
        self.carried_by = ""
        """The payout that it is paid with, too small to be paid by itself."""
        self.riders: list[str] = []
        """Payouts that are paid with this one."""
        self.lessened = False
        """A refund or another debit was taken from it."""
        self.recalled = False
        """Its payer asks it back and has not heard what became of that."""
        self.waits = ""
        """Why the rail has not handed it on; empty once it has."""
        self.limit = ""
        """Which limit of the account it met: ``day``, ``year`` or ``balance``."""
        self.credited_on = ""
        """The day on which the account bank credited it, or sent it back."""
        self.passed_on_to = ""
        """The account to which whoever was paid has transferred it."""


def _speaks(attempt: Attempt) -> Attempt:
    """Who tells of the money: a completion that the host knows of and that stands, in place of its hold."""
    completion = attempt.completion
    if completion is None or completion.host.partition(":")[0] in _COMES_TO_NOTHING:
        return attempt
    return completion
