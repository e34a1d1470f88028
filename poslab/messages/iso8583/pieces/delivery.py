"""Working keys on their way to a terminal."""

from typing import Any, Final

from poslab.messages.iso8583 import errors, keys
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

_APPROVED: Final = "00"
_FIRST: Final = 1
_BEFORE_VERSION: Final = "KEY VERSION "


def working_keys() -> Piece:
    """``key_version``: the keys in field 62, the number of their version in 63; a refusal brings none.

    It is read as 0 where check values disagree or the keys are not of that version. It stands after the rest.
    """

    def write(message: Any, fields: Fields) -> None:
        version = message.key_version
        if message.code != _APPROVED:
            if version != _FIRST:
                raise Unencodable("62", errors.NOT_ON_THIS_LEG)
            return
        if not 0 <= version <= keys.VERSIONS:
            raise Unencodable("62", errors.NO_SUCH_WORD)
        fields[62] = keys.delivered(fields[41], version, message.key_set).hex().upper()
        fields[63] = f"{_BEFORE_VERSION}{version:04d}"

    def read(fields: Fields, given: Given, year: int) -> None:
        delivery, named = fields.get(62), fields.get(63, "")
        if fields[39] != _APPROVED:
            if delivery is not None:
                raise Wrong("62", errors.DISAGREES)
            given["key_version"] = _FIRST
            return
        if delivery is None:
            raise Wrong("62", errors.MISSING)
        figure = named[len(_BEFORE_VERSION) :]
        if not named.startswith(_BEFORE_VERSION) or len(figure) != 4 or not figure.isdigit():
            raise Wrong("63", errors.NO_SUCH_WORD if named else errors.MISSING)
        wrapped, key_set = bytes.fromhex(delivery), given["key_set"]
        if len(wrapped) != keys.DELIVERY_BYTES[key_set]:
            raise Wrong("62", errors.WRONG_LENGTH)
        given["key_version"] = keys.version_of(fields[41], int(figure), wrapped, key_set)

    return Piece(write, read, (39, 41))
