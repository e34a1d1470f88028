"""The funding leg as a street of real institutions: host's and network's desks, rail, issuer and account bank.

Messages travel in 35 ms and letters to oneself come back on time, in order of time and then of sending. A test may
stand in the way of messages: ``way(to, message, attempt)`` answers at which delays copies arrive (none: it is lost).
"""

import heapq
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import msgspec

from acquirer.host.funding import FundingDesk
from acquirer.switch.clearing import ClearingDesk
from bank.cast import cast
from poslab.ledger.book import Book
from poslab.messages.card import SALE, FinancialRequest
from poslab.messages.facts import AccountSet
from poslab.party.contract import Became, Effect, Input, Logged, Posted, Remind, Reminder, Send
from poslab.party.facts import Restarted, Started
from poslab.party.time import DAY, HOUR, MILLISECOND, MINUTE, midnight
from poslab.world.calendar import day_word
from poslab.world.presets import corner_shop
from poslab.world.world import World

HOP_US = 35 * MILLISECOND
SHOP = "999000054110001"
ACCOUNT = "999100000001"
MONDAY = midnight(date(2026, 1, 5))
TUESDAY = MONDAY + DAY
WEDNESDAY = MONDAY + 2 * DAY
PAYOUT = f"{SHOP}-20260105"
IN_FLIGHT = f"R.in_flight.{PAYOUT}"
PENDING = f"A.merchant_payable.{SHOP}.pending"
AVAILABLE = f"A.merchant_payable.{SHOP}.available"
Way = Callable[[str, Input, int], Iterable[int]]


class Desk:
    """A desk as a party of its own, with the book that its institution would hand it."""

    def __init__(self, world: World, make: Callable[[World, Book], Any], letter: str) -> None:
        self.book = Book(letter)
        self.desk = make(world, self.book)

    def handle(self, given: Input, at: int) -> list[Effect] | None:
        out: list[Effect] = []
        if isinstance(given, Started):
            self.desk.start(at, out)
        elif isinstance(given, Restarted):
            self.desk.restarted(at, out)
        elif isinstance(given, self.desk.REMINDERS):
            if not self.desk.awaits(given):
                return None
            self.desk.handle(given, at, out)
        elif isinstance(given, self.desk.HEARS):
            self.desk.handle(given, at, out)
        return out

    def awaits(self, of: Reminder) -> bool:
        return bool(self.desk.awaits(of))

    def snapshot(self) -> bytes:
        return bytes(self.desk.snapshot())

    def restore(self, kept: bytes) -> None:
        self.desk.restore(kept)


def straight(to: str, message: Input, attempt: int) -> tuple[int, ...]:
    """Nothing stands in the way."""
    return (HOP_US,)


