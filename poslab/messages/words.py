"""The closed list of words that parties write in their business logs 流水, with what each says to people.

``Logged.word`` is one of these and nothing else (a test holds every run to it). In the texts ``{name}`` stands for a
detail of the line; a detail that is missing is shown as ``-``.
"""

from collections.abc import Mapping

from poslab.text import Text

TERMINAL_WORDS: Mapping[str, Text] = {
    "attempt": Text("取流水号 {stan},批次 {batch}", "took STAN {stan} of batch {batch}"),
    "connect-failed": Text("联接失败({reason})", "connect failed ({reason})"),
    "sent": Text("发送 {mti}", "sent {mti}"),
    "answered": Text("收到应答 {code}", "answered {code}"),
    "no-answer": Text("数据接收失败,等待超时", "receive failed: no answer in time"),
    "answer-refused": Text("应答不符,不予接受({field})", "answer not accepted: {field} does not match"),
    "late-answer-discarded": Text("迟到应答已丢弃 {mti} {code}", "late answer discarded: {mti} {code}"),
    "approval-stored": Text("批准已存储,冲正记录已清除", "approval stored, reversal record cleared"),
    "reversal-stored": Text("冲正记录已存储,原因 {reason}", "reversal record stored, reason {reason}"),
    "reversal-sent": Text("自动冲正第 {attempt} 次", "reversal sent, attempt {attempt}"),
    "reversal-answered": Text("冲正应答 {code}", "reversal answered {code}"),
    "reversal-failed": Text("冲正失败(第 {attempt} 次)", "reversal attempt {attempt} failed"),
    "reversal-dropped": Text(
        "冲正不成功,记录已删除,打印警告单", "reversal given up, record deleted, warning slip printed"
    ),
    "sale-blocked": Text("有待冲正交易,新交易被阻止", "a reversal is waiting: new sale blocked"),
    "doubt-blocked": Text("结果未明,同卡同额交易被阻止", "outcome in doubt: same card and amount blocked"),
    "same-sale-warning": Text("5 分钟内同卡同额,请确认", "same card and amount within 5 minutes"),
    "store-failed": Text("存储失败({how}),批准未存储", "store failed ({how}): approval not stored"),
    "log-nearly-full": Text("交易流水将满,剩余 {left} 笔", "log nearly full: room for {left} more"),
    "log-full": Text("交易流水满,未发送", "log full: nothing was sent"),
    "printed": Text("签购单已打印", "slip printed"),
    "print-failed": Text("打印失败({how})", "print failed ({how})"),
    "reprinted": Text("重打印", "slip reprinted"),
    "paper-loaded": Text("已装纸", "paper loaded"),
    "query-answered": Text("查询结果:{state}", "query answered: {state}"),
    "void-refused": Text("撤销被拒:{why}", "void refused here: {why}"),
    "voided": Text("原交易已撤销 {original}", "original sale voided {original}"),
    "void-undone": Text("撤销已冲正,原交易仍有效", "void reversed: the sale stands again"),
    "cancelled": Text("交易取消(未发送)", "cancelled before sending"),
    "cancel-pressed": Text("等待中按取消键", "cancel key while waiting"),
    "card-removed": Text("交易未完成时拔卡", "card pulled out before the sale was complete"),
    "chip-declined": Text("主机已批准,卡片二次拒绝", "approved by the host, declined by the chip"),
    "signed-on": Text("签到成功,批次 {batch}", "signed on, batch {batch}"),
    "keys-refused": Text("签到失败,密钥校验值不符", "sign-on failed: the keys do not agree with their check values"),
    "signed-off": Text("签退", "signed off"),
    "echo-answered": Text("回响测试成功", "echo test answered"),
    "power-lost": Text("断电", "power lost"),
    "booted": Text("开机自检", "booted"),
    "record-discarded": Text("开机:交易已存储,冲正记录作废", "boot: sale stored as approved, record discarded"),
    "busy": Text("终端忙,操作未受理", "busy: request not taken"),
}

