"""What a host tells a merchant of her money: every change of what she is owed, and, once she is paid, all it has kept.

Judged by the host's own entries: an entry that gives a sale back, that debits her for one that was refused, or that
writes off what she owes, is followed by a notice which says so. The fees of single payouts are the host's affair, but
when nothing of hers waits any more she has been told of as much as was kept of her sales. Where she has a wallet the
platform tells her, by what the acquirer's file says: the same must come of it.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from poslab.checks.claims import PayoutMoved
from poslab.checks.evidence import Evidence
from poslab.history.line import Line
from poslab.messages.facts import CorrectionOrdered
from poslab.messages.funding import AdjustmentNotice, PayoutNotice, is_from_wallet, mid_of_payout
from poslab.party.contract import About, Became, Logged, Posted
from poslab.text import Text

FEE_INCOMES: Final = ("A.fee_income", "A.instant_fee_income")
PARKED, RECEIVABLE, SHORT, WRITEOFF = "A.long_suspense", "A.scheme_receivable", "A.short_suspense", "A.writeoff"
OVER: Final = ("none", "credited", "withdrawn")
"""States of a payout in which nobody waits for it."""

REMEMBERED: Final = 10_000
"""So many payouts are known again when they are told as paid twice."""

SLIPLESS_REMEMBERED: Final = 1_000
"""So many sales without a slip are remembered."""

TAKEN_BACK_REMEMBERED: Final = 1_000
"""So many sales wait for their batch: as many as a host remembers."""

Broken = Callable[[Line, About, Text], None]


class MerchantTold:
    """Fed with what hosts post and tell, and with what a platform tells that keeps wallets."""

    def __init__(self, evidence: Evidence, broken: Broken) -> None:
        world = evidence.world
        self._evidence = evidence
        self._broken = broken
        self._by_tid = {till.tid: till.mid for till in world.terminals}
        platform = world.platform
        into_wallets = platform.onward if platform is not None and platform.keeps_ledger else ""
        acquirers = {merchant.mid: world.acquirer_of(merchant.mid).address for merchant in world.merchants}
        self._marks = {mid: evidence.reference.marks.get(acquirer, "") for mid, acquirer in acquirers.items()}
        self._with_wallet = {mid for mid, acquirer in acquirers.items() if acquirer == into_wallets}
        self._leaving: dict[str, None] = {}
        """Payouts from wallets that are not credited."""
        self.kept_fen: dict[str, int] = {}
        """Merchant → what was kept of her sales, less what was given back before she was told of it."""
        self.told_fen: dict[str, int] = {}
        """Merchant → what she was told of as kept, less what she was told of as given back."""
        self._due: dict[str, AdjustmentNotice] = {}
        """Notices that a host owes a merchant."""
        self._with_slip: dict[str, None] = {}
        """Those of them that are about a sale in her book."""
        self._taken_back: dict[str, AdjustmentNotice] = {}
        """Notices that are due once the till's batch says that it has the slip."""
        self._open = {till.tid: till.first_batch for till in world.terminals}
        """TID → its open batch."""
        self._slipless: dict[str, None] = {}
        """Sales of which a host knows that they have no slip, the latest last."""
        self._paid: dict[str, None] = {}
        """Payouts that were told as paid, the latest last."""
        self._untold: dict[str, None] = {}
        """Merchants one of whose payouts came to nothing: the next one tells of its fees."""

    # --- what is posted

    def posted(self, posted: Posted, line: Line, given: Any) -> int:
        """A host posted something; how many notices are due with it."""
        for debit, credit, amount_fen in posted.postings:
            if credit in FEE_INCOMES:
                mid = debit.split(".")[2]
                self.kept_fen[mid] = self.kept_fen.get(mid, 0) + amount_fen
        if type(given) is CorrectionOrdered and posted.entry.startswith("P7/"):
            return self._reversed(posted)
        wanted = _wanted(posted)
        if wanted is None:
            return 0
        self._due[wanted.ref] = wanted
        if wanted.why == "given-back":
            name = _sale_of(wanted)
            if name not in self._slipless and self._stands(posted.about, name):
                self._with_slip[wanted.ref] = None
            mid = self._mid_of(wanted)
            fee_fen = sum(amount for debit, _, amount in posted.postings if debit == FEE_INCOMES[0])
            self.kept_fen[mid] = self.kept_fen.get(mid, 0) - fee_fen
        return 1

    def _reversed(self, posted: Posted) -> int:
        """A clerk took a sale back that is in no file: who has a slip of it is told once that is known."""
        name = posted.entry.partition("/")[2]
        if name in self._slipless or not self._stands(posted.about, name):
            return 0
        ((_, _, amount_fen),) = posted.postings
        wanted = AdjustmentNotice(posted.about, "given-back", f"{name}/host-reversal", amount_fen)
        tid, batch, _ = name.split("-")
        waiting = self._taken_back if self._open.get(tid) == batch else self._due
        waiting[wanted.ref] = wanted
        if len(self._taken_back) > TAKEN_BACK_REMEMBERED:
            del self._taken_back[next(iter(self._taken_back))]
        return 1

    def batch_moved(self, logged: Logged, line: Line, given: Any) -> None:
        """A till's batch was compared and closed, or the next one opened without that."""
        tid, batch = str(logged.details["tid"]), str(logged.details["batch"])
        self._open[tid] = str(logged.details.get("next", batch))
        if logged.word == "batch-closed":
            for ref in [ref for ref in self._taken_back if ref.startswith(f"{tid}-{batch}-")]:
                self._due[ref] = self._taken_back.pop(ref)

    def adjusted(self, told: AdjustmentNotice, line: Line, given: Any) -> None:
        """A host tells of an adjustment; said again it may be, after a restart."""
        wanted = self._due.pop(told.ref, None) or self._taken_back.pop(told.ref, None)
        if wanted is None:
            return
        if (told.why, told.amount_fen, told.fee_fen) != (wanted.why, wanted.amount_fen, wanted.fee_fen):
            what = Text(
                f"{line.party} 告知商户 {told}，应为 {wanted}", f"{line.party} told its merchant {told} instead of {wanted}"
            )
            self._broken(line, told.about, what)
        elif told.why == "given-back" and self._is_wrong_about_slip(told):
            what = Text(
                f"{line.party} 告知商户{'有' if told.has_slip else '没有'} {told.ref} 的单据",
                f"{line.party} told that a merchant {'has a' if told.has_slip else 'has no'} slip of {told.ref}",
            )
            self._broken(line, told.about, what)
        self._with_slip.pop(told.ref, None)
        if told.why == "given-back":
            mid = self._mid_of(told)
            self.told_fen[mid] = self.told_fen.get(mid, 0) - told.fee_fen

    def _mid_of(self, notice: AdjustmentNotice) -> str:
        return self._by_tid.get(notice.ref.partition("-")[0], "")

    def _is_wrong_about_slip(self, told: AdjustmentNotice) -> bool:
        """Whether she has a slip of what is told to have none, or has none as the host itself has said before."""
        return _sale_of(told) in self._slipless if told.has_slip else told.ref in self._with_slip

    def _stands(self, about: About, name: str) -> bool:
        """Whether a sale stands in her book for all that is still remembered of it."""
        case = self._evidence.docket.peek(about, name)
        if case is None:
            return self._evidence.docket.is_resting(about)
        kinds = [entry.partition("/")[0] for entry in case.till_entries]
        return sum(kind in ("P1", "P16", "P17a") for kind in kinds) > sum(kind in ("P6", "P7") for kind in kinds)

    def found(self, logged: Logged, line: Line, given: Any) -> None:
        """A host says that a sale has no slip: it is not in its till's batch, or was taken back there."""
        if logged.details["why"] in ("host-record-without-slip", "reversal-after-clearing"):
            self._slipless[str(logged.details["key"])] = None
            if len(self._slipless) > SLIPLESS_REMEMBERED:
                del self._slipless[next(iter(self._slipless))]

    # --- what is told

    def paid(self, notice: PayoutNotice, line: Line, given: Any) -> None:
        """A payout is told as paid; its fees count once, however often it is paid."""
        if notice.state != "paid" or notice.payout_no in self._paid:
            return
        self._paid[notice.payout_no] = None
        if len(self._paid) > REMEMBERED:
            del self._paid[next(iter(self._paid))]
        mid = mid_of_payout(notice.payout_no)
        self.told_fen[mid] = self.told_fen.get(mid, 0) + notice.fees_fen

    def payout_moved(self, moved: PayoutMoved, line: Line, given: Any) -> None:
        """A payout that comes to nothing leaves its fees to the next one."""
        mid = mid_of_payout(moved.number)
        if moved.after == "withdrawn":
            self._untold[mid] = None
        elif moved.after == "instructed":
            self._untold.pop(mid, None)

    def wallet_moved(self, became: Became, line: Line, given: Any) -> None:
        """A payout from a wallet moved."""
        if not is_from_wallet(became.of):
            return
        if became.after == "credited":
            self._leaving.pop(became.of, None)
        else:
            self._leaving[became.of] = None

    # --- in the end

    def untold(self) -> Iterator[tuple[About, Text]]:
        """What merchants were never told of."""
        for wanted in self._due.values():
            yield wanted.about, Text(f"从未告知商户 {wanted}", f"a merchant was never told of {wanted}")

    def at_rest(self) -> Iterator[tuple[str, Text | None]]:
        """Merchants for whom nothing waits any more, each with what is wrong, or nothing."""
        waiting = {payout.mid for payout in self._evidence.claims.payouts.values() if payout.host not in OVER}
        waiting.update(mid_of_payout(number) for number in self._leaving)
        balance = self._evidence.reference.balance
        for mid, mark in self._marks.items():
            accounts = [f"A.merchant_payable.{mid}.{state}" for state in ("pending", "available", "held")]
            accounts.append(f"A.merchant_advance.{mid}")
            if mid in self._with_wallet and (balance("P.unallocated") or balance(f"P.wallet.{mid}")):
                continue
            kept_fen, told_fen = self.kept_fen.get(mid, 0), self.told_fen.get(mid, 0)
            if mid in waiting or mid in self._untold or any(balance(mark + account) for account in accounts):
                continue
            if kept_fen or told_fen:
                what = Text(
                    f"从 {mid} 的消费中扣下 {kept_fen} 分，告知商户的是 {told_fen} 分",
                    f"{kept_fen} fen were kept of the sales of {mid}, and she was told of {told_fen}",
                )
                yield mid, None if kept_fen == told_fen else what


def _sale_of(notice: AdjustmentNotice) -> str:
    """The sale that is given back, as its host calls it: a copy that was taken as a new sale has a name of its own."""
    return notice.ref.rpartition("/")[0]


def _wanted(posted: Posted) -> AdjustmentNotice | None:
    """The notice that is due with an entry of a host's."""
    kind, _, ref = posted.entry.partition("/")
    postings = posted.postings
    if kind == "P13b":
        amount_fen = sum(amount for _, credit, amount in postings if credit == RECEIVABLE)
        fee_fen = sum(amount for debit, _, amount in postings if debit == FEE_INCOMES[0])
        parked = any(debit == PARKED for debit, _, _ in postings)
        return AdjustmentNotice(posted.about, "given-back", ref, amount_fen, 0 if parked else fee_fen)
    if kind == "P17b":
        ((debit, _, amount_fen), *_) = postings
        return AdjustmentNotice(posted.about, "refused", ref, amount_fen if debit == SHORT else -amount_fen)
    if kind == "P19":
        amount_fen = sum(amount for debit, _, amount in postings if debit == WRITEOFF)
        return AdjustmentNotice(posted.about, "written-off", ref, amount_fen)
    return None
