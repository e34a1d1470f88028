"""What the example keys say about a frame: whose MAC it has, whether a PIN comes out, which keys it brings.

For people who look at bytes. It tells which version of a key fits, never what is under it.
"""

from collections.abc import Callable
from typing import Final

from poslab.messages.iso8583 import keys, mac, pin
from poslab.messages.iso8583.digits import ref_of
from poslab.messages.iso8583.errors import Undecodable
from poslab.messages.iso8583.keys import FIRST, Versions, WorkingKeys, working_keys
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import Spoken, spoken_in
from poslab.messages.iso8583.pieces.cards import is_single_length
from poslab.messages.iso8583.pieces.piece import Fields
from poslab.text import Text

TRIED: Final = 99
"""Versions 1 to this are tried."""

_WHOLE: Final = Text("与第 {version} 版密钥相符", "agrees with the keys of version {version}")
_BROKEN: Final = Text("与任何一版密钥都不符（试至 {most}）", "agrees with the keys of no version (tried to {most})")
_OPENS: Final = Text("可用第 {version} 版密钥解出", "comes out under the keys of version {version}")
_GARBLED: Final = Text(
    "用任何一版密钥都解不出（试至 {most}）", "comes out under the keys of no version (tried to {most})"
)
_BROUGHT: Final = Text("校验值相符", "the check values agree")
_UNUSABLE: Final = Text("校验值不符", "the check values disagree")


def proofs(frame: bytes, dialect: Dialect) -> dict[str, Text]:
    """By field: of the MAC, of a listed card's PIN block (52), of keys that a sign-on brings (62).

    Nothing where the frame cannot be read.
    """
    spoken = spoken_in(dialect)
    try:
        mti, fields = spoken.codec.decode(frame)
    except Undecodable:
        return {}
    owner = fields.get(spoken.leg.owner, "")
    found = {}
    if spoken.leg.mac in fields:
        found[str(spoken.leg.mac)] = _say(_sealed_by(frame, spoken, owner), _WHOLE, _BROKEN)
    number = fields.get(2, "")
    if 52 in fields and ref_of(number) is not None:
        found["52"] = _say(_fitting(lambda keys: _opens(fields, number, keys), owner), _OPENS, _GARBLED)
    delivery = fields.get(62, "")
    if delivery and spoken.codec.fields_of(mti)[62].secret:
        found["62"] = _BROUGHT if keys.come_out(owner, bytes.fromhex(delivery)) else _UNUSABLE
    return found


def versions_by(frame: bytes, dialect: Dialect) -> Versions:
    """The version whose keys made the MAC, by their owner: what the receiver must have to accept it; or nothing."""
    spoken = spoken_in(dialect)
    try:
        _, fields = spoken.codec.decode(frame)
    except Undecodable:
        return FIRST
    owner = fields.get(spoken.leg.owner, "")
    version = _sealed_by(frame, spoken, owner) if spoken.leg.mac in fields else 0
    return {owner: version} if version else FIRST


def _sealed_by(frame: bytes, spoken: Spoken, owner: str) -> int:
    message, seal = spoken.parted(frame)
    return _fitting(lambda keys: mac.agrees(message, seal, keys.tak), owner)


def _opens(fields: Fields, number: str, used: WorkingKeys) -> bool:
    tpk = used.tpk.left() if is_single_length(fields) else used.tpk
    return pin.pin_in(bytes.fromhex(fields[52]), number, tpk) is not None


def _fitting(fits: Callable[[WorkingKeys], bool], owner: str) -> int:
    return next((version for version in range(1, TRIED + 1) if fits(working_keys(owner, version))), 0)


def _say(version: int, fitting: Text, none: Text) -> Text:
    return fitting.fill(version=version) if version else none.fill(most=TRIED)
