"""The rail: the interbank payment system, whose book is the truth about every institution's central-bank money.

Balances of ``R.account.*`` are relative to what each institution had there when the world began, so they may stand
below zero. A transfer is done once, by its number; a payout is taken, delivered or returned once, by its number and
try. Who repeats an order is told how it stands. The last ``ORDERS_REMEMBERED`` finished orders are remembered; one
that is not finished is repeated to the account bank until it answers. While a bank is in maintenance, orders for it
wait here, their money in flight; and a bank may take money without applying it yet, which it may still send back.
What its payer asks back is repeated as well (``bank.recalls``).
"""

from collections.abc import Mapping, Sequence

import msgspec

from bank import recalls
from bank.interbank_transfers import InterbankTransfers
from bank.rail_records import (
    APPLIED_REPEAT_US,
    CREDIT_REPEAT_US,
    DELIVERED,
    HANDED_OVER,
    MAINTENANCE,
    NONE,
    ORDERS_REMEMBERED,
    OWNER_ASKED,
    QUEUED,
    RECALLED,
    REFUSED,
    RETURNED,
    STATES_TOLD,
    TAKEN,
    WAITING,
    BankBack,
    CreditOverdue,
    Held,
    LargeValueOpens,
    Payout,
    RecallOverdue,
    in_flight,
)
from poslab.ledger.book import Book
from poslab.messages.facts import BankMaintenance
from poslab.messages.funding import (
    CreditAnswer,
    CreditOrder,
    PayoutOrder,
    PayoutQuery,
    PayoutRecall,
    PayoutStatus,
    TransferOrder,
    TransferQuery,
    mid_of_payout,
    payout_try_of,
)
from poslab.party.contract import Address, Became, Effect, Input, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted, Started
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import Instant
from poslab.world import world as worlds
from poslab.world.rail_accounts import PLATFORM, of_bank
from poslab.world.windows import large_value_opens, takes