HOST_WORDS: Mapping[str, Text] = {
    "received": Text("收到 {mti},参考号 {rrn}", "received {mti}, RRN {rrn}"),
    "business-date": Text("业务日期 {date}", "business date {date}"),
    "forwarded": Text("转发 {mti}", "forwarded {mti}"),
    "answered": Text("应答 {code}", "answered {code}"),
    "refused": Text("拒绝 {code},未转发", "refused {code}, not forwarded"),
    "captured": Text("已请款,记入应付商户款", "captured, merchant payable booked"),
    "duplicate": Text("重复报文,{how}", "duplicate: {how}"),
    "no-answer": Text("上游超时", "no answer from upstream"),
    "late-answer": Text("迟到应答 {code},不予采用", "late answer {code}, not used"),
    "answer-refused": Text("应答不符,不予接受({field})", "answer not accepted: {field} does not match"),
    "reversal-received": Text("收到冲正,原因 {reason}", "reversal received, reason {reason}"),
    "reversed": Text("已冲正", "reversed"),
    "reversal-unknown": Text("冲正无原交易,答 25 并记住", "reversal of an unknown key: answered 25 and remembered"),
    "reversal-not-needed": Text("冲正无须处理,答 {code}", "nothing to reverse, answered {code}"),
    "reversal-too-late": Text("冲正晚于清算,答 12", "reversal after clearing, answered 12"),
    "error-case": Text("差错案件已建立:{why}", "error case opened: {why}"),
    "advice-stored": Text("冲正通知已存储待发", "reversal advice stored for sending"),
    "advice-sent": Text("冲正通知第 {attempt} 次", "reversal advice sent, attempt {attempt}"),
    "advice-answered": Text("冲正通知应答 {code}", "reversal advice answered {code}"),
    "advice-stopped": Text("冲正通知停止重发,转差错处理", "advice no longer repeated: left to error handling"),
    "reversed-upstream": Text("上游已冲正", "undone by the network"),
    "void-received": Text("收到撤销", "void received"),
    "voided": Text("已撤销", "voided"),
    "void-reversed": Text("撤销已冲正,原交易恢复", "void reversed: the sale stands again"),
    "query-answered": Text("查询应答:{state}", "query answered: {state}"),
    "order": Text("订单通知:{state}", "order notice: {state}"),
    "signed-on": Text("终端签到", "terminal signed on"),
    "batch-opened": Text("开启新批次 {batch}", "opened batch {batch}"),
    "signed-off": Text("终端签退", "terminal signed off"),
    "echo": Text("回响测试", "echo test"),
    "line-lost": Text("与 {peer} 的线路中断", "line to {peer} lost"),
    "line-up": Text("与 {peer} 的线路恢复", "line to {peer} up"),
    "out-of-order": Text("系统故障,一律应答 {code}", "out of order: every request answered {code}"),
    "in-order": Text("系统恢复", "in order again"),
    "restarted": Text("系统重启,按日志恢复", "restarted from the journal"),
    "cleared": Text("已入清算文件 {file_no}", "in clearing file {file_no}"),
    "payout-scheduled": Text("预计 {date} 出款", "payout scheduled for {date}"),
    "payout-instructed": Text("已发出款指令,第 {try_no} 次", "payout instructed, try {try_no}"),
    "payout-taken": Text("跨行系统已扣款", "rail took the money"),
    "payout-credited": Text("出款成功", "payout credited"),
    "payout-returned": Text("出款退汇:{reason}", "payout returned: {reason}"),
    "payout-given-up": Text("重试已用完,等待处理", "tries used up: waiting for somebody"),
    "settled": Text("清算资金到账", "network settlement received"),
    "settlement-asked": Text("清算资金未到账,查询 {transfer_no}", "settlement not heard of, asked for {transfer_no}"),
    "payout-carried": Text("低于最低出款额,并入下次出款", "below the minimum payout: added to the next"),
    "payout-refused": Text("跨行系统拒绝出款:{reason}", "rail refused the payout: {reason}"),
    "repayout-applied": Text("商户申请重新出款", "merchant applied for another payout"),
}

SWITCH_WORDS: Mapping[str, Text] = {
    "received": Text("收到 {mti}", "received {mti}"),
    "routed": Text("路由至 {to}", "routed to {to}"),
    "refused": Text("拒绝 {code},未转发", "refused {code}, not forwarded"),
    "answered": Text("应答 {code}", "answered {code}"),
    "duplicate": Text("重复报文,{how}", "duplicate: {how}"),
    "no-answer": Text("发卡行超时", "no answer from the issuer"),
    "late-answer": Text("迟到应答 {code},不予采用", "late answer {code}, not used"),
    "advice-stored": Text("冲正通知已存储待发", "reversal advice stored for sending"),
    "advice-sent": Text("冲正通知第 {attempt} 次", "reversal advice sent, attempt {attempt}"),
    "advice-passed": Text("转发冲正通知", "reversal advice passed on"),
    "advice-answered": Text("冲正通知应答 {code}", "reversal advice answered {code}"),
    "advice-stopped": Text("冲正通知停止重发,转差错处理", "advice no longer repeated: left to error handling"),
    "error-case": Text("差错案件已建立:{why}", "error case opened: {why}"),
    "line-lost": Text("与 {peer} 的线路中断", "line to {peer} lost"),
    "line-up": Text("与 {peer} 的线路恢复", "line to {peer} up"),
    "restarted": Text("系统重启,按日志恢复", "restarted from the journal"),
    "file-taken": Text("收到清算文件 {file_no} 第 {part} 部分", "clearing file {file_no} part {part} taken"),
    "settlement-ordered": Text("发出清算指令 {transfer_no}", "settlement ordered: {transfer_no}"),
    "settled": Text("清算完成 {transfer_no}", "settled: {transfer_no}"),
}

