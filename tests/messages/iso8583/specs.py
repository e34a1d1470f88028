"""Every dialect as a specification for pyiso8583: written by hand, so that it can judge ours."""

from typing import Any, Final

from benchmarks.pyiso8583_spec import HEADER, SPEC, Spec

_TERMINAL_KEYS: Final[Spec] = {"62": SPEC["55"] | {"max_len": 60}}


def _text(most: int, length_digits: int = 0) -> dict[str, Any]:
    return {"data_enc": "ascii", "len_enc": "ascii", "len_type": length_digits, "max_len": most}


def _raw(most: int, length_digits: int = 0) -> dict[str, Any]:
    return {"data_enc": "b", "len_enc": "ascii", "len_type": length_digits, "max_len": most}


def _raw_counted(most: int, length_digits: int) -> dict[str, Any]:
    return _raw(most, length_digits) | {"len_count": "bytes"}


_NO_HEADER: Final = _text(0)

_PLAIN: Final[Spec] = {
    "h": _NO_HEADER,
    "t": _text(4),
    "2": _text(19, 2),
    "3": _text(6),
    "4": _text(12),
    "11": _text(6),
    "12": _text(6),
    "13": _text(4),
    "14": _text(4),
    "15": _text(4),
    "22": _text(3),
    "23": _text(3),
    "25": _text(2),
    "26": _text(2),
    "32": _text(11, 2),
    "35": _text(37, 2),
    "36": _text(104, 3),
    "37": _text(12),
    "38": _text(6),
    "39": _text(2),
    "41": _text(8),
    "42": _text(15),
    "44": _text(25, 2),
    "48": _text(322, 3),
    "49": _text(3),
    "53": _text(16),
    "54": _text(20, 3),
    "60": _text(17, 3),
    "61": _text(29, 3),
    "62": _text(512, 3),
    "63": _text(163, 3),
}

_ASCII: Final[Spec] = _PLAIN | {"p": _text(16), "52": _text(16), "55": _text(510, 3), "64": _text(16)}
_ASCII_BINARY: Final[Spec] = _PLAIN | {"p": _raw(8), "52": _raw(8), "55": _raw_counted(255, 3), "64": _raw(8)}

_NETWORK: Final[Spec] = {
    "h": _NO_HEADER,
    "t": _text(4),
    "p": _raw(8),
    "1": _raw(8),
    "2": _text(19, 2),
    "3": _text(6),
    "4": _text(12),
    "7": _text(10),
    "11": _text(6),
    "12": _text(6),
    "13": _text(4),
    "15": _text(4),
    "18": _text(4),
    "22": _text(3),
    "25": _text(2),
    "32": _text(11, 2),
    "33": _text(11, 2),
    "37": _text(12),
    "38": _text(6),
    "39": _text(2),
    "41": _text(8),
    "42": _text(15),
    "43": _text(40),
    "49": _text(3),
    "52": _raw(8),
    "54": _text(20, 3),
    "55": _raw_counted(255, 3),
    "60": _text(27, 3),
    "62": _text(512, 3),
    "70": _text(3),
    "90": _text(42),
    "100": _text(11, 2),
    "128": _raw(8),
}

SPECS: Final[dict[str, Spec]] = {"terminal": SPEC, "network": _NETWORK, "ascii": _ASCII, "ascii-binary": _ASCII_BINARY}
WITH_KEYS: Final[dict[str, Spec]] = {
    "terminal": SPEC | _TERMINAL_KEYS,
    "network": _NETWORK,
    "ascii": _ASCII | {"62": _text(120, 3)},
    "ascii-binary": _ASCII_BINARY | {"62": _raw_counted(60, 3)},
}
"""An answer to a sign-on has keys where every other message has a text."""

HEADERS: Final = {"terminal": HEADER, "network": "", "ascii": "", "ascii-binary": ""}
