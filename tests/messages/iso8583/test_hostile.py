"""Bytes from strangers: whatever they are, the answer is a message or ``Undecodable``, and nothing is said back."""

import re
import traceback
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from poslab.messages.card import SALE, QueryRequest, SignOnResponse
from poslab.messages.iso8583 import codec as codec_module
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.dump import dump
from poslab.messages.iso8583.errors import Undecodable
from poslab.messages.iso8583.mapping import CODEC, decode, encode
from poslab.party.contract import Input
from tests.messages.iso8583.saying import KEY, LOST_ANSWER, MID, REQUEST, RESPONSE, REVERSAL, said

FRAMES = tuple(encode(message) for message in LOST_ANSWER.values())
OFF_THE_LIST = "9999990000000139"  # a number that belongs to nobody, and to none of our cards
LONG_NUMBER = re.compile("[0-9]{13,}")
TRANSPORT = bytes.fromhex("6000010000602200000000")


def framed(rest: bytes) -> bytes:
    """A frame whose transport is in order."""
    body = TRANSPORT + rest
    return len(body).to_bytes(2, "big") + body


def survives(frame: bytes) -> Input | None:
    dump(frame)
    try:
        return decode(frame)
    except Undecodable as error:
        refused = error
    assert 0 <= refused.offset <= len(frame)
    assert refused.field in str(refused)
    return None


@given(st.binary(max_size=600))
def test_random_bytes(frame: bytes) -> None:
    survives(frame)


@given(st.binary(max_size=600))
@example(b"")
@example(bytes.fromhex("0200") + b"\xff" * 8)
@example(bytes.fromhex("0200") + b"\x80" + b"\x00" * 7)
def test_random_bytes_in_a_good_frame(rest: bytes) -> None:
    survives(framed(rest))


