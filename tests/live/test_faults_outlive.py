"""What is wrong with a world outlives the process in which it strikes: neither forgotten, nor done a second time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from brokers import Mosquitto

from poslab.faults.broker import EVERYTHING, BrokerRedelivery, BrokerRestart
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import Stop
from poslab.history.truth import Band
from poslab.party.facts import Started
from poslab.party.time import HOUR, MINUTE, SECOND, Instant, midnight
from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.memory import Exchange, MemoryBus
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live import lasting
from poslab.runtime.live.broker_seat import NAME as BROKER
from poslab.runtime.live.broker_seat import BrokerSeat
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.service import Service
from poslab.world.presets import corner_shop
from scenarios.schema.live import customer_said, injection_said
from scenarios.stage.asking import Asker
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import ACQUIRER, PEOPLE, SERVICES, homes
from scenarios.stage.live import service_of
from scenarios.stage.looking import Looker

WORLD = corner_shop()
OPENS = midnight(WORLD.calendar.first_day) + 9 * HOUR
SPEED_MILLI = 60_000


class Shop:
    """A shop on a bus in memory. Whoever conducts it is told of no fault: nobody tells services of it a second time."""

    def __init__(self) -> None:
        self._exchange = Exchange()
        self._journals = {name: MemoryJournal() for name in SERVICES}
        self._services: dict[str, tuple[Service, MemoryBus]] = {}
        self._conductor = Conductor(self._exchange.bus(), WORLD.name, SERVICES, WorldClock(), SPEED_MILLI)
        self.looker = Looker(self._exchange.bus(), WORLD.name)
        self.at: Instant = OPENS
        self.recovered = ""

    async def __aenter__(self) -> Self:
        for name in SERVICES:
            await self._begin(name)
        await self._conductor.start(OPENS)
        for address, home in homes(WORLD).items():
            await self._conductor.tell(home, address, Started(), OPENS)
        self.looker.world = WORLD
        await self.looker.join()
        await self.looker.keep_time()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for service, _ in self._services.values():
            await service.stop()
        await self._conductor.close()
        await self.looker.close()

    async def _begin(self, name: str) -> None:
        bus = self._exchange.bus()
        service = service_of(name, WORLD, WORLD.name, bus, self._journals[name])
        self._services[name] = service, bus
        self.recovered = await service.start()

    async def die_and_come_back(self, *names: str) -> None:
        """Killed at once, and started again on what they had kept."""
        for name in names:
            service, bus = self._services[name]
            service.kill()
            bus.cut_off()
        for name in names:
            await self._begin(name)

    async def inject(self, said: str) -> None:
        known = {fault: fault for fault in await self.faults()}
        await self.looker.inject(injection_said(said, WORLD, self.at, known), "1")

    async def faults(self) -> dict[str, tuple[str, int]]:
        """Fault → how it stands, how often it has struck."""
        found: dict[str, tuple[str, int]] = {}
        for status in await self.looker.everybody("status", word="full"):
            assert status.full is not None
            for fault in status.full.faults:
                state, struck = found.get(fault.id, (fault.state, 0))
                found[fault.id] = state, struck + fault.struck
        return found

    async def bands(self) -> list[Band]:
        """From when to when which fault was in force, as every service tells it."""
        return [
            band for status in await self.looker.statuses() if status.truth is not None for band in status.truth.bands
        ]

    async def closed(self) -> set[str]:
        """Links on which nothing gets through."""
        standing = await self.looker.everybody("status", word="full")
        return {link for status in standing if status.full is not None for link in status.full.closed}

    async def parties(self) -> dict[str, str]:
        standing = await self.looker.everybody("status", word="full")
        return {
            each: word for status in standing if status.full is not None for each, word in status.full.parties.items()
        }

    async def sale(self, order: str) -> bool:
        """Whether a customer's slip says that it was approved, two minutes later."""
        bought = customer_said(order, "T1", "12.00", "good-debit", "chip", "right", WORLD, self.at)
        await self._conductor.tell(PEOPLE, bought.cashier, bought.given, self.at)
        await self.passes(2 * MINUTE)
        lines = await self._said_of(order)
        return '"approved"' in lines

    async def passes(self, length: int) -> None:
        self.at += length
        await self._conductor.quiet(self.at)

    async def known_to_host(self) -> set[str]:
        """Orders of which the host's store says something."""
        acquirer, _ = self._services[ACQUIRER]
        store = acquirer.floor.seats["host"].party.snapshot()
        return {order for order in ("soup", "noodles") if order.encode() in store}

    def told(self, service: str, kind: str) -> int:
        """How many inputs of a kind a service's parties were told."""
        lines = self._services[service][0].lines.recent.since({})
        return sum(bytes(line.given).startswith(f'["{kind}"'.encode()) for line in lines)

    async def _said_of(self, order: str) -> str:
        terminal, _ = self._services["terminal"]
        said = [bytes(line.effects).decode() for line in terminal.lines.recent.since({})]
        return "\n".join(line for line in said if f'"{order}"' in line)


