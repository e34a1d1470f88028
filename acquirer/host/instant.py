"""Instant payouts 秒到: a sale is paid within seconds, out of own cash, before it is cleared.

A sale that the contract's rules keep out of it falls back to T+1, by itself, with the rule as its reason; so do all
sales of a merchant that owes something. What was advanced is set off when the sale is cleared, in the entry of its
fees (P2 with P11d). A sale that is voided or reversed after it was advanced leaves a debt: what was advanced is taken
from what the merchant is owed, its next payouts are less by it, and own cash is repaid when one of them is (A). The
fee is not given back (A).

A contract for D+0 is the same with patience: a sale inside the hours is paid when they end, on the same day, so that
one which is voided before costs nobody anything.

Where a platform keeps the merchants' wallets nothing is paid at once: the acquirer owes the platform there, and what a
merchant gets when is a contract between those two. No world file has both.
"""

from typing import ClassVar, Final

from msgspec import Struct

from acquirer.host.fees import Tariff
from acquirer.host.own_cash import OwnCash
from acquirer.host.payout import PayoutDesk
from acquirer.host.payout_records import ADVANCE_NETTED, SCHEDULED, Apart
from poslab.ledger.book import Book
from poslab.messages.funding import part_no_of, sale_payout_no_of
from poslab.money import share
from poslab.party.contract import Effect, Logged, Posted, Remind, Reminder
from poslab.party.time import Duration, Instant, date_of, time_of_day
from poslab.world.calendar import D_ZERO, EARLY, INSTANT_WITHIN_US, day_of_word, day_word
from poslab.world.world import World

SUSPENDED: Final = "instant-suspended"
WINDOW: Final = "instant-window"
MINIMUM: Final = "instant-minimum"
LIMIT: Final = "instant-limit"
DEBT: Final = "merchant-debt"
"""Rules that keep a sale out of instant payout."""


class InstantDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """A sale's instant payout goes now."""

    kind: ClassVar[str] = "instant-payout-due"

    rrn: str


class Captured(Struct, frozen=True, array_like=True):
    """A sale as the host captured it, in fen."""

    about: str
    business_date: str
    key: str
    rrn: str
    mid: str
    card: str
    amount_fen: int


class Early(Struct, frozen=True, array_like=True):
    """A sale that has its payout before it is cleared."""

    payout_no: str
    key: str
    about: str
    mid: str
    net_fen: int
    gross_fen: int
    rule: str = ""
    """Why it falls back to T+1; empty: it is paid at once."""
    advanced: bool = False


class HeldInstant(Struct):
    """A snapshot."""

    early: dict[str, Early] = {}
    paid_on: dict[str, tuple[str, int]] = {}
    used: dict[str, int] = {}


