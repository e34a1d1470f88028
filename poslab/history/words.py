"""The closed lists of words in which results, scenarios and evidence speak of a sale."""

from collections.abc import Mapping

from poslab.text import Text

VIEWS: Mapping[str, Mapping[str, Text]] = {
    "terminal": {
        "none": Text("无记录", "no record"),
        "declined:CODE": Text("已拒绝 [CODE]", "declined [CODE]"),
        "in-doubt:CODE": Text("结果未明 [CODE],只能查询", "in doubt [CODE], query only"),
        "approved": Text("已批准，签购单已打印", "approved, slip printed"),
        "approved-unprinted": Text("已批准，未打印", "approved, not printed"),
        "unknown": Text("结果未知", "outcome unknown"),
        "reversed": Text("冲正成功", "reversed"),
        "reversal-closed:12": Text("冲正已受理，结果待查 [12]", "reversal accepted, result to be checked [12]"),
        "reversal-closed:25": Text("冲正已受理，结果待查 [25]", "reversal accepted, result to be checked [25]"),
        "reversal-failed": Text("冲正不成功", "reversal given up"),
        "voided": Text("已撤销", "voided"),
        "preauth": Text("预授权", "pre-authorised"),
        "offline-unsent": Text("离线未上送", "offline, not sent"),
        "refunded": Text("已退货", "refunded"),
    },
    "platform": {
        "absent": Text("无平台", "no platform"),
        "none": Text("无订单", "no order"),
        "created": Text("订单已创建", "order created"),
        "paying": Text("支付中", "paying"),
        "success": Text("支付成功", "success"),
        "failed": Text("支付失败", "failed"),
        "stuck": Text("订单卡单", "stuck"),
        "refunded": Text("已退款", "refunded"),
    },
    "host": {
        "none": Text("无记录", "no record"),
        "reversal-only": Text("只有冲正，无原交易", "a reversal without an original"),
        "declined": Text("已拒绝", "declined"),
        "in-doubt": Text("结果未明", "in doubt"),
        "approved": Text("已批准", "approved"),
        "reversed": Text("已冲正", "reversed"),
        "voided": Text("已撤销", "voided"),
        "refunded": Text("已退款", "refunded"),
        "missing-capture": Text("漏请款", "capture missing"),
    },
    "issuer": {
        "none": Text("未扣款", "not debited"),
        "held": Text("预授权冻结", "held"),
        "debited": Text("已扣款", "debited"),
        "debited-twice": Text("已扣款两次", "debited twice"),
        "debited-back": Text("已扣款并退回", "debited and given back"),
        "credited-back": Text("已退款入账", "credited back"),
    },
    "file": {
        "no": Text("未入清算文件", "not in a clearing file"),
        "yes": Text("已入清算文件", "in the clearing file"),
        "late": Text("迟入清算文件", "in a later clearing file"),
        "other-merchant": Text("记在其他商户名下", "under another merchant"),
    },
    "payout": {
        "none": Text("无出款", "no payout"),
        "scheduled": Text("已安排出款", "scheduled"),
        "held": Text("出款冻结", "held"),
        "suspended": Text("出款暂停", "suspended"),
        "instructed": Text("出款中", "instructed"),
        "unknown": Text("出款结果未知", "unknown"),
        "returned:REASON": Text("退汇 REASON", "returned REASON"),
        "success": Text("出款成功", "success"),
    },
    "merchant": {
        "not-credited": Text("未到账", "not credited"),
        "not-due": Text("未到结算日", "not due yet"),
        "credited": Text("已到账", "credited"),
        "credited-net": Text("已合并到账(净额)", "credited in a net sum"),
        "credited-twice": Text("到账两次", "credited twice"),
        "suspense": Text("收款行挂账", "parked at the account bank"),
        "elsewhere": Text("到他人账户", "with somebody else"),
        "credited-unusable": Text("已到账但不能动用", "credited, cannot be used"),
        "debited": Text("到账后被扣回", "credited and taken back"),
    },
    "cardholder": {
        "spent": Text("消费短信", "SMS: spent"),
        "returned": Text("退回短信", "SMS: returned"),
        "refunded": Text("退款短信", "SMS: refunded"),
        "hold": Text("冻结短信", "SMS: hold"),
        "hold-released": Text("解冻短信", "SMS: hold released"),
    },
}
"""View → word → what it says. ``CODE`` is a response code, ``REASON`` a payout-return reason."""

TRUTHS: Mapping[str, Text] = {
    "M0": Text("从未扣款", "never charged"),
    "M1": Text("款项退回持卡人", "the money goes back to the cardholder"),
    "M2": Text("款项正常到商户途中或已到账", "the money is on its way to the merchant, or there"),
    "M3": Text("款项停住，须有人处理", "the money is stuck until somebody acts"),
    "M4": Text("款项在错误的地方，或金额不对", "money in the wrong place, or the wrong amount of it"),
}


def say_truth(truth: str, claim_open: bool = False) -> Text:
    """What a truth says to people, and whether a claim still waits in a terminal or as a hold."""
    said = TRUTHS[truth]
    if not claim_open:
        return said
    return Text(f"{said.zh}，仍有请款待处理", f"{said.en}, a claim is still open")


def is_word(view: str, word: str) -> bool:
    """Whether ``word`` belongs to the closed list of a view; ``declined:51`` and ``returned:ACCOUNT_FROZEN`` do."""
    words = VIEWS[view]
    if word in words:
        return True
    stem, _, tail = word.partition(":")
    return bool(tail) and (f"{stem}:CODE" in words or f"{stem}:REASON" in words)


def say(view: str, word: str) -> Text:
    """What a view's word says to people."""
    words = VIEWS[view]
    if word in words:
        return words[word]
    stem, _, tail = word.partition(":")
    for mark in ("CODE", "REASON"):
        text = words.get(f"{stem}:{mark}")
        if text is not None:
            return Text(text.zh.replace(mark, tail), text.en.replace(mark, tail))
    raise KeyError(f"{word!r} is no word of the view {view}")
