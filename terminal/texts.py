"""What the terminal says to people: screens, titles of slips, and the words that stand on them."""

from collections.abc import Mapping

from poslab.text import Text

SCREENS: Mapping[str, Text] = {
    "ready": Text("请刷卡或插卡", "Ready: present card"),
    "processing": Text("正在处理，请稍候", "Processing, please wait"),
    "busy": Text("终端忙，请稍候再操作", "Terminal busy: try again in a moment"),
    "connect-failed": Text("联接失败，交易未发送", "Connect failed: nothing was sent"),
    "same-sale-warning": Text("注意：5 分钟内同卡同额已成交", "Attention: same card and amount within 5 minutes"),
    "doubt-blocked": Text("同卡同额交易结果未明，请先查询", "Same card and amount in doubt: query first"),
    "blocked": Text("有待冲正交易，暂不受理", "A reversal is waiting: not accepted now"),
    "declined": Text("交易拒绝", "Declined"),
    "no-answer": Text("数据接收失败，等待冲正", "No answer: will be reversed"),
    "answer-refused": Text("解包校验不符，等待冲正", "The answer cannot be verified: will be reversed"),
    "in-doubt": Text("结果未明，请查询，切勿重刷", "Result unknown: query, do not swipe again"),
    "approved": Text("交易成功", "Approved"),
    "load-paper": Text("请装纸，交易已存储", "Load paper: the sale is stored"),
    "store-failed": Text("文件操作失败，等待冲正", "Could not be stored: will be reversed"),
    "log-nearly-full": Text("交易流水将满，请尽快结算", "Log nearly full: settle soon"),
    "log-full": Text("交易流水满，请结算", "Log full: settle the batch"),
    "settle-first": Text("批上送未完成，请先结算", "Upload of the batch not finished: settle first"),
    "batch-uploading": Text("对账不平，批上送…", "Totals unequal: uploading the batch ..."),
    "settle-failed": Text("结算未完成，稍后继续", "Not settled: will go on later"),
    "settle-refused": Text("暂不能结算", "Cannot be settled now"),
    "settled": Text("结算完成", "Batch settled"),
    "print-failed": Text("打印失败，交易已存储", "Print failed: the sale is stored"),
    "cancelled": Text("交易取消", "Cancelled"),
    "card-removed": Text("请勿拔卡，交易未完成，等待冲正", "Card removed too early: will be reversed"),
    "chip-declined": Text("交易拒绝（卡片），等待冲正", "Declined by the chip: will be reversed"),
    "reversing": Text("自动冲正…", "Reversing ..."),
    "reversal-done": Text("冲正成功", "Reversal successful"),
    "reversal-closed": Text("冲正已受理，结果待查", "Reversal accepted, result to be checked"),
    "reversal-failed": Text("冲正失败，稍后重发", "Reversal failed: will be sent again"),
    "reversal-dropped": Text("冲正不成功，请与客服联系", "Reversal unsuccessful: contact support"),
    "query-result": Text("查询结果", "Query result"),
    "void-done": Text("撤销成功", "Void successful"),
    "void-refused": Text("撤销不能受理", "Void not accepted"),
    "offline-stored": Text("离线交易已存储，待上送", "Stored offline: to be sent"),
    "offline-refused": Text("离线交易不能受理", "Offline sale not accepted"),
    "adjustment-refused": Text("结算调整不能受理", "Adjustment not accepted"),
    "uploading": Text("离线上送…", "Sending what was stored offline ..."),
    "notice-taken": Text("离线交易已上送", "Stored item sent and taken"),
    "notice-refused": Text("离线交易上送被拒", "Stored item refused"),
    "held": Text("预授权成功", "Pre-authorised: the amount is held"),
    "completed": Text("预授权完成", "Pre-authorisation completed"),
    "completion-refused": Text("预授权完成不能受理", "Completion not accepted"),
    "refund-done": Text("退货成功", "Refund accepted"),
    "refund-declined": Text("退货被拒", "Refund declined"),
    "refund-refused": Text("退货不能受理", "Refund not accepted"),
    "refund-waiting": Text("退货待应答，将自动重发，切勿再退", "Refund not answered: it is sent again, never refund twice"),
    "balance": Text("账户余额", "Balance"),
    "signed-on": Text("签到成功", "Signed on"),
    "downloading": Text("正在下载参数", "Downloading parameters"),
    "keys-refused": Text("密钥校验错，请联系服务商", "Key check failed: call the provider"),
    "signed-off": Text("签退成功", "Signed off"),
    "echo-done": Text("回响测试成功", "Echo test successful"),
    "no-reader": Text("本机不支持扫码", "This terminal reads no codes"),
    "await-payer": Text("请顾客在手机上确认付款", "The customer confirms on the phone"),
    "asking": Text("结果未明，正在查询，切勿再付", "Result unknown: asking, do not pay again"),
    "closed": Text("未付款，订单已关闭", "Not paid: the payment is closed"),
}
"""Every word that ``Screen.word`` can be."""

