"""Field 48 of settlement and upload: totals, the transactions of a batch, and how many there were."""

from typing import Any, Final

from poslab.messages.batch import ENDS, ERROR, RECORDS_A_MESSAGE, Detail, Totals
from poslab.messages.iso8583 import digits, errors
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

_HALF: Final = 31
"""Digits of the totals of domestic cards, and of foreign ones: 12 + 3 + 12 + 3 + 1."""
_NONE: Final = "0" * (_HALF - 1)
_ASKED: Final = "0"
_NO_CARDS: Final = "1"
"""The flag of foreign cards, of which there are none: equal."""
_FLAGS: Final = ("1", "2", "3")

_DOMESTIC: Final = "00"
_RECORD: Final = 40
"""Digits of a record: class of card 2, STAN 6, card number 20, amount 12."""
_NUMBER: Final = 20
_COUNT: Final = 4


def asked_totals() -> Piece:
    """``totals`` as the terminal has them."""

    def write(message: Any, fields: Fields) -> None:
        fields[48] = _written(message.totals) + _ASKED + _NONE + _ASKED

    def read(fields: Fields, given: Given, year: int) -> None:
        domestic = _halves(fields, _NONE + _ASKED)
        if domestic[-1] != _ASKED:
            raise Wrong("48", errors.NO_SUCH_WORD)
        given["totals"] = _read(domestic)

    return Piece(write, read, (48,))


def compared_totals() -> Piece:
    """``totals`` as the host has them, and its ``flag``."""

    def write(message: Any, fields: Fields) -> None:
        flag = str(message.flag)
        if flag not in _FLAGS:
            raise Unencodable("48", errors.NO_SUCH_WORD)
        fields[48] = _written(message.totals) + flag + _NONE + _foreign(flag)

    def read(fields: Fields, given: Given, year: int) -> None:
        flag = fields[48][_HALF - 1 : _HALF]
        if flag not in _FLAGS:
            raise Wrong("48", errors.NO_SUCH_WORD)
        given["totals"] = _read(_halves(fields, _NONE + _foreign(flag)))
        given["flag"] = int(flag)

    return Piece(write, read, (48,))


def details() -> Piece:
    """``details``, or at the end their ``count``. It stands after ``what``."""

    def write(message: Any, fields: Fields) -> None:
        if message.what in ENDS:
            if message.details or not 0 <= message.count < 10**_COUNT:
                raise Unencodable("48", errors.NOT_ON_THIS_LEG)
            fields[48] = f"{message.count:04d}"
            return
        if not 0 < len(message.details) <= RECORDS_A_MESSAGE or message.count:
            raise Unencodable("48", errors.WRONG_LENGTH)
        fields[48] = f"{len(message.details):02d}" + "".join(map(_record, message.details))

    def read(fields: Fields, given: Given, year: int) -> None:
        value = fields[48]
        given["details"], given["count"] = (), 0
        if given["what"] in ENDS:
            if len(value) != _COUNT:
                raise Wrong("48", errors.WRONG_LENGTH)
            given["count"] = int(value)
            return
        count, rest = value[:2], value[2:]
        if not 0 < int(count) <= RECORDS_A_MESSAGE or len(rest) != _RECORD * int(count):
            raise Wrong("48", errors.WRONG_LENGTH)
        given["details"] = tuple(_detail(rest[at : at + _RECORD]) for at in range(0, len(rest), _RECORD))

    return Piece(write, read, (48,))


def _foreign(flag: str) -> str:
    return flag if flag == str(ERROR) else _NO_CARDS


def _written(totals: Totals) -> str:
    said = (totals.debit_fen, totals.debits, totals.credit_fen, totals.credits)
    if not all(0 <= figure < 10**width for figure, width in zip(said, (12, 3, 12, 3), strict=True)):
        raise Unencodable("48", errors.WRONG_LENGTH)
    return f"{said[0]:012d}{said[1]:03d}{said[2]:012d}{said[3]:03d}"


def _halves(fields: Fields, foreign: str) -> str:
    """The half of domestic cards; the other one must say that there are no foreign ones."""
    value = fields[48]
    if len(value) != 2 * _HALF:
        raise Wrong("48", errors.WRONG_LENGTH)
    if value[_HALF:] != foreign:
        raise Wrong("48", errors.DISAGREES)
    return value[:_HALF]


def _read(half: str) -> Totals:
    return Totals(int(half[:12]), int(half[12:15]), int(half[15:27]), int(half[27:30]))


def _record(detail: Detail) -> str:
    number = digits.number_of(detail.card) if detail.card else ""
    if number is None:
        raise Unencodable("48", errors.NOT_A_TEST_CARD)
    if len(detail.stan) != 6 or not 0 <= detail.amount_fen < 10**12:
        raise Unencodable("48", errors.WRONG_LENGTH)
    return f"{_DOMESTIC}{detail.stan}{number.zfill(_NUMBER)}{detail.amount_fen:012d}"


def _detail(record: str) -> Detail:
    number = record[8:28].lstrip("0")
    ref = digits.ref_of(number) if number else ""
    if ref is None:
        raise Wrong("48", errors.NOT_A_TEST_CARD)
    if record[:2] != _DOMESTIC:
        raise Wrong("48", errors.NO_SUCH_WORD)
    return Detail(record[2:8], ref, int(record[28:]))
