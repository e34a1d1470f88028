"""What people see of a frame: names in both languages, no secrets, and where reading stopped."""

from hypothesis import given
from hypothesis import strategies as st

from poslab.messages.card import SignOnResponse
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.dump import DumpLine, dump
from poslab.messages.iso8583.mapping import MESSAGES, encode
from tests.messages.iso8583.saying import AT, KEY, MID, REQUEST, RESPONSE


def by_field(frame: bytes) -> dict[str, DumpLine]:
    return {line.field: line for line in dump(frame)}


def test_a_request_shows_what_may_be_seen() -> None:
    lines = by_field(encode(REQUEST))
    assert lines["2"].value == "999999******0014"
    assert lines["4"].value == "000000012800"
    assert lines["60.2"].value == "000001"
    assert lines["42"].value == MID
    assert (lines["41"].offset, lines["41"].name.en) == (70, "TID")


def test_secrets_are_named_and_hidden() -> None:
    lines = by_field(encode(REQUEST))
    for field in ("14", "35", "52", "64"):
        assert (lines[field].value, lines[field].hidden) == ("", True)


def test_keys_are_hidden_and_a_date_for_the_slip_is_not() -> None:
    keys = by_field(encode(SignOnResponse("", KEY, MID, "00", "000002", host_at=AT)))["62"]
    assert (keys.value, keys.hidden) == ("", True)
    assert by_field(encode(RESPONSE))["62"].value == "20260106"


def test_every_field_that_may_never_be_kept_is_marked_secret() -> None:
    assert {field.number for field in TERMINAL.fields if field.secret} == {14, 35, 36, 52, 55, 64}


def test_names_stand_in_both_languages() -> None:
    for line in dump(encode(REQUEST)) + dump(encode(RESPONSE)) + dump(b"\x00\x00"):
        assert line.name.zh
        assert line.name.en
    for field in TERMINAL.fields:
        for name in (field.name, *(part.name for part in field.parts)):
            assert name.zh
            assert name.en


def test_a_kind_and_a_code_say_what_they_mean() -> None:
    lines = by_field(encode(RESPONSE))
    assert lines["mti"].says is not None
    assert lines["mti"].says.en == "financial response"
    assert lines["39"].says is not None
    assert lines["39"].says.zh == "交易成功"


def test_every_kind_of_message_has_a_name() -> None:
    for message in MESSAGES:
        frame = encode(RESPONSE)[:13] + bytes.fromhex(message.kind)
        mti = next(line for line in dump(frame) if line.field == "mti")
        assert mti.says is not None, message.kind


def test_it_shows_how_far_one_could_read() -> None:
    frame = bytearray(encode(RESPONSE))
    frame[35] = 0xAA
    lines = dump(bytes(frame))
    assert lines[-1].field == "12"
    assert lines[-1].offset == 35
    assert lines[-1].trouble is not None
    assert lines[-1].trouble.en == "digits only are allowed here"
    assert [line.field for line in lines[-4:-1]] == ["3", "4", "11"]


@given(st.binary(max_size=300))
def test_it_never_raises(frame: bytes) -> None:
    for line in dump(frame):
        assert line.name.en
