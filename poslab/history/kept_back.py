"""Money that the acquirer owes and keeps back, as its log tells of it: which sales, for which reasons, and since when.

A sale is held before it is paid, or kept from later settlements where it was paid already; a merchant under review is
not paid at all.
"""

from typing import Final

from poslab.party.contract import Logged
from poslab.party.time import Instant

WORDS: Final = (
    "payout-held", "hold-waits", "hold-owed", "hold-netted", "hold-lifted", "hold-released", "chargeback-netted",
    "payouts-suspended", "payouts-resumed", "hold-used", "chargeback-returned",
)  # fmt: skip
"""Words of the host's log that this is told from."""
LEGAL: Final = "legal"
_GRAVEST: Final = (LEGAL, "case", "rule")


class KeptBack:
    """One sale."""

    __slots__ = ("amount_fen", "netted_fen", "payout_no", "reasons", "restored_fen", "restored_no", "since")

    def __init__(self, since: Instant) -> None:
        self.since = since
        self.reasons: dict[str, str] = {}
        """Why it is held (``rule``, ``case``, ``legal``) → the rule, case or order."""
        self.amount_fen = 0
        """What is held of it, in fen."""
        self.payout_no = ""
        """The payout that is held; empty where the sale was paid before."""
        self.netted_fen = 0
        """What later payouts were lessened by for it."""
        self.restored_no = ""
        """The payout that pays some of that back, or all of it."""
        self.restored_fen = 0

    @property
    def why(self) -> str:
        """The gravest reason that stands; ``none`` where none does."""
        return next((why for why in _GRAVEST if why in self.reasons), "none")


class KeepingBack:
    """The fold. ``of``: an attempt's key → what is kept back of it."""

    def __init__(self) -> None:
        self.of: dict[str, KeptBack] = {}
        self.reviews: dict[str, tuple[str, Instant]] = {}
        """Merchant → what is reviewed, and since when."""

    def logged(self, logged: Logged, key: str, at: Instant) -> None:
        """The host wrote one of ``WORDS``, about the attempt of this key."""
        word, details = logged.word, logged.details
        if word in ("payouts-suspended", "payouts-resumed"):
            mid = str(details["mid"])
            self.reviews.pop(mid, None)
            if word == "payouts-suspended":
                self.reviews[mid] = (str(details["why"]), at)
            return
        kept = self.of.setdefault(key, KeptBack(at))
        if word in ("payout-held", "hold-waits", "hold-owed"):
            kept.since = kept.since if kept.reasons else at
            kept.reasons[str(details["why"])] = str(details["ref"])
            kept.payout_no = str(details["payout_no"])
            kept.amount_fen = int(details["amount_fen"])
        elif word in ("hold-netted", "chargeback-netted"):
            kept.netted_fen += int(details["amount_fen"])
            kept.restored_no = ""
        elif word == "hold-used":
            kept.amount_fen = int(details["left_fen"])
            if not kept.amount_fen:
                kept.reasons = {}
        elif word == "hold-lifted":
            kept.reasons.pop(str(details["why"]), None)
        else:
            kept.amount_fen = 0
            kept.restored_no = str(details.get("payout_no", ""))
            kept.restored_fen = int(details["amount_fen"])
