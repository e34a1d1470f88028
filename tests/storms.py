"""Storms: small worlds drawn by a seed, with whatever can go wrong going wrong, and what must hold all the same.

Every draw is keyed by what it is about, so a storm can be thinned out, fault by fault, and the rest stays as it was.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from poslab.faults.clocks import ClockDrift, ClockOffset
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.facts import Fact
from poslab.faults.hold import Hold
from poslab.faults.injection import Injection, Match
from poslab.faults.letters import LetterDelay, LetterLoss
from poslab.faults.loss import Loss
from poslab.faults.partition import Partition
from poslab.faults.process import POINTS, Crash, Pause, Stop
from poslab.messages.facts import AccountSet, AnswersWith, DayEnd, PaperLoaded, PaperOut, RepayoutApplied
from poslab.messages.people import Prompted
from poslab.party.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Duration, Instant, midnight
from poslab.runtime.chance import Chance
from poslab.text import Text
from poslab.world.presets import PRESETS
from poslab.world.world import World
from scenarios.schema.links import LINKS, heard_by
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.casting import links
from scenarios.stage.play import Played

Item = TypeVar("Item")

CARDS = ("good-debit", "good-credit", "good-debit", "good-credit", "insufficient", "no-answer", "expired")
POLICIES = ("by-the-book", "impatient", "careless", "passive")
ACTS = ("void", "balance", "query", "reprint", "cancel", "restart", "sale", "sign-off", "sign-on", "echo")
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
    "cashier": ("cashier-due",),
}  # fmt: skip
"""Role → the letters that it writes to itself."""

FAMILIES = (
    "loss", "delay", "duplicate", "hold", "partition", "one-way", "crash", "stop", "pause", "letter-loss",
    "letter-delay", "clock-offset", "clock-drift", "paper-out", "day-end", "answers-with", "account-set",
)  # fmt: skip

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


def world_of(storm: Storm) -> World:
    """A shop with two terminals in use, and the policies that its provider loaded."""
    world = PRESETS[storm.one("world", sorted(PRESETS))]()
    policy, park = storm.one("policy", (("park", "block"), ("park", "queue"), ("drop", "block")))
    print_fail = "reverse" if storm.happens("print-fail", 25) else "keep"
    repayout = "apply" if storm.happens("repayout", 25) else "auto"
    authorise_us = storm.one("authorise", (0, 0, 0, 2 * SECOND, 29 * SECOND, 35 * SECOND))
    replace = msgspec.structs.replace
    return replace(
        world,
        terminals=tuple(
            replace(terminal, policy=policy, park=park, print_fail=print_fail, queue_limit=2)
            for terminal in world.terminals
        ),
        merchants=tuple(replace(merchant, repayout=repayout) for merchant in world.merchants),
        issuers=tuple(replace(issuer, authorise_us=authorise_us) for issuer in world.issuers),
    )


def _purchases(storm: Storm, first: Instant, most: int) -> tuple[Purchase, ...]:
    purchases = []
    at = first
    for n in range(1 + storm.number("purchases", most)):
        terminal = storm.one("terminal", ("T1", "T2"), n)
        card = storm.one("card", CARDS, n)
        pin = "wrong" if storm.happens("pin", 4, n) else "right"
        amount_fen = 300 + 100 * storm.number("amount", 500, n)
        purchases.append(Purchase(f"order-{n}", at, terminal, "cashier", amount_fen, card, "chip", pin))
        at += storm.one("gap", (0, SECOND, 30 * SECOND, 70 * SECOND, 5 * MINUTE, 20 * MINUTE), n)
    return tuple(purchases)


def _acts(storm: Storm, purchases: tuple[Purchase, ...]) -> list[Told]:
    told = []
    for n in range(storm.number("acts", 4)):
        purchase = storm.one("act-of", purchases, n)
        at = purchase.at + storm.one("act-at", (SECOND, 8 * SECOND, 30 * SECOND, 65 * SECOND, 4 * MINUTE, HOUR), n)
        terminal = storm.one("act-terminal", ("T1", "T2"), n) if storm.happens("elsewhere", 15, n) else purchase.terminal
        do = storm.one("act", ACTS, n)
        about = purchase.order if do in ("void", "query", "reprint", "cancel", "sale") else ""
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


def _fault(storm: Storm, n: int, world: World, first: Instant, orders: list[str]) -> Injection:
    family = storm.one("family", FAMILIES, n)
    roles = world.roles()
    start = first + storm.one("start", (-MINUTE, 0, 10 * SECOND, MINUTE, 5 * MINUTE, *NIGHT), n)
    if storm.happens("from-the-beginning", 40, n):
        start = midnight(world.calendar.first_day)
    lasts: Duration | None = storm.one("lasts", LENGTHS, n) if storm.happens("ends", 40, n) else None
    about = storm.one("about", orders, n) if storm.happens("about-one", 30, n) else ""
    nth = storm.one("nth", (1, 1, 2, 3, None), n)
    chance_ppm = 1_000_000 if storm.happens("surely", 70, n) else 500_000
    name = f"{n}-{family}"

    def on_link(fault: Any, *, both: bool = False) -> Injection:
        specs = [
            (spec.sender, spec.to)
            for spec in links(world)
            if roles[spec.sender] not in ("cashier", "cardholder", "merchant") and "T3" not in (spec.sender, spec.to)
        ]
        sender, to = storm.one("link", specs, n)
        if both:
            pair = (sender, to), (to, sender)
            return Injection(name, fault, links=pair, start=start, lasts=lasts, optional=True)
        kinds = LINKS.get((roles[sender], roles[to]), ())
        kind = storm.one("kind", kinds, n) if kinds and storm.happens("of-a-kind", 50, n) else ""
        kept_nth = None if type(fault) in (Partition, Hold) else nth
        return Injection(
            name, fault, links=((sender, to),), match=Match(kind, about), start=start, lasts=lasts, nth=kept_nth,
            chance_ppm=chance_ppm, optional=True,
        )  # fmt: skip

    def on_party(fault: Any, party: str, kind: str = "", lasting: Duration | None = lasts) -> Injection:
        single = type(fault) in (Crash, LetterLoss, LetterDelay)
        return Injection(
            name, fault, party=party, match=Match(kind, about if single else ""), start=start, lasts=lasting,
            nth=nth if single else None, chance_ppm=chance_ppm if single else 1_000_000, optional=True,
        )  # fmt: skip

    machines = [a for a, role in roles.items() if role not in ("cashier", "cardholder", "merchant") and a != "T3"]
    machine = storm.one("machine", machines, n)
    letters = LETTERS.get(roles[machine], LETTERS["host"])
    writer = machine if roles[machine] in LETTERS else "host"
    letter = storm.one("letter", letters, n)
    account_no = world.merchants[0].account_no
    if family == "loss":
        return on_link(Loss())
    if family == "delay":
        return on_link(Delay(storm.one("by", DELAYS, n)))
    if family == "duplicate":
        return on_link(Duplicate(storm.one("gap-of-copy", GAPS, n)))
    if family == "hold":
        return on_link(Hold())
    if family == "partition":
        return on_link(Partition(), both=True)
    if family == "one-way":
        return on_link(Partition())
    if family == "crash":
        kinds = (*heard_by(roles[machine]), *letters)
        kind = storm.one("crash-at", kinds, n) if storm.happens("crash-kind", 60, n) else ""
        fault = Crash(storm.one("point", POINTS, n), storm.one("down-for", LENGTHS, n))
        crash = on_party(fault, machine, kind)
        return crash if crash.nth is not None else msgspec.structs.replace(crash, nth=2)
    if family == "stop":
        return on_party(Stop(), machine)
    if family == "pause":
        return on_party(Pause(), machine)
    if family == "letter-loss":
        return on_party(LetterLoss(), writer, letter)
    if family == "letter-delay":
        return on_party(LetterDelay(storm.one("by", (*DELAYS, HOUR), n)), writer, letter)
    if family == "clock-offset":
        return on_party(ClockOffset(storm.one("offset", (-HOUR, -MINUTE, SECOND, 10 * MINUTE, 13 * HOUR), n)), machine)
    if family == "clock-drift":
        return on_party(ClockDrift(storm.one("drift", (-200_000, -1_000, 50_000, 400_000), n)), machine)
    if family == "paper-out":
        return on_party(Fact(PaperOut(how=storm.one("how", ("out", "jam"), n)), PaperLoaded()), storm.one("at", ("T1", "T2"), n))
    if family == "day-end":
        return on_party(Fact(DayEnd(), DayEnd(running=False)), world.issuers[0].address)
    if family == "answers-with":
        given = AnswersWith(code=storm.one("code", ("96", "91", "68", "06"), n), not_forwarded=storm.happens("mark", 50, n))
        return on_party(Fact(given, AnswersWith(code="")), world.acquirer.address)
    frozen = AccountSet(account_no=account_no, state="frozen", direction=storm.one("direction", ("in", "out", "both"), n))
    return on_party(Fact(frozen, AccountSet(account_no=account_no)), world.merchants[0].bank)


def drawn(seed: str, most_purchases: int = 6, most_faults: int = 4) -> Scenario:
    """The storm of a seed, as a scenario that expects nothing but the invariants."""
    storm = Storm(seed)
    world = world_of(storm)
    begins = midnight(world.calendar.first_day)
    late = storm.happens("late", 20)
    first = begins + (22 * HOUR + 57 * MINUTE if late else 10 * HOUR + 15 * MINUTE)
    purchases = _purchases(storm, first, most_purchases)
    told = [Told(p.at, p.cashier, p.given) for p in purchases] + _acts(storm, purchases)
    faults = [
        _fault(storm, n, world, first, [p.order for p in purchases])
        for n in range(1 + storm.number("faults", most_faults))
    ]
    heal_at = first + storm.one("heal", (40 * MINUTE, 2 * HOUR, 14 * HOUR, 20 * HOUR, 30 * HOUR))
    heal_at = max(heal_at, max(entry.at for entry in told) + MINUTE)
    told += _tidying(purchases, world, heal_at + 10 * MINUTE)
    if world.merchants[0].repayout == "apply":
        told.append(Told(heal_at + HOUR, world.acquirer.address, RepayoutApplied(mid=world.merchants[0].mid)))
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
        if letters_lost and check.id == "all-final":
            continue
        found += [f"{check.id}: {breach}" for breach in check.breaches]
    return found


def _paid_again(played: Played, breaches: Sequence[str]) -> bool:
    """Whether every purchase that a breach names was paid a second time by a person: two attempts of a sale."""
    again = {
        purchase.order
        for purchase in played.result.purchases
        if sum(attempt.kind == "sale" for attempt in purchase.attempts) > 1
    }
    return all(any(f": {order}: " in breach for order in again) for breach in breaches)


def uncredited(played: Played) -> list[str]:
    """Approved and debited sales whose money did not reach the merchant's account by the end."""
    return [
        f"{purchase.order}: {purchase.end.truth} {purchase.end.views}"
        for purchase in played.result.purchases
        if purchase.end.charged_net and not purchase.end.credited
    ]
