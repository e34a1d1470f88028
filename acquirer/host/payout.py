"""The host's payout desk: a net payout a merchant and business date, or one a sale, after the network's money came.

A payout is one small machine, named by its number for good. On silence the rail is asked about that number, and the
order is never sent under another one; after a return it is the next try of the same payout. What lies below the
contract's minimum waits and rides with the merchant's next payout. A payout leaves memory some time after it was
credited, while its bank may still send it back; one that is given up stays until the merchant applies for it.

A sale that is kept back before it is paid has a payout of its own, split off that of its day: it is held until whoever
keeps it back lets it go, or withdrawn, should the money be needed otherwise. While a merchant is under review all its
payouts are suspended.
"""

from typing import Any, Protocol

import msgspec

from acquirer.host.accounts import AccountDesk
from acquirer.host.clearing import Cleared
from acquirer.host.own_cash import OwnCash
from acquirer.host.payout_records import (
    CREDITED,
    GIVEN_UP,
    INSTRUCTED,
    REFUND_NETTED,
    RETURNED,
    SCHEDULED,
    SUSPENDED,
    TAKEN,
    UNKNOWN,
    WITHDRAWN,
    Apart,
    HeldPayouts,
    HoldLifted,
    HoldPlaced,
    MoneyUsed,
    OwedDebit,
    Payout,
    ReviewBegun,
    ReviewOver,
    RunReached,
    SaleUndone,
    StatusOverdue,
)
from acquirer.host.payout_steps import PAYOUTS, Case
from acquirer.merchant_notices import MerchantNotices
from poslab.ledger.book import Book
from poslab.messages.facts import RepayoutApplied
from poslab.messages.funding import (
    PayoutNotice,
    PayoutOrder,
    PayoutQuery,
    PayoutStatus,
    business_date_of_payout,
    part_no_of,
    payout_no_of,
    sale_payout_no_of,
)
from poslab.party.contract import About, Became, Effect, Input, Logged, Posted, Posting, Remind, Send
from poslab.party.time import DAY, MINUTE, Duration, Instant, date_of
from poslab.world.calendar import D_PLUS_1, day_of_word, day_word
from poslab.world.windows import goes_on
from poslab.world.world import Merchant, World

AUTO = "auto"
"""The contract's policy that a returned payout is paid again at the next runs without being asked."""

LARGE_VALUE = "large-value"
"""Why a payout is put off: it needs the large-value system, which is closed on that day."""

STATUS_OVERDUE_US: Duration = 10 * MINUTE

SENT_BACK_WITHIN_US: Duration = 14 * DAY
"""So long after it was credited a payout may come back: what an account bank parks it applies or returns in days."""

BANK_MAINTENANCE = "BANK_MAINTENANCE"
"""A return that is nobody's fault: it is tried again whatever the contract says."""


class Sold(Protocol):
    """A sale as it was captured."""

    @property
    def about(self) -> str: ...
    @property
    def business_date(self) -> str: ...
    @property
    def rrn(self) -> str: ...
    @property
    def mid(self) -> str: ...


