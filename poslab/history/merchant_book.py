"""A merchant's own book M, kept from the papers that reach it: a fold over its terminals, its statement, its detail.

A sale is booked when a terminal has stored it, printed or not; a payout when the bank's statement has it, with its fees
as the settlement detail tells them; a chargeback when she is told of it, whichever payout will be less by it; a credit
adjustment when it is made. What the merchant still waits for stands on its card receivable. Nobody posts these
entries as a party: the book says what a merchant who reads everything would have in hers.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from poslab.history.bank_statements import reference_of
from poslab.history.line import Line
from poslab.history.settlement_detail import SettlementDetail
from poslab.messages.card import (
    ADJUSTMENTS,
    COMPLETIONS,
    OFFLINE_SALES,
    PAYS,
    REFUND,
    FinancialNotice,
    FinancialRequest,
)
from poslab.messages.disputes import DisputeNotice
from poslab.messages.files.journal import JournalRow
from poslab.messages.files.settlement import FEE, SALE
from poslab.messages.people import Slip
from poslab.party.contract import Became, Effect, Input, Logged, Posted, Send
from poslab.party.facts import Recovered
from poslab.party.time import date_of
from poslab.world.world import World

RECEIVABLE: Final = "M.card_receivable"
BANK: Final = "M.bank"
SALES: Final = "M.sales"
FEES: Final = "M.fee_expense"
REFUNDS: Final = "M.refunds"
CHARGEBACKS: Final = "M.chargebacks"

_NAMES_AN_AMOUNT = (FinancialRequest, FinancialNotice, Slip)

_STORED = ("approved", "approved-unprinted", "offline-unsent")
_VOIDED, _REVERSED, _REFUSED = ("voided",), ("unknown", "reversed", "closed", "dropped"), ("declined",)


class _Paper(Struct):
    """An attempt that a terminal has stored, or will."""

    key: str
    what: str
    amount_fen: int = 0
    state: str = ""
    original: str = ""
    booked_fen: int = 0
    """What of it stands in the book."""


class MerchantBook:
    """Feed it every line; then ask for the rows of one merchant."""

    def __init__(self, world: World, mid: str) -> None:
        self._account = f"B.account.{world.merchant(mid).account_no}"
        self._terminals = frozenset(terminal.address for terminal in world.terminals if terminal.mid == mid)
        self._banks = frozenset(bank.address for bank in world.banks)
        self._hosts = frozenset(address for address, role in world.roles().items() if role == "host")
        self._address = world.merchant(mid).address
        self._charged: dict[str, int] = {}
        """Case → what a chargeback of it has cost her."""
        self._detail = SettlementDetail(world)
        self._papers: dict[str, _Paper] = {}
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
                self._at_terminal(effect, date_of(line.at))
        elif line.party in self._banks:
            for effect in line.effects:
                if type(effect) is Posted:
                    self._at_bank(effect, line)
        elif line.party in self._hosts:
            for effect in line.effects:
                if type(effect) is Send and type(effect.message) is DisputeNotice and effect.to == self._address:
                    self._disputed(effect.message, date_of(line.at))
                elif type(effect) is Logged and effect.word == "credit-adjusted":
                    self._adjusted(effect, date_of(line.at))

    def rows(self) -> tuple[JournalRow, ...]:
        """Every entry, the first one first."""
        return tuple(self._rows)

    # --- what terminals have stored

    def _at_terminal(self, effect: Effect, day: date) -> None:
        if type(effect) is Logged and effect.word == "attempt":
            key, what = str(effect.details["key"]), str(effect.details["what"])
            if what in (*PAYS, REFUND):
                self._papers.setdefault(key, _Paper(key, what))
        elif type(effect) is Became:
            paper = self._papers.get(effect.of)
            if paper is not None:
                paper.state = effect.after.partition(":")[0]
                self._book(paper, day)
        elif type(effect) is Send and isinstance(effect.message, _NAMES_AN_AMOUNT):
            message = effect.message
            self._asked(message.key, message.what, message.amount_fen, message.original)
            if message.key in self._papers:
                self._book(self._papers[message.key], day)

    def _asked(self, key: str, what: str, amount_fen: int, original: str) -> None:
        if what in ADJUSTMENTS:
            self._papers.setdefault(key, _Paper(key, what))
        paper = self._papers.get(key)
        if paper is not None and amount_fen:
            paper.amount_fen = amount_fen
            paper.original = original or paper.original

    def _book(self, paper: _Paper, day: date) -> None:
        """Bring the book to what the terminal has."""
        if not paper.amount_fen:
            return
        if paper.what in ADJUSTMENTS:
            sale = self._papers.get(paper.original)
            if paper.state == "approved" and sale is not None and sale.booked_fen:
                sale.amount_fen = paper.amount_fen
                self._move(sale, sale.amount_fen, "P17a", "adjusted", day)
        elif paper.what == REFUND:
            if paper.state == "approved" and not paper.booked_fen:
                paper.booked_fen = paper.amount_fen
                self._put(day, "P8a", REFUNDS, RECEIVABLE, paper.amount_fen, paper.key, "refund")
        elif paper.state in _STORED:
            entry = "P16" if paper.what in COMPLETIONS else "P17a" if paper.what in OFFLINE_SALES else "P1"
            self._move(paper, paper.amount_fen, entry, "sale", day)
        elif paper.booked_fen and paper.state in _REFUSED:
            self._put(day, "P17b", CHARGEBACKS, RECEIVABLE, paper.booked_fen, paper.key, "stored sale refused")
            paper.booked_fen = 0
        elif paper.state in _VOIDED:
            self._move(paper, 0, "P6", "void", day)
        elif paper.state in _REVERSED:
            self._move(paper, 0, "P7", "reversal", day)

    def _move(self, paper: _Paper, amount_fen: int, entry: str, text: str, day: date) -> None:
        more_fen = amount_fen - paper.booked_fen
        paper.booked_fen = amount_fen
        if more_fen > 0:
            self._put(day, entry, RECEIVABLE, SALES, more_fen, paper.key, text)
        elif more_fen:
            self._put(day, entry, SALES, RECEIVABLE, -more_fen, paper.key, text)

    # --- what the acquirer tells her

    def _disputed(self, notice: DisputeNotice, day: date) -> None:
        """A chargeback costs her at once, whichever payout is less by it; representment that is won gives it back."""
        case_no = notice.case_no
        if notice.state == "chargeback" and case_no not in self._charged:
            self._charged[case_no] = notice.amount_fen
            self._put(day, "P10b", CHARGEBACKS, RECEIVABLE, notice.amount_fen, case_no, "chargeback")
        elif notice.state == "won" and self._charged.get(case_no):
            back_fen, self._charged[case_no] = self._charged[case_no], 0
            self._put(day, "P10c", RECEIVABLE, CHARGEBACKS, back_fen, case_no, "chargeback reversed")

    def _adjusted(self, logged: Logged, day: date) -> None:
        """A sale that she has in her book is given back by the acquirer, its fee with it where she has paid one."""
        paper = self._papers.get(str(logged.details["key"]))
        if paper is None or not paper.booked_fen:
            return
        amount_fen = int(logged.details["amount_fen"])
        row = next((row for row in self._detail.rows() if row.kind == SALE and row.key == paper.key), None)
        fee_fen = row.fee_fen if row is not None and row.payout_no in self._told else 0
        self._put(day, "P13b", REFUNDS, RECEIVABLE, amount_fen - fee_fen, paper.key, "credit adjustment")
        if fee_fen:
            self._put(day, "P13b", REFUNDS, FEES, fee_fen, paper.key, "its fee returned")

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
