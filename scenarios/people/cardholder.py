"""The cardholder: reads what the bank writes, and confirms on the phone what is to be paid by code."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from poslab.messages.people import PaymentAsked, PaymentClosed, PaymentConfirmed
from poslab.party.contract import Effect, Input, Logged, Remind, Reminder, Send
from poslab.party.facts import Restarted
from poslab.party.time import SECOND, Duration, Instant

SOON_US: Duration = 5 * SECOND
"""How long it takes somebody who has the phone in her hand."""

CONFIRMS_AFTER = "confirms-after:"
"""Followed by microseconds: one more way to behave. It is a word as all ways are, so that it can be sent."""

CARDHOLDERS: Mapping[str, Duration | None] = {"reads-sms": SOON_US, "never-confirms": None}
"""How a cardholder can behave: how long until a payment by code is confirmed, ``None`` for never."""


class ConfirmDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """She has found the phone, and looked at what it asks."""

    kind: ClassVar[str] = "confirm-due"

    rrn: str


class Cardholder:
    """Everybody whose card or code is used here. Remembered is only what a phone still asks."""

    def __init__(self, confirms_after_us: Duration | None = SOON_US) -> None:
        self._confirms_after_us = confirms_after_us
        self._asked: dict[str, PaymentAsked] = {}

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Read it; of what the phone asks nothing is confirmed at once."""
        kind = type(given)
        out: list[Effect] = []
        if kind is PaymentAsked:
            self._ask(given, out)  # type: ignore[arg-type]
        elif kind is PaymentClosed:
            self._asked.pop(given.rrn, None)  # type: ignore[attr-defined]
        elif kind is ConfirmDue:
            return self._confirm(given)  # type: ignore[arg-type]
        elif kind is Restarted:
            for asked in list(self._asked.values()):
                self._ask(asked, out)
        return out

    def awaits(self, of: Reminder) -> bool:
        """Whether the phone still asks."""
        return type(of) is ConfirmDue and of.rrn in self._asked

    def snapshot(self) -> bytes:
        """What phones ask."""
        return msgspec.msgpack.encode(self._asked)

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        self._asked = msgspec.msgpack.decode(kept, type=dict[str, PaymentAsked])

    def _ask(self, given: PaymentAsked, out: list[Effect]) -> None:
        if self._confirms_after_us is not None:
            self._asked[given.rrn] = given
            out.append(Remind(self._confirms_after_us, ConfirmDue(given.about, given.rrn)))

    def _confirm(self, of: ConfirmDue) -> list[Effect] | None:
        asked = self._asked.pop(of.rrn, None)
        if asked is None:
            return None
        about = asked.about
        return [
            Logged(about, "confirmed", {"rrn": of.rrn}),
            Send(asked.bank, PaymentConfirmed(about, of.rrn)),
        ]