class Rail:
    """The rail and its book ``R``."""

    def __init__(self, world: worlds.World) -> None:
        self.book = Book("R")
        self._world = world
        self._hosts = {merchant.mid: world.acquirer_of(merchant.mid).address for merchant in world.merchants}
        self._first_host = world.acquirer.address
        self._transfers = InterbankTransfers(world, self.book)
        self._platform = world.platform.address if world.platform is not None and world.platform.keeps_ledger else ""
        self._banks = {bank.address: of_bank(world, bank.address) for bank in world.banks}
        self._open: dict[str, Payout] = {}
        self._finished: dict[str, Payout] = {}
        self._closed: dict[Address, None] = {}
        """Account banks in maintenance."""

    # --- the door

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        """Answer one input. Unknown types are passed over; a stale letter is ``None``."""
        out: list[Effect] = []
        if isinstance(given, Reminder) and not self.awaits(given):
            return None
        if isinstance(given, _TOLD):
            payout = self.known(given.payout_no, given.try_no)
            PAYOUTS.step(self, NONE if payout is None else payout.state, given, at, out)
        elif isinstance(given, BankMaintenance):
            self._maintenance(given, at, out)
        elif isinstance(given, TransferOrder):
            self._transfers.carry_out(given, out)
        elif isinstance(given, TransferQuery):
            self._transfers.tell(given.transfer_no, out)
        elif isinstance(given, Restarted):
            self._restarted(at, out)
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether the letter is the latest about what is not answered by the account bank, or that waits."""
        if not isinstance(of, CreditOverdue | RecallOverdue | LargeValueOpens):
            return False
        payout = self._open.get(payout_try_of(of.payout_no, of.try_no))
        if payout is None:
            return False
        if isinstance(of, LargeValueOpens):
            return payout.state == WAITING
        asked = (TAKEN, HANDED_OVER) if isinstance(of, CreditOverdue) else (RECALLED, OWNER_ASKED)
        return payout.state in asked and payout.attempt == of.attempt

    def snapshot(self) -> bytes:
        """The whole state."""
        held = Held(
            self._open,
            list(self._finished.items()),
            self._transfers.held(),
            list(self._closed),
            self.book.state(),
        )
        return msgspec.msgpack.encode(held, order="deterministic")

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        held = msgspec.msgpack.decode(kept, type=Held)
        self._open = held.open
        self._finished = dict(held.finished)
        self._transfers.restore(held.transfers)
        self._closed = dict.fromkeys(held.closed)
        self.book.restore(*held.book)

    def known(self, payout_no: str, try_no: int) -> Payout | None:
        """What is known of one try of a payout."""
        of = payout_try_of(payout_no, try_no)
        return self._open.get(of) or self._finished.get(of)

    # --- payouts

    def wait(self, given: PayoutOrder, at: Instant, out: list[Effect]) -> str:
        """It is more than the small-value system takes, and the large-value system is closed: it waits until then."""
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Kept("", "payout-order"))
        self.move(of, NONE, Payout(given, WAITING), out)
        out.append(Logged("", "waiting", {"payout": of}))
        self.tell(Payout(given, WAITING), out)
        self._await_opening(given, at, out)
        return WAITING

    def go_on(self, given: LargeValueOpens, at: Instant, out: list[Effect]) -> str:
        """The large-value system is open: what waited is taken, or queued for its bank; on a fast clock it waits on."""
        order = self._known(given).order
        if _must_wait(self, order, at):
            self._await_opening(order, at, out)
            return WAITING
        return self.queue(order, at, out) if _bank_closed(self, order, at) else self.take(order, at, out)

    def say(self, given: PayoutQuery, at: Instant, out: list[Effect]) -> str:
        """How an order stands."""
        payout = self.known(given.payout_no, given.try_no)
        state = NONE if payout is None else payout.state
        reason = "" if payout is None else payout.told_reason
        told = STATES_TOLD[state]
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Logged("", "asked", {"payout": of, "state": told}))
        asker = self._hosts.get(mid_of_payout(given.payout_no), self._first_host)
        out.append(Send(asker, PayoutStatus("", given.payout_no, given.try_no, told, reason)))
        return state

    def _start(self, of: str, payout: Payout, out: list[Effect]) -> None:
        """The money leaves its payer: the acquirer's reserve (P4b), or its own cash (P11b)."""
        order = payout.order
        before = self._open.get(of)
        self.move(of, NONE if before is None else before.state, payout, out)
        entry = "P11b" if order.payer in self._transfers.own_cash else "P4b"
        self.post(f"{entry}/{of}", out, (order.payer, in_flight(order.payout_no), order.amount_fen))

    def _await_opening(self, order: PayoutOrder, at: Instant, out: list[Effect]) -> None:
        letter = LargeValueOpens("", order.payout_no, order.try_no)
        out.append(Remind(large_value_opens(self._world, at) - at, letter))

    def take(self, given: PayoutOrder, at: Instant, out: list[Effect]) -> str:
        """Take the money from the acquirer's reserve (P4b), or its own cash (P11b), and hand it on."""
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Kept("", "payout-order"))
        self._start(of, Payout(given, TAKEN), out)
        out.append(Logged("", "taken", {"payout": of}))
        self.tell(Payout(given, TAKEN), out)
        self._order_credit(Payout(given, TAKEN), out)
        return TAKEN

    def queue(self, given: PayoutOrder, at: Instant, out: list[Effect]) -> str:
        """The account bank is in maintenance: the money is taken (P4b), and waits here."""
        of = payout_try_of(given.payout_no, given.try_no)
        queued = Payout(given, QUEUED, MAINTENANCE)
        out.append(Kept("", "payout-order"))
        self._start(of, queued, out)
        out.append(Logged("", "queued", {"payout": of, "reason": MAINTENANCE}))
        self.tell(queued, out)
        return QUEUED

    def hand_on(self, given: BankBack, at: Instant, out: list[Effect]) -> str:
        """The account bank is back: what waited goes on."""
        of = payout_try_of(given.payout_no, given.try_no)
        taken = Payout(self._known(given).order, TAKEN)
        out.append(Kept("", "payout-order"))
        self.move(of, QUEUED, taken, out)
        out.append(Logged("", "taken", {"payout": of}))
        self._order_credit(taken, out)
        return TAKEN

    def hand_over(self, given: CreditAnswer, at: Instant, out: list[Effect]) -> str:
        """The account bank has the money (P5a) and has not applied it: for the rail that is the end, so far."""
        payout = self._known(given)
        of = payout_try_of(given.payout_no, given.try_no)
        there = Payout(payout.order, HANDED_OVER, "", payout.attempt + 1)
        out.append(Kept("", "delivery"))
        self.move(of, TAKEN, there, out)
        bank = self.receiver(payout.order)
        self.post(f"P5a/{of}", out, (in_flight(given.payout_no), bank, payout.order.amount_fen))
        out.append(Logged("", "handed-over", {"payout": of}))
        self.tell(there, out)
        out.append(self._reminder(there))
        return HANDED_OVER

    def finish(self, given: CreditAnswer, at: Instant, out: list[Effect]) -> str:
        """The account bank has applied what it had: nothing moves any more."""
        payout = self._known(given)
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Kept("", "delivery"))
        self.move(of, HANDED_OVER, Payout(payout.order, DELIVERED), out)
        out.append(Logged("", "delivered", {"payout": of}))
        return DELIVERED

    def refuse(self, given: PayoutOrder, at: Instant, out: list[Effect]) -> str:
        """There is no such bank: nothing is taken."""
        of = payout_try_of(given.payout_no, given.try_no)
        payout = Payout(given, REFUSED, "ACCOUNT_NOT_EXIST")
        out.append(Kept("", "payout-order"))
        self.move(of, NONE, payout, out)
        out.append(Logged("", "refused", {"payout": of, "reason": payout.reason}))
        self.tell(payout, out)
        return REFUSED

    def tell_again(self, given: PayoutOrder | PayoutRecall, at: Instant, out: list[Effect]) -> str:
        """A repeated order is answered with how it stands, and never paid twice; so is a recall of what came back."""
        payout = self._known(given)
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Logged("", "duplicate", {"payout": of, "how": "answered-again"}))
        self.tell(payout, out)
        return payout.state

    def deliver(self, given: CreditAnswer, at: Instant, out: list[Effect]) -> str:
        """The account bank applied the money: it is the bank's now (P4c)."""
        payout = self._known(given)
        of = payout_try_of(given.payout_no, given.try_no)
        delivered = Payout(payout.order, DELIVERED)
        out.append(Kept("", "delivery"))
        self.move(of, TAKEN, delivered, out)
        entry = "P18a" if payout.order.bank == self._platform else "P4c"
        receiver = self.receiver(payout.order)
        self.post(f"{entry}/{of}", out, (in_flight(given.payout_no), receiver, payout.order.amount_fen))
        out.append(Logged("", "delivered", {"payout": of}))
        self.tell(delivered, out)
        return DELIVERED

    def send_back(self, given: CreditAnswer, at: Instant, out: list[Effect]) -> str:
        """The account bank could not apply the money: there (P5a), if it is not yet, and back to its payer (P5b)."""
        payout = self._known(given)
        of = payout_try_of(given.payout_no, given.try_no)
        amount_fen = payout.order.amount_fen
        flight = in_flight(given.payout_no)
        bank = self.receiver(payout.order)
        returned = Payout(payout.order, RETURNED, given.reason)
        out.append(Kept("", "return"))
        self.move(of, payout.state, returned, out)
        if payout.state == TAKEN:
            self.post(f"P5a/{of}", out, (flight, bank, amount_fen))
        self.post(f"P5b/{of}", out, (bank, flight, amount_fen), (flight, payout.order.payer, amount_fen))
        out.append(Logged("", "returned", {"payout": of, "reason": given.reason}))
        self.tell(returned, out)
        return RETURNED

    def pass_over(self, given: CreditAnswer, at: Instant, out: list[Effect]) -> str:
        """An answer that is repeated, contradicts itself or says nothing known changes nothing."""
        payout = self._known(given)
        of = payout_try_of(given.payout_no, given.try_no)
        out.append(Logged("", "duplicate", {"payout": of, "how": f"answer-{given.state}-not-used"}))
        return payout.state

    def ask_again(self, given: CreditOverdue, at: Instant, out: list[Effect]) -> str:
        """The account bank is silent, or has not applied it: the same order again."""
        payout = self._known(given)
        of = payout_try_of(given.payout_no, given.try_no)
        again = Payout(payout.order, payout.state, "", payout.attempt + 1)
        self.repeat(of, again)
        if payout.state == TAKEN:
            out.append(Logged("", "no-answer", {"payout": of}))
        self._order_credit(again, out)
        return payout.state

    def repeat(self, of: str, payout: Payout) -> None:
        """Remember that something open is asked for once more."""
        self._open[of] = payout

    def _known(
        self, given: PayoutOrder | PayoutRecall | CreditAnswer | CreditOverdue | BankBack | LargeValueOpens
    ) -> Payout:
        of = payout_try_of(given.payout_no, given.try_no)
        return self._open.get(of) or self._finished[of]

    def move(self, of: str, before: str, payout: Payout, out: list[Effect]) -> None:
        """Remember how a try of a payout stands now."""
        if payout.state in (QUEUED, WAITING, TAKEN, HANDED_OVER, RECALLED, OWNER_ASKED):
            self._finished.pop(of, None)
            self._open[of] = payout
        else:
            self._open.pop(of, None)
            self._finished[of] = payout
            if len(self._finished) > ORDERS_REMEMBERED:
                del self._finished[next(iter(self._finished))]
        out.append(Became("", of, before, payout.state))

    def tell(self, payout: Payout, out: list[Effect]) -> None:
        """Say to its payer how a payout stands."""
        order = payout.order
        status = PayoutStatus("", order.payout_no, order.try_no, STATES_TOLD[payout.state], payout.told_reason)
        payer = self._platform if order.payer == PLATFORM else self._transfers.owners.get(order.payer, self._first_host)
        out.append(Send(payer, status))

    def receiver(self, order: PayoutOrder) -> str:
        """The account of the institution that is to apply the money."""
        return PLATFORM if order.bank == self._platform else self._banks[order.bank]

    def knows(self, address: Address) -> bool:
        """Whether an institution can receive payouts."""
        return address in self._banks or (bool(address) and address == self._platform)

    def _order_credit(self, payout: Payout, out: list[Effect]) -> None:
        out.append(self._credit(payout))
        out.append(self._reminder(payout))

    def _credit(self, payout: Payout) -> Send:
        order = payout.order
        credit = CreditOrder("", order.payout_no, order.try_no, order.account_no, order.account_name, order.amount_fen)
        return Send(order.bank, credit, payout.attempt)

    def _reminder(self, payout: Payout) -> Remind:
        after = CREDIT_REPEAT_US if payout.state == TAKEN else APPLIED_REPEAT_US
        return Remind(after, CreditOverdue("", payout.order.payout_no, payout.order.try_no, payout.attempt))

    def _maintenance(self, given: BankMaintenance, at: Instant, out: list[Effect]) -> None:
        """A bank's window begins, or ends, and what waited for it goes on."""
        bank = given.bank or next(iter(self._banks))
        out.append(Kept("", "maintenance"))
        out.append(Logged("", "bank-closed" if given.running else "bank-open", {"bank": bank}))
        if given.running:
            self._closed[bank] = None
            return
        self._closed.pop(bank, None)
        for payout in [payout for _, payout in sorted(self._open.items()) if payout.order.bank == bank]:
            back = BankBack("", payout.order.payout_no, payout.order.try_no)
            PAYOUTS.step(self, payout.state, back, at, out)

    def post(self, entry: str, out: list[Effect], *postings: Posting) -> None:
        """Post an entry once."""
        if self.book.post(entry, postings):
            out.append(Posted("", entry, postings))

    def _restarted(self, at: Instant, out: list[Effect]) -> None:
        out.append(Logged("", "restarted"))
        for of, payout in sorted(self._open.items()):
            if payout.state == WAITING:
                self._await_opening(payout.order, at, out)
                continue
            if payout.state == QUEUED:
                continue
            again = msgspec.structs.replace(payout, attempt=payout.attempt + 1)
            self.repeat(of, again)
            if payout.state in (RECALLED, OWNER_ASKED):
                recalls.pass_on(again, out)
            else:
                self._order_credit(again, out)


