"""What may go wrong between messages and bytes, said by field and place and never by content.

A reason is one of the texts of this file: nothing that was read can find its way into an error, a log or a screen.
"""

from typing import Final

from poslab.text import Text

TOO_SHORT: Final = Text("报文不完整", "the frame ends before this")
LENGTH_DIFFERS: Final = Text("长度与实际不符", "the length does not agree with the bytes that follow")
NOT_THIS_DIALECT: Final = Text("不是本方言的值", "not what this dialect has here")
UNKNOWN_MESSAGE: Final = Text("本链路没有此类报文", "no such message on this leg")
UNKNOWN_FIELD: Final = Text("本方言没有此域", "this dialect has no such field")
NOT_DIGITS: Final = Text("应为数字", "digits only are allowed here")
NOT_CHARACTERS: Final = Text("含不允许的字符", "a character is not allowed here")
WRONG_LENGTH: Final = Text("长度不对", "wrong length")
WRONG_PADDING: Final = Text("填充位不为零", "the padding is not zero")
LEFT_OVER: Final = Text("最后一域之后还有字节", "bytes follow the last field")
MISSING: Final = Text("缺少必需的域", "the message needs this field")
NOT_A_TEST_CARD: Final = Text("非测试卡，拒绝", "not a test card: refused")
NOT_A_TEST_CODE: Final = Text("非测试付款码，拒绝", "not a test payment code: refused")
NO_SUCH_DATE: Final = Text("没有这个日期或时间", "no such date or time")
NO_SUCH_WORD: Final = Text("不认识的值", "not one of the known values")
DISAGREES: Final = Text("与其他域矛盾", "contradicts another field")
BROKEN_MAC: Final = Text("报文鉴别码不符", "the MAC does not agree with the bytes")
NOT_ON_THIS_LEG: Final = Text("本链路上没有位置", "has no place on this leg")

_WHERE: Final = Text("域 {field}，第 {offset} 字节：{why}", "field {field} at byte {offset}: {why}")
_WHICH: Final = Text("域 {field}：{why}", "field {field}: {why}")


class Undecodable(Exception):
    """Bytes that are no message of the dialect: a peer's mistake, or damage on the way; to be survived.

    ``field`` is a field number (``"39"``), a part of one (``"60.2"``), or ``length``, ``tpdu``, ``header``, ``mti``,
    ``bitmap``, ``end``. ``offset`` counts bytes from the start of the frame, its two length bytes included.
    """

    def __init__(self, field: str, offset: int, why: Text) -> None:
        super().__init__(field, offset, why)
        self.field = field
        self.offset = offset
        self.why = why

    @property
    def text(self) -> Text:
        """The whole sentence in both languages."""
        return Text(
            _WHERE.zh.format(field=self.field, offset=self.offset, why=self.why.zh),
            _WHERE.en.format(field=self.field, offset=self.offset, why=self.why.en),
        )

    def __str__(self) -> str:
        return self.text.en


class Unencodable(Exception):
    """A message that has no bytes in the dialect: our own mistake. ``field`` as in ``Undecodable``."""

    def __init__(self, field: str, why: Text) -> None:
        super().__init__(field, why)
        self.field = field
        self.why = why

    @property
    def text(self) -> Text:
        """The whole sentence in both languages."""
        return Text(
            _WHICH.zh.format(field=self.field, why=self.why.zh), _WHICH.en.format(field=self.field, why=self.why.en)
        )

    def __str__(self) -> str:
        return self.text.en