@asynccontextmanager
async def a_shop() -> AsyncIterator[Shop]:
    async with Shop() as shop:
        yield shop


LOST = '{fault: loss, id: lost, link: "host->T1", match: {kind: "0210"}, nth: %d}'


async def test_the_first_answer_is_lost_and_not_the_first_one_after_a_kill_as_well() -> None:
    async with a_shop() as shop:
        await shop.inject(LOST % 1)
        assert not await shop.sale("first")
        await shop.die_and_come_back("acquirer")
        assert "in force" not in shop.recovered, "it can never strike again"
        assert await shop.faults() == {"lost": ("used-up", 1)}
        assert await shop.sale("second")
        assert await shop.faults() == {"lost": ("used-up", 1)}


async def test_its_band_ends_with_its_strike_also_after_a_kill() -> None:
    async with a_shop() as shop:
        await shop.inject(LOST % 1)
        assert not await shop.sale("first")
        (before,) = await shop.bands()
        assert before.start < (before.end or 0) < shop.at
        await shop.die_and_come_back("acquirer")
        assert await shop.sale("second")
        assert await shop.bands() == [before]


async def test_the_second_answer_is_lost_and_the_first_one_was_before_the_kill() -> None:
    async with a_shop() as shop:
        await shop.inject(LOST % 2)
        assert await shop.sale("first")
        await shop.die_and_come_back("acquirer")
        assert shop.recovered.endswith("; faults in force again: lost")
        assert not await shop.sale("second")
        assert await shop.faults() == {"lost": ("used-up", 1)}


async def test_a_line_that_is_cut_stays_cut_and_a_healed_one_stays_healed() -> None:
    async with a_shop() as shop:
        await shop.inject('{fault: partition, id: cut, link: "T1<->host"}')
        assert await shop.closed() == {"T1->host", "host->T1"}
        await shop.die_and_come_back(*SERVICES)
        assert await shop.closed() == {"T1->host", "host->T1"}
        assert not await shop.sale("nobody-hears-it")
        await shop.looker.everybody("end", word="cut")
        await shop.die_and_come_back(*SERVICES)
        assert await shop.closed() == set()
        assert (await shop.faults())["cut"][0] == "over"
        await shop.passes(10 * MINUTE)
        assert await shop.sale("everybody-hears-it")


async def test_one_that_lasts_ends_when_it_would_have_ended() -> None:
    async with a_shop() as shop:
        await shop.inject('{fault: partition, id: cut, link: "T1<->host", for: 10m}')
        await shop.passes(8 * MINUTE)
        await shop.die_and_come_back("acquirer", "terminal")
        assert await shop.closed() == {"T1->host", "host->T1"}
        await shop.passes(3 * MINUTE)
        assert await shop.closed() == set()
        assert (await shop.faults())["cut"][0] == "over"


