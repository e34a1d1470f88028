"""A merchant's own book M, kept from the papers that reach it: a fold over its terminals, its statement, its detail.

A sale is booked when a terminal has stored it, printed or not; a payout when the bank's statement has it, with its fees
as the settlement detail tells them; a chargeback when she is told of it, whichever payout will be less by it; a credit
adjustment when it is made. What the merchant still waits for stands on its card receivable. What tills know they post;
the rest is what a merchant who reads everything would have in hers.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from poslab.history.bank_statements import reference_of
from poslab.history.line import Line
from poslab.history.settlement_detail import SettlementDetail
from poslab.messages.disputes import rrn_of_case
from poslab.messages.files.journal import JournalRow
from poslab.messages.files.settlement import FEE, SALE
from poslab.party.contract import Input, Logged, Posted
from poslab.party.facts import Recovered
from poslab.party.time import date_of
from poslab.world.world import World

RECEIVABLE: Final = "M.card_receivable"
BANK: Final = "M.bank"
SALES: Final = "M.sales"
FEES: Final = "M.fee_expense"
REFUNDS: Final = "M.refunds"
CHARGEBACKS: Final = "M.chargebacks"

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
}
"""What a row calls an entry."""


class MerchantBook:
    """Feed it every line; then ask for the rows of one merchant."""

    def __init__(self, world: World, mid: str) -> None:
        self._account = f"B.account.{world.merchant(mid).account_no}"
        self._terminals = frozenset(terminal.address for terminal in world.terminals if terminal.mid == mid)
        self._banks = frozenset(bank.address for bank in world.banks)
        self._hosts = frozenset(address for address, role in world.roles().items() if role == "host")
        self._address = world.merchant(mid).address
        self._rrn_prefix = world.acquirer_of(mid).rrn_prefix
        self._detail = SettlementDetail(world)
        self._sold: dict[str, int] = {}
        """Sale → what of it stands in the book, in fen."""
        self._told: set[str] = set()
        """Payouts whose fees are booked."""
        self._rows: list[JournalRow] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if type(given) is Recovered:
            return
        self._detail.see(line, given)
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
                    self._disputed(effect, date_of(line.at))
        elif line.party in self._hosts:
            for effect in line.effects:
                if type(effect) is Logged and effect.word == "credit-adjusted":
                    self._adjusted(effect, date_of(line.at))

    def rows(self) -> tuple[JournalRow, ...]:
        """Every entry, the first one first."""
        return tuple(self._rows)

    # --- what terminals have stored

    def _at_terminal(self, posted: Posted, day: date) -> None:
        entry, key, *adjustment = posted.entry.split("/")
        for debit, credit, amount_fen in posted.postings:
            if RECEIVABLE in (debit, credit) and SALES in (debit, credit):
                self._sold[key] = self._sold.get(key, 0) + (amount_fen if debit == RECEIVABLE else -amount_fen)
            elif debit == CHARGEBACKS:
                self._sold[key] = 0
            text = "adjusted" if adjustment else _TEXTS[entry]
            self._put(day, entry, debit, credit, amount_fen, key, text)

    # --- what she books herself, and what the acquirer gives back

    def _disputed(self, posted: Posted, day: date) -> None:
        """What she has booked of a case about this contract's sales: its number tells the acquirer."""
        entry, _, case_no = posted.entry.partition("/")
        if rrn_of_case(case_no).startswith(self._rrn_prefix):
            for debit, credit, amount_fen in posted.postings:
                self._put(day, entry, debit, credit, amount_fen, case_no, _TEXTS[entry])

    def _adjusted(self, logged: Logged, day: date) -> None:
        """A sale that she has in her book is given back by the acquirer, its fee with it where she has paid one."""
        key = str(logged.details["key"])
        if not self._sold.get(key):
            return
        amount_fen = int(logged.details["amount_fen"])
        row = next((row for row in self._detail.rows() if row.kind == SALE and row.key == key), None)
        fee_fen = row.fee_fen if row is not None and row.payout_no in self._told else 0
        self._put(day, "P13b", REFUNDS, RECEIVABLE, amount_fen - fee_fen, key, "credit adjustment")
        if fee_fen:
            self._put(day, "P13b", REFUNDS, FEES, fee_fen, key, "its fee returned")

    # --- what the bank has booked

    def _at_bank(self, posted: Posted, line: Line) -> None:
        day = date_of(line.at)
        entry = posted.entry.partition("/")[0]
        for debit, credit, amount_fen in posted.postings:
            if self._account not in (debit, credit):
                continue
            reference = reference_of(posted, self._account, line)
            if credit == self._account:
                self._put(day, entry, BANK, RECEIVABLE, amount_fen, reference, "payout credited")
                if reference not in self._told:
                    self._told.add(reference)
                    self._rows.extend(self._costs(reference, entry, day))
            else:
                self._put(day, entry, RECEIVABLE, BANK, amount_fen, reference, "credit taken back")

    def _costs(self, payout_no: str, entry: str, day: date) -> Iterator[JournalRow]:
        """What the acquirer has kept of a payout's sales: all fees together."""
        made_of = [row for row in self._detail.rows() if row.payout_no == payout_no]
        fees_fen = sum(row.fee_fen for row in made_of if row.kind == SALE)
        fees_fen -= sum(row.net_fen for row in made_of if row.kind == FEE)
        if fees_fen > 0:
            yield JournalRow(day, entry, FEES, RECEIVABLE, fees_fen, payout_no, "fees")

    def _put(self, day: date, entry: str, debit: str, credit: str, amount_fen: int, reference: str, text: str) -> None:
        self._rows.append(JournalRow(day, entry, debit, credit, amount_fen, reference, text))
