"""Storms: small worlds drawn by a seed, with whatever can go wrong going wrong, and what must hold all the same.

Every draw is keyed by what it is about, so a storm can be thinned out, fault by fault, and the rest stays as it was.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from poslab.faults.clocks import ClockDrift, ClockOffset
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.facts import Fact
from poslab.faults.hold import Hold
from poslab.faults.injection import Injection, Match
from poslab.faults.letters import LetterDelay, LetterLoss
from poslab.faults.loss import Loss
from poslab.faults.partition import Partition
from poslab.faults.process import DURING_RECOVERY, POINTS, Crash, Pause, Stop
from poslab.messages.card import OFFLINE_SALE, SALE, SALES
from poslab.messages.facts import (
    AccountSet,
    AnswersWith,
    BankMaintenance,
    CardRemoved,
    ChipDeclined,
    CreditsParked,
    DayEnd,
    PaperLoaded,
    PaperOut,
    RepayoutApplied,
)
from poslab.messages.people import Prompted
from poslab.party.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Duration, Instant, midnight
from poslab.runtime.chance import Chance
from poslab.text import Text
from poslab.world.presets import PRESETS
from poslab.world.world import World
from scenarios.schema.links import LINKS, PEOPLE, heard_by
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.casting import links
from scenarios.stage.play import Played

Item = TypeVar("Item")

CARDS = ("good-debit", "good-credit", "good-debit", "good-credit", "insufficient", "no-answer", "expired")
POLICIES = ("by-the-book", "impatient", "careless", "passive")
ACTS = ("void", "balance", "query", "reprint", "cancel", "restart", "sale", "sign-off", "sign-on", "echo", "pull-card")
LETTERS: dict[str, tuple[str, ...]] = {
    "terminal": ("answer-overdue", "slip-printed", "retry-due"),
    "host": (
        "answer-overdue", "advice-overdue", "clearing-due", "clearing-part-due", "clearing-file-overdue",
        "payouts-due", "settlement-overdue", "payout-status-overdue",
    ),
    "switch": ("answer-overdue", "advice-overdue", "issuer-file-overdue", "settlement-due", "transfer-overdue"),
    "issuer": ("core-decided", "settlement-overdue"),
    "rail": ("credit-overdue",),
    "platform": ("slot-overdue",),
}  # fmt: skip
"""Role → the letters that it writes to itself."""

CARD_LEG = {"terminal", "platform", "host", "switch", "issuer"}
MONEY_MOVERS = ("0200", "0210", "0220", "0230", "0400", "0410", "0420", "0430")
"""What is struck first where one kind of message is struck."""
DELAYS = (MILLISECOND, 40 * MILLISECOND, SECOND, 10 * SECOND, 31 * SECOND, 45 * SECOND, 52 * SECOND, 58 * SECOND,
          61 * SECOND, 90 * SECOND, 3 * MINUTE)  # fmt: skip
GAPS = (MILLISECOND, 100 * MILLISECOND, SECOND, 20 * SECOND, MINUTE, 2 * MINUTE, 10 * MINUTE)
LENGTHS = (SECOND, 20 * SECOND, MINUTE, 3 * MINUTE, 20 * MINUTE, HOUR)
NIGHT = (13 * HOUR + 15 * MINUTE, 13 * HOUR + 30 * MINUTE, 22 * HOUR + 30 * MINUTE, DAY)
"""Cut-off at 23:00 is 12 h 45 min after the first sale at 10:15; then clearing, settlement and payout."""


class Storm:
    """The draws of one seed."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._chance = Chance(seed)

    def number(self, what: str, below: int, which: int = 0) -> int:
        """An integer from 0 to ``below`` − 1."""
        return self._chance.draw("storm", "", what, "draw", which) % below

    def one(self, what: str, of: Sequence[Item], which: int = 0) -> Item:
        """One of several."""
        return of[self.number(what, len(of), which)]

    def happens(self, what: str, percent: int, which: int = 0) -> bool:
        """Whether something of a chance in percent happens."""
        return self.number(what, 100, which) < percent


