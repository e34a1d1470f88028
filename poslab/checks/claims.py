"""What clearing files claim, what they leave each merchant, and how far each payout came: the funding leg's fold.

Totals are kept by business date and merchant, never by sale. A business date is forgotten some weeks after its file, a
payout once it is paid for good and as old.
"""

from typing import Any

from msgspec import Struct

from poslab.checks.docket import Docket
from poslab.checks.findings import OTHER_ACQUIRER, PayoutBecame
from poslab.checks.tell import Tell
from poslab.history.line import Line
from poslab.messages.disputes import is_case
from poslab.messages.funding import ClearingFile, ClearingLine, PayoutOrder, is_from_wallet, mid_of_payout, payout_no_of
from poslab.party.contract import Became, Logged, Posted
from poslab.party.time import DAY, Instant
from poslab.world.contracts import Contracts, file_day
from poslab.world.world import World

REMEMBERED = 40 * DAY
"""How long after its beginning a business date or a finished payout is remembered."""

_OF_PAYOUTS = ("payout-scheduled", "payout-put-off", "payout-lessened", "payout-split", "payout-restored")
_WORDS = tuple(("host", word) for word in _OF_PAYOUTS)


class Misclaimed(Struct, frozen=True, gc=False):
    """Something is wrong with a clearing line as a claim: one of the docket's ``CLAIM_FAULTS``."""

    claim: ClearingLine
    business_date: str
    fault: str


class PayoutMoved(Struct, frozen=True, gc=False):
    """The host moved a payout. ``was`` is what was known of it before, or ``""``."""

    number: str
    was: str
    before: str
    after: str


class Day:
    """What an acquirer's file of a business date claims, in fen."""

    __slots__ = ("began", "complete", "from_issuers", "nets", "parts", "to_acquirer")

    def __init__(self, began: Instant) -> None:
        self.began = began
        self.parts: set[int] = set()
        self.complete = False
        """Whether its last part was sent."""
        self.nets: dict[str, int] = {}
        """Merchant → its sales less its fees; refunds are taken from payouts."""
        self.from_issuers: dict[str, int] = {}
        """Issuer → what it owes the network: sales less interchange, plus its network fee, less refunds."""
        self.to_acquirer = 0
        """What the network owes the acquirer: sales less interchange and the acquirer's network fee, less refunds."""


class Payout:
    """One payout number, as host, rail and bank dealt with it. Amounts in fen."""

    __slots__ = (
        "began", "credited", "delivered", "host", "in_flight", "less", "mid", "number", "ordered", "taken_tries",
    )  # fmt: skip

    def __init__(self, number: str, began: Instant) -> None:
        self.number = number
        self.began = began
        self.mid = mid_of_payout(number)
        self.host = "none"
        self.ordered = 0
        """What the host's first order was for."""
        self.less = 0
        """What it is lessened by: refunds and other debits of its merchant, the fee for having it at once."""
        self.taken_tries: list[int] = []
        self.in_flight = 0
        """Taken by the rail and neither delivered nor back."""
        self.delivered = 0
        """Handed to the account bank and not returned."""
        self.credited = 0
        """In the merchant's account, by the account bank's postings."""


