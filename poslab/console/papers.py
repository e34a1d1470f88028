"""What people saw, as it looked: screens, slips, short messages, notices and statement lines."""

from bank.texts import sms_text
from poslab.console.says import label
from poslab.console.story import Shown
from poslab.console.words import DISPUTES, HOLDS, REASONS, REVIEWS
from poslab.history.words import VIEWS
from poslab.messages.card import OrderNotice
from poslab.messages.disputes import DisputeNotice
from poslab.messages.funding import AdjustmentNotice, HoldNotice, PayoutNotice, StatementLine
from poslab.messages.people import Screen, SettlementSlip, Slip, Sms
from poslab.money import written
from poslab.party.contract import Address, Input
from poslab.party.time import Instant, day_text
from poslab.text import Text
from poslab.world.world import World
from terminal.slips import lines, settlement_lines


def shown(message: Input, to: Address, at: Instant, lines_n: tuple[int, int], world: World) -> Shown | None:
    """What a person saw when this message reached her; ``None`` for what is not for people's eyes.

    ``lines_n`` are the lines of the history on which it was sent and seen.
    """
    about, (sent_n, n) = message.about, lines_n
    if isinstance(message, Slip):
        return Shown(about, sent_n, n, at, to, "slip", message.slip, label(message), tuple(lines(message, world)))
    if isinstance(message, SettlementSlip):
        printed = tuple(settlement_lines(message, world))
        return Shown(about, sent_n, n, at, to, "slip", "settlement", label(message), printed)
    if isinstance(message, Screen):
        return Shown(about, sent_n, n, at, to, "screen", message.word, Text("屏幕", "screen"), (), label(message))
    if isinstance(message, Sms):
        text = sms_text(message, world.cards[message.card], world.issuer_of(message.card).name)
        return Shown(about, sent_n, n, at, to, "sms", message.word, Text("短信", "SMS"), (), text)
    if isinstance(message, StatementLine):
        return Shown(
            about, sent_n, n, at, to, "statement", "credited", Text("账单", "statement"), (), _statement(message)
        )
    if isinstance(message, OrderNotice) and world.roles()[to] == "merchant":
        return Shown(
            about, sent_n, n, at, to, "notice", message.state, Text("订单页", "order page"), (), _order(message)
        )
    if isinstance(message, PayoutNotice):
        return Shown(
            about, sent_n, n, at, to, "notice", message.state, Text("出款通知", "payout notice"), (), _notice(message)
        )
    if isinstance(message, DisputeNotice):
        return Shown(
            about, sent_n, n, at, to, "notice", message.state, Text("争议通知", "dispute notice"), (), _dispute(message)
        )
    if isinstance(message, HoldNotice):
        return Shown(
            about, sent_n, n, at, to, "notice", message.state, Text("结算通知", "settlement notice"), (), _hold(message)
        )
    if isinstance(message, AdjustmentNotice):
        return Shown(
            about, sent_n, n, at, to, "notice", message.why, Text("调账通知", "adjustment notice"), (), _adjusted(message)
        )
    return None


def _adjusted(notice: AdjustmentNotice) -> Text:
    of, sum_ = notice.ref.partition("/")[0], written(abs(notice.amount_fen))
    if notice.why == "written-off":
        return Text(f"{of} 所欠 {sum_} 元已核销", f"{sum_} yuan that you owed for {of} are written off")
    if notice.why == "refused" and notice.amount_fen < 0:
        return Text(f"{of} 的调整被发卡行拒绝，补记 {sum_} 元", f"{of} was refused by the card's bank: {sum_} yuan more for you")
    if notice.why == "refused":
        return Text(f"{of} 被发卡行拒付，扣款 {sum_} 元", f"{of} was refused by the card's bank: {sum_} yuan less for you")
    fee = written(notice.fee_fen)
    return Text(
        f"{of} 的 {sum_} 元已退还持卡人，退还手续费 {fee} 元",
        f"{sum_} yuan of {of} are given back to the cardholder; a fee of {fee} yuan comes back to you",
    )


def _statement(line: StatementLine) -> Text:
    sum_, balance = written(abs(line.amount_fen)), written(line.balance_fen)
    if line.amount_fen < 0:
        return Text(
            f"账户 {line.account_no} 支出 {sum_} 元，摘要 {line.reference}，余额 {balance} 元",
            f"account {line.account_no}: {sum_} yuan paid out, reference {line.reference}; balance {balance} yuan",
        )
    return Text(
        f"账户 {line.account_no} 入账 {sum_} 元，摘要 {line.reference}，余额 {balance} 元",
        f"account {line.account_no}: {sum_} yuan credited, reference {line.reference}; balance {balance} yuan",
    )


def _order(notice: OrderNotice) -> Text:
    state, sum_ = VIEWS["platform"][notice.state], written(notice.amount_fen)
    return Text(f"订单 {sum_} 元：{state.zh}", f"order of {sum_} yuan: {state.en}")


def _notice(notice: PayoutNotice) -> Text:
    sum_ = written(notice.amount_fen)
    if notice.state == "paid":
        return Text(f"结算成功：{sum_} 元已出款", f"settled: {sum_} yuan were paid out")
    why = REASONS.get(notice.reason, Text(notice.reason, notice.reason))
    return Text(
        f"结算失败：{sum_} 元未能入账，原因：{why.zh}",
        f"settlement failed: {sum_} yuan could not be credited: {why.en}",
    )


def _dispute(notice: DisputeNotice) -> Text:
    said, sum_ = DISPUTES[notice.state], written(notice.amount_fen)
    by = Text("", "")
    if notice.answer_by:
        by = Text(f"，{day_text(notice.answer_by)} 前答复", f"; to be answered by {day_text(notice.answer_by)}")
    return Text(
        f"案件 {notice.case_no}（{sum_} 元）：{said.zh}{by.zh}", f"case {notice.case_no} ({sum_} yuan): {said.en}{by.en}"
    )


def _hold(notice: HoldNotice) -> Text:
    sum_ = written(notice.amount_fen)
    if notice.state == "suspended":
        why = REVIEWS[notice.why]
        return Text(f"结算暂停：{why.zh}", f"payouts are suspended: {why.en}")
    if notice.state == "resumed":
        return Text("结算恢复", "payouts are resumed")
    if notice.state == "released":
        return Text(f"参考号 {notice.rrn} 的 {sum_} 元已解冻", f"{sum_} yuan of {notice.rrn} are released")
    why = HOLDS[notice.why]
    return Text(
        f"延迟结算：参考号 {notice.rrn} 的 {sum_} 元冻结，{why.zh} {notice.ref}",
        f"settlement delayed: {sum_} yuan of {notice.rrn} are kept back, {why.en} {notice.ref}",
    )
