"""The dialect between acquirer, card network and issuer: a bitmap of 128 bits, which field 90 needs.

A frame is a 2-byte big-endian length of what follows, the message type in four ASCII digits, a bitmap of 16 bytes whose
first bit is set, and the fields: one character a digit, lengths of two or three digits. There is neither TPDU nor
header. PIN block, chip data and MAC are bytes.
"""

from typing import Final

from poslab.messages.iso8583.layout import Dialect, Field, Format, Lengths, Part
from poslab.text import Text


def _f(
    number: int, zh: str, en: str, form: Format, length: int, lengths: Lengths = "fixed", *parts: tuple[str, str, int]
) -> Field:
    secret = form == "b"
    cut = tuple(Part(Text(*names), size) for *names, size in parts)
    return Field(number, Text(zh, en), form, length, lengths, "binary" if secret else "ascii", "right", secret, cut)


NETWORK: Final = Dialect(
    name="network",
    tpdu=b"",
    header=b"",
    figures="ascii",
    bitmap_bits=128,
    fields=(
        _f(2, "主账号", "card number", "n", 19, "ll"),
        _f(3, "处理码", "processing code", "n", 6),
        _f(4, "交易金额（分）", "amount in fen", "n", 12),
        _f(7, "交易传输时间", "date and time of sending", "n", 10),
        _f(11, "系统跟踪号", "STAN", "n", 6),
        _f(12, "受卡方所在地时间", "local time", "n", 6),
        _f(13, "受卡方所在地日期", "local date", "n", 4),
        _f(15, "清算日期", "settlement date", "n", 4),
        _f(18, "商户类型", "merchant category code", "n", 4),
        _f(22, "服务点输入方式码", "entry mode", "n", 3),
        _f(25, "服务点条件码", "POS condition code", "n", 2),
        _f(32, "受理机构标识码", "acquirer id", "n", 11, "ll"),
        _f(33, "发送机构标识码", "forwarder id", "n", 11, "ll"),
        _f(37, "检索参考号", "RRN", "an", 12),
        _f(38, "授权码", "authorisation code", "an", 6),
        _f(39, "应答码", "response code", "an", 2),
        _f(41, "终端号", "TID", "ans", 8),
        _f(42, "商户号", "MID", "ans", 15),
        _f(43, "商户名称与地址", "merchant name and place", "ans", 40),
        _f(49, "交易货币代码", "currency", "an", 3),
        _f(52, "个人标识码数据", "PIN block", "b", 8),
        _f(54, "附加金额", "additional amounts", "an", 20, "lll"),
        _f(55, "IC卡数据", "chip data", "b", 255, "lll"),
        _f(
            60, "自定义域", "batch and message type", "an", 27, "lll",
            ("消息类型码", "message type code", 2),
            ("批次号", "batch number", 6),
            ("未转发标志", "not forwarded", 1),
            ("原批次号", "original batch number", 6),
            ("原检索参考号", "original RRN", 12),
        ),
        _f(62, "自定义域（付款码、文本）", "payment code or text", "ans", 512, "lll"),
        _f(70, "网络管理信息码", "network management code", "n", 3),
        _f(
            90, "原始数据元", "original", "n", 42, "fixed",
            ("原消息类型", "original message type", 4),
            ("原系统跟踪号", "original STAN", 6),
            ("原传输时间", "original date and time of sending", 10),
            ("原受理机构", "original acquirer id", 11),
            ("原发送机构", "original forwarder id", 11),
        ),
        _f(100, "接收机构标识码", "receiver id", "n", 11, "ll"),
        _f(128, "报文鉴别码", "MAC", "b", 8),
    ),
)  # fmt: skip