@pytest.mark.parametrize(("fault", "word"), [("stop", "down"), ("pause", "paused")])
async def test_who_was_down_or_stood_still_does_so_again(fault: str, word: str) -> None:
    async with a_shop() as shop:
        await shop.inject(f"{{fault: {fault}, id: away, process: issuer}}")
        assert (await shop.parties())["issuer"] == word
        await shop.die_and_come_back("bank")
        assert (await shop.parties())["issuer"] == word
        assert not await shop.sale("nobody-decides")
        await shop.looker.everybody("heal")
        assert (await shop.parties())["issuer"] == "up"
        await shop.passes(10 * MINUTE)
        assert await shop.sale("somebody-decides")


async def test_one_that_waits_goes_on_waiting() -> None:
    async with a_shop() as shop:
        await shop.inject('{fault: partition, id: later, link: "T1<->host", at: "+10m"}')
        await shop.inject("{fault: stop, id: word, process: rail, on: {word: reversal-stored}}")
        waits = {"later": ("waits", 0), "word": ("waits", 0)}
        assert await shop.faults() == waits
        await shop.die_and_come_back(*SERVICES)
        assert await shop.faults() == waits
        await shop.passes(9 * MINUTE)
        assert await shop.closed() == set()
        await shop.passes(2 * MINUTE)
        assert await shop.closed() == {"T1->host", "host->T1"}


async def test_one_that_follows_another_begins_when_that_one_strikes_after_the_kill() -> None:
    async with a_shop() as shop:
        both = [
            Injection("lost", Loss(), links=(("host", "T1"),), match=Match("0210"), nth=1),
            Injection("soon", Stop(), party="host", after="lost"),
            Injection("later", Stop(), party="switch", after="lost", start=OPENS + 20 * MINUTE),
        ]
        for injection in both:
            await shop.looker.inject(injection)
        await shop.die_and_come_back("acquirer")
        assert not await shop.sale("first")
        assert (await shop.faults())["soon"] == ("in-force", 1)
        assert (await shop.faults())["later"] == ("waits", 0)
        await shop.die_and_come_back("acquirer")
        assert {(await shop.parties())[each] for each in ("host", "switch")} == {"down", "up"}
        await shop.passes(20 * MINUTE)
        assert {(await shop.parties())[each] for each in ("host", "switch")} == {"down"}


async def test_an_old_copy_of_a_store_is_of_when_the_fault_began_and_not_of_the_restart() -> None:
    async with a_shop() as shop:
        assert await shop.sale("soup")
        await shop.inject("{fault: store-old-copy, id: old, process: host, for: 1h, down_for: 1m}")
        assert await shop.sale("noodles")
        await shop.die_and_come_back("acquirer")
        assert await shop.faults() == {"old": ("in-force", 0)}
        assert {"soup", "noodles"} <= await shop.known_to_host()
        await shop.passes(HOUR)
        assert await shop.faults() == {"old": ("over", 1)}
        assert "noodles" not in await shop.known_to_host() and "soup" in await shop.known_to_host()
        await shop.die_and_come_back("acquirer")
        assert "noodles" not in await shop.known_to_host(), "and it is the state of a later restart, too"


async def test_what_befell_somebody_is_not_told_again_and_is_undone_all_the_same() -> None:
    async with a_shop() as shop:
        await shop.inject("{fault: account-frozen, id: frozen, for: 1h}")
        await shop.passes(MINUTE)
        assert shop.told("bank", "AccountSet") == 1
        await shop.die_and_come_back("bank")
        await shop.passes(MINUTE)
        assert (await shop.faults(), shop.told("bank", "AccountSet")) == ({"frozen": ("in-force", 1)}, 1)
        await shop.passes(HOUR)
        assert (await shop.faults(), shop.told("bank", "AccountSet")) == ({"frozen": ("over", 1)}, 2)


async def test_strikes_of_a_fault_that_lasts_for_ever_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "STRIKES", 3)
    async with a_shop() as shop:
        await shop.inject('{fault: delay, id: slow, link: "T1->host", by: 1s}')
        for order in "abcdefg":
            assert await shop.sale(order)
        (told,) = [status.truth for status in await shop.looker.statuses() if status.service == "terminal"]
        assert told is not None and 3 <= len(told.strikes) < 6 and not told.never_struck
        assert await shop.faults() == {"slow": ("in-force", 7)}


