"""The funding leg of the host: from captured sales to the merchant's account.

Clearing at the end of each business day, network settlement on the next working day, payouts after it. The desk has its
daily jobs as letters to itself, so that a lost or late job is an ordinary fault.
"""

from datetime import timedelta
from typing import ClassVar, Final

import msgspec
from msgspec import Struct

from acquirer.host.accounts import AccountDesk, AccountReviewed, ChangeUnheard, HeldAccounts
from acquirer.host.clearing import ClearingDesk, ClearingDue, FileOverdue, HeldClearing, MatchDue, PartDue
from acquirer.host.credit_adjustments import Adjustment, AdjustmentDesk
from acquirer.host.debts import DebtDesk
from acquirer.host.dispute_records import HeldDisputes
from acquirer.host.disputes import DisputeDesk
from acquirer.host.holds import HeldHolds, HoldDesk
from acquirer.host.instant import Captured, HeldInstant, InstantDesk, InstantDue
from acquirer.host.own_cash import HeldOwnCash, OwnCash, RepaymentOverdue
from acquirer.host.payout import PayoutDesk
from acquirer.host.payout_records import ADVANCE_NETTED, Apart, HeldPayouts, StatusOverdue
from acquirer.host.recalls import Recall, RecallDesk, RecallUnanswered
from acquirer.host.reconciliation import ReconciliationDesk
from acquirer.host.write_offs import HeldWriteOffs, WriteOffDesk
from acquirer.merchant_notices import LastTold, MerchantNotices
from poslab.ledger.book import Book
from poslab.messages.facts import AccountChangeRequested, JobFailed, JobRerun, RecallRequested, RepayoutApplied
from poslab.messages.funding import (
    AccountHeard,
    AdjustmentNotice,
    ClearingLine,
    FileAccepted,
    PayoutStatus,
    TransferDone,
    TransferQuery,
    business_date_of,
    transfer_out_no,
)
from poslab.party.contract import About, Effect, Input, Kept, Logged, Posted, Remind, Reminder, Send
from poslab.party.time import HOUR, Duration, Instant, date_of, midnight, time_of_day
from poslab.world.calendar import T_PLUS_1, day_of_word, day_word
from poslab.world.world import World

PAYOUTS_UNTIL: Duration = 18 * HOUR
"""Until then on a working day, settlement that comes after the day's run is paid out at once."""

DATES_REMEMBERED: Final = 40
"""How many settled business dates back a repeated word of settlement is recognised."""


ACCOUNT_CHANGE: Final = "account-change"
"""Why payouts are suspended while a merchant's account is under review."""


class PayoutsDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The payout run of a working day."""

    kind: ClassVar[str] = "payouts-due"

    day: str


class SettlementOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The network's payment for a business date should be known by now."""

    kind: ClassVar[str] = "settlement-overdue"

    business_date: str
    attempt: int


class Awaited(Struct):
    """A cleared business date and its settlement by the network."""

    settled: bool = False
    attempt: int = 0
    """How often the rail was asked about it."""


class HeldFunding(Struct):
    """A snapshot."""

    clearing: HeldClearing
    payouts: HeldPayouts
    dates: dict[str, Awaited]
    next_run: str
    holds: HeldHolds
    disputes: HeldDisputes
    adjustments: dict[str, Adjustment] = {}
    slipless: list[str] = []
    told: LastTold = LastTold()
    accounts: HeldAccounts = msgspec.field(default_factory=HeldAccounts)
    breaks: dict[str, str] = {}
    own: HeldOwnCash = msgspec.field(default_factory=HeldOwnCash)
    instant: HeldInstant = msgspec.field(default_factory=HeldInstant)
    uncleared: list[str] = []
    write_offs: HeldWriteOffs = msgspec.field(default_factory=HeldWriteOffs)
    recalls: dict[str, Recall] = {}
    recalls_put_off: dict[str, About] = {}
    taken_back: list[tuple[str, tuple[str, AdjustmentNotice]]] = []


