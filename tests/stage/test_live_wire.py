"""Live worlds in which the card leg is bytes: what is heard is read from the bytes alone, and is what was said."""

import asyncio

import msgspec
import pytest
from bent import story

from poslab.faults.corruption import Corruption
from poslab.faults.injection import Injection, Match
from poslab.history.line import Garbled
from poslab.history.reading import decoded_effects, decoded_input
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.mapping import messages_of
from poslab.party.contract import Send
from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.envelope import LINES, Envelope, Posted, Said, control_topic, inbox_of, message_topic
from poslab.world.presets import gateway_shop
from scenarios.schema.load import load
from scenarios.schema.story import Scenario
from scenarios.stage.casting import links, parties
from scenarios.stage.comparing import differences
from scenarios.stage.homes import SERVICES
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import conducted, play_live, service_of
from scenarios.stage.play import play
from scenarios.stage.wire import Wire

CARD_LEG = {("T1", "host"), ("host", "T1"), ("switch", "issuer"), ("issuer", "switch")}
"""Of the links between services."""


def overheard(scenario: Scenario) -> tuple[Played, list[Posted], list[Said]]:
    """As fast as this machine can, by the margin rule."""
    for speed in (15, 5):
        heard = asyncio.run(overheard_at(scenario, speed))
        if not heard[0].slower:
            return heard
    return asyncio.run(overheard_at(scenario, 1))


async def overheard_at(scenario: Scenario, speed: int) -> tuple[Played, list[Posted], list[Said]]:
    judging, exchange = Judging(scenario, keep=True), Exchange()
    passed: list[Posted] = []
    said: list[Said] = []

    def on_message(topic: str, payload: bytes) -> None:
        *_, to, _, sender = topic.split("/")
        if to == "_":
            passed.extend(msgspec.json.decode(payload, type=list[Posted]))
        else:
            passed.append(Posted(to, sender, msgspec.json.decode(payload, type=Envelope)))

    ear = exchange.bus()
    await ear.start()
    for name in SERVICES:
        await ear.subscribe(inbox_of("w", name), on_message)
    await ear.subscribe(
        control_topic("w", LINES, "+"), lambda _, lines: said.extend(msgspec.json.decode(lines, type=list[Said]))
    )
    services = [service_of(name, scenario.world, "w", exchange.bus(), MemoryJournal(), wire=True) for name in SERVICES]
    for service in services:
        await service.start()
    try:
        return await conducted(judging, exchange.bus(), "w", speed), passed, said
    finally:
        for service in services:
            await service.stop()


@pytest.mark.parametrize("name", ["net-response-lost/plain", "field-offline-queue-resends"])
def test_the_card_leg_is_bytes_and_is_read_as_it_was_said(name: str) -> None:
    _, passed, said = overheard(load(name))
    card_leg = [one for one in passed if (one.sender, one.to) in CARD_LEG]
    framed = [one for one in card_leg if one.envelope.frame]
    assert framed and all(bytes(one.envelope.message) == b"null" for one in framed)
    in_json = {msgspec.json.decode(one.envelope.message)[0] for one in card_leg if not one.envelope.frame}
    spoken = {kind.__name__ for kind in messages_of(TERMINAL) + messages_of(NETWORK)}
    assert not in_json & spoken
    assert not any(one.envelope.frame for one in passed if one.to.startswith("cashier"))
    lines = {(line.party, line.n): line for line in said}
    compared = 0
    for line in said:
        if line.heard is None or line.heard[0] == "stage":
            continue
        sender, n, index, *_ = line.heard
        effect = decoded_effects(bytes(lines[sender, n].effects))[index]
        assert type(effect) is Send
        assert decoded_input(bytes(line.given)) == effect.message
        compared += 1
    assert compared > len(framed)


@pytest.mark.parametrize(("link", "kind"), [(("T1", "host"), "0200"), (("host", "T1"), "0210")])
def test_damage_really_fails_its_mac(link: tuple[str, str], kind: str) -> None:
    scenario = story(Injection("damage", Corruption(), links=(link,), match=Match(kind), nth=1))
    played, passed, said = overheard(scenario)
    assert [(line.party, given.kind) for line, given in played.pairs if type(line.given) is Garbled] == [
        (link[1], kind)
    ]
    assert differences(played, play(scenario)) == []
    (damaged,) = [line for line in said if line.heard is not None and line.heard[4]]
    assert damaged.party == link[1]
    cast = parties(scenario.world, {"cashier": "by-the-book", "cardholder": "reads-sms"})
    wire = Wire(scenario.world, links(scenario.world), lambda address: cast[address])
    frames = [one.envelope.frame for one in passed if (one.sender, one.to) == link and one.envelope.garbled]
    read = wire.hear(*link, "victim", frames[0], scenario.begins)
    assert read is not None and getattr(read, "mac", 1) == 0


def test_other_keys_are_told_in_the_history_as_in_virtual_time() -> None:
    scenario = load("term-keys-out-of-step/request")
    live, virtual = play_live(scenario, keep=True, wire=True, speed=15), play(scenario, keep=True, wire=True)
    assert differences(live, virtual) == []
    for played in (live, virtual):
        assert [line.party for line, _ in played.pairs if type(line.given) is Garbled][:1] == ["host"]


def test_a_platform_passes_on_what_its_terminals_keys_sealed() -> None:
    scenario = load("net-response-lost", world="gateway-shop")
    assert scenario.world.platform == gateway_shop().platform
    assert differences(play_live(scenario, wire=True, speed=15), play(scenario, wire=True)) == []


def test_bytes_that_are_no_message_and_bytes_where_none_are_spoken_are_refused() -> None:
    async def refusals() -> list[int]:
        world, exchange = load("net-response-lost").world, Exchange()
        bus = exchange.bus()
        await bus.start()
        counted = []
        for wire in (True, False):
            service = service_of("acquirer", world, "w", exchange.bus(), MemoryJournal(), wire=wire)
            await service.start()
            envelope = Envelope(1, 1, 0, 0, 1, 0, False, msgspec.Raw(b"null"), "victim", b"no frame at all")
            topic = message_topic("w", "acquirer", "host", "terminal", "T1")
            await bus.publish([_out(topic, envelope)])
            await asyncio.sleep(0.1)
            counted.append(service.status(1).refused)
            await service.stop()
        return counted

    assert asyncio.run(refusals()) == [1, 1]


def _out(topic: str, envelope: Envelope) -> Out:
    return Out(topic, msgspec.json.encode(envelope))
