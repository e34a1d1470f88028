"""The words that stand beside what is shown: closed lists of the trade, and what people call each."""

from collections.abc import Mapping

from poslab.text import Text

ROLES: Mapping[str, Text] = {
    "cashier": Text("收银员", "cashier"),
    "terminal": Text("POS终端", "terminal"),
    "platform": Text("支付平台", "platform"),
    "host": Text("收单主机", "acquirer"),
    "switch": Text("卡组织", "network"),
    "issuer": Text("发卡行", "issuer"),
    "cardholder": Text("持卡人", "cardholder"),
    "rail": Text("跨行系统", "rail"),
    "bank": Text("收款行", "account bank"),
    "merchant": Text("商户", "merchant"),
}
"""Role → what it is called; in the order in which parties stand side by side."""

OWNERS: Mapping[str, Text] = {
    **ROLES,
    "acquirer": Text("收单机构", "acquirer"),
    "authority": Text("有权机关", "the authority"),
}
"""Whose turn it is."""

VIEW_NAMES: Mapping[str, Text] = {
    "terminal": Text("POS终端", "terminal"),
    "platform": Text("支付平台", "platform"),
    "host": Text("收单主机", "acquirer host"),
    "issuer": Text("发卡行", "issuer"),
    "file": Text("清算文件", "clearing file"),
    "payout": Text("出款", "payout"),
    "merchant": Text("商户账户", "merchant's account"),
    "cardholder": Text("持卡人手机", "cardholder's phone"),
}
"""View → whose it is."""

VERDICTS: Mapping[str, Text] = {
    "pass": Text("符合预期", "as expected"),
    "violated": Text("违反不变量或预期", "violated"),
    "stalled": Text("未收敛", "stalled"),
    "manual": Text("须人工处理", "needs a person"),
    "unknown": Text("无法判断", "unknown"),
    "invalid": Text("运行无效", "invalid run"),
}

WHATS: Mapping[str, Text] = {
    "sale": Text("消费", "sale"),
    "void": Text("撤销", "void"),
    "preauth": Text("预授权", "pre-authorisation"),
    "preauth-void": Text("预授权撤销", "pre-authorisation void"),
    "completion": Text("预授权完成", "pre-authorisation completion"),
    "completion-void": Text("预授权完成撤销", "completion void"),
    "refund": Text("退货", "refund"),
    "completion-notice": Text("预授权完成通知", "completion notice"),
    "balance": Text("余额查询", "balance inquiry"),
    "offline-sale": Text("离线消费", "offline sale"),
    "chip-offline-sale": Text("芯片离线消费", "chip offline sale"),
    "tip": Text("小费", "tip"),
    "adjustment": Text("结算调整", "adjustment"),
    "sign-off": Text("签退", "sign-off"),
    "echo": Text("回响测试", "echo test"),
}

SLIPS: Mapping[str, Text] = {
    "sale": Text("签购单", "sales slip"),
    "offline": Text("离线签购单", "offline slip"),
    "adjustment": Text("调整单", "adjustment slip"),
    "void": Text("撤销单", "void slip"),
    "preauth": Text("预授权单", "pre-authorisation slip"),
    "preauth-void": Text("预授权撤销单", "pre-authorisation void slip"),
    "completion": Text("预授权完成单", "completion slip"),
    "completion-void": Text("完成撤销单", "completion void slip"),
    "refund": Text("退货单", "refund slip"),
    "decline": Text("拒绝单", "decline slip"),
    "reversal-done": Text("冲正成功单", "reversal slip"),
    "reversal-closed": Text("冲正已受理单", "reversal-closed slip"),
    "reversal-warning": Text("冲正不成功警告单", "reversal warning slip"),
    "sign-on": Text("签到单", "sign-on slip"),
}

SMS_WORDS: Mapping[str, Text] = {
    "spent": Text("消费", "spent"),
    "returned": Text("退回", "returned"),
    "refunded": Text("退款", "refunded"),
    "hold": Text("冻结", "hold"),
    "hold-released": Text("解冻", "hold released"),
}

ACTS: Mapping[str, Text] = {
    "sale": Text("再刷一次", "swipe again"),
    "offline-sale": Text("离线消费", "offline sale"),
    "tip": Text("加小费", "add a tip"),
    "adjust": Text("改金额", "change the amount"),
    "preauth": Text("做预授权", "pre-authorise"),
    "complete": Text("做预授权完成", "complete the pre-authorisation"),
    "complete-by-notice": Text("做预授权完成（通知）", "complete the pre-authorisation by notice"),
    "preauth-void": Text("预授权撤销", "void the pre-authorisation"),
    "completion-void": Text("预授权完成撤销", "void the completion"),
    "void": Text("撤销", "void"),
    "refund": Text("退货", "refund"),
    "balance": Text("余额查询", "balance inquiry"),
    "query": Text("交易查询", "query"),
    "reprint": Text("重打印", "reprint"),
    "echo": Text("回响测试", "echo test"),
    "sign-on": Text("签到", "sign on"),
    "sign-off": Text("签退", "sign off"),
    "settle": Text("结算", "settle the batch"),
    "cancel": Text("按取消", "press cancel"),
    "load-paper": Text("装纸", "load paper"),
    "restart": Text("重启终端", "restart the terminal"),
    "pull-card": Text("提前拔卡", "let the card be pulled out"),
    "keep-slip": Text("留存签购单", "keep the slip at hand"),
}