PLATFORM_WORDS: Mapping[str, Text] = {
    "passed-on": Text("转发 {mti} 至收单", "passed {mti} on to the acquirer"),
    "passed-back": Text("转发 {mti} 至终端", "passed {mti} back to the terminal"),
    "slot-freed": Text("通道超时释放", "slot freed without an answer"),
    "late-answer": Text("迟到应答 {mti},通道已释放", "late {mti}: its slot was freed"),
    "order": Text("订单状态:{state}", "order: {state}"),
    "closed": Text("上游不通,停止接入", "no way onward: taking no connections"),
    "open": Text("恢复接入", "taking connections again"),
    "restarted": Text("系统重启", "restarted"),
}

ISSUER_WORDS: Mapping[str, Text] = {
    "received": Text("收到 {mti}", "received {mti}"),
    "debited": Text("已扣款", "debited"),
    "declined": Text("拒绝 {code}", "declined {code}"),
    "duplicate": Text("重复报文,{how}", "duplicate: {how}"),
    "answered": Text("应答 {code}", "answered {code}"),
    "reversed": Text("冲正,款项退回", "reversed, money given back"),
    "reversal-refused": Text("拒绝冲正 {code}", "reversal refused {code}"),
    "reversal-remembered": Text("无原交易,记住冲正", "nothing to reverse: remembered"),
    "voided": Text("撤销,款项退回", "voided, money given back"),
    "void-reversed": Text("撤销已冲正,重新扣款", "void reversed, debited again"),
    "balance": Text("余额查询", "balance inquiry"),
    "sms": Text("短信:{word}", "SMS: {word}"),
    "day-end": Text("日终处理中", "day-end work running"),
    "day-open": Text("日终处理结束", "day-end work over"),
    "file-taken": Text("收到清算文件 {file_no} 第 {part} 部分", "clearing file {file_no} part {part} taken"),
    "settled": Text("清算付款完成", "settlement paid"),
    "settlement-asked": Text("清算付款未确认,查询 {transfer_no}", "settlement not heard of, asked for {transfer_no}"),
    "deciding": Text("核心系统处理中", "core banking is deciding"),
    "restarted": Text("系统重启,按日志恢复", "restarted from the journal"),
}

RAIL_WORDS: Mapping[str, Text] = {
    "transferred": Text("划转完成 {transfer_no}", "transferred: {transfer_no}"),
    "taken": Text("已从付款方扣款", "taken from the payer"),
    "delivered": Text("已交付收款行", "delivered to the account bank"),
    "returned": Text("退汇:{reason}", "returned: {reason}"),
    "refused": Text("拒绝:{reason}", "refused: {reason}"),
    "duplicate": Text("重复报文,{how}", "duplicate: {how}"),
    "no-answer": Text("收款行未应答,重发", "no answer from the account bank: sent again"),
    "restarted": Text("系统重启,按日志恢复", "restarted from the journal"),
}

BANK_WORDS: Mapping[str, Text] = {
    "credited": Text("已入账 {account_no}", "credited {account_no}"),
    "refused": Text("不能入账:{reason}", "cannot be applied: {reason}"),
    "returned": Text("已退汇", "sent back"),
    "duplicate": Text("重复报文,{how}", "duplicate: {how}"),
    "account-set": Text("账户 {account_no} 状态:{state} {direction}", "account {account_no}: {state} {direction}"),
    "restarted": Text("系统重启,按日志恢复", "restarted from the journal"),
}

PERSON_WORDS: Mapping[str, Text] = {
    "goods-given": Text("交付商品", "handed over the goods"),
    "told-customer": Text("告知顾客:{what}", "told the customer: {what}"),
    "acted": Text("操作:{do}", "did: {do}"),
    "gave-up": Text("放弃本次收款", "gave up this payment"),
}

WORDS: Mapping[str, Mapping[str, Text]] = {
    "terminal": TERMINAL_WORDS,
    "platform": PLATFORM_WORDS,
    "host": HOST_WORDS,
    "switch": SWITCH_WORDS,
    "issuer": ISSUER_WORDS,
    "rail": RAIL_WORDS,
    "bank": BANK_WORDS,
    "cashier": PERSON_WORDS,
    "cardholder": PERSON_WORDS,
    "merchant": PERSON_WORDS,
}
"""Role → word → text."""
