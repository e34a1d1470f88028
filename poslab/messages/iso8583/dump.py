"""A frame as people may see it: field by field, with names in both languages and without what nobody may keep.

The number of a test card is shown as first six and last four; of any other number nothing is shown. Expiry, tracks, PIN
block, chip data, keys and MAC are hidden. Digits long enough to be a card number are hidden wherever they stand, save
the MID of a simulated merchant.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from poslab.messages.codes import code
from poslab.messages.iso8583 import digits, errors
from poslab.messages.iso8583.codec import BITMAP_BYTES, LENGTH_BYTES, MTI_BYTES, Codec
from poslab.messages.iso8583.errors import Undecodable
from poslab.messages.iso8583.layout import Field
from poslab.messages.iso8583.mapping import CODEC
from poslab.text import Text

_CARD_NUMBER, _CODE, _MID, _KEYS = 2, 39, 42, 62
_SIMULATED_MID: Final = "9990000"  # the acquirer that exists nowhere, in no region
_WITH_KEYS: Final = "0810"
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
    "0200": Text("金融类请求", "financial request"),
    "0210": Text("金融类应答", "financial response"),
    "0400": Text("冲正请求", "reversal request"),
    "0410": Text("冲正应答", "reversal response"),
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


def dump(frame: bytes, codec: Codec = CODEC) -> list[DumpLine]:
    """What a frame holds, masked. It never raises: what cannot be read is the last line, with its ``trouble``."""
    lines = list(_opening(frame, codec))
    try:
        mti = frame[codec.message_at : codec.message_at + MTI_BYTES].hex()
        for number, offset, value in codec.walk(frame):
            lines += _field(codec.fields[number], value, offset, mti)
    except Undecodable as broken:
        lines.append(DumpLine(broken.field, _name_of(broken.field, codec), "", broken.offset, trouble=broken.why))
    return lines


def _field(field: Field, value: str, offset: int, mti: str) -> list[DumpLine]:
    name = str(field.number)
    if field.number == _CARD_NUMBER:
        ref = digits.ref_of(value)
        if ref is None:
            return [DumpLine(name, field.name, "", offset, hidden=True, trouble=errors.NOT_A_TEST_CARD)]
        return [DumpLine(name, field.name, digits.masked(ref), offset)]
    if field.secret or (field.number == _KEYS and mti == _WITH_KEYS):
        return [DumpLine(name, field.name, "", offset, hidden=True)]
    if field.parts:
        return list(_parts(field, value, offset))
    says = code(value).text if field.number == _CODE else None
    shown = value if field.number == _MID and value.startswith(_SIMULATED_MID) else _without_numbers(value)
    return [DumpLine(name, field.name, shown, offset, hidden=shown != value, says=says)]


def _opening(frame: bytes, codec: Codec) -> Iterator[DumpLine]:
    """What stands before the fields, as far as it is there, whether or not it is of this dialect."""
    at = 0
    for place, width in (
        ("length", LENGTH_BYTES),
        ("tpdu", len(codec.dialect.tpdu)),
        ("header", len(codec.dialect.header)),
        ("mti", MTI_BYTES),
        ("bitmap", BITMAP_BYTES),
    ):
        piece = frame[at : at + width]
        if len(piece) < width:
            return
        says = None
        if place == "length":
            shown = str(int.from_bytes(piece, "big"))
        elif place == "bitmap":
            bits = int.from_bytes(piece, "big")
            shown = " ".join(str(number) for number in range(1, 65) if bits >> (64 - number) & 1)
        else:
            shown = piece.hex().upper()
            says = _KINDS.get(shown) if place == "mti" else None
        yield DumpLine(place, _FRAME_NAMES[place], shown, at, says=says)
        at += width


def _parts(field: Field, value: str, offset: int) -> Iterator[DumpLine]:
    at = 0
    for index, part in enumerate(field.parts, start=1):
        piece = value[at : at + part.length]
        if not piece:
            return
        shown = _without_numbers(piece)
        yield DumpLine(f"{field.number}.{index}", part.name, shown, offset, hidden=shown != piece)
        at += part.length


def _without_numbers(value: str) -> str:
    return _LONG.sub(lambda found: "*" * len(found.group()), value)


def _name_of(place: str, codec: Codec) -> Text:
    if place in _FRAME_NAMES:
        return _FRAME_NAMES[place]
    field = codec.fields.get(int(place)) if place.isdigit() else None
    return field.name if field else _FRAME
