"""In the end everything comes to rest: no sale waits, no reversal is parked, no doubt is open, no payout is on its way.

A matter of liveness, judged at the end only. What is not at rest says what it waits for. A payout that came back, an
undoing upstream that was left to error handling, a sale that waits for its clearing day, and one that is known to be
in no file and waits for a claim are at rest: they are somebody's, and not lost. A sale whose clearing day is over, and
a payout whose day is over, wait for a job that did not run.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from poslab.checks.batches import says
from poslab.checks.case import APPROVED, COMPLETING, IN_DOUBT, VOIDING, Case, date_of, stem, unpacked
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.evidence import Evidence
from poslab.checks.findings import Ended, RefundAccepted, advice_pending
from poslab.history.debts import NETTED
from poslab.history.line import Line
from poslab.messages.batch import SettlementRequest, UploadRequest
from poslab.messages.facts import BatchMovedOn
from poslab.party.contract import About, Logged, Posted
from poslab.party.time import HOUR, Duration, Instant, midnight
from poslab.text import Text
from poslab.world.calendar import day_of_word

TERMINAL_WAITS: Mapping[str, Text] = {
    "sent": Text("等待应答，或等终端的计时器", "waits for an answer, or for the terminal's timer"),
    "unknown": Text("有冲正在终端等待发送", "has a reversal waiting at the terminal"),
    "in-doubt": Text("在终端存疑，终端等待查询", "is in doubt at the terminal, which waits for a query"),
}
HOST_WAITS: Mapping[str, Text] = {
    "forwarded": Text("在收单主机等待网络的应答", "waits at the host for the network's answer"),
    "pending": Text("在收单主机等待付款人，或等待关闭", "waits at the host for the payer, or to be closed"),
    "in-doubt": Text("在收单主机存疑，直到撤回得到确认", "is in doubt at the host, until its undoing is confirmed"),
    "voiding": Text("在收单主机等待撤销的应答", "waits at the host for the answer to its void"),
    "completing": Text("在收单主机等待预授权完成的应答", "waits at the host for the answer to its completion"),
}
SWITCH_WAITS: Mapping[str, Text] = {
    "forwarded": Text("在网络等待发卡行的应答", "waits at the network for the issuer's answer"),
    "in-doubt": Text(
        "在网络存疑，直到发卡行确认撤回", "is in doubt at the network, until the issuer confirms its undoing"
    ),
}
PAYOUT_WAITS: Mapping[str, Text] = {
    "instructed": Text("等待支付系统答复", "waits for the rail's word"),
    "taken": Text("等待收款行答复", "waits for the account bank's word"),
    "unknown": Text("结果在收单机构无人知道", "has an outcome that nobody at the acquirer knows"),
}

STOPPED = "stopped"
"""An advice that nobody repeats any more: an open item of whoever sent it."""
JOB_TAKES: Duration = HOUR
"""How long after its hour a daily job may still be at work."""
SHOWN = 5
"""How many of the sales that wait for one job are named."""
_UNHEARD = {"": "未获确认", "refused": "被拒绝", "stopped": "已停发"}
"""What became of a reversal's advice that was not confirmed."""


_TAKEN_BACK = (*NETTED, "hold-released", "hold-used")
_WORDS = tuple(("host", word) for word in (*_TAKEN_BACK, "dispute", "hold-owed"))


