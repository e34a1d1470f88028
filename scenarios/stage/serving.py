"""One service of a world as a process of its own, until it is asked to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from poslab.runtime.buses.bus import Bus
from poslab.runtime.journals.counted import Counted
from poslab.runtime.journals.journal import Journal
from poslab.runtime.journals.postgres import Database, PostgresJournal
from poslab.runtime.journals.sqlite import SqliteJournal
from poslab.runtime.live.health import HealthDoor
from poslab.runtime.live.metrics import Watched, pages
from poslab.runtime.live.service import Service
from poslab.world.world import World
from scenarios.stage.live import service_of

Said = Callable[[str], None]


class Served(Exception):
    """Another process serves this on the same bus: what."""


def digest_of(world: World) -> str:
    """What tells one world from another, however it is called."""
    return sha256(msgspec.json.encode(world)).hexdigest()[:16]


def journal_in(folder: Path, world: World, service: str) -> Journal:
    """The journal of a service in a folder of its world."""
    return SqliteJournal(folder / f"{service}.sqlite", service, digest_of(world))


def journal_at(database: Database, called: str, world: World, service: str, said: Said) -> Journal:
    """The journal of a service in a database that holds those of many worlds."""
    return PostgresJournal(database, called, service, digest_of(world), said)


async def serve(
    names: Sequence[str],
    world: World,
    called: str,
    bus: Callable[[str], Bus],
    journal: Callable[[str], Journal],
    ready: Callable[[], None],
    said: Said,
    health: tuple[str, int] | None = None,
    asks: Callable[[str], Bus] | None = None,
) -> None:
    """Serve some services of a world until SIGTERM or Ctrl-C; ``ready`` is called when all of them are there.

    ``asks`` is a way to the bus, under a name of its own, to ask whether somebody serves the same: ``Served`` then.
    ``health`` is where their state is shown over HTTP; ``NoPort`` where that cannot be.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    journals = {name: Counted(journal(name)) for name in names}
    services = [service_of(name, world, called, bus(name), journals[name], wire=True) for name in names]
    watched = [Watched(service, journals[service.name]) for service in services]
    door = None if health is None else HealthDoor(*health, pages(watched))
    if door is not None:
        await door.open()
    try:
        for service in services:
            told = await started(service.start(None if asks is None else asks(service.name)), stopping)
            raise_if_failed(service)
            if told:
                said(f"{service.name}: {told}")
        ready()
        while not stopping.is_set():
            for service in services:
                raise_if_failed(service)
            try:
                await asyncio.wait_for(stopping.wait(), 0.2)
            except TimeoutError:
                continue
    finally:
        for service in services:
            if service.begun:
                await service.stop()
        if door is not None:
            await door.close()


def raise_if_failed(service: Service) -> None:
    """What made it fail; ``Served`` where another process serves the same."""
    if service.failure is not None:
        raise service.failure
    if service.is_second:
        raise Served(service.name)


async def started(starting: Awaitable[str], stopping: asyncio.Event) -> str:
    """What a start answers, unless somebody asks to stop while a broker or a database is waited for."""
    task = asyncio.ensure_future(starting)
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
        return ""
    return task.result()
