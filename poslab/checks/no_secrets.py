"""No card number, PIN, track or key stands in anything that is said or written down.

A card is a reference to an allow-listed test card. Looked at: every text of every message and every detail of every
log. A run of 13 to 19 digits that passes the Luhn check is a card number unless it is a number of this world (a
merchant, an account). Instants are numbers, not texts.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import msgspec

from poslab.checks.card_numbers import LATEST, PINS, SHORTEST, card_number_in, is_key
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.evidence import Evidence
from poslab.history.line import Line
from poslab.messages.card import PIN_ABSENT, FinancialRequest, FinancialResponse
from poslab.messages.funding import ClearingFile
from poslab.messages.people import SaleKeyed, Slip, Sms
from poslab.party.contract import Input, Logged, Send
from poslab.text import Text


class NoSecrets(Check):
    """Every card is a reference, every PIN a word, and no text holds what looks like a card number."""

    id = "no-secrets"
    title = Text("无卡号、密码、密钥", "no card number, PIN or key anywhere")

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        world = evidence.world
        self._cards = frozenset(world.cards) | {""}
        merchants = world.merchants
        self._numbers = frozenset(number for m in merchants for number in (m.mid, m.account_no, m.filed.account_no))
        self._texts: dict[type, Callable[[Any], tuple[str, ...]]] = {}
        self._harmless = ""
        """The text that was looked at last without a finding: file numbers stand in hundreds of lines of a log."""

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.plain.said

    def sees(self) -> Mapping[Sight, Seeing]:
        return {
            Logged: self.logged,
            Send: self.said,
            FinancialRequest: self.request,
            FinancialResponse: self.response,
            SaleKeyed: self.keyed,
            Slip: self.slip,
            Sms: self.sms,
        }

    def logged(self, logged: Logged, line: Line, given: Any) -> None:
        """A line of a business log."""
        self.evaluated += 1
        for detail in logged.details.values():
            if type(detail) is str:
                if len(detail) >= SHORTEST and detail != self._harmless and not is_key(detail):
                    self._look(detail, logged.about, _log_line(logged), line)
            elif detail >= LATEST:  # type: ignore[operator]
                self._look(str(detail), logged.about, _log_line(logged), line)

    def said(self, message: Input, line: Line, given: Any) -> None:
        """A message."""
        self.evaluated += 1
        self._read(message, line)

    # The messages of every sale, each looked at in one expression: fields that are too short to hold a card number,
    # keys in three parts. What is passed on as it came was looked at when it was first said, and the purchase's name is
    # looked at where the cashier keys it in.

    def request(self, message: FinancialRequest, line: Line, given: Any) -> None:
        """0200."""
        self.evaluated += 1
        if message is not given and not (
            message.card in self._cards
            and message.pin in PINS
            and len(message.rrn) < SHORTEST
            and is_key(message.key)
            and not (message.original or message.original_rrn or message.original_auth)
        ):
            self._read(message, line)

    def response(self, message: FinancialResponse, line: Line, given: Any) -> None:
        """0210."""
        self.evaluated += 1
        if message is not given and not (
            len(message.rrn) < SHORTEST and len(message.auth) < SHORTEST and is_key(message.key)
        ):
            self._read(message, line)

    def keyed(self, message: SaleKeyed, line: Line, given: Any) -> None:
        """A sale as the cashier keys it in."""
        self.evaluated += 1
        if not (message.card in self._cards and message.pin in PINS and len(message.about) < SHORTEST):
            self._read(message, line)

    def slip(self, message: Slip, line: Line, given: Any) -> None:
        """A printed slip."""
        self.evaluated += 1
        if not (
            message.card in self._cards
            and len(message.rrn) < SHORTEST
            and len(message.auth) < SHORTEST
            and is_key(message.key)
            and not (message.original or message.state)
        ):
            self._read(message, line)

    def sms(self, message: Sms, line: Line, given: Any) -> None:
        """A message to the cardholder."""
        self.evaluated += 1
        if message.card not in self._cards:
            self._read(message, line)

    def _read(self, message: Input, line: Line) -> None:
        what = type(message)
        if what is ClearingFile:
            for entry in message.lines:  # type: ignore[attr-defined]
                if entry.card not in self._cards:
                    self.broken(line, entry.about, _STRANGE_CARD)
            return
        card = getattr(message, "card", "")
        if card not in self._cards:
            named = Text(
                f"{message.kind} 中的卡不在许可名单上", f"{message.kind} names a card that is not on the allow-list"
            )
            self.broken(line, message.about, named)
        if getattr(message, "pin", PIN_ABSENT) not in PINS:
            self.broken(line, message.about, Text(f"{message.kind} 带有密码", f"{message.kind} carries a PIN"))
        texts = self._texts.get(what)
        if texts is None:
            texts = self._texts[what] = _texts_of(what)
        for text in texts(message):
            if len(text) >= SHORTEST:
                self._look(text, message.about, Text(f"报文 {message.kind}", f"the message {message.kind}"), line)

    def _look(self, text: str, about: str, where: Text, line: Line) -> None:
        if text not in self._numbers and card_number_in(text, self._numbers):
            what = Text(f"{where.zh}中有像卡号的数字", f"{where.en} holds what looks like a card number")
            self.broken(line, about, what)
        else:
            self._harmless = text


_STRANGE_CARD = Text("清算行中的卡不在许可名单上", "a clearing line names a card that is not on the allow-list")


def _log_line(logged: Logged) -> Text:
    return Text(f"日志 {logged.word} ", f"the log line {logged.word}")


def _texts_of(message: type) -> Callable[[Any], tuple[str, ...]]:
    names = [field.name for field in msgspec.structs.fields(message) if field.type is str]
    if not names:
        return lambda _: ()
    if len(names) == 1:
        only = attrgetter(names[0])
        return lambda given: (only(given),)
    return attrgetter(*names)
