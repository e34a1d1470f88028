"""Messages byte for byte: a sale whose answer was lost in each dialect, and the keys that a sign-on brings."""

import pytest

from poslab.messages.card import SignOnResponse
from poslab.messages.iso8583.mapping import DIALECTS, decode, encode
from tests.messages.iso8583.saying import (
    AT,
    KEY,
    LOST_ANSWER,
    MID,
    NAMES,
    QR_SALE,
    QR_SALE_UPSTREAM,
    REQUEST,
    STORED_OFFLINE,
    UPSTREAM_OF_IT,
    UPSTREAM_OF_STORED,
)

FRAMES = {
    "0200": """
        007e 6000010000 602200000000 0200 702404c020c09811
        16 9999990000000014  000000  000000012800  000017  3012  0510  00  12
        37 9999990000000014d30122200000000000000 0
        3930303030303031  393939303030303534313130303031  313536
        fe4378900fbec1a0  2600000000000000  0011 220000010000  3232453341393830""",
    "0210": """
        0071 6000010000 602200000000 0210 303a00800ec08015
        000000  000000012800  000017  101530  0105  0105  00
        323630313035303030303031  413030303137  3030
        3930303030303031  393939303030303534313130303031  313536
        0011 220000010000  0008 3230323630313036  3237423544373439""",
    "0400": """
        0065 6000010000 602200000000 0400 7024048002c08019
        16 9999990000000014  000000  000000012800  000017  3012  0510  00
        3938  3930303030303031  393939303030303534313130303031  313536
        0011 220000010000  0016 0000010000170000  3231424543373743""",
    "0410": """
        0052 6000010000 602200000000 0410 003800000ac00011
        000017  101631  0105  323630313035303030303031  3030
        3930303030303031  393939303030303534313130303031
        0011 000000010000  3637444439364132""",
}
"""PIN block and MAC stand as any other bytes of a public example: the keys are published with it."""

NOTICE_FRAMES = {
    "0220": """
        0059 6000010000 602200000000 0220 7024048000c08011
        16 9999990000000014  000000  000000012800  000017  3012  0510  00
        3930303030303031  393939303030303534313130303031  313536
        0011 360000010000  4139463830443037""",
    "0230": """
        0061 6000010000 602200000000 0230 303a00800ac08011
        000000  000000012800  000017  101530  0105  0105  00
        323630313035303030303031  3030
        3930303030303031  393939303030303534313130303031  313536
        0011 360000010000  3339303245333546""",
}
"""A sale that a chip approved while the terminal was offline (message type code 36), and its acknowledgement."""

KEYS_BROUGHT = """
    0084 6000010000 602200000000 0810 0038000002c0001e
    000017  101530  0105  3030  3930303030303031  393939303030303534313130303031
    0011 000000010030  0016 0000010000170000
    0040 6701ead6a9ad51e51aa406e2c27fcfa9 8d0a74b8  b651f9e9bace9ae1 0000000000000000 ab7153ca
    0016 4b45592056455253494f4e2030303031"""

UPSTREAM_FRAMES = {
    "0200": """
        <00a7> 0200 <f220448188c090100000000000000001>
        169999990000000014 000000 000000012800 0105101530 000017 5411 051 00
        0899900000 0899900000 260105000001 90000001 999000054110001 156
        <e06759ef57fba737> 009220000010 D236BAB1""",
    "0210": """
        <0092> 0210 <b22040818ec080100000000000000001>
        000000 000000012800 0105101530 000017 5411 00
        0899900000 0899900000 260105000001 A00017 00 90000001 999000054110001 156
        009220000010 010778C2""",
    "0420": """
        <00c8> 0420 <f22040818ac080100000004000000001>
        169999990000000014 000000 000000012800 0105101530 000017 5411 00
        0899900000 0899900000 260105000001 98 90000001 999000054110001 156
        009220000010 0200000017 0000000000 00099900000 00099900000 B0DA7F50""",
    "0430": """
        <0058> 0430 <822000010a8000100000000000000001>
        0105101530 000017 0899900000 260105000001 00 90000001 009000000010 F1F28518""",
}

UPSTREAM_NOTICE_FRAMES = {
    "0220": """
        <009f> 0220 <f220448188c080100000000000000001>
        169999990000000014 000000 000000012800 0105101530 000017 5411 051 00
        0899900000 0899900000 260105000001 90000001 999000054110001 156
        009360000010 6D002338""",
    "0230": """
        <008c> 0230 <b22040818ac080100000000000000001>
        000000 000000012800 0105101530 000017 5411 00
        0899900000 0899900000 260105000001 51 90000001 999000054110001 156
        009360000010 4B7BB944""",
}

PLAIN_FRAMES = {
    "ascii": """
        <00c8> 0200 702404C020C09811
        169999990000000014 000000 000000012800 000017 3012 051 00 12
        379999990000000014D30122200000000000000 90000001 999000054110001 156
        FE4378900FBEC1A0 2600000000000000 01122000001000 3937314335353434""",
    "ascii-binary": """
        <00b0> 0200 <702404c020c09811>
        169999990000000014 000000 000000012800 000017 3012 051 00 12
        379999990000000014D30122200000000000000 90000001 999000054110001 156
        <fe4378900fbec1a0> 2600000000000000 01122000001000 4CB255B8""",
}


