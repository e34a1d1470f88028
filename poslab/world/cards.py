"""The allow-list of test cards and payment codes: the only ones that exist.

Each is a reference; its digits or letters are the codec's alone.
"""

from collections.abc import Mapping

from msgspec import Struct


class Card(Struct, frozen=True):
    """A test card as everybody but the codec knows it."""

    ref: str
    masked: str
    """First six and last four characters."""
    product: str
    """``debit`` or ``credit``."""
    role: str
    """How its issuer treats it: one of ``ROLES``."""
    balance_fen: int = 10_000_000
    """Balance or free credit line when the world begins."""
    is_code: bool = False
    """A payment code 付款码 on the payer's phone instead of a card: read by a smart terminal, for a QR sale."""


ROLES = (
    "good",
    "insufficient",
    "expired",
    "pin-locked",
    "lost",
    "issuer-down",
    "no-answer",
    "refuses-reversals",
    "dormant",
    "limit",
    "slow-refunds",
    "asks-payer",
)

CARDS: Mapping[str, Card] = {
    card.ref: card
    for card in (
        Card("good-debit", "999999******0014", "debit", "good"),
        Card("good-credit", "999999******0022", "credit", "good"),
        Card("insufficient", "999999******0030", "debit", "insufficient", 0),
        Card("expired", "999999******0048", "credit", "expired"),
        Card("pin-locked", "999999******0055", "debit", "pin-locked"),
        Card("lost", "999999******0063", "debit", "lost"),
        Card("issuer-down", "999999******0071", "debit", "issuer-down"),
        Card("no-answer", "999999******0089", "debit", "no-answer"),
        Card("refuses-reversals", "999999******0097", "debit", "refuses-reversals"),
        Card("dormant", "999999******0105", "debit", "dormant"),
        Card("limit", "999999******0113", "credit", "limit"),
        Card("slow-refunds", "999999******0121", "debit", "slow-refunds"),
        Card("code", "SIMPAY********0018", "debit", "asks-payer", is_code=True),
        Card("code-unasked", "SIMPAY********0026", "debit", "good", is_code=True),
        Card("code-insufficient", "SIMPAY********0034", "debit", "asks-payer", 0, is_code=True),
    )
}
"""``code-unasked`` is paid at once, as small sums often are; the others when the payer confirms on the phone."""

CODES: frozenset[str] = frozenset(ref for ref, card in CARDS.items() if card.is_code)
"""References of payment codes."""
