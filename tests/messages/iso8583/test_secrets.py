"""Cards and PINs between words and bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poslab.messages.card import PIN_GARBLED, PIN_RIGHT, PIN_WRONG
from poslab.messages.iso8583 import digits, pin, seals
from poslab.messages.iso8583.keys import working_keys
from poslab.messages.iso8583.mapping import CODEC, decode, encode
from poslab.world.cards import CARDS, CODES
from tests.messages.iso8583.saying import REQUEST

KEYS = working_keys("90000001", 1)
LATER = working_keys("90000001", 2)


def luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def test_the_codec_has_digits_for_the_cards_of_the_world_and_no_others() -> None:
    assert sorted((*digits.REFS, *digits.CODE_REFS)) == sorted(CARDS)
    assert set(digits.CODE_REFS) == CODES
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
    block = seals.block_of(ref, word, KEYS)
    assert block is not None
    assert len(block) == 16
    assert seals.word_of(ref, block, KEYS.tpk) == word


def test_a_block_made_for_another_card_or_under_another_key_is_not_right() -> None:
    block = seals.block_of("good-debit", PIN_RIGHT, KEYS)
    assert block is not None
    assert seals.word_of("good-credit", block, KEYS.tpk) != PIN_RIGHT
    assert seals.word_of("good-debit", block, LATER.tpk) == PIN_GARBLED


@given(st.integers(0, 2**64 - 1))
def test_any_block_is_one_of_the_three(block: int) -> None:
    assert seals.word_of("good-debit", f"{block:016X}", KEYS.tpk) in (PIN_RIGHT, PIN_WRONG, PIN_GARBLED)


def test_no_block_for_a_card_off_the_list_or_an_unknown_word() -> None:
    assert seals.block_of("mine", PIN_RIGHT, KEYS) is None
    assert seals.block_of("good-debit", "123", KEYS) is None


def test_field_53_says_how_long_the_pin_key_is() -> None:
    number = digits.number_of("good-debit") or ""
    single = pin.pin_block("123456", number, KEYS.tpk.left()).hex().upper()
    mti, fields = CODEC.decode(encode(REQUEST))
    of_single_length = CODEC.encode(mti, fields | {52: single, 53: "20" + 14 * "0"})
    assert decode(of_single_length).pin == PIN_RIGHT  # type: ignore[attr-defined]
    assert decode(CODEC.encode(mti, fields | {52: single})).pin == PIN_GARBLED  # type: ignore[attr-defined]