class PayoutDesk:
    """Schedules payouts, runs them, and hears what rail and bank say of them."""

    def __init__(
        self, world: World, book: Book, accounts: AccountDesk, own: OwnCash, notices: MerchantNotices
    ) -> None:
        self._world = world
        self._notices = notices
        self._own = own
        self._calendar = world.calendar
        self._acquirer = world.acquirer
        self._rail = world.acquirer.rail
        self._merchants = {merchant.mid: merchant for merchant in world.merchants}
        self._tries = world.acquirer.payout_tries
        self._book = book
        self.accounts = accounts
        self.payouts: dict[str, Payout] = {}
        """Payouts that are not credited, oldest first."""
        self.paid: dict[str, Payout] = {}
        """Payouts that were credited lately: the account bank may still send one back."""
        self.refunds: dict[str, list[OwedDebit]] = {}
        """Merchant → refunds and other debits that are to be taken from its payouts, oldest first."""
        self.uncleared: dict[str, None] = {}
        """Payouts of sales that are not cleared: no run pays them."""
        self.suspended: dict[str, str] = {}
        """Merchants under review, each with what is reviewed."""
        self.numbered: dict[str, None] = {}
        """Numbers given to payouts beside those of days; none is given twice."""
        self.untold_fen: dict[str, int] = {}
        """Merchant → fees that no payout of its sales tells of, since there is none: they go with its next one.

        Below zero where it was told of more than is kept in the end.
        """

    # --- what the desk is told

    def schedule(self, cleared: Cleared, at: Instant, out: list[Effect]) -> None:
        """A business date is cleared: give each merchant's net amount its due date."""
        date = cleared.business_date
        for mid, net_fen in cleared.nets_fen.items():
            self._schedule(payout_no_of(mid, date), mid, date, net_fen, {}, "", at, out, cleared.fees_fen.get(mid, 0))

    def schedule_apart(self, date: str, sale: Apart, net_fen: int, at: Instant, out: list[Effect]) -> None:
        """A sale that is paid by itself, or what is left of it, is cleared."""
        payout_no = sale_payout_no_of(sale.mid, date, sale.rrn)
        fees_fen = sale.fee_fen
        if net_fen != sale.net_fen:
            payout_no, fees_fen = part_no_of(payout_no, 1), 0  # told with what was advanced
        beside: dict[str, str | int] = {"rrn": sale.rrn, "of": payout_no_of(sale.mid, date)}
        self._schedule(payout_no, sale.mid, date, net_fen, beside, sale.about, at, out, fees_fen)

    def schedule_sale(
        self,
        payout_no: str,
        sale: Sold,
        net_fen: int,
        due_date: str,
        rule: str,
        due: Instant,
        at: Instant,
        out: list[Effect],
        fees_fen: int,
    ) -> None:
        """A sale has its payout before it is cleared: by an instant that is ``due``, or put off by a rule."""
        mid, date, about = sale.mid, sale.business_date, sale.about
        self.payouts[payout_no] = Payout(payout_no, mid, date, due_date, net_fen, fees_fen=fees_fen)
        self.move(payout_no, SCHEDULED, out)
        details: dict[str, str | int] = {
            "payout_no": payout_no, "date": due_date, "amount_fen": net_fen, "rrn": sale.rrn,
            "of": payout_no_of(mid, date),
        }  # fmt: skip
        if not rule:
            details["due_us"] = due
        out.append(Logged(about, "payout-scheduled", details))
        if rule:
            out.append(Logged(about, "payout-put-off", {"payout_no": payout_no, "date": due_date, "why": rule}))
        if mid in self.suspended:
            self._step(payout_no, ReviewBegun(""), at, out)

    def change_amount(
        self, payout_no: str, net_fen: int, fees_fen: int, rrn: str, about: About, out: list[Effect]
    ) -> None:
        """A sale has another amount before its payout went."""
        payout = self.change(payout_no, amount_fen=net_fen, fees_fen=fees_fen)
        details: dict[str, str | int] = {
            "payout_no": payout_no, "date": payout.due_date, "amount_fen": net_fen, "rrn": rrn,
            "of": payout_no_of(payout.mid, payout.business_date),
        }  # fmt: skip
        out.append(Logged(about, "payout-scheduled", details))

    def withdraw(self, payout_no: str, at: Instant, out: list[Effect]) -> None:
        """A sale came to nothing before its payout went."""
        if payout_no in self.payouts:
            self._step(payout_no, SaleUndone(""), at, out)

    def advance(self, payout_no: str, fee_fen: int, at: Instant, out: list[Effect]) -> None:
        """Pay a sale that is not cleared, out of own cash."""
        self.change(payout_no, own=True, uncleared=True, fee_fen=fee_fen)
        self._step(payout_no, RunReached(""), at, out)

    def owes_advance(self, mid: str, key: str, about: About, amount_fen: int, lent_fen: int, word: str) -> None:
        """What was advanced for a sale that came to nothing is the merchant's debt."""
        self.refunds.setdefault(mid, []).append(OwedDebit(key, about, amount_fen, word, lent_fen))

    def _schedule(
        self,
        payout_no: str,
        mid: str,
        date: str,
        net_fen: int,
        beside: dict[str, str | int],
        about: About,
        at: Instant,
        out: list[Effect],
        fees_fen: int = 0,
    ) -> None:
        if net_fen <= 0 or payout_no in self.payouts:
            self.owes_word(mid, fees_fen)
            return
        due_date, why = self._due(mid, date, net_fen)
        self.payouts[payout_no] = Payout(payout_no, mid, date, due_date, net_fen, fees_fen=fees_fen)
        self.move(payout_no, SCHEDULED, out)
        details: dict[str, str | int] = {"payout_no": payout_no, "date": due_date, "amount_fen": net_fen}
        out.append(Logged(about, "payout-scheduled", details | beside))
        if why:
            out.append(Logged(about, "payout-put-off", {"payout_no": payout_no, "date": due_date, "why": why}))
        if mid in self.suspended:
            self._step(payout_no, ReviewBegun(""), at, out)

    def _due(self, mid: str, date: str, amount_fen: int) -> tuple[str, str]:
        """The date on which a payout of a business date goes, and which rule puts it off, if one does."""
        due = self._calendar.due(day_of_word(date), self._merchants[mid].product)
        goes = goes_on(self._world, amount_fen, due)
        return day_word(date_of(goes)), LARGE_VALUE if goes > due else ""

    def owes_refund(self, mid: str, key: str, about: str, amount_fen: int, word: str = REFUND_NETTED) -> None:
        """A debit was booked against a merchant: its next payouts are less."""
        self.refunds.setdefault(mid, []).append(OwedDebit(key, about, amount_fen, word))

    def owes_word(self, mid: str, fees_fen: int) -> None:
        """Fees that no payout of their own tells of, in fen; below zero, what was told and is not kept."""
        if fees_fen:
            self.untold_fen[mid] = self.untold_fen.get(mid, 0) + fees_fen

    def owes_less(self, mid: str, key: str, amount_fen: int, date: str = "") -> bool:
        """So much of a debit is taken back, or all of it, as by ``owes_no_more``."""
        debits = self.refunds.get(mid, [])
        for number, owed in enumerate(debits):
            left_fen = owed.amount_fen - amount_fen
            if owed.key == key and left_fen > 0:
                repaid_fen = max(0, owed.lent_fen - left_fen)
                lent_fen = owed.lent_fen - repaid_fen
                debits[number] = msgspec.structs.replace(owed, amount_fen=left_fen, lent_fen=lent_fen)
                if date:
                    self._own.lend(date, repaid_fen)
                return True
        return self.owes_no_more(mid, key, date)

    def owes_no_more(self, mid: str, key: str, date: str = "") -> bool:
        """A debit is taken back before any payout was lessened by it; ``False`` if one was.

        What own cash is out for it is repaid once ``date`` is settled; without one, never.
        """
        left = [owed for owed in self.refunds.get(mid, []) if owed.key != key]
        if date:
            for owed in self.refunds.get(mid, []):
                if owed.key == key:
                    self._own.lend(date, owed.lent_fen)
        found = len(left) < len(self.refunds.get(mid, []))
        if left:
            self.refunds[mid] = left
        else:
            self.refunds.pop(mid, None)
        return found

    def run(self, day: str, unsettled: frozenset[str], at: Instant, out: list[Effect]) -> None:
        """The payout run of a working day: what is due is paid, what was returned may be tried again.

        ``unsettled`` are the business dates whose money has not come.
        """
        for no in [no for no, payout in self.paid.items() if at - payout.credited_at > SENT_BACK_WITHIN_US]:
            del self.paid[no]
        self.pay_due(day, unsettled, at, out)
        for payout_no in self._carriers(RETURNED, GIVEN_UP):
            self._step(payout_no, RunReached(""), at, out)

    def pay_due(self, day: str, unsettled: frozenset[str], at: Instant, out: list[Effect]) -> None:
        """Pay for the first time what is due by ``day``.

        Of a business date whose money has not come only a contract for D+1 is paid: the acquirer advances it.
        """
        due: dict[tuple[str, bool], list[Payout]] = {}
        for payout in self.payouts.values():
            if payout.state != SCHEDULED or payout.due_date > day or payout.payout_no in self.uncleared:
                continue
            own = payout.business_date in unsettled
            if not own or self._merchants[payout.mid].product == D_PLUS_1:
                due.setdefault((payout.mid, own), []).append(payout)
        for (mid, own), payouts in due.items():
            for payout_no in self._gather(payouts, self._merchants[mid].minimum_payout_fen, out):
                self.change(payout_no, own=own)
                self._step(payout_no, RunReached(""), at, out)

    def status(self, given: PayoutStatus, at: Instant, out: list[Effect]) -> None:
        """The rail says how an order stands. A word about another try, or a payout long credited, is passed over."""
        paid = self.paid.get(given.payout_no)
        if paid is not None and given.state == "returned" and paid.try_no == given.try_no:
            for no in (paid.payout_no, *paid.riders):
                self.payouts[no] = self.paid.pop(no)
        payout = self.payouts.get(given.payout_no)
        if payout is not None and payout.try_no == given.try_no:
            self._step(given.payout_no, given, at, out)

    def overdue(self, given: StatusOverdue, at: Instant, out: list[Effect]) -> None:
        """The rail is silent."""
        self._step(given.payout_no, given, at, out)

    def applied(self, given: RepayoutApplied, at: Instant, out: list[Effect]) -> None:
        """A merchant says that its account is cured."""
        for payout_no in self._carriers(RETURNED, GIVEN_UP):
            if self.payouts[payout_no].mid == given.mid:
                self._step(payout_no, given, at, out)

    def cured(self, mid: str, at: Instant, out: list[Effect]) -> None:
        """A merchant's account on file is another one: where the contract says so, nobody needs to apply."""
        if self._merchants[mid].repayout == AUTO:
            self.applied(RepayoutApplied("", mid), at, out)

    def gone_elsewhere(self, mid: str) -> list[Payout]:
        """What went lately to another account of this merchant's than is on file now."""
        to = self.accounts.paid_to(mid) if mid in self._merchants else None
        riding = frozenset(rider for payout in self.paid.values() for rider in payout.riders)
        return [
            payout
            for payout in self.paid.values()
            if payout.mid == mid and payout.payee not in (None, to) and payout.payout_no not in riding
        ]

    # --- what is kept back

    def hold(
        self, mid: str, business_date: str, amount_fen: int, at: Instant, out: list[Effect], rrn: str = "",
        fee_fen: int = 0, payout_no: str = "",
    ) -> str:  # fmt: skip
        """Keep back what a sale leaves of its day's payout, in fen; the number of the payout that holds it.

        Its fee goes with it. The sale of ``rrn`` may have a payout of its own, and ``payout_no`` names the one that it
        is in alone, where it was kept back before. ``""`` where the payout is not waiting to be paid, or holds less: on
        its way, paid, come back.
        """
        payout_no = payout_no or sale_payout_no_of(mid, business_date, rrn)
        if payout_no not in self.payouts:
            payout_no = payout_no_of(mid, business_date)
        payout = self.payouts.get(payout_no)
        if payout is None or payout.state not in (SCHEDULED, SUSPENDED) or payout.amount_fen < amount_fen:
            return ""
        if payout.amount_fen > amount_fen:
            fee_fen = min(fee_fen, payout.fees_fen)
            self.change(payout_no, amount_fen=payout.amount_fen - amount_fen, fees_fen=payout.fees_fen - fee_fen)
            payout_no = self.add(payout, payout_no, amount_fen, "payout-split", at, out, fee_fen)
        self._step(payout_no, HoldPlaced(""), at, out)
        return payout_no

    def add(
        self, of: Payout, day: str, amount_fen: int, word: str, at: Instant, out: list[Effect], fees_fen: int = 0
    ) -> str:
        """Schedule a payout beside that of a day, for a part of it or for what is paid back; its number."""
        number = next(n for n in range(1, 1_000_000) if part_no_of(day, n) not in self.numbered)
        payout_no = part_no_of(day, number)
        self.numbered[payout_no] = None
        self.payouts[payout_no] = Payout(
            payout_no, of.mid, of.business_date, of.due_date, amount_fen, fees_fen=fees_fen
        )
        self.move(payout_no, SCHEDULED, out)
        out.append(Logged("", word, {"payout_no": payout_no, "of": day, "amount_fen": amount_fen}))
        if of.mid in self.suspended:
            self._step(payout_no, ReviewBegun(""), at, out)
        return payout_no

    def restore_to(
        self, mid: str, day: str, amount_fen: int, at: Instant, out: list[Effect], brought_by: str = ""
    ) -> str:
        """Pay back, beside the payout of a day, what was taken from later ones; with the next run. Its number.

        ``brought_by``: the business date whose settlement brings the money, where it is not there.
        """
        of = Payout("", mid, brought_by or business_date_of_payout(day), day_word(date_of(at)), 0)
        return self.add(of, day, amount_fen, "payout-restored", at, out)

    def let_go(self, payout_no: str, at: Instant, out: list[Effect]) -> None:
        """What is held may be paid: with the next run."""
        self._step(payout_no, HoldLifted(""), at, out)

    def use(
        self, payout_no: str, amount_fen: int, at: Instant, out: list[Effect], gives_fee_back: bool = False
    ) -> int:
        """Take money that is held for something else; how much of it was there, in fen."""
        if gives_fee_back:
            self.change(payout_no, fees_fen=0)
        used_fen = min(amount_fen, self.payouts[payout_no].amount_fen)
        left_fen = self.payouts[payout_no].amount_fen - used_fen
        self.change(payout_no, amount_fen=left_fen)
        out.append(Logged("", "payout-lessened", {"payout_no": payout_no, "amount_fen": used_fen}))
        if not left_fen:
            payout = self.payouts[payout_no]
            if payout_no not in self.uncleared:  # what is cleared later is told of then
                self.owes_word(payout.mid, payout.fees_fen)
            self._step(payout_no, MoneyUsed(""), at, out)
        return used_fen

    def suspend(self, mid: str, why: str, at: Instant, out: list[Effect]) -> None:
        """A merchant is under review: nothing is paid to it."""
        self.suspended[mid] = why
        self._tell_all(mid, ReviewBegun(""), at, out)

    def resume(self, mid: str, at: Instant, out: list[Effect]) -> None:
        """The review is over: what was suspended is paid with the next run."""
        self.suspended.pop(mid, None)
        self._tell_all(mid, ReviewOver(""), at, out)

    def _tell_all(self, mid: str, given: Input, at: Instant, out: list[Effect]) -> None:
        for payout_no in [payout.payout_no for payout in self.payouts.values() if payout.mid == mid]:
            self._step(payout_no, given, at, out)

    def restarted(self, out: list[Effect]) -> None:
        """Say again what is unconfirmed."""
        for payout_no in self._carriers(INSTRUCTED, TAKEN):
            self.order(payout_no, out)
        for payout_no in self._carriers(UNKNOWN):
            self.ask(payout_no, out)

    def awaits(self, of: StatusOverdue) -> bool:
        """Whether the letter is the latest about an order whose end is not known."""
        payout = self.payouts.get(of.payout_no)
        return (
            payout is not None
            and payout.state in (INSTRUCTED, TAKEN, UNKNOWN)
            and payout.try_no == of.try_no
            and payout.attempt == of.attempt
        )

    def held(self) -> HeldPayouts:
        """The state, oldest payout first."""
        paid = list(self.paid.values())
        return HeldPayouts(
            list(self.payouts.values()), self.refunds, self.suspended, list(self.numbered), paid, self.untold_fen
        )

    def restore(self, held: HeldPayouts) -> None:
        """Take a state."""
        self.refunds = held.owed
        self.suspended = held.suspended
        self.untold_fen = held.untold_fen
        self.numbered = dict.fromkeys(held.numbered)
        self.payouts = {payout.payout_no: payout for payout in held.payouts}
        self.paid = {payout.payout_no: payout for payout in held.paid}

    # --- steps

    def merchant(self, payout: Payout) -> Merchant:
        """Whose payout it is."""
        return self._merchants[payout.mid]

    def may_retry(self, payout: Payout) -> bool:
        """Whether a returned payout is tried again at the next run."""
        if payout.mid in self.suspended:
            return False
        if payout.applied:
            return True
        by_itself = self.merchant(payout).repayout == AUTO or payout.reason == BANK_MAINTENANCE
        return by_itself and payout.try_no < self._tries

    def is_out_of_tries(self, payout: Payout) -> bool:
        """Whether the tries that the acquirer makes by itself are used up."""
        return payout.try_no >= self._tries

    def change(self, payout_no: str, **changes: Any) -> Payout:
        """Replace a payout's record."""
        payout = msgspec.structs.replace(self.payouts[payout_no], **changes)
        self.payouts[payout_no] = payout
        return payout

    def move(self, payout_no: str, state: str, out: list[Effect], reason: str = "", at: Instant = 0) -> None:
        """Bring a payout, and those that ride with it, into a state; one that is over leaves memory."""
        payout = self.payouts[payout_no]
        for no in (payout_no, *payout.riders):
            before = self.payouts[no].word
            out.append(Became("", no, before, self.change(no, state=state, reason=reason).word))
            if state == CREDITED:
                self.paid[no] = self.change(no, credited_at=at)
            if state in (CREDITED, WITHDRAWN):
                del self.payouts[no]

    def post(self, entry: str, postings: tuple[Posting, ...], out: list[Effect]) -> None:
        """Post an entry of book ``A``."""
        if self._book.post(entry, postings):
            out.append(Posted("", entry, postings))

    def order(self, payout_no: str, out: list[Effect]) -> None:
        """Send the order of the present try, and wait for its status."""
        payout = self.payouts[payout_no]
        payout = self.change(payout_no, attempt=payout.attempt + 1)
        to = payout.payee or self.accounts.paid_to(payout.mid)
        order = PayoutOrder(
            "", payout_no, payout.try_no, payout.mid, to.bank, to.account_no, to.account_name, payout.pays_fen,
            self._acquirer.own_account if payout.own else self._acquirer.reserve_account,
        )
        out.append(Send(self._rail, order, payout.attempt))
        out.append(Remind(STATUS_OVERDUE_US, StatusOverdue("", payout_no, payout.try_no, payout.attempt)))

    def ask(self, payout_no: str, out: list[Effect]) -> None:
        """Ask the rail how the present try stands, and wait for its answer."""
        payout = self.payouts[payout_no]
        payout = self.change(payout_no, attempt=payout.attempt + 1)
        out.append(Logged("", "payout-asked", {"payout_no": payout_no, "try_no": payout.try_no}))
        out.append(Send(self._rail, PayoutQuery("", payout_no, payout.try_no), payout.attempt))
        out.append(Remind(STATUS_OVERDUE_US, StatusOverdue("", payout_no, payout.try_no, payout.attempt)))

    def tell_fees(self, payout_no: str) -> Payout:
        """A payout is ordered for the first time: what fees its merchant was not told of yet go with it."""
        payout = self.payouts[payout_no]
        fees_fen = payout.fees_fen + self.untold_fen.pop(payout.mid, 0)
        self.owes_word(payout.mid, min(fees_fen, 0))
        return self.change(payout_no, fees_fen=max(fees_fen, 0))

    def lend(self, payout: Payout, amount_fen: int) -> None:
        """Note what leaves own cash; below zero, what comes back to it."""
        if payout.own:
            self._own.lend(payout.business_date, amount_fen)

    def notify(self, payout: Payout, state: str, out: list[Effect], reason: str = "") -> None:
        """Tell the merchant; where a platform keeps its wallet, that does."""
        if self.accounts.has_ledger:
            return
        fees_fen = payout.fees_fen + payout.fee_fen
        notice = PayoutNotice("", payout.payout_no, state, payout.pays_fen, reason, fees_fen)
        self._notices.tell(payout.mid, notice, out)

    def _step(self, payout_no: str, given: Input, at: Instant, out: list[Effect]) -> None:
        PAYOUTS.step(Case(self, payout_no), self.payouts[payout_no].state, given, at, out)

    def under_way(self) -> list[Payout]:
        """Payouts that were ordered and whose end is not known."""
        return [self.payouts[payout_no] for payout_no in self._carriers(INSTRUCTED, TAKEN, UNKNOWN)]

    def _carriers(self, *states: str) -> list[str]:
        """Payouts in these states, without those that ride with another."""
        riding = frozenset(rider for payout in self.payouts.values() for rider in payout.riders)
        return [no for no, payout in self.payouts.items() if payout.state in states and no not in riding]

    def _gather(self, payouts: list[Payout], minimum_fen: int, out: list[Effect]) -> list[str]:
        """Which of a merchant's payouts are ordered now: small ones ride with the last, or together wait on."""
        owed_fen = sum(refund.amount_fen for refund in self.refunds.get(payouts[0].mid, ()))
        if owed_fen:
            return self._net(payouts, minimum_fen, owed_fen, out)
        small = [payout for payout in payouts if payout.amount_fen < minimum_fen]
        large = [payout for payout in payouts if payout.amount_fen >= minimum_fen]
        if small:
            carrier = large[-1] if large else small.pop()
            ridden_fen = sum(payout.amount_fen for payout in small)
            if carrier.amount_fen + ridden_fen < minimum_fen:
                return []
            riders = tuple(payout.payout_no for payout in small)
            fees_fen = carrier.fees_fen + sum(payout.fees_fen for payout in small)
            self.change(carrier.payout_no, riders=riders, ridden_fen=ridden_fen, fees_fen=fees_fen)
            out.extend(Logged("", "payout-carried", {"payout_no": no, "by": carrier.payout_no}) for no in riders)
            if not large:
                return [carrier.payout_no]
        return [payout.payout_no for payout in large]

    def _net(self, payouts: list[Payout], minimum_fen: int, owed_fen: int, out: list[Effect]) -> list[str]:
        """Refunds are owed: all payouts ride with the last one, which is lessened by them, or together wait on."""
        *riding, carrier = payouts
        ridden_fen = sum(payout.amount_fen for payout in riding)
        if carrier.amount_fen + ridden_fen - owed_fen < max(minimum_fen, 1):  # of nothing there is no payout
            return []
        no = carrier.payout_no
        riders = tuple(payout.payout_no for payout in riding)
        fees_fen = sum(payout.fees_fen for payout in payouts)
        self.change(no, riders=riders, ridden_fen=ridden_fen, netted_fen=owed_fen, fees_fen=fees_fen)
        out.extend(Logged("", "payout-carried", {"payout_no": rider, "by": no}) for rider in riders)
        for refund in self.refunds.pop(carrier.mid):
            details: dict[str, str | int] = {"key": refund.key, "amount_fen": refund.amount_fen, "payout_no": no}
            out.append(Logged(refund.about, refund.word, details))
            self._own.lend(carrier.business_date, refund.lent_fen)
        return [no]
