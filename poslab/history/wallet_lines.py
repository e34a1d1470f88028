"""What the lines of a platform's ledger make of a sale: in a wallet, paid out of it, or kept back by the acquirer.

A sale that is kept back may be booked all the same, with a line below zero beside it: together they leave its merchant
nothing, so it is neither in the wallet nor missing there.
"""

from poslab.history.records import Attempt
from poslab.messages.funding import is_kept_line

MISSING, WALLET = "missing", "wallet"


def booked(sale: Attempt, line_no: str, amount_fen: int) -> None:
    """A line of this sale is booked to, or (below zero) taken from, its merchant's wallet."""
    if is_kept_line(line_no):
        sale.kept_from_wallet_fen -= amount_fen
    if not _is_paid(sale) or not is_kept_line(line_no):
        sale.ledger = "" if sale.kept_from_wallet_fen > 0 else WALLET


def withdrawn(sale: Attempt, line_no: str, payout_no: str) -> bool:
    """A line of this sale is in a payout from the wallet; whether that payout is for one sale more than was known."""
    if sale.ledger == payout_no or sale.ledger in ("", MISSING):
        return False
    if not (is_kept_line(line_no) and _is_paid(sale)):
        sale.ledger = payout_no
    return True


def told_of_money(sale: Attempt) -> None:
    """Money came for the sale's merchant: what it was for and is not booked in the same breath is missing."""
    if not sale.ledger and not sale.kept_from_wallet_fen:
        sale.ledger = MISSING


def _is_paid(sale: Attempt) -> bool:
    return sale.ledger not in ("", MISSING, WALLET)
