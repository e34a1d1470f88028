"""The acquirer's settlement detail for a merchant: what each payout is made of, a fold over its book and its log.

A day's detail tells of the payouts that were instructed on it, or came back on it, and of sales that are kept back
since that day. Other money that no payout has taken up stands in no detail yet. What a payout is more or less than the
rows that the log gives it is a row of its own, a correction: nothing is hidden in a sum.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from poslab.history.line import Line
from poslab.messages.card import REFUND as REFUND_NOTICE
from poslab.messages.card import FinancialNotice, FinancialRequest
from poslab.messages.disputes import is_case, rrn_of_case
from poslab.messages.files.settlement import (
    ADJUSTMENT,
    CHARGEBACK,
    CHARGEBACK_REVERSED,
    FEE,
    HELD,
    PAYOUT,
    REFUND,
    RETURNED,
    SALE,
    SettlementRow,
)
from poslab.messages.funding import ClearingFile, ClearingLine, mid_of_payout, payout_no_of
from poslab.party.contract import Became, Input, Logged, Posted, Send
from poslab.party.time import date_of
from poslab.world.calendar import EARLY, day_of_word
from poslab.world.world import World

_IN_TRANSIT, _CAME_BACK = "A.payout_in_transit", "A.payout_returned"
_WITHDRAWN = "withdrawn"
_KEPT_BACK = ("held", "suspended")

_NETTED: Mapping[str, str] = {
    "refund-netted": REFUND,
    "chargeback-netted": CHARGEBACK,
    "hold-netted": ADJUSTMENT,
    "advance-netted": ADJUSTMENT,
    "adjustment-netted": ADJUSTMENT,
}
"""Words by which a payout is lessened, and what a row calls it."""


class _Refund(Struct, frozen=True):
    """A refund that the host took."""

    rrn: str
    original: str
    card: str
    taken: str


class _Sold(Struct, frozen=True):
    """A sale that the host took, of a merchant who is paid before it is cleared."""

    rrn: str
    key: str
    mid: str
    card: str
    amount_fen: int
    date: str


class Unpaid(Struct, frozen=True):
    """A sale of which something is left, that no payout was instructed for, and the day on which one was due."""

    row: SettlementRow
    due: date
    held: bool = False
    """Whether it is kept back: the sale is held, or all payouts are suspended."""

    @property
    def amount_fen(self) -> int:
        """What is to be paid; of a sale of which a detail says no more than that it is held, its gross amount."""
        return self.row.gross_fen if self.row.kind == HELD else self.row.net_fen


class SettlementDetail:
    """Feed it every line; then ask for the rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hosts = frozenset(address for address, role in world.roles().items() if role == "host")
        self._made_of: dict[str, list[SettlementRow]] = {}
        """Payout → its rows, until it is instructed for the first time."""
        self._parts: set[tuple[str, int]] = set()
        self._refunds: dict[str, _Refund] = {}
        self._sales: dict[str, SettlementRow] = {}
        self._by_rrn: dict[str, SettlementRow] = {}
        self._early = frozenset(merchant.mid for merchant in world.merchants if merchant.product in EARLY)
        self._sold: dict[str, _Sold] = {}
        """RRN → a sale that has no row yet."""
        self._paid_early: dict[str, str] = {}
        """RRN of a sale that has its payout before it is cleared → that payout."""
        self._same_day: set[str] = set()
        """Payouts that wait to be made on the day of their sale."""
        self._kept_back: set[str] = set()
        """Payouts that are held or suspended."""
        self._batches: dict[str, int] = {}
        """Payout → its number among the merchant's."""
        self._counts: dict[str, int] = {}
        self._rows: list[SettlementRow] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if line.party not in self._hosts:
            return
        day = date_of(line.at)
        for effect in line.effects:
            if isinstance(effect, Logged):
                self._logged(effect, given, line)
            elif isinstance(effect, Posted):
                self._posted(effect, day)
            elif isinstance(effect, Became):
                self._became(effect.of, effect.after, day)
                if effect.after == _WITHDRAWN and effect.of in self._paid_early.values():
                    self._made_of.pop(effect.of, None)  # the sale came to nothing before it was paid
                    self._same_day.discard(effect.of)
                elif effect.after == _WITHDRAWN:
                    self._settled(effect.of, day)
            elif isinstance(effect, Send) and isinstance(effect.message, ClearingFile):
                self._cleared(effect.message)

    def rows(self) -> tuple[SettlementRow, ...]:
        """Every row of every merchant, in the order in which it was settled."""
        return tuple(self._rows)

    def unpaid(self) -> list[Unpaid]:
        """Sales that are cleared, or to be paid earlier, and that no payout was instructed for."""
        found = []
        for payout_no, rows in self._made_of.items():
            if sum(row.net_fen for row in rows) > 0:
                at_once = payout_no in self._same_day
                found += [
                    Unpaid(row, row.created if at_once else due_day(self._world, row), payout_no in self._kept_back)
                    for row in rows
                    if row.kind == SALE
                ]
        return found

    def _became(self, payout_no: str, after: str, day: date) -> None:
        """A payout that is kept back tells of its sales, once as long as it is; whatever it becomes next ends that."""
        if after not in _KEPT_BACK:
            self._kept_back.discard(payout_no)
        elif payout_no not in self._kept_back:
            self._kept_back.add(payout_no)
            for row in self._made_of.get(payout_no, ()):
                if row.kind == SALE:
                    self._rows.append(replace(row, kind=HELD, booked=day, fee_fen=0))

    # --- what a payout is made of

    def _cleared(self, file: ClearingFile) -> None:
        if (file.file_no, file.part) in self._parts:
            return
        self._parts.add((file.file_no, file.part))
        day = day_of_word(file.business_date)
        for line in file.lines:
            if line.amount_fen > 0 and not is_case(line.rrn):  # what a representment pays is told by a word of its own
                row = self._sales[line.key] = self._sale(line, day)
                self._by_rrn[line.rrn] = row
                if line.rrn not in self._paid_early:
                    self._waiting(payout_no_of(line.mid, file.business_date)).append(row)
                self._sold.pop(line.rrn, None)

    def _sale(self, line: ClearingLine, day: date) -> SettlementRow:
        card = self._world.cards[line.card]
        return SettlementRow(
            SALE, line.mid, day, day, line.amount_fen, line.merchant_fee_fen, "", 0, line.rrn, line.key,
            card.masked, card.product,
        )  # fmt: skip

    def _logged(self, logged: Logged, given: Input, line: Line) -> None:
        word, details = logged.word, logged.details
        payout_no = str(details.get("payout_no", ""))
        if word == "business-date" and type(given) is FinancialNotice and given.what == REFUND_NOTICE:
            taken = _Refund(str(details["rrn"]), given.original_rrn, given.card, str(details["date"]))
            self._refunds[given.key] = taken
        elif word == "business-date" and type(given) is FinancialRequest and given.mid in self._early:
            rrn, taken_on = str(details["rrn"]), str(details["date"])
            self._sold[rrn] = _Sold(rrn, given.key, given.mid, given.card, given.amount_fen, taken_on)
        elif word == "instant-fee":
            fee = _plain(FEE, payout_no, -int(details["amount_fen"]), date_of(line.at))
            self._waiting(payout_no).append(fee)
        elif word in _NETTED:
            self._less(_NETTED[word], str(details["key"]), int(details["amount_fen"]), payout_no, line)
        elif word == "payout-lessened":
            kind, key = CHARGEBACK, _case_in(line)
            if type(given) is FinancialNotice:
                kind, key = REFUND, given.key
            elif adjusted := _adjusted_before(line, logged):
                kind, key = ADJUSTMENT, adjusted
            self._less(kind, key, int(details["amount_fen"]), payout_no, line)
        elif word == "payout-carried":
            carried = self._made_of.pop(payout_no, [])
            self._waiting(str(details["by"]))[:0] = carried
        elif word == "payout-scheduled" and str(details.get("rrn", "")) in self._sold:
            self._ahead(self._sold[str(details["rrn"])], payout_no, int(details["amount_fen"]))
            if "due_us" in details:
                self._same_day.add(payout_no)
        elif word == "payout-scheduled" and "of" in details:
            self._apart(str(details["rrn"]), 0, str(details["of"]), payout_no, line)
        elif word == "payout-split":
            self._apart(_named_beside(line, payout_no), int(details["amount_fen"]), str(details["of"]), payout_no, line)
        elif word == "payout-restored":
            kind = CHARGEBACK_REVERSED if _posts(line, "P10c") else ADJUSTMENT
            row = _plain(kind, payout_no, int(details["amount_fen"]), date_of(line.at))
            self._waiting(payout_no).append(
                self._of_a_case(row, _case_in(line)) if kind == CHARGEBACK_REVERSED else row
            )

    def _less(self, kind: str, key: str, amount_fen: int, payout_no: str, line: Line) -> None:
        """A payout is less by a refund, a chargeback, or what is kept back of a sale that is paid already."""
        row = _plain(kind, payout_no, -amount_fen, date_of(line.at))
        refund, sale = self._refunds.get(key), self._sales.get(key.partition("/")[0])  # and its RRN
        if kind == CHARGEBACK and is_case(key):
            row = self._of_a_case(row, key)
        elif refund is not None:
            day = day_of_word(refund.taken)
            card = self._world.cards[refund.card]
            row = replace(
                row, booked=day, created=day, rrn=refund.rrn, key=key, card=card.masked, product=card.product,
                original=refund.original,
            )  # fmt: skip
        elif sale is not None:
            row = replace(row, rrn=sale.rrn, key=sale.key, card=sale.card, product=sale.product)
        self._waiting(payout_no).append(row)

    def _of_a_case(self, row: SettlementRow, case_no: str) -> SettlementRow:
        """A chargeback's row names the payment, and its case."""
        sale = self._by_rrn.get(rrn_of_case(case_no))
        if sale is None:
            return row
        return replace(
            row, rrn=case_no, key=sale.key, card=sale.card, product=sale.product, original=sale.rrn,
        )  # fmt: skip

    def _ahead(self, sold: _Sold, payout_no: str, net_fen: int) -> None:
        """A sale is paid before it is cleared: its row is that payout's, with the fee that it will be cleared with."""
        card, day = self._world.cards[sold.card], day_of_word(sold.date)
        row = SettlementRow(
            SALE, sold.mid, day, day, sold.amount_fen, sold.amount_fen - net_fen, "", 0, sold.rrn, sold.key,
            card.masked, card.product,
        )  # fmt: skip
        self._paid_early[sold.rrn] = payout_no
        self._made_of[payout_no] = [row]

    def _apart(self, rrn: str, amount_fen: int, day_no: str, payout_no: str, line: Line) -> None:
        """A sale, or a part of the sum, is taken out of its day's payout and has one of its own."""
        waiting = self._waiting(day_no)
        if day_no in self._same_day:
            self._same_day.add(payout_no)
        for row in waiting:
            if row.kind == SALE and (row.rrn == rrn or not rrn) and amount_fen in (0, row.net_fen):
                waiting.remove(row)
                self._waiting(payout_no).append(row)
                return
        day = date_of(line.at)
        waiting.append(_plain(ADJUSTMENT, day_no, -amount_fen, day))
        self._waiting(payout_no).append(_plain(ADJUSTMENT, payout_no, amount_fen, day))

    def _waiting(self, payout_no: str) -> list[SettlementRow]:
        return self._made_of.setdefault(payout_no, [])

    # --- the payout itself

    def _posted(self, posted: Posted, day: date) -> None:
        payout_no = posted.entry.partition("/")[2].rpartition("/")[0]
        for debit, credit, amount_fen in posted.postings:
            if credit == _IN_TRANSIT:
                if debit != _CAME_BACK:
                    self._corrected(payout_no, amount_fen, day)
                self._settled(payout_no, day)
                self._rows.append(self._payout(PAYOUT, payout_no, -amount_fen, day))
            elif credit == _CAME_BACK:
                self._settled(payout_no, day)
                self._rows.append(self._payout(RETURNED, payout_no, amount_fen, day))

    def _corrected(self, payout_no: str, amount_fen: int, day: date) -> None:
        waiting = self._waiting(payout_no)
        difference_fen = amount_fen - sum(row.net_fen for row in waiting)
        if difference_fen:
            waiting.append(_plain(ADJUSTMENT, payout_no, difference_fen, day))

    def _settled(self, payout_no: str, day: date) -> None:
        """Its rows are final; a payout that nothing is left of has rows that add up to nothing, and no order."""
        mid = mid_of_payout(payout_no)
        if payout_no not in self._batches:
            self._batches[payout_no] = self._counts[mid] = self._counts.get(mid, 0) + 1
        batch = self._batches[payout_no]
        self._same_day.discard(payout_no)
        for row in self._made_of.pop(payout_no, ()):
            self._rows.append(replace(row, booked=day, payout_no=payout_no, batch=batch))

    def _payout(self, kind: str, payout_no: str, amount_fen: int, day: date) -> SettlementRow:
        return replace(_plain(kind, payout_no, amount_fen, day), payout_no=payout_no, batch=self._batches[payout_no])


