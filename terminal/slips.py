"""Slips 签购单 as they come out: lines of text with both languages on one slip, as on real terminals.

An electronic slip has the same data, shown on the screen and signed there.

Every line of a slip is made here from the slip's values and the world's names; the card number is masked, the expiry
never printed, and every slip says that it is simulated.
"""

from poslab.messages.batch import EQUAL, Totals
from poslab.messages.card import COMPLETION_NOTICE, parts_of
from poslab.messages.codes import code as code_row
from poslab.messages.people import SettlementSlip, Slip
from poslab.money import written
from poslab.party.time import clock_text, date_of
from poslab.text import Text
from poslab.world.world import World
from terminal.texts import COMPARED, ENTRY_MODES, QUERY_RESULTS, TITLES

SIMULATED = "模拟/SIMULATED 非真实交易 NOT A REAL TRANSACTION"
SIGNATURE_FREE_FEN = 100_000
"""Up to this amount a contactless payment needs neither PIN nor signature."""

_TYPES = {
    "sale": Text("消费", "SALE"),
    "void": Text("消费撤销", "VOID"),
    "offline": Text("离线消费", "OFFLINE SALE"),
    "adjustment": Text("结算调整", "ADJUSTMENT"),
    "preauth": Text("预授权", "PRE-AUTHORISATION"),
    "preauth-void": Text("预授权撤销", "PRE-AUTHORISATION VOID"),
    "completion": Text("预授权完成", "PRE-AUTHORISATION COMPLETION"),
    "completion-void": Text("预授权完成撤销", "COMPLETION VOID"),
    "refund": Text("退货", "REFUND"),
}
_HOLD = "仅冻结资金，非收款凭证，请在 30 天内完成 FUNDS ARE HELD, NOT PAID: COMPLETE WITHIN 30 DAYS"
_SALE_STANDS = "撤销已冲正，原交易仍有效 VOID REVERSED: THE SALE STANDS AGAIN"
_HEADED = tuple(_TYPES)


def lines(slip: Slip, world: World) -> list[str]:
    """The printed lines, top to bottom. Pure; ``KeyError`` if the world lacks the slip's merchant or card."""
    return [*_head(slip, world), *_elements(slip, world), *_remarks(slip, world), SIMULATED]


def settlement_lines(slip: SettlementSlip, world: World) -> list[str]:
    """The printed lines of a settlement slip; totals of the terminal, and of the host where it has others. Pure."""
    tid, batch, _ = parts_of(slip.key)
    title = TITLES["settlement"]
    told = [
        f"{title.zh}  {title.en}",
        SIMULATED,
        _line("商户名称", "MERCHANT NAME", _both(world.merchant(slip.mid).name)),
        _line("商户编号", "MERCHANT NO", slip.mid),
        _line("终端编号", "TERMINAL NO", tid),
        _line("操作员号", "OPERATOR NO", slip.operator),
        _line("批次号", "BATCH NO", batch),
        _line("日期/时间", "DATE/TIME", f"{date_of(slip.at):%Y/%m/%d} {clock_text(slip.at)}"),
        *_totals("类型/TYPE  笔数/COUNT  金额/AMOUNT", slip.totals),
        _both(COMPARED["equal" if slip.flag == EQUAL else "unequal"]),
    ]
    if slip.totals != slip.host_totals:
        told += _totals("主机 HOST", slip.host_totals)
    return [*told, SIMULATED]


def _totals(head: str, totals: Totals) -> list[str]:
    return [
        head,
        f"借记 DEBIT  {totals.debits}  RMB {written(totals.debit_fen)}",
        f"贷记 CREDIT  {totals.credits}  RMB {written(totals.credit_fen)}",
    ]


def _head(slip: Slip, world: World) -> list[str]:
    tid = parts_of(slip.key)[0]
    title = TITLES[slip.slip]
    head = [f"{title.zh}  {title.en}", SIMULATED]
    if not _on_paper(slip, world):
        head.append("电子签购单 E-SLIP")
    if slip.slip in _HEADED:
        head.append("商户存根 MERCHANT COPY")
    return [
        *head,
        _line("商户名称", "MERCHANT NAME", _both(world.merchant(slip.mid).name)),
        _line("商户编号", "MERCHANT NO", slip.mid),
        _line("终端编号", "TERMINAL NO", tid),
        _line("操作员号", "OPERATOR NO", slip.operator),
    ]


