"""What people see of a frame: names in both languages, no secrets, and where reading stopped."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poslab.messages.card import FinancialRequest, SignOnResponse
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.dump import DumpLine, dump
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import DIALECTS, encode, messages_of
from poslab.messages.iso8583.proofs import proofs
from tests.messages.iso8583.saying import (
    ADVICE,
    AT,
    BY_CODE,
    BY_CODE_UPSTREAM,
    KEY,
    MID,
    NAMES,
    REQUEST,
    RESPONSE,
    SPOKEN,
    examples_in,
)


def by_field(frame: bytes) -> dict[str, DumpLine]:
    return {line.field: line for line in dump(frame)}


def test_a_request_shows_what_may_be_seen() -> None:
    lines = by_field(encode(REQUEST))
    assert lines["2"].value == "999999******0014"
    assert lines["4"].value == "000000012800"
    assert lines["60.2"].value == "000001"
    assert lines["42"].value == MID
    assert (lines["41"].offset, lines["41"].name.en) == (70, "TID")


@pytest.mark.parametrize(("dialect", "message"), [("terminal", BY_CODE), ("network", BY_CODE_UPSTREAM)])
def test_a_payment_code_is_masked_as_a_card_is(dialect: str, message: FinancialRequest) -> None:
    frame = encode(message, DIALECTS[dialect])
    lines = {line.field: line for line in dump(frame, DIALECTS[dialect])}
    assert lines["62"].value == "SIMPAY********0018"
    strange = {line.field: line for line in dump(frame.replace(b"0018", b"0019"), DIALECTS[dialect])}
    assert (strange["62"].value, strange["62"].hidden) == ("", True)
    assert strange["62"].trouble is not None


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
    assert {field.number for field in DIALECTS["network"].fields if field.secret} == {52, 55, 128}
    for name in ("terminal", "ascii", "ascii-binary"):
        assert [field.secret for field in DIALECTS[name].instead["0810"]] == [True]


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
    for message in messages_of(TERMINAL):
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


@given(st.binary(max_size=300), st.sampled_from(SPOKEN))
def test_it_never_raises(frame: bytes, dialect: Dialect) -> None:
    for line in dump(frame, dialect):
        assert line.name.en


@pytest.mark.parametrize("name", NAMES)
def test_every_dialect_can_be_shown(name: str) -> None:
    dialect = DIALECTS[name]
    for kind, message in examples_in(dialect).items():
        lines = {line.field: line for line in dump(encode(message, dialect), dialect)}
        assert lines["mti"].value == kind
        assert lines["mti"].says is not None
        assert lines["11"].value == "000017"
        assert lines["128" if name == "network" else "64"].hidden
        assert not [line for line in lines.values() if line.trouble]


def test_an_original_is_shown_part_by_part() -> None:
    lines = {line.field: line for line in dump(encode(ADVICE, DIALECTS["network"]), DIALECTS["network"])}
    assert [lines[f"90.{part}"].value for part in range(1, 6)] == [
        "0200", "000017", "0000000000", "00099900000", "00099900000",
    ]  # fmt: skip
    assert not lines["90.4"].hidden


def test_what_stands_before_a_stranger_s_message_is_not_shown() -> None:
    lines = {line.field: line for line in dump(bytes.fromhex("0e") + b"\x11" * 15)}
    assert (lines["tpdu"].value, lines["tpdu"].hidden, lines["header"].value) == ("", True, "")


# --- what the keys say


def test_whose_mac_it_is_and_whether_a_pin_comes_out() -> None:
    second = msgspec.structs.replace(REQUEST, mac=2)
    for dialect in SPOKEN[2:] + SPOKEN[:1]:
        said = proofs(encode(second, dialect), dialect)
        assert said["64"].en == "agrees with the keys of version 2"
        assert said["52"].en == "comes out under the keys of version 2"
        broken = proofs(encode(msgspec.structs.replace(REQUEST, mac=0, pin="garbled"), dialect), dialect)
        assert broken["64"].en == "agrees with the keys of no version (tried to 99)"
        assert broken["52"].zh == "用任何一版密钥都解不出（试至 99）"
    assert proofs(encode(ADVICE, DIALECTS["network"]), DIALECTS["network"]).keys() == {"128"}
    assert proofs(b"\x00\x00", TERMINAL) == {}


def test_whether_a_pin_is_right_is_not_said() -> None:
    wrong = proofs(encode(msgspec.structs.replace(REQUEST, pin="wrong")), TERMINAL)
    assert wrong["52"] == proofs(encode(REQUEST), TERMINAL)["52"]


def test_whether_keys_can_be_used() -> None:
    good = SignOnResponse("", KEY, MID, "00", "000002", 7, AT)
    assert proofs(encode(good), TERMINAL)["62"].en == "the check values agree"
    bad = msgspec.structs.replace(good, key_version=0)
    assert proofs(encode(bad), TERMINAL)["62"].en == "the check values disagree"
    assert "62" not in proofs(encode(RESPONSE), TERMINAL)


def test_what_is_refused_is_shown_once() -> None:
    frame = bytearray(encode(RESPONSE))
    frame[2:7] = bytes(5)
    tpdu = [line for line in dump(bytes(frame)) if line.field == "tpdu"]
    assert len(tpdu) == 1
    assert tpdu[0].hidden
    assert tpdu[0].trouble is not None
