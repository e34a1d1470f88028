"""What may become of a frame on its way, or in the hands of somebody who means harm: one function a kind of harm.

Each takes a pen (dice, a frame and its dialect) and answers the harmed frame. Most leave the old MAC standing;
``forged`` alone seals anew, as only a holder of the keys could.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final, NamedTuple

from poslab.messages.iso8583 import mac
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.keys import Versions, in_force, working_keys
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import spoken_in

LARGEST: Final = 70_000
"""Bytes of the longest frame that is tried: more than its length can say."""

_TYPES: Final = (
    "0100", "0110", "0200", "0210", "0220", "0221", "0230", "0320", "0330", "0400", "0410", "0420", "0421", "0430",
    "0500", "0510", "0600", "0610", "0800", "0810", "0820", "0830", "9999", "0000",
)  # fmt: skip


class Pen(NamedTuple):
    """What a mutation has at hand."""

    dice: Random
    frame: bytes
    dialect: Dialect
    other: bytes
    """Another frame of the same dialect."""
    versions: Versions
    """The keys that the receiver has, for whoever may seal."""

    @property
    def codec(self) -> Codec:
        """The codec of the dialect."""
        return spoken_in(self.dialect).codec


def flipped_bits(pen: Pen) -> bytes:
    """One to three bits."""
    harmed = bytearray(pen.frame)
    for _ in range(pen.dice.randint(1, 3)):
        harmed[pen.dice.randrange(len(harmed))] ^= 1 << pen.dice.randrange(8)
    return bytes(harmed)


def other_bytes(pen: Pen) -> bytes:
    """A stretch of bytes that are anything."""
    start = pen.dice.randrange(len(pen.frame))
    size = pen.dice.randint(1, 8)
    return pen.frame[:start] + pen.dice.randbytes(size) + pen.frame[start + size :]


def cut_short(pen: Pen) -> bytes:
    """The end is missing; half the time the length agrees with what is left."""
    rest = pen.frame[: pen.dice.randrange(len(pen.frame))]
    return honest(rest) if pen.dice.random() < 0.5 else rest


def glued(pen: Pen) -> bytes:
    """Another frame follows, with or without its length, as one frame or as two."""
    both = pen.frame + pen.other[pen.dice.choice((0, 2)) :]
    return honest(both) if pen.dice.random() < 0.5 else both


def grown(pen: Pen) -> bytes:
    """Bytes follow, few or very many."""
    size = pen.dice.choice((1, 2, 8, 64, 1_000, LARGEST if pen.dice.random() < 0.02 else 300))
    return honest(pen.frame + pen.dice.choice((b"\x00", b"\xff", b"0", b"9")) * size)


def lying_length(pen: Pen) -> bytes:
    """The length says something else."""
    return pen.dice.randbytes(2) + pen.frame[2:]


def lying_field_length(pen: Pen) -> bytes:
    """The digits before a field of variable length say something else, such as the most there can be."""
    codec = pen.codec
    try:
        places = [at for _, at, _ in codec.walk(pen.frame)]
    except Undecodable:
        return other_bytes(pen)
    at = pen.dice.choice(places)
    lie = pen.dice.choice((b"\x99\x99", b"\x00\x00", b"\x09\x99", b"999", b"000", b"99", b"\x00", b"\xff\xff"))
    return pen.frame[:at] + lie + pen.frame[at + len(lie) :]


def lying_bitmap(pen: Pen) -> bytes:
    """Fields are said to be there that are not, or the other way round."""
    start, size = pen.codec.message_at + (2 if pen.dialect.figures == "bcd" else 4), pen.dialect.bitmap_bits // 8
    harmed = bytearray(pen.frame)
    for _ in range(pen.dice.randint(1, 4)):
        harmed[min(start + pen.dice.randrange(size), len(harmed) - 1)] ^= 1 << pen.dice.randrange(8)
    return bytes(harmed)


def other_type(pen: Pen) -> bytes:
    """Another message type over the same fields."""
    mti = pen.dice.choice(_TYPES)
    at = pen.codec.message_at
    written = bytes.fromhex(mti) if pen.dialect.figures == "bcd" else mti.encode()
    return pen.frame[:at] + written + pen.frame[at + len(written) :]


def other_fields(pen: Pen) -> bytes:
    """Fields of another message in the place of its own, or left out; in good form, with the old MAC."""
    codec = pen.codec
    try:
        mti, fields = codec.decode(pen.frame)
        _, lent = codec.decode(pen.other)
    except Undecodable:
        return other_bytes(pen)
    for number in pen.dice.sample(sorted(lent), min(len(lent), pen.dice.randint(1, 4))):
        if number != spoken_in(pen.dialect).leg.mac:
            fields[number] = lent[number]
    if pen.dice.random() < 0.4:
        del fields[pen.dice.choice(sorted(fields))]
    try:
        return codec.encode(mti, fields)
    except Unencodable:
        return other_bytes(pen)


def other_digits(pen: Pen) -> bytes:
    """Digits of one field are others, such as of the amount; in good form, with the old MAC."""
    codec = pen.codec
    try:
        mti, fields = codec.decode(pen.frame)
    except Undecodable:
        return other_bytes(pen)
    number = pen.dice.choice([n for n in sorted(fields) if n != spoken_in(pen.dialect).leg.mac])
    value = list(fields[number])
    for _ in range(pen.dice.randint(1, 3)):
        value[pen.dice.randrange(len(value))] = pen.dice.choice("0123456789")
    try:
        return codec.encode(mti, fields | {number: "".join(value)})
    except Unencodable:
        return other_bytes(pen)


def noise(pen: Pen) -> bytes:
    """Anything, in a frame whose transport is in order."""
    size = pen.dice.choice((0, 1, 10, 100, 600, 65_535 if pen.dice.random() < 0.02 else 50))
    return honest(b"\x00\x00" + pen.dialect.tpdu + pen.dialect.header + pen.dice.randbytes(size))


HARMS: Final[Mapping[str, Callable[[Pen], bytes]]] = {
    harm.__name__: harm
    for harm in (
        flipped_bits, other_bytes, cut_short, glued, grown, lying_length, lying_field_length, lying_bitmap, other_type,
        other_fields, other_digits, noise,
    )
}  # fmt: skip
"""Every kind of harm by its name."""


def forged(pen: Pen) -> bytes:
    """Harmed in good form and sealed anew under the right keys: somebody's own mistake, not damage on the way."""
    harmed = pen.dice.choice((other_fields, other_digits, other_type))(pen)
    spoken = spoken_in(pen.dialect)
    try:
        _, fields = spoken.codec.decode(harmed)
    except Undecodable:
        return harmed
    if spoken.leg.mac not in fields:
        return harmed
    owner = fields.get(spoken.leg.owner, "")
    tak = working_keys(owner, in_force(owner, pen.versions)).tak
    return spoken.sealed(harmed, mac.mac_of(spoken.parted(harmed)[0], tak))


def honest(frame: bytes) -> bytes:
    """The frame with a length that agrees with what follows, as far as two bytes can say it."""
    rest = frame[2:]
    return min(len(rest), 0xFFFF).to_bytes(2, "big") + rest
