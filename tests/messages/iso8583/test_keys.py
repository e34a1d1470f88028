"""Keys, PIN blocks and MACs against the published worked examples, and what a key never shows."""

import copy
import pickle
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poslab.messages.card import DOUBLE_KEYS, SINGLE_KEYS, TRACK_KEYS
from poslab.messages.iso8583 import keys, mac, pin
from poslab.messages.iso8583.keys import Key, delivered, unwrapped, version_of, working_keys

TMK = Key(bytes.fromhex("CA5D92598DCA48CE8A4C76361A9269E9"))
TPK = Key(bytes.fromhex("807A23AD32B36D457AE91FDF927570EA"))
TAK = Key(bytes.fromhex("5BB5C72CD00B7338"))
TPK_WRAPPED = bytes.fromhex("6701EAD6A9AD51E51AA406E2C27FCFA9")
TAK_WRAPPED = bytes.fromhex("B651F9E9BACE9AE1")
TPK_CHECK, TAK_CHECK = bytes.fromhex("8D0A74B8"), bytes.fromhex("AB7153CA")
TEST_CARD = "6212345678901265"

KEY_SETS = (SINGLE_KEYS, DOUBLE_KEYS, TRACK_KEYS)


def test_check_values() -> None:
    assert TPK.check_value() == TPK_CHECK
    assert TAK.check_value() == TAK_CHECK


def test_working_keys_come_out_under_the_master_key() -> None:
    assert TMK.unwrap(TPK_WRAPPED).agrees(TPK)
    assert TMK.unwrap(TAK_WRAPPED).agrees(TAK)
    assert TMK.wrap(TPK) == TPK_WRAPPED
    assert TMK.wrap(TAK) == TAK_WRAPPED


def test_the_first_keys_of_the_example_terminal_are_the_published_ones() -> None:
    first = working_keys("90000001", 1)
    assert (first.tpk.agrees(TPK), first.tak.agrees(TAK), first.tmk.agrees(TMK)) == (True, True, True)


def test_every_other_key_is_another_and_always_the_same() -> None:
    values = [
        key.check_value().hex()
        for owner in ("90000001", "90000002", "99900000")
        for version in (1, 2)
        for key in working_keys(owner, version)[:3]
    ]
    assert len(values) == len(dict.fromkeys(values))
    masters = [working_keys(owner, version).tmk for owner in ("90000001", "90000002") for version in (1, 2)]
    assert [masters[0].agrees(master) for master in masters] == [True, True, False, False]
    assert working_keys("90000002", 1).tpk.check_value().hex() == "8009edf1"
    assert working_keys("90000001", 2).tak.check_value().hex() == "1b9263ec"


def test_derived_keys_have_odd_parity() -> None:
    for key in working_keys("90000002", 5):
        assert all(byte.bit_count() % 2 for byte in key._secret)


# --- the PIN block


def test_the_block_in_clear() -> None:
    assert pin.clear_block("123456", "1234567890123456").hex().upper() == "0612713176FEDCBA"
    assert pin.clear_block("123456", TEST_CARD).hex().upper() == "061217139876FED9"


def test_the_block_under_the_key() -> None:
    block = pin.pin_block("123456", TEST_CARD, TPK)
    assert block.hex().upper() == "995CFC3545718AFE"
    assert pin.pin_in(block, TEST_CARD, TPK) == "123456"


@given(st.text("0123456789", min_size=4, max_size=12), st.text("0123456789", min_size=13, max_size=19))
def test_a_pin_comes_out_as_it_went_in(typed: str, number: str) -> None:
    assert pin.pin_in(pin.pin_block(typed, number, TPK), number, TPK) == typed


def test_nothing_comes_out_under_another_key_or_with_another_card() -> None:
    block = pin.pin_block("123456", TEST_CARD, TPK)
    assert pin.pin_in(block, TEST_CARD, TPK.left()) is None
    assert pin.pin_in(block, "9999990000000014", TPK) is None


