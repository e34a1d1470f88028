"""pyiso8583, which knows nothing of us, reads our bytes to the same fields and writes the same bytes from them."""

import iso8583
import pytest
from hypothesis import given

from benchmarks.pyiso8583_spec import LENGTH_BYTES, SPEC
from poslab.messages.card import SignOnResponse
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import DIALECTS, codec_of, encode
from poslab.party.contract import Input
from tests.messages.iso8583.saying import AT, KEY, MID, NAMES, examples_in, spoken
from tests.messages.iso8583.specs import HEADERS, SPECS, WITH_KEYS

_BITMAPS = ("p", "1")


def agrees(frame: bytes, dialect: Dialect) -> None:
    mti, fields = codec_of(dialect).decode(frame)
    spec = (WITH_KEYS if mti == SignOnResponse.kind else SPECS)[dialect.name]
    theirs, _ = iso8583.decode(frame[LENGTH_BYTES:], spec)
    assert theirs.get("h", "") == HEADERS[dialect.name]
    assert theirs["t"] == mti
    assert {int(name): value for name, value in theirs.items() if name.isdigit() and name != "1"} == fields
    written, _ = iso8583.encode({name: value for name, value in theirs.items() if name not in _BITMAPS}, spec)
    assert len(written).to_bytes(2, "big") + written == frame


@pytest.mark.parametrize("name", NAMES)
def test_the_judge_agrees_on_a_lost_answer(name: str) -> None:
    for message in examples_in(DIALECTS[name]).values():
        agrees(encode(message, DIALECTS[name]), DIALECTS[name])


@pytest.mark.parametrize("name", [name for name in NAMES if name != "network"])
@pytest.mark.parametrize("key_set", ["single", "double", "double-and-track"])
def test_the_judge_agrees_on_keys(name: str, key_set: str) -> None:
    answer = SignOnResponse("", KEY, MID, "00", "000001", 2, AT, key_set)
    agrees(encode(answer, DIALECTS[name]), DIALECTS[name])


@given(spoken())
def test_the_judge_agrees_on_whatever_is_said(said: tuple[Dialect, Input]) -> None:
    dialect, message = said
    agrees(encode(message, dialect), dialect)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mti", ["0200", "0810"])
def test_the_judge_agrees_on_every_field_of_the_dialect(name: str, mti: str) -> None:
    """Also on those that no message uses yet, filled to the brim and, where they vary, with an odd length."""
    samples = {"n": "1234567890", "z": "1234567D90", "an": "ab12CD", "ans": "a b-%", "b": "0123456789ABCDEF"}
    dialect = DIALECTS[name]
    codec = Codec(dialect)
    for cut in (0, 1):
        fields = {}
        for field in codec.fields_of(mti).values():
            length = field.length * (2 if field.format == "b" else 1)
            if field.lengths != "fixed" and length > 1:
                length -= cut * (2 if field.format == "b" else 1)
            sample = samples[field.format]
            fields[field.number] = (sample * (length // len(sample) + 1))[:length]
        frame = codec.encode(mti, fields)
        assert codec.encode(mti, fields) == frame, "one stroke and field by field differ"
        assert codec.decode(frame) == (mti, fields)
        assert codec.decode(frame) == (mti, fields), "one stroke and field by field differ"
        agrees(frame, dialect)


def test_the_judge_would_notice() -> None:
    """With the padding on the other side, say."""
    frame = Codec(TERMINAL).encode("0200", {22: "051"})
    other_side = SPEC | {"22": {**SPEC["22"], "right_pad": "", "left_pad": "0"}}
    theirs, _ = iso8583.decode(frame[LENGTH_BYTES:], other_side)
    assert theirs["22"] != "051"


def test_the_network_s_bitmap_is_always_whole() -> None:
    """Where the judge would leave its second half out, because nothing stands there."""
    frame = Codec(NETWORK).encode("0200", {3: "000000"})
    assert frame[6:22].hex() == "a0" + 30 * "0"
