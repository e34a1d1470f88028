"""Messages of the card leg ↔ frames of the terminal dialect: one row a message kind.

What has no place in the bytes: ``about``, which an envelope carries, and the year of ``host_at`` and ``business_date``.
Messages of other legs (0420, 0430, notices of orders) have no row.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from poslab.messages import card
from poslab.messages.iso8583 import errors, mac
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.pieces import attempts, cards, dates, money, words
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong
from poslab.party.contract import Input

CODEC: Final = Codec(TERMINAL)

_SIGN_ON: Final = "003"  # working keys of double length
_QUERY: Final = "401"
_MANAGEMENT: Final = {"sign-off": "002", "echo": "301"}
_NO_MAC: Final = "0" * (2 * mac.BYTES)


class Row(Struct, frozen=True):
    """How one kind of message is written and read; a row with ``mac`` ends in field 64."""

    message: type[Input]
    mac: bool
    writes: tuple[Callable[[Any, Fields], None], ...]
    reads: tuple[Callable[[Fields, Given, int], None], ...]
    needs: frozenset[int]


def _row(message: type[Input], *pieces: Piece, mac: bool = True) -> Row:
    needs = frozenset(number for piece in pieces for number in piece.needs)
    return Row(
        message=message,
        mac=mac,
        writes=tuple(piece.write for piece in pieces),
        reads=tuple(piece.read for piece in pieces),
        needs=needs | {64} if mac else needs,
    )


_MID: Final = words.word("mid", 42)
_CODE: Final = words.word("code", 39)
_RRN: Final = words.word_or_none("rrn", 37)
_AUTH: Final = words.word_or_none("auth", 38)
_ORIGINAL_AUTH: Final = words.word_or_none("original_auth", 38)

_ROWS: Final = (
    _row(
        card.FinancialRequest,
        attempts.purchase(),
        _MID,
        money.amount(),
        cards.card(track=True),
        cards.entry_and_pin(),
        words.absent("rrn", 37),
        words.word_or_none("original_rrn", 37),
        _ORIGINAL_AUTH,
        attempts.other_attempt("original"),
    ),
    _row(
        card.FinancialResponse,
        attempts.purchase(),
        _MID,
        money.amount(),
        _CODE,
        _RRN,
        _AUTH,
        dates.host_at(),
        dates.business_date(),
        words.mark("not_forwarded", 44, "NOT FORWARDED"),
        money.balance(),
        dates.expected_date(),
    ),
    _row(
        card.ReversalRequest,
        attempts.purchase(),
        _MID,
        money.amount(),
        cards.card(track=False),
        cards.entry(),
        words.word("reason", 39),
        _ORIGINAL_AUTH,
        attempts.same_attempt(),
    ),
    _row(card.ReversalResponse, attempts.attempt(), _MID, _CODE, _RRN, dates.host_at()),
    _row(card.QueryRequest, attempts.attempt(_QUERY), _MID, attempts.other_attempt("asked", needed=True)),
    _row(
        card.QueryResponse,
        attempts.attempt(_QUERY),
        _MID,
        attempts.other_attempt("asked", needed=True),
        _CODE,
        words.one_of("state", 62, card.KNOWN_STATES),
        _RRN,
        _AUTH,
        dates.host_at(),
        dates.business_date(),
    ),
    _row(
        card.SignOnRequest,
        attempts.attempt(_SIGN_ON),
        _MID,
        words.word_or_none("serial", 62),
        words.word_or_none("operator", 63),
        mac=False,
    ),
    _row(
        card.SignOnResponse,
        attempts.opened_batch(_SIGN_ON),
        _MID,
        _CODE,
        words.numbered("key_version", 62, "SIMULATED KEYS "),
        dates.host_at(),
        mac=False,
    ),
    _row(card.ManagementRequest, attempts.management(_MANAGEMENT), _MID, mac=False),
    _row(card.ManagementResponse, attempts.management(_MANAGEMENT), _MID, _CODE, dates.host_at(), mac=False),
)

_BY_TYPE: Final[Mapping[type, tuple[str, Row]]] = {row.message: (row.message.kind, row) for row in _ROWS}
_BY_MTI: Final[Mapping[str, Row]] = {row.message.kind: row for row in _ROWS}

MESSAGES: Final = tuple(row.message for row in _ROWS)
"""The messages that have bytes on the terminal's leg."""


def encode(message: Input) -> bytes:
    """A message as one whole frame, its length first.

    ``Unencodable`` for a message of another leg and for a value that its field cannot hold: a card off the list, an
    ``rrn`` in a request, an original of another terminal, a time between two seconds.
    """
    found = _BY_TYPE.get(type(message))
    if found is None:
        raise Unencodable("mti", errors.UNKNOWN_MESSAGE)
    mti, row = found
    fields: Fields = {}
    for write in row.writes:
        write(message, fields)
    if not row.mac:
        return CODEC.encode(mti, fields)
    version: int = message.mac  # type: ignore[attr-defined]
    if not 0 <= version <= mac.VERSIONS:
        raise Unencodable("64", errors.NO_SUCH_WORD)
    fields[64] = _NO_MAC
    frame = CODEC.encode(mti, fields)
    return frame[: -mac.BYTES] + mac.mac_of(frame[CODEC.message_at : -mac.BYTES], version)


def decode(frame: bytes, about: str = "", year: int = 2026) -> Input:
    """The message of one whole frame; it raises nothing but ``Undecodable``, whatever the bytes.

    ``year`` is the host's year, which dates on the wire lack. A MAC that does not agree with the bytes is no error: the
    message comes with ``mac`` 0.
    """
    mti, fields = CODEC.decode(frame)
    row = _BY_MTI.get(mti)
    if row is None:
        raise Undecodable("mti", CODEC.message_at, errors.UNKNOWN_MESSAGE)
    if not row.needs <= fields.keys():
        absent = min(row.needs - fields.keys())
        raise Undecodable(str(absent), CODEC.offset_of(frame, absent), errors.MISSING)
    given: Given = {"about": about}
    try:
        for read in row.reads:
            read(fields, given, year)
    except Wrong as wrong:
        number = int(wrong.field.partition(".")[0])
        raise Undecodable(wrong.field, CODEC.offset_of(frame, number), wrong.why) from None
    if row.mac:
        given["mac"] = mac.version_of(frame[CODEC.message_at : -mac.BYTES], frame[-mac.BYTES :])
    return row.message(**given)
