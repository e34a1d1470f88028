"""What a terminal can be busy with, and the letters it writes to itself.

An errand is one call to the host: dial, one request, one answer or silence. What a cashier keyed in is its own errand;
here are those that the terminal makes up itself.
"""

from typing import ClassVar, TypeAlias

from msgspec import Struct

from poslab.messages.card import VOID
from poslab.messages.people import (
    BalanceKeyed,
    CodeScanned,
    EchoKeyed,
    PreauthKeyed,
    SaleKeyed,
    SettleKeyed,
    SignOffKeyed,
    SignOnKeyed,
)
from poslab.party.contract import Reminder
from terminal.flash import Attempt


class Voiding(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Cancel a stored sale, hold or completion (``what``: one of ``VOIDS``); ``about`` is its order."""

    about: str
    sale: Attempt
    operator: str = "01"
    what: str = VOID


class Completing(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Turn a stored hold into a payment; ``about`` is its order."""

    about: str
    hold: Attempt
    amount_fen: int
    operator: str = "01"


class Downloading(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Fetch the terminal's parameters, because the host answered 78."""

    about: str


class Reversing(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Deliver the reversal of a record; ``in_a_row`` counts the tries of one foreground round from 1."""

    about: str
    key: str
    in_a_row: int = 1


class Querying(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Ask the host about an attempt; ``closed_by`` is 25 or 12 where the answer to a reversal made the terminal ask."""

    about: str
    asked: Attempt
    closed_by: str = ""


class Uploading(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Send a stored notice; ``left`` are the keys of those that come after it in this round."""

    about: str
    key: str
    left: tuple[str, ...] = ()


class Polling(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Ask the host for the result of a QR sale, or (``close``) have it closed."""

    about: str
    asked: Attempt
    close: bool = False


class Closing(Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Go on with the settlement that the flash holds; ``in_a_row`` counts uploads from the first transaction on."""

    about: str = ""
    in_a_row: int = 1


Errand: TypeAlias = (
    SaleKeyed | CodeScanned | PreauthKeyed | Completing | Voiding | BalanceKeyed | Querying | Polling | SignOnKeyed
    | SignOffKeyed | EchoKeyed | Downloading | Reversing | Uploading | SettleKeyed | Closing
)  # fmt: skip


class AnswerOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The answer to exchange ``number`` should have come by now."""

    kind: ClassVar[str] = "answer-overdue"

    number: int


class SlipPrinted(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The printer is through with print ``number``."""

    kind: ClassVar[str] = "slip-printed"

    number: int


class RetryDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """Time for background round ``round`` of the waiting reversals."""

    kind: ClassVar[str] = "retry-due"

    round: int


class PollDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """Time to ask for the result of the QR sale of this key."""

    kind: ClassVar[str] = "poll-due"

    key: str
    number: int


class SettleDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """Time for try ``round`` to settle a batch that could not be settled."""

    kind: ClassVar[str] = "settle-due"

    round: int
