"""The account bank: it keeps the merchants' accounts, and is the truth about whether a merchant was credited.

A credit order is one small machine, named by payout number and try. It is carried out once: repeated, it is answered
again. Money that cannot be applied stands in suspense for as long as it takes to send it back; money that is parked
stands there until a clerk has looked at it, in the afternoon of a working day. What was credited to the wrong account
is given back when its payer asks for it and the account's owner consents.
The last ``ORDERS_REMEMBERED`` finished orders are remembered.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from bank import transfers
from bank.accounts import (
    BANK_MAINTENANCE,
    CLOSED,
    FROZEN,
    NAME_NOT_CORRECT,
    OPEN,
    QUOTA_EXCEED,
    Account,
    accounts_of,
    obstacle,
)
from poslab.ledger.book import Book
from poslab.messages.facts import (
    AccountSet,
    BankMaintenance,
    CreditsParked,
    FreezeLifted,
    FreezeOrdered,
    RecallAnswered,
)
from poslab.messages.funding import (
    AccountTransfer,
    CreditAnswer,
    CreditOrder,
    PayoutRecall,
    StatementLine,
    payout_try_of,
)
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted, Started
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import HOUR, Duration, Instant, date_of, midnight
from poslab.world import world as worlds

NONE = "none"
CREDITED = "credited"
SUSPENSE = "suspense"
RETURNED = "returned"

CLERKS_AT: Duration = 15 * HOUR
"""When clerks look at what is parked."""

ORDERS_REMEMBERED = 10_000


class ParkedDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """A clerk looks at a credit that was parked."""

    kind: ClassVar[str] = "parked-due"

    payout_no: str
    try_no: int


class OwnerAnswered(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told by the bank to each credit that its payer asks back: what the owner of the account says."""

    kind: ClassVar[str] = "owner-answered"

    payout_no: str
    try_no: int
    number: int
    """Of the recall."""
    consents: bool


class Order(Struct, frozen=True, gc=False):
    """What became of a credit order."""

    state: str
    reason: str = ""
    credit: CreditOrder | None = None
    """Of one that was credited: what it may be asked back by."""
    kept: int = 0
    """The last recall, by number, after which the money stayed where it is."""


class Parked(Struct, frozen=True):
    """A credit in suspense, and when a clerk looks at it."""

    order: CreditOrder
    due: Instant


class _Held(Struct):
    """A snapshot. The orders stand in the order in which they came."""

    accounts: dict[str, Account]
    orders: list[tuple[str, Order]]
    parked: dict[str, Parked]
    recalled: list[tuple[str, int]]
    closed: bool
    book: tuple[Any, Any, Any]


