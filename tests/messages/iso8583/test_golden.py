"""The four messages of a sale whose answer was lost, byte for byte."""

import pytest

from poslab.messages.iso8583.mapping import decode, encode
from tests.messages.iso8583.saying import LOST_ANSWER

FRAMES = {
    "0200": """
        007e 6000010000 602200000000 0200 702404c020c09811
        16 9999990000000014  000000  000000012800  000017  3012  0510  00  12
        37 9999990000000014d30122200000000000000 0
        3930303030303031  393939303030303534313130303031  313536
        555be093b3beabbb  2600000000000000  0011 220000010000  27a8864f8ac2a2ff""",
    "0210": """
        0071 6000010000 602200000000 0210 303a00800ec08015
        000000  000000012800  000017  101530  0105  0105  00
        323630313035303030303031  413030303137  3030
        3930303030303031  393939303030303534313130303031  313536
        0011 220000010000  0008 3230323630313036  1e290cb872c271f1""",
    "0400": """
        0065 6000010000 602200000000 0400 7024048002c08019
        16 9999990000000014  000000  000000012800  000017  3012  0510  00
        3938  3930303030303031  393939303030303534313130303031  313536
        0011 220000010000  0016 0000010000170000  301d2134eb5f68fc""",
    "0410": """
        0052 6000010000 602200000000 0410 003800000ac00011
        000017  101631  0105  323630313035303030303031  3030
        3930303030303031  393939303030303534313130303031
        0011 000000010000  8e3b43b7596a51e5""",
}


@pytest.mark.parametrize("kind", FRAMES)
def test_the_bytes_are_these(kind: str) -> None:
    assert encode(LOST_ANSWER[kind]).hex() == "".join(FRAMES[kind].split())


@pytest.mark.parametrize("kind", FRAMES)
def test_these_bytes_are_the_message(kind: str) -> None:
    assert decode(bytes.fromhex("".join(FRAMES[kind].split())), "victim") == LOST_ANSWER[kind]


@pytest.mark.parametrize("kind", FRAMES)
def test_the_second_time_is_like_the_first(kind: str) -> None:
    """The first frame of a shape is made field by field, later ones in one stroke."""
    frames = [encode(LOST_ANSWER[kind]) for _ in range(3)]
    assert frames[0] == frames[1] == frames[2]
    assert decode(frames[0], "victim") == decode(frames[1], "victim") == LOST_ANSWER[kind]
