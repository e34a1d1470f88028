"""Messages of batch settlement 结算 and batch upload 批上送, between terminal and acquirer host.

A batch is compared by its totals; where they differ the terminal names its transactions one by one, and says when it is
through. None of it moves money. As on the card leg, ``key`` names the message's own attempt (TID, open batch, STAN),
and a card is a reference.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from poslab.messages import card
from poslab.messages.card import COMPLETION_VOID, PAYS, VOID
from poslab.party.contract import Input

DEBIT: Final = "debit"
CREDIT: Final = "credit"

SIDES: Final[Mapping[str, str]] = dict.fromkeys(PAYS, DEBIT) | dict.fromkeys(
    (VOID, COMPLETION_VOID, card.REFUND), CREDIT
)
"""What an attempt was → the side on which it counts in the totals; what is not here does not count.

A payment that was voided counts, and so does its void. A pre-authorisation pays nobody.
"""

EQUAL: Final = 1
UNEQUAL: Final = 2
ERROR: Final = 3
"""What the host says of a batch's totals: 对账平, 对账不平, 对账出错."""

RECORDS_A_MESSAGE: Final = 8

OFFLINE: Final = "offline"
CHIP_OFFLINE: Final = "chip-offline"
ONLINE: Final = "online"
REFUND: Final = "refund"
COMPLETION: Final = "completion"
CHIP_ONLINE: Final = "chip-online"
CHIP_FAILED: Final = "chip-failed"
END_EQUAL: Final = "end-equal"
END_UNEQUAL: Final = "end-unequal"

UPLOAD_ORDER: Final = (OFFLINE, CHIP_OFFLINE, ONLINE, REFUND, COMPLETION, CHIP_ONLINE, CHIP_FAILED)
"""The order in which a batch's transactions are uploaded; ``ONLINE`` (by stripe, keyed, by code) eight a message,
everything else one."""
ENDS: Final = (END_EQUAL, END_UNEQUAL)


class Totals(Struct, frozen=True, gc=False, array_like=True):
    """Amounts in fen, and how many."""

    debit_fen: int = 0
    debits: int = 0
    credit_fen: int = 0
    credits: int = 0


class Detail(Struct, frozen=True, gc=False, array_like=True):
    """One transaction of the batch that is uploaded."""

    stan: str
    card: str
    """Empty where it was paid by code."""
    amount_fen: int


class SettlementRequest(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0500: the terminal's totals of the batch named by ``key``. Domestic cards only: there are no others here."""

    kind: ClassVar[str] = "0500"

    key: str
    mid: str
    totals: Totals
    mac: int = 1

    def garbled(self) -> "SettlementRequest":
        """The broken MAC tells of it."""
        return replace(self, mac=0)


class SettlementResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0510: the host's totals and ``flag``: ``EQUAL``, ``UNEQUAL`` or ``ERROR``. 00 equal, 95 unequal."""

    kind: ClassVar[str] = "0510"

    key: str
    mid: str
    code: str
    totals: Totals = Totals()
    flag: int = ERROR
    host_at: int = 0
    mac: int = 1

    def garbled(self) -> "SettlementResponse":
        """The broken MAC tells of it."""
        return replace(self, mac=0)


class UploadRequest(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0320: ``details`` of the batch, all of one kind (``what``), or its end and how many there were (``count``)."""

    kind: ClassVar[str] = "0320"

    key: str
    mid: str
    what: str
    details: tuple[Detail, ...] = ()
    count: int = 0
    mac: int = 1

    def garbled(self) -> "UploadRequest":
        """The broken MAC tells of it."""
        return replace(self, mac=0)


class UploadResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0330: heard. The answer to an end names the new ``batch``; 79: not all arrived, upload them again."""

    kind: ClassVar[str] = "0330"

    key: str
    mid: str
    what: str
    code: str
    batch: str = ""
    host_at: int = 0
    mac: int = 1

    def garbled(self) -> "UploadResponse":
        """The broken MAC tells of it."""
        return replace(self, mac=0)


def totals_of(counted: Iterable[tuple[str, int]]) -> Totals:
    """The totals of approved attempts, each given as what it was and its amount in fen."""
    debit_fen = debits = credit_fen = returned = 0
    for what, amount_fen in counted:
        side = SIDES.get(what)
        if side == DEBIT:
            debit_fen += amount_fen
            debits += 1
        elif side == CREDIT:
            credit_fen += amount_fen
            returned += 1
    return Totals(debit_fen, debits, credit_fen, returned)
