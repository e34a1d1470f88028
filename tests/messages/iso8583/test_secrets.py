"""Cards, PINs and MACs between words and bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poslab.messages.card import PIN_GARBLED, PIN_RIGHT, PIN_WRONG
from poslab.messages.iso8583 import digits, mac
from poslab.world.cards import CARDS


def luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def test_the_codec_has_digits_for_the_cards_of_the_world_and_no_others() -> None:
    assert sorted(digits.REFS) == sorted(CARDS)
    for ref in digits.REFS:
        assert digits.masked(ref) == CARDS[ref].masked
        number = digits.number_of(ref)
        assert number is not None
        assert number.startswith("999999")
        assert luhn(number)
        assert digits.ref_of(number) == ref
        assert digits.ref_of_track(digits.track_of(ref)) == ref


@pytest.mark.parametrize("number", ["", "0", "9999990000000139", "9999990000000015", "999999000000001"])
def test_any_other_number_is_no_card(number: str) -> None:
    assert digits.ref_of(number) is None
    assert digits.ref_of_track(f"{number}D3012220{0:013d}") is None


def test_a_track_with_another_expiry_is_no_card() -> None:
    assert digits.ref_of_track(digits.track_of("good-debit").replace("D3012", "D3112")) is None


@pytest.mark.parametrize("ref", digits.REFS)
@pytest.mark.parametrize("word", [PIN_RIGHT, PIN_WRONG, PIN_GARBLED])
def test_a_pin_word_survives_its_block(ref: str, word: str) -> None:
    block = digits.pin_block(ref, word)
    assert block is not None
    assert len(block) == 16
    assert digits.pin_of(ref, block) == word


def test_a_block_made_for_another_card_is_not_right() -> None:
    block = digits.pin_block("good-debit", PIN_RIGHT)
    assert block is not None
    assert digits.pin_of("good-credit", block) != PIN_RIGHT


@given(st.integers(0, 2**64 - 1))
def test_any_block_is_one_of_the_three(block: int) -> None:
    assert digits.pin_of("good-debit", f"{block:016X}") in (PIN_RIGHT, PIN_WRONG, PIN_GARBLED)


def test_the_fold_is_that_of_the_trade() -> None:
    """The XOR block of a published worked example: type 0200 in BCD and a text."""
    assert f"{mac.folded(bytes.fromhex('0200') + b'SIMULATED-SALE-000001'):016X}" == "7B7527542E243104"


@given(st.binary(max_size=2000))
def test_the_fold_is_an_exclusive_or_of_blocks(message: bytes) -> None:
    padded = message + bytes(-len(message) % 8)
    expected = 0
    for at in range(0, len(padded), 8):
        expected ^= int.from_bytes(padded[at : at + 8], "big")
    assert mac.folded(message) == expected


def test_two_changes_that_cancel_pass_as_they_do_in_the_trade() -> None:
    message = bytes(24)
    changed = b"\x55" + bytes(7) + b"\x55" + bytes(15)
    assert mac.version_of(changed, mac.mac_of(message, 1)) == 1


@given(st.binary(max_size=300), st.integers(0, mac.VERSIONS))
def test_a_mac_tells_the_version_of_its_key(message: bytes, version: int) -> None:
    assert mac.version_of(message, mac.mac_of(message, version)) == version


@given(st.binary(min_size=1, max_size=300), st.integers(0, 299), st.integers(1, 255), st.integers(1, mac.VERSIONS))
def test_one_changed_byte_breaks_it(message: bytes, at: int, flip: int, version: int) -> None:
    seal = mac.mac_of(message, version)
    changed = bytearray(message)
    changed[at % len(message)] ^= flip
    assert mac.version_of(bytes(changed), seal) == 0
    damaged = bytearray(seal)
    damaged[at % 8] ^= flip
    assert mac.version_of(message, bytes(damaged)) == 0
