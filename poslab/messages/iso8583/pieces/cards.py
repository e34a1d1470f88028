"""The card, how it was read, and whether there is a PIN; the block itself is made where the keys are.

A payment code is no card: it stands in field 62, with entry mode 030, and there is neither number nor track nor PIN.
"""

from typing import Any, Final

from poslab.messages.card import PIN_ABSENT, QR
from poslab.messages.iso8583 import digits, errors, pin
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

_KEYED: Final = "keyed"
_MODES: Final = {_KEYED: "01", "stripe": "02", "chip": "05", "contactless": "07"}
_BY_CODE: Final = "030"
_WITH_PIN, _WITHOUT_PIN = "1", "2"
_USUAL_PIN: Final = {entry: _WITHOUT_PIN if entry == _KEYED else _WITH_PIN for entry in _MODES}
_ENTRIES: Final = {mode + pin: (entry, pin) for entry, mode in _MODES.items() for pin in (_WITH_PIN, _WITHOUT_PIN)}
_LONGEST_PIN: Final = "12"
_SINGLE_LENGTH, _DOUBLE_LENGTH = "20", "26"
_DESCRIPTIONS: Final = (_SINGLE_LENGTH, _DOUBLE_LENGTH)
_PIN_WITH_NUMBER: Final = _DOUBLE_LENGTH + 14 * "0"
_NO_BLOCK_YET: Final = pin.DIGITS * "0"


def card_or_code(track: bool, expiry: bool = True) -> Piece:
    """``card`` of a request: as ``card`` does, or a payment code in field 62."""
    plain = card(track, expiry)

    def write(message: Any, fields: Fields) -> None:
        if message.entry != QR:
            plain.write(message, fields)
            return
        code = digits.code_of(message.card)
        if code is None:
            raise Unencodable("62", errors.NOT_A_TEST_CODE)
        fields[62] = code

    def read(fields: Fields, given: Given, year: int) -> None:
        if fields.get(22) != _BY_CODE:
            if 62 in fields:
                raise Wrong("62", errors.DISAGREES)
            plain.read(fields, given, year)
            return
        code = fields.get(62)
        ref = None if code is None else digits.ref_of_code(code)
        if ref is None:
            raise Wrong("62", errors.MISSING if code is None else errors.NOT_A_TEST_CODE)
        if 2 in fields or 35 in fields:
            raise Wrong("2" if 2 in fields else "35", errors.DISAGREES)
        given["card"] = ref

    return Piece(write, read)


def card(track: bool, expiry: bool = True) -> Piece:
    """``card`` as number, field 2, with its expiry, field 14, and where a track was read and may be sent, field 35."""

    def write(message: Any, fields: Fields) -> None:
        number = digits.number_of(message.card)
        if number is None:
            raise Unencodable("2", errors.NOT_A_TEST_CARD)
        fields[2] = number
        if expiry:
            fields[14] = digits.expiry_of(message.card)
        if track and message.entry != _KEYED:
            fields[35] = digits.track_of(message.card)

    def read(fields: Fields, given: Given, year: int) -> None:
        number, stripe = fields.get(2), fields.get(35)
        by_stripe = None if stripe is None else digits.ref_of_track(stripe)
        if stripe is not None and by_stripe is None:
            raise Wrong("35", errors.NOT_A_TEST_CARD)
        ref = by_stripe if number is None else digits.ref_of(number)
        if ref is None:
            raise Wrong("2", errors.MISSING if number is None else errors.NOT_A_TEST_CARD)
        if by_stripe is not None and by_stripe != ref:
            raise Wrong("35", errors.DISAGREES)
        if fields.get(14, digits.expiry_of(ref)) != digits.expiry_of(ref):
            raise Wrong("14", errors.DISAGREES)
        given["card"] = ref

    return Piece(write, read)


def entry_and_pin(described: bool = True) -> Piece:
    """``entry`` and whether there is a ``pin``: field 22, whose last digit says so, and if so room for the block in 52.

    ``described``: fields 26 and 53 tell how the PIN was taken and enciphered. ``pin`` is read as absent where it is.
    """

    def write(message: Any, fields: Fields) -> None:
        if message.entry == QR:
            if message.pin != PIN_ABSENT:
                raise Unencodable("52", errors.NOT_ON_THIS_LEG)  # a code has no PIN
            fields[22] = _BY_CODE
            return
        if message.pin == PIN_ABSENT:
            fields[22] = _mode_of(message.entry) + _WITHOUT_PIN
            return
        fields[22] = _mode_of(message.entry) + _WITH_PIN
        fields[52] = _NO_BLOCK_YET
        if described:
            fields[26] = _LONGEST_PIN
            fields[53] = _PIN_WITH_NUMBER

    def read(fields: Fields, given: Given, year: int) -> None:
        if fields[22] == _BY_CODE:
            if 52 in fields:
                raise Wrong("52", errors.DISAGREES)
            given["entry"], given["pin"] = QR, PIN_ABSENT
            return
        given["entry"], pin = _entry_of(fields)
        if (52 not in fields) != (pin == _WITHOUT_PIN):
            raise Wrong("52", errors.DISAGREES if 52 in fields else errors.MISSING)
        how = fields.get(53, _PIN_WITH_NUMBER)
        if how[:2] not in _DESCRIPTIONS:
            raise Wrong("53", errors.NO_SUCH_WORD)
        given["pin"] = PIN_ABSENT

    return Piece(write, read, (22,))


def is_single_length(fields: Fields) -> bool:
    """Whether field 53 says that the PIN key has single length."""
    return fields.get(53, _PIN_WITH_NUMBER)[:2] == _SINGLE_LENGTH


def entry() -> Piece:
    """``entry`` of a message that carries no PIN: field 22 as it usually is (012, 021, 051, 071)."""

    def write(message: Any, fields: Fields) -> None:
        fields[22] = _mode_of(message.entry) + _USUAL_PIN[message.entry]

    def read(fields: Fields, given: Given, year: int) -> None:
        given["entry"], _ = _entry_of(fields)

    return Piece(write, read, (22,))


def _mode_of(entry: str) -> str:
    mode = _MODES.get(entry)
    if mode is None:
        raise Unencodable("22", errors.NO_SUCH_WORD)
    return mode


def _entry_of(fields: Fields) -> tuple[str, str]:
    found = _ENTRIES.get(fields[22])
    if found is None:
        raise Wrong("22", errors.NO_SUCH_WORD)
    return found