class Street:
    """A funding leg that runs by itself until it is told to stop."""

    def __init__(self, world: World, at: int, way: Way = straight, asleep: str = "") -> None:
        self.world = world
        self.at = at
        self.way = way
        self.host = Desk(world, FundingDesk, "A")
        self.switch = Desk(world, ClearingDesk, "N")
        self.parties: dict[str, Any] = cast(world)
        self.parties[world.acquirer.address] = self.host
        self.parties[world.network.address] = self.switch
        self.lines: list[tuple[int, str, Effect]] = []
        """Everything that anybody wished: when, who, what."""
        self._queue: list[tuple[int, int, str, Input]] = []
        self._count = 0
        for who in self.parties:
            if who != asleep:
                self.tell(who, Started())

    def book(self, who: str) -> Book:
        """An institution's book."""
        book = self.parties[who].book
        assert isinstance(book, Book)
        return book

    def tell(self, who: str, given: Input) -> None:
        """Hand somebody an input now."""
        self._carry(who, self.parties[who].handle(given, self.at) or ())

    def _carry(self, who: str, effects: Iterable[Effect]) -> None:
        for effect in effects:
            self.lines.append((self.at, who, effect))
            if isinstance(effect, Remind):
                self._put(effect.after, who, effect.of)
            elif isinstance(effect, Send):
                for delay in self.way(effect.to, effect.message, effect.attempt):
                    self._put(delay, effect.to, effect.message)

    def sell(self, order: str, amount_fen: int, card: str = "good-debit", mid: str = "", number: int = 0) -> str:
        """A sale that issuer and host have booked (P1) and the host has captured; its key."""
        number = number or self._count
        self._count += 1
        mid = mid or self.world.merchants[0].mid
        key, rrn = f"90000001-000001-{number:06d}", f"26{number:010d}"
        self.tell("issuer", FinancialRequest(order, key, mid, SALE, amount_fen, card, rrn=rrn))
        postings = (("A.scheme_receivable", f"A.merchant_payable.{mid}.pending", amount_fen),)
        self.host.book.post(f"P1/{key}", postings)
        business_date = day_word(self.world.calendar.business_day(self.at))
        self.host.desk.capture(order, business_date, key, rrn, mid, card, amount_fen)
        self._attend()
        return key

    def void(self, key: str, amount_fen: int) -> None:
        """A sale is voided before it is cleared (P6)."""
        payable = f"A.merchant_payable.{self.world.merchants[0].mid}.pending"
        self.host.book.post(f"P6/{key}", ((payable, "A.scheme_receivable", amount_fen),))
        assert self.host.desk.withdraw(day_word(self.world.calendar.business_day(self.at)), key)
        self._attend()

    def _attend(self) -> None:
        out: list[Effect] = []
        self.host.desk.attend(self.at, out)
        self._carry("host", out)

    def until(self, at: int) -> "Street":
        """Let time pass."""
        while self._queue and self._queue[0][0] <= at:
            self.at, _, who, given = heapq.heappop(self._queue)
            if who in self.parties:
                self.tell(who, given)
        self.at = at
        return self

    def stop(self, who: str) -> None:
        """Let somebody's letters to itself be lost and the process restart from its snapshot."""
        kept = self.parties[who].snapshot()
        self._queue = [entry for entry in self._queue if entry[2] != who or not isinstance(entry[3], Reminder)]
        heapq.heapify(self._queue)
        self.parties[who].restore(kept)
        assert self.parties[who].snapshot() == kept
        self.tell(who, Restarted())

    def became(self, of: str, who: str = "host") -> list[str]:
        """The words through which a machine went."""
        return [e.after for _, by, e in self.lines if by == who and isinstance(e, Became) and e.of == of]

    def logged(self, word: str, who: str = "host") -> list[dict[str, str | int]]:
        """The details of the log lines with a word."""
        return [e.details for _, by, e in self.lines if by == who and isinstance(e, Logged) and e.word == word]

    def posted(self, who: str) -> dict[str, tuple[tuple[str, str, int], ...]]:
        """The entries of an institution, by name; an entry that was posted twice fails."""
        entries: dict[str, tuple[tuple[str, str, int], ...]] = {}
        for _, by, effect in self.lines:
            if by == who and isinstance(effect, Posted):
                assert effect.entry not in entries, f"{effect.entry} is posted twice"
                entries[effect.entry] = effect.postings
        return entries

    def sent(self, kind: str, to: str) -> list[Any]:
        """The messages of a kind that were sent to somebody, lost ones too."""
        return [e.message for _, _, e in self.lines if isinstance(e, Send) and e.to == to and e.message.kind == kind]

    def fees_told(self) -> list[int]:
        """What the merchant was told of as kept, in fen, with each payout that is paid; once a payout."""
        paid = [notice for notice in self.sent("payout-notice", "merchant") if notice.state == "paid"]
        return list({notice.payout_no: notice.fees_fen for notice in paid}.values())

    def _put(self, after: int, who: str, given: Input) -> None:
        self._count += 1
        heapq.heappush(self._queue, (self.at + after, self._count, who, given))


def shop(**changes: object) -> World:
    world = corner_shop()
    merchants = tuple(msgspec.structs.replace(merchant, **changes) for merchant in world.merchants)
    return msgspec.structs.replace(world, merchants=merchants)


def a_thousand_on_monday(world: World | None = None) -> Street:
    """A credit-card sale of 1,000.00 on Monday at 10:15."""
    street = Street(world or corner_shop(), MONDAY)
    street.until(MONDAY + 10 * HOUR + 15 * MINUTE).sell("victim", 100_000, "good-credit", number=17)
    return street


def freeze(street: Street, direction: str = "both") -> None:
    street.tell("bank", AccountSet("", ACCOUNT, "frozen", direction))


def unfreeze(street: Street) -> None:
    street.tell("bank", AccountSet("", ACCOUNT, "open"))


def everything_is_at_rest(street: Street) -> bool:
    """Nothing is on its way any more, every mirror of central-bank money agrees, and every book balances."""
    host, switch, issuer, rail, bank = (street.book(who) for who in ("host", "switch", "issuer", "rail", "bank"))
    for merchant in street.world.merchants:
        assert host.standing(f"A.merchant_payable.{merchant.mid}.pending") == 0
        assert host.standing(f"A.merchant_payable.{merchant.mid}.available") == 0
    for account in ("A.scheme_receivable", "A.payout_in_transit", "A.payout_returned"):
        assert host.standing(account) == 0, account
    assert (switch.standing("N.due_from_issuer"), switch.standing("N.due_to_acquirer")) == (0, 0)
    assert issuer.standing("I.clearing_payable") == 0
    assert bank.standing("B.suspense") == 0
    assert all(balance == 0 for account, balance in rail.balances.items() if account.startswith("R.in_flight."))
    assert host.standing("A.reserve_cash") == rail.standing("R.account.A.reserve")
    assert switch.standing("N.cash") == rail.standing("R.account.N")
    assert issuer.standing("I.cash") == rail.standing("R.account.I")
    assert bank.standing("B.interbank_cash") == rail.standing("R.account.B")
    return all(sum(street.book(who).balances.values()) == 0 for who in ("host", "switch", "issuer", "rail", "bank"))
