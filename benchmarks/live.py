"""Healthy sales live, every service with a durable journal, beside the bare echo of as many hops on the same bus.

A sale passes the bus seven times (cashier, terminal, host, issuer, and back; the SMS); four more hops stay within a
service. The echo hands a payload of a message's size round as often between four members that keep and decide nothing.
The delays of the world are none, and so many sales are under way at once as there are terminals; each next one begins
when a slip is in the cashier's hand. Journals are SQLite files with a full sync at every commit. The lines of the
history are published; nobody judges them here. Over Mosquitto the card leg is ISO 8583 bytes, as it is by default.
"""

import asyncio
import gc
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import msgspec
from msgspec import Struct

from poslab.messages.people import CustomerAtTill
from poslab.party.facts import Started
from poslab.party.time import DAY, HOUR, Instant, midnight
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from poslab.runtime.journals.sqlite import SqliteJournal
from poslab.runtime.live import keeping
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.envelope import LINES, TEMPO, Said, control_topic
from poslab.runtime.live.service import Service
from poslab.world.presets import market
from poslab.world.world import World
from scenarios.stage.homes import ACQUIRER, PEOPLE, SERVICES, homes
from scenarios.stage.live import service_of

HOPS: Final = 7
"""So often a healthy sale passes the bus."""
PENDING: Final = 50
RESTART_INPUTS: Final = 100_000
_TILLS = 10
"""In the long run: what services keep of each party is full after two days of it."""
_CARDS = ("good-debit", "good-credit")
_NIGHT_SPEED_MILLI = 20_000_000
_MOSQUITTO = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")

Buses = Callable[[str], Bus]
"""A member's way to one bus, by the member's name."""


