"""No fen disappears, judged on the reference ledger: what issuers, rail and account banks really did.

Every fen that left the cardholders is in a place of that ledger that has a name: with the issuers (owed to the network,
interchange less the network fee), at the rail (the network's, the acquirer's and the platform's money, payouts in
flight), at the account banks (accounts, suspense). What an institution's book says more or less than the rail is a
break of its own and is never used to fill a gap. On the way: what is paid into and out of the network for a business
date is what its file claims, to the fen; and no place that holds only what came before falls below zero.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.fees_half_up import fee, rates_of
from poslab.checks.reference import Drained
from poslab.history.line import Line
from poslab.messages.funding import ClearingLine, TransferOrder, business_date_of, transfer_in_no, transfer_out_no
from poslab.money import written
from poslab.party.contract import About, Posted
from poslab.party.time import Instant
from poslab.text import Text
from poslab.world.contracts import Contracts, file_day

ISSUER_PLACES = ("I.clearing_payable", "I.interchange_income", "I.network_fee")
RAIL_PLACES = ("R.account.N", "R.account.A.", "R.account.P", "R.in_flight.")
BANK_PLACES = ("B.account.", "B.suspense")
NETWORK = "R.account.N"
ISSUERS = "R.account.I"
BREAKS = ("I.cash", "R.account.I", "R.account.B", "B.interbank_cash")
"""Both sides of the two hand-overs, from issuer to rail and from rail to bank; they cancel out where books agree."""


class MoneyConserved(Check):
    """Left the cardholders = is in a named place; settlement moves what the files claim; nothing is overdrawn."""

    id = "money-conserved"
    title = Text("一分钱也不消失", "no fen disappears")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._contracts = Contracts(self.evidence.world)
        self._borne_fen: dict[str, int] = {}
        """An acquirer's reserve → what it bears."""
        return {Drained: self.drained, ("rail", Posted): self.rail_posted, ClearingLine: self.claimed}

    def claimed(self, entry: ClearingLine, line: Line, given: Any) -> None:
        """A clearing line: of what is given back the acquirer bears what issuer and network keep of the payment."""
        rates = rates_of(self.evidence.world, entry) if entry.amount_fen < 0 else None
        if rates is not None:
            reserve = self._contracts.of_mid(entry.mid).reserve_account
            borne_fen = sum(fee(-entry.amount_fen, rate) + 1 for rate in rates[1:])  # parts are rounded, too
            self._borne_fen[reserve] = self._borne_fen.get(reserve, 0) + borne_fen

    def drained(self, drained: Drained, line: Line, given: Any) -> None:
        """A place fell below zero."""
        if drained.account in self._contracts.cash and drained.balance + self._borne_fen.get(drained.account, 0) >= 0:
            return
        balance = written(drained.balance)
        what = Text(
            f"{drained.account} 余额为 {balance}：出去的比进来的多",
            f"{drained.account} holds {balance}: more left it than ever came",
        )
        self.broken(line, "", what)

    def rail_posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The rail moved money: settlement of a business date must move what its file claims."""
        if not isinstance(given, TransferOrder):
            return
        due = self._due(given)
        if due is None:
            return
        self.evaluated += 1
        to_network = given.payee == NETWORK
        from_issuer = any(account.startswith(ISSUERS) for account in (given.payer, given.payee))
        forward = to_network == from_issuer
        moved = sum(amount for _, _, amount in posted.postings) * (1 if forward else -1)
        if moved != due:
            what = Text(
                f"划拨 {given.transfer_no} 动了 {written(moved)}，文件请款为 {written(due)}",
                f"transfer {given.transfer_no} moved {written(moved)}, the file claims {written(due)}",
            )
            self.broken(line, "", what)

    def _due(self, order: TransferOrder) -> int | None:
        world = self.evidence.world
        date = business_date_of(order.transfer_no)
        for acquirer in world.acquirers:
            day = self.evidence.claims.days.get(file_day(date, acquirer))
            if day is None:
                continue
            if order.transfer_no == transfer_out_no(date, acquirer.address):
                return day.to_acquirer
            for issuer in world.issuers:
                if order.transfer_no == transfer_in_no(date, issuer.address, acquirer.tag):
                    return day.from_issuers.get(issuer.address, 0)
        return None

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        reference = self.evidence.reference
        left = reference.total("I.cardholder.")
        found = -sum(reference.total(place) for place in (*ISSUER_PLACES, *RAIL_PLACES, *BANK_PLACES, *BREAKS))
        if left != found:
            what = Text(
                f"持卡人付出 {written(left)}，在有名称的科目或差异中的是 {written(found)}",
                f"{written(left)} left the cardholders, {written(found)} are in named places or named breaks",
            )
            yield "", what

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.reference.entries
