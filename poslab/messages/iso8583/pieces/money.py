"""Amounts in fen and their currency."""

from typing import Any, Final

from poslab.messages.card import BALANCE
from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

_CURRENCY: Final = "156"
_AVAILABLE: Final = "1002" + _CURRENCY


def amount() -> Piece:
    """``amount_fen`` in field 4, which only a balance inquiry may lack, and the currency in field 49.

    It stands after ``purchase``.
    """

    def write(message: Any, fields: Fields) -> None:
        fields[49] = _CURRENCY
        if message.amount_fen or message.what != BALANCE:
            fields[4] = f"{message.amount_fen:012d}"

    def read(fields: Fields, given: Given, year: int) -> None:
        if fields[49] != _CURRENCY:
            raise Wrong("49", errors.NO_SUCH_WORD)
        value = fields.get(4)
        if value is None:
            if given["what"] != BALANCE:
                raise Wrong("4", errors.MISSING)
            value = "0"
        given["amount_fen"] = int(value)

    return Piece(write, read, (49,))


def balance() -> Piece:
    """``balance_fen`` as an additional amount: field 54, credit or debit, or no field."""

    def write(message: Any, fields: Fields) -> None:
        if message.balance_fen is not None:
            sign = "C" if message.balance_fen >= 0 else "D"
            fields[54] = f"{_AVAILABLE}{sign}{abs(message.balance_fen):012d}"

    def read(fields: Fields, given: Given, year: int) -> None:
        value = fields.get(54)
        if value is None:
            given["balance_fen"] = None
            return
        sign, figure = value[7:8], value[8:]
        if value[:7] != _AVAILABLE or sign not in ("C", "D") or len(figure) != 12 or not figure.isdigit():
            raise Wrong("54", errors.NO_SUCH_WORD)
        given["balance_fen"] = int(figure) if sign == "C" else -int(figure)

    return Piece(write, read)