class AccountBank:
    """One account bank and its book ``B``."""

    def __init__(self, world: worlds.World, settings: worlds.AccountBank) -> None:
        self.settings = settings
        self.book = Book("B")
        self._rail = world.rail.address
        self._calendar = world.calendar
        self._accounts = accounts_of(world, settings)
        self._orders: dict[str, Order] = {}
        self._parked: dict[str, Parked] = {}
        self._recalled: dict[str, int] = {}
        """Credits that their payer asks back and whose account's owner has not answered, and the recall's number."""
        self._closed = False

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        """Answer one input. Unknown types are passed over; a stale letter is ``None``."""
        out: list[Effect] = []
        if isinstance(given, ParkedDue) and not self.awaits(given):
            return None
        if isinstance(given, CreditOrder | ParkedDue | PayoutRecall):
            known = self._orders.get(payout_try_of(given.payout_no, given.try_no))
            ORDERS.step(self, NONE if known is None else known.state, given, at, out)
        elif isinstance(given, AccountTransfer):
            transfers.carry_out(given, self._accounts, self.book, at, out)
        elif isinstance(given, AccountSet):
            self._set(given, out)
        elif isinstance(given, RecallAnswered):
            self._owner_answers(given, at, out)
        elif isinstance(given, CreditsParked):
            self._park_credits(given, out)
        elif isinstance(given, FreezeOrdered | FreezeLifted):
            self._order(given, out)
        elif isinstance(given, BankMaintenance):
            self._closed = given.running
            out.append(Kept("", "maintenance"))
            out.append(Logged("", "maintenance" if given.running else "back"))
        elif isinstance(given, Restarted):
            out.append(Logged("", "restarted"))
            out.extend(self._letter(parked, at) for _, parked in sorted(self._parked.items()))
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether the letter is about a credit that is still parked."""
        return isinstance(of, ParkedDue) and payout_try_of(of.payout_no, of.try_no) in self._parked

    def snapshot(self) -> bytes:
        """The whole state."""
        held = _Held(
            self._accounts,
            list(self._orders.items()),
            self._parked,
            list(self._recalled.items()),
            self._closed,
            self.book.state(),
        )
        return msgspec.msgpack.encode(held, order="deterministic")

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        held = msgspec.msgpack.decode(kept, type=_Held)
        self._accounts = held.accounts
        self._orders = dict(held.orders)
        self._parked = held.parked
        self._recalled = dict(held.recalled)
        self._closed = held.closed
        self.book.restore(*held.book)

    def obstacle(self, given: CreditOrder, at: Instant) -> str:
        """Why an order cannot be applied, one of the return reasons, or ``""``."""
        if self._closed:
            return BANK_MAINTENANCE
        return obstacle(self._accounts.get(given.account_no), given, self.settings, at, self._balance_of(given))

    def parks(self, given: CreditOrder) -> bool:
        """Whether a clerk looks at an order's money before anything becomes of it."""
        account = self._accounts.get(given.account_no)
        return account is not None and account.parks and not self._closed

    # --- the rows of the table

    def credit(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """The money is the merchant's: P4c, and a line of its statement."""
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Kept("", "credit"))
        self._move(of, NONE, Order(CREDITED, "", given), out)
        self._post(f"P4c/{of}", ("B.interbank_cash", self._name(given), given.amount_fen), out)
        out.append(Logged("", "credited", {"account_no": given.account_no, "payout": of}))
        self._applied(given, at, out)
        return self._answer(given, Order(CREDITED), out)

    def send_back(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """The money cannot be applied: into suspense (P5a), and back (P5b)."""
        of = payout_try_of(given.payout_no, given.try_no)
        reason = self.obstacle(given, at)
        out.append(Kept("", "return"))
        self._refused(given, of, reason, at, out)
        self._move(of, NONE, Order(SUSPENSE, reason), out)
        self._post(f"P5a/{of}", ("B.interbank_cash", "B.suspense", given.amount_fen), out)
        return self._return(given, of, reason, out)

    def park(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """A clerk is to look at it first: the money stays in suspense (P5a)."""
        of = payout_try_of(given.payout_no, given.try_no)
        day = date_of(at)
        for _ in range(self.settings.parked_days):
            day = self._calendar.next_working(day)
        parked = self._parked[of] = Parked(given, midnight(day) + CLERKS_AT)
        out.append(Kept("", "parked"))
        self._move(of, NONE, Order(SUSPENSE), out)
        self._post(f"P5a/{of}", ("B.interbank_cash", "B.suspense", given.amount_fen), out)
        out.append(Logged("", "parked", {"payout": of}))
        out.append(self._letter(parked, at))
        return self._answer(given, Order(SUSPENSE), out)

    def apply(self, given: ParkedDue, at: Instant, out: list[Effect]) -> str:
        """The clerk finds it in order: the merchant has it now (P5d)."""
        of = payout_try_of(given.payout_no, given.try_no)
        order = self._parked.pop(of).order
        out.append(Kept("", "credit"))
        self._move(of, SUSPENSE, Order(CREDITED, "", order), out)
        self._post(f"P5d/{of}", ("B.suspense", self._name(order), order.amount_fen), out)
        out.append(Logged("", "applied", {"account_no": order.account_no, "payout": of}))
        self._applied(order, at, out)
        return self._answer(order, Order(CREDITED), out)

    def give_back(self, given: ParkedDue, at: Instant, out: list[Effect]) -> str:
        """The clerk cannot apply it: back where it came from (P5b)."""
        of = payout_try_of(given.payout_no, given.try_no)
        order = self._parked.pop(of).order
        reason = self.obstacle(order, at)
        out.append(Kept("", "return"))
        self._refused(order, of, reason, at, out)
        return self._return(order, of, reason, out)

    def answer_again(self, given: CreditOrder, at: Instant, out: list[Effect]) -> str:
        """A repeated order changes nothing."""
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Logged("", "duplicate", {"payout": of, "how": "answered-again"}))
        return self._answer(given, self._orders[of], out)

    def ask_owner(self, given: PayoutRecall, at: Instant, out: list[Effect]) -> str:
        """The payer says that it went to the wrong account: its owner is asked, and until then nothing moves.

        An owner who is being asked is asked no second time, whoever repeats it.
        """
        of = payout_try_of(given.payout_no, given.try_no)
        credit = self._orders[of].credit
        assert credit is not None
        if of not in self._recalled:
            out.append(Logged("", "recall-asked", {"payout": of, "account_no": credit.account_no}))
        else:
            out.append(Logged("", "duplicate", {"payout": of, "how": "answered-again"}))
        if self._recalled.get(of, -1) < given.number:
            self._recalled[of] = given.number
            out.append(Kept("", "recall"))
        out.append(Send(self._rail, CreditAnswer("", given.payout_no, given.try_no, "asked", "", given.number)))
        return CREDITED

    def say_kept(self, given: PayoutRecall, at: Instant, out: list[Effect]) -> str:
        """A recall that is over: the money stayed, as was said before."""
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Logged("", "duplicate", {"payout": of, "how": "answered-again"}))
        return self._answer(given, self._orders[of], out, given.number)

    def pay_back(self, given: OwnerAnswered, at: Instant, out: list[Effect]) -> str:
        """The owner consents: from the account to whom it came from (P15)."""
        of = payout_try_of(given.payout_no, given.try_no)
        credit = self._orders[of].credit
        assert credit is not None
        returned = Order(RETURNED, NAME_NOT_CORRECT)
        out.append(Kept("", "return"))
        self._move(of, CREDITED, returned, out)
        self._post(f"P15/{of}", (self._name(credit), "B.interbank_cash", credit.amount_fen), out)
        out.append(Logged("", "recovered", {"payout": of, "account_no": credit.account_no}))
        self._tell_owner(credit, -credit.amount_fen, at, out)
        return self._answer(credit, returned, out)

    def keep(self, given: OwnerAnswered, at: Instant, out: list[Effect]) -> str:
        """Without the owner's consent, or money on the account that may leave it, nothing goes back."""
        of = payout_try_of(given.payout_no, given.try_no)
        credit = self._orders[of].credit
        assert credit is not None
        why = "no-consent" if not given.consents else "nothing-to-take"
        self._orders[of] = msgspec.structs.replace(self._orders[of], kept=given.number)
        out.append(Logged("", "recall-refused", {"payout": of, "why": why}))
        return self._answer(credit, self._orders[of], out, given.number)

    def deny(self, given: PayoutRecall, at: Instant, out: list[Effect]) -> str:
        """What is not in an account is asked back of nobody; where it is instead is what may not have been heard."""
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Logged("", "recall-refused", {"payout": of, "why": "not-credited"}))
        return self._answer(given, self._orders[of], out)

    def can_pay_back(self, credit: CreditOrder) -> bool:
        """Whether the account has the money and lets it go."""
        account = self._accounts[credit.account_no]
        shut = account.state == CLOSED or (account.state == FROZEN and account.direction != "in")
        return not shut and self._balance_of(credit) >= credit.amount_fen

    # --- what they do

    def _answer(self, given: CreditOrder | PayoutRecall, order: Order, out: list[Effect], recall: int = 0) -> str:
        """Say what became of an order, or of the recall with a number."""
        said = "received" if order.state == SUSPENSE else order.state
        out.append(Send(self._rail, CreditAnswer("", given.payout_no, given.try_no, said, order.reason, recall)))
        return order.state

    def _return(self, given: CreditOrder, of: str, reason: str, out: list[Effect]) -> str:
        returned = Order(RETURNED, reason)
        self._move(of, SUSPENSE, returned, out)
        self._post(f"P5b/{of}", ("B.suspense", "B.interbank_cash", given.amount_fen), out)
        out.append(Logged("", "returned", {"payout": of}))
        return self._answer(given, returned, out)

    def _refused(self, given: CreditOrder, of: str, reason: str, at: Instant, out: list[Effect]) -> None:
        if reason == QUOTA_EXCEED:
            limit = self._accounts[given.account_no].limit_met(given.amount_fen, self._balance_of(given), at)
            out.append(Logged("", "limit-reached", {"payout": of, "limit": limit}))
        out.append(Logged("", "refused", {"reason": reason, "payout": of}))

    def _applied(self, given: CreditOrder, at: Instant, out: list[Effect]) -> None:
        """Count it against the limits, and tell whoever reads the statement."""
        self._accounts[given.account_no] = self._accounts[given.account_no].with_taken(given.amount_fen, at)
        self._tell_owner(given, given.amount_fen, at, out)

    def _tell_owner(self, given: CreditOrder, amount_fen: int, at: Instant, out: list[Effect]) -> None:
        account = self._accounts[given.account_no]
        if account.statements_to:
            balance_fen = self._balance_of(given)
            line = StatementLine("", given.account_no, given.payout_no, amount_fen, balance_fen, at)
            out.append(Send(account.statements_to, line))

    def _name(self, given: CreditOrder) -> str:
        return f"B.account.{given.account_no}"

    def _balance_of(self, given: CreditOrder) -> int:
        return self.book.standing(self._name(given))

    def _letter(self, parked: Parked, at: Instant) -> Remind:
        return Remind(max(0, parked.due - at), ParkedDue("", parked.order.payout_no, parked.order.try_no))

    def _set(self, given: AccountSet, out: list[Effect]) -> None:
        account = self._accounts.get(given.account_no)
        if account is None or account.state == CLOSED or account.order_no:
            return  # nothing opens a closed account again, nor changes what an authority has ordered
        changed = msgspec.structs.replace(account, state=given.state, direction=given.direction)
        self._accounts[given.account_no] = changed
        out.append(Kept(given.about, "account"))
        details = {"account_no": given.account_no, "state": given.state, "direction": given.direction}
        out.append(Logged(given.about, "account-set", dict(details)))

    def _owner_answers(self, given: RecallAnswered, at: Instant, out: list[Effect]) -> None:
        for of in list(self._recalled):
            order = self._orders[of]
            if order.credit is not None and order.credit.account_no == given.account_no:
                number = self._recalled.pop(of)
                out.append(Kept(given.about, "recall"))
                answered = OwnerAnswered("", order.credit.payout_no, order.credit.try_no, number, given.consents)
                ORDERS.step(self, order.state, answered, at, out)

    def _park_credits(self, given: CreditsParked, out: list[Effect]) -> None:
        account = self._accounts.get(given.account_no)
        if account is None:
            return
        self._accounts[given.account_no] = msgspec.structs.replace(account, parks=given.parked)
        out.append(Kept(given.about, "account"))
        word = "credits-parked" if given.parked else "credits-applied"
        out.append(Logged(given.about, word, {"account_no": given.account_no}))

    def _order(self, given: FreezeOrdered | FreezeLifted, out: list[Effect]) -> None:
        """An authority orders a freeze in both directions, or lifts it; nobody else can."""
        ordered = isinstance(given, FreezeOrdered)
        account = self._accounts.get(given.account_no)
        if account is None or account.state == CLOSED or (not ordered and account.order_no != given.order_no):
            return
        state, order_no = (FROZEN, given.order_no) if ordered else (OPEN, "")
        changed = msgspec.structs.replace(account, state=state, direction="both", order_no=order_no)
        self._accounts[given.account_no] = changed
        out.append(Kept(given.about, "account"))
        details = {"account_no": given.account_no, "order_no": given.order_no}
        out.append(Logged(given.about, "freeze-ordered" if ordered else "freeze-lifted", dict(details)))

    def _move(self, of: str, before: str, order: Order, out: list[Effect]) -> None:
        self._orders.pop(of, None)
        self._orders[of] = order
        if len(self._orders) > ORDERS_REMEMBERED:
            oldest = next(of for of in self._orders if of not in self._parked and of not in self._recalled)
            del self._orders[oldest]
        out.append(Became("", of, before, order.state))

    def _post(self, entry: str, posting: Posting, out: list[Effect]) -> None:
        if self.book.post(entry, (posting,)):
            out.append(Posted("", entry, (posting,)))


