"""A frame as people may see it: field by field, with names in both languages and without what nobody may keep.

The number of a test card, and a test payment code, is shown as first six and last four; of any other nothing is shown.
Expiry, tracks, PIN block, chip data, keys and MAC are hidden, and a TPDU or header of somebody else's. Digits long
enough to be a card number are hidden wherever they stand, save the MID of a simulated merchant.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from poslab.messages.codes import code
from poslab.messages.iso8583 import digits, errors
from poslab.messages.iso8583.codec import LENGTH_BYTES, Codec
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.errors import Undecodable
from poslab.messages.iso8583.layout import Dialect, Field
from poslab.messages.iso8583.mapping import codec_of
from poslab.text import Text

_CARD_NUMBER, _ENTRY, _CODE, _MID, _CODE_OR_TEXT = 2, 22, 39, 42, 62
_BY_CODE: Final = "030"
_SIMULATED_MID: Final = "9990000"  # the acquirer that exists nowhere, in no region
_LONG: Final = re.compile("(?:[0-9][ -]?){13,}")

_FRAME_NAMES: Final = {
    "length": Text("长度", "length"),
    "tpdu": Text("传输协议数据单元", "TPDU"),
    "header": Text("报文头", "header"),
    "mti": Text("消息类型", "message type"),
    "bitmap": Text("位图", "bitmap"),
}
_FRAME: Final = Text("报文", "frame")

_KINDS: Final = {
    "0100": Text("授权类请求", "authorisation request"),
    "0110": Text("授权类应答", "authorisation response"),
    "0200": Text("金融类请求", "financial request"),
    "0210": Text("金融类应答", "financial response"),
    "0220": Text("金融类通知", "financial notice"),
    "0221": Text("金融类通知（重发）", "financial notice, repeated"),
    "0230": Text("金融类通知应答", "financial notice response"),
    "0320": Text("批上送", "batch upload"),
    "0330": Text("批上送应答", "batch upload response"),
    "0400": Text("冲正请求", "reversal request"),
    "0410": Text("冲正应答", "reversal response"),
    "0420": Text("冲正通知", "reversal advice"),
    "0421": Text("冲正通知（重发）", "reversal advice, repeated"),
    "0430": Text("冲正通知应答", "reversal advice response"),
    "0500": Text("批结算", "batch settlement"),
    "0510": Text("批结算应答", "batch settlement response"),
    "0600": Text("交易查询请求", "query request"),
    "0610": Text("交易查询应答", "query response"),
    "0800": Text("签到请求", "sign-on request"),
    "0810": Text("签到应答", "sign-on response"),
    "0820": Text("网络管理请求", "management request"),
    "0830": Text("网络管理应答", "management response"),
}


class DumpLine(Struct, frozen=True):
    """One line. ``field`` is a number, a part of one (``60.2``) or a place before the fields, as in ``Undecodable``."""

    field: str
    name: Text
    value: str
    """As on the wire: digits, characters, hexadecimal; for the bitmap its field numbers; empty where hidden."""
    offset: int
    """Bytes from the start of the frame, its two length bytes included; a part has the offset of its field."""
    hidden: bool = False
    says: Text | None = None
    """What the value means, where a table knows it."""
    trouble: Text | None = None
    """Why reading stopped here, or why the value is refused."""


def dump(frame: bytes, dialect: Dialect = TERMINAL) -> list[DumpLine]:
    """What a frame holds, masked. It never raises: what cannot be read is the last line, with its ``trouble``.

    A length that lies is in trouble itself, and what follows is read all the same.
    """
    codec = codec_of(dialect)
    lines, mti = [], ""
    own = {"tpdu": dialect.tpdu.hex().upper(), "header": dialect.header.hex().upper()}
    length = len(frame) - LENGTH_BYTES
    for place, offset, value in codec.opening(frame):
        if place == "mti":
            mti = value
        says = _KINDS.get(value) if place == "mti" else None
        lies = place == "length" and int(value) != length
        trouble = errors.LENGTH_DIFFERS if lies else None
        foreign = place in own and value != own[place]  # whose bytes nobody knows
        shown = "" if foreign else value
        lines.append(DumpLine(place, _FRAME_NAMES[place], shown, offset, foreign, says, trouble))
    try:
        fields = codec.fields_of(mti)
        by_code = False
        for number, offset, value in codec.walk(_of_honest_length(frame)):
            by_code = by_code or (number == _ENTRY and value == _BY_CODE)
            lines += _field(fields[number], value, offset, by_code)
    except Undecodable as broken:
        name = _name_of(broken.field, codec, mti)
        _refuse(lines, DumpLine(broken.field, name, "", broken.offset, trouble=broken.why))
    return lines


def _refuse(lines: list[DumpLine], refused: DumpLine) -> None:
    """The trouble goes to the line that shows the place already, or to one of its own."""
    for n, line in enumerate(lines):
        if (line.field, line.offset) == (refused.field, refused.offset):
            lines[n] = replace(line, trouble=line.trouble or refused.trouble)
            return
    lines.append(refused)


def _of_honest_length(frame: bytes) -> bytes:
    rest = frame[LENGTH_BYTES : LENGTH_BYTES + 0xFFFF]
    return len(rest).to_bytes(LENGTH_BYTES, "big") + rest if len(frame) >= LENGTH_BYTES else frame


def _field(field: Field, value: str, offset: int, by_code: bool) -> list[DumpLine]:
    name = str(field.number)
    if field.number == _CARD_NUMBER:
        ref = digits.ref_of(value)
        if ref is None:
            return [DumpLine(name, field.name, "", offset, hidden=True, trouble=errors.NOT_A_TEST_CARD)]
        return [DumpLine(name, field.name, digits.masked(ref), offset)]
    if field.number == _CODE_OR_TEXT and by_code:
        ref = digits.ref_of_code(value)
        if ref is None:
            return [DumpLine(name, field.name, "", offset, hidden=True, trouble=errors.NOT_A_TEST_CODE)]
        return [DumpLine(name, field.name, digits.masked(ref), offset)]
    if field.secret:
        return [DumpLine(name, field.name, "", offset, hidden=True)]
    if field.parts:
        return list(_parts(field, value, offset))
    says = code(value).text if field.number == _CODE else None
    shown = value if field.number == _MID and value.startswith(_SIMULATED_MID) else without_numbers(value)
    return [DumpLine(name, field.name, shown, offset, hidden=shown != value, says=says)]


def _parts(field: Field, value: str, offset: int) -> Iterator[DumpLine]:
    at = 0
    for index, part in enumerate(field.parts, start=1):
        piece = value[at : at + part.length]
        if not piece:
            return
        shown = without_numbers(piece)
        yield DumpLine(f"{field.number}.{index}", part.name, shown, offset, hidden=shown != piece)
        at += part.length


def without_numbers(text: str) -> str:
    """A text with stars for whatever is long enough to be a card number."""
    return _LONG.sub(lambda found: "*" * len(found.group()), text)


def _name_of(place: str, codec: Codec, mti: str) -> Text:
    if place in _FRAME_NAMES:
        return _FRAME_NAMES[place]
    field = codec.fields_of(mti).get(int(place)) if place.isdigit() else None
    return field.name if field else _FRAME