async def a_broker(kept: bytes, at: Instant, account: list[bytes]) -> tuple[Exchange, BrokerSeat, Asker]:
    """A broker in memory, in a process of its own, whose clock shows ``at`` and goes on."""
    exchange = Exchange()
    seat = BrokerSeat(exchange, exchange.bus(BROKER), WORLD.name, kept=kept, keep=account.append)
    asker = Asker(exchange.bus(), WORLD.name, (BROKER,), WorldClock())
    await asker.join()
    await asker.set_tempo(at, SPEED_MILLI)
    await seat.start()
    return exchange, seat, asker


async def broker_faults(asker: Asker) -> dict[str, tuple[str, int]]:
    (status,) = await asker.everybody("status", word="full")
    assert status.full is not None
    return {fault.id: (fault.state, fault.struck) for fault in status.full.faults}


async def test_a_broker_in_memory_goes_on_failing_for_as_long_as_it_was_to() -> None:
    account: list[bytes] = []
    _, _, asker = await a_broker(b"", OPENS, account)
    await asker.inject(Injection("twice", BrokerRedelivery(), lasts=HOUR))
    await asker.inject(Injection("away", BrokerRestart(EVERYTHING), start=OPENS + 2 * HOUR, lasts=MINUTE))
    await asker.inject(Injection("over", BrokerRedelivery(), lasts=HOUR))
    await asker.everybody("end", word="over")
    exchange, _, asker = await a_broker(account[-1], OPENS + HOUR - 15 * SECOND, account)
    assert await broker_faults(asker) == {"twice": ("in-force", 1), "away": ("waits", 0), "over": ("over", 1)}
    heard: list[bytes] = []
    bus = exchange.bus()
    await bus.start()
    await bus.subscribe("t", lambda topic, payload: heard.append(payload))
    await bus.publish([Out("t", b"1")])
    async with asyncio.timeout(300):
        while (await broker_faults(asker))["twice"] != ("over", 1):
            await asyncio.sleep(0.01)
    await bus.publish([Out("t", b"2")])
    await asyncio.sleep(0)
    assert heard == [b"1", b"1", b"2"]


async def test_a_broker_that_leaves_in_good_order_is_whole_and_what_it_leaves_says_what_was_wrong() -> None:
    account: list[bytes] = []
    exchange, seat, asker = await a_broker(b"", OPENS, account)
    bus = exchange.bus()
    await bus.start()
    asked = asyncio.create_task(asker.inject(Injection("away", BrokerRestart(EVERYTHING), lasts=HOUR)))
    while bus.connection.up:
        await asyncio.sleep(0)
    (before,) = seat.truth().bands
    await seat.stop()
    assert bus.connection.up
    _, seat, _ = await a_broker(account[-1], OPENS + MINUTE, account)
    while not seat.truth().bands:
        await asyncio.sleep(0)
    assert seat.truth().bands == (before,)
    asked.cancel()


async def test_what_a_service_suffers_at_its_end_of_a_broker_it_suffers_again(
    program: Callable[[str], Path], tmp_path: Path
) -> None:
    broker = Mosquitto(program("mosquitto"), tmp_path)
    broker.start()
    at, journal = broker_at(broker.url), MemoryJournal()
    asker = Asker(MqttBus(at, "look"), "w", (ACQUIRER,), WorldClock())
    await asker.join()
    await asker.set_tempo(OPENS, SPEED_MILLI)
    for killed in (False, True):
        bus = MqttBus(at, "acquirer")
        service = service_of(ACQUIRER, WORLD, "w", bus, journal)
        await service.start()
        if not killed:
            await asker.inject(Injection("twice", BrokerRedelivery(), lasts=HOUR))
        (status,) = await asker.everybody("status", word="full")
        assert status.full is not None
        assert [(fault.id, fault.where, fault.state) for fault in status.full.faults] == [
            ("twice", "broker", "in-force")
        ]
        assert bus.edge.times == 2
        service.kill()
        await bus.close()
    await asker.close()
    broker.kill()
