"""What the issuer writes to the cardholder's telephone."""

from collections.abc import Mapping

from poslab.messages.people import Sms
from poslab.money import written
from poslab.party.time import clock_text, date_of
from poslab.text import Text
from poslab.world.cards import Card

SMS: Mapping[str, Text] = {
    "spent": Text(
        "【{bank}】您尾号{tail}的{product_zh}于{month}月{day}日{time}消费{amount}元，{left_zh}{balance}元。(模拟)",
        "[{bank_en}] Your {product_en} ending {tail} paid {amount} yuan at {time} on {date}; "
        "{left_en} {balance} yuan. (simulated)",
    ),
    "returned": Text(
        "【{bank}】您尾号{tail}的{product_zh}于{month}月{day}日{time}退回{amount}元(冲正/撤销)，{left_zh}{balance}元。(模拟)",
        "[{bank_en}] {amount} yuan were given back to your {product_en} ending {tail} at {time} on {date} "
        "(reversal or void); {left_en} {balance} yuan. (simulated)",
    ),
    "refunded": Text(
        "【{bank}】您尾号{tail}的{product_zh}于{month}月{day}日{time}收到退货款{amount}元，{left_zh}{balance}元。(模拟)",
        "[{bank_en}] A refund of {amount} yuan reached your {product_en} ending {tail} at {time} on {date}; "
        "{left_en} {balance} yuan. (simulated)",
    ),
    "hold": Text(
        "【{bank}】您尾号{tail}的{product_zh}于{month}月{day}日{time}预授权冻结{amount}元，{left_zh}{balance}元。(模拟)",
        "[{bank_en}] {amount} yuan are held on your {product_en} ending {tail} since {time} on {date}; "
        "{left_en} {balance} yuan. (simulated)",
    ),
    "hold-released": Text(
        "【{bank}】您尾号{tail}的{product_zh}于{month}月{day}日{time}解除预授权冻结{amount}元，{left_zh}{balance}元。(模拟)",
        "[{bank_en}] The hold of {amount} yuan on your {product_en} ending {tail} ended at {time} on {date}; "
        "{left_en} {balance} yuan. (simulated)",
    ),
}
"""Word of an SMS → its sentence."""

PRODUCTS: Mapping[str, Text] = {"debit": Text("借记卡", "debit card"), "credit": Text("信用卡", "credit card")}
LEFT: Mapping[str, Text] = {"debit": Text("余额", "balance"), "credit": Text("可用额度", "free credit line")}


def sms_text(sms: Sms, card: Card, bank: Text) -> Text:
    """An SMS as the cardholder reads it; of the card only the last four digits are shown."""
    day = date_of(sms.at)
    product, left = PRODUCTS[card.product], LEFT[card.product]
    return SMS[sms.word].fill(
        bank=bank.zh,
        bank_en=bank.en,
        tail=card.masked[-4:],
        product_zh=product.zh,
        product_en=product.en,
        left_zh=left.zh,
        left_en=left.en,
        month=f"{day.month:02d}",
        day=f"{day.day:02d}",
        date=day.isoformat(),
        time=clock_text(sms.at)[:5],
        amount=written(sms.amount_fen),
        balance=written(sms.balance_fen),
    )
