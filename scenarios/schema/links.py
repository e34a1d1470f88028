"""Who speaks to whom and what they say: what a selector can match at all."""

from collections.abc import Mapping

from poslab.messages.words import WORDS
from poslab.party.contract import Address
from poslab.world.world import World

_UP = ("0100", "0200", "0220", "0320", "0400", "0500", "0600", "0800", "0820")
_DOWN = ("0110", "0210", "0230", "0330", "0410", "0510", "0610", "0810", "0830")
_KEYED = (
    "sale-keyed", "code-scanned", "offline-sale-keyed", "preauth-keyed", "completion-keyed", "adjustment-keyed",
    "void-keyed", "balance-keyed", "query-keyed", "reprint-keyed", "echo-keyed", "sign-on-keyed", "sign-off-keyed",
    "settle-keyed", "cancel-pressed", "paper-loaded", "power-cut", "power-restored",
)  # fmt: skip

_DISPUTE = ("dispute-step", "dispute-step-heard")

LINKS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("cashier", "terminal"): _KEYED,
    ("terminal", "cashier"): ("screen", "slip", "settlement-slip"),
    ("terminal", "platform"): _UP,
    ("platform", "terminal"): _DOWN,
    ("terminal", "host"): _UP,
    ("host", "terminal"): _DOWN,
    ("platform", "host"): (*_UP, "order-heard", "file-accepted", "account-heard"),
    ("host", "platform"): (*_DOWN, "order-notice", "ledger-file", "account-notice"),
    ("host", "switch"): ("0100", "0200", "0220", "0420", "0430", "0600", "clearing-file", *_DISPUTE),
    ("switch", "host"): ("0110", "0210", "0230", "0420", "0430", "0610", "file-accepted", *_DISPUTE),
    ("switch", "issuer"): ("0100", "0200", "0220", "0420", "0600", "clearing-file", *_DISPUTE),
    ("issuer", "switch"): ("0110", "0210", "0230", "0430", "0610", "file-accepted", *_DISPUTE),
    ("issuer", "cardholder"): ("sms", "payment-asked", "payment-closed"),
    ("cardholder", "issuer"): ("payment-confirmed",),
    ("host", "rail"): ("payout-order", "payout-query", "payout-recall", "transfer-order", "transfer-query"),
    ("rail", "host"): ("payout-status", "transfer-done"),
    ("switch", "rail"): ("transfer-order",),
    ("rail", "switch"): ("transfer-done",),
    ("rail", "issuer"): ("transfer-done",),
    ("rail", "bank"): ("credit-order", "payout-recall", "transfer-done"),
    ("bank", "rail"): ("credit-answer",),
    ("bank", "merchant"): ("statement-line",),
    ("merchant", "bank"): ("account-transfer",),
    ("host", "merchant"): ("payout-notice", "hold-notice", "dispute-notice", "adjustment-notice"),
    ("rail", "platform"): ("credit-order", "payout-status"),
    ("platform", "rail"): ("payout-order", "credit-answer"),
    ("platform", "merchant"): ("order-notice", "payout-notice"),
    ("merchant", "platform"): ("order-heard",),
}
"""Sender's and receiver's role → kinds of messages."""

OF_NO_ORDER = (
    "0320", "0330", "0500", "0510", "0800", "0810", "0820", "0830", "clearing-file", "ledger-file", "file-accepted",
    "transfer-order", "transfer-done",
    "payout-order", "payout-query", "payout-recall",
    "payout-status", "credit-order", "credit-answer", "statement-line", "payout-notice",
    "account-transfer", "account-notice", "account-heard",
    "settlement-slip", "echo-keyed", "sign-on-keyed", "sign-off-keyed", "settle-keyed", "paper-loaded", "power-cut",
    "power-restored",
)  # fmt: skip
"""Kinds that are about no single order."""

PEOPLE = ("cashier", "cardholder", "merchant")

_FACTS: Mapping[str, tuple[str, ...]] = {
    "terminal": (
        "connected", "connect-failed", "paper-out", "paper-loaded", "store-failing", "store-mended",
        "totals-damaged", "card-removed",
        "chip-declined",
        "key-replaced", "key-injected",
    ),
    "host": (
        "connected", "disconnected", "connect-failed", "answers-with", "account-change-requested", "repayout-applied",
        "recall-requested", "write-off-approved", "job-failed", "job-rerun", "record-lost", "claim-filed",
        "correction-ordered", "adjustment-stopped",
        "dispute-answered", "arbitration-ruled",
        "review-opened", "review-passed", "hold-reviewed", "freeze-ordered", "freeze-lifted",
        "key-replaced", "key-injected", "batch-moved-on", "parameters-changed",
    ),
    "platform": (
        "connected", "disconnected", "connect-failed", "ledger-line-lost", "ledger-line-booked", "withdrawal-pressed",
        "repayout-applied",
    ),
    "issuer": (
        "connected", "disconnected", "connect-failed", "day-end", "credit-booked",
        "inquiry-raised", "retrieval-raised", "chargeback-raised", "second-chargeback-raised", "complaint-dropped",
    ),
    "bank": (
        "connected", "disconnected", "connect-failed", "account-set", "credits-parked", "bank-maintenance",
        "recall-answered", "freeze-ordered", "freeze-lifted",
    ),
    "rail": ("connected", "disconnected", "connect-failed", "bank-maintenance"),
}  # fmt: skip
_LINES = ("connected", "disconnected", "connect-failed")

LOG_WORDS = tuple(sorted({word for words in WORDS.values() for word in words}))
"""Every word that somebody can log."""


def heard_by(role: str) -> tuple[str, ...]:
    """The kinds of inputs that a party in this role can hear, letters to itself excepted."""
    kinds = [kind for (_, receiver), said in LINKS.items() if receiver == role for kind in said]
    return tuple(dict.fromkeys((*kinds, *_FACTS.get(role, _LINES))))


def stands(world: World, sender: Address, receiver: Address) -> bool:
    """Whether there is a link from one party to another in this world."""
    roles = world.roles()
    pair = (roles[sender], roles[receiver])
    if pair not in LINKS:
        return False
    if "rail" in pair and "platform" in pair:
        return world.platform is not None and world.platform.keeps_ledger
    for terminal in world.terminals:
        if terminal.address in (sender, receiver):
            other = receiver if terminal.address == sender else sender
            return other in (terminal.route, terminal.cashier)
    return True
