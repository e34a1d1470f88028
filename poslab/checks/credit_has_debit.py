"""Behind every credit of a merchant stands exactly one debit of a cardholder.

A clearing line claims a sale whose debit stands, for that amount; a payout pays what the lines of its business date
leave the merchant, with those smaller ones that ride along, less refunds. At rest: a debit that no file ever claimed
although its day is cleared, and one that was given back after it was claimed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from poslab.checks.batches import says
from poslab.checks.case import APPROVED, date_of, unpacked
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.claims import Misclaimed
from poslab.checks.findings import DEBITED_TWICE, NO_DEBIT, OTHER_ACQUIRER, OTHER_AMOUNT, Moved
from poslab.history.debts import NETTED
from poslab.history.line import Line
from poslab.messages.batch import UploadRequest
from poslab.messages.funding import PayoutOrder, mid_of_payout
from poslab.money import written
from poslab.party.contract import About, Became, Logged, Send
from poslab.party.time import Instant
from poslab.text import Text
from poslab.world.contracts import file_day

_LESSENED = (*NETTED, "instant-fee")


_FAULTS = {
    NO_DEBIT: Text("清算行背后没有扣款", "no debit stands behind the clearing line"),
    DEBITED_TWICE: Text("一条清算行背后有两笔扣款", "two debits stand behind one clearing line"),
    OTHER_AMOUNT: Text("清算行与扣款金额不同", "the clearing line has another amount than the debit"),
    OTHER_ACQUIRER: Text(
        "清算行在与商户没有合同的收单机构的文件中",
        "the clearing line is in the file of an acquirer that has no contract with the merchant",
    ),
}

DATE = len("20260105")
"""Where the name of an acquirer's file goes on after its business date."""

SHOWN = 5
"""How many of the sales that a file left out are named."""


