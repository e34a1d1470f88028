"""``poslab serve`` and ``poslab run --live``: worlds in real or scaled time."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from poslab.console.run_dir import put_in_place, refuse_no_file
from poslab.console.trust import Trust
from poslab.runtime.buses.mqtt import BadAddress, Broker, MqttBus, broker_at
from poslab.runtime.journals.journal import BadJournal, Journal, MemoryJournal
from poslab.runtime.live.health import NoPort
from poslab.text import Text
from poslab.world.world import World
from scenarios.schema.errors import BadInput
from scenarios.schema.story import Scenario

if TYPE_CHECKING:
    from poslab.console.cli_run import Live, Wanted
    from poslab.runtime.journals.postgres import Database
    from scenarios.stage.judging import Played

FINE = 0
NO_FILES = Trust()


def serve_part(
    service: str,
    url: str,
    trust: Trust,
    world_name: str,
    called: str | None,
    journal: Path | None,
    database: str | None,
    ready_file: Path | None,
    health: str | None,
) -> int:
    """Serve a part of a world until it is asked to stop. ``BadInput`` for what cannot be."""
    from scenarios.stage.serving import Served, digest_of, journal_at, journal_in, serve

    refuse_no_file("serve", "--ready-file", ready_file)
    broker = broker_named(url, trust)
    kept_at = None if database is None else database_named(database)
    if kept_at is not None and journal is not None:
        what = Text("--journal 已指定目录", "--journal names a folder already")
        raise BadInput("serve", 0, "--database", what, Text("请只写其中之一", "say one or the other"))
    world = world_named(world_name)
    name = called or world.name
    refuse_odd_name(name)
    shown_at = None if health is None else _host_and_port(health)

    def kept(part: str) -> Journal:
        if kept_at is not None:
            return journal_at(kept_at, name, world, part, said)
        return MemoryJournal() if journal is None else journal_in(journal, world, part)

    def heard_of(part: str) -> Callable[[str], None]:
        return lambda what: said(f"{part}: {what}")

    def ready() -> None:
        if ready_file is not None:
            there = {
                "world": name,
                "digest": digest_of(world),
                "service": service,
                "mqtt": broker.shown,
                "pid": os.getpid(),
            }
            put_in_place(ready_file, msgspec.json.encode(there) + b"\n")

    try:
        asyncio.run(
            serve(
                [service],
                world,
                name,
                lambda part: MqttBus(broker, f"{name}-{part}", heard_of(part)),
                kept,
                ready,
                said,
                shown_at,
                lambda part: MqttBus(broker, f"{name}-{part}-asks-{token_hex(4)}", heard_of(part), passing=True),
            )
        )
    except Served:
        what = Text(
            f"已有另一进程在 {broker.shown} 上为世界 {name} 提供 {service} 服务",
            f"another process serves {service} of the world {name} on {broker.shown}",
        )
        remedy = Text("请停止其中之一，或给世界另取名字", "stop one of the two, or give the world another name")
        raise BadInput("serve", 0, "--called", what, remedy) from None
    except NoPort as wrong:
        remedy = Text("请换一个，如 9101 或 0.0.0.0:9101", "name another one, like 9101 or 0.0.0.0:9101")
        raise BadInput("serve", 0, "--health", wrong.why, remedy) from None
    except BadJournal as wrong:
        where = "--journal" if kept_at is None else "--database"
        raise BadInput("serve", 0, where, wrong.what, wrong.remedy) from None
    return FINE


def _host_and_port(text: str) -> tuple[str, int]:
    """``PORT`` of this machine alone, or ``HOST:PORT``."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        remedy = Text("请写 9101；对所有人开放则写 0.0.0.0:9101", "write 9101, or 0.0.0.0:9101 for everybody")
        raise BadInput("serve", 0, "--health", Text(f"{text!r} 没有端口", f"{text!r} names no port"), remedy)
    return host.strip("[]") or "127.0.0.1", int(port)


def play_wanted(
    scenario: Scenario, wanted: "Wanted", live: "Live", history: BinaryIO | None, *, keep: bool
) -> "Played":
    """Play a scenario live: in this process, in processes of its own, or in a world that is there."""
    from scenarios.stage.judging import Judging
    from scenarios.stage.live import play_live
    from scenarios.stage.margin import refuse_what_cannot_live

    refuse_what_cannot_live(scenario)
    if live.mqtt is None:
        return play_live(
            scenario, seed=wanted.seed, speed=live.speed, history=history, history_kind=wanted.history, keep=keep
        )
    from scenarios.stage.interrupts import finished
    from scenarios.stage.processes import play_in_processes, play_joined

    broker = broker_named(live.mqtt, live.trust)
    judging = Judging(scenario, seed=wanted.seed, history=history, history_kind=wanted.history, keep=keep)
    if live.join is not None:
        refuse_odd_name(live.join)
        return finished(play_joined(judging, broker, live.join, live.speed, said))
    with tempfile.TemporaryDirectory(prefix="poslab-") as folder:
        return finished(play_in_processes(judging, broker, Path(folder), live.speed, said, wanted.language))


def world_named(name: str) -> World:
    """A preset, a world file, or (``.json``) a world as poslab itself writes it for its children."""
    if not name.endswith(".json"):
        from scenarios.schema.load import load_world  # a service that is started again reads JSON, and starts sooner

        return load_world(name)
    try:
        return msgspec.json.decode(Path(name).read_bytes(), type=World)
    except (OSError, msgspec.DecodeError) as wrong:
        what = Text(f"不能作为世界读取（{wrong}）", f"it cannot be read as a world ({wrong})")
        remedy = Text("请给出预设名或 YAML 文件", "name a preset or a YAML file")
        raise BadInput(name, 0, "", what, remedy) from None


def broker_named(url: str, trust: Trust = NO_FILES) -> Broker:
    """A broker by its address; ``BadInput`` for none. What no option names is taken from the environment."""
    try:
        return broker_at(url, trust.ca, trust.cert, trust.key)
    except BadAddress as wrong:
        raise BadInput("--mqtt", 0, "", wrong.why, wrong.remedy) from None


def database_named(url: str) -> "Database":
    """A database by its address; ``BadInput`` for none."""
    from poslab.runtime.journals.postgres import BadDatabase, database_at

    try:
        return database_at(url)
    except BadDatabase as wrong:
        raise BadInput("--database", 0, "", wrong.why, wrong.remedy) from None


def refuse_odd_name(name: str) -> None:
    """``BadInput`` for a world's name that no topic can hold."""
    if not name or set(name) & set("/+#$ \t\n") or name == "_":
        what = Text(f"{name!r} 不能用作主题名", f"{name!r} is no name that a topic can hold")
        raise BadInput("--called", 0, "", what, Text("请用字母、数字与连字符", "use letters, digits and hyphens"))


def said(what: str) -> None:
    """Tell whoever started this."""
    sys.stderr.write(f"poslab: {what}\n")
