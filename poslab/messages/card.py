"""Messages of the card leg, from terminal to issuer.

A card is a reference to an allow-listed test card, a PIN is a word, a MAC is the version of the key that made it
(0: broken); digits, tracks and blocks exist only in the codec. ``key`` names an attempt: TID, batch and STAN, joined by
dashes (``90000001-000001-000017``); with the MID it is the idempotency key of every terminal message. ``kind`` is the
message type indicator. Upstream of the acquirer host the key of a request is its ``rrn``.
"""

from typing import ClassVar

from msgspec.structs import replace

from poslab.party.contract import Input

SALE = "sale"
VOID = "void"
BALANCE = "balance"
PREAUTH = "preauth"
PREAUTH_VOID = "preauth-void"
COMPLETION = "completion"
COMPLETION_VOID = "completion-void"
COMPLETION_NOTICE = "completion-notice"
"""A completion that the terminal stored and tells, without asking."""

REFUND = "refund"
"""All or part of a payment is given back 退货, once its batch is closed; ``amount_fen`` is what is given back."""

AUTHORISATIONS = (PREAUTH, PREAUTH_VOID)
"""What is asked by 0100: it holds money or frees it."""
VOIDS = (VOID, PREAUTH_VOID, COMPLETION_VOID)
"""What takes an earlier request back."""

OFFLINE_SALE = "offline-sale"
"""A sale that the terminal stored without asking anybody; an authorisation code may have been given by telephone."""
CHIP_OFFLINE_SALE = "chip-offline-sale"
"""The same, approved by the card's chip."""
TIP = "tip"
ADJUSTMENT = "adjustment"
"""A stored sale has another amount from now on, with a tip or for any other reason; ``amount_fen`` is the new total."""

OFFLINE_SALES = (OFFLINE_SALE, CHIP_OFFLINE_SALE)
ADJUSTMENTS = (TIP, ADJUSTMENT)
NOTICES = (*OFFLINE_SALES, *ADJUSTMENTS, COMPLETION_NOTICE, REFUND)
"""What is told by notice 通知类交易: it has happened, and the receiver hears of it."""
SALES = (SALE, *OFFLINE_SALES)
"""Attempts to pay."""
COMPLETIONS = (COMPLETION, COMPLETION_NOTICE)
PAYS = (*SALES, *COMPLETIONS)
"""What, approved, pays the merchant."""
CLAIMS = (*SALES, PREAUTH)
"""What a customer comes to the till for."""

PIN_RIGHT = "right"
PIN_WRONG = "wrong"
PIN_ABSENT = "absent"
PIN_GARBLED = "garbled"

QR = "qr"
"""How a payment code 付款码 on the payer's phone is read; it is no card, and is never reversed."""

PARAMETERS = "parameters"
STATUS = "status"
"""Of management: a download of the terminal's parameters, and a report of those that it has."""

SINGLE_KEYS = "single"
DOUBLE_KEYS = "double"
TRACK_KEYS = "double-and-track"
"""Which working keys a sign-on brings: PIN and MAC key, the PIN key of single or double length; and a track key."""


