"""What merchants owe and no payout covered, as the acquirer's log tells of it: open until taken or written off."""

from typing import Final

from poslab.party.contract import Logged
from poslab.party.time import Instant

WORDS: Final = ("debt-covered", "write-off-approved", "written-off", "chargeback-returned")
NETTED: Final = ("advance-netted", "refund-netted", "adjustment-netted", "chargeback-netted", "hold-netted")
"""Words with which the host takes something from a payout."""


class Debt:
    """One debit that own cash has stood in for."""

    __slots__ = ("about", "amount_fen", "approved_by", "mid", "since")

    def __init__(self, about: str, mid: str, since: Instant) -> None:
        self.about = about
        self.mid = mid
        self.since = since
        self.amount_fen = 0
        """What own cash is out for it."""
        self.approved_by = ""
        """Who has approved that it is written off, first."""


class Debts:
    """The fold. ``open``: a refund's key or a case's number → what is owed by it; ``written_off``: likewise, in fen."""

    def __init__(self) -> None:
        self.open: dict[str, Debt] = {}
        self.written_off: dict[str, int] = {}

    def logged(self, logged: Logged, at: Instant) -> None:
        """The host wrote one of ``WORDS`` or ``NETTED``."""
        word, details = logged.word, logged.details
        if word == "debt-covered":
            debt = self.open.setdefault(str(details["item"]), Debt(logged.about, str(details["mid"]), at))
            debt.amount_fen += int(details["amount_fen"])
        elif word == "write-off-approved":
            approved = self.open.get(str(details["item"]))
            if approved is not None:
                approved.approved_by = approved.approved_by or str(details["by"])
        elif word == "written-off":
            self.open.pop(str(details["item"]), None)
            self.written_off[str(details["item"])] = int(details["amount_fen"])
        else:
            self.open.pop(str(details["case_no"] if word == "chargeback-returned" else details["key"]), None)
