"""``poslab up``: a live world in one process, until it is asked to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec import Struct

from poslab.console.cli_live import broker_named, database_named, refuse_odd_name, said, world_named
from poslab.console.run_dir import ANOTHER_FOLDER, put_in_place, refuse_no_file
from poslab.console.trust import FOR_A_BROKER, Trust
from poslab.console.whereabouts import READY, WORLD, folder_of
from poslab.runtime.buses.bus import Bus
from poslab.runtime.buses.door import InUse as DoorInUse
from poslab.runtime.buses.mqtt import MqttBus
from poslab.runtime.journals.journal import BadJournal, Journal, in_use
from poslab.runtime.live.logs import Log
from poslab.text import Language, Text
from scenarios.schema.errors import BadInput, why_not
from scenarios.stage.serving import Served, journal_at, journal_in
from scenarios.stage.upkeep import InUse, Wanted, keep_up
from scenarios.stage.whereabouts import Where

FINE, INTERRUPTED = 0, 130


class Asked(Struct, frozen=True):
    """What the options say."""

    world: str
    called: str | None
    folder: Path | None
    speed: int
    mqtt: str | None
    trust: Trust
    database: str | None
    customers: int
    seed: str
    ready_file: Path | None
    log: str | None
    language: Language


def bring_up(asked: Asked) -> int:
    """Serve a world until SIGTERM (0) or Ctrl-C (130). ``BadInput`` for what cannot be."""
    world = world_named(asked.world)
    called = asked.called or world.name
    refuse_odd_name(called)
    folder = asked.folder or folder_of(called)
    refuse_no_file("up", "--ready-file", asked.ready_file)
    files = [folder / READY, *([] if asked.ready_file is None else [asked.ready_file])]
    kept_at = None if asked.database is None else database_named(asked.database)
    if asked.mqtt is None and asked.trust.is_named:
        raise BadInput("up", 0, asked.trust.option, *FOR_A_BROKER)
    broker = None if asked.mqtt is None else broker_named(asked.mqtt, asked.trust)
    _make(folder)

    def bus(name: str) -> Bus:
        assert broker is not None
        return MqttBus(broker, f"{called}-{name}", lambda what: said(f"{name.partition('-')[0]}: {what}"))

    def journal(service: str) -> Journal:
        if kept_at is not None:
            return journal_at(kept_at, called, world, service, said)
        return journal_in(folder, world, service)

    def ready(where: Where) -> None:
        if broker is not None:
            files_of = {"ca": broker.ca_file, "cert": broker.cert_file, "key": broker.key_file}
            absolute = {what: str(Path(name).absolute()) for what, name in files_of.items() if name}
            where = msgspec.structs.replace(where, mqtt=broker.address, **absolute)
        put_in_place(folder / WORLD, msgspec.json.encode(world) + b"\n")
        for file in files:
            put_in_place(file, msgspec.json.format(msgspec.json.encode(where), indent=2) + b"\n")
        if asked.log != "-":
            sys.stdout.write(_serving(where).of(asked.language) + "\n")
            sys.stdout.flush()

    try:
        with _log(asked.log, called) as log:
            wanted = Wanted(
                world=world,
                called=called,
                folder=folder,
                speed=asked.speed,
                customers=asked.customers,
                seed=asked.seed,
                bus=None if broker is None else bus,
                journal=journal,
                mqtt="" if broker is None else broker.shown,
                log=log,
            )
            stopped_by = asyncio.run(_kept_up(wanted, files, ready))
    except BadJournal as wrong:
        raise BadInput("up", 0, "--dir", wrong.what, wrong.remedy) from None
    except DoorInUse as wrong:
        raise BadInput("up", 0, "--dir", in_use(wrong), ANOTHER_FOLDER) from None
    except Served:
        at = "" if broker is None else broker.shown
        what = Text(
            f"已有另一进程在 {at} 上为世界 {called} 提供服务", f"another process serves the world {called} on {at}"
        )
        remedy = Text("请停止其中之一，或给这一个另取名字", "stop one of the two, or give this one another name")
        raise BadInput("up", 0, "--called", what, remedy) from None
    except InUse as wrong:
        what = Text(f"世界 {called} 已在 {wrong} 上提供服务", f"the world {called} is served on {wrong} already")
        remedy = Text("请停止那一个，或给这一个另取名字", "stop that one, or give this one another name")
        raise BadInput("up", 0, "--called", what, remedy) from None
    return INTERRUPTED if stopped_by == signal.SIGINT else FINE


async def _kept_up(wanted: Wanted, files: list[Path], ready: Callable[[Where], None]) -> int:
    """The ready files are there while it serves, and only then."""
    served = False
    for file in files:
        _forget_the_dead(file)

    def serving(where: Where) -> None:
        nonlocal served
        served = True
        ready(where)

    try:
        return await keep_up(wanted, serving, said)
    finally:
        if served:
            for file in files:
                file.unlink(missing_ok=True)


def _forget_the_dead(file: Path) -> None:
    """A ready file that a killed process left behind says nothing that is so."""
    try:
        os.kill(msgspec.json.decode(file.read_bytes(), type=Where).pid, 0)
    except ProcessLookupError:
        file.unlink(missing_ok=True)
    except (OSError, msgspec.DecodeError):
        return


def _serving(where: Where) -> Text:
    way = where.mqtt or where.socket
    return Text(
        f"{where.world} 已启动：速度 {where.speed}，总线 {way}，日志在 {where.folder}；Ctrl-C 停止。",
        f"{where.world} is up: speed {where.speed}, bus {way}, journals in {where.folder}; Ctrl-C stops it.",
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        why = why_not(wrong)
        what = Text(f"无法创建 {folder}（{why.zh}）", f"{folder} cannot be made ({why.en})")
        raise BadInput("up", 0, "--dir", what, ANOTHER_FOLDER) from None


@contextmanager
def _log(name: str | None, called: str) -> Iterator[Log | None]:
    if name is None:
        yield None
    elif name == "-":
        yield Log(sys.stdout, called)
    else:
        with _appended(Path(name)) as file:
            yield Log(file, called)


def _appended(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8", buffering=1)
    except OSError as wrong:
        why = why_not(wrong)
        what = Text(f"无法写入 {path}（{why.zh}）", f"{path} cannot be written ({why.en})")
        raise BadInput("up", 0, "--log", what, Text("请换一个文件", "name another file")) from None
