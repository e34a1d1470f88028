"""Response codes (ISO 8583 field 39): what each says to people, what it means for the money, what must be done.

A code is a value, never an exception. Every code has one of three outcomes; *unknown* is an outcome of its own,
because a bool could not say "somebody may have posted": with such a code the terminal offers the query only.

The classes are those of UnionPay's terminal specification: A success, B failed and may be retried, C failed and must
not be retried, D failed and the operator must act (such as keep the card), E system fault, must not be retried.
"""

from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct

from poslab.text import Text

Klass = Literal["A", "B", "C", "D", "E"]
Money = Literal["no", "yes", "doubt"]


class Outcome(StrEnum):
    """What an answer says about a request. Silence, too, is ``UNKNOWN``."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class Code(Struct, frozen=True):
    """One response code.

    ``zh`` and ``en`` are what the operator reads. ``money`` says whether anything was posted anywhere: ``no``, ``yes``,
    or ``doubt`` when somebody may have posted. ``action`` is what terminal and operator must do. ``cause_class`` names
    where to look for the reason: one word, or two joined by ``/``; ``none`` where nothing is wrong.
    """

    code: str
    zh: str
    en: str
    klass: Klass
    money: Money
    outcome: Outcome
    action: Text
    cause_class: str

    @property
    def text(self) -> Text:
        """What the operator reads, in both languages."""
        return Text(self.zh, self.en)


APPROVALS: Final = frozenset({"00", "10", "11", "A2", "A4", "A5", "A6"})
"""Codes with which something was posted."""

PASSING: Final = frozenset({"19", "77", "78", "90", "91", "92", "99", "A0"})
"""Refusals that pass: keys, a batch, a line or a bank must be put in order first, or it must only be tried again."""

DOUBTS: Final = frozenset({"06", "09", "20", "68", "79", "94", "95", "96", "98"})
"""Codes after which somebody may have posted: query, never repeat."""


def _outcome(klass: Klass, money: Money) -> Outcome:
    if money == "doubt":
        return Outcome.UNKNOWN
    return Outcome.APPROVED if klass == "A" else Outcome.DECLINED


def _code(code: str, klass: Klass, money: Money, cause_class: str, says: tuple[str, str], do: tuple[str, str]) -> Code:
    return Code(code, says[0], says[1], klass, money, _outcome(klass, money), Text(*do), cause_class)


_OTHER_CARD = ("请换一张卡", "use another card")
_KEEP_CARD = ("在安全的前提下留下卡片", "keep the card if it is safe to do so")
_KEEP_AND_CALL = ("在安全的前提下留下卡片，并致电服务商", "keep the card if it is safe to do so, and call")
_CALL = ("停止交易，致电服务商", "stop and call the service provider")
_STOP_PIN = ("停止尝试，请持卡人联系发卡行", "stop; the cardholder contacts the bank that issued the card")
_SIGN_ON = ("重新签到后再做一次", "sign on again, then repeat")
_TO_ISSUER = ("请换一张卡，并请持卡人致电发卡行", "use another card; the cardholder phones the bank that issued it")
_STORE = ("保存交易，打印签购单，请持卡人签名", "store the sale, print the slip, ask for the signature")
_CONFIRM_BANK = (
    "按成功保存，并建立跟踪工单，向资金到账行确认",
    "store the sale as approved and open a watch ticket: the receiving bank must confirm",
)
_WATCHED = ("交易成功，请向资金到账行确认", "approved, to be confirmed by the receiving bank")
_QUERY_AND_CALL = ("先查询交易结果，再致电服务商；不要重做", "query the result, then call; do not repeat")
_UPLOAD = ("重新批上送，不要重做交易", "upload the batch again; do not repeat any sale")
_NOT_AGAIN = "查到结果之前不要重做，也不要换终端刷"
_NOT_AGAIN_EN = "do not repeat before it answers, nor on another terminal"

# fmt: off
_ROWS: Final = (
    _code("00", "A", "yes", "none", ("交易成功", "approved"), _STORE),
    _code("01", "C", "no", "issuer", ("请持卡人与发卡银行联系", "refer to the card's bank"), _TO_ISSUER),
    _code("02", "C", "no", "issuer", ("请持卡人与发卡银行联系", "refer to the card's bank, special condition"),
          _TO_ISSUER),
    _code("03", "C", "no", "onboarding", ("无效商户", "invalid merchant"),
          ("致电服务商，核对进件资料", "call the service provider; check how the merchant was registered")),
    _code("04", "D", "no", "card", ("此卡被没收", "pick up the card"), _KEEP_AND_CALL),
    _code("05", "C", "no", "issuer", ("持卡人认证失败", "do not honour: authentication failed"), _OTHER_CARD),
    _code("06", "C", "doubt", "system", ("错误", "error"),
          ("查询交易结果；" + _NOT_AGAIN, "query the result; " + _NOT_AGAIN_EN)),
    _code("09", "C", "doubt", "system", ("请求正在处理中", "request in progress"),
          ("稍等，然后查询；不要重新发送", "wait, then query; do not send it again")),
    _code("10", "A", "yes", "issuer", ("显示部分批准金额，提示操作员", "approved for a part of the amount"),
          ("显示并只按批准金额入账、打单；余款另做一笔，或撤销本笔",
           "show the approved amount and book only that; take the rest as a further sale, or void this one")),
    _code("11", "A", "yes", "none", ("成功，VIP客户", "approved, VIP customer"), _STORE),
    _code("12", "C", "no", "operator", ("无效交易", "invalid transaction"),
          ("核对原交易；若是对冲正的应答：不再重发，改为查询",
           "check the original; as the answer to a reversal: send it no more, query instead")),
    _code("13", "B", "no", "operator", ("无效金额", "invalid amount"), ("重新输入金额", "enter the amount again")),
    _code("14", "B", "no", "card", ("无效卡号", "invalid card number"),
          ("重新刷卡或换卡", "present the card again, or another one")),
    _code("15", "C", "no", "card", ("此卡无对应发卡方", "no such issuer"), _OTHER_CARD),
    _code("19", "B", "no", "operator", ("请重做交易", "enter the transaction again"), ("重做一次", "repeat it once")),
    _code("20", "E", "doubt", "system", ("无效应答", "invalid response"), _QUERY_AND_CALL),
    _code("21", "C", "no", "card", ("该卡未初始化或睡眠卡", "card not activated, or dormant"),
          ("请持卡人联系发卡行", "the cardholder contacts the bank that issued the card")),
    _code("22", "C", "no", "operator", ("操作有误，或超出交易允许天数", "wrong operation, or past the allowed days"),
          ("核对原交易和日期（撤销、退货的期限）", "check the original and its date (limits for void and refund)")),
    _code("25", "C", "no", "operator", ("没有原始交易，请联系发卡方", "original not found"),
          ("撤销或退货：核对批次号和凭证号；若是对冲正的应答：不再重发，改为查询",
           "void or refund: check batch and voucher number; as answer to a reversal: send it no more, query instead")),
    _code("30", "C", "no", "terminal", ("请重试", "format error"),
          ("只重试一次，仍不行就致电服务商", "try once more, then call")),
    _code("31", "C", "no", "card", ("此卡不能受理", "card not accepted by the network"), _OTHER_CARD),
    _code("33", "D", "no", "card", ("过期的卡(没收卡)", "expired card, pick up"), _KEEP_CARD),
    _code("34", "D", "no", "card", ("作弊卡，吞卡", "suspected fraud, pick up"), _KEEP_AND_CALL),
    _code("38", "D", "no", "customer", ("密码错误次数超限，请与发卡方联系", "PIN tries exceeded, pick up"),
          _STOP_PIN),
    _code("40", "C", "no", "operator", ("发卡方不支持的交易类型", "function not supported by the card's bank"),
          ("改用别的交易类型", "use another kind of transaction")),
    _code("41", "D", "no", "card", ("挂失卡，请没收", "lost card, pick up"), _KEEP_CARD),
    _code("43", "D", "no", "card", ("被窃卡，请没收", "stolen card, pick up"), _KEEP_AND_CALL),
    _code("45", "C", "no", "operator", ("请使用芯片", "use the chip"), ("请插入芯片", "insert the chip")),
    _code("51", "C", "no", "customer", ("可用余额不足", "insufficient funds"),
          ("换一张卡，或减少金额", "use another card, or a smaller amount")),
    _code("54", "C", "no", "card", ("该卡已过期", "expired card"), _OTHER_CARD),
    _code("55", "C", "no", "customer", ("密码错", "incorrect PIN"),
          ("请持卡人重新输入密码，作为新的一笔发送，最多三次",
           "the cardholder enters the PIN again, as a new request; at most three times")),
    _code("57", "C", "no", "issuer", ("不允许此卡交易", "not permitted to this card"), _TO_ISSUER),
    _code("58", "C", "no", "onboarding", ("发卡方不允许该卡在本终端进行此交易", "not permitted on this terminal"),
          ("重新签到；核对进件时开通的权限", "sign on again; check the rights opened at registration")),
    _code("59", "C", "no", "card", ("卡片校验错", "card verification failed"), _OTHER_CARD),
    _code("61", "C", "no", "customer", ("交易金额超限", "amount limit exceeded"),
          ("减少金额或换卡；或由持卡人提高限额",
           "use a smaller amount or another card; or the cardholder raises the limit")),
    _code("62", "C", "no", "card", ("受限制的卡", "restricted card"), _OTHER_CARD),
    _code("63", "C", "no", "system", ("违反安全保密规定", "security violation"), _CALL),
    _code("64", "C", "no", "operator", ("交易金额与原交易不匹配", "amount differs from the original"),
          ("按原签购单重新输入", "enter the data of the original slip again")),
    _code("65", "C", "no", "customer", ("超出消费次数限制", "number of sales exceeded"),
          ("换一张卡，或明天再试", "use another card, or try tomorrow")),
    _code("66", "C", "no", "system", ("联系收单行或银联", "contact the acquirer or the network"), _CALL),
    _code("68", "E", "doubt", "network/bank", ("交易超时，请重试", "the answer came too late"),
          ("不要照字面重试：主机会冲正，请查询直到显示已冲正",
           "do not retry, whatever the text says: the host reverses; query until it shows as reversed")),
    _code("75", "C", "no", "customer", ("密码错误次数超限", "PIN tries exceeded"), _STOP_PIN),
    _code("77", "B", "no", "keys/batch", ("请重新签到后再交易", "batch differs from the host's, sign on again"),
          _SIGN_ON),
    _code("78", "B", "no", "terminal", ("需要下载参数", "parameters must be downloaded"),
          ("下载参数后再做一次", "download, then repeat")),
    _code("79", "E", "doubt", "batch", ("脱机数据对账不平", "uploaded offline data do not agree"),
          ("重新批上送，并致电服务商；不要重做交易", "upload the batch again and call; do not repeat any sale")),
    _code("90", "C", "no", "bank", ("系统日切，请稍后重试", "day-end in progress, try later"),
          ("等几分钟再做", "wait some minutes")),
    _code("91", "C", "no", "bank", ("发卡方状态不正常，请稍后重试", "the card's bank is not available, try later"),
          ("换其他银行的卡，或稍后再做", "use a card of another bank, or try later")),
    _code("92", "C", "no", "bank", ("发卡方线路异常，请稍后重试", "no route to the card's bank, try later"),
          ("换其他银行的卡，或稍后再做", "use a card of another bank, or try later")),
    _code("93", "C", "no", "dispute", ("交易违法、不能完成", "cannot be completed: violation of law"), _CALL),
    _code("94", "C", "doubt", "network", ("拒绝，重复交易，请稍后重试", "duplicate transmission"),
          ("查询原交易，它可能已经成功；不要发第三次", "query the original, it may stand; do not send a third")),
    _code("95", "E", "doubt", "batch", ("调节控制错", "reconciliation error"), _UPLOAD),
    _code("96", "C", "doubt", "acquirer/network", ("拒绝，交换中心异常，请稍后重试", "switch malfunction"),
          ("先查询；注明“未转发”的可稍后重做或换卡",
           "query first; if marked 'not forwarded', try later or with another card")),
    _code("97", "D", "no", "onboarding", ("终端号未登记", "terminal not registered"),
          ("致电服务商，核对终端号与商户号的绑定", "call; check to which merchant the terminal is bound")),
    _code("98", "E", "doubt", "bank", ("发卡方超时", "no answer from the card's bank"),
          ("不要重做：网络会冲正；请查询", "do not retry: the network reverses; query")),
    _code("99", "B", "no", "keys", ("PIN格式错，请重新签到", "PIN format or key error, sign on again"), _SIGN_ON),
    _code("A0", "B", "no", "keys", ("MAC校验错，请重新签到", "MAC check failed, sign on again"),
          ("重新签到；若是终端在应答中发现的，则先冲正",
           "sign on again; if the terminal found it in an answer, reverse first")),
    _code("A1", "C", "no", "operator", ("转账货币不一致", "currencies differ"), ("核对币种", "check the currency")),
    _code("A2", "A", "yes", "bank", _WATCHED, _CONFIRM_BANK),
    _code("A3", "C", "no", "account", ("资金到账行账号不正确", "no such account at the receiving bank"),
          ("核对收款账号", "check the account number")),
    _code("A4", "A", "yes", "bank", _WATCHED, _CONFIRM_BANK),
    _code("A5", "A", "yes", "bank", _WATCHED, _CONFIRM_BANK),
    _code("A6", "A", "yes", "bank", _WATCHED, _CONFIRM_BANK),
    _code("A7", "C", "no", "keys", ("安全处理失败", "security processing failed"),
          ("重新签到，仍不行就致电服务商", "sign on again; if that does not help, call")),
)
# fmt: on

CODES: Final[dict[str, Code]] = {row.code: row for row in _ROWS}
"""Every code of the table, in its order."""

_OUTCOMES: Final[dict[str, Outcome]] = {row.code: row.outcome for row in _ROWS}


def code(c: str) -> Code:
    """The code's row; for a code outside the table a row with outcome ``UNKNOWN`` and money ``doubt`` that says so."""
    found = CODES.get(c)
    if found is not None:
        return found
    return _code(
        c,
        "E",
        "doubt",
        "system",
        ("未知应答码，结果不明", "a response code that is not in the table; the result is unknown"),
        ("先查询交易结果，再致电服务商；" + _NOT_AGAIN, "query the result, then call; " + _NOT_AGAIN_EN),
    )


def settles(code: str) -> bool:
    """Whether a notice that is answered so was taken, or refused for good; else it is to be repeated."""
    return outcome_of(code) is not Outcome.UNKNOWN and code not in PASSING


def outcome_of(code: str, forwarded_mark: bool = True) -> Outcome:
    """What an answer with this code says about the request; a code outside the table says ``UNKNOWN``.

    ``forwarded_mark=False`` means that the host marked its answer "not forwarded". Only for ``96`` does the mark
    matter: with it nothing can have been posted, and the answer is a decline.
    """
    if code == "96" and not forwarded_mark:
        return Outcome.DECLINED
    return _OUTCOMES.get(code, Outcome.UNKNOWN)
