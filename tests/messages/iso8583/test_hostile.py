"""Bytes from strangers: whatever they are, the answer is a message or ``Undecodable``, and nothing is said back."""

import re
import traceback
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from poslab.messages.card import COMPLETION, PREAUTH, SALE, QueryRequest, SignOnResponse
from poslab.messages.iso8583 import codec as codec_module
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.dump import dump
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import CODEC, DIALECTS, codec_of, decode, encode, troubles
from poslab.messages.iso8583.proofs import proofs
from poslab.party.contract import Input
from tests.messages.iso8583.saying import (
    ADVICE,
    BY_CODE,
    DOWNSTREAM,
    HELD,
    KEY,
    LOST_ANSWER,
    MID,
    NAMES,
    REQUEST,
    RESPONSE,
    REVERSAL,
    UNDONE,
    UPSTREAM,
    examples_in,
    in_force_for,
    said_in,
    spoken,
)

SIGNED_ON = SignOnResponse("", KEY, MID, "00", "000002")
EVERY = {
    name: tuple(encode(message, dialect) for message in examples_in(dialect).values())
    for name, dialect in DIALECTS.items()
}
FRAMES = tuple(encode(message) for message in LOST_ANSWER.values())
OFF_THE_LIST = "9999990000000139"  # a number that belongs to nobody, and to none of our cards
LONG_NUMBER = re.compile("[0-9]{13,}")


def framed(rest: bytes, dialect: Dialect = TERMINAL) -> bytes:
    """A frame whose transport is in order."""
    body = dialect.tpdu + dialect.header + rest
    return len(body).to_bytes(2, "big") + body


def survives(frame: bytes, dialect: Dialect = TERMINAL) -> Input | None:
    dump(frame, dialect)
    every = troubles(frame, dialect=dialect)
    try:
        message = decode(frame, dialect=dialect)
    except Undecodable as error:
        refused = error
    else:
        assert every == []
        return message
    assert every[0].args == refused.args, "the list of troubles begins with another one"
    for trouble in every:
        assert 0 <= trouble.offset <= len(frame)
        assert trouble.field in str(trouble)
    return None


dialects = st.sampled_from(tuple(DIALECTS.values()))


@given(st.binary(max_size=600), dialects)
def test_random_bytes(frame: bytes, dialect: Dialect) -> None:
    survives(frame, dialect)


@given(st.binary(max_size=600), dialects)
@example(b"", TERMINAL)
@example(bytes.fromhex("0200") + b"\xff" * 8, TERMINAL)
@example(bytes.fromhex("0200") + b"\x80" + b"\x00" * 7, TERMINAL)
@example(b"0200" + b"\xff" * 16, NETWORK)
def test_random_bytes_in_a_good_frame(rest: bytes, dialect: Dialect) -> None:
    survives(framed(rest, dialect), dialect)


@given(
    dialects,
    st.integers(0, 3),
    st.lists(st.tuples(st.integers(0, 127), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 130),
    st.binary(max_size=4),
)
def test_mutated_frames(dialect: Dialect, which: int, changes: list[tuple[int, int]], keep: int, more: bytes) -> None:
    mutated = bytearray(EVERY[dialect.name][which])
    for at, byte in changes:
        mutated[at % len(mutated)] = byte
    survives(bytes(mutated), dialect)
    start = codec_of(dialect).message_at
    survives(framed(bytes(mutated[start:keep]) + more, dialect), dialect)
    proofs(bytes(mutated), dialect)


KNOWING = {name: Codec(dialect) for name, dialect in DIALECTS.items()}
for name in NAMES:
    for known in EVERY[name]:
        KNOWING[name].decode(known)


@given(st.sampled_from(NAMES), st.integers(0, 3), st.integers(2, 210), st.integers(0, 255))
def test_a_known_shape_forgives_nothing(name: str, which: int, at: int, byte: int) -> None:
    """Whatever is read in one stroke would be read field by field, and to the same values."""
    damaged, codec = bytearray(EVERY[name][which]), KNOWING[name]
    damaged[at % len(damaged)] = byte
    assert outcome(lambda: codec.decode(bytes(damaged))[1]) == outcome(
        lambda: {number: value for number, _, value in codec.walk(bytes(damaged))}
    )


def outcome(read: Callable[[], dict[int, str]]) -> object:
    try:
        return read()
    except Undecodable as refused:
        return refused.args


@given(st.data())
def test_what_one_message_lends_to_another(data: st.DataObject) -> None:
    """Fields of one under the type and beside the fields of another: a message, or refused by name."""
    dialect, one = data.draw(spoken())
    codec, other = codec_of(dialect), data.draw(said_in(dialect))
    mti, fields = codec.decode(encode(one, dialect))
    lent = codec.decode(encode(other, dialect))[1]
    for mixed in (lent, fields | lent):
        try:
            frame = codec.encode(mti, mixed)
        except Unencodable:
            assert SIGNED_ON.kind in (mti, other.kind)  # whose field 62 is another
        else:
            survives(frame, dialect)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", range(4))
def test_a_flipped_byte_is_refused_or_breaks_the_mac(name: str, which: int) -> None:
    frame = EVERY[name][which]
    for at in range(len(frame)):
        for flip in (0x01, 0x10, 0x80, 0xFF):
            damaged = frame[:at] + bytes((frame[at] ^ flip,)) + frame[at + 1 :]
            message = survives(damaged, DIALECTS[name])
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
        fields = {number: "1" * codec.fields_of("0200")[number].length for number in chosen}
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
    "half a message type": (framed(b"\x02"), "mti", 14),
    "no fields at all": (framed(bytes.fromhex("0200" + 16 * "0")), "3", 15),
}


