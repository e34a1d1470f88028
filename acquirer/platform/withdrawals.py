"""Payouts from wallets 提现: one order for all that a merchant's wallet has, under a number that is its own for good.

On silence the same order is sent again; after a return it is the next try of the same payout, at the next days' runs,
and after the last try it waits for the merchant. Money that came back stands in the wallet.
"""

from typing import Any, ClassVar, Final, NamedTuple

import msgspec
from msgspec import Struct

from acquirer.merchant_notices import MerchantNotices
from poslab.ledger.book import Book
from poslab.messages.facts import RepayoutApplied
from poslab.messages.funding import (
    AccountNotice,
    LedgerLine,
    PayoutNotice,
    PayoutOrder,
    PayoutStatus,
    payout_try_of,
    wallet_payout_no,
)
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Remind, Reminder, Send
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import MINUTE, Duration, Instant, date_of
from poslab.world.calendar import day_word
from poslab.world.world import Payee, World

NONE: Final = "none"
INSTRUCTED: Final = "instructed"
TAKEN: Final = "taken"
CREDITED: Final = "credited"
RETURNED: Final = "returned"
GIVEN_UP: Final = "given-up"

STATUS_OVERDUE_US: Final[Duration] = 10 * MINUTE
AUTO: Final = "auto"
"""The contract's policy that a cured account is paid again without being asked."""
PAYER: Final = "R.account.P"
CREDITED_REMEMBERED: Final = 100
"""How many of those that were credited can still come back: the account bank may have parked one."""


class WithdrawalOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The rail has not said how an order stands."""

    kind: ClassVar[str] = "withdrawal-overdue"

    payout_no: str
    try_no: int
    attempt: int


class Ordered(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the desk: it is to be paid, for the first time or again."""

    kind: ClassVar[str] = "withdrawal-ordered"


class Told(Struct, frozen=True, array_like=True):
    """A merchant's account, as the acquirer's ``number``-th change has it."""

    number: int
    payee: Payee


class Withdrawal(Struct, frozen=True, array_like=True):
    """A payout from a wallet. Amounts in fen."""

    payout_no: str
    mid: str
    amount_fen: int
    state: str = NONE
    try_no: int = 0
    attempt: int = 0
    reason: str = ""
    payee: Payee | None = None
    """Whom the present try is made to: its order stays the same, however often it is sent."""
    fees_fen: int = 0
    """What the acquirer has kept of the sales that it is for."""

    @property
    def word(self) -> str:
        """The state as others see it."""
        return f"{RETURNED}:{self.reason}" if self.state == RETURNED else self.state


class Case(NamedTuple):
    """A payout on the desk."""

    desk: "WithdrawalDesk"
    payout_no: str

    @property
    def payout(self) -> Withdrawal:
        """How it stands."""
        return self.desk.payouts[self.payout_no]


