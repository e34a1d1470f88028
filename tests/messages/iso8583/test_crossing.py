"""A message crosses the bytes and comes back equal; what cannot cross is refused before there are bytes."""

from datetime import date

import msgspec
import pytest
from hypothesis import given

from poslab.messages import card
from poslab.messages.card import BALANCE, PIN_ABSENT, SignOnResponse
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.mapping import CODEC, MESSAGES, decode, encode
from poslab.party.contract import Input
from poslab.party.time import DAY, midnight
from tests.messages.iso8583.saying import AT, KEY, LOST_ANSWER, MID, REQUEST, RESPONSE, REVERSAL, keys, mids, said


@given(said())
def test_it_comes_back_equal(message: Input) -> None:
    assert decode(encode(message), message.about) == message


@given(said())
def test_memory_changes_nothing(message: Input) -> None:
    """The first of a shape goes field by field, the second in one stroke; in whatever order the fields were put in."""
    frame = encode(message)
    codec = Codec(TERMINAL)
    fields = {number: value for number, _, value in codec.walk(frame)}
    backwards = dict(reversed(fields.items()))
    for _ in range(2):
        assert codec.decode(frame) == (message.kind, fields)
        assert list(codec.decode(frame)[1]) == sorted(fields)
        assert codec.encode(message.kind, fields) == frame
        assert codec.encode(message.kind, backwards) == frame


def test_every_message_of_this_leg_has_bytes_and_no_other() -> None:
    said_here = {message.__name__ for message in MESSAGES}
    elsewhere = {"ReversalAdvice", "AdviceResponse", "OrderNotice"}
    assert said_here | elsewhere == {cls.__name__ for cls in vars(card).values() if _is_message(cls)}
    with pytest.raises(Unencodable) as refused:
        encode(card.AdviceResponse("", KEY, "260105000001", "00"))
    assert refused.value.field == "mti"


def _is_message(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Input) and thing is not Input


def test_what_it_is_about_does_not_ride_in_the_bytes() -> None:
    assert encode(REQUEST) == encode(msgspec.structs.replace(REQUEST, about="another"))
    assert decode(encode(REQUEST)).about == ""


def test_a_reversal_is_a_copy_without_track_and_pin() -> None:
    _, asked = CODEC.decode(encode(REQUEST))
    _, undone = CODEC.decode(encode(REVERSAL))
    assert {35, 52, 53, 26} <= asked.keys()
    assert asked.keys() - undone.keys() == {26, 35, 52, 53}
    assert undone.keys() - asked.keys() == {39, 61}
    assert {number: undone[number] for number in undone.keys() & asked.keys() - {64}} == {
        number: asked[number] for number in undone.keys() & asked.keys() - {64}
    }


@pytest.mark.parametrize(
    ("entry", "pin", "mode"),
    [
        ("keyed", PIN_ABSENT, "012"),
        ("stripe", "right", "021"),
        ("stripe", PIN_ABSENT, "022"),
        ("chip", "wrong", "051"),
        ("contactless", "garbled", "071"),
        ("contactless", PIN_ABSENT, "072"),
    ],
)
def test_the_entry_mode_says_how_and_whether_with_a_pin(entry: str, pin: str, mode: str) -> None:
    message = msgspec.structs.replace(REQUEST, entry=entry, pin=pin)
    _, fields = CODEC.decode(encode(message))
    assert fields[22] == mode
    assert (52 in fields) == (pin != PIN_ABSENT)
    assert (35 in fields) == (entry != "keyed")
    assert decode(encode(message), "victim") == message


def test_a_balance_inquiry_needs_no_amount_and_answers_with_one() -> None:
    asked = msgspec.structs.replace(REQUEST, what=BALANCE, amount_fen=0)
    assert 4 not in CODEC.decode(encode(asked))[1]
    assert decode(encode(asked), "victim") == asked
    overdrawn = msgspec.structs.replace(RESPONSE, what=BALANCE, amount_fen=0, balance_fen=-500)
    assert CODEC.decode(encode(overdrawn))[1][54] == "1002156D000000000500"
    assert decode(encode(overdrawn), "victim") == overdrawn


def test_sign_on_gives_the_open_batch_and_remembers_the_asking_one() -> None:
    answer = SignOnResponse("", KEY, MID, "00", batch="000002", key_version=3, host_at=AT)
    _, fields = CODEC.decode(encode(answer))
    assert fields[60][2:8] == "000002"
    assert decode(encode(answer)) == answer


