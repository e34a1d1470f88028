"""Our codec beside pyiso8583: the same fields to the same bytes and back, for a sale's 0200 and 0210.

Each function does its work ``n`` times a message (there are two) and returns seconds; ``ours_message_*`` also turns
messages of the trade into fields and back, which nothing on the other side does.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import iso8583

from benchmarks.pyiso8583_spec import HEADER, LENGTH_BYTES, SPEC
from poslab.messages.card import SALE, FinancialRequest, FinancialResponse
from poslab.messages.iso8583.mapping import CODEC, decode, encode
from poslab.party.contract import Input

_KEY, _MID = "90000001-000001-000017", "999000054110001"
MESSAGES: Final[tuple[Input, ...]] = (
    FinancialRequest("", _KEY, _MID, SALE, 12800, "good-debit"),
    FinancialResponse(
        "", _KEY, _MID, SALE, 12800, "00", "260105000001", "A00017", "20260105", 382530000000, expected_date="20260106"
    ),
)
FRAMES: Final = tuple(encode(message) for message in MESSAGES)
FIELDS: Final = tuple(CODEC.decode(frame) for frame in FRAMES)
THEIR_FIELDS: Final = tuple(
    {"h": HEADER, "t": mti} | {str(number): value for number, value in fields.items()} for mti, fields in FIELDS
)
THEIR_FRAMES: Final = tuple(frame[LENGTH_BYTES:] for frame in FRAMES)


def ours_encode(n: int) -> float:
    """Fields to a frame."""
    work = CODEC.encode
    start = time.perf_counter()
    for _ in range(n):
        for mti, fields in FIELDS:
            work(mti, fields)
    return time.perf_counter() - start


def pyiso_encode(n: int) -> float:
    """The same fields to the same bytes, without the two length bytes."""
    work = iso8583.encode
    start = time.perf_counter()
    for _ in range(n):
        for fields in THEIR_FIELDS:
            work(fields, SPEC)
    return time.perf_counter() - start


def ours_decode(n: int) -> float:
    """A frame to fields."""
    return _each(CODEC.decode, FRAMES, n)


def pyiso_decode(n: int) -> float:
    """The same bytes to the same fields."""
    work = iso8583.decode
    start = time.perf_counter()
    for _ in range(n):
        for frame in THEIR_FRAMES:
            work(frame, SPEC)
    return time.perf_counter() - start


def ours_message_encode(n: int) -> float:
    """A message to a frame, MAC included."""
    return _each(encode, MESSAGES, n)


def ours_message_decode(n: int) -> float:
    """A frame to a message, MAC included."""
    return _each(decode, FRAMES, n)


def _each(work: Callable[[Any], object], things: tuple[Any, ...], n: int) -> float:
    start = time.perf_counter()
    for _ in range(n):
        for thing in things:
            work(thing)
    return time.perf_counter() - start
