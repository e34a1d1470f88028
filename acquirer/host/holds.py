"""The host's hold desk: money that is owed to a merchant and not paid, each sale with the reasons for it.

A risk rule, a dispute and an authority may hold the same sale; it is released when the last reason is gone, and not
while it waits to be given back. What is held is not available (P9a, P9b). Of a sale that is not cleared the hold waits
for that; of one that is paid it is taken from later settlements. A clerk lets go what a rule holds, never what an
authority has ordered.
"""

from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from acquirer.host.clearing import ClearingDesk, Found
from acquirer.host.payout import PayoutDesk
from acquirer.host.risk import HeldRisk, RiskDesk
from acquirer.merchant_notices import MerchantNotices
from poslab.ledger.book import Book
from poslab.messages.facts import FreezeLifted, FreezeOrdered, HoldReviewed, ReviewOpened, ReviewPassed
from poslab.messages.funding import HoldNotice, LedgerLine, kept_line_no, payout_no_of
from poslab.party.contract import Effect, Input, Kept, Logged, Posted
from poslab.party.time import Instant
from poslab.world.world import World

RULE = "rule"
CASE = "case"
LEGAL = "legal"
"""Why a sale is held: a risk rule, a dispute, an authority's order."""
ADJUSTMENT = "adjustment"
"""Why a sale that is held for something else stays so: it is given back out of that with the next file."""

HOLD_NETTED = "hold-netted"


class Hold(Struct, frozen=True):
    """A sale that is kept back. Amounts in fen."""

    found: Found
    number: int
    """Of the hold, by which its entries are told apart."""
    reasons: dict[str, str]
    """Why → the rule, case or order."""
    payout_no: str = ""
    """The payout that is held; empty where it was paid before, and is kept from later settlements."""
    amount_fen: int = 0
    """What is held; 0 while it waits for its clearing."""

    @property
    def told_fee_fen(self) -> int:
        """The sale's fee where its payout tells of it; that of a sale that was paid has been told."""
        return self.found.amount_fen - self.found.net_fen if self.payout_no else 0


class HeldHolds(Struct):
    """A snapshot."""

    holds: dict[str, Hold]
    number: int
    risk: HeldRisk
    blocked: list[str]


