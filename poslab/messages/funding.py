"""Messages of the funding leg: clearing files, settlement, payouts, what the merchant's bank says."""

from typing import ClassVar, Final

from msgspec import Struct

from poslab.party.contract import Input


class ClearingLine(Struct, frozen=True, gc=False, array_like=True):
    """One captured sale. Fees are whole fen, rounded half-up line by line."""

    about: str
    key: str
    rrn: str
    mid: str
    card: str
    amount_fen: int
    merchant_fee_fen: int
    interchange_fen: int
    acquirer_fee_fen: int
    """The acquirer's network fee."""
    issuer_fee_fen: int
    """The issuer's network fee."""


class ClearingFile(Input, frozen=True, gc=False, array_like=True, tag=True):
    """One part of a business day's file, host → network → issuer; ``file_no`` and ``part`` name it."""

    kind: ClassVar[str] = "clearing-file"

    file_no: str
    part: int
    last: bool
    business_date: str
    settlement_date: str
    lines: tuple[ClearingLine, ...]


class LedgerLine(Struct, frozen=True, gc=False, array_like=True):
    """What one sale leaves its merchant, or (below zero) what a refund takes from it, and what was kept; in fen.

    Also what is kept back of a sale (below zero) and let go again, under the sale's key and a number of its own as
    ``kept_line_no`` makes them.
    """

    about: str
    key: str
    rrn: str
    mid: str
    net_fen: int
    fee_fen: int = 0


class AccountNotice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → platform with a ledger: a merchant's reviewed change, the ``number``-th; pay to this from now on."""

    kind: ClassVar[str] = "account-notice"

    mid: str
    number: int
    bank: str
    account_no: str
    account_name: str