def _must_wait(rail: Rail, given: PayoutOrder, at: Instant) -> bool:
    return not takes(rail._world, given.amount_fen, at)


def _bank_unknown(rail: Rail, given: PayoutOrder, at: Instant) -> bool:
    return not rail.knows(given.bank)


def _bank_closed(rail: Rail, given: PayoutOrder, at: Instant) -> bool:
    return given.bank in rail._closed


def _credited(rail: Rail, given: CreditAnswer, at: Instant) -> bool:
    return given.state == "credited"


def _received(rail: Rail, given: CreditAnswer, at: Instant) -> bool:
    return given.state == "received"


def _returned(rail: Rail, given: CreditAnswer, at: Instant) -> bool:
    return given.state == "returned"


_STATES = (NONE, WAITING, QUEUED, TAKEN, HANDED_OVER, DELIVERED, RECALLED, OWNER_ASKED, RETURNED, REFUSED)
_TOLD = PayoutOrder | PayoutQuery | PayoutRecall | CreditAnswer | CreditOverdue | RecallOverdue | LargeValueOpens


def _but(*states: str) -> tuple[str, ...]:
    return tuple(state for state in _STATES if state not in states)


HEARD: tuple[type[Input], ...] = (
    PayoutOrder, PayoutQuery, CreditAnswer, CreditOverdue, BankBack, LargeValueOpens, PayoutRecall, RecallOverdue,
)  # fmt: skip
"""What a payout hears."""

