"""Can the sale be cancelled, by whom, how, until when? One table; the first row that fits the facts answers.

Three instruments are often confused. A *reversal* 冲正 runs by itself where an outcome is unknown; a *void* 撤销 is an
act of operator and supervisor on the same day, in the same open batch, for the full amount; a *refund* 退货 comes after
the batch is closed. Everything later is a matter of disputes.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from poslab.history.cases import CHARGED_BACK
from poslab.history.questions import Facts, Value
from poslab.text import Text

POSSIBLE: Final[Mapping[str, Text]] = {
    "yes": Text("可以", "Yes"),
    "no": Text("不能", "No"),
    "nothing-to-cancel": Text("没有可取消的", "There is nothing to cancel"),
    "is-being-cancelled": Text("正在自动取消", "It is being cancelled already"),
    "query-decides": Text("由查询结果决定", "The query decides"),
    "by-support": Text("只能由客服处理", "Only by support"),
}
BY: Final[Mapping[str, Text]] = {
    "nobody": Text("无须任何人", "nobody"),
    "terminal": Text("终端", "the terminal"),
    "operator": Text("收银员", "the operator"),
    "supervisor": Text("收银员加主管密码", "the operator with the supervisor's password"),
    "merchant": Text("商户", "the merchant"),
    "acquirer": Text("收单机构", "the acquirer"),
    "network": Text("卡组织", "the card network"),
    "issuer": Text("发卡行", "the card's bank"),
    "platform": Text("支付平台", "the payment platform"),
    "provider": Text("服务商", "the service provider"),
    "authority": Text("下令的机关", "the authority that gave the order"),
}
HOW: Final[Mapping[str, Text]] = {
    "none": Text("无", "nothing to do"),
    "cancel-key": Text("取消键", "the cancel key"),
    "wait": Text("等待", "waiting"),
    "reversal": Text("冲正", "reversal"),
    "void-reversal": Text("撤销冲正", "reversal of the void"),
    "query": Text("查询", "query"),
    "close": Text("查询并关单", "query, and close what is not paid"),
    "void": Text("撤销", "void"),
    "refund": Text("退货", "refund"),
    "host-reversal": Text("主机冲正", "reversal by the host"),
    "advice": Text("冲正通知", "reversal advice"),
    "credit-adjustment": Text("贷记调整", "credit adjustment"),
    "claim": Text("请款", "payment claim"),
    "cure-account": Text("恢复账户", "curing the account"),
    "preauth-void": Text("预授权撤销", "void of the pre-authorisation"),
    "completion-void": Text("预授权完成撤销", "void of the completion"),
    "local-void": Text("终端本地撤销", "void on the terminal itself"),
    "investigation": Text("人工核查", "investigation"),
    "representment": Text("再请款", "representment"),
}
UNTIL: Final[Mapping[str, Text]] = {
    "none": Text("无期限", "no limit"),
    "sent": Text("发送之前", "until it is sent"),
    "answered": Text("有应答为止", "until it is answered"),
    "advice-heard": Text("最迟 24 小时", "within 24 hours"),
    "cut-off": Text("批次结算或日切之前", "until the batch is settled or the cut-off"),
    "before-clearing": Text("清算之前", "before clearing"),
    "refund-window": Text("退货期内", "within the refund window"),
    "one-to-seven-days": Text("1 至 7 天", "in 1 to 7 days"),
    "as-soon-as-possible": Text("越早越好", "as soon as possible"),
    "same-day": Text("当日", "on the same business day"),
    "thirty-days": Text("30 天", "30 days"),
    "claim-window": Text("请款期内", "within the claim window"),
    "deadline": Text("答复期限之前", "before the deadline"),
    "uploaded": Text("上送之前", "until it is uploaded"),
}


class Cancel(Struct, frozen=True):
    """The answer, in words of the closed lists ``POSSIBLE``, ``BY``, ``HOW`` and ``UNTIL``, and as a sentence."""

    possible: str
    by: str
    how: str
    until: str
    text: Text


class Row(Struct, frozen=True):
    """A state of the sale and the answer to it. ``when``: fact → answers that fit, a code behind a word left open."""

    state: str
    when: Mapping[str, tuple[Value, ...]]
    answer: Cancel


def can_cancel(facts: Facts) -> Cancel:
    """What the first fitting row says; where the first attempt came to nothing, the last one is asked about."""
    counts = _what_counts(facts)
    for row in TABLE:
        if all(_fits(counts.get(name), answers) for name, answers in row.when.items()):
            return _dated(row.answer, counts)
    raise AssertionError("the last row fits everything")


def _what_counts(facts: Facts) -> Facts:
    word = str(facts.get("terminal"))
    over = word == "reversal-closed:25" or word.partition(":")[0] in ("none", "declined", "reversed", "voided")
    return facts.of_last() if over else facts


def _fits(value: Value | None, answers: tuple[Value, ...]) -> bool:
    if value in answers:
        return True
    return isinstance(value, str) and value.partition(":")[0] in answers


def _dated(answer: Cancel, facts: Facts) -> Cancel:
    """Name the cut-off where it is known."""
    cut_off = facts.get("cut-off-at")
    if "{cut-off}" not in answer.text.en:
        return answer
    zh = f"日切({cut_off})" if cut_off else "日切"
    en = f"the cut-off at {cut_off}" if cut_off else "the daily cut-off"
    text = Text(answer.text.zh.replace("{cut-off}", zh), answer.text.en.replace("{cut-off}", en))
    return Cancel(answer.possible, answer.by, answer.how, answer.until, text)


def _row(
    state: str, when: Mapping[str, tuple[Value, ...]], possible: str, by: str, how: str, until: str, zh: str, en: str
) -> Row:
    return Row(state, when, Cancel(possible, by, how, until, Text(zh, en)))


_APPROVED: Final = ("approved", "approved-unprinted")

# fmt: off
TABLE: Final = (
    _row("entered, not sent", {"terminal": ("none",), "keyed-unsent": (True,)},
         "yes", "operator", "cancel-key", "sent",
         "可以：还没有发出，按取消键即可。", "Yes: nothing was sent yet, the cancel key ends it."),
    _row("void outcome unknown", {"void": ("unknown",)},
         "is-being-cancelled", "terminal", "void-reversal", "same-day",
         "撤销的结果未知，终端正自动冲正这笔撤销；冲正成功后原交易仍然有效。",
         "The outcome of the void is unknown and the terminal is reversing it; once that is done the sale stands "
         "again."),
    _row("void in doubt", {"void": ("in-doubt",)},
         "query-decides", "operator", "query", "answered",
         "撤销的结果未明：只能查询，查询结果说了算。", "The void is in doubt: only the query can tell what became of it."),
    _row("paid by code, not decided", {"terminal": ("unknown", "in-doubt"), "by-code": (True,)},
         "query-decides", "terminal", "close", "answered",
         "由查询决定：终端每 5 秒查询一次，60 秒后还没付就关单；绝不冲正，因为顾客可能随时在手机上确认。",
         "The query decides: the terminal asks every 5 seconds and after 60 has the payment closed if it is not paid. "
         "It is never reversed, because the customer may confirm on the phone at any moment."),
    _row("sent, waiting", {"terminal": ("unknown",), "timer-running": (True,)},
         "no", "nobody", "wait", "answered",
         "现在不能：终端还在等应答，按取消只会引发冲正。等到计时结束。",
         "Not now: the terminal waits for the answer, and pressing cancel would only start a reversal. Wait for the "
         "timer."),
    _row("unknown", {"terminal": ("unknown",)},
         "is-being-cancelled", "terminal", "reversal", "answered",
         "不用取消，也不能撤销：终端正在自动冲正，下一笔联机交易之前或后台重试时送出，直到有应答。",
         "It is being cancelled already, and cannot be voided: the terminal reverses it by itself, before the next "
         "online transaction or by a background retry, until the host answers."),
    _row("in doubt, the original may stand", {"terminal": ("in-doubt:09", "in-doubt:94")},
         "query-decides", "operator", "query", "answered",
         "由查询决定：原交易可能有效，没有人在取消它。", "The query decides: the original may stand, and nobody is undoing it."),
    _row("in doubt, the network undoes it", {"terminal": ("in-doubt:98",)},
         "query-decides", "network", "query", "advice-heard",
         "由查询决定：已入账的由卡组织发冲正通知退回，最迟 24 小时；终端上只能查询。",
         "The query decides: whatever was posted is undone by the network's reversal advice, within 24 hours; the "
         "terminal can only query."),
    _row("in doubt, the host undoes it", {"terminal": ("in-doubt",)},
         "query-decides", "acquirer", "query", "advice-heard",
         "由查询决定：已入账的由收单主机发冲正通知退回，最迟 24 小时；终端上只能查询。",
         "The query decides: whatever was posted is undone by the host's reversal advice, within 24 hours; the "
         "terminal can only query."),
    _row("reversal closed by 25", {"terminal": ("reversal-closed:25",)},
         "nothing-to-cancel", "nobody", "none", "none",
         "没有可取消的：主机没有这笔交易，并会拒绝迟到的原交易。",
         "There is nothing to cancel: the host never had the sale, and refuses it should it come late."),
    _row("reversal after clearing", {"terminal": ("reversal-closed:12",)},
         "yes", "acquirer", "credit-adjustment", "one-to-seven-days",
         "可以，由收单机构在差错处理中做贷记调整，1 至 7 天退回原卡；终端上不能取消。",
         "Yes, by the acquirer: a credit adjustment in the error case, back on the card in 1 to 7 days. Not at the "
         "terminal."),
    _row("declined", {"terminal": ("declined",)},
         "nothing-to-cancel", "nobody", "none", "none",
         "没有可取消的：交易被拒绝，没有扣款。", "There is nothing to cancel: the sale was declined and nobody was charged."),
    _row("nothing sent", {"terminal": ("none",)},
         "nothing-to-cancel", "nobody", "none", "none",
         "没有可取消的：什么都没有发出，没有扣款。", "There is nothing to cancel: nothing was sent and nobody was charged."),
    _row("dropped, the host never had it", {"terminal": ("reversal-failed",), "host": ("none", "reversal-only")},
         "nothing-to-cancel", "nobody", "none", "none",
         "没有可取消的：主机没有这笔交易。", "There is nothing to cancel: the host never had the sale."),
    _row("dropped, cleared", {"terminal": ("reversal-failed",), "file": ("yes", "late")},
         "by-support", "acquirer", "credit-adjustment", "as-soon-as-possible",
         "可以，由客服提交收单机构办理：已经清算，只能贷记调整或退货到原卡，越早越好；终端上不能取消。",
         "Yes, by support: it is cleared, so the acquirer returns it by credit adjustment or refund, as soon as "
         "possible. Not at the terminal."),
    _row("dropped", {"terminal": ("reversal-failed",)},
         "by-support", "acquirer", "host-reversal", "before-clearing",
         "可以，由客服提交收单机构办理：清算之前主机冲正，之后只能贷记调整或退货，最好赶在{cut-off}之前；终端上不能取消。",
         "Yes, by support: the acquirer reverses it from the host before clearing, later only a credit adjustment "
         "or refund; best before {cut-off}. Not at the terminal."),
    _row("one trace number debited twice", {"terminal": _APPROVED, "issuer": ("debited-twice",), "attempts": (1,)},
         "by-support", "acquirer", "credit-adjustment", "as-soon-as-possible",
         "多出的一笔可以，由客服提交收单机构做贷记调整或退货；不要撤销打出单据的那一笔。",
         "The extra one, by support: the acquirer returns it by credit adjustment or refund. Never void the sale that "
         "has the slip."),
    _row("reversed, the card's bank refused", {"terminal": ("reversed",), "issuer": ("debited",),
                                              "advice": ("refused", "stopped"), "merchant": ("not-credited",)},
         "by-support", "issuer", "investigation", "as-soon-as-possible",
         "收单方已冲正，发卡行没有退回：由收单机构向发卡行提出差错，终端上无事可做。",
         "The acquirer has reversed it and the card's bank has not given the money back: the acquirer takes it up "
         "with that bank; there is nothing to do at the terminal."),
    _row("reversed, advice on its way", {"terminal": ("reversed",), "issuer": ("debited",), "advice": ("waiting",),
                                         "merchant": ("not-credited",)},
         "is-being-cancelled", "acquirer", "advice", "advice-heard",
         "已经取消，冲正通知正在送往发卡行，最迟 24 小时退回。",
         "It is cancelled; the reversal advice is on its way to the card's bank, the money is back within 24 hours."),
    _row("refunded in part, and the rest charged back",
         {"terminal": ("refunded",), "dispute": CHARGED_BACK},
         "no", "merchant", "representment", "deadline",
         "退货撤不回来；只有退单的部分还能在期限内再请款。",
         "No: a refund cannot be undone. Only what was charged back can still be claimed again, in time."),
    _row("reversed, voided, refunded", {"terminal": ("reversed", "voided", "refunded")},
         "no", "nobody", "none", "none",
         "不需要：已经取消，这是最终状态。", "No need: it is cancelled already, and that is final."),
    _row("refunded, and the terminal has not heard it", {"terminal": _APPROVED, "host": ("refunded",)},
         "no", "nobody", "none", "none",
         "不需要：退货已受理，终端会把退货重发到有应答为止；不要再退一次。",
         "No need: the refund is taken, and the terminal repeats it until it is answered. Never refund it again."),
    _row("pre-authorised", {"terminal": ("preauth",)},
         "yes", "operator", "preauth-void", "thirty-days",
         "可以：做预授权撤销，或等它 30 天后自动失效。", "Yes: void the pre-authorisation, or let it expire after 30 days."),
    _row("offline, sent and not answered", {"terminal": ("offline-unsent",), "notice-told": (True,)},
         "no", "nobody", "wait", "answered",
         "现在不能：已经上送、还没有应答，主机可能已经记账；终端会用原流水号反复上送，直到有应答，之后像普通交易一样撤销。",
         "Not now: it was sent and not answered, and the host may have taken it. The terminal repeats it under the "
         "same number until it is answered; after that it is voided like any other sale."),
    _row("offline, not uploaded", {"terminal": ("offline-unsent",)},
         "yes", "operator", "local-void", "uploaded",
         "可以：上送之前在终端上撤销即可。", "Yes: void it on the terminal before it is uploaded."),
    _row("payout returned, its bank in maintenance", {"terminal": _APPROVED, "payout": ("returned:BANK_MAINTENANCE",)},
         "no", "nobody", "wait", "none",
         "不是取消的问题：交易有效，收款行在维护，下一批自动重新出款。",
         "This is no case for cancelling: the sale is good, the account bank is in maintenance, and it is paid again "
         "at the next run."),
    _row("payout waits for its bank", {"terminal": _APPROVED, "payout": ("instructed",),
                                       "payout-waits": ("BANK_MAINTENANCE",)},
         "no", "nobody", "wait", "none",
         "不能也不必：出款正在排队，收款行维护结束就到账。",
         "It cannot and need not be: the payout waits for its bank and arrives when the maintenance is over."),
    _row("parked at the account bank", {"terminal": _APPROVED, "merchant": ("suspense",)},
         "no", "nobody", "wait", "none",
         "不能也不必：款项在收款行挂账，几个工作日内入账或退汇。",
         "It cannot and need not be: the account bank has the money, and applies it or sends it back within days."),
    _row("reversed by the acquirer, and the till does not know", {"terminal": _APPROVED, "host": ("reversed",)},
         "no", "nobody", "none", "none",
         "不需要：收单机构已从主机冲正，终端上的签购单不作数；终端上不要再撤销。",
         "No need: the acquirer has reversed it from its host, whatever the slip at the till says. Do not void it "
         "there."),
    _row("credit adjustment due", {"terminal": _APPROVED, "host": ("approved",), "adjustment-due": (True,)},
         "is-being-cancelled", "acquirer", "credit-adjustment", "one-to-seven-days",
         "正在取消：下一次清算由收单机构做贷记调整，1 至 7 天退回原卡；不要再退货。",
         "It is being cancelled: the acquirer returns it by a credit adjustment with its next file, back on the card "
         "in 1 to 7 days. Do not refund it as well."),
    _row("frozen by an authority", {"terminal": _APPROVED, "hold": ("legal",)},
         "no", "authority", "none", "none",
         "不能：有权机关已止付，商户和收单机构都不能取消或退货，只有下令的机关能解除。",
         "No: an authority has frozen it; neither merchant nor acquirer can cancel or refund it, only the authority "
         "lifts that."),
    _row("credited, account frozen by an authority", {"terminal": _APPROVED, "account-order": (True,),
                                                      "merchant": ("credited-unusable",)},
         "no", "authority", "none", "none",
         "不能：有权机关已冻结账户，只有下令的机关能解除。",
         "No: an authority has frozen the account, and only the authority lifts that."),
    _row("disputed: retrieval", {"terminal": _APPROVED, "dispute": ("retrieval",)},
         "yes", "merchant", "refund", "deadline",
         "可以，由双方协商：在答复期限之前退货到原卡，并告知收单机构结案。",
         "By agreement: refund it to the card before the deadline, and tell the acquirer so that the case is closed."),
    _row("charged back", {"terminal": _APPROVED, "issuer": ("credited-back",)},
         "no", "merchant", "representment", "deadline",
         "不用，也不能：钱已退回持卡人。只能在期限内再请款，绝不再退货。",
         "No: the money is back already. It can only be claimed again, in time, and must never be refunded as well."),
    _row("payout returned", {"terminal": _APPROVED, "payout": ("returned",)},
         "no", "merchant", "cure-account", "none",
         "不是取消的问题：交易有效。先恢复收款账户，再重新出款。",
         "This is no case for cancelling: the sale is good. Cure the account, then the payout is made again."),
    _row("missed by the platform's ledger", {"terminal": _APPROVED, "platform": ("stuck",)},
         "no", "platform", "claim", "claim-window",
         "不要取消：由平台核对收单文件后补单。", "Do not cancel it: the platform books it from the acquirer's file."),
    _row("paid to somebody else", {"terminal": _APPROVED, "merchant": ("elsewhere",)},
         "no", "acquirer", "investigation", "none",
         "不能靠取消解决：交易有效，钱在别人的账户里。绑错的由收单机构追回，给了中间商的只能民事追款或报案。",
         "No: the sale is good, and the money is in somebody else's account. What went there by mistake the acquirer "
         "asks back; from an intermediary only a civil or criminal claim gets it."),
    _row("credited, account frozen", {"terminal": _APPROVED, "merchant": ("credited-unusable",)},
         "no", "merchant", "cure-account", "none",
         "不是取消的问题：款项已在商户账户里，解冻即可使用。",
         "This is no case for cancelling: the money is in the merchant's account and free once the freeze is "
         "lifted."),
    _row("missing from the file", {"terminal": _APPROVED, "host": ("missing-capture",)},
         "no", "acquirer", "claim", "claim-window",
         "不要取消：由收单机构补请款。", "Do not cancel it: the acquirer claims the payment."),
    _row("its clearing is late", {"terminal": _APPROVED, "captured-from": ("host",), "overdue": (True,),
                                  "file": ("no",), "day-cleared": (False,)},
         "no", "nobody", "wait", "none",
         "不用取消：交易有效，清算补跑之后就到账；不要退货。",
         "No need: the sale is good, and it is paid once the clearing is made up for. Do not refund it."),
    _row("held", {"terminal": _APPROVED, "payout": ("held", "suspended")},
         "yes", "merchant", "refund", "refund-window",
         "可以：冻结期间由商户经服务商退货到原卡。", "Yes: while it is held the merchant refunds it to the card, through the provider."),
    _row("paid out", {"terminal": _APPROVED, "payout": ("instructed", "unknown", "success")},
         "yes", "merchant", "refund", "refund-window",
         "只能退货：从以后的交易款或自有资金退回原卡，1 至 7 天到持卡人。",
         "By refund only: out of later sales or own funds, back on the card in 1 to 7 days."),
    _row("past the cut-off, not paid out", {"terminal": _APPROVED, "cut-off-passed": (True,)},
         "yes", "supervisor", "refund", "refund-window",
         "不能再撤销，可以退货到原卡，从应付款中扣除，1 至 7 天到持卡人。",
         "No longer by void; by refund to the card, netted from what is still to be paid, back in 1 to 7 days."),
    _row("cleared, not paid out", {"terminal": _APPROVED, "file": ("yes", "late", "other-merchant")},
         "yes", "supervisor", "refund", "refund-window",
         "不能再撤销，可以退货到原卡，从应付款中扣除，1 至 7 天到持卡人。",
         "No longer by void; by refund to the card, netted from what is still to be paid, back in 1 to 7 days."),
    _row("batch settled, not cleared", {"terminal": _APPROVED, "settlement": ("closed",)},
         "yes", "supervisor", "refund", "refund-window",
         "批次已结算，不能再撤销，可以退货到原卡，从应付款中扣除，1 至 7 天到持卡人。",
         "Its batch is settled, so no longer by void; by refund to the card, netted from what is still to be paid, "
         "back in 1 to 7 days."),
    _row("paid by code, batch open", {"terminal": _APPROVED, "by-code": (True,)},
         "yes", "merchant", "refund", "refund-window",
         "扫码付款不能撤销，只能退货到原付款账户，1 至 7 天到顾客。",
         "A payment by code is not voided; it is refunded to where it came from, back in 1 to 7 days."),
    _row("completed pre-authorisation, batch open", {"terminal": _APPROVED, "completes-hold": (True,)},
         "yes", "operator", "completion-void", "cut-off",
         "可以，做预授权完成撤销：在同一台终端按凭证号，批次结算或{cut-off}之前；扣款立即退回，预授权的冻结可能恢复。之后只能退货。",
         "Yes, by a void of the completion: on the same terminal by its voucher number, until the batch is settled or "
         "{cut-off}; the debit goes back at once, and the hold may stand again. Later by refund only."),
    _row("approved, batch open", {"terminal": _APPROVED},
         "yes", "supervisor", "void", "cut-off",
         "可以，只能全额：在同一台终端按凭证号撤销，需主管密码，批次结算或{cut-off}之前，款项立即退回；之后只能退货。",
         "Yes, in full only: voided on the same terminal by its voucher number with the supervisor's password, "
         "until the batch is settled or {cut-off}; the money is back at once. Later by refund only."),
    _row("not known", {},
         "by-support", "provider", "investigation", "as-soon-as-possible",
         "先查清楚：查询交易，凭流水号、批次号和时间提交工单；结果出来之前不要再刷。",
         "Find out first: query the sale and open a ticket with trace number, batch and time; do not swipe again "
         "before."),
)
# fmt: on
"""States of a sale, in the order in which they are tried, and the answer to each."""
