"""Where live worlds are: the folder of each, the file that says it serves, and the way in from another process."""

import os
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from poslab.console.cli_live import broker_named, refuse_odd_name, said
from poslab.console.trust import Trust
from poslab.runtime.buses.broker import Broker
from poslab.runtime.buses.bus import Bus
from poslab.runtime.buses.door import is_answered
from poslab.runtime.buses.mqtt import MqttBus
from poslab.runtime.buses.sockets import SocketBus
from poslab.runtime.live.broker_seat import NAME as BROKER
from poslab.text import Text
from scenarios.schema.errors import BadInput, shown
from scenarios.stage.asking import NoAnswer, Refused
from scenarios.stage.homes import SERVICES
from scenarios.stage.interrupts import finished
from scenarios.stage.looking import Looker, NobodyThere, NotJoined
from scenarios.stage.whereabouts import Where

READY: Final = "ready.json"
"""In a world's folder: where everything of it is, while it serves."""
WORLD: Final = "world.json"
"""Beside it, and for as long as the journals: the world itself, which a preset's name may not tell."""

PATIENCE_S: Final = 10.0
"""So long a world that has closed its door is waited for: it may be coming back."""

Answered = TypeVar("Answered")


def folder_of(called: str) -> Path:
    """The folder of a world that names no other."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "poslab" / called


class Named(Struct, frozen=True):
    """Which world a command line means, and whom it believes on the way there."""

    world: str
    mqtt: str | None = None
    trust: Trust = Trust()


def ask(named: Named, do: Callable[[Looker], Coroutine[Any, Any, Answered]]) -> Answered:
    """Join a world and do something there; ``BadInput`` if it is not there, or does not do it."""
    called, bus, spoken_to = way_in(named)

    async def joined() -> Answered:
        looker = Looker(bus("look"), called, spoken_to)
        try:
            await looker.find()
            return await do(looker)
        finally:
            await looker.close()

    try:
        return finished(joined())
    except NotJoined:
        what = Text("一直未能连上", "no connection there came about")
        remedy = Text("请在那里启动 MQTT 服务器，或换一个", "start a broker there, or name another one")
        there = called if named.mqtt is None else broker_named(named.mqtt, named.trust).shown
        raise BadInput("--mqtt", 0, there, what, remedy) from None
    except NobodyThere as wrong:
        what = Text(f"世界 {called} 缺少服务：{wrong.why.zh}", f"nobody serves {wrong.why.en} of the world {called}")
        raise BadInput("--world", 0, "", what, _START) from None
    except ConnectionError:
        what = Text(f"世界 {called} 已不在运行", f"the world {called} is not running any more")
        raise BadInput("--world", 0, "", what, _START) from None
    except NoAnswer as wrong:
        what = Text(
            f"世界 {called} 的服务 {wrong} 没有应答", f"the service {wrong} of the world {called} does not answer"
        )
        raise BadInput("--world", 0, "", what, _START) from None
    except Refused as wrong:
        remedy = Text("poslab status 显示世界的状况", "poslab status shows how the world stands")
        raise BadInput("--world", 0, "", wrong.why, remedy) from None


def way_in(named: Named) -> tuple[str, Callable[[str], Bus], tuple[str, ...]]:
    """A world's name, what makes members of its bus, and who is spoken to on it: a broker of our own, too."""
    if named.mqtt is not None:
        refuse_odd_name(named.world)
        return named.world, _over(broker_named(named.mqtt, named.trust), named.world), SERVICES
    where = _ready(named.world)
    if where.bus == "mqtt":
        trust = named.trust if named.trust.is_named else Trust(where.ca, where.cert, where.key)
        return where.world, _over(broker_named(where.mqtt, trust), where.world), SERVICES
    if named.trust.is_named:
        what = Text(
            f"世界 {where.world} 经由自己的入口访问，不经 MQTT 服务器",
            f"the world {where.world} is reached through its own door, and over no broker",
        )
        remedy = Text("请去掉 --ca、--cert 与 --key", "leave --ca, --cert and --key out")
        raise BadInput("--world", 0, "--ca", what, remedy)
    door = Path(where.socket)
    if not is_answered(door):
        what = Text(
            f"世界 {where.world} 已不在运行，且未正常停止",
            f"the world {where.world} is not running any more, and did not stop in good order",
        )
        again = f"poslab up --dir {where.folder}"
        remedy = Text(f"请在原处重新启动：{again}", f"start it again where it was: {again}")
        raise BadInput("--world", 0, "", what, remedy)
    return where.world, lambda what: SocketBus(door, said, PATIENCE_S), (*SERVICES, BROKER)


def _over(broker: Broker, called: str) -> Callable[[str], Bus]:
    return lambda what: MqttBus(broker, _member(called, what), said)


_START: Final = Text("请用 poslab up 启动", "start it with poslab up")


def _member(called: str, what: str) -> str:
    return f"{called}-{what}-{os.getpid()}-{time.time_ns() // 1_000_000 % 100_000_000}"


def _ready(world: str) -> Where:
    """What a ready file says: that of a world by its name, of a folder, or the file itself."""
    if "/" in world or world.endswith(".json"):
        path = Path(world).expanduser()
        path = path / READY if path.is_dir() else path
    else:
        refuse_odd_name(world)
        path = folder_of(world) / READY
    try:
        return msgspec.json.decode(path.read_bytes(), type=Where)
    except FileNotFoundError:
        what = Text(f"此处没有运行中的世界 {shown(world)}", f"there is no world {shown(world)} that runs here")
        raise BadInput("--world", 0, "", what, _START) from None
    except (OSError, msgspec.DecodeError):
        what = Text(f"{shown(world)} 不是世界的就绪文件", f"{shown(world)} is no ready file of a world")
        remedy = Text("请给出世界名，或 up --ready-file 写的文件", "name a world, or what up --ready-file wrote")
        raise BadInput("--world", 0, "", what, remedy) from None
