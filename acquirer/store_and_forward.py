"""Store and forward 存储转发: advices and notices repeated until the receiver says that it heard them.

Quick tries first, slow ones afterwards. Of a reversal advice repetition stops at the cut-off of the sender's day, or
when a limit of its own is reached; then the difference is left to error handling, as an open item that is kept and
never silent. A notice claims money and is repeated without end. A neighbour who has just been silent is given one
interval before the first try. Host and switch each keep queues of their own.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from poslab.messages.card import FinancialNotice, ReversalAdvice
from poslab.party.contract import Address, Effect, Kept, Logged, Remind, Reminder, Send
from poslab.party.time import Duration, Instant
from poslab.world.calendar import Calendar

UNCONFIRMED = "advice-never-confirmed"

UNDONE = ("00", "25")
"""Answers that end the repetition: undone, or there was nothing to undo."""


Told: TypeAlias = ReversalAdvice | FinancialNotice


class Words(NamedTuple):
    """What a queue writes into the log, and what it keeps."""

    stored: str
    sent: str
    stopped: str
    """Empty where repetition never stops."""
    kept: str


ADVICE_WORDS: Final = Words("advice-stored", "advice-sent", "advice-stopped", "advice")
NOTICE_WORDS: Final = Words("notice-stored", "notice-sent", "", "notice")


class AdviceOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """No answer yet to the ``attempt``-th sending of the advice about ``rrn``; 0 for one not sent yet."""

    kind: ClassVar[str] = "advice-overdue"

    to: Address
    rrn: str
    attempt: int


class Stored(Struct, frozen=True, array_like=True):
    """An advice that nobody confirmed yet."""

    to: Address
    message: Told
    attempt: int
    until: Instant
    """The cut-off after which it is no longer repeated slowly."""
    stopped_at: Instant | None = None
    """Since when it is repeated no more: an open item 单边账 of error handling, kept until it is confirmed after all."""
    sent: int = 0
    """How many copies left; while the line is down none does, and time goes on."""

    @property
    def stopped(self) -> bool:
        """Whether nobody repeats it any more."""
        return self.stopped_at is not None


class StoreAndForward:
    """The queue. ``down`` is its owner's record of broken lines: nothing is sent over those, but time goes on."""

    def __init__(
        self,
        calendar: Calendar,
        interval_us: Duration,
        quick_tries: int,
        slow_interval_us: Duration,
        most_tries: int,
        down: Mapping[Address, str],
        words: Words = ADVICE_WORDS,
    ) -> None:
        self._calendar = calendar
        self._interval_us = interval_us
        self._quick_tries = quick_tries
        self._slow_interval_us = slow_interval_us
        self._most_tries = most_tries
        self._down = down
        self._words = words
        self._stored: dict[str, Stored] = {}

    def store(self, to: Address, message: Told, at: Instant, out: list[Effect]) -> None:
        """Keep an advice and send it; one of the same RRN to somebody else is replaced."""
        self._send(self._keep(to, message, 1, at, out), self._interval_us, out)

    def store_for_later(self, to: Address, message: Told, at: Instant, out: list[Effect]) -> None:
        """Keep an advice to a neighbour who has just been silent; it is sent after the first interval."""
        stored = self._keep(to, message, 0, at, out)
        self._wait(stored, self._interval_us, out)

    def _keep(self, to: Address, message: Told, attempt: int, at: Instant, out: list[Effect]) -> Stored:
        stored = Stored(to, message, attempt, self._calendar.next_time(at, self._calendar.cut_off))
        self._stored[message.rrn] = stored
        out.append(Logged(message.about, self._words.stored, {"rrn": message.rrn}))
        out.append(Kept(message.about, self._words.kept))
        return stored

    def waiting(self, rrn: str) -> Address | None:
        """Who has still to confirm the advice about an RRN."""
        stored = self._stored.get(rrn)
        return None if stored is None else stored.to

    def heard(self, rrn: str) -> bool:
        """It was confirmed: repeat it no more. Whether there was such an advice."""
        return self._stored.pop(rrn, None) is not None

    def overdue(self, of: AdviceOverdue, at: Instant, out: list[Effect]) -> bool:
        """Send an awaited advice again, or stop; whether it is left to error handling from now on.

        Stopping is kept and logged: who owned the undoing owns the open item from then on.
        """
        stored = self._stored[of.rrn]
        if self._words.stopped and self._is_over(stored, at):
            self._stored[of.rrn] = msgspec.structs.replace(stored, stopped_at=at)
            out.append(Kept(of.about, "open-item"))
            out.append(Logged(of.about, self._words.stopped, {"rrn": of.rrn, "attempt": stored.sent, "to": stored.to}))
            out.append(Logged(of.about, "error-case", {"why": UNCONFIRMED, "rrn": of.rrn}))
            return True
        self._again(stored, out)
        return False

    def _is_over(self, stored: Stored, at: Instant) -> bool:
        if self._most_tries and stored.sent >= self._most_tries:
            return True
        return stored.attempt >= self._quick_tries and at >= stored.until

    def awaits(self, of: AdviceOverdue) -> bool:
        """Whether this try is the latest and still unanswered."""
        stored = self._stored.get(of.rrn)
        return stored is not None and stored.attempt == of.attempt and stored.to == of.to and not stored.stopped

    def open_items(self) -> list[Stored]:
        """What was left to error handling and is not settled, oldest first."""
        return [stored for stored in self._stored.values() if stored.stopped]

    def resume(self, out: list[Effect], to: Address | None = None) -> None:
        """Say everything unconfirmed again: all, or what waits for one receiver whose line came back."""
        for stored in list(self._stored.values()):
            if not stored.stopped and to in (None, stored.to):
                self._again(stored, out)

    def _again(self, stored: Stored, out: list[Effect]) -> None:
        attempt = stored.attempt + 1
        quick = attempt < self._quick_tries
        again = msgspec.structs.replace(stored, attempt=attempt)
        self._stored[stored.message.rrn] = again
        self._send(again, self._interval_us if quick else self._slow_interval_us, out)

    def _send(self, stored: Stored, wait_us: Duration, out: list[Effect]) -> None:
        message = stored.message
        if stored.to not in self._down:
            self._stored[message.rrn] = msgspec.structs.replace(stored, sent=stored.sent + 1)
            out.append(Logged(message.about, self._words.sent, {"attempt": stored.attempt, "rrn": message.rrn}))
            out.append(Send(stored.to, message, stored.attempt))
        self._wait(stored, wait_us, out)

    def _wait(self, stored: Stored, wait_us: Duration, out: list[Effect]) -> None:
        message = stored.message
        out.append(Remind(wait_us, AdviceOverdue(message.about, stored.to, message.rrn, stored.attempt)))

    def state(self) -> list[Stored]:
        """Everything, in the order in which it was stored."""
        return list(self._stored.values())

    def restore(self, kept: Iterable[Stored]) -> None:
        """Take the state that ``state`` gave."""
        self._stored = {stored.message.rrn: stored for stored in kept}
