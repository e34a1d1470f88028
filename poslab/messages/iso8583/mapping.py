"""Messages of the card leg ↔ frames of a dialect: what the legs' tables say, carried out, with PIN blocks and MACs."""

from collections.abc import Mapping
from typing import Final

from poslab.messages.iso8583 import errors, keys, mac, seals
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_ascii import ASCII, ASCII_BINARY
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.keys import FIRST, Versions, in_force, working_keys
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.leg_network import NETWORK_LEG
from poslab.messages.iso8583.leg_terminal import TERMINAL_LEG
from poslab.messages.iso8583.pieces.cards import is_single_length
from poslab.messages.iso8583.pieces.piece import Fields, Given, Wrong
from poslab.messages.iso8583.row import Leg, Row
from poslab.party.contract import Input
from poslab.party.time import Instant

ACQUIRER: Final = "99900000"
"""The acquirer's id on the network, unless another is named."""

DIALECTS: Final[Mapping[str, Dialect]] = {dialect.name: dialect for dialect in (TERMINAL, NETWORK, ASCII, ASCII_BINARY)}
"""The dialects by name."""


class Spoken:
    """A leg in one dialect, compiled."""

    def __init__(self, leg: Leg, dialect: Dialect) -> None:
        self.leg = leg
        self.codec = Codec(dialect)
        self.by_type = {row.message: (row.message.kind, row) for row in leg.rows}
        self.by_mti: dict[str, tuple[Row, frozenset[int]]] = {}
        for row in leg.rows:
            needs = row.needs | {leg.owner, leg.mac} if row.sealed else row.needs
            for mti in (row.message.kind, row.again):
                if mti:
                    self.by_mti[mti] = row, needs
        self._mac_in_hex = self.codec.fields_of("")[leg.mac].encoding == "ascii"
        self.mac_at = -2 * mac.BYTES if self._mac_in_hex else -mac.BYTES
        """Where the MAC begins, from the end of a frame that has one."""

    def parted(self, frame: bytes) -> tuple[bytes, bytes]:
        """What the MAC of a frame is made of, and the MAC; of a frame that could be read and has one."""
        seal = frame[self.mac_at :]
        return frame[self.codec.message_at : self.mac_at], bytes.fromhex(seal.decode()) if self._mac_in_hex else seal

    def sealed(self, frame: bytes, seal: bytes) -> bytes:
        """The frame with this MAC in the place of what stands for one."""
        return frame[: self.mac_at] + (seal.hex().upper().encode() if self._mac_in_hex else seal)


_SPOKEN: Final = {
    dialect.name: Spoken(NETWORK_LEG if dialect is NETWORK else TERMINAL_LEG, dialect) for dialect in DIALECTS.values()
}
_NO_MAC: Final = "0" * (2 * mac.BYTES)

CODEC: Final = _SPOKEN[TERMINAL.name].codec
"""The codec of the terminal's dialect."""


def spoken_in(dialect: Dialect) -> Spoken:
    """The leg that speaks a dialect, compiled."""
    return _SPOKEN[dialect.name]


def codec_of(dialect: Dialect) -> Codec:
    """The codec between fields and frames of a dialect."""
    return spoken_in(dialect).codec


def messages_of(dialect: Dialect) -> tuple[type[Input], ...]:
    """The messages that have bytes in a dialect."""
    return tuple(spoken_in(dialect).by_type)


def encode(
    message: Input,
    dialect: Dialect = TERMINAL,
    *,
    versions: Versions = FIRST,
    sent_at: Instant = 0,
    acquirer: str = ACQUIRER,
    repeated: bool = False,
) -> bytes:
    """A message as one whole frame, its length first.

    ``mac`` is the version of the keys that make MAC and PIN block; where it is 0, or the message says none, the version
    in force does, and 0 makes a MAC that agrees with no key. On the network's leg ``sent_at`` is the time of sending
    (field 7), ``acquirer`` the acquirer's id (field 32), and a ``repeated`` 0420 is a 0421.

    ``Unencodable`` for a message of another leg and for a value that its field cannot hold: a card off the list, an
    original of another terminal, a time between two seconds.
    """
    spoken = spoken_in(dialect)
    found = spoken.by_type.get(type(message))
    if found is None:
        raise Unencodable("mti", errors.UNKNOWN_MESSAGE)
    mti, row = found
    if repeated and row.again:
        mti = row.again
    leg = spoken.leg
    fields = leg.opens(sent_at, acquirer)
    for write in row.writes:
        write(message, fields)
    if not row.sealed:
        return spoken.codec.encode(mti, fields)
    owner = fields[leg.owner]
    ruling = in_force(owner, versions)
    said: int = message.mac if row.says_mac else ruling  # type: ignore[attr-defined]
    if not 0 <= said <= keys.VERSIONS:
        raise Unencodable(str(leg.mac), errors.NO_SUCH_WORD)
    used = working_keys(owner, said or ruling)
    if 52 in fields:
        block = seals.block_of(message.card, message.pin, used)  # type: ignore[attr-defined]
        if block is None:
            raise Unencodable("52", errors.NO_SUCH_WORD)
        fields[52] = block
    fields[leg.mac] = _NO_MAC
    frame = spoken.codec.encode(mti, fields)
    return spoken.sealed(frame, seals.mac_for(frame[spoken.codec.message_at : spoken.mac_at], said, used))


