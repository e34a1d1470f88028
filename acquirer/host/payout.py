"""The host's payout desk: one net payout a merchant and business date, at T+1, after the network's money has come.

A payout is one small machine, named by its number for good. On silence the same order is sent again, never under a
new number; after a return it is the next try of the same payout. What lies below the contract's minimum waits and
rides with the merchant's next payout. A payout leaves memory when it is credited; one that is given up stays until
the merchant applies for it.
"""

from typing import Any, ClassVar, NamedTuple

import msgspec
from msgspec import Struct

from poslab.ledger.book import Book
from poslab.messages.facts import RepayoutApplied
from poslab.messages.funding import (
    PayoutNotice,
    PayoutOrder,
    PayoutStatus,
    payout_no_of,
    payout_try_of,
)
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Remind, Reminder, Send
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import MINUTE, Duration, Instant
from poslab.world.calendar import day_of_word, day_word
from poslab.world.world import Merchant, World

NONE = "none"
SCHEDULED = "scheduled"
INSTRUCTED = "instructed"
TAKEN = "taken"
CREDITED = "credited"
RETURNED = "returned"
GIVEN_UP = "given-up"

AUTO = "auto"
"""The contract's policy that a returned payout is paid again at the next runs without being asked."""

STATUS_OVERDUE_US: Duration = 10 * MINUTE


class StatusOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The rail has not said how an order stands."""

    kind: ClassVar[str] = "payout-status-overdue"

    payout_no: str
    try_no: int
    attempt: int


class RunReached(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk to each payout that takes part in a payout run."""

    kind: ClassVar[str] = "payout-run-reached"


class Payout(Struct, frozen=True):
    """A merchant's net payout for a business date. Amounts in fen."""

    payout_no: str
    mid: str
    business_date: str
    due_date: str
    amount_fen: int
    state: str = NONE
    try_no: int = 0
    attempt: int = 0
    """How often an order was sent, over all tries."""
    netted_fen: int = 0
    """Refunds that it is lessened by."""
    riders: tuple[str, ...] = ()
    """Payouts below the minimum that are paid with this one."""
    ridden_fen: int = 0
    reason: str = ""
    applied: bool = False
    """The merchant has applied for another try."""

    @property
    def word(self) -> str:
        """The state as others see it."""
        return f"{RETURNED}:{self.reason}" if self.state == RETURNED else self.state

    @property
    def pays_fen(self) -> int:
        """What the order pays: this payout and those that ride with it, less refunds."""
        return self.amount_fen + self.ridden_fen - self.netted_fen


class OwedRefund(Struct, frozen=True, array_like=True):
    """A refund, or what is left of it, that no payout was lessened by yet; in fen."""

    key: str
    about: str
    amount_fen: int


class Case(NamedTuple):
    """A payout on the desk."""

    desk: "PayoutDesk"
    payout_no: str

    @property
    def payout(self) -> Payout:
        """How it stands."""
        return self.desk.payouts[self.payout_no]


