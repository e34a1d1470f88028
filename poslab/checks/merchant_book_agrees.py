"""A merchant's book says what her tills have stored and what she was told: no less, no more, and at once.

A till books a sale with the very step that stores it and takes it back with the step that undoes it; a chargeback is
booked when its notice is read, and so is its way back; a payout when her bank's line is read, and its fees when it is
told as paid; what is given back, refused or written off when she is told of it. An entry that nothing stands behind is
no better than a missing one, and she cannot book what her acquirer does not tell her.
"""

from collections.abc import Iterable, Mapping
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
from poslab.checks.claims import PayoutMoved
from poslab.checks.merchant_told import MerchantTold
from poslab.checks.own_books import BANK, FEES, RECEIVABLE, SALES
from poslab.history.line import Line
from poslab.messages.card import PAYS, REFUND, FinancialResponse
from poslab.messages.disputes import DisputeNotice
from poslab.messages.funding import AdjustmentNotice, PayoutNotice, StatementLine, mid_of_payout
from poslab.party.contract import About, Became, Posted, Posting
from poslab.party.time import SECOND, Instant
from poslab.text import Text

SOLD: Final = (RECEIVABLE, SALES)
TAKEN_BACK: Final = (SALES, RECEIVABLE)
REFUNDED: Final = ("M.refunds", RECEIVABLE)
CHARGED: Final = ("M.chargebacks", RECEIVABLE)
RETURNED: Final = (RECEIVABLE, "M.chargebacks")
CREDITED: Final = (BANK, RECEIVABLE)
KEPT: Final = (FEES, RECEIVABLE)
ADJUSTMENTS: Final = ("P13b", "P17b", "P19")
"""What a merchant books of an adjustment notice, and nothing else does."""

