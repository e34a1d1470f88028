"""Our codec beside pyiso8583: the same fields to the same bytes and back, for a sale's 0200 and 0210.

Each function does its work ``n`` times a message (there are two) and returns seconds; ``ours_message_*`` also turns
messages of the trade into fields and back, which nothing on the other side does.
"""

import statistics
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


def figures(rounds: int, n: int = 2_000) -> dict[str, dict[str, Any]]:
    """Rows for the table, in messages a second: medians, and the median of each round's ratio.

    The ``codec_message`` rows go from messages of the trade to bytes and back, beside pyiso8583 from fields to bytes.
    """
    contests = {
        "codec_encode_vs_pyiso8583": (ours_encode, pyiso_encode),
        "codec_decode_vs_pyiso8583": (ours_decode, pyiso_decode),
        "codec_message_encode": (ours_message_encode, pyiso_encode),
        "codec_message_decode": (ours_message_decode, pyiso_decode),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contests}
    for number in range(rounds + 1):
        for name, (ours, baseline) in contests.items():
            pair = ours(n), baseline(n)
            if number:  # the first round only warms up
                taken[name].append(pair)
    count = n * len(MESSAGES)
    return {
        name: {
            "ours": count / statistics.median(ours for ours, _ in pairs),
            "baseline": count / statistics.median(baseline for _, baseline in pairs),
            "ratio": statistics.median(baseline / ours for ours, baseline in pairs),
            "unit": "messages/s",
        }
        for name, pairs in taken.items()
    }
