"""Every swipe without credit has a cause, and behind the cause something that was done to the run or lies in it.

The last of the invariants, and the only one that may look at what was injected. A cause that nothing stands behind is a
fault of our own: of a party that loses a sale by itself, or of the diagnosis.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from poslab.checks.check import BREACHES_KEPT, BROKEN, HOLDS, NO_EVIDENCE, Breach, Judged
from poslab.history.outcome import Outcome
from poslab.history.purchases import Purchase, Purchases
from poslab.history.truth import BROKER, Truth
from poslab.messages.card import SALE
from poslab.party.contract import Address
from poslab.party.time import MINUTE, Instant
from poslab.text import Text
from poslab.world.world import Payee, World

ID = "explained"

BUSY_US = 5 * MINUTE
"""So long after another customer a terminal may still be taken."""

_UNPAID = ("void", "cancel", "pull-card", "preauth", "preauth-void", "completion-void", "refund")
"""Acts that leave their order unpaid."""

NO_TROUBLE = ("none", "ok-not-due", "rail-holiday-or-window", "plat-instant-payout-off")
"""Causes behind which no trouble is wanted: all is well, or will be."""


_UNKNOWN = Text("未到账，目录中没有任何原因能解释", "is not credited, and nothing in the catalogue explains it")
_ALL_WELL = Text("一切正常却未到账", "is not credited, though all is well with it")


class Bought(Protocol):
    """One purchase, as it was to be."""

    @property
    def order(self) -> str: ...
    @property
    def at(self) -> Instant: ...
    @property
    def terminal(self) -> Address: ...
    @property
    def card(self) -> str: ...
    @property
    def entry(self) -> str: ...
    @property
    def pin(self) -> str: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def what(self) -> str: ...


class Acted(Protocol):
    """Something that somebody did out of the ordinary; ``about`` is the order, or empty, ``voucher`` what was keyed."""

    @property
    def about(self) -> str: ...
    @property
    def do(self) -> str: ...
    @property
    def terminal(self) -> Address: ...
    @property
    def voucher(self) -> str: ...


class Story(Protocol):
    """What was to happen in a run: who lives where, who buys what, and when it is over."""

    @property
    def world(self) -> World: ...
    @property
    def purchases(self) -> Sequence[Bought]: ...
    @property
    def until(self) -> Instant: ...


def explained(
    story: Story,
    acts: Sequence[Acted],
    truth: Truth,
    fold: Purchases,
    at_end: Mapping[str, Outcome],
    causes: Mapping[str, str],
) -> Judged:
    """The verdict. ``causes`` has the cause that the diagnosis names at the end, by order."""
    run = _Run(story, acts, truth, fold)
    breaches = []
    evaluated = 0
    for bought in story.purchases:
        if at_end[bought.order].credited:
            continue
        evaluated += 1
        cause = causes[bought.order]
        what = None
        if cause == "unknown":
            what = _UNKNOWN
        elif cause == "none" and not any(run.conditions(bought)):
            what = _ALL_WELL
        elif cause not in NO_TROUBLE and not any(run.behind(bought)):
            what = Text(
                f"因 {cause} 未到账，而运行中没有做过任何足以引起它的事",
                f"is not credited because of {cause}, and nothing was done to the run that stands behind it",
            )
        if what is not None:
            breaches.append(Breach(ID, 0, story.until, bought.order, what))
    verdict = BROKEN if breaches else HOLDS if evaluated else NO_EVIDENCE
    return Judged(ID, verdict, evaluated, tuple(breaches[:BREACHES_KEPT]), len(breaches))


class _Run:
    """What was done to a run and what lies in it, by purchase, terminal and card."""

    def __init__(self, story: Story, acts: Sequence[Acted], truth: Truth, fold: Purchases) -> None:
        self._story = story
        self._world = story.world
        self._fold = fold
        self._acts = acts
        self._spent: dict[str, int] = {}
        """Card → everything that is to be paid with it, in fen."""
        self._mistyped: dict[str, bool] = {}
        self._customers: dict[Address, list[Instant]] = {}
        for bought in story.purchases:
            self._spent[bought.card] = self._spent.get(bought.card, 0) + bought.amount_fen
            self._mistyped[bought.card] = self._mistyped.get(bought.card, False) or bought.pin != "right"
            self._customers.setdefault(bought.terminal, []).append(bought.at)
        for times in self._customers.values():
            times.sort()
        by_order = {bought.order: bought for bought in story.purchases}
        self._struck: dict[tuple[Address, ...], str] = {}
        """Parties → a fault that struck one of them, or between two what is about no purchase."""
        self._troubled: dict[str, str] = {}
        """Order, terminal or card → a fault that struck a purchase of that name, there, or with that card."""
        for strike in truth.strikes:
            bought_ = by_order.get(strike.about)
            where = tuple(strike.where.split("->"))
            if bought_ is None or len(where) == 1:  # a process that dies over one purchase is gone for all
                self._struck.setdefault(where, strike.fault)
            if bought_ is not None:
                for what in (strike.about, bought_.card, *self._terminals(bought_)):
                    self._troubled.setdefault(what, strike.fault)

    def behind(self, bought: Bought) -> Iterator[str]:
        """What could stand behind a purchase's trouble: faults on its way, conditions, its neighbours' trouble."""
        yield from self.conditions(bought)
        for what in (bought.order, bought.card, *self._terminals(bought)):
            if what in self._troubled:
                yield self._troubled[what]
        way = self._way(bought)
        for parties, fault in self._struck.items():
            if all(party in way for party in parties):
                yield fault

    def conditions(self, bought: Bought) -> Iterator[str]:
        """What lies in the world, the card or the people, and needs no fault."""
        card = self._world.cards[bought.card]
        if card.role != "good":
            yield "card"
        elif card.balance_fen < self._spent[bought.card]:
            yield "balance"
        if self._mistyped[bought.card]:
            yield "pin"
        if bought.what != SALE:
            yield "offline"
        if bought.entry in ("picture", "qr"):  # a payer who does not confirm is no fault of anybody's
            yield bought.entry
        if bought.what == "preauth":
            yield "preauth"
        yield from self._of_the_shop(bought)
        issuer = self._world.issuer_of(bought.card)
        if bought.amount_fen > issuer.sale_limit_fen:
            yield "limit"
        if issuer.authorise_us > issuer.core_limit_us:
            yield "core-banking"
        for act in self._acts:
            undone = act.about == bought.order and act.do in _UNPAID
            mistaken = bool(act.voucher) and act.terminal == bought.terminal
            ended = act.terminal == bought.terminal and act.do in ("restart", "cancel", "pull-card", "sign-off")
            if undone or mistaken or ended:
                yield act.do
        if self._purchase(bought).corrected:
            yield "correction"
        times = self._customers[bought.terminal]
        near = bisect_left(times, bought.at + BUSY_US) - bisect_left(times, bought.at - BUSY_US)
        if near > 1:
            yield "busy"
        yield from self._not_paid_yet(bought)

    def _of_the_shop(self, bought: Bought) -> Iterator[str]:
        """What lies in the merchant's contract, its account, or the bank that keeps that."""
        merchant = self._world.merchant(self._world.terminal(bought.terminal).mid)
        if self._world.terminal(bought.terminal).shop:
            yield "terminal-binding"
        if merchant.filed != Payee(merchant.bank, merchant.account_no, merchant.account_name):
            yield "account-on-file"
        if merchant.account_class != "I":
            yield "account-class"
        bank = next(bank for bank in self._world.banks if bank.address == merchant.bank)
        if bank.refuse_above_fen is not None:
            yield "bank-rule"

    def _not_paid_yet(self, bought: Bought) -> Iterator[str]:
        for attempt in self._purchase(bought).sales:
            kept = self._fold.kept_back.of.get(attempt.key)
            if kept is not None and "rule" in kept.reasons:
                yield "risk-rule"
            due = self._fold.due(attempt)
            if due is not None and due >= self._story.until:
                yield "not-due"
            line = attempt.line
            minimum_fen = self._world.merchant(attempt.mid).minimum_payout_fen
            if line is not None and line.amount_fen - line.merchant_fee_fen < minimum_fen:
                yield "below-minimum"

    def _purchase(self, bought: Bought) -> Purchase:
        return self._fold.purchases[bought.order]

    def _terminals(self, bought: Bought) -> tuple[Address, ...]:
        """Where a purchase was to be paid, and where it was tried."""
        tried = (self._world.terminal_of_tid(attempt.tid).address for attempt in self._purchase(bought).attempts)
        return tuple(dict.fromkeys((bought.terminal, *tried)))

    def _way(self, bought: Bought) -> frozenset[Address]:
        """Everybody who takes part in a purchase: all but the other terminals, banks and merchants; and the broker."""
        world = self._world
        terminals = [world.terminal(address) for address in self._terminals(bought)]
        merchant = world.merchant(terminals[0].mid)
        way = [world.network.address, world.rail.address, "cardholder", BROKER]
        way += [merchant.address, world.issuer_of(bought.card).address]
        for terminal in terminals:
            way += [world.acquirer_of(terminal.mid).address, world.merchant(terminal.mid).bank]
            way += [terminal.address, terminal.cashier, terminal.route]
        return frozenset(way)
