"""What is kept back stays kept back: no payout that is held is ordered, and what is released was held, once.

A sale may be held for several reasons; it is released with the last of them. Released or used, in all, is never more
than was held. What an authority has frozen neither merchant nor acquirer gives back.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.claims import PayoutMoved
from poslab.history.line import Line
from poslab.money import written
from poslab.party.contract import Logged, Posted
from poslab.text import Text

PLACED = ("payout-held", "hold-owed", "hold-waits")
"""Words with which the host says that it keeps a sale back, for one more reason each time."""
OVER = ("hold-released", "hold-used")
GIVEN_BACK = {"refunded": "original", "adjustment-due": "key", "credit-adjusted": "key"}
"""Words with which the host says that it gives a sale back, and under which the sale's key stands."""
LEGAL = "legal"
_WORDS = tuple(("host", word) for word in (*PLACED, "hold-lifted", *OVER))
PAYABLE, HELD = "A.merchant_payable.", ".held"


class HeldIsHeld(Check):
    """Evaluated at each hold, each release, and at whatever is done with a sale that is held."""

    id = "held-is-held"
    title = Text("冻结的款项不出账", "what is held is not paid, and is released once")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._reasons: dict[str, dict[str, None]] = {}
        """RRN → why the sale is held."""
        self._frozen: dict[str, str] = {}
        """A sale's key → its RRN, once an authority has frozen it."""
        self._payouts: dict[str, str] = {}
        """Payout that is held → the RRN of the sale."""
        self._held_fen: dict[str, int] = {}
        """Merchant's account of held money → how much is in it."""
        return {
            **dict.fromkeys(_WORDS, self.logged),
            **dict.fromkeys((("host", word) for word in GIVEN_BACK), self.given_back),
            ("host", Posted): self.posted,
            PayoutMoved: self.payout_moved,
        }

    def logged(self, logged: Logged, line: Line, given: Any) -> None:
        """The host wrote into its log: perhaps about a hold."""
        word, details = logged.word, logged.details
        if word in PLACED:
            self.evaluated += 1
            rrn = str(details["rrn"])
            self._reasons.setdefault(rrn, {})[str(details["why"])] = None
            if details["why"] == LEGAL:
                self._frozen[str(details["key"])] = rrn
            if details["payout_no"]:
                self._payouts[str(details["payout_no"])] = rrn
        elif word == "hold-lifted":
            rrn, why = str(details["rrn"]), str(details["why"])
            reasons = self._reasons.get(rrn, {})
            if why not in reasons:
                what = Text(
                    f"{rrn} 不再因 {why} 暂扣，而它本来就没有因此暂扣",
                    f"{rrn} is no longer held for {why}, for which it was not held",
                )
                self.broken(line, logged.about, what)
            reasons.pop(why, None)
            if not reasons:
                self._reasons.pop(rrn, None)
        elif word in OVER:
            self._over(logged, line)

    def given_back(self, logged: Logged, line: Line, given: Any) -> None:
        """The host gives a sale back, or will: not one that an authority has frozen."""
        key = str(logged.details[GIVEN_BACK[logged.word]])
        rrn = self._frozen.get(key, "")
        if rrn:
            self.evaluated += 1
            if LEGAL in self._reasons.get(rrn, ()):
                what = Text(f"{key} 已被有权机关止付，却被退回", f"{key} is given back, and an authority has frozen it")
                self.broken(line, logged.about, what)

    def _over(self, logged: Logged, line: Line) -> None:
        self.evaluated += 1
        rrn = str(logged.details["rrn"])
        if logged.word == "hold-released":
            for why in self._reasons.get(rrn, ()):
                what = Text(f"{rrn} 已释放，却仍因 {why} 暂扣", f"{rrn} is released, and is held for {why}")
                self.broken(line, logged.about, what)
        elif logged.details["left_fen"]:
            return
        self._reasons.pop(rrn, None)
        for number in [number for number, held in self._payouts.items() if held == rrn]:
            del self._payouts[number]

    def payout_moved(self, moved: PayoutMoved, line: Line, given: Any) -> None:
        """The host moved a payout."""
        rrn = self._payouts.get(moved.number, "")
        if rrn and moved.after in ("instructed", "scheduled"):
            if any(type(e) is Logged and e.word == "hold-released" and e.details["rrn"] == rrn for e in line.effects):
                return  # the line tells of its release a little later
            self.evaluated += 1
            what = Text(
                f"出款 {moved.number} 已为 {moved.after}，而 {rrn} 仍被暂扣",
                f"payout {moved.number} is {moved.after}, and {rrn} is held",
            )
            self.broken(line, "", what)

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The host posted something: perhaps into or out of what it holds."""
        for debit, credit, amount_fen in posted.postings:
            for account, by_fen in ((debit, -amount_fen), (credit, amount_fen)):
                if account.startswith(PAYABLE) and account.endswith(HELD):
                    self.evaluated += 1
                    left_fen = self._held_fen.get(account, 0) + by_fen
                    self._held_fen[account] = left_fen
                    if left_fen < 0:
                        taken, more = written(amount_fen), written(-left_fen)
                        what = Text(
                            f"{posted.entry} 从 {account} 取走 {taken}，比暂扣的多 {more}",
                            f"{posted.entry} takes {taken} from {account}, {more} more than was held",
                        )
                        self.broken(line, posted.about, what)