PAYOUTS: Table[Rail] = Table(
    "a payout at the rail",
    _STATES,
    (
        Row(NONE, PayoutOrder, Rail.refuse, (REFUSED,), _bank_unknown),
        Row(NONE, PayoutOrder, Rail.wait, (WAITING,), _must_wait),
        Row(NONE, PayoutOrder, Rail.queue, (QUEUED,), _bank_closed),
        Row(NONE, PayoutOrder, Rail.take, (TAKEN,)),
        Row(WAITING, PayoutOrder, Rail.tell_again, (WAITING,)),
        Row(WAITING, LargeValueOpens, Rail.go_on, (WAITING, QUEUED, TAKEN)),
        Row(QUEUED, PayoutOrder, Rail.tell_again, (QUEUED,)),
        Row(QUEUED, BankBack, Rail.hand_on, (TAKEN,)),
        Row(TAKEN, PayoutOrder, Rail.tell_again, (TAKEN,)),
        Row(HANDED_OVER, PayoutOrder, Rail.tell_again, (HANDED_OVER,)),
        Row(DELIVERED, PayoutOrder, Rail.tell_again, (DELIVERED,)),
        Row(RECALLED, PayoutOrder, Rail.tell_again, (RECALLED,)),
        Row(OWNER_ASKED, PayoutOrder, Rail.tell_again, (OWNER_ASKED,)),
        Row(RETURNED, PayoutOrder, Rail.tell_again, (RETURNED,)),
        Row(REFUSED, PayoutOrder, Rail.tell_again, (REFUSED,)),
        Row(TAKEN, CreditAnswer, Rail.deliver, (DELIVERED,), _credited),
        Row(TAKEN, CreditAnswer, Rail.hand_over, (HANDED_OVER,), _received),
        Row(TAKEN, CreditAnswer, Rail.send_back, (RETURNED,), _returned),
        Row(TAKEN, CreditAnswer, Rail.pass_over, (TAKEN,)),
        Row(HANDED_OVER, CreditAnswer, Rail.finish, (DELIVERED,), _credited),
        Row(HANDED_OVER, CreditAnswer, Rail.send_back, (RETURNED,), _returned),
        Row(HANDED_OVER, CreditAnswer, Rail.pass_over, (HANDED_OVER,)),
        Row(DELIVERED, CreditAnswer, recalls.recover, (RETURNED,), recalls.given_back),
        Row(DELIVERED, CreditAnswer, Rail.pass_over, (DELIVERED,)),
        Row(DELIVERED, PayoutRecall, recalls.begin, (RECALLED,)),
        Row(RECALLED, PayoutRecall, recalls.ask_again, (RECALLED,)),
        Row(RECALLED, RecallOverdue, recalls.leave, (DELIVERED,), recalls.over),
        Row(RECALLED, RecallOverdue, recalls.ask_again, (RECALLED,)),
        Row(RECALLED, CreditAnswer, recalls.recover, (RETURNED,), recalls.given_back),
        Row(RECALLED, CreditAnswer, recalls.wait, (OWNER_ASKED,), recalls.being_asked),
        Row(RECALLED, CreditAnswer, recalls.leave, (DELIVERED,), recalls.kept),
        Row(RECALLED, CreditAnswer, Rail.pass_over, (RECALLED,)),
        Row(OWNER_ASKED, PayoutRecall, recalls.ask_again, (OWNER_ASKED,)),
        Row(OWNER_ASKED, RecallOverdue, recalls.leave, (DELIVERED,), recalls.over),
        Row(OWNER_ASKED, RecallOverdue, recalls.ask_again, (OWNER_ASKED,)),
        Row(OWNER_ASKED, CreditAnswer, recalls.recover, (RETURNED,), recalls.given_back),
        Row(OWNER_ASKED, CreditAnswer, recalls.leave, (DELIVERED,), recalls.kept),
        Row(OWNER_ASKED, CreditAnswer, Rail.pass_over, (OWNER_ASKED,)),
        Row(RETURNED, CreditAnswer, Rail.pass_over, (RETURNED,)),
        Row(RETURNED, PayoutRecall, Rail.tell_again, (RETURNED,)),
        Row(REFUSED, CreditAnswer, Rail.pass_over, (REFUSED,)),
        Row(TAKEN, CreditOverdue, Rail.ask_again, (TAKEN,)),
        Row(HANDED_OVER, CreditOverdue, Rail.ask_again, (HANDED_OVER,)),
        *(Row(state, PayoutQuery, Rail.say, (state,)) for state in _STATES),
    ),
    (
        Ignored(_but(WAITING), LargeValueOpens, "nothing waits; awaits() says so"),
        Ignored(
            (NONE, WAITING, QUEUED), CreditAnswer, "an answer about a payout that was never handed on, or is forgotten"
        ),
        Ignored(_but(TAKEN, HANDED_OVER), CreditOverdue, "nothing is asked; awaits() says so"),
        Ignored(_but(QUEUED), BankBack, "it does not wait for its bank"),
        Ignored((NONE, WAITING, QUEUED, TAKEN, HANDED_OVER, REFUSED), PayoutRecall, "it is not in anybody's account"),
        Ignored(_but(RECALLED, OWNER_ASKED), RecallOverdue, "nothing is asked back; awaits() says so"),
    ),
)

PASSED_OVER: Mapping[type[Input], str] = {
    Started: "the rail has no daily job of its own: it is told when to move money",
    Connected: "what was not answered is repeated by its letter",
    Disconnected: "what was not answered is repeated by its letter",
    ConnectFailed: "what was not answered is repeated by its letter",
    PowerCut: "the rail's process dies and restarts: Restarted tells of it",
    PowerRestored: "the rail's process dies and restarts: Restarted tells of it",
}
"""Inputs that change nothing here, and why."""
