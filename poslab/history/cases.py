"""Disputes as the acquirer's log and the card's bank's postings tell of them: one case a payment."""

from typing import Final

from poslab.messages.disputes import case_no_of
from poslab.party.contract import Logged
from poslab.party.time import Instant

OPEN: Final = ("inquiry", "retrieval", "chargeback", "representment", "arbitration")
"""States in which somebody has still to say something."""


CHARGED_BACK: Final = ("chargeback", "accepted", "representment", "arbitration", "lost")
"""States in which the cardholder has the money back."""


class DisputeCase:
    """A case about one payment."""

    __slots__ = ("case_no", "charged_fen", "closed_by", "due", "reason", "since", "state")

    def __init__(self, rrn: str, since: Instant) -> None:
        self.case_no = case_no_of(rrn)
        self.state = "none"
        self.reason = ""
        self.closed_by = ""
        """Of a closed one: ``refund``, ``agreement``, ``slip`` or ``confirmation``."""
        self.due: Instant = 0
        """By when the merchant must answer; 0 where nothing is wanted of it."""
        self.since = since
        self.charged_fen = 0
        """What the card's bank has given back to the cardholder."""

    @property
    def charged_back(self) -> bool:
        """Whether the cardholder has the money back, or a part of it."""
        return self.charged_fen > 0


class Cases:
    """The fold. ``of``: an attempt's key → its case."""

    def __init__(self) -> None:
        self.of: dict[str, DisputeCase] = {}

    def logged(self, logged: Logged, at: Instant) -> None:
        """The host wrote that a case is in a state."""
        details = logged.details
        case = self.of.setdefault(str(details["key"]), DisputeCase(str(details["rrn"]), at))
        case.state = str(details["state"])
        case.reason = str(details["reason"])
        case.closed_by = str(details["closed_by"])
        case.due = int(details["due"])

    def posted(self, key: str, kind: str, amount_fen: int, at: Instant) -> None:
        """The card's bank has credited the cardholder (P10a), or debited her again (P10c)."""
        case = self.of.setdefault(key, DisputeCase("", at))
        case.charged_fen = amount_fen if kind == "P10a" else 0
