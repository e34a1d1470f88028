"""The issuer's files: cards, what is free on them, its book ``I``, and what it remembers of each request."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from msgspec import Struct

from bank.authorisation import APPROVED, SILENT_ROLE
from poslab.ledger.book import Book
from poslab.messages.card import (
    BALANCE,
    AdviceResponse,
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
)
from poslab.messages.people import Sms
from poslab.party.contract import Became, Effect, Posted, Posting, Remind, Reminder, Send
from poslab.party.shelf import Shelf, shelf_of
from poslab.party.time import DAY, Instant
from poslab.world import world as worlds
from poslab.world.cards import Card

NONE: Final = "none"
DECIDING: Final = "deciding"
"""Core banking has not answered. To others nothing has happened: nothing is posted."""
PENDING: Final = "pending"
"""The payer has not confirmed on the phone yet. To others nothing has happened, likewise."""
DEBITED: Final = "debited"
DECLINED: Final = "declined"
RETURNED: Final = "returned"
REVERSAL_ONLY: Final = "reversal-only"
INQUIRED: Final = "inquired"
VOIDED: Final = "voided"
"""A void's own request, carried out. It shows in its sale, which is ``returned``."""
VOID_UNDONE: Final = "void-undone"
ADJUSTED: Final = "adjusted"
"""A notice of another amount, carried out. It shows in its sale's."""
NOTED: Final = "noted"
"""A refund's notice. It shows in what its clearing line credits."""
HELD: Final = "held"
"""A pre-authorisation: money is held and nothing posted."""
COMPLETED: Final = "completed"
RELEASED: Final = "released"
EXPIRED: Final = "expired"

CARDHOLDER: Final = "cardholder"
CLEARING_PAYABLE: Final = "I.clearing_payable"

ENTRIES_REMEMBERED: Final = 2_000
"""Entries are posted once because requests are; the book's own memory is a second guard and may be short."""


class PostedTwice(AssertionError):
    """A request moved to a state whose entry stands already: our own bug."""


