"""What all of the switch's work shares: the requests that passed, its lines and its day."""

from typing import Final

from msgspec import Struct

from acquirer.remembered import BusinessDay, Pairs, Remembered
from acquirer.store_and_forward import StoreAndForward, Stored
from acquirer.switch.clearing import ClearingDesk
from acquirer.switch.passages import MOVING, UNKNOWN, Passage
from poslab.ledger.book import Book
from poslab.party.contract import Address, Became, Effect, Posting
from poslab.party.time import Instant
from poslab.world.world import World

GONE: Final = "refused"
"""Why a line is down, when the peer itself is: nobody answers there."""


class Held(Struct, frozen=True, array_like=True):
    """The whole state of a switch, as its snapshot keeps it."""

    day: tuple[str, int, int]
    passages: tuple[Pairs, Pairs, Pairs]
    passed_advices: list[str]
    advices: list[Stored]
    down: list[tuple[str, str]]
    book: tuple[list[tuple[str, int]], list[tuple[str, list[Posting]]], list[tuple[str, list[Posting]]]]
    clearing: object


class Exchange:
    """The switch's files. A passage moves by ``move`` alone."""

    def __init__(self, world: World) -> None:
        network = world.network
        self._acquirers = {acquirer.rrn_prefix: acquirer.address for acquirer in world.acquirers}
        self._first = world.acquirer.address
        self.acquirer = self._first
        """Whose request the present input is about."""
        self.answer_timeout_us = network.answer_timeout_us
        self.routes: dict[str, Address] = {}
        """Card → the bank that issued it."""
        for issuer in world.issuers:
            for card in issuer.cards:
                self.routes.setdefault(card, issuer.address)

        self.codes = frozenset(ref for ref, card in world.cards.items() if card.is_code)
        self.book = Book("N")
        self.clearing = ClearingDesk(world, self.book)
        self.day = BusinessDay(world.calendar)
        self.passages: Remembered[Passage] = Remembered(Passage)
        self.passage = UNKNOWN
        """The passage that the present input is about."""
        self.passed_advices: dict[str, None] = {}
        """RRNs of the acquirer's advices that an issuer has still to answer."""
        self.down: dict[Address, str] = {}
        self.advices = StoreAndForward(
            world.calendar,
            network.advice_interval_us,
            network.advice_quick_tries,
            network.advice_slow_interval_us,
            network.advice_most_tries,
            self.down,
        )
        self.forwarded_last = ""
        """The request forwarded last, and when: what a connection that failed in the same instant speaks of."""
        self.forwarded_last_at: Instant = 0

    def turn_day(self, at: Instant) -> None:
        """Begin the business day of ``at``; what came to rest before the day before is forgotten."""
        for _ in range(min(self.day.turn(at), 2)):
            self.passages.turn()
            self.passed_advices.clear()  # who still wants an answer says the advice again

    def open_file(self, rrn: str) -> str:
        """Put the passage of an RRN on the desk, as ``passage``, and its ``acquirer``; its state."""
        if len(self._acquirers) > 1:
            self.acquirer = self.acquirer_of(rrn)
        passage = self.passages.open.get(rrn) or self.passages.find(rrn) or UNKNOWN
        self.passage = passage
        return passage.state

    def acquirer_of(self, rrn: str) -> Address:
        """Whose request a retrieval reference number names: it begins as its acquirer's do."""
        return self._acquirers.get(rrn[:2], self._first)

    def move(self, before: str, after: Passage, out: list[Effect]) -> str:
        """Put a passage into its next state; ``before`` is the word of the one it had. Answers the state."""
        out.append(Became(after.about, after.rrn, before, after.word))
        if after.state in MOVING:
            self.passages.reopen(after.rrn, after)
        else:
            self.passages.close(after.rrn, after)
        return after.state

    def state(self) -> Held:
        """Everything that a restart must give back."""
        return Held(
            self.day.state(),
            self.passages.state(),
            list(self.passed_advices),
            self.advices.state(),
            list(self.down.items()),
            self.book.state(),  # type: ignore[arg-type]
            self.clearing.snapshot(),
        )

    def restore(self, kept: Held) -> None:
        """Take the state that ``state`` gave."""
        self.day.restore(kept.day)
        self.passages.restore(*kept.passages)
        self.passed_advices = dict.fromkeys(kept.passed_advices)
        self.advices.restore(kept.advices)
        self.down.clear()
        self.down.update(kept.down)
        self.book.restore(*kept.book)
        self.clearing.restore(kept.clearing)