def test_on_new_years_eve_the_business_date_may_be_next_year() -> None:
    last = midnight(date(2026, 12, 31))
    late = msgspec.structs.replace(RESPONSE, host_at=last, business_date="20270101")
    assert decode(encode(late), "victim") == late
    early = msgspec.structs.replace(RESPONSE, host_at=last + DAY, business_date="20261231")
    assert decode(encode(early), "victim", year=2027) == early


def test_a_leap_day_is_a_day_of_leap_years_only() -> None:
    leap = msgspec.structs.replace(RESPONSE, host_at=midnight(date(2028, 2, 29)), business_date="20280229")
    assert decode(encode(leap), "victim", year=2028) == leap


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"card": "mine"}, "2"),
        ({"what": "gift"}, "3"),
        ({"amount_fen": 10**12}, "4"),
        ({"amount_fen": -1}, "4"),
        ({"entry": "telepathy"}, "22"),
        ({"rrn": "260105000001"}, "37"),
        ({"original_auth": "12345"}, "38"),
        ({"original_rrn": "26010500000١"}, "37"),
        ({"mid": "short"}, "42"),
        ({"pin": "123"}, "52"),
        ({"key": "90000001-1-000017"}, "60.2"),
        ({"key": "90000001"}, "60.2"),
        ({"key": "90000001-000001-00001²"}, "11"),
        ({"key": "9000001-000001-000017"}, "41"),
        ({"original": "90000002-000001-000016"}, "61"),
        ({"mac": 10_000}, "64"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_by_its_name(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Unencodable) as refused:
        encode(msgspec.structs.replace(REQUEST, **changes))
    assert refused.value.field == field
    assert f"field {field}: " in str(refused.value)
    assert refused.value.why.zh in refused.value.text.zh


def test_a_time_between_two_seconds_is_refused() -> None:
    with pytest.raises(Unencodable) as refused:
        encode(msgspec.structs.replace(RESPONSE, host_at=AT + 1))
    assert refused.value.field == "12"


@pytest.mark.parametrize("mti", ["", "020", "02000", "٠٢٠٠", "2 00", "0x20"])
def test_a_message_type_is_four_digits(mti: str) -> None:
    with pytest.raises(Unencodable) as refused:
        CODEC.encode(mti, {3: "000000"})
    assert refused.value.field == "mti"


@pytest.mark.parametrize("number", [-1, 0, 1, 7, 65, 128])
def test_a_field_that_the_dialect_lacks_is_refused(number: int) -> None:
    with pytest.raises(Unencodable) as refused:
        CODEC.encode("0200", {3: "000000", number: "1"})
    assert refused.value.field == str(number)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (2, ""),
        (2, "1" * 20),
        (3, "00000"),
        (3, "00 000"),
        (3, "00000a"),
        (3, "00000²"),
        (3, "00000٠"),
        (22, "51"),
        (35, "1=2"),
        (37, "a" * 11),
        (37, "a" * 11 + "é"),
        (37, "a" * 11 + "-"),
        (41, "a" * 7 + "\n"),
        (44, "a" * 26),
        (52, "0" * 15),
        (52, "g" * 16),
        (55, "123"),
        (62, ""),
        (64, "ab" * 8),
    ],
)
def test_a_value_that_does_not_fit_is_refused_also_once_the_shape_is_known(number: int, value: str) -> None:
    codec = Codec(TERMINAL)
    good = {3: "000000", 2: "12", 22: "051", 35: "1D2", 37: "a" * 12, 41: "a" * 8, 44: "a" * 20, 52: "0" * 16}
    good |= {55: "1234", 62: "a", 64: "AB" * 8}
    codec.encode("0200", good)
    with pytest.raises(Unencodable) as refused:
        codec.encode("0200", good | {number: value})
    assert refused.value.field == str(number)


@given(keys(), mids)
def test_any_terminal_and_merchant_crosses(both: tuple[str, str], mid: str) -> None:
    message = card.QueryRequest("", both[0], mid, both[1])
    assert decode(encode(message)) == message


def test_the_four_are_of_the_kinds_they_are_called() -> None:
    assert {kind: message.kind for kind, message in LOST_ANSWER.items()} == {kind: kind for kind in LOST_ANSWER}
