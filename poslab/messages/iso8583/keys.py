"""Keys: what they are, who has which, and how working keys reach a terminal. The only file that knows a cipher.

DES is obsolete; it is here because the messages that are imitated use it. Nothing here is secret and nothing is real:
every key is an example, and the same in every run. The first keys of terminal 90000001 are a published worked example;
all others follow from the owner's number, the version and the use of the key (``working_keys``). They keep nobody out,
they only make it show when two sides use different ones.

An owner of keys is whoever shares them with the acquirer: a terminal by its TID, or on the network the acquirer by its
own id. Versions count from 1; a sign-on may bring the next one.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from types import MappingProxyType
from typing import Final, NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes

from poslab.messages.card import DOUBLE_KEYS, SINGLE_KEYS, TRACK_KEYS

BLOCK_BYTES: Final = 8
VERSIONS: Final = 9999
"""Key versions are 1 to this; 0 stands for what agrees with no key."""

Versions = Mapping[str, int]
"""The version that is in force, by owner; the first one for an owner who is not listed."""

FIRST: Final[Versions] = MappingProxyType({})

_CHECK_BYTES: Final = 4
_OWNERS_KEPT: Final = 1024


class Key:
    """A DES key of 8 bytes, or a triple-DES key of 16. It cannot be printed, compared or stored."""

    __slots__ = ("_decipher", "_encipher", "_secret")

    def __init__(self, secret: bytes) -> None:
        if len(secret) not in (BLOCK_BYTES, 2 * BLOCK_BYTES):
            raise ValueError("a key has 8 or 16 bytes")
        self._secret = secret
        self._encipher: CipherContext | None = None
        self._decipher: CipherContext | None = None

    def encipher(self, clear: bytes) -> bytes:
        """Whole blocks of 8 bytes, each for itself."""
        work = self._encipher
        if work is None:
            work = self._encipher = self._cipher().encryptor()
        return work.update(_whole(clear))

    def decipher(self, enciphered: bytes) -> bytes:
        """What ``encipher`` was given."""
        work = self._decipher
        if work is None:
            work = self._decipher = self._cipher().decryptor()
        return work.update(_whole(enciphered))

    def check_value(self) -> bytes:
        """The key check value, 4 bytes: by it one sees that a key is the right one without seeing the key."""
        return self.encipher(bytes(BLOCK_BYTES))[:_CHECK_BYTES]

    def left(self) -> "Key":
        """The first half of a double-length key as a key of its own."""
        return Key(self._secret[:BLOCK_BYTES])

    def agrees(self, other: "Key") -> bool:
        """Whether both are the same key."""
        return compare_digest(self._secret, other._secret)

    def wrap(self, inner: "Key") -> bytes:
        """Another key enciphered under this one."""
        return self.encipher(inner._secret)

    def unwrap(self, wrapped: bytes) -> "Key":
        """The key that was wrapped, or under the wrong key some other one: its check value tells."""
        return Key(self.decipher(wrapped))

    def _cipher(self) -> Cipher[modes.ECB]:
        # Triple DES with two keys, and with three equal ones DES: then the first two operations cancel.
        return Cipher(TripleDES((self._secret * 3)[: 3 * BLOCK_BYTES]), modes.ECB())

    def __repr__(self) -> str:
        return "Key(***)"

    def __reduce__(self) -> str:
        raise TypeError("a key stays where it is")


class WorkingKeys(NamedTuple):
    """What an owner has of one version, and the master key under which it came."""

    tpk: Key
    """For PIN blocks; double length."""
    tak: Key
    """For MACs; single length."""
    tdk: Key
    """For tracks; double length."""
    tmk: Key
    """The master key, injected when the terminal was installed; the same for every version."""


class Unwrapped(NamedTuple):
    """The keys of one answer to a sign-on, as far as they came."""

    tpk: Key
    tak: Key
    tdk: Key | None


# Public worked example of a sign-on: the master key of the example terminal, and the keys that came under it.
_EXAMPLE: Final = "90000001"
_EXAMPLE_TMK: Final = "CA5D92598DCA48CE8A4C76361A9269E9"
_EXAMPLE_KEYS: Final[Mapping[tuple[int, str], str]] = {
    (1, "TPK"): "807A23AD32B36D457AE91FDF927570EA",
    (1, "TAK"): "5BB5C72CD00B7338",
}


@lru_cache(maxsize=_OWNERS_KEPT)
def working_keys(owner: str, version: int) -> WorkingKeys:
    """The keys of an owner: always the same, always examples.

    Where no published example is used, a key is the beginning of the SHA-256 of the text ``poslab example key, OWNER,
    VERSION, USE`` with each byte set to odd parity; ``USE`` is ``TPK``, ``TAK`` or ``TDK``, or ``TMK`` with version 0.
    """
    return WorkingKeys(
        tpk=_key(owner, version, "TPK", 2),
        tak=_key(owner, version, "TAK", 1),
        tdk=_key(owner, version, "TDK", 2),
        tmk=_master(owner),
    )


def in_force(owner: str, versions: Versions) -> int:
    """The version that an owner should have."""
    return versions.get(owner, 1)


def _master(owner: str) -> Key:
    return Key(bytes.fromhex(_EXAMPLE_TMK)) if owner == _EXAMPLE else _key(owner, 0, "TMK", 2)


def _key(owner: str, version: int, use: str, blocks: int) -> Key:
    example = _EXAMPLE_KEYS.get((version, use)) if owner == _EXAMPLE else None
    if example is not None:
        return Key(bytes.fromhex(example))
    digest = sha256(f"poslab example key, {owner}, {version}, {use}".encode()).digest()
    return Key(bytes(map(_odd, digest[: blocks * BLOCK_BYTES])))


def _odd(byte: int) -> int:
    """The byte with its last bit such that an odd number of bits is set, as keys of DES have it."""
    return byte ^ (byte.bit_count() + 1) % 2


def _whole(blocks: bytes) -> bytes:
    if len(blocks) % BLOCK_BYTES:
        raise ValueError("only whole blocks of 8 bytes are enciphered")
    return blocks


# --- how they travel: field 62 of an answer to a sign-on


DELIVERY_BYTES: Final = {SINGLE_KEYS: 24, DOUBLE_KEYS: 40, TRACK_KEYS: 60}
"""How long a delivery is."""

_TPK_BYTES: Final = {SINGLE_KEYS: BLOCK_BYTES, DOUBLE_KEYS: 2 * BLOCK_BYTES, TRACK_KEYS: 2 * BLOCK_BYTES}
_NO_MORE: Final = bytes(BLOCK_BYTES)


def delivered(owner: str, version: int, key_set: str) -> bytes:
    """The working keys of a version as they travel: each under the master key, and behind each its check value.

    ``single``: PIN key of 8 bytes, MAC key; ``double``: PIN key of 16 bytes, MAC key and eight zeros;
    ``double-and-track``: behind these a track key of 16 bytes. Version 0 is a delivery whose check values all disagree.
    """
    keys = working_keys(owner, version or 1)
    tpk = keys.tpk.left() if key_set == SINGLE_KEYS else keys.tpk
    filling = b"" if key_set == SINGLE_KEYS else _NO_MORE
    sent = [(tpk, b""), (keys.tak, filling)]
    if key_set == TRACK_KEYS:
        sent.append((keys.tdk, b""))
    wrong = 0 if version else 0xFF
    return b"".join(keys.tmk.wrap(key) + more + bytes(byte ^ wrong for byte in key.check_value()) for key, more in sent)


def unwrapped(delivery: bytes, tmk: Key, key_set: str) -> Unwrapped | None:
    """The keys of a delivery of the right length, or ``None`` where a check value disagrees: another master key."""
    tpk_bytes = _TPK_BYTES[key_set]
    filling = b"" if key_set == SINGLE_KEYS else _NO_MORE
    tpk, rest = _checked(delivery, tmk, tpk_bytes, b"")
    tak, rest = _checked(rest, tmk, BLOCK_BYTES, filling)
    tdk, rest = _checked(rest, tmk, 2 * BLOCK_BYTES, b"") if key_set == TRACK_KEYS else (None, rest)
    if tpk is None or tak is None or rest or (tdk is None and key_set == TRACK_KEYS):
        return None
    return Unwrapped(tpk, tak, tdk)


def come_out(owner: str, delivery: bytes) -> bool:
    """Whether a delivery of any of the three lengths comes out under the owner's master key."""
    tmk = working_keys(owner, 1).tmk
    return any(unwrapped(delivery, tmk, key_set) is not None for key_set in _TPK_BYTES)


def version_of(owner: str, version: int, delivery: bytes, key_set: str) -> int:
    """``version`` where the delivery holds just the keys of that version for this owner, else 0."""
    if not 0 < version <= VERSIONS:
        return 0
    keys = working_keys(owner, version)
    found = unwrapped(delivery, keys.tmk, key_set)
    if found is None:
        return 0
    tpk = keys.tpk.left() if key_set == SINGLE_KEYS else keys.tpk
    same = found.tpk.agrees(tpk) and found.tak.agrees(keys.tak) and (found.tdk is None or found.tdk.agrees(keys.tdk))
    return version if same else 0


def _checked(block: bytes, tmk: Key, size: int, filling: bytes) -> tuple[Key | None, bytes]:
    """The first key of a block, if its check value agrees, and what follows it."""
    end = size + len(filling) + _CHECK_BYTES
    if len(block) < end or block[size : size + len(filling)] != filling:
        return None, b""
    key = tmk.unwrap(block[:size])
    agrees = compare_digest(key.check_value(), block[end - _CHECK_BYTES : end])
    return (key if agrees else None), block[end:]
