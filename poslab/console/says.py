"""What messages, facts of life and parties are called where people look at them."""

from collections.abc import Callable, Mapping
from typing import Any

from poslab.console.words import (
    ACCOUNT_STATES,
    ACTS,
    CASES,
    COPIES,
    DIRECTIONS,
    FAULTS,
    PAPER,
    REASONS,
    REVIEWS,
    ROLES,
    SLIPS,
    SMS_WORDS,
    STATES,
    STORE,
    WHATS,
)
from poslab.history.questions import FACT_NAMES, spoken
from poslab.history.words import VIEWS
from poslab.ledger.chart import label as account_label
from poslab.messages.batch import (
    ENDS,
    EQUAL,
    UNEQUAL,
    SettlementRequest,
    SettlementResponse,
    UploadRequest,
    UploadResponse,
)
from poslab.messages.card import (
    AdviceResponse,
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    ManagementRequest,
    ManagementResponse,
    NoticeResponse,
    OrderHeard,
    OrderNotice,
    QueryRequest,
    QueryResponse,
    ReversalAdvice,
    ReversalRequest,
    ReversalResponse,
    SignOnRequest,
    SignOnResponse,
)
from poslab.messages.codes import code
from poslab.messages.disputes import (
    ArbitrationRuled,
    ChargebackRaised,
    ComplaintDropped,
    DisputeAnswered,
    DisputeNotice,
    DisputeStep,
    DisputeStepHeard,
    InquiryRaised,
    RetrievalRaised,
    SecondChargebackRaised,
)
from poslab.messages.facts import (
    CAPTURE,
    AccountChangeRequested,
    AccountSet,
    AdjustmentStopped,
    AnswersWith,
    BankMaintenance,
    CardRemoved,
    ChipDeclined,
    ClaimFiled,
    CorrectionOrdered,
    CreditBooked,
    CreditsParked,
    DayEnd,
    FreezeLifted,
    FreezeOrdered,
    HoldReviewed,
    JobFailed,
    JobRerun,
    LedgerLineBooked,
    LedgerLineLost,
    PaperLoaded,
    PaperOut,
    RecallAnswered,
    RecallRequested,
    RecordLost,
    RepayoutApplied,
    ReviewOpened,
    ReviewPassed,
    StoreFailing,
    StoreMended,
    TotalsDamaged,
    WithdrawalPressed,
    WriteOffApproved,
)
from poslab.messages.funding import (
    AccountHeard,
    AccountNotice,
    AccountTransfer,
    AdjustmentNotice,
    ClearingFile,
    CreditAnswer,
    CreditOrder,
    FileAccepted,
    HoldNotice,
    LedgerFile,
    PayoutNotice,
    PayoutOrder,
    PayoutQuery,
    PayoutRecall,
    PayoutStatus,
    StatementLine,
    TransferDone,
    TransferOrder,
    TransferQuery,
    is_kept_line,
    rrn_of_kept,
)
from poslab.messages.people import (
    AdjustmentKeyed,
    BalanceKeyed,
    CancelPressed,
    CodeScanned,
    CompletionKeyed,
    CustomerAtTill,
    EchoKeyed,
    OfflineSaleKeyed,
    PaymentAsked,
    PaymentClosed,
    PaymentConfirmed,
    PreauthKeyed,
    Prompted,
    QueryKeyed,
    RefundKeyed,
    ReprintKeyed,
    SaleKeyed,
    Screen,
    SettleKeyed,
    SettlementSlip,
    SignOffKeyed,
    SignOnKeyed,
    Slip,
    Sms,
    VoidKeyed,
)
from poslab.money import written
from poslab.party.contract import Input
from poslab.party.facts import ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted
from poslab.party.time import Duration, duration_text
from poslab.text import Language, Text
from poslab.world.world import World
from terminal.texts import (
    ADJUSTMENT_REFUSALS,
    COMPARED,
    OFFLINE_REFUSALS,
    QUERY_RESULTS,
    REFUND_REFUSALS,
    SCREENS,
    SETTLE_REFUSALS,
    VOID_REFUSALS,
)

_OWNERS: Mapping[str, str] = {"I": "issuer", "N": "switch", "A": "host", "R": "rail", "P": "platform", "B": "bank"}