@given(
    st.sampled_from(FRAMES),
    st.lists(st.tuples(st.integers(0, 127), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 130),
    st.binary(max_size=4),
)
def test_mutated_frames(frame: bytes, changes: list[tuple[int, int]], keep: int, more: bytes) -> None:
    mutated = bytearray(frame)
    for at, byte in changes:
        mutated[at % len(mutated)] = byte
    survives(bytes(mutated))
    survives(framed(bytes(mutated[13:keep]) + more))


KNOWING = Codec(TERMINAL)
for known in FRAMES:
    KNOWING.decode(known)


@given(st.sampled_from(FRAMES), st.integers(13, 127), st.integers(0, 255))
def test_a_known_shape_forgives_nothing(frame: bytes, at: int, byte: int) -> None:
    """Whatever is read in one stroke would be read field by field, and to the same values."""
    damaged = bytearray(frame)
    damaged[at % len(damaged)] = byte
    assert outcome(lambda: KNOWING.decode(bytes(damaged))[1]) == outcome(
        lambda: {number: value for number, _, value in KNOWING.walk(bytes(damaged))}
    )


def outcome(read: Callable[[], dict[int, str]]) -> object:
    try:
        return read()
    except Undecodable as refused:
        return refused.args


@given(said(), said())
def test_what_one_message_lends_to_another(one: Input, other: Input) -> None:
    """Fields of one under the type and beside the fields of another: a message, or refused by name."""
    mti, fields = CODEC.decode(encode(one))
    survives(CODEC.encode(mti, CODEC.decode(encode(other))[1]))
    survives(CODEC.encode(mti, fields | CODEC.decode(encode(other))[1]))


@pytest.mark.parametrize("frame", FRAMES, ids=LOST_ANSWER)
def test_a_flipped_byte_is_refused_or_breaks_the_mac(frame: bytes) -> None:
    for at in range(len(frame)):
        for flip in (0x01, 0x10, 0x80, 0xFF):
            damaged = frame[:at] + bytes((frame[at] ^ flip,)) + frame[at + 1 :]
            message = survives(damaged)
            assert message is None or message.mac == 0, (at, flip)  # type: ignore[attr-defined]


@pytest.mark.parametrize("frame", FRAMES, ids=LOST_ANSWER)
def test_a_frame_cut_short_is_refused(frame: bytes) -> None:
    for size in range(len(frame)):
        assert survives(frame[:size]) is None
        assert survives(framed(frame[13:size])) is None


def test_noise_does_not_fill_the_memory() -> None:
    codec = Codec(TERMINAL)
    numbers = [field.number for field in TERMINAL.fields if field.lengths == "fixed" and field.format == "n"]
    for bits in range(1, 2 ** len(numbers), 3):
        chosen = [number for index, number in enumerate(numbers) if bits >> index & 1]
        fields = {number: "1" * codec.fields[number].length for number in chosen}
        assert codec.decode(codec.encode("0200", fields)) == ("0200", fields)
        if bits > 1000:
            break
    assert len(codec._to_read) <= codec_module._SHAPES_KEPT
    assert len(codec._to_write) <= codec_module._SHAPES_KEPT


REFUSED = {
    "nothing": (b"", "length", 0),
    "half a length": (b"\x00", "length", 0),
    "a length that lies": (b"\x00\x05abc", "length", 0),
    "no message": (framed(b""), "header", 13),
    "no bitmap": (framed(bytes.fromhex("0200")), "bitmap", 15),
    "another TPDU": (FRAMES[0][:3] + b"\x01" + FRAMES[0][4:], "tpdu", 2),
    "another header": (FRAMES[0][:7] + b"\x61" + FRAMES[0][8:], "header", 7),
    "a type that is no number": (framed(bytes.fromhex("0a00") + bytes(8)), "mti", 13),
    "a type of another leg": (framed(bytes.fromhex("0420") + bytes(8)), "mti", 13),
    "a second bitmap": (framed(bytes.fromhex("0200") + b"\x80" + bytes(7)), "1", 15),
    "a field that there is not": (framed(bytes.fromhex("0200") + b"\x02" + bytes(7)), "7", 15),
    "an amount in letters": (framed(bytes.fromhex("02001000000000000000" + "00000001280a")), "4", 23),
    "an amount cut off": (framed(bytes.fromhex("02001000000000000000" + "0000000128")), "4", 23),
    "a length in letters": (framed(bytes.fromhex("02004000000000000000" + "1a")), "2", 23),
    "a card number of no digits": (framed(bytes.fromhex("02004000000000000000" + "00")), "2", 23),
    "a card number too long": (framed(bytes.fromhex("02004000000000000000" + "20" + 10 * "99")), "2", 23),
    "padding that is not zero": (framed(bytes.fromhex("02000000040000000000" + "0511")), "22", 24),
    "a TID of control characters": (
        framed(bytes.fromhex("02000000000000800000") + b"T1\x00\x00\x00\x00\x00\x00"),
        "41",
        23,
    ),
    "bytes to spare": (framed(bytes.fromhex("02000000000000000000" + "00")), "end", 23),
    "no fields at all": (framed(bytes.fromhex("0200" + 16 * "0")), "3", 15),
}


@pytest.mark.parametrize(("frame", "field", "offset"), REFUSED.values(), ids=REFUSED)
def test_the_error_names_field_and_offset(frame: bytes, field: str, offset: int) -> None:
    with pytest.raises(Undecodable) as refused:
        decode(frame)
    assert (refused.value.field, refused.value.offset) == (field, offset)
    assert str(refused.value) == f"field {field} at byte {offset}: {refused.value.why.en}"
    assert refused.value.text.zh == f"域 {field}，第 {offset} 字节：{refused.value.why.zh}"


SENSELESS = [
    (REQUEST, {3: "999999"}, "3"),
    (REQUEST, {4: None}, "4"),
    (REQUEST, {14: "3101"}, "14"),
    (REQUEST, {22: "999"}, "22"),
    (REQUEST, {22: "052"}, "52"),
    (REQUEST, {25: "06"}, "25"),
    (REQUEST, {35: CODEC.decode(encode(REQUEST))[1][35].replace("0014", "0022")}, "35"),
    (REQUEST, {2: None, 35: None}, "2"),
    (REQUEST, {49: "840"}, "49"),
    (REQUEST, {52: None}, "52"),
    (REQUEST, {60: "2200000100"}, "60"),
    (REQUEST, {61: "000001"}, "61"),
    (RESPONSE, {12: None}, "12"),
    (RESPONSE, {12: "240000"}, "12"),
    (RESPONSE, {12: "106000"}, "12"),
    (RESPONSE, {13: None}, "13"),
    (RESPONSE, {13: "0229"}, "13"),
    (RESPONSE, {13: "1301"}, "13"),
    (RESPONSE, {15: "0132"}, "15"),
    (RESPONSE, {39: None}, "39"),
    (RESPONSE, {41: "T1------"}, "41"),
    (RESPONSE, {54: "1002840C000000000500"}, "54"),
    (RESPONSE, {62: "tomorrow"}, "62"),
    (REVERSAL, {61: "0000010000180000"}, "61"),
    (QueryRequest("", KEY, MID, KEY), {61: None}, "61"),
    (QueryRequest("", KEY, MID, KEY), {60: "00000001402"}, "60.3"),
    (SignOnResponse("", KEY, MID, "00", "000002"), {62: "SIMULATED KEYS 000x"}, "62"),
    (SignOnResponse("", KEY, MID, "00", "000002"), {61: "0000010000180000"}, "61.2"),
]


@pytest.mark.parametrize(("message", "changes", "field"), SENSELESS, ids=lambda value: str(value)[:24])
def test_fields_that_make_no_sense_are_refused_where_they_stand(
    message: Input, changes: dict[int, str | None], field: str
) -> None:
    mti, fields = CODEC.decode(encode(message))
    changed = {number: value for number, value in (fields | changes).items() if value is not None}
    frame = CODEC.encode(mti, changed)
    with pytest.raises(Undecodable) as refused:
        decode(frame)
    assert refused.value.field == field
    number = int(field.partition(".")[0])
    places = {found: at for found, at, _ in CODEC.walk(frame)}
    assert refused.value.offset == places.get(number, 15)


@pytest.mark.parametrize("field", [2, 35, 42, 62, 63])
def test_a_number_off_the_list_is_refused_and_never_repeated(field: int) -> None:
    mti, fields = CODEC.decode(encode(REQUEST))
    places = {2: OFF_THE_LIST, 35: f"{OFF_THE_LIST}D3012", 42: OFF_THE_LIST[:15], 62: OFF_THE_LIST, 63: OFF_THE_LIST}
    frame = CODEC.encode(mti, fields | {field: places[field]})
    shown = "".join(str(line) + repr(line) for line in dump(frame))
    assert OFF_THE_LIST[:13] not in shown
    assert not LONG_NUMBER.search(shown.replace(MID, ""))
    if field in (2, 35):
        with pytest.raises(Undecodable) as refused:
            decode(frame)
        assert refused.value.field == str(field)
        told = "".join(traceback.format_exception(refused.value)) + repr(refused.value) + repr(refused.value.args)
        assert not LONG_NUMBER.search(told)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__


@given(said())
def test_no_card_number_stands_in_a_message_or_its_dump(message: Input) -> None:
    frame = encode(message)
    for text in (repr(decode(frame)), repr(dump(frame))):
        assert not re.search("999999[0-9]{10}", text)


def test_a_purchase_of_another_kind_is_not_taken_for_a_sale() -> None:
    """The completion of a pre-authorisation has a sale's processing code and another condition and type."""
    mti, fields = CODEC.decode(encode(REQUEST))
    assert decode(encode(REQUEST)).what == SALE  # type: ignore[attr-defined]
    for changes in ({25: "06"}, {60: "20" + fields[60][2:]}, {25: "06", 60: "20" + fields[60][2:]}):
        with pytest.raises(Undecodable):
            decode(CODEC.encode(mti, fields | changes))