REMEMBERED: Final = 10_000
"""So many lines and notices about payouts and adjustments are known again when they come twice."""

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
    """Evaluated at each move that stores or undoes, and whenever she is told of a credit, of fees, of a chargeback."""

    id = "merchant-book-agrees"
    title = Text("商户账与终端、通知一致", "a merchant's book has what her tills stored and what she was told")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._charged: dict[tuple[str, str], bool] = {}
        """Merchant and case → whether a chargeback of it stands in her book."""
        self._heard: dict[tuple[str, str], None] = {}
        """Merchant and entry → that it was due, the latest last."""
        mids: dict[str, set[str]] = {}
        for merchant in self.evidence.world.merchants:
            mids.setdefault(merchant.address, set()).add(merchant.mid)
        self._mids = mids
        self._told = MerchantTold(self.evidence, self.broken)
        return {
            ("host", Posted): self.booked_by_host,
            ("host", PayoutNotice): self._told.paid,
            ("host", AdjustmentNotice): self._told.adjusted,
            ("platform", PayoutNotice): self._told.paid,
            ("platform", Became): self._told.wallet_moved,
            PayoutMoved: self._told.payout_moved,
            ("host", "batch-break"): self._told.found,
            ("host", "batch-closed"): self._told.batch_moved,
            ("host", "batch-opened"): self._told.batch_moved,
            ("host", "error-case"): self._told.found,
            ("terminal", Became): self.moved,
            ("terminal", Posted): self.booked,
            ("merchant", Posted): self.booked_by_her,
        }

    def hears(self) -> Mapping[Sight, Seeing]:
        return {
            ("merchant", DisputeNotice): self.told,
            ("merchant", StatementLine): self.banked,
            ("merchant", PayoutNotice): self.paid_for,
            ("merchant", AdjustmentNotice): self.adjusted,
        }

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        yield from self._told.untold()
        yield from (("", what) for _, what in self._told.at_rest() if what)

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.plain.booked + sum(1 for _ in self._told.at_rest())

    def booked_by_host(self, posted: Posted, line: Line, given: Any) -> None:
        """Her acquirer booked something, of which she may have to be told."""
        self.evaluated += self._told.posted(posted, line, given)

    def moved(self, became: Became, line: Line, given: Any) -> None:
        """An attempt moved at its till."""
        wanted = self._wanted(became)
        if wanted is None:
            return
        self.evaluated += 1
        found = [effect for effect in line.effects if type(effect) is Posted and _is_of(effect, became.of, wanted)]
        if len(found) != 1:
            times = "nothing" if not found else f"{len(found)} entries"
            what = Text(
                f"{line.party} 把 {became.of} 改为 {became.after}，给商户记了 {len(found)} 笔",
                f"{line.party} moved {became.of} to {became.after} and booked {times} for its merchant",
            )
            self.broken(line, became.about, what)
            return
        (entry,) = found
        asked_fen = given.amount_fen if wanted is SOLD and type(given) is FinancialResponse else None
        if asked_fen is not None and entry.postings[0][2] != asked_fen:
            what = Text(
                f"{entry.entry} 与 {became.of} 不符：{entry.postings}",
                f"{entry.entry} is not what {became.of} was: {entry.postings}",
            )
            self.broken(line, became.about, what)

    def booked(self, posted: Posted, line: Line, given: Any) -> None:
        """A till booked something: with a move of what it is about, or of the notice that gave it another amount."""
        _, _, name = posted.entry.partition("/")
        key, _, notice = name.partition("/")
        moves = [effect for effect in line.effects if type(effect) is Became and effect.of == (notice or key)]
        accounts = posted.postings[0][:2]
        if not moves or (not notice and not any(self._is_worth_it(move, accounts) for move in moves)):
            what = Text(
                f"{line.party} 记了 {posted.entry}，而没有相应的变动",
                f"{line.party} booked {posted.entry}, and nothing moved that is worth it",
            )
            self.broken(line, posted.about, what)

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

    def banked(self, given: StatementLine, line: Line, _: Any) -> None:
        """Her bank tells her of a credit: a payout of hers is booked once."""
        if given.amount_fen > 0:
            mine = mid_of_payout(given.reference) in self._mids[line.party]
            wanted = ((*CREDITED, given.amount_fen),) if mine else ()
            when = f"{given.at // SECOND}.{given.at % SECOND:06}"
            self._books_once(f"P4c/{given.reference}/{when}", wanted, BANK, line)

    def paid_for(self, given: PayoutNotice, line: Line, _: Any) -> None:
        """She is told that a payout is paid: what was kept of its sales is booked once."""
        if given.state == "paid" and given.fees_fen:
            self._books_once(f"P4c/{given.payout_no}/fees", ((*KEPT, given.fees_fen),), FEES, line)

    def adjusted(self, given: AdjustmentNotice, line: Line, _: Any) -> None:
        """She is told that what she is owed is another sum: it is booked once."""
        kind, postings = _adjustment(given)
        self._books_once(f"{kind}/{given.ref}", tuple(each for each in postings if each[2]), RECEIVABLE, line)

    def booked_by_her(self, posted: Posted, line: Line, given: Any) -> None:
        """She booked something about a payout or an adjustment: she was told of it with this very line."""
        if posted.entry.partition("/")[0] in ADJUSTMENTS:
            nobody = type(given) is not AdjustmentNotice
        else:
            touched = {account for posting in posted.postings for account in posting[:2]}
            nobody = (BANK in touched and type(given) is not StatementLine) or (
                FEES in touched and type(given) is not PayoutNotice
            )
        if nobody:
            what = Text(
                f"{line.party} 记了 {posted.entry}，而没有人告知", f"{line.party} booked {posted.entry}, and nobody told her"
            )
            self.broken(line, posted.about, what)

    def _books_once(self, entry: str, wanted: tuple[Posting, ...], account: str, line: Line) -> None:
        """An entry is in her book once she has heard of it for the first time, and never again."""
        self.evaluated += 1
        heard = (line.party, entry)
        expected = [] if not wanted or heard in self._heard else [(entry, wanted)]
        self._heard[heard] = None
        if len(self._heard) > REMEMBERED:
            del self._heard[next(iter(self._heard))]
        found = [
            (effect.entry, effect.postings)
            for effect in line.effects
            if type(effect) is Posted and any(account in posting[:2] for posting in effect.postings)
        ]
        if found != expected:
            what = Text(
                f"{line.party} 被告知 {entry}，记的是 {found}，应为 {expected}",
                f"{line.party} was told of {entry}, and booked {found} instead of {expected}",
            )
            self.broken(line, "", what)

    def _is_booked(self, kind: str, accounts: tuple[str, str], given: DisputeNotice, line: Line) -> None:
        self.evaluated += 1
        postings = ((*accounts, given.amount_fen),)
        wanted = f"{kind}/{given.case_no}"
        booked = [effect for effect in line.effects if type(effect) is Posted and effect.entry == wanted]
        if len(booked) != 1 or booked[0].postings != postings:
            what = Text(
                f"{line.party} 被告知 {given.case_no} 的状态为 {given.state}，却没有记账",
                f"{line.party} was told that {given.case_no} is in the state {given.state}, and has not booked it",
            )
            self.broken(line, given.about, what)


def _adjustment(given: AdjustmentNotice) -> tuple[str, tuple[Posting, ...]]:
    """What a notice is booked as."""
    amount_fen, fee_fen = given.amount_fen, given.fee_fen
    if given.why == "written-off":
        return "P19", ((RECEIVABLE, "M.writeoff", amount_fen),)
    if given.why == "refused":
        return "P17b", ((*CHARGED, amount_fen) if amount_fen > 0 else (*RETURNED, -amount_fen),)
    if not given.has_slip:
        return "P13b", ((RECEIVABLE, FEES, fee_fen),)
    return "P13b", ((*REFUNDED, amount_fen - fee_fen), ("M.refunds", FEES, fee_fen))


def _move(became: Became) -> tuple[str, str]:
    return stem(became.before), stem(became.after)


def _is_of(posted: Posted, key: str, accounts: tuple[str, str]) -> bool:
    """Whether an entry is an attempt's own, between these accounts; a step may book it and take it back at once."""
    return posted.entry.partition("/")[2] == key and [posting[:2] for posting in posted.postings] == [accounts]