def _signed(fen: int) -> str:
    return f"{'-' if fen < 0 else '+'}{written(abs(fen))}"


def place_text(place: str) -> Text:
    """A named place of money: who has it, and in which account."""
    account, owner = account_label(place), ROLES.get(_OWNERS.get(place[:1], ""))
    return account if owner is None else Text(f"{owner.zh}·{account.zh}", f"{owner.en}: {account.en}")


def lasted(length: Duration) -> Text:
    """How long something took; what is shorter than two days is written alike in both languages."""
    said = duration_text(length)
    return Text(said.replace(" days", " 天"), said)


def fault_text(word: str) -> Text:
    """A fault by its word in a scenario file: its name in words, and that word behind it."""
    named = FAULTS.get(word, Text(word, word))
    return Text(f"{named.zh}（{word}）", word if named.en == word else f"{named.en} ({word})")


def fact_text(fact: str) -> Text:
    """A fact as results write it, as question and answer; as it stands where it is no fact of the closed list."""
    return spoken(fact) if fact.partition("=")[0] in FACT_NAMES else Text(fact, fact)


def _of(words: Mapping[str, Text], word: str) -> Text:
    return words.get(word) or Text(word, word)


def _request(m: FinancialRequest) -> Text:
    what, sum_ = _of(WHATS, m.what), f" {written(m.amount_fen)}" if m.amount_fen else ""
    return Text(f"{what.zh}请求{sum_}", f"{what.en} request{sum_}")


def _response(m: FinancialResponse) -> Text:
    what = _of(WHATS, m.what)
    mark = Text("，未转发", ", not forwarded") if m.not_forwarded else Text("", "")
    return Text(f"{what.zh}应答 {m.code}{mark.zh}", f"{what.en} answer {m.code}{mark.en}")


def _notice(m: FinancialNotice) -> Text:
    what = _of(WHATS, m.what)
    return Text(f"{what.zh}通知 {written(m.amount_fen)}", f"{what.en} notice {written(m.amount_fen)}")


def _customer(m: CustomerAtTill) -> Text:
    return Text(f"顾客付款 {written(m.amount_fen)}（{m.card}）", f"customer pays {written(m.amount_fen)} ({m.card})")


def _void(m: VoidKeyed) -> Text:
    what = _of(WHATS, m.what)
    return Text(f"菜单：{what.zh} {m.voucher}".rstrip(), f"menu: {what.en} {m.voucher}".rstrip())


_CODED_SCREENS = ("declined", "in-doubt", "reversal-closed", "notice-refused", "refund-declined", "closed")


def _screen(m: Screen) -> Text:
    shown = _of(SCREENS, m.word)
    if m.word == "query-result":
        tail = QUERY_RESULTS.get(m.code)
    elif m.word in ("void-refused", "completion-refused"):
        tail = VOID_REFUSALS.get(m.code)
    elif m.word == "refund-refused":
        tail = REFUND_REFUSALS.get(m.code)
    elif m.word == "offline-refused":
        tail = OFFLINE_REFUSALS.get(m.code)
    elif m.word == "adjustment-refused":
        tail = ADJUSTMENT_REFUSALS.get(m.code)
    elif m.word == "settle-refused":
        tail = SETTLE_REFUSALS.get(m.code)
    elif m.word == "settled":
        tail = COMPARED.get(m.code)
    elif m.code and m.word in _CODED_SCREENS:
        says = code(m.code)
        tail = Text(f"[{m.code}] {says.zh}", f"[{m.code}] {says.en}")
    else:
        tail = None
    return shown if tail is None else Text(f"{shown.zh}：{tail.zh}", f"{shown.en}: {tail.en}")


def _compared(zh: str, en: str, m: SettlementResponse | SettlementSlip) -> Text:
    said = COMPARED.get({EQUAL: "equal", UNEQUAL: "unequal"}.get(m.flag, ""))
    return Text(f"{zh}：{said.zh}", f"{en}: {said.en.lower()}") if said is not None else Text(zh, en)


def _uploaded(m: UploadRequest) -> Text:
    if m.what in ENDS:
        return Text("批上送结束", "end of the batch")
    many = len(m.details)
    return Text(f"批上送，{many} 笔", f"batch upload, {many} {'sale' if many == 1 else 'sales'}")


