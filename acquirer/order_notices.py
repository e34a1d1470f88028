"""Notices of orders 异步通知: told to whoever keeps the order, and again until it is said to be heard.

Of an order only the newest word is repeated: who hears it has no need of those before. Repetition follows the published
intervals, the last of them six hours; then it stops, is logged, and the word waits until the line to its receiver comes
back. Host and platform each keep a queue of their own; receivers recognise what they have heard already.
"""

from collections.abc import Container, Iterable
from typing import ClassVar, Final

import msgspec
from msgspec import Struct

from poslab.messages.card import OrderHeard, OrderNotice
from poslab.party.contract import Address, Effect, Logged, Remind, Reminder, Send
from poslab.party.time import HOUR, MINUTE, SECOND, Duration

INTERVALS_US: Final[tuple[Duration, ...]] = (15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 6 * HOUR)
"""How long after each sending it is said again: in all 7 h 21 min 15 s."""


class NoticeOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The ``attempt``-th sending of an order's word has not been heard."""

    kind: ClassVar[str] = "order-notice-overdue"

    key: str
    state: str
    attempt: int


class Unheard(Struct, frozen=True, array_like=True):
    """An order's newest word, which its receiver has not confirmed."""

    to: Address
    notice: OrderNotice
    attempt: int

    @property
    def stopped(self) -> bool:
        """Whether nobody repeats it any more."""
        return self.attempt > len(INTERVALS_US)


class OrderNotices:
    """The queue. Nothing is sent to whoever is in ``down``, but time goes on."""

    def __init__(self, down: Container[Address] = ()) -> None:
        self._down = down
        self._unheard: dict[str, Unheard] = {}

    def tell(self, to: Address, notice: OrderNotice, out: list[Effect]) -> None:
        """Tell an order's word; one before it is told no more."""
        self._send(Unheard(to, notice, 1), out)

    def heard(self, given: OrderHeard) -> None:
        """A word was heard; that of another state than the newest one says nothing."""
        unheard = self._unheard.get(given.key)
        if unheard is not None and unheard.notice.state == given.state:
            del self._unheard[given.key]

    def awaits(self, of: NoticeOverdue) -> bool:
        """Whether this sending is the latest of the order's newest word, and not heard."""
        unheard = self._unheard.get(of.key)
        return unheard is not None and unheard.notice.state == of.state and unheard.attempt == of.attempt

    def overdue(self, of: NoticeOverdue, out: list[Effect]) -> None:
        """Say an awaited word again, or stop."""
        unheard = self._unheard[of.key]
        again = msgspec.structs.replace(unheard, attempt=unheard.attempt + 1)
        if not again.stopped:
            self._send(again, out)
            return
        self._unheard[of.key] = again
        details: dict[str, str | int] = {"state": of.state, "attempt": unheard.attempt, "to": unheard.to}
        out.append(Logged(of.about, "order-notice-stopped", details))

    def resume(self, out: list[Effect], to: Address | None = None) -> None:
        """Say everything unheard again: all, or what one receiver is to hear whose line came back."""
        for unheard in list(self._unheard.values()):
            if to in (None, unheard.to):
                attempt = 1 if unheard.stopped else min(unheard.attempt + 1, len(INTERVALS_US))
                self._send(msgspec.structs.replace(unheard, attempt=attempt), out)

    def state(self) -> list[Unheard]:
        """Everything, in the order in which it was first told."""
        return list(self._unheard.values())

    def restore(self, kept: Iterable[Unheard]) -> None:
        """Take the state that ``state`` gave."""
        self._unheard = {unheard.notice.key: unheard for unheard in kept}

    def _send(self, unheard: Unheard, out: list[Effect]) -> None:
        notice, attempt = unheard.notice, unheard.attempt
        self._unheard[notice.key] = unheard
        if unheard.to not in self._down:
            out.append(Send(unheard.to, notice, attempt))
        overdue = NoticeOverdue(notice.about, notice.key, notice.state, attempt)
        out.append(Remind(INTERVALS_US[attempt - 1], overdue))
