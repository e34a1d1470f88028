"""The acquirer's settlement detail for a merchant: what each payout is made of, a fold over its book and its log.

A day's detail tells of the payouts that were instructed on it, or came back on it. Money that no payout has taken up
stands in no detail yet.
"""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from poslab.history.line import Line
from poslab.messages.card import REFUND as REFUND_NOTICE
from poslab.messages.card import FinancialNotice
from poslab.messages.files.settlement import PAYOUT, REFUND, RETURNED, SALE, SettlementRow
from poslab.messages.funding import ClearingFile, ClearingLine, payout_no_of
from poslab.party.contract import Input, Logged, Posted, Send
from poslab.party.time import date_of
from poslab.world.calendar import day_of_word
from poslab.world.world import World

_IN_TRANSIT, _CAME_BACK = "A.payout_in_transit", "A.payout_returned"


class _Refund(Struct, frozen=True):
    """A refund that the host took."""

    rrn: str
    original: str
    card: str
    taken: str


class SettlementDetail:
    """Feed it every line; then ask for the rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hosts = frozenset(address for address, role in world.roles().items() if role == "host")
        self._made_of: dict[str, list[SettlementRow]] = {}
        """Payout → its rows, until it is instructed for the first time."""
        self._parts: set[tuple[str, int]] = set()
        self._refunds: dict[str, _Refund] = {}
        self._batches: dict[str, int] = {}
        """Payout → its number among the merchant's."""
        self._counts: dict[str, int] = {}
        self._rows: list[SettlementRow] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if line.party not in self._hosts:
            return
        for effect in line.effects:
            what = type(effect)
            if what is Logged:
                self._logged(effect, given, line)  # type: ignore[arg-type]
            elif what is Posted:
                self._posted(effect, date_of(line.at))  # type: ignore[arg-type]
            elif what is Send and type(effect.message) is ClearingFile:  # type: ignore[union-attr]
                self._cleared(effect.message)  # type: ignore[union-attr]

    def rows(self) -> tuple[SettlementRow, ...]:
        """Every row of every merchant, in the order in which it was settled."""
        return tuple(self._rows)

    # --- what a payout is made of

    def _cleared(self, file: ClearingFile) -> None:
        if (file.file_no, file.part) in self._parts:
            return
        self._parts.add((file.file_no, file.part))
        day = day_of_word(file.business_date)
        for line in file.lines:
            if line.amount_fen > 0:
                payout_no = payout_no_of(line.mid, file.business_date)
                self._made_of.setdefault(payout_no, []).append(self._sale(line, day))

    def _sale(self, line: ClearingLine, day: date) -> SettlementRow:
        card = self._world.cards[line.card]
        return SettlementRow(
            SALE, line.mid, day, day, line.amount_fen, line.merchant_fee_fen, "", 0, line.rrn, line.key,
            card.masked, card.product,
        )  # fmt: skip

    def _logged(self, logged: Logged, given: Input, line: Line) -> None:
        details = logged.details
        if logged.word == "business-date" and type(given) is FinancialNotice and given.what == REFUND_NOTICE:
            taken = _Refund(str(details["rrn"]), given.original_rrn, given.card, str(details["date"]))
            self._refunds[given.key] = taken
        elif logged.word == "refund-netted":
            self._netted(str(details["key"]), int(details["amount_fen"]), str(details["payout_no"]))
        elif logged.word == "payout-carried":
            carried = self._made_of.pop(str(details["payout_no"]), [])
            carrier = self._made_of.setdefault(str(details["by"]), [])
            carrier[:0] = carried

    def _netted(self, key: str, amount_fen: int, payout_no: str) -> None:
        refund = self._refunds[key]
        day = day_of_word(refund.taken)
        card = self._world.cards[refund.card]
        row = SettlementRow(
            REFUND, payout_no.partition("-")[0], day, day, -amount_fen, 0, "", 0, refund.rrn, key, card.masked,
            card.product, refund.original,
        )  # fmt: skip
        self._made_of.setdefault(payout_no, []).append(row)

    # --- the payout itself

    def _posted(self, posted: Posted, day: date) -> None:
        payout_no = posted.entry.partition("/")[2].rpartition("/")[0]
        for _, credit, amount_fen in posted.postings:
            if credit == _IN_TRANSIT:
                self._instructed(payout_no, amount_fen, day)
            elif credit == _CAME_BACK:
                self._rows.append(self._payout(RETURNED, payout_no, amount_fen, day))

    def _instructed(self, payout_no: str, amount_fen: int, day: date) -> None:
        mid = payout_no.partition("-")[0]
        if payout_no not in self._batches:
            self._batches[payout_no] = self._counts[mid] = self._counts.get(mid, 0) + 1
        batch = self._batches[payout_no]
        for row in self._made_of.pop(payout_no, ()):
            self._rows.append(replace(row, booked=day, payout_no=payout_no, batch=batch))
        self._rows.append(self._payout(PAYOUT, payout_no, -amount_fen, day))

    def _payout(self, kind: str, payout_no: str, amount_fen: int, day: date) -> SettlementRow:
        mid = payout_no.partition("-")[0]
        return SettlementRow(kind, mid, day, day, amount_fen, 0, payout_no, self._batches[payout_no])
