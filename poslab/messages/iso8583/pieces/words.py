"""Single fields that are words, marks or numbers."""

from typing import Any

from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong


def word(name: str, number: int) -> Piece:
    """An argument that is one field and must be there."""

    def write(message: Any, fields: Fields) -> None:
        fields[number] = getattr(message, name)

    def read(fields: Fields, given: Given, year: int) -> None:
        given[name] = fields[number]

    return Piece(write, read, (number,))


def word_or_none(name: str, number: int) -> Piece:
    """An argument that is one field, and no field when empty."""

    def write(message: Any, fields: Fields) -> None:
        value = getattr(message, name)
        if value:
            fields[number] = value

    def read(fields: Fields, given: Given, year: int) -> None:
        given[name] = fields.get(number, "")

    return Piece(write, read)


def one_of(name: str, number: int, words: tuple[str, ...]) -> Piece:
    """An argument that is one field and one of these words."""

    def write(message: Any, fields: Fields) -> None:
        value = getattr(message, name)
        if value not in words:
            raise Unencodable(str(number), errors.NO_SUCH_WORD)
        fields[number] = value

    def read(fields: Fields, given: Given, year: int) -> None:
        if fields[number] not in words:
            raise Wrong(str(number), errors.NO_SUCH_WORD)
        given[name] = fields[number]

    return Piece(write, read, (number,))


def mark(name: str, number: int, text: str) -> Piece:
    """A yes that is this text in a field; anything else, or no field, is a no."""

    def write(message: Any, fields: Fields) -> None:
        if getattr(message, name):
            fields[number] = text

    def read(fields: Fields, given: Given, year: int) -> None:
        given[name] = fields.get(number) == text

    return Piece(write, read)


def absent(name: str, number: int) -> Piece:
    """An argument that only other legs carry: it must be empty to be written, and is read as empty."""

    def write(message: Any, fields: Fields) -> None:
        if getattr(message, name):
            raise Unencodable(str(number), errors.NOT_ON_THIS_LEG)

    def read(fields: Fields, given: Given, year: int) -> None:
        given[name] = ""

    return Piece(write, read)