def _ledger_file(m: LedgerFile) -> Text:
    if len(m.lines) != 1 or not is_kept_line(m.lines[0].rrn):
        return Text(f"账务文件，{len(m.lines)} 笔", f"ledger file, {len(m.lines)} lines")
    line = m.lines[0]
    rrn, amount = rrn_of_kept(line.rrn), written(abs(line.net_fen))
    if line.net_fen < 0:
        return Text(f"账务通知：{rrn} 扣住 {amount}", f"ledger notice: {amount} of {rrn} are kept back")
    return Text(f"账务通知：{rrn} 放行 {amount}", f"ledger notice: {amount} of {rrn} are let go")


def _fixed(zh: str, en: str) -> Callable[[Any], Text]:
    text = Text(zh, en)
    return lambda m: text


_LABELS: Mapping[type[Input], Callable[[Any], Text]] = {
    FinancialRequest: _request,
    FinancialResponse: _response,
    FinancialNotice: _notice,
    NoticeResponse: lambda m: Text(
        f"{_of(WHATS, m.what).zh}通知应答 {m.code}", f"{_of(WHATS, m.what).en} notice answer {m.code}"
    ),
    AuthorisationRequest: _request,
    AuthorisationResponse: _response,
    ReversalRequest: lambda m: Text(f"冲正，原因 {m.reason}", f"reversal, reason {m.reason}"),
    ReversalResponse: lambda m: Text(f"冲正应答 {m.code}", f"reversal answer {m.code}"),
    ReversalAdvice: lambda m: Text(f"冲正通知，原因 {m.reason}", f"reversal advice, reason {m.reason}"),
    AdviceResponse: lambda m: Text(f"冲正通知应答 {m.code}", f"advice answer {m.code}"),
    QueryRequest: lambda m: Text("查询并关单", "query, and close") if m.close else Text("交易查询", "query"),
    QueryResponse: lambda m: _behind(Text("查询应答", "query answer"), QUERY_RESULTS, m.state),
    SettlementRequest: _fixed("批结算", "batch totals"),
    SettlementResponse: lambda m: _compared("批结算应答", "batch totals answered", m),
    UploadRequest: _uploaded,
    UploadResponse: lambda m: Text(f"批上送应答 {m.code}", f"upload answered {m.code}"),
    SignOnRequest: _fixed("签到", "sign-on"),
    SignOnResponse: lambda m: Text(f"签到应答 {m.code}", f"sign-on answer {m.code}"),
    ManagementRequest: lambda m: _of(WHATS, m.what),
    ManagementResponse: lambda m: Text(f"{_of(WHATS, m.what).zh}应答 {m.code}", f"{_of(WHATS, m.what).en} {m.code}"),
    OrderNotice: lambda m: _behind(Text("订单通知", "order notice"), VIEWS["platform"], m.state),
    OrderHeard: lambda m: _behind(Text("通知已收", "notice heard"), VIEWS["platform"], m.state),
    ClearingFile: lambda m: Text(f"清算文件，{len(m.lines)} 笔", f"clearing file, {len(m.lines)} lines"),
    AccountNotice: lambda m: Text(f"结算账户变更为 {m.account_no}", f"settlement account is {m.account_no} now"),
    AccountHeard: _fixed("账户变更已登记", "the change of account is on file"),
    LedgerFile: _ledger_file,
    FileAccepted: _fixed("清算文件已收", "file accepted"),
    TransferOrder: lambda m: Text(f"清算划转 {written(m.amount_fen)}", f"settlement transfer {written(m.amount_fen)}"),
    TransferDone: lambda m: Text(f"划转完成 {written(m.amount_fen)}", f"transfer done {written(m.amount_fen)}"),
    TransferQuery: _fixed("查询划转", "transfer query"),
    PayoutOrder: lambda m: Text(f"出款指令 {written(m.amount_fen)}", f"payout order {written(m.amount_fen)}"),
    PayoutQuery: _fixed("查询出款", "payout query"),
    PayoutStatus: lambda m: _behind(Text("出款状态", "payout"), STATES, m.state, m.reason),
    CreditOrder: lambda m: Text(f"入账指令 {written(m.amount_fen)}", f"credit order {written(m.amount_fen)}"),
    CreditAnswer: lambda m: _behind(Text("入账应答", "credit"), STATES, m.state, m.reason),
    StatementLine: lambda m: Text(f"账单 {_signed(m.amount_fen)}", f"statement {_signed(m.amount_fen)}"),
    AccountTransfer: lambda m: Text(f"转账指令 {written(m.amount_fen)}", f"transfer order {written(m.amount_fen)}"),
    PayoutNotice: lambda m: _behind(Text("出款通知", "payout notice"), STATES, m.state, m.reason),
    CustomerAtTill: _customer,
    Prompted: lambda m: Text(f"收银员：{_of(ACTS, m.do).zh}", f"cashier: {_of(ACTS, m.do).en}"),
    SaleKeyed: lambda m: Text(f"刷卡消费 {written(m.amount_fen)}", f"keys sale {written(m.amount_fen)}"),
    OfflineSaleKeyed: lambda m: Text(f"离线消费 {written(m.amount_fen)}", f"keys offline sale {written(m.amount_fen)}"),
    PreauthKeyed: lambda m: Text(f"预授权 {written(m.amount_fen)}", f"keys pre-authorisation {written(m.amount_fen)}"),
    CompletionKeyed: lambda m: Text(f"菜单：预授权完成 {m.voucher}".rstrip(), f"menu: completion {m.voucher}".rstrip()),
    AdjustmentKeyed: lambda m: Text(f"菜单：改金额 {written(m.amount_fen)}", f"menu: amount {written(m.amount_fen)}"),
    CodeScanned: lambda m: Text(f"扫码消费 {written(m.amount_fen)}", f"scans a code for {written(m.amount_fen)}"),
    PaymentAsked: lambda m: Text(f"手机：是否付款 {written(m.amount_fen)}？", f"phone: pay {written(m.amount_fen)}?"),
    PaymentConfirmed: _fixed("手机确认付款", "confirms on the phone"),
    PaymentClosed: _fixed("手机：订单已关闭", "phone: the payment is closed"),
    VoidKeyed: _void,
    RefundKeyed: lambda m: Text(f"菜单：退货 {written(m.amount_fen)}", f"menu: refund {written(m.amount_fen)}"),
    BalanceKeyed: _fixed("菜单：余额查询", "menu: balance inquiry"),
    QueryKeyed: _fixed("菜单：交易查询", "menu: query"),
    ReprintKeyed: _fixed("菜单：重打印", "menu: reprint"),
    EchoKeyed: _fixed("菜单：回响测试", "menu: echo test"),
    SignOnKeyed: _fixed("菜单：签到", "menu: sign-on"),
    SignOffKeyed: _fixed("菜单：签退", "menu: sign-off"),
    SettleKeyed: _fixed("菜单：结算", "menu: settle"),
    CancelPressed: _fixed("按取消键", "presses cancel"),
    Screen: _screen,
    Slip: lambda m: _of(SLIPS, m.slip),
    SettlementSlip: lambda m: _compared("结算单", "settlement slip", m),
    Sms: lambda m: Text(
        f"短信：{_of(SMS_WORDS, m.word).zh} {written(m.amount_fen)}",
        f"SMS: {_of(SMS_WORDS, m.word).en} {written(m.amount_fen)}",
    ),
    HoldNotice: _fixed("结算通知", "settlement notice"),
    AdjustmentNotice: _fixed("调账通知", "adjustment notice"),
    PowerCut: _fixed("断电", "power cut"),
    PowerRestored: _fixed("恢复供电", "power is back"),
    Restarted: _fixed("进程重启", "process restarted"),
    PaperOut: lambda m: _of(PAPER, m.how),
    PaperLoaded: _fixed("装纸", "paper loaded"),
    StoreFailing: lambda m: _of(STORE, m.how),
    StoreMended: _fixed("存储恢复", "store in order"),
    CreditBooked: _fixed("发卡行人工贷记", "a clerk of the card's bank posts the credit"),
    TotalsDamaged: lambda m: Text(f"结算总额差错 {written(m.by_fen)}", f"batch totals wrong by {written(m.by_fen)}"),
    CardRemoved: _fixed("拔卡", "card pulled out"),
    ChipDeclined: _fixed("卡片拒绝", "the chip declines"),
    AnswersWith: lambda m: (
        Text(f"系统故障，一律应答 {m.code}", f"out of order: answers {m.code}")
        if m.code
        else Text("系统恢复", "in order")
    ),
    DayEnd: lambda m: Text("日终处理开始", "day-end work") if m.running else Text("日终处理结束", "day-end work over"),
    AccountSet: lambda m: (
        _behind(Text("收款账户冻结", "account frozen"), DIRECTIONS, m.direction)
        if m.state == "frozen"
        else _of(ACCOUNT_STATES, m.state)
    ),
    CreditsParked: lambda m: (
        Text("收款行对来账先挂账", "the account bank parks what comes")
        if m.parked
        else Text("收款行对来账直接入账", "the account bank applies what comes")
    ),
    BankMaintenance: lambda m: (
        Text("收款行系统维护", "the account bank is in maintenance")
        if m.running
        else Text("收款行维护结束", "the account bank is back")
    ),
    RecordLost: lambda m: (
        Text("请款记录将丢失", "its capture record will be lost")
        if m.record == CAPTURE
        else Text("清算文件将漏掉这一笔", "the clearing file will leave it out")
    ),
    CorrectionOrdered: _fixed("经办人退回该笔交易", "a clerk has the sale taken back"),
    AdjustmentStopped: _fixed("经办人叫停贷记调整", "a clerk stops the credit adjustment"),
    ClaimFiled: _fixed("经办人请款", "a clerk claims the payment"),
    JobFailed: _fixed("清算跑批将失败", "the clearing job will fail"),
    JobRerun: _fixed("人工重跑清算", "the clearing is started by hand"),
    AccountChangeRequested: _fixed("商户申请变更结算账户", "merchant requests another settlement account"),
    RecallRequested: _fixed("收单机构要求追回错付的款", "the acquirer asks back what was paid to the wrong account"),
    RecallAnswered: lambda m: (
        Text("户主同意退回", "the account's owner consents to a return")
        if m.consents
        else Text("户主不同意退回", "the account's owner does not consent")
    ),
    PayoutRecall: lambda m: Text(f"要求退回 {m.payout_no}", f"asks for the return of {m.payout_no}"),
    LedgerLineLost: _fixed("平台账务漏记一笔", "the platform's ledger loses a line"),
    LedgerLineBooked: _fixed("平台人工补单", "supplementary booking at the platform"),
    WithdrawalPressed: _fixed("商户按提现", "merchant presses withdraw"),
    RepayoutApplied: _fixed("商户申请重新出款", "merchant applies for another payout"),
    DisputeStep: lambda m: Text(f"案件 {m.rrn}：{m.step}", f"case of {m.rrn}: {m.step}"),
    DisputeStepHeard: lambda m: Text(
        f"案件 {m.rrn}：{m.step} 已收 {m.code}", f"case of {m.rrn}: {m.step} heard {m.code}"
    ),
    DisputeNotice: _fixed("争议通知", "dispute notice"),
    InquiryRaised: lambda m: Text(
        f"持卡人不认识这笔，发卡行确认查询 {m.rrn}", f"the card's bank asks whether {m.rrn} is as booked"
    ),
    RetrievalRaised: lambda m: Text(
        f"持卡人投诉，发卡行调单 {m.rrn}", f"a cardholder complains: the slip of {m.rrn} is wanted"
    ),
    ChargebackRaised: lambda m: Text(f"发卡行退单 {m.rrn}", f"the card's bank charges {m.rrn} back"),
    SecondChargebackRaised: lambda m: Text(f"发卡行二次退单 {m.rrn}", f"second chargeback of {m.rrn}"),
    ComplaintDropped: lambda m: Text(
        f"双方协商，撤回投诉 {m.rrn}", f"the parties agree: no complaint about {m.rrn} any more"
    ),
    WriteOffApproved: lambda m: Text(f"{m.by} 同意核销 {m.item}", f"{m.by} approves that {m.item} is written off"),
    DisputeAnswered: lambda m: Text(f"商户答复 {m.rrn}：{m.answer}", f"the merchant answers about {m.rrn}: {m.answer}"),
    ArbitrationRuled: lambda m: Text(f"仲裁 {m.rrn}", f"arbitration of {m.rrn}"),
    ReviewOpened: lambda m: _behind(Text("商户结算暂停", "merchant under review"), REVIEWS, m.why),
    ReviewPassed: _fixed("资料审核通过", "review passed"),
    HoldReviewed: lambda m: Text(f"风控复核，放行 {m.rrn}", f"risk hold of {m.rrn} reviewed and lifted"),
    FreezeOrdered: lambda m: Text(
        f"有权机关止付 {m.rrn or m.account_no}（{m.order_no}）",
        f"an authority freezes {m.rrn or m.account_no} ({m.order_no})",
    ),
    FreezeLifted: lambda m: Text(
        f"有权机关解除止付 {m.rrn or m.account_no}（{m.order_no}）",
        f"the authority lifts {m.order_no} on {m.rrn or m.account_no}",
    ),
    ConnectFailed: lambda m: Text(f"联接失败：{m.peer}（{m.reason}）", f"connect to {m.peer} failed: {m.reason}"),
    Disconnected: lambda m: Text(f"与 {m.peer} 的线路中断", f"line to {m.peer} lost"),
}