TITLES: Mapping[str, Text] = {
    "sale": Text("POS签购单", "POS SALES SLIP"),
    "void": Text("POS签购单", "POS SALES SLIP"),
    "offline": Text("POS签购单", "POS SALES SLIP"),
    "adjustment": Text("POS签购单", "POS SALES SLIP"),
    "preauth": Text("POS预授权单", "POS PRE-AUTHORISATION SLIP"),
    "preauth-void": Text("POS签购单", "POS SALES SLIP"),
    "completion": Text("POS签购单", "POS SALES SLIP"),
    "completion-void": Text("POS签购单", "POS SALES SLIP"),
    "refund": Text("POS签购单", "POS SALES SLIP"),
    "decline": Text("交易拒绝单", "DECLINE SLIP"),
    "reversal-done": Text("冲正成功单", "REVERSAL SLIP"),
    "reversal-closed": Text("冲正已受理，结果待查", "REVERSAL ACCEPTED, RESULT TO BE CHECKED"),
    "reversal-warning": Text("冲正不成功警告单", "REVERSAL FAILURE WARNING"),
    "sign-on": Text("签到单", "SIGN-ON SLIP"),
    "settlement": Text("结算单", "SETTLEMENT SLIP"),
}
"""Every word that ``Slip.slip`` can be, and the title of the settlement slip."""

QUERY_RESULTS: Mapping[str, Text] = {
    "none": Text("本机无此交易", "not stored here"),
    "unknown": Text("主机无此交易", "unknown to the host"),
    "pending": Text("处理中，请稍后再查", "not decided yet, query again later"),
    "approved": Text("成功", "approved"),
    "declined": Text("拒绝", "declined"),
    "reversed": Text("已冲正", "reversed"),
    "voided": Text("已撤销", "voided"),
    "cleared": Text("已清算", "cleared"),
    "error-case": Text("已清算，差错处理中", "cleared, error case open"),
    "": Text("未能查询", "could not be asked"),
}
"""What a host's answer to a query says, by ``Slip.state`` and the ``Screen.code`` of a query result."""

VOID_REFUSALS: Mapping[str, Text] = {
    "unknown-voucher": Text("原交易不存在", "no such sale"),
    "already-voided": Text("原交易已撤销", "voided already"),
    "already-completed": Text("预授权已完成", "completed already"),
    "not-approved": Text("原交易未成功", "the sale was not approved"),
    "upload-first": Text("已上送，待应答", "sent already: wait for its answer"),
    "supervisor": Text("主管密码错", "wrong supervisor password"),
    "log-full": Text("交易流水满，请结算", "log full: settle the batch"),
    "by-code": Text("扫码付款不能撤销，请退货", "a QR sale is refunded, not voided"),
    "settle-first": Text("批上送未完成，请先结算", "upload of the batch not finished: settle first"),
}
"""Why a void or a completion is refused at the terminal, by the ``Screen.code`` of a refusal."""

REFUND_REFUSALS: Mapping[str, Text] = {
    "supervisor": Text("主管密码错", "wrong supervisor password"),
    "amount": Text("金额有误", "wrong amount"),
    "other-terminal": Text("原交易不是本机交易", "the sale was not made on this terminal"),
    "by-code": Text("扫码付款经服务商退款", "a payment by code is refunded through the provider"),
    "void-instead": Text("当批次交易请做撤销", "its batch is open: void it instead"),
    "refund-waits": Text("同一交易已有退货待应答", "another refund of it waits for its answer"),
    "log-full": Text("交易流水满，请结算", "log full: settle the batch"),
    "settle-first": Text("批上送未完成，请先结算", "upload of the batch not finished: settle first"),
}
"""Why a refund is refused at the terminal, by the ``Screen.code`` of a refusal."""

OFFLINE_REFUSALS: Mapping[str, Text] = {
    "not-permitted": Text("本机未开通离线消费", "this terminal may not store sales offline"),
    "over-limit": Text("超过离线限额", "above the floor limit"),
    "log-full": Text("交易存满，请先结算", "the log is full: settle first"),
    "settle-first": Text("批上送未完成，请先结算", "upload of the batch not finished: settle first"),
    "doubt": Text("同卡同额交易结果未明", "the same card and amount is in doubt"),
}
"""Why a sale is not stored offline, by the ``Screen.code`` of a refusal."""

ADJUSTMENT_REFUSALS: Mapping[str, Text] = {
    "unknown-voucher": Text("原交易不存在", "no such sale"),
    "not-approved": Text("原交易未成功", "the sale was not approved"),
    "batch-closed": Text("原交易不在当前批次", "the sale is not in the open batch"),
    "adjusted-already": Text("已有待上送的调整", "another adjustment of it waits to be sent"),
    "by-code": Text("扫码付款不能调整", "a QR sale is not adjusted"),
    "amount": Text("金额有误", "wrong amount"),
}
"""Why the amount of a sale is not changed, by the ``Screen.code`` of a refusal."""

SETTLE_REFUSALS: Mapping[str, Text] = {
    "reversal": Text("有待冲正交易，请先完成冲正", "a reversal is waiting and must be through first"),
    "unsent": Text("有离线交易未上送", "sales stored offline are not sent yet"),
}
"""Why a batch cannot be settled, by the ``Screen.code`` of a refusal."""

COMPARED: Mapping[str, Text] = {
    "equal": Text("对账平", "TOTALS EQUAL"),
    "unequal": Text("对账不平", "TOTALS UNEQUAL"),
}
"""What the host said of a batch's totals, by the ``Screen.code`` of *settled*."""

ENTRY_MODES: Mapping[str, str] = {
    "chip": "C",
    "stripe": "S",
    "contactless": "挥卡",
    "keyed": "手输",
    "qr": "扫码",
}
"""How the card was read, as it stands behind the card number."""