def decode(
    frame: bytes, about: str = "", year: int = 2026, dialect: Dialect = TERMINAL, *, versions: Versions = FIRST
) -> Input:
    """The message of one whole frame; it raises nothing but ``Undecodable``, whatever the bytes.

    ``year`` is the host's year, which dates on the wire lack. ``versions`` says which keys are in force: ``mac`` is
    that version if they made the MAC of these very bytes, else 0, and ``pin`` is what comes out under them. A broken
    MAC is an error on the network's leg, and between terminal and host of a message that has no word for it.
    """
    spoken = spoken_in(dialect)
    mti, fields = spoken.codec.decode(frame)
    known = spoken.by_mti.get(mti)
    if known is None:
        raise Undecodable("mti", spoken.codec.message_at, errors.UNKNOWN_MESSAGE)
    row, needs = known
    if not needs <= fields.keys():
        raise _lacking(min(needs - fields.keys()), spoken, frame)
    given: Given = {"about": about}
    try:
        for read in row.reads:
            read(fields, given, year)
    except Wrong as wrong:
        raise _undecodable(wrong, spoken, frame) from None
    if row.sealed:
        _unseal(frame, fields, row, spoken, versions, given)
    return row.message(**given)


def troubles(
    frame: bytes, year: int = 2026, dialect: Dialect = TERMINAL, *, versions: Versions = FIRST
) -> list[Undecodable]:
    """Everything for which ``decode`` refuses a frame, its own reason first; nothing if it does not.

    A field that cannot be read hides all that follows it.
    """
    spoken = spoken_in(dialect)
    try:
        mti, fields = spoken.codec.decode(frame)
    except Undecodable as broken:
        return [broken]
    known = spoken.by_mti.get(mti)
    if known is None:
        return [Undecodable("mti", spoken.codec.message_at, errors.UNKNOWN_MESSAGE)]
    row, needs = known
    found = [_lacking(number, spoken, frame) for number in sorted(needs - fields.keys())]
    given: Given = {"about": ""}
    for read in row.reads:
        try:
            read(fields, given, year)
        except Wrong as wrong:
            found.append(_undecodable(wrong, spoken, frame))
        except KeyError:
            continue  # it builds on something that is in the list already
    if row.sealed and not found:
        try:
            _unseal(frame, fields, row, spoken, versions, given)
        except Undecodable as broken:
            found.append(broken)
    return found


def _unseal(frame: bytes, fields: Fields, row: Row, spoken: Spoken, versions: Versions, given: Given) -> None:
    owner = fields[spoken.leg.owner]
    ruling = in_force(owner, versions)
    used = working_keys(owner, ruling)
    block = fields.get(52) if row.has_pin else None
    if block is not None:
        given["pin"] = seals.word_of(given["card"], block, used.tpk.left() if is_single_length(fields) else used.tpk)
    whole = mac.agrees(*spoken.parted(frame), used.tak)
    if row.says_mac and (whole or not spoken.leg.demands_mac):
        given["mac"] = ruling if whole else 0
    elif not whole:
        raise Undecodable(str(spoken.leg.mac), len(frame) + spoken.mac_at, errors.BROKEN_MAC)


def _lacking(number: int, spoken: Spoken, frame: bytes) -> Undecodable:
    return Undecodable(str(number), spoken.codec.offset_of(frame, number), errors.MISSING)


def _undecodable(wrong: Wrong, spoken: Spoken, frame: bytes) -> Undecodable:
    number = int(wrong.field.partition(".")[0])
    return Undecodable(wrong.field, spoken.codec.offset_of(frame, number), wrong.why)
