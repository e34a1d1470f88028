"""``poslab serve`` and ``poslab run --live``: worlds in real or scaled time."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from poslab.console.run_dir import put_in_place
from poslab.runtime.buses.mqtt import BadAddress, Broker, MqttBus, broker_at
from poslab.runtime.journals.journal import BadJournal, MemoryJournal
from poslab.world.world import World
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load_world
from scenarios.schema.story import Scenario

if TYPE_CHECKING:
    from poslab.console.cli_run import Live, Wanted
    from scenarios.stage.judging import Played

FINE = 0


def serve_part(
    service: str, url: str, world_name: str, called: str | None, journal: Path | None, ready_file: Path | None
) -> int:
    """Serve a part of a world until it is asked to stop. ``BadInput`` for what cannot be."""
    from scenarios.stage.serving import digest_of, journal_in, serve

    broker = _broker(url)
    world = _world(world_name)
    name = called or world.name
    _refuse_odd_name(name)

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
                lambda part: MqttBus(broker, f"{name}-{part}", _said),
                lambda part: MemoryJournal() if journal is None else journal_in(journal, world, part),
                ready,
                _said,
            )
        )
    except BadJournal as wrong:
        raise BadInput("serve", 0, "--journal", wrong.what, wrong.remedy) from None
    return FINE


def play_wanted(
    scenario: Scenario, wanted: "Wanted", live: "Live", history: BinaryIO | None, *, keep: bool
) -> "Played":
    """Play a scenario live: in this process, in processes of its own, or in a world that is there."""
    from scenarios.stage.judging import Judging
    from scenarios.stage.live import play_live

    if live.mqtt is None:
        return play_live(
            scenario, seed=wanted.seed, speed=live.speed, history=history, history_kind=wanted.history, keep=keep
        )
    from scenarios.stage.processes import play_in_processes, play_joined

    broker = _broker(live.mqtt)
    judging = Judging(scenario, seed=wanted.seed, history=history, history_kind=wanted.history, keep=keep)
    if live.join is not None:
        _refuse_odd_name(live.join)
        return asyncio.run(play_joined(judging, broker, live.join, live.speed, _said))
    with tempfile.TemporaryDirectory(prefix="poslab-") as folder:
        return asyncio.run(play_in_processes(judging, broker, live.mqtt, Path(folder), live.speed, _said))


def _world(name: str) -> World:
    """A preset, a world file, or (``.json``) a world as poslab itself writes it for its children."""
    if not name.endswith(".json"):
        return load_world(name)
    try:
        return msgspec.json.decode(Path(name).read_bytes(), type=World)
    except (OSError, msgspec.DecodeError) as wrong:
        raise BadInput(name, 0, "", f"it cannot be read as a world ({wrong})", "name a preset or a YAML file") from None


def _broker(url: str) -> Broker:
    try:
        return broker_at(url)
    except BadAddress as wrong:
        raise BadInput("--mqtt", 0, "", str(wrong), "write it like mqtt://127.0.0.1:1883") from None


def _refuse_odd_name(name: str) -> None:
    if not name or set(name) & set("/+#$ \t\n") or name == "_":
        raise BadInput(
            "--called", 0, "", f"{name!r} is no name that a topic can hold", "use letters, digits and hyphens"
        )


def _said(what: str) -> None:
    sys.stderr.write(f"poslab: {what}\n")
