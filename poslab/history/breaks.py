"""Breaks 差异: the ten ways in which two lists of the same sales can differ, whose each is, and until when.

A difference is named from both sides. *Long* 长款 means: the counterparty's record or cash is more than our books;
*short* 短款 means less. What is short for one side is long for the other, and some systems name the same break from
the other side, so both are always said.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from poslab.text import Text
from poslab.world.calendar import Calendar, day_of_word, day_word

SLIP_WITHOUT_HOST: Final = "slip-without-host-record"
HOST_WITHOUT_SLIP: Final = "host-record-without-slip"
LEDGER_WITHOUT_FILE: Final = "ledger-without-file"
FILE_WITHOUT_LEDGER: Final = "file-without-ledger"
AMOUNT: Final = "amount-differs"
STATUS: Final = "status-differs"
FEE: Final = "fee-differs"
PAYOUT_WITHOUT_CREDIT: Final = "payout-without-credit"
CREDIT_WITHOUT_PAYOUT: Final = "credit-without-payout"
DUPLICATE: Final = "duplicate"

SLIPS, LEDGER, FILE, STATEMENT = "W", "X", "Y", "Z"

LISTS: Final[Mapping[str, Text]] = {
    SLIPS: Text("签购单/终端批次", "slips"),
    LEDGER: Text("收单/平台台账", "ledger"),
    FILE: Text("清算文件", "clearing file"),
    STATEMENT: Text("银行流水", "bank statement"),
}
"""The four records of one sale."""

LONG, SHORT, IN_TRANSIT, EVEN = "long", "short", "in-transit", "even"

SEEN_AS: Final[Mapping[str, Text]] = {
    LONG: Text("长款", "long"),
    SHORT: Text("短款", "short"),
    IN_TRANSIT: Text("在途", "in transit"),
    EVEN: Text("持平", "even"),
}


class Kind(Struct, frozen=True):
    """A type of break."""

    called: Text
    cause: Text
    """Where it usually comes from."""
    cure: Text
    owner: str
    """Who has to deal with it: ``acquirer``, ``provider``, ``platform``, ``merchant`` or ``bank``."""
    waits_for: Text
    """What an open item of this type waits for."""
    days: int
    """In how many working days it is due."""


KINDS: Final[Mapping[str, Kind]] = {
    SLIP_WITHOUT_HOST: Kind(
        Text("有签购单，无主机记录", "slip without host record"),
        Text("离线交易未上送，伪造签购单，或终端被重置", "stored offline and not sent, a forged slip, a reset terminal"),
        Text("上送离线交易；查明来历", "upload it; find out where the slip comes from"),
        "provider",
        Text("查明终端流水中这一笔的来历", "somebody who finds out where the terminal's record comes from"),
        1,
    ),
    HOST_WITHOUT_SLIP: Kind(
        Text("有主机记录，无签购单", "host record without slip"),
        Text("冲正被放弃，或打印失败", "a reversal that was dropped, or a slip that was not printed"),
        Text(
            "保持请款；当晚建差错案件：重打印，或贷记调整/退货",
            "it stays captured; an error case the same evening: reprint, or credit adjustment or refund",
        ),
        "acquirer",
        Text(
            "核对终端流水与主机记录后决定保留、退款或贷记调整", "a clerk who compares the terminal's log with the host"
        ),
        1,
    ),
    LEDGER_WITHOUT_FILE: Kind(
        Text("有台账，未入清算文件", "ledger without file"),
        Text("漏清算，文件迟到，或日切", "capture missing, a late file, or the day's cut"),
        Text("先等一天(在途池),再请款", "wait one day (in-transit pool), then claim it"),
        "acquirer",
        Text("请款，或下一份清算文件", "a claim, or the next clearing file"),
        2,
    ),
    FILE_WITHOUT_LEDGER: Kind(
        Text("有清算文件，无台账(漏单)", "file without ledger"),
        Text("平台卡单，或系统崩溃", "a platform that is stuck, or a crash"),
        Text("补单", "supplementary booking"),
        "platform",
        Text("补单", "a supplementary booking"),
        1,
    ),
    AMOUNT: Kind(
        Text("金额不符", "amount differs"),
        Text("金额输错，部分批准，或被改动", "a wrong amount, a partial approval, or tampering"),
        Text("调整", "adjust it"),
        "acquirer",
        Text("以主机金额为准，查明差额", "somebody who explains the difference; the host's amount stands"),
        2,
    ),
    STATUS: Kind(
        Text("状态不符", "status differs"),
        Text("一方已冲正或撤销，另一方仍有效", "undone here and good there"),
        Text("核对发卡行与主机", "check the card's bank and the host"),
        "acquirer",
        Text("核对发卡行与主机的状态", "a check of host and card's bank: undone there, good at the terminal"),
        2,
    ),
    FEE: Kind(
        Text("手续费不匹配", "fee differs"),
        Text("费率或封顶有误", "a wrong rate or cap"),
        Text("按合同费率重算", "re-rate it by the contract"),
        "acquirer",
        Text("按合同费率重算并退还差额", "a new rating by the contract, and the difference back"),
        5,
    ),
    PAYOUT_WITHOUT_CREDIT: Kind(
        Text("已出款，未到账", "payout without credit"),
        Text("退汇，收款行挂账，或结果未知", "returned, parked at the bank, or outcome unknown"),
        Text("查询出款状态，不得换号重付", "query it; never pay again under a new number"),
        "acquirer",
        Text("出款结果的查询", "the answer to a query of the payout"),
        1,
    ),
    CREDIT_WITHOUT_PAYOUT: Kind(
        Text("有到账，无出款", "credit without payout"),
        Text("重复出款，或他人款项", "a payout made twice, or somebody else's money"),
        Text("退回", "return it"),
        "merchant",
        Text("查明款项归属并退回", "whose money it is, and its return"),
        3,
    ),
    DUPLICATE: Kind(
        Text("重复", "duplicate"),
        Text("重复刷卡，或报文重复送达", "a double swipe, or a message delivered twice"),
        Text("退还多扣的一笔", "refund the extra one"),
        "acquirer",
        Text("核对后退还多扣的一笔", "a check, and a refund of the extra charge"),
        1,
    ),
}

BUCKETS: Final = ((1, "0-1"), (3, "2-3"), (7, "4-7"), (30, "8-30"))
OLDEST: Final = ">30"
AGES: Final = (*(name for _, name in BUCKETS), OLDEST)
"""Ages of open items in days, as ageing tables count them."""


def bucket(days: int) -> str:
    """The ageing bucket of an item that is so many days old."""
    return next((name for most, name in BUCKETS if days <= most), OLDEST)


def age_of(since: str, today: str) -> int:
    """Whole days between two dates like ``"20260105"``; 0 where the first one is later."""
    return max(0, (day_of_word(today) - day_of_word(since)).days)


def due_of(why: str, since: str, calendar: Calendar) -> str:
    """The date by which a break that was found on a date is to be dealt with."""
    day = day_of_word(since)
    for _ in range(KINDS[why].days):
        day = calendar.next_working(day)
    return day_word(day)


def next_day(word: str) -> str:
    """The calendar day after ``"20260105"``."""
    day: date = day_of_word(word) + timedelta(days=1)
    return day_word(day)