CONFIDENCE: Mapping[str, Text] = {
    "certain": Text("确定", "certain"),
    "likely": Text("很可能", "likely"),
    "tied": Text("几种原因都说得通", "tied"),
    "unknown": Text("无法判断", "unknown"),
}
"""How sure a diagnosis is."""

STRIKES: Mapping[str, Text] = {
    "closed": Text("线路断开", "line down"),
    "stopped": Text("停机", "stopped"),
    "paused": Text("停顿", "paused"),
    "clock": Text("时钟偏差", "clock off"),
}
"""What a lasting fault does to the place where it strikes."""

LASTING: Mapping[str, Text] = {
    **STRIKES,
    "crashed": Text("崩溃停机", "crashed"),
    "paper-out": Text("打印机无法打印", "printer out of order"),
    "store-failing": Text("存储故障", "store out of order"),
    "account-set": Text("账户冻结", "account frozen"),
    "credits-parked": Text("来账挂账", "credits parked"),
    "bank-maintenance": Text("收款行系统维护", "account bank in maintenance"),
    "answers-with": Text("系统故障", "out of order"),
    "day-end": Text("日终处理中", "day-end work"),
}
"""The same, with the facts of life that last."""

REASONS: Mapping[str, Text] = {
    "ACCOUNT_NOT_EXIST": Text("账号不存在", "no such account"),
    "NAME_NOT_CORRECT": Text("户名不符", "the name does not match"),
    "ACCOUNT_FROZEN": Text("账户冻结", "the account is frozen"),
    "ACCOUNT_CLOSED": Text("账户已销户", "the account is closed"),
    "QUOTA_EXCEED": Text("超过账户限额", "over the account's limit"),
    "RISK": Text("银行风控", "the bank's risk control"),
    "BANK_MAINTENANCE": Text("银行系统维护", "the bank is in maintenance"),
}
"""Why a payout came back."""

REVIEWS: Mapping[str, Text] = {
    "kyc": Text("证照过期", "documents expired"),
    "change": Text("变更审核中", "a change is reviewed"),
}
"""What is reviewed while a merchant is not paid."""

HOLDS: Mapping[str, Text] = {
    "rule": Text("风控规则", "risk rule"),
    "case": Text("交易纠纷", "dispute"),
    "legal": Text("有权机关止付", "an authority's order"),
}
"""Why a sale is kept back."""

DISPUTES: Mapping[str, Text] = {
    "inquiry": Text("确认查询，由收单机构答复", "the card's bank asks whether it is as booked"),
    "retrieval": Text("调单，请提交签购单和证明", "slip and evidence are wanted"),
    "closed": Text("结案", "closed"),
    "chargeback": Text("退单，款项已扣回", "charged back, the money was taken"),
    "accepted": Text("退单成立", "the chargeback stands"),
    "representment": Text("再请款中", "claimed again"),
    "won": Text("再请款成功", "won"),
    "lost": Text("败诉", "lost"),
    "arbitration": Text("二次退单，待仲裁", "second chargeback: the network will rule"),
}
"""State of a case → what a merchant is told."""

PAPER: Mapping[str, Text] = {"out": Text("缺纸", "out of paper"), "jam": Text("卡纸", "paper jam")}
"""What is wrong with a printer."""

STORE: Mapping[str, Text] = {
    "full": Text("流水满", "log full"),
    "io-error": Text("文件操作失败", "writes fail"),
}
"""What is wrong with a terminal's store."""

COPIES: Mapping[str, Text] = {
    "answered-again": Text("用存下的应答再答一次", "answered again from the store"),
    "refused-with-94": Text("答 94", "refused with 94"),
    "answer-ignored": Text("应答不再采用", "its answer is ignored"),
    "ignored": Text("不再处理", "ignored"),
    "swallowed": Text("原交易未完，不予处理", "swallowed while the first is under way"),
    "nothing-to-undo": Text("没有可冲正的", "nothing to undo"),
    "undone": Text("已冲正过", "undone before"),
}
"""What becomes of a message that comes twice."""

