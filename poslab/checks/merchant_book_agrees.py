"""A merchant's book says what her tills have stored and what she was told: no less, no more, and at once.

A till books a sale with the very step that stores it and takes it back with the step that undoes it; a chargeback is
booked when its notice is read, and so is its way back. An entry that nothing stands behind is no better than a missing
one.
"""

from collections.abc import Mapping
from typing import Any, Final

from poslab.checks.case import (
    APPROVED,
    APPROVED_UNPRINTED,
    DECLINED,
    IN_DOUBT,
    NONE,
    OFFLINE_UNSENT,
    SENT,
    UNKNOWN,
    VOIDED,
    stem,
)
from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.card import PAYS, REFUND, FinancialResponse
from poslab.messages.disputes import DisputeNotice
from poslab.party.contract import Became, Posted
from poslab.text import Text

RECEIVABLE: Final = "M.card_receivable"
SALES: Final = "M.sales"
SOLD: Final = (RECEIVABLE, SALES)
TAKEN_BACK: Final = (SALES, RECEIVABLE)
REFUNDED: Final = ("M.refunds", RECEIVABLE)
CHARGED: Final = ("M.chargebacks", RECEIVABLE)
RETURNED: Final = (RECEIVABLE, "M.chargebacks")

OF_A_PAYMENT: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    (SENT, APPROVED_UNPRINTED): SOLD,
    (SENT, APPROVED): SOLD,
    (IN_DOUBT, APPROVED_UNPRINTED): SOLD,
    (IN_DOUBT, APPROVED): SOLD,
    (NONE, OFFLINE_UNSENT): SOLD,
    (APPROVED, VOIDED): TAKEN_BACK,
    (APPROVED_UNPRINTED, VOIDED): TAKEN_BACK,
    (OFFLINE_UNSENT, VOIDED): TAKEN_BACK,
    (APPROVED_UNPRINTED, UNKNOWN): TAKEN_BACK,
    (OFFLINE_UNSENT, DECLINED): CHARGED,
}
"""How a payment moves at its till → what is debited and credited with it."""
OF_A_REFUND: Final[Mapping[tuple[str, str], tuple[str, str]]] = {(OFFLINE_UNSENT, APPROVED): REFUNDED}


class MerchantBookAgrees(Check):
    """Evaluated at each move that stores or undoes, and at each notice of a chargeback or of its return."""

    id = "merchant-book-agrees"
    title = Text("商户账与终端、通知一致", "a merchant's book has what her tills stored and what she was told")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._charged: dict[tuple[str, str], bool] = {}
        """Merchant and case → whether a chargeback of it stands in her book."""
        return {("terminal", Became): self.moved, ("terminal", Posted): self.booked}

    def hears(self) -> Mapping[Sight, Seeing]:
        return {("merchant", DisputeNotice): self.told}

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.plain.booked

    def moved(self, became: Became, line: Line, given: Any) -> None:
        """An attempt moved at its till."""
        wanted = self._wanted(became)
        if wanted is None:
            return
        self.evaluated += 1
        found = [effect for effect in line.effects if type(effect) is Posted and _is_of(effect, became.of, wanted)]
        if len(found) != 1:
            times = "nothing" if not found else f"{len(found)} entries"
            what = f"{line.party} moved {became.of} to {became.after} and booked {times} for its merchant"
            self.broken(line, became.about, what)
            return
        (entry,) = found
        asked_fen = given.amount_fen if wanted is SOLD and type(given) is FinancialResponse else None
        if asked_fen is not None and entry.postings[0][2] != asked_fen:
            self.broken(line, became.about, f"{entry.entry} is not what {became.of} was: {entry.postings}")

    def booked(self, posted: Posted, line: Line, given: Any) -> None:
        """A till booked something: with a move of what it is about, or of the notice that gave it another amount."""
        _, _, name = posted.entry.partition("/")
        key, _, notice = name.partition("/")
        moves = [effect for effect in line.effects if type(effect) is Became and effect.of == (notice or key)]
        accounts = posted.postings[0][:2]
        if not moves or (not notice and not any(self._is_worth_it(move, accounts) for move in moves)):
            self.broken(line, posted.about, f"{line.party} booked {posted.entry}, and nothing moved that is worth it")

    def _is_worth_it(self, became: Became, accounts: tuple[str, str]) -> bool:
        """Whether an entry may come with a move; of an attempt that is forgotten it may be any that is known."""
        if self.evidence.docket.peek(became.about, became.of) is not None:
            return self._wanted(became) == accounts
        return accounts in (OF_A_PAYMENT.get(_move(became)), OF_A_REFUND.get(_move(became)))

    def _wanted(self, became: Became) -> tuple[str, str] | None:
        """What is to be debited and credited with a move, if anything is; nothing where the attempt is forgotten."""
        move = _move(became)
        if move not in OF_A_PAYMENT and move not in OF_A_REFUND:
            return None
        case = self.evidence.docket.peek(became.about, became.of)
        if case is None:
            return None
        if case.what in PAYS:
            return OF_A_PAYMENT.get(move)
        return OF_A_REFUND.get(move) if case.what == REFUND else None

    # --- the merchant herself

    def told(self, given: DisputeNotice, line: Line, _: Any) -> None:
        """She reads of a case."""
        case = (line.party, given.case_no)
        if given.state == "chargeback" and case not in self._charged:
            self._charged[case] = True
            self._is_booked("P10b", CHARGED, given, line)
        elif given.state == "won" and self._charged.get(case):
            self._charged[case] = False
            self._is_booked("P10c", RETURNED, given, line)

    def _is_booked(self, kind: str, accounts: tuple[str, str], given: DisputeNotice, line: Line) -> None:
        self.evaluated += 1
        postings = ((*accounts, given.amount_fen),)
        wanted = f"{kind}/{given.case_no}"
        booked = [effect for effect in line.effects if type(effect) is Posted and effect.entry == wanted]
        if len(booked) != 1 or booked[0].postings != postings:
            what = f"{line.party} was told that {given.case_no} is in the state {given.state}, and has not booked it"
            self.broken(line, given.about, what)


def _move(became: Became) -> tuple[str, str]:
    return stem(became.before), stem(became.after)


def _is_of(posted: Posted, key: str, accounts: tuple[str, str]) -> bool:
    """Whether an entry is an attempt's own, between these accounts; a step may book it and take it back at once."""
    return posted.entry.partition("/")[2] == key and [posting[:2] for posting in posted.postings] == [accounts]
