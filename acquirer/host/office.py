"""What all desks of the host share: its terminals, its attempts, its book, its day and its lines."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field

from acquirer.host.attempts import APPROVED, HELD, MOVING, ORPHAN, UNKNOWN, WITH_CODE, Attempt, moved
from acquirer.host.comparisons import Closed, Comparison
from acquirer.host.funding import FundingDesk
from acquirer.host.lost import LostCaptures
from acquirer.order_notices import OrderNotices, Unheard
from acquirer.remembered import BusinessDay, Pairs, Remembered
from acquirer.store_and_forward import NOTICE_WORDS, StoreAndForward, Stored
from poslab.ledger.book import Book
from poslab.messages.card import (
    AUTHORISATIONS,
    PAYS,
    PREAUTH,
    SALE,
    AuthorisationResponse,
    FinancialResponse,
    OrderNotice,
)
from poslab.messages.facts import AnswersWith
from poslab.messages.funding import AdjustmentNotice
from poslab.party.contract import Address, Became, Effect, Logged, Posted, Posting, Send
from poslab.party.time import DAY, SECOND, Instant
from poslab.world.world import World

FIRST_VERSION: Final = 1
LAST_VERSION: Final = 9999
"""Versions of working keys are numbered from the first one to the last one, and then again from the first one."""

REQUESTS_A_BOOK: Final = 10_000
"""After so many requests the book forgets entry names twice as old; attempts and payouts remember what was posted."""

_ORDERED: Final = (*PAYS, PREAUTH)
"""What a platform keeps an order for."""
_RECEIVABLE: Final = "A.scheme_receivable"
_SHORT: Final = "A.short_suspense"


class Seat(Struct, frozen=True):
    """A terminal as the host has it on file."""

    mid: str
    route: Address
    """Where its answers go: to itself, or to the platform that passes them on."""
    batch: str
    """Its open batch."""
    key_version: int = FIRST_VERSION
    """The version of the keys with which its messages are verified and its answers are sealed."""
    pin_key: bool = True
    """Whether PIN blocks of this terminal can be deciphered here."""
    master_key: bool = True
    """Whether new keys travel under the master key that the terminal has."""
    parameters: int = 1
    """The version of its parameters."""
    wants_download: bool = False
    """Whether it has to download them before anything else."""
    signed_on_by: str = ""
    """The key of the sign-on that brought the keys in force: a copy of it brings the same ones."""


class Refunded(Struct, frozen=True, array_like=True):
    """What was given back of a payment so far, and when it was last; in fen."""

    amount_fen: int
    at: Instant


class Held(Struct, frozen=True, array_like=True):
    """The whole state of a host, as its snapshot keeps it."""

    day: tuple[str, int, int]
    rrn_last: int
    attempts: tuple[Pairs, Pairs, Pairs]
    orphans: list[tuple[str, int]]
    twins: list[tuple[str, str]]
    advices: list[Stored]
    down: list[tuple[str, str]]
    refusing: AnswersWith | None
    book: tuple[list[tuple[str, int]], list[tuple[str, list[Posting]]], list[tuple[str, list[Posting]]]]
    funding: object
    seats: list[tuple[str, Seat]]
    notices: list[Stored] = []
    comparisons: list[tuple[str, Comparison]] = []
    closed: list[tuple[str, Closed]] = []
    refunds: list[tuple[str, Refunded]] = []
    orders: list[Unheard] = []
    lost: LostCaptures = field(default_factory=LostCaptures)


class Office:
    """The host's files. An attempt moves by ``move`` alone, and the book is written by ``post`` alone."""

    def __init__(self, world: World) -> None:
        acquirer = world.acquirer
        self.world = world
        self.switch = acquirer.switch
        self.acquirer_id = acquirer.acquirer_id
        self.answer_timeout_us = acquirer.answer_timeout_us
        self.dedupes = acquirer.duplicate_check
        self.answers_again = acquirer.duplicate_answer == "stored"
        self.platform = None if world.platform is None else world.platform.address
        self.codes = frozenset(ref for ref, card in world.cards.items() if card.is_code)
        self.terminals: dict[str, Seat] = {}
        self.open_batches: dict[str, Seat] = {}
        for terminal in world.terminals:
            behind_platform = terminal.route == self.platform
            seat = Seat(terminal.mid, terminal.route if behind_platform else terminal.address, terminal.first_batch)
            self.terminals[terminal.tid] = seat
            self.open_batches[f"{terminal.tid}-{seat.batch}"] = seat
        self._overwriting = {terminal.tid for terminal in world.terminals if terminal.log_full == "overwrite"}
        """Terminals that lose what their log has no room for: nothing of theirs is kept to be compared with."""
        self.payables = {m.mid: f"A.merchant_payable.{m.mid}.pending" for m in world.merchants}

        self.book = Book("A")
        self.funding = FundingDesk(world, self.book)
        self.day = BusinessDay(world.calendar)
        self.attempts: Remembered[Attempt] = Remembered(Attempt)
        self.attempt = UNKNOWN
        """The attempt that the present input is about."""
        self.orphans: dict[str, Instant] = {}
        """Reversals without an original, by key, and when each was heard."""
        self.twins: dict[str, str] = {}
        """RRN → name of an attempt that is the copy of another one."""
        self.refunds: dict[str, Refunded] = {}
        """RRN of a payment → what was given back of it by refund or correction."""
        self.funding.disputes.refunded_fen = self.refunded_fen
        self.lost = LostCaptures()
        self.down: dict[Address, str] = {}
        self.advices = StoreAndForward(
            world.calendar,
            acquirer.advice_interval_us,
            acquirer.advice_quick_tries,
            acquirer.advice_slow_interval_us,
            acquirer.advice_most_tries,
            self.down,
        )
        self.notices = StoreAndForward(
            world.calendar,
            acquirer.advice_interval_us,
            acquirer.advice_quick_tries,
            acquirer.advice_slow_interval_us,
            acquirer.advice_most_tries,
            self.down,
            NOTICE_WORDS,
        )
        """Notices that the network has not answered; they are repeated until it has."""
        self.orders = OrderNotices(self.down)
        """What the platform has not heard of its orders."""
        self.comparisons: dict[str, Comparison] = {}
        """TID → its open batch, where it was compared and is not closed yet."""
        self.closed: dict[str, Closed] = {}
        """TID → its batch that was closed last."""
        self._captures_from_batches = acquirer.capture == "terminal"
        self.refusing: AnswersWith | None = None
        self.forwarded_last = ""
        """The attempt forwarded last, and when: what a connection that failed in the same instant speaks of."""
        self.forwarded_last_at: Instant = 0
        self.rrn_last = int(acquirer.rrn_prefix.ljust(12, "0"))

    def reseat(self, tid: str, seat: Seat) -> None:
        """Put a terminal's file in the place of the one before."""
        before = self.terminals[tid]
        del self.open_batches[f"{tid}-{before.batch}"]
        self.terminals[tid] = self.open_batches[f"{tid}-{seat.batch}"] = seat

    def unread(self, key: str, mid: str, mac: int) -> str:
        """The code with which a terminal's message is refused before anybody looks into it; empty if it is read."""
        if self.refusing is not None:
            return self.refusing.code
        seat = self.terminals.get(key.partition("-")[0])
        if seat is None:
            return "97"
        if seat.mid != mid:
            return "03"
        return "" if mac == seat.key_version else "A0"

    # --- the day and the numbers

    def business_date(self, at: Instant) -> str:
        """The business date of a request accepted now; assigned once, by the host."""
        day = self.day
        if not day.begins <= at < day.ends:
            for _ in range(min(day.turn(at), 2)):
                self.attempts.turn(self._is_kept)
                self._forget_holds(at)
                self.twins = {rrn: name for rrn, name in self.twins.items() if name in self.attempts}
        return day.word

    def _forget_holds(self, at: Instant) -> None:
        """Pre-authorisations that nobody can complete any more, long since."""
        oldest = at - 2 * self.world.acquirer.completion_window_us
        for name, attempt in list(self.attempts.open.items()):
            if attempt.state == HELD and attempt.host_at < oldest:
                self.attempts.close(name, attempt)

    def _is_kept(self, batch: str) -> bool:
        """Whether the attempts of TID and batch are wanted for its settlement, however long that takes."""
        return batch in self.open_batches and batch.partition("-")[0] not in self._overwriting

    def refunded_fen(self, rrn: str) -> int:
        """How much of a payment was given back."""
        known = self.refunds.get(rrn)
        return 0 if known is None else known.amount_fen

    def given_back_fen(self, rrn: str) -> int:
        """How much of a payment its cardholder has again, or will have: by refund, correction or chargeback."""
        return self.refunded_fen(rrn) + self.funding.disputes.charged_fen(rrn)

    def note_refund(self, rrn: str, refund: Attempt) -> None:
        """Remember a refund with those before it."""
        self.note_given_back(rrn, refund.amount_fen, refund.host_at)

    def note_given_back(self, rrn: str, amount_fen: int, at: Instant) -> None:
        """Remember what is given back of a payment, for as long as somebody could ask for it again."""
        acquirer = self.world.acquirer
        oldest = at - max(2 * acquirer.refund_days, acquirer.chargeback_days) * DAY
        for known in [known for known, refunded in self.refunds.items() if refunded.at < oldest]:
            del self.refunds[known]
        self.refunds[rrn] = Refunded(self.refunded_fen(rrn) + amount_fen, at)

    def next_rrn(self) -> str:
        """The next retrieval reference number 检索参考号."""
        self.rrn_last = number = self.rrn_last + 1
        if number % REQUESTS_A_BOOK == 0:
            self.book.forget()
        return str(number).zfill(12)

    # --- attempts

    def name_of(self, key: str, rrn: str) -> str:
        """The attempt that a message from upstream is about."""
        return self.twins.get(rrn, key) if self.twins else key

    def open_file(self, name: str, at: Instant) -> str:
        """Put the attempt of a name on the desk, as ``attempt``; its state."""
        attempt = self.attempts.open.get(name) or self.attempts.find(name)
        if attempt is None:
            attempt = ORPHAN if self.orphans and self._has_orphan(name, at) else UNKNOWN
        self.attempt = attempt
        return attempt.state

    def _has_orphan(self, name: str, at: Instant) -> bool:
        heard_at = self.orphans.get(name)
        return heard_at is not None and at - heard_at < self.world.acquirer.orphan_memory_us

    def found(self, name: str) -> Attempt:
        """The sale of a void, which the void keeps from being forgotten."""
        attempt = self.attempts.find(name)
        if attempt is None:
            raise AssertionError(f"{name} is not among the host's attempts")
        return attempt

    def of_batch(self, tid: str, batch: str) -> list[Attempt]:
        """Every attempt of a terminal's batch by name; those of an open batch are never forgotten."""
        prefix = f"{tid}-{batch}-"
        mine = list(self.attempts.under(prefix))
        mine += [self.found(name) for name in self.twins.values() if name.startswith(prefix)]
        return sorted(mine, key=lambda attempt: attempt.name)

    def move(self, before: str, after: Attempt, out: list[Effect]) -> str:
        """Put an attempt into its next state; ``before`` is the word of the one it had. Answers the state."""
        state = after.state
        out.append(Became(after.about, after.name, before, after.word if state in WITH_CODE else state))
        if (state == APPROVED or before == APPROVED) and after.what in PAYS and not self._captures_from_batches:
            self.funding.expect(after.business_date, 1 if state == APPROVED else -1)
        if state in MOVING:
            self.attempts.reopen(after.name, after)
        else:
            self.attempts.close(after.name, after)
        return state

    # --- money

    def post(self, about: str, entry: str, postings: tuple[Posting, ...], out: list[Effect]) -> None:
        """Post an entry once."""
        if self.book.post(entry, postings):
            out.append(Posted(about, entry, postings))

    def claim(self, attempt: Attempt, entry: str, out: list[Effect]) -> None:
        """Book an approved sale and hand it to the funding desk."""
        if self.lost.losing and self._loses(attempt):
            return
        payable = self.payables[attempt.mid]
        self.post(attempt.about, entry, ((_RECEIVABLE, payable, attempt.amount_fen),), out)
        self.capture(attempt)

    def unclaim(self, attempt: Attempt, entry: str, out: list[Effect]) -> None:
        """Mirror a sale's booking and take it back from the funding desk."""
        if attempt.name in self.lost.unbooked:
            del self.lost.unbooked[attempt.name]
            return
        payable = self.payables[attempt.mid]
        self.post(attempt.about, entry, ((payable, _RECEIVABLE, attempt.amount_fen),), out)
        self.funding.withdraw(attempt.business_date, attempt.name)

    def book_claim(self, attempt: Attempt, entry: str, amount_fen: int, out: list[Effect]) -> None:
        """Book what a notice adds to the claim on the network; what it takes away, if it is below zero."""
        payable = self.payables[attempt.mid]
        if amount_fen > 0:
            self.post(attempt.about, entry, ((_RECEIVABLE, payable, amount_fen),), out)
        elif amount_fen < 0:
            self.post(attempt.about, entry, ((payable, _RECEIVABLE, -amount_fen),), out)

    def charge_back(self, attempt: Attempt, amount_fen: int, out: list[Effect]) -> None:
        """The issuer refuses what was booked by a notice: the acquirer is short, and the merchant makes it good.

        She is told of it, for her till was told that all is well.
        """
        payable = self.payables[attempt.mid]
        entry = "P17b/" + attempt.name
        if amount_fen > 0:
            short = ((_SHORT, _RECEIVABLE, amount_fen), (payable, _SHORT, amount_fen))
            self.post(attempt.about, entry, short, out)
        elif amount_fen < 0:
            self.post(attempt.about, entry, ((_RECEIVABLE, payable, -amount_fen),), out)
        if amount_fen:
            notice = AdjustmentNotice(attempt.about, "refused", attempt.name, amount_fen)
            self.funding.notices.tell(attempt.mid, notice, out)

    def capture(self, attempt: Attempt) -> None:
        """Hand a sale that is booked already to the funding desk, unless that waits for its batch."""
        if not self._captures_from_batches and not (self.lost.losing and self._loses(attempt, booked=True)):
            self._capture(attempt)

    def _loses(self, attempt: Attempt, *, booked: bool = False) -> bool:
        """Whether the capture record of an approved sale gets lost just now."""
        if attempt.about not in self.lost.losing:
            return False
        del self.lost.losing[attempt.about]
        if not booked:
            self.lost.unbooked[attempt.name] = None
        return True

    def capture_claimed(self, attempt: Attempt) -> None:
        """Hand a sale that was missing to the funding desk: for the next file."""
        self.funding.expect(attempt.business_date, 1)
        self._capture(attempt)

    def waits_for_batch(self, attempt: Attempt) -> bool:
        """Whether nobody claims a sale before its terminal's batch is settled."""
        return self._captures_from_batches and attempt.name.rpartition("-")[0] in self.open_batches

    def capture_refund(self, refund: Attempt) -> None:
        """Hand a refund to the funding desk: a clearing line below zero."""
        self.funding.capture(
            refund.about,
            refund.business_date,
            refund.name,
            refund.rrn,
            refund.mid,
            refund.card,
            -refund.amount_fen,
        )

    def deliver(self, attempts: Iterable[Attempt], out: list[Effect]) -> None:
        """A batch was closed and has these sales: where capture waits for the batch, they are captured now."""
        if self._captures_from_batches:
            for attempt in attempts:
                self.funding.expect(attempt.business_date, 1)
                if attempt.name in self.lost.unbooked:
                    continue
                self._capture(attempt)
                out.append(Logged(attempt.about, "captured", {"key": attempt.name}))

    def _capture(self, attempt: Attempt) -> None:
        self.funding.holds.risk.look(
            attempt.rrn, attempt.mid, attempt.card, attempt.amount_fen, attempt.business_date, attempt.host_at
        )
        self.funding.capture(
            attempt.about,
            attempt.business_date,
            attempt.name,
            attempt.rrn,
            attempt.mid,
            attempt.card,
            attempt.amount_fen,
        )

    def is_cleared(self, attempt: Attempt) -> bool:
        """Whether the sale stands in a clearing file, so that only an adjustment could take it back."""
        if self.waits_for_batch(attempt):
            return False
        return self.funding.is_cleared(attempt.business_date, attempt.name)

    # --- who is told

    def answer(self, attempt: Attempt, out: list[Effect]) -> None:
        """Send the terminal the answer that belongs to the attempt's state, the same however often it is asked for."""
        key = attempt.name
        if "/" in key:
            key = attempt.key
        date = attempt.business_date
        code = attempt.code
        what = attempt.what
        seat = self.terminals[key.partition("-")[0]]
        respond = AuthorisationResponse if what != SALE and what in AUTHORISATIONS else FinancialResponse
        answer = respond(
            attempt.about,
            key,
            attempt.mid,
            what,
            attempt.amount_fen,
            code,
            attempt.rrn,
            attempt.auth,
            date,
            attempt.host_at,
            attempt.not_forwarded,
            attempt.balance_fen,
            self.funding.expected_date(date, attempt.mid) if code == "00" and what in PAYS else "",
            seat.key_version,
        )
        out.append(Send(seat.route, answer))

    def seat_of(self, key: str) -> Seat:
        """The terminal of a key: where its answers go, and with which keys."""
        return self.terminals[key.partition("-")[0]]

    def has_order(self, what: str) -> bool:
        """Whether a platform keeps an order for such a request."""
        return self.platform is not None and what in _ORDERED

    def tell_order(self, attempt: Attempt, state: str, out: list[Effect]) -> None:
        """Tell the platform of an order's state, until it has heard it."""
        if self.platform is not None and attempt.what in _ORDERED and "/" not in attempt.name:
            notice = OrderNotice(attempt.about, attempt.name, state, attempt.amount_fen, attempt.rrn)
            self.orders.tell(self.platform, notice, out)

    def settle_order(self, attempt: Attempt, out: list[Effect]) -> None:
        """A refusal that left its order open is now told for certain."""
        if attempt.order:
            self.attempts.close(attempt.name, moved(attempt, attempt.state, order=""))
            self.tell_order(attempt, "failed", out)

    # --- state

    def state(self) -> Held:
        """Everything that a restart must give back."""
        return Held(
            self.day.state(),
            self.rrn_last,
            self.attempts.state(),
            list(self.orphans.items()),
            list(self.twins.items()),
            self.advices.state(),
            list(self.down.items()),
            self.refusing,
            self.book.state(),  # type: ignore[arg-type]
            self.funding.snapshot(),
            list(self.terminals.items()),
            self.notices.state(),
            list(self.comparisons.items()),
            list(self.closed.items()),
            list(self.refunds.items()),
            self.orders.state(),
            self.lost,
        )

    def restore(self, kept: Held) -> None:
        """Take the state that ``state`` gave."""
        self.day.restore(kept.day)
        self.rrn_last = kept.rrn_last
        self.attempts.restore(*kept.attempts)
        self.orphans = dict(kept.orphans)
        self.twins = dict(kept.twins)
        self.advices.restore(kept.advices)
        self.down.clear()
        self.down.update(kept.down)
        self.refusing = kept.refusing
        self.book.restore(*kept.book)
        self.funding.restore(kept.funding)
        self.terminals = dict(kept.seats)
        self.comparisons = dict(kept.comparisons)
        self.closed = dict(kept.closed)
        self.refunds = dict(kept.refunds)
        self.lost = kept.lost
        self.open_batches = {f"{tid}-{seat.batch}": seat for tid, seat in kept.seats}
        self.notices.restore(kept.notices)
        self.orders.restore(kept.orders)


def whole_seconds(at: Instant) -> Instant:
    """The host's clock as messages and slips show it."""
    return at - at % SECOND
