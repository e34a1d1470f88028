"""pyiso8583, which knows nothing of us, reads our bytes to the same fields and writes the same bytes from them."""

import iso8583
import pytest
from hypothesis import given

from benchmarks.pyiso8583_spec import HEADER, LENGTH_BYTES, SPEC
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.mapping import CODEC, encode
from poslab.party.contract import Input
from tests.messages.iso8583.saying import LOST_ANSWER, said


def agrees(frame: bytes) -> None:
    mti, fields = CODEC.decode(frame)
    theirs, _ = iso8583.decode(frame[LENGTH_BYTES:], SPEC)
    assert theirs["h"] == HEADER
    assert theirs["t"] == mti
    assert {int(name): value for name, value in theirs.items() if name.isdigit()} == fields
    written, _ = iso8583.encode({name: value for name, value in theirs.items() if name != "p"}, SPEC)
    assert len(written).to_bytes(2, "big") + written == frame


@pytest.mark.parametrize("kind", LOST_ANSWER)
def test_the_judge_agrees_on_a_lost_answer(kind: str) -> None:
    agrees(encode(LOST_ANSWER[kind]))


@given(said())
def test_the_judge_agrees_on_whatever_is_said(message: Input) -> None:
    agrees(encode(message))


def test_the_judge_agrees_on_every_field_of_the_dialect() -> None:
    """Also on those that no message uses yet, filled to the brim and, where they vary, with an odd length."""
    samples = {"n": "1234567890", "z": "1234567D90", "an": "ab12CD", "ans": "a b-%", "b": "0123456789ABCDEF"}
    codec = Codec(TERMINAL)
    for cut in (0, 1):
        fields = {}
        for field in TERMINAL.fields:
            length = field.length * (2 if field.format == "b" else 1)
            if field.lengths != "fixed" and length > 1:
                length -= cut * (2 if field.format == "b" else 1)
            sample = samples[field.format]
            fields[field.number] = (sample * (length // len(sample) + 1))[:length]
        frame = codec.encode("0200", fields)
        assert codec.encode("0200", fields) == frame, "one stroke and field by field differ"
        assert codec.decode(frame) == ("0200", fields)
        assert codec.decode(frame) == ("0200", fields), "one stroke and field by field differ"
        agrees(frame)


def test_the_judge_would_notice() -> None:
    """With the padding on the other side, say."""
    frame = Codec(TERMINAL).encode("0200", {22: "051"})
    other_side = SPEC | {"22": {**SPEC["22"], "right_pad": "", "left_pad": "0"}}
    theirs, _ = iso8583.decode(frame[LENGTH_BYTES:], other_side)
    assert theirs["22"] != "051"