@pytest.mark.parametrize(
    ("typed", "number"), [("123", TEST_CARD), ("1" * 13, TEST_CARD), ("12a4", TEST_CARD), ("1234", "12")]
)
def test_what_makes_no_block(typed: str, number: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        pin.pin_block(typed, number, TPK)


# --- the MAC


def test_the_mac_of_the_worked_examples() -> None:
    sale = bytes.fromhex("0200") + b"SIMULATED-SALE-000001"
    assert f"{mac.folded(sale):016X}" == "7B7527542E243104"
    assert mac.mac_of(sale, TAK) == b"9D80F2DE"
    assert mac.mac_of(bytes(16), TAK) == b"03C5D2FC"


@given(st.binary(max_size=2000))
def test_the_fold_is_an_exclusive_or_of_blocks(message: bytes) -> None:
    padded = message + bytes(-len(message) % 8)
    expected = 0
    for at in range(0, len(padded), 8):
        expected ^= int.from_bytes(padded[at : at + 8], "big")
    assert mac.folded(message) == expected


@given(st.binary(min_size=1, max_size=300), st.integers(0, 299), st.integers(1, 255))
def test_one_changed_byte_breaks_it(message: bytes, at: int, flip: int) -> None:
    seal = mac.mac_of(message, TAK)
    assert mac.agrees(message, seal, TAK)
    changed = bytearray(message)
    changed[at % len(message)] ^= flip
    assert not mac.agrees(bytes(changed), seal, TAK)
    damaged = bytearray(seal)
    damaged[at % 8] ^= flip
    assert not mac.agrees(message, bytes(damaged), TAK)


def test_two_changes_that_cancel_pass_as_they_do_in_the_trade() -> None:
    changed = b"\x55" + bytes(7) + b"\x55" + bytes(15)
    assert mac.agrees(changed, mac.mac_of(bytes(24), TAK), TAK)


@given(st.binary(max_size=100))
def test_a_broken_mac_is_that_of_no_key(message: bytes) -> None:
    broken = mac.broken_mac(message, TAK)
    for version in range(1, 5):
        assert not mac.agrees(message, broken, working_keys("90000001", version).tak)
    assert not broken.isascii()  # and so of none at all


# --- keys on their way


@pytest.mark.parametrize(("key_set", "size"), [(SINGLE_KEYS, 24), (DOUBLE_KEYS, 40), (TRACK_KEYS, 60)])
def test_a_delivery(key_set: str, size: int) -> None:
    delivery = delivered("90000001", 1, key_set)
    assert len(delivery) == size == keys.DELIVERY_BYTES[key_set]
    assert version_of("90000001", 1, delivery, key_set) == 1
    for owner, version in (("90000001", 2), ("90000002", 1), ("90000001", 0), ("90000001", 10_000)):
        assert version_of(owner, version, delivery, key_set) == 0
    came = unwrapped(delivery, TMK, key_set)
    assert came is not None
    assert came.tak.agrees(TAK)
    assert came.tpk.agrees(TPK.left() if key_set == SINGLE_KEYS else TPK)
    assert (came.tdk is not None) == (key_set == TRACK_KEYS)


def test_the_usual_delivery_is_the_published_one() -> None:
    assert delivered("90000001", 1, DOUBLE_KEYS) == TPK_WRAPPED + TPK_CHECK + TAK_WRAPPED + bytes(8) + TAK_CHECK


@pytest.mark.parametrize("key_set", KEY_SETS)
def test_a_damaged_delivery_does_not_come_out(key_set: str) -> None:
    delivery = delivered("90000001", 1, key_set)
    for at in range(len(delivery)):
        damaged = delivery[:at] + bytes((delivery[at] ^ 0x10,)) + delivery[at + 1 :]
        assert unwrapped(damaged, TMK, key_set) is None, at
    assert unwrapped(delivery[:-1], TMK, key_set) is None
    assert unwrapped(delivery + b"\x00", TMK, key_set) is None
    assert unwrapped(b"", TMK, key_set) is None


@pytest.mark.parametrize(("start", "end"), [(0, 20), (20, 40), (40, 60)])
def test_keys_of_two_versions_are_of_none(start: int, end: int) -> None:
    first, second = (delivered("90000001", version, TRACK_KEYS) for version in (1, 2))
    mixed = first[:start] + second[start:end] + first[end:]
    assert unwrapped(mixed, TMK, TRACK_KEYS) is not None
    for version in (1, 2):
        assert version_of("90000001", version, mixed, TRACK_KEYS) == 0


@pytest.mark.parametrize("key_set", KEY_SETS)
def test_version_0_is_a_delivery_that_never_comes_out(key_set: str) -> None:
    assert unwrapped(delivered("90000001", 0, key_set), TMK, key_set) is None


# --- what a key never shows


def test_a_key_cannot_print_itself() -> None:
    first = working_keys("90000001", 1)
    for text in (repr(TPK), str(TPK), f"{TPK}", f"{TPK!r:>40}", repr([TPK]), repr(first), str(first)):
        assert "***" in text
        assert not re.search("[0-9A-F]{8}", text.upper())


def test_a_key_cannot_be_stored_or_copied() -> None:
    for carry_off in (pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode, msgspec.msgpack.encode):
        with pytest.raises(TypeError) as refused:
            carry_off(TPK)
        assert "807A23AD" not in str(refused.value).upper()


def test_two_keys_are_compared_by_one_way_only() -> None:
    again = Key(bytes.fromhex("807A23AD32B36D457AE91FDF927570EA"))
    assert again != TPK
    assert again.agrees(TPK)
    assert not hasattr(TPK, "__dict__")


def test_one_file_alone_knows_a_cipher() -> None:
    root = Path(keys.__file__).parents[3]
    knowing = [
        path.relative_to(root).as_posix()
        for room in ("poslab", "terminal", "acquirer", "bank", "scenarios")
        for path in sorted((root / room).rglob("*.py"))
        if "import cryptography" in (text := path.read_text("utf-8")) or "from cryptography" in text
    ]
    assert knowing == ["poslab/messages/iso8583/keys.py"]


@pytest.mark.parametrize("size", [0, 7, 9, 15, 24])
def test_a_key_has_8_or_16_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="8 or 16"):
        Key(bytes(size))


@pytest.mark.parametrize("size", [1, 7, 9])
def test_only_whole_blocks_are_enciphered(size: int) -> None:
    for work in (TPK.encipher, TPK.decipher):
        with pytest.raises(ValueError, match="whole blocks"):
            work(bytes(size))
