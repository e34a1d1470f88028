"""Every scenario with real bytes on the card leg: what is asked, found and judged is the same as without them."""

from collections.abc import Iterator

import msgspec
import pytest
from bent import story

from poslab.faults.corruption import Corruption
from poslab.faults.injection import Injection, Match
from poslab.history.line import Garbled
from poslab.messages.card import FinancialRequest
from poslab.messages.iso8583 import mapping
from poslab.messages.iso8583.mapping import decode
from poslab.messages.people import SaleKeyed
from poslab.party.contract import Input, Send
from poslab.world.presets import corner_shop
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.schema.story import Scenario
from scenarios.stage import wire
from scenarios.stage.casting import links, parties
from scenarios.stage.judging import Played
from scenarios.stage.play import play
from scenarios.stage.wire import Wire

NAMES = [f"{name}/{variant}" for name in library_ids() for variant in variants_of(name)]
OUT_OF_WALLETS = ("plat-order-stuck/plain", "plat-instant-payout-off/manual")
"""What only a platform with a ledger can do to a merchant."""
PLATFORMS = ("plat-gateway-down", "plat-notify-lost", "plat-order-stuck")
"""Stories that are played nowhere without a platform."""
WITH_OTHER_KEYS = "term-keys-out-of-step/request"


def found(played: Played) -> tuple[object, ...]:
    result = played.result
    moments = [(purchase.at_complaint, purchase.end) for purchase in result.purchases]
    judged = [(check.id, check.verdict) for check in result.invariants]
    return result.verdict, moments, judged, result.expectations, result.open_items, played.truth


def _where_it_plays(name: str) -> Iterator[Scenario]:
    """As written, behind a gateway, and with two acquirers; a story of a platform plays where there is one."""
    yield load(name)
    if not name.startswith((*PLATFORMS, *OUT_OF_WALLETS)):
        yield load(name, world="two-acquirers")
    if name not in OUT_OF_WALLETS:
        yield load(name, world="gateway-shop")


@pytest.mark.parametrize("name", NAMES)
def test_bytes_change_nothing_that_anybody_asks_for(name: str) -> None:
    for scenario in _where_it_plays(name):
        without, with_bytes = play(scenario), play(scenario, wire=True)
        assert found(with_bytes) == found(without)
        # Only what is sealed with other keys is read as something else than was said.
        same = with_bytes.result.history_sha256 == without.result.history_sha256
        assert same == (name != WITH_OTHER_KEYS)


def test_every_frame_is_written_once_and_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    read: list[bytes] = []

    def encode(*said: object, **how: object) -> bytes:
        written.append(mapping.encode(*said, **how))  # type: ignore[arg-type]
        return written[-1]

    def decode_(frame: bytes, *rest: object, **how: object) -> Input:
        read.append(frame)
        return mapping.decode(frame, *rest, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(wire, "encode", encode)
    monkeypatch.setattr(wire, "decode", decode_)
    played = play(story(), keep=True, wire=True)
    sent = [e.message.kind for line, _ in played.pairs for e in line.effects if type(e) is Send]
    assert len(written) == len(read) == sum(kind in ("0200", "0210") for kind in sent) == 6
    assert sorted(written) == sorted(read)


def test_what_is_damaged_is_one_bit_and_really_fails_its_mac() -> None:
    world = corner_shop()
    cast = parties(world, {"cashier": "by-the-book", "cardholder": "reads-sms"})
    bytes_ = Wire(world, links(world), lambda address: cast[address])
    said = sale()
    whole = bytes_.write("T1", "host", Send("host", said), 0, damaged=False)
    damaged = bytes_.write("T1", "host", Send("host", said), 0, damaged=True)
    assert whole is not None and damaged is not None
    differing = [one ^ other for one, other in zip(whole, damaged, strict=True) if one != other]
    assert [bits.bit_count() for bits in differing] == [1]
    read = decode(damaged, said.about)
    assert read == msgspec.structs.replace(said, mac=0)
    assert bytes_.read("T1", "host", said, damaged, 0) == said.garbled()
    assert bytes_.read("T1", "host", said, whole, 0) == said
    assert bytes_.read("T1", "host", said, whole[:-1], 0) is None


def test_a_frame_that_says_something_else_than_its_sender_is_our_own_bug() -> None:
    world = corner_shop()
    cast = parties(world, {"cashier": "by-the-book", "cardholder": "reads-sms"})
    bytes_ = Wire(world, links(world), lambda address: cast[address])
    frame = bytes_.write("T1", "host", Send("host", sale()), 0, damaged=False)
    assert frame is not None
    with pytest.raises(AssertionError, match="changed by its bytes"):
        bytes_.read("T1", "host", msgspec.structs.replace(sale(), amount_fen=1), frame, 0)


def sale() -> FinancialRequest:
    keyed = SaleKeyed("victim", 12_800, "good-debit")
    key, mid = "90000001-000001-000017", "999000054110001"
    return FinancialRequest(keyed.about, key, mid, "sale", keyed.amount_fen, keyed.card)


def legs(played: Played) -> Iterator[tuple[str, str]]:
    for line, given in played.pairs:
        if type(line.given) is Garbled:
            yield line.party, given.kind


@pytest.mark.parametrize("bytes_", [False, True])
@pytest.mark.parametrize(("link", "kind"), [(("T1", "host"), "0200"), (("host", "T1"), "0210")])
def test_damage_is_told_in_the_history_as_damage(bytes_: bool, link: tuple[str, str], kind: str) -> None:
    damage = Injection("damage", Corruption(), links=(link,), match=Match(kind), nth=1)
    played = play(story(damage), keep=True, wire=bytes_)
    assert list(legs(played)) == [(link[1], kind)]