class HoldDesk:
    """Keeps back and releases, posted in the host's book ``A``."""

    HEARS: ClassVar[tuple[type[Input], ...]] = (
        ReviewOpened, ReviewPassed, HoldReviewed, FreezeOrdered, FreezeLifted,
    )  # fmt: skip

    def __init__(
        self, world: World, book: Book, clearing: ClearingDesk, payouts: PayoutDesk, notices: MerchantNotices
    ) -> None:
        self._book = book
        self._notices = notices
        self._clearing = clearing
        self._payouts = payouts
        self._mids = frozenset(merchant.mid for merchant in world.merchants)
        self.risk = RiskDesk(world.acquirer.risk)
        self.holds: dict[str, Hold] = {}
        """RRN → the hold of a sale."""
        self._number = 0
        self.blocked: dict[str, None] = {}
        """Merchants that may not sell."""

    def handle(self, given: Input, at: Instant, out: list[Effect]) -> None:
        """Hear a fact of ``HEARS``."""
        if isinstance(given, ReviewOpened):
            self._review_opened(given, at, out)
        elif isinstance(given, ReviewPassed):
            self._review_passed(given, at, out)
        elif isinstance(given, HoldReviewed):
            self._reviewed(given, at, out)
        elif isinstance(given, FreezeOrdered):
            self.freeze(given, at, out)
        elif isinstance(given, FreezeLifted):
            self.lift(given.rrn, LEGAL, at, out)

    # --- what other desks ask for

    def place(self, found: Found, why: str, ref: str, at: Instant, out: list[Effect], payout_no: str = "") -> None:
        """Keep a sale back, for one more reason or for the first; ``payout_no``: the payout that it is in alone."""
        rrn = found.rrn
        hold = self.holds.get(rrn)
        out.append(Kept(found.about, "hold"))
        if hold is not None:
            self.holds[rrn] = replace(hold, reasons={**hold.reasons, why: ref})
            word = "hold-waits" if not hold.amount_fen else "payout-held" if hold.payout_no else "hold-owed"
            self._log(word, self.holds[rrn], why, ref, out)
            return
        self._number += 1
        self.holds[rrn] = Hold(found, self._number, {why: ref}, payout_no)
        if found.cleared:
            self._keep_back(rrn, why, ref, at, out)
        else:
            self._log("hold-waits", self.holds[rrn], why, ref, out)

    def lift(self, rrn: str, why: str, at: Instant, out: list[Effect]) -> bool:
        """A reason is gone; with the last one the sale is released. ``False`` if it was not held for that."""
        hold = self.holds.get(rrn)
        if hold is None or why not in hold.reasons:
            return False
        out.append(Kept(hold.found.about, "hold"))
        self._log("hold-lifted", hold, why, hold.reasons[why], out)
        left = {reason: ref for reason, ref in hold.reasons.items() if reason != why}
        if left:
            self.holds[rrn] = replace(hold, reasons=left)
        else:
            self._release(hold, at, out)
        return True

    def cleared(self, business_date: str, at: Instant, out: list[Effect]) -> None:
        """The payouts of a business date are scheduled: keep back what waited for that. What is void is forgotten."""
        for rrn, rule in self.risk.hits_of(business_date):
            hit = self._clearing.by_rrn(rrn)
            if hit is not None and hit.cleared:
                self.place(hit, RULE, rule, at, out)
        for rrn, hold in list(self.holds.items()):
            if hold.amount_fen or hold.found.business_date > business_date:
                continue
            found = self._clearing.by_rrn(rrn)
            if found is None:
                del self.holds[rrn]
            elif found.cleared:
                self.holds[rrn] = replace(hold, found=found)
                for why, ref in hold.reasons.items():
                    self._keep_back(rrn, why, ref, at, out)

    def is_frozen(self, rrn: str) -> bool:
        """Whether an authority has ordered that nobody touches it."""
        hold = self.holds.get(rrn)
        return hold is not None and LEGAL in hold.reasons

    def of(self, rrn: str) -> Hold | None:
        """The hold of a sale, once something is held of it."""
        hold = self.holds.get(rrn)
        return hold if hold is not None and hold.amount_fen else None

    def held_fen(self, rrn: str) -> int:
        """What is held of a sale, or kept from later settlements for it."""
        hold = self.holds.get(rrn)
        return 0 if hold is None else hold.amount_fen

    def use(self, rrn: str, amount_fen: int, at: Instant, out: list[Effect], gives_fee_back: bool = False) -> int:
        """Take what is held of a sale to give it back; how much of it was there, in fen.

        The caller posts it. What is left stays held.
        """
        hold = self.holds.get(rrn)
        if hold is None or not hold.amount_fen:
            return 0
        if hold.payout_no:
            used_fen = self._payouts.use(hold.payout_no, amount_fen, at, out, gives_fee_back)
        else:
            used_fen = min(amount_fen, hold.amount_fen)  # later payouts are less by it, or will be: it stays so
        left_fen = hold.amount_fen - used_fen
        found = hold.found
        out.append(Kept(found.about, "hold"))
        details: dict[str, str | int] = {"key": found.key, "rrn": rrn, "amount_fen": used_fen, "left_fen": left_fen}
        out.append(Logged(found.about, "hold-used", details))
        self._tell_ledger(hold, f"used-{left_fen}", used_fen, 0 if left_fen else hold.told_fee_fen, out)
        if left_fen:
            self.holds[rrn] = replace(hold, amount_fen=left_fen)
        else:
            del self.holds[rrn]
        return used_fen

    def freeze(self, given: FreezeOrdered, at: Instant, out: list[Effect], payout_no: str = "") -> None:
        """An authority orders that nobody touches a sale; ``payout_no``: the payout that it is in alone."""
        found = self._clearing.by_rrn(given.rrn)
        if found is not None:
            self.place(found, LEGAL, given.order_no, at, out, payout_no)

    # --- facts

    def _review_opened(self, given: ReviewOpened, at: Instant, out: list[Effect]) -> None:
        if given.mid not in self._mids:
            return
        out.append(Kept(given.about, "review"))
        out.append(Logged(given.about, "payouts-suspended", {"mid": given.mid, "why": given.why}))
        self._notices.tell(given.mid, HoldNotice("", "suspended", given.why), out)
        if given.blocks:
            self.blocked[given.mid] = None
        self._payouts.suspend(given.mid, given.why, at, out)

    def _review_passed(self, given: ReviewPassed, at: Instant, out: list[Effect]) -> None:
        if given.mid not in self._payouts.suspended:
            return
        out.append(Kept(given.about, "review"))
        out.append(Logged(given.about, "payouts-resumed", {"mid": given.mid}))
        self._notices.tell(given.mid, HoldNotice("", "resumed"), out)
        self.blocked.pop(given.mid, None)
        self._payouts.resume(given.mid, at, out)

    def _reviewed(self, given: HoldReviewed, at: Instant, out: list[Effect]) -> None:
        if self.lift(given.rrn, RULE, at, out):
            return
        hold = self.holds.get(given.rrn)
        if hold is not None:
            why = LEGAL if LEGAL in hold.reasons else next(iter(hold.reasons))
            out.append(Logged(hold.found.about, "release-refused", {"key": hold.found.key, "why": why}))

    # --- money

    def _keep_back(self, rrn: str, why: str, ref: str, at: Instant, out: list[Effect]) -> None:
        hold = self.holds[rrn]
        found = hold.found
        if not hold.amount_fen:
            fee_fen = found.amount_fen - found.net_fen
            payout_no = self._payouts.hold(
                found.mid, found.business_date, found.net_fen, at, out, rrn, fee_fen, hold.payout_no
            )
            hold = self.holds[rrn] = replace(hold, payout_no=payout_no, amount_fen=found.net_fen)
            if not payout_no:
                self._payouts.owes_refund(found.mid, found.key, found.about, found.net_fen, HOLD_NETTED)
            self._post("P9a", hold, ("available", "held"), out)
            self._tell_ledger(hold, "held", -hold.amount_fen, -hold.told_fee_fen, out)
        self._log("payout-held" if hold.payout_no else "hold-owed", hold, why, ref, out)

    def _release(self, hold: Hold, at: Instant, out: list[Effect]) -> None:
        found = hold.found
        del self.holds[found.rrn]
        if not hold.amount_fen:
            return
        self._post("P9b", hold, ("held", "available"), out)
        self._tell_ledger(hold, "released", hold.amount_fen, hold.told_fee_fen, out)
        details: dict[str, str | int] = {"key": found.key, "rrn": found.rrn, "amount_fen": hold.amount_fen}
        if hold.payout_no:
            self._payouts.let_go(hold.payout_no, at, out)
        elif not self._payouts.owes_less(found.mid, found.key, hold.amount_fen):
            day = payout_no_of(found.mid, found.business_date)
            details["payout_no"] = self._payouts.restore_to(found.mid, day, hold.amount_fen, at, out)
        out.append(Logged(found.about, "hold-released", details))
        notice = HoldNotice(found.about, "released", rrn=found.rrn, amount_fen=hold.amount_fen)
        self._notices.tell(found.mid, notice, out)

    def _post(self, kind: str, hold: Hold, states: tuple[str, str], out: list[Effect]) -> None:
        debit, credit = (f"A.merchant_payable.{hold.found.mid}.{state}" for state in states)
        entry = f"{kind}/{hold.found.key}/{hold.number}"
        postings = ((debit, credit, hold.amount_fen),)
        if self._book.post(entry, postings):
            out.append(Posted(hold.found.about, entry, postings))

    def _tell_ledger(self, hold: Hold, step: str, amount_fen: int, fee_fen: int, out: list[Effect]) -> None:
        """A platform's wallets must not count on what is kept back, and may on what is let go or used for the sale."""
        found = hold.found
        line_no = kept_line_no(found.rrn, str(hold.number), step)
        self._clearing.tell_ledger(LedgerLine(found.about, found.key, line_no, found.mid, amount_fen, fee_fen), out)

    def _log(self, word: str, hold: Hold, why: str, ref: str, out: list[Effect]) -> None:
        found = hold.found
        details: dict[str, str | int] = {
            "key": found.key, "rrn": found.rrn, "why": why, "ref": ref, "amount_fen": hold.amount_fen,
            "payout_no": hold.payout_no,
        }  # fmt: skip
        out.append(Logged(found.about, word, details))
        if word in ("payout-held", "hold-owed") and why != ADJUSTMENT:  # she is told once it is given back
            notice = HoldNotice(found.about, "held", why, ref, found.rrn, hold.amount_fen)
            self._notices.tell(found.mid, notice, out)

    # --- state

    def held(self) -> HeldHolds:
        """The state."""
        return HeldHolds(self.holds, self._number, self.risk.held(), list(self.blocked))

    def restore(self, held: HeldHolds) -> None:
        """Take a state."""
        self.holds = held.holds
        self._number = held.number
        self.risk.restore(held.risk)
        self.blocked = dict.fromkeys(held.blocked)