def _elements(slip: Slip, world: World) -> list[str]:
    _, batch, stan = parts_of(slip.key)
    if slip.slip == "sign-on":
        return [_line("批次号", "BATCH NO", batch), _when(slip)]
    found = [
        _line("发卡行", "ISSUER", _both(world.issuer_of(slip.card).name)),
        _line("收单行", "ACQ", _both(world.acquirer_of(slip.mid).name)),
        _line("卡号", "CARD NO", f"{world.cards[slip.card].masked} /{ENTRY_MODES.get(slip.entry, slip.entry)}"),
        _line("交易类型", "TXN. TYPE", _both(_type_of(slip))),
        _line("批次号", "BATCH NO", batch),
        _line("凭证号", "VOUCHER NO", stan),
    ]
    if slip.auth and slip.slip in _HEADED:
        found.append(_line("授权码", "AUTH NO", slip.auth))
    if slip.rrn:
        found.append(_line("参考号", "REF. NO", slip.rrn))
    found.append(_when(slip))
    found.append(_line("金额", "AMOUNT", f"RMB {written(slip.amount_fen)}"))
    return found


def _remarks(slip: Slip, world: World) -> list[str]:
    remarks: list[str] = []
    if slip.original:
        remarks.append(_line("备注", "REFERENCE", f"原凭证号 ORIGINAL VOUCHER NO {parts_of(slip.original)[2]}"))
    if slip.slip in ("sale", "completion") and slip.expected_date:
        remarks.append(_line("预计到账", "EXPECTED", _date(slip.expected_date)))
    if slip.slip == "decline":
        remarks.extend(_coded(slip.code))
    elif slip.slip == "reversal-done":
        stands_again = slip.original and slip.what != "completion"
        remarks.append(_SALE_STANDS if stands_again else "冲正成功，本笔未成交 REVERSED: THIS SALE DOES NOT STAND")
    elif slip.slip == "reversal-closed":
        known = QUERY_RESULTS.get(slip.state, QUERY_RESULTS[""])
        remarks.append(_line("冲正应答", "REVERSAL ANSWER", slip.code))
        remarks.append(_line("主机查询", "HOST SAYS", _both(known)))
    elif slip.slip == "reversal-warning":
        remarks.append("冲正不成功，请与客服联系 REVERSAL UNSUCCESSFUL, CONTACT SUPPORT")
        remarks.append(_line("客服", "SUPPORT", f"{_both(world.provider.name)} {world.provider.hotline}"))
    elif slip.slip == "sign-on":
        remarks.append("签到成功 SIGNED ON")
    elif slip.slip == "preauth":
        remarks.append(_HOLD)
    if slip.duplicate:
        remarks.append("****重打印/DUPLICATED****")
    if slip.slip == "offline" or slip.what == COMPLETION_NOTICE:
        sent = "已上送 SENT" if slip.rrn else "离线交易，待上送 STORED OFFLINE, TO BE SENT"
        remarks.append(_line("备注", "REMARK", sent))
    if slip.slip in ("sale", "offline", "preauth", "completion"):
        remarks.extend(_signature(slip, world))
    elif slip.slip in _HEADED:
        remarks.append(_signed(slip, world))
    return remarks


def _type_of(slip: Slip) -> Text:
    return _TYPES.get(slip.slip) or _TYPES.get(slip.what) or _TYPES["void" if slip.original else "sale"]


def _signature(slip: Slip, world: World) -> list[str]:
    if slip.entry == "contactless" and slip.amount_fen <= SIGNATURE_FREE_FEN:
        return [f"交易金额未超过{SIGNATURE_FREE_FEN // 100}.00元，免密免签 NO PIN AND NO SIGNATURE REQUIRED"]
    return [_signed(slip, world), "本人确认以上交易，同意将其记入本卡账户 I ACCEPT THE ABOVE TRANSACTION"]


def _signed(slip: Slip, world: World) -> str:
    if _on_paper(slip, world):
        return "持卡人签名(CARDHOLDER SIGNATURE) ______"
    return "持卡人签名(CARDHOLDER SIGNATURE): 屏幕电子签名 SIGNED ON SCREEN"


def _on_paper(slip: Slip, world: World) -> bool:
    return world.terminal_of_tid(parts_of(slip.key)[0]).prints


def _coded(code: str) -> list[str]:
    row = code_row(code)
    return [_line("应答码", "RESPONSE", f"[{code}] {_both(row.text)}"), _line("处理", "ACTION", _both(row.action))]


def _when(slip: Slip) -> str:
    return _line("日期/时间", "DATE/TIME", f"{date_of(slip.at):%Y/%m/%d} {clock_text(slip.at)}")


def _date(word: str) -> str:
    return f"{word[:4]}/{word[4:6]}/{word[6:]}"


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"


def _line(zh: str, en: str, value: str) -> str:
    return f"{zh}({en}): {value}"