class PayoutDesk:
    """Schedules payouts, runs them, and hears what rail and bank say of them."""

    def __init__(self, world: World, book: Book) -> None:
        self._calendar = world.calendar
        self._rail = world.acquirer.rail
        self._merchants = {merchant.mid: merchant for merchant in world.merchants}
        self._tries = world.acquirer.payout_tries
        self._book = book
        self.payouts: dict[str, Payout] = {}
        """Payouts that are not credited, oldest first."""
        self.refunds: dict[str, list[OwedRefund]] = {}
        """Merchant → its refunds that are to be taken from its payouts, oldest first."""

    # --- what the desk is told

    def schedule(self, business_date: str, nets_fen: dict[str, int], at: Instant, out: list[Effect]) -> None:
        """A business date is cleared: give each merchant's net amount its due date."""
        due_date = day_word(self._calendar.due_day(day_of_word(business_date)))
        for mid, net_fen in nets_fen.items():
            payout_no = payout_no_of(mid, business_date)
            if net_fen <= 0 or payout_no in self.payouts:
                continue
            self.payouts[payout_no] = Payout(payout_no, mid, business_date, due_date, net_fen)
            self.move(payout_no, SCHEDULED, out)
            details: dict[str, str | int] = {"payout_no": payout_no, "date": due_date, "amount_fen": net_fen}
            out.append(Logged("", "payout-scheduled", details))

    def owes_refund(self, mid: str, key: str, about: str, amount_fen: int) -> None:
        """A refund was booked against a merchant: its next payouts are less."""
        self.refunds.setdefault(mid, []).append(OwedRefund(key, about, amount_fen))

    def run(self, day: str, unsettled: frozenset[str], at: Instant, out: list[Effect]) -> None:
        """The payout run of a working day: what is due is paid, what was returned may be tried again.

        Nothing is paid for a business date of ``unsettled``: its money has not come.
        """
        self.pay_due(day, unsettled, at, out)
        for payout_no in self._carriers(RETURNED, GIVEN_UP):
            self._step(payout_no, RunReached(""), at, out)

    def pay_due(self, day: str, unsettled: frozenset[str], at: Instant, out: list[Effect]) -> None:
        """Pay for the first time what is due by ``day``."""
        due: dict[str, list[Payout]] = {}
        for payout in self.payouts.values():
            if payout.state == SCHEDULED and payout.due_date <= day and payout.business_date not in unsettled:
                due.setdefault(payout.mid, []).append(payout)
        for mid, payouts in due.items():
            for payout_no in self._gather(payouts, self._merchants[mid].minimum_payout_fen, out):
                self._step(payout_no, RunReached(""), at, out)

    def status(self, given: PayoutStatus, at: Instant, out: list[Effect]) -> None:
        """The rail says how an order stands. A word about another try, or a payout long credited, is passed over."""
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

    def restarted(self, out: list[Effect]) -> None:
        """Say again what is unconfirmed."""
        for payout_no in self._carriers(INSTRUCTED, TAKEN):
            self.order(payout_no, out)

    def awaits(self, of: StatusOverdue) -> bool:
        """Whether the letter is the latest about an order whose end is not known."""
        payout = self.payouts.get(of.payout_no)
        return (
            payout is not None
            and payout.state in (INSTRUCTED, TAKEN)
            and payout.try_no == of.try_no
            and payout.attempt == of.attempt
        )

    def held(self) -> list[Payout]:
        """The state, oldest payout first."""
        return list(self.payouts.values())

    def restore(self, held: list[Payout], refunds: dict[str, list[OwedRefund]]) -> None:
        """Take a state."""
        self.refunds = refunds
        self.payouts = {payout.payout_no: payout for payout in held}

    # --- steps

    def merchant(self, payout: Payout) -> Merchant:
        """Whose payout it is."""
        return self._merchants[payout.mid]

    def may_retry(self, payout: Payout) -> bool:
        """Whether a returned payout is tried again at the next run."""
        if payout.applied:
            return True
        return self.merchant(payout).repayout == AUTO and payout.try_no < self._tries

    def is_out_of_tries(self, payout: Payout) -> bool:
        """Whether the tries that the acquirer makes by itself are used up."""
        return payout.try_no >= self._tries

    def change(self, payout_no: str, **changes: Any) -> Payout:
        """Replace a payout's record."""
        payout = msgspec.structs.replace(self.payouts[payout_no], **changes)
        self.payouts[payout_no] = payout
        return payout

    def move(self, payout_no: str, state: str, out: list[Effect], reason: str = "") -> None:
        """Bring a payout, and those that ride with it, into a state; a credited one leaves memory."""
        payout = self.payouts[payout_no]
        for no in (payout_no, *payout.riders):
            before = self.payouts[no].word
            out.append(Became("", no, before, self.change(no, state=state, reason=reason).word))
            if state == CREDITED:
                del self.payouts[no]

    def post(self, entry: str, debit: str, credit: str, amount_fen: int, out: list[Effect]) -> None:
        """Post one line of book ``A``."""
        postings = ((debit, credit, amount_fen),)
        if self._book.post(entry, postings):
            out.append(Posted("", entry, postings))

    def order(self, payout_no: str, out: list[Effect]) -> None:
        """Send the order of the present try, and wait for its status."""
        payout = self.payouts[payout_no]
        payout = self.change(payout_no, attempt=payout.attempt + 1)
        merchant = self.merchant(payout)
        order = PayoutOrder(
            "",
            payout_no,
            payout.try_no,
            payout.mid,
            merchant.bank,
            merchant.account_no,
            merchant.account_name,
            payout.pays_fen,
        )
        out.append(Send(self._rail, order, payout.attempt))
        out.append(Remind(STATUS_OVERDUE_US, StatusOverdue("", payout_no, payout.try_no, payout.attempt)))

    def notify(self, payout: Payout, state: str, out: list[Effect], reason: str = "") -> None:
        """Tell the merchant."""
        notice = PayoutNotice("", payout.payout_no, state, payout.pays_fen, reason)
        out.append(Send(self.merchant(payout).address, notice))

    def _step(self, payout_no: str, given: Input, at: Instant, out: list[Effect]) -> None:
        PAYOUTS.step(Case(self, payout_no), self.payouts[payout_no].state, given, at, out)

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
            self.change(carrier.payout_no, riders=riders, ridden_fen=ridden_fen)
            out.extend(Logged("", "payout-carried", {"payout_no": no, "by": carrier.payout_no}) for no in riders)
            if not large:
                return [carrier.payout_no]
        return [payout.payout_no for payout in large]

    def _net(self, payouts: list[Payout], minimum_fen: int, owed_fen: int, out: list[Effect]) -> list[str]:
        """Refunds are owed: all payouts ride with the last one, which is lessened by them, or together wait on."""
        *riding, carrier = payouts
        ridden_fen = sum(payout.amount_fen for payout in riding)
        if carrier.amount_fen + ridden_fen - owed_fen < minimum_fen:
            return []
        no = carrier.payout_no
        riders = tuple(payout.payout_no for payout in riding)
        self.change(no, riders=riders, ridden_fen=ridden_fen, netted_fen=owed_fen)
        out.extend(Logged("", "payout-carried", {"payout_no": rider, "by": no}) for rider in riders)
        for refund in self.refunds.pop(carrier.mid):
            details: dict[str, str | int] = {"key": refund.key, "amount_fen": refund.amount_fen, "payout_no": no}
            out.append(Logged(refund.about, "refund-netted", details))
        return [no]


