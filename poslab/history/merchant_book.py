"""A merchant's own book M: a fold over what its terminals and the merchant herself have posted.

A sale is booked when a terminal has stored it, printed or not; a payout when the merchant reads of it on the bank's
statement, and its fees when it is told as paid; a chargeback when she is told of it, whichever payout will be less by
it, and so what is given back, refused in the end, or written off. What the merchant still waits for stands on its card
receivable. What moved on the account and is no payout of hers stands here as the bank has it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from poslab.history.bank_statements import reference_of
from poslab.history.line import Line
from poslab.messages.disputes import is_case, rrn_of_case
from poslab.messages.files.journal import JournalRow
from poslab.messages.funding import mid_of_payout
from poslab.party.contract import Input, Posted
from poslab.party.facts import Recovered
from poslab.party.time import date_of
from poslab.world.world import World

RECEIVABLE: Final = "M.card_receivable"
BANK: Final = "M.bank"
SALES: Final = "M.sales"
FEES: Final = "M.fee_expense"
REFUNDS: Final = "M.refunds"
CHARGEBACKS: Final = "M.chargebacks"

TRANSFER: Final = "transfer"
"""What the bank calls an entry between two accounts of its own."""

_TEXTS: Final[Mapping[str, str]] = {
    "P1": "sale",
    "P16": "sale",
    "P17a": "sale",
    "P6": "void",
    "P7": "reversal",
    "P8a": "refund",
    "P17b": "stored sale refused",
    "P10b": "chargeback",
    "P10c": "chargeback reversed",
    "P4c": "payout credited",
    "P15": "credit taken back",
    "P13b": "credit adjustment",
    "P19": "written off",
}
"""What a row calls an entry."""


class MerchantBook:
    """Feed it every line; then ask for the rows of one merchant."""

    def __init__(self, world: World, mid: str) -> None:
        self._mid = mid
        self._account = f"B.account.{world.merchant(mid).account_no}"
        self._terminals = frozenset(terminal.address for terminal in world.terminals if terminal.mid == mid)
        self._banks = frozenset(bank.address for bank in world.banks)
        self._address = world.merchant(mid).address
        self._rrn_prefix = world.acquirer_of(mid).rrn_prefix
        self._tids = frozenset(terminal.tid for terminal in world.terminals if terminal.mid == mid)
        self._rows: list[JournalRow] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if type(given) is Recovered:
            return
        if line.party in self._terminals:
            for effect in line.effects:
                if type(effect) is Posted:
                    self._at_terminal(effect, date_of(line.at))
        elif line.party in self._banks:
            for effect in line.effects:
                if type(effect) is Posted:
                    self._at_bank(effect, line)
        elif line.party == self._address:
            for effect in line.effects:
                if type(effect) is Posted:
                    self._by_herself(effect, date_of(line.at))

    def rows(self) -> tuple[JournalRow, ...]:
        """Every entry, the first one first."""
        return tuple(self._rows)

    # --- what terminals have stored

    def _at_terminal(self, posted: Posted, day: date) -> None:
        entry, key, *adjustment = posted.entry.split("/")
        for debit, credit, amount_fen in posted.postings:
            text = "adjusted" if adjustment else _TEXTS[entry]
            self._put(day, entry, debit, credit, amount_fen, key, text)

    # --- what she books herself

    def _by_herself(self, posted: Posted, day: date) -> None:
        """What she has booked of a payout of this contract's, a sale of its tills, or a case: their numbers tell."""
        entry, reference, *_ = posted.entry.split("/")
        if not (self._is_mine(reference) or self._is_about_mine(reference)):
            return
        for debit, credit, amount_fen in posted.postings:
            text = "fees" if debit == FEES else "its fee returned" if credit == FEES else _TEXTS[entry]
            self._put(day, entry, debit, credit, amount_fen, reference, text)

    def _is_about_mine(self, reference: str) -> bool:
        """Whether a sale's key, or a case's number, is one of this contract's."""
        if is_case(reference):
            return rrn_of_case(reference).startswith(self._rrn_prefix)
        return reference.partition("-")[0] in self._tids

    def _is_mine(self, reference: str) -> bool:
        return mid_of_payout(reference) == self._mid

    # --- what the bank has booked, and is no payout

    def _at_bank(self, posted: Posted, line: Line) -> None:
        entry = posted.entry.partition("/")[0]
        for debit, credit, amount_fen in posted.postings:
            if self._account not in (debit, credit):
                continue
            reference = reference_of(posted, self._account, line)
            if self._is_mine(reference) and entry != TRANSFER:
                continue
            if credit == self._account:
                self._put(date_of(line.at), entry, BANK, RECEIVABLE, amount_fen, reference, "received, no payout")
            else:
                self._put(date_of(line.at), entry, RECEIVABLE, BANK, amount_fen, reference, "paid, no payout")

    def _put(self, day: date, entry: str, debit: str, credit: str, amount_fen: int, reference: str, text: str) -> None:
        self._rows.append(JournalRow(day, entry, debit, credit, amount_fen, reference, text))
