"""Whatever comes on whatever topic: no service stops, all of it is counted, and a sale beside it goes as ever."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from brokers import Mosquitto

from poslab.messages.card import FinancialRequest
from poslab.messages.funding import TransferOrder
from poslab.party.contract import Input
from poslab.runtime.buses.bus import LARGEST_BYTES, Bus, Out
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.envelope import (
    COMMAND,
    LINES,
    PRESENCE,
    TEMPO,
    TOGETHER,
    VERSION,
    control_topic,
    message_topic,
    parcel_topic,
)
from poslab.runtime.live.inputs import encode
from poslab.runtime.live.service import Service
from scenarios.schema.load import load
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import conducted, service_of

WORLD = "corner-shop"
REQUEST = FinancialRequest("forged", "90000001-000001-000099", "999000054110001", "sale", 100, "good-debit")
ORDER = TransferOrder("", "x", "nonsense", "nobody", -5)


def envelope(
    message: Input | bytes, *, version: int = VERSION, line: int = 900_000, due: int = 0, more: tuple[object, ...] = ()
) -> bytes:
    told = message if isinstance(message, bytes) else encode(message)
    return msgspec.json.encode((version, line, 0, 0, 1, due, False, msgspec.Raw(told), *more))


def command(do: str, **more: object) -> bytes:
    return msgspec.json.encode({"number": 1, "do": do, **more})


def injection(**said: object) -> dict[str, object]:
    return {"id": "x", "fault": {"name": "Loss", "says": {}}, **said}


GARBAGE = (
    b"", b"{", b"\xff\xfe\x00", b"null", b"[]", b"[1,2,3]", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5_000,
    b'"' + b"x" * 100_000 + b'"', b"NaN", b'[["T1"]]',
)  # fmt: skip
ON_INBOX = (
    envelope(REQUEST, version=VERSION + 1),
    envelope(b'["NoSuchMessage","x"]'),
    envelope(b'["FinancialRequest"]'),
    envelope(b'["AnswerOverdue","x","y"]'),
    envelope(encode(REQUEST).replace(b"100", b"1" * 40)),
    envelope(REQUEST, due=1 << 61),
    envelope(REQUEST, due=1 << 70),
    envelope(REQUEST, line=10**40),
    b'[1,"x",0,0,1,0,false,null]',
)
ON_COMMANDS = (
    command("no-such-command"),
    command("tell", party="T9", given=["Started", ""]),
    command("tell", party="host", given=["NoSuchInput"]),
    command("tell", party="host", given=None, at=10**30),
    command("inject", given=injection()),
    command("inject", given=injection(links=[["T1", "nobody"]])),
    command("inject", given=injection(party="T1")),
    command("inject", given={"id": "x", "fault": {"name": [], "says": 3}}),
    command("inject", given={"id": "x", "fault": {"name": "Fact", "says": [1]}, "party": "host"}),
    command("inject", given={"id": "x", "fault": {"name": "Stop", "says": {}}, "links": [["T1", "host"]]}),
    command("begin", word="nothing"),
    command("again", given={"host": "x"}),
    command("behave", party="host", word="impatient"),
    b'{"number":' + b"1" * 50 + b',"do":"status"}',
)


def bad_outs(service: str) -> Iterator[Out]:
    """Everything bad that one service can be sent."""
    topics = [
        message_topic(WORLD, service, to, home, sender)
        for to in ("host", "T1", "issuer", "cashier", "nobody")
        for home, sender in (("terminal", "T1"), ("bank", "rail"), ("nowhere", "nobody"))
    ]
    topics += [parcel_topic(WORLD, service, "terminal"), control_topic(WORLD, COMMAND, service)]
    topics += [control_topic(WORLD, PRESENCE, "nobody"), control_topic(WORLD, PRESENCE, "bank-2")]
    for topic in topics:
        yield from (Out(topic, payload) for payload in GARBAGE)
    for topic in topics:
        if TOGETHER not in topic and "/_/" not in topic:
            yield from (Out(topic, payload) for payload in ON_INBOX)
    for payload in ON_INBOX:
        parcel = b'[["host","T1",' + payload + b"]]"
        yield Out(parcel_topic(WORLD, service, "terminal"), parcel)
    # A message in another's name: its sender sits elsewhere.
    yield Out(message_topic(WORLD, service, "host", "people", "T1"), envelope(REQUEST))
    yield Out(message_topic(WORLD, service, "issuer", "terminal", "switch"), envelope(REQUEST))
    yield from (Out(control_topic(WORLD, COMMAND, service), payload) for payload in ON_COMMANDS)


TEMPI = (b"", b"[1]", b"[0,0,-5,-1]", b"[99999999999999999999,0,0,-1]", b'["x",0,0,0]', b"[0,0,1e300,0]")


def services_on(exchange: Exchange) -> list[Service]:
    world = load("net-response-lost").world
    return [service_of(name, world, WORLD, exchange.bus(), MemoryJournal()) for name in SERVICES]


async def played_amid(throw: Callable[[Bus], Iterator[Out]]) -> tuple[Played, list[Service], Exchange]:
    """A lost answer, while somebody throws things at everybody."""
    exchange = Exchange()
    services = services_on(exchange)
    for service in services:
        await service.start()
    vandal = exchange.bus()
    await vandal.start()

    async def vandalise(conductor: Conductor) -> None:
        for n, out in enumerate(throw(vandal)):
            await vandal.publish([out])
            if not n % 50:
                await asyncio.sleep(0)

    try:
        judging = Judging(load("net-response-lost"), keep=True)
        played = await conducted(judging, exchange.bus(), WORLD, 60, vandalise)
    finally:
        for service in services:
            await service.stop()
    return played, services, exchange


def everything(vandal: Bus) -> Iterator[Out]:
    for service in SERVICES:
        yield from bad_outs(service)
        yield from (Out(control_topic(WORLD, LINES, service), payload) for payload in GARBAGE)
    yield from (Out(control_topic(WORLD, TEMPO), payload) for payload in TEMPI)


async def test_nothing_that_is_thrown_at_services_stops_them_or_changes_a_sale() -> None:
    played, services, _ = await played_amid(everything)
    end = played.result.purchases[0].end
    assert (end.truth, end.charged_net, end.credited) == ("M1", 0, 0)
    assert [check.id for check in played.result.invariants if check.verdict == "broken"] == []
    assert {service.name: service.failed for service in services} == dict.fromkeys(SERVICES, "")
    for service in services:
        thrown = len(list(bad_outs(service.name)))
        assert service.status(1).refused > thrown // 2, service.name
        assert service.status(1, full=True).full is not None
    assert not any(given.about == "forged" for _, given in played.pairs)


async def test_what_was_heard_is_not_heard_again() -> None:
    """Every message between services, said once more word for word by somebody who listened."""
    heard: list[Out] = []
    exchange = Exchange()
    services = services_on(exchange)
    for service in services:
        await service.start()
    vandal = exchange.bus()
    await vandal.start()
    await vandal.subscribe(f"poslab/{WORLD}/+/+/+/+", lambda topic, payload: heard.append(Out(topic, payload)))

    async def echo(conductor: Conductor) -> None:
        for _ in range(100):
            said, heard[:] = list(heard), []
            await vandal.publish([out for out in said for _ in range(2)])
            await asyncio.sleep(0.005)
            heard.clear()  # its own echo

    try:
        played = await conducted(Judging(load("net-response-lost"), keep=True), exchange.bus(), WORLD, 60, echo)
    finally:
        for service in services:
            await service.stop()
    assert played.result.purchases[0].end.truth == "M1"
    assert [check.id for check in played.result.invariants if check.verdict == "broken"] == []


async def test_nonsense_in_good_form_stops_nobody_and_is_told() -> None:
    """From its rightful sender, and nothing that a rail can do anything with."""
    exchange = Exchange()
    services = services_on(exchange)
    for service in services:
        await service.start()
    acquirer = exchange.bus()
    await acquirer.start()
    bank = next(service for service in services if service.name == "bank")
    topic = message_topic(WORLD, "bank", "rail", "acquirer", "switch")
    await acquirer.publish([Out(topic, envelope(ORDER))])
    async with asyncio.timeout(300):
        while not bank.status(1).raised:
            await asyncio.sleep(0.01)
    full = bank.status(1, full=True).full
    assert not bank.failed and full is not None and "switch->rail" in full.refused_last
    bank.kill()
    again = service_of("bank", load("net-response-lost").world, WORLD, exchange.bus(), bank.journal)
    await again.start()
    assert not again.failed and again.status(1).raised == 1, "nor does it after a restart"
    for service in (again, *(other for other in services if other is not bank)):
        await service.stop()


async def test_what_is_too_large_is_counted(program: Callable[[str], Path], tmp_path: Path) -> None:
    import aiomqtt

    broker = Mosquitto(program("mosquitto"), tmp_path)
    broker.start()
    world = load("net-response-lost").world
    service = service_of("bank", world, WORLD, MqttBus(broker_at(broker.url), f"{WORLD}-bank"), MemoryJournal())
    try:
        await service.start()
        async with aiomqtt.Client("127.0.0.1", broker.port) as vandal:
            topic = message_topic(WORLD, "bank", "rail", "acquirer", "host")
            await vandal.publish(topic, b"x" * (LARGEST_BYTES + 1), qos=1)
            async with asyncio.timeout(300):
                while not service.status(1).refused:
                    await asyncio.sleep(0.01)
        assert not service.failed
        await service.stop()
    finally:
        broker.kill()