def _parked(bank: AccountBank, given: CreditOrder, at: Instant) -> bool:
    return bank.parks(given)


def _obstructed(bank: AccountBank, given: CreditOrder, at: Instant) -> bool:
    return bank.obstacle(given, at) != ""


def _not_to_be_applied(bank: AccountBank, given: ParkedDue, at: Instant) -> bool:
    return bank.obstacle(bank._parked[payout_try_of(given.payout_no, given.try_no)].order, at) != ""


def _over(bank: AccountBank, given: PayoutRecall, at: Instant) -> bool:
    return 0 < given.number <= bank._orders[payout_try_of(given.payout_no, given.try_no)].kept


def _may_be_taken(bank: AccountBank, given: OwnerAnswered, at: Instant) -> bool:
    credit = bank._orders[payout_try_of(given.payout_no, given.try_no)].credit
    return given.consents and credit is not None and bank.can_pay_back(credit)


HEARD: tuple[type[Input], ...] = (CreditOrder, ParkedDue, PayoutRecall, OwnerAnswered)
"""What a credit order hears."""

ORDERS: Table[AccountBank] = Table(
    "a credit order at the account bank",
    (NONE, SUSPENSE, CREDITED, RETURNED),
    (
        Row(NONE, CreditOrder, AccountBank.park, (SUSPENSE,), _parked),
        Row(NONE, CreditOrder, AccountBank.send_back, (RETURNED,), _obstructed),
        Row(NONE, CreditOrder, AccountBank.credit, (CREDITED,)),
        Row(SUSPENSE, CreditOrder, AccountBank.answer_again, (SUSPENSE,)),
        Row(CREDITED, CreditOrder, AccountBank.answer_again, (CREDITED,)),
        Row(RETURNED, CreditOrder, AccountBank.answer_again, (RETURNED,)),
        Row(SUSPENSE, ParkedDue, AccountBank.give_back, (RETURNED,), _not_to_be_applied),
        Row(SUSPENSE, ParkedDue, AccountBank.apply, (CREDITED,)),
        Row(SUSPENSE, PayoutRecall, AccountBank.deny, (SUSPENSE,)),
        Row(CREDITED, PayoutRecall, AccountBank.say_kept, (CREDITED,), _over),
        Row(CREDITED, PayoutRecall, AccountBank.ask_owner, (CREDITED,)),
        Row(RETURNED, PayoutRecall, AccountBank.deny, (RETURNED,)),
        Row(CREDITED, OwnerAnswered, AccountBank.pay_back, (RETURNED,), _may_be_taken),
        Row(CREDITED, OwnerAnswered, AccountBank.keep, (CREDITED,)),
    ),
    (
        Ignored((NONE, CREDITED, RETURNED), ParkedDue, "nothing is parked any more; awaits() says so"),
        Ignored((NONE,), PayoutRecall, "nothing of that name came here, or it is long forgotten"),
        Ignored((NONE, SUSPENSE, RETURNED), OwnerAnswered, "only what stands in an account is asked of its owner"),
    ),
)

PASSED_OVER: Mapping[type[Input], str] = {
    Started: "an account bank has no daily job",
    Connected: "the rail repeats what was not answered",
    Disconnected: "the rail repeats what was not answered",
    ConnectFailed: "the rail repeats what was not answered",
    PowerCut: "a bank's process dies and restarts: Restarted tells of it",
    PowerRestored: "a bank's process dies and restarts: Restarted tells of it",
}
"""Inputs that change nothing here, and why."""