class FundingDesk:
    """Clearing, settlement and payout of one acquirer, posted in the book ``A`` that the host hands over.

    The card leg calls ``capture`` when it approves and ``withdraw`` when it voids or reverses; ``is_cleared`` says when
    that is too late. Inputs of ``HEARS`` and ``REMINDERS`` belong to ``handle``.
    """

    HEARS: ClassVar[tuple[type[Input], ...]] = (
        FileAccepted,
        AccountHeard,
        TransferDone,
        PayoutStatus,
        RepayoutApplied,
        JobFailed,
        JobRerun,
        AccountChangeRequested,
        RecallRequested,
        *HoldDesk.HEARS,
        *DisputeDesk.HEARS,
        *WriteOffDesk.HEARS,
    )
    REMINDERS: ClassVar[tuple[type[Reminder], ...]] = (
        AccountReviewed,
        ChangeUnheard,
        ClearingDue,
        PartDue,
        FileOverdue,
        MatchDue,
        PayoutsDue,
        SettlementOverdue,
        StatusOverdue,
        RecallUnanswered,
        *DisputeDesk.REMINDERS,
        RepaymentOverdue,
        InstantDue,
    )

    def __init__(self, world: World, book: Book) -> None:
        self._calendar = world.calendar
        self._acquirer = world.acquirer
        self._book = book
        self._accounts = AccountDesk(world)
        self._own = OwnCash(world, book)
        self.notices = MerchantNotices(world)
        self._payouts = PayoutDesk(world, book, self._accounts, self._own, self.notices)
        self._recalls = RecallDesk(world.acquirer.rail)
        self._instant = InstantDesk(world, book, self._payouts, self._own)
        self.attend = self._instant.attend
        self._products = {merchant.mid: merchant.product for merchant in world.merchants}
        self._runs_daily = any(product != T_PLUS_1 for product in self._products.values())
        self._reconciliation = ReconciliationDesk()
        self._clearing = ClearingDesk(world, book, self._given_back)
        self._clearing.advanced_fen = self._instant.advanced_fen
        self.holds = HoldDesk(world, book, self._clearing, self._payouts, self.notices)
        self.adjustments = AdjustmentDesk(book, self._payouts, self.holds, self.notices)
        self._clearing.fee_back_fen = self.adjustments.fee_back_fen
        self.adjustments.tell_ledger = self._clearing.tell_ledger
        self.disputes = DisputeDesk(world, book, self._clearing, self._payouts, self.holds, self.notices)
        self.debts = DebtDesk(self._payouts, self._own)
        self.write_offs = WriteOffDesk(book, self.debts, self.disputes, self.notices)
        self._dates: dict[str, Awaited] = {}
        self._next_run = ""
        self._expected: dict[str, tuple[str, str]] = {}
        """Product → a business date, and when it is paid."""
        self.is_cleared = self._clearing.is_cleared
        self.payment = self._clearing.payment
        self.line_of = self._clearing.line_of
        self.taken_from_available = self._clearing.taken_from_available
        self.expect = self._clearing.expect
        self.lose_line = self._clearing.lose_line
        self.matched = self._clearing.matched
        self.owes_refund = self._payouts.owes_refund

    def adjust(self, wanted: Adjustment, rrn: str, date: str, card: str, at: Instant, out: list[Effect]) -> None:
        """Let a cleared sale of a business date be given back by a line of the next file, with a reference of its own.
        """
        self.adjustments.park(wanted, rrn, date, at, out)
        self.taken_from_available(wanted.key)
        self.capture(wanted.about, date, f"{wanted.key}/{rrn}", rrn, wanted.mid, card, -wanted.amount_fen)

    def keep(self, rrn: str, at: Instant, out: list[Effect]) -> Adjustment:
        """Let an adjustment that was not made yet not be made."""
        stopped = self.adjustments.stop(rrn, at, out)
        self._clearing.not_given_back(stopped.key, rrn)
        return stopped

    def _given_back(self, line: ClearingLine, at: Instant, out: list[Effect]) -> None:
        """A line below zero is in the file; with an adjustment's all of its sale is given back."""
        made = self.adjustments.cleared(line, at, out)
        if made is not None:
            self.disputes.refunded(made.rrn, at, out)

    def capture(self, about: str, business_date: str, key: str, rrn: str, mid: str, card: str, amount_fen: int) -> None:
        """Claim a sale, or with an amount below zero a refund, in its business date's file. ``attend`` goes on."""
        self._clearing.capture(about, business_date, key, rrn, mid, card, amount_fen)
        if self._instant.serves(mid):
            date = self._clearing.claimed_on(business_date)
            self._instant.captured(Captured(about, date, key, rrn, mid, card, amount_fen))

    def withdraw(self, business_date: str, key: str) -> bool:
        """Take a sale out of the file to come; ``False`` if it is not there. ``attend`` goes on."""
        rrn = self._clearing.rrn_of(business_date, key)
        self._instant.withdrawn(rrn)
        return self._clearing.withdraw(business_date, key)

    def expected_date(self, business_date: str, mid: str = "") -> str:
        """When a merchant is paid for a business date, ``"20260106"`` for ``"20260105"``; without one, at T+1."""
        product = self._products.get(mid, T_PLUS_1)
        asked, date = self._expected.get(product, ("", ""))
        if asked != business_date:
            date = day_word(self._calendar.due_day(day_of_word(business_date), product))
            self._expected[product] = (business_date, date)
        return date

    def start(self, at: Instant, out: list[Effect]) -> None:
        """Arm the daily jobs when the world begins."""
        self._clearing.start(at, out)
        first = date_of(self._calendar.next_time(at, self._calendar.payout_at))
        runs = self._runs_daily or self._calendar.is_working(first)
        self._next_run = day_word(first if runs else self._calendar.next_working(first))
        self._await_run(at, out)

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm everything anew and say again what is unconfirmed; a host that never began begins now."""
        if not self._next_run:
            self.start(at, out)
            return
        self._clearing.restarted(at, out)
        self._await_run(at, out)
        for date, awaited in sorted(self._dates.items()):
            if awaited.attempt and not awaited.settled:
                self._ask(date, out)
        self._payouts.restarted(out)
        self._recalls.restarted(out)
        self.disputes.restarted(at, out)
        self._own.restarted(out)
        self._instant.restarted(at, out)
        self._accounts.restarted(at, out)
        self.notices.restarted(out)

    def awaits(self, of: Reminder) -> bool:
        """Whether a letter of ``REMINDERS`` would still be heard."""
        if isinstance(of, StatusOverdue):
            return self._payouts.awaits(of)
        if isinstance(of, RecallUnanswered):
            return self._recalls.awaits(of)
        if isinstance(of, self.disputes.REMINDERS):
            return self.disputes.awaits(of)
        if isinstance(of, RepaymentOverdue):
            return self._own.awaits(of)
        if isinstance(of, InstantDue):
            return self._instant.awaits(of)
        if isinstance(of, AccountReviewed | ChangeUnheard):
            return self._accounts.awaits(of)
        if isinstance(of, PayoutsDue):
            return of.day == self._next_run
        if isinstance(of, SettlementOverdue):
            awaited = self._dates.get(of.business_date)
            return awaited is not None and not awaited.settled and awaited.attempt == of.attempt
        return self._clearing.awaits(of)

    def handle(self, given: Input, at: Instant, out: list[Effect]) -> None:
        """Hear an input of ``HEARS`` or ``REMINDERS``; effects are appended to ``out``. A stale letter adds nothing."""
        self.notices.at = at
        if isinstance(given, Reminder):
            if self.awaits(given):
                self._hear_letter(given, at, out)
        elif isinstance(given, FileAccepted):
            self._clearing.accepted(given)
        elif isinstance(given, AccountHeard):
            self._accounts.heard(given)
        elif isinstance(given, TransferDone):
            self._settled(given, at, out)
            self._own.done(given, out)
            self._repay(out)
        elif isinstance(given, PayoutStatus):
            self._recalls.status(given, out)
            self._payouts.status(given, at, out)
            self._repay(out)
        elif isinstance(given, RepayoutApplied):
            self._payouts.applied(given, at, out)
        elif isinstance(given, JobFailed):
            self._clearing.fail(given, out)
        elif isinstance(given, JobRerun):
            self._clearing.rerun(given, at, out)
        elif isinstance(given, AccountChangeRequested):
            self._account(given, at, out)
        elif isinstance(given, RecallRequested):
            self._recall(given.mid, given.about, at, out)
        elif isinstance(given, self.holds.HEARS):
            self.holds.handle(given, at, out)
        elif isinstance(given, self.disputes.HEARS):
            self.disputes.handle(given, at, out)
        elif isinstance(given, self.write_offs.HEARS):
            self.write_offs.handle(given, at, out)

    def snapshot(self) -> bytes:
        """The whole state; equal states, equal bytes."""
        held = HeldFunding(
            self._clearing.held(),
            self._payouts.held(),
            self._dates,
            self._next_run,
            self.holds.held(),
            self.disputes.held(),
            self.adjustments.due,
            list(self.adjustments.slipless),
            self.notices.last,
            self._accounts.held,
            self._reconciliation.open,
            self._own.state,
            self._instant.state,
            list(self._payouts.uncleared),
            self.write_offs.held,
            self._recalls.open,
            self._recalls.put_off,
            list(self.adjustments.taken_back.items()),
        )
        return msgspec.msgpack.encode(held, order="deterministic")

    def restore(self, kept: object) -> None:
        """Take the state that ``snapshot`` gave."""
        if not isinstance(kept, bytes):
            raise TypeError(f"a funding snapshot is bytes, not {type(kept).__name__}")
        held = msgspec.msgpack.decode(kept, type=HeldFunding)
        self._clearing.restore(held.clearing)
        self._payouts.restore(held.payouts)
        self._dates = held.dates
        self._next_run = held.next_run
        self.adjustments.due = held.adjustments
        self.adjustments.slipless = dict.fromkeys(held.slipless)
        self.notices.last = held.told
        self._accounts.held = held.accounts
        self._reconciliation.open = held.breaks
        self.holds.restore(held.holds)
        self.disputes.restore(held.disputes)
        self._own.state = held.own
        self._instant.state = held.instant
        self._payouts.uncleared.clear()
        self._payouts.uncleared.update(dict.fromkeys(held.uncleared))
        self.write_offs.held = held.write_offs
        self._recalls.open = held.recalls
        self._recalls.put_off = held.recalls_put_off
        self.adjustments.taken_back = dict(held.taken_back)

    def _recall(self, mid: str, about: About, at: Instant, out: list[Effect]) -> None:
        """A clerk has everything asked back that went to a merchant's wrong account."""
        if self._accounts.is_under_review(mid):
            self._recalls.wait(mid, about, out)
            return
        for payout in self._payouts.gone_elsewhere(mid):
            self._recalls.begin(payout.payout_no, payout.try_no, about, at, out)

    # --- the letters

    def _hear_letter(self, given: Reminder, at: Instant, out: list[Effect]) -> None:
        if isinstance(given, ClearingDue):
            self._clearing.cut(given, at, out)
        elif isinstance(given, PartDue):
            cleared = self._clearing.make_part(at, out)
            if cleared is not None:
                nothing_comes = cleared.due_fen == 0  # of refunds that cost it all
                self._dates[cleared.business_date] = Awaited(settled=nothing_comes)
                self._payouts.schedule(cleared, at, out)
                for sale in cleared.apart:
                    self._apart(cleared.business_date, sale, at, out)
                self.holds.cleared(cleared.business_date, at, out)
                held = frozenset(hold.found.key for hold in self.holds.holds.values())
                self.debts.cover(cleared.business_date, held, out)
        elif isinstance(given, FileOverdue):
            self._clearing.overdue(given, out)
        elif isinstance(given, PayoutsDue):
            self._run(given, at, out)
        elif isinstance(given, SettlementOverdue):
            self._ask(given.business_date, out)
        elif isinstance(given, StatusOverdue):
            self._payouts.overdue(given, at, out)
        elif isinstance(given, RecallUnanswered):
            self._recalls.overdue(given, at, out)
        elif isinstance(given, self.disputes.REMINDERS):
            self.disputes.handle(given, at, out)
        elif isinstance(given, RepaymentOverdue):
            self._own.overdue(given, out)
        elif isinstance(given, InstantDue):
            self._instant.pay(given, at, out)
        elif isinstance(given, AccountReviewed):
            self._account(given, at, out)
        elif isinstance(given, ChangeUnheard):
            self._accounts.tell_again(given.mid, out)

    def _run(self, given: PayoutsDue, at: Instant, out: list[Effect]) -> None:
        """What earlier runs left open, a day's payouts; settlement that should have come and has not is asked for."""
        day = day_of_word(given.day)
        self._next_run = day_word(day + timedelta(days=1) if self._runs_daily else self._calendar.next_working(day))
        self._await_run(at, out)
        self._reconciliation.look(self._payouts.under_way(), self._payouts.payouts, out)
        self._payouts.run(given.day, self._unsettled(), at, out)
        for date, awaited in sorted(self._dates.items()):
            if not awaited.settled and awaited.attempt == 0 and self.expected_date(date) <= given.day:
                self._ask(date, out)

    def _await_run(self, at: Instant, out: list[Effect]) -> None:
        due = midnight(day_of_word(self._next_run)) + self._calendar.payout_at
        out.append(Remind(max(0, due - at), PayoutsDue("", self._next_run)))

    def _account(self, given: AccountChangeRequested | AccountReviewed, at: Instant, out: list[Effect]) -> None:
        """A merchant's account is reviewed, during which nothing is paid to it, or is another one from now on."""
        mid, payouts = given.mid, self._payouts
        is_another = self._accounts.hear(given, at, out)
        if self._accounts.is_under_review(mid):
            if mid not in payouts.suspended:
                out.append(Logged("", "payouts-suspended", {"mid": mid, "why": ACCOUNT_CHANGE}))
                payouts.suspend(mid, ACCOUNT_CHANGE, at, out)
        elif payouts.suspended.get(mid) == ACCOUNT_CHANGE:
            out.append(Logged("", "payouts-resumed", {"mid": mid}))
            payouts.resume(mid, at, out)
        if is_another:
            payouts.cured(mid, at, out)
        if mid in self._recalls.put_off and not self._accounts.is_under_review(mid):
            self._recall(mid, self._recalls.put_off.pop(mid), at, out)

    # --- settlement by the network

    def _settled(self, given: TransferDone, at: Instant, out: list[Effect]) -> None:
        """The network's money is in the reserve (P3); what it was needed for and is overdue is paid at once."""
        date = business_date_of(given.transfer_no)
        awaited = self._dates.get(date)
        if awaited is None or awaited.settled or given.transfer_no != transfer_out_no(date, self._acquirer.address):
            return
        out.append(Kept("", "settlement"))
        awaited.settled = True
        entry = f"P3/{given.transfer_no}"
        received = given.payee == self._acquirer.reserve_account
        cash = ("A.reserve_cash", "A.scheme_receivable") if received else ("A.scheme_receivable", "A.reserve_cash")
        postings = ((*cash, given.amount_fen),)
        if self._book.post(entry, postings):
            out.append(Posted("", entry, postings))
        out.append(Logged("", "settled", {"transfer_no": given.transfer_no}))
        self._forget_oldest()
        if self._may_pay_late(date, at):
            self._payouts.pay_due(day_word(date_of(at)), self._unsettled(), at, out)

    def _may_pay_late(self, date: str, at: Instant) -> bool:
        today = date_of(at)
        return (
            self.expected_date(date) <= day_word(today) < self._next_run
            and self._calendar.is_working(today)
            and time_of_day(at) < PAYOUTS_UNTIL
        )

    def _ask(self, date: str, out: list[Effect]) -> None:
        awaited = self._dates[date]
        awaited.attempt += 1
        transfer_no = transfer_out_no(date, self._acquirer.address)
        out.append(Logged("", "settlement-asked", {"transfer_no": transfer_no}))
        out.append(Send(self._acquirer.rail, TransferQuery("", transfer_no), awaited.attempt))
        out.append(Remind(self._acquirer.file_repeat_us, SettlementOverdue("", date, awaited.attempt)))

    def _apart(self, date: str, sale: Apart, at: Instant, out: list[Effect]) -> None:
        """A sale that is paid by itself is cleared; it may be paid already."""
        left_fen, has_payout = self._instant.cleared(sale, out)
        if left_fen < 0:
            self._payouts.owes_advance(sale.mid, sale.rrn, sale.about, -left_fen, 0, ADVANCE_NETTED)
        elif left_fen and not has_payout:
            self._payouts.schedule_apart(date, sale, left_fen, at, out)

    def _repay(self, out: list[Effect]) -> None:
        """What own cash is out for and the network has paid meanwhile is repaid."""
        if self._own.state.out:
            self._own.repay(self._is_settled, out)

    def _is_settled(self, date: str) -> bool:
        awaited = self._dates.get(date)
        return date < min(self._dates, default="") if awaited is None else awaited.settled

    def _unsettled(self) -> frozenset[str]:
        """Business dates whose money has not come, and those that are not even cleared."""
        last = max(self._dates, default="")
        dates = [payout.business_date for payout in self._payouts.payouts.values() if payout.business_date > last]
        return frozenset([*dates, *(date for date, awaited in self._dates.items() if not awaited.settled)])

    def _forget_oldest(self) -> None:
        settled = [date for date, awaited in self._dates.items() if awaited.settled]
        for date in sorted(settled)[:-DATES_REMEMBERED]:
            del self._dates[date]
