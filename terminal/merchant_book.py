"""What a till books for its merchant, in her own book M: a sale when it is stored, printed or not, and its way back.

A sale's entry is an effect of the very step that stores it, so neither is ever there without the other, and a boot
posts nothing again. What the money does afterwards the till does not hear of; the merchant books that herself.
"""

from typing import Final

from poslab.messages.card import COMPLETIONS, OFFLINE_SALES, PAYS
from poslab.party.contract import Effect, Posted
from terminal.flash import Attempt

RECEIVABLE: Final = "M.card_receivable"
SALES: Final = "M.sales"
REFUNDS: Final = "M.refunds"
CHARGEBACKS: Final = "M.chargebacks"


def sold(attempt: Attempt, out: list[Effect]) -> None:
    """What pays the merchant is stored: asked (P1), completed (P16), or stored without asking anybody (P17a)."""
    what = attempt.what
    if what not in PAYS:
        return
    entry = "P16" if what in COMPLETIONS else "P17a" if what in OFFLINE_SALES else "P1"
    _post(f"{entry}/{attempt.key}", RECEIVABLE, SALES, attempt.amount_fen, attempt.about, out)


def taken_back(entry: str, sale: Attempt, out: list[Effect]) -> None:
    """A stored sale comes to nothing: voided (P6), or undone for want of a slip (P7)."""
    if sale.what in PAYS:
        _post(f"{entry}/{sale.key}", SALES, RECEIVABLE, sale.amount_fen, sale.about, out)


def refunded(refund: Attempt, out: list[Effect]) -> None:
    """The host has taken a refund (P8a)."""
    _post(f"P8a/{refund.key}", REFUNDS, RECEIVABLE, refund.amount_fen, refund.about, out)


def repriced(sale: Attempt, told: Attempt, out: list[Effect]) -> None:
    """The host has taken another amount for a stored sale (P17a): the difference is booked."""
    more_fen = told.amount_fen - sale.amount_fen
    entry = f"P17a/{sale.key}/{told.key}"
    if more_fen > 0:
        _post(entry, RECEIVABLE, SALES, more_fen, sale.about, out)
    elif more_fen:
        _post(entry, SALES, RECEIVABLE, -more_fen, sale.about, out)


def refused(sale: Attempt, out: list[Effect]) -> None:
    """What was stored without asking is refused in the end (P17b): the goods are gone, the money does not come."""
    if sale.what in PAYS:
        _post(f"P17b/{sale.key}", CHARGEBACKS, RECEIVABLE, sale.amount_fen, sale.about, out)


def _post(entry: str, debit: str, credit: str, amount_fen: int, about: str, out: list[Effect]) -> None:
    out.append(Posted(about, entry, ((debit, credit, amount_fen),)))
