"""Which attempt, which business: TID, batch and STAN, processing code, message type code, network management code."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from poslab.messages.card import (
    ADJUSTMENT,
    BALANCE,
    CHIP_OFFLINE_SALE,
    COMPLETION,
    COMPLETION_NOTICE,
    COMPLETION_VOID,
    OFFLINE_SALE,
    PREAUTH,
    PREAUTH_VOID,
    REFUND,
    SALE,
    TIP,
    VOID,
    parts_of,
)
from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

Codes: TypeAlias = Mapping[str, tuple[str, str, str]]
"""What a message is about → processing code (field 3), condition code (25) and message type code (60.1)."""

REQUESTS: Final[Codes] = {
    SALE: ("000000", "00", "22"),
    VOID: ("200000", "00", "23"),
    BALANCE: ("310000", "00", "01"),
    COMPLETION: ("000000", "06", "20"),
    COMPLETION_VOID: ("200000", "06", "21"),
}
AUTHORISATIONS: Final[Codes] = {
    PREAUTH: ("030000", "06", "10"),
    PREAUTH_VOID: ("200000", "06", "11"),
}
REVERSIBLE: Final[Codes] = {**REQUESTS, **AUTHORISATIONS}
"""What may be reversed, were it only to be told that there is nothing to reverse."""
NOTICES: Final[Codes] = {
    OFFLINE_SALE: ("000000", "00", "30"),
    CHIP_OFFLINE_SALE: ("000000", "00", "36"),
    ADJUSTMENT: ("000000", "00", "32"),
    TIP: ("000000", "00", "34"),
    COMPLETION_NOTICE: ("000000", "06", "24"),
    REFUND: ("200000", "00", "25"),
}
_NO_NETWORK_CODE: Final = "000"
_NO_DATE: Final = "0000"
_ASK: Final = "401"
_CLOSE: Final = "402"


def purchase(rest: str = _NO_NETWORK_CODE, of: Codes = REQUESTS) -> Piece:
    """``key`` and ``what`` of money messages: fields 3, 11, 25, 41 and 60, where ``rest`` follows the batch."""
    whats = {(processing, kind): (what, condition) for what, (processing, condition, kind) in of.items()}

    def write(message: Any, fields: Fields) -> None:
        codes = of.get(message.what)
        if codes is None:
            raise Unencodable("3", errors.NO_SUCH_WORD)
        fields[3], fields[25], kind = codes
        _write_key(message.key, fields, kind, rest)

    def read(fields: Fields, given: Given, year: int) -> None:
        known = whats.get((fields[3], fields[60][:2]))
        if known is None:
            raise Wrong("3", errors.NO_SUCH_WORD)
        what, condition = known
        if fields[25] != condition:
            raise Wrong("25", errors.NO_SUCH_WORD)
        given["what"] = what
        given["key"] = _read_key(fields, len(rest))

    return Piece(write, read, (3, 11, 25, 41, 60))


def attempt(network_code: str = _NO_NETWORK_CODE) -> Piece:
    """``key`` alone, with one network management code: fields 11, 41 and 60."""
    width = len(network_code)

    def write(message: Any, fields: Fields) -> None:
        _write_key(message.key, fields, "00", network_code)

    def read(fields: Fields, given: Given, year: int) -> None:
        given["key"] = _read_key(fields, width)
        if fields[60][8 : 8 + width] != network_code:
            raise Wrong("60.3", errors.NO_SUCH_WORD)

    return Piece(write, read, (11, 41, 60))


def management(name: str, network_codes: Mapping[str, str]) -> Piece:
    """``key``, and an argument as a network management code: fields 11, 41 and 60."""
    words = {code: what for what, code in network_codes.items()}

    def write(message: Any, fields: Fields) -> None:
        code = network_codes.get(getattr(message, name))
        if code is None:
            raise Unencodable("60.3", errors.NO_SUCH_WORD)
        _write_key(message.key, fields, "00", code)

    def read(fields: Fields, given: Given, year: int) -> None:
        given["key"] = _read_key(fields)
        given[name] = _word_of(words, fields)

    return Piece(write, read, (11, 41, 60))


def query() -> Piece:
    """``key`` and ``close`` of a query: 401 asks, 402 has closed what is not paid."""

    def write(message: Any, fields: Fields) -> None:
        _write_key(message.key, fields, "00", _CLOSE if message.close else _ASK)

    def read(fields: Fields, given: Given, year: int) -> None:
        given["key"] = _read_key(fields)
        code = fields[60][8:11]
        if code not in (_ASK, _CLOSE):
            raise Wrong("60.3", errors.NO_SUCH_WORD)
        given["close"] = code == _CLOSE

    return Piece(write, read, (11, 41, 60))


def opened_batch(name: str, network_codes: Mapping[str, str]) -> Piece:
    """``key``, an argument as in ``management``, and the ``batch`` that a sign-on opens.

    The open batch stands in 60.2, and the one that was asked with in 61.
    """
    words = {code: word for word, code in network_codes.items()}

    def write(message: Any, fields: Fields) -> None:
        code = network_codes.get(getattr(message, name))
        if code is None:
            raise Unencodable("60.3", errors.NO_SUCH_WORD)
        _write_key(message.key, fields, "00", code)
        if message.batch:
            _write_opened(message.batch, fields)

    def read(fields: Fields, given: Given, year: int) -> None:
        key = _read_key(fields)
        given[name] = _word_of(words, fields)
        given["key"], given["batch"] = _read_opened(key, fields)

    return Piece(write, read, (11, 41, 60))


def uploaded(name: str, codes: Mapping[str, tuple[str, str]]) -> Piece:
    """``key``, and an argument as message type code and network management code: fields 11, 41 and 60."""
    words = {code: what for what, code in codes.items()}

    def write(message: Any, fields: Fields) -> None:
        code = codes.get(getattr(message, name))
        if code is None:
            raise Unencodable("60.3", errors.NO_SUCH_WORD)
        _write_key(message.key, fields, *code)

    def read(fields: Fields, given: Given, year: int) -> None:
        given["key"] = _read_key(fields)
        given[name] = _word_of_both(words, fields)

    return Piece(write, read, (11, 41, 60))


def next_batch(name: str, codes: Mapping[str, tuple[str, str]]) -> Piece:
    """As ``uploaded``, and the ``batch`` that follows the one that was closed: in 60.2, and that one in 61."""
    words = {code: what for what, code in codes.items()}

    def write(message: Any, fields: Fields) -> None:
        code = codes.get(getattr(message, name))
        if code is None:
            raise Unencodable("60.3", errors.NO_SUCH_WORD)
        _write_key(message.key, fields, *code)
        if message.batch:
            _write_opened(message.batch, fields)

    def read(fields: Fields, given: Given, year: int) -> None:
        key = _read_key(fields)
        given[name] = _word_of_both(words, fields)
        given["key"], given["batch"] = _read_opened(key, fields)

    return Piece(write, read, (11, 41, 60))


def other_attempt(name: str, needed: bool = False) -> Piece:
    """Another attempt of the same terminal, by batch and STAN: field 61, its unused parts zero."""

    def write(message: Any, fields: Fields) -> None:
        other = getattr(message, name)
        if not other and not needed:
            return
        tid, batch, stan = split(other, "61")
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


def split(key: str, field: str) -> tuple[str, str, str]:
    """TID, batch and STAN of a key; ``Unencodable`` in the name of a field for what is no key."""
    try:
        tid, batch, stan = parts_of(key)
    except ValueError:
        raise Unencodable(field, errors.WRONG_LENGTH) from None
    if len(batch) != 6 or len(stan) != 6:
        raise Unencodable(field, errors.WRONG_LENGTH)
    return tid, batch, stan


def _write_key(key: str, fields: Fields, kind: str, rest: str) -> None:
    fields[41], batch, fields[11] = split(key, "60.2")
    if not (batch.isascii() and batch.isdigit()):
        raise Unencodable("60.2", errors.NOT_DIGITS)
    fields[60] = f"{kind}{batch}{rest}"


def _read_key(fields: Fields, rest: int = len(_NO_NETWORK_CODE)) -> str:
    tid, where = fields[41], fields[60]
    if len(where) < 8 + rest:
        raise Wrong("60", errors.WRONG_LENGTH)
    batch = where[2:8]
    if not batch.isdigit():
        raise Wrong("60.2", errors.NOT_DIGITS)
    if "-" in tid:
        raise Wrong("41", errors.NOT_CHARACTERS)
    return f"{tid}-{batch}-{fields[11]}"


def _write_opened(batch: str, fields: Fields) -> None:
    if len(batch) != 6:
        raise Unencodable("60.2", errors.WRONG_LENGTH)
    where = fields[60]
    fields[61] = f"{where[2:8]}{fields[11]}{_NO_DATE}"
    fields[60] = f"{where[:2]}{batch}{where[8:]}"


def _read_opened(key: str, fields: Fields) -> tuple[str, str]:
    """Key of the message and the batch that it opens, ``""`` for none."""
    asked = fields.get(61)
    if asked is None:
        return key, ""
    if asked[6:12] != fields[11]:
        raise Wrong("61.2", errors.DISAGREES)
    return f"{fields[41]}-{asked[:6]}-{fields[11]}", fields[60][2:8]


def _word_of_both(words: Mapping[tuple[str, str], str], fields: Fields) -> str:
    word = words.get((fields[60][:2], fields[60][8:11]))
    if word is None:
        raise Wrong("60.3", errors.NO_SUCH_WORD)
    return word


def _word_of(words: Mapping[str, str], fields: Fields) -> str:
    word = words.get(fields[60][8:11])
    if word is None:
        raise Wrong("60.3", errors.NO_SUCH_WORD)
    return word