class AccountHeard(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Platform → host: the change is in its files."""

    kind: ClassVar[str] = "account-heard"

    mid: str
    number: int


class LedgerFile(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → platform: what payouts are for. One part of a business day's file, or a word between about one sale."""

    kind: ClassVar[str] = "ledger-file"

    file_no: str
    part: int
    lines: tuple[LedgerLine, ...]


class FileAccepted(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A part of a clearing file was booked; until this is heard the sender repeats it."""

    kind: ClassVar[str] = "file-accepted"

    file_no: str
    part: int


class TransferOrder(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Network or acquirer → rail: move central-bank money between institutions; ``transfer_no`` names it for good."""

    kind: ClassVar[str] = "transfer-order"

    transfer_no: str
    payer: str
    """An account of book R: ``R.account.I``, ``R.account.N``, ``R.account.A.reserve``, ``R.account.A.host-b.own`` …"""
    payee: str
    amount_fen: int


class TransferDone(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Rail → payer's and payee's institution and the one that ordered: it happened."""

    kind: ClassVar[str] = "transfer-done"

    transfer_no: str
    payer: str
    payee: str
    amount_fen: int


class TransferQuery(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Payer or payee → rail: has this transfer happened? Answered by ``TransferDone`` if it has, by nothing if not."""

    kind: ClassVar[str] = "transfer-query"

    transfer_no: str


class PayoutOrder(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → rail. On silence the same number is sent again, never a new one; a re-payout is its next ``try_no``."""

    kind: ClassVar[str] = "payout-order"

    payout_no: str
    try_no: int
    mid: str
    bank: str
    account_no: str
    account_name: str
    amount_fen: int
    payer: str = "R.account.A.reserve"
    """The account of book R that pays: an acquirer's reserve or own cash, a platform's account."""


class PayoutQuery(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → rail: how does this order stand? Answered by ``PayoutStatus``; asking moves no money."""

    kind: ClassVar[str] = "payout-query"

    payout_no: str
    try_no: int


class PayoutStatus(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Rail → host: ``taken`` (the money left the payer), ``credited``, ``returned`` with a reason, ``refused``.

    A reason with ``taken`` says why it is not handed on yet. ``credited`` says that the account bank has the money;
    should the bank not apply it in the end, ``returned`` comes after it. With ``BEING_RECALLED`` as its reason it is
    asked back of the account bank; without one after that, the receiver keeps it.
    ``waiting`` until the large-value system opens; ``unheard`` answers a query about an order that never came.
    """

    kind: ClassVar[str] = "payout-status"

    payout_no: str
    try_no: int
    state: str
    reason: str = ""


class CreditOrder(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Rail → account bank: credit this account."""

    kind: ClassVar[str] = "credit-order"

    payout_no: str
    try_no: int
    account_no: str
    account_name: str
    amount_fen: int


class CreditAnswer(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Account bank → rail: ``credited``, ``received`` (parked there, not applied yet), or ``returned`` with a reason.

    ``received`` is followed by one of the others, days later. The reason is one of ``RETURN_REASONS``.
    ``recall`` is the number of the recall that it answers: ``asked`` says that the account's owner is being asked, and
    ``credited`` that the money stays.
    """

    kind: ClassVar[str] = "credit-answer"

    payout_no: str
    try_no: int
    state: str
    reason: str = ""
    recall: int = 0


class PayoutRecall(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → rail → account bank: a payout that succeeded went to the wrong account, ask its owner for it.

    The rail counts how often it was asked that: ``number`` names the recall, and repeated it asks nobody twice.
    Answered by a ``CreditAnswer``: ``asked`` until the owner has said something, ``returned`` once the owner has
    consented, ``credited`` where not.
    """

    kind: ClassVar[str] = "payout-recall"

    payout_no: str
    try_no: int
    number: int = 0


RETURN_REASONS = (
    "ACCOUNT_NOT_EXIST",
    "NAME_NOT_CORRECT",
    "ACCOUNT_FROZEN",
    "ACCOUNT_CLOSED",
    "QUOTA_EXCEED",
    "RISK",
    "BANK_MAINTENANCE",
)


class StatementLine(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Account bank → merchant: a line of the account's statement, below zero where it pays, and the balance then."""

    kind: ClassVar[str] = "statement-line"

    account_no: str
    reference: str
    amount_fen: int
    balance_fen: int
    at: int


class AccountTransfer(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Owner of an account → its bank: pay this to another account there; ``transfer_no`` names it for good."""

    kind: ClassVar[str] = "account-transfer"

    transfer_no: str
    from_no: str
    to_no: str
    amount_fen: int


class PayoutNotice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → merchant: ``paid``, or ``failed`` 结算失败 with the bank's reason.

    ``fees_fen`` is what was kept of the sales that it pays for.
    """

    kind: ClassVar[str] = "payout-notice"

    payout_no: str
    state: str
    amount_fen: int
    reason: str = ""
    fees_fen: int = 0


class HoldNotice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → merchant: a sale is ``held`` 延迟结算 or ``released``, or all payouts are ``suspended`` or ``resumed``.

    ``why`` and ``ref`` are the hold's, or what is reviewed; of a sale ``rrn`` and the amount that is kept back.
    """

    kind: ClassVar[str] = "hold-notice"

    state: str
    why: str = ""
    ref: str = ""
    rrn: str = ""
    amount_fen: int = 0


class AdjustmentNotice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → merchant 调账通知: she is owed more or less than before, whichever payout will differ by it; in fen.

    ``given-back``: a sale, to its cardholder, by adjustment, or by a clerk's reversal before its clearing; ``fee_fen``
    of it comes back to her, if she was told that it was kept. ``refused``: what a till stored without asking, or the
    new amount that it told; the card's bank does not pay, and below zero it had paid more. ``written-off``: what she
    owed.
    """

    kind: ClassVar[str] = "adjustment-notice"

    why: str
    """``given-back``, ``refused`` or ``written-off``."""
    ref: str
    """Names it for good: the sale's key and the line's RRN or ``host-reversal``, the notice's key, the debt's."""
    amount_fen: int
    fee_fen: int = 0
    has_slip: bool = True
    """Whether her till has a slip of the sale, as far as the acquirer knows."""


_KEPT: Final = "-kept-"
BEING_RECALLED: Final = "RECALLED"
"""The reason with which the rail says that a payout is asked back."""


def file_no_of(acquirer: str, business_date: str) -> str:
    """The number of an acquirer's clearing file, ``"20260105-host"``: its business date comes first."""
    return f"{business_date}-{acquirer}"


def acquirer_of_file(file_no: str) -> str:
    """The acquirer in the number of its clearing file."""
    return file_no.partition("-")[2]


def issuer_file_no_of(file_no: str, issuer: str) -> str:
    """The number of an issuer's share of an acquirer's clearing file, ``"20260105-host-issuer"``."""
    return f"{file_no}-{issuer}"


def transfer_in_no(business_date: str, issuer: str, tag: str = "") -> str:
    """The number of the transfer by which an issuer pays the network for an acquirer's file of a business date.

    ``tag`` is the acquirer's where there are several: ``"20260105-issuer-in-host-b"``.
    """
    return f"{business_date}-{issuer}-in" + (f"-{tag}" if tag else "")


def transfer_out_no(business_date: str, acquirer: str) -> str:
    """The number of the transfer by which the network pays an acquirer for a business date."""
    return f"{business_date}-{acquirer}-out"


def ledger_file_no_of(acquirer: str, business_date: str) -> str:
    """The number of an acquirer's file for the platform: ``"20260105-host-ledger"``."""
    return f"{business_date}-{acquirer}-ledger"


def kept_line_no(rrn: str, ref: str, step: str) -> str:
    """The number of a ledger line about a sale that is kept back: by which hold or case ``ref``, and what is done."""
    return f"{rrn}{_KEPT}{ref}-{step}"


def is_kept_line(line_no: str) -> bool:
    """Whether a ledger line is about a sale that is kept back, by its number."""
    return _KEPT in line_no


def rrn_of_kept(line_no: str) -> str:
    """The sale's RRN in the number of a ledger line about it."""
    return line_no.partition(_KEPT)[0]


def wallet_payout_no(mid: str, date: str, number: int) -> str:
    """The number of a payout from a merchant's wallet: its ``number``-th, ordered on ``date``."""
    return f"{mid}-{date}-W{number}"


def is_from_wallet(payout_no: str) -> bool:
    """Whether a payout is one from a wallet, by its number."""
    return payout_no.rpartition("-")[2].startswith("W")


def transfer_own_no(business_date: str, acquirer: str, number: int) -> str:
    """The number of a transfer by which an acquirer's reserve repays its own cash for a business date."""
    return f"{business_date}-{acquirer}-own-{number}"


def payout_no_of(mid: str, business_date: str) -> str:
    """The number of a merchant's net payout for a business date."""
    return f"{mid}-{business_date}"


def mid_of_payout(payout_no: str) -> str:
    """The merchant number in a payout's number."""
    return payout_no.partition("-")[0]


def business_date_of_payout(payout_no: str) -> str:
    """The business date in a payout's number."""
    return payout_no.split("-")[1]


def part_no_of(payout_no: str, number: int) -> str:
    """The number of a payout beside a day's: for a part of it, or for what is paid back."""
    return f"{payout_no}-{number}"


def sale_payout_no_of(mid: str, business_date: str, rrn: str) -> str:
    """The number of a payout that is for one sale alone; of its RRN without the prefix, for references are 35 long."""
    return f"{mid}-{business_date}-{rrn[-10:]}"


def payout_try_of(payout_no: str, try_no: int) -> str:
    """One try of a payout, as rail and account bank know it."""
    return f"{payout_no}/{try_no}"


def business_date_of(number: str) -> str:
    """The business date at the head of a file's or transfer's number."""
    return number[:8]
