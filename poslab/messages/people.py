"""What people do to machines, and what machines show, print and send to people.

Texts travel as a word with values; they become sentences where people look.
"""

from typing import ClassVar

from poslab.messages.batch import Totals
from poslab.messages.card import PIN_RIGHT, SALE, VOID
from poslab.party.contract import Input


class CustomerAtTill(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the cashier: somebody wants to pay ``amount_fen`` with ``card``; the order's name is ``about``."""

    kind: ClassVar[str] = "customer-at-till"

    terminal: str
    amount_fen: int
    card: str
    entry: str = "chip"
    pin: str = PIN_RIGHT
    what: str = SALE
    """What the cashier is to key in: ``sale``, ``offline-sale`` or ``preauth``."""


class Prompted(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the cashier: do this now (a step of an own script). ``do`` is one of ``ACTS``."""

    kind: ClassVar[str] = "prompted"

    do: str
    terminal: str
    amount_fen: int = 0
    card: str = ""
    voucher: str = ""
    """The voucher number that she keys in, where it is not that of this order."""
    due_fen: int = 0
    """What the customer owes, where she keys in another amount."""


ACTS = (
    "sale", "offline-sale", "preauth", "complete", "complete-by-notice", "tip", "adjust", "void", "preauth-void",
    "completion-void", "refund", "balance", "query", "reprint", "echo", "sign-on", "sign-off", "settle", "cancel",
    "load-paper", "restart", "pull-card", "keep-slip",
)  # fmt: skip


class SaleKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Cashier → terminal: a sale is keyed in and the card presented."""

    kind: ClassVar[str] = "sale-keyed"

    amount_fen: int
    card: str
    entry: str = "chip"
    pin: str = PIN_RIGHT
    operator: str = "01"


class CodeScanned(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Cashier → terminal: a QR sale 扫码消费 is keyed in and the payer's code read; ``card`` is the code's reference."""

    kind: ClassVar[str] = "code-scanned"

    amount_fen: int
    card: str
    operator: str = "01"


class OfflineSaleKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Menu 离线消费: store a sale without asking anybody; ``auth`` is the code that was given by telephone, if any."""

    kind: ClassVar[str] = "offline-sale-keyed"

    amount_fen: int
    card: str
    entry: str = "chip"
    auth: str = ""
    operator: str = "01"


class AdjustmentKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Menu 结算调整 or 小费: from now on the stored sale has another amount; ``""`` means the last one of this order."""

    kind: ClassVar[str] = "adjustment-keyed"

    amount_fen: int
    """The new total."""
    voucher: str = ""
    tip: bool = True
    operator: str = "01"


class PreauthKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Menu 预授权: an amount is to be held on a card."""

    kind: ClassVar[str] = "preauth-keyed"

    amount_fen: int
    card: str
    entry: str = "chip"
    pin: str = PIN_RIGHT
    operator: str = "01"


class CompletionKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Menu 预授权完成: a hold becomes a payment of ``amount_fen``, 0 meaning the amount held.

    ``voucher`` is the pre-authorisation's; ``""`` means the last one of this order.
    """

    kind: ClassVar[str] = "completion-keyed"

    amount_fen: int = 0
    voucher: str = ""
    notice: bool = False
    """It is stored and told, not asked: menu 预授权完成(通知)."""


class VoidKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Menu 撤销: cancel what is stored under this voucher number; ``""`` means the last one of this order.

    There is a menu for each kind: of a sale (``void``), a pre-authorisation, a completion.
    """

    kind: ClassVar[str] = "void-keyed"

    voucher: str = ""
    supervisor: bool = True
    """The supervisor's password was right."""
    what: str = VOID
    """One of ``VOIDS``."""


class RefundKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Menu 退货: give back all or part of an earlier payment, as its slip names it, to the card it was paid with."""

    kind: ClassVar[str] = "refund-keyed"

    amount_fen: int
    card: str
    original: str
    """The payment's attempt key: batch and voucher number stand on its slip."""
    original_rrn: str
    entry: str = "chip"
    supervisor: bool = True
    """The supervisor's password was right."""
    operator: str = "01"


class BalanceKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Balance inquiry; being an online transaction it also sends a waiting reversal first."""

    kind: ClassVar[str] = "balance-keyed"

    card: str


class QueryKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """查询: ask the host about an attempt; ``""`` means the last one of this order, else the last one of all."""

    kind: ClassVar[str] = "query-keyed"

    voucher: str = ""


class ReprintKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """重打印: print a stored slip again; ``""`` means the last one of this order, else the last one of all."""

    kind: ClassVar[str] = "reprint-keyed"

    voucher: str = ""


class EchoKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """回响测试."""

    kind: ClassVar[str] = "echo-keyed"
    about: str = ""


class SignOnKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """签到."""

    kind: ClassVar[str] = "sign-on-keyed"
    about: str = ""


class SignOffKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """签退."""

    kind: ClassVar[str] = "sign-off-keyed"
    about: str = ""


class SettleKeyed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """结算: compare the batch with the host and close it, or go on with an upload that broke off."""

    kind: ClassVar[str] = "settle-keyed"
    about: str = ""
    supervisor: bool = False
    """With the supervisor's password, which closes a batch while a reversal waits, once its cut-off is long over."""


class CancelPressed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Key 取消: before sending it aborts; after sending it only starts a reversal (reason 06)."""

    kind: ClassVar[str] = "cancel-pressed"
    about: str = ""


class Screen(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Terminal → cashier: what the display shows. ``word`` is one of the terminal's closed list of screens."""

    kind: ClassVar[str] = "screen"

    terminal: str
    word: str
    code: str = ""
    key: str = ""
    amount_fen: int = 0


class Slip(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Terminal → cashier: a printed slip 签购单. ``slip`` is one of ``SLIPS``."""

    kind: ClassVar[str] = "slip"

    terminal: str
    slip: str
    key: str
    mid: str
    card: str = ""
    entry: str = "chip"
    amount_fen: int = 0
    rrn: str = ""
    auth: str = ""
    at: int = 0
    code: str = ""
    expected_date: str = ""
    original: str = ""
    """A void's sale: its attempt key."""
    state: str = ""
    """What the host answered to the query, on a reversal-closed slip."""
    duplicate: bool = False
    operator: str = "01"
    what: str = ""
    """What it is about, where that is neither a sale nor the void of one."""


SLIPS = (
    "sale", "offline", "adjustment", "void", "preauth", "preauth-void", "completion", "completion-void", "refund",
    "decline", "reversal-done", "reversal-closed", "reversal-warning", "sign-on",
)  # fmt: skip


class SettlementSlip(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Terminal → cashier: the settlement slip 结算单: its own totals, the host's, and what the host says of them."""

    kind: ClassVar[str] = "settlement-slip"

    terminal: str
    key: str
    """Of the settlement request; its batch is the one that is settled."""
    mid: str
    totals: Totals
    host_totals: Totals
    flag: int
    at: int = 0
    operator: str = "01"


class Sms(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Issuer → cardholder. ``word``: spent, returned, refunded, hold, hold-released."""

    kind: ClassVar[str] = "sms"

    word: str
    card: str
    amount_fen: int
    at: int
    balance_fen: int = 0


class PaymentAsked(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Bank or wallet → cardholder's phone: do you pay this? ``bank`` is whom to answer."""

    kind: ClassVar[str] = "payment-asked"

    rrn: str
    card: str
    amount_fen: int
    bank: str


class PaymentConfirmed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Cardholder's phone → bank or wallet: yes."""

    kind: ClassVar[str] = "payment-confirmed"

    rrn: str


class PaymentClosed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Bank or wallet → cardholder's phone: it was closed, nothing is paid any more."""

    kind: ClassVar[str] = "payment-closed"

    rrn: str