def world_of(storm: Storm, shop: str = "") -> World:
    """A shop with two terminals in use, and the policies that its provider loaded."""
    world = PRESETS[shop or storm.one("world", sorted(PRESETS))]()
    policy, park = storm.one("policy", (("park", "block"), ("park", "queue"), ("drop", "block")))
    print_fail = "reverse" if storm.happens("print-fail", 25) else "keep"
    repayout = "apply" if storm.happens("repayout", 25) else "auto"
    floor_limit_fen = storm.one("floor-limit", (0, 20_000, 100_000))
    authorise_us = storm.one("authorise", (0, 0, 0, 2 * SECOND, 29 * SECOND, 35 * SECOND))
    reversals = storm.one("reversals", (*(6 * ("accept",)), "refuse", "ignore"))
    most_tries = storm.one("most-tries", (0, 0, 0, 2, 25))
    duplicate_answer = storm.one("duplicate-answer", ("stored", "stored", "94"))
    replace = msgspec.structs.replace
    return replace(
        world,
        acquirer=replace(world.acquirer, advice_most_tries=most_tries, duplicate_answer=duplicate_answer),
        other_acquirers=tuple(
            replace(other, advice_most_tries=most_tries, duplicate_answer=duplicate_answer)
            for other in world.other_acquirers or ()
        )
        or UNSET,
        network=replace(world.network, advice_most_tries=most_tries),
        terminals=tuple(
            replace(
                terminal,
                policy=policy,
                park=park,
                print_fail=print_fail,
                queue_limit=2,
                floor_limit_fen=floor_limit_fen,
            )
            for terminal in world.terminals
        ),
        merchants=tuple(replace(merchant, repayout=repayout) for merchant in world.merchants),
        issuers=tuple(replace(issuer, authorise_us=authorise_us, reversals=reversals) for issuer in world.issuers),
    )


def _purchases(storm: Storm, first: Instant, most: int) -> tuple[Purchase, ...]:
    purchases = []
    at = first
    for n in range(1 + storm.number("purchases", most)):
        terminal = storm.one("terminal", ("T1", "T2"), n)
        card = storm.one("card", CARDS, n)
        pin = "wrong" if storm.happens("pin", 4, n) else "right"
        amount_fen = 300 + 100 * storm.number("amount", 500, n)
        what = OFFLINE_SALE if storm.happens("offline", 20, n) else SALE
        purchases.append(Purchase(f"order-{n}", at, terminal, "cashier", amount_fen, card, "chip", pin, what))
        at += storm.one("gap", (0, SECOND, 30 * SECOND, 70 * SECOND, 5 * MINUTE, 20 * MINUTE), n)
    return tuple(purchases)


def _acts(storm: Storm, purchases: tuple[Purchase, ...]) -> list[Told]:
    told = []
    for n in range(storm.number("acts", 4)):
        purchase = storm.one("act-of", purchases, n)
        at = purchase.at + storm.one("act-at", (SECOND, 8 * SECOND, 30 * SECOND, 65 * SECOND, 4 * MINUTE, HOUR), n)
        elsewhere = storm.happens("elsewhere", 15, n)
        terminal = storm.one("act-terminal", ("T1", "T2"), n) if elsewhere else purchase.terminal
        do = storm.one("act", ACTS, n)
        about = purchase.order if do in ("void", "query", "reprint", "cancel", "sale", "pull-card") else ""
        told.append(Told(at, "cashier", Prompted(about, do, terminal, purchase.amount_fen, purchase.card)))
    return told


def _tidying(purchases: tuple[Purchase, ...], world: World, at: Instant) -> list[Told]:
    """The routine at the till once everything works again: paper, and a query and a reprint of every order, twice."""
    told = []
    for terminal in (device.address for device in world.terminals):
        told.append(Told(at, "cashier", Prompted("", "load-paper", terminal)))
        for n in range(2 * len(purchases)):
            order = purchases[n % len(purchases)].order
            told.append(Told(at + (6 * n + 1) * MINUTE, "cashier", Prompted(order, "query", terminal)))
            told.append(Told(at + (6 * n + 4) * MINUTE, "cashier", Prompted(order, "reprint", terminal)))
    return told


