"""The terminal dialect as a specification for pyiso8583: written by hand, so that it can judge ours."""

from typing import Any, Final

Spec = dict[str, dict[str, Any]]


def _bcd(length: int, pad: str = "right_pad") -> dict[str, Any]:
    return {"data_enc": "b", "len_enc": "bcd", "len_type": 0, "len_count": "nibbles", pad: "0", "max_len": length}


def _bcd_to(most: int, length_bytes: int) -> dict[str, Any]:
    return _bcd(most) | {"len_type": length_bytes}


def _text(length: int) -> dict[str, Any]:
    return {"data_enc": "ascii", "len_enc": "bcd", "len_type": 0, "max_len": length}


def _text_to(most: int, length_bytes: int) -> dict[str, Any]:
    return _text(most) | {"len_type": length_bytes}


def _binary(length: int) -> dict[str, Any]:
    return {"data_enc": "b", "len_enc": "bcd", "len_type": 0, "max_len": length}


def _binary_to(most: int, length_bytes: int) -> dict[str, Any]:
    return _binary(most) | {"len_type": length_bytes}


SPEC: Final[Spec] = {
    "h": _binary(11),  # TPDU and header; the two length bytes before them are no part of its message
    "t": _binary(2),
    "p": _binary(8),
    "2": _bcd_to(19, 1),
    "3": _bcd(6),
    "4": _bcd(12),
    "11": _bcd(6),
    "12": _bcd(6),
    "13": _bcd(4),
    "14": _bcd(4),
    "15": _bcd(4),
    "22": _bcd(3),
    "23": _bcd(3, "left_pad"),
    "25": _bcd(2),
    "26": _bcd(2),
    "32": _bcd_to(11, 1),
    "35": _bcd_to(37, 1),
    "36": _bcd_to(104, 2),
    "37": _text(12),
    "38": _text(6),
    "39": _text(2),
    "41": _text(8),
    "42": _text(15),
    "44": _text_to(25, 1),
    "48": _bcd_to(322, 2),
    "49": _text(3),
    "52": _binary(8),
    "53": _bcd(16),
    "54": _text_to(20, 2),
    "55": _binary_to(255, 2),
    "60": _bcd_to(17, 2),
    "61": _bcd_to(29, 2),
    "62": _text_to(512, 2),
    "63": _text_to(163, 2),
    "64": _binary(8),
}
HEADER: Final = "6000010000602200000000"
LENGTH_BYTES: Final = 2
