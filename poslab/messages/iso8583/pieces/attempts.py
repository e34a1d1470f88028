"""Which attempt, which business: TID, batch and STAN, processing code, message type code, network management code."""

from collections.abc import Mapping
from typing import Any, Final

from poslab.messages.card import BALANCE, SALE, VOID, parts_of
from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

_PURCHASES: Final = {SALE: ("000000", "22"), VOID: ("200000", "23"), BALANCE: ("310000", "01")}
_WHATS: Final = {codes: what for what, codes in _PURCHASES.items()}
_PLAIN_CONDITION: Final = "00"
_NO_NETWORK_CODE: Final = "000"
_NO_DATE: Final = "0000"


def purchase() -> Piece:
    """``key`` and ``what`` of money messages: fields 3, 11, 25, 41 and 60."""

    def write(message: Any, fields: Fields) -> None:
        codes = _PURCHASES.get(message.what)
        if codes is None:
            raise Unencodable("3", errors.NO_SUCH_WORD)
        fields[3], kind = codes
        fields[25] = _PLAIN_CONDITION
        _write_key(message.key, fields, kind, _NO_NETWORK_CODE)

    def read(fields: Fields, given: Given, year: int) -> None:
        what = _WHATS.get((fields[3], fields[60][:2]))
        if what is None:
            raise Wrong("3", errors.NO_SUCH_WORD)
        if fields[25] != _PLAIN_CONDITION:
            raise Wrong("25", errors.NO_SUCH_WORD)
        given["what"] = what
        given["key"] = _read_key(fields)

    return Piece(write, read, (3, 11, 25, 41, 60))


def attempt(network_code: str = _NO_NETWORK_CODE) -> Piece:
    """``key`` alone, with one network management code: fields 11, 41 and 60."""

    def write(message: Any, fields: Fields) -> None:
        _write_key(message.key, fields, "00", network_code)

    def read(fields: Fields, given: Given, year: int) -> None:
        given["key"] = _read_key(fields)
        if fields[60][8:11] != network_code:
            raise Wrong("60.3", errors.NO_SUCH_WORD)

    return Piece(write, read, (11, 41, 60))


def management(network_codes: Mapping[str, str]) -> Piece:
    """``key``, and ``what`` as a network management code: fields 11, 41 and 60."""
    whats = {code: what for what, code in network_codes.items()}

    def write(message: Any, fields: Fields) -> None:
        code = network_codes.get(message.what)
        if code is None:
            raise Unencodable("60.3", errors.NO_SUCH_WORD)
        _write_key(message.key, fields, "00", code)

    def read(fields: Fields, given: Given, year: int) -> None:
        given["key"] = _read_key(fields)
        what = whats.get(fields[60][8:11])
        if what is None:
            raise Wrong("60.3", errors.NO_SUCH_WORD)
        given["what"] = what

    return Piece(write, read, (11, 41, 60))


def opened_batch(network_code: str) -> Piece:
    """``key`` and the ``batch`` that a sign-on opens: the open one in 60.2, the one that was asked with in 61."""

    def write(message: Any, fields: Fields) -> None:
        _write_key(message.key, fields, "00", network_code)
        if message.batch:
            if len(message.batch) != 6:
                raise Unencodable("60.2", errors.WRONG_LENGTH)
            fields[61] = f"{fields[60][2:8]}{fields[11]}{_NO_DATE}"
            fields[60] = f"00{message.batch}{network_code}"

    def read(fields: Fields, given: Given, year: int) -> None:
        key = _read_key(fields)
        if fields[60][8:11] != network_code:
            raise Wrong("60.3", errors.NO_SUCH_WORD)
        asked = fields.get(61)
        if asked is None:
            given["key"], given["batch"] = key, ""
            return
        if asked[6:12] != fields[11]:
            raise Wrong("61.2", errors.DISAGREES)
        given["key"], given["batch"] = f"{fields[41]}-{asked[:6]}-{fields[11]}", fields[60][2:8]

    return Piece(write, read, (11, 41, 60))


def other_attempt(name: str, needed: bool = False) -> Piece:
    """Another attempt of the same terminal, by batch and STAN: field 61, its unused parts zero."""

    def write(message: Any, fields: Fields) -> None:
        other = getattr(message, name)
        if not other and not needed:
            return
        tid, batch, stan = _split(other, "61")
        if tid != fields[41]:
            raise Unencodable("61", errors.NOT_ON_THIS_LEG)  # it has no place for a TID
        fields[61] = f"{batch}{stan}{_NO_DATE}"

    def read(fields: Fields, given: Given, year: int) -> None:
        other = fields.get(61)
        if other is None:
            given[name] = ""
            return
        if len(other) < 12:
            raise Wrong("61", errors.WRONG_LENGTH)
        given[name] = f"{fields[41]}-{other[:6]}-{other[6:12]}"

    return Piece(write, read, (61,) if needed else ())


def same_attempt() -> Piece:
    """A reversal's original is its own attempt: field 61 repeats batch and STAN."""

    def write(message: Any, fields: Fields) -> None:
        fields[61] = f"{fields[60][2:8]}{fields[11]}{_NO_DATE}"

    def read(fields: Fields, given: Given, year: int) -> None:
        if fields[61][:12] != fields[60][2:8] + fields[11]:
            raise Wrong("61", errors.DISAGREES)

    return Piece(write, read, (61,))


def _write_key(key: str, fields: Fields, kind: str, network_code: str) -> None:
    fields[41], batch, fields[11] = _split(key, "60.2")
    fields[60] = f"{kind}{batch}{network_code}"


def _split(key: str, field: str) -> tuple[str, str, str]:
    try:
        tid, batch, stan = parts_of(key)
    except ValueError:
        raise Unencodable(field, errors.WRONG_LENGTH) from None
    if len(batch) != 6 or len(stan) != 6:
        raise Unencodable(field, errors.WRONG_LENGTH)
    return tid, batch, stan


def _read_key(fields: Fields) -> str:
    tid, where = fields[41], fields[60]
    if len(where) < 11:
        raise Wrong("60", errors.WRONG_LENGTH)
    if "-" in tid:
        raise Wrong("41", errors.NOT_CHARACTERS)
    return f"{tid}-{where[2:8]}-{fields[11]}"