class FinancialRequest(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0200: a sale, a balance inquiry, the completion of a pre-authorisation, or a void of a payment (``what``)."""

    kind: ClassVar[str] = "0200"

    key: str
    mid: str
    what: str
    amount_fen: int
    card: str
    entry: str = "chip"
    pin: str = PIN_RIGHT
    original: str = ""
    """A void's sale, a completion's pre-authorisation: its attempt key."""
    original_rrn: str = ""
    original_auth: str = ""
    mac: int = 1
    rrn: str = ""
    """Empty on the terminal's leg; assigned by the acquirer host."""

    def garbled(self) -> "FinancialRequest | None":
        """On the terminal's leg the broken MAC tells of it; upstream nobody can read it."""
        return None if self.rrn else replace(self, mac=0)


class FinancialResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0210."""

    kind: ClassVar[str] = "0210"

    key: str
    mid: str
    what: str
    amount_fen: int
    code: str
    rrn: str = ""
    auth: str = ""
    business_date: str = ""
    """``"20260105"``, assigned by the host; empty upstream of it."""
    host_at: int = 0
    """Instant of the host's clock, whole seconds; 0 upstream of it."""
    not_forwarded: bool = False
    """The host's mark on a refusal: nothing left the host, so nobody can have posted."""
    balance_fen: int | None = None
    expected_date: str = ""
    """When the merchant will be paid, for the slip; ``"20260106"`` or empty."""
    mac: int = 1

    def garbled(self) -> "FinancialResponse | None":
        """On the terminal's leg the broken MAC tells of it; upstream nobody can read it."""
        return replace(self, mac=0) if self.host_at else None


class AuthorisationRequest(FinancialRequest, frozen=True, gc=False, array_like=True, tag=True):
    """0100: a pre-authorisation, or its void. It holds money or frees it, and pays nobody."""

    kind: ClassVar[str] = "0100"


class AuthorisationResponse(FinancialResponse, frozen=True, gc=False, array_like=True, tag=True):
    """0110."""

    kind: ClassVar[str] = "0110"


class ReversalRequest(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0400: undo a request whose outcome is unknown. Same key as the original; ``reason`` is field 39."""

    kind: ClassVar[str] = "0400"

    key: str
    mid: str
    what: str
    amount_fen: int
    card: str
    reason: str
    entry: str = "chip"
    original_auth: str = ""
    mac: int = 1

    def garbled(self) -> "ReversalRequest":
        """The broken MAC tells of it."""
        return replace(self, mac=0)


class ReversalResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0410: 00 reversed; 25 and 12 end the duty to repeat, not the doubt."""

    kind: ClassVar[str] = "0410"

    key: str
    mid: str
    code: str
    rrn: str = ""
    host_at: int = 0
    mac: int = 1

    def garbled(self) -> "ReversalResponse":
        """The broken MAC tells of it."""
        return replace(self, mac=0)


class ReversalAdvice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0420 (0421 when repeated): whoever answered for a silent neighbour, or took a reversal, undoes it upstream."""

    kind: ClassVar[str] = "0420"

    key: str
    mid: str
    rrn: str
    what: str
    amount_fen: int
    card: str
    reason: str


class AdviceResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0430: the advice was heard. 00 undone, 25 there was nothing to undo; anything else: not undone."""

    kind: ClassVar[str] = "0430"

    key: str
    rrn: str
    code: str
    forwarder: str = ""
    """Field 33: the acquirer's id when the acquirer confirms the network's advice; empty from an issuer."""


class FinancialNotice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0220 (0221 when repeated): something has happened at the terminal, one of ``NOTICES``.

    Nobody reverses a notice: it is repeated under the same key until it is answered. Upstream it carries the ``rrn``.
    """

    kind: ClassVar[str] = "0220"

    key: str
    mid: str
    what: str
    amount_fen: int
    card: str
    entry: str = "chip"
    original: str = ""
    """The attempt that it is about, by its key, where that is another one."""
    original_rrn: str = ""
    original_auth: str = ""
    """That of the original; of an offline sale the one that was given by telephone."""
    mac: int = 1
    rrn: str = ""
    """Empty on the terminal's leg; assigned by the acquirer host."""

    def garbled(self) -> "FinancialNotice | None":
        """On the terminal's leg the broken MAC tells of it; upstream nobody can read it."""
        return None if self.rrn else replace(self, mac=0)


class NoticeResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0230: the notice was heard, and taken or refused."""

    kind: ClassVar[str] = "0230"

    key: str
    mid: str
    what: str
    amount_fen: int
    code: str
    rrn: str = ""
    auth: str = ""
    business_date: str = ""
    """``"20260105"``, assigned by the host; empty upstream of it."""
    host_at: int = 0
    mac: int = 1

    def garbled(self) -> "NoticeResponse | None":
        """On the terminal's leg the broken MAC tells of it; upstream nobody can read it."""
        return replace(self, mac=0) if self.host_at else None


class QueryRequest(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0600: what does the host know of the attempt ``asked``?

    ``close``: cancel-by-query 查询并关单, what is not paid yet shall never be. Upstream of the host it is always that, and
    ``asked`` is the payment's own ``key``.
    """

    kind: ClassVar[str] = "0600"

    key: str
    mid: str
    asked: str
    mac: int = 1
    close: bool = False
    rrn: str = ""
    """Empty on the terminal's leg."""

    def garbled(self) -> "QueryRequest | None":
        """The broken MAC tells of it, but not upstream of the host, where nobody looks at it: there nothing is left."""
        return None if self.rrn else replace(self, mac=0)


class QueryResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0610: ``state`` is one of ``KNOWN_STATES``."""

    kind: ClassVar[str] = "0610"

    key: str
    mid: str
    asked: str
    code: str
    state: str
    rrn: str = ""
    auth: str = ""
    host_at: int = 0
    business_date: str = ""
    mac: int = 1
    close: bool = False
    """What was asked: to close, or only to tell."""

    def garbled(self) -> "QueryResponse":
        """The broken MAC tells of it."""
        return replace(self, mac=0)


KNOWN_STATES = ("unknown", "pending", "approved", "declined", "reversed", "voided", "cleared", "error-case")
"""What a host may say of an attempt: never heard of; not decided yet or being undone; and the final words.
``error-case``: it is cleared and about to be given back, unless a clerk keeps it."""


class SignOnRequest(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0800: the terminal asks for its open batch and working keys."""

    kind: ClassVar[str] = "0800"

    key: str
    mid: str
    operator: str = "01"
    serial: str = "SIM00001"
    key_set: str = DOUBLE_KEYS


class SignOnResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0810: the open batch (a new one only after a settlement) and the version of the working keys."""

    kind: ClassVar[str] = "0810"

    key: str
    mid: str
    code: str
    batch: str = ""
    key_version: int = 1
    """0: keys came whose check values disagree. A refusal brings no keys."""
    host_at: int = 0
    key_set: str = DOUBLE_KEYS


class ManagementRequest(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0820: ``sign-off``, ``echo``, ``PARAMETERS`` (let me have mine) or ``STATUS`` (these are those I have)."""

    kind: ClassVar[str] = "0820"

    key: str
    mid: str
    what: str
    parameters: str = ""
    """The version of the terminal's parameters."""


class ManagementResponse(Input, frozen=True, gc=False, array_like=True, tag=True):
    """0830."""

    kind: ClassVar[str] = "0830"

    key: str
    mid: str
    what: str
    code: str
    host_at: int = 0
    parameters: str = ""
    """The version of the parameters that are brought; nothing else of them matters here."""


class OrderNotice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Acquirer → platform: an order is created, paying, a success, failed or refunded; its end, platform → merchant.

    It is told again until ``OrderHeard``.
    """

    kind: ClassVar[str] = "order-notice"

    key: str
    state: str
    amount_fen: int
    rrn: str = ""


class OrderHeard(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Platform → acquirer, merchant → platform: this word of an order was heard, *success* echoed; say it no more."""

    kind: ClassVar[str] = "order-heard"

    key: str
    state: str


def key_of(tid: str, batch: str, stan: str) -> str:
    """An attempt's key."""
    return f"{tid}-{batch}-{stan}"


def parts_of(key: str) -> tuple[str, str, str]:
    """TID, batch and STAN of an attempt's key."""
    tid, batch, stan = key.split("-")
    return tid, batch, stan