QR_FRAMES = {
    "0200": """
        0062 6000010000 602200000000 0200 3020048000c08015
        000000  000000012800  000017  0300  00
        3930303030303031  393939303030303534313130303031  313536
        0011 220000010000  0018 53494d504159303030303030303030303138  4439444439393746""",
    "0600": """
        0049 6000010000 602200000000 0600 0020000000c00019
        000018  3930303030303031  393939303030303534313130303031
        0011 000000014020  0016 0000010000170000  3443393030424137""",
    "0610": """
        0068 6000010000 602200000000 0610 003a00000ac0001d
        000018  101530  0105  0105  323630313035303030303031  3132
        3930303030303031  393939303030303534313130303031
        0011 000000014020  0016 0000010000170000  0008 6465636c696e6564  3844464136444539""",
}
"""A QR sale, its cancel-by-query, and the answer that it is closed."""

QR_UPSTREAM_FRAMES = {
    "0200": """
        <00a2> 0200 <b220448188c080140000000000000001>
        000000 000000012800 0105101530 000017 5411 030 00
        0899900000 0899900000 260105000001 90000001 999000054110001 156
        009220000010 018SIMPAY000000000018 9E3B6D24""",
    "0600": """
        <0076> 0600 <8220400188c000100400000000000001>
        0105101530 000017 5411 0899900000 0899900000 260105000001 90000001 999000054110001
        009000000010 402 A138E275""",
    "0610": """
        <0089> 0610 <822040018ec000140400000000000001>
        0105101530 000017 5411 0899900000 0899900000 260105000001 A00017 00 90000001 999000054110001
        009000000010 008approved 402 E2C49B55""",
}


def written(text: str) -> bytes:
    return bytes.fromhex("".join(text.split()))


def mixed(text: str) -> bytes:
    """Characters, and between angle brackets bytes."""
    words = (word.strip("<>") if word.startswith("<") else word.encode().hex() for word in text.split())
    return written("".join(words))


@pytest.mark.parametrize("kind", FRAMES)
def test_the_bytes_are_these(kind: str) -> None:
    assert encode(LOST_ANSWER[kind]).hex() == written(FRAMES[kind]).hex()


@pytest.mark.parametrize("kind", FRAMES)
def test_these_bytes_are_the_message(kind: str) -> None:
    assert decode(written(FRAMES[kind]), "victim") == LOST_ANSWER[kind]


@pytest.mark.parametrize("kind", NOTICE_FRAMES)
def test_a_notice_s_bytes_are_these(kind: str) -> None:
    assert encode(STORED_OFFLINE[kind]).hex() == written(NOTICE_FRAMES[kind]).hex()
    assert decode(written(NOTICE_FRAMES[kind]), "victim") == STORED_OFFLINE[kind]


@pytest.mark.parametrize("kind", UPSTREAM_NOTICE_FRAMES)
def test_upstream_a_notice_s_bytes_are_these(kind: str) -> None:
    network = DIALECTS["network"]
    assert encode(UPSTREAM_OF_STORED[kind], network, sent_at=AT) == mixed(UPSTREAM_NOTICE_FRAMES[kind])
    assert decode(mixed(UPSTREAM_NOTICE_FRAMES[kind]), "victim", dialect=network) == UPSTREAM_OF_STORED[kind]


def test_a_sign_on_brings_the_keys_of_the_published_example() -> None:
    answer = SignOnResponse("victim", KEY, MID, "00", "000001", 1, AT)
    assert encode(answer).hex() == written(KEYS_BROUGHT).hex()
    assert decode(written(KEYS_BROUGHT), "victim") == answer


@pytest.mark.parametrize("kind", UPSTREAM_FRAMES)
def test_upstream_the_bytes_are_these(kind: str) -> None:
    network = DIALECTS["network"]
    assert encode(UPSTREAM_OF_IT[kind], network, sent_at=AT) == mixed(UPSTREAM_FRAMES[kind])
    assert decode(mixed(UPSTREAM_FRAMES[kind]), "victim", dialect=network) == UPSTREAM_OF_IT[kind]


@pytest.mark.parametrize("kind", QR_FRAMES)
def test_of_a_qr_sale_the_bytes_are_these(kind: str) -> None:
    assert encode(QR_SALE[kind]).hex() == written(QR_FRAMES[kind]).hex()
    assert decode(written(QR_FRAMES[kind]), "victim") == QR_SALE[kind]


@pytest.mark.parametrize("kind", QR_UPSTREAM_FRAMES)
def test_of_a_qr_sale_upstream_the_bytes_are_these(kind: str) -> None:
    network = DIALECTS["network"]
    assert encode(QR_SALE_UPSTREAM[kind], network, sent_at=AT) == mixed(QR_UPSTREAM_FRAMES[kind])
    assert decode(mixed(QR_UPSTREAM_FRAMES[kind]), "victim", dialect=network) == QR_SALE_UPSTREAM[kind]


@pytest.mark.parametrize("name", PLAIN_FRAMES)
def test_in_plain_ascii_the_bytes_are_these(name: str) -> None:
    assert encode(REQUEST, DIALECTS[name]) == mixed(PLAIN_FRAMES[name])
    assert decode(mixed(PLAIN_FRAMES[name]), "victim", dialect=DIALECTS[name]) == REQUEST


@pytest.mark.parametrize("name", NAMES)
def test_the_second_time_is_like_the_first(name: str) -> None:
    """The first frame of a shape is made field by field, later ones in one stroke."""
    dialect = DIALECTS[name]
    for message in (UPSTREAM_OF_IT if name == "network" else LOST_ANSWER).values():
        frames = [encode(message, dialect) for _ in range(3)]
        assert frames[0] == frames[1] == frames[2]
        assert [decode(frame, "victim", dialect=dialect) for frame in frames] == [message] * 3