class WithdrawalDesk:
    """Orders payouts from wallets, and hears what becomes of them."""

    def __init__(self, world: World, book: Book) -> None:
        self.notices = MerchantNotices(world)
        self._rail = world.rail.address
        self._merchants = {merchant.mid: merchant for merchant in world.merchants}
        self._tries = world.acquirer.payout_tries
        self._book = book
        self.payouts: dict[str, Withdrawal] = {}
        self.accounts: dict[str, Told] = {}
        """Accounts that are not those of the world's beginning any more."""
        self._numbers: dict[str, int] = {}

    def order(
        self, mid: str, amount_fen: int, fees_fen: int, lines: tuple[LedgerLine, ...], at: Instant, out: list[Effect]
    ) -> None:
        """Pay an amount out of a wallet; ``lines`` are what it is for, of ``fees_fen`` its merchant is told."""
        self._numbers[mid] = number = self._numbers.get(mid, 0) + 1
        payout_no = wallet_payout_no(mid, day_word(date_of(at)), number)
        self.payouts[payout_no] = Withdrawal(payout_no, mid, amount_fen, fees_fen=fees_fen)
        for line in lines:
            details: dict[str, str | int] = {"key": line.key, "rrn": line.rrn, "payout_no": payout_no}
            out.append(Logged(line.about, "withdrawn", details))
        self._step(payout_no, Ordered(""), at, out)

    def status(self, given: PayoutStatus, at: Instant, out: list[Effect]) -> None:
        """The rail says how an order stands. A word about another try, or a payout long over, is passed over."""
        payout = self.payouts.get(given.payout_no)
        if payout is not None and payout.try_no == given.try_no:
            self._step(given.payout_no, given, at, out)

    def run(self, out: list[Effect]) -> None:
        """A day's run: what came back is tried again."""
        for payout_no in [no for no, payout in self.payouts.items() if payout.state == RETURNED]:
            self._step(payout_no, Ordered(""), 0, out)

    def applied(self, given: RepayoutApplied, out: list[Effect]) -> None:
        """A merchant says that its account is cured: what was given up is tried again with the next run."""
        for payout_no, payout in self.payouts.items():
            if payout.mid == given.mid:
                self._step(payout_no, given, 0, out)

    def change_account(self, given: AccountNotice, out: list[Effect]) -> None:
        """A merchant has another account; by its contract what was given up may be tried again without being asked."""
        known = self.accounts.get(given.mid)
        if given.mid not in self._merchants or (known is not None and known.number >= given.number):
            return
        payee = Payee(given.bank, given.account_no, given.account_name)
        self.accounts[given.mid] = Told(given.number, payee)
        out.append(Kept("", "account"))
        out.append(Logged("", "account-changed", {"mid": given.mid, "account_no": given.account_no}))
        if self._merchants[given.mid].repayout == AUTO:
            self.applied(RepayoutApplied("", given.mid), out)

    def payee(self, mid: str) -> Payee:
        """The account of a merchant."""
        told = self.accounts.get(mid)
        return self._merchants[mid].filed if told is None else told.payee

    def awaits(self, of: WithdrawalOverdue) -> bool:
        """Whether the letter is the latest about an order whose end is not known."""
        payout = self.payouts.get(of.payout_no)
        if payout is None or payout.state not in (INSTRUCTED, TAKEN):
            return False
        return (payout.try_no, payout.attempt) == (of.try_no, of.attempt)

    def overdue(self, of: WithdrawalOverdue, out: list[Effect]) -> None:
        """The rail is silent: the same order again."""
        self._step(of.payout_no, of, 0, out)

    def restarted(self, out: list[Effect]) -> None:
        """Say again what is unconfirmed."""
        for payout_no in [no for no, payout in self.payouts.items() if payout.state in (INSTRUCTED, TAKEN)]:
            self.send(payout_no, out)
        self.notices.restarted(out)

    def state(self) -> tuple[list[Withdrawal], dict[str, int]]:
        """Everything, oldest payout first."""
        return list(self.payouts.values()), self._numbers

    def restore(self, payouts: list[Withdrawal], numbers: dict[str, int], accounts: dict[str, Told]) -> None:
        """Take the state that ``state`` gave, and the accounts."""
        self.accounts = accounts
        self.payouts = {payout.payout_no: payout for payout in payouts}
        self._numbers = numbers

    # --- steps

    def is_out_of_tries(self, payout: Withdrawal) -> bool:
        """Whether the tries that are made without being asked are used up."""
        return payout.try_no >= self._tries

    def change(self, payout_no: str, **changes: Any) -> Withdrawal:
        """Replace a payout's record."""
        self.payouts[payout_no] = payout = msgspec.structs.replace(self.payouts[payout_no], **changes)
        return payout

    def move(self, payout_no: str, state: str, out: list[Effect], reason: str = "") -> None:
        """Bring a payout into a state."""
        before = self.payouts[payout_no].word
        out.append(Became("", payout_no, before, self.change(payout_no, state=state, reason=reason).word))
        over = [no for no, payout in self.payouts.items() if payout.state == CREDITED]
        for no in over[:-CREDITED_REMEMBERED]:
            del self.payouts[no]

    def post(self, entry: str, debit: str, credit: str, amount_fen: int, out: list[Effect]) -> None:
        """Post one line of book ``P``."""
        postings = ((debit, credit, amount_fen),)
        if self._book.post(entry, postings):
            out.append(Posted("", entry, postings))

    def send(self, payout_no: str, out: list[Effect]) -> None:
        """Send the order of the present try, and wait for its status."""
        payout = self.change(payout_no, attempt=self.payouts[payout_no].attempt + 1)
        to = payout.payee or self.payee(payout.mid)
        order = PayoutOrder(
            "", payout_no, payout.try_no, payout.mid, to.bank, to.account_no, to.account_name, payout.amount_fen, PAYER
        )
        out.append(Send(self._rail, order, payout.attempt))
        out.append(Remind(STATUS_OVERDUE_US, WithdrawalOverdue("", payout_no, payout.try_no, payout.attempt)))

    def notify(self, payout: Withdrawal, state: str, out: list[Effect], reason: str = "") -> None:
        """Tell the merchant."""
        notice = PayoutNotice("", payout.payout_no, state, payout.amount_fen, reason, payout.fees_fen)
        self.notices.tell(payout.mid, notice, out)

    def _step(self, payout_no: str, given: Input, at: Instant, out: list[Effect]) -> str:
        return WITHDRAWALS.step(Case(self, payout_no), self.payouts[payout_no].state, given, at, out)


# --- the rows of the table