# --- the rows of the table


def instruct(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """The first try: the merchant's money is on its way (P4a)."""
    payout = case.payout
    available = f"A.merchant_payable.{payout.mid}.available"
    return _instruct(case, "P4a", available, out)


def instruct_again(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """The next try of a payout that came back (P5c)."""
    return _instruct(case, "P5c", "A.payout_returned", out)


def _instruct(case: Case, entry: str, debit: str, out: list[Effect]) -> str:
    desk = case.desk
    payout = desk.change(case.payout_no, try_no=case.payout.try_no + 1, applied=False)
    out.append(Kept("", "payout-order"))
    desk.move(case.payout_no, INSTRUCTED, out)
    of = payout_try_of(payout.payout_no, payout.try_no)
    desk.post(f"{entry}/{of}", debit, "A.payout_in_transit", payout.pays_fen, out)
    out.append(Logged("", "payout-instructed", {"payout_no": payout.payout_no, "try_no": payout.try_no}))
    desk.order(case.payout_no, out)
    return INSTRUCTED


def take(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The rail took the money from the reserve (P4b)."""
    payout = case.payout
    of = payout_try_of(payout.payout_no, payout.try_no)
    out.append(Kept("", "payout-status"))
    case.desk.move(case.payout_no, TAKEN, out)
    case.desk.post(f"P4b/{of}", "A.payout_in_transit", "A.reserve_cash", payout.pays_fen, out)
    out.append(Logged("", "payout-taken", {"payout_no": payout.payout_no, "try_no": payout.try_no}))
    return TAKEN


def credit(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The account bank credited the merchant. If word of the taking was lost, it is booked now."""
    if case.payout.state == INSTRUCTED:
        take(case, given, at, out)
    payout = case.payout
    out.append(Kept("", "payout-status"))
    case.desk.move(case.payout_no, CREDITED, out)
    out.append(Logged("", "payout-credited", {"payout_no": payout.payout_no, "try_no": payout.try_no}))
    case.desk.notify(payout, "paid", out)
    return CREDITED


def take_back(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The account bank sent the money back (P5b)."""
    if case.payout.state == INSTRUCTED:
        take(case, given, at, out)
    return _returned(case, given.reason, "A.reserve_cash", out)


def refused(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The rail never took the money: it is owed to the merchant as if it had come back, and still in the reserve."""
    out.append(Logged("", "payout-refused", {"payout_no": case.payout_no, "reason": given.reason}))
    return _returned(case, given.reason, "A.payout_in_transit", out)


def _returned(case: Case, reason: str, debit: str, out: list[Effect]) -> str:
    desk = case.desk
    payout = case.payout
    of = payout_try_of(payout.payout_no, payout.try_no)
    out.append(Kept("", "payout-status"))
    desk.move(case.payout_no, RETURNED, out, reason)
    desk.post(f"P5b/{of}", debit, "A.payout_returned", payout.pays_fen, out)
    details: dict[str, str | int] = {"payout_no": payout.payout_no, "try_no": payout.try_no, "reason": reason}
    out.append(Logged("", "payout-returned", details))
    desk.notify(payout, "failed", out, reason)
    if desk.may_retry(case.payout) or not desk.is_out_of_tries(case.payout):
        return RETURNED
    desk.move(case.payout_no, GIVEN_UP, out, reason)
    out.append(Logged("", "payout-given-up", {"payout_no": payout.payout_no, "reason": reason}))
    return GIVEN_UP


def repeat(case: Case, given: StatusOverdue, at: Instant, out: list[Effect]) -> str:
    """The same order again: same number, same try."""
    case.desk.order(case.payout_no, out)
    return case.payout.state


def apply(case: Case, given: RepayoutApplied, at: Instant, out: list[Effect]) -> str:
    """The merchant asks for another try: at the next run."""
    out.append(Kept(given.about, "repayout"))
    case.desk.change(case.payout_no, applied=True)
    out.append(Logged(given.about, "repayout-applied", {"payout_no": case.payout_no}))
    return case.payout.state


def pass_over(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """It says nothing new."""
    return case.payout.state


def _is_taken(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "taken"


def _is_credited(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "credited"


def _is_returned(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "returned"


def _is_refused(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "refused"


def _may_retry(case: Case, given: Input, at: Instant) -> bool:
    return case.desk.may_retry(case.payout)


def _was_applied(case: Case, given: Input, at: Instant) -> bool:
    return case.payout.applied


PAYOUTS: Table[Case] = Table(
    "a payout at the host",
    (NONE, SCHEDULED, INSTRUCTED, TAKEN, CREDITED, RETURNED, GIVEN_UP),
    (
        Row(SCHEDULED, RunReached, instruct, (INSTRUCTED,)),
        Row(INSTRUCTED, PayoutStatus, take, (TAKEN,), _is_taken),
        Row(INSTRUCTED, PayoutStatus, credit, (CREDITED,), _is_credited),
        Row(INSTRUCTED, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _is_returned),
        Row(INSTRUCTED, PayoutStatus, refused, (RETURNED, GIVEN_UP), _is_refused),
        Row(INSTRUCTED, PayoutStatus, pass_over, (INSTRUCTED,)),
        Row(INSTRUCTED, StatusOverdue, repeat, (INSTRUCTED,)),
        Row(TAKEN, PayoutStatus, credit, (CREDITED,), _is_credited),
        Row(TAKEN, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _is_returned),
        Row(TAKEN, PayoutStatus, pass_over, (TAKEN,)),
        Row(TAKEN, StatusOverdue, repeat, (TAKEN,)),
        Row(RETURNED, RunReached, instruct_again, (INSTRUCTED,), _may_retry),
        Row(RETURNED, RunReached, pass_over, (RETURNED,)),
        Row(RETURNED, RepayoutApplied, apply, (RETURNED,)),
        Row(GIVEN_UP, RunReached, instruct_again, (INSTRUCTED,), _was_applied),
        Row(GIVEN_UP, RunReached, pass_over, (GIVEN_UP,)),
        Row(GIVEN_UP, RepayoutApplied, apply, (GIVEN_UP,)),
    ),
    (
        Ignored((NONE,), RunReached, "nothing is scheduled yet"),
        Ignored((INSTRUCTED, TAKEN, CREDITED), RunReached, "the money is on its way, or there"),
        Ignored((NONE, SCHEDULED), PayoutStatus, "nothing was ordered yet"),
        Ignored((CREDITED, RETURNED, GIVEN_UP), PayoutStatus, "this try has ended: a repeated word of it"),
        Ignored((NONE, SCHEDULED, CREDITED, RETURNED, GIVEN_UP), StatusOverdue, "no order is out; awaits() says so"),
        Ignored(
            (NONE, SCHEDULED, INSTRUCTED, TAKEN, CREDITED), RepayoutApplied, "nothing came back from the account bank"
        ),
    ),
)