class CreditHasDebit(Check):
    """Lines have debits, payouts have lines, debits have lines once their day is cleared."""

    id = "credit-has-debit"
    title = Text("每笔入账都有一笔扣款", "a debit stands behind every credit, and a credit follows every debit")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._ordered_at = 0
        self._closed: set[str] = set()
        return {Misclaimed: self.misclaimed, Moved: self.moved, ("host", PayoutOrder): self.ordered}

    def hears(self) -> Mapping[Sight, Seeing]:
        return {("host", UploadRequest): self.uploaded}

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.claims.lines

    def misclaimed(self, claimed: Misclaimed, line: Line, given: Any) -> None:
        """A clearing line with something wrong."""
        if claimed.fault in _FAULTS:
            entry = claimed.claim
            fault, sum_ = _FAULTS[claimed.fault], written(entry.amount_fen)
            what = Text(f"{fault.zh}：{entry.key}，{sum_}", f"{fault.en}: {entry.key}, {sum_}")
            self.broken(line, entry.about, what)

    def moved(self, moved: Moved, line: Line, given: Any) -> None:
        """A debit was given back: not after it was claimed."""
        if moved.role != "issuer" or moved.after != "returned":
            return
        case = moved.case
        if (case is not None and case.part) or (case is None and self.evidence.docket.was_cleared(moved.about)):
            what = Text(
                f"扣款 {moved.of} 已被清算行请款，之后又退回",
                f"the debit {moved.of} was given back after a clearing line had claimed it",
            )
            self.broken(line, moved.about, what)

    def ordered(self, order: PayoutOrder, line: Line, given: Any) -> None:
        """A payout was ordered, for the first time or again."""
        payout = self.evidence.claims.payout(order.payout_no, line.at)
        if payout.ordered != order.amount_fen:
            now, before = written(order.amount_fen), written(payout.ordered)
            what = Text(
                f"出款 {order.payout_no} 指令金额为 {now}，之前为 {before}",
                f"payout {order.payout_no} was ordered for {now}, before for {before}",
            )
            self.broken(line, "", what)
        if line.n == self._ordered_at:
            return
        instructed = _by_merchant(
            effect.of for effect in line.effects if type(effect) is Became and effect.after == "instructed"
        )
        if order.mid not in instructed:
            return
        self._ordered_at = line.n
        self.evaluated += 1
        orders: dict[str, list[PayoutOrder]] = {}
        lessened: dict[str, int] = {}
        for effect in line.effects:
            if type(effect) is Send and isinstance(effect.message, PayoutOrder):
                orders.setdefault(effect.message.mid, []).append(effect.message)
            elif type(effect) is Logged and effect.word in _LESSENED:
                number = str(effect.details["payout_no"])
                lessened[number] = lessened.get(number, 0) + int(effect.details["amount_fen"])
        for mid, of_merchant in orders.items():
            self._compare(mid, of_merchant, instructed.get(mid, []), lessened, line)

    def _compare(
        self, mid: str, orders: list[PayoutOrder], numbers: list[str], lessened: Mapping[str, int], line: Line
    ) -> None:
        claims = self.evidence.claims
        owed = [claims.owed_for(number) for number in numbers]
        if None in owed:
            return  # older than what is remembered
        for number in numbers:  # when it is ordered for the first time; that it is no more than is owed others judge
            claims.payout(number, line.at).less += lessened.get(number, 0)
        ordered = sum(order.amount_fen for order in orders if order.payout_no in numbers)
        less = sum(claims.payout(number, line.at).less for number in numbers)
        due = sum(amount for amount in owed if amount is not None) - less
        if ordered != due:
            paid, left = written(ordered), written(due)
            what = Text(
                f"商户 {mid} 因 {'、'.join(numbers)} 获付 {paid}，而其清算行应留给商户 {left}",
                f"merchant {mid} is paid {paid} for {', '.join(numbers)}, whose lines leave {left}",
            )
            self.broken(line, "", what)

    def uploaded(self, given: UploadRequest, line: Line, _: Any) -> None:
        """The host heard of a batch, and may have closed it."""
        if says(line, "batch-closed"):
            self._closed.add(given.key.rpartition("-")[0])

    def _waits(self, key: str) -> bool:
        """For its terminal's batch, or for a claim, somebody having found that it is missing."""
        if key in self.evidence.docket.missing:
            return True
        by_batch = self.evidence.claims.contracts.of_key(key).capture == "terminal"
        return by_batch and key.rpartition("-")[0] not in self._closed

    def _last_cut(self) -> Callable[[str], str]:
        """For an attempt's key: the last business date that its acquirer has cleared, or ``""``."""
        claims = self.evidence.claims
        last: dict[str, str] = {}
        for name, day in claims.days.items():
            if day.complete:
                last[name[DATE:]] = max(last.get(name[DATE:], ""), name[:DATE])
        if list(last) == [""]:
            return lambda key: last[""]
        return lambda key: last.get(file_day("", claims.contracts.of_key(key)), "")

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        """Debits of cleared days that no file claimed."""
        docket = self.evidence.docket
        last = self._last_cut()
        left_out = 0
        for about, value in docket.resting.items():
            date, key = date_of(value), unpacked(about, value, "").key
            if date <= last(key) and not self._waits(key):
                left_out += 1
                if left_out <= SHOWN:
                    what = Text(
                        f"已扣款并批准，{date} 已清算，却不在任何清算文件中",
                        f"debited and approved, and in no clearing file though {date} is cleared",
                    )
                    yield about, what
        if left_out > SHOWN:
            what = Text(
                f"共有 {left_out} 笔消费已扣款，不在任何清算文件中",
                f"{left_out} sales in all are debited and in no clearing file",
            )
            yield "", what
        for cases in docket.purchases():
            for case in cases:
                claimable = case.charges > 0 and case.host == APPROVED and not case.part and case.business_date
                if claimable and case.business_date <= last(case.key) and not self._waits(case.key):
                    what = Text(
                        f"{case.key} 已扣款并批准，却不在任何清算文件中",
                        f"{case.key} is debited and approved, and in no clearing file",
                    )
                    yield case.about, what


def _by_merchant(payouts: Iterable[str]) -> dict[str, list[str]]:
    """Numbers of payouts by their merchants, with which they begin."""
    found: dict[str, list[str]] = {}
    for number in payouts:
        found.setdefault(mid_of_payout(number), []).append(number)
    return found