def instruct(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """A try: the order leaves."""
    to = case.desk.payee(case.payout.mid)
    payout = case.desk.change(case.payout_no, try_no=case.payout.try_no + 1, payee=to)
    out.append(Kept("", "payout-order"))
    case.desk.move(case.payout_no, INSTRUCTED, out)
    out.append(Logged("", "payout-instructed", {"payout_no": payout.payout_no, "try_no": payout.try_no}))
    case.desk.send(case.payout_no, out)
    return INSTRUCTED


def take(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The rail took the money from the platform's reserve (P18c)."""
    payout = case.payout
    of = payout_try_of(payout.payout_no, payout.try_no)
    out.append(Kept("", "payout-status"))
    case.desk.move(case.payout_no, TAKEN, out)
    case.desk.post(f"P18c/{of}", f"P.wallet.{payout.mid}", "P.cash", payout.amount_fen, out)
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
    """The account bank sent the money back: into the wallet."""
    if case.payout.state == INSTRUCTED:
        take(case, given, at, out)
    payout = case.payout
    of = payout_try_of(payout.payout_no, payout.try_no)
    case.desk.post(f"P5b/{of}", "P.cash", f"P.wallet.{payout.mid}", payout.amount_fen, out)
    return refused(case, given, at, out)


def refused(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """It came back, or the rail never took it; the wallet has it."""
    desk, payout = case.desk, case.payout
    out.append(Kept("", "payout-status"))
    desk.move(case.payout_no, RETURNED, out, given.reason)
    details: dict[str, str | int] = {"payout_no": payout.payout_no, "try_no": payout.try_no, "reason": given.reason}
    out.append(Logged("", "payout-returned", details))
    desk.notify(payout, "failed", out, given.reason)
    if not desk.is_out_of_tries(payout):
        return RETURNED
    desk.move(case.payout_no, GIVEN_UP, out, given.reason)
    out.append(Logged("", "payout-given-up", {"payout_no": payout.payout_no, "reason": given.reason}))
    return GIVEN_UP


def repeat(case: Case, given: WithdrawalOverdue, at: Instant, out: list[Effect]) -> str:
    """The same order again: same number, same try."""
    case.desk.send(case.payout_no, out)
    return case.payout.state


def apply(case: Case, given: RepayoutApplied, at: Instant, out: list[Effect]) -> str:
    """The merchant asks for another try: at the next run."""
    out.append(Kept(given.about, "repayout"))
    case.desk.move(case.payout_no, RETURNED, out, case.payout.reason)
    return RETURNED


def pass_over(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """It says nothing new."""
    return case.payout.state


def _says(state: str) -> Any:
    def said(case: Case, given: PayoutStatus, at: Instant) -> bool:
        return given.state == state

    return said


WITHDRAWALS: Table[Case] = Table(
    "a payout from a wallet",
    (NONE, INSTRUCTED, TAKEN, CREDITED, RETURNED, GIVEN_UP),
    (
        Row(NONE, Ordered, instruct, (INSTRUCTED,)),
        Row(RETURNED, Ordered, instruct, (INSTRUCTED,)),
        Row(INSTRUCTED, PayoutStatus, take, (TAKEN,), _says("taken")),
        Row(INSTRUCTED, PayoutStatus, credit, (CREDITED,), _says("credited")),
        Row(INSTRUCTED, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _says("returned")),
        Row(INSTRUCTED, PayoutStatus, refused, (RETURNED, GIVEN_UP), _says("refused")),
        Row(INSTRUCTED, PayoutStatus, pass_over, (INSTRUCTED,)),
        Row(TAKEN, PayoutStatus, credit, (CREDITED,), _says("credited")),
        Row(TAKEN, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _says("returned")),
        Row(TAKEN, PayoutStatus, pass_over, (TAKEN,)),
        Row(CREDITED, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _says("returned")),
        Row(CREDITED, PayoutStatus, pass_over, (CREDITED,)),
        Row(INSTRUCTED, WithdrawalOverdue, repeat, (INSTRUCTED,)),
        Row(TAKEN, WithdrawalOverdue, repeat, (TAKEN,)),
        Row(GIVEN_UP, RepayoutApplied, apply, (RETURNED,)),
    ),
    (
        Ignored((INSTRUCTED, TAKEN, CREDITED), Ordered, "it is on its way, or there"),
        Ignored((GIVEN_UP,), Ordered, "it waits for the merchant's word"),
        Ignored((NONE,), PayoutStatus, "nothing was ordered yet"),
        Ignored((RETURNED, GIVEN_UP), PayoutStatus, "this try has ended: a repeated word of it"),
        Ignored((NONE, CREDITED, RETURNED, GIVEN_UP), WithdrawalOverdue, "no order is out; awaits() says so"),
        Ignored((NONE, INSTRUCTED, TAKEN, CREDITED, RETURNED), RepayoutApplied, "the next run does it by itself"),
    ),
)
