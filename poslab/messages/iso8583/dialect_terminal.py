"""The dialect between terminal and acquirer: ISO 8583:1987 as UnionPay-style terminals speak it over TCP.

A frame is a 2-byte big-endian length of what follows, a 5-byte TPDU, a 6-byte header, the message type in BCD, a bitmap
of 64 bits, and the fields in ascending order.
"""

from typing import Final

from poslab.messages.iso8583.layout import Dialect, Field, Format, Lengths, Pad, Part
from poslab.text import Text


def _n(
    number: int,
    zh: str,
    en: str,
    length: int,
    lengths: Lengths = "fixed",
    pad: Pad = "right",
    secret: bool = False,
    parts: tuple[Part, ...] = (),
) -> Field:
    return Field(number, Text(zh, en), "n", length, lengths, "bcd", pad, secret, parts)


def _z(number: int, zh: str, en: str, length: int, lengths: Lengths) -> Field:
    return Field(number, Text(zh, en), "z", length, lengths, "bcd", "right", True)


def _text(
    number: int, zh: str, en: str, form: Format, length: int, lengths: Lengths = "fixed", parts: tuple[Part, ...] = ()
) -> Field:
    return Field(number, Text(zh, en), form, length, lengths, "ascii", parts=parts)


def _b(number: int, zh: str, en: str, length: int, lengths: Lengths = "fixed") -> Field:
    return Field(number, Text(zh, en), "b", length, lengths, "binary", secret=True)


def _parts(*rows: tuple[str, str, int]) -> tuple[Part, ...]:
    return tuple(Part(Text(zh, en), length) for zh, en, length in rows)


_HALF: Final = (
    ("借记金额（分）", "debit amount in fen", 12),
    ("借记笔数", "debits", 3),
    ("贷记金额（分）", "credit amount in fen", 12),
    ("贷记笔数", "credits", 3),
    ("对账标志", "comparison: 1 equal, 2 unequal, 3 error", 1),
)
TOTALS: Final = _n(
    48,
    "结算总额",
    "totals",
    322,
    "lll",
    parts=_parts(
        *((f"内卡{zh}", f"domestic: {en}", length) for zh, en, length in _HALF),
        *((f"外卡{zh}", f"foreign: {en}", length) for zh, en, length in _HALF),
    ),
)

TERMINAL: Final = Dialect(
    name="terminal",
    tpdu=bytes.fromhex("6000010000"),
    header=bytes.fromhex("602200000000"),
    fields=(
        _n(2, "主账号", "card number", 19, "ll"),
        _n(3, "处理码", "processing code", 6),
        _n(4, "交易金额（分）", "amount in fen", 12),
        _n(11, "POS流水号", "STAN", 6),
        _n(12, "受卡方所在地时间", "local time", 6),
        _n(13, "受卡方所在地日期", "local date", 4),
        _n(14, "卡有效期", "expiry date", 4, secret=True),
        _n(15, "清算日期", "settlement date", 4),
        _n(22, "服务点输入方式码", "entry mode", 3),
        _n(23, "卡序列号", "card sequence number", 3, pad="left"),
        _n(25, "服务点条件码", "POS condition code", 2),
        _n(26, "服务点PIN获取码", "PIN capture code", 2),
        _n(32, "受理方标识码", "acquirer id", 11, "ll"),
        _z(35, "二磁道数据", "track 2", 37, "ll"),
        _z(36, "三磁道数据", "track 3", 104, "lll"),
        _text(37, "检索参考号", "RRN", "an", 12),
        _text(38, "授权码", "authorisation code", "an", 6),
        _text(39, "应答码", "response code", "an", 2),
        _text(41, "终端号", "TID", "ans", 8),
        _text(42, "商户号", "MID", "ans", 15),
        _text(44, "附加响应数据", "additional response", "ans", 25, "ll"),
        _n(48, "私有附加数据", "totals and batch details", 322, "lll"),
        _text(49, "交易货币代码", "currency", "an", 3),
        _b(52, "个人标识码数据", "PIN block", 8),
        _n(
            53,
            "安全控制信息",
            "security control",
            16,
            parts=_parts(
                ("PIN格式", "PIN format", 1),
                ("密钥长度", "key length", 1),
                ("磁道加密", "track encryption", 1),
            ),
        ),
        _text(54, "附加金额", "additional amounts", "an", 20, "lll"),
        _b(55, "IC卡数据", "chip data", 255, "lll"),
        _n(
            60,
            "自定义域",
            "batch and message type",
            17,
            "lll",
            parts=_parts(
                ("消息类型码", "message type code", 2),
                ("批次号", "batch number", 6),
                ("网络管理信息码", "network management code", 3),
                ("终端读取能力", "read capability", 1),
                ("IC卡条件代码", "chip condition", 1),
                ("部分承兑标志", "partial approval", 1),
                ("账户类型", "account type", 3),
            ),
        ),
        _n(
            61,
            "原始信息域",
            "original",
            29,
            "lll",
            parts=_parts(
                ("原批次号", "original batch number", 6),
                ("原POS流水号", "original STAN", 6),
                ("原交易日期", "original date", 4),
                ("授权方式", "authorisation mode", 2),
                ("授权机构", "authoriser", 11),
            ),
        ),
        _text(62, "自定义域（付款码、文本）", "payment code or text", "ans", 512, "lll"),
        _text(63, "自定义域（操作员等）", "operator and others", "ans", 163, "lll"),
        _b(64, "报文鉴别码", "MAC", 8),
    ),
    instead={"0500": (TOTALS,), "0510": (TOTALS,), "0810": (_b(62, "工作密钥", "working keys", 60, "lll"),)},
)
"""Odd digits: field 22 and all variable fields are padded on the right, field 23 on the left. An answer to a
sign-on has keys in field 62, every other message a text."""