def _behind(head: Text, words: Mapping[str, Text], word: str, reason: str = "") -> Text:
    said = _of(words, word)
    tail = f" {reason}" if reason else ""
    return Text(f"{head.zh}：{said.zh}{tail}", f"{head.en}: {said.en}{tail}")


def label(message: Input) -> Text:
    """What a message or a fact of life is called, in a few words; its kind where there is no name for it."""
    name = _LABELS.get(type(message))
    return name(message) if name is not None else Text(message.kind, message.kind)


def is_named(message: Input) -> bool:
    """Whether a message or fact has a name for people; timers and other private letters have none."""
    return type(message) in _LABELS


def mti(message: Input, attempt: int = 1) -> str:
    """The message type indicator of a message of the card leg, 0221 or 0421 for one repeated; ``""`` for others."""
    kind = message.kind
    if kind in ("0220", "0420") and attempt > 1:
        return kind[:3] + "1"
    return kind if kind[:1] == "0" else ""


def way(where: str) -> str:
    """Where a fault strikes, as people write it: ``host → T1``, both directions together as ``host ⇄ T1``."""
    found: list[str] = []
    for each in where.split(", "):
        sender, _, to = each.partition("->")
        back = f"{to} → {sender}"
        if to and back in found:
            found[found.index(back)] = f"{to} ⇄ {sender}"
        else:
            found.append(f"{sender} → {to}" if to else sender)
    return ", ".join(found)


