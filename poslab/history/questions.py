"""The questions whose answers are evidence: a closed list, each with who may know the answer.

A fact is the answer to one of these questions. It comes from a history or is typed in by a person; either way it is
something that somebody can see, hear, be told or read in a log. What was done to a run from outside is no fact.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct, field

from poslab.history.words import VIEWS, is_word, say
from poslab.messages.funding import RETURN_REASONS
from poslab.text import Text

Role = Literal["merchant", "support", "all"]
Value: TypeAlias = str | bool | int | tuple[str, ...]

ROLES: Final[tuple[Role, ...]] = ("merchant", "support", "all")
"""Who asks, each knowing what the one before knows: cashier and merchant know what was shown, printed or delivered to
them; support reads the logs of provider, platform and acquirer too; ``all`` those of network and banks besides."""


class Fact(Struct, frozen=True):
    """One question. ``attempt``: it is about one attempt to pay, not about the whole purchase."""

    question: Text
    kind: Literal["view", "yes-no", "word", "words", "count", "text"]
    role: Role
    attempt: bool = False
    words: tuple[str, ...] = ()
    """The answers there are, where the kind is ``word``; a word that ends in ``:`` takes a code behind it."""


def _view(zh: str, en: str, role: Role, attempt: bool = False) -> Fact:
    return Fact(Text(zh, en), "view", role, attempt)


def _asked(zh: str, en: str, role: Role, attempt: bool = False) -> Fact:
    return Fact(Text(zh, en), "yes-no", role, attempt)


def _word(zh: str, en: str, role: Role, words: str, attempt: bool = False) -> Fact:
    return Fact(Text(zh, en), "word", role, attempt, tuple(words.split()))


def _other(zh: str, en: str, role: Role, kind: Literal["words", "count", "text"], attempt: bool = False) -> Fact:
    return Fact(Text(zh, en), kind, role, attempt)


_TERMINAL_WORDS: Final = (
    "none unknown declined: in-doubt: approved approved-unprinted reversed reversal-closed: reversal-failed voided "
    "offline-unsent "
    "preauth refunded"
)

# fmt: off
FACTS: Final[Mapping[str, Fact]] = {
    # What each party says.
    "terminal": _view("终端怎么说？", "What does the terminal say?", "merchant", True),
    "platform": _view("平台订单是什么状态？", "What does the platform's order say?", "merchant", True),
    "host": _view("收单主机记着什么？", "What does the acquirer's host have?", "support", True),
    "issuer": _view("发卡行做了什么？", "What did the card's bank do?", "all"),
    "file": _view("进了清算文件吗？", "Is it in the clearing file?", "support", True),
    "payout": _view("出款到哪一步了？", "How far is the payout?", "support", True),
    "merchant": _view("商户账户上到账了吗？", "Is it in the merchant's account?", "merchant"),
    "cardholder": _view("持卡人收到了哪些短信？", "Which SMS notices did the cardholder get?", "merchant"),
    # At the till, before anything was sent.
    "keyed-unsent": _asked("交易已输入、还没发出吗？", "Is the sale keyed in and not sent yet?", "merchant"),
    "connect-failed": _word(
        "联接失败了吗？怎么失败的？", "Did the connection fail, and how?", "merchant", "no refused unreachable"),
    "dials": _word("终端拨向谁？", "Whom does the terminal dial?", "merchant", "host platform"),
    "others-fail": _asked("别的终端也连不上吗？", "Do other terminals fail alike?", "merchant"),
    "platform-closed": _asked(
        "平台因上游不通停止接入了吗？", "Had the platform stopped taking connections, its own way onward being closed?",
        "support"),
    "blocked": _word(
        "终端拒绝发送这笔交易了吗？", "Did the terminal refuse to send the sale?", "merchant",
        "no reversal doubt log-full settlement floor-limit"),
    "cancelled-unsent": _asked("发送前取消了吗？", "Was it cancelled before it was sent?", "merchant"),
    # How often it was tried.
    "attempts": _other("这笔款刷了几次（不同流水号）?", "How many different trace numbers has this purchase?", "merchant",
                       "count"),
    "terminals": _other("用了几台终端？", "On how many terminals?", "merchant", "count"),
    "acquirers": _other("刷在几家收单机构的终端上？", "At how many acquirers?", "merchant", "count"),
    "same-card-and-amount": _asked("同卡同金额吗？", "Always the same card and amount?", "merchant"),
    "repeated-while": _word(
        "再刷时，前一笔是什么状态？", "What did the terminal say of the one before when it was swiped again?", "merchant",
        _TERMINAL_WORDS),
    "resent": _asked(
        "终端把存储的交易换流水号又送了一遍吗？", "Did the terminal send a stored sale again under a new trace number?",
        "merchant"),
    "slips": _other("打出了哪些单据？", "Which slips came out?", "merchant", "words"),
    "slip-merchant": _word(
        "签购单上的商户名和编号是自己的吗？", "Whose name and number are on the slip?", "merchant", "own other"),
    "contract-with": _word(
        "和谁签的约？", "With whom is the contract?", "merchant", "acquirer intermediary"),
    "stans": _other("有哪些流水号？", "Which trace numbers?", "merchant", "words"),
    "void": _word(
        "撤销做到哪一步？", "How far is a void of it?", "merchant",
        "none unknown approved reversed declined: in-doubt: reversal-closed: reversal-failed"),
    "void-of-another": _asked("本想撤销的是另一笔吗？", "Was another sale meant to be voided?", "merchant"),
    "refunded-same-day": _asked(
        "退货是在消费的同一业务日做的吗？", "Was the refund made on the sale's own business day?", "merchant"),
    "ticket": _word(
        "签购单金额和应收金额一致吗？", "Does the amount on the slip agree with what was due?", "merchant",
        "agrees too-much too-little"),
    # What the terminal's journal has of the attempt.
    "timer-running": _asked("终端还在倒计时等应答吗？", "Is the terminal still waiting, its timer running?", "merchant", True),
    "dark": _asked("终端现在是黑屏吗？", "Is the terminal dark?", "merchant", True),
    "code": _other("终端显示过什么应答码？（没有填 none）", "Which code did the terminal show? (none, if none)", "merchant",
                   "text", True),
    "no-answer": _asked("终端等应答超时了吗？", "Did the terminal's timer run out?", "merchant", True),
    "late-answer": _word(
        "超时之后，应答又来了吗？", "Did an answer come after the timer?", "merchant", "yes no not-yet", True),
    "booted": _word(
        "终端在交易途中重启过吗？", "Did the terminal boot in the middle of it?", "merchant",
        "no before-answer after-approval", True),
    "cancel-pressed": _asked("等待时按过取消吗？", "Was cancel pressed while it waited?", "merchant", True),
    "chip": _word(
        "交易完成前拔卡了，还是卡片拒绝了？", "Was the card pulled out too early, or did its chip decline?", "merchant",
        "no removed declined", True),
    "print-failed": _asked("打印失败过吗？", "Did printing fail?", "merchant", True),
    "store-failed": _word(
        "批准没能存下吗？为什么？", "Could the approval not be stored, and why?", "merchant", "no full io-error", True),
    "settlement": _word(
        "这一批结算到哪一步？", "How far is the settlement of its batch?", "merchant", "none failed equal unequal closed", True),
    "reversal-reason": _word(
        "冲正记录的原因是什么？", "Which reason has the reversal record?", "merchant", "none 98 06 96 A0", True),
    "reversal-tries": _other("冲正发送过几次？", "How often was the reversal sent?", "merchant", "count", True),
    "reversal-failed": _asked("有冲正没能送达吗？", "Did a try to deliver the reversal fail?", "merchant", True),
    "reversal-answer": _other("冲正的应答码是什么？（没有填 none）", "How was the reversal answered? (none, if not)",
                              "merchant", "text", True),
    "query-answer": _word(
        "查询的结果是什么？", "What did the query say?", "merchant",
        "none unknown pending approved declined reversed voided cleared", True),
    "by-code": _asked("是扫码付款吗？", "Was it paid by a code on a phone?", "merchant", True),
    "notices-sent": _other("离线交易上送过几次？", "How often was the stored sale sent?", "merchant", "count", True),
    "notice-told": _asked(
        "存储的交易已经上送、还没有应答吗？", "Was the stored sale sent already, and not answered?", "merchant", True),
    "completes-hold": _asked("是预授权完成吗？", "Is it the completion of a pre-authorisation?", "merchant", True),
    "queue-lost": _asked("终端丢了存储的离线交易吗？", "Has the terminal lost the sale that it stored?", "merchant", True),
    # What provider, platform and acquirer have of it.
    "gateway-down": _asked("等待应答时平台断过吗？", "Was the platform gone while the terminal waited?", "support", True),
    "answered-by": _word(
        "应答码最先由谁给出？", "Who said the code first?", "support", "nobody host host-timer network network-timer issuer",
        True),
    "not-forwarded": _asked("主机注明“未转发”了吗？", "Did the host mark it 'not forwarded'?", "support", True),
    "reversal-at-host": _asked("主机收到过冲正吗？", "Did a reversal reach the host?", "support", True),
    "host-restarted": _asked(
        "等待应答时主机宕机或重启过吗？", "Was the host gone, or restarted, while the terminal waited?", "support", True),
    "duplicate-at-host": _asked("同一流水号在主机出现过两次吗？", "Did one trace number reach the host twice?", "support", True),
    "captured-from": _word(
        "请款依据主机记录还是终端批次？", "Does the host's record claim a sale, or the terminal's settled batch?", "support",
        "host terminal", True),
    "day-cleared": _asked(
        "批准之后，它那一天的清算跑过了吗？", "Has the clearing of its business date run since it was approved?", "support",
        True),
    "advice": _word(
        "冲正通知到哪一步？", "How far is the reversal advice to the card's bank?", "support",
        "none waiting done refused stopped", True),
    "rrn": _other("检索参考号是多少？", "What is the RRN?", "support", "text", True),
    # What network and banks know.
    "issuer-line": _word(
        "卡组织到发卡行的线路通吗？", "Was the line from the network to the card's bank up?", "all",
        "up refused unreachable", True),
    "issuer-day-end": _asked("发卡行正在日终处理吗？", "Was the card's bank at its day-end work?", "all", True),
    "account-frozen": _word(
        "收款账户冻结了吗？哪个方向？", "Is the merchant's account frozen, and in which direction?", "all", "no in out both"),
    "account-state": _word(
        "收款账户是什么状态？", "Which state is the merchant's account in?", "all", "open frozen closed dormant"),
    "withdrawals-refused": _asked("账户上的钱取不出来吗？", "Are withdrawals from the account refused?", "merchant"),
    # The calendar and the payout.
    "business-date": _other("主机给的业务日期是哪天？", "Which business date did the host give it?", "merchant", "text", True),
    "due-date": _other("应到账日是哪天？", "When is it due?", "merchant", "text", True),
    "due-reached": _asked("应到账时间到了吗？", "Is it due by now?", "merchant", True),
    "overdue": _asked("过应到账时间一小时了吗？", "Is it an hour or more past due?", "merchant", True),
    "after-cut-off": _asked("是日切之后卖的吗？", "Was it sold after the cut-off?", "merchant", True),
    "closed-days": _word(
        "卖出日和到账日之间有周末或节假日吗？", "Is there a weekend or holiday before it is due?", "merchant",
        "none weekend holiday", True),
    "cut-off-at": _other("这一天几时日切？", "When is the cut-off of its day?", "merchant", "text", True),
    "cut-off-passed": _asked("这一天日切过了吗？", "Is that cut-off over?", "merchant", True),
    "ledger": _word(
        "平台账务记了这笔吗？", "Has the platform's ledger booked it?", "support", "not-yet missing wallet paid-out", True),
    "withdrawal": _word(
        "钱包自动出款还是手动提现？", "Is the wallet paid out by itself, or by pressing withdraw?", "merchant",
        "auto manual"),
    "paid-to": _word(
        "出款进了谁的账户？", "To whose account did the payout go?", "support", "own other", True),
    "payout-rule": _word(
        "出款被规则推迟了吗？哪一条？", "Did a rule put its payout off, and which?", "support",
        "none large-value instant-window instant-limit instant-minimum instant-suspended merchant-debt", True),
    "return-reason": _word(
        "出款被退回过吗？什么原因？", "Was a payout returned, and why?", "support",
        "none " + " ".join(RETURN_REASONS), True),
    "correction-ordered": _asked(
        "收单机构的经办人下令退回该笔交易了吗？", "Has a clerk of the acquirer ordered that it is taken back?", "support"),
    "adjustment-due": _asked(
        "等着做贷记调整退回持卡人吗？", "Does a credit adjustment wait to give it back?", "support", True),
    "recalled": _asked(
        "已向收款行要求退回这笔出款吗？", "Is the payout being asked back from its receiver?", "support", True),
    "payout-waits": _word(
        "出款在排队吗？等什么？", "Does the payout wait, and what for?", "support", "none BANK_MAINTENANCE", True),
    "paid-that-day": _asked(
        "同一天有别的出款到账吗？", "Did another payout arrive in the account on the same day?", "merchant", True),
    "account-limit": _word(
        "碰到账户的哪个限额？", "Which limit of the account was reached?", "all", "none day year balance", True),
    "paid-before": _asked(
        "这个账户以前收到过出款吗？", "Did an earlier payout arrive in this account?", "merchant", True),
    # What is kept back.
    "hold": _word(
        "款项被冻结了吗？为什么？", "Is the money kept back, and why: a risk rule, a dispute, an authority?", "merchant",
        "none rule case legal", True),
    "hold-ref": _other(
        "规则号、案件号或止付文书号是多少？", "Which rule, case or order?", "merchant", "text", True),
    "suspended-for": _word(
        "商户的结算暂停了吗？为什么？", "Are all payouts to the merchant suspended, and why?", "merchant", "no kyc change"),
    "dispute": _word(
        "有交易纠纷案件吗？到哪一步了？", "Is there a case about it, and how far is it?", "merchant",
        "none inquiry retrieval closed chargeback accepted representment won lost arbitration", True),
    "dispute-closed-by": _word(
        "案件因何结案？", "What closed the case?", "merchant", "none refund agreement slip confirmation", True),
    "dispute-due": _other("最迟哪天答复？", "By when must it be answered?", "merchant", "text", True),
    "account-order": _asked(
        "账户是有权机关下令冻结的吗？", "Was the account frozen by an authority's order?", "all"),
}
# fmt: on
"""Fact → its question, who may know the answer, and which answers there are."""

FACT_NAMES: Final[Mapping[str, Text]] = {name: fact.question for name, fact in FACTS.items()}
"""Fact → its question in both languages."""


class Facts(Struct, frozen=True):
    """What is known of a purchase. A fact that is missing is not known: withheld, not asked, or without sense here.

    Of several attempts the first speaks for the facts of one attempt; ``last`` has those of the last one, where they
    are others.
    """

    about: str
    known: dict[str, Value]
    last: dict[str, Value] = field(default_factory=dict)
    role: Role = "all"

    def get(self, name: str) -> Value | None:
        """The answer to a question, or ``None`` if it is not known; ``KeyError`` for what is no question."""
        if name not in FACTS:
            raise KeyError(_no_question(name))
        return self.known.get(name)

    def of_last(self) -> "Facts":
        """The same purchase, its last attempt speaking for the facts of one attempt."""
        if not self.last:
            return self
        kept = {name: value for name, value in self.known.items() if not FACTS[name].attempt}
        return Facts(self.about, kept | self.last, {}, self.role)

    def without(self, *names: str) -> "Facts":
        """The same facts, some of them withheld."""
        known = {name: value for name, value in self.known.items() if name not in names}
        last = {name: value for name, value in self.last.items() if name not in names}
        return Facts(self.about, known, last, self.role)

    def for_role(self, role: Role) -> "Facts":
        """What somebody in that role may know of them."""
        may = ROLES[: ROLES.index(role) + 1]
        return Facts(
            self.about,
            {name: value for name, value in self.known.items() if FACTS[name].role in may},
            {name: value for name, value in self.last.items() if FACTS[name].role in may},
            role,
        )


def checked(name: str, value: Value) -> Value:
    """The answer, if it is one that the question may have; ``ValueError`` with one sentence if not."""
    fact = FACTS.get(name)
    if fact is None:
        raise ValueError(_no_question(name))
    if _fits(name, fact, value):
        return value
    raise ValueError(f"{value!r} is no answer to {name!r}: {_wanted(name, fact)}")


def facts_of(about: str, answers: Mapping[str, Value], last: Mapping[str, Value] | None = None) -> Facts:
    """Facts as somebody states them; ``ValueError`` names the question or answer that does not exist."""
    return Facts(
        about,
        {name: checked(name, value) for name, value in answers.items()},
        {name: checked(name, value) for name, value in (last or {}).items()},
    )


def written(name: str, value: Value) -> str:
    """A fact as results write it: ``"late-answer=no"``."""
    if isinstance(value, bool):
        return f"{name}={'yes' if value else 'no'}"
    if isinstance(value, tuple):
        return f"{name}={','.join(value) or '-'}"
    return f"{name}={value}"


def spoken(fact: str) -> Text:
    """A written fact as question and answer, for people."""
    name, _, answer = fact.partition("=")
    question = FACT_NAMES[name]
    shown = _answer_text(name, answer)
    return Text(f"{question.zh} {shown.zh}", f"{question.en} {shown.en}")


_ANSWERS: Final[Mapping[str, Text]] = {
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "none": Text("没有", "none"),
    "not-yet": Text("还没有", "not yet"),
    "unreachable": Text("不通", "no way there"),
    "refused": Text("被拒绝", "refused"),
    "before-answer": Text("是，在应答之前", "yes, before the answer"),
    "after-approval": Text("是，在批准存储之后", "yes, after the approval was stored"),
    "waiting": Text("等待确认", "waiting to be confirmed"),
    "done": Text("已确认", "confirmed"),
    "stopped": Text("已停止重发", "no longer repeated"),
    "removed": Text("提前拔卡", "pulled out"),
    "declined": Text("卡片拒绝", "declined"),
    "open": Text("正常", "open"),
    "frozen": Text("冻结", "frozen"),
    "dormant": Text("睡眠户", "dormant"),
    "day": Text("日限额", "its daily limit"),
    "year": Text("年限额", "its yearly limit"),
    "balance": Text("余额上限", "its highest balance"),
    "BANK_MAINTENANCE": Text("收款行系统维护", "the account bank's maintenance"),
    "both": Text("不收不付", "both directions"),
    "in": Text("不收", "takes nothing"),
    "out": Text("不付", "pays nothing"),
    "nobody": Text("没有人", "nobody"),
    "up": Text("通", "up"),
    "agrees": Text("一致", "it agrees"),
    "rule": Text("风控规则", "a risk rule"),
    "case": Text("交易纠纷", "a dispute"),
    "legal": Text("有权机关止付", "an authority's order"),
    "inquiry": Text("确认查询", "confirm inquiry"),
    "retrieval": Text("调单", "retrieval"),
    "chargeback": Text("一次退单", "chargeback"),
    "accepted": Text("接受退单", "accepted"),
    "representment": Text("再请款", "representment"),
    "won": Text("再请款成功", "won"),
    "lost": Text("败诉", "lost"),
    "arbitration": Text("二次退单、仲裁", "arbitration"),
    "agreement": Text("双方协商", "the parties agreed"),
    "refund": Text("退货", "a refund"),
    "slip": Text("举证", "slip and evidence"),
    "confirmation": Text("确认查询已答复", "the answer to an inquiry"),
    "kyc": Text("证照过期", "expired documents"),
    "change": Text("变更审核中", "a change under review"),
    "too-much": Text("多输了", "too much"),
    "too-little": Text("少输了", "too little"),
    "auto": Text("自动", "by itself"),
    "manual": Text("手动", "by pressing withdraw"),
    "missing": Text("没有记", "it is missing"),
    "wallet": Text("在钱包里", "it is in the wallet"),
    "paid-out": Text("已从钱包出款", "it was paid out of the wallet"),
    "own": Text("自己的", "one's own"),
    "other": Text("别人的", "somebody else's"),
    "acquirer": Text("持牌收单机构", "a licensed acquirer"),
    "intermediary": Text("中间商", "an intermediary"),
    "instant-window": Text("不在秒到时段", "outside the hours of instant payout"),
    "instant-limit": Text("超过秒到限额", "above the limit of instant payout"),
    "instant-minimum": Text("低于秒到起点金额", "below the least amount of instant payout"),
    "instant-suspended": Text("秒到暂停", "instant payout suspended"),
    "merchant-debt": Text("商户有欠款待扣", "the merchant owes something"),
    "large-value": Text("大额系统未开", "the large-value system is closed"),
    "weekend": Text("周末", "a weekend"),
    "holiday": Text("节假日", "a holiday"),
    "reversal": Text("是，有待冲正交易", "yes, a reversal waits"),
    "doubt": Text("是，前一笔结果未明", "yes, an earlier one is in doubt"),
    "log-full": Text("是，交易流水满", "yes, its log is full"),
    "settlement": Text("是，批上送未完成", "yes, the upload of its batch is not finished"),
    "failed": Text("试过，没有成功", "tried, and not answered"),
    "equal": Text("对账平，未完成", "found equal, not closed"),
    "unequal": Text("对账不平，批上送未完成", "found unequal, not uploaded"),
    "closed": Text("已结算", "settled"),
    "floor-limit": Text("是，不允许离线消费", "yes, it may not store that offline"),
    "full": Text("是，流水满", "yes, the log is full"),
    "io-error": Text("是，写入出错", "yes, writing failed"),
}


def _answer_text(name: str, answer: str) -> Text:
    view = "terminal" if name == "repeated-while" else name
    if view == "cardholder":
        said = [say(view, word) for word in answer.split(",") if word != "-"]
        return Text("、".join(t.zh for t in said) or "没有", ", ".join(t.en for t in said) or "none")
    if view in VIEWS and is_word(view, answer):
        return say(view, answer)
    return _ANSWERS.get(answer, Text(answer, answer))


def _fits(name: str, fact: Fact, value: Value) -> bool:
    if fact.kind == "yes-no":
        return isinstance(value, bool)
    if fact.kind == "count":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if fact.kind == "words" or name == "cardholder":
        if not (isinstance(value, tuple) and all(isinstance(word, str) for word in value)):
            return False
        return name != "cardholder" or all(is_word("cardholder", word) for word in value)
    if not isinstance(value, str):
        return False
    if fact.kind == "view":
        return is_word(name, value)
    if fact.kind == "word":
        stem, colon, tail = value.partition(":")
        return value in fact.words or (bool(tail) and stem + colon in fact.words)
    return bool(value)


def _wanted(name: str, fact: Fact) -> str:
    if fact.kind == "yes-no":
        return "say true or false"
    if fact.kind == "count":
        return "say how many"
    words: Iterable[str] = VIEWS[name] if fact.kind == "view" else fact.words
    listed = ", ".join(words)
    return f"use {listed}" if listed else "say it in words"


def _no_question(name: str) -> str:
    near = difflib.get_close_matches(name, FACTS, n=1, cutoff=0)
    return f"there is no fact {name!r}; the nearest is {near[0]!r}"
