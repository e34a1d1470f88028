"""The issuer's decision: may this card pay this amount now? Pure: nothing is posted here.

The answers are codes of ISO 8583 field 39. The order matters: what is wrong with the bank comes before what is wrong
with the card, that before the PIN, and money is looked at last, so that a wrong PIN learns nothing about the balance.
"""

from collections.abc import Mapping

from poslab.messages.card import PIN_GARBLED, PIN_WRONG, PREAUTH, SALE, FinancialRequest
from poslab.world.cards import Card

APPROVED = "00"
PROCESSING = "09"
INVALID = "12"
INVALID_AMOUNT = "13"
NO_SUCH_CARD = "14"
NOT_FOUND = "25"
NOT_SUPPORTED = "40"
INSUFFICIENT = "51"
WRONG_PIN = "55"
LIMIT = "61"
OTHER_AMOUNT = "64"
PIN_TRIES = "75"
ISSUER_DOWN = "91"
SYSTEM = "96"
PIN_FORMAT = "99"

REFUSED_ROLES: Mapping[str, str] = {
    "issuer-down": ISSUER_DOWN,
    "lost": "41",
    "dormant": "21",
    "expired": "54",
    "pin-locked": PIN_TRIES,
    "asks-payer": PROCESSING,
}
"""Roles whose card pays nothing, whatever the PIN; or not before the payer has confirmed on the phone."""

REFUSED_PURCHASES: Mapping[str, str] = {"limit": LIMIT, "insufficient": INSUFFICIENT}
"""Roles whose card is sound, but has no room for a purchase."""

SILENT_ROLE = "no-answer"
"""The role whose requests are carried out and never answered."""

REFUSES_REVERSALS_ROLE = "refuses-reversals"


_SPENDS = (SALE, PREAUTH)


def refusal(
    given: FinancialRequest, card: Card, wrong_pins: int, pin_tries: int, free_fen: int, sale_limit_fen: int
) -> str:
    """The code that refuses a request, or ``"00"``; ``PIN_TRIES`` where the card is locked, however its bank says so.

    ``wrong_pins`` counts the card's wrong PINs of the day before this request, ``pin_tries`` are too many; ``free_fen``
    is its balance or free credit line; ``sale_limit_fen`` the largest single purchase.
    """
    code = REFUSED_ROLES.get(card.role)
    if code is not None:
        return code
    if wrong_pins >= pin_tries:
        return PIN_TRIES
    pin = given.pin
    if pin == PIN_WRONG:
        return PIN_TRIES if wrong_pins + 1 >= pin_tries else WRONG_PIN
    if pin == PIN_GARBLED:
        return PIN_FORMAT
    if given.what not in _SPENDS:
        return APPROVED
    amount_fen = given.amount_fen
    if amount_fen <= 0:
        return INVALID_AMOUNT
    code = REFUSED_PURCHASES.get(card.role)
    if code is not None:
        return code
    if amount_fen > sale_limit_fen:
        return LIMIT
    return INSUFFICIENT if amount_fen > free_fen else APPROVED