class AllFinal(Check):
    """Every attempt and every payout is in a state in which it may stay."""

    id = "all-final"
    title = Text("最终都有结果", "everything comes to rest")

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._merchant_of = {terminal.tid: terminal.mid for terminal in evidence.world.terminals}
        self._given_back: dict[str, tuple[str, int]] = {}
        """Refund, case, or sale that is kept back → its merchant, and what no payout was lessened by yet, in fen."""
        self.batches: dict[str, None] = {}
        """TID and batch that were compared and are not closed."""

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Ended: self.ended, RefundAccepted: self.given_back, **dict.fromkeys(_WORDS, self.logged)}

    def hears(self) -> Mapping[Sight, Seeing]:
        return {
            ("host", SettlementRequest): self.settled,
            ("host", UploadRequest): self.settled,
            ("host", BatchMovedOn): self.moved_on,
        }

    def given_back(self, refund: RefundAccepted, line: Line, given: Any) -> None:
        """The host has taken a refund, or made an adjustment; what was parked for it lessens no payout."""
        entry = f"P13b/{refund.key}"
        if any(type(effect) is Posted and effect.entry == entry and _was_parked(effect) for effect in line.effects):
            return
        merchant = self._merchant_of.get(refund.key.partition("-")[0], "")
        self._given_back[refund.key] = (merchant, refund.amount_fen)

    def logged(self, logged: Logged, line: Line, given: Any) -> None:
        """The host wrote into its log: perhaps that a payout was lessened by it."""
        details = logged.details
        if logged.word in _TAKEN_BACK:
            self._given_back.pop(str(details["key"]), None)
        elif logged.word == "dispute":
            case_no, key = str(details["case_no"]), str(details["key"])
            self._given_back.pop(case_no, None)
            if details["state"] == "chargeback":
                merchant = self._merchant_of.get(key.partition("-")[0], "")
                self._given_back[case_no] = (merchant, int(details["amount_fen"]))
        elif logged.word == "hold-owed":
            key = str(details["key"])
            merchant = self._merchant_of.get(key.partition("-")[0], "")
            self._given_back[key] = (merchant, int(details["amount_fen"]))

    def settled(self, given: SettlementRequest | UploadRequest, line: Line, _: Any) -> None:
        """The host heard of a batch: what it has compared must be closed."""
        batch = given.key.rpartition("-")[0]
        if says(line, "batch-compared"):
            self.batches[batch] = None
        elif says(line, "batch-closed"):
            self.batches.pop(batch, None)

    def moved_on(self, given: BatchMovedOn, line: Line, _: Any) -> None:
        """A batch was closed at the host alone."""
        for batch in [batch for batch in self.batches if batch.startswith(f"{given.tid}-")]:
            del self.batches[batch]

    def ended(self, ended: Ended, line: Line, given: Any) -> None:
        """A purchase left the docket, at rest."""
        self.evaluated += 1

    def waiting(self) -> Iterable[tuple[About, Text]]:
        """Attempts that are not at rest as things stand now: the card leg, which knows no timetable."""
        for cases in self.evidence.docket.purchases():
            for case in cases:
                what = waits_for(case, cases)
                if what is not None:
                    yield case.about, Text(f"{case.key} {what.zh}", f"{case.key} {what.en}")
        for batch in self.batches:
            yield "", Text(f"批次 {batch} 已核对，等待关闭", f"batch {batch} was compared and waits to be closed")

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        yield from self.waiting()
        for number, payout in self.evidence.claims.payouts.items():
            what = PAYOUT_WAITS.get(stem(payout.host))
            if what is not None:
                yield "", Text(f"出款 {number} {what.zh}", f"payout {number} {what.en}")
        yield from self._uncleared(at)
        yield from self._unpaid(at)

    def _uncleared(self, at: Instant) -> Iterable[tuple[About, Text]]:
        """Good sales that no file took, though the hour of their clearing is over."""
        docket = self.evidence.docket
        calendar = self.evidence.world.calendar

        standing = [
            (about, date_of(value))
            for about, value in docket.resting.items()
            if not docket.missing or unpacked(about, value, "").key not in docket.missing
        ]
        standing += [
            (case.about, case.business_date)
            for cases in docket.purchases()
            for case in cases
            if case.charges > 0 and case.host == APPROVED and not case.part and case.business_date
            and case.key not in docket.missing
        ]
        dates = dict.fromkeys(word for _, word in standing)
        over = [word for word in dates if (day := _day(word)) and midnight(day) + calendar.clearing_at + JOB_TAKES < at]
        waiting = [entry for entry in standing if entry[1] in over]
        for about, word in waiting[:SHOWN]:
            what = Text(f"等待 {word} 的清算，而时辰已过", f"waits for the clearing of {word}, whose hour is over")
            yield about, what
        if len(waiting) > SHOWN:
            what = Text(
                f"共有 {len(waiting)} 笔消费等待清算", f"{len(waiting)} sales in all wait for their clearing"
            )
            yield "", what

    def _unpaid(self, at: Instant) -> Iterable[tuple[About, Text]]:
        """Payouts that were never ordered, though they were due; too small ones may wait for the next."""
        world = self.evidence.world
        claims = self.evidence.claims
        minimum = {merchant.mid: merchant.minimum_payout_fen for merchant in world.merchants}
        due: dict[str, list[tuple[str, int]]] = {}
        for number, payout in claims.payouts.items():
            date = number.partition("-")[2][: len("20260105")]
            if payout.host != "scheduled" or claims.day_of(payout.mid, date) is None:
                continue
            said, business_day = _day(claims.dates.get(number, "")), _day(date)
            day = said or (world.calendar.due_day(business_day) if business_day else None)
            if day and midnight(day) + world.calendar.payout_at + JOB_TAKES < at:
                due.setdefault(payout.mid, []).append((number, claims.owed_for(number) or 0))
        for mid, payouts in due.items():
            owed = sum(amount for merchant, amount in self._given_back.values() if merchant == mid)
            if sum(amount for _, amount in payouts) - owed >= max(1, minimum.get(mid, 0)):
                for number, _ in payouts:
                    what = Text(
                        f"出款 {number} 已到期，仍等待出款批次", f"payout {number} waits for a payout run, and it was due"
                    )
                    yield "", what

    def evaluated_at_end(self) -> int:
        docket = self.evidence.docket
        return self.evaluated + docket.rested + len(docket.open) + len(self.evidence.claims.payouts)


def _was_parked(posted: Posted) -> bool:
    return posted.postings[0][0] == "A.long_suspense"


def _day(word: str) -> date | None:
    """The day of a business date; ``None`` for what is no date, which is for other checks to say."""
    if len(word) != len("20260105"):
        return None
    try:
        return day_of_word(word)
    except ValueError:
        return None


def waits_for(case: Case, purchase: tuple[Case, ...] = ()) -> Text | None:
    """What an attempt of a purchase still waits for; ``None`` where it waits for nothing."""
    terminal = stem(case.terminal)
    host = stem(case.host)
    left = case.unheard == STOPPED
    if terminal == IN_DOUBT and host == IN_DOUBT and left:
        return None
    given_up = (other.unheard == STOPPED and stem(other.host) == IN_DOUBT for other in purchase)
    if host in (VOIDING, COMPLETING) and any(given_up):
        return None
    what = TERMINAL_WAITS.get(terminal)
    if left:
        return what
    what = what or HOST_WAITS.get(host) or SWITCH_WAITS.get(stem(case.switch))
    if what is None and advice_pending(case):
        what = Text(
            "在收单主机已冲正而仍有扣款，直到发卡行确认撤回",
            "is reversed at the host and debited, until the issuer confirms its undoing",
        )
    if what is None and case.host == "reversed" and case.charges > 0:
        what = Text(
            f"在收单主机已冲正而仍有扣款：冲正通知{_UNHEARD[case.unheard]}",
            f"is reversed at the host and debited: its advice was {case.unheard or 'never confirmed'}",
        )
    return what