@pytest.mark.parametrize(("frame", "field", "offset"), REFUSED.values(), ids=REFUSED)
def test_the_error_names_field_and_offset(frame: bytes, field: str, offset: int) -> None:
    with pytest.raises(Undecodable) as refused:
        decode(frame)
    assert (refused.value.field, refused.value.offset) == (field, offset)
    assert str(refused.value) == f"field {field} at byte {offset}: {refused.value.why.en}"
    assert refused.value.text.zh == f"域 {field}，第 {offset} 字节：{refused.value.why.zh}"


REFUSED_ELSEWHERE = {
    "no second bitmap": ("network", framed(b"0200" + bytes(16), NETWORK), "bitmap", 6),
    "a third bitmap": ("network", framed(b"0200" + b"\x80" + bytes(7) + b"\x80" + bytes(7), NETWORK), "65", 6),
    "a type in BCD": ("network", framed(b"\x02\x00" + bytes(18), NETWORK), "mti", 2),
    "a type of superscripts": ("network", framed(b"02\xb2\xb3" + bytes(16), NETWORK), "mti", 2),
    "nothing but a length": ("network", framed(b"", NETWORK), "mti", 2),
    "a length in superscripts": ("network", framed(b"0200" + b"\xc0" + bytes(15) + b"\xb2\xb3", NETWORK), "2", 22),
    "a bitmap of no hexadecimal": ("ascii", framed(b"0200" + b"x" * 16, NETWORK), "bitmap", 6),
    "a bitmap in small letters": ("ascii", framed(b"0200" + b"000000000000000a", NETWORK), "bitmap", 6),
    "half a byte": ("ascii", framed(b"0200" + b"0000000000000200" + b"003ABC", NETWORK), "55", 22),
}


@pytest.mark.parametrize(("name", "frame", "field", "offset"), REFUSED_ELSEWHERE.values(), ids=REFUSED_ELSEWHERE)
def test_the_error_names_field_and_offset_in_every_dialect(name: str, frame: bytes, field: str, offset: int) -> None:
    assert survives(frame, DIALECTS[name]) is None
    with pytest.raises(Undecodable) as refused:
        decode(frame, dialect=DIALECTS[name])
    assert (refused.value.field, refused.value.offset) == (field, offset)


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
    (QueryRequest("", KEY, MID, KEY), {60: "00000001403"}, "60.3"),
    (REQUEST, {53: "16" + 14 * "0"}, "53"),
    (REQUEST, {62: "SIMPAY000000000018"}, "62"),
    (BY_CODE, {62: None}, "62"),
    (BY_CODE, {62: "SIMPAY000000000019"}, "62"),
    (BY_CODE, {2: "9999990000000014"}, "2"),
    (BY_CODE, {52: "0" * 16}, "52"),
    (SIGNED_ON, {62: "00" * 39}, "62"),
    (SIGNED_ON, {62: None}, "62"),
    (SIGNED_ON, {39: "97"}, "62"),
    (SIGNED_ON, {63: None}, "63"),
    (SIGNED_ON, {63: "KEY VERSION 000x"}, "63"),
    (SIGNED_ON, {61: "0000010000180000"}, "61.2"),
    (SIGNED_ON, {60: "00000002005"}, "60.3"),
    (UPSTREAM, {32: None}, "32"),
    (UPSTREAM, {37: None}, "37"),
    (UPSTREAM, {128: None}, "128"),
    (UPSTREAM, {52: None}, "52"),
    (UPSTREAM, {60: "220000011"}, "60.3"),
    (UPSTREAM, {60: "22000001"}, "60"),
    (UPSTREAM, {60: "22A000010"}, "60.2"),
    (UPSTREAM, {60: "2200000101"}, "60"),
    (UPSTREAM, {60: "220000010000001"}, "90"),
    (UPSTREAM, {60: "220000010000001260105000000"}, "90"),
    (UPSTREAM, {90: "0200000016" + 10 * "0" + 2 * "00099900000"}, "60.4"),
    (UPSTREAM, {90: "0200000016" + 10 * "0" + 2 * "00099900000", 60: "22000001000000A"}, "60.4"),
    (UPSTREAM, {90: "0100000016" + 10 * "0" + 2 * "00099900000"}, "90.1"),
    (UPSTREAM, {90: "0200000016" + 10 * "0" + 2 * "00099900001"}, "90.4"),
    (DOWNSTREAM, {60: "220000012"}, "60.3"),
    (ADVICE, {90: None}, "90"),
    (ADVICE, {90: "0200000016" + 10 * "0" + 2 * "00099900000"}, "90.2"),
    (ADVICE, {60: "220000011"}, "60.3"),
    (UNDONE, {60: "000000011"}, "60.3"),
]