class CoreDecided(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """Core banking has come to its decision about a request, or has used up its time."""

    kind: ClassVar[str] = "core-decided"

    rrn: str


class HoldEnds(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The life of a hold is over."""

    kind: ClassVar[str] = "hold-ends"

    rrn: str


class CreditDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The day on which a refund is credited."""

    kind: ClassVar[str] = "credit-due"

    rrn: str


class Credit(Struct, frozen=True, array_like=True):
    """A refund that is cleared and not credited yet."""

    about: str
    key: str
    card: str
    amount_fen: int
    due: Instant


class Hold(Struct, frozen=True, array_like=True):
    """A pre-authorisation's hold: a memo of book ``I``."""

    about: str
    card: str
    amount_fen: int
    ends: Instant
    state: str


class Request(Struct, frozen=True, gc=False, array_like=True):
    """What is remembered of a request: enough to answer it again and to undo it."""

    state: str
    card: str
    amount_fen: int
    detail: str = ""
    """The code of a decline; the RRN of what a void takes back or another amount is about, or of the hold that a
    completion turned into a debit."""


class HeldAccounts(Struct):
    """A snapshot."""

    young: list[tuple[str, Request]]
    old: list[tuple[str, Request]]
    deciding: dict[str, FinancialRequest | AuthorisationRequest]
    free_fen: dict[str, int]
    wrong_pins: dict[str, tuple[int, int]]
    day_end: str
    book: tuple[Any, Any, Any]
    posted: int
    pending: dict[str, FinancialRequest] = {}
    holds: dict[str, Hold] = {}
    credits: dict[str, Credit] = {}


class CardAccounts:
    """What the issuer's desks share. A request moves by ``move`` alone; the book is written by ``enter`` alone."""

    def __init__(self, world: worlds.World, settings: worlds.Issuer) -> None:
        self.settings = settings
        self.switch = world.network.address
        self.sale_limit_fen = settings.sale_limit_fen
        self.book = Book("I")
        self.cards: Mapping[str, Card] = {ref: world.cards[ref] for ref in settings.cards if ref in world.cards}
        self.names = {ref: f"I.cardholder.{ref}" for ref in self.cards}
        """Card → its account in the book."""
        self.free_fen = {ref: card.balance_fen for ref, card in self.cards.items()}
        """Card → balance, or free credit line."""
        self.day_end = ""
        """The code with which everything is refused while day-end work or maintenance runs."""
        self.pin_tries = settings.pin_tries
        self.young = Shelf(Request)
        self.old = Shelf(Request)
        self.deciding: dict[str, FinancialRequest | AuthorisationRequest] = {}
        self.pending: dict[str, FinancialRequest] = {}
        """Requests that a payer has still to confirm."""
        self.holds: dict[str, Hold] = {}
        """Pre-authorisations whose life is not over, by RRN; however they stand."""
        self.credits: dict[str, Credit] = {}
        """Refunds that are cleared and not credited yet, by their RRN."""
        self.completion_limit_ppm = world.network.completion_limit_ppm
        self.wrong_pins: dict[str, tuple[int, int]] = {}
        """Card → (day, wrong PINs on it)."""
        self._posted = 0

    # --- requests

    def known(self, rrn: str) -> Request | None:
        """What is remembered of a request."""
        return self.young.get(rrn) or self.old.get(rrn)

    def found(self, rrn: str) -> Request:
        """What is remembered of a request where the table says that there is one."""
        request = self.known(rrn)
        if request is None:
            raise AssertionError(f"{rrn} is not among the issuer's requests")
        return request

    def move(self, about: str, rrn: str, request: Request, word: str, out: list[Effect]) -> None:
        """Bring a request into a state; ``word`` is what others see of it."""
        known = self.known(rrn)
        before = NONE if known is None or known.state in (DECIDING, PENDING) else known.state
        self.young.put(rrn, request)
        out.append(Became(about, rrn, before, word))

    def forget(self) -> None:
        """Forget the requests that were heard before the call before this one."""
        self.old = self.young
        self.young = Shelf(Request)
        for rrn in [rrn for rrn in self.pending if rrn not in self.old]:
            del self.pending[rrn]

    def wrong_pins_today(self, ref: str, at: Instant) -> int:
        """How many wrong PINs the card has had on this day."""
        day, wrong = self.wrong_pins.get(ref, (0, 0))
        return wrong if day == at // DAY else 0

    def await_core(self, given: FinancialRequest, out: list[Effect]) -> None:
        """Core banking answers when it has decided, or refuses when its time is over."""
        takes_us = min(self.settings.authorise_us, self.settings.core_limit_us)
        out.append(Remind(takes_us, CoreDecided(given.about, given.rrn)))

    # --- money

    def debit_again(self, about: str, entry: str, sale: Request, out: list[Effect]) -> None:
        """Debit a sale whose void is undone, even where the cardholder's funds are gone."""
        self.free_fen[sale.card] -= sale.amount_fen
        postings = ((self.names[sale.card], CLEARING_PAYABLE, sale.amount_fen),)
        self.enter(entry, postings)
        out.append(Posted(about, entry, postings))

    def give_back(self, about: str, rrn: str, sale: Request, entry: str, out: list[Effect]) -> None:
        """Mirror a sale's debit."""
        self.free_fen[sale.card] += sale.amount_fen
        self.move(about, rrn, Request(RETURNED, sale.card, sale.amount_fen, sale.detail), RETURNED, out)
        postings = ((CLEARING_PAYABLE, self.names[sale.card], sale.amount_fen),)
        self.enter(entry, postings)
        out.append(Posted(about, entry, postings))

    def enter(self, entry: str, postings: tuple[Posting, ...]) -> None:
        """Write an entry that must be new."""
        if not self.book.post(entry, postings):
            raise PostedTwice(f"{entry} stands already, though its request moved")
        self._posted += 1
        if self._posted >= ENTRIES_REMEMBERED:
            self._posted = 0
            self.book.forget()

    # --- who is told

    def answer(self, given: FinancialRequest, out: list[Effect], code: str = APPROVED) -> None:
        """Answer a request; an approval of the silent card is never sent."""
        card = self.cards.get(given.card)
        approved = code == APPROVED
        if approved and card is not None and card.role == SILENT_ROLE:
            return
        rrn = given.rrn
        respond = AuthorisationResponse if type(given) is AuthorisationRequest else FinancialResponse
        answer = respond(
            given.about,
            given.key,
            given.mid,
            given.what,
            given.amount_fen,
            code,
            rrn,
            auth_of(rrn) if approved else "",
            balance_fen=self.free_fen[given.card] if approved and given.what == BALANCE else None,
        )
        out.append(Send(self.switch, answer))

    def acknowledge(self, given: ReversalAdvice, code: str, out: list[Effect]) -> None:
        """Answer an advice."""
        out.append(Send(self.switch, AdviceResponse(given.about, given.key, given.rrn, code)))

    def sms(self, about: str, word: str, sale: Request, at: Instant) -> Send:
        """What the cardholder is told."""
        return Send(CARDHOLDER, Sms(about, word, sale.card, sale.amount_fen, at, self.free_fen[sale.card]))

    # --- state

    def held(self) -> HeldAccounts:
        """The state."""
        return HeldAccounts(
            list(self.young.items()),
            list(self.old.items()),
            self.deciding,
            self.free_fen,
            self.wrong_pins,
            self.day_end,
            self.book.state(),
            self._posted,
            self.pending,
            self.holds,
            self.credits,
        )

    def restore(self, held: HeldAccounts) -> None:
        """Take a state."""
        self.young = shelf_of(Request, held.young)
        self.old = shelf_of(Request, held.old)
        self.deciding = held.deciding
        self.free_fen = held.free_fen
        self.wrong_pins = held.wrong_pins
        self.day_end = held.day_end
        self.book.restore(*held.book)
        self._posted = held.posted
        self.pending = held.pending
        self.holds = held.holds
        self.credits = held.credits


def auth_of(rrn: str) -> str:
    """The authorisation code of an approved request: six digits, from the running number in its RRN."""
    return rrn[-6:]