def due_day(world: World, row: SettlementRow) -> date:
    """When a sale's money is to leave for its merchant, by the merchant's own product."""
    return world.calendar.due_day(row.created, world.merchant(row.mid).product)


def _plain(kind: str, payout_no: str, amount_fen: int, day: date) -> SettlementRow:
    """A row that is about no payment, or about one that is not known."""
    return SettlementRow(kind, mid_of_payout(payout_no), day, day, amount_fen, 0, "", 0)


def _named_beside(line: Line, payout_no: str) -> str:
    """The RRN that another word of the same answer names together with a payout; ``""`` if none does."""
    for effect in line.effects:
        if type(effect) is Logged and effect.details.get("payout_no") == payout_no and "rrn" in effect.details:
            return str(effect.details["rrn"])
    return ""


def _case_in(line: Line) -> str:
    """The case that an answer posts something for; ``""`` if it does for none."""
    for effect in line.effects:
        if type(effect) is Posted and effect.entry.startswith("P10"):
            case = effect.entry.rpartition("/")[2]
            if is_case(case):
                return case
    return ""


def _adjusted_before(line: Line, logged: Logged) -> str:
    """The sale that an answer gives back (P13b) before it says something; ``""`` if it gives none back."""
    key = ""
    for effect in line.effects:
        if effect is logged:
            break
        if type(effect) is Posted and effect.entry.startswith("P13b/"):
            key = effect.entry.split("/")[1]
    return key


def _posts(line: Line, kind: str) -> bool:
    return any(type(effect) is Posted and effect.entry.partition("/")[0] == kind for effect in line.effects)