def party_name(world: World, address: str) -> Text:
    """What a party is called: its role, and its address where several play it."""
    roles = world.roles()
    role = roles.get(address, "")
    name = ROLES.get(role)
    if name is None:
        return Text(address, address)
    alone = sum(1 for other in roles.values() if other == role) == 1
    return name if alone else Text(f"{name.zh} {address}", f"{name.en} {address}")


def kind_text(kind: str) -> Text:
    """What an attempt is called: a sale, a void …"""
    return _of(WHATS, kind)


def log_text(details: Mapping[str, str | int], text: Text) -> Text:
    """A line of a business log with its details filled in; ``-`` for one that is missing."""
    return Text(text.zh.format_map(_details(details, "zh")), text.en.format_map(_details(details, "en")))


_HOW: Mapping[str, Text] = {**PAPER, **STORE, **COPIES, **COMPARED}
_WHY: Mapping[str, Text] = {**ADJUSTMENT_REFUSALS, **SETTLE_REFUSALS, **OFFLINE_REFUSALS, **VOID_REFUSALS, **CASES}
_DETAILS = (("what", SCREENS), ("do", ACTS), ("reason", REASONS), ("how", _HOW), ("why", _WHY))


def _details(details: Mapping[str, str | int], language: Language) -> "_Missing":
    values = _Missing({name: str(value) for name, value in details.items()})
    for name, words in _DETAILS:
        said = words.get(values.get(name, ""))
        if said is not None:
            values[name] = said.of(language)
    return values


class _Missing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "-"