class Trouble:
    """One fault of a storm: everything that is drawn for it, whether its family needs it or not."""

    def __init__(self, storm: Storm, n: int, world: World, first: Instant, orders: list[str]) -> None:
        self.storm, self.n, self.world = storm, n, world
        self.roles = world.roles()
        self.start = first + self.one("start", (-MINUTE, 0, 10 * SECOND, MINUTE, 5 * MINUTE, *NIGHT))
        if storm.happens("from-the-beginning", 65, n):
            self.start = midnight(world.calendar.first_day)
        self.lasts: Duration | None = self.one("lasts", LENGTHS) if storm.happens("ends", 40, n) else None
        self.about = self.one("about", orders) if storm.happens("about-one", 30, n) else ""
        self.nth = self.one("nth", (1, 1, 2, 3, None))
        self.chance_ppm = 1_000_000 if storm.happens("surely", 70, n) else 500_000
        self.family = self.one("family", FAMILIES)

    def one(self, what: str, of: Sequence[Item]) -> Item:
        return self.storm.one(what, of, self.n)

    def drawn(self) -> Injection:
        """The fault."""
        return BUILD[self.family](self)

    def machine(self) -> str:
        """Somebody who is no person."""
        return self.one("machine", [who for who, role in self.roles.items() if role not in PEOPLE and who != "T3"])

    def on_link(self, fault: Any, *, both: bool = False) -> Injection:
        specs = [
            (spec.sender, spec.to)
            for spec in links(self.world)
            if self.roles[spec.sender] not in PEOPLE and "T3" not in (spec.sender, spec.to)
        ]
        if self.storm.happens("on-the-card-leg", 60, self.n):
            specs = [spec for spec in specs if {self.roles[spec[0]], self.roles[spec[1]]} <= CARD_LEG]
        if both:
            specs = [spec for spec in specs if self.roles[spec[1]] not in PEOPLE]  # a keyboard has no partitions
        sender, to = self.one("link", specs)
        if both:
            return self.injection(fault, links=((sender, to), (to, sender)))
        said = LINKS.get((self.roles[sender], self.roles[to]), ())
        kinds = [kind for kind in said if kind in MONEY_MOVERS] or said
        kind = self.one("kind", kinds) if kinds and self.storm.happens("of-a-kind", 50, self.n) else ""
        nth = None if type(fault) in (Partition, Hold) else self.nth
        match = Match(kind, self.about)
        return self.injection(fault, links=((sender, to),), match=match, nth=nth, chance_ppm=self.chance_ppm)

    def on_party(self, fault: Any, party: str) -> Injection:
        return self.injection(fault, party=party)

    def on_letter(self, fault: Any) -> Injection:
        machine = self.machine()
        writer = machine if self.roles[machine] in LETTERS else "host"
        match = Match(self.one("letter", LETTERS[self.roles[writer]]), self.about)
        return self.injection(fault, party=writer, match=match, nth=self.nth, chance_ppm=self.chance_ppm)

    def crash(self) -> Injection:
        machine = self.machine()
        kinds = (*heard_by(self.roles[machine]), *LETTERS.get(self.roles[machine], ()))
        kind = self.one("crash-at", kinds) if self.storm.happens("crash-kind", 60, self.n) else ""
        fault = Crash(self.one("point", POINTS), self.one("down-for", LENGTHS))
        nth = self.nth or 2
        return self.injection(fault, party=machine, match=Match(kind, self.about), nth=nth, chance_ppm=self.chance_ppm)

    def answers_with(self) -> Injection:
        marked = self.storm.happens("mark", 50, self.n)
        given = AnswersWith(code=self.one("code", ("96", "91", "68", "06")), not_forwarded=marked)
        whose = self.one("answers-with-of", self.world.acquirers)
        return self.on_party(Fact(given, AnswersWith(code="")), whose.address)

    def account_set(self) -> Injection:
        merchant = self.one("account-of", self.world.merchants)
        direction = self.one("direction", ("in", "out", "both"))
        frozen = AccountSet(account_no=merchant.account_no, state="frozen", direction=direction)
        return self.on_party(Fact(frozen, AccountSet(account_no=merchant.account_no)), merchant.bank)

    def credits_parked(self) -> Injection:
        """The account bank parks what comes for a merchant, and applies it days later, or lets it in again."""
        merchant = self.world.merchants[0]
        parked = CreditsParked(account_no=merchant.account_no)
        return self.on_party(Fact(parked, CreditsParked(account_no=merchant.account_no, parked=False)), merchant.bank)

    def maintenance(self) -> Injection:
        """The account bank is closed: the rail keeps what is for it, or it sends back whatever comes."""
        bank = self.world.merchants[0].bank
        told = self.one("who-is-told", (self.world.rail.address, bank))
        return self.on_party(Fact(BankMaintenance(bank=bank), BankMaintenance(running=False, bank=bank)), told)

    def injection(self, fault: Any, **where: Any) -> Injection:
        return Injection(f"{self.n}-{self.family}", fault, start=self.start, lasts=self.lasts, optional=True, **where)


BUILD: dict[str, Callable[[Trouble], Injection]] = {
    "loss": lambda t: t.on_link(Loss()),
    "delay": lambda t: t.on_link(Delay(t.one("by", DELAYS))),
    "duplicate": lambda t: t.on_link(Duplicate(t.one("gap-of-copy", GAPS))),
    "hold": lambda t: msgspec.structs.replace(t.on_link(Hold()), lasts=t.one("lasts", LENGTHS)),
    "partition": lambda t: t.on_link(Partition(), both=True),
    "one-way": lambda t: t.on_link(Partition()),
    "crash": Trouble.crash,
    "crash-again": lambda t: t.injection(
        Crash(DURING_RECOVERY, t.one("down-for", LENGTHS)), party=t.machine(), nth=t.one("nth", (1, 2))
    ),
    "stop": lambda t: t.on_party(Stop(), t.machine()),
    "pause": lambda t: t.on_party(Pause(), t.machine()),
    "letter-loss": lambda t: t.on_letter(LetterLoss()),
    "letter-delay": lambda t: t.on_letter(LetterDelay(t.one("by", (*DELAYS, HOUR)))),
    "clock-offset": lambda t: t.on_party(
        ClockOffset(t.one("offset", (-HOUR, -MINUTE, SECOND, 10 * MINUTE, 13 * HOUR))), t.machine()
    ),
    "clock-drift": lambda t: t.on_party(ClockDrift(t.one("drift", (-200_000, -1_000, 50_000, 400_000))), t.machine()),
    "paper-out": lambda t: t.on_party(
        Fact(PaperOut(how=t.one("how", ("out", "jam"))), PaperLoaded()), t.one("at", ("T1", "T2"))
    ),
    "day-end": lambda t: t.on_party(
        Fact(DayEnd(), DayEnd(running=False)), t.one("day-end-of", t.world.issuers).address
    ),
    "answers-with": Trouble.answers_with,
    "account-set": Trouble.account_set,
    "credits-parked": Trouble.credits_parked,
    "maintenance": Trouble.maintenance,
    "chip": lambda t: t.on_party(
        Fact(t.one("chip", (CardRemoved(), CardRemoved(when="at-answer"), ChipDeclined()))), t.one("at", ("T1", "T2"))
    ),
}
"""Family → how a fault of it comes about."""

