"""What a cashier remembers of an order that did not simply end with a slip, and what she means to do about it."""

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from poslab.messages.card import parts_of
from poslab.messages.people import CustomerAtTill
from poslab.party.contract import Address, Reminder
from poslab.party.time import SECOND, Duration

PICTURE = "picture"
"""How somebody pays who shows a screenshot and no card."""

KEYED, SILENCE, DOUBT, UNPRINTED, REPRINTING, BOOTED, DONE = (
    "keyed", "silence", "doubt", "unprinted", "reprinting", "booted", "done",
)  # fmt: skip

DELAYS: Mapping[str, Duration] = {
    "key-again": 11 * SECOND,
    "swipe-again": 3 * SECOND,
    "query": 61 * SECOND,
    "query-again": 127 * SECOND,
    "query-after-boot": 67 * SECOND,
    "load-paper": 181 * SECOND,
    "reprint": 7 * SECOND,
    "reprint-approved": 31 * SECOND,
    "balance": 607 * SECOND,
    "balance-again": 1801 * SECOND,
    "echo": 307 * SECOND,
    "power-on": 23 * SECOND,
}
"""What she may be about to do, and how long until she does it."""

MOST_TRIES = 40


class Due(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """She meant to do something about an order, or (``about`` empty) about a terminal."""

    kind: ClassVar[str] = "cashier-due"

    do: str
    terminal: Address
    number: int


class Note(Struct, gc=False):
    """What she remembers of an order that did not simply end with a slip."""

    given: CustomerAtTill
    doing: str
    terminal: Address
    """Where she waits for a result."""
    key: str = ""
    tries: int = 0
    swiped_again: bool = False
    unprinted: tuple[tuple[Address, str], ...] = ()
    """Terminals and keys of sales that stand and have no slip."""


def slot(of: Due) -> str:
    """She means to do one thing at a time about an order, and one of a kind about a terminal."""
    return of.about or f"/{of.do}/{of.terminal}"


def voucher(key: str) -> str:
    """The voucher number 凭证号 of an attempt: its STAN; ``""`` of none."""
    return parts_of(key)[2] if key else ""