class Claims:
    """The fold. ``days`` by business date, ``payouts`` by number."""

    def __init__(self, world: World, tell: Tell, docket: Docket) -> None:
        self._tell = tell
        self._docket = docket
        self.contracts = Contracts(world)
        self._issuers = {card: issuer.address for issuer in reversed(world.issuers) for card in issuer.cards}
        self.days: dict[str, Day] = {}
        """By the name of an acquirer's file: its business date, and whose it is if it is a further acquirer's."""
        self._dates_begun: dict[str, Instant] = {}
        self.payouts: dict[str, Payout] = {}
        self.taken: dict[str, int] = {}
        """Merchant → what the rail took for it and did not bring back."""
        self.owed: dict[str, int] = {}
        """Merchant → what all files so far leave it."""
        self.parts: dict[str, int] = {}
        """Payout beside that of a day → what it is for, in fen."""
        self.dates: dict[str, str] = {}
        """Payout → the date on which it is to go."""
        self._early: dict[str, int] = {}
        """RRN of a sale whose payout is scheduled before its file → what it leaves the merchant."""
        self._split: dict[str, int] = {}
        """A day's payout → what was split off it, or used otherwise."""
        self.lines = 0

    def sees(self) -> dict[Any, Any]:
        """What the fold is fed with."""
        return {
            ("host", ClearingFile): self._file,
            ("host", PayoutOrder): self._ordered,
            PayoutBecame: self._payout_became,
            ("platform", Became): self._wallet_became,
            ("rail", Posted): self._rail_posted,
            **dict.fromkeys(_WORDS, self._logged),
        }

    def payout(self, number: str, at: Instant) -> Payout:
        """The payout of a number; a new one if it was never heard of."""
        known = self.payouts.get(number)
        if known is None:
            known = self.payouts[number] = Payout(number, at)
        return known

    def issuer_of(self, card: str) -> str:
        """The address of the bank that issued a card, or ``""``."""
        return self._issuers.get(card, "")

    def _file(self, file: ClearingFile, line: Line, given: Any) -> None:
        date = file.business_date
        acquirer = self.contracts.at(line.party)
        name_of_day = file_day(date, acquirer)
        day = self.days.get(name_of_day)
        if day is None:
            day = self.days[name_of_day] = Day(line.at)
            if date not in self._dates_begun:
                self._dates_begun[date] = line.at
                self._docket.new_file()
            self._forget(line.at)
        if file.part in day.parts:
            return
        day.parts.add(file.part)
        day.complete = day.complete or file.last
        name = f"{file.file_no}/{file.part}"
        claim_of = self._docket.claim
        tell = self._tell
        nets: dict[str, int] = {}
        from_issuers = day.from_issuers
        issuers = self._issuers
        for entry in file.lines:
            amount = entry.amount_fen
            if is_case(entry.key):
                issuer = issuers.get(entry.card, "")
                from_issuers[issuer] = from_issuers.get(issuer, 0) + amount
                day.to_acquirer += amount
                continue
            if amount < 0:
                fault = self._docket.claim_refund(entry.about, entry.rrn, -amount, name)
                issuer = issuers.get(entry.card, "")
                from_issuers[issuer] = from_issuers.get(issuer, 0) + amount
                day.to_acquirer += amount
                if fault:
                    tell(Misclaimed(entry, date, fault), line, given)
                tell(entry, line, given)
                continue
            fault = claim_of(entry.about, entry.rrn, amount, date, name)
            if not fault and self.contracts.of_mid(entry.mid) is not acquirer:
                fault = OTHER_ACQUIRER
            net = amount - entry.merchant_fee_fen
            nets[entry.mid] = nets.get(entry.mid, 0) + net
            if entry.rrn in self._early:
                self.owed[entry.mid] -= self._early.pop(entry.rrn)
            issuer = issuers.get(entry.card, "")
            claimed = amount - entry.interchange_fen
            from_issuers[issuer] = from_issuers.get(issuer, 0) + claimed + entry.issuer_fee_fen
            day.to_acquirer += claimed - entry.acquirer_fee_fen
            if fault:
                tell(Misclaimed(entry, date, fault), line, given)
            tell(entry, line, given)
        for mid, net in nets.items():
            day.nets[mid] = day.nets.get(mid, 0) + net
            self.owed[mid] = self.owed.get(mid, 0) + net
        self.lines += len(file.lines)

    def _payout_became(self, told: PayoutBecame, line: Line, given: Any) -> None:
        became = told.became
        known = self.payouts.get(became.of)
        was = "" if known is None else known.host
        self.payout(became.of, line.at).host = became.after
        self._tell(PayoutMoved(became.of, was, became.before, became.after), line, given)

    def _wallet_became(self, became: Became, line: Line, given: Any) -> None:
        if is_from_wallet(became.of):
            self._payout_became(PayoutBecame(became), line, given)

    def _ordered(self, order: PayoutOrder, line: Line, given: Any) -> None:
        payout = self.payout(order.payout_no, line.at)
        payout.mid = order.mid
        if not payout.ordered:
            payout.ordered = order.amount_fen

    def _rail_posted(self, posted: Posted, line: Line, given: Any) -> None:
        for debit, credit, amount_fen in posted.postings:
            if credit.startswith("R.in_flight."):
                payout = self.payout(credit.removeprefix("R.in_flight."), line.at)
                payout.in_flight += amount_fen
                if debit in self.contracts.cash:
                    self.taken[payout.mid] = self.taken.get(payout.mid, 0) + amount_fen
                else:
                    payout.delivered -= amount_fen
            elif debit.startswith("R.in_flight."):
                payout = self.payout(debit.removeprefix("R.in_flight."), line.at)
                payout.in_flight -= amount_fen
                if credit in self.contracts.cash:
                    self.taken[payout.mid] = self.taken.get(payout.mid, 0) - amount_fen
                else:
                    payout.delivered += amount_fen

    def _logged(self, logged: Logged, line: Line, given: Any) -> None:
        """A payout beside that of a day: part of it, one sale of it, or money that is paid back."""
        if logged.word in ("payout-scheduled", "payout-put-off"):
            self.dates[str(logged.details["payout_no"])] = str(logged.details["date"])
        if logged.word == "payout-lessened":
            lessened, by_fen = str(logged.details["payout_no"]), int(logged.details["amount_fen"])
            if lessened in self.parts:
                self.parts[lessened] -= by_fen
            else:
                self._split[lessened] = self._split.get(lessened, 0) + by_fen
        beside_the_day = logged.word == "payout-scheduled" and "of" in logged.details
        if logged.word not in ("payout-split", "payout-restored") and not beside_the_day:
            return
        number, day, amount_fen = (logged.details[name] for name in ("payout_no", "of", "amount_fen"))
        before_fen = self.parts.get(str(number), 0)
        self.parts[str(number)] = int(amount_fen)
        if logged.word != "payout-restored":
            self._split[str(day)] = self._split.get(str(day), 0) + int(amount_fen) - before_fen
        rrn = str(logged.details.get("rrn", ""))
        mid, _, date = str(day).partition("-")
        if rrn and self.day_of(mid, date) is None:  # its payout comes before the file that leaves the merchant anything
            self.owed[mid] = self.owed.get(mid, 0) + int(amount_fen) - self._early.get(rrn, 0)
            self._early[rrn] = int(amount_fen)

    def day_of(self, mid: str, business_date: str) -> Day | None:
        """What the file of a merchant's acquirer claims for a business date; ``None`` before there is one."""
        return self.days.get(file_day(business_date, self.contracts.of_mid(mid)))

    def owed_for(self, number: str) -> int | None:
        """What a payout is for: what the file of its business date leaves its merchant, or a part of that.

        ``None`` where there was no such file.
        """
        if number in self.parts:
            return self.parts[number]
        mid, _, date = number.partition("-")
        day = self.day_of(mid, date)
        if day is None or payout_no_of(mid, date) != number:
            return None
        net = day.nets.get(mid)
        return None if net is None else net - self._split.get(number, 0)

    def _forget(self, at: Instant) -> None:
        before = at - REMEMBERED
        for date in [date for date, day in self.days.items() if day.began < before]:
            del self.days[date]
            self._dates_begun.pop(date[:8], None)
        for number in [number for number, payout in self.payouts.items() if _is_over(payout, before)]:
            del self.payouts[number]
            self.parts.pop(number, None)
            self.dates.pop(number, None)
            self._split.pop(number, None)


def _is_over(payout: Payout, before: Instant) -> bool:
    return payout.began < before and payout.host == "credited" and not payout.in_flight
