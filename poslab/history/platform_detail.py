"""The platform's settlement detail for a merchant whose wallet it keeps: what each payout from the wallet is made of.

The same paper as the acquirer's, told by who pays the merchant: sales and refunds as the platform has booked them
(P18b), with the fee that the acquirer's file took off; payouts as it has ordered them from the wallet (P18c). A line
that was never booked stands in no detail, and no more does one that was not withdrawn yet.
"""

from datetime import date

from msgspec.structs import replace

from poslab.history.line import Line
from poslab.history.settlement_detail import SettlementDetail, Unpaid, due_day
from poslab.messages.card import FinancialNotice
from poslab.messages.disputes import is_case, rrn_of_case
from poslab.messages.files.settlement import (
    ADJUSTMENT,
    CHARGEBACK,
    CHARGEBACK_REVERSED,
    PAYOUT,
    REFUND,
    RETURNED,
    SALE,
    SettlementRow,
)
from poslab.messages.funding import (
    ClearingFile,
    ClearingLine,
    LedgerFile,
    PayoutOrder,
    is_kept_line,
    rrn_of_kept,
)
from poslab.party.contract import Became, Input, Logged, Send
from poslab.party.time import date_of
from poslab.world.calendar import day_of_word
from poslab.world.world import World


def detail_of(world: World) -> "SettlementDetail | PlatformDetail":
    """The detail of whoever pays a world's merchants."""
    platform = world.platform
    return PlatformDetail(world) if platform is not None and platform.keeps_ledger else SettlementDetail(world)


class PlatformDetail:
    """Feed it every line; then ask for the rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hosts = frozenset(address for address, role in world.roles().items() if role == "host")
        self._platform = "" if world.platform is None else world.platform.address
        self._payments: dict[str, SettlementRow] = {}
        """RRN → what the acquirer's file says of it."""
        self._originals: dict[str, str] = {}
        """A refund's key → the payment's RRN."""
        self._in_wallets: dict[str, SettlementRow] = {}
        """RRN → what is booked and not withdrawn."""
        self._made_of: dict[str, list[SettlementRow]] = {}
        self._orders: dict[str, PayoutOrder] = {}
        self._batches: dict[str, int] = {}
        """Payout → its number among the merchant's."""
        self._counts: dict[str, int] = {}
        self._rows: list[SettlementRow] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if line.party in self._hosts:
            if type(given) is FinancialNotice and given.original_rrn:
                self._originals[given.key] = given.original_rrn
            for effect in line.effects:
                if type(effect) is Send and type(effect.message) is ClearingFile:
                    self._cleared(effect.message)
        elif line.party == self._platform:
            day = date_of(line.at)
            if type(given) is LedgerFile:
                self._told(given)
            for effect in line.effects:
                if type(effect) is Logged and effect.word == "ledger-booked":
                    rrn = str(effect.details["rrn"])
                    self._in_wallets[rrn] = self._payments[rrn]
                elif type(effect) is Logged and effect.word == "withdrawn":
                    self._in_wallets.pop(str(effect.details["rrn"]), None)
                    made_of = self._made_of.setdefault(str(effect.details["payout_no"]), [])
                    made_of.append(self._payments[str(effect.details["rrn"])])
                elif type(effect) is Send and type(effect.message) is PayoutOrder:
                    self._ordered(effect.message, day)
                elif type(effect) is Became and effect.of in self._orders and effect.after.startswith("returned:"):
                    self._rows.append(self._payout(RETURNED, effect.of, self._orders[effect.of].amount_fen, day))

    def rows(self) -> tuple[SettlementRow, ...]:
        """Every row of every merchant, in the order in which it was withdrawn."""
        return tuple(self._rows)

    def unpaid(self) -> list[Unpaid]:
        """Sales that lie in a wallet."""
        return [Unpaid(row, due_day(self._world, row)) for row in self._in_wallets.values() if row.kind == SALE]

    def _cleared(self, file: ClearingFile) -> None:
        day = day_of_word(file.business_date)
        for line in file.lines:
            self._payments.setdefault(line.rrn, self._payment(line, day))

    def _payment(self, line: ClearingLine, day: date) -> SettlementRow:
        card = self._world.cards[line.card]
        row = SettlementRow(
            SALE if line.amount_fen > 0 else REFUND, line.mid, day, day, line.amount_fen, line.merchant_fee_fen, "", 0,
            line.rrn, line.key, card.masked, card.product, self._originals.get(line.key, ""),
        )  # fmt: skip
        disputed = rrn_of_case(line.rrn) if is_case(line.rrn) else ""
        sale = self._payments.get(disputed)
        if sale is None:
            return row
        kind = CHARGEBACK if line.amount_fen < 0 else CHARGEBACK_REVERSED
        return replace(row, kind=kind, key=sale.key, original=disputed)

    def _told(self, file: LedgerFile) -> None:
        """What a line leaves its merchant; what the acquirer keeps back of a sale, or lets go, is a row of its own."""
        for line in file.lines:
            row = self._payments.get(rrn_of_kept(line.rrn))
            if row is not None and is_kept_line(line.rrn):
                gross_fen = line.net_fen + line.fee_fen
                self._payments[line.rrn] = replace(row, kind=ADJUSTMENT, gross_fen=gross_fen, fee_fen=line.fee_fen)
            elif row is not None:  # the fee of what is given back comes back, whoever tells its merchant of that
                self._payments[line.rrn] = replace(row, fee_fen=row.gross_fen - line.net_fen)

    def _ordered(self, order: PayoutOrder, day: date) -> None:
        before = self._orders.get(order.payout_no)
        if before is not None and before.try_no == order.try_no:
            return  # the same order, sent again
        self._orders[order.payout_no] = order
        if before is None:
            self._batches[order.payout_no] = self._counts[order.mid] = self._counts.get(order.mid, 0) + 1
            for row in self._made_of.pop(order.payout_no, ()):
                batch = self._batches[order.payout_no]
                self._rows.append(replace(row, booked=day, payout_no=order.payout_no, batch=batch))
        self._rows.append(self._payout(PAYOUT, order.payout_no, -order.amount_fen, day))

    def _payout(self, kind: str, payout_no: str, amount_fen: int, day: date) -> SettlementRow:
        mid = self._orders[payout_no].mid
        return SettlementRow(kind, mid, day, day, amount_fen, 0, payout_no, self._batches[payout_no])
