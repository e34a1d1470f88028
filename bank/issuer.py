"""The issuer: the bank that gave the cardholder the card, and the truth about whether the cardholder was charged.

Every request is one small machine, named by its RRN. It moves once for good: a debit can be given back, and what was
given back can be debited again only by the reversal of the void that gave it back. An undoing that comes before its
request is remembered, so that the late request is refused.

A request is finished when its clearing file is in. It is remembered until the clearing file after the next day's
has come (at least a day after its own cut-off), or it is forgotten.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from bank.authorisation import (
    APPROVED,
    DAY_END,
    INVALID,
    ISSUER_DOWN,
    NO_SUCH_CARD,
    NOT_FOUND,
    OTHER_AMOUNT,
    PIN_REFUSALS,
    PIN_TRIES_A_DAY,
    REFUSES_REVERSALS_ROLE,
    SILENT_ROLE,
    SYSTEM,
    refusal,
)
from bank.issuer_clearing import HeldClearing, IssuerClearing, SettlementOverdue
from poslab.ledger.book import Book
from poslab.messages.card import (
    BALANCE,
    PIN_RIGHT,
    PIN_WRONG,
    SALE,
    VOID,
    AdviceResponse,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
)
from poslab.messages.facts import AnswersWith, DayEnd
from poslab.messages.funding import ClearingFile, TransferDone
from poslab.messages.people import Sms
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted, Started
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import DAY, Instant
from poslab.world import world as worlds
from poslab.world.cards import Card

NONE = "none"
DECIDING = "deciding"
DEBITED = "debited"
DECLINED = "declined"
RETURNED = "returned"
REVERSAL_ONLY = "reversal-only"
INQUIRED = "inquired"
VOIDED = "voided"
"""A void's own request, carried out. It shows in its sale, which is ``returned``."""
VOID_UNDONE = "void-undone"

CARDHOLDER = "cardholder"
CLEARING_PAYABLE = "I.clearing_payable"

ENTRIES_REMEMBERED = 2_000
"""Entries are posted once because requests are; the book's own memory is a second guard and may be short."""


class PostedTwice(AssertionError):
    """A request moved to a state whose entry stands already: our own bug."""