class InstantDesk:
    """Decides which sales are paid at once, pays them, and sets off what it has advanced."""

    def __init__(self, world: World, book: Book, payouts: PayoutDesk, own: OwnCash) -> None:
        self._acquirer = world.acquirer
        self._calendar = world.calendar
        self._merchants = {m.mid: m for m in world.merchants if m.product in EARLY}
        self._into_wallets = world.platform is not None and world.platform.keeps_ledger
        """A platform fills its wallets from its ledger, which knows a sale when it is cleared: nothing goes at once."""
        self._tariff = Tariff(world)
        self._book = book
        self._payouts = payouts
        self._own = own
        self.state = HeldInstant()
        self._captured: list[Captured] = []
        self._withdrawn: list[str] = []

    # --- what the card leg tells, and what is done about it before the input is over

    def serves(self, mid: str) -> bool:
        """Whether a merchant has a contract for it."""
        return mid in self._merchants

    def captured(self, sale: Captured) -> None:
        """A sale, or a refund, of a merchant with a contract is captured."""
        if sale.amount_fen > 0:
            self._captured.append(sale)

    def withdrawn(self, rrn: str) -> None:
        """A captured sale is withdrawn: voided, reversed, or captured anew with another amount."""
        if rrn in self.state.early:
            self._withdrawn.append(rrn)

    def attend(self, at: Instant, out: list[Effect]) -> None:
        """Give what was captured its payout, and take back or into debt what was withdrawn."""
        if not self._captured and not self._withdrawn:
            return
        withdrawn, self._withdrawn = self._withdrawn, []
        captured, self._captured = self._captured, []
        anew = {sale.rrn for sale in captured}
        for rrn in withdrawn:
            if rrn not in anew:
                self._take_back(rrn, at, out)
        for sale in captured:
            if sale.rrn in self.state.early:
                self._change(sale, at, out)
            else:
                self._give(sale, at, out)

    def _give(self, sale: Captured, at: Instant, out: list[Effect]) -> None:
        fees = self._tariff.of(sale.mid, sale.card, sale.amount_fen)
        net_fen = sale.amount_fen - fees.merchant_fen
        rule = self.rule(sale.mid, sale.amount_fen, at)
        number = sale_payout_no_of(sale.mid, sale.business_date, sale.rrn)
        times = self.state.used.get(number, 0)
        self.state.used[number] = times + 1
        payout_no = number if not times else part_no_of(number, times)
        early = Early(payout_no, sale.key, sale.about, sale.mid, net_fen, sale.amount_fen, rule)
        self.state.early[sale.rrn] = early
        self._payouts.uncleared[payout_no] = None
        today = day_word(date_of(at))
        due_date = today
        if rule:
            due_date = day_word(self._calendar.due_day(day_of_word(sale.business_date)))
        due = 0 if rule else at + self._until_end_us(sale.mid, at) + INSTANT_WITHIN_US
        self._payouts.schedule_sale(payout_no, sale, net_fen, due_date, rule, due, at, out, fees.merchant_fen)
        if not rule:
            day, paid_fen = self.state.paid_on.get(sale.mid, (today, 0))
            self.state.paid_on[sale.mid] = (today, sale.amount_fen + (paid_fen if day == today else 0))
            self._await(early, InstantDue(sale.about, sale.rrn), at, out)

    def _await(self, early: Early, letter: InstantDue, at: Instant, out: list[Effect]) -> None:
        """A sale is paid in some seconds, or by a contract for D+0 when the hours of instant payout end."""
        out.append(Remind(self._until_end_us(early.mid, at) or self._acquirer.instant_after_us, letter))

    def _until_end_us(self, mid: str, at: Instant) -> Duration:
        """How long a merchant waits for the hours of instant payout to end; 0 for one that is paid at once."""
        if self._merchants[mid].product != D_ZERO:
            return 0
        return max(0, self._acquirer.instant_until_us - time_of_day(at))

    def _change(self, sale: Captured, at: Instant, out: list[Effect]) -> None:
        """It has another amount from now on; what was advanced stays, and the difference is paid at T+1."""
        early = self.state.early[sale.rrn]
        if early.advanced:
            return
        fee_fen = self._tariff.of(sale.mid, sale.card, sale.amount_fen).merchant_fen
        net_fen = sale.amount_fen - fee_fen
        changed = Early(
            early.payout_no, early.key, early.about, early.mid, net_fen, sale.amount_fen, early.rule, early.advanced
        )
        self.state.early[sale.rrn] = changed
        self._payouts.change_amount(early.payout_no, net_fen, fee_fen, sale.rrn, sale.about, out)

    def _take_back(self, rrn: str, at: Instant, out: list[Effect]) -> None:
        early = self.state.early.pop(rrn)
        self._payouts.uncleared.pop(early.payout_no, None)
        if not early.advanced:
            self._payouts.withdraw(early.payout_no, at, out)
            return
        payable = f"A.merchant_payable.{early.mid}.available"
        self._set_off(f"P11d/{early.payout_no}", payable, early, out)
        self._payouts.owes_word(early.mid, early.net_fen - early.gross_fen)  # what was told of is not kept
        lent_fen = early.net_fen - self.fee_fen(early.gross_fen)
        date = early.payout_no.split("-")[1]
        self._own.lend(date, -lent_fen)  # no money comes for it: it is repaid out of a later payout
        self._payouts.owes_advance(early.mid, early.key, early.about, early.net_fen, lent_fen, ADVANCE_NETTED)

    def _set_off(self, entry: str, payable: str, early: Early, out: list[Effect]) -> None:
        postings = ((payable, f"A.merchant_advance.{early.mid}", early.net_fen),)
        if self._book.post(entry, postings):
            out.append(Posted(early.about, entry, postings))

    # --- the rules

    def rule(self, mid: str, gross_fen: int, at: Instant) -> str:
        """Which rule keeps a sale of an amount in fen out of instant payout now; empty if none does."""
        acquirer = self._acquirer
        today = day_word(date_of(at))
        day, paid_fen = self.state.paid_on.get(mid, (today, 0))
        if self._merchants[mid].instant == "suspended":
            return SUSPENDED
        if not acquirer.instant_from_us <= time_of_day(at) < acquirer.instant_until_us:
            return WINDOW
        if gross_fen < acquirer.instant_minimum_fen:
            return MINIMUM
        day_fen = gross_fen + (paid_fen if day == today else 0)
        if gross_fen > acquirer.instant_limit_fen or day_fen > acquirer.instant_day_limit_fen:
            return LIMIT
        if self._payouts.refunds.get(mid):
            return DEBT
        return SUSPENDED if self._into_wallets else ""

    def fee_fen(self, gross_fen: int) -> int:
        """What an instant payout of a sale costs the merchant, rounded half-up."""
        return share(gross_fen, self._acquirer.instant_fee_ppm, None) + self._acquirer.instant_fee_fen

    # --- paying and clearing

    def awaits(self, of: InstantDue) -> bool:
        """Whether the sale still waits for its instant payout."""
        early = self.state.early.get(of.rrn)
        if early is None or early.rule or early.advanced:
            return False
        payout = self._payouts.payouts.get(early.payout_no)
        return payout is not None and payout.state == SCHEDULED

    def pay(self, given: InstantDue, at: Instant, out: list[Effect]) -> None:
        """Advance a sale (P11a): what it leaves the merchant, less the fee of the product."""
        early = self.state.early[given.rrn]
        self.state.early[given.rrn] = Early(
            early.payout_no, early.key, early.about, early.mid, early.net_fen, early.gross_fen, early.rule, True
        )
        fee_fen = self.fee_fen(early.gross_fen)
        details: dict[str, str | int] = {"payout_no": early.payout_no, "amount_fen": fee_fen}
        out.append(Logged(early.about, "instant-fee", details))
        self._payouts.advance(early.payout_no, fee_fen, at, out)

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm anew what waits to be paid at once."""
        for rrn, early in self.state.early.items():
            letter = InstantDue(early.about, rrn)
            if self.awaits(letter):
                self._await(early, letter, at, out)

    def advanced_fen(self, rrn: str) -> int:
        """What was advanced for a sale that is cleared now."""
        early = self.state.early.get(rrn)
        return early.net_fen if early is not None and early.advanced else 0

    def cleared(self, sale: Apart, out: list[Effect]) -> tuple[int, bool]:
        """A sale is cleared: how much of it is still to be paid, in fen, and whether it has its payout already.

        Below zero: the merchant owes it, as more was advanced than it leaves.
        """
        early = self.state.early.pop(sale.rrn, None)
        if early is None:
            return sale.net_fen, False
        self.state.used.pop(early.payout_no, None)
        self._payouts.uncleared.pop(early.payout_no, None)
        if early.advanced:
            self._payouts.owes_word(sale.mid, sale.fee_fen - (early.gross_fen - early.net_fen))
            return sale.net_fen - early.net_fen, sale.net_fen == early.net_fen
        return sale.net_fen, early.payout_no in self._payouts.payouts
