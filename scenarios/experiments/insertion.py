"""Does what somebody advises, in a run that is otherwise the same: the words of the catalogue as acts of people.

Whatever was before the act stays as it was, for every draw of chance is keyed by what it is about. So what came of the
act is what differs afterwards, and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from poslab.history.questions import Facts
from poslab.messages.people import Prompted
from poslab.party.contract import Address
from poslab.party.time import MINUTE, SECOND, Duration, Instant
from poslab.runtime.virtual import Fact
from scenarios.experiments.clerks import BEHIND_THE_COUNTER, Clerk
from scenarios.schema.story import Purchase, Scenario
from scenarios.stage.play import Act, Run

AGAIN_US = 97 * SECOND
MUCH_LATER_US = 8 * MINUTE
"""A machine may be busy: what does no harm twice is done once more after a while, and after a long while."""
LOOKS_US = 61 * SECOND
"""How often somebody looks whether the money is back, before she sells again."""
LOOKS = 40


class Prompt(Struct, frozen=True):
    """Somebody tells the cashier to do something at a terminal."""

    at: Instant
    purchase: Purchase
    do: str
    terminal: Address

    def done(self, run: Run) -> Sequence[Fact]:
        """The cashier is told."""
        return (_prompt(self.at, self.purchase, self.do, self.terminal),)


class TakenBack(Struct, frozen=True):
    """Somebody takes it back, by the menu for what it is by then: a sale, a hold, or the completion of one."""

    at: Instant
    purchase: Purchase
    terminal: Address

    def done(self, run: Run) -> Sequence[Fact]:
        """The cashier is told which void."""
        run.purchases.now = self.at
        facts = run.evidence.facts(self.purchase.order, run.purchases).for_role("merchant")
        do = "void"
        if facts.get("terminal") == "preauth":
            do = "preauth-void"
        elif facts.get("completes-hold") is True:
            do = "completion-void"
        return (_prompt(self.at, self.purchase, do, self.terminal),)


class LineRestored(Struct, frozen=True):
    """The line of a terminal is mended: whatever struck messages on it ends."""

    at: Instant
    terminal: Address

    def done(self, run: Run) -> Sequence[Fact]:
        """Nobody is told; the next connection succeeds."""
        for injection in run.scenario.injections:
            if any(self.terminal in link for link in injection.links):
                run.virtual.end(injection.id)
        return ()


class Proven:
    """A sale that is made again once the first attempt is proven to have charged nobody, or to be undone."""

    def __init__(self) -> None:
        self.attempts: int | None = None
        """How many there were when she began to look: one more, and she has sold."""

    def looks(self, at: Instant, purchase: Purchase, terminal: Address) -> list[Act]:
        """She looks at slip and screen again and again, and sells as soon as they say so and the terminal takes it."""
        return [_Look(self, at + number * LOOKS_US, purchase, terminal) for number in range(LOOKS)]


class _Look:
    def __init__(self, proven: Proven, at: Instant, purchase: Purchase, terminal: Address) -> None:
        self._proven = proven
        self.at = at
        self._purchase = purchase
        self._terminal = terminal

    def done(self, run: Run) -> Sequence[Fact]:
        run.purchases.now = self.at
        facts = run.evidence.facts(self._purchase.order, run.purchases).for_role("merchant")
        known = facts.get("attempts")
        attempts = known if isinstance(known, int) else 0
        if self._proven.attempts is None:
            self._proven.attempts = attempts
        if attempts > self._proven.attempts or facts.get("dark") is True or not over(facts):
            return ()
        return (_prompt(self.at, self._purchase, "sale", self._terminal),)


_OVER: Final = ("none", "declined", "reversed", "voided", "reversal-closed:25")


def over(facts: Facts) -> bool:
    """Whether the terminal says that the first attempt stands for nothing: 冲正成功, a decline, or nothing was sent."""
    word = str(facts.get("terminal"))
    return word in _OVER or word.partition(":")[0] in _OVER


class Place(Struct, frozen=True):
    """Where and when an act is done: the purchase, from when on, and how many acts stand before it."""

    scenario: Scenario
    purchase: Purchase
    at: Instant
    other: Address
    """Another terminal of the same cashier."""
    proven: Proven
    """The customer pays once, whichever way is taken."""


Does = Callable[[Place], list[Act]]


def _prompts(do: str, *delays: Duration) -> Does:
    def does(place: Place) -> list[Act]:
        return [Prompt(place.at + delay, place.purchase, do, place.purchase.terminal) for delay in delays]

    return does


def _taken_back(*delays: Duration) -> Does:
    def does(place: Place) -> list[Act]:
        return [TakenBack(place.at + delay, place.purchase, place.purchase.terminal) for delay in delays]

    return does


def _restored(place: Place) -> list[Act]:
    return [LineRestored(place.at, place.purchase.terminal)]


def _sold_again(place: Place) -> list[Act]:
    return place.proven.looks(place.at, place.purchase, place.purchase.terminal)


def _sold_elsewhere(place: Place) -> list[Act]:
    return place.proven.looks(place.at, place.purchase, place.other)


def _paid_elsewhere(place: Place) -> list[Act]:
    return [Prompt(place.at, place.purchase, "sale", place.other)]


def _behind_the_counter(word: str) -> Does:
    done = BEHIND_THE_COUNTER[word]
    return lambda place: [Clerk(place.at + delay, place.purchase, does) for does, delay in done]


EXECUTED: Final[Mapping[str, Does]] = {
    "query": _prompts("query", 0, AGAIN_US, MUCH_LATER_US),
    "balance-inquiry": _prompts("balance", 0, AGAIN_US),
    "load-paper": _prompts("load-paper", 0),
    "reprint": _prompts("reprint", 0, AGAIN_US),
    "restore-link": _restored,
    "restart-terminal": _prompts("restart", 0),
    "echo-test": _prompts("echo", 0),
    "sign-on": _prompts("sign-on", 0),
    "sell-again": _sold_again,
    "other-means": _sold_elsewhere,
    "void": _taken_back(0, AGAIN_US, MUCH_LATER_US),
    "void-preauth": _prompts("preauth-void", 0, AGAIN_US),
    "complete-preauth": _prompts("complete", 0, AGAIN_US),
    "pay-again-elsewhere": _paid_elsewhere,
    "swipe-again": _prompts("sale", 0),
    "retry-at-once": _prompts("sale", 0, 5 * SECOND, 10 * SECOND),
    "press-cancel": _prompts("cancel", 0),
    "void-before-reversal": _taken_back(0),
    "settle": _prompts("settle", 0, AGAIN_US),
    "settle-before-reversal": _prompts("settle", 0),
    "pull-card": _prompts("pull-card", 0),
    "refund": _prompts("refund", 0),
    "refund-as-well": _prompts("refund", 0),
    "refund-twice": _prompts("refund", 0, AGAIN_US),
    **{word: _behind_the_counter(word) for word in BEHIND_THE_COUNTER},
}
"""Action → what is done at the machines, or told to whoever sits behind a counter."""

SELLS: Final = ("sell-again", "other-means", "pay-again-elsewhere", "swipe-again", "retry-at-once")
"""Those of them that are a sale."""

NOT_EXECUTED: Final[Mapping[str, str]] = {
    "keep-credit": "it is the other way from the credit adjustment, which is tried",
    "accept-chargeback": "it is the other way from representing, which is tried",
    "factory-reset": "no terminal here can be initialised yet",
    "clear-log": "no terminal's log can be cleared here",
    "revive-late-answer": "what broken software does, not people",
}
"""Actions that a sweep does not carry out, and why. Every other one is done among people: no machine hears of it, so
the run is what it is without it."""

GAP_US = 7 * SECOND
BOOT_US = 41 * SECOND
"""How long people take from one remedy to the next, and how long if that was a restart of the terminal."""


def executable(words: Sequence[str]) -> list[str]:
    """Those of the actions that a machine hears of, in their order."""
    return [word for word in words if word in EXECUTED]


def acts(words: Sequence[str], scenario: Scenario, purchase: Purchase, at: Instant) -> list[Act]:
    """The actions as acts, one after the other from ``at`` on; those that leave the money alone are no acts."""
    other = next(
        (
            terminal.address
            for terminal in scenario.world.terminals
            if terminal.cashier == purchase.cashier and terminal.address != purchase.terminal
        ),
        purchase.terminal,
    )
    found: list[Act] = []
    proven = Proven()
    for word in executable(words):
        found += EXECUTED[word](Place(scenario, purchase, at, other, proven))
        at += BOOT_US if word == "restart-terminal" else GAP_US
    return found


def _prompt(at: Instant, purchase: Purchase, do: str, terminal: Address) -> Fact:
    about = "" if do in ("balance", "load-paper", "restart", "echo", "sign-on", "settle") else purchase.order
    return at, purchase.cashier, Prompted(about, do, terminal, purchase.amount_fen, purchase.card)