class CoreDecided(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """Core banking has come to its decision about a request, or has used up its time."""

    kind: ClassVar[str] = "core-decided"

    rrn: str


class Request(Struct, frozen=True, gc=False):
    """What is remembered of a request: enough to answer it again and to undo it."""

    state: str
    card: str
    amount_fen: int
    detail: str = ""
    """The code of a decline; the sale's RRN of a void."""


class _Held(Struct):
    """A snapshot."""

    young: dict[str, Request]
    old: dict[str, Request]
    deciding: dict[str, FinancialRequest]
    free_fen: dict[str, int]
    wrong_pins: dict[str, tuple[int, int]]
    day_end: bool
    book: tuple[Any, Any, Any]
    posted: int
    clearing: HeldClearing


class Issuer:
    """One issuer and its book ``I``. Amounts in fen; a request's key is its RRN."""

    def __init__(self, world: worlds.World, settings: worlds.Issuer) -> None:
        self.world = world
        self.settings = settings
        self.book = Book("I")
        self.cards: Mapping[str, Card] = {ref: world.cards[ref] for ref in settings.cards if ref in world.cards}
        self.day_end = False
        self._switch = world.network.address
        self._sale_limit_fen = settings.sale_limit_fen
        self._accounts = {ref: f"I.cardholder.{ref}" for ref in self.cards}
        self._free_fen = {ref: card.balance_fen for ref, card in self.cards.items()}
        self._young: dict[str, Request] = {}
        self._old: dict[str, Request] = {}
        self._deciding: dict[str, FinancialRequest] = {}
        self._wrong_pins: dict[str, tuple[int, int]] = {}
        """Card → (day, wrong PINs on it)."""
        self._posted = 0
        self._clearing = IssuerClearing(world, settings, self.book)

    # --- the door

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        """Answer one input. Unknown types are passed over; a stale letter is ``None``."""
        out: list[Effect] = []
        hear = _HEARS.get(type(given))
        if hear is not None:
            hear(self, given, at, out)
        elif isinstance(given, CoreDecided | SettlementOverdue):
            if not self.awaits(given):
                return None
            if isinstance(given, CoreDecided):
                REQUESTS.step(self, DECIDING, given, at, out)
            else:
                self._clearing.overdue(given, out)
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether the letter's request is still being decided, or its settlement still not heard of."""
        if type(of) is CoreDecided:
            return of.rrn in self._deciding
        return type(of) is SettlementOverdue and self._clearing.awaits(of)

    def snapshot(self) -> bytes:
        """The whole state."""
        held = _Held(
            self._young,
            self._old,
            self._deciding,
            self._free_fen,
            self._wrong_pins,
            self.day_end,
            self.book.state(),
            self._posted,
            self._clearing.held(),
        )
        return msgspec.msgpack.encode(held, order="deterministic")

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        held = msgspec.msgpack.decode(kept, type=_Held)
        self._young = held.young
        self._old = held.old
        self._deciding = held.deciding
        self._free_fen = held.free_fen
        self._wrong_pins = held.wrong_pins
        self.day_end = held.day_end
        self.book.restore(*held.book)
        self._posted = held.posted
        self._clearing.restore(held.clearing)

    # --- requests

    def _hear_request(self, given: FinancialRequest | ReversalAdvice, at: Instant, out: list[Effect]) -> None:
        known = self._young.get(given.rrn) or self._old.get(given.rrn)
        REQUESTS.step(self, NONE if known is None else known.state, given, at, out)

    def known(self, rrn: str) -> Request | None:
        """What is remembered of a request."""
        return self._young.get(rrn) or self._old.get(rrn)

    def authorise(self, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
        """Decide a new request at once, or hand it to core banking where that takes its time."""
        takes_us = self.settings.authorise_us
        if takes_us == 0 or self.day_end:
            return self.decide(given, at, out)
        out.append(Kept(given.about, "request"))
        out.append(Logged(given.about, "deciding", {"rrn": given.rrn}))
        self._deciding[given.rrn] = given
        self._young[given.rrn] = Request(DECIDING, given.card, given.amount_fen)
        self._await_core(given, out)
        return DECIDING

    def core_decided(self, given: CoreDecided, at: Instant, out: list[Effect]) -> str:
        """Core banking answered in its time; a decision that takes longer than its limit is a refusal."""
        request = self._deciding.pop(given.rrn)
        if self.settings.authorise_us > self.settings.core_limit_us:
            return self._decline(request, ISSUER_DOWN, out)
        return self.decide(request, at, out)

    def decide(self, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
        """Carry out or refuse a request: the whole path of a sale, read downwards."""
        ref = given.card
        card = self.cards.get(ref)
        if self.day_end:
            return self._decline(given, DAY_END, out)
        if card is None:
            return self._decline(given, NO_SUCH_CARD, out)
        if given.what == VOID:
            return self._void(given, at, out)
        free_fen = self._free_fen[ref]
        wrong_pins = self._wrong_pins_today(ref, at) if self._wrong_pins else 0
        code = refusal(given, card, wrong_pins, free_fen, self._sale_limit_fen)
        if code in PIN_REFUSALS and given.pin == PIN_WRONG and wrong_pins < PIN_TRIES_A_DAY:
            self._wrong_pins[ref] = (at // DAY, wrong_pins + 1)
        elif given.pin == PIN_RIGHT and 0 < wrong_pins < PIN_TRIES_A_DAY:
            del self._wrong_pins[ref]
        if code != APPROVED:
            return self._decline(given, code, out)
        if given.what == BALANCE:
            return self._tell_balance(given, out)
        return self._pay(given, card, at, out)

    def _pay(self, given: FinancialRequest, card: Card, at: Instant, out: list[Effect]) -> str:
        """Debit the cardholder (P1). Written out, because every healthy sale of a world passes here."""
        about, rrn, ref, amount_fen = given.about, given.rrn, given.card, given.amount_fen
        entry = f"P1/{given.key}/{rrn}"
        postings = ((self._accounts[ref], CLEARING_PAYABLE, amount_fen),)
        free_fen = self._free_fen[ref] - amount_fen
        self._free_fen[ref] = free_fen
        self._young[rrn] = Request(DEBITED, ref, amount_fen)
        out += (
            Kept(about, "debit"),
            Became(about, rrn, NONE, DEBITED),
            Posted(about, entry, postings),
            Logged(about, "debited", {"rrn": rrn}),
            Send(CARDHOLDER, Sms(about, "spent", ref, amount_fen, at, free_fen)),
        )
        self._book(entry, postings)
        if card.role != SILENT_ROLE:
            answer = FinancialResponse(about, given.key, given.mid, SALE, amount_fen, APPROVED, rrn, rrn[-6:])
            out.append(Send(self._switch, answer))
        return DEBITED

    def _tell_balance(self, given: FinancialRequest, out: list[Effect]) -> str:
        self._move(given.about, given.rrn, Request(INQUIRED, given.card, 0), INQUIRED, out)
        out.append(Logged(given.about, "balance", {"rrn": given.rrn}))
        self._answer(given, out)
        return INQUIRED

    def _void(self, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
        sale = self.known(given.original_rrn)
        if sale is None or sale.state == REVERSAL_ONLY:
            return self._decline(given, NOT_FOUND, out)
        if sale.state != DEBITED or sale.card != given.card:
            return self._decline(given, INVALID, out)
        if sale.amount_fen != given.amount_fen:
            return self._decline(given, OTHER_AMOUNT, out)
        about = given.about
        out.append(Kept(about, "void"))
        self._young[given.rrn] = Request(VOIDED, given.card, given.amount_fen, given.original_rrn)
        self._give_back(about, given.original_rrn, sale, f"P6/{given.key}/{given.rrn}", out)
        out.append(Logged(about, "voided", {"rrn": given.rrn, "original": given.original_rrn}))
        out.append(self._sms(about, "returned", sale, at))
        self._answer(given, out)
        return VOIDED

    def _decline(self, given: FinancialRequest, code: str, out: list[Effect]) -> str:
        out.append(Kept(given.about, "decline"))
        request = Request(DECLINED, given.card, given.amount_fen, code)
        self._move(given.about, given.rrn, request, f"{DECLINED}:{code}", out)
        out.append(Logged(given.about, "declined", {"rrn": given.rrn, "code": code}))
        self._answer(given, out, code)
        return DECLINED

    def answer_again(self, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
        """A repeated request: the answer it got, from the store."""
        known = self._young.get(given.rrn) or self._old[given.rrn]
        out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "answered-again"}))
        self._answer(given, out, known.detail if known.state == DECLINED else APPROVED)
        return known.state

    def refuse_undone(self, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
        """A request that was undone before or after it came: refused for good, nothing is posted."""
        known = self._young.get(given.rrn) or self._old[given.rrn]
        out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "undone"}))
        self._answer(given, out, INVALID)
        return known.state

    def swallow(self, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
        """A repeated request while core banking decides: one answer is enough."""
        out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "swallowed"}))
        return DECIDING

    # --- advices

    def refuse_advice(self, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
        """Not undone now, and said so: whoever sent the advice repeats it."""
        known = self.known(given.rrn)
        code = DAY_END if self.day_end else SYSTEM
        if known is not None and known.amount_fen != given.amount_fen:
            code = OTHER_AMOUNT
        out.append(Logged(given.about, "reversal-refused", {"rrn": given.rrn, "code": code}))
        self._acknowledge(given, code, out)
        return NONE if known is None else known.state

    def remember(self, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
        """Nothing to undo: remembered, so that the request is refused should it still come."""
        self._deciding.pop(given.rrn, None)
        out.append(Kept(given.about, "reversal"))
        request = Request(REVERSAL_ONLY, given.card, given.amount_fen)
        self._move(given.about, given.rrn, request, REVERSAL_ONLY, out)
        out.append(Logged(given.about, "reversal-remembered", {"rrn": given.rrn}))
        self._acknowledge(given, NOT_FOUND, out)
        return REVERSAL_ONLY

    def reverse(self, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
        """Undo a debit: its mirror is posted and the cardholder told."""
        sale = self._young.get(given.rrn) or self._old[given.rrn]
        out.append(Kept(given.about, "reversal"))
        self._give_back(given.about, given.rrn, sale, f"P7/{given.key}/{given.rrn}", out)
        out.append(Logged(given.about, "reversed", {"rrn": given.rrn}))
        out.append(self._sms(given.about, "returned", sale, at))
        self._acknowledge(given, APPROVED, out)
        return RETURNED

    def undo_void(self, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
        """A void is undone: the sale is debited again, even where the cardholder's funds are gone."""
        void = self._young.get(given.rrn) or self._old[given.rrn]
        rrn = void.detail
        about = given.about
        out.append(Kept(about, "reversal"))
        self._young[given.rrn] = Request(VOID_UNDONE, void.card, void.amount_fen, rrn)
        sale = Request(DEBITED, void.card, void.amount_fen)
        self._move(about, rrn, sale, DEBITED, out)
        self._debit_again(about, f"P7b/{given.key}/{given.rrn}", sale, out)
        out.append(Logged(about, "void-reversed", {"rrn": given.rrn, "original": rrn}))
        out.append(self._sms(about, "spent", sale, at))
        self._acknowledge(given, APPROVED, out)
        return VOID_UNDONE

    def acknowledge_again(self, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
        """Undone, or nothing of it was ever posted: the same answer however often it is asked."""
        known = self._young.get(given.rrn) or self._old[given.rrn]
        out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "nothing-to-undo"}))
        self._acknowledge(given, NOT_FOUND if known.state == REVERSAL_ONLY else APPROVED, out)
        return known.state

    # --- steps

    def _move(self, about: str, rrn: str, request: Request, word: str, out: list[Effect]) -> None:
        before = self.known(rrn)
        self._young[rrn] = request
        out.append(Became(about, rrn, NONE if before is None else _WORDS.get(before.state, before.state), word))

    def _debit_again(self, about: str, entry: str, sale: Request, out: list[Effect]) -> None:
        self._free_fen[sale.card] -= sale.amount_fen
        postings = ((self._accounts[sale.card], CLEARING_PAYABLE, sale.amount_fen),)
        self._book(entry, postings)
        out.append(Posted(about, entry, postings))

    def _give_back(self, about: str, rrn: str, sale: Request, entry: str, out: list[Effect]) -> None:
        self._free_fen[sale.card] += sale.amount_fen
        self._move(about, rrn, Request(RETURNED, sale.card, sale.amount_fen), RETURNED, out)
        postings = ((CLEARING_PAYABLE, self._accounts[sale.card], sale.amount_fen),)
        self._book(entry, postings)
        out.append(Posted(about, entry, postings))

    def _book(self, entry: str, postings: tuple[Posting, ...]) -> None:
        if not self.book.post(entry, postings):
            raise PostedTwice(f"{entry} stands already, though its request moved")
        self._posted += 1
        if self._posted >= ENTRIES_REMEMBERED:
            self._posted = 0
            self.book.forget()

    def _answer(self, given: FinancialRequest, out: list[Effect], code: str = APPROVED) -> None:
        card = self.cards.get(given.card)
        approved = code == APPROVED
        if approved and card is not None and card.role == SILENT_ROLE:
            return
        rrn = given.rrn
        answer = FinancialResponse(
            given.about,
            given.key,
            given.mid,
            given.what,
            given.amount_fen,
            code,
            rrn,
            rrn[-6:] if approved else "",
            balance_fen=self._free_fen[given.card] if approved and given.what == BALANCE else None,
        )
        out.append(Send(self._switch, answer))

    def _acknowledge(self, given: ReversalAdvice, code: str, out: list[Effect]) -> None:
        out.append(Send(self._switch, AdviceResponse(given.about, given.key, given.rrn, code)))

    def _sms(self, about: str, word: str, sale: Request, at: Instant) -> Send:
        return Send(CARDHOLDER, Sms(about, word, sale.card, sale.amount_fen, at, self._free_fen[sale.card]))

    def _wrong_pins_today(self, ref: str, at: Instant) -> int:
        day, wrong = self._wrong_pins.get(ref, (0, 0))
        return wrong if day == at // DAY else 0

    def _await_core(self, given: FinancialRequest, out: list[Effect]) -> None:
        takes_us = min(self.settings.authorise_us, self.settings.core_limit_us)
        out.append(Remind(takes_us, CoreDecided(given.about, given.rrn)))

    # --- the bank's day

    def _hear_day_end(self, given: DayEnd, at: Instant, out: list[Effect]) -> None:
        if given.running != self.day_end:
            self.day_end = given.running
            out.append(Logged(given.about, "day-end" if given.running else "day-open"))

    def _hear_file(self, given: ClearingFile, at: Instant, out: list[Effect]) -> None:
        if self._clearing.take(given, at, out):
            self._old = self._young
            self._young = {}

    def _hear_settled(self, given: TransferDone, at: Instant, out: list[Effect]) -> None:
        self._clearing.settled(given, out)

    def _hear_restarted(self, given: Restarted, at: Instant, out: list[Effect]) -> None:
        out.append(Logged("", "restarted"))
        for _, request in sorted(self._deciding.items()):
            self._await_core(request, out)
        self._clearing.restarted(at, out)


_WORDS: Mapping[str, str] = {DECIDING: NONE}
"""Words that others see, where they differ: as long as nothing is decided, nothing is posted."""


def _is_day_end(issuer: Issuer, given: ReversalAdvice, at: Instant) -> bool:
    return issuer.day_end


def _cannot_undo(issuer: Issuer, given: ReversalAdvice, at: Instant) -> bool:
    """Day-end work, a card whose reversals this bank refuses, or an advice that does not match its request."""
    known = issuer.known(given.rrn)
    if issuer.day_end or known is None or known.amount_fen != given.amount_fen:
        return True
    return issuer.cards[known.card].role == REFUSES_REVERSALS_ROLE


def _request(state: str, do: Any, *then: str) -> Row:
    return Row(state, FinancialRequest, do, then or (state,))


REQUESTS: Table[Issuer] = Table(
    "a request at the issuer",
    (NONE, DECIDING, DEBITED, DECLINED, RETURNED, REVERSAL_ONLY, INQUIRED, VOIDED, VOID_UNDONE),
    (
        _request(NONE, Issuer.authorise, DECIDING, DEBITED, DECLINED, INQUIRED, VOIDED),
        _request(DECIDING, Issuer.swallow),
        _request(DEBITED, Issuer.answer_again),
        _request(DECLINED, Issuer.answer_again),
        _request(INQUIRED, Issuer.answer_again),
        _request(VOIDED, Issuer.answer_again),
        _request(RETURNED, Issuer.refuse_undone),
        _request(REVERSAL_ONLY, Issuer.refuse_undone),
        _request(VOID_UNDONE, Issuer.refuse_undone),
        Row(DECIDING, CoreDecided, Issuer.core_decided, (DEBITED, DECLINED, INQUIRED, VOIDED)),
        Row(NONE, ReversalAdvice, Issuer.refuse_advice, (NONE,), _is_day_end),
        Row(NONE, ReversalAdvice, Issuer.remember, (REVERSAL_ONLY,)),
        Row(DECIDING, ReversalAdvice, Issuer.remember, (REVERSAL_ONLY,)),
        Row(DEBITED, ReversalAdvice, Issuer.refuse_advice, (DEBITED,), _cannot_undo),
        Row(DEBITED, ReversalAdvice, Issuer.reverse, (RETURNED,)),
        Row(VOIDED, ReversalAdvice, Issuer.refuse_advice, (VOIDED,), _cannot_undo),
        Row(VOIDED, ReversalAdvice, Issuer.undo_void, (VOID_UNDONE,)),
        Row(DECLINED, ReversalAdvice, Issuer.acknowledge_again, (DECLINED,)),
        Row(RETURNED, ReversalAdvice, Issuer.acknowledge_again, (RETURNED,)),
        Row(REVERSAL_ONLY, ReversalAdvice, Issuer.acknowledge_again, (REVERSAL_ONLY,)),
        Row(INQUIRED, ReversalAdvice, Issuer.acknowledge_again, (INQUIRED,)),
        Row(VOID_UNDONE, ReversalAdvice, Issuer.acknowledge_again, (VOID_UNDONE,)),
    ),
    (
        Ignored(
            (NONE, DEBITED, DECLINED, RETURNED, REVERSAL_ONLY, INQUIRED, VOIDED, VOID_UNDONE),
            CoreDecided,
            "the request was decided or undone before; awaits() says so",
        ),
    ),
)

_HEARS: dict[type[Input], Any] = {
    FinancialRequest: Issuer._hear_request,
    ReversalAdvice: Issuer._hear_request,
    DayEnd: Issuer._hear_day_end,
    ClearingFile: Issuer._hear_file,
    TransferDone: Issuer._hear_settled,
    Restarted: Issuer._hear_restarted,
}

PASSED_OVER: Mapping[type[Input], str] = {
    Started: "an issuer has no daily job of its own: the clearing file comes to it",
    Connected: "an answer that was lost is asked for again, or undone, by whoever asked",
    Disconnected: "an answer that was lost is asked for again, or undone, by whoever asked",
    ConnectFailed: "an answer that was lost is asked for again, or undone, by whoever asked",
    AnswersWith: "a bank out of order is a stopped process, or its day-end work",
    PowerCut: "a bank's process dies and restarts: Restarted tells of it",
    PowerRestored: "a bank's process dies and restarts: Restarted tells of it",
}
"""Inputs that change nothing here, and why."""