FAMILIES = tuple(BUILD)


def drawn(seed: str, most_purchases: int = 6, most_faults: int = 4, shop: str = "") -> Scenario:
    """The storm of a seed, as a scenario that expects nothing but the invariants; over one shop, or any."""
    storm = Storm(seed)
    world = world_of(storm, shop)
    begins = midnight(world.calendar.first_day)
    late = storm.happens("late", 20)
    first = begins + (22 * HOUR + 57 * MINUTE if late else 10 * HOUR + 15 * MINUTE)
    purchases = _purchases(storm, first, most_purchases)
    told = [Told(p.at, p.cashier, p.given) for p in purchases] + _acts(storm, purchases)
    faults = [
        Trouble(storm, n, world, first, [p.order for p in purchases]).drawn()
        for n in range(1 + storm.number("faults", most_faults))
    ]
    heal_at = first + storm.one("heal", (40 * MINUTE, 2 * HOUR, 14 * HOUR, 20 * HOUR, 23 * HOUR))
    heal_at = max(heal_at, max(entry.at for entry in told) + MINUTE)
    told += _tidying(purchases, world, heal_at + 10 * MINUTE)
    if world.merchants[0].repayout == "apply":
        told += [
            Told(heal_at + HOUR, world.acquirer_of(merchant.mid).address, RepayoutApplied(mid=merchant.mid))
            for merchant in world.merchants
        ]
    return Scenario(
        id="storm",
        variant=None,
        source=f"storm-{seed}",
        title=Text("风暴", "a storm"),
        teaches=None,
        cause=None,
        world=world,
        cashier=storm.one("cashier", POLICIES),
        cardholder="reads-sms",
        purchases=purchases,
        told=tuple(sorted(told, key=lambda entry: entry.at)),
        injections=tuple(faults),
        complaints=(),
        heal=Heal(heal_at, 2 * HOUR),
        begins=begins,
        until=begins + 7 * DAY + 14 * HOUR,
        expect=Expectations(),
    )


def wrong(played: Played) -> list[str]:
    """What must not be after a storm: one line for each finding."""
    scenario, result = played.scenario, played.result
    lost_letters = {i.id for i in scenario.injections if type(i.fault) is LetterLoss}
    struck = {strike.fault for strike in played.truth.strikes}
    letters_lost = bool(lost_letters & struck)
    found = []
    for check in result.invariants:
        if check.verdict != "broken":
            continue
        if check.id == "one-net-effect" and _paid_again(played, check.breaches):
            continue
        if letters_lost and check.id in ("all-final", "explained", "mirrors-agree"):
            continue
        found += [f"{check.id}: {breach.en}" for breach in check.breaches]
    for purchase in result.purchases:
        away = sum(place.amount for place in purchase.end.places)
        if away != purchase.due * purchase.end.charged_net:
            charged = f"{purchase.end.charged_net} times {purchase.due} charged"
            found.append(f"places: {purchase.order}: {away} fen in places, {charged}")
    return found


def _paid_again(played: Played, breaches: Sequence[Text]) -> bool:
    """Whether every purchase that a breach names was paid a second time by a person: two attempts of a sale."""
    again = {
        purchase.order
        for purchase in played.result.purchases
        if sum(attempt.kind in SALES for attempt in purchase.attempts) > 1
    }
    return all(any(f": {order}: " in breach.en for order in again) for breach in breaches)


def uncredited(played: Played) -> list[str]:
    """Approved and debited sales whose money did not reach the merchant's account by the end."""
    return [
        f"{purchase.order}: {purchase.end.truth} {purchase.end.views}"
        for purchase in played.result.purchases
        if purchase.end.charged_net and not purchase.end.credited
    ]
