"""The card, how it was read, and its PIN."""

from typing import Any, Final

from poslab.messages.card import PIN_ABSENT
from poslab.messages.iso8583 import digits, errors
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong

_KEYED: Final = "keyed"
_MODES: Final = {_KEYED: "01", "stripe": "02", "chip": "05", "contactless": "07"}
_WITH_PIN, _WITHOUT_PIN = "1", "2"
_USUAL_PIN: Final = {entry: _WITHOUT_PIN if entry == _KEYED else _WITH_PIN for entry in _MODES}
_ENTRIES: Final = {mode + pin: (entry, pin) for entry, mode in _MODES.items() for pin in (_WITH_PIN, _WITHOUT_PIN)}
_LONGEST_PIN: Final = "12"
_PIN_WITH_NUMBER: Final = "26" + 14 * "0"


def card(track: bool) -> Piece:
    """``card`` as number and expiry, fields 2 and 14, and where a track was read and may be sent, field 35."""

    def write(message: Any, fields: Fields) -> None:
        number = digits.number_of(message.card)
        if number is None:
            raise Unencodable("2", errors.NOT_A_TEST_CARD)
        fields[2] = number
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


def entry_and_pin() -> Piece:
    """``entry`` and ``pin``: field 22, whose last digit says whether there is a PIN; if so fields 26, 52 and 53.

    It stands after ``card``.
    """

    def write(message: Any, fields: Fields) -> None:
        if message.pin == PIN_ABSENT:
            fields[22] = _mode_of(message.entry) + _WITHOUT_PIN
            return
        block = digits.pin_block(message.card, message.pin)
        if block is None:
            raise Unencodable("52", errors.NO_SUCH_WORD)
        fields[22] = _mode_of(message.entry) + _WITH_PIN
        fields[26] = _LONGEST_PIN
        fields[52] = block
        fields[53] = _PIN_WITH_NUMBER

    def read(fields: Fields, given: Given, year: int) -> None:
        given["entry"], pin = _entry_of(fields)
        block = fields.get(52)
        if (block is None) != (pin == _WITHOUT_PIN):
            raise Wrong("52", errors.MISSING if block is None else errors.DISAGREES)
        given["pin"] = PIN_ABSENT if block is None else digits.pin_of(given["card"], block)

    return Piece(write, read, (22,))


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
