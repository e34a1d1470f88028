"""What only the network's leg carries: marks and originals in fields 60 and 90, who forwards, the merchant's line.

Field 60 is there: message type code (2), batch (6), not forwarded (1), then for an original its batch (6, zeros where
only its RRN is known), and its RRN (12) where that is known.
"""

from typing import Any, Final

from poslab.messages.card import COMPLETIONS, PREAUTH, PREAUTH_VOID
from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.attempts import split
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

FORWARDED: Final = "0"
"""What follows the batch in field 60 unless ``not_forwarded`` says otherwise."""

_NOT_FORWARDED: Final = "1"
_MARK: Final = 8
_ORIGINAL_BATCH: Final = 9
_ORIGINAL_RRN: Final = 15
_END: Final = 27
_NO_BATCH: Final = "000000"
_REQUEST, _AUTHORISATION = "0200", "0100"
_OF_A_HOLD: Final = (PREAUTH_VOID, *COMPLETIONS)
"""What follows on a pre-authorisation, whose message type is another one."""
_NO_TIME: Final = "0" * 10
_CLOSE: Final = "402"


def not_forwarded() -> Piece:
    """``not_forwarded``: a mark in 60.3. It stands after ``purchase``."""

    def write(message: Any, fields: Fields) -> None:
        if message.not_forwarded:
            fields[60] = fields[60][:_MARK] + _NOT_FORWARDED

    def read(fields: Fields, given: Given, year: int) -> None:
        mark = fields[60][_MARK:]
        if mark not in (FORWARDED, _NOT_FORWARDED):
            raise Wrong("60.3", errors.NO_SUCH_WORD)
        given["not_forwarded"] = mark == _NOT_FORWARDED

    return Piece(write, read, (60,))


def original() -> Piece:
    """``original`` and ``original_rrn``: field 90 and the end of field 60. It stands after ``purchase``."""

    def write(message: Any, fields: Fields) -> None:
        batch, rrn = _NO_BATCH, message.original_rrn
        if message.original:
            tid, batch, stan = split(message.original, "90")
            if tid != fields[41]:
                raise Unencodable("90", errors.NOT_ON_THIS_LEG)  # it has no place for a TID
            if not (batch.isascii() and batch.isdigit()):
                raise Unencodable("60.4", errors.NOT_DIGITS)
            _name_original(fields, _AUTHORISATION if message.what in _OF_A_HOLD else _REQUEST, stan)
        if rrn and len(rrn) != _END - _ORIGINAL_RRN:
            raise Unencodable("60.5", errors.WRONG_LENGTH)
        if message.original or rrn:
            fields[60] += batch + rrn

    def read(fields: Fields, given: Given, year: int) -> None:
        where = fields[60]
        if where[_MARK:_ORIGINAL_BATCH] != FORWARDED:
            raise Wrong("60.3", errors.NO_SUCH_WORD)
        if len(where) not in (_ORIGINAL_BATCH, _ORIGINAL_RRN, _END):
            raise Wrong("60", errors.WRONG_LENGTH)
        batch, rrn = where[_ORIGINAL_BATCH:_ORIGINAL_RRN], where[_ORIGINAL_RRN:]
        stan = _stan_of_original(fields, _AUTHORISATION if given["what"] in _OF_A_HOLD else _REQUEST)
        if stan is None:
            if batch and (batch != _NO_BATCH or not rrn):
                raise Wrong("90", errors.MISSING)
            given["original"] = ""
        else:
            if not batch:
                raise Wrong("60.4", errors.MISSING)
            if not batch.isdigit():
                raise Wrong("60.4", errors.NOT_DIGITS)
            given["original"] = f"{fields[41]}-{batch}-{stan}"
        given["original_rrn"] = rrn

    return Piece(write, read, (11, 32, 33, 41, 60))


def same_original() -> Piece:
    """An advice's original is the request of its own STAN: field 90. It stands after ``purchase``."""

    def write(message: Any, fields: Fields) -> None:
        _name_original(fields, _type_of(message.what), fields[11])

    def read(fields: Fields, given: Given, year: int) -> None:
        if fields[60][_MARK:] != FORWARDED:
            raise Wrong("60.3", errors.NO_SUCH_WORD)
        if _stan_of_original(fields, _type_of(given["what"])) != fields[11]:
            raise Wrong("90.2", errors.DISAGREES)

    return Piece(write, read, (11, 32, 33, 60, 90))


def forwarder() -> Piece:
    """``forwarder``: field 33, or no field; of other messages the forwarder is the acquirer and goes without saying."""

    def write(message: Any, fields: Fields) -> None:
        if message.forwarder:
            fields[33] = message.forwarder
        else:
            fields.pop(33, None)

    def read(fields: Fields, given: Given, year: int) -> None:
        given["forwarder"] = fields.get(33, "")

    return Piece(write, read)


def merchant() -> Piece:
    """``mid``: field 42; its line of business, which stands in it, in field 18 too."""

    def write(message: Any, fields: Fields) -> None:
        fields[42] = mid = message.mid
        line = mid[7:11]
        if len(line) == 4 and line.isascii() and line.isdigit():
            fields[18] = line

    def read(fields: Fields, given: Given, year: int) -> None:
        given["mid"] = fields[42]

    return Piece(write, read, (42,))


def _type_of(what: str) -> str:
    return _AUTHORISATION if what in (PREAUTH, PREAUTH_VOID) else _REQUEST


def _name_original(fields: Fields, kind: str, stan: str) -> None:
    # When the original was sent nobody remembers: it is found by its RRN, or by STAN, batch and TID.
    fields[90] = f"{kind}{stan}{_NO_TIME}{fields[32].zfill(11)}{fields[33].zfill(11)}"


def _stan_of_original(fields: Fields, kind: str) -> str | None:
    named = fields.get(90)
    if named is None:
        return None
    if named[:4] != kind:
        raise Wrong("90.1", errors.NO_SUCH_WORD)
    if named[20:31] != fields[32].zfill(11):
        raise Wrong("90.4", errors.DISAGREES)
    return named[4:10]


def closes() -> Piece:
    """A query of the acquirer: network management code 402 in field 70, about the request of its own key.

    It stands after the key.
    """

    def write(message: Any, fields: Fields) -> None:
        if not message.close:
            raise Unencodable("70", errors.NOT_ON_THIS_LEG)
        if message.asked != message.key:
            raise Unencodable("11", errors.NOT_ON_THIS_LEG)
        fields[70] = _CLOSE

    def read(fields: Fields, given: Given, year: int) -> None:
        if fields[70] != _CLOSE:
            raise Wrong("70", errors.NO_SUCH_WORD)
        given["close"] = True
        given["asked"] = given["key"]

    return Piece(write, read, (70,))
