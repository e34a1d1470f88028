"""What people can do about a sale that was not credited: a closed list, so that an action can be advised, warned of,
graded and carried out under the same name everywhere.

No action is right or wrong by itself; the catalogue says which helps and which harms in each cause. Those of the last
part are named for the harm they do and are never a remedy.
"""

from typing import Final

from poslab.text import Text

ACTIONS: Final[dict[str, Text]] = {
    # Look, and leave the money alone.
    "wait": Text("等待，不做其他操作", "Wait and do nothing else"),
    "wait-for-reversal": Text(
        "让自动冲正跑完，看到“冲正成功”为止",
        "Let the automatic reversal finish, until the terminal says 'reversal successful'",
    ),
    "wait-until-due": Text("等到应到账时间再看", "Look again after the due time"),
    "query": Text("在终端上做交易查询", "Query the sale on the terminal"),
    "wait-for-query": Text(
        "让终端查询到底，直到“已付”或“已关单”", "Let the terminal ask until it says paid, or closed unpaid"
    ),
    "balance-inquiry": Text(
        "做一次余额查询，把待发的冲正带出去", "Make a balance inquiry: it sends the waiting reversal first"
    ),
    "ask-cardholder-sms": Text(
        "请持卡人查看短信和余额", "Ask the cardholder to look at the SMS notices and the balance"
    ),
    "read-notice": Text("查看服务商或银行的公告", "Read the status notice of the provider, or of the bank"),
    "reconcile": Text(
        "逐笔核对签购单、主机记录和账单", "Compare slips, the host's record and the statement, one by one"
    ),
    "talk-to-customer": Text("向顾客说明情况", "Explain the situation to the customer"),
    # At the terminal.
    "load-paper": Text("装纸，清除卡纸", "Put paper in and clear a jam"),
    "reprint": Text("重打印签购单", "Reprint the slip"),
    "write-slip-by-hand": Text(
        "按凭证号查出交易，手写单据请顾客签名",
        "Look the sale up by its voucher number, write the slip by hand, let the customer sign",
    ),
    "keep-slip": Text("保管好单据", "Keep the slip"),
    "restore-link": Text("恢复网络连接", "Restore the connection"),
    "restart-terminal": Text("重启终端（不是初始化）", "Restart the terminal (not: initialise it)"),
    "echo-test": Text("做回响测试", "Run the echo test"),
    "sign-on": Text("重新签到", "Sign on again"),
    "settle": Text("做批次结算", "Settle the batch"),
    # Pay, or give back.
    "sell-again": Text(
        "确认前一笔没有扣款或已冲正后，在同一台终端重做",
        "Sell again on the same terminal, once the first attempt is proven never charged or reversed",
    ),
    "other-means": Text("换一种付款方式", "Take another means of payment"),
    "void": Text(
        "撤销多出的一笔（当日、同批次、全额）", "Void the sale that is too many (same day, same batch, full amount)"
    ),
    "refund": Text("退货到原卡", "Refund to the same card"),
    "complete-preauth": Text(
        "做预授权完成（30 天内，不超过 115 %）", "Complete the pre-authorisation (within 30 days, up to 115 %)"
    ),
    "void-preauth": Text("做预授权撤销，解除冻结", "Void the pre-authorisation, which frees what is held"),
    "keep-credit": Text(
        "已交货且没有另外收款时，保留这笔入账，停止贷记调整",
        "Keep the credit where goods were delivered and not paid otherwise; stop the credit adjustment",
    ),
    "request-host-reversal": Text("请服务商从主机端冲正", "Ask the provider for a reversal by the host"),
    "claim-payment": Text("由收单机构补账请款", "Have the acquirer book it and claim the payment"),
    "credit-adjustment": Text(
        "由收单机构做贷记调整，退回持卡人", "Have the acquirer return the money by a credit adjustment"
    ),
    # Ask the one who holds the money.
    "call-provider": Text("致电POS机服务商", "Call the terminal's service provider"),
    "call-platform": Text("致电支付平台客服", "Call the payment platform"),
    "book-by-hand": Text("请平台人工补单", "Have the platform book it to the wallet by hand"),
    "press-withdraw": Text("在应用里按提现", "Press withdraw in the platform's app"),
    "resend-notice": Text("请平台补发订单通知", "Ask the platform to send the order's notice again"),
    "mark-paid": Text("查询确认成功后，把订单标记为已付", "Mark the order paid, once the query says success"),
    "call-issuer": Text("请持卡人致电发卡行", "Let the cardholder call the bank that issued the card"),
    "call-account-bank": Text("致电收款账户的开户行", "Call the bank that keeps the merchant's account"),
    "open-ticket": Text("提交客服工单，附上证据", "Open a support ticket with the evidence"),
    "unfreeze-account": Text("办理账户解冻", "Have the account unfrozen"),
    "compare-contract": Text(
        "核对签购单、合同和应用里的商户名、商户号、终端号和账户",
        "Compare merchant name, MID, TID and account on slip, contract and app",
    ),
    "correct-binding": Text("更正终端或账户的绑定", "Have the binding of the terminal or the account corrected"),
    "recover-payout": Text(
        "由收单机构向收款人要求退回", "Have the acquirer ask the money back from whoever received it"
    ),
    "stop-selling": Text("停用这台终端", "Stop selling on this terminal"),
    "demand-payment": Text("向中间商书面追款", "Demand payment from the intermediary, in writing"),
    "report": Text("向收单机构、监管和公安举报", "Report it to the acquirer, the regulator and the police"),
    "change-acquirer": Text("改与持牌收单机构签约", "Sign up with a licensed acquirer"),
    "change-account": Text("申请变更结算账户", "Apply for another settlement account"),
    "correct-account": Text(
        "更正登记的结算账户，上传证明", "Have the settlement account on file corrected, with a proof"
    ),
    "reactivate-account": Text("激活睡眠账户", "Have a dormant account woken"),
    "second-bank": Text("另备一家银行的结算账户", "Have an account at a second bank ready"),
    "apply-repayout": Text("账户恢复后申请重新出款", "Apply for the payout to be made again, once the account is good"),
    # What is kept back.
    "read-reason": Text("看清冻结原因和所要的材料", "Read the reason for the hold and what evidence is wanted"),
    "hand-in-evidence": Text("提交签购单、发票、发货凭证", "Hand in slip, invoice and proof of delivery"),
    "upload-documents": Text("上传新的证照或变更材料", "Upload new documents, or what the change needs"),
    "wait-for-review": Text("等待审核", "Wait for the review"),
    "answer-retrieval": Text("在期限内提交签购单和证明", "Send signed slip and evidence before the deadline"),
    "represent": Text("在期限内凭证据再请款", "Claim it again, with evidence and in time"),
    "accept-chargeback": Text("接受退单", "Accept the chargeback"),
    "agree-in-writing": Text("与顾客书面达成一致", "Agree with the customer in writing"),
    "tell-acquirer": Text("告知收单机构，以便结案", "Tell the acquirer, so that the case is closed"),
    "appeal": Text("申诉", "Appeal"),
    "follow-authority": Text("按下令机关的程序办理", "Follow the procedure of the authority that gave the order"),
    # Harmful.
    "pay-again-elsewhere": Text(
        "前一笔结果不明时，换终端、扫码或转账再付",
        "Pay again on another terminal, by QR code or by transfer while the first result is unknown",
    ),
    "swipe-again": Text("前一笔已成功，又刷一次", "Swipe once more although the first sale stands"),
    "retry-at-once": Text("立刻反复重试", "Retry at once, again and again"),
    "factory-reset": Text(
        "初始化、重装或更换终端，清掉存储", "Reset, re-install or swap the terminal, which clears its memory"
    ),
    "promise-it-will-arrive": Text("向人保证“钱会到账”", "Promise that the money will arrive"),
    "deliver-on-notice": Text(
        "终端没有成功，只凭平台的成功通知交货", "Deliver on the platform's notice while the terminal has no approval"
    ),
    "refuse-goods": Text(
        "顾客持有效签购单，却拒绝交货", "Refuse the goods to a customer who holds a valid slip"
    ),
    "accept-picture": Text("凭扣款短信或截图当作已收款", "Take an SMS or a screenshot as proof of payment"),
    "reverse-blindly": Text(
        "扫码付款结果不明时要求冲正", "Have a payment by code reversed while its result is unknown"
    ),
    "press-cancel": Text("等待应答时按取消", "Press cancel while the terminal waits for the answer"),
    "pull-card": Text("等待应答时拔卡", "Pull the card out while the terminal waits for the answer"),
    "clear-log": Text("不结算就清空终端流水", "Clear the terminal's log without settling"),
    "settle-before-reversal": Text("冲正未完成就结算批次", "Settle the batch before the reversal is through"),
    "void-before-reversal": Text(
        "前一笔冲正还没结果就撤销另一笔", "Void one sale before the reversal of the other is answered"
    ),
    "revive-late-answer": Text(
        "用迟到的应答把交易改成成功", "Turn the sale into an approved one because of a late answer"
    ),
    "assume-cancelled": Text(
        "看到失败提示就当作已取消", "Take the sale for cancelled because the screen said 'failed'"
    ),
    "demand-second-payout": Text("已到账还要求再出款一次", "Demand a second payout although the first was credited"),
    "keep-selling": Text("继续用这台终端收款", "Go on selling on this terminal"),
    "void-again": Text("用第二次撤销来“纠正”", "'Correct' it by a second void"),
    "refund-twice": Text("再退一次，或另付现金", "Refund it a second time, or pay cash as well"),
    "ignore-return": Text("对退汇置之不理", "Ignore that a payout came back"),
    "split-over-friends": Text("用别人的卡分摊收款", "Split what is taken over friends' cards"),
    "use-friends-account": Text("借用别人的账户收款", "Have the money paid to a friend's account"),
    "several-requests": Text("同时提交几次变更申请", "File several requests for a change at once"),
    "tell-customer-it-failed": Text("告诉顾客交易失败", "Tell the customer that the sale failed"),
    "miss-deadline": Text("错过答复期限", "Miss the deadline"),
    "refund-as-well": Text("已退单的交易再退货", "Refund what was charged back"),
    "cash-refund": Text("刷卡交易退现金", "Refund a card sale in cash"),
    "split-sales": Text("把一笔拆成几笔来绕开风控", "Split a sale to slip under a risk rule"),
    "change-cards": Text("换卡重刷来绕开风控", "Change cards to get round a risk rule"),
    "use-unfreezing-service": Text("找收费的“解冻服务”", "Use somebody who offers to 'unfreeze' funds"),
    "pay-for-release": Text("花钱找人“放行”", "Pay somebody for a 'release'"),
    "open-second-merchant": Text("另开一个商户号", "Open a second merchant number"),
    "open-dispute": Text("提起争议", "Open a dispute"),
}
"""Action word → what it asks of people, in both languages."""