CASES: Mapping[str, Text] = {
    "advice-never-confirmed": Text("冲正通知一直未获确认", "the reversal advice was never confirmed"),
    "undecided-for-a-day": Text("扫码付款一天未有结果", "a QR sale was undecided for a day"),
    "adjusted-after-clearing": Text("清算之后才调整", "adjusted after clearing"),
    "undone-by-the-network": Text("已应答的交易被卡组织冲正", "the network undid what was answered"),
    "reversal-differs": Text("冲正与原交易不符", "the reversal differs from its original"),
    "reversal-after-clearing": Text("清算之后才收到冲正", "the reversal came after clearing"),
    "correction-ordered": Text("经办人要求退回", "a clerk has it taken back"),
    "host-record-without-slip": Text("主机有、终端无", "a record at the host without a slip"),
    "slip-without-host-record": Text("终端有、主机无", "a slip without a record at the host"),
    "ledger-without-file": Text("主机有、清算文件无", "a record at the host without a clearing line"),
    "amount-differs": Text("金额不符", "the amounts differ"),
    "status-differs": Text("状态不符", "the states differ"),
    "duplicate": Text("重复上送", "uploaded twice"),
}
"""Why the host opens an error case."""

STATES: Mapping[str, Text] = {
    "taken": Text("已扣款", "taken"),
    "received": Text("已收到，待入账", "received, not applied yet"),
    "asked": Text("正在征询户主", "its owner is being asked"),
    "credited": Text("已入账", "credited"),
    "returned": Text("退汇", "returned"),
    "refused": Text("拒绝", "refused"),
    "paid": Text("已出款", "paid"),
    "failed": Text("结算失败", "failed"),
}
"""State of a payout → what people call it."""

DIRECTIONS: Mapping[str, Text] = {
    "both": Text("不收不付", "both directions"),
    "in": Text("不收", "takes nothing"),
    "out": Text("不付", "pays nothing"),
}

ACCOUNT_STATES: Mapping[str, Text] = {
    "open": Text("收款账户恢复", "account open"),
    "closed": Text("收款账户销户", "account closed"),
    "dormant": Text("收款账户转为睡眠户", "account dormant"),
}
"""What happens to an account."""

POSSIBLE: Mapping[str, Text] = {
    "yes": Text("可以", "yes"),
    "no": Text("不可以", "no"),
    "nothing-to-cancel": Text("没有可取消的", "nothing to cancel"),
    "is-being-cancelled": Text("正在自动取消", "it is being cancelled"),
    "query-decides": Text("以查询结果为准", "the query decides"),
    "by-support": Text("由客服处理", "by support"),
}


MOMENTS: Mapping[str, Text] = {
    "till": Text("在收银台", "at the till"),
    "evening": Text("当天傍晚", "the same evening"),
    "morning": Text("次日上午", "the next morning"),
    "overdue": Text("应到账之后", "after the due time"),
    "later": Text("数日之后", "days later"),
}
"""When somebody asks."""

AT_COMPLAINT = Text("投诉时", "at the complaint")
AT_END = Text("最后", "at the end")
NOW = Text("现在", "now")
WITH_CARDHOLDER = Text("在持卡人手中", "with the cardholder")

FAULTS: Mapping[str, Text] = {
    "loss": Text("报文丢失", "loss"),
    "delay": Text("延迟", "delay"),
    "duplicate": Text("重复送达", "duplicate"),
    "overtaken": Text("被后者超越", "overtaken"),
    "corruption": Text("报文损坏", "corruption"),
    "hold": Text("扣留在途", "hold"),
    "partition": Text("链路断开", "partition"),
    "crash": Text("进程崩溃", "crash"),
    "stop": Text("停机", "stop"),
    "pause": Text("停顿", "pause"),
    "store-full": Text("存储已满", "store full"),
    "store-lost-tail": Text("存储丢失末尾", "store lost its tail"),
    "store-old-copy": Text("存储为旧副本", "old copy of a store"),
    "broker-restart": Text("消息服务器重启", "broker restart"),
    "broker-redelivery": Text("消息服务器重投", "broker redelivery"),
    "session-takeover": Text("会话被顶替", "session takeover"),
    "letter-loss": Text("内部交接丢失", "hand-over or timer lost"),
    "letter-delay": Text("内部交接延迟", "hand-over or timer late"),
    "clock-offset": Text("时钟偏差", "clock offset"),
    "clock-drift": Text("时钟漂移", "clock drift"),
    "fact": Text("外部事件", "a fact of life"),
    "paper-out": Text("打印纸用完", "paper out"),
    "store-failing": Text("存储故障", "store failing"),
    "totals-damaged": Text("总计损坏", "totals damaged"),
    "answers-with": Text("固定应答", "answers with a fixed code"),
    "job-failed": Text("作业失败", "job failed"),
    "record-lost": Text("记录丢失", "record lost"),
    "ledger-line-lost": Text("漏记一笔账", "ledger line lost"),
    "day-end": Text("日终处理", "day-end work"),
    "account-frozen": Text("账户冻结", "account frozen"),
    "credits-parked": Text("入账被挂起", "credits parked"),
    "bank-maintenance": Text("银行维护", "bank maintenance"),
    "merchant-review": Text("商户审查", "merchant review"),
    "authority-freeze": Text("有权机关冻结", "authority's freeze"),
    "key-replaced": Text("密钥被替换", "key replaced"),
    "batch-moved-on": Text("批次已前移", "batch moved on"),
}
"""Faults by the word with which a scenario file names them."""
