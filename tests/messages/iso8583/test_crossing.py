"""A message crosses the bytes and comes back equal; what cannot cross is refused before there are bytes."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poslab.messages import batch, card
from poslab.messages.card import BALANCE, PIN_ABSENT, SignOnResponse
from poslab.messages.iso8583.codec import Codec
from poslab.messages.iso8583.dialect_ascii import ASCII, ASCII_BINARY
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import CODEC, DIALECTS, codec_of, decode, encode, messages_of, troubles
from poslab.party.contract import Input
from poslab.party.time import DAY, midnight
from tests.messages.iso8583.saying import (
    ADVICE,
    AT,
    DOWNSTREAM,
    KEY,
    LOST_ANSWER,
    MID,
    NAMES,
    NOTICE,
    NOTICE_UPSTREAM,
    REQUEST,
    RESPONSE,
    REVERSAL,
    UNDONE,
    UPSTREAM,
    in_force_for,
    keys,
    mids,
    said_in,
    spoken,
)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_it_comes_back_equal(name: str, data: st.DataObject) -> None:
    dialect = DIALECTS[name]
    message = data.draw(said_in(dialect))
    versions = in_force_for(message, dialect)
    frame = encode(message, dialect, versions=versions)
    assert decode(frame, message.about, dialect=dialect, versions=versions) == message
    assert troubles(frame, dialect=dialect, versions=versions) == []


@given(spoken())
def test_memory_changes_nothing(said: tuple[Dialect, Input]) -> None:
    """The first of a shape goes field by field, the second in one stroke; in whatever order the fields were put in."""
    dialect, message = said
    frame = encode(message, dialect)
    codec = Codec(dialect)
    fields = {number: value for number, _, value in codec.walk(frame)}
    backwards = dict(reversed(fields.items()))
    for _ in range(2):
        assert codec.decode(frame) == (message.kind, fields)
        assert list(codec.decode(frame)[1]) == sorted(fields)
        assert codec.encode(message.kind, fields) == frame
        assert codec.encode(message.kind, backwards) == frame


def test_every_message_has_bytes_on_its_leg_and_on_no_other() -> None:
    of_terminal, of_network = messages_of(TERMINAL), messages_of(NETWORK)
    no_bytes = (card.OrderNotice, card.OrderHeard)
    every = {cls for module in (card, batch) for cls in vars(module).values() if _is_message(cls)}
    assert every == {*of_terminal, *of_network, *no_bytes}
    assert messages_of(ASCII) == messages_of(ASCII_BINARY) == of_terminal
    for message, dialect in ((UNDONE, TERMINAL), (ADVICE, ASCII), (REVERSAL, NETWORK)):
        with pytest.raises(Unencodable) as refused:
            encode(message, dialect)
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


@pytest.mark.parametrize(
    ("key_set", "code", "size"), [("single", "001", 24), ("double", "003", 40), ("double-and-track", "004", 60)]
)
def test_sign_on_brings_the_keys_that_were_asked_for(key_set: str, code: str, size: int) -> None:
    asked = card.SignOnRequest("", KEY, MID, key_set=key_set)
    answer = SignOnResponse("", KEY, MID, "00", "000001", 2, AT, key_set)
    for message in (asked, answer):
        _, fields = CODEC.decode(encode(message))
        assert fields[60][8:11] == code
        assert decode(encode(message)) == message
    assert len(fields[62]) == 2 * size


def test_a_refused_sign_on_brings_no_keys() -> None:
    refusal = SignOnResponse("", KEY, MID, "97", host_at=AT)
    assert 62 not in CODEC.decode(encode(refusal))[1]
    assert decode(encode(refusal)) == refusal
    with pytest.raises(Unencodable) as refused:
        encode(msgspec.structs.replace(refusal, key_version=2))
    assert refused.value.field == "62"


def test_keys_for_another_terminal_do_not_come_out() -> None:
    codec = CODEC
    mti, fields = codec.decode(encode(SignOnResponse("", KEY, MID, "00", "000001", 2, AT)))
    _, others = codec.decode(encode(SignOnResponse("", "90000002-000001-000017", MID, "00", "000001", 2, AT)))
    assert decode(codec.encode(mti, fields)).key_version == 2  # type: ignore[attr-defined]
    assert decode(codec.encode(mti, fields | {62: others[62]})).key_version == 0  # type: ignore[attr-defined]
    assert decode(codec.encode(mti, fields | {63: "KEY VERSION 0003"})).key_version == 0  # type: ignore[attr-defined]


def test_keys_out_of_step_show_as_a_broken_mac_and_a_garbled_pin() -> None:
    frame = encode(msgspec.structs.replace(REQUEST, mac=1))
    for versions in ({}, {"90000002": 2}, {"90000001": 1}):
        assert decode(frame, "victim", versions=versions) == REQUEST
    heard = decode(frame, "victim", versions={"90000001": 2})
    assert heard == msgspec.structs.replace(REQUEST, mac=0, pin="garbled")


def test_whole_after_a_new_sign_on() -> None:
    again = msgspec.structs.replace(REQUEST, mac=2)
    frame = encode(again)
    assert frame != encode(REQUEST)
    assert decode(frame, "victim", versions={"90000001": 2}) == again
    assert decode(frame, "victim").mac == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("what", "kind"),
    [(card.OFFLINE_SALE, "30"), (card.CHIP_OFFLINE_SALE, "36"), (card.ADJUSTMENT, "32"), (card.TIP, "34")],
)
def test_a_notice_says_what_it_is_about_by_its_type_code(what: str, kind: str) -> None:
    original = "" if what in card.OFFLINE_SALES else KEY[:-1] + "6"
    notice = card.FinancialNotice("victim", KEY, MID, what, 12800, "good-debit", original=original)
    _, fields = CODEC.decode(encode(notice))
    assert (fields[3], fields[25], fields[60][:2]) == ("000000", "00", kind)
    assert fields.get(61, "")[:12] == ("000001000016" if original else "")
    assert not {35, 52} & fields.keys()
    assert decode(encode(notice), "victim") == notice


def test_a_notice_cannot_be_said_as_a_request_nor_a_request_as_a_notice() -> None:
    for what, message in ((card.SALE, card.FinancialNotice), (card.TIP, card.FinancialRequest)):
        with pytest.raises(Unencodable) as refused:
            encode(message("victim", KEY, MID, what, 12800, "good-debit"))
        assert refused.value.field == "3"


@pytest.mark.parametrize("name", NAMES)
def test_a_repeated_notice_is_a_0221_and_the_same_message(name: str) -> None:
    dialect = DIALECTS[name]
    message = NOTICE_UPSTREAM if dialect is NETWORK else NOTICE
    again = encode(message, dialect, repeated=True)
    assert codec_of(dialect).decode(again)[0] == "0221"
    assert decode(again, "victim", dialect=dialect) == message


# --- upstream


def test_the_network_s_bitmap_has_128_bits_and_an_advice_names_its_original() -> None:
    codec = codec_of(NETWORK)
    frame = encode(ADVICE, NETWORK, sent_at=AT, acquirer="99900001")
    assert frame[2:6] == b"0420"
    assert frame[6] & 0x80
    _, fields = codec.decode(frame)
    assert (fields[7], fields[32], fields[37], fields[39]) == ("0105101530", "99900001", "260105000001", "98")
    assert fields[90] == "0200" + "000017" + "0" * 10 + "00099900001" + "00099900001"
    assert decode(frame, "victim", dialect=NETWORK) == ADVICE


def test_a_repeated_advice_is_a_0421_and_the_same_message() -> None:
    again = encode(ADVICE, NETWORK, repeated=True)
    assert again[2:6] == b"0421"
    assert decode(again, "victim", dialect=NETWORK) == ADVICE
    assert encode(UPSTREAM, NETWORK, repeated=True) == encode(UPSTREAM, NETWORK)


def test_who_confirms_says_so_in_field_33() -> None:
    codec = codec_of(NETWORK)
    assert 33 not in codec.decode(encode(UNDONE, NETWORK))[1]
    of_acquirer = msgspec.structs.replace(UNDONE, forwarder="99900000")
    assert codec.decode(encode(of_acquirer, NETWORK))[1][33] == "99900000"
    assert decode(encode(of_acquirer, NETWORK), "victim", dialect=NETWORK) == of_acquirer


def test_neither_track_nor_expiry_goes_upstream() -> None:
    _, fields = codec_of(NETWORK).decode(encode(UPSTREAM, NETWORK))
    assert fields.keys() & {14, 26, 35, 53} == set()
    assert fields[18] == "5411"


def test_a_void_upstream_names_its_sale_by_rrn_and_by_number() -> None:
    void = msgspec.structs.replace(
        UPSTREAM, what="void", original="90000001-000001-000016", original_rrn="260105000000", original_auth="A00016"
    )
    _, fields = codec_of(NETWORK).decode(encode(void, NETWORK))
    assert fields[60] == "23" + "000001" + "0" + "000001" + "260105000000"
    assert fields[90][4:10] == "000016"
    assert decode(encode(void, NETWORK), "victim", dialect=NETWORK) == void


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (msgspec.structs.replace(UPSTREAM, rrn=""), "37"),
        (msgspec.structs.replace(UPSTREAM, original="90000002-000001-000016"), "90"),
        (msgspec.structs.replace(UPSTREAM, original="90000001-00000x-000016"), "60.4"),
        (msgspec.structs.replace(UPSTREAM, original_rrn="1"), "60.5"),
        (msgspec.structs.replace(UPSTREAM, mac=10_000), "128"),
        (msgspec.structs.replace(UPSTREAM, pin="123"), "52"),
        (msgspec.structs.replace(DOWNSTREAM, expected_date="20260106"), "62"),
        (msgspec.structs.replace(UNDONE, forwarder="bank"), "33"),
        (msgspec.structs.replace(UNDONE, key="90000001-00000x-000017"), "60.2"),
    ],
)
def test_what_has_no_place_upstream_is_refused_by_its_name(message: Input, field: str) -> None:
    with pytest.raises(Unencodable) as refused:
        encode(message, NETWORK)
    assert refused.value.field == field


@pytest.mark.parametrize("message", [UPSTREAM, DOWNSTREAM, ADVICE, UNDONE])
def test_between_hosts_nothing_is_believed_with_a_broken_mac(message: Input) -> None:
    frame = encode(message, NETWORK)
    damaged = frame.replace(b"260105000001", b"260105000002")
    with pytest.raises(Undecodable) as refused:
        decode(damaged, dialect=NETWORK)
    assert (refused.value.field, refused.value.offset) == ("128", len(frame) - 8)


def test_plain_ascii_can_be_printed_and_is_no_longer_than_it_must() -> None:
    printed = encode(REQUEST, ASCII)[2:]
    assert printed.decode("ascii").isprintable()
    assert printed[:20] == b"0200" + b"702404C020C09811"
    assert encode(REQUEST, ASCII_BINARY)[2:14] == b"0200" + bytes.fromhex("702404C020C09811")


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
        ({"key": "90000001-00000x-000017"}, "60.2"),
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
