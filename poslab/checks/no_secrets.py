"""No card number, PIN, track or key stands in anything that is said or written down.

A card is a reference to an allow-listed test card. Looked at: every text of every message and every detail of every
log. A run of 13 to 19 digits that passes the Luhn check is a card number unless it is a number of this world (a
merchant, an account). Instants are numbers, not texts.
"""

import re
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import msgspec

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.evidence import Evidence
from poslab.history.line import Line
from poslab.messages.card import (
    PIN_ABSENT,
    PIN_GARBLED,
    PIN_RIGHT,
    PIN_WRONG,
    FinancialRequest,
    FinancialResponse,
)
from poslab.messages.funding import ClearingFile
from poslab.messages.people import SaleKeyed, Slip, Sms
from poslab.party.contract import Input, Logged, Send
from poslab.text import Text

SHORTEST = 13
LONGEST = 19
LATEST = 10**15
"""No instant of a world is as large."""
PINS = frozenset({PIN_RIGHT, PIN_WRONG, PIN_ABSENT, PIN_GARBLED})

_RUN = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_SOLID = re.compile(r"\d{13,}")


class NoSecrets(Check):
    """Every card is a reference, every PIN a word, and no text holds what looks like a card number."""

    id = "no-secrets"
    title = Text("无卡号、密码、密钥", "no card number, PIN or key anywhere")

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        world = evidence.world
        self._cards = frozenset(world.cards) | {""}
        merchants = world.merchants
        self._numbers = frozenset([m.mid for m in merchants] + [m.account_no for m in merchants])
        self._texts: dict[type, Callable[[Any], tuple[str, ...]]] = {}

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Logged: self.logged, Send: self.said}

    def logged(self, logged: Logged, line: Line, given: Any) -> None:
        """A line of a business log."""
        self.evaluated += 1
        for detail in logged.details.values():
            if type(detail) is str:
                if len(detail) >= SHORTEST and not _is_key(detail):
                    self._look(detail, logged.about, f"the log line {logged.word}", line)
            elif detail >= LATEST:  # type: ignore[operator]
                self._look(str(detail), logged.about, f"the log line {logged.word}", line)

    def said(self, message: Input, line: Line, given: Any) -> None:
        """A message."""
        self.evaluated += 1
        if message is given:
            return  # passed on as it came: looked at when it was first said
        plain = _PLAIN.get(type(message))
        if plain is None or not plain(message, self._cards):
            self._read(message, line)

    def _read(self, message: Input, line: Line) -> None:
        what = type(message)
        if what is ClearingFile:
            for entry in message.lines:  # type: ignore[attr-defined]
                if entry.card not in self._cards:
                    self.broken(line, entry.about, "a clearing line names a card that is not on the allow-list")
            return
        card = getattr(message, "card", "")
        if card not in self._cards:
            self.broken(line, message.about, f"{message.kind} names a card that is not on the allow-list")
        if getattr(message, "pin", PIN_ABSENT) not in PINS:
            self.broken(line, message.about, f"{message.kind} carries a PIN")
        texts = self._texts.get(what)
        if texts is None:
            texts = self._texts[what] = _texts_of(what)
        for text in texts(message):
            if len(text) >= SHORTEST:
                self._look(text, message.about, f"the message {message.kind}", line)

    def _look(self, text: str, about: str, where: str, line: Line) -> None:
        if text not in self._numbers and card_number_in(text, self._numbers):
            self.broken(line, about, f"{where} holds what looks like a card number")


def card_number_in(text: str, known: frozenset[str] = frozenset()) -> bool:
    """Whether a text holds a card number: solid, or in groups parted by spaces. ``known`` numbers are none."""
    if _SOLID.search(text) is None and " " not in text:
        return False
    for found in _RUN.finditer(text):
        run = found.group()
        if "-" in run:
            continue  # keys and numbers of files are parted so, and their solid parts are too short
        digits = run.replace(" ", "")
        if digits not in known and SHORTEST <= len(digits) <= LONGEST and luhn(digits):
            return True
    return any(digits not in known and luhn(digits) for digits in _SOLID.findall(text) if len(digits) <= LONGEST)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _texts_of(message: type) -> Callable[[Any], tuple[str, ...]]:
    names = [field.name for field in msgspec.structs.fields(message) if field.type is str]
    if not names:
        return lambda _: ()
    if len(names) == 1:
        only = attrgetter(names[0])
        return lambda given: (only(given),)
    return attrgetter(*names)


# The messages of every sale, looked at in one expression: fields too short to hold a card number, keys in three parts.
# The purchase's name is looked at where the cashier keys it in.


def _plain_request(message: FinancialRequest, cards: frozenset[str]) -> bool:
    return (
        message.card in cards
        and message.pin in PINS
        and len(message.rrn) < SHORTEST
        and _is_key(message.key)
        and not (message.original or message.original_rrn or message.original_auth)
    )


def _plain_response(message: FinancialResponse, cards: frozenset[str]) -> bool:
    return len(message.rrn) < SHORTEST and len(message.auth) < SHORTEST and _is_key(message.key)


def _plain_keyed(message: SaleKeyed, cards: frozenset[str]) -> bool:
    return message.card in cards and message.pin in PINS and len(message.about) < SHORTEST


def _plain_sms(message: Sms, cards: frozenset[str]) -> bool:
    return message.card in cards


def _plain_slip(message: Slip, cards: frozenset[str]) -> bool:
    return (
        message.card in cards
        and len(message.rrn) < SHORTEST
        and len(message.auth) < SHORTEST
        and _is_key(message.key)
        and not message.original
        and not message.state
    )


def _is_key(key: str) -> bool:
    return len(key) == 22 and key[8] == "-" and key[15] == "-"


_PLAIN: Mapping[type, Callable[[Any, frozenset[str]], bool]] = {
    FinancialRequest: _plain_request,
    FinancialResponse: _plain_response,
    SaleKeyed: _plain_keyed,
    Slip: _plain_slip,
    Sms: _plain_sms,
}
