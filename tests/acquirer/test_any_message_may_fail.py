"""Between terminal and issuer any message may be lost, doubled or late: in the end both ends tell the same story.

The real host, switch and issuer, and a terminal that does what it must: it sends its sale, waits a minute, and
reverses until it hears 00, 12 or 25.
"""

import heapq
from itertools import combinations, count

import pytest
from cardleg import KEY, MORNING, reversal, sale

from acquirer.cast import cast as acquirer_cast
from bank.cast import cast as bank_cast
from poslab.messages.card import FinancialResponse, ReversalResponse
from poslab.party.contract import Became, Input, Posted, Remind, Reminder, Send
from poslab.party.time import DAY, SECOND, Duration
from poslab.world.presets import corner_shop

HOP: Duration = 100_000
LATE: Duration = 75 * SECOND
LOSE, DOUBLE, DELAY = "lose", "double", "delay"

Spoiled = dict[tuple[str, str, int], str]
"""Which sending of a kind by whom is spoiled, and how."""


class Street:
    """One sale through the real parties, with some messages spoiled."""

    def __init__(self, spoiled: Spoiled) -> None:
        world = corner_shop()
        banks = bank_cast(world)
        self.parties = {**acquirer_cast(world), "issuer": banks["issuer"]}
        self.spoiled = spoiled
        self.states: dict[tuple[str, str], list[str]] = {}
        self.sent: dict[tuple[str, str], int] = {}
        self.debited_fen = 0
        self.claimed_fen = 0
        self.outcome = ""
        self._queue: list[tuple[int, int, str, Input]] = []
        self._ties = count()
        self._now = MORNING
        self._carry("T1", "host", sale())
        self._later(60 * SECOND, "T1", Reminder(""))
        while self._queue and self._queue[0][0] < MORNING + DAY // 2:
            self._now, _, to, given = heapq.heappop(self._queue)
            if to == "T1":
                self._terminal(given)
            elif to in self.parties:
                self._tell(to, given)

    def _later(self, after: Duration, to: str, given: Input) -> None:
        heapq.heappush(self._queue, (self._now + after, next(self._ties), to, given))

    def _carry(self, by: str, to: str, message: Input) -> None:
        which = (by, message.kind)
        nth = self.sent[which] = self.sent.get(which, 0) + 1
        how = self.spoiled.get((by, message.kind, nth))
        if how != LOSE:
            self._later(HOP + (LATE if how == DELAY else 0), to, message)
        if how == DOUBLE:
            self._later(3 * HOP, to, message)

    def _tell(self, name: str, given: Input) -> None:
        party = self.parties[name]
        if isinstance(given, Reminder) and not party.awaits(given):
            return
        for effect in party.handle(given, self._now) or ():
            if type(effect) is Send:
                self._carry(name, effect.to, effect.message)
            elif type(effect) is Remind:
                self._later(effect.after, name, effect.of)
            elif type(effect) is Became:
                self.states.setdefault((name, effect.of), ["none"]).append(effect.after)
            elif type(effect) is Posted:
                self._count(name, effect)

    def _count(self, name: str, posted: Posted) -> None:
        for debit, credit, amount_fen in posted.postings:
            if name == "issuer":
                self.debited_fen += amount_fen if debit.startswith("I.cardholder") else 0
                self.debited_fen -= amount_fen if credit.startswith("I.cardholder") else 0
            if name == "host":
                self.claimed_fen += amount_fen if debit == "A.scheme_receivable" else 0
                self.claimed_fen -= amount_fen if credit == "A.scheme_receivable" else 0

    def _terminal(self, given: Input) -> None:
        if type(given) is FinancialResponse and not self.outcome:
            self.outcome = given.code
        elif type(given) is ReversalResponse and given.code in ("00", "12", "25"):
            self.outcome = f"reversal {given.code}"
        elif isinstance(given, Reminder) and self.outcome in ("", "reversing"):
            self.outcome = "reversing"
            self._carry("T1", "host", reversal())
            self._later(60 * SECOND, "T1", given)

    @property
    def host_state(self) -> str:
        return self.states.get(("host", KEY), ["none"])[-1]


MESSAGES = (
    ("T1", "0200", 1),
    ("host", "0200", 1),
    ("switch", "0200", 1),
    ("issuer", "0210", 1),
    ("switch", "0210", 1),
    ("host", "0210", 1),
    ("T1", "0400", 1),
    ("host", "0410", 1),
    ("host", "0420", 1),
    ("switch", "0420", 1),
    ("issuer", "0420", 1),
    ("switch", "0430", 1),
    ("issuer", "0430", 1),
    ("host", "0430", 1),
)
HOW = (LOSE, DOUBLE, DELAY)


def told_alike(street: Street, spoiled: Spoiled) -> None:
    """The four ends of the story fit together."""
    state = street.host_state
    said = f"{spoiled}: terminal {street.outcome}, host {state}, {street.debited_fen} debited"
    assert street.debited_fen == street.claimed_fen == (12_800 if state == "approved" else 0), said
    if state == "approved":
        assert street.outcome == "00", said
    else:
        assert state in ("none", "reversed", "reversal-only"), said
        assert street.outcome in ("68", "98", "12", "94", "reversal 00", "reversal 25"), said
    switch = [states[-1] for (party, _), states in street.states.items() if party == "switch"]
    assert all(last in ("answered", "undone") for last in switch), f"{said}, switch {switch}"


def test_a_sale_to_which_nothing_happens_is_approved() -> None:
    street = Street({})
    assert (street.outcome, street.host_state, street.debited_fen) == ("00", "approved", 12_800)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: f"{message[0]}-{message[1]}")
def test_one_message_spoiled(message: tuple[str, str, int], how: str) -> None:
    spoiled = {message: how}
    told_alike(Street(spoiled), spoiled)


def test_any_two_messages_spoiled() -> None:
    for one, other in combinations(MESSAGES, 2):
        for how in HOW:
            for how_other in HOW:
                spoiled = {one: how, other: how_other}
                told_alike(Street(spoiled), spoiled)


@pytest.mark.parametrize("how", HOW)
def test_everything_spoiled_for_a_while(how: str) -> None:
    spoiled = {(by, kind, nth): how for by, kind, _ in MESSAGES[3:] for nth in (1, 2, 3)}
    told_alike(Street(spoiled), spoiled)


def test_a_second_word_of_the_issuer_is_not_taken_for_the_hosts() -> None:
    spoiled = {
        ("issuer", "0210", 1): LOSE,
        ("issuer", "0430", 1): DELAY,  # so that the switch repeats, and hears the issuer twice
        ("switch", "0210", 1): LOSE,
        ("switch", "0420", 3): LOSE,  # the first that was for the host
        **{("host", "0420", nth): LOSE for nth in range(1, 100)},
    }
    told_alike(Street(spoiled), spoiled)