class Took(Struct):
    """What a run took. ``waits_s`` are the sales' own, from the customer to the slip, in order; ``processor_s`` is what
    this process spent of the processor, threads and system calls and all.
    """

    sales: int
    seconds: float
    waits_s: list[float]
    processor_s: float = 0.0

    @property
    def rate(self) -> float:
        """Sales a second."""
        return self.sales / self.seconds

    def wait_ms(self, percent: int) -> float:
        """So many of a hundred sales took no longer."""
        return sorted(self.waits_s)[(len(self.waits_s) - 1) * percent // 100] * 1_000


def world_of(terminals: int) -> World:
    """A market without delays."""
    world = market(terminals)
    quick = tuple(msgspec.structs.replace(terminal, print_us=0) for terminal in world.terminals)
    return msgspec.structs.replace(world, terminals=quick, terminal_link_us=0, trunk_us=0, sms_us=0)


class Market:
    """A live world of one process, and the customers in it."""

    def __init__(self, buses: Buses, folder: Path, terminals: int = PENDING, *, wire: bool = False) -> None:
        self.world = world_of(terminals)
        self._called = f"bench-{time.time_ns()}"
        self._bus = buses(f"{self._called}-customers")
        self._clock = WorldClock()
        self._folder = folder
        self._wire = wire
        self.services = {name: self.service(name, buses(f"{self._called}-{name}")) for name in SERVICES}
        self._number = 0
        self._left = 0
        self._began: dict[str, float] = {}
        self._waits: list[float] = []
        self._done = asyncio.Event()

    def service(self, name: str, bus: Bus) -> Service:
        """A service on its journal in the folder, as it was or new."""
        journal = SqliteJournal(self._folder / f"{name}.sqlite", name, self._called)
        return service_of(name, self.world, self._called, bus, journal, wire=self._wire)

    async def open(self) -> None:
        """Begin the first day at eight."""
        for service in self.services.values():
            await service.start()
        await self._bus.start()
        await self._bus.subscribe(control_topic(self._called, LINES, PEOPLE), self._on_lines)
        await self._run_clock(midnight(self.world.calendar.first_day), 0)
        for address, home in homes(self.world).items():
            floor = self.services[home].floor
            floor.befall(floor.seats[address], Started())
        await self._run_clock(midnight(self.world.calendar.first_day) + 8 * HOUR, 1_000)
        await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Stop."""
        await self._bus.close()
        for service in self.services.values():
            if service.failed:
                raise RuntimeError(f"the service {service.name} failed: {service.failed}")
            await service.stop()

    async def die(self) -> None:
        """As if killed: no snapshot is kept."""
        for service in self.services.values():
            service.kill()
            await service.journal.close()
        await self._bus.close()

    async def serve(self, sales: int) -> Took:
        """So many sales, one at a time at each till."""
        self._left, self._waits = sales, []
        self._done.clear()
        began, worked = time.perf_counter(), time.process_time()
        for terminal in self.world.terminals:
            self._next(terminal.address, terminal.cashier)
        await asyncio.wait_for(self._done.wait(), 60 + sales / 10)
        return Took(sales, time.perf_counter() - began, self._waits, time.process_time() - worked)

    async def night(self) -> None:
        """Let the clock run to the next morning, with all that a night brings."""
        day = self._clock.now() // DAY
        first = midnight(self.world.calendar.first_day) % DAY
        morning: Instant = (day + 1) * DAY + first + 8 * HOUR
        while morning - self._clock.now() > DAY:
            morning -= DAY
        await self._run_clock(self._clock.now(), _NIGHT_SPEED_MILLI, morning)
        while self._clock.now() < morning:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        await self._run_clock(morning, 1_000)

    async def _run_clock(self, at: Instant, speed_milli: int, limit: Instant = -1) -> None:
        tempo = self._clock.changed(world_at=at, speed_milli=speed_milli, limit=limit)
        self._clock.set(tempo)
        await self._bus.publish([Out(control_topic(self._called, TEMPO), msgspec.json.encode(tempo), keep=True)])
        await asyncio.sleep(0.1)

    def _next(self, till: str, cashier: str) -> None:
        if not self._left:
            return
        self._left -= 1
        self._number += 1
        order = f"o{self._number}"
        amount_fen = 1_000 + self._number * 7 % 50_000
        self._began[order] = time.perf_counter()
        floor = self.services[PEOPLE].floor
        floor.befall(floor.seats[cashier], CustomerAtTill(order, till, amount_fen, _CARDS[self._number & 1]))

    def _on_lines(self, topic: str, payload: bytes) -> None:
        for line in _LINES.decode(payload):
            if not line.party.startswith("cashier"):
                continue
            kind, order, *more = msgspec.json.decode(line.given)
            if kind == "Slip" and order in self._began:
                till = more[0]
                self._waits.append(time.perf_counter() - self._began.pop(order))
                self._next(till, line.party)
        if not self._left and not self._began:
            self._done.set()


_LINES = msgspec.json.Decoder(list[Said])


class _Member:
    """Hands everything it hears to the next one."""

    def __init__(self, bus: Bus, hears: str, next_topic: str, gone_round: Callable[[bytes], bytes | None]) -> None:
        self._bus = bus
        self._hears = hears
        self._next = next_topic
        self._gone_round = gone_round
        self._waiting: deque[bytes] = deque()
        self._stir = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._bus.start()
        await self._bus.subscribe(self._hears, self._heard)
        self._task = asyncio.create_task(self._say())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        await self._bus.close()

    def put(self, payload: bytes) -> None:
        self._waiting.append(payload)
        self._stir.set()

    def _heard(self, topic: str, payload: bytes) -> None:
        going_on = self._gone_round(payload)
        if going_on is not None:
            self.put(going_on)

    async def _say(self) -> None:
        while True:
            self._stir.clear()
            if self._waiting:
                outs = [Out(self._next, payload) for payload in self._waiting]
                self._waiting.clear()
                await self._bus.publish(outs)
            else:
                await self._stir.wait()


async def echo(buses: Buses, sales: int, pending: int = PENDING) -> Took:
    """As many hops as so many sales have, of 240 bytes each, between four members."""
    called = f"echo-{time.time_ns()}"
    left, done, waits = sales, asyncio.Event(), []
    began_at: dict[int, float] = {}
    filling = b"x" * 220

    def fresh() -> bytes:
        nonlocal left
        left -= 1
        began_at[left] = time.perf_counter()
        return b"%010d%03d" % (left, HOPS) + filling

    def gone_round(payload: bytes) -> bytes | None:
        number, hops = int(payload[:10]), int(payload[10:13]) - 1
        if hops:
            return b"%010d%03d" % (number, hops) + payload[13:]
        waits.append(time.perf_counter() - began_at.pop(number))
        if left:
            return fresh()
        if not began_at:
            done.set()
        return None

    members = [
        _Member(buses(f"{called}-{n}"), f"{called}/{n}", f"{called}/{(n + 1) % 4}", gone_round) for n in range(4)
    ]
    for member in members:
        await member.start()
    began = time.perf_counter()
    for _ in range(min(pending, sales)):
        members[0].put(fresh())
    await asyncio.wait_for(done.wait(), 60 + sales / 10)
    seconds = time.perf_counter() - began
    for member in members:
        await member.close()
    return Took(sales, seconds, waits)


async def _live(buses: Buses, sales: int, *, wire: bool) -> Took:
    with tempfile.TemporaryDirectory(prefix="poslab-bench-") as folder:
        open_market = Market(buses, Path(folder), wire=wire)
        await open_market.open()
        try:
            await open_market.serve(PENDING)  # the first ones warm up
            return await open_market.serve(sales)
        finally:
            await open_market.close()


async def _contest(buses: Callable[[], Buses], sales: int, rounds: int, *, wire: bool = False) -> dict[str, list[Took]]:
    taken: dict[str, list[Took]] = {"live": [], "echo": []}
    for number in range(rounds + 1):
        gc.collect()
        one = await _live(buses(), sales, wire=wire), await echo(buses(), sales)
        if number:  # the first round only warms up
            taken["live"].append(one[0])
            taken["echo"].append(one[1])
    return taken


async def _growth(days: int, sales: int) -> tuple[list[Took], list[float], list[int]]:
    """What each day took, and at its end resident MiB and the blocks that Python has in use, over the memory bus."""
    taken: list[Took] = []
    sizes: list[float] = []
    blocks: list[int] = []
    with tempfile.TemporaryDirectory(prefix="poslab-bench-") as folder:
        exchange = Exchange()
        open_market = Market(lambda name: exchange.bus(), Path(folder), _TILLS)
        await open_market.open()
        for _ in range(days):
            taken.append(await open_market.serve(sales))
            await open_market.night()
            gc.collect()
            sizes.append(_rss_mib())
            blocks.append(sys.getallocatedblocks())
        await open_market.close()
    return taken, sizes, blocks


async def _restart(inputs: int) -> tuple[float, float]:
    """How long the acquirer, which hears most, takes to serve again after so many inputs since its last snapshot: in
    seconds, and in seconds of the processor."""
    with tempfile.TemporaryDirectory(prefix="poslab-bench-") as named:
        folder, exchange = Path(named), Exchange()
        with patch.object(keeping, "SNAPSHOT_EVERY", inputs * 10):
            open_market = Market(lambda name: exchange.bus(), folder)
            await open_market.open()
            acquirer = open_market.services[ACQUIRER]
            while acquirer.progress.seq < inputs:
                await open_market.serve(1_000)
            await open_market.die()
        with closing(sqlite3.connect(folder / f"{ACQUIRER}.sqlite", isolation_level=None)) as journal:
            journal.execute("DELETE FROM record WHERE seq > ?", (inputs,))
        exchange = Exchange()
        again = open_market.service(ACQUIRER, exchange.bus())
        gc.collect()
        began, worked = time.perf_counter(), time.process_time()
        told = await again.start()
        took = time.perf_counter() - began, time.process_time() - worked
        if not told.startswith(f"recovered: {inputs} inputs replayed"):
            raise RuntimeError(told)
        await asyncio.sleep(0)
        again.kill()
        await again.journal.close()
    return took


def figures(sales: int, rounds: int, long: int) -> dict[str, dict[str, Any]]:
    """Rows for the table. What needs Mosquitto is left out where there is none."""
    rows: dict[str, dict[str, Any]] = {}

    def add(name: str, taken: dict[str, list[Took]]) -> None:
        ratios = [live.rate / bare.rate for live, bare in zip(taken["live"], taken["echo"], strict=True)]
        rows[name] = {
            "ours": statistics.median(took.rate for took in taken["live"]),
            "baseline": statistics.median(took.rate for took in taken["echo"]),
            "ratio": statistics.median(ratios), "unit": "sales/s", "hops": HOPS, "pending": PENDING,
        }  # fmt: skip
        for percent in (50, 99):
            ours = statistics.median(took.wait_ms(percent) for took in taken["live"])
            bare = statistics.median(took.wait_ms(percent) for took in taken["echo"])
            rows[f"{name}_p{percent}"] = {"ours": ours, "baseline": bare, "ratio": ours / bare, "unit": "ms"}

    def in_memory() -> Buses:
        exchange = Exchange()
        return lambda name: exchange.bus()

    add("live_memory_vs_echo", asyncio.run(_contest(in_memory, sales, rounds)))
    with mosquitto() as url:
        if url:
            broker = broker_at(url)
            over = asyncio.run(_contest(lambda: lambda name: MqttBus(broker, name), sales, rounds, wire=True))
            add("live_mqtt_vs_echo", over)
    days = 10
    taken, sizes, blocks = asyncio.run(_growth(days, long // days))
    rates, worked = [took.rate for took in taken], [took.processor_s / took.sales * 1e6 for took in taken]
    rows["live_growth"] = {
        "ours": rates[-1], "baseline": rates[0], "ratio": rates[-1] / rates[0], "unit": "sales/s",
        "sales": long, "days": days, "every_day": rates,
    }  # fmt: skip
    rows["live_growth_processor_us"] = {
        "ours": worked[-1], "baseline": worked[1], "ratio": worked[-1] / worked[1], "unit": "µs/sale",
        "every_day": worked,
    }  # fmt: skip
    rows["live_rss_mib"] = {
        "ours": sizes[-1], "baseline": sizes[2], "ratio": sizes[-1] / sizes[2], "unit": "MiB", "every_day": sizes,
    }  # fmt: skip
    rows["live_blocks"] = {
        "ours": blocks[-1], "baseline": blocks[2], "ratio": blocks[-1] / blocks[2], "unit": "blocks",
        "every_day": blocks,
    }  # fmt: skip
    took = [asyncio.run(_restart(RESTART_INPUTS)) for _ in range(min(rounds, 3))]
    rows["live_restart_s"] = {
        "ours": statistics.median(seconds for seconds, _ in took), "baseline": None, "ratio": None, "unit": "s",
        "inputs": RESTART_INPUTS, "processor_s": statistics.median(worked for _, worked in took),
    }  # fmt: skip
    return rows


@contextmanager
def mosquitto() -> Iterator[str]:
    """The address of one of our own on a free port; empty where none is installed."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path=":".join(_MOSQUITTO))
    if program is None:
        yield ""
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="poslab-bench-") as folder:
        configured = Path(folder) / "mosquitto.conf"
        configured.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n"
            "max_queued_messages 0\nmax_inflight_messages 0\nset_tcp_nodelay true\n",
            encoding="utf-8",
        )
        running = subprocess.Popen([program, "-c", str(configured)], stderr=subprocess.DEVNULL)
        try:
            yield f"mqtt://127.0.0.1:{port}"
        finally:
            running.kill()
            running.wait()


def _rss_mib() -> float:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