@pytest.mark.parametrize(("message", "changes", "field"), SENSELESS, ids=lambda value: str(value)[:24])
def test_fields_that_make_no_sense_are_refused_where_they_stand(
    message: Input, changes: dict[int, str | None], field: str
) -> None:
    dialect = NETWORK if message in (UPSTREAM, DOWNSTREAM, ADVICE, UNDONE) else TERMINAL
    codec = codec_of(dialect)
    mti, fields = codec.decode(encode(message, dialect))
    changed = {number: value for number, value in (fields | changes).items() if value is not None}
    frame = codec.encode(mti, changed)
    with pytest.raises(Undecodable) as refused:
        decode(frame, dialect=dialect)
    assert refused.value.field == field
    number = int(field.partition(".")[0])
    places = {found: at for found, at, _ in codec.walk(frame)}
    assert refused.value.offset == places.get(number, 15 if dialect is TERMINAL else 6)


def test_every_trouble_is_told_and_not_only_the_first() -> None:
    mti, fields = CODEC.decode(encode(REQUEST))
    frame = CODEC.encode(mti, fields | {3: "999999", 14: "3101", 22: "999"})
    assert [trouble.field for trouble in troubles(frame)] == ["3", "14", "22"]
    del fields[42], fields[11]
    assert [trouble.field for trouble in troubles(CODEC.encode(mti, fields | {49: "840"}))] == ["11", "42", "49"]


@pytest.mark.parametrize("field", [2, 35, 42, 62, 63])
def test_a_number_off_the_list_is_refused_and_never_repeated(field: int) -> None:
    mti, fields = CODEC.decode(encode(REQUEST))
    places: dict[int, str] = {
        2: OFF_THE_LIST,
        35: f"{OFF_THE_LIST}D3012",
        42: OFF_THE_LIST[:15],
        62: OFF_THE_LIST,
        63: OFF_THE_LIST,
    }
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


@given(spoken())
def test_no_card_number_stands_in_a_message_or_its_dump(said: tuple[Dialect, Input]) -> None:
    dialect, message = said
    frame = encode(message, dialect)
    told = [repr(dump(frame, dialect)), repr(proofs(frame, dialect))]
    with suppress(Undecodable):  # between hosts nothing is believed with a broken MAC
        told.append(repr(decode(frame, dialect=dialect, versions=in_force_for(message, dialect))))
    for text in told:
        assert not re.search("999999[0-9]{10}", text)


def test_a_purchase_of_another_kind_is_not_taken_for_a_sale() -> None:
    """The completion of a pre-authorisation has a sale's processing code and another condition and type."""
    mti, fields = CODEC.decode(encode(REQUEST))
    assert decode(encode(REQUEST)).what == SALE  # type: ignore[attr-defined]
    for changes in ({25: "06"}, {60: "20" + fields[60][2:]}):
        with pytest.raises(Undecodable):
            decode(CODEC.encode(mti, fields | changes))
    both = CODEC.encode(mti, fields | {25: "06", 60: "20" + fields[60][2:]})
    assert decode(both).what == COMPLETION  # type: ignore[attr-defined]


def test_a_hold_is_no_payment_and_a_payment_no_hold() -> None:
    """What a 0100 may be and what a 0200 may be are two lists: nobody pays with an authorisation."""
    for wrong in (msgspec.structs.replace(REQUEST, what=PREAUTH), msgspec.structs.replace(HELD["0100"], what=SALE)):
        with pytest.raises(Unencodable):
            encode(wrong)
    _, fields = CODEC.decode(encode(HELD["0100"]))
    with pytest.raises(Undecodable):
        decode(CODEC.encode("0200", fields))
