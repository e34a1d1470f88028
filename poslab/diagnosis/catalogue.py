"""The catalogue of causes: why a swiped sale is not credited, what everybody sees, and what to do about it.

One file a cause, in ``catalogue/<id>.json``; every text in it is in both languages. The catalogue states what is true
of a cause in general. Nothing here looks at a run.
"""

import difflib
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec
from msgspec import Struct

from poslab.text import Text

Group = Literal["N", "S1", "S2", "K", "P", "O", "A", "D", "Z"]
Truth = Literal["M0", "M0+claim", "M1", "M2", "M3", "M4"]
Moment = Literal["till", "evening", "morning", "overdue", "later"]

GROUPS: Final[dict[str, Text]] = {
    "N": Text("网络延迟", "Network delay"),
    "S1": Text("系统故障（终端）", "System failure at the terminal"),
    "S2": Text("系统故障（收单、清算）", "System failure at the acquirer"),
    "K": Text("银行问题", "Bank problem"),
    "P": Text("第三方支付平台问题", "Third-party platform problem"),
    "O": Text("客户或收银员操作错误", "Customer or operator error"),
    "A": Text("账户问题", "Account problem"),
    "D": Text("交易纠纷", "Dispute"),
    "Z": Text("正常但易误判", "Healthy, but mistaken for trouble"),
}
"""Groups of causes, in the order in which they are listed."""

IDS: Final = (
    "net-link-down", "net-request-lost", "net-response-lost", "net-response-late", "net-reversal-pending",
    "net-reversal-exhausted", "net-duplicate-delivery",
    "term-restart-mid-transaction", "term-printer-fail", "term-store-fail", "term-keys-out-of-step",
    "acq-host-down", "acq-crash-after-forward", "acq-capture-missing", "term-batch-not-closed", "acq-clearing-job-late",
    "acq-payout-unknown",
    "issuer-unavailable", "issuer-debit-no-answer", "issuer-reversal-failed", "issuer-refund-slow",
    "bank-maintenance-window", "bank-inbound-suspense", "rail-holiday-or-window",
    "plat-gateway-down", "plat-notify-lost", "plat-order-stuck", "plat-instant-payout-off", "plat-second-clearing",
    "op-double-swipe", "op-wrong-amount", "op-preauth-not-sale", "op-cancel-before-answer", "op-card-removed",
    "op-pin-tries", "op-declined-taken-as-paid", "op-wrong-reversal-type", "op-offline-not-uploaded",
    "acct-frozen", "acct-number-wrong", "acct-name-mismatch", "acct-closed-dormant", "acct-class-limit",
    "acct-bound-to-other", "acct-risk-hold", "acct-review-suspended",
    "disp-retrieval-hold", "disp-chargeback", "disp-negotiated-refund", "disp-fraud-freeze",
    "ok-slow", "ok-not-due", "ok-lump-sum",
)  # fmt: skip
"""Every cause that has a name, in catalogue order; ``causes()`` has those that are written."""


class Sees(Struct, frozen=True, forbid_unknown_fields=True):
    """What each party sees of the cause."""

    terminal: Text
    acquirer: Text
    issuer: Text
    cardholder: Text
    merchant: Text


class Views(Struct, frozen=True, forbid_unknown_fields=True):
    """What each party believes, in the closed words of views; ``cardholder`` is the SMS notices in order."""

    terminal: str
    platform: str
    host: str
    issuer: str
    file: str
    payout: str
    merchant: str
    cardholder: tuple[str, ...]


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do, or never to do. ``only`` names the variants it is about; empty means all of them."""

    do: str
    text: Text
    only: tuple[str, ...] = ()


class Variant(Struct, frozen=True, forbid_unknown_fields=True):
    """One way in which the cause happens, and what must be seen of it at the complaint and at the end.

    ``peak_charges`` and ``net_charges`` count debits of the purchase standing at the worst moment and at the end.
    ``violates`` names the checks that must fire. ``why``, ``money`` and ``cancel`` stand here only where this variant
    differs from its cause; ``Cause.money_in`` and ``Cause.cancel_in`` know. ``by_code``: it is a QR sale.
    """

    id: str
    default: bool
    title: Text
    note: Text
    complaint_at: Moment
    truth_complaint: Truth
    truth_end: Truth
    views_complaint: Views
    views_end: Views
    peak_charges: int
    net_charges: int
    violates: tuple[str, ...]
    why: Text | None = None
    money: Text | None = None
    cancel: Text | None = None
    by_code: bool = False
    decided_by: tuple[str, ...] = ()
    """Facts, as they are written, any of which says that it is this variant; without one of them it is another."""
    played_by: str = ""
    """The scenario that plays it, where it is not the one that is called as its cause."""


class Cause(Struct, frozen=True, forbid_unknown_fields=True):
    """One cause with its four answers: why, can the sale be cancelled, what to do and never to do, what prevents it."""

    id: str
    group: Group
    title: Text
    why: Text
    teaches: Text
    sees: Sees
    money: Text
    cancel: Text
    remedies: tuple[Step, ...]
    never: tuple[Step, ...]
    heals: Text
    prevention: tuple[Text, ...]
    tell: Text
    ties: tuple[str, ...]
    variants: tuple[Variant, ...]

    def variant(self, name: str | None = None) -> Variant:
        """The variant of that id, or the default one; ``KeyError`` naming those there are."""
        for variant in self.variants:
            if variant.default if name is None else variant.id == name:
                return variant
        known = ", ".join(variant.id for variant in self.variants)
        raise KeyError(f"{self.id} has no variant {name!r}; it has {known}")

    def money_in(self, variant: str | None = None) -> Text:
        """Where the money is, in that variant (default: the default one)."""
        return self.variant(variant).money or self.money

    def cancel_in(self, variant: str | None = None) -> Text:
        """Whether the sale can be cancelled, by whom, how and until when, in that variant."""
        return self.variant(variant).cancel or self.cancel

    def remedies_in(self, variant: str | None = None) -> tuple[Step, ...]:
        """What to do in that variant, in order."""
        return _about(self.remedies, self.variant(variant))

    def never_in(self, variant: str | None = None) -> tuple[Step, ...]:
        """What never to do in that variant."""
        return _about(self.never, self.variant(variant))


def _about(steps: tuple[Step, ...], variant: Variant) -> tuple[Step, ...]:
    return tuple(step for step in steps if not step.only or variant.id in step.only)


@cache
def causes() -> dict[str, Cause]:
    """Every written cause by its id, in catalogue order; read once. The caller must not change the dict."""
    folder = resources.files("poslab.diagnosis") / "catalogue"
    read: dict[str, Cause] = {}
    for name in IDS:
        file = folder / f"{name}.json"
        if file.is_file():
            read[name] = msgspec.json.decode(file.read_bytes(), type=Cause)
    return read


def cause(name: str) -> Cause:
    """The cause of that id; ``KeyError`` with a sentence that names the nearest one."""
    found = causes().get(name)
    if found is None:
        near = difflib.get_close_matches(name, causes(), n=1, cutoff=0)
        raise KeyError(f"there is no cause {name!r}; the nearest is {near[0]!r}")
    return found
